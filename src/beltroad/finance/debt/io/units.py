"""Signs that a series or a rate is in another unit than declared: fractions, thousands, billions.

Bounds of single values are in the vocabulary. Here values are weighed against each other, because
a growth rate of 0.05 is credible alone, and not in a country where no year ever reached 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from beltroad.errors import Fault
from beltroad.finance.debt.vocabulary import SERIES

__all__ = ["NEIGHBOUR_RATIO", "fraction", "series_faults"]

# Per cent below which every known value of a series must lie for it to be taken for a fraction,
# with the number of values it takes. Series that may well be tiny for years are not judged.
_FRACTION: dict[str, tuple[float, int]] = {
    "real_growth_pct": (0.5, 6),
    "deflator_growth_pct": (0.5, 10),
    "revenue_pct_gdp": (1.0, 2),
    "primary_balance_pct_gdp": (0.25, 10),
    "public_debt_pct_gdp": (1.5, 3),
    "commodity_exports_pct": (1.0, 4),
}
NEIGHBOUR_RATIO = {"gdp_usd_mn": 8.0, "exports_usd_mn": 50.0, "imports_usd_mn": 50.0}
"""A level in USD that changes by more than this factor in a year has changed its unit. Exports of a
small country grew ninefold when an oil field opened."""
_MIXED = ("revenue_pct_gdp", "public_debt_pct_gdp", "commodity_exports_pct")
_MIXED_RATIO = 25.0
_MIXED_NEAR = 3.0
# Largest credible ratio to GDP. Entrepots trade twice their GDP each way.
_TO_GDP = {
    "exports_usd_mn": 5.0, "imports_usd_mn": 5.0, "current_account_usd_mn": 2.0,
    "current_transfers_usd_mn": 2.0, "fdi_net_usd_mn": 3.0, "remittances_usd_mn": 1.5,
    "reserves_usd_mn": 5.0, "external_ppg_debt_usd_mn": 8.0, "external_private_debt_usd_mn": 30.0,
    "external_interest_usd_mn": 1.0, "external_principal_usd_mn": 3.0,
}  # fmt: skip
_LEAST_TO_GDP = {"exports_usd_mn": 0.002, "imports_usd_mn": 0.002}


def fraction(value: float, most: float) -> bool:
    """Whether a rate above zero looks like a fraction where per cent is due."""
    return 0 < abs(value) < most


def series_faults(table: pd.DataFrame, rows: Mapping[str, str]) -> list[Fault]:
    """Faults of unit in a table of series (index year).

    Parameters
    ----------
    table
        Series in columns, numbers or NaN.
    rows
        Where each series is, for the message.
    """
    out: list[Fault] = []
    for name in table.columns:
        known = table[name].dropna()
        where = rows.get(name, name)
        if name in _FRACTION:
            out += _fractions(name, known, where)
        if name in NEIGHBOUR_RATIO:
            out += _jumps(known, where, NEIGHBOUR_RATIO[str(name)])
        if name in _MIXED:
            out += _mixed(known, where)
    return out + _against_gdp(table, rows)


def _fractions(name: str, known: pd.Series, where: str) -> list[Fault]:
    most, least = _FRACTION[name]
    size = known.abs()
    if len(known) < least or size.max() >= most or not (size > 0).any():
        return []
    year = int(size.index[int(size.to_numpy().argmax())])
    return [
        Fault(where, f"all {len(known)} values are within {size.max():g} of 0: fractions?",
              f"Give per cent ({SERIES[name].unit}): {100 * known[year]:g} instead of "
              f"{known[year]:g} in {year}.")
    ]  # fmt: skip


def _jumps(known: pd.Series, where: str, most: float) -> list[Fault]:
    out = []
    years = known.index.to_numpy(int)
    values = known.to_numpy(float)
    for k in range(1, len(values)):
        before, after = values[k - 1], values[k]
        if years[k] != years[k - 1] + 1 or min(before, after) <= 0:
            continue
        ratio = after / before
        if ratio > most or ratio < 1 / most:
            out.append(
                Fault(where, f"{before:,g} in {years[k - 1]}, but {after:,g} in {years[k]}.",
                      "Give USD million in all years.")
            )  # fmt: skip
    return out


def _mixed(known: pd.Series, where: str) -> list[Fault]:
    """Fractions among per cents: single values far below all others."""
    positive = known[known > 0]
    if len(positive) < 4:
        return []
    middle = float(positive.median())
    low = positive[(positive < 1) & (positive < middle / _MIXED_RATIO)]
    # A hundredfold of it would fit the rest; where not, the country is the exception.
    low = low[(100 * low > middle / _MIXED_NEAR) & (100 * low < middle * _MIXED_NEAR)]
    if low.empty or len(low) > len(positive) / 2:
        return []
    year = int(low.index[0])
    more = f" and {len(low) - 1} more" if len(low) > 1 else ""
    return [
        Fault(where, f"{low[year]:g} in {year}{more} among values of about {middle:.3g}: fraction "
              "and per cent are mixed up, it seems.", f"Give {100 * low[year]:g} in {year}.")
    ]  # fmt: skip


def _against_gdp(table: pd.DataFrame, rows: Mapping[str, str]) -> list[Fault]:
    out: list[Fault] = []
    if "gdp_usd_mn" not in table:
        return out
    gdp = table["gdp_usd_mn"].where(table["gdp_usd_mn"] > 0)
    for name in table.columns.intersection(list(_TO_GDP)):
        ratio = (table[name].abs() / gdp).dropna()
        ratio = ratio[np.isfinite(ratio)]
        if ratio.empty:
            continue
        middle = float(ratio.median())
        if middle > _TO_GDP[name]:
            said = f"{middle:,.3g} times GDP in the middle year."
        elif middle < _LEAST_TO_GDP.get(name, -1):
            said = f"only {100 * middle:.2g}% of GDP in the middle year."
        else:
            continue
        out.append(
            Fault(rows.get(name, name), said, "Give it and GDP in USD million at current prices.")
        )
    return out
