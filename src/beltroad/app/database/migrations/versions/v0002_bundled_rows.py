"""Records know the bundled row they come from and what to be found by; journals know their end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beltroad.app.database.words import words_of

__all__ = ["downgrade", "upgrade"]

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and tables, and fill them from what is there."""
    op.add_column("records", sa.Column("words", sa.Text(), server_default="", nullable=False))
    op.add_column("records", sa.Column("bundled", sa.String(length=64), nullable=True))
    op.add_column(
        "records", sa.Column("conflict", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "journals",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_journals")),
    )
    op.create_table(
        "loads",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_loads")),
    )
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    record = sa.table("records", *map(sa.column, ("id", "key", "title", "latest", "words")))
    revision_ = sa.table(
        "revisions", sa.column("record_id"), sa.column("number"), sa.column("data", sa.JSON)
    )
    found = connection.execute(
        sa.select(record.c.id, record.c.key, record.c.title, revision_.c.data).join(
            revision_,
            (revision_.c.record_id == record.c.id) & (revision_.c.number == record.c.latest),
        )
    ).all()
    new = [{"at": i, "said": words_of(key, title, data)} for i, key, title, data in found]
    if new:
        connection.execute(
            sa.update(record)
            .where(record.c.id == sa.bindparam("at"))
            .values(words=sa.bindparam("said")),
            new,
        )
    event = sa.table("events", *map(sa.column, ("journal", "number", "hash")))
    last = (
        sa.select(event.c.journal, sa.func.max(event.c.number).label("number"))
        .group_by(event.c.journal)
        .subquery()
    )
    journal = sa.table("journals", *map(sa.column, ("name", "events", "head")))
    connection.execute(
        sa.insert(journal).from_select(
            ["name", "events", "head"],
            sa.select(event.c.journal, event.c.number, event.c.hash).join(
                last, (last.c.journal == event.c.journal) & (last.c.number == event.c.number)
            ),
        )
    )


def downgrade() -> None:
    """Take them away; records, revisions and events stay."""
    op.drop_table("loads")
    op.drop_table("journals")
    op.drop_column("records", "conflict")
    op.drop_column("records", "bundled")
    op.drop_column("records", "words")
