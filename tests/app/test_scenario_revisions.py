"""A bundled project corrected in the registry: a scenario takes it, says so, and may leave it."""

from __future__ import annotations

import html
import re
from typing import Any

from starlette.testclient import TestClient

from beltroad.app.questions.scenarios.form import from_fields, from_mapping
from beltroad.app.questions.scenarios.reading import mapping_of, scenario_of
from beltroad.app.questions.scenarios.revisions import entries, revisions
from beltroad.app.questions.scenarios.writing import toml_of
from beltroad.appraisal.inputs import scenario_projects

API = "/api/v1/registry/project"


def corrected(client: TestClient, key: str, **facts: Any) -> None:
    """Publish other facts of a project."""
    found = client.get(f"{API}/{key}")
    body = {"data": found.json()["data"] | facts, "source": "test", "publish": True}
    answer = client.put(f"{API}/{key}", json=body, headers={"If-Match": found.headers["etag"]})
    assert answer.status_code == 200, answer.text


def ticked(page: str) -> dict[str, bool]:
    """Boxes of corrected projects and whether they are ticked."""
    return {k: bool(c) for k, c in re.findall(r'name="revised" value="([^"]+)"( checked)?', page)}


def test_corrections_of_the_registry_are_appraised(client: TestClient) -> None:
    database = client.app.state.database  # type: ignore[attr-defined]
    assert revisions(database) == {}
    assert 'id="corrected"' not in client.get("/scenarios/new").text
    corrected(client, "PAK-ML1", cost_usd_bn=7.5, year_open=2033, source_title="Ministry's note",
              note="only words")  # fmt: skip
    corrected(client, "KUN-VTE", note="only words")
    corrected(client, "KHG-DRY", locode="KZKGT")
    corrected(client, "LIN-HAM", year_open=None, status="planned", expected="no")
    found = revisions(database)
    assert set(found) == {"PAK-ML1", "KHG-DRY", "LIN-HAM"}
    assert found["PAK-ML1"].facts == {
        "id": "PAK-ML1", "year_open": 2033, "cost_usd_bn": 7.5,
        "source": "Ministry's note (registry)",
    }  # fmt: skip
    assert found["LIN-HAM"].facts["year_open"] == "unknown"
    assert "cannot be revised" in found["KHG-DRY"].why_not
    told = {each["id"]: each for each in client.get("/api/v1/scenarios/corrections").json()}
    assert {key: each["facts"] for key, each in told.items()} == {
        key: each.facts for key, each in found.items()
    }
    assert {"title": "Cost", "here": "7.5", "bundled": "6.66"} in told["PAK-ML1"]["told"]
    check = {"scenario": {"projects": {"revised": [told["PAK-ML1"]["facts"]]}}}
    assert client.post("/api/v1/scenarios/estimate", json=check).status_code == 200
    known = entries(found)
    assert set(known) == {"PAK-ML1", "LIN-HAM"}

    # A new scenario begins with them; the text has them too; both mean the same.
    page = client.get("/scenarios/new").text
    assert ticked(page) == {"PAK-ML1": True, "LIN-HAM": True}
    assert "7.5 (bundled: 6.66)" in html.unescape(page)
    assert "cannot be revised" in page
    form = from_fields({"projects.include": ["all"], "revised": ["PAK-ML1", "GONE"]}, {}, known)
    assert form.faults == []
    back = from_mapping(mapping_of(toml_of(form.mapping)), {}, known)
    assert (back.ticks("revised"), back.rest) == (("PAK-ML1",), "")
    table = scenario_projects(scenario_of(form.mapping)).set_index("id")
    assert (table.cost_usd_bn["PAK-ML1"], table.year_open["PAK-ML1"]) == (7.5, 2033)
    assert table.note["PAK-ML1"].startswith("revised by Ministry's note (registry)")
    assert table.status["LIN-HAM"] != "planned"  # not ticked: as bundled
    starter = client.get("/scenarios/new?from=starter:china-laos").text
    assert ticked(starter)["PAK-ML1"]

    # A scenario keeps what it was written with when the registry changes again.
    corrected(client, "PAK-ML1", cost_usd_bn=8.5)
    later = from_mapping(form.mapping, {}, entries(revisions(database)))
    assert later.ticks("revised") == ()
    assert "cost_usd_bn = 7.5" in later.rest

    seen = client.get(f"{API}/KUN-VTE").headers["etag"]
    gone = client.post(f"{API}/KUN-VTE/remove", json={"note": ""}, headers={"If-Match": seen})
    assert gone.status_code == 200, gone.text
    assert revisions(database)["KUN-VTE"].removed
    assert "unless you leave out KUN-VTE" in client.get("/scenarios/new").text
