"""Tables as sheets of one Excel workbook, in one look: numbers as numbers, nothing hidden."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.layout import KIND_LOOK
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.report import changes, view
from beltroad.finance.debt.vocabulary import SERIES

if TYPE_CHECKING:
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["ACCENT", "INK", "MUTED", "Sheets", "clean"]

_CREATED = datetime(2020, 1, 1)
ACCENT, INK, MUTED = "#0B6470", "#1B2A33", "#566570"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CELL = 32_000


class Sheets:
    """Writes tables as sheets of one book."""

    def __init__(self, title: str) -> None:
        self._buffer = io.BytesIO()
        self.book: Any = xlsxwriter.Workbook(
            self._buffer,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False},
        )  # fmt: skip
        self.book.set_properties({"title": title, "created": _CREATED})
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def form(self, **properties: object) -> Any:
        """A format; equal ones are made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "Arial", "font_size": 10, "valign": "top"}
            self._formats[key] = self.book.add_format({**base, **properties})
        return self._formats[key]

    def head(self, **more: object) -> Any:
        """The look of a heading."""
        return self.form(bold=True, font_color="#FFFFFF", bg_color=ACCENT, text_wrap=True, **more)

    def kind(self, kind: str, **more: object) -> Any:
        """The look of a value by where it comes from."""
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
        patterns = ["0" if c.startswith("year") or "_year" in c else "#,##0.00##"
                    for c in map(str, frame.columns)]  # fmt: skip
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row):
                self.put(made, i, j, value, patterns[j])
        made.freeze_panes(1, 1)
        if len(frame.columns):
            made.autofilter(0, 0, max(len(rows), 1), len(frame.columns) - 1)

    def put(self, sheet: Any, row: int, column: int, value: Any, pattern: str) -> None:
        """A cell by the kind of its value; unknown numbers stay blank."""
        if value is None or value is pd.NA or (isinstance(value, float) and value != value):
            sheet.write_blank(row, column, None, self.form())
        elif isinstance(value, str):
            sheet.write_string(row, column, clean(value), self.form())
        elif type(value).__name__ in ("bool", "bool_"):
            sheet.write_boolean(row, column, bool(value), self.form())
        else:
            sheet.write_number(row, column, float(value), self.form(num_format=pattern))

    def close(self) -> bytes:
        """The finished workbook."""
        self.book.close()
        return self._buffer.getvalue()

    def facts(self, title: str, facts: Sequence[tuple[str, str]], *, bold: str = "") -> Any:
        """The first sheet: a title and facts below; those that end in ``bold`` stand out."""
        made = self.book.add_worksheet("Summary")
        made.hide_gridlines(2)
        made.set_column(0, 0, 34)
        made.set_column(1, 8, 14)
        made.write_string(0, 0, clean(title),
                          self.form(bold=True, font_size=14, font_color=ACCENT))  # fmt: skip
        for row, (what, said) in enumerate(facts, start=1):
            made.write_string(row, 0, clean(what), self.form(font_color=MUTED))
            loud = bool(bold) and what.endswith(bold)
            made.write_string(row, 1, clean(said), self.form(bold=loud))
        return made

    def fans(self, fans: Sequence[Fan]) -> None:
        """Quantiles of each fan and all probabilities."""
        for fan in fans:
            title = f"Fan {view.short(fan.quantity)}".replace("/", "to").replace("_", " ")[:31]
            self.table(title, fan.quantiles.reset_index())
        if fans:
            chances = [f.probability.assign(quantity=f.quantity) for f in fans]
            self.table("Fan probabilities", pd.concat(chances, ignore_index=True))

    def changes(self, path: DebtPath) -> None:
        """What changes debt, % of GDP by year."""
        for name, table in changes.tables(path).items():
            self.table(f"Change of {name} debt", table.reset_index(names="year"))

    def inputs(self, inputs: CountryInputs) -> None:
        """What the results rest on: series, settings, terms, origins, gaps, sources."""
        inputs = forms.canonical(inputs)
        self._series(inputs)
        self.table("Settings", forms.setting_rows(inputs))
        terms = [[getattr(each, c) for c in forms.TERMS] for each in inputs.instruments]
        self.table("Terms", pd.DataFrame(terms, columns=list(forms.TERMS)))
        self.table("Origins", inputs.origins)
        self.table("Gaps", inputs.gaps)
        self.table("Sources", forms.used_sources(inputs))

    def _series(self, inputs: CountryInputs) -> None:
        """Yearly inputs, each cell in the look of its kind."""
        made = self.book.add_worksheet("Series")
        made.set_column(0, 0, 32)
        made.set_column(1, 1, 14)
        years = [int(str(y)) for y in inputs.series.index]
        made.set_column(2, 1 + len(years), 11)
        for j, kind in enumerate(KIND_LOOK):
            made.write_string(0, j, kind, self.kind(kind))
        made.write_string(2, 0, "series", self.head())
        made.write_string(2, 1, "unit", self.head())
        for j, year in enumerate(years, start=2):
            made.write_number(2, j, year, self.head(num_format="0"))
        names = [str(c) for c in inputs.series]
        for i, name in enumerate(names, start=3):
            made.write_string(i, 0, name, self.form())
            made.write_string(i, 1, SERIES[name].unit, self.form(font_color=MUTED))
        for cell in forms.rows_of(forms.cells(inputs)):
            pattern = "#,##0" if SERIES[cell.variable].unit.startswith("USD") else "0.00"
            row, column = 3 + names.index(cell.variable), 2 + years.index(cell.year)
            made.write_number(row, column, cell.value,
                              self.kind(cell.kind, num_format=pattern))  # fmt: skip
        made.freeze_panes(3, 1)


def clean(text: object) -> str:
    """Text that a cell can hold."""
    return _CONTROL.sub("", str(text))[:_CELL]
