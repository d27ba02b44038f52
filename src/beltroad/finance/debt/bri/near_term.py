"""Near term: whether sovereign stress is close.

The SRDSF answers with a logit of ten variables (``NEAR_TERM_VARIABLES``); neither its coefficients
nor those of the framework of 2023 were found in a readable source. :func:`stress_probability`
evaluates such a model for whoever has one. Without, :func:`heat_map` compares what the inputs hold
with the benchmarks that the IMF published in 2013 for emerging economies: a signal, no probability.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.parameters import Parameters

__all__ = [
    "NEAR_TERM_VARIABLES",
    "heat_map",
    "heat_signal",
    "known_variables",
    "stress_probability",
]

NEAR_TERM_VARIABLES: Mapping[str, str] = {
    "institutional_quality": "governance index",
    "stress_history": "stress in earlier years",
    "current_account_pct_gdp": "% of GDP",
    "reer_change_3y_pct": "% in three years",
    "credit_gap_lag_pct_gdp": "% of GDP, a year before",
    "public_debt_change_1y_pct_gdp": "% of GDP in one year",
    "public_debt_pct_revenue": "% of revenue",
    "external_ppg_debt_pct_gdp": "% of GDP",
    "reserves_pct_gdp": "% of GDP",
    "vix_change_1y": "points in one year",
}
"""Variables of the logit of 2021, with units (list: sovereignvibe.com, which re-estimates it)."""


def known_variables(inputs: CountryInputs) -> pd.DataFrame:
    """``variable, unit, value`` in t-1: those of the ten that the inputs give, NaN for the rest."""
    year = inputs.first_year - 1
    s = inputs.series.reindex(columns=sorted({*inputs.series.columns, *_NEEDED})).astype(float)
    row = {name: float(s[name].get(year, math.nan)) for name in _NEEDED}
    earlier = float(s["public_debt_pct_gdp"].get(year - 1, math.nan))
    gdp = row["gdp_usd_mn"]
    values = {
        "current_account_pct_gdp": 100 * row["current_account_usd_mn"] / gdp,
        "public_debt_change_1y_pct_gdp": row["public_debt_pct_gdp"] - earlier,
        "public_debt_pct_revenue": 100 * row["public_debt_pct_gdp"] / row["revenue_pct_gdp"],
        "external_ppg_debt_pct_gdp": 100 * row["external_ppg_debt_usd_mn"] / gdp,
        "reserves_pct_gdp": 100 * row["reserves_usd_mn"] / gdp,
    }
    rows = [
        (name, unit, float(values.get(name, math.nan)))
        for name, unit in NEAR_TERM_VARIABLES.items()
    ]
    return pd.DataFrame(rows, columns=["variable", "unit", "value"])


_PATH = (
    "public_debt_pct_gdp", "gross_financing_need_pct_gdp", "external_debt_pct_gdp",
    "external_service_usd_mn", "external_interest_usd_mn", "gdp_usd_mn",
)  # fmt: skip
_NEEDED = (
    "gdp_usd_mn", "current_account_usd_mn", "public_debt_pct_gdp", "revenue_pct_gdp",
    "external_ppg_debt_usd_mn", "reserves_usd_mn",
)  # fmt: skip


def stress_probability(
    values: Mapping[str, float], coefficients: Mapping[str, float]
) -> tuple[float, pd.DataFrame]:
    """Logit probability (per cent) of stress with the user's coefficients.

    Parameters
    ----------
    values
        By variable, in the units of the model.
    coefficients
        By variable, and ``constant``.

    Returns
    -------
    probability, DataFrame
        ``variable, value, coefficient, contribution``.

    Raises
    ------
    InputError
        If the constant or a value is missing.
    """
    if "constant" not in coefficients:
        raise InputError("near term: the model needs a 'constant' among its coefficients")
    rows = [("constant", 1.0, float(coefficients["constant"]))]
    for name, coefficient in coefficients.items():
        if name == "constant":
            continue
        value = values.get(name, math.nan)
        if not math.isfinite(value):
            raise InputError(f"near term: no value for {name!r}; give one or drop its coefficient")
        rows.append((name, float(value), float(coefficient)))
    table = pd.DataFrame(rows, columns=["variable", "value", "coefficient"])
    table["contribution"] = table["value"] * table["coefficient"]
    score = float(table["contribution"].sum())
    # Both branches, so that a large score of either sign cannot overflow.
    share = 1 / (1 + math.exp(-score)) if score >= 0 else math.exp(score) / (1 + math.exp(score))
    return 100 * share, table


def heat_map(inputs: CountryInputs, path: DebtPath, benchmarks: Parameters) -> pd.DataFrame:
    """Near-term indicators against benchmarks: ``indicator, year, value, low, high, signal, note``.

    Debt and financing need are those of t and have one benchmark; the others have two lines.
    """
    t = inputs.first_year
    now = {name: float(path.table[name].loc[t]) for name in _PATH}
    before = {name: float(path.table[name].loc[t - 1]) for name in _PATH}
    s = inputs.series.astype(float)
    principal = now["external_service_usd_mn"]
    principal -= now["external_interest_usd_mn"]
    need = 100 * (principal - float(s["current_account_usd_mn"].loc[t])) / now["gdp_usd_mn"]
    debt = before["public_debt_pct_gdp"]
    foreign = 100 * before["external_debt_pct_gdp"] / debt if debt else math.nan
    entries = (
        ("public debt, % of GDP", t, now["public_debt_pct_gdp"], "debt_pct_gdp", ""),
        ("gross financing need, % of GDP", t, now["gross_financing_need_pct_gdp"],
         "gfn_pct_gdp", ""),
        ("spread, basis points", t - 1, inputs.number("embi_spread_bp"), "spread", "_bp"),
        ("external financing need, % of GDP", t, need, "external_need", "_pct_gdp"),
        ("foreign currency, % of public debt", t - 1, foreign, "foreign_currency", "_pct"),
    )  # fmt: skip
    rows = []
    for what, year, value, name, unit in entries:
        if unit:
            low = benchmarks[f"benchmark.{name}_low{unit}"]
            high = benchmarks[f"benchmark.{name}_high{unit}"]
        else:
            low = high = benchmarks[f"benchmark.{name}"]
        if math.isnan(value):
            rows.append((what, year, value, low, high, "unknown", "not in the inputs"))
            continue
        signal = "high" if value > high else "moderate" if value > low else "low"
        note = "external public debt only" if name == "external_need" else ""
        rows.append((what, year, value, low, high, signal, note))
    columns = ["indicator", "year", "value", "low", "high", "signal", "note"]
    return pd.DataFrame(rows, columns=columns)


def heat_signal(table: pd.DataFrame) -> str:
    """One signal of a heat map: two or more high ones: high; one, or two moderate: moderate.

    This rule is ours; the benchmarks of 2013 came without one. ``unknown`` if nothing is known.
    """
    known = table.loc[table["signal"] != "unknown", "signal"]
    if known.empty:
        return "unknown"
    high, moderate = int((known == "high").sum()), int((known == "moderate").sum())
    if high >= 2:
        return "high"
    return "moderate" if high or moderate >= 2 else "low"
