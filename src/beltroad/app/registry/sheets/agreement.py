"""Sheet of an agreement: one economy or pair that is party to an instrument, with its dates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from beltroad.app.registry.sheets.cells import (
    Address,
    Code,
    Date,
    Line,
    Note,
    Sheet,
    Text,
    described,
)
from beltroad.app.registry.sheets.project import refuse

__all__ = ["Agreement", "instrument_titles"]


@lru_cache(maxsize=1)
def instrument_titles() -> dict[str, str]:
    """Titles of the bundled instruments by short name."""
    from beltroad import evidence

    table = evidence.load("policy_instruments")
    return dict(zip(table["instrument"], table["title"], strict=True))


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    from beltroad import evidence

    table = evidence.load("policy_instruments")
    return dict(zip(table["instrument"], table["kind"], strict=True))


@described("policy_facts")
class Agreement(Sheet):
    """Who is party to what, since when: the columns of the bundled table ``policy_facts``.

    Trade agreements are pairs of the instrument ``rta``. An instrument that is not bundled needs
    a title.
    """

    instrument: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")] = Field(title="Instrument")
    instrument_title: Line = Field(
        "", title="Title of a new instrument",
        description="name of the treaty or agreement; only where it is not listed yet",
    )  # fmt: skip
    iso3: Code = Field(title="Economy", min_length=3)
    partner: Code = Field("", title="Partner")
    signed_on: Date = Field("", title="Signed")
    in_force_from: Date = Field("", title="In force from")
    in_force_to: Date = Field("", title="In force to")
    as_of: Date = Field(title="Known as of", min_length=4)
    status: Literal["in_force", "signed", "ended", "suspended"] = Field(title="State")
    terms: Text = Field("", title="Terms")
    confidence: Literal["high", "medium", "low"] = Field("low", title="Confidence")
    source_title: Text = Field(title="Source", min_length=1)
    source_url: Address = Field("", title="Address of the source")
    note: Note = Field("", title="Note")

    @property
    def instrument_name(self) -> str:
        """The instrument's title, bundled or new."""
        return instrument_titles().get(self.instrument, self.instrument_title)

    @model_validator(mode="after")
    def _together(self) -> Agreement:
        refuse(list(self._contradictions()))
        return self

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        from beltroad.errors import suggest
        from beltroad.evidence.dates import days_of

        listed = instrument_titles()
        if self.instrument not in listed and not self.instrument_title:
            hint = suggest(self.instrument, listed)
            said = f"{self.instrument!r:.50} is not listed. {hint}".strip()
            yield "instrument", f"{said} A new one needs instrument_title."
        if self.instrument in listed and self.instrument_title:
            yield "instrument_title", "belongs to a new instrument only; leave it empty."
        kind = _kinds().get(self.instrument)
        if kind == "multilateral" and self.partner:
            yield "partner", "belongs to agreements of two; this one has parties."
        if kind in ("bilateral", "unilateral") and not self.partner:
            yield "partner", f"is needed: the instrument is {kind}."
        if self.partner == self.iso3:
            yield "partner", "is the economy itself."
        for first, last in (("signed_on", "in_force_to"), ("in_force_from", "in_force_to")):
            a, b = getattr(self, first), getattr(self, last)
            if a and b and days_of(b)[1] < days_of(a)[0]:
                yield last, f"{b} is before {first} {a}."
        for part in filter(None, (each.strip() for each in self.terms.split(";"))):
            if "=" not in part:
                yield "terms", f"{part!r:.40} is not of the form key=value;key=value."
