"""Project lists of the user: CSV files with named columns, checked whole before use."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.risk.green.areas import parse_way
from beltroad.risk.green.classes import green_type

__all__ = ["COAL_COLUMNS", "GREEN_COLUMNS", "read_coal_file", "read_green_file"]

NUMBERS = ("length_km", "bridge_km", "tunnel_km", "cost_usd_bn", "mw")
GREEN_COLUMNS = (
    "id", "name", "mode", "effect", "kind", "countries", "waypoints", "green_type",
    "protected_area", "area_name", "mitigation", "mitigation_note", *NUMBERS,
)  # fmt: skip
COAL_COLUMNS = ("id", "name", "description", "type", "fuel", "date", "country", "capacity_mw")
MOST_BYTES = 50_000_000


def read_green_file(path: Path) -> pd.DataFrame:
    """Projects to classify: column ``id`` and any of ``GREEN_COLUMNS``.

    Raises
    ------
    InputError
        With every fault of the file in one message.
    """
    table, faults = _read(path, GREEN_COLUMNS)
    for place, row in enumerate(table.to_dict("records"), 2):
        where = f"row {place} ({row['id']})"
        for key in ("protected_area", "mitigation"):
            if row.get(key, "").casefold() not in ("", "yes", "no"):
                faults.append(f"{where}: {key} {row[key]!r} must be yes, no or empty")
        for key in NUMBERS:
            if row.get(key) and not _is_amount(row[key]):
                faults.append(f"{where}: {key} {row[key]!r} must be a number, 0 or more")
        for key, check in (("green_type", green_type), ("waypoints", parse_way)):
            try:
                if row.get(key):
                    check(row[key])
            except InputError as fault:
                faults.append(f"{where}: {fault}")
    _raise(path, faults)
    return table


def read_coal_file(path: Path) -> pd.DataFrame:
    """Projects to screen: column ``id`` and any of ``COAL_COLUMNS``; faults as above."""
    table, faults = _read(path, COAL_COLUMNS)
    if not faults and not {"name", "description", "type", "fuel"} & set(table):
        faults.append("needs one of the columns name, description, type, fuel")
    _raise(path, faults)
    return table


def _read(path: Path, known: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: is over {MOST_BYTES / 1e6:.0f} MB; split it")
        text = path.read_bytes().decode("utf-8-sig")
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise InputError(f"{path}: is not UTF-8 at byte {fault.start}; save it as UTF-8") from fault
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise InputError(f"{path}: is no table: {fault}") from fault
    if "id" not in table:
        raise InputError(f"{path}: has no column id. Columns: {', '.join(known)}")
    table = table.fillna("").astype(str).apply(lambda column: column.str.strip())
    faults = [
        f"column {c!r} is not known. {suggest(str(c), known)} Columns: {', '.join(known)}"
        for c in table.columns
        if c not in known
    ]
    if table.empty:
        faults.append("has no rows")
    faults += [f"row {k + 2}: id is empty" for k in table.index[table["id"] == ""]]
    twice = table["id"][table["id"].duplicated() & (table["id"] != "")]
    faults += [f"row {k + 2}: id {table['id'][k]!r} is given twice" for k in twice.index]
    return table, faults


def _is_amount(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value >= 0


def _raise(path: Path, faults: Sequence[str]) -> None:
    if faults:
        more = f"\n  and {len(faults) - 50} more" if len(faults) > 50 else ""
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise InputError(f"{path}: {count}" + "".join(f"\n  - {f}" for f in faults[:50]) + more)
