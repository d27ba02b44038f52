"""Tables of the workspace. Changed only together with a migration in ``migrations/versions``."""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "AuditRow", "Base", "EventRow", "ImportRow", "JobLogRow", "JobRow", "JournalRow", "LoadRow",
    "RecordRow", "ResultRow", "RevisionRow", "SessionRow", "TokenRow", "UserRow", "ViewRow",
    "utc_now",
]  # fmt: skip


def utc_now() -> datetime.datetime:
    """Now, in UTC, aware."""
    return datetime.datetime.now(datetime.UTC)


class _Utc(sa.TypeDecorator[datetime.datetime]):
    """An aware time in UTC on both databases (SQLite keeps no zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: sa.Dialect
    ) -> datetime.datetime | None:
        """Refuse a time without a zone; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone; use utc_now()")
        utc = value.astimezone(datetime.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime.datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002
    ) -> datetime.datetime | None:
        """Give back an aware time."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=datetime.UTC)


class Base(DeclarativeBase):
    """Common base; JSON columns are plain JSON on both databases."""

    type_annotation_map = {dict[str, Any]: sa.JSON, datetime.datetime: _Utc()}  # noqa: RUF012
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class UserRow(Base):
    """Someone who may sign in."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    role: Mapped[str] = mapped_column(sa.String(16))
    password_hash: Mapped[str] = mapped_column(sa.String(400))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime.datetime] = mapped_column(default=utc_now)


class SessionRow(Base):
    """A signed-in browser; ``id`` is the hash of what the cookie holds."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime.datetime]


class TokenRow(Base):
    """A token for programs; only its hash is kept."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    role: Mapped[str] = mapped_column(sa.String(16))
    created_at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime.datetime | None]
    used_at: Mapped[datetime.datetime | None]
    revoked: Mapped[bool] = mapped_column(default=False)


class AuditRow(Base):
    """What someone did that changes the workspace or its accounts."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(default=utc_now, index=True)
    who: Mapped[str] = mapped_column(sa.String(80), index=True)
    action: Mapped[str] = mapped_column(sa.String(80))
    target: Mapped[str] = mapped_column(sa.String(200), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str] = mapped_column(sa.String(64), default="")


class RecordRow(Base):
    """One record of the registry; its content lies in its revisions."""

    __tablename__ = "records"
    __table_args__ = (sa.UniqueConstraint("kind", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(24), index=True)
    key: Mapped[str] = mapped_column(sa.String(120))
    title: Mapped[str] = mapped_column(sa.String(300))
    latest: Mapped[int] = mapped_column(default=0)
    published: Mapped[int | None]
    deleted: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    # What a search looks through: the latest texts in plain small letters.
    words: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    # Hash of the bundled row this record comes from, as last seen; none for a record of the user.
    bundled: Mapped[str | None] = mapped_column(sa.String(64))
    # The bundled row has changed while the record has edits of its own.
    conflict: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    revisions: Mapped[list[RevisionRow]] = relationship(
        back_populates="record", order_by="RevisionRow.number", cascade="all, delete-orphan"
    )


class RevisionRow(Base):
    """One state of a record: who made it, when, on which source. Never changed, only followed."""

    __tablename__ = "revisions"
    __table_args__ = (sa.UniqueConstraint("record_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(
        sa.ForeignKey("records.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    who: Mapped[str] = mapped_column(sa.String(80))
    action: Mapped[str] = mapped_column(sa.String(16))
    state: Mapped[str] = mapped_column(sa.String(12))
    data: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(sa.Text, default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("imports.id"))
    record: Mapped[RecordRow] = relationship(back_populates="revisions")


class ImportRow(Base):
    """A file that was taken in, as a whole or not at all.

    ``preview`` names the preview that was confirmed; each can be confirmed once.
    """

    __tablename__ = "imports"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    who: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[str] = mapped_column(sa.String(24))
    filename: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    preview: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    source: Mapped[str] = mapped_column(sa.Text, default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="draft")
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[datetime.datetime | None]
    undone_by: Mapped[str] = mapped_column(sa.String(80), default="")


class EventRow(Base):
    """One event of a journal (risks and alerts), chained by hashes as in ``risk.journal``."""

    __tablename__ = "events"
    __table_args__ = (sa.UniqueConstraint("journal", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    journal: Mapped[str] = mapped_column(sa.String(40), index=True)
    number: Mapped[int]
    at: Mapped[str] = mapped_column(sa.String(40))
    who: Mapped[str] = mapped_column(sa.String(200))
    what: Mapped[str] = mapped_column(sa.String(80))
    target: Mapped[str] = mapped_column(sa.String(200), index=True)
    data: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class JournalRow(Base):
    """Where a journal ends, so that events cut off at its end are missed; writers lock its row."""

    __tablename__ = "journals"
    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    events: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(sa.String(64))


class LoadRow(Base):
    """Which bundled tables a kind of the registry was last filled from."""

    __tablename__ = "loads"
    kind: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime.datetime] = mapped_column(default=utc_now)


class JobRow(Base):
    """One piece of long work."""

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    lane: Mapped[str] = mapped_column(sa.String(8))
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    request: Mapped[dict[str, Any]]
    question: Mapped[str] = mapped_column(sa.String(64), index=True)
    state: Mapped[str] = mapped_column(sa.String(12), index=True)
    who: Mapped[str] = mapped_column(sa.String(80), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(default=utc_now, index=True)
    started_at: Mapped[datetime.datetime | None]
    finished_at: Mapped[datetime.datetime | None]
    heartbeat_at: Mapped[datetime.datetime | None]
    worker: Mapped[str] = mapped_column(sa.String(80), default="")
    attempt: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(sa.String(200), default="")
    fraction: Mapped[float | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    cause: Mapped[str] = mapped_column(sa.Text, default="")
    remedy: Mapped[str] = mapped_column(sa.Text, default="")
    result: Mapped[str | None] = mapped_column(sa.String(64))


class JobLogRow(Base):
    """One line of what a job said."""

    __tablename__ = "job_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    text: Mapped[str] = mapped_column(sa.Text)


class ResultRow(Base):
    """An answer on disk, named by the hash of its question."""

    __tablename__ = "results"
    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    manifest: Mapped[dict[str, Any]]


class ViewRow(Base):
    """A page as someone left it, under a short link."""

    __tablename__ = "views"
    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    who: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(200))
    path: Mapped[str] = mapped_column(sa.String(2000))
    created_at: Mapped[datetime.datetime] = mapped_column(default=utc_now)
