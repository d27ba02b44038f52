"""Starts worker processes, keeps their jobs' heartbeat, and clears up after those that die."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from beltroad.app.database import Database
from beltroad.app.errors import Unavailable
from beltroad.app.jobs import leases
from beltroad.app.jobs.kinds import LANES, Lane, load
from beltroad.app.jobs.worker import order_of
from beltroad.app.settings import Settings

__all__ = ["Supervisor", "lanes_for"]

_LOG = logging.getLogger("beltroad.jobs")
_TICK = 1.0
_GRACE = 6.0  # seconds a job may take to notice that it is to be cancelled
_SHORT_LIFE = 5.0
_LONGEST_PAUSE = 30.0


def lanes_for(workers: int) -> tuple[Lane, ...]:
    """The lanes of so many workers: one for quick work, the others (at least one) for long."""
    if workers < 1:
        return ()
    more: list[Lane] = ["long"] * max(workers - 1, 1)
    return ("quick", *more)


@dataclass
class _Place:
    """One worker's place: the process there now, and when the next may start."""

    lane: Lane
    process: subprocess.Popen[str] | None = None
    name: str = ""
    started: float = 0.0
    pause: float = 0.0
    next_start: float = 0.0
    cancel_since: float | None = field(default=None)


class Supervisor:
    """Worker processes of one server (or of ``beltroad worker``), one for each entry of ``lanes``.

    A worker ends when the process that started it ends, however that happens.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        lanes: Sequence[Lane] = LANES,
        *,
        kinds_at: str = "",
    ) -> None:
        self._database, self._settings, self._kinds_at = database, settings, kinds_at
        self._places = [_Place(lane) for lane in lanes]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._down_until = 0.0

    @property
    def pids(self) -> list[int]:
        """Processes at work now."""
        return [p.process.pid for p in self._places if p.process and p.process.poll() is None]

    def start(self) -> None:
        """Start the workers, and the thread that watches them."""
        self._thread.start()

    def stop(self) -> int:
        """End the workers now; what they were at goes back to the queue. Gives how many jobs."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        names = [p.name for p in self._places if p.process is not None]
        for place in self._places:
            _end(place.process)
        if names:
            with contextlib.suppress(Unavailable):
                return leases.unfinished(self._database, names)
        return 0

    def _watch(self) -> None:
        while not self._over.is_set():
            try:
                self._tick()
            except Unavailable as error:
                # Others' heartbeats stopped as well: give them a lease's time when it is back.
                self._down_until = time.monotonic() + leases.LEASE.total_seconds()
                _LOG.warning("%s", error)
            except Exception:  # noqa: BLE001 (it must go on watching)
                _LOG.exception("supervisor")
            self._over.wait(_TICK)

    def _tick(self) -> None:
        ended = [p.name for p in self._places if p.process and p.process.poll() is not None]
        living = [p for p in self._places if p.process and p.process.poll() is None]
        # Processes first: they can be started without the database.
        for place in self._places:
            if place.name in ended:
                self._ended(place)
            if place.process is None and time.monotonic() >= place.next_start:
                self._begin(place)
        names = [p.name for p in living]
        asked = leases.keep_alive(self._database, names)
        for place in living:
            self._cancel_overdue(place, asked=place.name in asked)
        if time.monotonic() >= self._down_until or ended:
            spare = [*names, *(p.name for p in self._places)]
            leases.recover(self._database, load(self._kinds_at), ended=ended, spare=spare)

    def _begin(self, place: _Place) -> None:
        environment = dict(os.environ)
        # Work must leave the server a core, on small machines too.
        threads = str(max(1, (os.cpu_count() or 2) - 1))
        for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
            environment.setdefault(f"{name}_NUM_THREADS", threads)
        for name in ("BELTROAD_SECRET", "BELTROAD_DATABASE_URL"):
            environment.pop(name, None)
        process = subprocess.Popen(
            [sys.executable, "-m", "beltroad.app.jobs.worker"],
            stdin=subprocess.PIPE, text=True, env=environment, cwd=Path.cwd(),
            start_new_session=True,
        )  # fmt: skip
        place.process, place.name = process, leases.name_here(process.pid)
        place.started, place.cancel_since = time.monotonic(), None
        order = order_of(
            self._settings, lane=place.lane, worker=place.name, kinds_at=self._kinds_at
        )
        with contextlib.suppress(OSError):  # it ended at once: seen at the next look
            print(order, file=process.stdin, flush=True)

    def _ended(self, place: _Place) -> None:
        code = place.process.returncode if place.process else None
        _LOG.warning("the %s worker ended (%s); another is started", place.lane, code)
        short = time.monotonic() - place.started < _SHORT_LIFE
        place.pause = min(max(place.pause * 2, 0.5), _LONGEST_PAUSE) if short else 0.0
        place.next_start = time.monotonic() + place.pause
        _end(place.process)
        place.process = None

    def _cancel_overdue(self, place: _Place, *, asked: bool) -> None:
        if not asked:
            place.cancel_since = None
        elif place.cancel_since is None:
            place.cancel_since = time.monotonic()
        elif time.monotonic() - place.cancel_since > _GRACE:
            _LOG.warning("the %s worker does not stop its cancelled job; it is ended", place.lane)
            _end(place.process)


def _end(process: subprocess.Popen[str] | None) -> None:
    """End a process and those it started."""
    if process is None:
        return
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
