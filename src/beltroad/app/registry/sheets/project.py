"""Sheets of a project: its fields, and what must hold between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from beltroad.app.registry.sheets.cells import (
    Address,
    CodesWithSemicolons,
    Date,
    Day,
    Line,
    Note,
    Number,
    Sheet,
    Text,
    Whole,
    described,
)

__all__ = ["Project"]

_LINES = ("rail", "road", "water")
_PLACES = {
    "port": ("terminal", "new_port"),
    "dryport": ("terminal", "new_terminal"),
    "border": ("terminal",),
}
_OPEN = ("completed", "operating", "partly_open")


def _waypoints(value: str) -> str:
    from beltroad.infrastructure.projects.record import parse_waypoints

    tidy = ";".join(",".join(x.strip() for x in pair.split(",")) for pair in value.split(";"))
    points = parse_waypoints(tidy)
    if len(points) > 200:
        raise ValueError(f"{len(points)} waypoints; give at most 200.")
    return tidy


Slug = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,30}$")]
YesNo = Literal["yes", "no"]


@described("projects")
class Project(Sheet):
    """A transport project: the columns of the bundled table ``projects``."""

    id: Slug = Field(title="Id")
    programme: Annotated[str, Field(pattern=r"^([A-Z0-9][A-Z0-9-]{1,30})?$")] = Field(
        "", title="Programme"
    )
    name: Line = Field(title="Name", min_length=1)
    mode: Literal["rail", "road", "water", "port", "dryport", "border", "air"] = Field(
        title="Kind of transport"
    )
    countries: CodesWithSemicolons = Field(title="Host economies", min_length=3)
    corridor: Literal[
        "new-eurasian-land-bridge", "china-mongolia-russia", "china-central-west-asia",
        "china-indochina", "china-pakistan", "bangladesh-china-india-myanmar", "maritime",
        "africa", "latin-america", "other",
    ] = Field("other", title="Corridor")  # fmt: skip
    waypoints: Annotated[str, AfterValidator(_waypoints)] = Field(title="Waypoints", min_length=3)
    length_km: Number = Field(None, title="Length", gt=0, le=20_000)
    gauge_mm: Number = Field(None, title="Track gauge", ge=500, le=2_000)
    effect: Literal[
        "new_link", "upgrade", "capacity", "new_port", "new_terminal", "terminal", "none"
    ] = Field(title="What it does")
    speed_before_kmh: Number = Field(None, title="Speed before", gt=0, le=400)
    speed_after_kmh: Number = Field(None, title="Speed after", gt=0, le=400)
    speed_basis: Literal["", "design", "operating"] = Field("", title="Basis of the speeds")
    hours_saved_terminal: Number = Field(None, title="Hours saved", ge=0, le=2_000)
    status: Literal[
        "completed", "operating", "partly_open", "under_construction", "planned", "stalled",
        "shelved", "suspended",
    ] = Field(title="State")  # fmt: skip
    year_start: Annotated[int, Field(ge=1950, le=2100)] = Field(title="Start")
    year_open: Whole = Field(None, title="Opening", ge=1950, le=2100)
    expected: YesNo = Field("no", title="Opening is expected")
    cost_usd_bn: Number = Field(None, title="Cost", ge=0, le=1_000)
    cost_year: Whole = Field(None, title="Prices of", ge=1950, le=2100)
    cost_note: Text = Field("", title="About the cost")
    financing: Text = Field("", title="Financing")
    in_2024_data: Literal["yes", "gap", "no", "unknown"] = Field("unknown", title="In map data")
    freight: YesNo = Field("yes", title="For freight")
    locode: Annotated[str, Field(pattern=r"^([A-Z]{2}[A-Z2-9]{3})?$")] = Field(
        "", title="UN/LOCODE"
    )
    source_title: Text = Field(title="Source", min_length=1)
    source_url: Address = Field("", title="Address of the source")
    source_date: Date = Field("", title="Date of the source")
    source2_title: Text = Field("", title="Second source")
    source2_url: Address = Field("", title="Address of the second source")
    accessed: Day = Field("", title="Read on")
    confidence: Literal["high", "medium", "low"] = Field("low", title="Confidence")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _together(self) -> Project:
        refuse(list(self._contradictions()))
        if not self.programme:
            self.programme = self.id
        return self

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        points = self.waypoints.count(";") + 1
        line = self.mode in _LINES
        allowed = _PLACES.get(self.mode, ("new_link", "upgrade", "capacity", "none"))
        if self.effect not in allowed:
            yield "effect", f"{self.effect} does not fit a {self.mode}: {' or '.join(allowed)}."
        if line and points < 2:
            yield "waypoints", f"a {self.mode} needs two or more."
        if not line and points > 1:
            yield "waypoints", f"a {self.mode} is at one place; give one."
        if not line and self.length_km is not None:
            yield "length_km", f"does not belong to a {self.mode}; leave it empty."
        if line and self.length_km is not None:
            yield from self._too_short(self.length_km)
        if self.status in ("completed", "operating") and self.year_open is None:
            yield "year_open", f"is needed: the project is {self.status}."
        if self.status in ("completed", "operating") and self.expected == "yes":
            yield "expected", f"the project is {self.status}, so it has opened: no."
        if self.status not in _OPEN and self.year_open is not None and self.expected == "no":
            yield "expected", f"a project that is {self.status} can only be expected to open: yes."
        if self.year_open is not None and self.year_start > self.year_open:
            yield "year_open", f"{self.year_open} is before the start in {self.year_start}."
        if (self.cost_usd_bn is None) != (self.cost_year is None):
            empty = "cost_usd_bn" if self.cost_usd_bn is None else "cost_year"
            yield empty, "a cost and the year of its prices come together; give both or none."
        before, after = self.speed_before_kmh, self.speed_after_kmh
        if (before is not None or after is not None) != bool(self.speed_basis):
            yield "speed_basis", "says what the speeds are: give it with a speed, and only then."
        if before is not None and after is not None and after < before:
            yield "speed_after_kmh", f"{after:g} is below the speed before, {before:g}."
        if self.freight == "no" and self.effect not in ("none", "new_link"):
            yield "effect", f"{self.effect} does not go with a project without freight."
        if self.source_title == "unconfirmed" and self.confidence == "high":
            yield "confidence", "cannot be high while the source is unconfirmed."
        if bool(self.source2_title) != bool(self.source2_url):
            yield "source2_url", "a second source needs title and address."

    def _too_short(self, length: float) -> Iterator[tuple[str, str]]:
        from beltroad.infrastructure.network import great_circle_km
        from beltroad.infrastructure.projects.plausibility import least_km
        from beltroad.infrastructure.projects.record import parse_waypoints

        at = parse_waypoints(self.waypoints)
        straight = float(great_circle_km(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1]).sum())
        if length < least_km(straight):
            yield "length_km", f"{length:g} is less than the waypoints' {straight:.0f} km."


def refuse(wrong: list[tuple[str, str]]) -> None:
    """All that does not go together in a record, as one fault of pydantic's with its places."""
    if wrong:
        raise PydanticCustomError("together", "{said}", {
            "said": "; ".join(f"{where} {what}" for where, what in wrong), "wrong": wrong,
        })  # fmt: skip
