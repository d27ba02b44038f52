"""Answers kept in the process as the bytes that are sent, with ``ETag`` and ``Cache-Control``.

``cached(request, build, key=..., max_age=...)`` calls ``build`` once for each question (path,
query and ``key``) and from then on sends the kept bytes, compressed where the reader takes that,
or 304 where the reader already has them. ``key`` holds whatever else the answer depends on, such
as the registry's fingerprint; version and bundled evidence are always part of it.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from beltroad import __version__, evidence
from beltroad.app.api._paging import Page, link
from beltroad.app.database import Database
from beltroad.app.errors import Problem

__all__ = [
    "MAY_LACK",
    "NOT_CHANGED",
    "Kept",
    "Shelf",
    "body_of",
    "cached",
    "evidence_digest",
    "remembered",
    "send",
]

# For ``responses=`` of an endpoint that may answer 304.
NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed"}}
# The same for an endpoint that looks up one thing by its name.
MAY_LACK: dict[int | str, dict[str, Any]] = NOT_CHANGED | {
    404: {"model": Problem, "description": "Problem (RFC 9457)"}
}
_SMALL = 500  # bytes below which compressing gains nothing


@dataclass
class Kept:
    """One answer as bytes; compressed once, when first asked for so."""

    body: bytes
    media_type: str
    page: Page[Any] | None = None
    etag: str = field(init=False)
    _packed: bytes | None = None

    def __post_init__(self) -> None:
        # Weak: the compressed and the plain bytes are the same answer.
        digest = hashlib.sha256(f"{__version__}\0{self.media_type}\0".encode() + self.body)
        self.etag = f'W/"{digest.hexdigest()[:32]}"'

    @property
    def packed(self) -> bytes:
        """The bytes compressed with gzip."""
        if self._packed is None:
            self._packed = gzip.compress(self.body, 6, mtime=0)
        return self._packed

    @property
    def size(self) -> int:
        """Bytes kept, at most."""
        return len(self.body) + len(self._packed or b"")


class Shelf:
    """Answers by key, the longest unused put out when they outgrow ``limit`` bytes.

    Two threads that ask the same new question at once wait for one answer.
    """

    def __init__(self, limit: int = 96_000_000) -> None:
        self.limit = limit
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """The answer kept under ``key``, made when it is not there; faults are not kept."""
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if (found := self._kept.get(key)) is not None:
                    return found
            try:
                made = make()
                with self._lock:
                    self._kept[key] = made
                    self._drop()
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    def _drop(self) -> None:
        total = sum(kept.size for kept in self._kept.values())
        while total > self.limit and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            total -= gone.size

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


_SHELF = Shelf()


@lru_cache(maxsize=1)
def evidence_digest() -> str:
    """One digest of all bundled tables; they do not change while the process runs."""
    return hashlib.sha256(repr(sorted(evidence.digest().items())).encode()).hexdigest()


def body_of(answer: object) -> tuple[bytes, str]:
    """The bytes of an answer and their media type."""
    if isinstance(answer, bytes):
        return answer, "application/octet-stream"
    if isinstance(answer, str):
        return answer.encode("utf-8", "replace"), "text/html; charset=utf-8"
    if isinstance(answer, BaseModel):
        return answer.model_dump_json(by_alias=True).encode(), "application/json"
    return to_json(answer, inf_nan_mode="null"), "application/json"


def cached(
    request: Request,
    build: Callable[[], object],
    *,
    key: Hashable = (),
    max_age: int = 0,
) -> Response:
    """The answer to this question from memory, or 304 if the reader has it already.

    Parameters
    ----------
    request
        Path and query are part of the question.
    build
        Makes the answer when it is not kept: a pydantic model, a ``Page``, a mapping or list,
        text or bytes. Faults pass through and are not kept.
    key
        What else the answer depends on: fingerprints of the registry, the reader's role, ...
    max_age
        Seconds a reader may show it without asking again. Zero: asks each time, gets a short 304.
    """
    question = (
        request.scope["path"], request.scope.get("query_string", b""), __version__,
        evidence_digest(), key,
    )  # fmt: skip

    def make() -> Kept:
        answer = build()
        body, kind = body_of(answer)
        return Kept(body, kind, answer if isinstance(answer, Page) else None)

    return send(request, _SHELF.get(question, make), max_age=max_age)


def send(request: Request, kept: Kept, *, max_age: int = 0) -> Response:
    """The response of a kept answer: 304, compressed or plain."""
    headers = {
        "ETag": kept.etag,
        "Cache-Control": f"private, max-age={max_age}" if max_age else "private, no-cache",
        "Vary": "Accept-Encoding, Accept-Language, Cookie, Authorization",
    }
    if kept.page is not None:
        headers["Link"] = link(request, kept.page)
    if _has(request.headers.get("if-none-match", ""), kept.etag):
        return Response(status_code=304, headers=headers)
    body = kept.body
    if len(body) > _SMALL and "gzip" in request.headers.get("accept-encoding", "").lower():
        body = kept.packed
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=kept.media_type)


def _has(asked: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


T = TypeVar("T")
_MOST_MEMORIES = 200


class _Memory:
    """What was last read from one database, forgotten whenever this process writes to it."""

    def __init__(self, database: Database) -> None:
        self.found: dict[Hashable, tuple[float, object]] = {}
        sa.event.listen(database.engine, "before_cursor_execute", self._seen)
        sa.event.listen(database.engine, "commit", self._committed)

    def _seen(self, connection: sa.Connection, _: object, statement: str, *__: object) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            connection.info["beltroad_wrote"] = True

    def _committed(self, connection: sa.Connection) -> None:
        if connection.info.pop("beltroad_wrote", False):
            self.found.clear()


_memories: weakref.WeakKeyDictionary[Database, _Memory] = weakref.WeakKeyDictionary()


def remembered(
    database: Database, key: Hashable, ask: Callable[[], T], *, seconds: float = 0.5
) -> T:
    """A small answer of the database, such as a fingerprint, read at most every half second.

    A write by this process is seen at once; one by another process within ``seconds``.
    """
    memory = _memories.get(database)
    if memory is None:
        memory = _memories.setdefault(database, _Memory(database))
    now = time.monotonic()
    if (known := memory.found.get(key)) is not None and now - known[0] < seconds:
        return cast("T", known[1])
    answer = ask()
    if len(memory.found) > _MOST_MEMORIES:
        memory.found.clear()
    memory.found[key] = (now, answer)
    return answer
