"""Uploaded files for readers that take a path."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from beltroad.errors import InputError, ScenarioError

__all__ = ["uploaded"]

_ENDINGS = (".csv", ".xlsx", ".xml", ".json", ".jsonl")


@contextlib.contextmanager
def uploaded(data: bytes, name: str, called: str = "your file") -> Iterator[Path]:
    """An uploaded table as a file for readers that want one; it is gone afterwards.

    Of its name only the ending is used: it must not become a path.

    Raises
    ------
    InputError
        As the reader raises it; what is ``called`` stands in the place of our path.
    """
    ending = PurePosixPath(name[-20:]).suffix.casefold()
    ending = ending if ending in _ENDINGS else ".csv"
    with tempfile.TemporaryDirectory(prefix="beltroad-upload-") as folder:
        path = Path(folder) / f"upload{ending}"
        path.write_bytes(data)
        try:
            yield path
        except ScenarioError as error:
            raise ScenarioError(called, error.faults) from None
        except InputError as error:
            raise InputError(str(error).replace(str(path), called)) from None
