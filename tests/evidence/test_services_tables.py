"""Bundled tables of named services: sources, codes, links, and what the build script refuses."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pycountry
import pytest

from beltroad import evidence
from beltroad.infrastructure.network import great_circle_km

TABLES = ("services", "service_places", "service_figures", "service_lines")
DATA = Path(__file__).resolve().parents[2] / "data"
CODES = {c.alpha_3 for c in pycountry.countries} | {"XKX"}

# What the programme documents say of services: service, figure, value, as_of, scope.
NAMED = [
    ("CHINA-EUROPE-TRAINS", "cumulative_trains", 78_000, "2023-09-30", ""),
    ("CHINA-EUROPE-TRAINS", "cumulative_trains", 100_000, "2024-12-31", ""),
    ("CHINA-EUROPE-TRAINS", "cumulative_trains", 112_000, "2025-06-30", ""),
    ("CHINA-EUROPE-TRAINS", "cumulative_value", 340e9, "2023-09-30", ""),
    ("CHINA-EUROPE-TRAINS", "goods_kinds", 50_000, "2023-09-30", ""),
    ("CHINA-EUROPE-TRAINS", "cities_reached", 217, "2023-09-30", "Europe"),
    ("CHINA-EUROPE-TRAINS", "cities_reached", 200, "2023-09-30", "Europe"),
    ("CHINA-EUROPE-TRAINS", "cities_reached", 229, "2025-06-30", "Europe"),
    ("CHINA-EUROPE-TRAINS", "countries_reached", 25, "2023-09-30", "Europe"),
    ("CHINA-EUROPE-TRAINS", "countries_reached", 26, "2025-06-30", "Europe"),
    ("CHINA-EUROPE-TRAINS", "routes", 86, "2023-09-30", ""),
    ("NEW-LAND-SEA-CORRIDOR", "ports_reached", 465, "2023-09-30", ""),
    ("NEW-LAND-SEA-CORRIDOR", "countries_reached", 120, "2023-09-30", ""),
    ("NEW-LAND-SEA-CORRIDOR", "opening_year", 2018, "2024-02-18", ""),
    ("SILK-ROAD-MARITIME", "routes", 134, "2025-06-30", ""),
    ("AIR-SILK-ROAD", "countries_reached", 61, "2025-06-30", ""),
    ("CHINA-LAOS-RAILWAY", "cumulative_passengers", 21e6, "2023-09-30", ""),
    ("CHINA-LAOS-RAILWAY", "cumulative_freight", 26e6, "2023-09-30", ""),
    ("CHINA-LAOS-RAILWAY", "opening_year", 2021, "2024-01-05", ""),
    ("PIRAEUS", "teu", 5e6, "2023", ""),
    ("PIRAEUS", "rank_europe", 4, "2024-01-05", ""),
    ("JAKARTA-BANDUNG", "opening_year", 2023, "2024-02-18", ""),
    ("TIANJIN", "vehicles", 4_000, "2025-02-26", "one ship"),
    ("SILK-ROAD-ECOMMERCE", "partner_countries", 30, "2023-09-30", ""),
]
NAMED_SERVICES = {
    "CHINA-EUROPE-TRAINS", "NEW-LAND-SEA-CORRIDOR", "SILK-ROAD-MARITIME", "AIR-SILK-ROAD",
    "CHINA-LAOS-RAILWAY", "PIRAEUS", "JAKARTA-BANDUNG", "BUDAPEST-BELGRADE", "MOMBASA-NAIROBI",
    "ADDIS-DJIBOUTI", "CHINA-THAILAND", "CPEC", "GWADAR", "KYAUKPYU", "LAGOS-BLUE-LINE",
    "NINGBO-ZHOUSHAN", "TIANJIN", "DIGITAL-SILK-ROAD", "SILK-ROAD-ECOMMERCE",
}  # fmt: skip


def load(name: str) -> pd.DataFrame:
    return evidence.load(name)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_its_source(name):
    table = load(name)
    assert (table["source_title"].str.len() >= 10).all()
    assert set(table["confidence"]) <= {"high", "medium", "low"}
    linked = table["source_url"].str.match(r"https?://\S+$")
    assert (linked | ((table["source_url"] == "") & (table["confidence"] == "low"))).all()
    assert table["source_year"].between(2009, 2026).all()


@pytest.mark.parametrize("name", TABLES)
def test_low_confidence_is_explained(name):
    table = load(name)
    low = table[table["confidence"] == "low"]
    admitted = low["source_title"].str.contains("not read|without an address") | (low["note"] != "")
    assert admitted.all()


def test_remembered_figures_are_marked_as_such():
    figures = load("service_figures")
    remembered = figures[figures["source_title"].str.contains("not read")]
    assert len(remembered) > 0
    assert set(remembered["confidence"]) == {"low"}
    assert (remembered["source_url"] == "").all()


def test_the_tables_are_as_large_as_asked():
    assert len(load("services")) >= 12
    assert len(load("service_lines")) >= 40
    figures = load("service_figures")
    in_series = figures.groupby(["service_id", "figure", "scope"])["as_of"].nunique()
    assert in_series[in_series >= 2].sum() >= 150


def test_services_of_the_programme_documents_are_there_and_say_so():
    services = load("services").set_index("service_id")
    assert set(services.index[services["named_in"] != ""]) == NAMED_SERVICES


@pytest.mark.parametrize(("service", "figure", "value", "as_of", "scope"), NAMED)
def test_figures_of_the_programme_documents_are_there(service, figure, value, as_of, scope):
    figures = load("service_figures")
    found = figures[
        (figures["service_id"] == service)
        & (figures["figure"] == figure)
        & (figures["as_of"] == as_of)
        & (figures["scope"] == scope)
        & (figures["value"] == value)
    ]
    assert found["note"].str.contains("named in the programme documents").any()


def test_rows_belong_to_services_and_are_not_doubled():
    known = set(load("services")["service_id"])
    keys = {
        "service_places": ["service_id", "place", "role"],
        "service_figures": [
            "service_id", "figure", "as_of", "scope", "source_title", "claimed_by",
        ],
        "service_lines": ["service_id", "line_id"],
    }  # fmt: skip
    for name, key in keys.items():
        table = load(name)
        assert set(table["service_id"]) <= known
        assert not table.duplicated(key).any()


def test_a_figure_has_one_unit_and_one_nature():
    figures = load("service_figures")
    assert (figures.groupby("figure")[["unit", "nature"]].nunique() == 1).all(axis=None)
    assert figures["value"].notna().all()
    assert set(figures["nature"]) == {"flow", "total", "growth", "state"}
    total = figures["figure"].str.startswith("cumulative_")
    assert (total == (figures["nature"] == "total")).all()


def test_shares_and_counts_are_possible():
    figures = load("service_figures").set_index("figure")["value"]
    assert figures.loc["countries_reached"].between(1, 200).all()
    assert figures.loc[["progress", "stake", "utilisation"]].between(0, 100).all()
    assert figures.loc["opening_year"].between(2000, 2035).all()
    assert (figures.loc["journey_days"] < 60).all()


def test_places_are_where_their_codes_say():
    places = load("service_places")
    assert set(places["iso3"]) <= CODES
    assert places["lat"].between(-60, 75).all()
    assert places["lon"].between(-180, 180).all()
    borders = load("borders").set_index("border_id")
    at_border = places[places["border_id"] != ""]
    assert set(at_border["role"]) == {"border"}
    crossing = borders.loc[at_border["border_id"]]
    away = great_circle_km(
        at_border["lat"].to_numpy(), at_border["lon"].to_numpy(),
        crossing["lat"].to_numpy(), crossing["lon"].to_numpy(),
    )  # fmt: skip
    assert np.max(away) < 1.0


def test_ports_lie_by_the_ports_of_the_network():
    places = load("service_places")
    places = places[places["locode"] != ""]
    nodes = load("network_nodes")
    ports = nodes[nodes["layer"] == 4].drop_duplicates("ref").set_index("ref")
    known = places[places["locode"].isin(ports.index)]
    assert len(known) >= 0.9 * len(places)
    beside = ports.loc[known["locode"]]
    away = great_circle_km(
        known["lat"].to_numpy(), known["lon"].to_numpy(),
        beside["lat"].to_numpy(np.float64), beside["lon"].to_numpy(np.float64),
    )  # fmt: skip
    assert np.max(away) < 30.0


def test_cities_lie_where_the_gazetteer_has_them():
    cities = load("cities").sort_values("population").drop_duplicates(["name", "iso3"], keep="last")
    cities = cities.set_index(["name", "iso3"])
    for table, columns in (
        ("service_places", [("place", "iso3", "lat", "lon")]),
        (
            "service_lines",
            [
                ("origin", "origin_iso3", "origin_lat", "origin_lon"),
                ("destination", "dest_iso3", "dest_lat", "dest_lon"),
            ],
        ),
    ):
        frame = load(table)
        for name, iso3, lat, lon in columns:
            pairs = list(zip(frame[name], frame[iso3], strict=True))
            known = frame[[pair in cities.index for pair in pairs]]
            assert len(known) > 10
            at = cities.loc[[pair for pair in pairs if pair in cities.index]]
            away = great_circle_km(
                known[lat].to_numpy(), known[lon].to_numpy(),
                at["lat"].to_numpy(), at["lon"].to_numpy(),
            )  # fmt: skip
            assert np.max(away) < 70.0  # the port of Baku at Alat is 62 km away


def test_lines_are_possible_and_their_stops_are_known():
    lines = load("service_lines")
    borders = set(load("borders")["border_id"])
    ends = [lines[c].to_numpy() for c in ("origin_lat", "origin_lon", "dest_lat", "dest_lon")]
    direct = great_circle_km(*ends)
    ratio = (lines["km_published"] / direct).dropna()
    assert ratio.between(0.98, 2.6).all()
    per_day = (direct / lines["days_published"]).dropna()
    assert per_day.between(80, 4_000).all()
    passages = set(load("network_links")["passage"]) - {""}
    for step in {step for via in lines["via"] for step in via.split(";")} - {""}:
        assert step in borders or step in passages or (len(step) == 5 and step.isupper())
    rail = lines[lines["mode"] == "rail"]
    crossings = {s for via in rail["via"] for s in via.split(";") if s}
    assert all(step.endswith("-RAIL") for step in crossings)


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(DATA))
    try:
        yield importlib.import_module("build_services")
    finally:
        sys.path.remove(str(DATA))


def facts(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / "facts" / f"{name}.csv", dtype=str, keep_default_na=False)


def test_the_facts_pass_the_build_script(script):
    borders = facts("borders").set_index("border_id")
    assert not list(script.service_faults(facts("services")))
    assert not list(script.place_faults(facts("service_places"), borders))
    assert not list(script.figure_faults(facts("service_figures")))
    assert not list(script.line_faults(facts("service_lines"), borders))
    assert not list(script.link_faults({name: facts(name) for name in TABLES}))


@pytest.mark.parametrize(
    ("table", "column", "value", "complaint"),
    [
        ("services", "kind", "ship", "kind 'ship'"),
        ("services", "source_url", "", "address ''"),
        ("services", "aliases", "Piraeus", "is also one of"),
        ("service_places", "iso3", "XYZ", "country 'XYZ'"),
        ("service_places", "border_id", "NOWHERE-RAIL", "no crossing"),
        ("service_figures", "unit", "tons", "not in 'tons'"),
        ("service_figures", "as_of", "2024/13", "as_of"),
        ("service_figures", "value", "-3", "value -3"),
        ("service_figures", "confidence", "certain", "confidence 'certain'"),
        ("service_lines", "via", "ATLANTIS", "no crossing, port or strait"),
        ("service_lines", "km_published", "100", "as the crow flies"),
        ("service_lines", "days_published", "500", "in 500 days"),
        ("service_lines", "source_title", "", "source is incomplete"),
    ],
)
def test_the_build_script_refuses_broken_rows(script, table, column, value, complaint):
    frame = facts(table)
    frame.loc[0, column] = value
    borders = facts("borders").set_index("border_id")
    check = {
        "services": lambda: script.service_faults(frame),
        "service_places": lambda: script.place_faults(frame, borders),
        "service_figures": lambda: script.figure_faults(frame),
        "service_lines": lambda: script.line_faults(frame, borders),
    }[table]
    found = list(check())
    assert len(found) >= 1
    assert any(complaint in fault for fault in found)


def test_the_build_script_sees_strays_and_bare_services(script):
    tables = {name: facts(name) for name in TABLES}
    tables["service_lines"].loc[0, "service_id"] = "NO-SUCH"
    figures = tables["service_figures"]
    tables["service_figures"] = figures[figures["service_id"] != "GWADAR"]
    found = list(script.link_faults(tables))
    assert "service_lines: no service 'NO-SUCH'" in found
    assert "GWADAR: no figures" in found
