"""Tables of the report: columns with title and unit, cells with text and the value behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from beltroad.appraisal.report import words
from beltroad.appraisal.schema import variables

__all__ = [
    "Cell",
    "Column",
    "Style",
    "Table",
    "column",
    "named",
    "number_column",
    "significant",
    "spans",
    "table",
    "text_column",
    "text_table",
]


@dataclass(frozen=True)
class Style:
    """How numbers of a unit are shown: divided by ``scale``, with ``unit`` in the heading."""

    unit: str
    scale: float = 1.0
    decimals: int | None = None
    signed: bool = False


_STYLES = {
    "%": Style("%", signed=True),
    "d": Style("days", decimals=1),
    "h": Style("hours", decimals=1),
    "km": Style("km", decimals=0),
    "USD": Style("USD billion", 1e9),
    "USD/a": Style("USD million a year", 1e6),
    "persons": Style("people", decimals=0),
    "year": Style("", decimals=-1),
    "bool": Style(""),
    "1": Style(""),
}
# Only here does a minus mean a loss, and is coloured; a fall of hours or costs is a gain.
_MORE_IS_BETTER = frozenset(
    [
        "real_income_change_pct",
        "real_income_low_pct",
        "real_income_high_pct",
        "real_income_change_usd",
        "net_gain_usd",
        "net_gain_pct",
        "without_bill_pct",
        "with_bill_pct",
        "with_bill_usd",
        "alone_gain_usd",
        "gain_to_cost",
        "lifted_extreme",
        "lifted_moderate",
        "world_real_income_pct",
        "corridor_real_income_pct",
    ]
)


@dataclass(frozen=True)
class Cell:
    """What is shown, and the number it stands for if it is one."""

    text: str
    value: float | None = None
    kind: str = ""


@dataclass(frozen=True)
class Column:
    """Heading of a column."""

    title: str
    unit: str = ""
    numeric: bool = False
    description: str = ""
    css: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the report. The first column names the row."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    searchable: bool = False
    css: str = ""
    note: str = field(default="")


def column(
    values: pd.Series,
    table_name: str,
    name: str,
    *,
    style: Style | None = None,
    title: str | None = None,
    css: str = "",
) -> tuple[Column, list[Cell]]:
    """Heading and cells of one declared variable."""
    declared = variables(table_name)[name]
    heading = title or declared.title
    if declared.is_text:
        cells = [Cell(str(v) if not _blank(v) else words.MISSING) for v in values]
        return Column(heading, "", False, declared.description, css), cells
    if declared.unit == "bool":
        cells = [Cell("yes" if bool(v) else "no") for v in values]
        return Column(heading, "", False, declared.description, css), cells
    style = style or _STYLES.get(declared.unit, Style(declared.unit))
    shown = pd.to_numeric(values).to_numpy(np.float64) / style.scale
    decimals = _decimals(shown) if style.decimals is None else style.decimals
    if "%" in style.unit:
        decimals = max(decimals, 1)
    good = name in _MORE_IS_BETTER
    cells = [_number(v, decimals, signed=style.signed and declared.lower < 0, good=good)
             for v in shown]  # fmt: skip
    return Column(heading, style.unit, True, declared.description, css), cells


def table(
    key: str,
    caption: str,
    columns: Sequence[tuple[Column, list[Cell]]],
    *,
    searchable: bool = False,
    css: str = "",
    note: str = "",
) -> Table:
    """Put columns side by side."""
    rows = tuple(zip(*(cells for _, cells in columns), strict=True))
    return Table(key, caption, tuple(c for c, _ in columns), rows, searchable, css, note)


def text_table(
    key: str, caption: str, titles: Sequence[str], rows: Sequence[Sequence[str]], css: str = ""
) -> Table:
    """A table of words only."""
    body = tuple(tuple(Cell(text or words.MISSING) for text in row) for row in rows)
    return Table(key, caption, tuple(Column(title) for title in titles), body, css=css)


def spans(
    low: pd.Series, high: pd.Series, title: str, unit: str, description: str,
    decimals: int | None = None,
) -> tuple[Column, list[Cell]]:  # fmt: skip
    """One column ``low to high``, sorted by the lower value."""
    a, b = low.to_numpy(np.float64), high.to_numpy(np.float64)
    if decimals is None:
        decimals = _decimals(np.concatenate([a, b]))
    cells = [
        Cell(
            f"{words.number(x, decimals, signed=True)} to {words.number(y, decimals, signed=True)}",
            x,
        )
        if math.isfinite(x) and math.isfinite(y)
        else Cell(words.MISSING, math.nan)
        for x, y in zip(a, b, strict=True)
    ]
    return Column(title, unit, True, description), cells


def named(codes: pd.Series, names: Mapping[str, str], title: str) -> tuple[Column, list[Cell]]:
    """Economies by name for codes, of which there may be several joined by semicolons."""
    cells = [Cell(", ".join(names.get(c, c) for c in str(v).split(";") if c)) for v in codes]
    return Column(title), cells


def text_column(title: str, texts: Sequence[str], css: str = "") -> tuple[Column, list[Cell]]:
    """A column of words, blank where there is none."""
    return Column(title, css=css), [Cell("" if _blank(t) else str(t)) for t in texts]


def number_column(
    title: str, unit: str, values: pd.Series, decimals: int, *, signed: bool = False
) -> tuple[Column, list[Cell]]:
    """A column of numbers that is not declared in the schema."""
    cells = [_number(float(v), decimals, signed=signed) for v in values]
    return Column(title, unit, True), cells


def significant(value: float, digits: int = 3) -> Cell:
    """A cell of a column whose rows have different units."""
    if not math.isfinite(value):
        return Cell(words.MISSING, math.nan)
    return _number(value, words.digits_for(value, digits, most=6), signed=False)


def _decimals(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> int:
    """Decimals that give the middle value of a column two or three digits."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if not sizes.size:
        return 0
    return words.digits_for(float(np.median(sizes)), significant=2, most=3)


def _number(value: float, decimals: int, *, signed: bool, good: bool = False) -> Cell:
    if decimals < 0:
        return Cell(f"{value:.0f}" if math.isfinite(value) else words.MISSING, value)
    kind = "neg" if good and value < 0 else ""
    return Cell(words.number(value, decimals, signed=signed), value, kind)


def _blank(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))
