"""Long term: ageing, resources, climate and large repayments, as far as the inputs go."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.model import CountryInputs, DebtPath

__all__ = ["long_term_table", "with_costs"]


def with_costs(inputs: CountryInputs, costs_pct_gdp: Mapping[int, float]) -> CountryInputs:
    """The country with a primary balance that is lower by yearly costs, per cent of GDP.

    A year that the inputs do not reach is refused: extend the inputs first. Like the balance itself
    a cost of the last known year goes on after it.

    Raises
    ------
    InputError
        If a year is not a projection year of the inputs, or a cost is not a number.
    """
    series = inputs.series.copy()
    costs: dict[int, float] = {}
    known = series["primary_balance_pct_gdp"].dropna()
    t, last = inputs.first_year, int(known.index[-1])
    for year, cost in costs_pct_gdp.items():
        if not t <= int(year) <= last:
            raise InputError(f"long term: costs in {year}; the inputs project {t} to {last}")
        if not math.isfinite(cost):
            raise InputError(f"long term: the cost of {year} must be a number, not {cost}")
        costs[int(year)] = float(cost)
    extra = series.index.map(lambda y: costs.get(int(y), 0.0)).to_numpy(float)
    series["primary_balance_pct_gdp"] = series["primary_balance_pct_gdp"].astype(float) - extra
    return replace(inputs, series=series)


def long_term_table(
    inputs: CountryInputs,
    path: DebtPath,
    *,
    horizon_years: int,
    medium_years: int,
    commodity_pct: float,
    costs_pct_gdp: Mapping[str, Mapping[int, float]] | None = None,
    package: engine.ProjectPackage | None = None,
) -> pd.DataFrame:
    """Long-term checks: ``item, value, unit, flag, note``.

    ``flag`` is ``yes`` (a risk), ``no`` or ``unknown``. Debt counts as drifting where it is higher
    at the horizon than at the end of the medium term, financing needs where the later years need
    more than the earlier ones, commodities from ``commodity_pct`` of exports on. Costs
    (``ageing``, ``climate`` ...) are rerun, each on its own.
    """
    t = inputs.first_year
    end, middle = t + horizon_years, t + medium_years - 1
    table = path.table
    debt, need = table["public_debt_pct_gdp"], table["gross_financing_need_pct_gdp"]
    drift = float(debt.loc[end] - debt.loc[middle])
    later = float(need.loc[middle + 1 : end].mean() - need.loc[t:middle].mean())
    peak = float(need.loc[middle + 1 : end].max())
    rows: list[tuple[str, float, str, str, str]] = [
        (f"debt in {end} less {middle}", drift, "points of GDP", _flag(drift), ""),
        ("financing need, later less earlier years", later, "points of GDP", _flag(later), ""),
        ("largest financing need of the later years", peak, "% of GDP", "", "large repayments"),
        _commodities(inputs, commodity_pct),
        ("often hit by disasters", math.nan, "-",
         "yes" if inputs.settings["disaster_prone"] == "yes" else "no", "climate: setting only"),
    ]  # fmt: skip
    for name, costs in (costs_pct_gdp or {}).items():
        other = engine.project(with_costs(inputs, costs), package=package).table
        extra = float(other["public_debt_pct_gdp"].loc[end] - debt.loc[end])
        rows.append((f"{name}: debt in {end} with its costs", extra, "points of GDP",
                     _flag(drift + extra), f"more by {extra:.1f} points"))  # fmt: skip
    rows += [
        (name, math.nan, "points of GDP", "unknown", "no costs were given")
        for name in ("ageing", "climate")
        if name not in (costs_pct_gdp or {})
    ]
    return pd.DataFrame(rows, columns=["item", "value", "unit", "flag", "note"])


def _flag(points: float) -> str:
    if math.isnan(points):
        return "unknown"
    return "yes" if points > 0 else "no"


def _commodities(inputs: CountryInputs, line_pct: float) -> tuple[str, float, str, str, str]:
    share = math.nan
    if "commodity_exports_pct" in inputs.series:
        known = inputs.series["commodity_exports_pct"].dropna()
        share = float(known.iloc[-1]) if len(known) else math.nan
    flag = "unknown" if math.isnan(share) else "yes" if share >= line_pct else "no"
    return "commodities in exports", share, "% of exports", flag, "exhaustible resources"
