"""What a job is given while it runs: progress, a log, the cache, database and settings."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from beltroad.app.database import Database
from beltroad.app.database.models import utc_now
from beltroad.app.settings import Settings

if TYPE_CHECKING:
    from beltroad.appraisal.cache import Cache
    from beltroad.appraisal.progress import Progress

__all__ = ["Cancelled", "Context", "Said"]

_LOG_LINES = 2000
_LINE = 2000


class Cancelled(BaseException):
    """Someone asked for the job to be cancelled. Not an Exception: no job may swallow it."""


class Said:
    """What a job has said since it was last written down; shared with the thread that writes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[tuple[datetime.datetime, str]] = []
        self._count = 0
        self.step = ""
        self.fraction: float | None = None
        self.cancel = False

    def show(self, step: str, fraction: float | None) -> None:
        """Take a step in; a new one is also a line of the log."""
        with self._lock:
            new = step != self.step
            self.step = step[:200]
            self.fraction = None if fraction is None else min(max(float(fraction), 0.0), 1.0)
        if new:
            self.log(step)

    def log(self, text: str) -> None:
        """Take a line in. After two thousand lines nothing more is kept."""
        with self._lock:
            self._count += 1
            if self._count <= _LOG_LINES:
                # NUL cannot be stored by PostgreSQL.
                self._lines.append((utc_now(), text.replace("\x00", "")[:_LINE]))

    def take(self) -> list[tuple[datetime.datetime, str]]:
        """The lines not yet written."""
        with self._lock:
            lines, self._lines = self._lines, []
        return lines

    def give_back(self, lines: list[tuple[datetime.datetime, str]]) -> None:
        """Lines that could not be written now."""
        with self._lock:
            self._lines[:0] = lines


class Context:
    """One running job's surroundings."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        said: Said | None = None,
        tick: Callable[[], None] | None = None,
    ) -> None:
        self.database = database
        self.settings = settings
        self._said = said or Said()
        self._tick = tick
        self._cache: Cache | None = None
        self._progress: Progress | None = None

    @property
    def progress(self) -> Progress:
        """Steps and fractions; a step raises Cancelled when cancelling was asked for."""
        if self._progress is None:
            from beltroad.appraisal.progress import Progress

            self._progress = Progress(self._show)
        return self._progress

    @property
    def cache(self) -> Cache:
        """Intermediate results in the workspace's folder: a second attempt is faster."""
        if self._cache is None:
            from beltroad.appraisal.cache import Cache

            self._cache = Cache(self.settings.home / "cache")
        return self._cache

    def log(self, text: str) -> None:
        """Add a line to the job's log."""
        self.check()
        self._said.log(text)

    def check(self) -> None:
        """Stop here if cancelling was asked for."""
        if self._tick is not None:
            self._tick()
        if self._said.cancel:
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep, but not past a wish to cancel."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, 0.2))

    def _show(self, step: str, fraction: float | None) -> None:
        self._said.show(step, fraction)
        self.check()
