"""The input workbook, blank or filled: yellow cells to fill in, grey ones computed."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.files import write_atomically
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io import template_checks
from beltroad.finance.debt.io.layout import (
    FIRST_YEAR_COLUMN,
    GRIDS,
    HEAD,
    KIND_LOOK,
    LISTS,
)  # fmt: skip
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import KINDS, SERIES, SETTINGS

__all__ = ["BACK", "ON", "workbook_bytes", "write_workbook"]

_CREATED = datetime(2020, 1, 1)
ACCENT, INK, MUTED = "#0B6470", "#1B2A33", "#566570"
BACK, ON = 11, 20
"""A template has columns from t-11 to t+20; more where more is known."""
_SPARE = {"Terms": 12, "Origins": 40, "Gaps": 12, "Sources": 12}
_WIDTHS = {
    "Settings": (38, 18, 14, 13, 30, 34, 70),
    "Terms": (30, 26, 11, 13, 16, 14, 11, 13, 30),
    "Origins": (30, 11, 11, 13, 34, 60),
    "Gaps": (30, 60, 60),
    "Sources": (26, 52, 52, 24, 24),
}
_SPANS = {"all": "past and projection", "history": "past", "projection": "projection"}
_CELL = 32_000


def write_workbook(
    inputs: CountryInputs | None, path: Path, *, iso3: str = "", first_year: int = 2025
) -> Path:
    """Write the workbook to ``path``; see :func:`workbook_bytes`."""
    return write_atomically(Path(path), workbook_bytes(inputs, iso3=iso3, first_year=first_year))


def workbook_bytes(
    inputs: CountryInputs | None, *, iso3: str = "", first_year: int = 2025
) -> bytes:
    """The workbook of a country, filled, or blank where there are no inputs.

    Parameters
    ----------
    inputs
        What to fill in; None for a blank workbook.
    iso3, first_year
        Country and first projection year of a blank workbook; the country may stay empty.

    Returns
    -------
    bytes
        An .xlsx file; the same inputs give the same bytes.

    Raises
    ------
    InputError
        If there is no such country, or the year lies outside of 1990 to 2100.
    """
    if inputs is None:
        if not 1990 <= first_year <= 2100:
            raise InputError(f"first projection year {first_year}: give a year from 1990 to 2100")
        code = economies.iso3(iso3) if iso3 else ""
        name = economies.name(code) if code else ""
    else:
        inputs = forms.canonical(inputs)
        code, name, first_year = inputs.iso3, inputs.name, inputs.first_year
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    book.set_properties({"title": "Inputs of a debt assessment", "created": _CREATED})
    book.set_calc_mode("auto")
    _Template(book, inputs, code, name, first_year).write()
    book.close()
    return buffer.getvalue()


class _Template:
    """Writes the sheets of one workbook."""

    def __init__(
        self, book: Any, inputs: CountryInputs | None, iso3: str, name: str, first_year: int
    ) -> None:
        self.book, self.inputs, self.iso3, self.name = book, inputs, iso3, name
        self.start = first_year
        self.formats: dict[tuple[tuple[str, object], ...], Format] = {}
        low, high = first_year - BACK, first_year + ON
        if inputs is not None and len(inputs.series):
            low = min(low, int(inputs.series.index.min()))
            high = max(high, int(inputs.series.index.max()))
        self.years = list(range(low, high + 1))

    def form(self, **properties: object) -> Format:
        """A format; equal ones are made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"font_name": "Arial", "font_size": 10,
                                                      "valign": "top", **properties})  # fmt: skip
        return self.formats[key]

    def head(self, **more: object) -> Format:
        return self.form(bold=True, font_color="#FFFFFF", bg_color=ACCENT, text_wrap=True, **more)

    def input(self, kind: str = "", **more: object) -> Format:
        """A cell to fill in; with a kind, as values of this kind look."""
        look = KIND_LOOK.get(kind, KIND_LOOK["reported"])
        shown: dict[str, object] = {
            "bg_color": look.background,
            "font_color": look.ink,
            "italic": look.italic,
            "border": 1,
            "border_color": "#D9D2A0",
        }
        if look.pattern > 1:
            shown |= {"pattern": look.pattern, "fg_color": look.background, "bg_color": "#FFFFFF",
                      "bold": True}  # fmt: skip
        return self.form(**shown, **more)

    def write(self) -> None:
        """All sheets."""
        self._read_me()
        self._settings()
        for sheet, names in GRIDS.items():
            self._grid(sheet, names)
        self._terms()
        for sheet in ("Origins", "Gaps", "Sources"):
            self._list(sheet)
        template_checks.write(self)

    def sheet(self, name: str, says: str) -> Worksheet:
        """A sheet with its title and one line on what it holds."""
        made = self.book.add_worksheet(name)
        made.hide_gridlines(2)
        country = f": {self.name}" if self.name else ""
        made.write_string(0, 0, f"{name}{country}", self.form(bold=True, font_size=14,
                                                            font_color=ACCENT))  # fmt: skip
        made.write_string(1, 0, says, self.form(font_color=MUTED))
        made.set_landscape()
        made.set_paper(9)
        made.fit_to_pages(1, 0)
        return made

    def _read_me(self) -> None:
        about = self.sheet("Read me", "Inputs of a debt sustainability assessment, one country.")
        about.set_column(0, 0, 26)
        about.set_column(1, 1, 100, self.form(text_wrap=True))
        rows: list[tuple[str, str, Format]] = [
            ("Yellow cell", "an input: fill in or change", self.input()),
        ]
        rows += [(kind, look.meaning, self.input(kind)) for kind, look in KIND_LOOK.items()]
        rows += [
            ("Grey cell", "computed by a formula; not read back", self.computed()),
            ("Dotted cell", "a year that the framework does not use", self.unused()),
        ]
        for i, (title, text, form) in enumerate(rows, start=3):
            about.write_string(i, 0, title, form)
            about.write_string(i, 1, text, self.form(text_wrap=True))
        lines = [
            ("Per cent", "Write 4.5 for 4.5 per cent, in cells without per cent format."),
            ("Money", "USD million at current prices. Stocks at the end of the year."),
            ("Signs", "A surplus, an inflow and a stock lie above 0."),
            (
                "Unknown",
                "Leave a cell empty. Nothing is filled in silently; name the series in "
                "Gaps with the reason.",
            ),
            ("Settings", "Country, first projection year t, classes and switches."),
            (
                "Macro, Debt",
                "One row per series, years across. Needed are t-1 to t+4 of the series "
                "marked with *; ten past years make the historical scenario and shocks.",
            ),
            (
                "Terms",
                "New public borrowing of the baseline. Shares add up to 100. Principal is "
                "repaid in equal parts after the grace.",
            ),
            (
                "Origins",
                "Kind and source of each stretch of years, as the colours show. Past years "
                "without a row count as reported, later ones as projection.",
            ),
            ("Checks", "Ratios from the figures, to see a slip of unit at a glance."),
        ]
        row = 4 + len(rows)
        for title, text in lines:
            about.write_string(row, 0, title, self.form(bold=True))
            about.write_string(row, 1, text, self.form(text_wrap=True))
            row += 1

    def computed(self, **more: object) -> Format:
        return self.form(bg_color="#E6E8E9", font_color=INK, border=1, border_color="#D0D4D6",
                         **more)  # fmt: skip

    def unused(self) -> Format:
        return self.form(pattern=17, fg_color="#D0D4D6", bg_color="#FFFFFF")

    def _heads(self, made: Worksheet, sheet: str) -> None:
        for j, column in enumerate(LISTS[sheet]):
            made.write_string(HEAD, j, column, self.head())
            made.set_column(j, j, _WIDTHS[sheet][j])
        made.freeze_panes(HEAD + 1, 1)

    def _settings(self) -> None:
        made = self.sheet("Settings", "Country and switches; empty cells take the default.")
        self._heads(made, "Settings")
        known = {}
        if self.inputs is not None:
            known = {r.setting: r for r in forms.rows_of(forms.setting_rows(self.inputs))}
        rows = [("iso3", self.iso3, "-", "", "", "", "ISO 3166 alpha-3 code"),
                ("name", self.name, "-", "", "", "", "name of the country")]  # fmt: skip
        for name, declared in SETTINGS.items():
            if name in known:
                had = known[name]
                given: tuple[Any, ...] = (had.value, had.kind, had.source, had.note)
            elif name == "first_projection_year":
                given = (float(self.start), "", "", "")
            else:
                word = forms.is_word(name) or declared.default == ""
                value = declared.default if word else float(declared.default)
                given = (value, "assumed", forms.DEFAULT, "") if value != "" else ("", "", "", "")
            said = declared.meaning
            if declared.choices:
                said += f" ({', '.join(c for c in declared.choices if c)})"
            rows.append((name, given[0], declared.unit, *given[1:], said))
        for i, row in enumerate(rows, start=HEAD + 1):
            for j, value in enumerate(row):
                kind = str(row[3]) if j == 1 else ""
                form = self.input(kind, align="right" if j == 1 else "left") if j in (1, 3, 4, 5) \
                    else self.form(font_color=INK if j == 0 else MUTED)  # fmt: skip
                _put(made, i, j, value, form)
            self._setting_rules(made, i, row[0])

    def _setting_rules(self, made: Worksheet, row: int, name: str) -> None:
        if name not in SETTINGS:
            return
        made.data_validation(row, 3, row, 3, {"validate": "list", "source": list(KINDS)})
        declared = SETTINGS[name]
        if declared.choices:
            offered = [c for c in declared.choices if c]
            made.data_validation(row, 1, row, 1, {"validate": "list", "source": offered})
        elif declared.low > float("-inf"):
            made.data_validation(row, 1, row, 1, _between(declared.low, declared.high,
                                                          declared.unit))  # fmt: skip

    def _grid(self, sheet: str, names: tuple[str, ...]) -> None:
        made = self.sheet(sheet, "One row per series. * needed from t-1 to t+4. Per cent as 4.5, "
                          "money in USD million. Colours: sheet Read me.")  # fmt: skip
        first = FIRST_YEAR_COLUMN
        for j, title in enumerate(("variable", "unit", "years", "meaning")):
            made.write_string(HEAD, j, title, self.head())
        for j, width in enumerate((31, 13, 19, 46)):
            made.set_column(j, j, width)
        made.set_column(first, first + len(self.years) - 1, 11)
        for j, year in enumerate(self.years, start=first):
            later = year >= self.start
            label = "projection" if later else "past"
            made.write_string(HEAD - 1, j, f"t+{year - self.start}" if later and year > self.start
                              else "t" if later else f"t-{self.start - year}",
                              self.form(font_color=MUTED, align="right"))  # fmt: skip
            colour = "#0B4FA0" if label == "projection" else ACCENT
            made.write_number(
                HEAD,
                j,
                year,
                self.form(bold=True, font_color="#FFFFFF", bg_color=colour, num_format="0"),
            )
        known = {}
        if self.inputs is not None:
            known = {(r.variable, r.year): r for r in forms.rows_of(forms.cells(self.inputs))}
        for i, name in enumerate(names, start=HEAD + 1):
            declared = SERIES[name]
            made.write_string(i, 0, name, self.form(bold=declared.needed))
            made.write_string(i, 1, declared.unit, self.form(font_color=MUTED))
            star = "* " if declared.needed else ""
            made.write_string(i, 2, star + _SPANS[declared.span], self.form(font_color=MUTED))
            made.write_string(i, 3, declared.meaning, self.form(font_color=MUTED, text_wrap=True))
            pattern = "#,##0.0" if declared.unit.startswith("USD") else "0.00"
            for j, year in enumerate(self.years, start=first):
                cell = known.get((name, year))
                if cell is not None:
                    made.write_number(i, j, cell.value, self.input(cell.kind, num_format=pattern))
                elif (year >= self.start and declared.span == "history") or (
                    year < self.start - 1 and declared.span == "projection"
                ):
                    made.write_blank(i, j, None, self.unused())
                else:
                    made.write_blank(i, j, None, self.input(num_format=pattern))
            last = first + len(self.years) - 1
            made.data_validation(i, first, i, last, _between(declared.low, declared.high,
                                                             declared.unit))  # fmt: skip
        made.freeze_panes(HEAD + 1, 1)
        made.repeat_columns(0)

    def _terms(self) -> None:
        made = self.sheet(
            "Terms",
            "New public borrowing of the baseline. LCU: local currency; "
            "every other currency counts as external. Shares add up to 100.",
        )
        self._heads(made, "Terms")
        given = [] if self.inputs is None else list(self.inputs.instruments)
        count = max(_SPARE["Terms"], len(given))
        for i in range(count):
            each = given[i] if i < len(given) else None
            for j, column in enumerate(LISTS["Terms"]):
                value = getattr(each, column) if each is not None else ""
                plain = {"num_format": "0.00"} if column.endswith("_pct") else {}
                _put(made, HEAD + 1 + i, j, value,
                     self.input(each.kind if each is not None else "", **plain))  # fmt: skip
        at = {c: j for j, c in enumerate(LISTS["Terms"])}
        low, high = HEAD + 1, HEAD + count
        for column, rule in {
            "kind": {"validate": "list", "source": list(KINDS)},
            "interest_pct": _between(0, 100, "%"),
            "share_pct": _between(0, 100, "%"),
            "maturity_years": _between(1, 100, "years"),
            "grace_years": _between(0, 99, "years"),
        }.items():
            made.data_validation(low, at[column], high, at[column], rule)
        letter = xl_col_to_name(at["share_pct"])
        total = sum(each.share_pct for each in given)
        made.write_string(1, at["maturity_years"] + 1, "sum of shares", self.form(font_color=MUTED))
        made.write_formula(1, at["share_pct"], f"=SUM({letter}{low + 1}:{letter}{high + 1})",
                           self.computed(num_format="0.00"), total)  # fmt: skip

    def _list(self, sheet: str) -> None:
        says = {
            "Origins": "Where values come from, by stretch of years.",
            "Gaps": "What is not known, why, and what the assessment does without it.",
            "Sources": "What the sources named elsewhere stand for.",
        }[sheet]
        made = self.sheet(sheet, says)
        self._heads(made, sheet)
        rows: list[tuple[Any, ...]] = []
        if self.inputs is not None:
            table = {"Origins": self.inputs.origins, "Gaps": self.inputs.gaps,
                     "Sources": self.inputs.sources}[sheet]  # fmt: skip
            rows = list(table.itertuples(index=False, name=None))
            if sheet == "Origins":
                rows = [row for row in rows if row[0] in SERIES]
        count = len(rows) + _SPARE[sheet]
        blank = ("",) * len(LISTS[sheet])
        for i in range(count):
            row = rows[i] if i < len(rows) else blank
            kind = str(row[3]) if sheet == "Origins" else ""
            for j, value in enumerate(row):
                _put(made, HEAD + 1 + i, j, value, self.input(kind if j == 3 else ""))
        if sheet == "Origins":
            low, high = HEAD + 1, HEAD + count
            made.data_validation(low, 3, high, 3, {"validate": "list", "source": list(KINDS)})
        made.autofilter(HEAD, 0, HEAD + count, len(LISTS[sheet]) - 1)

    def cell(self, sheet: str, name: str, year: int) -> str:
        """Address of a value in a grid."""
        row = HEAD + 1 + GRIDS[sheet].index(name)
        column = FIRST_YEAR_COLUMN + self.years.index(year)
        return f"{sheet}!{xl_rowcol_to_cell(row, column)}"


def _between(low: float, high: float, unit: str) -> dict[str, object]:
    return {
        "validate": "decimal", "criteria": "between", "minimum": low, "maximum": high,
        "error_type": "warning", "error_title": "Outside of what is credible",
        "error_message": f"{unit} from {low:,g} to {high:,g} is expected.",
    }  # fmt: skip


def _put(sheet: Worksheet, row: int, column: int, value: object, form: Format) -> None:
    if isinstance(value, bool) or value is None or value == "" or value != value:
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, str(value)[:_CELL], form)
