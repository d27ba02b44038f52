"""Faults of the database are said in plain words, and the next request works again."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from beltroad.app.database import Database
from beltroad.app.database.models import AuditRow, ViewRow
from beltroad.app.errors import Unavailable
from beltroad.app.registry.store import Registry
from beltroad.errors import InputError

if TYPE_CHECKING:
    from app.conftest import Postgres


def view(key: str, title: str = "t") -> ViewRow:
    return ViewRow(id=key, who="ana", title=title, path="/")


def count(database: Database) -> int:
    with database.session(write=False) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(ViewRow)) or 0


def test_a_fault_inside_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(RuntimeError, match="half way"), database.session() as session:  # noqa: PT012
        session.add(view("a"))
        session.flush()
        raise RuntimeError("half way")
    assert count(database) == 0
    with database.session() as session:
        session.add(view("a"))
    assert count(database) == 1


@pytest.mark.parametrize("title", ["nul \0 sign", "lone \ud800 surrogate"])
def test_what_a_database_cannot_keep_is_the_users_fault(database: Database, title: str) -> None:
    if database.sqlite and "\0" in title:
        pytest.skip("SQLite keeps a NUL")
    with (
        pytest.raises(InputError, match="a value is too long"),
        database.session() as session,
    ):
        session.add(view("a", title))
    with pytest.raises(InputError), database.session() as session:
        session.get(AuditRow, 10**30)
    assert count(database) == 0


def test_readers_are_never_blocked_by_a_writer(database: Database) -> None:
    seen: list[int] = []
    with database.session() as writer:
        writer.add(view("a"))
        writer.flush()
        reader = threading.Thread(target=lambda: seen.append(count(database)))
        reader.start()
        reader.join(5)
        assert seen == [0]
    assert count(database) == 1


def test_a_busy_database_is_said_to_be_busy(local_database: Database) -> None:
    file = local_database.url.database
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = Database(f"sqlite:///{file}")
    sa.event.listen(impatient.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=20"))
    with pytest.raises(Unavailable, match="busy with another change"), impatient.session():
        pass
    other.execute("ROLLBACK")
    other.close()
    with impatient.session() as session:
        session.add(view("a"))
    assert count(impatient) == 1
    impatient.dispose()


def test_a_full_disk_is_said_and_nothing_is_half_written(local_database: Database) -> None:
    registry = Registry(local_database)
    project = dict(registry.get("project", "KUN-VTE").data)

    def limit(pages: int) -> None:
        # The nearest thing to a full disk that needs no rights: a file that may not grow.
        with local_database.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.cursor().execute(f"PRAGMA max_page_count={pages}")

    with local_database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    limit(int(pages or 0))
    with pytest.raises(Unavailable, match="disk of the database is full"):  # noqa: PT012
        for number in range(500):
            project["note"] = f"{number} " * 2000
            registry.save("project", "KUN-VTE", project, who="ana", source="s")
    latest = registry.get("project", "KUN-VTE").latest
    assert [r.number for r in registry.history("project", "KUN-VTE")] == [*range(1, latest + 1)]
    limit(1_000_000)
    project["note"] = "there is room again"
    assert registry.save("project", "KUN-VTE", project, who="ana").revision == latest + 1


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    lost = Database(f"sqlite:///{tmp_path / 'file' / 'workspace.sqlite'}")
    with pytest.raises(Unavailable), lost.session():
        pass
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    damaged = Database(f"sqlite:///{broken}")
    with pytest.raises(Unavailable, match="damaged"), damaged.session():
        pass
    damaged.dispose()
    lost.dispose()


def test_a_lost_connection_is_said_and_the_next_request_works(postgres: Postgres) -> None:
    from beltroad.app.database import migrate

    url = postgres.fresh()
    database = Database(url.render_as_string(hide_password=False))
    migrate.upgrade(database)
    with database.session() as session:
        session.add(view("a"))
    postgres.stop()
    try:
        with pytest.raises(Unavailable, match="cannot be reached") as said:
            count(database)
        assert "postgres@" not in str(said.value)
    finally:
        postgres.start()
    assert count(database) == 1
    with pytest.raises(Unavailable), database.session() as session:  # noqa: PT012
        session.add(view("b"))
        session.flush()
        postgres.stop()
        postgres.start()
        session.add(view("c"))
    assert count(database) == 1
    database.dispose()
    postgres.drop(url)


def test_reading_sessions_cannot_write_on_postgresql(database: Database) -> None:
    if database.sqlite:
        pytest.skip("SQLite has no such sessions")
    with (
        pytest.raises(Unavailable, match="cannot be written"),
        database.session(write=False) as session,
    ):
        session.add(view("a"))
    with database.session() as session:  # the connection goes back to writing
        session.add(view("a"))
    assert count(database) == 1


@pytest.mark.parametrize("url", ["postgresql://ana:secret@[::1", "mysql://ana:secret@host/x", ""])
def test_an_address_that_cannot_be_used_does_not_show_its_password(url: str) -> None:
    with pytest.raises(InputError, match="database") as said:
        Database(url)
    assert "secret" not in str(said.value)
