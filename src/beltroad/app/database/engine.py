"""A connection to either database, with the few settings that make them behave alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from beltroad.app.errors import Unavailable

__all__ = ["Database"]


class Database:
    """The engine and its sessions. ``session()`` commits at the end or rolls everything back."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        options: dict[str, Any] = {"pool_pre_ping": True}
        if self.sqlite:
            options["connect_args"] = {"timeout": 30, "check_same_thread": False}
        elif self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
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
        """
        try:
            with self._sessions() as session:
                session.connection(execution_options={"beltroad_write": write})
                yield session
                session.commit()
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            raise Unavailable.of_database(error) from error

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


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
