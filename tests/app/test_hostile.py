"""What strangers and mishaps send: verbs, halves of letters, markup, races."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

API = "/api/v1"
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
RISK = {"id": "r1", "level": "country", "category": "political", "iso3": "KEN", "likelihood": 3}


@pytest.mark.parametrize("path", ["/", f"{API}/health", "/help", "/static/css/base.css"])
def test_head_is_get_without_its_body(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    kept = ("content-type", "content-length", "etag", "cache-control", "content-security-policy")
    for name in kept[:1] + kept[2:]:
        assert head.headers.get(name) == whole.headers.get(name), name
    assert client.head(f"{API}/nope").status_code == 404


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    for path, methods in (
        ("/api/v1/scenarios/abc", "GET, HEAD, PUT"), ("/api/v1/scenarios", "GET, HEAD, POST"),
        ("/registry/project/KUN-VTE/edit", "GET, HEAD, POST"),
        ("/static/css/base.css", "GET, HEAD"), ("/api/v1/scenarios/abc/run", "POST"),
    ):  # fmt: skip
        answer = client.delete(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_half_a_letter_in_a_fault_is_still_a_fault_of_the_sender(client: TestClient) -> None:
    # \ud800 is half of a pair: JSON can spell it, UTF-8 cannot.
    first = client.get(f"{API}/registry/agreement?per_page=1").json()["items"][0]["data"]
    sent = json.dumps({"data": {**first, "in_force_from": "\ud800"}, "source": "x"})
    headers = {"Content-Type": "application/json"}
    answer = client.post(f"{API}/registry/agreement", content=sent, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["where"] == "in_force_from"


def test_an_alert_that_no_address_could_name_is_not_raised(client: TestClient) -> None:
    alert = {"source": "=1+1", "key": "port", "title": "Port shut", "severity": "high"}
    answer = client.post(f"{API}/registry/alert", json={"data": alert})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["where"] == "key"
    made = client.post(f"{API}/registry/alert", json={"data": {**alert, "source": "news"}})
    assert made.status_code == 201
    assert client.get(made.headers["location"]).json()["title"] == "Port shut"


def test_markup_in_records_stays_text_on_pages(client: TestClient) -> None:
    risk = {**RISK, "title": MARKUP, "owner": MARKUP, "note": MARKUP}
    body = {"data": risk, "source": MARKUP, "note": MARKUP, "publish": True}
    assert client.post(f"{API}/registry/risk", json=body).status_code == 201
    toml = f"name = {json.dumps(MARKUP)}\ndescription = {json.dumps(MARKUP)}\n"
    made = client.post(f"{API}/scenarios", json={"toml": toml})
    assert made.status_code == 201
    pages = (
        "/", "/registry/risk/r1", "/registry/risk/r1/edit", "/registry/risk", "/admin/audit",
        f"/scenarios/{made.json()['key']}", f"/registry/scenario/{made.json()['key']}",
    )  # fmt: skip
    for page in pages:
        shown = client.get(page)
        assert shown.status_code == 200, page
        assert "alert(1)" in shown.text, page  # it is there
        for tag in ("<script>alert", "<img src=x", "\"'49"):
            assert tag not in shown.text, page
    csv = client.get(f"{API}/registry/risk/export?format=csv").text
    assert "alert(1)" in csv


def test_of_many_editors_at_once_one_wins_and_nothing_is_twice(client: TestClient) -> None:
    first = client.get(f"{API}/registry/wellbeing?per_page=1").json()["items"][0]
    where = f"{API}/registry/wellbeing/{first['key']}"

    def edit(number: int) -> int:
        data = {**first["data"], "name": f"Name {number}"}
        body = {"data": data, "revision": first["latest"], "source": "https://example.org"}
        return int(client.put(where, json=body).status_code)

    def ask(_: int) -> str:
        body = {"kind": "routes", "request": {"origin": "Xi'an", "destination": "Duisburg"}}
        return str(client.post(f"{API}/jobs", json=body).json()["id"])

    def add(_: int) -> int:
        body = {"data": {**RISK, "title": "Late"}}
        return int(client.post(f"{API}/registry/risk", json=body).status_code)

    with ThreadPoolExecutor(4) as many:
        assert sorted(many.map(edit, range(4))) == [200, 409, 409, 409]
        assert len(set(many.map(ask, range(4)))) == 1
        assert sorted(many.map(add, range(4))) == [201, 409, 409, 409]
    assert client.get(f"{where}/history").json()["items"][-1]["number"] == first["latest"] + 1


@pytest.mark.parametrize("depth", [200, 100_000])
def test_deep_json_is_refused(client: TestClient, depth: int) -> None:
    deep = '{"kind":"routes","request":{"origin":' + "[" * depth + "]" * depth + "}}"
    headers = {"Content-Type": "application/json"}
    answer = client.post(f"{API}/jobs", content=deep, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
