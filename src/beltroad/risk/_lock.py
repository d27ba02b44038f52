"""A lock of the operating system on a file: it ends with the process that holds it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beltroad.errors import OutputError

__all__ = ["locked"]

PATIENCE_SECONDS = 60.0


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int, *, write: bool) -> None:  # noqa: ARG001 - there is one kind of lock
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _leave(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int, *, write: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_EX if write else fcntl.LOCK_SH) | fcntl.LOCK_NB)

    def _leave(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def locked(path: Path, *, write: bool) -> Iterator[None]:
    """Hold the lock for the block; readers share it, a writer has it alone.

    Raises
    ------
    OutputError
        If another process keeps it for longer than a minute.
    OSError
        If the file of the lock cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        if write or not path.exists():
            if write:
                raise
            yield  # a journal that can only be read has no writers to wait for
            return
        handle = os.open(path, os.O_RDONLY)
    try:
        until, wait = time.monotonic() + PATIENCE_SECONDS, 0.001
        while True:
            try:
                _take(handle, write=write)
                break
            except OSError:
                if time.monotonic() > until:
                    raise OutputError(
                        f"{path.parent}: another run has held the journal for a minute; "
                        "nothing was added. Try again when it has ended"
                    ) from None
                time.sleep(wait)
                wait = min(2 * wait, 0.05)
        try:
            yield
        finally:
            _leave(handle)
    finally:
        os.close(handle)
