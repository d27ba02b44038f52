"""Published figures beside ours, with both ranges drawn on one small scale per row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from beltroad.appraisal.report import words

__all__ = ["Yardstick", "not_computed", "rows"]

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


def rows(table: pd.DataFrame) -> list[Yardstick]:
    """The yardsticks that the run can be held against, in their order.

    A reason that several rows share is written out once.
    """
    first: dict[str, str] = {}
    out = []
    for r in table[_computed(table)].to_dict("records"):
        row = _row(r)
        if row.why in first:
            row = replace(row, why=f"Why: as for “{first[row.why]}”")
        else:
            first[row.why] = row.statement
        out.append(row)
    return out


def not_computed(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Statement, reason and source of the others."""
    left = table[~_computed(table)]
    return list(zip(left.statement, left.why, left.source, strict=True))


def _computed(table: pd.DataFrame) -> pd.Series:
    return table[["ours_low", "ours_high"]].notna().any(axis=1)


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

    return Yardstick(
        statement=str(r["statement"]),
        published=_said(published, unit, open_below=_blank(r["published_low"])),
        ours=_said(ours, unit),
        difference=str(r["difference"]),
        why=str(r["why"]),
        source=str(r["source"]),
        published_bar=bar(published),
        our_bar=bar(ours),
        zero=round((0.0 - low) / reach * (_WIDTH - 8) + 4, 1) if known else None,
    )


def _blank(value: object) -> bool:
    return not (isinstance(value, (int, float)) and math.isfinite(value))


def _pair(low: object, high: object) -> tuple[float, float] | None:
    values = [float(v) for v in (low, high) if isinstance(v, (int, float)) and math.isfinite(v)]
    return (min(values), max(values)) if values else None


def _said(pair: tuple[float, float] | None, unit: str, *, open_below: bool = False) -> str:
    if pair is None:
        return "not computed"
    low, high = pair
    head = "up to " if open_below else ""
    if unit.startswith("share of "):
        of = unit.removeprefix("share ")
        return f"{head}{_percents(100 * low, 100 * high, signed=False)} {of}"
    if unit in ("%", "percent"):
        return head + _percents(low, high, signed=True)
    if unit == "USD":
        return head + " to ".join(words.usd(v) for v in dict.fromkeys(pair))
    texts = [_value(v) for v in dict.fromkeys(pair)]
    return head + " to ".join(texts) + (f" {unit}" if unit not in ("1", "") else "")


def _percents(low: float, high: float, *, signed: bool) -> str:
    """Whole or with one decimal, as such figures are published; more only for what is small."""
    largest = max(abs(low), abs(high))
    decimals = words.digits_for(largest) if largest < 1 else 1
    if all(abs(v - round(v)) < 1e-9 for v in (low, high)):
        decimals = 0
    texts = [words.number(v, decimals, signed=signed) for v in dict.fromkeys((low, high))]
    return " to ".join(texts) + "%"


def _value(value: float) -> str:
    if abs(value) >= 1e5:
        return words.amount(value)
    return words.number(value, 0 if value == round(value) else words.digits_for(value))
