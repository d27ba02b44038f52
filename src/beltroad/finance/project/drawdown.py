r"""Drawdown: who pays how much in which year, with the cost of finance itself financed.

The need of a year is capital cost plus fees, premium and interest that is paid during
construction. These depend on what is drawn, and what is drawn depends on the need:

.. math:: u = k + C(d(u)),

with capital cost k, draws d and financing cost C. The map is a contraction (fees and interest
within a year are a few per cent of a draw), so that it is solved to the last digits by repeating
it. Capitalised interest and financed premium are added to the loan itself and are not drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import ConvergenceError, InputError
from beltroad.finance.project.case import Case, Floats, Grid, rates_by_year
from beltroad.finance.project.plan import Project
from beltroad.finance.project.plan_parts import Layer

__all__ = ["Funding", "fund"]

_ROUNDS = 400
_EXACT = 1e-14


@dataclass(frozen=True)
class Funding:
    """Sources and uses while the project is built, all (draw, year) in the plan's currency.

    ``drawn`` is cash by layer; ``added`` what is put on a loan without cash (capitalised interest,
    financed premium); ``totals`` the cash commitments (draw, layer).
    """

    capital: Floats
    fees: Floats
    premium: Floats
    interest_paid: Floats
    drawn: list[Floats]
    added_interest: list[Floats]
    added_premium: list[Floats]
    fees_by_layer: list[Floats]
    totals: Floats


def fund(
    project: Project,
    grid: Grid,
    case: Case,
    capital: Floats,
    base_totals: Floats | None = None,
) -> Funding:
    """Solve the circle of need, draws and financing cost.

    Parameters
    ----------
    capital : (draw, year)
        Capital cost in the plan's currency.
    base_totals : (layer,)
        Commitments of the base case; with ``overrun_met_by`` they cap all other layers.

    Raises
    ------
    InputError
        If fixed amounts or scheduled draws exceed what is needed.
    ConvergenceError
        If financing costs do not settle.
    """
    other = np.zeros_like(capital)
    scale = capital.sum(axis=1, keepdims=True)
    for _ in range(_ROUNDS):
        drawn, totals = _draws(project, grid, capital + other, base_totals)
        parts = _costs(project, grid, case, drawn)
        new = parts.fees + parts.premium + parts.interest
        moved = float(np.max(np.abs(new - other) / scale))
        other = new
        if moved < _EXACT:
            break
    else:
        raise ConvergenceError(
            f"project {project.id}: financing costs during construction do not settle; "
            "lower fees or interest"
        )
    drawn, totals = _draws(project, grid, capital + other, base_totals)
    return Funding(
        capital, parts.fees, parts.premium, parts.interest, drawn, parts.added_interest,
        parts.added_premium, parts.fees_by_layer, totals,
    )  # fmt: skip


@dataclass(frozen=True)
class _Costs:
    fees: Floats
    premium: Floats
    interest: Floats
    added_interest: list[Floats]
    added_premium: list[Floats]
    fees_by_layer: list[Floats]


def _draws(
    project: Project, grid: Grid, uses: Floats, base_totals: Floats | None
) -> tuple[list[Floats], Floats]:
    totals = _totals(project, grid, uses, base_totals)
    layers = project.layers
    rest = uses.copy()
    drawn: list[Floats] = [np.zeros_like(uses) for _ in layers]
    free = []
    for k, layer in enumerate(layers):
        if layer.draw_pct:
            share = np.array([layer.draw_pct.get(int(y), 0.0) / 100 for y in grid.years])
            drawn[k] = totals[:, [k]] * share
            if base_totals is not None:  # a cheaper draw needs less than was scheduled
                drawn[k] = np.minimum(drawn[k], np.maximum(rest, 0.0))
            rest = rest - drawn[k]
        else:
            free.append(k)
    scale = uses.sum(axis=1, keepdims=True)
    short = rest < -1e-9 * scale
    if np.any(short):
        year = int(grid.years[np.nonzero(short.any(axis=0))[0][0]])
        raise InputError(
            f"project {project.id}: scheduled draws (draw_pct) exceed what is needed in {year}; "
            "spread them as the costs fall, or leave draw_pct out"
        )
    if not free:
        if np.any(np.abs(rest) > 1e-9 * scale):
            raise InputError(
                f"project {project.id}: every layer has draw_pct and they do not add up to the "
                "need of each year; leave draw_pct out of one layer"
            )
        return drawn, totals
    queue = [free]
    if project.drawdown == "equity_first":
        first = [k for k in free if not layers[k].is_debt]
        queue = [first, [k for k in free if layers[k].is_debt]]
    done = np.zeros_like(uses)
    cumulative = np.cumsum(rest, axis=1)
    for place, group in enumerate(queue):
        if not group:
            continue
        size = totals[:, group].sum(axis=1, keepdims=True)
        last = place == len(queue) - 1 or not queue[place + 1]
        upto = cumulative if last else np.minimum(cumulative, done + size)
        flow = np.diff(upto - done, axis=1, prepend=0.0)
        weight = np.divide(totals[:, group], size, out=np.zeros_like(totals[:, group]),
                           where=size > 0)  # fmt: skip
        for j, k in enumerate(group):
            drawn[k] = flow * weight[:, [j]]
        done = upto
    return drawn, totals


def _totals(
    project: Project, grid: Grid, uses: Floats, base_totals: Floats | None
) -> NDArray[np.float64]:
    """Cash commitments (draw, layer); they add up to the need of each draw."""
    layers, need = project.layers, uses.sum(axis=1)
    fixed = np.array([
        0.0 if each.amount_mn is None else each.amount_mn / grid.rates[each.currency][0]
        for each in layers
    ])  # fmt: skip
    share = np.array([(each.share_pct or 0.0) / 100 for each in layers])
    names = [each.name for each in layers]
    if base_totals is not None and project.overrun_met_by != "pro_rata":
        # Overruns and savings fall on one layer; savings beyond it are shared.
        k = names.index(project.overrun_met_by)
        others = np.where(np.arange(len(layers)) == k, 0.0, base_totals)
        shrink = np.minimum(1.0, need / max(others.sum(), 1e-300))
        totals = others[None, :] * shrink[:, None]
        totals[:, k] = need - totals.sum(axis=1)
        return np.asarray(np.maximum(totals, 0.0), np.float64)
    left = need - fixed.sum()
    if base_totals is None and np.any(left < -1e-9 * need):
        raise InputError(
            f"project {project.id}: fixed amounts of {fixed.sum():,.1f} exceed the need of "
            f"{float(need.min()):,.1f} million; lower an amount_mn"
        )
    shrink = np.minimum(1.0, need / max(fixed.sum(), 1e-300))
    return np.asarray(
        fixed[None, :] * shrink[:, None] + np.maximum(left, 0.0)[:, None] * share[None, :]
    )


def _costs(project: Project, grid: Grid, case: Case, drawn: list[Floats]) -> _Costs:
    """Fees, premium and interest that these draws cause until operation starts."""
    shape = drawn[0].shape
    zero = np.zeros(shape)
    fees, premium, interest = zero.copy(), zero.copy(), zero.copy()
    added_interest, added_premium, by_layer = [], [], []
    for layer, cash in zip(project.layers, drawn, strict=True):
        extra_i, extra_p, own = zero.copy(), zero.copy(), zero.copy()
        if layer.is_debt:
            paid = _one_loan(project, grid, case, layer, cash, extra_i, extra_p, own)
            fees += own
            interest += paid
            if not layer.premium_financed:
                premium += _premium(grid, layer, cash)
        added_interest.append(extra_i)
        added_premium.append(extra_p)
        by_layer.append(own)
    return _Costs(fees, premium, interest, added_interest, added_premium, by_layer)


def _premium(grid: Grid, layer: Layer, cash: Floats) -> Floats:
    out = np.zeros_like(cash)
    rate = grid.rates[layer.currency]
    out[:, 0] = (cash * rate).sum(axis=1) * layer.premium_pct / 100 / rate[0]
    return out


def _one_loan(
    project: Project, grid: Grid, case: Case, layer: Layer, cash: Floats,
    extra_i: Floats, extra_p: Floats, fees: Floats,
) -> Floats:  # fmt: skip
    """Fill what is added to the loan and its fees; return the interest paid in construction."""
    rate = grid.rates[layer.currency]
    own = cash * rate
    committed = own.sum(axis=1)
    price = rates_by_year(layer, grid.years, case.reference_add_pct)
    within = 0.5 if project.draws_fall == "mid_year" else 0.0
    if layer.premium_financed:
        extra_p[:] = _premium(grid, layer, cash)
    fees[:, 0] += committed * layer.upfront_fee_pct / 100 / rate[0]
    balance = np.zeros(len(cash))
    paid = np.zeros_like(cash)
    used = np.zeros(len(cash))
    for t, year in enumerate(grid.years):
        undrawn = np.maximum(committed - used - within * own[:, t], 0.0)
        # The last draw is known to be the last: no fee on rounding errors after it.
        if np.any(own[:, t:] > 0):
            fees[:, t] += undrawn * layer.commitment_fee_pct / 100 / rate[t]
        used = used + own[:, t]
        if year < project.operation.start_year:
            due = price[t] * (balance + within * own[:, t])
            if layer.construction_interest == "capitalised":
                extra_i[:, t] = due / rate[t]
                balance = balance + due
            else:
                paid[:, t] = due / rate[t]
        balance = balance + own[:, t] + extra_p[:, t] * rate[t]
    return paid
