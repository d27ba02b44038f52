r"""A project that opens late, costs more or earns less: the plan moved, and measures by draw.

A delay of k whole years stretches the time of building from c to c + k years, moves everything
after it by k years, and leaves the first year of spending, rates of exchange and reference rates
where they stand in the calendar. With S(t) what is spent t years after the first, the delayed
project has spent

.. math:: S_k(t) = S\Bigl(t \frac{c}{c + k}\Bigr) \quad (t \le c + k), \qquad
          S_k(t) = S(t - k) \quad (t > c + k),

so that amounts in the currency of the plan's file add up as before. Years of operation keep their
number. A loan keeps its dates while its first instalment still falls after opening; else all its
instalments are put off by as many years as it needs, at its own interest and fees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.project.case import Case, Floats, base_case
from beltroad.finance.project.cashflow import Flows, simulate
from beltroad.finance.project.measures import cover_ratios, equity_flow, npv, payback_years
from beltroad.finance.project.measures import project_flow as whole_flow
from beltroad.finance.project.plan import Plan, Project
from beltroad.finance.project.plan_parts import Layer, StateLoan
from beltroad.finance.project.ranges import measures_by_draw

__all__ = ["MOST_YEARS", "all_measures", "delayed", "measures_under"]

MOST_YEARS = 15
"""The longest delay that is worked out; longer draws count as this."""


@dataclass(frozen=True)
class _Clock:
    """From years after the first spending to those of the delayed project."""

    first: int
    building: int
    late: int

    def planned(self, offset: Floats) -> Floats:
        """Planned time at which stands what is delayed to ``offset``."""
        c, k = self.building, self.late
        # Rounded, so that no amount of a rounding error opens a year of its own.
        time = np.where(offset <= c + k, offset * c / (c + k), offset - k)
        return np.asarray(np.round(time, 9), np.float64)

    def moved(self, by_year: dict[int, float]) -> dict[int, float]:
        """Amounts by calendar year, with the same sum; what precedes the first year stays."""
        early = {y: v for y, v in by_year.items() if y < self.first}
        rest = {y: v for y, v in by_year.items() if y >= self.first}
        if not rest:
            return early
        last = max(rest) - self.first + 1
        total = np.zeros(last + 1)
        for year, value in rest.items():
            total[year - self.first + 1] = value
        total = np.cumsum(total)
        offsets = np.arange(last + self.late + 1, dtype=np.float64)
        spent = np.interp(self.planned(offsets), np.arange(last + 1), total)
        # The end is met exactly, whatever the rounding in between.
        spent[-1] = total[-1]
        amounts = np.diff(spent)
        begun = np.flatnonzero(amounts > 0)
        if not len(begun):
            return early | rest
        kept = range(int(begun[0]), int(begun[-1]) + 1)
        return early | {self.first + j: float(amounts[j]) for j in kept}


def delayed(project: Project, years: int) -> Project:
    """The project opening ``years`` later.

    Capital cost, scheduled draws and the state's loans stretch over the longer time of building;
    operation, renewals, the sale of a stake and refinancing move with the opening.

    Raises
    ------
    InputError
        If ``years`` is not a whole number from 0 to :data:`MOST_YEARS`.
    """
    if not 0 <= years <= MOST_YEARS or int(years) != years:
        raise InputError(f"delay of {years} years: give a whole number from 0 to {MOST_YEARS}")
    late = int(years)
    if late == 0:
        return project
    op = project.operation
    clock = _Clock(project.first_year, op.start_year - project.first_year, late)
    capital = project.capital.model_copy(
        update={"by_year_mn": clock.moved(project.capital.by_year()), "total_mn": None,
                "first_year": None, "spread_pct": []}
    )  # fmt: skip
    operation = op.model_copy(
        update={
            "start_year": op.start_year + late,
            "renewals_mn": {year + late: cost for year, cost in op.renewals_mn.items()},
        }
    )
    sale = project.exit
    if sale is not None:
        sale = sale.model_copy(update={"year": sale.year + late})
    layers = [
        each.model_copy(update={"draw_pct": clock.moved(each.draw_pct)}) if each.draw_pct else each
        for each in project.layers
    ]
    if all(each.draw_pct for each in layers):
        # Interest of a longer construction fits no schedule: the last layer takes the rest.
        layers[-1] = layers[-1].model_copy(update={"draw_pct": {}})
    moved = project.model_copy(
        update={
            "capital": capital, "operation": operation, "exit": sale, "layers": layers,
            "state_loans": [_state_loan(each, clock) for each in project.state_loans],
        }
    )  # fmt: skip
    fitted = [
        _put_off(old, new, project, moved) if new.is_debt else new
        for old, new in zip(project.layers, layers, strict=True)
    ]
    return moved.model_copy(update={"layers": fitted})


def _put_off(old: Layer, new: Layer, before: Project, after: Project) -> Layer:
    """A loan whose first instalment and refinancing come after opening and the last draw."""
    moved = after.base_year(new) - before.base_year(old)
    bullet = old.amortisation == "bullet"
    first = after.base_year(new) + (new.maturity_years if bullet else new.grace_years + 1)
    last_cost = max(y for y, c in after.capital.by_year().items() if c > 0)
    last_draw = max((y for y, s in new.draw_pct.items() if s > 0), default=last_cost)
    needed = max(after.completion_year, last_draw)
    off = max(0, needed + 1 - first)
    again = new.refinance
    if again is not None:
        off = max(off, needed + 1 - (again.year + moved))
        again = again.model_copy(update={"year": again.year + moved + off})
    if not off and again is new.refinance:
        return new
    return new.model_copy(
        update={"maturity_years": new.maturity_years + off, "grace_years": new.grace_years + off,
                "refinance": again}
    )  # fmt: skip


def _state_loan(loan: StateLoan, clock: _Clock) -> StateLoan:
    """A loan of the state, drawn with the works; repayment begins after the last draw."""
    if not loan.draw_pct:
        return loan
    draws = clock.moved(loan.draw_pct)
    span = max(draws) - min(draws)
    off = max(0, span - (loan.maturity_years - 1 if loan.amortisation == "bullet"
                         else loan.grace_years))  # fmt: skip
    return loan.model_copy(
        update={"draw_pct": draws, "maturity_years": loan.maturity_years + off,
                "grace_years": loan.grace_years + off}
    )  # fmt: skip


def measures_under(
    plan: Plan,
    project: Project,
    cost_ratio: Floats,
    benefit_ratio: Floats,
    delay_years: Floats,
) -> pd.DataFrame:
    """Measures of a project for draws of cost, benefits and delay.

    Parameters
    ----------
    cost_ratio, benefit_ratio : (draw,)
        Actual over planned capital cost, and over planned revenue from users (payments of the
        state do not move).
    delay_years : (draw,)
        Rounded to whole years from 0 (nothing opens early) to :data:`MOST_YEARS`; NaN counts as 0.

    Returns
    -------
    DataFrame, one row a draw in their order
        Columns of :func:`all_measures`. Overruns are met as in the plan's own ranges.

    Raises
    ------
    InputError
        If lengths differ, a cost ratio is not above 0 or a benefit ratio below it.
    """
    cost, benefit = np.asarray(cost_ratio, np.float64), np.asarray(benefit_ratio, np.float64)
    delay = np.asarray(delay_years, np.float64)
    if not (cost.ndim == 1 and len(cost) and cost.shape == benefit.shape == delay.shape):
        raise InputError(
            f"cost, benefit and delay need one value a draw each, not {cost.shape}, "
            f"{benefit.shape} and {delay.shape}"
        )
    if not (np.all(cost > 0) and np.all(benefit >= 0) and np.isfinite(cost + benefit).all()):
        raise InputError("cost ratios must be above 0 and benefit ratios not below it, all finite")
    totals = simulate(plan, project, base_case()).funding.totals[0]
    late = np.rint(np.clip(np.nan_to_num(delay, nan=0.0), 0, MOST_YEARS)).astype(int)
    parts = []
    for k in np.unique(late):
        at = np.flatnonzero(late == k)
        case = Case(cost_factor=cost[at], revenue_factor=benefit[at])
        flows = simulate(plan, delayed(project, int(k)), case, base_totals=totals)
        parts.append(all_measures(flows).set_axis(at))
    return pd.concat(parts).sort_index().rename_axis("draw")


def all_measures(flows: Flows) -> pd.DataFrame:
    """Measures of :func:`~beltroad.finance.project.ranges.measures_by_draw` and more, by draw.

    NPV of the owners (before the sale of a stake), lowest and mean DSCR, LLCR, payback. All are
    discounted to the end of the first year of spending, which a delay does not move.
    """
    rate = flows.plan.discount_rate_pct / 100
    served = ~np.isnan(flows.dscr)
    count = served.sum(axis=1)
    total = np.where(served, flows.dscr, 0.0).sum(axis=1)
    payback = [payback_years(row) for row in whole_flow(flows)]
    return measures_by_draw(flows).assign(
        equity_npv_mn=npv(rate, equity_flow(flows)),
        dscr_mean=np.where(count > 0, total / np.maximum(count, 1), np.nan),
        llcr=cover_ratios(flows)[0],
        payback_years=payback,
    )
