"""Drawings of the debt room: the same ones as in the debt report, ready for a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beltroad.app.questions.debt.cases import Found
    from beltroad.finance.debt.report.drawings import Chart

__all__ = ["charts", "heat"]


def charts(found: Found) -> list[Chart]:
    """Burdens against thresholds under all scenarios; for markets, debt and financing need."""
    from beltroad.finance.debt.report import drawings

    case: Any = found.case
    result, beside = case.assessment, case.beside
    if found.market:
        from beltroad.finance.debt.report import market_view
        from beltroad.finance.debt.report.market_page import indicator_charts as market_charts

        years = market_view.horizon(found.inputs.first_year, found.ask.on)
        return market_charts(result, beside, years, found.ask.on)
    base = result.paths["baseline"].table["public_debt_pct_gdp"].astype(float)
    series = {"base": ("baseline" if beside is None else "with the loans", base)}
    if beside is not None:
        before = beside.lic().paths["baseline"].table["public_debt_pct_gdp"].astype(float)
        series["without"] = ("without the loans", before)
    public = drawings.path_chart("Public debt, % of GDP", series, first=found.inputs.first_year)
    without = None if beside is None else beside.lic()
    return [*drawings.indicator_charts(result, without), public]


def heat(found: Found) -> dict[str, Any]:
    """Scenarios down, burdens across: peak, share of the threshold, years above it."""
    from beltroad.finance.debt.report import view
    from beltroad.finance.debt.vocabulary import INDICATORS

    case: Any = found.case
    result = case.assessment
    table = view.heat(result)
    names = [n for n in INDICATORS if n in result.thresholds]
    needed = int(result.parameters.values.get("signal.breach_years", 2))
    rows = []
    for key, part in table.groupby("scenario", sort=False):
        by_name = {r["indicator"]: r for r in part.to_dict("records")}
        rows.append({
            "title": view.scenario(str(key)), "aside": key == "historical",
            "cells": [_cell(by_name.get(name), needed) for name in names],
        })  # fmt: skip
    # What does not enter the rating stands below what does.
    rows.sort(key=lambda row: bool(row["aside"]))
    heads = [{"label": view.label(n), "threshold": result.thresholds[n]} for n in names]
    return {"heads": heads, "rows": rows}


def _cell(row: dict[Any, Any] | None, needed: int) -> dict[str, Any]:
    if row is None or row["peak_pct"] != row["peak_pct"]:
        return {"look": "unknown", "peak": None, "share": None, "years": 0, "year": 0}
    years, share = int(row["years_above"]), float(row["share_pct"])
    look = "breach" if years >= needed else "short" if years else "near" if share >= 80 else "below"
    return {"look": look, "peak": float(row["peak_pct"]), "share": share, "years": years,
            "year": int(row["peak_year"])}  # fmt: skip
