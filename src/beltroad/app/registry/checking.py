"""Whether a workspace is whole: its schema, its records and revisions, its journals."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.database import Base, Database, migrate
from beltroad.app.database.models import JournalRow, RecordRow, RevisionRow
from beltroad.app.registry.journal import DatabaseJournal

__all__ = ["check_workspace"]

_MOST = 20


def check_workspace(database: Database) -> list[str]:
    """Everything that is wrong with a workspace, a line each; empty if nothing is."""
    found = migrate.current(database)
    if found != migrate.HEAD:
        return [f"schema: is {found or 'empty'}, not {migrate.HEAD}; beltroad workspace migrate"]
    faults = _schema(database)
    with database.session(write=False) as session:
        if database.sqlite:
            faults += _file(session)
        faults += _records(session)
        names = list(session.scalars(sa.select(JournalRow.name)))
    for name in names:
        check = DatabaseJournal(database=database, name=name).verify()
        faults += [f"journal {name}: {fault}" for fault in check.faults]
    return faults


def _schema(database: Database) -> list[str]:
    """Tables and columns that are not those of ``models``."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [f"schema: {change!r:.200}" for change in compare_metadata(context, Base.metadata)]


def _file(session: Session) -> list[str]:
    said = session.execute(sa.text("PRAGMA integrity_check(20)")).scalars().all()
    faults = [f"file: {line}" for line in said if line != "ok"]
    gone = session.execute(sa.text("PRAGMA foreign_key_check")).all()[:_MOST]
    faults += [f"file: row {r[1]} of {r[0]} points at a row of {r[2]} that is gone" for r in gone]
    return faults


def _records(session: Session) -> list[str]:
    """Each record has the revisions 1 to its latest, and its published one is among them."""
    number = RevisionRow.number
    counted = (
        sa.select(
            RevisionRow.record_id, sa.func.count().label("n"),
            sa.func.min(number).label("low"), sa.func.max(number).label("high"),
        )
        .group_by(RevisionRow.record_id)
        .subquery()
    )  # fmt: skip
    gaps = session.execute(
        sa.select(RecordRow.kind, RecordRow.key)
        .outerjoin(counted, counted.c.record_id == RecordRow.id)
        .where(
            (sa.func.coalesce(counted.c.n, 0) != RecordRow.latest)
            | (counted.c.low != 1)
            | (counted.c.high != RecordRow.latest)
        )
        .limit(_MOST)
    ).all()
    shown = (
        sa.select(RevisionRow.id)
        .where(
            RevisionRow.record_id == RecordRow.id,
            number == RecordRow.published,
            RevisionRow.state == "published",
        )
        .exists()
    )
    lost = session.execute(
        sa.select(RecordRow.kind, RecordRow.key)
        .where(RecordRow.published.is_not(None), ~shown)
        .limit(_MOST)
    ).all()
    return [
        *(f"{kind} {key}: its revisions are not 1 to the latest" for kind, key in gaps),
        *(f"{kind} {key}: its published revision is missing" for kind, key in lost),
    ]
