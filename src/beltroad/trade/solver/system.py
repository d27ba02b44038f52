"""The equations of the counterfactual in changes, matrix free.

Everything is in units of world value added, which is also the numeraire. ``n`` importer or
country, ``i`` exporter, ``j`` industry; arrays by country are ``[n, j]``, flows ``[j, n, i]``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from beltroad.trade.solver.anderson import Anderson
from beltroad.trade.bill import Bill
from beltroad.trade.calibration import Array, Calibration

__all__ = ["State", "System"]


@dataclass
class State:
    """A point on the way to an equilibrium, and what was needed to get there."""

    ln_wage: Array
    ln_price: Array
    expenditure: Array
    share: Array = field(default_factory=lambda: np.empty(0))
    sales: Array = field(default_factory=lambda: np.empty(0))
    excess: Array = field(default_factory=lambda: np.empty(0))
    price_sweeps: int = 0
    spending_sweeps: int = 0

    @property
    def error(self) -> float:
        """Largest relative excess demand for labour; infinite where it is not a number."""
        worst = float(np.abs(self.excess).max()) if self.excess.size else np.inf
        return worst if np.isfinite(worst) else np.inf


class System:
    """Equilibrium conditions of one counterfactual."""

    def __init__(
        self,
        calibration: Calibration,
        cost_change: Array,
        theta: Array,
        tariff: Array,
        deficit: Array,
        bill: Bill,
    ) -> None:
        self.calibration = calibration
        self.world = float(calibration.value_added.sum())
        self.theta = theta
        self.tariff = tariff
        self.beta = calibration.beta
        self.alpha = calibration.alpha
        self.gamma = calibration.gamma
        self._gamma_cost = np.ascontiguousarray(calibration.gamma.transpose(0, 2, 1))
        self.added = calibration.value_added / self.world
        self.deficit = deficit / self.world
        self.bill = bill
        self._site = calibration.industry(bill.industry)
        self._home = 1.0 - bill.transfer.sum(axis=1)
        kappa = (
            cost_change
            if tariff is calibration.tariff
            else (tariff / calibration.tariff * cost_change)
        )
        with np.errstate(all="ignore"):  # the caller refuses what is not finite
            self.weight = calibration.pi * np.exp(-theta[:, None, None] * np.log(kappa))

    def cost(self, ln_wage: Array, ln_price: Array) -> Array:
        """Give ln unit cost ``[n, j]``."""
        inputs = np.matmul(self._gamma_cost, ln_price[:, :, None])[:, :, 0]
        return np.asarray(self.beta * ln_wage[:, None] + inputs)

    def _power(self, ln_cost: Array) -> tuple[Array, Array, Array]:
        """Cost to the power -theta, scaled by its largest value, and the price sums ``[j, n]``."""
        power = -self.theta[:, None] * ln_cost.T
        shift = power.max(axis=1, keepdims=True)
        power = np.exp(power - shift)
        return power, np.matmul(self.weight, power[:, :, None])[:, :, 0], shift

    def price_image(self, ln_wage: Array, ln_price: Array) -> Array:
        """Give the ln price index ``[n, j]`` that follows from costs at ``ln_price``."""
        _, total, shift = self._power(self.cost(ln_wage, ln_price))
        return np.asarray((-(np.log(total) + shift) / self.theta[:, None]).T)

    def solve_prices(self, state: State, tolerance: float, limit: int = 4000) -> float:
        """Solve prices at given wages, in place; returns the residual."""
        memory, gap = Anderson(5), np.inf
        for _ in range(limit):
            image = self.price_image(state.ln_wage, state.ln_price)
            state.price_sweeps += 1
            gap = float(np.abs(image - state.ln_price).max())
            if not gap > tolerance:
                state.ln_price = image
                break
            state.ln_price = memory.step(state.ln_price, image)
        power, total, _ = self._power(self.cost(state.ln_wage, state.ln_price))
        state.share = self.weight * power[:, None, :] / total[:, :, None]
        return gap

    def income(self, ln_wage: Array, revenue: Array) -> tuple[Array, Array, Array]:
        """Income available for final spending, construction spending, and the bill."""
        before = np.exp(ln_wage) * self.added + revenue + self.deficit
        bill = self.bill.income_share * before
        return before - bill + bill @ self.bill.transfer, bill * self._home, bill

    def spending_image(
        self, ln_wage: Array, expenditure: Array, net_share: Array, wedge: Array
    ) -> Array:
        """Spending ``[n, j]`` that follows from sales and income at ``expenditure``."""
        sales = np.matmul(expenditure.T[:, None, :], net_share)[:, 0, :].T
        income, construction, _ = self.income(ln_wage, (wedge * expenditure).sum(axis=1))
        image = np.matmul(self.gamma, sales[:, :, None])[:, :, 0] + self.alpha * income[:, None]
        image[:, self._site] += construction
        return np.asarray(image)

    def solve_spending(self, state: State, tolerance: float, limit: int = 4000) -> float:
        """Solve spending at given wages and shares, in place; returns the residual.

        The residual is relative to the country's total spending, so that industries nobody
        buys from do not hold it up.
        """
        net = state.share / self.tariff
        wedge = np.asarray(1.0 - net.sum(axis=2)).T
        memory, gap = Anderson(5), np.inf
        for _ in range(limit):
            image = self.spending_image(state.ln_wage, state.expenditure, net, wedge)
            state.spending_sweeps += 1
            scale = np.abs(image).sum(axis=1, keepdims=True)
            gap = float((np.abs(image - state.expenditure) / scale).max())
            if not gap > tolerance:
                state.expenditure = image
                break
            state.expenditure = memory.step(state.expenditure, image)
        state.sales = np.matmul(state.expenditure.T[:, None, :], net)[:, 0, :].T
        return gap

    def evaluate(self, state: State, tolerance: float) -> State:
        """Bring prices and spending into line with wages and set the labour market's excess."""
        with np.errstate(all="ignore"):
            self.solve_prices(state, tolerance)
            self.solve_spending(state, tolerance)
            wage_bill = np.exp(state.ln_wage) * self.added
            state.excess = (self.beta * state.sales).sum(axis=1) / wage_bill - 1.0
        return state

    def normalise(self, ln_wage: Array) -> Array:
        """Scale wages so that world value added is the numeraire."""
        return np.asarray(ln_wage - np.log(np.exp(ln_wage) @ self.added))

    def start(self) -> State:
        """Give the observed equilibrium as a state."""
        c = self.calibration
        return State(
            np.zeros(len(c.economies)),
            np.zeros_like(c.beta),
            c.expenditure / self.world,
        )
