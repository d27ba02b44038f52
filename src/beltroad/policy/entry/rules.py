"""The form of a rule list: what a TOML file of entry rules, or of other rules by steps, may say.

One file is one list. A ``negative_list`` holds conditions on foreign investors by industry; a
``procedure`` holds rules of the kind "if these facts hold, that follows". The form is described
in ``docs/how-to/entry-rules.md``; a key it does not know is refused.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

__all__ = [
    "Conditions", "Exemption", "FactDef", "Group", "Header", "Item", "Measure", "Member",
    "RuleList", "Source", "Test", "Version", "Zone",
]  # fmt: skip

Confidence = Literal["", "high", "medium", "low"]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Iso3 = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Percent = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


def _day(value: Any) -> Any:
    """Dates as TOML dates or as text; an empty text is no date."""
    if isinstance(value, str):
        if not value:
            return None
        return date.fromisoformat(value)
    return value


Day = Annotated[date | None, BeforeValidator(_day)]
SureDay = Annotated[date, BeforeValidator(_day)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, populate_by_name=True)


class Source(_Part):
    """A document the list rests on."""

    id: Slug
    title: Text
    url: str = ""
    licence: Text
    vintage: Text
    note: str = ""


class Zone(_Part):
    """A part of the host's territory, and the zones it lies in."""

    id: Slug
    title: Text
    within: tuple[Slug, ...] = ()


class FactDef(_Part):
    """Something the asker may state."""

    id: Slug
    kind: Literal["number", "flag", "choice", "economy", "industry"]
    title: Text
    unit: str = ""
    choices: tuple[str, ...] = ()
    assume: bool | None = None


class Member(_Part):
    """One economy of a group, and from when to when it belongs to it."""

    iso3: Iso3
    from_: Day = Field(default=None, alias="from")
    to: Day = None
    source: str = ""
    note: str = ""
    confidence: Confidence = ""


class Group(_Part):
    """A named set of economies."""

    id: Slug
    title: str = ""
    member: tuple[Member, ...] = Field(min_length=1)


class Test(_Part):
    """One test on one fact; all that is given must hold."""

    __test__ = False  # no test of pytest

    fact: Slug
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    is_: bool | None = Field(default=None, alias="is")
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    not_in: tuple[str, ...] | None = None
    activity: bool = False


class Conditions(_Part):
    """What a foreign investor must keep to; every condition only tightens."""

    prohibited: bool = False
    host_control: bool = False
    max_foreign_pct: Percent | None = None
    max_foreign_exclusive: bool = False
    single_investor_max_pct: Percent | None = None
    joint_venture: bool = False
    min_capital_usd: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    approval: str = ""
    requirements: tuple[Text, ...] = ()
    lifted_by: str = ""

    def cap(self) -> tuple[float, bool]:
        """Largest foreign stake in percent, and whether that very stake still passes.

        Without a condition on the stake (100, True); prohibited is (0, False).
        """
        if self.prohibited:
            return 0.0, False
        caps = [(100.0, True)]
        if self.host_control:
            caps.append((50.0, False))
        if self.max_foreign_pct is not None:
            caps.append((self.max_foreign_pct, not self.max_foreign_exclusive))
        if self.single_investor_max_pct is not None:
            caps.append((self.single_investor_max_pct, True))
        if self.joint_venture:
            caps.append((100.0, False))
        return min(caps)

    def empty(self) -> bool:
        """Whether nothing is asked."""
        return self.cap() == (100.0, True) and not (
            self.min_capital_usd or self.approval or self.requirements
        )


class Measure(Conditions):
    """One rule on one activity."""

    activity: Slug
    title: Text
    isic: tuple[str, ...] = ()
    part: bool = False
    keywords: tuple[Text, ...] = ()
    investors: tuple[str, ...] = ()
    except_investors: tuple[str, ...] = ()
    when: tuple[Test, ...] = ()
    outcome: str = ""
    authority: str = ""
    lifts: tuple[str, ...] = ()
    article: str = ""
    source: str = ""
    note: str = ""
    confidence: Confidence = ""


class Item(_Part):
    """One numbered item of the official text."""

    number: Text
    title: Text
    article: str = ""
    confidence: Confidence = ""
    source: str = ""
    note: str = ""
    measure: tuple[Measure, ...] = Field(min_length=1)


class Exemption(Conditions):
    """Who or which place is spared, from when to when, and what holds instead."""

    id: Slug
    measures: tuple[str, ...] = Field(min_length=1)
    investors: tuple[str, ...] = ()
    zones: tuple[Slug, ...] = ()
    in_force_from: Day = None
    in_force_to: Day = None
    lifts: bool = False
    article: str = ""
    source: str = ""
    note: str = ""
    confidence: Confidence = ""


class Version(_Part):
    """An edition before or after, encoded or not."""

    title: Text
    order: str = ""
    issued_on: Day = None
    in_force_from: Day = None
    in_force_to: Day = None
    items: int = Field(default=0, ge=0)
    dropped: str = ""
    zones: tuple[Slug, ...] = ()
    source: str = ""
    confidence: Confidence = ""


class Header(_Part):
    """What the list is, whose it is and when it is in force."""

    id: Slug
    host: Iso3
    kind: Literal["negative_list", "procedure"]
    topic: Literal["entry", "outbound", "data_flow"]
    title: Text
    zones: tuple[Slug, ...] = ()
    issued_on: Day = None
    in_force_from: SureDay
    in_force_to: Day = None
    as_of: SureDay
    replaces: str = ""
    official_items: int = Field(default=0, ge=0)
    default: Literal["permitted", "approval"] = "permitted"
    confidence: Literal["high", "medium", "low"]
    outcomes: tuple[Slug, ...] = ()
    otherwise: str = ""
    notes: tuple[Text, ...] = ()


class RuleList(_Part):
    """One list of rules."""

    header: Header = Field(alias="list")
    sources: tuple[Source, ...] = Field(alias="source", min_length=1)
    zones: tuple[Zone, ...] = Field(default=(), alias="zone")
    facts: tuple[FactDef, ...] = Field(default=(), alias="fact")
    groups: tuple[Group, ...] = Field(default=(), alias="group")
    items: tuple[Item, ...] = Field(alias="item", min_length=1)
    exemptions: tuple[Exemption, ...] = Field(default=(), alias="exception")
    versions: tuple[Version, ...] = Field(default=(), alias="version")

    def measures(self) -> list[tuple[Item, Measure]]:
        """Every measure with its item, in the order of the list."""
        return [(item, measure) for item in self.items for measure in item.measure]

    def in_force(self, on: date) -> bool:
        """Whether the list is in force on a day."""
        last = self.header.in_force_to
        return self.header.in_force_from <= on and (last is None or on <= last)

    def members(self, group: str, on: date) -> frozenset[str]:
        """Economies of a group on a day; a code stands for itself."""
        for each in self.groups:
            if each.id == group:
                return frozenset(
                    m.iso3
                    for m in each.member
                    if (m.from_ is None or m.from_ <= on) and (m.to is None or on <= m.to)
                )
        return frozenset([group])

    def source_of(self, *ids: str) -> Source:
        """The source of the first id that is given, else the first of the list."""
        named = next((i for i in ids if i), "")
        return next((s for s in self.sources if s.id == named), self.sources[0])
