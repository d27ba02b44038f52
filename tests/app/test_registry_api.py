"""The registry over HTTP: API and pages, from upload to undo, with roles and faults."""

from __future__ import annotations

import re
from typing import Any

from starlette.testclient import TestClient

from beltroad.app.registry import imports
from beltroad.app.registry.kinds import KINDS

API = "/api/v1/registry"
NEW: dict[str, Any] = {
    "id": "NEW-1", "name": "New <b>dry port</b>", "mode": "dryport", "countries": "KAZ",
    "waypoints": "43.3,77.1", "effect": "new_terminal", "status": "planned", "year_start": 2026,
    "source_title": "A page",
}  # fmt: skip
CSV = (
    "id,name,mode,countries,waypoints,effect,status,year_start,source_title\n"
    'NEW-2,Second,dryport,KGZ,"42.9,74.6",new_terminal,planned,2027,"=cmd()"\n'
)


def test_records_over_the_api(client: TestClient) -> None:
    """Kinds, lists, one record, new, edit with the revision seen, publish, undo, remove."""
    kinds = {k["name"]: k for k in client.get(API).json()["items"]}
    assert set(kinds) == set(KINDS)
    assert kinds["project"]["published"] == 164
    fields = {f["name"]: f for f in kinds["project"]["fields"]}
    assert "rail" in fields["mode"]["allowed"]
    assert fields["length_km"]["unit"] == "km"
    page = client.get(f"{API}/project?search=khorgos&per_page=1")
    assert page.json()["total"] >= 1
    assert 'rel="next"' in page.headers["link"] or page.json()["pages"] == 1
    known = {"If-None-Match": page.headers["etag"]}
    again = client.get(f"{API}/project?search=khorgos&per_page=1", headers=known)
    assert again.status_code == 304

    bad = client.post(f"{API}/project", json={"data": {**NEW, "mode": "train", "year_start": "x"}})
    assert bad.status_code == 422
    assert bad.headers["content-type"] == "application/problem+json"
    assert {f["where"] for f in bad.json()["faults"]} == {"mode", "year_start"}
    made = client.post(f"{API}/project", json={"data": NEW, "source": "survey"})
    assert made.status_code == 201
    assert made.headers["location"] == f"{API}/project/NEW-1"
    assert client.post(f"{API}/project", json={"data": NEW}).status_code == 409
    url = f"{API}/project/NEW-1"
    data = {**made.json()["data"], "name": "Renamed"}
    assert client.put(url, json={"data": data}).status_code == 422  # which revision was seen?
    saved = client.put(url, json={"data": data, "source": "b"}, headers={"If-Match": '"1"'})
    assert (saved.status_code, saved.json()["state"], saved.headers["etag"]) == (
        200,
        "draft",
        '"2"',
    )
    assert client.put(url, json={"data": NEW, "revision": 1}).status_code == 409
    assert client.put(url, json={"data": NEW}, headers={"If-Match": "x"}).status_code == 422
    assert client.post(f"{url}/publish", json={"revision": 1}).status_code == 409
    assert client.post(f"{url}/publish", json={"revision": 2}).json()["state"] == "published"
    assert client.post(f"{url}/undo", json={"to": 1}).json()["data"]["name"] == NEW["name"]
    history = client.get(f"{url}/history").json()["items"]
    assert [h["action"] for h in history] == ["create", "edit", "publish", "undo"]
    assert [(c["field"], c["before"], c["after"]) for c in history[1]["changes"]] == [
        ("name", NEW["name"], "Renamed")
    ]
    assert client.get(f"{url}?revision=2").json()["data"]["name"] == "Renamed"
    assert client.post(f"{url}/remove", json={}).json()["removed"]
    assert client.post(f"{url}/restore", json={}).json()["removed"] is False
    for path in ("nothing/x", "project/NOPE", "nothing", "project/NEW-1?revision=99"):
        assert client.get(f"{API}/{path}").status_code == 404
    for path in ("project?state=x", "project?page=0", "PROJECT", "project/%00"):
        assert client.get(f"{API}/{path}").status_code in (400, 404, 422)


def test_files_over_the_api(client: TestClient) -> None:
    """Export with a name and type; upload, preview, confirm, undo."""
    types = {"csv": "text/csv", "xlsx": "application/vnd", "json": "application/json",
             "oc4ids": "application/json"}  # fmt: skip
    for form, kind in types.items():
        got = client.get(f"{API}/wellbeing/export?format={form}")
        assert got.headers["content-type"].startswith(kind)
        assert "attachment" in got.headers["content-disposition"]
    assert client.get(f"{API}/risk/export?format=oc4ids").status_code == 422
    assert client.get(f"{API}/project/form?format=xlsx").content[:2] == b"PK"
    send = {"file": ("../x.csv", CSV.encode(), "text/csv")}
    seen = client.post("/api/v1/imports", data={"kind": "project"}, files=send)
    assert seen.status_code == 200
    body = seen.json()
    assert (body["added"], body["faults"], body["filename"]) == (1, [], "x.csv")
    assert client.get(f"{API}/project/NEW-2").status_code == 404
    assert client.get(f"/api/v1/imports/previews/{body['id']}").json() == body
    confirm = f"/api/v1/imports/{body['id']}/confirm"
    done = client.post(confirm, json={"publish": True})
    assert done.json()["added"] == 1
    assert client.post(confirm, json={"publish": True}).json()["id"] == done.json()["id"]
    got = client.get(f"{API}/project/NEW-2").json()
    assert (got["data"]["source_title"], got["state"]) == ("=cmd()", "published")
    assert "'=cmd()" in client.get(f"{API}/project/export").text
    listed = client.get("/api/v1/imports").json()
    assert listed["total"] == 1
    undone = client.post(f"/api/v1/imports/{listed['items'][0]['id']}/undo").json()
    assert undone["undone_by"] == "local"
    assert client.get(f"{API}/project/NEW-2").json()["removed"]
    bad = client.post("/api/v1/imports", data={"kind": "project"},
                      files={"file": ("x.xlsx", b"no", "x")})  # fmt: skip
    assert bad.status_code == 422
    assert "workbook" in bad.json()["detail"]
    assert client.post("/api/v1/imports", data={"kind": "x"}, files=send).status_code == 422
    assert client.post("/api/v1/imports/" + "0" * 64 + "/confirm", json={}).status_code == 404


def test_pages_from_form_to_history(client: TestClient) -> None:
    """Every page answers; the form keeps what was typed and says faults beside the field."""
    token = client.headers["X-CSRF-Token"]
    assert 'href="/registry/agreement"' in client.get("/registry").text
    for kind in KINDS:
        assert client.get(f"/registry/{kind}?lang=zh").status_code == 200
        assert client.get(f"/registry/{kind}/new?lang=en").status_code == 200
    form = {k: str(v) for k, v in NEW.items()} | {"csrf": token, "revision": "0", "do": "draft"}
    bad = client.post("/registry/project/new", data=form | {"mode": "rail", "gauge_mm": "9"})
    assert bad.status_code == 422
    assert 'value="New &lt;b&gt;dry port&lt;/b&gt;"' in bad.text
    assert 'id="f-gauge_mm-error"' in bad.text
    made = client.post("/registry/project/new", data=form | {"_source": "survey"})
    assert made.url.path == "/registry/project/NEW-1"
    assert "survey" in made.text
    assert "<b>dry" not in made.text
    edit = client.get("/registry/project/NEW-1/edit").text
    assert re.search(r'name="revision" value="1"', edit)
    changed = form | {"name": "Renamed", "revision": "1", "do": "publish"}
    shown = client.post("/registry/project/NEW-1/edit", data=changed).text
    assert "Renamed" in shown
    assert "New &lt;b&gt;" in shown  # before and after, in the history
    stale = client.post("/registry/project/NEW-1/edit", data=changed | {"name": "Mine"})
    assert stale.status_code == 409
    assert 'value="Mine"' in stale.text
    assert 'name="revision" value="2"' in stale.text
    for step, more in (("undo", {"to": "1", "revision": "2"}), ("remove", {}), ("restore", {})):
        got = client.post(f"/registry/project/NEW-1/{step}", data={"csrf": token} | more)
        assert got.status_code == 200, got.text[:300]
    send = {"file": ("x.csv", CSV.encode(), "text/csv")}
    seen = client.post("/imports", data={"csrf": token, "kind": "project"}, files=send)
    assert "NEW-2" in seen.text
    preview = seen.url.path.rpartition("/")[2]
    took = client.post(f"/imports/{preview}/confirm", data={"csrf": token, "as": "published"})
    assert took.url.path == "/imports"
    assert "x.csv" in took.text
    back = client.post("/imports/1/undo", data={"csrf": token})
    assert "local" in back.text
    faulty = {"file": ("x.csv", CSV.replace("KGZ", "XXX").encode(), "text/csv")}
    seen = client.post("/imports", data={"csrf": token, "kind": "project"}, files=faulty)
    assert "row 2, countries" in seen.text
    assert "XXX" in seen.text
    for kind in imports.IMPORTED:
        assert client.get(f"/registry/{kind}/form/xlsx").status_code == 200
        assert client.get(f"/registry/{kind}/export/json").status_code == 200
