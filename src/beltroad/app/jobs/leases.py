"""Who works on a job, for how long: taking, heartbeat, ending, and jobs lost with their worker."""

from __future__ import annotations

import datetime
import os
import secrets
import socket
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.database import Database
from beltroad.app.database.models import JobRow, utc_now
from beltroad.app.jobs import results
from beltroad.app.jobs.causes import said
from beltroad.app.jobs.context import Said
from beltroad.app.jobs.kinds import Kinds
from beltroad.app.jobs.queue import add_log

__all__ = [
    "LEASE", "beat", "cancel_asked", "claim", "finish", "give_up", "keep_alive", "name_here",
    "recover", "rename", "unfinished",
]  # fmt: skip

LEASE = datetime.timedelta(seconds=10)


def name_here(pid: int | None = None) -> str:
    """A worker's name: machine, process, and a token, since process numbers come again."""
    return f"{socket.gethostname()[:50]}:{pid or os.getpid()}:{secrets.token_hex(4)}"


def _gone(worker: str) -> bool:
    """Whether a worker's process on this machine has ended; False where that cannot be told."""
    host, _, rest = worker.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname()[:50] or not pid.isdecimal() or sys.platform == "win32":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _now(session: Session) -> datetime.datetime:
    """The database's clock where several machines share it."""
    if session.get_bind().dialect.name == "sqlite":
        return utc_now()
    now: datetime.datetime = session.execute(sa.select(sa.func.now())).scalar_one()
    return now


def claim(database: Database, lanes: Sequence[str], worker: str) -> JobRow | None:
    """Take the job that waits longest in the lanes; None if there is none. Exclusive."""
    waits = (
        sa.select(JobRow)
        .where(JobRow.state == "queued", JobRow.lane.in_(lanes))
        .order_by(JobRow.created_at, JobRow.id)
        .limit(1)
    )
    with database.session(write=False) as session:  # an idle worker takes no writer's lock
        if session.scalars(waits).first() is None:
            return None
    with database.session() as session:
        row = session.scalars(waits.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        now = _now(session)
        row.state, row.worker, row.attempt = "running", worker, row.attempt + 1
        row.started_at, row.heartbeat_at, row.finished_at = row.started_at or now, now, None
        row.step, row.fraction, row.cause, row.remedy = "", None, "", ""
        if row.attempt > 1:
            add_log(session, row.id, [f"attempt {row.attempt}"])
    return row


def _mine(job: JobRow) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        JobRow.id == job.id, JobRow.state == "running", JobRow.worker == job.worker,
        JobRow.attempt == job.attempt,
    )  # fmt: skip


def beat(database: Database, job: JobRow, now_said: Said) -> bool:
    """Write down what a job said and that it lives; False if it is no longer this worker's."""
    lines = now_said.take()
    try:
        with database.session() as session:
            asked = session.execute(
                sa.update(JobRow)
                .where(*_mine(job))
                .values(heartbeat_at=_now(session), step=now_said.step, fraction=now_said.fraction)
                .returning(JobRow.cancel_requested)
            ).scalar_one_or_none()
            if asked is not None:
                add_log(session, job.id, lines)
    except BaseException:
        now_said.give_back(lines)
        raise
    now_said.cancel = now_said.cancel or bool(asked)
    return asked is not None


def cancel_asked(database: Database, job: JobRow) -> bool:
    """Whether cancelling was asked for, without writing anything."""
    with database.session(write=False) as session:
        return bool(session.scalar(sa.select(JobRow.cancel_requested).where(JobRow.id == job.id)))


def rename(database: Database, job: JobRow, question: str) -> None:
    """The question has changed since it was asked, with the registry or the program."""
    with database.session() as session:
        session.execute(sa.update(JobRow).where(*_mine(job)).values(question=question))
        add_log(session, job.id, ["registry or program changed since: answered as of now"])


def finish(
    database: Database, job: JobRow, question: str, manifest: Mapping[str, Any] | None, last: Said
) -> bool:
    """Result and end of the job in one transaction; False if the job was taken away.

    Without a manifest the result is there already.
    """
    with database.session() as session:
        row = session.scalars(sa.select(JobRow).where(*_mine(job)).with_for_update()).first()
        if row is None:
            return False
        if manifest is not None:
            results.keep(session, question, row.kind, row.title, manifest)
        row.state, row.result, row.question = "done", question, question
        row.finished_at, row.fraction, row.step = _now(session), 1.0, ""
        add_log(session, row.id, [*last.take(), "done"])
    return True


def give_up(
    database: Database, job: JobRow, state: str, cause: str = "", remedy: str = "",
    last: Said | None = None,
) -> bool:  # fmt: skip
    """End a job as failed or cancelled, or put it back (``queued``); False if it was taken away."""
    with database.session() as session:
        row = session.scalars(sa.select(JobRow).where(*_mine(job)).with_for_update()).first()
        if row is None:
            return False
        if state == "queued" and row.cancel_requested:
            state = "cancelled"
        lines = last.take() if last else []
        add_log(session, row.id, [*lines, f"{state}: {cause}" if cause else state])
        row.state, row.cause, row.remedy, row.worker = state, cause, remedy, ""
        row.step, row.fraction = "", row.fraction if state == "failed" else None
        if state != "queued":
            row.finished_at = _now(session)
    return True


def keep_alive(database: Database, workers: Collection[str]) -> list[str]:
    """Heartbeat for workers whose process lives, however busy; gives those asked to cancel."""
    running = JobRow.state == "running", JobRow.worker.in_(workers)
    with database.session(write=False) as session:
        rows = session.execute(sa.select(JobRow.worker, JobRow.cancel_requested).where(*running))
        found = rows.all()
    if found:
        with database.session() as session:
            session.execute(sa.update(JobRow).where(*running).values(heartbeat_at=_now(session)))
    return [worker for worker, asked in found if asked]


def recover(
    database: Database, known: Kinds, *, ended: Collection[str] = (), spare: Collection[str] = ()
) -> list[str]:
    """Jobs whose worker is gone go back to the queue, or end with a reason; gives their ids.

    Parameters
    ----------
    ended
        Workers known to have ended.
    spare
        Workers known to live.
    """
    with database.session(write=False) as session:
        running = session.scalars(sa.select(JobRow).where(JobRow.state == "running")).all()
        now = _now(session) if running else utc_now()
    lost = [row for row in running if row.worker not in spare and _lost(row, now, ended)]
    taken: list[str] = []
    for old in lost:
        with database.session() as session:
            row = session.scalars(
                sa.select(JobRow)
                .where(*_mine(old), JobRow.heartbeat_at == old.heartbeat_at)
                .with_for_update(skip_locked=True)
            ).first()
            if row is not None:
                _lose(session, row, known)
                taken.append(row.id)
    return taken


def _lost(row: JobRow, now: datetime.datetime, ended: Collection[str]) -> bool:
    stale = row.heartbeat_at is None or row.heartbeat_at < now - LEASE
    return stale or row.worker in ended or _gone(row.worker)


def _lose(session: Session, row: JobRow, known: Kinds) -> None:
    retries = known[row.kind].retries if row.kind in known else 1
    add_log(session, row.id, ["its worker ended without a word"])
    row.worker, row.fraction, row.step = "", None, ""
    if row.cancel_requested:
        row.state = "cancelled"
    elif row.attempt > retries:
        row.state = "failed"
        row.cause = said("worker_lost", count=row.attempt)
        row.remedy = said("remedy_lost")
        add_log(session, row.id, [f"failed: {row.cause}"])
    else:
        row.state = "queued"
        add_log(session, row.id, ["queued again; finished steps are kept in the cache"])
    if row.state != "queued":
        row.finished_at = _now(session)


def unfinished(database: Database, workers: Collection[str]) -> int:
    """Put the jobs of workers that were stopped on purpose back; that counts as no attempt."""
    with database.session() as session:
        rows = session.scalars(
            sa.select(JobRow)
            .where(JobRow.state == "running", JobRow.worker.in_(workers))
            .with_for_update()
        ).all()
        for row in rows:
            row.worker, row.fraction, row.step = "", None, ""
            if row.cancel_requested:
                row.state, row.finished_at = "cancelled", _now(session)
            else:
                row.state, row.attempt = "queued", max(row.attempt - 1, 0)
            add_log(session, row.id, [f"{row.state}: the workspace was stopped"])
    return sum(row.state == "queued" for row in rows)
