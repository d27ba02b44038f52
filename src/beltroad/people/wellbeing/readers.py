"""Registries of users: CSV, an OC4IDS package (JSON) or IATI activities (XML), fully checked.

All faults of a file are listed in one message; a file with a fault gives no rows at all.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.evidence import economies
from beltroad.evidence.dates import days_of
from beltroad.people.wellbeing.registry import BASES, COLUMNS, KINDS, NUMBERS, SCOPES, STATUSES

__all__ = [
    "DEFAULTS", "MAX_BYTES", "as_rows", "part_faults", "read", "read_csv", "row_faults", "rows_of",
]  # fmt: skip

Part = TypeVar("Part")

MAX_BYTES = 64_000_000
"""Larger files are refused before they are read."""

_REQUIRED = ("id", "name", "kind", "iso3")
_BETWEEN = re.compile(r"[\s,;]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
DEFAULTS: Mapping[str, Any] = {"scope": "project", "status": "implementation", "evaluated": "no"}
"""What holds where a row does not say."""
_CONFIDENCE = ("high", "medium", "low", "")


def read(path: Path) -> pd.DataFrame:
    """Rows of a file; its form follows from its ending: .csv, .json or .xml.

    Raises
    ------
    InputError
        With all faults of the file.
    """
    from beltroad.people.wellbeing import iati, oc4ids

    readers = {".csv": read_csv, ".json": oc4ids.from_package, ".xml": iati.from_xml}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path}: give a .csv, .json (OC4IDS) or .xml (IATI) file")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; split it")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:  # a name that no file can have
        raise InputError(f"{str(path)!r:.80}: not a file name ({error})") from None
    return readers[path.suffix.lower()](data, str(path))


def read_csv(data: bytes, source: str = "table") -> pd.DataFrame:
    """Rows of a CSV file with a header; only id, name, kind and iso3 are needed."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{source}: not UTF-8 text; save it as UTF-8") from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{source}: not a CSV file ({error})") from None
    if not lines:
        raise InputError(f"{source}: is empty; give a header and rows")
    head = [cell.strip() for cell in lines[0]]
    faults = [
        Fault("header", f"{name!r:.40} is not a column.", suggest(name, COLUMNS))
        for name in head if name not in COLUMNS
    ]  # fmt: skip
    faults += [Fault("header", f"{name} is missing.", "Add it.")
               for name in _REQUIRED if name not in head]  # fmt: skip
    faults += [Fault("header", f"{name} stands there twice.")
               for name in sorted({n for n in head if head.count(n) > 1})]  # fmt: skip
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(head):
            said = f"{len(line)} cells, the header has {len(head)}."
            faults.append(Fault(f"line {number}", said))
            continue
        row: dict[str, Any] = {name: cell.strip() for name, cell in zip(head, line, strict=True)}
        rows.append((f"line {number}", row))
    if faults:
        raise ScenarioError(source, faults)
    return as_rows(rows, source)


def rows_of(
    parts: Iterable[tuple[str, Part]], read: Callable[[Part], dict[str, Any]], source: str
) -> pd.DataFrame:
    """A registry out of parts of a document, each read by itself; refused with all faults.

    Parameters
    ----------
    parts
        Where each stands, and what stands there.
    read
        A part as a row; raises :class:`InputError` where it cannot be one.
    """
    rows, faults = [], []
    for where, part in parts:
        try:
            rows.append((where, read(part)))
        except InputError as error:
            faults.append(Fault(where, f"{error}."))
    if faults:
        raise ScenarioError(source, faults)
    return as_rows(rows, source)


def as_rows(rows: Sequence[tuple[str, Mapping[str, Any]]], source: str) -> pd.DataFrame:
    """A registry out of rows, each with where it stands; refused with all faults.

    Cells are text, or numbers in the columns :data:`~beltroad.people.wellbeing.registry.NUMBERS`;
    what is left out is empty, scope is ``project`` and status ``implementation``.
    """
    faults: list[Fault] = []
    out, seen = [], set()
    for where, given in rows:
        row: dict[str, Any] = {**dict.fromkeys(COLUMNS, ""), **DEFAULTS}
        row |= {name: value for name, value in given.items() if value not in ("", None)}
        faults += row_faults(row, where)
        if row["id"] in seen:
            faults.append(Fault(where, f"id {row['id']!r:.60} was given before."))
        seen.add(row["id"])
        out.append(row)
    frame = pd.DataFrame(out, columns=list(COLUMNS))
    faults += part_faults([(where, row) for (where, _), row in zip(rows, out, strict=True)])
    if faults:
        raise ScenarioError(source, faults)
    if frame.empty:
        raise InputError(f"{source}: holds no project")
    for name in NUMBERS:
        frame[name] = pd.to_numeric(frame[name].replace("", math.nan)).astype(float)
    return frame


def part_faults(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Fault]:
    """Rows that are part of what is no programme, or of themselves."""
    scopes = {row["id"]: row.get("scope") for _, row in rows}
    parents = {row["id"]: row.get("part_of", "") for _, row in rows}
    faults = []
    for where, row in rows:
        up, path = row.get("part_of", ""), {row["id"]}
        if up and scopes.get(up) == "project":
            faults.append(Fault(where, f"part_of {up!r:.60} is no programme."))
        while up and up not in path:
            path.add(up)
            up = parents.get(up, "")
        if up:
            faults.append(Fault(where, f"{row['id']!r:.60} contains itself through part_of."))
    return faults


def row_faults(row: dict[str, Any], where: str) -> list[Fault]:
    """Everything wrong with one row; numbers and economies are put into their form on the way."""
    faults = []
    for name in COLUMNS:
        if name not in NUMBERS and not _is_text(row[name]):
            faults.append(Fault(where, f"{name} {ascii(row[name])!s:.40} is no text."))
            row[name] = ""
    faults += [Fault(where, f"{name} is empty.", "Add it.")
               for name in ("id", "name") if not row[name].strip()]  # fmt: skip
    for name, known in (("kind", tuple(KINDS)), ("scope", SCOPES), ("status", STATUSES),
                        ("evaluated", ("yes", "no")), ("confidence", _CONFIDENCE),
                        ("reached_basis", (*BASES, "")),
                        ("reached_status", ("reported", "planned", ""))):  # fmt: skip
        if row[name] not in known:
            allowed = ", ".join(each for each in known if each)
            hint = f"{suggest(str(row[name]), known)} Use {allowed}.".strip()
            faults.append(Fault(where, f"{name} {row[name]!r:.40} is not known.", hint))
    for name in NUMBERS:
        try:
            value = float(row[name]) if row[name] != "" else math.nan
        except (TypeError, ValueError, OverflowError):
            faults.append(Fault(where, f"{name} {ascii(row[name])!s:.40} is no number."))
            row[name] = ""
            continue
        limit = {"latitude": 90.0, "longitude": 180.0}.get(name)
        if math.isinf(value) or (limit is not None and abs(value) > limit):
            faults.append(Fault(where, f"{name} {value} is out of range."))
        elif limit is None and value <= 0:
            faults.append(Fault(where, f"{name} {value:g} is not above 0.", "Leave it empty."))
        row[name] = value
    for name in ("period_start", "period_end", "reached_as_of", "source_date"):
        try:
            if row[name]:
                days_of(str(row[name]))
        except InputError as error:
            faults.append(Fault(where, f"{name}: {error}."))
            row[name] = ""
    if row["period_start"] and row["period_end"]:
        first, last = days_of(row["period_start"])[0], days_of(row["period_end"])[1]
        if first > last:
            faults.append(Fault(where, f"ends on {last}, before it starts on {first}."))
    codes = []
    given = str(row["iso3"])
    # A name may hold spaces; several codes are told apart by spaces, commas or semicolons.
    one = economies.lookup(given).kind == "economy" if given else False
    for each in [given] if one else _BETWEEN.split(given.strip()) if given.strip() else []:
        try:
            codes.append(economies.iso3(each))
        except InputError as error:
            faults.append(Fault(where, f"iso3: {error}"))
    row["iso3"] = " ".join(codes)
    faults += _pairs(row, where)
    return faults


def _pairs(row: Mapping[str, Any], where: str) -> list[Fault]:
    """What belongs together in a row."""
    faults = []
    if _known(row["latitude"]) != _known(row["longitude"]):
        faults.append(Fault(where, "latitude and longitude go together."))
    if _known(row["cost_amount"]) != bool(row["cost_currency"]):
        faults.append(Fault(where, "cost_amount and cost_currency go together."))
    elif row["cost_currency"] and not _CURRENCY.fullmatch(str(row["cost_currency"])):
        faults.append(Fault(where, f"cost_currency {row['cost_currency']!r:.20} is no code.",
                            "Use ISO 4217, CNY for instance."))  # fmt: skip
    if _known(row["people_reached"]) != bool(row["reached_basis"]):
        faults.append(Fault(where, "people_reached and reached_basis go together.",
                            "Say what was counted: trained, patients ..."))  # fmt: skip
    elif row["reached_basis"] and not row["reached_status"]:
        faults.append(Fault(where, "reached_status is missing.", "Use reported or planned."))
    return faults


def _is_text(value: Any) -> bool:
    """Whether it is text that can be written as UTF-8."""
    return isinstance(value, str) and value.encode("utf-8", "replace").decode() == value


def _known(value: Any) -> bool:
    return isinstance(value, float) and not math.isnan(value)
