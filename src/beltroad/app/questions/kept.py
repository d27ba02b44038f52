"""Answers that follow from the bundled data alone: made once, and kept on disk for later starts."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

__all__ = ["HELPED", "from_disk", "keeping", "once"]

P = ParamSpec("P")
T = TypeVar("T")

HELPED = ("observatory", "network-rail-sea")
"""Answers that another process makes at the first start of a workspace, in this order."""
_HELP = """
import sys
from pathlib import Path
from beltroad.app.questions import geo, kept, observatory
with kept.keeping(Path(sys.argv[1])):
    observatory.observatory()
    geo.network()
"""
_PATIENCE = 20.0  # seconds after which waiting for it is no gain

_folder: Path | None = None
_helper: subprocess.Popen[bytes] | None = None


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


@contextlib.contextmanager
def keeping(folder: Path, *, helped: bool = False) -> Iterator[None]:
    """`from_disk` keeps answers in a folder until the end of the block; one server, one folder.

    With ``helped``, another process makes those that the front page needs and that are not there,
    while this one still starts.
    """
    global _folder, _helper  # noqa: PLW0603
    _folder = folder
    if helped and any(_found(name) is None for name in HELPED):
        with contextlib.suppress(OSError):
            _helper = subprocess.Popen(  # noqa: S603 (ourselves)
                [sys.executable, "-c", _HELP, str(folder)], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
    try:
        yield
    finally:
        if _helper is not None:
            _helper.kill()
            _helper.wait()
        _folder = _helper = None


def _found(name: str) -> bytes | None:
    """A kept answer of this version and this evidence."""
    if _folder is None:
        return None
    try:
        mark, _, body = (_folder / f"{name}.kept").read_bytes().partition(b"\n")
    except OSError:
        return None
    return body if mark == _mark(body) else None


def _awaited(name: str) -> bytes | None:
    """The same, once the process that makes it is done."""
    end = time.monotonic() + _PATIENCE
    while name in HELPED and _helper is not None and time.monotonic() < end:
        if _found(name) is not None or _helper.poll() is not None:
            break
        time.sleep(0.02)
    return _found(name)


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
    if (body := _awaited(name)) is not None:
        with contextlib.suppress(ValueError):
            return read(body)
    made = make()
    from beltroad.errors import OutputError
    from beltroad.files import write_atomically

    body = write(made)
    with contextlib.suppress(OSError, OutputError):  # a full disk must not keep the page away
        _folder.mkdir(parents=True, exist_ok=True)
        write_atomically(_folder / f"{name}.kept", _mark(body) + b"\n" + body)
    return made


@lru_cache(maxsize=1)
def _version() -> bytes:
    from beltroad import __version__, evidence
    from beltroad.appraisal.cache import digest_of, source_digest

    return digest_of(__version__, source_digest(), evidence.digest()).encode()


def _mark(body: bytes) -> bytes:
    """Changes with the body, with beltroad's source and with the evidence."""
    return hashlib.sha256(_version() + body).hexdigest().encode()
