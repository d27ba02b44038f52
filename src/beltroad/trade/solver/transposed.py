"""The linearised equilibrium, transposed: values of prices, sales and wages to an objective.

Each array called ``*_value`` is the derivative of an objective in that quantity through
everything that follows from it. With many objectives at once they have a last axis ``m``. The
two contractions of the solver turn into two contractions with the transposed matrices; wages
give one more linear system, with a row for each country.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from beltroad.errors import ConvergenceError
from beltroad.trade.bill import Bill, no_bill
from beltroad.trade.calibration import Array, Calibration
from beltroad.trade.solver.aggregate import aggregate_jacobian
from beltroad.trade.solver.anderson import Anderson

__all__ = ["Solution", "Transposed"]

SWEEPS = 2000


@dataclass
class Solution:
    """Values of the unknowns to ``m`` objectives.

    Attributes
    ----------
    spending, sales, price : (J, N, M)
        Values of spending, output (per unit of money) and ln price index.
    income : (N, M)
        Value of income before the bill.
    paid : (N, M)
        Value of a unit of bill paid, net of where it goes.
    """

    spending: Array
    sales: Array
    price: Array
    income: Array
    paid: Array

    def mixed(self, mix: Array) -> Solution:
        """Combine objectives; ``mix`` is (M, K)."""
        parts = (self.spending, self.sales, self.price, self.income, self.paid)
        return Solution(*(part @ mix for part in parts))

    def __add__(self, other: Solution) -> Solution:
        """Sum, objective by objective."""
        return Solution(
            self.spending + other.spending,
            self.sales + other.sales,
            self.price + other.price,
            self.income + other.income,
            self.paid + other.paid,
        )


class Transposed:
    """Adjoint equations of one solved equilibrium. Money in units of world value added."""

    def __init__(
        self,
        calibration: Calibration,
        *,
        share: Array,
        tariff: Array,
        theta: Array,
        wage_bill: Array,
        income: Array,
        expenditure: Array,
        sales: Array,
        bill: Bill | None,
        deficits: str,
    ) -> None:
        self.share = share
        self.taxed = bool((tariff != 1.0).any())
        self.net = share / tariff if self.taxed else share
        self.theta = theta[:, None]
        self.wage_bill = wage_bill
        self.income = income
        self.bought = np.ascontiguousarray(expenditure.T)  # j, n
        self.sold = np.ascontiguousarray(sales.T)
        self.wedge = 1.0 - self.net.sum(axis=2) if self.taxed else np.zeros_like(self.bought)
        self.alpha = np.ascontiguousarray(calibration.alpha.T)
        self.beta = np.ascontiguousarray(calibration.beta.T)
        self.gamma = calibration.gamma
        self.gamma_cost = np.ascontiguousarray(calibration.gamma.transpose(0, 2, 1))
        self.bill = bill or no_bill(calibration)
        self.site = calibration.industry(self.bill.industry)
        own = calibration.deficit / calibration.value_added
        self.own_deficit = (
            wage_bill * (own - own @ wage_bill) if deficits == "share" else np.zeros_like(wage_bill)
        )
        self.scale = wage_bill[:, None]
        self._aggregate: Array | None = None

    # -- the two contractions ----------------------------------------------------------------

    def _incomes(self, spending: Array, direct: Array) -> tuple[Array, Array]:
        """Values of income before the bill and of the bill, from those of spending."""
        final = direct + (self.alpha[:, :, None] * spending).sum(axis=0)
        if not self.bill.income_share.any():
            return final, np.zeros_like(final)
        paid = self.bill.transfer @ final + self.bill.spent_in @ spending[self.site] - final
        return final + self.bill.income_share[:, None] * paid, paid

    def _outputs(self, spending: Array, labour: Array) -> Array:
        inputs = np.matmul(self.gamma_cost, spending.transpose(1, 0, 2)).transpose(1, 0, 2)
        return np.asarray(inputs + self.beta[:, :, None] * labour[None])

    def spending(
        self, labour: Array, direct: Array, tolerance: float, start: Array | None = None
    ) -> tuple[Array, Array, Array, Array]:
        """Values of spending, sales, income and bill for given values of labour demand.

        Parameters
        ----------
        labour : (N, M)
            Value of labour demand, per unit of money.
        direct : (N, M)
            Direct value of final spending to the objective.
        """

        def image(scaled: Array) -> Array:
            value = scaled / self.scale
            out = np.matmul(self.net, self._outputs(value, labour))
            if self.taxed:
                out += self.wedge[:, :, None] * self._incomes(value, direct)[0]
            return np.asarray(out * self.scale)

        if start is None:
            start = np.zeros((*self.beta.shape, labour.shape[1]))
        value = fixed_point(image, start * self.scale, tolerance) / self.scale
        income, paid = self._incomes(value, direct)
        return value, self._outputs(value, labour), income, paid

    def prices(
        self,
        spending: Array,
        sales: Array,
        income: Array,
        wanted: Array,
        tolerance: float,
        start: Array | None = None,
    ) -> tuple[Array, Array]:
        """Values of ln prices and of ln costs; ``wanted`` (N, M) weighs real incomes."""
        theta, bought = self.theta[:, :, None], self.bought[:, :, None]
        by_share = theta * bought * spending - self.alpha[:, :, None] * wanted
        moved = self.sold[:, :, None] * sales
        if self.taxed:
            spread = bought * income
            moved = moved + np.matmul(self.share.transpose(0, 2, 1), spread)
            moved -= np.matmul(self.net.transpose(0, 2, 1), spread)
        by_cost = -theta * moved

        def cost(price: Array) -> Array:
            return np.asarray(by_cost + np.matmul(self.share.transpose(0, 2, 1), price))

        def image(price: Array) -> Array:
            inputs = np.matmul(self.gamma, cost(price).transpose(1, 0, 2)).transpose(1, 0, 2)
            return np.asarray(by_share + inputs)

        price = fixed_point(image, by_share if start is None else start, tolerance)
        return price, cost(price)

    def wages(self, cost: Array, income: Array) -> Array:
        """Values of ln wages through costs and incomes, ``(N, M)``."""
        value = (self.beta[:, :, None] * cost).sum(axis=0) + self.scale * income
        if self.own_deficit.any():
            value += self.own_deficit[:, None] * (income - self.wage_bill @ income)
        return np.asarray(value)

    # -- wages -------------------------------------------------------------------------------

    def at(
        self, labour: Array, wanted: Array, tolerance: float, start: Solution | None = None
    ) -> tuple[Solution, Array]:
        """Solution for given values of (relative) labour demand, and the wage equations' left."""
        direct = wanted / self.income[:, None]
        demand = labour / self.scale
        x, y, income, paid = self.spending(
            demand, direct, tolerance, start.spending if start else None
        )
        price, cost = self.prices(x, y, income, wanted, tolerance, start.price if start else None)
        left = self.wages(cost, income) - labour + self.scale * labour.sum(axis=0)
        return Solution(x, y, price, income, paid), left

    def one(self, wanted: Array, tolerance: float) -> Solution:
        """Solve for one objective; ``wanted`` (N,) weighs ln real incomes.

        Wages are found by Anderson acceleration of quasi-Newton steps whose matrix is that of
        the model with all industries of a country taken together.
        """
        size = float(np.abs(wanted).max())
        goal = (wanted / size)[:, None]
        matrix = np.linalg.inv(self.aggregate().T)
        labour, memory = np.zeros_like(goal), Anderson(12)
        solution: Solution | None = None
        inner = 1e-3
        for _ in range(200):
            solution, left = self.at(labour, goal, inner, solution)
            gap = float(np.abs(left).max())
            if gap <= tolerance and inner <= tolerance:
                scale = np.full((1, 1), size)
                return solution.mixed(scale)
            if not np.isfinite(gap):
                break
            inner = max(min(inner, 1e-2 * gap), 0.1 * tolerance)
            labour = memory.step(labour, labour - matrix @ left)
        raise ConvergenceError(
            f"adjoint: the wage equations were left at {gap:.1e} (allowed {tolerance:.0e})"
        )

    def all(self, wanted: Array, tolerance: float, block: int = 64) -> Solution:
        """Solve for many objectives; ``wanted`` is (N, M). Blocks bound the memory."""
        count = len(self.wage_bill)
        own, own_left = self._blocks(np.eye(count), np.zeros((count, count)), tolerance, block)
        goals, left = self._blocks(np.zeros(wanted.shape), wanted, tolerance, block)
        mix: Array = np.asarray(np.linalg.solve(own_left, -left), dtype=np.float64)
        return goals + own.mixed(mix)

    def _blocks(
        self, labour: Array, wanted: Array, tolerance: float, block: int
    ) -> tuple[Solution, Array]:
        parts = [
            self.at(labour[:, k : k + block], wanted[:, k : k + block], tolerance)
            for k in range(0, labour.shape[1], block)
        ]
        names = ("spending", "sales", "price", "income", "paid")
        joined = Solution(
            *(np.concatenate([getattr(s, name) for s, _ in parts], axis=-1) for name in names)
        )
        return joined, np.concatenate([left for _, left in parts], axis=1)

    def aggregate(self) -> Array:
        """Jacobian of ln excess labour demand in ln wages, one industry a country, regular."""
        if self._aggregate is None:
            self._aggregate = aggregate_jacobian(
                self.share, self.net, self.theta[:, 0], self.bought, self.wage_bill
            )
        return self._aggregate


def fixed_point(image: Callable[[Array], Array], start: Array, tolerance: float) -> Array:
    """Iterate a linear contraction, accelerated, to a gap relative to the largest value."""
    memory, point, gap = Anderson(5), start, np.inf
    for _ in range(SWEEPS):
        update = image(point)
        gap = float(np.abs(update - point).max())
        if gap <= tolerance * max(1.0, float(np.abs(update).max())):
            return update
        if not np.isfinite(gap):
            break
        point = memory.step(point, update)
    raise ConvergenceError(f"adjoint: an inner system was left at {gap:.1e}")
