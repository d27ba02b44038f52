"""The schema of a workspace: brought up to date when it starts, and back if need be."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from beltroad.app.database.engine import Database
from beltroad.app.errors import Conflict
from beltroad.errors import InputError, OutputError

__all__ = ["HEAD", "changing", "current", "downgrade", "upgrade"]

HEAD = "0002"
"""The revision that ``models`` describes."""
# One number for all servers of a workspace: only one of them migrates at a time.
_LOCK = 0x62656C74


class _Step(Protocol):
    def __call__(self, to: str, move: Callable[[Any, str], None] | None = None) -> None: ...


def current(database: Database) -> str | None:
    """Revision of the schema; None if the database is empty.

    Raises
    ------
    Unavailable
        If the database cannot be reached.
    """
    if (file := _file(database)) is not None and not file.exists():
        return None  # asking does not make one
    with database.session(write=False) as session:
        if not sa.inspect(session.connection()).has_table("alembic_version"):
            return None
        found = session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def upgrade(database: Database, to: str = "head") -> str:
    """Bring the schema to a revision; quick if it is there already.

    Returns
    -------
    str
        The revision reached.

    Raises
    ------
    Conflict
        If the workspace was made by a newer beltroad.
    InputError
        If there is no such revision.
    Unavailable
        If the database cannot be reached or written.
    """
    found = current(database)
    if found == HEAD and to in ("head", HEAD):
        return HEAD
    _checked(found)
    with changing(database) as (_, step):
        step(to)
    return current(database) or ""


def downgrade(database: Database, to: str) -> str | None:
    """Take the schema back to an older revision, ``base`` for an empty database.

    Records, accounts and journals stay as far as the older schema can hold them.

    Raises
    ------
    InputError
        If there is no such revision below the present one.
    """
    from alembic import command

    _checked(current(database))
    with changing(database) as (_, step):
        step(to, command.downgrade)
    return current(database)


def _file(database: Database) -> Path | None:
    return Path(database.url.database) if database.sqlite and database.url.database else None


def _checked(found: str | None) -> None:
    if found is not None and found > HEAD:
        raise Conflict(
            f"the workspace has the schema {found}, made by a newer beltroad; this one knows "
            f"{HEAD}. Install that version, or restore a backup of before"
        )


@contextlib.contextmanager
def changing(database: Database) -> Iterator[tuple[sa.Connection, _Step]]:
    """A transaction in which the schema moves: a connection, and a step to a revision.

    ``step("base")`` empties the database, ``step("head")`` brings it up to date. Either all that
    happens in the block stands, or nothing; no other server changes the schema meanwhile.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    if (file := _file(database)) is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(f"{file.parent}: cannot be made ({error.strerror})") from None
    config = Config()
    config.set_main_option("script_location", str(files("beltroad.app.database") / "migrations"))
    config.set_main_option("path_separator", "os")
    with database.connection() as connection:
        config.attributes["connection"] = connection

        def step(to: str, move: Callable[[Any, str], None] | None = None) -> None:
            try:
                (move or (command.downgrade if to == "base" else command.upgrade))(config, to)
            except CommandError as error:
                raise InputError(f"schema: {error}") from None

        # A table that is made anew must not take the rows that point at it along.
        _references(database, connection, "OFF")
        try:
            with connection.begin():
                if not database.sqlite:
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
                yield connection, step
        finally:
            _references(database, connection, "ON")


def _references(database: Database, connection: sa.Connection, switch: str) -> None:
    """Whether SQLite keeps foreign keys; it takes no notice within a transaction."""
    if database.sqlite and not connection.closed and not connection.invalidated:
        raw = connection.connection.dbapi_connection
        if raw is not None:
            raw.cursor().execute(f"PRAGMA foreign_keys={switch}")
