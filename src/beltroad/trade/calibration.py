"""The observed world economy as the shares and accounts that the equilibrium starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError, InputError, suggest

__all__ = ["ELASTICITY_SETS", "Array", "Calibration", "assemble", "calibrate"]

Array = npt.NDArray[np.float64]

ELASTICITY_SETS = {
    "uniform": "theta_uniform",
    "caliendo_parro_sectoral": "theta_caliendo_parro",
}
ACCOUNTS = 1e-9
LEAST_VALUE_ADDED = 0.01  # share of cost, once duties on inputs are in it
MILLION = 1e6


@dataclass(frozen=True)
class Calibration:
    """Shares, accounts and elasticities of the observed equilibrium. Arrays are read-only.

    ``n`` is the importer (or the country itself), ``i`` the exporter, ``j`` an industry, ``k`` an
    input industry. Money is USD of the base year.

    Attributes
    ----------
    economies, industries
        Labels: ISO 3166 alpha-3 codes and ICIO industries.
    pi : (J, N, N)
        ``pi[j, n, i]``: share of n's spending on j that goes to i; sums to one over i.
    gamma : (N, J, J)
        ``gamma[n, k, j]``: share of the cost of j in n spent on input k.
    beta : (N, J)
        Share of value added in cost; ``beta + gamma.sum(axis=1)`` is one.
    alpha : (N, J)
        Share of final spending on j; sums to one.
    theta : (J,)
        Trade elasticity.
    value_added, deficit : (N,)
        Value added; final spending less value added and tariff revenue (sums to zero).
    tariff : (J, N, N)
        One plus the ad valorem tariff of importer n on j from i.
    sales, expenditure : (N, J)
        Gross output; spending at purchaser prices on intermediates and final goods.
    goods : (J,)
        True where a physical good crosses the border.
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    pi: Array
    gamma: Array
    beta: Array
    alpha: Array
    theta: Array
    value_added: Array
    deficit: Array
    tariff: Array
    sales: Array
    expenditure: Array
    goods: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        _check(self)

    @property
    def trade_usd(self) -> Array:
        """Flows before tariff, ``[industry, importer, exporter]``, USD; own sales included."""
        return self.pi * self.expenditure.T[:, :, None] / self.tariff

    @property
    def tariff_revenue(self) -> Array:
        """Tariff revenue by importer, USD."""
        return np.asarray(((self.tariff - 1.0) * self.trade_usd).sum(axis=(0, 2)))

    @property
    def income(self) -> Array:
        """Final spending by country, USD: value added, tariff revenue and deficit."""
        return self.value_added + self.tariff_revenue + self.deficit

    def economy(self, iso3: str) -> int:
        """Position of an economy; unknown codes raise `InputError` with close matches."""
        if iso3 not in self.economies:
            raise InputError(
                f"economy {iso3!r} is not in the trade model ({len(self.economies)} economies). "
                f"{suggest(iso3, self.economies)}"
            )
        return self.economies.index(iso3)

    def industry(self, code: str) -> int:
        """Position of an industry; unknown codes raise `InputError` with close matches."""
        if code not in self.industries:
            raise InputError(
                f"industry {code!r} is not in the trade model. {suggest(code, self.industries)}"
            )
        return self.industries.index(code)

    def with_theta(self, theta: float | Sequence[float] | Array) -> Calibration:
        """Give the same accounts with other trade elasticities (one, or one per industry)."""
        return replace(self, theta=elasticity_vector(theta, self.industries))


def elasticity_vector(theta: float | Sequence[float] | Array, industries: Sequence[str]) -> Array:
    """Trade elasticities as a checked vector; below one is refused.

    Below one a price index of the model's goods need not exist for any elasticity of
    substitution above two, and spending barely reacts to cost: such draws of an estimate are
    noise, not economies.
    """
    vector = np.array(np.broadcast_to(np.asarray(theta, dtype=float), (len(industries),)))
    bad = ~(np.isfinite(vector) & (vector >= 1.0))
    if bad.any():
        named = ", ".join(f"{industries[j]} {vector[j]:g}" for j in np.flatnonzero(bad)[:5])
        raise InputError(f"trade elasticities must be finite and at least 1: {named}")
    return vector


def assemble(
    economies: Sequence[str],
    industries: Sequence[str],
    trade: Array,
    cost_share: Array,
    theta: float | Sequence[float] | Array,
    *,
    tariff: Array | None = None,
    goods: Sequence[bool] | npt.NDArray[np.bool_] | None = None,
    balanced: bool = False,
) -> Calibration:
    """Close the accounts of a set of flows and cost shares.

    Spending shares, cost shares and final spending (total spending less inputs) are taken from
    the data; output and value added are then solved from them, so that every account closes to
    machine precision whatever the rounding of the data.

    Parameters
    ----------
    trade : (J, N, N)
        USD before tariff, ``[industry, importer, exporter]``, own sales included.
    cost_share : (N, J, J)
        ``[country, input industry, using industry]``.
    theta
        One trade elasticity, or one per industry.
    tariff : (J, N, N), optional
        One plus the ad valorem tariff; none by default.
    goods : (J,), optional
        Which industries are goods; all by default.
    balanced
        Make final spending equal income in every country (no deficits) by solving for the
        scale of each economy. For data that are balanced but for rounding.

    Raises
    ------
    DataError
        If shares are out of bounds or the accounts are further from closing than rounding.
    """
    n, j = len(economies), len(industries)
    trade = np.asarray(trade, dtype=float)
    gamma = np.array(cost_share, dtype=float)
    tau = np.ones((j, n, n)) if tariff is None else np.array(tariff, dtype=float)
    if trade.shape != (j, n, n) or gamma.shape != (n, j, j) or tau.shape != (j, n, n):
        raise DataError(
            f"shapes do not fit {n} economies and {j} industries: trade {trade.shape}, "
            f"cost shares {gamma.shape}, tariff {tau.shape}"
        )
    if (trade < 0).any() or not np.isfinite(trade).all():
        raise DataError("trade flows must be finite and not negative")
    beta = 1.0 - gamma.sum(axis=1)
    paid = trade * tau
    spent = paid.sum(axis=2)
    pi = np.divide(paid, spent[:, :, None], out=np.zeros_like(paid), where=spent[:, :, None] > 0)
    unused = np.argwhere(spent == 0)
    pi[unused[:, 0], unused[:, 1], unused[:, 1]] = 1.0
    expenditure = spent.T.copy()
    sales = trade.sum(axis=1).T.copy()
    final = expenditure - np.einsum("nkj,nj->nk", gamma, sales)
    low = final < 0
    if (-final[low]).sum() > 1e-4 * expenditure.sum():
        row, column = divmod(int(final.argmin()), j)
        raise DataError(
            f"inputs exceed total spending: {economies[row]} {industries[column]} by "
            f"{-final[row, column]:.4g} USD; check that cost shares and flows belong together"
        )
    final[low] = 0.0
    sales, expenditure, final = _close(pi / tau, gamma, beta, final, sales, tau, balanced)
    added = (beta * sales).sum(axis=1)
    revenue = ((tau - 1.0) * pi * expenditure.T[:, :, None] / tau).sum(axis=(0, 2))
    spending = final.sum(axis=1)
    deficit = np.zeros(n) if balanced else spending - added - revenue
    return Calibration(
        economies=tuple(economies),
        industries=tuple(industries),
        pi=pi,
        gamma=gamma,
        beta=beta,
        alpha=final / spending[:, None],
        theta=elasticity_vector(theta, industries),
        value_added=added,
        deficit=deficit - deficit.mean(),
        tariff=tau,
        sales=sales,
        expenditure=expenditure,
        goods=np.ones(j, dtype=bool) if goods is None else np.array(goods, dtype=bool),
    )


def _close(
    share: Array,
    gamma: Array,
    beta: Array,
    final: Array,
    sales: Array,
    tau: Array,
    balanced: bool,
    sweeps: int = 20_000,
) -> tuple[Array, Array, Array]:
    """Sales and spending that satisfy all accounts exactly, for given shares and final demand."""
    world = final.sum()
    mix = final / final.sum(axis=1, keepdims=True)
    wedge = ((tau - 1.0) * share).sum(axis=2)  # revenue per unit of spending
    for _ in range(sweeps):
        inputs = np.matmul(gamma, sales[:, :, None])[:, :, 0]
        if balanced:
            income = (beta * sales).sum(axis=1) + (wedge.T * (inputs + final)).sum(axis=1)
            final = mix * (income * (world / income.sum()))[:, None]
        expenditure = inputs + final
        update = np.matmul(expenditure.T[:, None, :], share)[:, 0, :].T
        step = float(np.abs(update - sales).max() / update.max())
        sales = update
        if step < 1e-16:
            break
    inputs = np.matmul(gamma, sales[:, :, None])[:, :, 0]
    return sales, inputs + final, final


def _check(c: Calibration) -> None:
    """Refuse a calibration whose shares or accounts do not close."""
    world = c.value_added.sum()
    gaps = {
        "spending shares (pi) do not sum to one": np.abs(c.pi.sum(axis=2) - 1).max(),
        "cost shares do not sum to one": np.abs(c.beta + c.gamma.sum(axis=1) - 1).max(),
        "final spending shares do not sum to one": np.abs(c.alpha.sum(axis=1) - 1).max(),
        "world sales differ from world spending": abs(
            c.sales.sum() - (c.expenditure - (c.expenditure.T * _wedge(c)).T).sum()
        )
        / world,
        "deficits do not sum to zero": abs(c.deficit.sum()) / world,
        "payments to factors differ from value added": np.abs(
            (c.beta * c.sales).sum(axis=1) / c.value_added - 1
        ).max(),
        "final spending differs from income": np.abs(
            (c.expenditure - np.einsum("nkj,nj->nk", c.gamma, c.sales)).sum(axis=1) / c.income - 1
        ).max(),
        "shares below zero": -min(0.0, c.pi.min(), c.gamma.min(), c.alpha.min(), c.beta.min()),
    }
    for problem, gap in gaps.items():
        if not gap <= ACCOUNTS:
            raise DataError(f"calibration: {problem} (gap {gap:.2e}, allowed {ACCOUNTS:.0e})")


def _wedge(c: Calibration) -> Array:
    return np.asarray(((c.tariff - 1.0) * c.pi / c.tariff).sum(axis=2))


@lru_cache(maxsize=4)
def calibrate(elasticities: str = "uniform", *, tariffs: bool = True) -> Calibration:
    """Calibration on the bundled accounts for 2022: about 170 economies, 50 industries.

    80 economies are those of the OECD ICIO; all others, and the rest of the world (``ROW``), are
    imputed and flagged in the table ``icio_economies``. Final demand by destination is imputed
    throughout. See ``docs/methods/trade.md`` and ``docs/methods/world-accounts.md``.

    Parameters
    ----------
    elasticities
        ``"uniform"`` (4.55 everywhere) or ``"caliendo_parro_sectoral"``.
    tariffs
        Put the bundled tariffs of the base year on the flows. Costs of inputs then include the
        duties, which come off value added and go to income as revenue.
    """
    if elasticities not in ELASTICITY_SETS:
        raise InputError(
            f"elasticity set {elasticities!r} is unknown; choose from {sorted(ELASTICITY_SETS)}"
        )
    industries = evidence.load("icio_industries")
    economies = [str(c) for c in evidence.load("icio_economies")["iso3"]]
    codes = [str(c) for c in industries["industry"]]
    trade = _bundled_trade(economies, codes)
    share = _bundled_inputs(economies, codes)
    tau = None
    if tariffs:
        # The levers rest on this module.
        from beltroad.trade.levers.base import base_tariffs

        tau = base_tariffs(economies, codes)
        share = with_duties(share, trade, tau)
    return assemble(
        economies,
        codes,
        trade,
        share,
        industries[ELASTICITY_SETS[elasticities]].to_numpy(float),
        tariff=tau,
        goods=industries["is_goods"].to_numpy(bool),
    )


def with_duties(cost_share: Array, trade: Array, tariff: Array) -> Array:
    """Cost shares at purchaser prices from cost shares before tariff.

    Inputs and final goods of an industry come from the same mixture of origins, so each input
    costs the buyer the mean tariff of that mixture more. Value added shrinks by as much, to no
    less than `LEAST_VALUE_ADDED` of cost.

    Parameters
    ----------
    cost_share : (N, J, J)
        ``[country, input industry, using industry]``, basic prices.
    trade, tariff : (J, N, N)
        Flows before tariff; one plus the ad valorem tariff.
    """
    bought = trade.sum(axis=2)
    paid = (trade * tariff).sum(axis=2)
    mean = np.divide(paid, bought, out=np.ones_like(paid), where=bought > 0)
    share = cost_share * mean.T[:, :, None]
    total = share.sum(axis=1, keepdims=True)
    most = 1.0 - LEAST_VALUE_ADDED
    return np.asarray(share * np.where(total > most, most / np.maximum(total, most), 1.0))


def _bundled_trade(economies: Sequence[str], codes: Sequence[str]) -> Array:
    """Flows between all economies, USD, ``[industry, importer, exporter]``."""
    trade = np.zeros((len(codes), len(economies), len(economies)))
    for name, columns in (
        ("icio_trade", ("intermediate_musd", "final_musd")),
        ("world_trade", ("trade_musd",)),
    ):
        flows = evidence.load(name)
        value = sum(flows[c].to_numpy(float) for c in columns)
        trade[
            _positions(flows["industry"], codes),
            _positions(flows["importer"], economies),
            _positions(flows["exporter"], economies),
        ] = value * MILLION
    return trade


def _bundled_inputs(economies: Sequence[str], codes: Sequence[str]) -> Array:
    """Cost shares before tariff, ``[country, input industry, using industry]``."""
    inputs = evidence.load("icio_inputs")
    share = np.zeros((len(economies), len(codes), len(codes)))
    share[
        _positions(inputs["country"], economies),
        _positions(inputs["input_industry"], codes),
        _positions(inputs["using_industry"], codes),
    ] = inputs["cost_share"].to_numpy(float)
    return share


def theta_range(elasticities: str = "uniform") -> dict[str, Array]:
    """Low and high trade elasticities of a set, by industry; never below 1.

    Raises
    ------
    InputError
        If the set is unknown.
    """
    if elasticities not in ELASTICITY_SETS:
        raise InputError(
            f"elasticity set {elasticities!r} is unknown; choose from {sorted(ELASTICITY_SETS)}"
        )
    table, column = evidence.load("icio_industries"), ELASTICITY_SETS[elasticities]
    return {
        level: np.maximum(table[f"{column}_{level}"].to_numpy(float), 1.0)
        for level in ("low", "high")
    }


def _positions(column: pd.Series[str], order: Sequence[str]) -> npt.NDArray[np.intp]:
    """Positions of labels in ``order``; a label that is not there is a fault of the data."""
    labels = column.astype("category")
    place = pd.Index(order).get_indexer(pd.Index(labels.cat.categories))
    if (place < 0).any():
        raise DataError(f"{column.name}: labels not declared: {labels.cat.categories[place < 0]}")
    return np.asarray(place[labels.cat.codes.to_numpy()])
