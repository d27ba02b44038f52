"""Projects of the table with facts put right: they reach the engine, and nothing else changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.inputs import PLACING, gather, scenario_projects
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.appraisal.tables import costed_projects
from beltroad.appraisal.transport import Transport
from beltroad.errors import ScenarioError


def revised(**facts: Any) -> Scenario:
    return parse_scenario({"projects": {"revised": [{"id": "PAK-ML1"} | facts]}})


def row(scenario: Scenario, project: str = "PAK-ML1") -> pd.Series[Any]:
    return scenario_projects(scenario).set_index("id").loc[project]


def test_revised_facts_stand_in_the_table_and_all_others_stay() -> None:
    plain = scenario_projects(Scenario())
    table = scenario_projects(revised(cost_usd_bn=7.5, year_open=2033, source="Ministry, 2026"))
    assert list(table["id"]) == list(plain["id"])
    assert table.dtypes.equals(plain.dtypes)
    mine = table["id"] == "PAK-ML1"
    pd.testing.assert_frame_equal(table[~mine], plain[~mine])
    changed = {c for c in plain.columns if not table.loc[mine, c].equals(plain.loc[mine, c])}
    assert changed == {"cost_usd_bn", "year_open", "source_title", "note"}
    found = table[mine].iloc[0]
    assert (found["cost_usd_bn"], found["year_open"]) == (7.5, 2033)
    old = evidence.load("projects").set_index("id").loc["PAK-ML1"]
    assert found["note"].startswith(
        f"revised by Ministry, 2026: year_open 2033 (table: {old['year_open']:g}), "
        f"cost_usd_bn 7.5 (table: {old['cost_usd_bn']:g}); {old['note']}"
    )
    assert found["source_title"] == (
        f"year_open, cost_usd_bn: Ministry, 2026; all else: {old['source_title']}"
    )
    assert np.isnan(row(revised(cost_usd_bn="unknown"))["cost_usd_bn"])
    assert row(revised(countries=["PAK", "CHN"]))["countries"] == "PAK;CHN"


def test_cost_and_opening_count_in_the_appraisal(tmp_path: Any) -> None:
    def costed(scenario: Scenario) -> pd.Series[Any]:
        inputs = gather(scenario)
        stage = Transport(scenario, inputs, Cache(tmp_path), Progress())
        return costed_projects(inputs, scenario, stage.presence).loc["PAK-ML1"]

    plain, dearer = costed(Scenario()), costed(revised(cost_usd_bn=13.32))
    assert dearer["cost_usd"] == 13.32e9
    ratio = 13.32e9 / plain["cost_usd"]
    for name in ("annual_cost_usd", "upkeep_usd", "cost_p80_usd"):
        assert dearer[name] == pytest.approx(plain[name] * ratio), name
    by_2032 = {"states": {"after": 2032}}
    late = [{"id": "PAK-ML1", "year_open": 2033}]
    assert costed(parse_scenario(by_2032))["new"]
    assert not costed(parse_scenario(by_2032 | {"projects": {"revised": late}}))["new"]
    assert not costed(revised(status="shelved"))["new"]
    # Only what the network reads makes it be placed anew.
    same = gather(revised(cost_usd_bn=1.0)).acting[PLACING]
    pd.testing.assert_frame_equal(same, gather(Scenario()).acting[PLACING])
    assert not row(revised(effect="none"))["acts"]
    assert not row(revised(freight="no"))["acts"]
    assert row(revised(length_km=2000))["length_km"] == 2000


def test_digest_is_of_what_was_given() -> None:
    plain = Scenario()
    assert parse_scenario({"projects": {"revised": []}}).digest == plain.digest
    dump = plain.model_dump_json(
        exclude={"name": True, "description": True, "parameters": {"trade_data"},
                 "projects": {"revised"}}
    )  # fmt: skip
    assert "revised" not in dump
    several = [
        revised(cost_usd_bn=7.5), revised(cost_usd_bn=7.6), revised(cost_usd_bn="unknown"),
        revised(length_km="unknown"), revised(year_open=2033),
    ]  # fmt: skip
    assert len({plain.digest, *(s.digest for s in several)}) == 6
    for each in several:
        again = parse_scenario(each.model_dump(mode="json"))
        assert again.digest == each.digest
        assert row(again).equals(row(each))


@pytest.mark.parametrize(
    ("facts", "where", "said"),
    [
        ({}, "projects.revised[0]", "nothing is revised"),
        ({"source": "x"}, "projects.revised[0]", "nothing is revised"),
        ({"id": "PAK-ML9", "length_km": 1}, "projects.revised[0].id", "PAK-ML1"),
        ({"cost_usd_bn": "much"}, "projects.revised[0].cost_usd_bn", "much"),
        ({"cost_usd_bn": -1}, "projects.revised[0].cost_usd_bn", "-1"),
        ({"cost_usd_bn": float("nan")}, "projects.revised[0].cost_usd_bn", "finite"),
        ({"mode": "road"}, "projects.revised[0].mode", "is not a key"),
        ({"name": "=1+1"}, "projects.revised[0].name", "formula"),
        ({"status": ""}, "projects.revised[0]", "status: empty"),
        ({"length_km": 5}, "projects.revised", "great circle"),
        ({"waypoints": [[24.8, 67.0]]}, "projects.revised", "at least two"),
        ({"effect": "new_port"}, "projects.revised", "does not fit mode rail"),
        ({"hours_saved_terminal": 5}, "projects.revised", "does not belong to mode rail"),
        ({"status": "operating", "year_open": "unknown"}, "projects.revised", "needs year_open"),
        ({"year_open": 1999}, "projects.revised", "before year_start"),
        ({"speed_before_kmh": 300}, "projects.revised", "below speed_before_kmh"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_named(
    facts: dict[str, Any], where: str, said: str
) -> None:  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        revised(**facts)
    found = {f.where: str(f) for f in caught.value.faults}
    assert said in found[where]


def test_a_project_is_revised_once() -> None:
    twice = [{"id": "PAK-ML1", "cost_usd_bn": 1}, {"id": "PAK-ML1", "year_open": 2033}]
    with pytest.raises(ScenarioError, match="PAK-ML1: revised more than once"):
        parse_scenario({"projects": {"revised": twice}})
