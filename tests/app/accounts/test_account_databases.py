"""Accounts behave the same on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from team import PASSWORD, cheap

from beltroad.app.accounts import audit, sessions, tokens, users
from beltroad.app.accounts.roles import Role
from beltroad.app.database import Database, migrate
from beltroad.app.errors import Conflict, NotFound
from beltroad.errors import BeltroadError


def test_accounts_on_either_database(empty_database: Database) -> None:
    database, passwords = empty_database, cheap()
    migrate.upgrade(database)
    for name in ("ana", "bob"):
        with database.session() as session:
            users.create(session, passwords, "t", name=name, role="admin", password=PASSWORD)
    with pytest.raises(Conflict), database.session() as session:
        users.create(session, passwords, "t", name="ANA", role="viewer", password=PASSWORD)
    assert users.sign_in(database, passwords, "ana\0\ud800", PASSWORD, "raw", "::1") is None
    who = users.sign_in(database, passwords, " Ana", PASSWORD, "raw-1", "::1")
    assert who is not None
    assert sessions.find(database, "raw-1").principal == who
    assert sessions.find(database, "raw-2") is None
    assert sessions.find(database, "raw\0\ud800") is None
    with database.session() as session:
        row, raw = tokens.create(session, who, "t", Role.EDITOR, None)
    found = tokens.find(database, raw)
    assert found.principal.role is Role.EDITOR
    found.seen()
    (kept,) = tokens.of_user(database, who.user_id)
    assert kept.used_at.tzinfo is not None
    assert tokens.find(database, raw).seen is None  # within a minute it is not written again
    with pytest.raises(NotFound), database.session() as session:
        tokens.revoke(session, who.user_id + 1, row.id)

    # two admins who shut each other out at the same moment: one of them stays
    numbers = {user.name: user.id for user in users.list_users(database)[0]}

    def shut(by: str, other: str) -> bool:
        try:
            with database.session() as session:
                users.set_active(session, by, numbers[other], False)
        except BeltroadError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(shut, ("ana", "bob"), ("bob", "ana")))
    assert sorted(done) == [False, True]
    assert sum(user.active for user in users.list_users(database)[0]) == 1

    assert audit.entries(database, search="SIGN-in")[1] == 2
    assert audit.entries(database, search="\0%_\\")[1] == 0
    assert audit.as_csv(database).startswith(b"\xef\xbb\xbfat,who,action,")
    rows, total = audit.entries(database, page=2, per_page=2)
    assert total == 5
    assert [row.action for row in rows] == ["sign-in.failed", "account.add"]
    assert rows[0].at.tzinfo is not None
