"""A stranger's file as rows of cells: CSV, Excel, JSON or TOML, guarded in size and depth.

Nothing is evaluated: a formula in a workbook is a fault. Nothing is validated either, but for what
makes a file unreadable; that is the work of the preview.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import tomllib
import warnings
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from beltroad.errors import Fault, InputError, suggest

__all__ = [
    "FORMS", "META", "MOST_BYTES", "MOST_ROWS", "Read", "Row", "form_of", "harmless",
    "harmless_back", "read", "where",
]  # fmt: skip

FORMS = {"csv": ".csv", "xlsx": ".xlsx", "json": ".json", "toml": ".toml"}
"""Forms that can be read, with the ending of their files."""

META = ("record_source", "record_revision", "record_state", "record_changed_by",
        "record_changed_at", "record_licence")  # fmt: skip
"""Columns of an export that say where a record comes from; an import passes them over."""

MOST_BYTES, MOST_UNPACKED, MOST_PARTS = 20_000_000, 100_000_000, 500
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 20_000, 200, 100_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_SAVE = "open it in a spreadsheet program and save it as .xlsx without a password"


@dataclass(frozen=True)
class Row:
    """One row: the sheet and number it stands at, and what its cells hold by column.

    ``faulty`` are columns whose fault is told already: that they are empty is no second one.
    """

    sheet: str
    number: int
    values: Mapping[str, Any]
    faulty: frozenset[str] = frozenset()


@dataclass
class Read:
    """Rows of a file, the columns that it has, and what was wrong with single cells."""

    form: str
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    package: Mapping[str, Any] | None = None  # an OC4IDS package, as it was parsed


def harmless(text: str) -> str:
    """Text of a cell that no spreadsheet takes for a formula, and that can be told from others.

    An apostrophe goes in front of what looks like a formula, with or without apostrophes before
    it, so that :func:`harmless_back` always finds the text again.
    """
    return f"'{text}" if text.lstrip("'").startswith(_RISKY) else text


def harmless_back(text: str) -> str:
    """The text that :func:`harmless` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_RISKY) else text


def form_of(filename: str, data: bytes) -> str:
    """Form of a file, by the ending of its name and, where that says nothing, by its first bytes.

    Raises
    ------
    InputError
        If it is none that can be read.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"the file is larger than {MOST_BYTES // 1_000_000} MB; split it")
    if not data.strip():
        raise InputError("the file is empty; give a header and rows")
    ending = "." + filename.rpartition(".")[2].casefold() if "." in filename else ""
    for form, known in FORMS.items():
        if ending == known:
            return form
    if data.startswith(b"PK\x03\x04"):
        return "xlsx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"the file is encrypted or an old .xls file; {_SAVE}")
    raise InputError(
        f"the file's name ends in {ascii(ending)[1:-1] or 'nothing'!s:.20}: give "
        f"{', '.join(FORMS.values())}"
    )


def read(data: bytes, form: str, known: Sequence[str]) -> Read:
    """Rows of a file.

    Parameters
    ----------
    known
        Columns that a table may have; others are faults, with the nearest that is known.

    Raises
    ------
    InputError
        If the file cannot be read as what it says it is.
    """
    if form == "json":
        return _json(data)
    if form == "toml":
        return _toml(data)
    sheets = _workbook(data) if form == "xlsx" else {"": _lines(_text(data))}
    out = Read(form)
    for sheet, lines in sheets.items():
        _table(sheet, lines, known, out)
    if not out.rows and not out.faults:
        raise InputError("the file has no rows below its header")
    return out


def where(sheet: str, number: int, column: str = "") -> str:
    """Where a cell stands, in words."""
    return ", ".join(filter(None, (sheet, f"row {number}", column)))


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text; save it as UTF-8") from None
    if "\x00" in text:
        raise InputError("the file has NUL characters; save it as plain text")
    return text


def _lines(text: str) -> list[tuple[int, list[Any]]]:
    out: list[tuple[int, list[Any]]] = []
    try:
        for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if number > MOST_ROWS + 1:
                raise InputError(f"the file has more than {MOST_ROWS:,} rows; split it")
            if len(line) > MOST_COLUMNS:
                raise InputError(f"row {number} has more than {MOST_COLUMNS} columns")
            out.append((number, [harmless_back(cell) for cell in line]))
    except csv.Error as error:
        raise InputError(f"the file is not valid CSV ({error}); check the quotes") from None
    return out


def _workbook(data: bytes) -> dict[str, list[tuple[int, list[Any]]]]:
    """Cells of the sheets; sheets whose name begins with an underscore are for readers only."""
    import openpyxl

    _check_archive(data)
    broken = f"the file is no workbook or is broken; {_SAVE}"
    out: dict[str, list[tuple[int, list[Any]]]] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that are not read
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=False, keep_links=False
            )
        for page in book.worksheets:
            if page.title.startswith("_") or page.title == "fields":
                continue
            page.reset_dimensions()  # what the file says of its own size is not believed
            lines: list[tuple[int, list[Any]]] = []
            rows = page.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS)
            for number, row in enumerate(rows, start=1):
                cells = [_cell(cell) for cell in row]
                if any(cell not in ("", None) for cell in cells):
                    lines.append((number, cells))
            if lines and lines[-1][0] > MOST_ROWS + 1:
                raise InputError(f"the file has more than {MOST_ROWS:,} rows; split it")  # noqa: TRY301
            if lines:
                out[page.title] = lines
        book.close()
    except InputError:
        raise
    except Exception:  # noqa: BLE001 (a stranger's file can break the reader in any way)
        raise InputError(broken) from None
    if not out:
        raise InputError("the workbook has no filled sheet")
    return out


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to too much, or bring more than tables."""
    broken = f"the file is no workbook or is broken; {_SAVE}"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"the file is encrypted or an old .xls file; {_SAVE}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if total > MOST_UNPACKED or len(parts) > MOST_PARTS:
                raise InputError(
                    f"the workbook unpacks to {total / 1e6:,.0f} MB in {len(parts)} parts; at most "
                    f"{MOST_UNPACKED // 1_000_000} MB in {MOST_PARTS} are read"
                )
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise InputError(broken)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    text = archive.read(part)
                    # No spreadsheet program writes these; they can keep a reader busy for hours.
                    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                        raise InputError(broken)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise InputError(broken) from None


class _Formula(str):
    """A cell that holds a formula or an error."""

    __slots__ = ()


def _cell(cell: Any) -> Any:
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "f":
        return _Formula("holds a formula.")
    if getattr(cell, "data_type", "") == "e":
        return _Formula(f"holds the error {value!s:.20}.")
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime.datetime):
        plain = value.time() == datetime.time()
        return value.date().isoformat() if plain else value.isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, float):
        if not math.isfinite(value):
            return _Formula("is no finite number.")
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value if isinstance(value, int) else harmless_back(str(value))


def _table(
    sheet: str, lines: Sequence[tuple[int, list[Any]]], known: Sequence[str], out: Read
) -> None:
    """Rows of a sheet whose first line names its columns."""
    lines = [(n, cells) for n, cells in lines if any(str(c).strip() for c in cells)]
    if not lines:
        return
    top, head = lines[0][0], [str(cell).strip() for cell in lines[0][1]]
    while head and not head[-1]:
        head.pop()
    for name in dict.fromkeys(head):
        if name not in known:
            shown = ascii(name)[1:-1][:40] or "a column without a name"
            hint = suggest(name, known) if name else ""
            out.faults.append(Fault(where(sheet, top, shown), "is no column of this kind.",
                                    f"{hint} Rename it or take it out.".strip()))  # fmt: skip
        if head.count(name) > 1:
            out.faults.append(Fault(where(sheet, top, name), "is there twice.", "Keep one."))
    out.columns = tuple(dict.fromkeys((*out.columns, *(n for n in head if n in known))))
    for number, cells in lines[1:]:
        if any(str(c).strip() for c in cells[len(head) :]):
            out.faults.append(Fault(where(sheet, number), "has cells beyond the last column.",
                                    "Put texts with commas in quotes."))  # fmt: skip
        values: dict[str, Any] = {}
        for name, cell in zip(head, cells, strict=False):
            if name not in known:
                continue
            if isinstance(cell, _Formula):
                out.faults.append(Fault(where(sheet, number, name), str(cell),
                                        "Write its result as plain text or number."))  # fmt: skip
                continue
            if isinstance(cell, str) and len(cell) > MOST_CELL:
                out.faults.append(Fault(where(sheet, number, name), f"{len(cell):,} characters.",
                                        f"Give at most {MOST_CELL:,}."))  # fmt: skip
                continue
            values[name] = cell
        out.rows.append(Row(sheet, number, values))


def _json(data: bytes) -> Read:
    """Records of our own export, a list of objects, one object, or an OC4IDS package."""
    try:
        parsed = json.loads(_text(data), parse_constant=_no_constant)
    except RecursionError:
        raise InputError("the file is nested too deeply to be a registry") from None
    except ValueError as error:
        said = str(error) if isinstance(error, InputError) else f"{error!s:.80}"
        raise InputError(f"the file is not valid JSON ({said})") from None
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError, ValueError):
        raise InputError("the file holds characters or numbers that cannot be kept") from None
    if isinstance(parsed, dict) and "projects" in parsed and "publisher" in parsed:
        return Read("oc4ids", package=parsed)
    records = parsed.get("records", [parsed]) if isinstance(parsed, dict) else parsed
    if not isinstance(records, list):
        raise InputError('the file holds no list of records; write {"records": [...]}')
    if len(records) > MOST_ROWS:
        raise InputError(f"the file has more than {MOST_ROWS:,} records; split it")
    out, columns = Read("json"), dict[str, None]()
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            out.faults.append(Fault(f"records, row {number}", "is no object.",
                                    "Write field names and values."))  # fmt: skip
            continue
        columns |= dict.fromkeys(record)
        out.rows.append(Row("records", number, record))
    if not out.rows and not out.faults:
        raise InputError("the file has no records")
    out.columns = tuple(columns)
    return out


def _no_constant(name: str) -> float:
    raise InputError(f"{name} is no number; write null where nothing is known")


def _toml(data: bytes) -> Read:
    """One record, or several under ``[[records]]``."""
    try:
        parsed = tomllib.loads(_text(data))
    except RecursionError:
        raise InputError("the file is nested too deeply to be a registry") from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the file is not valid TOML ({error!s:.120})") from None
    records = parsed.get("records", [parsed])
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise InputError("records: write [[records]] before each")
    columns: dict[str, None] = {}
    for record in records:
        columns |= dict.fromkeys(record)
    rows = [Row("", number, record) for number, record in enumerate(records, start=1)]
    return Read("toml", tuple(columns), rows)
