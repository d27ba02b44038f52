"""Indicators of country risk, from the bundled yearly figures or from a user's own.

Each says which way it points, how it is worked out of the figures and how it is read. Only figures
of the year itself and of years before go into a value: nothing is filled from the future.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.evidence import economies

__all__ = ["CARRIED_YEARS", "CREDIBLE", "INDICATORS", "Indicator", "figures", "panel", "values"]

CARRIED_YEARS = 2
"""How many years an old figure stands in for a missing one."""
STABILITY_CARRIED = 4
"""Political stability is held for every fourth year and moves slowly."""

Wide = pd.DataFrame


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    key, label, group
        Short name; how it is called; debt, liquidity, economy, governance or concentration.
    unit
        Unit in which it is shown.
    higher_is_worse
        Which way it points, by the literature and not by the data.
    needs
        Figures that it is worked out of.
    """

    key: str
    label: str
    group: str
    unit: str
    higher_is_worse: bool
    needs: tuple[str, ...]


INDICATORS: dict[str, Indicator] = {
    each.key: each
    for each in (
        Indicator("public_debt_pct_gdp", "public debt", "debt", "% of GDP", True,
                  ("public_debt_pct_gdp",)),
        Indicator("public_debt_rise_pct_gdp", "rise of public debt in three years", "debt",
                  "points of GDP", True, ("public_debt_pct_gdp",)),
        Indicator("external_debt_pct_gni", "external debt", "debt", "% of GNI", True,
                  ("external_debt_pct_gni",)),
        Indicator("debt_service_pct_exports", "debt service", "liquidity", "% of exports", True,
                  ("debt_service_pct_exports",)),
        Indicator("reserves_pct_external_debt", "reserves", "liquidity", "% of external debt",
                  False, ("reserves_pct_external_debt",)),
        Indicator("reserves_months_imports", "reserves", "liquidity", "months of imports", False,
                  ("reserves_months_imports",)),
        Indicator("current_account_pct_gdp", "current account", "liquidity", "% of GDP", False,
                  ("current_account_pct_gdp",)),
        Indicator("primary_balance_pct_gdp", "primary balance", "economy", "% of GDP", False,
                  ("primary_balance_pct_gdp",)),
        Indicator("growth_2y_pct", "growth, mean of two years", "economy", "%", False,
                  ("real_growth_pct",)),
        Indicator("inflation_pct", "inflation", "economy", "%", True, ("inflation_pct",)),
        Indicator("gdp_per_capita_usd", "income per head", "economy", "USD", False,
                  ("gdp_per_capita_usd",)),
        Indicator("revenue_pct_gdp", "public revenue", "economy", "% of GDP", False,
                  ("revenue_pct_gdp",)),
        Indicator("political_stability", "political stability and absence of violence",
                  "governance", "standard deviations", False, ("political_stability",)),
        Indicator("terms_of_trade_3y_pct", "terms of trade in three years", "concentration", "%",
                  False, ("terms_of_trade_index",)),
        Indicator("terms_of_trade_swing_pct", "swing of the terms of trade in eight years",
                  "concentration", "%", True, ("terms_of_trade_index",)),
    )
}  # fmt: skip


CREDIBLE = {
    "public_debt_pct_gdp": (0, 700), "external_debt_pct_gni": (0, 1000),
    "reserves_pct_external_debt": (0, 1e5), "reserves_months_imports": (0, 120),
    "debt_service_pct_exports": (0, 400), "current_account_pct_gdp": (-250, 350),
    "primary_balance_pct_gdp": (-250, 150), "revenue_pct_gdp": (0, 250),
    "real_growth_pct": (-70, 150), "inflation_pct": (-80, 1e8), "gdp_per_capita_usd": (50, 1e6),
    "exports_pct_gdp": (0, 300), "terms_of_trade_index": (1, 1000), "political_stability": (-4, 3),
    "battle_deaths": (0, 1e6), "conflict_deaths": (0, 1e6),
}  # fmt: skip
"""Bounds of each series: what lies outside is a fault of unit or sign."""


def figures(data: pd.DataFrame | None = None) -> Wide:
    """Yearly figures, index iso3 and year, a column for each series.

    Parameters
    ----------
    data
        Figures of the user in long form (iso3, indicator, year, value, source; further columns
        are ignored). They replace bundled figures of the same economy, series and year; the
        others stay.

    Raises
    ------
    InputError
        If a column is missing, or with every row at fault: an unknown economy or series, a value
        that is no number or outside :data:`CREDIBLE`, a year that is none or not here yet, or a
        figure given twice.
    """
    if data is None:
        return _bundled()
    table = evidence.load("risk_indicators")
    own = _own(data, sorted(set(table["indicator"])))
    joined = pd.concat([table, own], ignore_index=True)
    return _wide(joined.drop_duplicates(["iso3", "indicator", "year"], keep="last"))


@lru_cache
def _bundled() -> Wide:
    """Bundled figures; what is worked out of them is worked out anew."""
    return _wide(evidence.load("risk_indicators"))


def _wide(table: pd.DataFrame) -> Wide:
    wide = table.pivot(index=["iso3", "year"], columns="indicator", values="value")
    first, last = int(table["year"].min()), int(table["year"].max())
    codes = sorted(set(table["iso3"]))
    whole = pd.MultiIndex.from_product([codes, range(first, last + 1)], names=["iso3", "year"])
    return wide.reindex(whole)


def _own(data: pd.DataFrame, known: list[str]) -> pd.DataFrame:
    missing = [c for c in ("iso3", "indicator", "year", "value") if c not in data.columns]
    if missing:
        raise InputError(
            f"figures: column {', '.join(missing)} is missing; "
            "give iso3, indicator, year, value and source"
        )
    codes = set(economies.table()["iso3"])
    own = data.reset_index(drop=True)
    value = pd.to_numeric(own["value"], errors="coerce")
    year = pd.to_numeric(own["year"], errors="coerce")
    twice = own.duplicated(["iso3", "indicator", "year"], keep="first")
    faults = []
    for i, row in enumerate(own.to_dict("records")):
        where = f"row {i + 1}"
        if row["iso3"] not in codes:
            faults.append(f"{where}: iso3 {row['iso3']!r} is no economy")
        if row["indicator"] not in known:
            hint = suggest(str(row["indicator"]), known)
            faults.append(f"{where}: indicator {row['indicator']!r} is not known. {hint}".rstrip())
        low, high = CREDIBLE.get(str(row["indicator"]), (-np.inf, np.inf))
        if not np.isfinite(value[i]):
            faults.append(f"{where}: value {row['value']!r} is no number")
        elif not low <= value[i] <= high:
            faults.append(f"{where}: value {value[i]:g} of {row['indicator']} lies outside {low:g} "
                          f"to {high:g}; check unit and sign")  # fmt: skip
        if not (1990 <= year[i] <= 2100 and year[i] == int(year[i])):
            faults.append(f"{where}: year {row['year']!r} is no year")
        elif year[i] > date.today().year:
            faults.append(f"{where}: year {year[i]:.0f} is not here yet; give figures, no "
                          "projections")  # fmt: skip
        if twice[i]:
            faults.append(f"{where}: {row['iso3']} {row['indicator']} {row['year']} given twice")
    if faults:
        shown = "\n".join(f"  - {f}" for f in faults[:50])
        more = f"\n  - and {len(faults) - 50} more" if len(faults) > 50 else ""
        raise InputError(f"figures: {len(faults)} fault{'s'[: len(faults) > 1]}\n{shown}{more}")
    source = own["source"].astype(str) if "source" in own.columns else "own figures"
    return pd.DataFrame({"iso3": own["iso3"], "indicator": own["indicator"],
                         "year": year.astype(int), "value": value, "source": source,
                         "kind": "own"})  # fmt: skip


def _change(series: pd.Series, years: int) -> pd.Series:
    return series - series.groupby(level="iso3").shift(years)


def _growth(wide: Wide) -> pd.Series:
    now = wide["real_growth_pct"]
    return (now + now.groupby(level="iso3").shift(1)) / 2


def _terms(wide: Wide) -> pd.Series:
    return pd.Series(np.log(wide["terms_of_trade_index"]))


def _swing(wide: Wide) -> pd.Series:
    yearly = _change(_terms(wide), 1)
    rolled = yearly.groupby(level="iso3").rolling(8, min_periods=4).std().droplevel(0) * 100
    # A year without a figure of its own has no swing: a window that moves on would give an economy
    # a new value because time passed, or because another economy has a newer figure.
    return rolled.where(yearly.notna())


_WORKED: dict[str, Callable[[Wide], pd.Series]] = {
    "public_debt_rise_pct_gdp": lambda w: _change(w["public_debt_pct_gdp"], 3),
    "growth_2y_pct": _growth,
    "terms_of_trade_3y_pct": lambda w: pd.Series(np.expm1(_change(_terms(w), 3)) * 100),
    "terms_of_trade_swing_pct": _swing,
}


def values(wide: Wide) -> pd.DataFrame:
    """Values of all indicators as they are, without any carried forward."""
    found = {}
    for key, each in INDICATORS.items():
        absent = [n for n in each.needs if n not in wide.columns]
        if absent:
            found[key] = pd.Series(np.nan, index=wide.index)
        elif key in _WORKED:
            found[key] = _WORKED[key](wide)
        else:
            found[key] = wide[key]
    return pd.DataFrame(found)


def panel(data: pd.DataFrame | None = None, *, carried: int = CARRIED_YEARS) -> pd.DataFrame:
    """Indicators by economy and year; a gap takes the last figure of at most ``carried`` before."""
    table = values(figures(data))
    by_economy = table.groupby(level="iso3")
    filled = by_economy.ffill(limit=carried)
    stability = by_economy["political_stability"]
    filled["political_stability"] = stability.ffill(limit=max(carried, STABILITY_CARRIED))
    return filled
