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


def test_own_agreements_hold_on_the_pages_of_economies(client: TestClient) -> None:
    def between(iso3: str) -> dict[tuple[str, str], dict[str, object]]:
        lines = client.get(f"/api/v1/rules/relation?one=CHN&other={iso3}").json()["rows"]
        section = client.get(f"/api/v1/countries/{iso3}/agreements").json()["answer"]["tables"][0]
        said = {(r["title"], r["scope"]): r for r in section["rows"]}
        # Both answer alike; the section leaves out what is not known.
        known = {(r["title"], r["scope"]): r for r in lines if r["state"] != "not known"}
        assert {k: r["state"] for k, r in said.items()} == {k: r["state"] for k, r in known.items()}
        return said

    before = between("KEN")
    title = "Hand-made <i>treaty</i> on tea"
    own = {"instrument": "tea_treaty", "instrument_title": title, "iso3": "KEN", "partner": "CHN",
           "in_force_from": "2026-12-01", "as_of": "2026-12-31", "status": "in_force",
           "source_title": "test"}  # fmt: skip
    made = client.post(f"{API}/agreement", json={"data": own, "source": "test", "publish": True})
    assert made.status_code == 201, made.text
    found = between("KEN")
    new = found.pop((title, "between"))
    assert found == before
    assert (new["state"], new["since"]) == ("in force", "2026-12-01")
    assert "Hand-made &lt;i&gt;treaty" in client.get("/countries/KEN").text
    assert "Hand-made &lt;i&gt;treaty" in client.get("/rules/relation?one=CHN&other=KEN").text
    assert (title, "between") not in between("TZA")

    # One that ended after its list was made, and one taken out.
    held = client.get(f"{API}/agreement?search=double_tax+THA&per_page=200").json()["items"]
    key = next(i["key"] for i in held if {"THA", "CHN"} <= set(i["key"].split(".")))
    treaty = client.get(f"{API}/agreement/{key}")
    scope = next(k for k in between("THA") if "ouble tax" in k[0])
    data = treaty.json()["data"] | {"in_force_to": "2026-11-30", "as_of": "2026-12-31",
                                  "status": "ended"}  # fmt: skip
    put = client.put(f"{API}/agreement/{key}", headers={"If-Match": treaty.headers["etag"]},
                     json={"data": data, "source": "test", "publish": True})  # fmt: skip
    assert put.status_code == 200, put.text
    assert between("THA")[scope]["state"] == "ended"
    gone = client.post(f"{API}/agreement/{made.json()['key']}/remove", json={},
                       headers={"If-Match": made.headers["etag"]})  # fmt: skip
    assert gone.status_code == 200
    assert between("KEN") == before
