"""Work: what a portfolio of loans may lose in a year, and where it concentrates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from beltroad.app.jobs.kinds import Kind, Outcome

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.app.jobs.context import Context

__all__ = ["GROUPS", "KIND", "NAME", "Loan", "PortfolioRequest", "run", "table_of_loans"]

NAME = "portfolio"
GROUPS = {"country": "iso3", "region": "region", "sector": "sector", "currency": "currency",
          "counterpart": "counterpart", "name": "obligor"}  # fmt: skip
_Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
_Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Loan(BaseModel):
    """One exposure; what is left out is taken from published rates of the counterpart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: _Word
    iso3: _Word
    sector: _Word
    currency: _Word = "USD"
    amount_usd: Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)]
    obligor: _Word = ""
    counterpart: Literal["", "private", "public", "sovereign"] = ""
    probability_pct: _Share | None = None
    recovery_pct: _Share | None = None


class PortfolioRequest(BaseModel):
    """Loans, how many scenarios, and what is shown; without loans an example from open figures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    loans: Annotated[tuple[Loan, ...], Field(max_length=2000)] = ()
    name: _Word = ""
    grades: bool = Field(False, description="Sovereigns by the grade of their country.")
    draws: Annotated[int, Field(ge=10_000, le=500_000)] = 100_000
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    level: Annotated[float, Field(ge=50, le=99.9, allow_inf_nan=False)] = 99.0
    by: Literal["country", "region", "sector", "currency", "counterpart", "name"] = "country"
    stress: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=200)], ...], Field(max_length=5)
    ] = ()
    freedom: Annotated[int, Field(ge=0, le=200, description="Of a Student copula; 0 normal.")] = 0
    tie: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0


def _title(request: PortfolioRequest) -> str:
    if not request.loans:
        return "Portfolio: example from open figures"
    return f"Portfolio: {request.name or f'{len(request.loans)} loans'}"


KIND = Kind(
    name=NAME, lane="quick", request=PortfolioRequest, run="beltroad.app.work.portfolio:run",
    title=_title, records=(),
)  # fmt: skip


def table_of_loans(loans: tuple[Loan, ...], *, graded: bool) -> pd.DataFrame:
    """The loans checked and filled; the example without any.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    import pandas as pd

    from beltroad.risk.country import grades
    from beltroad.risk.portfolio.example import example_exposures
    from beltroad.risk.portfolio.exposures import checked

    by_country = grades() if graded else None
    if not loans:
        return example_exposures(by_country)
    frame = pd.DataFrame([loan.model_dump() for loan in loans])
    return checked(frame, source="loans", grades=by_country)


def run(request: PortfolioRequest, context: Context) -> Outcome:
    """What ``beltroad risk portfolio`` prints.

    Raises
    ------
    InputError
        If the loans or the stresses cannot be used; with all faults.
    """
    from dataclasses import replace

    from beltroad.app.questions.risk import losses
    from beltroad.errors import InputError
    from beltroad.risk.portfolio import default_parameters, simulate
    from beltroad.risk.portfolio.stress import compare, parse_stress, stressed

    stresses = [parse_stress(each) for each in request.stress]
    if len({each.name for each in stresses}) < len(stresses):
        raise InputError("stress: one is given twice")
    exposures = table_of_loans(request.loans, graded=request.grades)
    parameters = replace(default_parameters(), freedom=request.freedom, recovery_tie=request.tie)
    levels = (0.95, 0.99, 0.999, round(request.level / 100, 10))
    more: dict[str, Any] = {"draws": request.draws, "seed": request.seed, "levels": levels}
    changed = {each.name: stressed(exposures, parameters, each) for each in stresses}
    with context.progress.step(f"drawing {request.draws:,} years of {len(exposures)} loans"):
        base = simulate(exposures, parameters=parameters, **more)
    runs = {}
    for name, (table, used) in changed.items():
        with context.progress.step(f"stress {name}"):
            runs[name] = simulate(table, parameters=used, **more)
    tables = {
        "levels": base.levels, "contributions": base.contributions,
        f"by_{request.by}": base.by(GROUPS[request.by]), "concentration": base.concentration,
    }  # fmt: skip
    if runs:
        tables["stress"] = compare(base, runs)
    return Outcome(
        summary=losses.summary(base, request.level, request.by),
        answer=losses.answer(base, tables, request.level, request.by, example=not request.loans),
        files=losses.files(tables),
    )
