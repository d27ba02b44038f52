"""The steps make exactly the tables that the models describe, and keep data up and down."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from beltroad.app.database import Base, Database, migrate
from beltroad.app.database.models import EventRow, RecordRow, RevisionRow, UserRow
from beltroad.app.errors import Conflict
from beltroad.app.registry import bundled
from beltroad.app.registry.journal import DatabaseJournal
from beltroad.app.registry.store import Registry
from beltroad.errors import InputError


def differences(database: Database) -> list[object]:
    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_steps_make_the_models_and_are_undone(empty_database: Database) -> None:
    assert migrate.current(empty_database) is None
    assert migrate.upgrade(empty_database) == migrate.HEAD
    assert differences(empty_database) == []
    assert migrate.downgrade(empty_database, "base") is None
    with empty_database.connection() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    with empty_database.connection() as connection:
        connection.exec_driver_sql("CREATE TABLE users_extra (id INTEGER)")
        connection.commit()
    migrate.upgrade(empty_database)
    assert differences(empty_database)  # the comparison can find something


def test_the_head_is_the_last_step() -> None:
    from importlib.resources import files

    folder = str(files("beltroad.app.database") / "migrations")
    assert ScriptDirectory(folder).get_current_head() == migrate.HEAD


def test_data_go_up_and_down(empty_database: Database) -> None:
    database = empty_database
    migrate.upgrade(database, "0001")
    names = ("id", "kind", "key", "title", "latest", "published", "deleted", "changed_at")
    record = sa.table("records", *(sa.column(n, RecordRow.__table__.c[n].type) for n in names))
    now = sa.func.current_timestamp()
    with database.session() as session:
        session.add(UserRow(name="ana", role="editor", password_hash="x"))
        session.execute(sa.insert(record).values(
            id=7, kind="project", key="A-B", title="Çatal line", latest=2, published=1,
            deleted=False, changed_at=now,
        ))  # fmt: skip
        for number, state in ((1, "published"), (2, "draft")):
            session.add(RevisionRow(
                record_id=7, number=number, who="ana", action="edit", state=state,
                data={"name": f"Straße {number}", "n": 1.5, "none": None},
            ))  # fmt: skip
        for number, hash_ in ((1, "a" * 64), (2, "b" * 64)):
            session.add(EventRow(
                journal="risk", number=number, at="2026", who="ana", what="risk.added",
                target="R1", data={}, previous_hash="", hash=hash_,
            ))  # fmt: skip
    migrate.upgrade(database)
    with database.session(write=False) as session:
        row = session.get(RecordRow, 7)
        assert row is not None
        assert "catal line" in row.words
        assert "strasse 2" in row.words
        assert (row.bundled, row.conflict) == (None, False)
        head = session.execute(sa.text("SELECT name, events, head FROM journals")).one()
        assert tuple(head) == ("risk", 2, "b" * 64)

    def kept() -> tuple[object, ...]:
        with database.connection() as connection:
            said = connection.execute(sa.text("SELECT key, title, latest, published FROM records"))
            old = tuple(said.one())
        with database.session(write=False) as session:
            revisions = session.scalars(sa.select(RevisionRow).order_by(RevisionRow.number)).all()
            users = session.scalars(sa.select(UserRow.name)).all()
            events = session.scalars(sa.select(EventRow.hash)).all()
            return old, [(r.number, r.state, r.data) for r in revisions], users, events

    before = kept()
    assert migrate.downgrade(database, "0001") == "0001"
    assert kept() == before
    with database.connection() as connection:
        assert "journals" not in sa.inspect(connection).get_table_names()
    migrate.upgrade(database)
    assert kept() == before
    assert differences(database) == []


def test_servers_that_start_at_once_migrate_once(empty_database: Database) -> None:
    done: list[object] = []

    def start() -> None:
        own = Database(empty_database.url.render_as_string(hide_password=False))
        try:
            done.append(migrate.upgrade(own))
        except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
            done.append(error)
        own.dispose()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [migrate.HEAD] * 3
    assert differences(empty_database) == []


def test_an_existing_workspace_starts_quickly(local_database: Database) -> None:
    start = time.perf_counter()
    assert migrate.upgrade(local_database) == migrate.HEAD
    assert bundled.load(local_database) == {}
    assert time.perf_counter() - start < 2


def test_a_newer_workspace_and_an_unknown_step_are_refused(empty_database: Database) -> None:
    with pytest.raises(InputError, match="0099"):
        migrate.upgrade(empty_database, "0099")
    migrate.upgrade(empty_database)
    with empty_database.connection() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
        connection.commit()
    with pytest.raises(Conflict, match="newer beltroad"):
        migrate.upgrade(empty_database)


def test_a_real_workspace_survives_the_way_down_and_up(database: Database) -> None:
    registry = Registry(database)
    registry.save("risk", "", {"title": "Flood", "level": "overall", "category": "environmental"},
                  who="ana")  # fmt: skip
    migrate.downgrade(database, "0001")
    migrate.upgrade(database)
    assert DatabaseJournal(database=database).verify().sound
    assert registry.list("project", search="vientiane").total >= 1
    # Which rows came with beltroad is not in the older schema; they are found again.
    again = bundled.load(database)
    assert again["project"].added == 0
    assert again["project"].conflicts == 0
    assert registry.get("project", "KUN-VTE").latest == 1
