"""The bundled project and spot-distance tables keep the rules their build scripts enforce."""

import importlib
import sys
from pathlib import Path

import pandas as pd
import pytest

from beltroad.evidence import tables

DATA = Path(__file__).resolve().parents[2] / "data"
BUNDLE = Path(tables.__file__).parent / "bundle"
ACTING_LEAST = 60


def read(name):
    return pd.read_csv(BUNDLE / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def scripts():
    """The two build scripts as modules (data/ is no package)."""
    sys.path.insert(0, str(DATA))
    try:
        yield {n: importlib.import_module(f"build_{n}") for n in ("projects", "spot_distances")}
    finally:
        sys.path.remove(str(DATA))


@pytest.fixture(scope="module")
def projects():
    return read("projects")


@pytest.mark.parametrize("name", ["projects", "spot_distances"])
def test_bundle_obeys_the_build_rules(scripts, name):
    assert scripts[name].faults(read(name)) == []


@pytest.mark.parametrize("name", ["projects", "spot_distances"])
def test_bundle_equals_the_hand_written_facts(scripts, name):
    facts = pd.read_csv(scripts[name].FACTS, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(read(name), facts[list(scripts[name].COLUMNS)])


def test_ids_unique_and_confidence_present(projects):
    assert projects["id"].is_unique
    assert set(projects["confidence"]) == {"high", "medium", "low"}


def test_enough_projects_act_on_the_freight_network(scripts, projects):
    assert scripts["projects"].acting(projects).sum() >= ACTING_LEAST
    acting = projects[scripts["projects"].acting(projects)]
    at_a_place = acting["mode"].isin(["port", "dryport", "border"])
    lines = acting[~at_a_place]
    assert (lines["length_km"] != "").all()
    assert lines["waypoints"].str.contains(";").all()
    assert not acting.loc[at_a_place, "waypoints"].str.contains(";").any()
    assert set(acting.loc[at_a_place, "effect"]) <= {"terminal", "new_port", "new_terminal"}
    assert not lines["effect"].isin(["terminal", "new_port", "new_terminal"]).any()


# Built where no port was, or away from a small old one.
NEW_PORTS = {
    "AKT-KRY", "ANK-PRT", "BAG-PRT", "CHC-PRT", "DUQ-PRT", "HAM-ALG", "HBT-PRT", "KBI-PRT",
    "KYP-PRT", "LAM-PRT", "LEK-PRT", "PAY-PRT",
}  # fmt: skip


def test_ports_that_were_not_there_before_are_new_ports(projects):
    """Their absence must take the port away: hours saved there would leave it open."""
    new = projects[projects["effect"] == "new_port"]
    assert set(new["id"]) == NEW_PORTS
    assert (new["mode"] == "port").all()
    # The bundled network has each under its code or its id: none is drawn twice.
    refs = set(tables.load("network_nodes")["ref"].astype(str))
    known = [
        code if code in refs else key for code, key in zip(new["locode"], new["id"], strict=True)
    ]
    assert set(known) <= refs


def test_most_acting_rows_are_sourced(scripts, projects):
    acting = projects[scripts["projects"].acting(projects)]
    sourced = acting["source_title"] != "unconfirmed"
    assert sourced.sum() >= ACTING_LEAST
    assert acting.loc[~sourced, "note"].str.contains("unconfirmed").all()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("countries", "XXX", "ISO 3166"),
        ("status", "finished", "status"),
        ("effect", "terminal", "does not fit mode"),
        ("effect", "new_port", "does not fit mode"),
        ("waypoints", "95.0,10.0;20.0,20.0", "off the globe"),
        ("waypoints", "10.12345,10.0;20.0,20.0", "at most 4 decimals"),
        ("length_km", "1", "times the waypoints"),
        ("gauge_mm", "1234", "gauge_mm"),
        ("year_open", "1066", "outside"),
        ("cost_usd_bn", "-3", "outside"),
        ("cost_year", "", "come together"),
        ("source_title", "unconfirmed", "high confidence"),
        ("source_url", "", "incomplete"),
        ("id", "lower case", "slug"),
    ],
)
def test_each_rule_catches_its_fault(scripts, projects, column, value, words):
    bad = projects.copy()
    row = bad.index[bad["id"] == "MOM-NBO"][0]
    bad.loc[row, column] = value
    assert any(words in fault for fault in scripts["projects"].faults(bad))


def test_all_faults_are_reported_at_once(scripts, projects):
    bad = projects.copy()
    bad.loc[0, "status"] = "finished"
    bad.loc[1, "mode"] = "hyperloop"
    bad.loc[2, "id"] = bad.loc[3, "id"]
    assert len(scripts["projects"].faults(bad)) >= 3


def test_spot_distance_shorter_than_the_great_circle_is_caught(scripts):
    bad = read("spot_distances")
    bad.loc[0, "known_km"] = "10"
    assert any("great circle" in fault for fault in scripts["spot_distances"].faults(bad))
