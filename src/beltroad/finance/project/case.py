"""One way things may go, and the yearly arrays that a plan implies under it.

Arrays have the shape (draw, year): the same code works out one case and thousands of draws.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from beltroad.finance.project.plan import Plan, Project
from beltroad.finance.project.plan_parts import Stream, Terms

__all__ = ["Case", "Grid", "base_case", "grid_of", "rates_by_year", "stream_by_year"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """Factors on cost and revenue (one for each draw) and shocks to rates.

    ``depreciation_pct`` takes so much off the value of ``depreciating`` from the year
    ``depreciation_year`` on; ``reference_add_pct`` is added to floating rates.
    """

    cost_factor: Floats = field(default_factory=lambda: np.ones(1))
    revenue_factor: Floats = field(default_factory=lambda: np.ones(1))
    reference_add_pct: float = 0.0
    depreciation_pct: float = 0.0
    depreciating: tuple[str, ...] = ()
    depreciation_year: int | None = None

    @property
    def draws(self) -> int:
        """Number of draws."""
        return max(len(self.cost_factor), len(self.revenue_factor))


@dataclass(frozen=True)
class Grid:
    """Years of one project and the exchange rates in them, units for one of the plan's currency."""

    years: NDArray[np.int64]
    rates: dict[str, Floats]

    def at(self, year: int) -> int:
        """Position of a year."""
        return int(year - self.years[0])

    @property
    def length(self) -> int:
        """Number of years."""
        return len(self.years)


def base_case() -> Case:
    """Costs and revenues as planned, no shock."""
    return Case()


def grid_of(plan: Plan, project: Project, case: Case) -> Grid:
    """Years from the first spending to the last flow, with exchange rates under ``case``."""
    first = project.first_year
    last = project.operation.start_year + project.operation.years - 1
    for layer in project.layers:
        if layer.is_debt:
            last = max(last, project.base_year(layer) + layer.maturity_years)
            if layer.refinance is not None:
                last = max(last, layer.refinance.year + layer.refinance.maturity_years)
    years = np.arange(first, last + 1)
    start = min(each.first_year for each in plan.projects)
    rates: dict[str, Floats] = {plan.currency: np.ones(len(years))}
    for code, path in plan.exchange_rates.items():
        if path.path:
            known = sorted(path.path)
            rates[code] = np.interp(years, known, [path.path[y] for y in known])
        else:
            grown = (1 + path.change_pct / 100) ** (years - start).astype(np.float64)
            rates[code] = (path.start or 1.0) * grown
    if case.depreciation_pct:
        since = case.depreciation_year or project.operation.start_year
        factor: Floats = np.where(years >= since, 1 / (1 - case.depreciation_pct / 100), 1.0)
        for code in case.depreciating:
            if code == plan.currency:
                # The plan's own currency is the measure: the others rise against it.
                for other in rates:
                    if other not in case.depreciating:
                        rates[other] = rates[other] / factor
            else:
                rates[code] = rates[code] * factor
    return Grid(years, rates)


def rates_by_year(terms: Terms, years: NDArray[np.int64], add_pct: float = 0.0) -> Floats:
    """Yearly interest rate of a loan as fractions (year,)."""
    if terms.interest_pct is not None:
        return np.full(len(years), terms.interest_pct / 100)
    reference = terms.reference_pct
    if isinstance(reference, dict):
        known = sorted(reference)
        base = np.interp(years, known, [reference[y] for y in known])
    else:
        base = np.full(len(years), float(reference or 0.0))
    return np.asarray((base + add_pct + terms.margin_pct) / 100, np.float64)


def stream_by_year(stream: Stream, project: Project, years: NDArray[np.int64]) -> Floats:
    """A stream in its own currency by year; 0 outside operation."""
    age = years - project.operation.start_year
    working = (age >= 0) & (age < project.operation.years)
    grown = np.maximum(age, 0)
    amount = (
        stream.amount_mn
        * (1 + stream.volume_growth_pct / 100) ** grown
        * (1 + stream.tariff_growth_pct / 100) ** grown
    )
    ramp = np.ones(len(years))
    for k, share in enumerate(stream.ramp_up_pct):
        ramp[age == k] = share / 100
    return np.where(working, amount * ramp, 0.0)
