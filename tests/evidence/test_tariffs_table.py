"""Bundled tables of trade policy: tariffs, agreements, groups, levers."""

from __future__ import annotations

import re
from pathlib import Path

import pycountry
import pytest

from beltroad import evidence

TABLES = [
    "applied_tariffs",
    "tariff_pairs",
    "trade_agreements",
    "agreement_members",
    "lever_presets",
    "lever_assumptions",
]
CODES = {c.alpha_3 for c in pycountry.countries} | {"XKX"}
BUNDLE = Path(evidence.__file__).parent / "bundle"


@pytest.mark.parametrize("name", TABLES)
def test_table_loads_with_provenance_and_units(name):
    table, about = evidence.load(name), evidence.info(name)
    assert len(table) == about.rows > 0
    assert set(about.units) == set(table.columns)
    assert all(s.title and s.url and s.licence and s.vintage for s in about.sources)


@pytest.mark.parametrize("name", [t for t in TABLES if t != "lever_presets"])
def test_every_row_names_a_source_of_the_metadata(name):
    keys = {re.match(r"\[(\w+)\]", s.title).group(1) for s in evidence.info(name).sources}
    assert set(evidence.load(name)["source"]) == keys
    assert set(evidence.load(name)["confidence"]) <= {"high", "medium", "low"}


def test_the_tables_are_small():
    assert sum((BUNDLE / f"{name}.csv").stat().st_size for name in TABLES) < 500_000


def test_tariffs_cover_every_economy_with_output():
    table = evidence.load("applied_tariffs").set_index("iso3")
    countries = evidence.load("countries").set_index("iso3")
    assert table.index.is_unique
    assert set(countries.index[countries["gdp_usd"].notna()]) <= set(table.index)
    imputed = table["imputed"]
    assert (table.loc[imputed, "confidence"] == "low").all()
    world = countries["gdp_usd"].reindex(table.index)
    assert world[imputed].sum() < 0.03 * world.sum(), "imputed economies are small"


def test_tariffs_are_in_bounds_and_the_split_keeps_the_mean():
    table = evidence.load("applied_tariffs")
    for group in ("agriculture", "minerals", "manufactures"):
        assert table[f"{group}_pct"].between(0, 60).all()
    assert (table["minerals_pct"] <= table["agriculture_pct"]).all()
    mean = table["food_share"] * table["agriculture_pct"]
    mean += (1 - table["food_share"]) * table["minerals_pct"]
    capped = table["agriculture_pct"] >= 60
    assert (abs(mean - table["primary_pct"])[~capped] < 0.05).all()
    assert (mean <= table["primary_pct"] + 0.05).all()


def test_the_union_has_one_tariff():
    table = evidence.load("applied_tariffs")
    union = table[(table["like"] == "EUN") & ~table["imputed"]]
    assert len(union) == 27
    assert union["manufactures_pct"].nunique() == 1
    assert "GBR" not in set(union["iso3"])


def test_agreements_have_known_members_and_kinds():
    table = evidence.load("trade_agreements")
    assert table["agreement"].is_unique
    for members, partners in zip(table["members"], table["partners"], strict=True):
        assert {*members.split(), *partners.split()} <= CODES
    assert set(table["kind"]) == {"CU", "FTA", "PSA", "unilateral"}
    assert (table["partners"][table["kind"] == "unilateral"] != "").all()
    assert (table["in_force_by"] <= 2022).all()
    not_read = table["source"] == "not_read"
    assert not (table.loc[not_read, "confidence"] == "high").any()


def test_groups_have_known_members_once():
    table = evidence.load("agreement_members")
    assert set(table["iso3"]) <= CODES
    assert not table.duplicated(["group", "iso3"]).any()
    assert set(table.loc[table["group"] == "corridor", "iso3"]) == set(
        evidence.load("corridor_economies")["iso3"]
    )


def test_presets_use_every_group_and_assumption_that_is_there():
    presets = evidence.load("lever_presets")
    strength = evidence.load("lever_assumptions").set_index("assumption")
    used = set(presets["assumption"])
    assert used <= set(strength.index)
    assert set(strength.index) - used == {"psa_tariff_left", "cost_ratio_floor"}
    groups = set(evidence.load("agreement_members")["group"])
    assert {*presets["members"], *presets["partners"]} - {"", "*"} == groups
    assert (strength.loc[strength["source"] == "imputed", "confidence"] == "low").all()
