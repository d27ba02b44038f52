"""The queue: jobs as rows, taken by one worker each, with the same answer asked for only once.

States: queued, running, done, failed, cancelled. A running job has a heartbeat; when it stops, the
job was lost with its worker and is queued again, or fails with a reason.
"""

from __future__ import annotations

import datetime
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import Session

from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.database import Database
from beltroad.app.database.models import JobLogRow, JobRow, ResultRow, utc_now
from beltroad.app.errors import Conflict, Forbidden, NotFound, TooMany
from beltroad.app.jobs import results
from beltroad.app.jobs.kinds import Kind, Kinds, kinds, named
from beltroad.app.settings import Settings
from beltroad.errors import InputError

__all__ = [
    "ENDED", "OPEN", "STATES", "add_log", "answered", "cancel", "find", "list_jobs", "log_of",
    "one_at_a_time", "question_of", "submit", "waiting_before",
]  # fmt: skip

STATES = ("queued", "running", "done", "failed", "cancelled")
OPEN = ("queued", "running")
ENDED = ("done", "failed", "cancelled")


def question_of(database: Database, kind: Kind, request: BaseModel) -> str:
    """SHA-256 of the question: kind, request, records, bundled tables and beltroad's own source."""
    from beltroad import evidence
    from beltroad.appraisal.cache import digest_of, source_digest

    records: dict[str, str] = {}
    if kind.records:
        from beltroad.app.registry.store import Registry

        registry = Registry(database)
        records = {name: registry.fingerprint(name, state="published") for name in kind.records}
    asked = request.model_dump(mode="json")
    return digest_of("job", kind.name, asked, records, evidence.digest(), source_digest())


def submit(
    database: Database,
    settings: Settings,
    kind: Kind | str,
    request: BaseModel | Mapping[str, Any],
    who: Principal,
    *,
    known: Kinds | None = None,
) -> JobRow:
    """Ask for work. The same question is worked on once, whoever asks.

    Gives a job that is done at once where the answer is there already, and the open job where
    the same question is queued or running.

    Raises
    ------
    InputError
        If there is no such kind, or its request has faults.
    TooMany
        If this user has as many open jobs as allowed.
    """
    chosen = named(kind, known or kinds()) if isinstance(kind, str) else kind
    asked = chosen.parse(request)
    _check_numbers(asked)
    question = question_of(database, chosen, asked)
    whole = results.intact(settings, database, question)
    title = chosen.title(asked).replace("\x00", "")[:200]
    with database.session() as session:
        one_at_a_time(session, question)
        if (same := _same_open(session, question)) is not None:
            return same
        now = utc_now()
        row = JobRow(
            id=secrets.token_hex(8), kind=chosen.name, lane=chosen.lane, title=title,
            request=asked.model_dump(mode="json"), question=question, state="queued",
            who=who.name, created_at=now,
        )  # fmt: skip
        if whole and session.get(ResultRow, question) is not None:
            if (mine := _done_by(session, question, who.name)) is not None:
                return mine
            row.state, row.result, row.fraction = "done", question, 1.0
            row.started_at = row.finished_at = now
            session.add(row)
            session.flush()
            add_log(session, row.id, ["answered before: the result was there"])
            return row
        _check_limit(session, settings, who)
        session.add(row)
        session.flush()
        add_log(session, row.id, [f"queued by {who.name}"])
        return row


def _check_numbers(asked: BaseModel) -> None:
    try:
        json.dumps(asked.model_dump(mode="json"), allow_nan=False)
    except ValueError:
        raise InputError("request: a number is infinite or none at all; give plain ones") from None


def one_at_a_time(session: Session, question: str) -> None:
    """Hold off others who ask or clear away the same question until the transaction ends."""
    # SQLite has one writer anyway; PostgreSQL needs a lock on what is not a row yet.
    if session.get_bind().dialect.name == "postgresql":
        number = int(question[:15], 16)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def _same_open(session: Session, question: str) -> JobRow | None:
    return session.scalars(
        sa.select(JobRow)
        .where(JobRow.question == question, JobRow.state.in_(OPEN), ~JobRow.cancel_requested)
        .limit(1)
    ).first()


def _done_by(session: Session, question: str, who: str) -> JobRow | None:
    return session.scalars(
        sa.select(JobRow)
        .where(JobRow.result == question, JobRow.state == "done", JobRow.who == who)
        .order_by(JobRow.created_at.desc())
        .limit(1)
    ).first()


def _check_limit(session: Session, settings: Settings, who: Principal) -> None:
    limit = settings.limits.queued_jobs_per_user
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(JobRow)
        .where(JobRow.who == who.name, JobRow.state.in_(OPEN))
    )
    if (count or 0) >= limit:
        raise TooMany(f"you have {count} jobs open, {limit} are allowed; wait or cancel one")


def find(database: Database, job_id: str) -> JobRow:
    """A job by its id.

    Raises
    ------
    NotFound
        If there is none.
    """
    with database.session(write=False) as session:
        row = session.get(JobRow, job_id) if job_id.isalnum() and job_id.isascii() else None
    if row is None:
        raise NotFound(f"there is no job {job_id[:40]!r}; it may have been tidied away")
    return row


def list_jobs(
    database: Database,
    *,
    who: str | None = None,
    state: str | None = None,
    kind: str | None = None,
    page: int = 1,
    per_page: int = 50,
) -> tuple[list[JobRow], int]:
    """Jobs, latest first, and how many there are."""
    chosen = sa.select(JobRow)
    for column, value in ((JobRow.who, who), (JobRow.state, state), (JobRow.kind, kind)):
        if value is not None:
            chosen = chosen.where(column == value)
    with database.session(write=False) as session:
        total = session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
        rows = session.scalars(
            chosen.order_by(JobRow.created_at.desc(), JobRow.id)
            .offset((page - 1) * per_page)
            .limit(per_page)
        ).all()
    return list(rows), total


def answered(settings: Settings, database: Database, question: str) -> bool:
    """Whether the result of a question is there and whole."""
    return results.intact(settings, database, question)


def waiting_before(database: Database, job: JobRow) -> int:
    """How many jobs of the same lane are queued before this one."""
    with database.session(write=False) as session:
        count = session.scalar(
            sa.select(sa.func.count())
            .select_from(JobRow)
            .where(
                JobRow.state == "queued",
                JobRow.lane == job.lane,
                sa.or_(
                    JobRow.created_at < job.created_at,
                    sa.and_(JobRow.created_at == job.created_at, JobRow.id < job.id),
                ),
            )
        )
    return count or 0


def log_of(
    database: Database,
    job_id: str,
    *,
    after: int = 0,
    limit: int = 500,
) -> Sequence[JobLogRow]:
    """Lines of a job's log whose number is above ``after``."""
    # Numbers of the database end at 2**63; a larger one asks for nothing.
    if after >= 2**63:
        return []
    with database.session(write=False) as session:
        return session.scalars(
            sa.select(JobLogRow)
            .where(JobLogRow.job_id == job_id, JobLogRow.id > after)
            .order_by(JobLogRow.id)
            .limit(limit)
        ).all()


def add_log(
    session: Session, job_id: str, lines: Sequence[str | tuple[datetime.datetime, str]]
) -> None:
    """Add lines to a job's log within the caller's transaction; said now, or when they say."""
    for line in lines:
        at, text = (utc_now(), line) if isinstance(line, str) else line
        session.add(JobLogRow(job_id=job_id, at=at, text=text))


def cancel(database: Database, job_id: str, who: Principal) -> JobRow:
    """Cancel a job: at once where it waits, else as soon as its worker notices.

    Raises
    ------
    NotFound, Forbidden, Conflict
        If there is no such job, it is another's, or it has ended.
    """
    find(database, job_id)
    with database.session() as session:
        row = session.get(JobRow, job_id, with_for_update=True)
        if row is None:
            raise NotFound(f"there is no job {job_id[:40]!r}")
        if row.who != who.name and who.role < Role.ADMIN:
            raise Forbidden("only whoever asked for a job, or an admin, can cancel it")
        if row.state in ENDED:
            raise Conflict(f"the job has ended already: {row.state}")
        if not row.cancel_requested:
            add_log(session, job_id, [f"cancelling was asked for by {who.name}"])
        row.cancel_requested = True
        if row.state == "queued":
            row.state, row.finished_at, row.step = "cancelled", utc_now(), ""
    return row
