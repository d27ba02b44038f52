"""Shapes of the risk API."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from beltroad.app.answers import Answer

__all__ = [
    "AlertOut", "AlertRow", "Because", "ChangeOut", "ControlIn", "ControlOut", "CountryOut",
    "CountryRow", "EventOut", "Noted", "RiskIn", "RiskOut", "RiskRow", "Seen", "ToWhom", "Until",
    "WatchIn", "WatchOut",
]  # fmt: skip

_Text = Annotated[str, StringConstraints(max_length=4000)]
_Line = Annotated[str, StringConstraints(max_length=300)]
_Step = Annotated[int, Field(ge=0, le=5)]


class CountryRow(BaseModel):
    """Grade of one economy, 1 best to 7."""

    iso3: str
    name: str
    grade: int
    probability_pct: float
    coverage_pct: float
    drivers: str
    imputed: bool
    vintage: str
    in_distress: bool
    official_rating: str
    flags: str


class CountryOut(BaseModel):
    """Grade, drivers, signals, episodes; values of the signals' indicators by year."""

    iso3: str
    name: str
    answer: Answer
    missing: list[str]
    history: list[dict[str, float | int | None]]


class ControlOut(BaseModel):
    """What keeps a risk from happening, finds it, or answers it."""

    id: str
    title: str
    kind: str
    owner: str
    due: str
    status: str


class RiskRow(BaseModel):
    """One risk as it stands; steps 1 to 5, 0 not assessed."""

    id: str
    title: str
    level: str
    category: str
    iso3: str
    project: str
    owner: str
    status: str
    likelihood: int
    cost: int
    time: int
    people: int
    environment: int
    residual_likelihood: int
    residual_cost: int
    residual_time: int
    residual_people: int
    residual_environment: int
    feeds: list[str]
    note: str
    controls: list[ControlOut]
    added_at: str
    changed_at: str
    reviewed_on: str
    inherent_rating: str
    residual_rating: str
    revision: int = Field(description="Events about it; send it as ``expected`` with a change.")
    moves: list[str] = Field(description="States that it may go to.")


class ChangeOut(BaseModel):
    """One field that an event changed."""

    at: str
    by: str
    id: str
    what: str
    field: str
    before: str
    after: str


class RiskOut(RiskRow):
    """One risk with what changed, by whom and when."""

    history: list[ChangeOut]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Seen(_In):
    """The revision that was seen; the change is refused with 409 if there is a newer one."""

    expected: Annotated[int | None, Field(ge=0, lt=2**31)] = None


class RiskIn(Seen):
    """Fields of a risk; what is left out stays, or is empty for a new one."""

    id: _Line | None = None
    title: _Line | None = None
    level: _Line | None = None
    category: _Line | None = None
    iso3: _Line | None = None
    project: _Line | None = None
    owner: _Line | None = None
    status: _Line | None = None
    likelihood: _Step | None = None
    cost: _Step | None = None
    time: _Step | None = None
    people: _Step | None = None
    environment: _Step | None = None
    residual_likelihood: _Step | None = None
    residual_cost: _Step | None = None
    residual_time: _Step | None = None
    residual_people: _Step | None = None
    residual_environment: _Step | None = None
    feeds: Annotated[list[_Line], Field(max_length=50)] | None = None
    note: _Text | None = None
    why: Annotated[str, StringConstraints(max_length=2000)] = Field(
        "", description="For the audit log."
    )


class ControlIn(Seen):
    """A control to add; with the id of one that is there, it is changed."""

    id: _Line = ""
    title: _Line
    kind: _Line
    owner: _Line
    due: _Line = ""
    status: _Line = "planned"


class Noted(Seen):
    """What was found."""

    note: _Text


class Because(Seen):
    """Why."""

    reason: _Text


class ToWhom(Seen):
    """Who is to deal with it."""

    to: _Line


class Until(Seen):
    """Day until which it is hidden."""

    until: Annotated[str, StringConstraints(max_length=20)] = Field(description="YYYY-MM-DD")


class EventOut(BaseModel):
    """One event of a trail."""

    at: str
    by: str
    what: str
    data: dict[str, Any]


class AlertRow(BaseModel):
    """One alert as it stands."""

    id: str
    title: str
    source: str
    iso3: str
    indicator: str
    severity: str
    status: str
    cleared: bool
    snoozed: bool
    year: int
    value: float | None
    threshold: float | None
    direction: str
    project: str
    risk: str
    opened_at: str
    changed_at: str
    assigned_to: str
    snoozed_until: str
    reason: str
    times_opened: int
    hit_rate: float | None
    false_alarm_rate: float | None
    revision: int
    moves: list[str] = Field(description="Steps that its state allows.")


class AlertOut(AlertRow):
    """One alert with its trail and the origin of its figures."""

    trail: list[EventOut]
    answer: Answer


class FigureIn(_In):
    """One own figure."""

    iso3: Annotated[str, StringConstraints(max_length=60)]
    indicator: Annotated[str, StringConstraints(max_length=80)]
    year: Annotated[int, Field(ge=0, le=9999)]
    value: Annotated[float, Field(allow_inf_nan=False)]
    source: Annotated[str, StringConstraints(max_length=500)]


class WatchIn(_In):
    """Own figures to take over first, if any; ``every``: mild signals open alerts too."""

    figures: Annotated[list[FigureIn], Field(max_length=20_000)] = []
    every: bool = False


class WatchOut(BaseModel):
    """What the run changed."""

    signals: int
    unchanged: int
    figures: str = Field(description="taken, known (imported before) or empty.")
    changes: list[dict[str, str | float | int | None]]
