"""Sheet of a small project for people's wellbeing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from beltroad.app.registry.sheets.cells import (
    Address,
    Codes,
    Date,
    Key,
    Line,
    Note,
    Number,
    Sheet,
    Text,
    Whole,
    described,
)
from beltroad.app.registry.sheets.project import refuse

__all__ = ["Wellbeing"]


@described("wellbeing_projects")
class Wellbeing(Sheet):
    """A small project: the columns of the bundled table ``wellbeing_projects``."""

    id: Key = Field(title="Id")
    name: Line = Field(title="Name", min_length=1)
    kind: Literal[
        "aid", "culture", "education", "energy", "farming", "health", "heritage", "laboratory",
        "livelihoods", "other", "scholarships", "training", "water",
    ] = Field(title="Kind")  # fmt: skip
    scope: Literal["project", "programme"] = Field("project", title="Scope")
    part_of: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,118})?$")] = Field(
        "", title="Part of"
    )
    iso3: Codes = Field("", title="Host economies")
    place: Line = Field("", title="Place")
    latitude: Number = Field(None, title="Latitude", ge=-90, le=90)
    longitude: Number = Field(None, title="Longitude", ge=-180, le=180)
    period_start: Date = Field("", title="Start")
    period_end: Date = Field("", title="End")
    status: Literal[
        "identification", "preparation", "implementation", "completion", "maintenance",
        "decommissioning", "decommissioned", "cancelled",
    ] = Field(title="State")  # fmt: skip
    cost_amount: Number = Field(None, title="Cost", gt=0, le=1e15)
    cost_currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = Field("", title="Currency")
    cost_year: Whole = Field(None, title="Year of the cost", ge=1950, le=2100)
    cost_usd: Number = Field(None, title="Cost in dollars", gt=0, le=1e13)
    cost_usd_2021: Number = Field(None, title="Cost in dollars of 2021", gt=0, le=1e13)
    people_reached: Number = Field(None, title="People reached", gt=0, le=1e10)
    reached_basis: Literal[
        "", "births", "consultations", "households", "patients", "people_served", "recipients",
        "students", "surgeries", "trained",
    ] = Field("", title="What is counted")  # fmt: skip
    reached_status: Literal["", "reported", "planned"] = Field("", title="Reported or planned")
    reached_as_of: Date = Field("", title="Counted on")
    funder: Line = Field("", title="Funder")
    implementer: Line = Field("", title="Carried out by")
    evaluated: Literal["yes", "no"] = Field("no", title="Evaluated")
    evaluation_method: Text = Field("", title="Method of the evaluation")
    evaluation_finding: Text = Field("", title="Finding")
    evaluator: Line = Field("", title="Evaluator")
    evaluation_source: Address = Field("", title="Address of the evaluation")
    source_title: Text = Field(title="Source", min_length=1)
    source_url: Address = Field("", title="Address of the source")
    source_date: Date = Field("", title="Date of the source")
    more_sources: Text = Field("", title="Further sources")
    record: Line = Field("", title="Key in the source")
    confidence: Literal["high", "medium", "low"] = Field("low", title="Confidence")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _together(self) -> Wellbeing:
        refuse(list(self._contradictions()))
        return self

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        hosts = len(self.iso3.split())
        if self.scope == "project" and hosts != 1:
            yield "iso3", f"a project has one host economy, not {hosts}; a programme may have more."
        if (self.latitude is None) != (self.longitude is None):
            yield "latitude", "and longitude come together; give both or none."
        if (self.cost_amount is None) != (not self.cost_currency):
            yield "cost_currency", "a cost and its currency come together; give both or none."
        if self.cost_currency == "USD" and self.cost_usd != self.cost_amount:
            yield "cost_usd", "is the cost itself where that is in USD."
        if (self.people_reached is None) != (not self.reached_basis):
            yield "reached_basis", "says what is counted: give it with a count, and only then."
        if self.people_reached is not None and not self.reached_status:
            yield "reached_status", "is needed with a count: reported or planned."
        if self.part_of == self.id:
            yield "part_of", "is the record itself."
        if self.evaluated == "no" and self.evaluation_finding:
            yield "evaluated", "there is a finding, so it was evaluated: yes."
        if self.period_start and self.period_end and self._ends_before():
            yield "period_end", f"{self.period_end} is before {self.period_start}."

    def _ends_before(self) -> bool:
        from beltroad.evidence.dates import days_of

        return days_of(self.period_end)[1] < days_of(self.period_start)[0]
