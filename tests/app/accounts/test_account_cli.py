"""``beltroad workspace user``: the first admin and what else the command line can do."""

from __future__ import annotations

import io
from pathlib import Path

from starlette.testclient import TestClient
from team import HOST, PASSWORD, cheap, team_settings, token_of

from beltroad.app.accounts import audit, passwords
from beltroad.app.database import Database, migrate
from beltroad.app.factory import create_app
from beltroad.errors import BeltroadError, InputError
from command_line import run_beltroad


def test_the_first_admin_signs_in(monkeypatch, capsys, tmp_path: Path) -> None:
    from beltroad.cli.workspace_users import user_app

    monkeypatch.setattr(passwords, "Passwords", cheap)
    url = f"sqlite:///{tmp_path / 'w.sqlite'}"

    where = ("--home", str(tmp_path), "--database", url)

    def user(*words: str, typed: str | None = None) -> tuple[int, str, str]:
        # Without the many other commands, whose setting up takes longer than these.
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n" if typed else ""))
        try:
            user_app([*words, *where], standalone_mode=False)
        except BeltroadError as error:
            capsys.readouterr()
            return 2 if isinstance(error, InputError) else 1, "", str(error)
        return 0, *capsys.readouterr()

    code, _, err = run_beltroad(monkeypatch, capsys, "workspace", "user", "list", *where)
    assert (code, "workspace migrate" in err) == (1, True)
    database = Database(url)
    migrate.upgrade(database)

    add = ("add", "Ana", "--role", "admin")
    assert "no terminal" in user(*add)[2]
    assert "nothing came" in user(*add, "--password-stdin")[2]
    code, out, err = user(*add, "--password-stdin", typed="too short")
    assert (code, "12 or more" in err, "too short" in err + out) == (2, True, False)
    assert user(*add, "--password-stdin", typed=PASSWORD)[:2] == (0, "ana: added as admin\n")
    code, _, err = user(*add, "--password-stdin", typed=PASSWORD)
    assert (code, "there is an account" in err) == (1, True)
    code, _, err = user("add", "bob", "--role", "king", "--password-stdin", typed=PASSWORD)
    assert (code, "viewer, analyst, editor, admin" in err) == (2, True)
    assert user("add", "=bob", "--password-stdin", typed=PASSWORD)[0] == 2

    app = create_app(team_settings(tmp_path / "home", url))
    app.state.passwords = cheap()
    with TestClient(app, base_url=HOST, follow_redirects=False) as browser:

        def sign_in(password: str) -> int:
            form = {"name": "ana", "password": password, "csrf": token_of(browser)}
            return browser.post("/login", data=form).status_code

        assert sign_in(PASSWORD) == 303
        assert browser.get("/admin/users").status_code == 200
        assert user("disable", "ana")[0] == 1  # the last admin
        assert user("role", "ana", "viewer")[0] == 1
        assert user("add", "bob", "--role", "admin", "--password-stdin", typed=PASSWORD)[0] == 0
        assert user("role", "ana", "viewer")[:2] == (0, "ana: viewer\n")
        assert browser.get("/admin/users").status_code == 403
        assert user("password", "ana", "--password-stdin", typed="a wholly new one")[0] == 0
        assert browser.get("/account").status_code == 303
        assert sign_in("a wholly new one") == 303
        assert user("disable", "ana")[:2] == (0, "ana: shut\n")
        assert browser.get("/account").status_code == 303
        assert user("disable", "ana", "--undo")[:2] == (0, "ana: may sign in\n")
    app.state.database.dispose()
    code, out, _ = user("list")
    assert code == 0
    assert out.startswith("ana\tviewer\tmay sign in\tsince ")
    assert user("password", "carl", "--password-stdin", typed=PASSWORD)[0] == 2
    rows, _ = audit.entries(database, search="command-line")
    assert {r.action for r in rows} == {
        "account.add", "account.role", "account.password.reset", "account.disable", "account.enable"
    }  # fmt: skip
    database.dispose()
