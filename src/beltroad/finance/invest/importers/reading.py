"""Cells of a user's table, CSV or Excel, with the numbers of its rows."""

from __future__ import annotations

import csv
import importlib
import io
import math
import re
from collections.abc import Iterator
from pathlib import Path

from beltroad.errors import InputError

__all__ = ["MISSING", "SUPPRESSED", "amount", "cells"]

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MISSING = frozenset(["", "-", "--", "—", "–", "…", "...", "..", "n.a.", "na", "n/a", "nan", "none"])
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
SUPPRESSED = frozenset(["c", "*", "conf.", "confidential", "保密", "suppressed"])


def cells(path: Path, sheet: str | None = None) -> list[tuple[int, list[str]]]:
    """Rows with their numbers in the file, cells as text without blanks around them.

    Parameters
    ----------
    sheet
        Of a workbook; the first one by default.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, or has another ending.
    """
    ending = path.suffix.casefold()
    if ending not in (".csv", ".tsv", ".xlsx"):
        raise InputError(f"{path}: give a table that ends in .csv, .tsv or .xlsx")
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    if path.stat().st_size > MAX_BYTES:
        raise InputError(
            f"{path}: larger than {MAX_BYTES // 1_000_000} MB; cut it to what is needed"
        )
    rows = _workbook(path, sheet) if ending == ".xlsx" else _text(path, "\t" * (ending == ".tsv"))
    out: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise InputError(f"{path}: more than {MAX_ROWS:,} rows")
        if any(row):
            out.append((number, row))
    if not out:
        raise InputError(f"{path}: holds no rows")
    return out


def amount(text: str) -> tuple[float, str]:
    """A number and its status: empty, missing or suppressed.

    Raises
    ------
    ValueError
        If it is neither a number nor a known sign for one that is not there.
    """
    plain = text.strip().replace("\u00a0", "").replace("−", "-").replace("，", ",")
    if plain.casefold() in MISSING:
        return math.nan, "missing"
    if plain.casefold() in SUPPRESSED:
        return math.nan, "suppressed"
    inner = plain[1:-1] if plain.startswith("(") and plain.endswith(")") else ""
    value = float(_digits(inner or plain))
    if not math.isfinite(value):
        raise ValueError(text)
    return (-value if inner else value), ""


def _digits(text: str) -> str:
    """Without separators of thousands; a comma in another place is refused, not guessed."""
    text = text.replace(" ", "")
    if "," in text and not _THOUSANDS.fullmatch(text):
        raise ValueError(text)
    return text.replace(",", "")


def _text(path: Path, separator: str) -> Iterator[list[str]]:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(f"{path}: neither UTF-8 nor GB 18030; save it as UTF-8")
    if "\x00" in text:
        raise InputError(f"{path}: is not a text file; save it as CSV in UTF-8")
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator or ","):
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise InputError(f"{path}: cannot be read as CSV ({error})") from None


def _workbook(path: Path, sheet: str | None) -> Iterator[list[str]]:
    openpyxl = importlib.import_module("openpyxl")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - whatever the reader raises, the file is at fault
        raise InputError(f"{path}: cannot be read as a workbook ({error!s:.80})") from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise InputError(f"{path}: no sheet {sheet!r}; there are {', '.join(book.sheetnames)}")
        for row in book[sheet or book.sheetnames[0]].iter_rows(values_only=True):
            yield [_cell(cell) for cell in row]
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()
