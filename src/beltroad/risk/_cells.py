"""Cells of a user's table, CSV or Excel, as text with the numbers of its rows.

The one reader of such tables in this pillar: what is wrong with a file, a header or a cell is said
in the same words everywhere, and all of it at once.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.risk.journal import checked_text, visible

__all__ = [
    "Faults",
    "Row",
    "column_faults",
    "frame_of",
    "header_of",
    "number_of",
    "rows_of",
    "screenful",
]

_MOST_BYTES, _MOST_UNPACKED, _MOST_ROWS = 20_000_000, 200_000_000, 100_000
_SHOWN, _ENOUGH = 50, 200
_FORMULA = ("=", "@")
_Kind = TypeVar("_Kind")


class Row(dict[str, str]):
    """Cells by column; ``number`` is the row in the file, counted as a spreadsheet does."""

    number: int = 0


class Faults:
    """All that is wrong with a file; raised at once, so that nothing is half-applied."""

    def __init__(self, path: Path, sheet: str = "") -> None:
        self.path, self.sheet, self.found = path, sheet, list[Fault]()

    @property
    def enough(self) -> bool:
        """Whether so much is wrong that the rest of the file need not be looked at."""
        return len(self.found) >= _ENOUGH

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
            With every fault; of very many the first fifty and how many more were seen.
        """
        if self.found:
            raise ScenarioError(visible(self.path), screenful(self.found))


def column_faults(
    table: pd.DataFrame, columns: Sequence[str], required: Sequence[str]
) -> list[Fault]:
    """What is wrong with a table as a whole: columns missing, unknown or given twice; no row."""
    names = [str(c) for c in table.columns]
    faults = [
        Fault(f"column {c}", "is missing.", f"Columns: {', '.join(columns)}.")
        for c in required
        if c not in names
    ]
    faults += [
        Fault(f"column {c!r:.40}", "is not known.", f"{suggest(c, columns)} Leave it out.".strip())
        for c in names
        if c not in columns
    ]
    if len(set(names)) < len(names):
        faults.append(Fault("columns", "one is given twice."))
    if table.empty:
        faults.append(Fault("rows", "there is none."))
    return faults


def screenful(found: Sequence[Fault]) -> list[Fault]:
    """Faults to be shown: a screen of them and, where there are more, how many.

    A cell that was at fault is empty then; this is not told again.
    """
    enough = len(found) >= _ENOUGH
    first = {each.where: each for each in reversed(found)}
    found = [each for each in found
             if each is first[each.where] or not each.problem.startswith("is empty")]  # fmt: skip
    more = len(found) - _SHOWN
    if more <= 0:
        return list(found)
    said = f"at least {more:,}" if enough else f"{more:,}"
    return [*found[:_SHOWN], Fault("further rows", f"{said} more faults.", "Mend these first.")]


def rows_of(
    path: Path,
    columns: Sequence[str],
    needed: Sequence[str],
    faults: Faults,
    *,
    sheet: str | None = None,
    filled: bool = True,
    longest: int = 2000,
    most_rows: int = _MOST_ROWS,
    most_bytes: int = _MOST_BYTES,
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
    filled
        Whether an empty cell of a needed column is a fault.
    longest
        Characters that a cell may have.
    most_rows, most_bytes
        Larger files are refused.

    Raises
    ------
    InputError
        If the file cannot be read as a table at all.
    """
    raw = _raw(path, sheet, most_rows, most_bytes)
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
        if faults.enough:
            break
        row = Row()
        row.number = number
        if len(cells) > len(header) and any(cells[len(header) :]):
            faults.add(row, f"cell {len(header) + 1}", "stands beyond the last column.",
                       "Put text with commas in quotes.")  # fmt: skip
        for name, text in zip(header, cells, strict=False):
            row[name] = _checked(text, row, name, faults, longest)
        for name in needed if filled else ():
            if name in header and not row.get(name):
                row.setdefault(name, "")
                if not (cells[header.index(name)] if header.index(name) < len(cells) else ""):
                    faults.add(row, name, "is empty.", "Fill it in.")
        out.append(row)
    return out


def frame_of(
    path: Path,
    columns: Sequence[str],
    needed: Sequence[str],
    faults: Faults,
    *,
    longest: int = 2000,
) -> tuple[pd.DataFrame, list[int]]:
    """The same rows as a table of texts with the columns that are there, and their numbers.

    Empty cells of needed columns are left to the caller, who checks tables of other origin too.

    Raises
    ------
    ScenarioError
        If there is no row, with all that was found by then.
    """
    rows = rows_of(path, columns, needed, faults, filled=False, longest=longest)
    there = [name for name in columns if any(name in row for row in rows)]
    table = pd.DataFrame([[row.get(name, "") for name in there] for row in rows], columns=there,
                         dtype=object)  # fmt: skip
    if table.empty:
        faults.add(None, "rows", "there is none.")
        faults.check()
    return table, [row.number for row in rows]


def number_of(text: str) -> float:
    """A finite number in plain digits, as ``-1250.5`` or ``2e9``.

    Raises
    ------
    InputError
        If the text is none.
    """
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{visible(text)!r:.40} is no number; use plain digits and a point.")
    return value


def _checked(text: str, row: Row, name: str, faults: Faults, longest: int) -> str:
    text = text.strip()
    if text.startswith(_FORMULA):
        faults.add(row, name, "holds a formula.", "Write its result as plain text.")
        return ""
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]  # how exports keep spreadsheets from running a text
    try:
        return checked_text(text, name, longest=longest, empty=True)
    except InputError as error:
        faults.add(row, name, str(error).removeprefix(f"{name}: "))
        return ""


def _raw(
    path: Path, sheet: str | None, most_rows: int, most_bytes: int
) -> list[tuple[int, list[str]]]:
    said = visible(path)
    ending = path.suffix.casefold()
    if ending not in (".csv", ".xlsx"):
        raise InputError(f"{said}: give a table that ends in .csv or .xlsx")
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= most_bytes else b""
    except FileNotFoundError:
        raise InputError(f"{said}: no such file; give a table, .csv or .xlsx") from None
    except OSError as error:
        raise InputError(f"{said}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:
        raise InputError(f"{said!r}: not a file name ({error})") from None
    if size > most_bytes:
        raise InputError(f"{said}: larger than {most_bytes // 1_000_000} MB; split it")
    read = _workbook(said, data, sheet, most_rows) if ending == ".xlsx" else None
    rows = _text(said, data, most_rows) if read is None else read
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise InputError(f"{said}: holds no rows")
    return rows


def _text(said: str, data: bytes, most_rows: int) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{said}: not UTF-8 text ({error}); save it as UTF-8") from None
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        out = []
        for number, row in enumerate(reader, start=1):
            if number > most_rows:
                raise InputError(f"{said}: more than {most_rows:,} rows; split it")
            out.append((number, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise InputError(f"{said}: not valid CSV ({error}); check the quotes") from None
    return out


def _workbook(
    said: str, data: bytes, sheet: str | None, most_rows: int
) -> list[tuple[int, list[str]]]:
    import openpyxl

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
        for number, row in enumerate(page.iter_rows(), start=1):
            if number > most_rows:
                raise InputError(f"{said}: more than {most_rows:,} rows; split it")  # noqa: TRY301
            out.append((number, [_cell(cell.value, cell.data_type) for cell in row]))
    except InputError:
        raise
    except Exception:  # noqa: BLE001
        raise InputError(broken) from None
    finally:
        book.close()
    return out


def _cell(value: object, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    text = str(value).strip()
    # A text that only looks like a formula is as harmless as one with an apostrophe in front.
    return f"'{text}" if kind != "f" and text.startswith(_FORMULA) else text


def header_of(path: Path) -> list[str]:
    """Names in the first row, in small letters with _ for blanks and dashes."""
    return [cell.strip().casefold().replace(" ", "_").replace("-", "_")
            for cell in _raw(path, None, _MOST_ROWS, _MOST_BYTES)[0][1]]  # fmt: skip
