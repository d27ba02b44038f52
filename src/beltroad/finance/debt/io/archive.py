"""Opening a workbook that a stranger may have made: kind of file, size, contents."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

from beltroad.errors import InputError

__all__ = ["MOST_BYTES", "MOST_UNPACKED", "Books", "opened"]

MOST_BYTES, MOST_UNPACKED, MOST_PARTS = 20_000_000, 60_000_000, 500
"""Larger workbooks are not read: packed, unpacked (a small file may unpack to gigabytes), parts."""
_OLD = b"\xd0\xcf\x11\xe0"
_SAVE = "save it as .xlsx"


class Books:
    """A workbook with its formulas, and, once asked for, with the results saved with them."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path, self._data = path, data
        self.formulas = _load(path, data, results=False)
        self._results: Any = None

    def result(self, sheet: str, cell: str) -> object:
        """The saved result of a formula; None where there is none."""
        if self._results is None:
            self._results = _load(self._path, self._data, results=True)
        return self._results[sheet][cell].value


def opened(path: Path) -> Books:
    """Open a workbook.

    Raises
    ------
    InputError
        If it is no .xlsx workbook, is encrypted, broken, or too large.
    """
    if path.suffix.casefold() not in (".xlsx", ".xlsm"):
        raise InputError(f"{path}: is no .xlsx workbook; {_SAVE}, or give a folder of CSV files")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(
                f"{path}: {size / 1e6:.0f} MB is too large (at most {MOST_BYTES // 1_000_000}); "
                "give one country with yearly values"
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the name") from None
    if not data:
        raise InputError(f"{path}: is empty; save it again")
    if data.startswith(_OLD):
        raise InputError(f"{path}: is encrypted or an old .xls file; {_SAVE} without a password")
    _check(path, data)
    return Books(path, data)


def _check(path: Path, data: bytes) -> None:
    broken = f"{path}: is no workbook or is broken; open it in a spreadsheet program and {_SAVE}"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if total > MOST_UNPACKED or len(parts) > MOST_PARTS:
                raise InputError(
                    f"{path}: unpacks to {total / 1e6:,.0f} MB in {len(parts)} parts, which is "
                    f"too large (at most {MOST_UNPACKED // 1_000_000} MB); clear formats and "
                    "contents outside of the tables"
                )
            names = {part.filename for part in parts}
            if "mimetype" in names:
                raise InputError(f"{path}: is an OpenDocument file; {_SAVE}")
            if "xl/workbook.xml" not in names:
                raise InputError(broken)
            if any(part.flag_bits & 1 for part in parts):
                raise InputError(f"{path}: is encrypted; {_SAVE} without a password")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    text = archive.read(part)
                    # No spreadsheet program writes these; they can make a reader run for hours.
                    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                        raise InputError(broken)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise InputError(broken) from None


def _load(path: Path, data: bytes, *, results: bool) -> Any:
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            # Features that are not read (extended validation) are of no concern here.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(data), data_only=results, keep_links=False)
    except Exception as error:  # noqa: BLE001 (a broken part can fail anywhere in the reader)
        raise InputError(
            f"{path}: cannot be read as a workbook ({type(error).__name__}); open it in a "
            f"spreadsheet program and {_SAVE}"
        ) from None
