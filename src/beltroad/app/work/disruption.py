"""Work: close or slow straits, borders, countries, ports or lines, and who loses how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from beltroad.app.jobs.kinds import Kind, Outcome
from beltroad.app.work.routes import State, Text

if TYPE_CHECKING:
    from beltroad.app.jobs.context import Context

__all__ = ["KIND", "NAME", "DisruptionRequest", "run"]

NAME = "disruption"


class DisruptionRequest(BaseModel):
    """What is shut, and what is slowed by how much; the year's loss is also told for ``weeks``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    close: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    slow: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    factor: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)] = 2.0
    weeks: Annotated[float, Field(gt=0, le=52, allow_inf_nan=False)] = 52.0
    state: State = "today"
    by: Literal["cost", "hours"] = "cost"
    congestion: bool = False

    @model_validator(mode="after")
    def _something(self) -> DisruptionRequest:
        if not (self.close or self.slow):
            raise ValueError("name something to close or to slow")
        return self


def _title(request: DisruptionRequest) -> str:
    parts = [f"{', '.join(request.close)} closed"] if request.close else []
    if request.slow:
        parts.append(f"{', '.join(request.slow)} slowed {request.factor:g} times")
    return ", ".join(parts)


KIND = Kind(
    name=NAME, lane="long", request=DisruptionRequest, run="beltroad.app.work.disruption:run",
    title=_title, records=(),
)  # fmt: skip


def run(request: DisruptionRequest, context: Context) -> Outcome:
    """The tables that ``beltroad disrupt`` gives.

    Raises
    ------
    InputError
        If something to close or slow is not known.
    """
    from beltroad.app.questions.routes import closing

    return closing.disrupted(request, context)
