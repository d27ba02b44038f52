"""Work: the ways between two places by time, money and emissions, with and without closures."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from beltroad.app.jobs.kinds import Kind, Outcome

if TYPE_CHECKING:
    from beltroad.app.jobs.context import Context
    from beltroad.appraisal.progress import Progress
    from beltroad.appraisal.routes import Atlas

__all__ = ["KIND", "MODES", "NAME", "Mode", "RouteRequest", "State", "Text", "run"]

NAME = "routes"
Mode = Literal["rail", "road", "sea", "water", "ferry", "air"]
MODES: tuple[Mode, ...] = ("rail", "road", "sea", "water", "ferry", "air")
Text = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
State = Literal["today", "complete"] | Annotated[int, Field(ge=2000, le=2100, strict=True)]


class RouteRequest(BaseModel):
    """What was asked, as ``beltroad route`` takes it.

    ``avoid`` are the shipper's wishes, ``close`` is what is shut for everyone; where something is
    closed, the answer also holds the ways without the closure. ``usd_per_day`` is what a day is
    worth per TEU, by default a share of the goods' value; ``everything`` keeps the ways that
    another beats in all three measures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: Text
    destination: Text
    via: Annotated[tuple[Text, ...], Field(max_length=5)] = ()
    close: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    avoid: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    modes: Annotated[tuple[Mode, ...], Field(max_length=6)] = ()
    state: State = "today"
    depart: Annotated[str, StringConstraints(pattern=r"^([0-9T:-]{10,16})?$")] = ""
    usd_per_day: Annotated[float | None, Field(ge=0, le=1e6, allow_inf_nan=False)] = None
    everything: bool = False


def _title(request: RouteRequest) -> str:
    closed = f", {', '.join(request.close)} closed" if request.close else ""
    return f"{request.origin} to {request.destination}{closed}"


KIND = Kind(
    name=NAME, lane="quick", request=RouteRequest, run="beltroad.app.work.routes:run",
    title=_title, records=(),
)  # fmt: skip

_told: list[Progress] = []


@lru_cache(maxsize=1)
def _atlas() -> Atlas:
    """The network with all projects on it; a worker makes it once."""
    from beltroad.appraisal.routes import Atlas

    return Atlas.of(progress=_told[-1] if _told else None)


def run(request: RouteRequest, context: Context) -> Outcome:
    """The Pareto set, its itineraries, and what a closure costs.

    Raises
    ------
    InputError
        If a place or closure is not known, or no way is left.
    """
    from beltroad.app.questions.routes import finding, telling

    progress = context.progress
    _told.append(progress)
    try:
        atlas = _atlas()
    finally:
        _told.clear()
    found = finding.find(request, atlas, progress)
    context.log(f"{len(found.shown)} ways shown of {len(found.trips)}")
    with progress.step("telling the ways"):
        return telling.outcome(request, found)
