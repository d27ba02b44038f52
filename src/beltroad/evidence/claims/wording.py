"""Claims in words: figures with their bounds and units, periods as stated."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["UNSURE", "figure_text", "number_text", "period_text"]

UNSURE = "?"
"""Mark behind a figure that could not be confirmed."""
_BOUND = {
    "exact": "", "about": "about ", "nearly": "nearly ", "more_than": "over ",
    "at_least": "at least ", "less_than": "under ", "up_to": "up to ", "between": "",
    "tens_of": "tens of ",
}  # fmt: skip
_LARGE = ((1e12, " tn"), (1e9, " bn"))
_LONGEST = 7
_TENS = {1e10: "billions", 1e7: "millions", 1e4: "thousands"}


def number_text(value: float, digits: int = 15) -> str:
    """A number with separators; from a billion on in bn or tn where that loses nothing.

    Parameters
    ----------
    digits
        Significant digits; fewer than 15 also round what has no short exact form.
    """
    if not math.isfinite(value):
        return "-"
    for size, word in _LARGE:
        if abs(value) >= size:
            short = f"{value / size:,.{min(digits, 6)}g}"
            same = math.isclose(float(short.replace(",", "")) * size, value, rel_tol=1e-12)
            if len(short) <= _LONGEST and (same or digits < 15):
                return short + word
    if abs(value) < 1e15 and (value == int(value) or (digits < 15 and abs(value) >= 1e4)):
        return f"{value:,.0f}"
    return f"{value:,.{digits}g}"


def figure_text(row: dict[str, Any]) -> str:
    """Bound, number and unit of a claim, marked if unconfirmed; a year has no separator."""
    value, high = float(row["value"]), float(row["value_high"])
    text = f"{value:.0f}" if row["unit"] == "year" else number_text(value)
    if row["bound"] == "tens_of":
        text = f"{_TENS[value]} of" if value in _TENS else text
    if row["bound"] == "between" and math.isfinite(high):
        text += f" to {number_text(high)}"
    unit = {"percent": " %", "year": "", "rank": ""}.get(row["unit"], f" {row['unit']}")
    rank = "rank " if row["unit"] == "rank" else ""
    mark = f" {UNSURE}" if row["status"] != "read" else ""
    return f"{rank}{_BOUND.get(row['bound'], '')}{text}{unit}{mark}"


def period_text(row: dict[str, Any]) -> str:
    """Period of a claim as stated."""
    start, end = str(row["period_start"]), str(row["period_end"])
    if not end:
        return "no date"
    return end if not start or start == end else f"{start} to {end}"
