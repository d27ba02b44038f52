"""What people change in the registry is found by search and on the pages of economies."""

from __future__ import annotations

from starlette.testclient import TestClient

API = "/api/v1/registry"


def test_own_records_are_found_and_shown(client: TestClient) -> None:
    assert client.get("/api/v1/search?q=zanzibarish").json()["total"] == 0
    first = client.get(f"{API}/wellbeing?per_page=1&search=KEN").json()["items"][0]
    data = client.get(f"{API}/wellbeing/{first['key']}").json()["data"]
    data |= {"id": "own-clinic", "name": "Zanzibarish <b>clinic</b>", "iso3": "KEN", "part_of": "",
             "record": ""}  # fmt: skip
    body = {"data": data, "source": "test", "publish": True}
    before = client.get("/api/v1/countries/KEN/wellbeing").json()["answer"]
    assert client.post(f"{API}/wellbeing", json=body).status_code == 201

    found = client.get("/api/v1/search?q=zanzibarish").json()
    assert (found["total"], found["counts"]) == (1, {"record": 1})
    hit = found["items"][0]
    assert (hit["kind"], hit["href"]) == ("record", "/registry/wellbeing/own-clinic")
    page = client.get("/search?q=zanzibarish").text
    assert "Zanzibarish &lt;b&gt;clinic" in page
    assert client.get("/api/v1/search?q=zanzibarish&kind=record").json()["total"] == 1
    assert client.get("/api/v1/search?q=zanzibarish&kind=claim").json()["total"] == 0
    # What came with beltroad is found once, in its own group.
    assert "record" not in client.get("/api/v1/search?q=kenya").json()["counts"]

    after = client.get("/api/v1/countries/KEN/wellbeing").json()["answer"]
    count = [a["figures"][0]["value"] for a in (before, after)]
    assert count[1] == count[0] + 1
    assert "Zanzibarish &lt;b&gt;clinic" in client.get("/countries/KEN").text
    seen = client.get(f"{API}/wellbeing/own-clinic").headers["etag"]
    gone = client.post(f"{API}/wellbeing/own-clinic/remove", json={}, headers={"If-Match": seen})
    assert gone.status_code == 200
    assert client.get("/api/v1/search?q=zanzibarish").json()["total"] == 0
    assert "Zanzibarish" not in client.get("/countries/KEN").text
