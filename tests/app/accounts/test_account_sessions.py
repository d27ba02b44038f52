"""Signing in and out, and what ends a session."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
import sqlalchemy as sa
from team import HOST, PASSWORD, Team, token_of

from beltroad.app.accounts import audit, sessions, users
from beltroad.app.accounts.passwords import Passwords, check_password
from beltroad.app.accounts.roles import Principal
from beltroad.app.database.models import AuditRow, SessionRow, UserRow, utc_now
from beltroad.app.errors import Conflict, Forbidden
from beltroad.app.pages.accounts import safe_next
from beltroad.app.security.rate import Rates
from beltroad.errors import InputError

ME = "/api/v1/accounts/me"
NEW = "nine boats on the lake"


def sign_in(visitor, name: str, password: str, **more: str):
    data = {"name": name, "password": password, "csrf": token_of(visitor), **more}
    return visitor.post("/login", data=data)


def test_signing_in_gives_a_new_id_and_a_guarded_cookie(team: Team) -> None:
    visitor = team.visitor()
    token_of(visitor)
    before = visitor.cookies["beltroad"]
    answer = sign_in(visitor, " Viewer-User ", PASSWORD, next="/projects?state=open")
    assert (answer.status_code, answer.headers["location"]) == (303, "/projects?state=open")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie
    assert visitor.cookies["beltroad"] != before
    # whoever planted the id that the browser had before has nothing
    planted = team.visitor()
    planted.cookies.set("beltroad", before)
    assert planted.get(ME).status_code == 401
    # only a hash is kept
    raw = team.app.state.keys.unseal(visitor.cookies["beltroad"])
    with team.app.state.database.session(write=False) as session:
        kept = set(session.scalars(sa.select(SessionRow.id)))
    assert sessions.digest(raw) in kept
    assert raw not in kept
    # nor does an id count that is not signed by us
    forged = team.visitor()
    forged.cookies.set("beltroad", raw + ".AAAA")
    assert forged.get(ME).status_code == 401


def test_unknown_shut_and_wrong_look_the_same(team: Team, monkeypatch) -> None:
    team.add("shut-user", "viewer")
    with team.app.state.database.session() as session:
        users.set_active(session, "tests", team.ids["shut-user"], False)
    hashed = []
    check = Passwords.verify
    monkeypatch.setattr(
        Passwords, "verify", lambda self, p, kept: (hashed.append(kept), check(self, p, kept))[1]
    )
    seen = set()
    for name, password in (
        ("nobody-here", PASSWORD), ("shut-user", PASSWORD), ("viewer-user", "wrong and long"),
        ("a\0b", "x"), ("\N{SNOWMAN}" * 90, ""), ("", ""),
    ):  # fmt: skip
        visitor = team.visitor()
        answer = sign_in(visitor, name, password)
        assert visitor.get(ME).status_code == 401
        body = answer.text.replace(visitor.app.state.keys.csrf("x"), "")
        seen.add((answer.status_code, body.split("<main")[1].split("csrf")[0]))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 401
    assert len(hashed) == 6  # a hash is computed each time
    rows, _ = audit.entries(team.app.state.database, search="sign-in.failed")
    assert {r.who for r in rows} == {"unknown", "shut-user", "viewer-user"}
    assert {r.address for r in rows} == {"192.0.2.7"}


def test_only_own_paths_follow_a_sign_in(team: Team) -> None:
    for target in (
        "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "evil",
        "/\t/evil.example", "/a\r\nSet-Cookie: x=1", "javascript:alert(1)", "", "/login?next=/x",
        "/logout", "/%0d%0a\n", "//[", "/" + "a" * 3000,
    ):  # fmt: skip
        assert safe_next(target) == "/", target
    for target in ("/", "/projects?q=a%20b&page=2", "/countries/KAZ#debt"):
        assert safe_next(target) == target
    answer = sign_in(team.visitor(), "viewer-user", PASSWORD, next="//evil.example/x")
    assert answer.headers["location"] == "/"
    page = team.visitor().get("/login", params={"next": "//evil.example"}).text
    assert "evil" not in page.split("<main")[1]


def test_a_password_change_ends_stolen_sessions(team: Team) -> None:
    team.add("mover", "analyst")
    browser, thief, program = team.browser("mover"), team.browser("mover"), team.visitor()
    made = browser.post("/api/v1/accounts/tokens", json={"name": "t", "role": "analyst"}).json()
    program.headers["Authorization"] = f"Bearer {made['token']}"
    wrong = browser.post("/api/v1/accounts/password", json={"old": "no", "new": NEW})
    assert wrong.status_code == 422
    assert thief.get(ME).status_code == 200
    short = browser.post("/api/v1/accounts/password", json={"old": PASSWORD, "new": "short one"})
    assert short.status_code == 422
    assert "short one" not in short.text
    data = {"old": PASSWORD, "new": NEW, "again": NEW}
    answer = browser.post("/account/password", data=data)
    assert answer.headers["location"] == "/account?said=password"
    assert browser.get(ME).status_code == 200  # goes on, under a new id
    assert thief.get(ME).status_code == 401
    assert program.get(ME).status_code == 200
    assert sign_in(team.visitor(), "mover", PASSWORD).status_code == 401
    assert sign_in(team.visitor(), "mover", NEW).status_code == 303


def test_role_and_state_count_at_once(team: Team) -> None:
    team.add("riser", "viewer")
    admin, browser = team.browser("admin-user"), team.browser("riser")
    users_url = f"/api/v1/accounts/users/{team.ids['riser']}"
    assert browser.get("/admin/users").status_code == 403
    assert admin.patch(users_url, json={"role": "admin"}).json()["role"] == "admin"
    assert browser.get("/admin/users").status_code == 200
    token = browser.post("/api/v1/accounts/tokens", json={"name": "t", "role": "admin"}).json()
    program = team.visitor()
    program.headers["Authorization"] = f"Bearer {token['token']}"
    assert program.get("/api/v1/accounts/users").status_code == 200
    admin.patch(users_url, json={"role": "viewer"})
    assert browser.get("/admin/users").status_code == 403
    assert program.get("/api/v1/accounts/users").status_code == 403  # sinks with its owner
    assert admin.post(f"/admin/users/{team.ids['riser']}", data={"active": "no"}).status_code == 303
    assert browser.get(ME).status_code == program.get(ME).status_code == 401
    admin.patch(users_url, json={"active": True})
    assert browser.get(ME).status_code == program.get(ME).status_code == 401  # ended for good


def test_the_last_admin_stays(team: Team) -> None:
    admin = team.browser("admin-user")
    url = f"/api/v1/accounts/users/{team.ids['admin-user']}"
    for change in ({"role": "viewer"}, {"active": False}):
        answer = admin.patch(url, json=change)
        assert answer.status_code == 409
        assert "last admin" in answer.json()["detail"]
    # a change is made whole or not at all
    assert admin.patch(url, json={"password": NEW, "active": False}).status_code == 409
    assert sign_in(team.visitor(), "admin-user", PASSWORD).status_code == 303


def test_sessions_end_by_idling_age_and_by_hand(team: Team, monkeypatch) -> None:
    team.add("idler", "viewer")
    first, second = team.browser("idler"), team.browser("idler")
    now = utc_now()
    monkeypatch.setattr(sessions, "utc_now", lambda: now + datetime.timedelta(hours=11))
    assert first.get(ME).status_code == 200  # and is noted as seen
    monkeypatch.setattr(sessions, "utc_now", lambda: now + datetime.timedelta(hours=13))
    assert first.get(ME).status_code == 200
    assert second.get(ME).status_code == 401
    for hours in range(24, 168, 11):  # used all the time, it ends all the same
        monkeypatch.setattr(sessions, "utc_now", lambda h=hours: now + datetime.timedelta(hours=h))
        assert first.get(ME).status_code == 200
    monkeypatch.setattr(sessions, "utc_now", lambda: now + sessions.ABSOLUTE + sessions._TOUCH)
    assert first.get(ME).status_code == 401
    monkeypatch.undo()

    one, two, other = team.browser("idler"), team.browser("idler"), team.browser("viewer-user")
    listed = one.get("/api/v1/accounts/sessions").json()
    mine = next(s for s in listed if s["this"])
    assert sum(s["this"] for s in listed) == 1
    assert other.delete(f"/api/v1/accounts/sessions/{mine['id']}").status_code == 404
    assert other.post("/account/sessions/end", data={"session": mine["id"]}).status_code == 303
    assert one.get(ME).status_code == 200  # not the other's to end
    hers = two.get("/api/v1/accounts/sessions").json()
    assert one.delete(
        f"/api/v1/accounts/sessions/{next(s['id'] for s in hers if s['this'])}"
    ).status_code == 204  # fmt: skip
    assert (one.get(ME).status_code, two.get(ME).status_code) == (200, 401)
    assert one.post("/logout").headers["location"] == "/login"
    assert one.get(ME).status_code == 401
    three, four = team.browser("idler"), team.browser("idler")
    assert three.delete("/api/v1/accounts/sessions").status_code == 204
    assert three.get(ME).status_code == four.get(ME).status_code == 401


def test_guessing_is_slowed_by_address_and_by_name(team: Team) -> None:
    limits = replace(team.app.state.settings.limits, logins_per_minute=3)
    usual, team.app.state.rates = team.app.state.rates, Rates(limits)
    try:
        visitor = team.visitor()
        for _ in range(3):
            assert sign_in(visitor, "viewer-user", "no").status_code == 401
        answer = sign_in(visitor, "viewer-user", PASSWORD)
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        elsewhere = team.visitor()
        elsewhere._transport.client = ("198.51.100.9", 50000)
        assert sign_in(elsewhere, "VIEWER-USER", PASSWORD).status_code == 429  # same name
        assert sign_in(elsewhere, "editor-user", PASSWORD).status_code == 303
    finally:
        team.app.state.rates = usual


def test_requests_are_counted_by_visitor(team: Team) -> None:
    browser, other = team.browser("viewer-user"), team.browser("editor-user")
    limits = replace(team.app.state.settings.limits, reads_per_minute=4, writes_per_minute=2)
    usual, team.app.state.rates = team.app.state.rates, Rates(limits)
    try:
        assert [browser.get(ME).status_code for _ in range(5)] == [200] * 4 + [429]
        answer = browser.get(ME)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Retry-After" in answer.headers
        assert answer.json()["status"] == 429
        assert browser.get("/account").status_code == 429
        assert other.get(ME).status_code == 200
        writes = [browser.post("/account/language", data={"lang": "en"}) for _ in range(3)]
        assert [w.status_code for w in writes] == [303, 303, 429]
    finally:
        team.app.state.rates = usual


def test_passwords_are_long_and_odd_and_whole() -> None:
    for bad in (
        "short",
        "password1234",
        "ababababababab",
        "viewer-user",
        "viewer-user12",
        "x" * 1001,
    ):
        with pytest.raises(InputError) as fault:
            check_password(bad, "viewer-user")
        assert bad not in str(fault.value)
    from team import cheap

    passwords = cheap()
    long = "a long one " * 60
    kept = passwords.hash(long)
    assert kept.startswith("$argon2id$")
    assert passwords.verify(long, kept)[0]
    assert not passwords.verify(long[:-1], kept)[0]  # nothing is cut off
    assert passwords.verify("e\u0301clair on the roof", passwords.hash("\u00e9clair on the roof"))[
        0
    ]
    assert not passwords.verify("anything", "broken")[0]
    strong = Passwords()  # what the application itself uses
    fits, newer = strong.verify(long, kept)
    assert fits
    assert newer
    assert "m=65536" in newer


def test_the_log_is_only_added_to(team: Team) -> None:
    database = team.app.state.database
    with database.session() as session:
        audit.note(
            session, Principal("=x", sessions.Role.ADMIN), "a\nb", "=1+1", {"n": "=2"}, "::1"
        )
    for change in (
        lambda s, r: s.delete(r), lambda s, r: setattr(r, "who", "other"),
        lambda s, r: s.execute(sa.delete(AuditRow)),
        lambda s, r: s.execute(sa.update(AuditRow).values(who="x")),
    ):  # fmt: skip
        with pytest.raises(Forbidden), database.session() as session:
            change(
                session, session.scalars(sa.select(AuditRow).order_by(AuditRow.id.desc())).first()
            )
    rows, total = audit.entries(database, search="=1+1")
    assert total == 1
    assert rows[0].action == "a\N{REPLACEMENT CHARACTER}b"
    admin = team.browser("admin-user")
    assert "=1+1" in admin.get("/admin/audit?q=%3D1").text
    text = admin.get("/admin/audit.csv?q=%3D1").text
    assert ",'=1+1," in text
    assert "'=x" in text
    assert ",=" not in text
    assert audit.entries(database, search="%")[1] == 0  # searched for as it is
    answer = admin.get("/api/v1/accounts/audit?per_page=2&search=sign-in")
    assert len(answer.json()["items"]) == 2
    assert 'rel="next"' in answer.headers["link"]
    with database.session(write=False) as session:
        assert not session.scalar(sa.select(UserRow).where(UserRow.name == "=x"))
    assert {e.action for e in audit.entries(database, per_page=1000)[0]} >= {
        "sign-in",
        "account.add",
    }


def test_names_are_one_person_each(team: Team) -> None:
    admin = team.browser("admin-user")
    new = {"name": "Zhang.San", "role": "viewer", "password": NEW}
    assert admin.post("/api/v1/accounts/users", json=new).json()["name"] == "zhang.san"
    for name, status in (
        ("ZHANG.SAN", 409), ("\uff3ahang.san", 409), ("=cmd", 422), ("a b", 422), ("local", 422),
        ("", 422), ("x" * 81, 422), ("a\u202eb", 422),
    ):  # fmt: skip
        answer = admin.post("/api/v1/accounts/users", json=new | {"name": name})
        assert answer.status_code == status, name
        assert NEW not in answer.text
    page = admin.post("/admin/users", data={"name": "<b>x", "role": "viewer", "password": NEW})
    assert page.status_code == 422
    assert "<b>x" not in page.text
    with pytest.raises(Conflict), team.app.state.database.session() as session:
        users.create(
            session, team.app.state.passwords, "t", name="admin-user", role="viewer", password=NEW
        )
    assert HOST.startswith("http://")
