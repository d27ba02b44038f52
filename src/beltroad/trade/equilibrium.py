"""Counterfactual equilibrium of the trade model in changes (Caliendo and Parro, 2015).

Nothing but the observed shares, the trade elasticities and the change of costs is needed
("exact hat algebra": Dekle, Eaton and Kortum, 2008). The unknowns are relative wages; prices and
spending follow from them through two contractions. See ``docs/methods/trade.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from beltroad.errors import ConvergenceError, InputError
from beltroad.trade.solver.anderson import Anderson
from beltroad.trade.solver.newton import newton
from beltroad.trade.solver.system import State, System
from beltroad.trade.bill import Bill, no_bill
from beltroad.trade.calibration import Array, Calibration, elasticity_vector

__all__ = ["REFUSE", "Equilibrium", "Residuals", "solve"]

REFUSE = 1e-8
PATIENCE = 40
HALVINGS = 3
Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Residuals:
    """How far each condition is from holding, relative; the largest over countries."""

    labour_market: float
    price: float
    trade_balance: float
    walras: float

    @property
    def largest(self) -> float:
        """The largest of the four."""
        return max(self.labour_market, self.price, self.trade_balance, self.walras)


@dataclass(frozen=True)
class Equilibrium:
    """A solved counterfactual. Money is USD with world value added as numeraire.

    Attributes
    ----------
    ln_wage : (N,)
        ln change of the wage (of value added).
    ln_price, ln_cost : (N, J)
        ln change of price indices and of unit costs.
    share : (J, N, N)
        Spending shares ``[industry, importer, exporter]``.
    expenditure, sales : (N, J)
        Spending at purchaser prices and gross output, USD.
    income, tariff_revenue, bill_paid, bill_received, deficit : (N,)
        USD; ``income`` is what is left for final spending.
    cost_change, tariff : (J, N, N)
        What was asked for.
    residuals, steps, method
        How well and how the solution was reached.
    """

    ln_wage: Array
    ln_price: Array
    ln_cost: Array
    share: Array
    expenditure: Array
    sales: Array
    income: Array
    tariff_revenue: Array
    bill_paid: Array
    bill_received: Array
    deficit: Array
    cost_change: Array
    tariff: Array
    theta: Array
    residuals: Residuals
    steps: int
    method: str

    @property
    def trade_usd(self) -> Array:
        """Flows before tariff, ``[industry, importer, exporter]``, USD; own sales included."""
        return self.share * self.expenditure.T[:, :, None] / self.tariff


class _Run:
    """Counts outer steps over all stages and tells the caller how it goes."""

    def __init__(self, limit: int, progress: Progress | None) -> None:
        self.limit = limit
        self.progress = progress
        self.steps = 0

    @property
    def left(self) -> int:
        return max(0, self.limit - self.steps)

    def report(self, error: float) -> None:
        self.steps += 1
        if self.progress is not None:
            self.progress(self.steps, error)


def solve(
    calibration: Calibration,
    cost_change: Array,
    *,
    theta: float | Sequence[float] | Array | None = None,
    tariff: Array | None = None,
    deficits: str = "share",
    bill: Bill | None = None,
    tolerance: float = 1e-9,
    start: Equilibrium | None = None,
    progress: Progress | None = None,
    max_steps: int = 400,
) -> Equilibrium:
    """Equilibrium after a change of iceberg trade costs, tariffs, deficits or a bill.

    Parameters
    ----------
    cost_change : (J, N, N)
        Ratio of new to old iceberg cost, ``[industry, importer, exporter]``; 1 is no change.
    theta
        Trade elasticities to use in place of the calibration's, each at least 1.
    tariff : (J, N, N), optional
        New one plus ad valorem tariff; unchanged by default.
    deficits
        ``"share"``: each country's deficit stays the same share of world value added;
        ``"zero"``: deficits are removed.
    bill
        Who pays for infrastructure, and where the money is spent.
    tolerance
        Largest relative excess demand for labour, at most 1e-8.
    start
        An earlier solution of the same calibration to start from.
    progress
        Called with the number of outer steps and the current error.
    max_steps
        Outer steps over all stages before giving up.

    Raises
    ------
    InputError
        If an argument has the wrong shape or is out of bounds.
    ConvergenceError
        If the equilibrium was not reached; an unconverged result is never returned.
    """
    system = _system(calibration, cost_change, theta, tariff, deficits, bill)
    if not 1e-13 <= tolerance <= REFUSE:
        raise InputError(f"tolerance {tolerance:g} must lie between 1e-13 and {REFUSE:g}")
    if max_steps < 1:
        raise InputError(f"max_steps {max_steps} must be at least 1")
    run = _Run(max_steps, progress)
    state = system.start() if start is None else _warm(system, start)
    state, method = _solve(system, state, tolerance, run, cost_change, HALVINGS)
    result = _result(system, state, cost_change, run.steps, method)
    if not (state.error <= tolerance and result.residuals.largest <= REFUSE):
        raise ConvergenceError(_explain(system, state, result.residuals, run.steps, tolerance))
    return result


def _system(
    calibration: Calibration,
    cost_change: Array,
    theta: float | Sequence[float] | Array | None,
    tariff: Array | None,
    deficits: str,
    bill: Bill | None,
) -> System:
    """Check the arguments of `solve` and put up the equations."""
    shape = calibration.pi.shape
    for name, value, least in (("cost_change", cost_change, 0.0), ("tariff", tariff, 0.0)):
        if value is None:
            continue
        if value.shape != shape:
            raise InputError(
                f"{name} has shape {value.shape}, expected {shape} [industry, importer, exporter]"
            )
        bad = np.argwhere(~(np.isfinite(value) & (value > least)))
        if len(bad):
            j, n, i = (int(x) for x in bad[0])
            raise InputError(
                f"{name} must be finite and above zero: {value[j, n, i]} for industry "
                f"{calibration.industries[j]}, importer {calibration.economies[n]}, exporter "
                f"{calibration.economies[i]} (1 means no change)"
            )
    if deficits not in ("share", "zero"):
        raise InputError(f"deficits {deficits!r} must be 'share' or 'zero'")
    if bill is not None:
        bill.check(calibration)
    system = System(
        calibration,
        cost_change,
        calibration.theta if theta is None else elasticity_vector(theta, calibration.industries),
        calibration.tariff if tariff is None else tariff,
        calibration.deficit if deficits == "share" else np.zeros_like(calibration.deficit),
        bill or no_bill(calibration),
    )
    if not np.isfinite(system.weight).all():
        raise InputError(
            f"cost_change as small as {cost_change.min():g} with trade elasticities up to "
            f"{system.theta.max():g} is beyond what can be computed"
        )
    return system


def _warm(system: System, start: Equilibrium) -> State:
    if start.ln_price.shape != system.beta.shape:
        raise InputError(
            f"start has {start.ln_price.shape} countries and industries, the calibration "
            f"{system.beta.shape}"
        )
    wage = system.normalise(start.ln_wage)
    return State(wage, start.ln_price.copy(), start.expenditure / system.world)


def _solve(
    system: System,
    state: State,
    tolerance: float,
    run: _Run,
    cost_change: Array,
    halvings: int,
) -> tuple[State, str]:
    """Anderson first, then Newton, then the same from the solution of half the change."""
    state = _accelerated(system, state, tolerance, run)
    if state.error <= tolerance or not run.left:
        return state, "anderson"
    state = newton(system, state, tolerance, iterations=min(25, run.left), report=run.report)
    if state.error <= tolerance or not run.left or not halvings:
        return state, "newton"
    s = system
    half = System(
        s.calibration,
        np.sqrt(cost_change),
        s.theta,
        s.tariff,
        np.array(s.deficit) * s.world,
        s.bill,
    )
    middle, _ = _solve(half, half.start(), 1e-6, run, np.sqrt(cost_change), halvings - 1)
    if middle.error > 1e-6:
        return state, "continuation"
    fresh = State(middle.ln_wage, middle.ln_price, middle.expenditure)
    last = newton(system, fresh, tolerance, iterations=run.left, report=run.report)
    return (last if last.error < state.error else state), "continuation"


def _accelerated(system: System, state: State, tolerance: float, run: _Run) -> State:
    """Anderson iteration on ln wages; stops early where it makes no headway."""
    memory = Anderson(8, 0.5)
    error, best, mark, since = 1e-2, np.inf, np.inf, 0
    kept = State(state.ln_wage, state.ln_price, state.expenditure)
    while run.left:
        state = system.evaluate(state, max(1e-2 * min(error, 1.0), 0.05 * tolerance))
        if state.error <= tolerance:  # wages fit; now prices and spending must, too
            state = system.evaluate(state, 0.05 * tolerance)
        error = state.error
        run.report(error)
        if error < best or not kept.share.size:
            best = error
            kept = State(
                state.ln_wage,
                state.ln_price,
                state.expenditure,
                state.share,
                state.sales,
                state.excess,
            )
        since = 0 if error < 0.1 * mark else since + 1
        mark = error if since == 0 else mark
        if error <= tolerance or since > PATIENCE or not np.isfinite(error):
            break
        image = state.ln_wage + np.log1p(np.maximum(state.excess, -0.9))
        state.ln_wage = system.normalise(memory.step(state.ln_wage, image))
    return kept


def _result(
    system: System, state: State, cost_change: Array, steps: int, method: str
) -> Equilibrium:
    """Everything that follows from a state, with the residuals measured afresh."""
    with np.errstate(all="ignore"):
        return _measure(system, state, cost_change, steps, method)


def _measure(
    system: System, state: State, cost_change: Array, steps: int, method: str
) -> Equilibrium:
    world = system.world
    net = state.share / system.tariff
    wedge = np.asarray(1.0 - net.sum(axis=2)).T
    revenue = np.asarray((wedge * state.expenditure).sum(axis=1))
    income, _, bill = system.income(state.ln_wage, revenue)
    received = bill @ system.bill.transfer
    wage_bill = np.exp(state.ln_wage) * system.added
    labour = (system.beta * state.sales).sum(axis=1)
    flow = net * state.expenditure.T[:, :, None]
    gap = flow.sum(axis=(0, 2)) - flow.sum(axis=(0, 1))
    abroad = bill * system.bill.transfer.sum(axis=1)
    wanted = system.deficit + received - abroad
    image = system.price_image(state.ln_wage, state.ln_price)
    measured = (
        np.abs(labour / wage_bill - 1.0).max(),
        np.abs(image - state.ln_price).max(),
        np.abs((gap - wanted) / income).max(),
        abs(labour.sum() - wage_bill.sum()) / wage_bill.sum(),
    )
    residuals = Residuals(*(float(v) if np.isfinite(v) else np.inf for v in measured))
    return Equilibrium(
        ln_wage=state.ln_wage,
        ln_price=state.ln_price,
        ln_cost=system.cost(state.ln_wage, state.ln_price),
        share=state.share,
        expenditure=state.expenditure * world,
        sales=state.sales * world,
        income=income * world,
        tariff_revenue=revenue * world,
        bill_paid=bill * world,
        bill_received=received * world,
        deficit=system.deficit * world,
        cost_change=cost_change,
        tariff=system.tariff,
        theta=system.theta,
        residuals=residuals,
        steps=steps,
        method=method,
    )


def _explain(
    system: System, state: State, residuals: Residuals, steps: int, tolerance: float
) -> str:
    """Name the country furthest from clearing and its industry that adds most to it."""
    c = system.calibration
    excess = np.where(np.isfinite(state.excess), np.abs(state.excess), np.inf)
    n = int(excess.argmax())
    wage_bill = np.exp(state.ln_wage[n]) * system.added[n]
    before = c.beta[n] * c.sales[n] / c.value_added[n]
    adds = np.nan_to_num(np.abs(c.beta[n] * state.sales[n] / wage_bill - before), nan=np.inf)
    j = int(adds.argmax())
    return (
        f"no equilibrium within {steps} steps: demand for labour in {c.economies[n]} is off by "
        f"{state.excess[n]:+.2e} of its value added (allowed {tolerance:.0e}), most of it from "
        f"industry {c.industries[j]} ({adds[j]:.2e}); residuals: price {residuals.price:.1e}, "
        f"trade balance {residuals.trade_balance:.1e}. Try a smaller cost change, start= a "
        "nearby solution, lower trade elasticities or more max_steps"
    )
