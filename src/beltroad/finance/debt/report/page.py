"""The report: one HTML file that opens offline, loads nothing and needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from beltroad.finance.debt.report import drawings, steps, view
from beltroad.finance.debt.report.beside import package_content
from beltroad.finance.debt.report.page_parts import (
    change_content,
    fans_content,
    figure,
    inputs_content,
    render,
)
from beltroad.finance.debt.vocabulary import INDICATORS

if TYPE_CHECKING:
    from beltroad.finance.debt.bri.low_income import BriAssessment
    from beltroad.finance.debt.ratings.assess import Assessment
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["debt_page"]

_RATING = {"low": "r-low", "moderate": "r-moderate", "high": "r-high",
           "in debt distress": "r-distress"}  # fmt: skip
_PARTS = {
    "cpia": "Country Policy and Institutional Assessment, points",
    "real_growth": "real growth",
    "reserves_to_imports": "reserves / imports",
    "reserves_to_imports_squared": "reserves / imports, squared",
    "remittances_to_gdp": "remittances / GDP",
    "world_growth": "growth of the world economy",
}


def debt_page(
    assessment: Assessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    bri: BriAssessment | None = None, version: str = "",
) -> str:  # fmt: skip
    """The assessment as a page for people. The same assessment gives the same text.

    Parameters
    ----------
    assessment
        The case that is shown; with a package that of the baseline with it.
    beside
        The package, and the case without it.
    bri
        The nine steps of the low-income framework of 2019, of the same case.
    version
        Of the program.
    """
    content = {
        **_content(assessment), **inputs_content(assessment.inputs), **fans_content(fans),
        **change_content(assessment.paths["baseline"], view.window(assessment)),
        **package_content(assessment, beside), **steps.content(bri),
        "charts": drawings.indicator_charts(
            assessment, None if beside is None else beside.lic()),
        "version": version,
    }  # fmt: skip
    if bri is not None:
        content["identity"] = [("Framework", steps.FRAMEWORK), *view.identity(assessment)[1:]]
        content["external"] = bri.final_rating
        content["external_class"] = _RATING.get(bri.final_rating, "")
    return render("debt.html.j2", content)


def _content(assessment: Assessment) -> dict[str, Any]:
    inputs = assessment.inputs
    contributions = assessment.capacity.contributions
    return {
        "name": inputs.name or inputs.iso3,
        "identity": view.identity(assessment),
        "overall": assessment.overall_rating,
        "external": assessment.external_rating,
        "overall_class": _RATING.get(assessment.overall_rating, ""),
        "external_class": _RATING.get(assessment.external_rating, ""),
        "space": assessment.space,
        "capacity": assessment.capacity,
        "reason": view.capital(assessment.capacity.reason),
        "drivers": view.drivers(assessment),
        "breach": view.breach_words(assessment),
        "extremes": view.extremes(assessment),
        "scenario": view.scenario,
        "window": (view.window(assessment)[0], view.window(assessment)[-1]),
        **_heat(assessment),
        "contributions": [
            {"variable": _PARTS.get(r["variable"], r["variable"]),
             **{c: f"{r[c]:.4g}" if r[c] == r[c] else "–"
                for c in ("value", "coefficient", "contribution")}}
            for r in contributions.to_dict("records")
        ],
        "market": assessment.market,
        "realism": [{**r, "value": figure(r["value"], str(r["unit"]))}
                    for r in assessment.realism.to_dict("records")],
        "probability": _probability(assessment),
        "notes": [view.capital(view.note(n)) for n in assessment.notes],
        "parameters": sorted(assessment.parameters.values.items()),
    }  # fmt: skip


def _heat(assessment: Assessment) -> dict[str, Any]:
    table = view.heat(assessment)
    names = [n for n in INDICATORS if n in assessment.thresholds]
    needed = int(assessment.parameters.values.get("signal.breach_years", 2))
    rows = []
    for key, part in table.groupby("scenario", sort=False):
        cells = []
        for row in part[part["indicator"].isin(names)].to_dict("records"):
            share, years = float(row["share_pct"]), int(row["years_above"])
            unknown = share != share
            cells.append(
                {"look": _look(share, years, needed),
                 "text": "–" if unknown else f"{share:.0f}",
                 "years": f"{years} y" if years else "",
                 "said": "" if unknown else f"peak {row['peak_pct']:.1f}% in {row['peak_year']}, "
                 f"threshold {row['threshold_pct']:g}%"}
            )  # fmt: skip
        rows.append({"title": view.scenario(str(key)), "cells": cells,
                     "aside": key == "historical", "key": key})  # fmt: skip
    # What does not enter the rating stands below what does.
    rows.sort(key=lambda r: r["key"] == "historical")
    return {"heat_rows": rows, "heat_columns": [view.label(n) for n in names]}


def _look(share: float, years: int, needed: int) -> str:
    if share != share:
        return "hx"
    if years >= needed:
        return "h5" if share > 150 else "h4"
    if years:
        return "h3"
    return "h0" if share < 60 else "h1" if share < 80 else "h2"


def _probability(assessment: Assessment) -> list[dict[Any, Any]]:
    if assessment.probability is None:
        return []
    out = []
    for row in assessment.probability.to_dict("records"):
        if not row["borderline"]:
            continue
        chance = float(row["probability"])
        out.append(
            {**row, "title": view.label(str(row["indicator"])),
             "distance": f"{row['distance_pct']:+.1f}%",
             "probability": "–" if chance != chance else f"{100 * chance:.1f}%",
             "cutoff": f"{100 * float(row['cutoff']):.1f}%"}
        )  # fmt: skip
    return out
