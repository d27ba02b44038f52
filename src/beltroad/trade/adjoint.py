"""Derivatives of real income in every trade cost, in one reverse pass.

The derivative is that of the full equilibrium at the solved point (prices, spending, wages,
tariff revenue, deficits, bill), not the first-order welfare formula. One objective costs about
as much as one solve however many trade costs there are; all countries at once cost one block of
right-hand sides. See ``docs/methods/trade-adjoint.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from beltroad.errors import InputError
from beltroad.trade.calibration import Array, Calibration
from beltroad.trade.equilibrium import Equilibrium
from beltroad.trade.solver.threads import one_thread
from beltroad.trade.solver.transposed import Solution, Transposed

__all__ = [
    "CountryGradients",
    "Gradient",
    "country_gains",
    "country_gradients",
    "gradient",
    "pair_gradients",
]

TOLERANCE = 1e-10
Weights = Mapping[str, float] | Array | None


@dataclass(frozen=True)
class Gradient:
    """Derivatives of ``W = sum_n weights_n ln(real income_n)`` at a solved equilibrium.

    With the default weights (base income in USD) W is money: ``ln_iceberg`` is then USD a year
    per unit of ln iceberg cost, and `usd_per_percent` USD a year per 1 % of cost.

    Attributes
    ----------
    weights : (N,)
        Weight of each country's ln real income.
    ln_iceberg : (J, N, N)
        In ln iceberg cost ``[industry, importer, exporter]``, own sales included.
    tariff : (J, N, N)
        In the ad valorem rate of tariff (per unit: 0.01 is one percentage point).
    theta : (J,)
        In the trade elasticity. Zero where nothing has changed: there it does not matter.
    deficit : (N,)
        In the deficit, per USD in the numeraire. Deficits sum to zero, so only differences
        between countries mean something.
    bill_share : (N,)
        In the share of income that pays for infrastructure.
    """

    weights: Array
    ln_iceberg: Array
    tariff: Array
    theta: Array
    deficit: Array
    bill_share: Array

    @property
    def usd_per_percent(self) -> Array:
        """Gain from a fall of iceberg cost by 1 %, USD a year where weights are USD."""
        return np.asarray(-0.01 * self.ln_iceberg)

    def along(self, ln_iceberg: Array) -> float:
        """Change of W per unit of a direction of ln iceberg costs ``(J, N, N)``."""
        return float(np.vdot(self.ln_iceberg, ln_iceberg))


@dataclass(frozen=True)
class CountryGradients:
    """Derivatives of each country's ln real income, kept in factors and multiplied on demand.

    The full array has N x J x N x N entries (2 GB for 170 x 50); this holds N x J x N.
    """

    calibration: Calibration
    equilibrium: Equilibrium
    _system: Transposed
    _solution: Solution

    def of(self, iso3: str) -> Gradient:
        """Derivatives of one country's ln real income."""
        m = self.calibration.economy(iso3)
        pick = np.zeros((len(self.calibration.economies), 1))
        pick[m] = 1.0
        return _gradient(
            self.calibration, self.equilibrium, self._system, self._solution.mixed(pick), pick[:, 0]
        )

    def __iter__(self) -> Iterator[tuple[str, Gradient]]:
        """Country by country, in the order of the calibration."""
        for iso3 in self.calibration.economies:
            yield iso3, self.of(iso3)

    def along(self, directions: Sequence[Array] | Array) -> Array:
        """Change of ln real income per unit of each direction of ln iceberg costs.

        Parameters
        ----------
        directions
            Arrays (J, N, N).

        Returns
        -------
        (N, D)
            Rows are countries.
        """
        columns = [self._contract(np.asarray(d)).sum(axis=(1, 2)) for d in directions]
        return np.stack(columns, axis=1)

    def pairs(self, per_industry: Array) -> Array:
        """Sum over industries of ``per_industry`` times the derivative in ln iceberg cost.

        Parameters
        ----------
        per_industry : (J,) or (J, N, N)
            Weight of each industry, for all pairs or ``[industry, importer, exporter]``.

        Returns
        -------
        (N, N, N)
            ``[country, importer, exporter]``: change of ln real income of a country per unit.
        """
        shape = self.calibration.pi.shape
        weight = np.asarray(per_industry, dtype=float)
        if weight.shape not in (shape, shape[:1]):
            raise InputError(
                f"per_industry has shape {weight.shape}, expected {shape[:1]} or {shape}"
            )
        if weight.ndim == 1:
            weight = np.broadcast_to(weight[:, None, None], shape)
        return self._contract(weight)

    def _contract(self, weight: Array) -> Array:
        s, value = self._system, self._solution
        if weight.shape != s.share.shape:
            raise InputError(f"direction has shape {weight.shape}, expected {s.share.shape}")
        # Through prices of the importer: n, (i, j) @ (j, m).
        at_importer = np.matmul(
            (weight * s.share).transpose(1, 2, 0), value.price.transpose(1, 0, 2)
        )
        out = at_importer.transpose(2, 0, 1)  # m, n, i
        # Through sales of the exporter: i, (n, j) @ (j, m).
        moved = weight * s.net * (s.theta * s.bought)[:, :, None]
        out -= np.matmul(moved.transpose(2, 1, 0), value.sales.transpose(1, 0, 2)).transpose(
            2, 1, 0
        )
        if s.taxed:
            taxed = weight * (s.share - s.net) * (s.theta * s.bought)[:, :, None]
            out -= value.income.T[:, :, None] * taxed.sum(axis=0)
        return np.ascontiguousarray(out)


@one_thread
def gradient(
    calibration: Calibration,
    equilibrium: Equilibrium,
    *,
    weights: Weights = None,
    tolerance: float = TOLERANCE,
) -> Gradient:
    """Derivatives of weighted ln real income in every trade cost, one reverse pass.

    Parameters
    ----------
    calibration, equilibrium
        The accounts and an equilibrium that `solve` returned for them; its tariffs, deficits
        rule, bill and elasticities are those of the derivative.
    weights
        ``{iso3: weight}`` (others zero) or (N,). By default base income in USD, so that W is
        the world's gain in USD a year.
    tolerance
        Largest residual of the adjoint equations, relative to the largest weight.

    Raises
    ------
    InputError
        If weights do not fit.
    ConvergenceError
        If the adjoint equations were not solved.
    """
    wanted = _weights(calibration, weights)
    system = _system(calibration, equilibrium)
    solution = system.one(wanted, tolerance)
    return _gradient(calibration, equilibrium, system, solution, wanted)


@one_thread
def country_gradients(
    calibration: Calibration, equilibrium: Equilibrium, *, tolerance: float = TOLERANCE
) -> CountryGradients:
    """Derivatives of the ln real income of every country, all in one block solve."""
    system = _system(calibration, equilibrium)
    solution = system.all(np.eye(len(calibration.economies)), tolerance)
    return CountryGradients(calibration, equilibrium, system, solution)


@one_thread
def country_gains(
    calibration: Calibration, equilibrium: Equilibrium, directions: Sequence[Array] | Array
) -> Array:
    """Change of every country's ln real income along directions of ln iceberg cost ``(N, D)``."""
    return country_gradients(calibration, equilibrium).along(directions)


@one_thread
def pair_gradients(
    calibration: Calibration, equilibrium: Equilibrium, per_industry: Array
) -> Array:
    """Derivatives by country and pair, contracted over industries; see `CountryGradients.pairs`."""
    return country_gradients(calibration, equilibrium).pairs(per_industry)


def _weights(calibration: Calibration, weights: Weights) -> Array:
    if weights is None:
        return calibration.income.copy()
    if isinstance(weights, Mapping):
        wanted = np.zeros(len(calibration.economies))
        for iso3, value in weights.items():
            wanted[calibration.economy(iso3)] = value
    else:
        wanted = np.array(weights, dtype=float)
    if wanted.shape != (len(calibration.economies),):
        raise InputError(
            f"weights have shape {wanted.shape}, expected ({len(calibration.economies)},)"
        )
    if not np.isfinite(wanted).all() or not wanted.any():
        raise InputError("weights must be finite and not all zero")
    return wanted


def _system(calibration: Calibration, equilibrium: Equilibrium) -> Transposed:
    if equilibrium.share.shape != calibration.pi.shape:
        raise InputError(
            f"the equilibrium has shares of shape {equilibrium.share.shape}, the calibration "
            f"{calibration.pi.shape}"
        )
    world = float(calibration.value_added.sum())
    return Transposed(
        calibration,
        share=equilibrium.share,
        tariff=equilibrium.tariff,
        theta=equilibrium.theta,
        wage_bill=np.exp(equilibrium.ln_wage) * calibration.value_added / world,
        income=equilibrium.income / world,
        expenditure=equilibrium.expenditure / world,
        sales=equilibrium.sales / world,
        bill=equilibrium.bill,
        deficits=equilibrium.deficits,
    )


def _gradient(
    calibration: Calibration,
    equilibrium: Equilibrium,
    system: Transposed,
    solution: Solution,
    weights: Array,
) -> Gradient:
    """Multiply the values out to every trade cost; for one objective."""
    price, sales = solution.price[:, :, 0], solution.sales[:, :, 0]
    income, paid = solution.income[:, 0], solution.paid[:, 0]
    share, bought = system.share, system.bought
    net_value = sales[:, None, :] - income[None, :, None]  # a sale abroad, less lost revenue
    # Value of ln share: spending times (value to the seller net of tariff + to the treasury).
    by_share = share * (bought * income)[:, :, None]
    before_tariff = system.net * bought[:, :, None] * net_value
    by_share += before_tariff
    ln_cost = share * price[:, :, None] - system.theta[:, :, None] * by_share
    tariff = (ln_cost - before_tariff) / equilibrium.tariff
    ratio = np.divide(share, calibration.pi, out=np.ones_like(share), where=share > 0)
    ln_ratio = np.log(ratio, out=ratio)
    # ln of (cost to this buyer over his price index) is -ln_ratio / theta.
    theta = (ln_ratio * (by_share - share * price[:, :, None] / system.theta[:, :, None])).sum(
        axis=(1, 2)
    ) / system.theta[:, 0]
    world = float(calibration.value_added.sum())
    gross = (equilibrium.income + equilibrium.bill_paid - equilibrium.bill_received) / world
    return Gradient(
        weights=weights,
        ln_iceberg=ln_cost,
        tariff=tariff,
        theta=theta,
        deficit=income / world,
        bill_share=paid * gross,
    )
