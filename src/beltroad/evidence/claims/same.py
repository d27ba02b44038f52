"""Repeated claims: the same figure of the same speaker, entered in two tables, is one claim."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from beltroad.evidence.claims.dates import days_of
from beltroad.evidence.claims.rows import rows_of
from beltroad.evidence.claims.text import words

__all__ = ["without_repeats"]

_NO_NAME = frozenset({"of", "the", "and", "ministry", "china", "chinese", "group", "state"})


def without_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop figures of services that a row of the claims repeats.

    A repeat has the same indicator, value and unit, and either comes from the same document, or
    has the same last day, geography and partner and a speaker who shares a name. The row of
    ``claims`` stays.
    """
    own: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    rows = rows_of(frame)
    for row in rows:
        if row["table"] == "claims":
            own.setdefault(_key(row), []).append(row)
    keep = [
        row["table"] == "claims" or not any(_same(row, other) for other in own.get(_key(row), []))
        for row in rows
    ]
    return frame[keep].reset_index(drop=True)


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["indicator"], float(row["value"]), row["unit"]


def _same(row: dict[str, Any], other: dict[str, Any]) -> bool:
    if row["document"] == other["document"]:
        return True
    if any(row[c] != other[c] for c in ("geography", "partner")) or _last(row) != _last(other):
        return False
    return bool(_names(row) & _names(other))


def _last(row: dict[str, Any]) -> date | None:
    end = str(row["period_end"])
    return days_of(end)[1] if end else None


def _names(row: dict[str, Any]) -> set[str]:
    return set(words(str(row["said_by"]))) - _NO_NAME
