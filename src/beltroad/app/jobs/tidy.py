"""Clears away what is old: results, jobs with their logs, uploads and previews.

What a kept view shows, what an open job asks for and what an import rests on stays, however old.
Anything removed can be had again: a result by asking its question, an upload by uploading it.
"""

from __future__ import annotations

import datetime
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.database import Database
from beltroad.app.database.models import ImportRow, JobRow, ResultRow, ViewRow, utc_now
from beltroad.app.jobs import results
from beltroad.app.jobs.kinds import Kinds, kinds
from beltroad.app.jobs.queue import OPEN, one_at_a_time
from beltroad.app.settings import Settings

__all__ = ["Tidied", "days_of", "tidy"]

_NAMED = re.compile(r"[0-9a-f]{16,64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_GONE = ".gone-"


@dataclass
class Tidied:
    """What was removed, or would be."""

    results: int = 0
    jobs: int = 0
    uploads: int = 0
    size_bytes: int = 0


def days_of(text: str) -> int | None:
    """Days of ``90d`` or ``90``; None if it is neither."""
    found = re.fullmatch(r"([0-9]{1,5})d?", text.strip())
    return int(found[1]) if found else None


def tidy(
    database: Database,
    settings: Settings,
    older_than: int,
    *,
    dry_run: bool = False,
    known: Kinds | None = None,
) -> Tidied:
    """Remove what is older than so many days; safe while the workspace is served.

    Parameters
    ----------
    older_than
        Days since a result was last asked for, a job ended, a file was uploaded. A kind of job
        that says how long its results are kept has its own number of days.
    """
    now, done = utc_now(), Tidied()
    cutoff = now - datetime.timedelta(days=older_than)
    kept_days = {k.name: k.keep_days for k in (known or kinds()).values() if k.keep_days}
    with database.session(write=False) as session:
        named = _named(session)
        jobs = _old_jobs(session, cutoff, named)
        stale = _old_results(session, now, older_than, kept_days, named)
        rested_on = set(session.scalars(sa.select(ImportRow.sha256)))
        there = set(session.scalars(sa.select(ResultRow.hash)))
    for question, size in stale:
        if dry_run or _remove(database, settings, question):
            done.results += 1
            done.size_bytes += size
    for chunk in (jobs[i : i + 500] for i in range(0, len(jobs), 500)):
        done.jobs += len(chunk) if dry_run else _remove_jobs(database, chunk)
    oldest = cutoff.timestamp()
    for path in [*_leftovers(settings, there), *_old_uploads(settings, rested_on, named)]:
        if _newest(path) < oldest:
            done.uploads += path.parent == settings.home / "uploads"
            done.size_bytes += _size(path)
            if not dry_run:
                _discard(path)
    return done


def _named(session: Session) -> set[str]:
    """Hashes and job numbers that kept views show, and that open jobs ask for."""
    found: set[str] = set()
    for path in session.scalars(sa.select(ViewRow.path)):
        found.update(_NAMED.findall(path))
    for row in session.scalars(sa.select(JobRow).where(JobRow.state.in_(OPEN))):
        found |= {row.id, row.question, *_NAMED.findall(str(row.request))}
    shown = sa.select(JobRow.result).where(JobRow.id.in_(found), JobRow.result.is_not(None))
    return found | {str(each) for each in session.scalars(shown)}


def _old_jobs(session: Session, cutoff: datetime.datetime, named: set[str]) -> list[str]:
    query = sa.select(JobRow.id).where(JobRow.state.not_in(OPEN), JobRow.finished_at < cutoff)
    return [each for each in session.scalars(query) if each not in named]


def _old_results(
    session: Session,
    now: datetime.datetime,
    days: int,
    kept_days: dict[str, int],
    named: set[str],
) -> list[tuple[str, int]]:
    asked = sa.select(JobRow.result, sa.func.max(JobRow.finished_at)).group_by(JobRow.result)
    last = {question: at for question, at in session.execute(asked) if question and at}
    found = []
    for row in session.scalars(sa.select(ResultRow).order_by(ResultRow.created_at)):
        used = max(row.created_at, last.get(row.hash, row.created_at))
        cutoff = now - datetime.timedelta(days=kept_days.get(row.kind, days))
        if used < cutoff and row.hash not in named:
            found.append((row.hash, row.size_bytes))
    return found


def _remove(database: Database, settings: Settings, question: str) -> bool:
    """Row and folder of a result, unless someone has asked for it in this moment."""
    folder = results.folder_of(settings, question)
    gone = folder.with_name(f"{_GONE}{secrets.token_hex(8)}")
    with database.session() as session:
        one_at_a_time(session, question)
        again = sa.select(JobRow.id).where(JobRow.question == question, JobRow.state.in_(OPEN))
        if session.scalars(again.limit(1)).first() is not None:
            return False
        session.execute(sa.delete(ResultRow).where(ResultRow.hash == question))
        # Out of the way while nobody else can put a new one there.
        if folder.is_dir():
            folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    return True


def _remove_jobs(database: Database, ids: list[str]) -> int:
    with database.session() as session:
        gone = sa.delete(JobRow).where(JobRow.id.in_(ids), JobRow.state.not_in(OPEN))
        return len(session.scalars(gone.returning(JobRow.id)).all())  # their logs go with them


def _leftovers(settings: Settings, there: set[str]) -> Iterator[Path]:
    """Folders of results that never counted, and what a killed write or tidying left."""
    if not settings.results.is_dir():
        return
    for path in settings.results.glob("*/*"):
        if (_HASH.fullmatch(path.name) and path.name not in there) or path.name.startswith(_GONE):
            yield path


def _old_uploads(settings: Settings, rested_on: set[str], named: set[str]) -> Iterator[Path]:
    folder = settings.home / "uploads"
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name not in rested_on and path.name not in named and not path.is_symlink():
            yield path


def _newest(path: Path) -> float:
    """When something of it was last written; never, if it went away meanwhile."""
    try:
        return max(p.stat().st_mtime for p in (path, *path.rglob("*")))
    except OSError:
        return float("inf")


def _size(path: Path) -> int:
    return sum(p.stat().st_size for p in (path, *path.rglob("*")) if p.is_file())


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
