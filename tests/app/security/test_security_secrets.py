"""Secrets: a workspace does not start without, and never says one."""

from __future__ import annotations

import logging
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from team import HOST, PASSWORD, Team, cheap, team_settings, token_of

from beltroad.app import Settings, create_app
from beltroad.app.database import Database
from beltroad.app.errors import Unavailable
from beltroad.app.security import check_settings, logs
from beltroad.app.security.checks import secret_of
from beltroad.errors import InputError, OutputError


def test_team_mode_wants_a_secret_of_its_own_and_https(tmp_path: Path) -> None:
    good = team_settings(tmp_path, "sqlite://")
    check_settings(good)
    for change, word in (
        ({"secret": ""}, "not set"), ({"secret": "short"}, "5 characters"),
        ({"secret": "changeme" * 5}, "guessed"), ({"secret": "a" * 64}, "guessed"),
        ({"secret": "Secret-" + "0123456789" * 4}, "guessed"),
        ({"insecure_http": False}, "--insecure-http"), ({"hosts": ()}, "hosts"),
        ({"hosts": ("*",)}, "hosts"), ({"hosts": ("*.example",)}, "hosts"),
    ):  # fmt: skip
        bad = replace(good, **change)
        with pytest.raises(InputError, match=word) as fault:
            create_app(bad)
        assert not bad.secret or bad.secret not in str(fault.value)
    check_settings(replace(good, insecure_http=False, secure_cookies=True))
    local = Settings.local(tmp_path)
    check_settings(local)
    with pytest.raises(InputError, match="no login"):
        create_app(replace(local, hosts=("127.0.0.1", "workspace.example")))


def test_the_local_secret_is_made_once(tmp_path: Path) -> None:
    settings = Settings.local(tmp_path / "home")
    start = threading.Barrier(8)

    def one(_: int) -> str:
        start.wait()
        return secret_of(settings)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(one, range(8)))
    assert len(found) == 1
    assert len(found.pop()) >= 32
    path = settings.home / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in settings.home.iterdir()] == ["secret"]
    before = secret_of(settings)
    path.chmod(0o644)
    assert secret_of(settings) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("short")
    with pytest.raises(InputError, match="remove the file"):
        secret_of(settings)
    path.write_bytes(b"\xff" * 64)
    with pytest.raises(OutputError, match="not text"):
        secret_of(settings)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="--home"):
        secret_of(Settings.local(tmp_path / "file"))


def test_nothing_says_a_secret(
    team: Team, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    # Other tools of the same process set up logging so that loggers of others fall silent.
    for one in logging.root.manager.loggerDict.values():
        if isinstance(one, logging.Logger):
            monkeypatch.setattr(one, "disabled", False)
    settings = team.app.state.settings
    browser, visitor = team.browser("viewer-user"), team.visitor()
    made = browser.post("/api/v1/accounts/tokens", json={"name": "n", "role": "viewer"}).json()
    typed = "typed in the wrong place"
    database_password = "s3cr3t-of-the-database"
    lost = replace(
        settings, database_url=f"postgresql://app:{database_password}@127.0.0.1:9/none?connect_timeout=1"
    )  # fmt: skip
    app = create_app(lost)
    app.state.passwords = cheap()
    gone = TestClient(app, base_url=HOST, raise_server_exceptions=False)
    bodies = []

    def tell(client: TestClient, method: str, url: str, **more: object) -> int:
        answer = client.request(method, url, **more)
        bodies.append(answer.text + str(answer.headers))
        return answer.status_code

    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert tell(gone, "GET", "/api/v1/accounts/me", headers=bearer) == 503
    form = {"name": typed, "password": typed, "csrf": token_of(gone)}
    assert tell(gone, "POST", "/login", data=form) == 503
    form["csrf"] = token_of(visitor)
    assert tell(visitor, "POST", "/login", data=form) == 401
    tell(visitor, "POST", "/login", data={**form, "password": [typed, typed]})
    for json in (
        {"old": typed, "new": typed, "x": typed},
        {"old": [typed]},
        [typed],
        {"old": typed * 50},
    ):
        assert tell(browser, "POST", "/api/v1/accounts/password", json=json) in (403, 422)
    assert tell(browser, "POST", "/api/v1/accounts/password", content=f'{{"old": "{typed}'.encode(),
                headers={"Content-Type": "application/json"}) == 422  # fmt: skip
    tell(browser, "GET", f"/api/v1/accounts/audit?token={made['token']}")

    @team.app.get("/broken", include_in_schema=False)
    def broken() -> None:
        raise RuntimeError(f"{settings.secret} {lost.database_url} {made['token']} token=typed")

    status = tell(browser, "GET", "/broken")
    assert status == 500
    assert "log has the cause under" in bodies[-1]
    log = logging.getLogger("uvicorn.access")
    monkeypatch.setattr(log, "propagate", True)  # a server started by another test quiets it
    log.info('%s - "%s %s HTTP/%s" %d', "::1", "GET", f"/x?token={made['token']}&q=1", "1.1", 200)
    logging.getLogger("any").info("password=%s secret=%s", "typed-alone", settings.secret)
    logging.getLogger("any").warning(
        "cookie beltroad=%s and %s", browser.cookies["beltroad"], {"k": settings.secret}
    )
    with pytest.raises(Unavailable) as fault, Database(lost.database_url).session():
        pass
    bodies += [
        str(fault.value),
        repr(lost),
        str(lost),
        repr(app.state.keys),
        repr(app.state.database),
    ]
    said = caplog.text + "".join(str(vars(r)) for r in caplog.records if r.name != "asyncio")
    assert "fault " in said
    assert "RuntimeError" in said
    assert "&q=1" in said
    for secret in (settings.secret, database_password, made["token"], browser.cookies["beltroad"]):
        assert secret not in "".join(bodies)
        assert secret not in caplog.text
    for part in (typed, "typed-alone", "token=typed "):
        assert part not in "".join(bodies) + caplog.text
    with team.app.state.database.session(write=False) as session:
        for table in ("audit", "users", "sessions", "tokens"):
            kept = str(session.execute(sa.text(f"SELECT * FROM {table}")).all())
            for secret in (typed, made["token"], PASSWORD, settings.secret):
                assert secret not in kept


def test_ordinary_words_stay() -> None:
    for text in ("the secret of the sea", "tokens: 3 of 5", "GET /projects?q=token%20ring HTTP/1.1",
                 "http://127.0.0.1:8000/login", "https://example.org/a@b"):  # fmt: skip
        assert logs.strike(text) == text
    assert logs.strike("/x?csrf=abc&page=2") == "/x?csrf=[struck out]&page=2"
