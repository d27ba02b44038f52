"""Tables that the steps of an assessment show: coverage, projection, signals."""

from __future__ import annotations

import pandas as pd

from beltroad.finance.debt.model import CountryInputs

__all__ = ["coverage_table", "projection_table", "report_table"]

_COVERAGE = (
    ("public debt", "series", "public_debt_pct_gdp"),
    ("public and publicly guaranteed external debt", "series", "external_ppg_debt_usd_mn"),
    ("private external debt", "series", "external_private_debt_usd_mn"),
    ("public-private partnerships", "setting", "ppp_stock_pct_gdp"),
    ("state-owned enterprises (contingent)", "setting", "soe_liability_pct_gdp"),
    ("financial sector (contingent)", "setting", "financial_sector_liability_pct_gdp"),
    ("other government (contingent)", "setting", "other_government_liability_pct_gdp"),
)
_MACRO = (
    "real_growth_pct", "deflator_growth_pct", "primary_balance_pct_gdp", "revenue_pct_gdp",
    "current_account_pct_gdp", "fdi_net_pct_gdp", "exports_growth_pct",
)  # fmt: skip


def coverage_table(inputs: CountryInputs) -> pd.DataFrame:
    """What the debt figures cover: ``part, held_in, latest_year, value, unit, known``.

    ``latest_year`` is the last year before t with a figure; 0 for a setting or where none is known.
    """
    past = inputs.series.loc[inputs.series.index < inputs.first_year]
    rows: list[tuple[str, str, int, float, str, bool]] = []
    for part, kind, name in _COVERAGE:
        unit = "USD million" if name.endswith("usd_mn") else "% of GDP"
        if kind == "setting":
            value = inputs.number(name)
            rows.append((part, name, 0, value, unit, bool(value == value)))
            continue
        known = past[name].dropna() if name in past else pd.Series(dtype=float)
        year = int(known.index[-1]) if len(known) else 0
        value = float(known.iloc[-1]) if len(known) else float("nan")
        rows.append((part, name, year, value, unit, bool(len(known))))
    columns = ["part", "held_in", "latest_year", "value", "unit", "known"]
    return pd.DataFrame(rows, columns=columns)


def _macro(inputs: CountryInputs) -> pd.DataFrame:
    s = inputs.series.astype(float)
    out = pd.DataFrame(index=s.index)
    for name in _MACRO:
        if name in s:
            out[name] = s[name]
    for name, source in (
        ("current_account_pct_gdp", "current_account_usd_mn"),
        ("fdi_net_pct_gdp", "fdi_net_usd_mn"),
    ):
        if source in s:
            out[name] = 100 * s[source] / s["gdp_usd_mn"]
    if "exports_usd_mn" in s:
        out["exports_growth_pct"] = 100 * s["exports_usd_mn"].pct_change(fill_method=None)
    return out


def projection_table(inputs: CountryInputs, horizon_years: int) -> pd.DataFrame:
    """Past beside projection: ``variable, past_10y_mean, next_5y_mean, later_mean, last_year``.

    ``later_mean`` runs from t + 5 to the horizon; ``last_year`` is the last projection year given
    (beyond it the engine extends the series).
    """
    t = inputs.first_year
    macro = _macro(inputs)
    rows = []
    for name in macro:
        values = macro[name]
        ahead = values.loc[t : t + horizon_years].dropna()
        rows.append(
            (
                str(name),
                float(values.loc[t - 10 : t - 1].mean()),
                float(values.loc[t : t + 4].mean()),
                float(values.loc[t + 5 : t + horizon_years].mean()),
                int(ahead.index[-1]) if len(ahead) else 0,
            )
        )
    columns = ["variable", "past_10y_mean", "next_5y_mean", "later_mean", "last_year"]
    return pd.DataFrame(rows, columns=columns)


def report_table(entries: dict[str, str]) -> pd.DataFrame:
    """``item, value`` in the order given."""
    return pd.DataFrame(list(entries.items()), columns=["item", "value"])
