"""A backup holds everything that matters, restores on either database, and refuses damage."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from beltroad.app.database import Database, archive, migrate
from beltroad.app.database.backup import back_up, restore
from beltroad.app.database.models import (
    AuditRow,
    RevisionRow,
    SessionRow,
    TokenRow,
    UserRow,
    utc_now,
)
from beltroad.app.errors import Conflict
from beltroad.app.registry import bundled
from beltroad.app.registry.checking import check_workspace
from beltroad.app.registry.store import Registry
from beltroad.errors import InputError


def fill(database: Database) -> None:
    """A user with session and token, an edited project, a risk."""
    with database.session() as session:
        user = UserRow(name="ana", role="editor", password_hash="$argon2id$x")
        session.add(user)
        session.flush()
        session.add(SessionRow(id="s" * 64, user_id=user.id, expires_at=utc_now()))
        session.add(TokenRow(user_id=user.id, name="t", hash="h" * 64, role="viewer"))
    registry = Registry(database)
    row = bundled.row("project", "KUN-VTE")
    assert row is not None
    registry.save("project", "", row.data, who="ana", publish=True)
    data = {**row.data, "name": "Línea 中老铁路"}
    registry.save("project", "KUN-VTE", data, who="ana", source="own", publish=True)
    registry.save("risk", "", {"title": "Flood", "level": "overall", "category": "environmental"},
                  who="ana")  # fmt: skip


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables that a backup holds, in one form for both databases."""
    out = {}
    with database.session(write=False) as session:
        for model in (UserRow, AuditRow, RevisionRow):
            columns = model.__table__.c
            rows = session.execute(sa.select(*columns).order_by(columns.id)).all()
            out[model.__tablename__] = [tuple(row) for row in rows]
    return out


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Database]:
    """A workspace with little in it."""
    made = Database(f"sqlite:///{tmp_path / 'filled' / 'workspace.sqlite'}")
    migrate.upgrade(made)
    fill(made)
    yield made
    made.dispose()


@pytest.fixture
def saved(filled: Database, tmp_path: Path) -> Path:
    back_up(filled, tmp_path / "b.zip")
    return tmp_path / "b.zip"


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'blank' / 'workspace.sqlite'}")
    yield made
    made.dispose()


def test_there_and_back_over_both_databases(
    local_database: Database, empty_database: Database, tmp_path: Path, blank: Database
) -> None:
    filled = local_database
    fill(filled)
    made = back_up(filled, tmp_path / "one.zip")
    assert stat.S_IMODE((tmp_path / "one.zip").stat().st_mode) == 0o600
    assert made.rows["users"] == 1
    assert {"sessions", "tokens"}.isdisjoint(made.rows)
    done = restore(empty_database, tmp_path / "one.zip")
    assert done.rows == made.rows
    assert content(empty_database) == content(filled)
    assert check_workspace(empty_database) == []
    # New rows are numbered on from the restored ones, and the bundled rows are known as such.
    registry = Registry(empty_database)
    assert registry.undo("project", "KUN-VTE", to=1, who="ana").revision == 3
    assert bundled.load(empty_database) == {}
    with empty_database.session(write=False) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TokenRow)) == 0
    # And from there into SQLite.
    back_up(empty_database, tmp_path / "two.zip")
    restore(blank, tmp_path / "two.zip")
    assert content(blank) == content(empty_database)
    assert check_workspace(blank) == []


def test_a_workspace_with_content_is_not_overwritten(
    saved: Path, filled: Database, blank: Database
) -> None:
    before = content(filled)
    with pytest.raises(Conflict, match=r"has .* already; .*--replace"):
        restore(filled, saved)
    assert content(filled) == before
    with filled.session() as session:
        session.add(UserRow(name="eve", role="admin", password_hash="y"))
    restore(filled, saved, replace=True)
    assert content(filled) == before
    # A workspace that only has the bundled rows is as good as empty.
    migrate.upgrade(blank)
    bundled.load(blank)
    restore(blank, saved)
    assert content(blank) == before


def changed(path: Path, name: str, data: bytes, target: Path) -> Path:
    """The archive with another content of one member, everything else as it was."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for each in old.namelist():
            new.writestr(each, data if each == name else old.read(each))
    return target


def test_damage_is_refused_and_nothing_written(
    saved: Path, blank: Database, tmp_path: Path
) -> None:
    whole = saved.read_bytes()
    with zipfile.ZipFile(saved) as found:
        users = found.read("tables/users.jsonl")
        manifest = json.loads(found.read("manifest.json"))
        at = found.getinfo("tables/revisions.jsonl").header_offset + 400
    manifest["files"]["../../etc/x"] = manifest["files"]["tables/users.jsonl"]
    flipped = bytearray(whole)
    flipped[at] ^= 255
    bad = {
        "cut": whole[: len(whole) // 2],
        "flipped": bytes(flipped),
        "text": b"no archive at all",
        "empty": b"",
    }
    cases = [tmp_path / f"{name}.zip" for name in bad]
    for path, data in zip(cases, bad.values(), strict=True):
        path.write_bytes(data)
    cases.append(changed(saved, "tables/users.jsonl", users.replace(b"ana", b"eve"),
                         tmp_path / "user.zip"))  # fmt: skip
    cases.append(changed(saved, "tables/users.jsonl", b"", tmp_path / "none.zip"))
    cases.append(changed(saved, "manifest.json", json.dumps(manifest).encode(),
                         tmp_path / "path.zip"))  # fmt: skip
    cases.append(tmp_path / "missing.zip")
    for path in cases:
        with pytest.raises(InputError, match=path.name):
            restore(blank, path)
        assert migrate.current(blank) is None


def test_a_member_cannot_lie_outside_the_results(tmp_path: Path, blank: Database) -> None:
    path = tmp_path / "odd.zip"
    for name in ("../evil", "/etc/evil", "results/../../evil", "results/.hidden", "tables/x.txt"):
        with zipfile.ZipFile(path, "w") as made:
            member = archive.add_lines(made, name, [b"{}\n"])
            archive.add_manifest(made, schema="0002", version="0", made_at="", files={name: member})
        with pytest.raises(InputError, match="it names the file"):
            restore(blank, path, results=tmp_path / "results")


def test_results_go_along_where_asked_for(filled: Database, tmp_path: Path) -> None:
    results = tmp_path / "results"
    (results / "ab").mkdir(parents=True)
    (results / "ab" / "table.csv").write_bytes(b"a,b\r\n1,2\r\n")
    made = back_up(filled, tmp_path / "b.zip", results=results)
    assert made.results == 1
    target = Database(f"sqlite:///{tmp_path / 't' / 'workspace.sqlite'}")
    assert restore(target, tmp_path / "b.zip", results=tmp_path / "new").results == 1
    assert (tmp_path / "new" / "ab" / "table.csv").read_bytes() == b"a,b\r\n1,2\r\n"
    target.dispose()


def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    filled: Database, blank: Database, tmp_path: Path
) -> None:
    before = content(filled)
    migrate.downgrade(filled, "0001")
    made = back_up(filled, tmp_path / "old.zip")
    assert made.schema == "0001"
    restore(blank, tmp_path / "old.zip")
    assert migrate.current(blank) == migrate.HEAD
    assert content(blank) == before
    assert check_workspace(blank) == []
    assert Registry(blank).list("project", search="linea").total == 1


def test_a_backup_is_written_as_a_whole_or_not(filled: Database, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        back_up(filled, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "mine"
    results = tmp_path / "results"
    results.mkdir()
    (results / "bad name.csv").write_text("x")
    with pytest.raises(InputError, match="bad name"):
        back_up(filled, tmp_path / "b.zip", results=results)
    assert not list(tmp_path.glob("b.zip*"))


def test_a_restore_that_breaks_off_leaves_the_old_workspace(
    saved: Path, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beltroad.app.database import backup

    def broken(*_: object) -> int:
        raise RuntimeError("power cut")

    before = content(filled)
    monkeypatch.setattr(backup, "_fill", broken)
    with pytest.raises(RuntimeError, match="power cut"):
        restore(filled, saved, replace=True)
    assert content(filled) == before
    assert check_workspace(filled) == []
