"""Why an equilibrium was not reached: the countries and industries that hold it up."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from beltroad.trade.calibration import Array
from beltroad.trade.solver.search import Run
from beltroad.trade.solver.system import State, System

__all__ = ["refusal"]

SHOWN = 5


class _Residuals(Protocol):
    @property
    def price(self) -> float: ...
    @property
    def trade_balance(self) -> float: ...


def refusal(system: System, state: State, residuals: _Residuals, run: Run, tolerance: float) -> str:
    """Tell the largest gaps by country and by industry, with sizes, and what may help."""
    c = system.calibration
    with np.errstate(all="ignore"):
        wage_bill = np.exp(state.ln_wage) * system.added
        excess = np.nan_to_num(state.excess, nan=np.inf)
        before = c.beta * c.sales / c.value_added[:, None]
        moved = c.beta * state.sales / wage_bill[:, None] - before
        # An industry holds up by what it adds to the gaps, weighted by the country's size.
        off = np.abs(excess) > tolerance
        adds = np.nan_to_num(np.abs(moved[off]) * system.added[off, None], nan=np.inf)
        price = np.abs(system.price_image(state.ln_wage, state.ln_price) - state.ln_price)
        ratio = system.income_ratio(state)
    vanished = run.vanished
    if vanished is not None:
        ratio = vanished.ratio
    short = ratio <= 0.0
    countries = _top(c.economies, np.abs(excess), excess, tolerance)
    industry_gap = adds.sum(axis=0) if adds.size else np.nan_to_num(price.max(axis=0), nan=np.inf)
    industries = _top(c.industries, industry_gap, industry_gap, tolerance)
    parts = [f"no equilibrium within {run.steps} steps"]
    if short.any():
        names = _top(c.economies, -ratio, ratio, 0.0)
        where = ""
        if vanished is not None:
            where = (
                f" from {100 * vanished.share:.0f} % of the change on; at {100 * vanished.at:.0f} %"
            )
        parts.append(
            f"income is not above zero{where} (relative to value added) in {names}: what flows "
            "out (deficits or bill) is more than is earned; use deficits='share' or 'zero'"
        )
    # Gaps at wages of a part of the change tell nothing where incomes are the reason.
    if countries and vanished is None:
        parts.append(
            f"demand for labour is off, relative to value added (allowed {tolerance:.0e}), in "
            f"{countries}"
        )
    if industries and vanished is None:
        parts.append(f"industry by industry, in world value added, most comes from {industries}")
    if vanished is None:
        parts.append(
            f"residuals: price {residuals.price:.1e}, trade balance {residuals.trade_balance:.1e}"
        )
    stranded = _without_exports(system) if system.deficits == "zero" else ""
    if stranded:
        parts.append(
            f"nobody abroad buys from {stranded}, so what it buys abroad cannot be paid for "
            "without a deficit; use deficits='share' or 'keep'"
        )
    if run.reached is not None:
        parts.append(f"{100 * run.reached:.1f} % of the change could be solved")
    parts.append(
        "Try a smaller cost change, start= a nearby solution, lower trade elasticities or more "
        "max_steps"
    )
    return "; ".join(parts)


def _without_exports(system: System) -> str:
    """Names of importers to which no one else sends money."""
    c = system.calibration
    border = 1.0 - np.eye(len(c.economies))
    flow = (c.trade_usd.sum(axis=0) * border) / c.value_added.sum()
    lost = np.flatnonzero((flow.sum(axis=0) == 0) & (flow.sum(axis=1) > 0))
    return ", ".join(c.economies[n] for n in lost[:SHOWN])


def _top(names: tuple[str, ...], size: Array, shown: Array, least: float) -> str:
    order = np.argsort(-size, kind="stable")[:SHOWN]
    return ", ".join(f"{names[k]} ({shown[k]:+.2e})" for k in order if size[k] > least)
