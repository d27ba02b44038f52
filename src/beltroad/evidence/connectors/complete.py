"""Is a download whole? Each kind of document is read to its end before it counts as data."""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from beltroad.evidence.connectors.request import FetchError, Kind, Retry, printable

__all__ = ["check_whole"]

_UNPACKED_LIMIT_BYTES = 30_000_000_000
_FIELD_LIMIT = 10_000_000


def check_whole(path: Path, kind: Kind) -> None:
    """Refuse a document that is cut off, damaged or of another kind.

    Raises
    ------
    Retry
        If it may be whole when asked for again.
    FetchError
        If asking again cannot help (a message instead of a table, an archive of absurd size, a
        document with a DTD).
    """
    if path.stat().st_size == 0:
        raise Retry("the answer is empty")
    {"json": _json, "csv": _csv, "xml": _xml, "sdmx": _sdmx, "zip": _zip}[kind](path)


def _start(path: Path) -> str:
    with path.open("rb") as handle:
        return printable(handle.read(300).decode("utf-8", "replace"), 120)


def _json(path: Path) -> None:
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Retry(f"the answer is no complete JSON document: {_start(path)!r}") from None


def _csv(path: Path) -> None:
    """Every row has the fields of the header, and the last quote is closed."""
    if (start := _start(path)).startswith("{"):
        raise FetchError(f"the answer is a message and no table: {start}")
    before = csv.field_size_limit(_FIELD_LIMIT)
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.reader(handle, strict=True)
            header = next(rows, [])
            if len(header) < 2:
                raise Retry(f"the answer is no CSV table: {_start(path)!r}")
            for row in rows:
                if row and len(row) != len(header):
                    raise Retry(
                        f"the CSV table is cut off or damaged at line {rows.line_num}: "
                        f"{len(row)} fields, {len(header)} in the header"
                    )
    except (csv.Error, UnicodeDecodeError) as error:
        raise Retry(f"the CSV table is cut off or damaged: {error}") from None
    finally:
        csv.field_size_limit(before)


def _xml(path: Path) -> None:
    parser = expat.ParserCreate()

    def no_dtd(*_: object) -> None:
        raise FetchError("the XML document declares a DTD; such documents are not read")

    parser.StartDoctypeDeclHandler = no_dtd
    try:
        with path.open("rb") as handle:
            parser.ParseFile(handle)
    except expat.ExpatError as error:
        raise Retry(f"the answer is no complete XML document: {error}") from None


def _sdmx(path: Path) -> None:
    """SDMX-CSV or SDMX-ML, whichever the service chose to send."""
    with path.open("rb") as handle:
        first = handle.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    (_xml if first == b"<" else _csv)(path)


def _zip(path: Path) -> None:
    """The list of files is there, and the checksum of each file is right."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _UNPACKED_LIMIT_BYTES:
                raise FetchError("the archive would unpack to more than 30 GB; it is refused")
            if (damaged := archive.testzip()) is not None:
                raise Retry(f"the archive is damaged: {printable(damaged, 80)}")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Retry(f"the answer is no complete zip archive: {error}; {_start(path)!r}") from None
