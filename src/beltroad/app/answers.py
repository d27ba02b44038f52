"""Answers as labelled tables: every column says its unit, formula, method and source.

Pages and the API show the same answers. A figure that cannot say where it comes from does not
belong in one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Answer", "Column", "Figure", "Origin", "Table", "cells", "finite", "table_of"]

Cell = str | int | float | bool | None


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Origin(_Model):
    """Where a figure comes from; all that is known of it, nothing invented.

    ``inputs`` are the figures that went in (label, value with unit); ``formula`` says how, in
    words or signs; ``method`` is the name of a method page (``poverty``, ``trade-solver`` ...).
    """

    source: str = ""
    url: str = ""
    as_of: str = ""
    licence: str = ""
    kind: str = ""  # observed | claimed | computed | imputed | assumed
    formula: str = ""
    method: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    note: str = ""


class Figure(_Model):
    """One number (or word) with unit, range and origin."""

    id: str
    label: str
    value: Cell
    unit: str = ""
    low: float | None = None
    high: float | None = None
    origin: Origin = Field(default_factory=Origin)


class Column(_Model):
    """One column: name for programs, title for readers, and what its numbers are."""

    name: str
    title: str
    unit: str = ""
    kind: str = "text"  # text | number | flag | link | date
    decimals: int | None = None
    description: str = ""
    origin: Origin = Field(default_factory=Origin)


class Table(_Model):
    """Rows with described columns. ``source`` in a row, if there, names that row's own source.

    A row may have ``_href`` (a page of ours about it) and ``_origin`` (an Origin as mapping, for
    this row); names that begin with an underscore are not columns.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    total: int
    note: str = ""
    origin: Origin = Field(default_factory=Origin)


class Answer(_Model):
    """What a question gives: figures first, then tables, and notes that belong with them."""

    title: str = ""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


def finite(value: Any) -> float | None:
    """A number, or None where there is none that is known."""
    return None if value is None or not math.isfinite(value) else float(value)


def cells(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON and pages: what is not known is None, numbers are Python's own."""
    return [
        {str(name): _plain(value) for name, value in each.items()}
        for each in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return str(value)


def table_of(
    id: str,  # noqa: A002 (the field's name)
    title: str,
    frame: pd.DataFrame,
    columns: Iterable[Column],
    *,
    note: str = "",
    origin: Origin | None = None,
    extra: Sequence[str] = ("_href", "_origin"),
    total: int | None = None,
) -> Table:
    """A table of the described columns of a frame, in the order of ``columns``.

    ``total`` is how many rows there are, where the frame holds only the first of them.
    """
    described = tuple(columns)
    names = [c.name for c in described] + [e for e in extra if e in frame.columns]
    rows = cells(frame[names])
    return Table(
        id=id, title=title, columns=described, rows=tuple(rows),
        total=len(rows) if total is None else total,
        note=note, origin=origin or Origin(),
    )  # fmt: skip
