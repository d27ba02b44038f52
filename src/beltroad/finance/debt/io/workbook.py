"""Reading the input workbook: cells with their places, every fault by sheet and cell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from beltroad.errors import suggest
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.archive import Books, opened
from beltroad.finance.debt.io.assemble import assemble
from beltroad.finance.debt.io.draft import Draft, Line, Value
from beltroad.finance.debt.io.faults import number, quoted
from beltroad.finance.debt.io.layout import FIRST_YEAR_COLUMN, GRIDS, LISTS, NEEDED
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import SERIES

__all__ = ["read_workbook"]

_MOST_ROWS, _MOST_COLUMNS = 5_000, 400
"""Cells beyond these are not looked at; filled ones there are a fault."""
_SEARCHED = 30
"""The heading of a sheet is looked for in so many rows."""
_BESIDE = ("variable", "unit", "years", "meaning")


def read_workbook(path: Path) -> CountryInputs:
    """Read an input workbook, blank cells as not known, computed ones by their saved results.

    Raises
    ------
    InputError
        If the file is no workbook.
    DebtInputError
        With every fault found, by sheet, cell, row name and value.
    """
    books = opened(Path(path))
    draft = Draft(str(path), typed=True)
    names = {title.strip().casefold(): title for title in books.formulas.sheetnames}
    targets = {"Settings": draft.settings, "Terms": draft.terms, "Origins": draft.origins,
               "Gaps": draft.gaps, "Sources": draft.sources}  # fmt: skip
    for name in ("Settings", *GRIDS, *(s for s in LISTS if s != "Settings")):
        title = names.get(name.casefold())
        if title is None:
            if name in NEEDED:
                draft.unread.add("series" if name in GRIDS else name.casefold())
                near = suggest(name, books.formulas.sheetnames)
                draft.fault(name, "there is no such sheet.",
                            near or "Take the template: beltroad debt template.")  # fmt: skip
            continue
        sheet = _Sheet(draft, name, books, title)
        if name in GRIDS:
            sheet.grid()
        else:
            targets[name] += sheet.lines()
    return assemble(draft)


class _Sheet:
    """One sheet, read into a draft."""

    def __init__(self, draft: Draft, name: str, books: Books, title: str) -> None:
        self.draft, self.name, self.books, self.title = draft, name, books, title
        formulas = books.formulas[title]
        self.ranges = formulas.merged_cells.ranges if hasattr(formulas, "merged_cells") else ()
        self.rows: list[tuple[Any, ...]] = []
        if hasattr(formulas, "iter_rows"):
            # Formats may reach to the last row of a sheet; what counts is where contents end.
            filled = [place for place, cell in formulas._cells.items() if cell.value is not None]
            last_row = max((row for row, _ in filled), default=1)
            last_column = max((column for _, column in filled), default=1)
            self.rows = list(
                formulas.iter_rows(
                    max_row=min(last_row, _MOST_ROWS), max_col=min(last_column, _MOST_COLUMNS)
                )
            )
            if last_row > _MOST_ROWS or last_column > _MOST_COLUMNS:
                draft.fault(
                    name,
                    f"has contents in row {last_row}, column {last_column}.",
                    f"Clear what lies beyond row {_MOST_ROWS} and column {_MOST_COLUMNS}.",
                )

    def at(self, cell: Any) -> str:
        return f"{self.name}!{cell.coordinate}"

    def content(self, cell: Any, row: str) -> tuple[object, bool]:
        """What a cell holds, and whether that can be used; a fault is noted where not."""
        value = cell.value
        if getattr(cell, "data_type", "") == "f" or type(value).__name__ in (
            "ArrayFormula", "DataTableFormula"
        ):  # fmt: skip
            value = self.books.result(self.title, cell.coordinate)
            if value is None:
                text = getattr(cell.value, "text", cell.value)
                self.draft.fault(
                    f"{self.at(cell)} ({row})",
                    f"the formula {quoted(text)} has no saved result.",
                    "Open and save it in a spreadsheet program, or type the value.",
                )
                return None, False
        return value, True

    def head(self, wanted: tuple[str, ...], least: int) -> int | None:
        """Index of the row that holds the column names."""
        for i, row in enumerate(self.rows[:_SEARCHED]):
            texts = {forms.tidy(c.value).casefold() for c in row if isinstance(c.value, str)}
            if len(texts & set(wanted)) >= least and wanted[0] in texts:
                return i
        self.draft.fault(
            self.name,
            f"no row of headings with {', '.join(wanted[:3])} in the first {_SEARCHED} rows.",
            "Take the template: beltroad debt template.",
        )
        self.draft.unread.add("series" if self.name in GRIDS else self.name.casefold())
        return None

    def merged(self, head: int) -> None:
        """Cells that are merged hide the values of all but one."""
        for each in self.ranges:
            if each.max_row > head + 1:
                self.draft.fault(f"{self.name}!{each.coord}", "the cells are merged.",
                                 "Take the merger off and fill each cell.")  # fmt: skip

    def lines(self) -> list[Line]:
        """Rows of a list below its headings."""
        columns = LISTS[self.name]
        head = self.head(columns, 2)
        if head is None:
            return []
        self.merged(head)
        at: dict[int, str] = {}
        for j, cell in enumerate(self.rows[head]):
            column = forms.tidy(cell.value).casefold()
            if column in columns and column not in at.values():
                at[j] = column
            elif column:
                said = "is there twice" if column in columns else "is unknown"
                self.draft.fault(self.at(cell), f"column {quoted(column)} {said}.",
                                 suggest(column, columns) or "Clear the heading.")  # fmt: skip
        out = []
        for row in self.rows[head + 1 :]:
            key = row[min(at)] if at else row[0]
            name = forms.tidy(key.value)
            cells, places = {}, {}
            for j, column in at.items():
                shown = f"{self.at(row[j])} ({name})" if name and j else self.at(row[j])
                places[column] = shown
                value, _ = self.content(row[j], name or column)
                if _percent(row[j], value):
                    self.draft.fault(shown, _percent_said(row[j], value), _percent_remedy(value))
                    value = None
                cells[column] = value
            # What stands only in columns that explain (unit, meaning) makes no row.
            if any(forms.tidy(v) for c, v in cells.items() if c not in ("unit", "meaning")):
                out.append(Line(cells, f"{self.name} row {row[0].row}", places))
        return out

    def grid(self) -> None:
        """A sheet with a row per series and years across."""
        head = self.head(_BESIDE, 1)
        if head is None:
            return
        self.merged(head)
        years = self._years(self.rows[head])
        own = next(j for j, c in enumerate(self.rows[head])
                   if forms.tidy(c.value).casefold() == "variable")  # fmt: skip
        seen: Counter[str] = Counter()
        for row in self.rows[head + 1 :]:
            name = forms.tidy(row[own].value)
            filled = [c for j, c in enumerate(row) if j in years and c.value not in (None, "")]
            if not name:
                if filled:
                    self.draft.fault(self.at(filled[0]), "the row has values, but no variable.",
                                     "Name the variable, or clear the row.")  # fmt: skip
                continue
            if name not in SERIES:
                self.draft.fault(self.at(row[own]), f"unknown variable {quoted(name)}.",
                                 suggest(name, SERIES) or "Clear the row.")  # fmt: skip
                continue
            seen[name] += 1
            if seen[name] > 1 or (name in self.draft.rows and filled):
                self.draft.fault(self.at(row[own]), f"{name} is there twice.", "Keep one row.")
                continue
            self.draft.rows[name] = f"{self.name} row {row[own].row} ({name})"
            for j, year in years.items():
                self._value(row[j], name, year)

    def _years(self, row: tuple[Any, ...]) -> dict[int, int]:
        """Column index to year; faults where a heading is no year, double, or left out."""
        out: dict[int, int] = {}
        for j, cell in enumerate(row):
            text = forms.tidy(cell.value)
            if not text or text.casefold() in _BESIDE:
                continue
            value, usable = self.content(cell, "heading")
            if not usable:
                continue
            year, problem, _ = number(forms.tidy(value), typed=False)
            if problem or year != round(year) or not 1900 <= year <= 2200:
                self.draft.fault(self.at(cell), f"{quoted(value)} is no year.",
                                 "Give a year such as 2025, or clear the heading.")  # fmt: skip
            elif int(year) in out.values():
                self.draft.fault(self.at(cell), f"the year {year:.0f} is there twice.",
                                 "Keep one column.")  # fmt: skip
            else:
                out[j] = int(year)
        if out:
            have = set(out.values())
            missing = [y for y in range(min(have), max(have)) if y not in have]
            if missing:
                shown = ", ".join(map(str, missing[:6])) + (" ..." if len(missing) > 6 else "")
                self.draft.fault(f"{self.name} row {row[0].row}", f"no column for {shown}.",
                                 "Give every year from the first to the last.")  # fmt: skip
        else:
            self.draft.fault(f"{self.name} row {row[0].row}", "the headings hold no years.",
                             f"Years stand from column {FIRST_YEAR_COLUMN + 1} on.")  # fmt: skip
        return out

    def _value(self, cell: Any, name: str, year: int) -> None:
        where = f"{self.at(cell)} ({name}, {year})"
        raw, usable = self.content(cell, f"{name}, {year}")
        value, problem, remedy = number(raw, typed=True)
        if usable and not problem and _percent(cell, raw):
            problem, remedy = _percent_said(cell, raw), _percent_remedy(raw)
            value = float("nan")
        if problem:
            self.draft.fault(where, problem, remedy)
        if value == value or problem or not usable:
            self.draft.values.append(Value(name, year, value, where, known=usable and not problem))


def _percent(cell: Any, value: object) -> bool:
    """Whether a number stands in a cell with per cent format: 4.5 % is 0.045 there."""
    pattern = getattr(cell, "number_format", "") or ""
    plain = isinstance(value, int | float) and not isinstance(value, bool) and value != 0
    return plain and "%" in pattern.split(";")[0].replace('"%"', "")


def _percent_said(cell: Any, value: object) -> str:
    return f"{value:g} stands in a cell with the format {cell.number_format}: a fraction."


def _percent_remedy(value: object) -> str:
    return f"Set the format to number and type {100 * float(value):g}."  # type: ignore[arg-type]
