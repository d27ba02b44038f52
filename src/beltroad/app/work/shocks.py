"""Work: something shut, dearer oil, dearer money; through network, trade, debt and loans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from beltroad.app.jobs.kinds import Kind, Outcome
from beltroad.app.work.portfolio import Loan

if TYPE_CHECKING:
    from beltroad.app.jobs.context import Context

__all__ = ["KIND", "NAME", "OwnShock", "ShocksRequest", "run"]

NAME = "shocks"


class OwnShock(BaseModel):
    """One shock; ``close`` names straits, borders, countries, ports or lines."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    close: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=60)], ...],
        Field(max_length=10),
    ] = ()
    oil_pct: Annotated[float, Field(gt=-90, le=500, allow_inf_nan=False)] = 0.0
    interest_points: Annotated[float, Field(ge=-10, le=30, allow_inf_nan=False)] = 0.0


class ShocksRequest(BaseModel):
    """Shocks, the standard set without any; loans whose loss is worked out under each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shocks: Annotated[tuple[OwnShock, ...], Field(max_length=12)] = ()
    level: Literal["low", "central", "high"] = "central"
    portfolio: Literal["none", "example", "loans"] = "none"
    loans: Annotated[tuple[Loan, ...], Field(max_length=2000)] = ()


def _title(request: ShocksRequest) -> str:
    if not request.shocks:
        return "Shocks: the standard set"
    return f"Shocks: {'; '.join(s.name for s in request.shocks)}"[:200]


KIND = Kind(
    name=NAME, lane="long", request=ShocksRequest, run="beltroad.app.work.shocks:run",
    title=_title, records=(),
)  # fmt: skip


def run(request: ShocksRequest, context: Context) -> Outcome:
    """What ``beltroad risk shocks`` prints.

    Raises
    ------
    InputError
        If a place is not known or loans cannot be used.
    ConvergenceError
        If a shock is so large that no equilibrium is reached.
    """
    from beltroad.app.questions.risk import losses
    from beltroad.app.questions.risk.shocked import answer
    from beltroad.app.work.portfolio import table_of_loans
    from beltroad.appraisal.shocks import Shock, run_shocks, standard_shocks
    from beltroad.errors import InputError

    todo = tuple(Shock(**s.model_dump()) for s in request.shocks) or standard_shocks()
    if request.portfolio == "loans" and not request.loans:
        raise InputError("loans: give some, or choose the example or none")
    exposures = None
    if request.portfolio != "none":
        own = request.loans if request.portfolio == "loans" else ()
        exposures = table_of_loans(own, graded=True)
    context.log(f"{len(todo)} shocks, {request.level} pass-through")
    found = run_shocks(todo, exposures=exposures, level=request.level, progress=context.progress)
    tables = {"shocks": found.summary, "shocks_countries": found.countries}
    if found.losses is not None:
        tables["shocks_losses"] = found.losses
    return Outcome(
        summary={"shocks": [s.name for s in todo], "level": request.level},
        answer=answer(found), files=losses.files(tables),
    )  # fmt: skip
