"""What a rule file on data leaving an economy is made of, and what may be asked of it.

A file holds the rules of one exporting economy as dated rows. A rule applies when all tests of its
``when`` hold; the rule with the smallest ``priority`` that applies on the day decides. Tests on
numbers of persons have a lower bound only, and a reader refuses files in which a rule with such a
test stands before a stricter one, so that more persons never lead to a lighter procedure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = [
    "CHOICES",
    "FLAGS",
    "NUMBERS",
    "OUTCOMES",
    "PERIODS",
    "Duty",
    "Group",
    "Member",
    "Rule",
    "RuleSet",
    "Source",
    "Test",
    "Validity",
]

# From lightest to strictest; a file uses those its law knows.
OUTCOMES: dict[str, str] = {
    "exempt": "no procedure for the transfer",
    "conditions": "allowed on a ground named by the law; nothing to file",
    "notification": "file with the authority; the transfer need not wait",
    "review": "file with the authority and wait for its decision or the end of its term",
    "standard_contract_or_certification": "agree standard clauses with the recipient or be "
    "certified",
    "security_assessment": "pass an assessment by the authority before the transfer",
    "prohibited": "not allowed",
}
NUMBERS: dict[str, str] = {
    "persons": "persons whose personal data leave, counted over the period of the rule",
    "sensitive_persons": "those of them whose sensitive personal data leave",
    "held_persons": "persons whose personal data the exporter handles in all",
}
FLAGS: dict[str, str] = {
    "personal_data": "personal data of at least one person leave (follows from their number)",
    "important_data": "the data hold what the state has named as important data",
    "critical_infrastructure": "the exporter operates critical information infrastructure",
    "approved": "the competent authority has approved this transfer",
    "consent": "the persons have agreed after being told of the destination's protection",
}
CHOICES: dict[str, dict[str, str]] = {
    "purpose": {
        "contract": "needed to make or perform a contract with the person",
        "hr": "cross-border management of employees under lawful work rules or agreements",
        "hr_cloud": "storing one's own employees' data with a cloud service abroad",
        "emergency": "protecting life, health or property in an emergency",
        "transit": "data from abroad, processed here and sent out again, nothing domestic added",
        "own": "the person sends his or her own data",
        "judicial": "asked for by a foreign court or law enforcement body",
        "other": "anything else",
    },
    "zone_list": {
        "none": "not a free-trade zone with a data list",
        "outside": "exporter in such a zone, data not on its negative list",
        "listed": "exporter in such a zone, data on its negative list",
    },
}
PERIODS: dict[str, str] = {
    "current_year": "since 1 January of the current year",
    "two_years": "since 1 January of the previous year",
    "": "no counting period",
}


@dataclass(frozen=True)
class Source:
    """Publication that a rule rests on; ``url`` is empty where none was read."""

    id: str
    title: str
    url: str
    licence: str
    vintage: str
    note: str = ""


@dataclass(frozen=True)
class Member:
    """One economy of a named group, with how sure it is."""

    iso3: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Named set of destinations, such as those a regulator lists as adequate."""

    id: str
    title: str
    source: str
    members: Mapping[str, Member]


@dataclass(frozen=True)
class Test:
    """One condition: a lower bound, a flag, or membership of a set."""

    fact: str
    at_least: int | None = None
    flag: bool | None = None
    among: frozenset[str] | None = None
    negated: bool = False

    def holds(self, values: Mapping[str, object], groups: Mapping[str, Group]) -> bool:
        """Whether the condition holds for the facts of a question."""
        value = values[self.fact]
        if self.at_least is not None:
            return isinstance(value, int) and value >= self.at_least
        if self.flag is not None:
            return value is self.flag
        found = str(value) in self.among_codes(groups)
        return found is not self.negated

    def among_codes(self, groups: Mapping[str, Group]) -> frozenset[str]:
        """The set with groups of economies written out."""
        codes: set[str] = set()
        for each in self.among or ():
            codes |= set(groups[each].members) if each in groups else {each}
        return frozenset(codes)


@dataclass(frozen=True)
class _Dated:
    id: str
    title: str
    article: str
    source: str
    when: tuple[Test, ...]
    in_force_from: date
    in_force_to: date | None
    confidence: str
    note: str

    def in_force(self, on: date) -> bool:
        """Whether the row is law on the day."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)

    def applies(self, values: Mapping[str, object], groups: Mapping[str, Group]) -> bool:
        """Whether every condition holds."""
        return all(test.holds(values, groups) for test in self.when)


@dataclass(frozen=True)
class Rule(_Dated):
    """Conditions and the procedure that follows."""

    priority: int
    outcome: str
    period: str
    authority: str


@dataclass(frozen=True)
class Duty(_Dated):
    """What stays to be done whatever the procedure; ``outcomes`` limits it to some procedures."""

    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Validity(_Dated):
    """For how many years a passed procedure holds."""

    outcomes: tuple[str, ...]
    years: int


@dataclass(frozen=True)
class RuleSet:
    """Rules of one exporting economy, sorted by priority."""

    exporter: str
    title: str
    as_of: date
    notes: tuple[str, ...]
    sources: Mapping[str, Source]
    groups: Mapping[str, Group]
    rules: tuple[Rule, ...]
    duties: tuple[Duty, ...]
    validities: tuple[Validity, ...]

    @property
    def first_day(self) -> date:
        """First day on which the file has a rule."""
        return min(rule.in_force_from for rule in self.rules)

    def outcomes(self) -> tuple[str, ...]:
        """Procedures the file knows, lightest first."""
        used = {rule.outcome for rule in self.rules}
        return tuple(outcome for outcome in OUTCOMES if outcome in used)
