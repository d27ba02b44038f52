"""A connection to either database, with the few settings that make them behave alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from beltroad.app.errors import Unavailable
from beltroad.errors import InputError

__all__ = ["Database"]


# A damaged file; a server that takes no changes. Their subclasses are faults of the program.
_BROKEN = (sa.exc.DatabaseError, sa.exc.InternalError)


class Database:
    """The engine and its sessions. ``session()`` commits at the end or rolls everything back.

    ``session(write=False)`` reads: on SQLite it never waits for a writer, on PostgreSQL it cannot
    write.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):
            # The address is not shown: it may hold a password.
            raise InputError(
                "the database's address cannot be read; "
                "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
            ) from None
        # Values of a statement may be hashes or drafts: not for messages and logs.
        options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
        if self.sqlite:
            options["connect_args"] = {"timeout": 30, "check_same_thread": False}
        elif self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        if self.url.drivername == "postgresql+psycopg":
            options["connect_args"] = {"connect_timeout": 5}
        elif not self.sqlite:
            raise InputError(f"database {self.url.drivername!r:.40}: use sqlite or postgresql")
        self.engine = sa.create_engine(self.url, **options)
        if self.sqlite:
            sa.event.listen(self.engine, "connect", _pragmas)
            sa.event.listen(self.engine, "begin", _begin_immediate)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def session(self, *, write: bool = True) -> Iterator[Session]:
        """A session that commits when the block ends; a fault inside undoes all of it.

        Raises
        ------
        Unavailable
            If the database cannot be reached or written (lost connection, full disk).
        InputError
            If a value cannot be kept.
        """
        options: dict[str, Any] = {"beltroad_write": write}
        if not write and not self.sqlite:
            options["postgresql_readonly"] = True
        with _in_plain_words(), self._sessions() as session:
            session.connection(execution_options=options)
            yield session
            session.commit()

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """A bare connection, for what goes below sessions (schema, backup).

        Raises
        ------
        Unavailable
            If the database cannot be reached or written.
        """
        with _in_plain_words(), self.engine.connect() as connection:
            yield connection

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """What the database says, as beltroad's own errors, without statements and values."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
        raise Unavailable.of_database(error) from error
    except (sa.exc.DataError, OverflowError, UnicodeEncodeError) as error:
        raise InputError(
            "a value is too long, too large or no text that the database can keep; shorten it"
        ) from error
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated or type(error) in _BROKEN:
            raise Unavailable.of_database(error) from error
        raise


def _pragmas(connection: Any, _: object) -> None:
    # Transactions are begun by us, so that a writer waits at its start and not half way.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("beltroad_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
