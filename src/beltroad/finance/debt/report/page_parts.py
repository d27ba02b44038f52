"""What all debt pages share: templates, inputs with their kinds, fans, tables of any shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
import pandas as pd
from markupsafe import Markup

from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.report import changes, drawings, view
from beltroad.finance.debt.vocabulary import SERIES, SETTINGS

if TYPE_CHECKING:
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["change_content", "fans_content", "figure", "inputs_content", "quantity_title",
           "render", "table_content"]  # fmt: skip

_FOLDER = files("beltroad.finance.debt.report") / "templates"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\u202a-\u202e]")
_MEASURES = {
    "above_threshold": "above the threshold in the last year",
    "above_threshold_ever": "above the threshold at least once in the years that count",
    "breach": "breach: two or more years above the threshold",
    "default": "default: limit crossed in two or more years",
    "not_stabilised": "not stabilised: above the level of three years before",
    "above_start": "above the level of the year before the projection",
}
_PAST, _AHEAD = 5, 5
"""Years around the first projection year that the page shows; the workbook has them all."""
_QUANTITIES = {
    "public_debt_pct_gdp": "Public debt / GDP",
    "external_debt_pct_gdp": "Public external debt / GDP",
}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (_FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda v: _CONTROL.sub("", v) if type(v) is str else v,
    )  # fmt: skip


def render(template: str, content: dict[str, Any]) -> str:
    """A page. All texts are escaped; the page's own policy forbids requests and scripts."""
    style = (_FOLDER / "debt.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template(template)
        .render(
            **content,
            style=Markup(style),  # noqa: S704 (our own file)
        )
    )


def inputs_content(inputs: CountryInputs) -> dict[str, Any]:
    """Series, settings, terms, gaps and sources for the part of the page that lists them."""
    inputs = forms.canonical(inputs)
    return {
        "overview": view.overview(inputs),
        "gaps": [{**r, "title": view.series_title(str(r["variable"]))}
                 for r in inputs.gaps.to_dict("records")],
        **_series(inputs),
        "instruments": inputs.instruments,
        "settings": [
            {"name": r["setting"], "value": view.value_text(
                r["value"] if r["value"] != "" else "–", SETTINGS[str(r["setting"])].unit),
             "unit": SETTINGS[str(r["setting"])].unit.replace("-", ""), "kind": r["kind"],
             "source": r["source"], "note": r["note"],
             "meaning": SETTINGS[str(r["setting"])].meaning}
            for r in forms.setting_rows(inputs).to_dict("records")
        ],
        "flagged": view.flagged(inputs).to_dict("records"),
        "sources": [{**r, "link": str(r["url"]).startswith("https://")}
                    for r in forms.used_sources(inputs).to_dict("records")],
    }  # fmt: skip


def _series(inputs: CountryInputs) -> dict[str, Any]:
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
    return {"series": out, "years_shown": years}


def figure(value: object, unit: str) -> str:
    """A number with its unit; a dash where it is not known."""
    number = float(value)  # type: ignore[arg-type]
    return "–" if number != number else f"{number:,.2f} {unit}".removesuffix(" -")


def table_content(table: pd.DataFrame) -> dict[str, Any]:
    """Any table for the page: headings for people, numbers to at most four digits."""
    columns = [str(c) for c in table.columns]
    numeric = [pd.api.types.is_numeric_dtype(table[c]) and table[c].dtype != bool for c in columns]
    rows = [
        [_cell(value, column) for value, column in zip(row, columns, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]
    return {"heads": [view.column_title(c) for c in columns], "numeric": numeric, "rows": rows}


def _cell(value: object, column: str) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if isinstance(value, str):
        return view.note(value)
    number = float(value)  # type: ignore[arg-type]
    if "year" in column.split("_") and number >= 1000:
        return f"{number:.0f}"
    digits = 0 if abs(number) >= 1000 or number == round(number) else 1 if abs(number) >= 10 else 2
    return f"{number:,.{digits}f}"


def change_content(path: DebtPath, years: range) -> dict[str, Any]:
    """Stacked bars and tables of what changes debt."""
    return {"changes": [changes.view_of(name, table, years)
                        for name, table in changes.tables(path).items()]}  # fmt: skip


def quantity_title(quantity: str) -> str:
    """Name of a fan's quantity."""
    return _QUANTITIES.get(quantity, view.label(quantity))


def fans_content(fans: Sequence[Fan]) -> dict[str, Any]:
    """Charts and probabilities of the fans."""
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
