"""Does the work: takes jobs from the queue, runs them, writes down how they ended."""

from __future__ import annotations

import contextlib
import json
import logging
import logging.handlers
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from beltroad.app.database import Database
from beltroad.app.database.models import JobRow
from beltroad.app.errors import Unavailable
from beltroad.app.jobs import leases, results
from beltroad.app.jobs.causes import explain, said
from beltroad.app.jobs.context import Cancelled, Context, Said
from beltroad.app.jobs.kinds import LANES, Kind, Kinds, kinds, load
from beltroad.app.jobs.queue import question_of
from beltroad.app.settings import Limits, Settings

__all__ = ["main", "order_of", "run_once", "run_pending"]

_LOG = logging.getLogger("beltroad.jobs")
_BEAT = 0.5  # seconds between looks at a wish to cancel
_WRITE = 2.0  # seconds between heartbeats of a job that says nothing
_IDLE = 0.3  # seconds between looks into an empty queue
T = TypeVar("T")


def run_pending(
    database: Database, settings: Settings, limit: int | None = None, *, known: Kinds | None = None
) -> int:
    """Run what is queued, in the calling thread, until nothing is; gives the number of jobs."""
    count = 0
    while limit is None or count < limit:
        if not run_once(database, settings, known=known):
            break
        count += 1
    return count


def run_once(
    database: Database,
    settings: Settings,
    *,
    known: Kinds | None = None,
    lanes: Sequence[str] = LANES,
    worker: str = "",
    patience: float = 30.0,
) -> bool:
    """Take one job and run it to its end; False if none was waiting.

    ``patience`` is how many seconds to wait for a database that does not answer.
    """
    job = leases.claim(database, lanes, worker or leases.name_here())
    if job is None:
        return False
    _work(database, settings, job, kinds() if known is None else known, patience)
    return True


def _work(
    database: Database, settings: Settings, job: JobRow, known: Kinds, patience: float
) -> None:
    last = Said()

    def end(state: str, cause: str = "", remedy: str = "") -> None:
        _patiently(
            lambda: leases.give_up(database, job, state, cause, remedy, last), patience
        )  # fmt: skip

    kind = known.get(job.kind)
    if kind is None:
        return end("failed", said("unknown_kind"), said("remedy_version"))
    try:
        with _beating(database, job, last):
            question, manifest = _answer(database, settings, job, kind, last, patience)
        _patiently(lambda: leases.finish(database, job, question, manifest, last), patience)
    except Cancelled:
        end("cancelled")
    except Unavailable as error:
        # Once more from the start when the database is back; finished steps are in the cache.
        if job.attempt > kind.retries:
            end("failed", *explain(error, job.id))
        else:
            end("queued", str(error))
    except Exception as error:  # noqa: BLE001 (whatever a job raises must end as its cause)
        end("failed", *explain(error, job.id))
    return None


def _answer(
    database: Database, settings: Settings, job: JobRow, kind: Kind, last: Said, patience: float
) -> tuple[str, dict[str, Any] | None]:
    request = kind.parse(job.request)
    question = _patiently(lambda: question_of(database, kind, request), patience)
    if question != job.question:
        _patiently(lambda: leases.rename(database, job, question), patience)
    if _patiently(lambda: results.intact(settings, database, question), patience):
        return question, None
    outcome = kind.function()(request, Context(database, settings, last))
    if last.cancel:
        raise Cancelled
    if _patiently(lambda: question_of(database, kind, request), patience) != question:
        from beltroad.appraisal.cache import digest_of

        # What it rests on changed under way: an answer for this job, but to no later question.
        question = digest_of(question, job.id)
        last.log("the registry changed while this ran; run it again for the latest state")
    last.log("writing the result")
    return question, results.write(settings, question, outcome)


@contextlib.contextmanager
def _beating(database: Database, job: JobRow, last: Said) -> Iterator[None]:
    """A thread that writes progress and heartbeat, and learns of a wish to cancel."""
    over = threading.Event()

    def go() -> None:
        written, shown = time.monotonic(), ("", None)
        while not over.wait(_BEAT):
            now: tuple[str, Any] = (last.step, last.fraction)
            try:
                if now != shown or time.monotonic() - written > _WRITE:
                    if not leases.beat(database, job, last):
                        last.cancel = True  # another worker has it now
                    written, shown = time.monotonic(), now
                elif leases.cancel_asked(database, job):
                    last.cancel = True
            except Unavailable:
                pass  # the work goes on; what it says is kept and written later
            except Exception:  # noqa: BLE001 (a heartbeat must not end with one fault)
                _LOG.exception("heartbeat of job %s", job.id)

    thread = threading.Thread(target=go, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _patiently(act: Callable[[], T], patience: float) -> T:
    """Do it; while the database does not answer, wait and try again."""
    end = time.monotonic() + patience
    pause = 0.2
    while True:
        try:
            return act()
        except Unavailable:
            if time.monotonic() + pause > end:
                raise
            time.sleep(pause)
            pause = min(pause * 1.6, 2.0)


# --- a worker process, started by the supervisor ------------------------------------------------


def order_of(settings: Settings, *, lane: str, worker: str, kinds_at: str = "") -> str:
    """What a worker process reads from its standard input; no secret but the database's address."""
    given = asdict(settings)
    del given["secret"]
    return json.dumps(
        {"settings": given, "lane": lane, "worker": worker, "kinds": kinds_at}, default=str
    )


def main() -> None:
    """Run a worker process until the one that started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to handle
    order = json.loads(sys.stdin.readline() or "null")
    if order is None:
        return
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    settings = _settings(order["settings"])
    lane = str(order["lane"])
    _log_to(settings.home / "log" / f"worker-{lane}.log")
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10 if lane == "long" else 5)
    database, known = Database(settings.database_url), load(str(order["kinds"]))
    # The name has the process's own number; the supervisor's token tells it from older ones.
    worker = str(order["worker"])
    while True:
        try:
            if not run_once(
                database,
                settings,
                known=known,
                lanes=(lane,),
                worker=worker,
                patience=float("inf"),
            ):
                time.sleep(_IDLE)
        except Unavailable as error:
            _LOG.warning("%s", error)
            time.sleep(1.0)


def _end_with_parent() -> None:
    # The pipe closes when the supervisor ends, also by kill -9. Results are written whole or
    # not at all and the queue knows what was running, so there is nothing to tidy first.
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin.readline():
            pass
    os._exit(0)


def _settings(given: dict[str, Any]) -> Settings:
    made: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    made["home"] = Path(given["home"])
    made["boundaries"] = Path(given["boundaries"]) if given["boundaries"] else None
    made["limits"] = Limits(**given["limits"])
    return Settings(**made)


def _log_to(path: Path) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                path, maxBytes=1_000_000, backupCount=2, encoding="utf-8"
            )
        )
    logging.basicConfig(
        level=logging.WARNING, handlers=handlers,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )  # fmt: skip


if __name__ == "__main__":
    main()
