"""Container ports: in the network, counted once, roles by the stated rule, sources on each row."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence

DATA = Path(__file__).resolve().parents[2] / "data"
PORTS = evidence.load("container_ports")
NODES = evidence.load("network_nodes")
SEEDS = {
    *("GRPIR", "PKGWD", "MMKYP", "LKHBA", "LKCMB", "DJJIB", "NGLKK", "PECHY", "AEKHL", "ILHFA"),
    *("NAWVB", "KELAU", "KEMBA", "TZDAR", "CNQZH", "GEPTI", "ROCND", "KZAAU", "AZBAK", "RUVVO"),
    *("RUVYP", "RUNVS", "RULED"),
}
# Annual throughput handled in all the world's ports was 937 million TEU in 2024
# (glottis.global, 2024 container port rankings).
WORLD_TEU = 937e6


@pytest.fixture(scope="module")
def build() -> Iterator[ModuleType]:
    sys.path.insert(0, str(DATA))
    yield importlib.import_module("build_container_ports")
    sys.path.remove(str(DATA))


@pytest.fixture
def facts(build: ModuleType) -> pd.DataFrame:
    return pd.read_csv(build.FACTS, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def countries() -> pd.DataFrame:
    path = Path(evidence.__file__).parent / "bundle" / "countries.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def by_code(code: str) -> pd.Series:
    return PORTS.set_index("locode").loc[code]


def test_provenance() -> None:
    about = evidence.info("container_ports")
    assert about.script == "data/build_container_ports.py"
    assert len(about.notes) > 100


def test_every_port_is_a_port_of_the_network_and_stands_once() -> None:
    refs = set(NODES.loc[NODES["layer"] == 4, "ref"].astype(str))
    assert set(PORTS["locode"]) <= refs
    assert PORTS["locode"].is_unique


def test_roles_follow_the_rule_unless_the_basis_says_otherwise() -> None:
    rule = PORTS[PORTS["role_basis"] == "rule"]
    teu = rule["teu"].fillna(0.0)
    expected = np.select([teu >= 2.5e6, teu >= 0.3e6], ["hub", "regional"], "feeder")
    assert (rule["role"] == expected).all()
    override = PORTS[PORTS["role_basis"] == "override"]
    assert override["role_source_url"].str.startswith("http").all()
    assert (override["role_reason"] != "").all()


def test_no_traffic_is_counted_twice() -> None:
    shared = PORTS[PORTS["counted_in"] != ""]
    holders = PORTS.set_index("locode").loc[shared["counted_in"]]
    assert shared["teu"].isna().all()
    assert holders["teu"].notna().all()
    assert (holders["role"].to_numpy() == shared["role"].to_numpy()).all()


def test_the_sum_stays_below_the_world_total_and_covers_most_of_it() -> None:
    total = PORTS["teu"].sum()
    assert 0.75 * WORLD_TEU < total < WORLD_TEU


def test_remembered_figures_are_marked() -> None:
    loose = PORTS[PORTS["source_title"] == "unconfirmed"]
    assert (loose["confidence"] == "low").all()
    assert (loose["source_url"] == "").all()
    assert loose.loc[loose["teu"].notna(), "note"].str.contains("imputed").all()
    read = PORTS[PORTS["source_title"] != "unconfirmed"]
    assert read["source_url"].str.startswith("http").all()


def test_every_coastal_country_with_a_port_has_a_row(build: ModuleType) -> None:
    countries = evidence.load("countries")
    coastal = set(countries.loc[~countries["landlocked"], "iso3"]) - build.WITHOUT_PORT
    assert coastal <= set(PORTS["iso3"])


def test_seed_ports_and_the_largest_are_there() -> None:
    assert set(PORTS["locode"]) >= SEEDS
    assert list(PORTS.nlargest(3, "teu")["locode"]) == ["CNSHA", "SGSIN", "CNNGB"]


def test_trunk_ports_are_hubs_and_feeder_ports_are_not() -> None:
    assert {by_code(c)["role"] for c in ("CNSHA", "NLRTM", "GRPIR", "ITTRS", "PECHY")} == {"hub"}
    assert {by_code(c)["role"] for c in ("ITVCE", "GEPTI", "BDCGP")} == {"regional"}
    assert {by_code(c)["role"] for c in ("ITBRI", "AZBAK", "PKGWD")} == {"feeder"}


def test_the_facts_are_sound_and_give_the_table(
    build: ModuleType, facts: pd.DataFrame, countries: pd.DataFrame
) -> None:
    assert build.faults(facts, NODES, countries) == []
    again = build.with_roles(facts)
    assert list(again["locode"]) == list(PORTS["locode"])
    assert list(again["role"]) == list(PORTS["role"])


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("locode", "XXXXX", "no port"),
        ("lat", "40.0", "km away"),
        ("iso3", "FRA", "country"),
        ("teu", "-5", "teu"),
        ("year", "", "go together"),
        ("source_url", "", "incomplete"),
        ("confidence", "sure", "confidence"),
        ("role_override", "hub", "override"),
        ("counted_in", "ITBRI", "counted elsewhere"),
    ],
)
def test_a_spoilt_row_is_found(
    build: ModuleType,
    facts: pd.DataFrame,
    countries: pd.DataFrame,
    column: str,
    value: str,
    word: str,
) -> None:
    facts.loc[facts["locode"] == "CNSHA", column] = value
    assert any(word in fault for fault in build.faults(facts, NODES, countries))


@pytest.mark.parametrize(
    ("teu", "role"),
    [
        (2_500_000.0, "hub"),
        (2_499_999.0, "regional"),
        (300_000.0, "regional"),
        (299_999.0, "feeder"),
        (float("nan"), "feeder"),
    ],
)
def test_thresholds(build: ModuleType, teu: float, role: str) -> None:
    assert build.role_of(teu) == role
