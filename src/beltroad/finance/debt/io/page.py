"""The report: one HTML file that opens offline, loads nothing and needs no script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io import drawings, view
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import INDICATORS, SERIES, SETTINGS

if TYPE_CHECKING:
    from beltroad.finance.debt.assess import Assessment
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["debt_page", "quantity_title"]

_FOLDER = files("beltroad.finance.debt.io") / "templates"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\u202a-\u202e]")
_RATING = {"low": "r-low", "moderate": "r-moderate", "high": "r-high",
           "in debt distress": "r-distress"}  # fmt: skip
_MEASURES = {
    "above_threshold": "above the threshold in the last year",
    "above_threshold_ever": "above the threshold at least once in the years that count",
    "breach": "breach: two or more years above the threshold",
    "default": "default: limit crossed in two or more years",
    "not_stabilised": "not stabilised: above the level of three years before",
    "above_start": "above the level of the year before the projection",
}
_PARTS = {
    "cpia": "Country Policy and Institutional Assessment, points",
    "real_growth": "real growth",
    "reserves_to_imports": "reserves / imports",
    "reserves_to_imports_squared": "reserves / imports, squared",
    "remittances_to_gdp": "remittances / GDP",
    "world_growth": "growth of the world economy",
}
_PAST, _AHEAD = 5, 5
"""Years around the first projection year that the page shows; the workbook has them all."""
_QUANTITIES = {
    "public_debt_pct_gdp": "Public debt / GDP",
    "external_debt_pct_gdp": "Public external debt / GDP",
}


def debt_page(assessment: Assessment, fans: Sequence[Fan] = (), *, version: str = "") -> str:
    """The assessment as a page for people. The same assessment gives the same text.

    All texts are escaped; a content security policy forbids every request and every script.
    """
    env = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (_FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda v: _CONTROL.sub("", v) if type(v) is str else v,
    )  # fmt: skip
    style = (_FOLDER / "debt.css").read_text(encoding="utf-8")
    return env.get_template("debt.html.j2").render(
        **_content(assessment), **_fans(fans), version=version, style=Markup(style),  # noqa: S704 (our own file)
    )  # fmt: skip


def _content(assessment: Assessment) -> dict[str, Any]:
    inputs = forms.canonical(assessment.inputs)
    settings = forms.setting_rows(inputs).to_dict("records")
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
        "overview": view.overview(inputs),
        "extremes": view.extremes(assessment),
        "scenario": view.scenario,
        "window": (view.window(assessment)[0], view.window(assessment)[-1]),
        **_heat(assessment),
        "charts": drawings.indicator_charts(assessment),
        "contributions": [
            {"variable": _PARTS.get(r["variable"], r["variable"]),
             **{c: f"{r[c]:.4g}" for c in ("value", "coefficient", "contribution")}}
            for r in contributions.to_dict("records")
        ],
        "market": assessment.market,
        "realism": [{**r, "value": _figure(r["value"], str(r["unit"]))}
                    for r in assessment.realism.to_dict("records")],
        "probability": _probability(assessment),
        "notes": [view.capital(view.note(n)) for n in assessment.notes],
        "gaps": [{**r, "title": view.series_title(str(r["variable"]))}
                 for r in inputs.gaps.to_dict("records")],
        **_inputs(inputs),
        "instruments": inputs.instruments,
        "settings": [
            {"name": r["setting"], "value": view.value_text(
                r["value"] if r["value"] != "" else "–", SETTINGS[str(r["setting"])].unit),
             "unit": SETTINGS[str(r["setting"])].unit.replace("-", ""), "kind": r["kind"],
             "source": r["source"], "note": r["note"],
             "meaning": SETTINGS[str(r["setting"])].meaning}
            for r in settings
        ],
        "flagged": view.flagged(inputs).to_dict("records"),
        "parameters": sorted(assessment.parameters.values.items()),
        "sources": [{**r, "link": str(r["url"]).startswith("https://")}
                    for r in forms.used_sources(inputs).to_dict("records")],
    }  # fmt: skip


def _figure(value: object, unit: str) -> str:
    number = float(value)  # type: ignore[arg-type]
    return "–" if number != number else f"{number:,.2f} {unit}".removesuffix(" -")


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


def _inputs(inputs: CountryInputs) -> dict[str, Any]:
    values = {(r.variable, r.year): r for r in forms.rows_of(forms.cells(inputs))}
    first = inputs.first_year
    years = [y for y in map(int, map(str, inputs.series.index))
             if first - _PAST <= y <= first + _AHEAD]  # fmt: skip
    out = []
    for name in inputs.series:
        digits = 0 if SERIES[str(name)].unit.startswith("USD") else 1
        line = []
        for year in years:
            cell = values.get((str(name), year))
            if cell is None:
                line.append({"text": "", "kind": "", "said": ""})
                continue
            said = ", ".join(t for t in (cell.kind, cell.source, cell.note) if t)
            line.append({"text": f"{cell.value:,.{digits}f}", "kind": cell.kind, "said": said})
        unit, title = SERIES[str(name)].unit, view.series_title(str(name))
        out.append({"title": title, "name": str(name), "unit": unit, "cells": line})
    return {"series": out, "years": years}


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


def quantity_title(quantity: str) -> str:
    """Name of a fan's quantity."""
    return _QUANTITIES.get(quantity, view.label(quantity))


def _fans(fans: Sequence[Fan]) -> dict[str, Any]:
    rows = []
    for measure, title in _MEASURES.items():
        values = []
        for fan in fans:
            table = fan.probability
            found = table[table["measure"] == measure]
            last = found.sort_values("year").tail(1)
            values.append(f"{100 * float(last['value'].iloc[0]):.0f}%" if len(last) else "–")
        if any(v != "–" for v in values):
            rows.append((title, values))
    notes = dict.fromkeys(note for fan in fans for note in fan.notes)
    return {
        "fans": [drawings.fan_chart(f, quantity_title(f.quantity)) for f in fans],
        "fan_columns": [quantity_title(f.quantity) for f in fans],
        "fan_rows": rows,
        "fan_notes": [view.capital(n.replace("_", " ")) + "." for n in notes],
    }
