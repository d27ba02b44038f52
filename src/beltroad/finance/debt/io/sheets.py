"""The assessment as an Excel workbook: numbers as numbers, units in headings, nothing hidden."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io import view
from beltroad.finance.debt.io.layout import KIND_LOOK
from beltroad.finance.debt.io.record import path_table
from beltroad.finance.debt.vocabulary import INDICATORS, SERIES

if TYPE_CHECKING:
    from beltroad.finance.debt.assess import Assessment
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["result_workbook"]

_CREATED = datetime(2020, 1, 1)
_ACCENT, _INK, _MUTED = "#0B6470", "#1B2A33", "#566570"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CELL = 32_000
_HEAT = ((60, "#E3F0EF", _INK), (80, "#B4D9D7", _INK), (100.0000001, "#F9E6D2", _INK),
         (150, "#E9AB6D", _INK), (float("inf"), "#B45F19", "#FFFFFF"))  # fmt: skip


def result_workbook(
    assessment: Assessment, fans: Sequence[Fan] = (), *, version: str = ""
) -> bytes:
    """All results and what they rest on; the same assessment gives the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    book.set_properties({"title": "Debt assessment", "created": _CREATED})
    sheets = _Sheets(book)
    inputs = forms.canonical(assessment.inputs)
    _summary(sheets, assessment, version)
    _heat(sheets, assessment)
    _indicators(sheets, assessment)
    sheets.table("Signals", assessment.signals)
    sheets.table("Paths", path_table(assessment))
    sheets.table("Composite", assessment.capacity.contributions)
    if assessment.probability is not None:
        sheets.table("Probability", assessment.probability)
    sheets.table("Realism", assessment.realism)
    for fan in fans:
        title = f"Fan {view.short(fan.quantity)}".replace("/", "to").replace("_", " ")[:31]
        sheets.table(title, fan.quantiles.reset_index())
    if fans:
        chances = [f.probability.assign(quantity=f.quantity) for f in fans]
        sheets.table("Fan probabilities", pd.concat(chances, ignore_index=True))
    _series(sheets, assessment)
    sheets.table("Settings", forms.setting_rows(inputs))
    terms = [[getattr(each, c) for c in forms.TERMS] for each in inputs.instruments]
    sheets.table("Terms", pd.DataFrame(terms, columns=list(forms.TERMS)))
    sheets.table("Origins", inputs.origins)
    sheets.table("Gaps", inputs.gaps)
    sheets.table("Sources", forms.used_sources(inputs))
    parameters = sorted(assessment.parameters.values.items())
    sheets.table("Parameters", pd.DataFrame(parameters, columns=["parameter", "value"]))
    sheets.table("Notes", pd.DataFrame({"note": list(assessment.notes)}))
    book.close()
    return buffer.getvalue()


def _summary(sheets: _Sheets, assessment: Assessment, version: str) -> None:
    made = sheets.book.add_worksheet("Summary")
    made.hide_gridlines(2)
    made.set_column(0, 0, 34)
    made.set_column(1, 1, 13)
    made.set_column(2, 3, 14)
    made.set_column(4, 4, 34)
    made.set_column(5, 8, 14)
    inputs = assessment.inputs
    made.write_string(0, 0, _clean(f"Debt assessment: {inputs.name}"),
                      sheets.form(bold=True, font_size=14, font_color=_ACCENT))  # fmt: skip
    row = 1
    facts = [*view.identity(assessment),
             ("Overall risk of public debt distress", assessment.overall_rating),
             ("Risk of external debt distress", assessment.external_rating),
             ("Space to absorb shocks", assessment.space or "–"),
             ("Debt-carrying capacity", assessment.capacity.final),
             ("Because", view.drivers(assessment)),
             ("Inputs", view.overview(inputs)),
             ("Made with", f"beltroad {version}".strip())]  # fmt: skip
    for what, said in facts:
        made.write_string(row, 0, what, sheets.form(font_color=_MUTED))
        made.write_string(row, 1, _clean(said), sheets.form(bold=what.endswith("distress")))
        row += 1
    row += 1
    heads = ("Indicator", "Threshold, %", "Baseline peak, %", "Year", "Most extreme shock",
             "Its peak, %", "Year", "Breach", "Space, % of threshold")  # fmt: skip
    for j, text in enumerate(heads):
        made.write_string(row, j, text, sheets.head())
    for e in view.extremes(assessment):
        row += 1
        breach = "baseline" if e.baseline_breach else "stress test" if e.stress_breach else "none"
        values = (e.label, e.threshold_pct, e.baseline_pct, e.baseline_year,
                  view.scenario(e.stress) if e.stress else "", e.stress_pct, e.stress_year, breach,
                  e.space_pct)  # fmt: skip
        for j, value in enumerate(values):
            sheets.put(made, row, j, value, "0" if j in (3, 6) else "0.0")


def _heat(sheets: _Sheets, assessment: Assessment) -> None:
    made = sheets.book.add_worksheet("Heat map")
    made.hide_gridlines(2)
    made.write_string(0, 0, "Peak in per cent of the threshold; in brackets the years above it.",
                      sheets.form(font_color=_MUTED))  # fmt: skip
    names = [n for n in INDICATORS if n in assessment.thresholds]
    made.set_column(0, 0, 36)
    made.set_column(1, 2 * len(names), 11)
    made.write_string(2, 0, "Scenario", sheets.head())
    for j, name in enumerate(names):
        made.merge_range(2, 1 + 2 * j, 2, 2 + 2 * j, view.label(name), sheets.head())
    table = view.heat(assessment)
    for i, (key, part) in enumerate(table.groupby("scenario", sort=False), start=3):
        made.write_string(i, 0, _clean(view.scenario(str(key))), sheets.form())
        for row in part[part["indicator"].isin(names)].to_dict("records"):
            j = 1 + 2 * names.index(row["indicator"])
            share = float(row["share_pct"])
            if share != share:
                made.write_string(i, j, "not known", sheets.form(font_color=_MUTED))
                continue
            colour, ink = next((c, k) for limit, c, k in _HEAT if share < limit)
            shown = {"bg_color": colour, "font_color": ink}
            made.write_number(i, j, share, sheets.form(num_format="0", **shown))
            made.write_number(i, j + 1, int(row["years_above"]),
                              sheets.form(num_format="(0);;", align="left", **shown))  # fmt: skip
    made.freeze_panes(3, 1)


def _indicators(sheets: _Sheets, assessment: Assessment) -> None:
    """Indicators with years across, one row per indicator and scenario."""
    table = assessment.indicators
    wide = table.pivot_table(index=["indicator", "scenario"], columns="year", values="value_pct",
                             sort=False, dropna=False).reset_index()  # fmt: skip
    limits = wide["indicator"].map(assessment.thresholds)
    wide.insert(2, "threshold_pct", limits)
    wide.columns = pd.Index([str(c) for c in wide.columns])
    wide["indicator"] = wide["indicator"].map(view.label)
    wide["scenario"] = wide["scenario"].map(view.scenario)
    sheets.table("Indicators, %", wide)


def _series(sheets: _Sheets, assessment: Assessment) -> None:
    """Yearly inputs, each cell in the look of its kind."""
    inputs = forms.canonical(assessment.inputs)
    made = sheets.book.add_worksheet("Series")
    made.set_column(0, 0, 32)
    made.set_column(1, 1, 14)
    years = [int(str(y)) for y in inputs.series.index]
    made.set_column(2, 1 + len(years), 11)
    for j, kind in enumerate(KIND_LOOK):
        made.write_string(0, j, kind, sheets.kind(kind))
    made.write_string(2, 0, "series", sheets.head())
    made.write_string(2, 1, "unit", sheets.head())
    for j, year in enumerate(years, start=2):
        made.write_number(2, j, year, sheets.head(num_format="0"))
    names = [str(c) for c in inputs.series]
    for i, name in enumerate(names, start=3):
        made.write_string(i, 0, name, sheets.form())
        made.write_string(i, 1, SERIES[name].unit, sheets.form(font_color=_MUTED))
    for cell in forms.rows_of(forms.cells(inputs)):
        pattern = "#,##0" if SERIES[cell.variable].unit.startswith("USD") else "0.00"
        made.write_number(3 + names.index(cell.variable), 2 + years.index(cell.year), cell.value,
                          sheets.kind(cell.kind, num_format=pattern))  # fmt: skip
    made.freeze_panes(3, 1)


class _Sheets:
    """Writes tables as sheets of one book."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def form(self, **properties: object) -> Any:
        """A format; equal ones are made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "Arial", "font_size": 10, "valign": "top"}
            self._formats[key] = self.book.add_format({**base, **properties})
        return self._formats[key]

    def head(self, **more: object) -> Any:
        return self.form(bold=True, font_color="#FFFFFF", bg_color=_ACCENT, text_wrap=True, **more)

    def kind(self, kind: str, **more: object) -> Any:
        look = KIND_LOOK[kind]
        shown: dict[str, object] = {"bg_color": look.background, "font_color": look.ink,
                                    "italic": look.italic}  # fmt: skip
        if look.pattern > 1:
            shown |= {"pattern": look.pattern, "fg_color": look.background, "bg_color": "#FFFFFF"}
        return self.form(**shown, **more)

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """One sheet: headings, frozen and filtered, then the rows."""
        made = self.book.add_worksheet(name)
        rows = list(frame.itertuples(index=False, name=None))
        for j, column in enumerate(frame.columns):
            made.write_string(0, j, str(column), self.head())
            texts = [len(str(r[j])) for r in rows[:200] if isinstance(r[j], str)]
            made.set_column(j, j, max(12, min(60, max([len(str(column)), *texts]) + 2)))
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row):
                whole = str(frame.columns[j]).startswith("year") or "_year" in str(frame.columns[j])
                self.put(made, i, j, value, "0" if whole else "#,##0.00##")
        made.freeze_panes(1, 1)
        if len(frame.columns):
            made.autofilter(0, 0, max(len(rows), 1), len(frame.columns) - 1)

    def put(self, sheet: Any, row: int, column: int, value: Any, pattern: str) -> None:
        """A cell by the kind of its value; unknown numbers stay blank."""
        if value is None or value is pd.NA or (isinstance(value, float) and value != value):
            sheet.write_blank(row, column, None, self.form())
        elif isinstance(value, str):
            sheet.write_string(row, column, _clean(value), self.form())
        elif type(value).__name__ in ("bool", "bool_"):
            sheet.write_boolean(row, column, bool(value), self.form())
        else:
            sheet.write_number(row, column, float(value), self.form(num_format=pattern))


def _clean(text: object) -> str:
    return _CONTROL.sub("", str(text))[:_CELL]
