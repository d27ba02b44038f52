"""Tokens for programs, and the pages of accounts."""

from __future__ import annotations

import datetime
import re

import pytest
import sqlalchemy as sa
from team import Team

from beltroad.app.accounts import tokens
from beltroad.app.accounts.sessions import digest
from beltroad.app.database.models import TokenRow, utc_now

ME = "/api/v1/accounts/me"
URL = "/api/v1/accounts/tokens"


def with_token(team: Team, raw: str):
    program = team.visitor()
    program.headers["Authorization"] = f"Bearer {raw}"
    return program


def test_a_token_lives_until_it_ends_or_is_revoked(team: Team, monkeypatch) -> None:
    browser = team.browser("analyst-user")
    above = browser.post(URL, json={"name": "n", "role": "editor"})
    assert above.status_code == 403
    assert "your own" in above.json()["detail"]
    for bad in (
        {"name": ""},
        {"days": 0},
        {"days": 10**9},
        {"role": "nobody"},
        {"name": "a\nb"},
        {"x": 1},
    ):
        assert browser.post(URL, json={"name": "n", "role": "viewer"} | bad).status_code == 422

    made = browser.post(URL, json={"name": "<i>n", "role": "viewer", "days": 30}).json()
    raw = made["token"]
    assert len(raw) >= 47
    assert raw.startswith("brt_")
    with team.app.state.database.session(write=False) as session:
        row = session.scalar(sa.select(TokenRow).where(TokenRow.hash == digest(raw)))
    assert row is not None
    assert row.used_at is None
    assert raw not in str(vars(row))
    assert raw not in browser.get(URL).text
    assert raw not in browser.get("/account").text
    assert "<i>n" not in browser.get("/account").text

    program = with_token(team, raw)
    assert program.get(ME).json() == {
        "name": "analyst-user", "role": "viewer", "via": "token", "csrf": ""
    }  # fmt: skip
    used = next(t for t in browser.get(URL).json() if t["id"] == made["id"])["used_at"]
    assert used is not None
    # a token needs no form token, and a page of another site cannot send one
    assert program.post("/api/v1/jobs", json={}).status_code in (403, 404)
    assert program.post(URL, json={"name": "n", "role": "viewer"}).status_code == 403
    now = utc_now()
    monkeypatch.setattr(tokens, "utc_now", lambda: now + datetime.timedelta(days=30, minutes=1))
    assert program.get(ME).status_code == 401
    monkeypatch.undo()
    assert program.get(ME).status_code == 200

    assert team.browser("viewer-user").delete(f"{URL}/{made['id']}").status_code == 404
    assert program.get(ME).status_code == 200
    assert browser.delete(f"{URL}/{made['id']}").status_code == 204
    assert program.get(ME).status_code == 401
    assert browser.delete(f"{URL}/{made['id']}").status_code == 404
    assert all(t["id"] != made["id"] for t in browser.get(URL).json())
    monkeypatch.setattr(tokens, "MOST", 0)
    assert browser.post(URL, json={"name": "n", "role": "viewer"}).status_code == 409


def test_the_page_makes_and_revokes_tokens(team: Team) -> None:
    browser = team.browser("editor-user")
    page = browser.post("/account/tokens", data={"name": "nightly", "role": "editor", "days": "30"})
    raw = re.search(r"<code>(brt_[\w-]+)</code>", page.text)[1]
    assert page.headers["cache-control"] == "no-store"
    assert with_token(team, raw).get(ME).json()["role"] == "editor"
    (number,) = re.findall(r"/account/tokens/(\d+)/revoke", page.text)
    assert browser.post(f"/account/tokens/{number}/revoke").status_code == 303
    assert with_token(team, raw).get(ME).status_code == 401
    for bad in ({"name": " "}, {"role": "admin"}, {"days": "0"}, {"role": "x"}):
        data = {"name": "n", "role": "viewer", "days": "30"} | bad
        assert browser.post("/account/tokens", data=data).status_code == 422
    text = browser.get("/account", params={"lang": "zh"}).text
    assert "\u5df2\u767b\u5f55\u7684\u6d4f\u89c8\u5668" in text
    assert "/admin/users" not in text
    assert "/admin/users" in team.browser("admin-user").get("/account").text


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", "%00", "1.5"])
def test_odd_numbers_are_no_fault_of_ours(team: Team, number: str) -> None:
    admin = team.browser("admin-user")
    for method, url in (
        ("PATCH", "/api/v1/accounts/users/"), ("DELETE", URL + "/"),
        ("DELETE", "/api/v1/accounts/sessions/"),
    ):  # fmt: skip
        assert 400 <= admin.request(method, url + number, json={"role": "viewer"}).status_code < 500
    for url in (f"/account/tokens/{number}/revoke", f"/admin/users/{number}"):
        assert 400 <= admin.post(url, data={"role": "viewer"}).status_code < 500
