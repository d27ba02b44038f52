"""Counterfactual equilibrium of the trade model in changes (Caliendo and Parro, 2015).

Nothing but the observed shares, the trade elasticities and the change of costs is needed
("exact hat algebra": Dekle, Eaton and Kortum, 2008). The unknowns are relative wages; prices and
spending follow from them through two contractions. See ``docs/methods/trade.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from beltroad.errors import ConvergenceError, InputError
from beltroad.trade.bill import Bill, no_bill
from beltroad.trade.calibration import Array, Calibration, elasticity_vector
from beltroad.trade.solver.refusal import refusal
from beltroad.trade.solver.search import Progress, Run, search
from beltroad.trade.solver.system import Shock, State, System
from beltroad.trade.solver.threads import one_thread

__all__ = ["REFUSE", "Equilibrium", "Residuals", "solve"]

REFUSE = 1e-8
SMALLEST = 1e-14
DEFICITS = ("keep", "zero", "share")


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
    bill: Bill | None = None
    deficits: str = "keep"

    @property
    def built_abroad(self) -> Array:
        """Construction paid by n and built by m, USD ``(N, N)``; not part of ``trade_usd``."""
        n = len(self.bill_paid)
        if self.bill is None or self.bill.built_by is None:
            return np.zeros((n, n))
        return self.bill_paid[:, None] * self.bill.built_by

    @property
    def trade_usd(self) -> Array:
        """Flows before tariff, ``[industry, importer, exporter]``, USD; own sales included."""
        return self.share * self.expenditure.T[:, :, None] / self.tariff


@one_thread
def solve(
    calibration: Calibration,
    cost_change: Array,
    *,
    theta: float | Sequence[float] | Array | None = None,
    tariff: Array | None = None,
    deficits: str = "keep",
    bill: Bill | None = None,
    tolerance: float = 1e-9,
    start: Equilibrium | None = None,
    progress: Progress | None = None,
    max_steps: int = 1000,
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
        ``"keep"``: each country's deficit stays the same amount in the numeraire, which is the
        same share of world value added; ``"share"``: the same share of the country's own value
        added, the world's gap spread in proportion to value added; ``"zero"``: removed together
        with the change.
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
    shock = _shock(calibration, cost_change, theta, tariff, deficits, bill)
    if not 1e-13 <= tolerance <= REFUSE:
        raise InputError(f"tolerance {tolerance:g} must lie between 1e-13 and {REFUSE:g}")
    if max_steps < 1:
        raise InputError(f"max_steps {max_steps} must be at least 1")
    system = System(calibration, shock)
    if not system.finite:
        raise InputError(
            f"cost_change between {cost_change.min():g} and {cost_change.max():g} with trade "
            f"elasticities up to {system.theta.max():g} is beyond what can be computed"
        )
    run = Run(max_steps, progress)
    state = system.start() if start is None else _warm(system, start)
    state, method = search(system, state, tolerance, run)
    result = _result(system, state, cost_change, run.steps, method)
    paid = bool((result.income > 0).all())
    if state.error <= tolerance and result.residuals.largest > REFUSE and paid:
        # Wages fit, but a country that spends little of what it turns over is still off.
        state, _ = search(system, state, max(1e-3 * tolerance, 1e-13), run)
        result = _result(system, state, cost_change, run.steps, method)
    solved = state.error <= tolerance and result.residuals.largest <= REFUSE
    if not (solved and (result.income > 0).all()):
        raise ConvergenceError(refusal(system, state, result.residuals, run, tolerance))
    return result


def _shock(
    calibration: Calibration,
    cost_change: Array,
    theta: float | Sequence[float] | Array | None,
    tariff: Array | None,
    deficits: str,
    bill: Bill | None,
) -> Shock:
    """Check the arguments of `solve`."""
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
    if deficits not in DEFICITS:
        raise InputError(f"deficits {deficits!r} must be one of {', '.join(map(repr, DEFICITS))}")
    added = calibration.value_added
    idle = np.flatnonzero(~(added > SMALLEST * added.sum()))
    if len(idle):
        raise InputError(
            f"value added must be more than {SMALLEST:.0e} of the world's in every economy; leave "
            f"out {', '.join(calibration.economies[n] for n in idle[:5])} or add it to a neighbour"
        )
    if bill is not None:
        bill.check(calibration)
    return Shock(
        cost_change=cost_change,
        tariff=calibration.tariff if tariff is None else tariff,
        theta=calibration.theta
        if theta is None
        else elasticity_vector(theta, calibration.industries),
        deficits=deficits,
        bill=bill or no_bill(calibration),
    )


def _warm(system: System, start: Equilibrium) -> State:
    if start.ln_price.shape != system.beta.shape:
        raise InputError(
            f"start has {start.ln_price.shape} countries and industries, the calibration "
            f"{system.beta.shape}"
        )
    wage = system.normalise(start.ln_wage)
    return State(wage, start.ln_price.copy(), start.expenditure / system.world)


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
    share = system.shares(state)
    net = share / system.tariff
    wedge = np.asarray(1.0 - net.sum(axis=2)).T
    revenue = np.asarray((wedge * state.expenditure).sum(axis=1))
    income, _, bill = system.income(state.ln_wage, revenue)
    received = bill @ system.bill.transfer
    wage_bill = np.exp(state.ln_wage) * system.added
    labour = (system.beta * state.sales).sum(axis=1)
    flow = net * state.expenditure.T[:, :, None]
    gap = flow.sum(axis=(0, 2)) - flow.sum(axis=(0, 1))
    spent_in = bill[:, None] * system.bill.spent_in
    deficit = system.deficit(state.ln_wage)
    # Work built abroad is paid abroad, and bought there by the builder.
    wanted = deficit + received + spent_in.sum(axis=0) - bill
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
        share=share,
        expenditure=state.expenditure * world,
        sales=state.sales * world,
        income=income * world,
        tariff_revenue=revenue * world,
        bill_paid=bill * world,
        bill_received=received * world,
        deficit=deficit * world,
        cost_change=cost_change,
        tariff=system.tariff,
        theta=system.theta,
        residuals=residuals,
        steps=steps,
        method=method,
        bill=system.bill,
        deficits=system.deficits,
    )
