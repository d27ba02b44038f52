"""Answers that follow from the bundled data alone: made once, and kept on disk for later starts."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

__all__ = ["from_disk", "keep_in", "once"]

P = ParamSpec("P")
T = TypeVar("T")

_folder: Path | None = None


def once(make: Callable[P, T]) -> Callable[P, T]:
    """Call ``make`` once for the same arguments; who asks meanwhile waits instead of making it too.

    The reading ahead after the start and the first visitor ask for the same things at once.
    """
    kept = lru_cache(maxsize=16)(make)
    turn = threading.RLock()

    @wraps(make)
    def ask(*args: P.args, **kwargs: P.kwargs) -> T:
        with turn:
            return kept(*args, **kwargs)  # type: ignore[arg-type]  # hashable, as lru_cache wants

    return ask


def keep_in(folder: Path | None) -> None:
    """Where `from_disk` keeps answers from now on; None keeps nothing."""
    global _folder  # noqa: PLW0603 (one process serves one workspace)
    _folder = folder


def from_disk(
    name: str,
    make: Callable[[], T],
    *,
    read: Callable[[bytes], T],
    write: Callable[[T], bytes],
) -> T:
    """What ``make`` gives, from the folder where this version and this evidence left it there.

    A file that is missing, of another version or damaged is made again; losing it loses time only.

    Parameters
    ----------
    name
        Of the file; one for each answer.
    make
        Makes the answer from bundled data and nothing else.
    read, write
        From and to bytes; ``read`` raises ValueError for what is no such answer.
    """
    if _folder is None:
        return make()
    path = _folder / f"{name}.kept"
    with contextlib.suppress(OSError, ValueError):
        mark, _, body = path.read_bytes().partition(b"\n")
        if mark == _mark(body):
            return read(body)
    made = make()
    from beltroad.errors import OutputError
    from beltroad.files import write_atomically

    body = write(made)
    with contextlib.suppress(OSError, OutputError):  # a full disk must not keep the page away
        _folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, _mark(body) + b"\n" + body)
    return made


@lru_cache(maxsize=1)
def _version() -> bytes:
    from beltroad import __version__, evidence
    from beltroad.appraisal.cache import digest_of, source_digest

    return digest_of(__version__, source_digest(), evidence.digest()).encode()


def _mark(body: bytes) -> bytes:
    """Changes with the body, with beltroad's source and with the evidence."""
    return hashlib.sha256(_version() + body).hexdigest().encode()
