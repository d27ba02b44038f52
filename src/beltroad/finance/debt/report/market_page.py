"""The page of a market-financing country: one HTML file that opens offline and needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.finance.debt.report import drawings, market_view, view
from beltroad.finance.debt.report.beside import package_content
from beltroad.finance.debt.report.page_parts import (
    change_content,
    fans_content,
    figure,
    inputs_content,
    render,
    table_content,
)

if TYPE_CHECKING:
    from beltroad.finance.debt.bri.market import MarketAssessment
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["indicator_charts", "market_page"]

_LOOK = {"low": "r-low", "moderate": "r-moderate", "high": "r-high"}
_PAST = 10
_CHARTS = {
    "public_debt_pct_gdp": "Public debt",
    "gross_financing_need_pct_gdp": "Gross financing need",
    "external_debt_pct_gdp": "Public external debt",
    "public_service_pct_gdp": "Public debt service",
}


def market_page(
    found: MarketAssessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    on: str = "", notes: Sequence[str] = (), version: str = "",
) -> str:  # fmt: skip
    """The assessment as a page for people. The same assessment gives the same text.

    ``notes`` come on top of those of the assessment; the rest is as in :func:`page.debt_page`.
    """
    inputs = found.inputs
    years = market_view.horizon(found.inputs.first_year, on)
    signals = {key: {"title": title, "word": str(found.signals[key]),
                     "look": _LOOK.get(str(found.signals[key]), "")}
               for key, title in market_view.SIGNALS.items()}  # fmt: skip
    content = {
        "name": inputs.name or inputs.iso3,
        "identity": market_view.identity(found, on),
        "signals": signals,
        "drivers": market_view.drivers(found),
        "charts": indicator_charts(found, beside, years, on),
        "years": years,
        **fans_content(fans), **inputs_content(inputs), **package_content(found, beside),
        **change_content(found.path, years),
        "heat": _heat(found), "variables": _variables(found),
        "probability_pct": found.near.probability_pct,
        "medium": _medium(found), "measures": found.measures, "need": found.average_need_pct_gdp,
        "long": [{**r, "value": figure(r["value"], str(r["unit"]))}
                 for r in found.long.to_dict("records")],
        "loss": market_view.loss_rows(found),
        "at_stake": "loans of the package" if beside is not None
        else f"public external debt of {inputs.first_year - 1}",
        "rules": market_view.OWN_RULES,
        "notes": [view.capital(view.note(n)) for n in dict.fromkeys((*found.notes, *notes))],
        "parameters": _parameters(on), "unsure": _unsure(on),
        "path": table_content(found.path.table.loc[years[0] - 1 : years[-1], list(_CHARTS)]
                              .reset_index(names="year")),
        "version": version,
    }  # fmt: skip
    return render("market.html.j2", content)


def indicator_charts(
    found: MarketAssessment, beside: Beside | None, years: range, on: str
) -> list[drawings.Chart]:
    """Each burden over the years, with and without projects, and its limit."""
    table = found.path.table.loc[: years[-1]]
    limits = market_view.limits(on)
    charts = []
    for name, title in _CHARTS.items():
        base = table[name].astype(float)
        if base.isna().all():
            continue
        past = _history(found, name)
        if past is not None:
            known = past.loc[years[0] - _PAST : years[0] - 1].dropna().astype(float)
            base = pd.concat([known[~known.index.isin(base.index)], base]).sort_index()
        series = {"base": ("baseline" if beside is None else "with projects", base)}
        if beside is not None:
            before = beside.market().path.table.loc[: years[-1], name]
            series["without"] = ("without projects", before.astype(float))
        limit = limits.get(name, float("nan"))
        charts.append(drawings.path_chart(
            title, series, first=years[0], limit=limit, limit_label=f"benchmark {limit:g}%",
        ))  # fmt: skip
    return charts


def _history(found: MarketAssessment, name: str) -> pd.Series | None:
    """Years before the projection, where the inputs hold them."""
    series = found.inputs.series
    if name == "external_debt_pct_gdp" and "external_ppg_debt_usd_mn" in series:
        return 100 * series["external_ppg_debt_usd_mn"] / series["gdp_usd_mn"]
    return series.get(name)


def _heat(found: MarketAssessment) -> list[dict[Any, Any]]:
    look = {"low": "h0", "moderate": "h3", "high": "h4"}
    out = []
    for row in found.near.heat_map.to_dict("records"):
        value = float(row["value"])
        low, high = f"{row['low']:g}", f"{row['high']:g}"
        lines = low if low == high else f"{low} and {high}"
        out.append({**row, "value": "–" if value != value else f"{value:,.1f}", "lines": lines,
                    "look": look.get(str(row["signal"]), "hx")})  # fmt: skip
    return out


def _variables(found: MarketAssessment) -> list[dict[Any, Any]]:
    return [
        {"variable": view.column_title(str(r["variable"])).split(",")[0], "unit": r["unit"],
         "value": "not in the inputs" if r["value"] != r["value"] else f"{r['value']:,.1f}"}
        for r in found.near.variables.to_dict("records")
    ]  # fmt: skip


def _medium(found: MarketAssessment) -> list[dict[Any, Any]]:
    titles = {"dfi": "Solvency: debt fan index", "gfi": "Liquidity: financing need index"}
    return [
        {**r, "title": titles.get(str(r["index"]), str(r["index"])),
         "value": "not known" if r["value"] != r["value"] else f"{r['value']:.2f}"}
        for r in found.medium.to_dict("records")
    ]  # fmt: skip


def _parameters(on: str) -> list[dict[Any, Any]]:
    rows = market_view.parameter_table(on).to_dict("records")
    return [{**r, "value": f"{float(r['value']):g}",
             "link": str(r["source_url"]).startswith("https://")} for r in rows]  # fmt: skip


def _unsure(on: str) -> int:
    return int((market_view.parameter_table(on)["confidence"] == "low").sum())
