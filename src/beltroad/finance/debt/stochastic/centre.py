r"""The deterministic path as the centre of a fan, and how shocks bend it.

With :math:`s_t, u_t` baseline GDP over that of the path (dollars, local currency), fractions of the
path's GDP, and a prime for the path:

.. math::
   b'_t &= b_t s_t + a_t \\
   a_t &= \frac{a_{t-1} (1 + r_t + \epsilon^x_t) + b_{t-1} s_{t-1} \epsilon^x_t}
               {(1 + n_t)\, e^{\epsilon^g_t + \epsilon^p_t - \epsilon^e_t}}
          + f_t (1 - s_t) - \phi_t \epsilon^{pb}_t

:math:`b` is external debt, :math:`a` what the path owes above the baseline, :math:`n` growth of
dollar GDP, :math:`r` interest on new debt (the residual terms), :math:`f` the baseline's net new
borrowing before interest, :math:`\phi` the share of extra need that is met abroad. Debt of the
baseline keeps its dollars and, but for the shock to the effective rate, its interest; borrowing
keeps its share of GDP. The exchange rate's shock is what was drawn less a share of the gap that
earlier ones left between the real exchange rate and the baseline's: without it twenty years of
draws would leave prices at home and abroad apart for good. Domestic debt obeys the same equation
with local GDP and :math:`1 - \phi`. Public debt is that of the path's public block with the same
extra debt: in a stress test its external part may differ from the external block's. All terms with
a shock vanish without one: the path then is the baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.macro import Notes
from beltroad.finance.debt.dynamics.residual import residual_loan
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.stochastic import kernels as k
from beltroad.finance.debt.stochastic.history import DRIVERS, History
from beltroad.finance.loan import loan_present_value

__all__ = ["QUANTITIES", "Centre", "build_centre"]

Array = NDArray[np.float64]
QUANTITIES = (
    "public_debt_pct_gdp", "external_debt_pct_gdp", "pv_external_to_gdp_pct",
    "pv_external_to_exports_pct", "service_external_to_exports_pct",
    "service_external_to_revenue_pct", "pv_public_to_gdp_pct",
)  # fmt: skip


@dataclass(frozen=True)
class Centre:
    """Rows that the kernel reads (``kernels``), and the baseline of every quantity.

    Attributes
    ----------
    years
        t and the years after it that the path covers.
    rows
        Shape (``kernels.ROWS``, years).
    baseline
        Index t-1 and ``years``, columns ``QUANTITIES``, per cent.
    notes
        What was assumed where inputs are silent.
    """

    years: tuple[int, ...]
    rows: Array
    baseline: pd.DataFrame
    notes: tuple[str, ...]


def build_centre(inputs: CountryInputs, path: DebtPath, history: History, years: int) -> Centre:
    """Read the centre off a path; at most ``years`` years from t on.

    Raises
    ------
    InputError
        If the path lacks a year, GDP or debt.
    """
    t = path.first_year
    table = path.table
    last = min(t + years - 1, int(table.index.max()))
    missing = [c for c in _NEEDED if c not in table]
    place = table.index.get_indexer(pd.RangeIndex(t - 1, last + 1))
    if missing or last < t or (place < 0).any():
        raise InputError(
            f"{path.iso3} {path.scenario}: the debt path lacks {', '.join(missing) or 'years'}; "
            f"a fan needs {t - 1} to {t + years - 1}"
        )
    p = _Columns(table, place)
    gdp, growth = p["gdp_usd_mn"], p["real_growth_pct"][1:]
    ext, dom, public = (p[c] for c in _NEEDED[2:])
    if not all(np.isfinite(v).all() for v in (gdp, growth, ext, dom, public)):
        raise InputError(
            f"{path.iso3} {path.scenario}: {', '.join(_NEEDED)} must be known for every year "
            f"from {t - 1} to {last}"
        )
    notes: list[str] = []
    rows = np.full((k.ROWS, len(place) - 1), np.nan)
    rows[k.EXT_LAG], rows[k.DOM_LAG] = ext[:-1] / 100, dom[:-1] / 100
    deflator = _deflator(inputs, p, t, notes)
    rows[k.PER_USD] = gdp[:-1] / gdp[1:]
    rows[k.PER_LCU] = 1 / ((1 + growth / 100) * (1 + deflator))
    rate_ext, rate_dom = _effective_rates(inputs, p, rows[k.PER_LCU], history, notes)
    rows[k.NEW_EXT] = ext[1:] / 100 - rows[k.EXT_LAG] * (1 + rate_ext) * rows[k.PER_USD]
    rows[k.NEW_DOM] = dom[1:] / 100 - rows[k.DOM_LAG] * (1 + rate_dom) * rows[k.PER_LCU]
    _residual_terms(inputs, rows, deflator, rate_dom, notes)
    rows[k.EXT], rows[k.DOM], rows[k.PUBLIC_EXT] = ext[1:], dom[1:], (public - dom)[1:]
    rows[k.GDP_PER_EXPORTS] = _ratio(gdp, p["exports_usd_mn"])[1:]
    rows[k.GDP_PER_REVENUE] = _ratio(np.full(len(gdp), 100.0), p["revenue_pct_gdp"])[1:]
    for row, column in (
        (k.PV_EXT, "pv_external_to_gdp_pct"),
        (k.PV_EXPORTS, "pv_external_to_exports_pct"),
        (k.SERVICE_EXPORTS, "service_external_to_exports_pct"),
        (k.SERVICE_REVENUE, "service_external_to_revenue_pct"),
    ):
        rows[row] = p[column][1:]
    rows[k.PV_REST] = p["pv_public_to_gdp_pct"][1:] - rows[k.PV_EXT]
    baseline = pd.DataFrame(
        np.column_stack([p[q] for q in QUANTITIES]),
        pd.Index(range(t - 1, last + 1), name="year"), columns=list(QUANTITIES),
    )  # fmt: skip
    return Centre(tuple(range(t, last + 1)), rows, baseline, tuple(notes))


_NEEDED = (
    "gdp_usd_mn", "real_growth_pct", "external_debt_pct_gdp", "domestic_debt_pct_gdp",
    "public_debt_pct_gdp",
)  # fmt: skip


class _Columns:
    """Columns of a path from t-1 on; NaN where it has none."""

    def __init__(self, table: pd.DataFrame, place: NDArray[np.intp]) -> None:
        self._table, self._place = table, place

    def __getitem__(self, name: str) -> Array:
        if name not in self._table:
            return np.full(len(self._place), np.nan)
        return self._table[name].to_numpy(np.float64)[self._place]


def _ratio(above: Array, below: Array) -> Array:
    """NaN, not an infinity, where there is nothing to divide by."""
    out: Array = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=below != 0)
    return out


def _deflator(inputs: CountryInputs, path: _Columns, first: int, notes: list[str]) -> Array:
    """Growth of the deflator in each year from t on, as a fraction; the last known one goes on."""
    values = path["deflator_growth_pct"]
    if not np.isfinite(values[1:]).all() and "deflator_growth_pct" in inputs.series:
        years = range(first - 1, first - 1 + len(values))
        given = inputs.series["deflator_growth_pct"].reindex(years).to_numpy(np.float64)
        values = np.where(np.isfinite(values), values, given)
    if not np.isfinite(values[1:]).all():
        notes.append("deflator_growth_pct: the last known value goes on in the projection")
        values = np.asarray(pd.Series(values).ffill().bfill(), np.float64)
    if not np.isfinite(values[1:]).all():
        raise InputError(
            f"{inputs.iso3}: deflator_growth_pct is not known for the projection; give the series"
        )
    return values[1:] / 100


def _effective_rates(
    inputs: CountryInputs, path: _Columns, per_lcu: Array, history: History, notes: list[str]
) -> tuple[Array, Array]:
    """Interest over debt a year before, external and domestic: path, else history, else setting.

    They only part the baseline's borrowing into interest and the rest.
    """
    stock, domestic = path["external_ppg_debt_usd_mn"], path["domestic_debt_pct_gdp"]
    rates = []
    for rate, driver, setting in (
        (
            _ratio(path["external_interest_usd_mn"][1:], stock[:-1]),
            "external_interest", "existing_external_interest_pct",
        ),
        (
            _ratio(path["domestic_interest_pct_gdp"][1:], domestic[:-1]) / per_lcu,
            "domestic_interest", "existing_domestic_interest_pct",
        ),
    ):  # fmt: skip
        other = float(history.means[DRIVERS.index(driver)])
        if not np.isfinite(other):
            other = inputs.number(setting) / 100
        if not np.isfinite(other) and not np.isfinite(rate).all():
            other = 0.0
            notes.append(f"{setting}: not known; the baseline's borrowing is not parted")
        rates.append(np.where(np.isfinite(rate), rate, other))
    return rates[0], rates[1]


def _residual_terms(
    inputs: CountryInputs, rows: Array, deflator: Array, rate_dom: Array, notes: list[str]
) -> None:
    """Terms of what a path borrows above the baseline."""
    discount = inputs.number("discount_rate_pct") / 100
    if not np.isfinite(discount):
        raise InputError(f"{inputs.iso3}: discount_rate_pct must be given")
    told: Notes = []
    interest, maturity, grace = residual_loan(inputs, "external", told)
    notes += [f"{variable}: {why}; {effect}" for variable, why, effect in told]
    rows[k.RATE_EXT] = interest
    rows[k.REPAY] = 1 / maturity
    rows[k.PV_OF_FACE] = loan_present_value(1.0, interest, maturity, grace, discount_rate=discount)
    real = inputs.number("residual_domestic_real_interest_pct") / 100
    if np.isfinite(real):
        rows[k.RATE_DOM] = (1 + real) * (1 + deflator) - 1
    else:
        rows[k.RATE_DOM] = rate_dom
        notes.append(
            "residual_domestic_real_interest_pct: not given; extra domestic debt pays the "
            "effective rate of today's"
        )
    share = inputs.number("residual_external_share_pct") / 100
    if np.isfinite(share):
        rows[k.SHARE_EXT] = share
    else:
        total = rows[k.EXT_LAG] + rows[k.DOM_LAG]
        rows[k.SHARE_EXT] = np.where(total > 0, rows[k.EXT_LAG] / np.where(total > 0, total, 1), 1)
        notes.append(
            "residual_external_share_pct: not given; extra need is met abroad by the external "
            "share of the baseline's debt"
        )
