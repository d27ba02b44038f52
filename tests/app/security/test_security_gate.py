"""The gate: names, addresses, forgery, sizes and headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.datastructures import Headers, MutableHeaders
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from team import HOST, Team, token_of

from beltroad.app.security import headers as answer_headers
from beltroad.app.security.hosts import address_of, host_allowed, origin_allowed

ME = "/api/v1/accounts/me"


def test_only_own_names_are_answered(team: Team) -> None:
    visitor = team.visitor()
    for host in ("evil.example", "workspace.example.evil.example", "127.0.0.1", "", "a b", "[::1]",
                 "workspace.example@evil.example", "workspace.example:80:80"):  # fmt: skip
        answer = visitor.get("/login", headers={"Host": host})
        assert answer.status_code == 400, host
        assert "evil" not in answer.text
    assert visitor.get("/login", headers={"Host": "WORKSPACE.example:8443"}).status_code == 200
    twice = Headers(raw=[(b"host", b"workspace.example"), (b"host", b"evil.example")])
    assert not host_allowed(team.app.state.settings, twice)


def test_local_mode_is_for_this_machine_alone(local_client: TestClient) -> None:
    assert local_client.get(ME).json()["role"] == "admin"
    for host in ("evil.example:8000", "192.168.0.4", "localhost.evil.example", "0.0.0.0"):
        # a foreign name that was pointed at 127.0.0.1
        assert local_client.get(ME, headers={"Host": host}).status_code == 400
    for host in ("localhost:8000", "[::1]:9", "127.0.0.1"):
        assert local_client.get(ME, headers={"Host": host}).status_code == 200
    remote = TestClient(
        local_client.app, base_url="http://127.0.0.1:8000", client=("192.0.2.9", 5),
        raise_server_exceptions=False,
    )  # fmt: skip
    assert remote.get(ME).status_code == 403


def test_pages_of_other_sites_cannot_change_anything(local_client: TestClient) -> None:
    token = token_of(local_client, "/account")
    send = {"data": {"lang": "zh", "csrf": token}}
    url = "/account/language"
    assert local_client.post(url, **send).status_code == 303
    for origin in ("http://127.0.0.1:3000", "http://evil.example", "null", "http://localhost:8000",
                   "http://[", "file://", "http://127.0.0.1:x"):  # fmt: skip
        assert local_client.post(url, **send, headers={"Origin": origin}).status_code == 403
    for near in ("cross-site", "same-site", "odd"):
        assert local_client.post(url, **send, headers={"Sec-Fetch-Site": near}).status_code == 403
    fine = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert local_client.post(url, **send, headers=fine).status_code == 303
    # the token of another browser, none, and a cookie that was lost
    for bad in ("", "0" * 64, "\u2603", token[:-1]):
        data = {"lang": "zh", "csrf": bad}
        assert local_client.post(url, data=data).status_code == 403
    stranger = TestClient(local_client.app, base_url="http://127.0.0.1:8000", client=("::1", 5))
    assert stranger.post(url, **send).status_code == 403
    # in a form with a file, after which the token is not looked for
    files = {"file": ("a.csv", b"x" * 200_000)}
    sent = {"data": {"csrf": token, "lang": "zh"}, "files": files, "follow_redirects": False}
    assert local_client.post(url, **sent).status_code == 303
    assert local_client.post(url, **{**sent, "data": {"csrf": "0" * 64}}).status_code == 403
    # odd methods are no way around
    assert local_client.request("PUT", url).status_code == 403
    assert local_client.request("BREW", url).status_code == 403


@pytest.fixture(scope="module")
def local_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A browser on the machine of a local workspace."""
    from beltroad.app import Settings, create_app
    from beltroad.app.database import Database, migrate

    settings = Settings.local(tmp_path_factory.mktemp("local"))
    database = Database(settings.database_url)
    migrate.upgrade(database)
    with TestClient(
        create_app(settings, database), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5),
        raise_server_exceptions=False, follow_redirects=False,
    ) as client:  # fmt: skip
        yield client
    database.dispose()


def test_addresses_come_from_trusted_hops_only(team: Team) -> None:
    settings = replace(team.app.state.settings, trusted_proxies=("10.0.0.1", "10.0.0.2"))
    for client, forwarded, address in (
        ("198.51.100.1", ["192.0.2.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6", "192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["x" * 500], "x" * 64),
    ):  # fmt: skip
        given = Headers(raw=[(b"x-forwarded-for", f.encode()) for f in forwarded])
        assert address_of(settings, {"client": (client, 1)}, given) == address
    assert address_of(settings, {"client": None}, Headers()) == ""
    secure = replace(settings, secure_cookies=True)
    here = {"host": "workspace.example"}
    assert origin_allowed(secure, Headers({**here, "origin": "https://workspace.example"}))
    assert not origin_allowed(secure, Headers({**here, "origin": "http://workspace.example"}))


def test_long_bodies_are_stopped_while_they_come(team: Team) -> None:
    admin = team.browser("admin-user")
    url, most = "/api/v1/accounts/users", team.app.state.settings.limits.json_bytes
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 100_000

    answer = admin.post(url, content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["status"] == 413
    told = admin.post(url, content=b"{}", headers={"Content-Length": str(most + 1)})
    assert told.status_code == 413
    assert told.headers["connection"] == "close"
    odd = admin.post(url, content=b"{}", headers={"Content-Length": "\u0663".encode()})
    assert 400 <= odd.status_code < 500
    # who may not write is not read
    viewer = team.browser("viewer-user")
    assert viewer.post(url, content=b"x" * (most + 1)).status_code == 403
    limits = replace(team.app.state.settings.limits, upload_bytes=100_000)
    usual = team.app.state.settings
    team.app.state.settings = replace(usual, limits=limits)
    try:
        files = {"file": ("a", b"x" * 300_000)}
        assert admin.post("/admin/users", files=files).status_code == 413
        del admin.headers["X-CSRF-Token"]
        data = {"csrf": token_of(admin, "/account")}
        assert admin.post("/admin/users", data=data, files=files).status_code == 413
        admin.headers["X-CSRF-Token"] = data["csrf"]
    finally:
        team.app.state.settings = usual
    many = "&".join(f"a{i}=1" for i in range(3000))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert admin.post("/admin/users", content=many, headers=form).status_code in (400, 413)
    parts = {f"f{i}": (None, "1") for i in range(1100)}
    assert admin.post("/admin/users", files=parts).status_code in (400, 413)


def test_odd_addresses_and_paths(team: Team) -> None:
    admin = team.browser("admin-user")
    assert admin.get("/" + "a" * 3000).status_code == 414
    assert admin.get("/?q=" + "a" * 9000).status_code == 414
    for path in ("/%00", "/api/v1/%00", "/?q=%00", "/static/%00"):
        assert admin.get(path).status_code == 400
    for path in (
        "/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2fsettings.py",
        "/static/%2e%2e%2f%2e%2e%2fsettings.py", "/static/..\\settings.py", "/static//etc/passwd",
        "/static/%2fetc%2fpasswd", "/static/css/", "/static/",
    ):  # fmt: skip
        assert admin.get(path).status_code in (400, 404), path
    with pytest.raises(WebSocketDisconnect) as shut, admin.websocket_connect("/"):
        pass
    assert shut.value.code == 1008


def test_headers_of_every_answer(team: Team) -> None:
    admin, nobody = team.browser("admin-user"), team.visitor()
    css = re.search(r"/static/css/base\.css\?v=[\w.+-]+", nobody.get("/login").text)[0]
    for answer, keep in (
        (nobody.get("/login"), "no-store"), (admin.get("/account"), "no-store"),
        (admin.get("/admin/audit.csv"), "no-store"), (admin.get(ME), "no-store"),
        (nobody.get("/projects"), "private, no-cache"),
        (admin.get("/nowhere"), "private, no-cache"),
        (nobody.get(ME), "no-store"), (admin.post("/nowhere"), "private, no-cache"),
        (nobody.get(css), "public, max-age=31536000, immutable"),
        (nobody.get("/static/css/base.css"), "no-cache"),
        (nobody.get("/static/none.css"), None), (nobody.get("/login", headers={"Host": "x"}), None),
    ):  # fmt: skip
        found = answer.headers
        policy = dict(p.split(" ", 1) for p in found["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert "unsafe" not in found["content-security-policy"]
        assert found["x-content-type-options"] == "nosniff"
        assert found["referrer-policy"] == "same-origin"
        assert found["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in found  # this one is plain HTTP
        assert "access-control-allow-origin" not in found
        if keep:
            assert found["cache-control"] == keep
    assert "set-cookie" not in nobody.get(css).headers
    assert "set-cookie" not in admin.get(ME).headers
    settings = replace(team.app.state.settings, secure_cookies=True)
    report = {"Content-Security-Policy": answer_headers.report_policy()}
    own = MutableHeaders(
        {**report, "Cache-Control": "public, max-age=60", "X-A": "a\r\nSet-Cookie: x=1"}
    )
    answer_headers.protect(own, settings, "/results/x", "")
    assert own["strict-transport-security"] == "max-age=31536000"
    assert own["cache-control"] == "private, max-age=60"
    assert own["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in own["content-security-policy"]
    assert own["x-a"] == "a  Set-Cookie: x=1"


def test_secure_cookies_are_tied_to_the_host(team: Team) -> None:
    usual = team.app.state.settings
    team.app.state.settings = replace(usual, secure_cookies=True, insecure_http=False)
    try:
        cookie = team.visitor(HOST.replace("http:", "https:")).get("/login").headers["set-cookie"]
    finally:
        team.app.state.settings = usual
    assert cookie.startswith("__Host-beltroad=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
