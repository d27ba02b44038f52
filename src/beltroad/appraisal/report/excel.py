"""The workbook: every table at full precision, strings as strings, units in the headings."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from beltroad import evidence
from beltroad.appraisal.report import content, headline, theme, words
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.schema import Variable, variables

__all__ = ["workbook"]

# A fixed date: the same appraisal must give the same bytes.
_CREATED = datetime(2020, 1, 1)
_NUMBERS = {
    "%": "0.00",
    "h": "#,##0.0",
    "d": "0.0",
    "km": "#,##0",
    "USD": "#,##0",
    "USD/a": "#,##0",
    "persons": "#,##0",
    "year": "0",
    "1": "#,##0.####",
}
_CELL_LIMIT = 32_767
# Thousands of rows that nobody reads in a workbook; they are in a CSV file beside it.
_CSV_ONLY = frozenset(["jobs_industries"])


@dataclass(frozen=True)
class Heading:
    """One column of a sheet."""

    title: str
    unit: str = ""
    description: str = ""
    format: str = ""


def workbook(appraisal: Appraisal) -> bytes:
    """All tables of an appraisal as one Excel workbook; the same appraisal gives the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {"title": "beltroad appraisal", "comments": appraisal.scenario.digest, "created": _CREATED}
    )
    sheets = _Sheets(book)
    _summary(sheets, appraisal)
    for title, table in (
        ("Countries", "countries"),
        ("Pairs", "pairs"),
        ("Projects", "projects"),
        ("Yardsticks", "yardsticks"),
        ("Sensitivity", "sensitivity"),
    ):
        frame: pd.DataFrame = getattr(appraisal, table)
        if table == "pairs":
            # All pairs are in pairs.parquet; a workbook of fifty thousand rows serves nobody.
            frame = frame[frame["trade_usd"].notna()]
        declared = variables(table)
        sheets.add(title, [_heading(v) for v in declared.values()],
                   frame[list(declared)].itertuples(index=False, name=None))  # fmt: skip
    more = {name: table for name, table in appraisal.more.items() if name not in _CSV_ONLY}
    for table, frame in more.items():
        declared = variables(table)
        sheets.add(words.label(table), [_heading(v) for v in declared.values()],
                   frame[list(declared)].itertuples(index=False, name=None))  # fmt: skip
    sheets.add(
        "Assumptions",
        [Heading(words.label(str(c))) for c in appraisal.assumptions.columns],
        appraisal.assumptions.itertuples(index=False, name=None),
    )
    sheets.add(
        "Sources",
        [Heading(t) for t in ("Table", "Title", "Published by", "Address", "Licence", "Vintage",
                              "Digest", "Made by")],
        [(t["name"], t["title"], s.title, s.url, s.licence, s.vintage,
          evidence.info(t["name"]).sha256, t["script"])
         for t in content.sources(appraisal) for s in t["sources"]],
    )  # fmt: skip
    sheets.add(
        "Variables",
        [Heading(t) for t in ("Sheet", "Variable", "Title", "Unit", "Description")],
        [(words.label(t), v.name, v.title, v.unit, v.description)
         for t in ("countries", "pairs", "projects", "yardsticks", "sensitivity", *more)
         for v in variables(t).values()],
    )  # fmt: skip
    book.close()
    return buffer.getvalue()


def _heading(v: Variable) -> Heading:
    unit = {"-": "", "bool": "yes or no", "1": ""}.get(v.unit, v.unit)
    return Heading(v.title, unit, v.description, _NUMBERS.get(v.unit, "General"))


def _summary(sheets: _Sheets, appraisal: Appraisal) -> None:
    s = appraisal.scenario
    rows: list[tuple[object, ...]] = [
        ("Scenario", s.name, ""),
        ("Description", s.description, ""),
        ("Later state", headline.state(s.states.after), ""),
        ("Earlier state", headline.state(s.states.before), ""),
        ("Scenario digest", s.digest, ""),
    ]
    rows += [
        (card.what, card.figure, ". ".join(t for t in (card.range, card.more) if t))
        for card in headline.cards(appraisal)
    ]
    rows.append(("Ranges", "", headline.range_note(appraisal.sensitivity)))
    rows += [(name, value, "") for name, value in content.run_facts(appraisal)]
    rows.append(("Disclaimer", "", "Boundaries, names and designations imply no opinion on the "
                 "legal status of any territory."))  # fmt: skip
    sheets.add("Summary", [Heading("What"), Heading("Figure"), Heading("More")], rows)


class _Sheets:
    """Writes tables as sheets of one book."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._formats: dict[str, Format] = {}
        head = {"bold": True, "text_wrap": True, "valign": "top", "font_color": "#FFFFFF",
                "bg_color": theme.ACCENT, "border": 0}  # fmt: skip
        self._head = book.add_format(head)
        self._text = book.add_format({"valign": "top"})
        self._wrap = book.add_format({"valign": "top", "text_wrap": True})

    def add(self, name: str, headings: Sequence[Heading], rows: Any) -> None:
        """One sheet: headings with notes, frozen, filtered, then the rows."""
        sheet = self._book.add_worksheet(name)
        body = [tuple(row) for row in rows]
        for j, heading in enumerate(headings):
            title = f"{heading.title}\n{heading.unit}" if heading.unit else heading.title
            sheet.write_string(0, j, title, self._head)
            if heading.description:
                sheet.write_comment(0, j, heading.description, {"author": "beltroad"})
            widths = [len(str(row[j])) for row in body[:400]] or [0]
            longest = max(widths)
            numeric = bool(heading.format) and heading.format != "General"
            width = 15 if numeric else min(max(longest, len(heading.title)) + 2, 60)
            sheet.set_column(j, j, max(width, 9))
        for i, row in enumerate(body, start=1):
            for j, value in enumerate(row):
                self._write(sheet, i, j, value, headings[j].format)
        sheet.set_row(0, 48)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(body), 1), len(headings) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _write(self, sheet: Worksheet, i: int, j: int, value: object, pattern: str) -> None:
        if _missing(value):
            sheet.write_blank(i, j, None, self._text)
        elif isinstance(value, (str, Mapping)):
            text = theme.clean(str(value))[:_CELL_LIMIT]
            sheet.write_string(i, j, text, self._wrap if len(text) > 60 else self._text)
        elif _is_bool(value):
            sheet.write_boolean(i, j, bool(value), self._text)
        else:
            sheet.write_number(i, j, float(value), self._number(pattern or "General"))  # type: ignore[arg-type]

    def _number(self, pattern: str) -> Format:
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern, "valign": "top"})
        return self._formats[pattern]


def _missing(value: object) -> bool:
    if value is None or value is pd.NA:
        return True
    return isinstance(value, float) and not math.isfinite(value)


def _is_bool(value: object) -> bool:
    return type(value).__name__ in ("bool", "bool_")
