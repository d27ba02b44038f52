"""Variability of trip components, frequency of services and freight rates keep their rules."""

import importlib
import sys
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.evidence import tables

DATA = Path(__file__).resolve().parents[2] / "data"
BUNDLE = Path(tables.__file__).parent / "bundle"
NAMES = ("variability", "service_frequency", "freight_rates")
RATE_LIMITS_USD_PER_TEU_KM = {
    # Wide bounds around the low and high of usd_per_teu_km, charges of short hauls included.
    "rail": (0.05, 2.5),
    "road": (0.2, 5.0),
    "sea": (0.005, 0.6),
    "air": (1.2, 11.0),
}


def read(name):
    return pd.read_csv(BUNDLE / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def scripts():
    """The three build scripts as modules (data/ is no package)."""
    sys.path.insert(0, str(DATA))
    try:
        yield {n: importlib.import_module(f"build_{n}") for n in NAMES}
    finally:
        sys.path.remove(str(DATA))


@pytest.fixture(scope="module")
def great_circle_km(scripts):
    sys.path.insert(0, str(DATA))
    try:
        return importlib.import_module("build_projects").great_circle_km
    finally:
        sys.path.remove(str(DATA))


@pytest.mark.parametrize("name", NAMES)
def test_table_loads_with_provenance_and_units(name):
    table, about = evidence.load(name), evidence.info(name)
    assert len(table) == about.rows > 0
    assert set(about.units) == set(table.columns)
    assert all(s.title and s.url and s.licence for s in about.sources)


@pytest.mark.parametrize("name", NAMES)
def test_bundle_obeys_the_build_rules(scripts, name):
    assert scripts[name].faults(read(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_bundle_is_what_the_facts_say(name):
    facts = pd.read_csv(DATA / "facts" / f"{name}.csv", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(facts, read(name))


@pytest.mark.parametrize(
    ("name", "column", "bad"),
    [
        ("variability", "cv", "9.99"),
        ("variability", "component", "teleport"),
        ("variability", "country_group", "atlantis"),
        ("service_frequency", "departures_per_week", "-1"),
        ("service_frequency", "schedule_days", "8"),
        ("service_frequency", "source_url", ""),
        ("freight_rates", "usd_per_teu", "1"),
        ("freight_rates", "unit", "barrel"),
        ("freight_rates", "date", "2025-13"),
    ],
)
def test_broken_row_is_found(scripts, name, column, bad):
    table = read(name)
    table.loc[3, column] = bad
    assert scripts[name].faults(table)


def test_every_component_has_a_row_for_everywhere(scripts):
    table = evidence.load("variability")
    general = set(table.loc[table["country_group"] == "", "component"])
    assert general == set(scripts["variability"].COMPONENTS)


def test_waits_for_a_schedule_are_uniform_and_delays_skewed():
    table = evidence.load("variability")
    uniform = table[table["distribution"] == "uniform"]
    assert uniform["component"].str.startswith("wait_").all()
    np.testing.assert_allclose(uniform["cv"], 1 / sqrt(3), atol=1e-3)
    assert set(table["distribution"]) == {"uniform", "lognormal"}


def test_trips_vary_less_on_the_line_than_at_borders():
    cv = evidence.load("variability").set_index(["component", "country_group"])["cv"]
    for mode in ("rail", "road"):
        assert cv[f"line_{mode}", ""] < cv[f"border_{mode}", ""]
    assert cv["port_dwell", "advanced"] < cv["port_dwell", "sub_saharan_africa"]
    assert cv["line_road", "oecd_other"] < cv["line_road", "sub_saharan_africa"]


def test_imputed_rows_are_of_low_confidence():
    table = evidence.load("variability")
    imputed = table["source_title"].str.startswith("imputed")
    assert imputed.any()
    assert not imputed.all()
    assert set(table.loc[imputed, "confidence"]) == {"low"}


@given(sigma=st.floats(0.02, 1.2))
def test_rules_recover_the_spread_of_a_lognormal(scripts, sigma):
    """Quantiles, means and medians of one lognormal all give back its own cv."""
    rules = scripts["variability"]
    z, own = rules.Z95, sqrt(exp(sigma**2) - 1)
    mean, p95 = exp(sigma**2 / 2), exp(z * sigma)
    over = 1 - rules.NormalDist().cdf(log(1.5) / sigma)
    got = [
        rules.derived(f"mean_median {mean!r} 1"),
        rules.derived(f"p95_median {p95!r} 1"),
        rules.derived(f"quantile_median 0.95 {p95!r} 1"),
        rules.derived(f"range90 {1 / p95!r} {p95!r}"),
        rules.derived(f"buffer_index {100 * (p95 / mean - 1)!r}"),
    ]
    if 1e-6 < over < 0.2 and rules.NormalDist().inv_cdf(1 - over) > sigma:
        got.append(rules.derived(f"mean_share_over {mean!r} 1.5 {over!r}"))
    np.testing.assert_allclose(got, own, rtol=1e-5)


def test_delay_rules_agree_with_simulated_trips(scripts):
    """Late ships, late trains and missed connections drawn at random have the spread computed."""
    rules, rng, n = scripts["variability"], np.random.default_rng(7), 400_000
    late = rng.random(n) < 1 - 0.544
    days = np.where(late, 1 + rng.exponential(4.19, n), rng.uniform(-1, 1, n))
    assert days.std() / 32 == pytest.approx(rules.derived("late_ships 0.544 5.19 1 32"), rel=0.01)
    hours = np.where(rng.random(n) < 0.66, rng.exponential(15.15, n), 0)
    assert hours.std() / 25 == pytest.approx(
        rules.derived("late_exponential 0.66 15.15 25"), rel=0.01
    )
    wait = rng.uniform(0, 192, n) + 168 * (rng.random(n) < 0.22)
    assert wait.std() / wait.mean() == pytest.approx(
        rules.derived("missed_connection 96 168 0.22"), rel=0.01
    )


def test_services_cover_the_kinds_and_the_fixed_timetables():
    table = read("service_frequency")
    counts = table["place_kind"].value_counts()
    assert {
        k: counts[k] >= 5 for k in ("rail_relation", "port", "airport", "ferry")
    } == dict.fromkeys(("rail_relation", "port", "airport", "ferry"), True)
    row = table[(table["origin"] == "Xi'an") & (table["destination"] == "Duisburg")].iloc[0]
    assert row["schedule_days"] == "3;6"


def test_published_rates_lie_near_the_range_of_any_market(great_circle_km):
    """Per TEU and great-circle kilometre; a slip of unit or of ten falls outside."""
    table = evidence.load("freight_rates")
    calm = ~table["date"].str.startswith(("2020", "2021", "2022"))
    freight = ~table["basis"].str.startswith("all charges")
    known = table["mode"].isin(RATE_LIMITS_USD_PER_TEU_KM)
    assert (calm & freight & known).sum() > 90
    for row in table[calm & freight & known].to_dict("records"):
        km = great_circle_km(
            (row["origin_lat"], row["origin_lon"]), (row["dest_lat"], row["dest_lon"])
        )
        low, high = RATE_LIMITS_USD_PER_TEU_KM[row["mode"]]
        rate = row["usd_per_teu"] / km
        assert low <= rate <= high, (row["origin"], row["destination"], row["date"], rate)


def test_air_costs_more_than_land_and_land_more_than_sea(great_circle_km):
    table = evidence.load("freight_rates")
    km = [
        great_circle_km((r.origin_lat, r.origin_lon), (r.dest_lat, r.dest_lon))
        for r in table.itertuples()
    ]
    rate = (table["usd_per_teu"] / km).groupby(table["mode"]).median()
    assert rate["air"] > rate["road"] > rate["rail"] > rate["sea"]


def test_parameters_of_air_and_water_are_there():
    table = evidence.load("network_parameters")
    keys = table[["parameter", "mode", "country_group"]].agg(".".join, axis=1)
    value = dict(zip(keys, table["value"], strict=True))
    assert value["speed_kmh.water.upstream"] < value["speed_kmh.water."]
    assert value["speed_kmh.water."] < value["speed_kmh.water.downstream"]
    for quantity in ("usd_per_teu_km", "handling_usd_per_teu", "gco2e_per_tkm"):
        assert value[f"{quantity}.air."] > value[f"{quantity}.water."]
    # A trip up and down the river takes as long as one at the average speed.
    both = 2 / (1 / value["speed_kmh.water.upstream"] + 1 / value["speed_kmh.water.downstream"])
    assert both == pytest.approx(value["speed_kmh.water."], rel=0.01)
