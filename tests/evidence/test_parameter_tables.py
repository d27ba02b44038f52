"""Bundled parameter tables: codes, sources, ranges and the links between tables."""

from __future__ import annotations

import re

import pandas as pd
import pycountry
import pytest

from beltroad import evidence

TABLES = [
    "borders",
    "border_regimes",
    "border_defaults",
    "border_closed",
    "network_parameters",
    "country_groups",
    "gauges",
    "yardsticks",
    "overrun",
]
CODES = {c.alpha_3 for c in pycountry.countries} | {"XKX"}
GROUPED = {
    "line_haul_speed_kmh.rail": "rail_group",
    "moving_speed_kmh.road": "road_group",
    "duty_hours_per_day.road": "road_group",
    "port_dwell_hours.sea": "port_group",
}


def crossings() -> pd.DataFrame:
    return evidence.load("borders").set_index("border_id")


@pytest.mark.parametrize("name", TABLES)
def test_table_loads_with_provenance_and_units(name):
    table, about = evidence.load(name), evidence.info(name)
    assert len(table) == about.rows > 0
    assert set(about.units) == set(table.columns)
    assert about.sources
    assert all(s.title and s.url.startswith("http") and s.licence for s in about.sources)


@pytest.mark.parametrize("name", TABLES)
def test_country_codes_are_iso_3166(name):
    table = evidence.load(name)
    for column in {"iso3", "iso3_a", "iso3_b"} & set(table.columns):
        assert set(table[column]) <= CODES


@pytest.mark.parametrize("name", [t for t in TABLES if t != "country_groups"])
def test_every_row_names_its_source(name):
    table = evidence.load(name)
    assert (table["source_title"].str.len() > 10).all()
    linked = table["source_url"].str.match(r"https?://\S+$")
    admitted = table["source_title"].str.contains("imputed|not confirmed")
    assert (linked | admitted).all()


@pytest.mark.parametrize(
    "name", [t for t in TABLES if t not in ("country_groups", "yardsticks", "border_regimes")]
)
def test_confidence_is_one_of_three(name):
    assert set(evidence.load(name)["confidence"]) <= {"high", "medium", "low"}


def test_imputed_parameters_are_of_low_confidence():
    for name in ("network_parameters", "border_defaults"):
        table = evidence.load(name)
        imputed = table["source_title"].str.startswith("imputed")
        assert imputed.any()
        assert set(table.loc[imputed, "confidence"]) == {"low"}


def test_parameter_ranges_hold_their_value():
    table = evidence.load("network_parameters")
    assert (table["low"] >= 0).all()
    assert (table["value"] > 0).all()
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert (table["unit"] != "").all()
    assert not table.duplicated(["parameter", "mode", "country_group"]).any()


@pytest.mark.parametrize(("key", "column"), GROUPED.items())
def test_grouped_parameters_cover_the_groups_in_use(key, column):
    parameter, mode = key.split(".")
    table = evidence.load("network_parameters")
    rows = table[(table["parameter"] == parameter) & (table["mode"] == mode)]
    assert set(rows["country_group"]) == set(evidence.load("country_groups")[column])


def test_every_economy_has_its_groups():
    groups = evidence.load("country_groups")
    assert groups["iso3"].is_unique
    assert set(groups["iso3"]) == set(evidence.load("countries")["iso3"])


def test_road_and_rail_speeds_are_possible():
    table = evidence.load("network_parameters")
    speed = table[table["parameter"].str.endswith("speed_kmh") & (table["mode"] != "air")]
    assert speed["high"].max() <= 110
    duty = table[table["parameter"] == "duty_hours_per_day"]
    assert duty["high"].max() <= 24


def test_borders_are_well_formed():
    table = crossings()
    assert table.index.is_unique
    assert (table["iso3_a"] != table["iso3_b"]).all()
    assert table["lat"].between(-60, 75).all()
    assert table["lon"].between(-180, 180).all()
    rail = table["mode"] == "rail"
    assert table.loc[rail, ["gauge_a_mm", "gauge_b_mm"]].notna().all(axis=None)
    assert table.loc[~rail, ["gauge_a_mm", "gauge_b_mm"]].isna().all(axis=None)
    waits = table[["wait_ab_hours", "wait_ba_hours"]]
    assert ((waits > 0) | waits.isna()).all(axis=None)
    assert waits.max(axis=None) < 24 * 7
    measured = waits.notna().any(axis=1)
    assert (table["wait_includes_gauge_change"].isin(["yes", "no"]) == measured).all()


@pytest.mark.parametrize(
    ("border", "side_a", "side_b", "gauges"),
    [
        ("KHORGOS-ALTYNKOL-RAIL", "CHN", "KAZ", (1435, 1520)),
        ("ALASHANKOU-DOSTYK-RAIL", "CHN", "KAZ", (1435, 1520)),
        ("BREST-MALASZEWICZE-RAIL", "BLR", "POL", (1520, 1435)),
        ("VIENTIANE-NONGKHAI-RAIL", "LAO", "THA", (1435, 1000)),
        ("HENDAYE-IRUN-RAIL", "FRA", "ESP", (1435, 1668)),
    ],
)
def test_known_breaks_of_gauge(border, side_a, side_b, gauges):
    row = crossings().loc[border]
    assert (row["iso3_a"], row["iso3_b"]) == (side_a, side_b)
    assert (row["gauge_a_mm"], row["gauge_b_mm"]) == gauges


def test_crossing_gauges_agree_with_national_gauges():
    national = evidence.load("gauges").set_index("iso3")
    table = crossings()
    table = table[table["mode"] == "rail"]
    for side in ("a", "b"):
        for border, row in table.iterrows():
            code, gauge = row[f"iso3_{side}"], int(row[f"gauge_{side}_mm"])
            other = {int(g) for g in re.findall(r"\d+", national.loc[code, "other_gauges_mm"])}
            assert gauge in {int(national.loc[code, "gauge_mm"])} | other, (border, code, gauge)


def test_published_waits_are_in_the_table():
    table = crossings()
    # CPMM 2022: Chaman outbound 54.0 h; Spin Boldak 20.2 h in 2020.
    assert table.loc["CHAMAN-SPINBOLDAK-ROAD", "wait_ab_hours"] == pytest.approx(54.0 + 20.2)
    # CPMM 2023: Tsiteli Khidi outbound 54.9 h, Azerbaijan inbound 4.1 h.
    assert table.loc["REDBRIDGE-ROAD", "wait_ab_hours"] == pytest.approx(54.9 + 4.1)


def test_defaults_order_classes_by_priority_and_mode():
    table = evidence.load("border_defaults")
    assert (table["wait_low_hours"] > 0).all()
    assert (table["wait_low_hours"] <= table["wait_hours"]).all()
    assert (table["wait_hours"] <= table["wait_high_hours"]).all()
    assert (table["fee_usd"] >= 0).all()
    assert table.groupby("class")["priority"].nunique().eq(1).all()
    modes = table.groupby("class")["mode"].agg(lambda m: "+".join(sorted(m)))
    assert set(modes) == {"rail+road"}
    road = table[table["mode"] == "road"].set_index("class")["wait_hours"]
    assert road["free_movement"] < road["eu_external"] < road["carec"]


def test_regimes_name_countries_once_per_group():
    table = evidence.load("border_regimes")
    assert not table.duplicated(["iso3", "group"]).any()
    assert pd.to_datetime(table["joined"], format="%Y-%m-%d").max() < pd.Timestamp("2027-01-01")
    union = set(table.loc[table["group"] == "eu_customs_union", "iso3"]) - {"MCO", "SMR"}
    assert len(union) == 27
    assert len(table[table["group"] == "eaeu"]) == 5


def test_closed_pairs_are_unordered_and_dated():
    table = evidence.load("border_closed")
    assert (table["iso3_a"] < table["iso3_b"]).all()
    assert not table.duplicated(["iso3_a", "iso3_b"]).any()
    assert set(table["state"]) <= {"shut", "uncertain"}
    pairs = set(zip(table["iso3_a"], table["iso3_b"], strict=True))
    assert {("KOR", "PRK"), ("ARM", "TUR"), ("DZA", "MAR")} <= pairs


def test_yardsticks_are_ranges_with_sources():
    table = evidence.load("yardsticks").set_index("yardstick_id")
    assert table.index.is_unique
    known = table["value_low"].notna()
    assert (table.loc[known, "value_low"] <= table.loc[known, "value_high"]).all()
    assert set(table["read"]) <= {"full", "abstract", "secondary"}
    assert tuple(table.loc["time-world", ["value_low", "value_high"]]) == (-2.5, -1.2)
    assert table.loc["poverty-moderate", "value_high"] == 32e6
