"""The equations of the counterfactual in changes, matrix free.

Everything is in units of world value added, which is also the numeraire. ``n`` importer or
country, ``i`` exporter, ``j`` industry; arrays by country are ``[n, j]``, flows ``[j, n, i]``.

Sums over exporters are products of one fixed array of weights with powers of unit costs, so a
sweep reads that array once and writes nothing of its size. Weights and powers are kept in range
whatever the elasticity and the size of the change: rows are scaled by their largest entry, and
the point about which powers are taken moves along when costs have moved far.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from beltroad.trade.bill import Bill
from beltroad.trade.calibration import Array, Calibration
from beltroad.trade.solver.anderson import Anderson

__all__ = ["Shock", "State", "System"]

WIDEST = 250.0  # largest range of -theta ln cost before powers are taken about another point
FINEST = 4e-15  # what double precision leaves of a gap between sweeps


@dataclass(frozen=True)
class Shock:
    """What changes: everything that, beside the accounts, determines an equilibrium.

    Attributes
    ----------
    cost_change, tariff : (J, N, N)
        Ratio of new to old iceberg cost; new one plus tariff.
    theta : (J,)
        Trade elasticity.
    deficits
        ``keep``, ``zero`` or ``share``.
    bill
        Who pays for infrastructure.
    deficit_left
        Share of deficits that is left; below one on the way to removing them.
    """

    cost_change: Array
    tariff: Array
    theta: Array
    deficits: str
    bill: Bill
    deficit_left: float = 1.0

    def part(self, calibration: Calibration, size: float) -> Shock:
        """Give a part of the way from the observed point (0) to the whole change (1).

        Deficits that are to go shrink as shares of value added, so that no surplus is left that
        a country cannot earn any more.
        """
        old = calibration.tariff
        rule = "share" if self.deficits == "zero" else self.deficits
        return replace(
            self,
            cost_change=self.cost_change**size,
            tariff=self.tariff if self.tariff is old else old * (self.tariff / old) ** size,
            deficits=rule,
            deficit_left=1.0 - size if self.deficits == "zero" else 1.0,
            bill=replace(self.bill, income_share=self.bill.income_share * size),
        )


@dataclass
class State:
    """A point on the way to an equilibrium, and what was needed to get there."""

    ln_wage: Array
    ln_price: Array
    expenditure: Array
    sales: Array = field(default_factory=lambda: np.empty(0))
    excess: Array = field(default_factory=lambda: np.empty(0))
    revenue: Array = field(default_factory=lambda: np.zeros(1))
    price_sweeps: int = 0
    spending_sweeps: int = 0

    @property
    def error(self) -> float:
        """Largest relative excess demand for labour; infinite where it is not a number."""
        worst = float(np.abs(self.excess).max()) if self.excess.size else np.inf
        return worst if np.isfinite(worst) else np.inf

    def moved(self, ln_wage: Array) -> State:
        """Give the same point at other wages, still to be evaluated."""
        return State(
            ln_wage,
            self.ln_price,
            self.expenditure,
            price_sweeps=self.price_sweeps,
            spending_sweeps=self.spending_sweeps,
        )


class System:
    """Equilibrium conditions of one counterfactual."""

    def __init__(self, calibration: Calibration, shock: Shock) -> None:
        self.calibration = calibration
        self.shock = shock
        self.world = float(calibration.value_added.sum())
        self.theta = shock.theta
        self.tariff = shock.tariff
        self.taxed = bool((shock.tariff != 1.0).any())
        self.beta, self.alpha, self.gamma = calibration.beta, calibration.alpha, calibration.gamma
        self._gamma_cost = np.ascontiguousarray(calibration.gamma.transpose(0, 2, 1))
        self.added = calibration.value_added / self.world
        self.deficits = shock.deficits
        self.own_deficit = shock.deficit_left * calibration.deficit / calibration.value_added
        self.bill = shock.bill
        self.site = calibration.industry(shock.bill.industry)
        self.spent_in = shock.bill.spent_in
        self._price_part = min(1.0, 5.0 / float(shock.theta.max()))
        self._billed = bool(shock.bill.income_share.any())
        self._ln_weight = self._logs()
        self._about(np.zeros_like(calibration.beta.T))

    def _logs(self) -> Array:
        """Log of spending shares times trade costs to the power -theta; -inf where no trade."""
        c, shock = self.calibration, self.shock
        with np.errstate(divide="ignore"):
            out = np.log(c.pi)
        changed = shock.cost_change != 1.0
        if shock.tariff is not c.tariff:
            changed |= shock.tariff != c.tariff
        at = np.nonzero(changed & (c.pi > 0))
        ln_kappa = np.log(shock.cost_change[at])
        if shock.tariff is not c.tariff:
            ln_kappa += np.log(shock.tariff[at] / c.tariff[at])
        out[at] -= self.theta[at[0]] * ln_kappa
        return np.asarray(out)

    def _about(self, ln_cost: Array) -> None:
        """Take powers of cost about this point, ``[j, i]``."""
        self._center = ln_cost
        log = self._ln_weight - (self.theta[:, None] * ln_cost)[:, None, :]
        self._row = log.max(axis=2)
        log -= self._row[:, :, None]
        self._weight = np.exp(log, out=log)
        self._net_weight = self._weight / self.tariff if self.taxed else self._weight

    @property
    def finite(self) -> bool:
        """Whether every buyer is left with somebody to buy from."""
        return bool(np.isfinite(self._row).all() and np.isfinite(self._weight).all())

    # -- prices ------------------------------------------------------------------------------

    def cost(self, ln_wage: Array, ln_price: Array) -> Array:
        """Give ln unit cost ``[n, j]``."""
        inputs = np.matmul(self._gamma_cost, ln_price[:, :, None])[:, :, 0]
        return np.asarray(self.beta * ln_wage[:, None] + inputs)

    def _power(self, ln_cost: Array) -> tuple[Array, Array, Array]:
        """Scaled powers of cost ``[j, i]``, sums over exporters ``[j, n]``, and ln of the scale."""
        log = -self.theta[:, None] * (ln_cost.T - self._center)
        shift = log.max(axis=1, keepdims=True)
        log -= shift
        if float(log.min()) < -WIDEST:
            self._about(np.ascontiguousarray(ln_cost.T))
            return self._power(ln_cost)
        power = np.exp(log)
        total = np.matmul(self._weight, power[:, :, None])[:, :, 0]
        return power, total, shift + self._row

    def price_image(self, ln_wage: Array, ln_price: Array) -> Array:
        """Give the ln price index ``[n, j]`` that follows from costs at ``ln_price``."""
        _, total, scale = self._power(self.cost(ln_wage, ln_price))
        return np.asarray((-(np.log(total) + scale) / self.theta[:, None]).T)

    def solve_prices(self, state: State, tolerance: float, limit: int = 2000) -> float:
        """Solve prices at given wages, in place; returns the residual."""
        memory, gap = Anderson(5), np.inf
        for _ in range(limit):
            image = self.price_image(state.ln_wage, state.ln_price)
            state.price_sweeps += 1
            gap = float(np.abs(image - state.ln_price).max())
            if not gap > max(tolerance, FINEST * float(np.abs(image).max())):
                state.ln_price = image
                break
            state.ln_price = memory.step(state.ln_price, image)
        return gap

    def shares(self, state: State) -> Array:
        """Spending shares ``[j, n, i]`` at the prices of a state."""
        power, total, _ = self._power(self.cost(state.ln_wage, state.ln_price))
        share = self._weight * power[:, None, :]
        share /= total[:, :, None]
        return np.asarray(share)

    # -- spending ----------------------------------------------------------------------------

    def deficit(self, ln_wage: Array) -> Array:
        """Deficits at given wages, by the rule that was asked for."""
        if self.deficits == "zero":
            return np.zeros_like(self.added)
        if self.deficits == "keep":
            return np.asarray(self.calibration.deficit / self.world)
        wage_bill = np.exp(ln_wage) * self.added
        mean = self.own_deficit @ wage_bill / wage_bill.sum()
        return np.asarray(wage_bill * (self.own_deficit - mean))

    def income(self, ln_wage: Array, revenue: Array) -> tuple[Array, Array, Array]:
        """Income left for final spending, construction spending, and the bill."""
        return self._split(np.exp(ln_wage) * self.added + self.deficit(ln_wage) + revenue)

    def _split(self, before: Array) -> tuple[Array, Array, Array]:
        bill = self.bill.income_share * before
        return before - bill + bill @ self.bill.transfer, bill @ self.spent_in, bill

    def income_ratio(self, state: State, *, at_start: bool = False) -> Array:
        """Income left for final spending by the wage bill; ``at_start`` as it was observed."""
        if at_start:
            return np.asarray(self.calibration.income / self.calibration.value_added)
        income = self.income(state.ln_wage, state.revenue)[0]
        return np.asarray(income / (np.exp(state.ln_wage) * self.added))

    def solvent(self, state: State) -> bool:
        """Whether every country has something left to spend."""
        return bool((self.income_ratio(state) > 0.0).all())

    def solve_spending(self, state: State, tolerance: float, limit: int = 2000) -> float:
        """Solve spending at given wages and prices, in place; returns the residual.

        The residual is relative to the country's total spending, so that industries nobody
        buys from do not hold it up.
        """
        power, total, _ = self._power(self.cost(state.ln_wage, state.ln_price))
        fixed = np.exp(state.ln_wage) * self.added + self.deficit(state.ln_wage)
        if self.taxed:
            net = np.matmul(self._net_weight, power[:, :, None])[:, :, 0]
            wedge = np.ascontiguousarray((1.0 - net / total).T)

        def sold(expenditure: Array) -> Array:
            scaled = (expenditure.T / total)[:, None, :]
            return np.asarray((np.matmul(scaled, self._net_weight)[:, 0, :] * power).T)

        memory, gap = Anderson(5), np.inf
        for _ in range(limit):
            inputs = np.matmul(self.gamma, sold(state.expenditure)[:, :, None])[:, :, 0]
            before = fixed + (wedge * state.expenditure).sum(axis=1) if self.taxed else fixed
            if self._billed:
                income, construction, _ = self._split(before)
                image = inputs + self.alpha * income[:, None]
                image[:, self.site] += construction
            else:
                image = inputs + self.alpha * before[:, None]
            state.spending_sweeps += 1
            scale = np.abs(image).sum(axis=1, keepdims=True)
            gap = float((np.abs(image - state.expenditure) / scale).max())
            if not gap > tolerance:
                state.expenditure = image
                break
            state.expenditure = memory.step(state.expenditure, image)
        state.sales = sold(state.expenditure)
        if self.taxed:
            state.revenue = np.asarray((wedge * state.expenditure).sum(axis=1))
        return gap

    # -- wages -------------------------------------------------------------------------------

    def evaluate(self, state: State, tolerance: float) -> State:
        """Bring prices and spending into line with wages and set the labour market's excess.

        Prices are solved more closely where elasticities are high, since demand reacts by as
        much more to what is left.
        """
        with np.errstate(all="ignore"):
            self.solve_prices(state, max(tolerance * self._price_part, FINEST))
            self.solve_spending(state, max(tolerance, FINEST))
            wage_bill = np.exp(state.ln_wage) * self.added
            state.excess = (self.beta * state.sales).sum(axis=1) / wage_bill - 1.0
        return state

    def normalise(self, ln_wage: Array) -> Array:
        """Scale wages so that world value added is the numeraire."""
        top = float(ln_wage.max())
        return np.asarray(ln_wage - top - np.log(np.exp(ln_wage - top) @ self.added))

    def start(self) -> State:
        """Give the observed equilibrium as a state."""
        c = self.calibration
        return State(
            np.zeros(len(c.economies)),
            np.zeros_like(c.beta),
            c.expenditure / self.world,
        )
