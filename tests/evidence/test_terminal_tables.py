"""Waterways, airports, dry ports and capacities: sound, joined to the other tables, checked."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence

DATA = Path(__file__).resolve().parents[2] / "data"
WATERWAYS = evidence.load("waterways")
AIRPORTS = evidence.load("airports")
DRYPORTS = evidence.load("dryports")
CAPACITIES = evidence.load("capacities")
TABLES = {
    "waterways": WATERWAYS,
    "airports": AIRPORTS,
    "dryports": DRYPORTS,
    "capacities": CAPACITIES,
}
WITHOUT_AIRPORT = {"AND", "LIE", "MCO", "PSE", "SMR"}
AIR_SILK_ROAD = {
    *("CGO", "LUX", "LGG", "EHU", "XIY", "CTU", "CKG", "URC", "KHG", "ALA", "NQZ", "TAS"),
    *("GYD", "IST", "DXB", "DOH", "ADD", "NBO", "BUD", "LEJ", "FRA", "KUL", "BKK", "KHI"),
}


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def length_km(waterway: str, *places: str) -> float:
    """Length along the sections from the first place to the last."""
    rows = WATERWAYS[WATERWAYS["waterway"] == waterway].set_index(["from_place", "to_place"])
    return float(sum(rows.loc[pair, "km"] for pair in pairwise(places)))


@pytest.mark.parametrize("name", TABLES)
def test_provenance(name: str) -> None:
    about = evidence.info(name)
    assert about.script == f"data/build_{name}.py"
    assert len(about.notes) > 100
    assert all(s.title and s.url.startswith("http") and s.licence for s in about.sources)


@pytest.mark.parametrize("name", TABLES)
def test_what_was_not_read_is_low_and_says_so(name: str) -> None:
    table = TABLES[name]
    assert set(table["confidence"]) <= {"high", "medium", "low"}
    unread = table["source_url"] == ""
    assert (table.loc[unread, "confidence"] == "low").all()
    said = (table["note"] + table["source_title"]).str.contains("imputed|not read", case=False)
    assert said[table["confidence"] == "low"].all()


# --- waterways ---


def test_a_channel_is_no_shorter_than_the_great_circle() -> None:
    for row in WATERWAYS.itertuples():
        straight = great_circle_km((row.from_lat, row.from_lon), (row.to_lat, row.to_lon))
        # The positions are good to 5 km at either end.
        assert row.km >= straight - 10, (row.from_place, row.to_place)
        assert row.km <= 2.6 * straight


def test_each_river_is_one_chain_downstream() -> None:
    for name in ("Yangtze", "Rhine", "Danube", "Xijiang", "Lancang-Mekong", "Volga"):
        rows = WATERWAYS[WATERWAYS["waterway"] == name]
        assert (rows["downstream"] == "yes").all()
        assert list(rows["to_place"])[:-1] == list(rows["from_place"])[1:]
        assert rows["from_place"].is_unique


def test_a_place_has_one_position() -> None:
    parts = ["place", "locode", "iso3", "lat", "lon"]
    ends = [WATERWAYS[[f"{e}_{p}" for p in parts]].set_axis(parts, axis=1) for e in ("from", "to")]
    assert pd.concat(ends).drop_duplicates()["place"].is_unique


@pytest.mark.parametrize(
    ("waterway", "places", "published_km"),
    [
        ("Yangtze", ("Yibin", "Luzhou", "Chongqing", "Wanzhou", "Yichang"), 1040),
        (
            "Yangtze",
            (
                "Chongqing",
                "Wanzhou",
                "Yichang",
                "Jingzhou (Shashi)",
                "Yueyang (Chenglingji)",
                "Wuhan",
            ),
            1286,
        ),
        # The canal leaves the river at about kilometre 300, Kelheim is at 2,414.8.
        (
            "Danube",
            (
                "Regensburg",
                "Linz",
                "Vienna",
                "Bratislava",
                "Budapest",
                "Belgrade",
                "Ruse",
                "Cernavoda",
            ),
            2414.8 - 300 - 37,
        ),
        ("Lancang-Mekong", ("Jinghong", "Guanlei", "Chiang Saen"), 343),
    ],
)
def test_sums_agree_with_published_lengths(
    waterway: str, places: tuple[str, ...], published_km: float
) -> None:
    assert length_km(waterway, *places) == pytest.approx(published_km, rel=0.02)


# --- airports ---


def test_every_economy_has_an_airport_but_five() -> None:
    economies = set(evidence.load("countries")["iso3"])
    assert set(AIRPORTS["iso3"]) == economies - WITHOUT_AIRPORT


def test_airport_codes() -> None:
    assert AIRPORTS["iata"].is_unique
    assert AIRPORTS["icao"].is_unique
    assert AIRPORTS["iata"].str.fullmatch("[A-Z]{3}").all()
    assert AIRPORTS["icao"].str.fullmatch("[A-Z0-9]{4}").all()
    assert set(AIRPORTS["iata"]) >= AIR_SILK_ROAD
    assert 250 <= len(AIRPORTS) <= 340


def test_airports_lie_near_a_city_of_their_economy() -> None:
    cities = evidence.load("cities")
    rows = AIRPORTS[AIRPORTS["role"] == "national gateway"]
    for row in rows.itertuples():
        own = cities[cities["iso3"] == row.iso3]
        away = [great_circle_km((row.lat, row.lon), (c.lat, c.lon)) for c in own.itertuples()]
        assert min(away) < 130, row.iata


def test_cargo_ranks_as_published() -> None:
    cargo = AIRPORTS.set_index("iata")["cargo_tonnes"]
    assert cargo.idxmax() == "HKG"
    assert cargo["HKG"] > cargo["PVG"] > cargo["CAN"] > cargo["SZX"] > cargo["EHU"] > cargo["CGO"]
    assert (AIRPORTS["cargo_tonnes"].notna() == AIRPORTS["cargo_year"].notna()).all()
    assert cargo.notna().sum() >= 100
    # The whole world's airports handled 127 million tonnes in 2024.
    assert 0.45 * 127e6 < cargo.sum() < 127e6


# --- dry ports ---


def test_dryports() -> None:
    assert DRYPORTS["dryport_id"].is_unique
    assert DRYPORTS["name"].is_unique
    assert set(DRYPORTS["kind"]) == {"dry port", "rail terminal", "gauge-change terminal"}
    assert set(DRYPORTS["iso3"]) <= set(evidence.load("countries")["iso3"])
    capacity = DRYPORTS["capacity_teu"].dropna()
    assert ((capacity > 1e4) & (capacity < 1e7)).all()


def test_gauges_change_where_the_gauge_is_another_across_a_border() -> None:
    borders = evidence.load("borders")
    rail = borders[borders["mode"] == "rail"]
    breaks = rail[rail["gauge_a_mm"].astype(str) != rail["gauge_b_mm"].astype(str)]
    inland = {"SLAWKOW", "MADRID-ABRONIGAL", "MUKRAN", "CHERNYAKHOVSK", "KALININGRAD", "HAIRATAN"}
    rows = DRYPORTS[(DRYPORTS["kind"] == "gauge-change terminal")]
    for row in rows[~rows["dryport_id"].isin(inland)].itertuples():
        away = [great_circle_km((row.lat, row.lon), (b.lat, b.lon)) for b in breaks.itertuples()]
        assert min(away) < 70, row.dryport_id


# --- capacities ---


def test_capacities_name_places_of_the_other_tables() -> None:
    refs = CAPACITIES.groupby("place_kind")["ref"].agg(set)
    assert refs["border"] <= set(evidence.load("borders")["border_id"])
    assert refs["terminal"] <= set(DRYPORTS["dryport_id"])
    assert refs["port"] <= set(evidence.load("network_nodes")["ref"])
    assert refs["strait"] == {"suez", "panama", "malacca", "bosporus"}
    assert not CAPACITIES.duplicated(["place_kind", "ref", "unit"]).any()


def test_capacity_or_traffic_is_given_and_one_fits_the_other() -> None:
    given = CAPACITIES[["capacity", "throughput"]]
    assert given.notna().any(axis=1).all()
    assert (given.min() > 0).all()
    fill = (CAPACITIES["throughput"] / CAPACITIES["capacity"]).dropna()
    assert len(fill) >= 20
    assert (fill < 1.3).all()
    assert (CAPACITIES["throughput"].notna() == CAPACITIES["throughput_year"].notna()).all()


def test_a_terminal_has_one_capacity_in_both_tables() -> None:
    yearly = CAPACITIES[
        (CAPACITIES["place_kind"] == "terminal") & (CAPACITIES["unit"] == "TEU per year")
    ].set_index("ref")["capacity"]
    both = DRYPORTS.set_index("dryport_id")["capacity_teu"].to_frame().join(yearly, how="inner")
    both = both.dropna()
    assert len(both) >= 15
    np.testing.assert_array_equal(both["capacity_teu"], both["capacity"])


# --- the build scripts refuse broken rows ---


@pytest.fixture(scope="module")
def script() -> Iterator[Callable[[str], ModuleType]]:
    """The build scripts as modules (data/ is no package)."""
    pytest.importorskip("shapely", reason="only the scripts under data/ need it")
    sys.path.insert(0, str(DATA))
    try:
        yield lambda name: importlib.import_module(f"build_{name}")
    finally:
        sys.path.remove(str(DATA))


def first_row(name: str, **where: str) -> dict[str, str]:
    facts = pd.read_csv(DATA / "facts" / f"{name}.csv", dtype=str, keep_default_na=False)
    for column, value in where.items():
        facts = facts[facts[column] == value]
    return {str(k): str(v) for k, v in facts.iloc[0].items()}


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("waterways", {"km": "0"}, "km 0"),
        ("waterways", {"km": "20"}, "great circle"),
        ("waterways", {"downstream": "maybe"}, "downstream"),
        ("waterways", {"to_iso3": "XXX"}, "economy"),
        ("waterways", {"to_lon": "-105.4"}, "outside CHN"),
        ("dryports", {"lat": "91"}, "off the globe"),
        ("dryports", {"iso3": "FRA"}, "outside FRA"),
        ("dryports", {"dryport_id": "a b"}, "slug"),
        ("dryports", {"capacity_teu": "-5"}, "capacity_teu"),
        ("dryports", {"year_open": "20"}, "year_open"),
        ("dryports", {"confidence": "sure"}, "confidence"),
        ("dryports", {"confidence": "high", "source_url": ""}, "without address"),
        ("capacities", {"ref": "NOWHERE-RAIL"}, "no border"),
        ("capacities", {"unit": "lorries per day"}, "mode"),
        ("capacities", {"capacity": "1"}, "of capacity used"),
        ("capacities", {"capacity": "", "throughput": "", "throughput_year": ""}, "neither"),
        ("capacities", {"throughput_year": ""}, "go together"),
    ],
)
def test_broken_rows_are_refused(
    script: Callable[[str], ModuleType], name: str, change: dict[str, str], says: str
) -> None:
    where = {"place_kind": "border"} if name == "capacities" else {}
    row = first_row(name, **where)
    rules = script(name)
    assert rules.row_faults(row) == []
    assert any(says in fault for fault in rules.row_faults({**row, **change}))
