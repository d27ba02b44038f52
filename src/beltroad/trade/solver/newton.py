"""Newton's method on wages for counterfactuals far from the observed equilibrium.

The derivative of excess demand for labour comes from the implicit function theorem: prices and
spending are differentiated through the same contractions that solve them, for all wages at
once, so that no matrix of countries times industries is ever formed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from beltroad.trade.calibration import Array
from beltroad.trade.solver.anderson import Anderson
from beltroad.trade.solver.system import State, System

__all__ = ["inverse", "ln_gap", "newton", "regular_jacobian", "wage_jacobian"]

LONGEST_STEP = 2.0
PATIENCE = 15  # steps in which the largest gap must fall tenfold
FINEST = 1e-15
# (bend, part) of the steps that are tried, in turn.
ROW = ((0, 1), (0, 0.5), (0.01, 1), (0.1, 1), (0, 0.2), (1, 1), (0, 0.05), (10, 1), (0, 0.005))
SWEEPS = 600
SLOW = 0.5


def _fixed_point(
    image: Callable[[Array], Array], own: Array, start: Array, tolerance: float
) -> Array:
    """Solve ``x = image(x)``, ``(J, N, M)``, with what a country does to itself solved at once.

    ``own`` holds I less each country's own block of the linear map, ``(N, J, J)``. Only what
    crosses a border is left to the iterations; next to autarky that is almost nothing.
    """
    memory, point, last = Anderson(4), start, np.inf
    inverse = np.linalg.inv(own)
    for _ in range(SWEEPS):
        step = image(point) - point
        step = np.matmul(inverse, step.transpose(1, 0, 2)).transpose(1, 0, 2)
        update = point + step
        gap = float(np.abs(step).max())
        if not gap > tolerance * max(1.0, float(np.abs(update).max())):
            return np.asarray(update)
        # Memory costs more than a sweep on large data; it is for those that close slowly.
        point = memory.step(point, update) if gap > SLOW * last else update
        last = gap
    return np.asarray(point)


def wage_jacobian(system: System, state: State, tolerance: float = 1e-6) -> Array:
    """Differentiate ln labour demand less ln wage bill of n in the ln wage of m, ``[n, m]``.

    ``state`` must hold prices and spending that solve the system at its wages.
    """
    share = system.shares(state)
    net = share / system.tariff if system.taxed else share
    theta = system.theta[:, None, None]
    count = len(state.ln_wage)
    unit = np.eye(count)
    gamma, gamma_cost = system.gamma, system.gamma.transpose(0, 2, 1)
    direct = (system.beta[:, :, None] * unit[:, None, :]).transpose(1, 0, 2)  # j, i, m

    def cost(price: Array) -> Array:
        inputs = np.matmul(gamma_cost, price.transpose(1, 0, 2)).transpose(1, 0, 2)
        return np.asarray(direct + inputs)

    kept = np.diagonal(share, axis1=1, axis2=2).T  # n, j
    own = np.eye(len(theta)) - kept[:, :, None] * gamma_cost
    start = np.matmul(share, direct)
    price = _fixed_point(lambda p: np.matmul(share, cost(p)), own, start, tolerance)
    unit_cost = cost(price)

    bought = state.expenditure.T[:, :, None]
    flow = net * bought
    sales = state.sales.T[:, :, None]
    moved = -theta * (sales * unit_cost - np.matmul(flow.transpose(0, 2, 1), price))
    wage_bill = np.exp(state.ln_wage) * system.added
    before = wage_bill[:, None] * unit
    if system.deficits == "share":
        part = wage_bill / wage_bill.sum()
        own = wage_bill * (system.own_deficit - system.own_deficit @ part)
        before += np.diag(own) - np.outer(part, own)
    wedge = 1.0 - net.sum(axis=2)  # j, n
    if system.taxed:
        rate = share - net
        change = -theta * (np.matmul(rate, unit_cost) - wedge[:, :, None] * price)
        before = before + (bought * change).sum(axis=0)
    paid = system.bill.income_share[:, None]
    alpha = system.alpha.T[:, :, None]

    def sold(spending: Array) -> Array:
        return np.asarray(np.matmul(net.transpose(0, 2, 1), spending) + moved)

    def spending(point: Array) -> Array:
        gross = before
        if system.taxed:
            gross = gross + (wedge[:, :, None] * point).sum(axis=0)
        income = gross * (1.0 - paid) + system.bill.transfer.T @ (paid * gross)
        inputs = np.matmul(gamma, sold(point).transpose(1, 0, 2)).transpose(1, 0, 2)
        image = inputs + alpha * income[None, :, :]
        image[system.site] += system.spent_in.T @ (paid * gross)
        return np.asarray(image)

    # Per wage bill, so that the smallest country is solved as well as the largest.
    scale = wage_bill[:, None]
    start = alpha * before[None, :, :] / scale
    kept = np.diagonal(net, axis1=1, axis2=2).T
    own = np.eye(len(theta)) - gamma * kept[:, None, :]
    if system.taxed:
        own -= system.alpha[:, :, None] * ((1.0 - paid) * wedge.T)[:, None, :]
    bought = _fixed_point(lambda x: spending(x * scale) / scale, own, start, tolerance) * scale
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
    """Damped Newton steps until the labour market clears or no step helps any more.

    A step is taken if it lowers the largest gap or the size of the Newton step that would follow
    with the same matrix, whichever the units of the gaps. Where none does, prices and
    spending are solved more closely, in case their own error is what is left.
    """
    inner = 1e-3 * tolerance
    state = system.evaluate(state, inner)
    best, mark, since = state, np.inf, 0
    for _ in range(iterations):
        report(state.error)
        since = 0 if state.error < 0.1 * mark else since + 1
        mark = state.error if since == 0 else mark
        if state.error <= tolerance or not np.isfinite(state.error) or since > PATIENCE:
            break
        with np.errstate(all="ignore"):
            matrix = regular_jacobian(system, state)
        if not np.isfinite(matrix).all():
            break
        better = _damped(system, state, matrix, tolerance, inner)
        if better is None:
            inner *= 1e-2
            if inner < FINEST:
                break
            state = system.evaluate(state.moved(state.ln_wage), inner)
        else:
            state = better
        if state.error < best.error:
            best = state
    return best


def _damped(
    system: System, state: State, matrix: Array, tolerance: float, inner: float
) -> State | None:
    """First step of a row that makes things better; None where none does.

    The row begins with the full Newton step, goes on with shorter ones and with ones bent
    towards raising the wage where labour is short, which is slow and safe.
    """
    gap = ln_gap(state, tolerance)
    first = inverse(matrix, 0.02 * tolerance)
    for bend, part in ROW:
        inv = inverse(matrix, max(bend, 0.02 * tolerance)) if bend else first
        step = -inv @ gap
        length = float(np.abs(step).max())
        if not np.isfinite(length):
            continue
        size = part * min(1.0, LONGEST_STEP / max(length, 1e-300))
        trial = state.moved(system.normalise(state.ln_wage + size * step))
        trial = system.evaluate(trial, inner)
        if trial.error < state.error:
            return trial
        if np.isfinite(trial.error) and (trial.excess > -1.0).all():
            after = float(np.abs(inv @ ln_gap(trial, tolerance)).max())
            if after < (1.0 - 0.25 * size) * length:
                return trial
    return None


def ln_gap(state: State, tolerance: float) -> Array:
    """Log of labour demand over the wage bill; bounded where demand is not above zero.

    What is well within the tolerance counts as nothing: next to autarky it would ask for large
    moves of wages that nobody reacts to.
    """
    gap = np.log1p(np.maximum(state.excess, -1.0 + 1e-12))
    return np.where(np.abs(gap) < 0.02 * tolerance, 0.0, gap)


def inverse(matrix: Array, bend: float) -> Array:
    """Inverse of a Jacobian whose diagonal is made more negative by ``bend``."""
    bent = matrix - bend * np.eye(len(matrix))
    try:
        return np.asarray(np.linalg.inv(bent))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(bent))


def regular_jacobian(system: System, state: State) -> Array:
    """Jacobian of ln gaps in ln wages with the numeraire kept, which makes it regular."""
    # Entries are about as small as trade is; next to autarky they must be known more closely.
    least = float((1.0 - _kept_at_home(system, state)).min())
    jacobian = wage_jacobian(system, state, float(np.clip(1e-3 * least, 1e-13, 1e-6)))
    wage_bill = np.exp(state.ln_wage) * system.added
    return np.asarray(jacobian + wage_bill - wage_bill @ jacobian)


def _kept_at_home(system: System, state: State) -> Array:
    """Share of each country's sales that it buys itself."""
    share = np.diagonal(system.shares(state), axis1=1, axis2=2).T
    net = share / np.diagonal(system.tariff, axis1=1, axis2=2).T if system.taxed else share
    return np.asarray((net * state.expenditure).sum(axis=1) / state.sales.sum(axis=1))
