"""Reading tables inside zip archives without unpacking them to disk."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from beltroad.evidence.connectors.request import FetchError

__all__ = ["Archive", "member", "opened"]

Archive = Path | bytes


@contextmanager
def opened(source: Archive) -> Iterator[zipfile.ZipFile]:
    """Open an archive given as a path or as bytes.

    Raises
    ------
    FetchError
        If it is no zip archive.
    """
    handle: Path | IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        archive = zipfile.ZipFile(handle)
    except (zipfile.BadZipFile, OSError) as error:
        raise FetchError(f"no zip archive: {error}") from None
    with archive:
        yield archive


def member(archive: zipfile.ZipFile, pattern: str, what: str) -> str:
    """Name of the one file whose base name matches a regular expression.

    Raises
    ------
    FetchError
        If there is none or more than one.
    """
    names = [
        name for name in archive.namelist()
        if re.fullmatch(pattern, name.rpartition("/")[2]) and "__MACOSX" not in name
    ]  # fmt: skip
    if len(names) != 1:
        raise FetchError(f"the archive holds {len(names)} files of {what}, one is expected")
    return names[0]
