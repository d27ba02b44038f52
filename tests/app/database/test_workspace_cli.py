"""``beltroad workspace``: one command each, from an empty folder to a restored copy."""

from __future__ import annotations

import stat
from pathlib import Path

import sqlalchemy as sa
from typer.testing import CliRunner

import beltroad.cli.workspace  # noqa: F401 (registers its commands)
from beltroad.app.database import Database
from beltroad.cli.console import app
from beltroad.errors import BeltroadError


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["workspace", *arguments])
    if isinstance(done.exception, BeltroadError):
        return 2, str(done.exception)
    return done.exit_code, done.output


def test_migrate_check_backup_restore(tmp_path: Path) -> None:
    one, two, file = str(tmp_path / "one"), str(tmp_path / "two"), tmp_path / "b.zip"
    assert run("check", "--home", one) == (1, "schema: is empty, not 0002; "
                                              "beltroad workspace migrate\n")  # fmt: skip
    assert not Path(one).exists()
    code, said = run("migrate", "--home", one)
    assert code == 0
    assert "project: 164 added" in said
    assert stat.S_IMODE(Path(one).stat().st_mode) == 0o700
    assert run("migrate", "--home", one) == (0, "schema: 0002 -> 0002\n")
    assert run("check", "--home", one) == (0, "schema, records and journals are whole\n")
    code, said = run("backup", str(file), "--home", one)
    assert code == 0
    assert "password hashes" in said
    assert run("restore", str(file), "--home", two)[0] == 0
    assert run("check", "--home", two)[0] == 0
    assert run("migrate", "--down", "--to", "0001", "--home", two) == (0, "schema: 0002 -> 0001\n")
    assert run("restore", str(tmp_path / "none.zip"), "--home", two)[0] == 2

    database = Database(f"sqlite:///{tmp_path / 'one' / 'workspace.sqlite'}")
    with database.session() as session:
        session.execute(sa.text("UPDATE records SET latest = 9 WHERE key = 'KUN-VTE'"))
        session.execute(sa.text("UPDATE records SET published = 5 WHERE key = 'KHG-DRY'"))
    database.dispose()
    code, said = run("check", "--home", one)
    assert code == 1
    assert "project KUN-VTE: its revisions are not 1 to the latest" in said
    assert "project KHG-DRY: its published revision is missing" in said
