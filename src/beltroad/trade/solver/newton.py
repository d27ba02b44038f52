"""Newton's method on wages for counterfactuals far from the observed equilibrium.

The derivative of excess demand for labour comes from the implicit function theorem: prices and
spending are differentiated through the same contractions that solve them, for all wages at
once, so that no matrix of countries times industries is ever formed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from beltroad.trade.solver.anderson import Anderson
from beltroad.trade.solver.system import State, System
from beltroad.trade.calibration import Array

__all__ = ["newton", "wage_jacobian"]

LONGEST_STEP = 1.0
SWEEPS = 600


def _fixed_point(image: Callable[[Array], Array], start: Array, tolerance: float) -> Array:
    memory, point = Anderson(4), start
    for _ in range(SWEEPS):
        update = image(point)
        gap = float(np.abs(update - point).max())
        if not gap > tolerance * max(1.0, float(np.abs(update).max())):
            return update
        point = memory.step(point, update)
    return point


def wage_jacobian(system: System, state: State, tolerance: float = 1e-6) -> Array:
    """Differentiate ln labour demand less ln wage bill of n in the ln wage of m, ``[n, m]``.

    ``state`` must hold prices, shares and spending that solve the system at its wages.
    """
    share, net = state.share, state.share / system.tariff
    theta = system.theta[:, None, None]
    count = len(state.ln_wage)
    unit = np.eye(count)
    gamma, gamma_cost = system.gamma, system.gamma.transpose(0, 2, 1)
    direct = (system.beta[:, :, None] * unit[:, None, :]).transpose(1, 0, 2)  # j, i, m

    def cost(price: Array) -> Array:
        inputs = np.matmul(gamma_cost, price.transpose(1, 0, 2)).transpose(1, 0, 2)
        return np.asarray(direct + inputs)

    price = _fixed_point(lambda p: np.matmul(share, cost(p)), np.matmul(share, direct), tolerance)
    unit_cost = cost(price)

    flow = net * state.expenditure.T[:, :, None]
    sales = state.sales.T[:, :, None]
    moved = -theta * (sales * unit_cost - np.matmul(flow.transpose(0, 2, 1), price))
    wage_bill = np.exp(state.ln_wage) * system.added
    before = wage_bill[:, None] * unit
    wedge = 1.0 - net.sum(axis=2)  # j, n
    taxed = bool((wedge > 1e-14).any())
    if taxed:
        rate = share - net
        change = -theta * (np.matmul(rate, unit_cost) - wedge[:, :, None] * price)
        before = before + (state.expenditure.T[:, :, None] * change).sum(axis=0)
    paid = system.bill.income_share[:, None]
    home = 1.0 - system.bill.transfer.sum(axis=1)[:, None]
    site = system.calibration.industry(system.bill.industry)
    alpha = system.alpha.T[:, :, None]

    def sold(spending: Array) -> Array:
        return np.asarray(np.matmul(net.transpose(0, 2, 1), spending) + moved)

    def spending(point: Array) -> Array:
        gross = before
        if taxed:
            gross = gross + (wedge[:, :, None] * point).sum(axis=0)
        income = gross * (1.0 - paid) + system.bill.transfer.T @ (paid * gross)
        inputs = np.matmul(gamma, sold(point).transpose(1, 0, 2)).transpose(1, 0, 2)
        image = inputs + alpha * income[None, :, :]
        image[site] += paid * home * gross
        return np.asarray(image)

    start = alpha * before[None, :, :]
    scale = float(np.abs(start).max())
    bought = _fixed_point(lambda x: spending(x * scale) / scale, start / scale, tolerance) * scale
    labour = (system.beta.T[:, :, None] * sold(bought)).sum(axis=0)
    demand = (system.beta * state.sales).sum(axis=1)
    return np.asarray(labour / demand[:, None] - unit)


def newton(
    system: System,
    state: State,
    tolerance: float,
    *,
    iterations: int,
    report: Callable[[float], None],
) -> State:
    """Damped Newton steps until the labour market clears or no step helps any more."""
    inner = 0.05 * tolerance
    state = system.evaluate(state, inner)
    for _ in range(iterations):
        report(state.error)
        if state.error < tolerance or not np.isfinite(state.error):
            break
        with np.errstate(all="ignore"):
            jacobian = wage_jacobian(system, state)
        target = -np.log1p(np.maximum(state.excess, -0.999999))
        numeraire = (np.exp(state.ln_wage) * system.added)[None, :]
        system_matrix = np.vstack([jacobian, numeraire])
        if not np.isfinite(system_matrix).all():
            break
        step = np.linalg.lstsq(system_matrix, np.append(target, 0.0), rcond=1e-15)[0]
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        better = None
        for size in (1.0, 0.5, 0.2, 0.05, 0.01):
            trial = State(
                system.normalise(state.ln_wage + size * step),
                state.ln_price,
                state.expenditure,
                price_sweeps=state.price_sweeps,
                spending_sweeps=state.spending_sweeps,
            )
            trial = system.evaluate(trial, inner)
            if trial.error < state.error:
                better = trial
                break
        if better is None:
            break
        state = better
    return state
