r"""Drivers of debt in a country's own past: whole years' vectors that shocks are drawn from.

From the yearly series of :class:`~beltroad.finance.debt.model.CountryInputs`, all as fractions:

=================  =============================================================================
growth             log growth of real GDP
deflator           log growth of the GDP deflator in local currency
exchange_rate      log rise of the price of a dollar: growth + deflator - log growth of dollar GDP
external_interest  interest paid on public external debt / that debt a year before
domestic_interest  interest paid on public domestic debt / that debt a year before
primary_balance    primary balance / GDP
exports            log growth of exports in dollars
=================  =============================================================================

Rates and growth in logs keep a shocked economy above zero whatever is drawn. The exchange rate is
implied by the two GDP series: a change of conversion or base year in either shows up as a shock.

Where interest on external or on domestic debt is known for too few years, the effective rate on all
public debt takes the place of both (:func:`public_rate`): one shock that hits both parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.stochastic.settings import FanSettings

__all__ = ["DRIVERS", "History", "observed", "public_rate", "read_history"]

Array = NDArray[np.float64]
DRIVERS = (
    "growth", "deflator", "exchange_rate", "external_interest", "domestic_interest",
    "primary_balance", "exports",
)  # fmt: skip
_INTEREST = ("external_interest", "domestic_interest")


@dataclass(frozen=True)
class History:
    """Deviations of the drivers from their means.

    Attributes
    ----------
    years
        Years for which every used driver is known, ascending; shape (n,).
    values
        Deviations, columns as ``DRIVERS``; shape (n, 7). A driver that is not used is zero.
    means
        What was subtracted; NaN for a driver that is not used.
    used
        Names of the drivers with shocks.
    notes
        Which drivers have none, and why.
    shared_interest
        External and domestic interest are the same column: the rate on all public debt.
    """

    iso3: str
    years: NDArray[np.int64]
    values: Array
    means: Array
    used: tuple[str, ...]
    notes: tuple[str, ...]
    shared_interest: bool = False


def observed(inputs: CountryInputs, settings: FanSettings) -> pd.DataFrame:
    """Drivers of every past year from ``first_year`` on; NaN where one is not known."""
    years = inputs.series.index.to_numpy(np.int64)
    rows = np.flatnonzero(years < inputs.first_year)
    unknown = np.full(len(rows), np.nan)

    def past(name: str) -> Array:
        if name not in inputs.series:
            return unknown
        return inputs.series[name].to_numpy(np.float64)[rows]

    growth, deflator = _log1p_pct(past("real_growth_pct")), _log1p_pct(past("deflator_growth_pct"))
    dollars, external = past("gdp_usd_mn"), past("external_ppg_debt_usd_mn")
    with np.errstate(divide="ignore", invalid="ignore"):
        external_pct = 100 * external / dollars
        domestic = past("public_debt_pct_gdp") - external_pct
        least = settings.min_stock_pct_gdp
        stock = np.where(external_pct >= least, external, np.nan)
        drivers = {
            "growth": growth,
            "deflator": deflator,
            "exchange_rate": growth + deflator - _log_change(dollars),
            "external_interest": past("external_interest_usd_mn") / _before(stock),
            "domestic_interest": past("domestic_interest_pct_gdp")
            / _before(np.where(domestic >= least, domestic, np.nan))
            * np.exp(growth + deflator),
            "primary_balance": past("primary_balance_pct_gdp") / 100,
            "exports": _log_change(past("exports_usd_mn")),
        }
    values = np.column_stack([drivers[d] for d in DRIVERS])
    values[~np.isfinite(values)] = np.nan
    kept = years[rows] >= settings.first_year
    return pd.DataFrame(
        values[kept], pd.Index(years[rows][kept], name="year"), columns=list(DRIVERS)
    )


def public_rate(inputs: CountryInputs, settings: FanSettings) -> pd.Series:
    r"""Interest on all public debt over that debt a year before, every past year; NaN if unknown.

    With d debt and i interest over GDP, x the external share of debt, n growth of GDP in local
    currency and m in dollars,

    .. math:: r_t = i_t \Big/ d_{t-1} \left(\frac{x_{t-1}}{1+m_t} + \frac{1-x_{t-1}}{1+n_t}\right).

    External debt is carried at the exchange rate of the year in which interest is paid: a
    depreciation alone is no shock to the rate. Before its first known year x is that of this year.
    """
    table = inputs.series[inputs.series.index < inputs.first_year]
    empty = pd.Series(np.nan, table.index)

    def past(name: str) -> pd.Series:
        return table[name].astype(np.float64) if name in table else empty

    dollars, debt = past("gdp_usd_mn"), past("public_debt_pct_gdp")
    debt = debt.where(debt >= settings.min_stock_pct_gdp)
    external = 100 * past("external_ppg_debt_usd_mn") / dollars.where(dollars > 0)
    share = (external / debt).clip(0, 1).bfill()
    local = (1 + past("real_growth_pct") / 100) * (1 + past("deflator_growth_pct") / 100)
    carried = debt.shift() * (
        share.shift() * dollars.shift() / dollars.where(dollars > 0)
        + (1 - share.shift()) / local.where(local > 0)
    )
    return past("public_interest_pct_gdp") / carried.where(carried > 0)


def read_history(inputs: CountryInputs, settings: FanSettings) -> History:
    """Deviations of all drivers that are known long enough, in the years that they share.

    Where external or domestic interest is known for fewer than ``min_years`` years and the rate on
    all public debt is known for as many, that rate takes the place of both. Any other driver known
    for fewer years is left out. If the others share fewer years
    than that, the one with the shortest record goes, and so on.

    Raises
    ------
    InputError
        If growth, deflator and exchange rate are not known for ``min_years`` common years.
    """
    table = observed(inputs, settings)
    notes: list[str] = []
    shared = _share_interest(table, public_rate(inputs, settings), settings.min_years, notes)
    years, every = table.index.to_numpy(), table.to_numpy()
    known = dict(zip(DRIVERS, np.isfinite(every).sum(axis=0).tolist(), strict=True))
    used = [d for d in DRIVERS if known[d] >= settings.min_years]
    notes += [
        f"{d}: known for {known[d]} years, fewer than {settings.min_years}; no shocks"
        for d in DRIVERS
        if d not in used
    ]
    while True:
        place = [DRIVERS.index(d) for d in used]
        rows = np.isfinite(every[:, place]).all(axis=1)
        if not used or rows.sum() >= settings.min_years:
            break
        shortest = min(reversed(used), key=lambda d: known[d])
        for name in _INTEREST if shared and shortest in _INTEREST else (shortest,):
            used.remove(name)
            notes.append(f"{name}: its years do not overlap enough with the others; no shocks")
    if not {"growth", "deflator", "exchange_rate"} <= set(used):
        raise InputError(
            f"{inputs.iso3}: real_growth_pct, deflator_growth_pct and gdp_usd_mn are needed for "
            f"{settings.min_years} common years from {settings.first_year} to "
            f"{inputs.first_year - 1} to draw shocks from; give a longer history"
        )
    values = every[np.ix_(rows, place)]
    if settings.tail_pct:
        tail = settings.tail_pct / 100
        values = np.clip(values, np.quantile(values, tail, 0), np.quantile(values, 1 - tail, 0))
    means = np.full(len(DRIVERS), np.nan)
    means[place] = values.mean(axis=0)
    deviations = np.zeros((len(values), len(DRIVERS)))
    deviations[:, place] = values - values.mean(axis=0)
    shared = shared and _INTEREST[0] in used
    return History(inputs.iso3, years[rows], deviations, means, tuple(used), tuple(notes), shared)


def _share_interest(table: pd.DataFrame, rate: pd.Series, min_years: int, notes: list[str]) -> bool:
    """Put the rate on all public debt in place of both rates where one is known too briefly."""
    parts = {name: int(table[name].notna().sum()) for name in _INTEREST}
    whole = rate.reindex(table.index)
    if min(parts.values()) >= min_years or whole.notna().sum() < min_years:
        return False
    for name in _INTEREST:
        table[name] = whole
    notes.append(
        "interest: external and domestic known for "
        f"{parts[_INTEREST[0]]} and {parts[_INTEREST[1]]} years; one shock to both parts from the "
        f"rate on all public debt, known for {whole.notna().sum()}"
    )
    return True


def _log1p_pct(values: Array) -> Array:
    return np.log1p(np.where(values > -100, values, np.nan) / 100)


def _log_change(values: Array) -> Array:
    logs = np.log(np.where(values > 0, values, np.nan))
    return logs - _before(logs)


def _before(values: Array) -> Array:
    return np.concatenate([[np.nan], values[:-1]])[: len(values)]
