"""Projects: list, one project, what it connects to, as page and over the API."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from starlette.testclient import TestClient

from beltroad import evidence
from beltroad.app.accounts.roles import LOCAL
from beltroad.app.registry.store import Registry
from beltroad.appraisal import checking
from beltroad.appraisal.checking import Check
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.projects.finding import Finding
from beltroad.risk.project import forecast


def test_list_filters_and_links(client: TestClient) -> None:
    """Table and map take the same filter; every row links to its page and names its source."""
    table = evidence.load("projects")
    wanted = table[
        (table["mode"] == "rail") & table["countries"].str.contains("KAZ")
        & (table["status"] == "completed")
    ]  # fmt: skip
    query = "?mode=rail&country=KAZ&status=completed"
    page = client.get(f"/projects{query}")
    assert page.status_code == 200
    found = set(re.findall(r'href="/projects/([A-Z0-9-]+)"', page.text))
    assert found == set(wanted["id"])
    listed = client.get(f"/api/v1/projects{query}").json()
    assert {r["id"] for r in listed["items"]} == set(wanted["id"])
    assert all(r["source"] for r in listed["items"])
    drawn = client.get(f"/api/v1/projects/geo{query}").json()
    assert {f["properties"]["id"] for f in drawn["features"]} == set(wanted["id"])
    one = client.get("/api/v1/projects/geo?id=KUN-VTE").json()["features"]
    assert [f["properties"]["id"] for f in one] == ["KUN-VTE"]
    chinese = client.get("/projects?lang=zh").text
    assert "中欧" in chinese or "新亚欧大陆桥" in chinese


def test_one_project_says_where_each_figure_comes_from(client: TestClient) -> None:
    """Figures agree with the functions that the command line calls, and carry their origin."""
    row = evidence.load("projects").set_index("id").loc["MYS-ECR"]
    answer = client.get("/api/v1/projects/MYS-ECR").json()
    tables = {t["id"]: t for t in answer["tables"]}
    figures = {f["id"]: f for f in answer["figures"]}
    asked = row.to_frame().T.reset_index(names="id").assign(
        cost_usd=row["cost_usd_bn"] * 1e9, years=row["year_open"] - row["year_start"]
    )[["id", "mode", "cost_usd", "years"]]  # fmt: skip
    p80 = float(forecast(asked, quantiles=[0.8])["cost_p80_usd"].iloc[0])
    assert abs(tables["ranges"]["rows"][0]["p80"] - p80 / 1e6) < 1e-6
    assert figures["cost_usd_bn"]["value"] == row["cost_usd_bn"]
    assert figures["cost_usd_bn"]["origin"]["source"] == row["source_title"]
    for figure in answer["figures"]:
        origin = figure["origin"]
        assert origin["source"] or origin["formula"], figure["id"]
        assert origin["kind"] in ("claimed", "computed")
    assert tables["hosts"]["rows"][0]["_href"] == "/countries/MYS"
    assert 1 <= tables["hosts"]["rows"][0]["grade"] <= 7
    loans = client.get("/api/v1/projects/MOM-NBO").json()
    lent = next(t for t in loans["tables"] if t["id"] == "finance")["rows"]
    assert {r["rate"] for r in lent} >= {2.0}
    assert all(r["_origin"]["url"].startswith("http") for r in lent)
    finished = client.get("/projects/KUN-VTE").text
    assert "has no range" in finished
    page = client.get("/projects/KHG-DRY").text
    begin = "/scenarios/new?from=project:KHG-DRY"
    ticked = re.findall(r'name="projects.chosen" value="([^"]*)" checked', client.get(begin).text)
    assert ticked == ["KHG-DRY"]
    for link in (begin, "/registry/project/KHG-DRY", "/countries/KAZ"):
        assert link in page
    assert "?connections=1" in page
    found = client.get("/api/v1/projects/MOS-KZN/connections").json()
    assert [r["text"] for r in found["rows"]] == [
        "does not act on freight, so that it is not placed on the network"
    ]
    assert client.get("/api/v1/projects/KHG-DRX").status_code == 404
    assert "KHG-DRY" in client.get("/api/v1/projects/KHG-DRX").json()["detail"]


def test_a_new_project_shows_once_it_is_published(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft is not shown; published, it is, with its own source, and checked as it stands."""
    asked = []

    def check(scenario: Scenario) -> Check:
        asked.append(scenario)
        rows = pd.DataFrame({"id": ["NEW-DRY"], "matched_km": [0.0], "added_km": [4.0]})
        return Check(rows, (Finding("NEW-DRY", "info", "ends", "joins city Almaty"),))

    monkeypatch.setattr(checking, "check_scenario", check)  # placing takes seconds
    registry = Registry(client.app.state.database)  # type: ignore[attr-defined]
    data = {
        **registry.get("project", "KHG-DRY").data, "id": "NEW-DRY", "programme": "NEW-DRY",
        "name": "A new dry port", "waypoints": "43.30,77.10", "effect": "new_terminal",
        "source_title": "Own survey <script>",
    }  # fmt: skip
    registry.save("project", "NEW-DRY", data, who=LOCAL)
    assert client.get("/projects/NEW-DRY").status_code == 404
    registry.publish("project", "NEW-DRY", who=LOCAL)
    page = client.get("/projects/NEW-DRY")
    assert page.status_code == 200
    assert "Own survey &lt;script&gt;" in page.text
    found = client.get("/api/v1/projects/NEW-DRY/connections").json()
    assert any("joins" in r["text"] for r in found["rows"])
    (scenario,) = asked
    (inline,) = scenario.projects.inline
    assert (inline.id, inline.effect, inline.countries) == ("NEW-DRY", "new_terminal", ("KAZ",))
    again = client.get("/projects/NEW-DRY").text  # known by now, so it is shown at once
    assert "?connections=1" not in again
    assert "joins" in again
