"""Published figures beside ours, with both ranges drawn on one small scale per row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad.appraisal.report import words

__all__ = ["Yardstick", "rows"]

_WIDTH = 200.0


@dataclass(frozen=True)
class Yardstick:
    """One comparison. Bars are (left, width) in units of the drawing."""

    statement: str
    published: str
    ours: str
    difference: str
    why: str
    source: str
    published_bar: tuple[float, float] | None
    our_bar: tuple[float, float] | None
    zero: float | None
    inside: bool | None


def rows(table: pd.DataFrame) -> list[Yardstick]:
    """All yardsticks, in their order."""
    return [_row(r) for r in table.to_dict("records")]


def _row(r: Mapping[Any, Any]) -> Yardstick:
    unit = str(r["unit"])
    published = _pair(r["published_low"], r["published_high"])
    ours = _pair(r["ours_low"], r["ours_high"])
    known = [v for pair in (published, ours) if pair for v in pair]
    low, high = (min(0.0, *known), max(0.0, *known)) if known else (0.0, 1.0)
    reach = (high - low) or 1.0

    def bar(pair: tuple[float, float] | None) -> tuple[float, float] | None:
        if pair is None:
            return None
        left, right = ((v - low) / reach * (_WIDTH - 8) + 4 for v in pair)
        return round(left, 1), round(max(right - left, 3.0), 1)

    inside = None
    if published and ours:
        inside = ours[0] <= published[1] and ours[1] >= published[0]
    return Yardstick(
        str(r["statement"]), _said(published, unit), _said(ours, unit), str(r["difference"]),
        str(r["why"]), str(r["source"]), bar(published), bar(ours),
        round((0.0 - low) / reach * (_WIDTH - 8) + 4, 1) if known else None, inside,
    )  # fmt: skip


def _pair(low: object, high: object) -> tuple[float, float] | None:
    values = [float(v) for v in (low, high) if isinstance(v, (int, float)) and math.isfinite(v)]
    return (min(values), max(values)) if values else None


def _said(pair: tuple[float, float] | None, unit: str) -> str:
    if pair is None:
        return "not computed"
    low, high = pair
    if unit in ("%", "percent"):
        return words.percent(low) if low == high else words.percent_range(low, high)
    texts = [_value(v) for v in dict.fromkeys(pair)]
    return " to ".join(texts) + (f" {unit}" if unit not in ("1", "") else "")


def _value(value: float) -> str:
    if abs(value) >= 1e5:
        return words.amount(value)
    return words.number(value, 0 if value == round(value) else words.digits_for(value))
