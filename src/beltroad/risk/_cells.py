"""Cells of a user's table, CSV or Excel, as text with the numbers of its rows."""

from __future__ import annotations

import csv
import datetime
import io
import math
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import openpyxl

from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.risk.journal import checked_text, visible

__all__ = ["Faults", "Row", "header_of", "rows_of"]

_MOST_BYTES, _MOST_UNPACKED, _MOST_ROWS = 20_000_000, 200_000_000, 100_000
_FORMULA = ("=", "@")
_Kind = TypeVar("_Kind")


class Row(dict[str, str]):
    """Cells by column; ``number`` is the row in the file, counted as a spreadsheet does."""

    number: int = 0


class Faults:
    """All that is wrong with a file; raised at once, so that nothing is half-applied."""

    def __init__(self, path: Path, sheet: str = "") -> None:
        self.path, self.sheet, self.found = path, sheet, list[Fault]()

    def add(self, row: Row | None, column: str, problem: str, remedy: str = "") -> None:
        """Note one."""
        where = f"{self.sheet} " * bool(self.sheet) + (
            f"row {row.number}, " if row is not None else ""
        )
        self.found.append(Fault(f"{where}{column}", problem, remedy))

    def take(self, row: Row, column: str, reader: Callable[[str], _Kind], *, empty: _Kind) -> _Kind:
        """Value of a cell; ``empty`` where the cell is empty or at fault."""
        text = row.get(column, "")
        if not text:
            return empty
        try:
            return reader(text)
        except ValueError as error:
            said = str(error)
            known = isinstance(error, InputError)
            self.add(row, column, said if known else f"{visible(text)!r:.60} does not fit.")
            return empty

    def check(self) -> None:
        """Raise what was found.

        Raises
        ------
        ScenarioError
            With every fault.
        """
        if self.found:
            raise ScenarioError(visible(self.path), self.found)


def rows_of(
    path: Path,
    columns: Sequence[str],
    needed: Sequence[str],
    faults: Faults,
    *,
    sheet: str | None = None,
) -> list[Row]:
    """Rows of a table whose first row names its columns.

    Parameters
    ----------
    columns, needed
        Columns that are known, and those that must be there.
    faults
        Gets unknown and missing columns, formulas and characters that no one sees.
    sheet
        Of a workbook; the first one by default.

    Raises
    ------
    InputError
        If the file cannot be read as a table at all.
    """
    raw = _raw(path, sheet)
    header = [cell.strip().casefold().replace(" ", "_") for cell in raw[0][1]]
    while header and not header[-1]:
        header.pop()
    top = Row()
    top.number = raw[0][0]
    for name in header:
        if name not in columns:
            faults.add(top, visible(name)[:40] or "a column without a name", "is no column here.",
                       suggest(name, columns))  # fmt: skip
    for name in sorted({name for name in header if header.count(name) > 1}):
        faults.add(top, visible(name), "is there twice.")
    missing = [name for name in needed if name not in header]
    if missing:  # what the rows lack then follows from it
        faults.add(top, ", ".join(missing), "missing.", f"Columns: {', '.join(columns)}.")
        faults.check()
    out = []
    for number, cells in raw[1:]:
        if not any(cells):
            continue
        row = Row()
        row.number = number
        if len(cells) > len(header) and any(cells[len(header) :]):
            faults.add(row, f"cell {len(header) + 1}", "stands beyond the last column.",
                       "Put text with commas in quotes.")  # fmt: skip
        for name, text in zip(header, cells, strict=False):
            row[name] = _checked(text, row, name, faults)
        for name in needed:
            if name in header and not row.get(name):
                row.setdefault(name, "")
                if not (cells[header.index(name)] if header.index(name) < len(cells) else ""):
                    faults.add(row, name, "is empty.", "Fill it in.")
        out.append(row)
    return out


def _checked(text: str, row: Row, name: str, faults: Faults) -> str:
    text = text.strip()
    if text.startswith(_FORMULA):
        faults.add(row, name, "holds a formula.", "Write its result as plain text.")
        return ""
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]  # how exports keep spreadsheets from running a text
    try:
        return checked_text(text, name, empty=True)
    except InputError as error:
        faults.add(row, name, str(error).removeprefix(f"{name}: "))
        return ""


def _raw(path: Path, sheet: str | None) -> list[tuple[int, list[str]]]:
    said = visible(path)
    ending = path.suffix.casefold()
    if ending not in (".csv", ".xlsx"):
        raise InputError(f"{said}: give a table that ends in .csv or .xlsx")
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{said}: larger than {_MOST_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{said}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:
        raise InputError(f"{said!r}: not a file name ({error})") from None
    rows = _workbook(said, data, sheet) if ending == ".xlsx" else _text(said, data)
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise InputError(f"{said}: holds no rows")
    return rows


def _text(said: str, data: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{said}: not UTF-8 text ({error}); save it as UTF-8") from None
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        out = []
        for number, row in enumerate(reader, start=1):
            if number > _MOST_ROWS:
                raise InputError(f"{said}: more than {_MOST_ROWS:,} rows")
            out.append((number, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise InputError(f"{said}: not valid CSV ({error}); check the quotes") from None
    return out


def _workbook(said: str, data: bytes, sheet: str | None) -> list[tuple[int, list[str]]]:
    broken = f"{said}: is no workbook or is broken; save it as .xlsx without a password"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise InputError(broken) from None
    if unpacked > _MOST_UNPACKED:
        raise InputError(f"{said}: unpacks to more than {_MOST_UNPACKED // 1_000_000} MB")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    except Exception:  # noqa: BLE001 - a stranger's file can break the reader in any way
        raise InputError(broken) from None
    if sheet is not None and sheet not in book.sheetnames:
        raise InputError(f"{said}: has no sheet {sheet}. {suggest(sheet, book.sheetnames)}".strip())
    page = book[sheet] if sheet is not None else book.worksheets[0]
    out = []
    try:
        for number, row in enumerate(page.iter_rows(values_only=True), start=1):
            if number > _MOST_ROWS:
                raise InputError(f"{said}: more than {_MOST_ROWS:,} rows")  # noqa: TRY301
            out.append((number, [_cell(value) for value in row]))
    except InputError:
        raise
    except Exception:  # noqa: BLE001
        raise InputError(broken) from None
    finally:
        book.close()
    return out


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value).strip()


def header_of(path: Path) -> list[str]:
    """Names in the first row, in small letters with _ for blanks and dashes."""
    return [cell.strip().casefold().replace(" ", "_").replace("-", "_")
            for cell in _raw(path, None)[0][1]]  # fmt: skip
