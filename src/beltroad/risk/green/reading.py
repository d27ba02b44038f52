"""Project lists of the user: tables with named columns, checked whole before use."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from beltroad.errors import InputError
from beltroad.risk._cells import Faults, Row, number_of, rows_of
from beltroad.risk.green.areas import parse_way
from beltroad.risk.green.classes import green_type
from beltroad.risk.green.coal import check_date

__all__ = ["COAL_COLUMNS", "GREEN_COLUMNS", "read_coal_file", "read_green_file"]

NUMBERS = ("length_km", "bridge_km", "tunnel_km", "cost_usd_bn", "mw")
GREEN_COLUMNS = (
    "id", "name", "mode", "effect", "kind", "countries", "waypoints", "green_type",
    "protected_area", "area_name", "mitigation", "mitigation_note", *NUMBERS,
)  # fmt: skip
COAL_COLUMNS = ("id", "name", "description", "type", "fuel", "date", "country", "capacity_mw")
LONGEST = 50_000  # characters of a cell: waypoints of a long line, a description
MOST_AMOUNT = 1e9


def read_green_file(path: Path) -> pd.DataFrame:
    """Projects to classify: column ``id`` and any of ``GREEN_COLUMNS``.

    Raises
    ------
    InputError
        With every fault of the file in one message.
    """
    faults, rows = _read(path, GREEN_COLUMNS)
    for row in rows:
        if faults.enough:
            break
        for key in ("protected_area", "mitigation"):
            if row.get(key, "").casefold() not in ("", "yes", "no"):
                faults.add(
                    row, key, f"{row[key]!r:.40} is neither yes nor no.", "Or leave it empty."
                )
        for key in NUMBERS:
            faults.take(row, key, _amount, empty=0.0)
        for key, check in (("green_type", green_type), ("waypoints", parse_way)):
            faults.take(row, key, check, empty=None)
    faults.check()
    return _frame(rows, GREEN_COLUMNS)


def read_coal_file(path: Path) -> pd.DataFrame:
    """Projects to screen: column ``id`` and any of ``COAL_COLUMNS``; faults as above."""
    faults, rows = _read(path, COAL_COLUMNS)
    if not any({"name", "description", "type", "fuel"} & set(row) for row in rows):
        faults.add(None, "columns", "needs one of name, description, type, fuel.")
    for row in rows:
        if faults.enough:
            break
        faults.take(row, "date", check_date, empty="")
        faults.take(row, "capacity_mw", _amount, empty=0.0)
    faults.check()
    return _frame(rows, COAL_COLUMNS)


def _read(path: Path, known: tuple[str, ...]) -> tuple[Faults, list[Row]]:
    faults = Faults(path)
    rows = rows_of(path, known, ("id",), faults, longest=LONGEST)
    if not rows:
        faults.add(None, "rows", "there is none.")
    seen: set[str] = set()
    for row in rows:
        if faults.enough:
            break
        if row["id"] and row["id"] in seen:
            faults.add(row, "id", f"{row['id']!r:.40} is given twice.")
        seen.add(row["id"])
    return faults, rows


def _frame(rows: list[Row], known: tuple[str, ...]) -> pd.DataFrame:
    there = [name for name in known if any(name in row for row in rows)]
    return pd.DataFrame([[row.get(name, "") for name in there] for row in rows], columns=there)


def _amount(text: str) -> float:
    value = number_of(text)
    if not 0 <= value <= MOST_AMOUNT:
        raise InputError(f"{text!r:.40} is out of range: give 0 to {MOST_AMOUNT:g}.")
    return value
