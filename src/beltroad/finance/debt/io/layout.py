"""How an input workbook is laid out: one place for the writer and the reader."""

from __future__ import annotations

from dataclasses import dataclass

from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.vocabulary import SERIES

__all__ = [
    "DEBT", "FIRST_YEAR_COLUMN", "GRIDS", "HEAD", "KIND_LOOK", "LISTS", "MACRO", "NEEDED", "Kind",
]  # fmt: skip

DEBT = tuple(
    name for name in SERIES
    if "debt" in name or name.startswith(("external_", "domestic_", "cpia"))
)  # fmt: skip
"""Series of the sheet Debt."""
MACRO = tuple(name for name in SERIES if name not in DEBT)
"""Series of the sheet Macro."""
GRIDS = {"Macro": MACRO, "Debt": DEBT}
"""Sheets with a row per series and years across."""
FIRST_YEAR_COLUMN = 4
"""Years stand from this column on (0 = A); before them variable, unit, span, meaning."""
HEAD = 3
"""Row (0 = the first) that holds the headings of every sheet to fill in."""
LISTS: dict[str, tuple[str, ...]] = {
    "Settings": ("setting", "value", "unit", "kind", "source", "note", "meaning"),
    "Terms": forms.TERMS,
    "Origins": forms.ORIGINS,
    "Gaps": forms.GAPS,
    "Sources": forms.SOURCES,
}
"""Sheets with one row per entry, and their columns."""
NEEDED = ("Settings", "Macro", "Debt", "Terms")
"""Sheets without which a workbook cannot be used."""


@dataclass(frozen=True)
class Kind:
    """How a value of a kind looks in a cell."""

    background: str
    ink: str
    pattern: int
    """Excel's fill pattern: 1 solid, others hatched so that grey print tells them apart."""
    italic: bool
    meaning: str


KIND_LOOK = {
    "reported": Kind("#FFF7BF", "#1B2A33", 1, False, "reported by a statistical source"),
    "estimate": Kind("#FFF7BF", "#1B2A33", 1, True, "the source's estimate for a past year"),
    "projection": Kind("#FFF7BF", "#0B4FA0", 1, False, "the source's projection"),
    "imputed": Kind("#F6CFA0", "#7A3A0B", 14, False, "calculated by us from other figures"),
    "assumed": Kind("#E2CDEB", "#5B2A77", 15, True, "a convention, not a figure of a source"),
}
"""Yellow cells are inputs; hatched ones rest on a calculation or a convention."""
