"""Sheets of risks and alerts, for forms and exports; their rules are those of ``risk``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from beltroad.app.registry.sheets.cells import Code, Line, Note, Number, Sheet, Whole

__all__ = ["AlertSheet", "RiskSheet"]


def _step(title: str, after: bool = False) -> Any:
    when = "after the controls in place" if after else "before controls"
    return Field(0, title=title, ge=0, le=5, description=f"{when}: 1 to 5, 0 not assessed",
                 json_schema_extra={"unit": "step"})  # fmt: skip


class RiskSheet(Sheet):
    """What people set of a risk; see :class:`beltroad.risk.register.Risk`."""

    id: Line = Field("", title="Id", description="empty: the next free number")
    title: Line = Field(title="Title", min_length=1, description="what may happen, in a sentence")
    level: Literal["project", "country", "overall"] = Field(
        title="Level", description="what it is a risk of"
    )
    category: Literal[
        "debt", "political", "security", "legal", "environmental", "social", "integrity",
        "construction", "demand", "currency", "supply_chain", "health_safety", "reputation",
    ] = Field(title="Category", description="kind of cause")  # fmt: skip
    iso3: Code = Field("", title="Economy", description="needed unless the level is overall")
    project: Line = Field("", title="Project", description="needed for the level project")
    owner: Line = Field("", title="Owner", description="who answers for it")
    status: Literal[
        "identified", "assessed", "treated", "accepted", "materialised", "closed"
    ] = Field("identified", title="State", description="where it is in its life")  # fmt: skip
    likelihood: int = _step("Likelihood")
    cost: int = _step("Effect on cost")
    time: int = _step("Effect on time")
    people: int = _step("Effect on people")
    environment: int = _step("Effect on environment")
    residual_likelihood: int = _step("Likelihood left", after=True)
    residual_cost: int = _step("Effect on cost left", after=True)
    residual_time: int = _step("Effect on time left", after=True)
    residual_people: int = _step("Effect on people left", after=True)
    residual_environment: int = _step("Effect on environment left", after=True)
    feeds: list[str] = Field(
        default_factory=list, title="Adds to", description="ids of risks of a higher level"
    )
    note: Note = Field("", title="Note", description="remarks; the reason when accepted or closed")


class AlertSheet(Sheet):
    """What a person who raises an alert says; see :func:`beltroad.risk.watch.raise_alert`."""

    id: Line = Field("", title="Id", description="made of source and key")
    source: Line = Field(title="Source", min_length=1, description="who raises it; not warning")
    key: Line = Field(title="Key", min_length=1, description="what makes it one and the same")
    title: Line = Field(title="Title", min_length=1, description="what is the matter")
    severity: Literal["low", "medium", "high", "critical"] = Field(
        "medium", title="Severity", description="how grave it is"
    )
    iso3: Code = Field("", title="Economy", description="which economy, if one")
    project: Line = Field("", title="Project", description="which project, if one")
    risk: Line = Field("", title="Risk", description="which risk of the register, if one")
    year: Whole = Field(0, title="Year", ge=0, le=2100, description="of the figure behind it")
    value: Number = Field(None, title="Figure", description="in the indicator's unit")
    threshold: Number = Field(None, title="Threshold", description="in the indicator's unit")
