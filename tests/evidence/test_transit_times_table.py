"""The bundled transit times keep their build rules, and their split never sees the days."""

import importlib
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.evidence import tables

DATA = Path(__file__).resolve().parents[2] / "data"
BUNDLE = Path(tables.__file__).parent / "bundle"
WANTED_ROWS = 120
WANTED_MODES = {"rail", "road", "sea", "air", "water", "sea_rail", "rail_ferry", "rail_road"}


@pytest.fixture(scope="module")
def script():
    """The build script as a module (data/ is no package)."""
    sys.path.insert(0, str(DATA))
    try:
        yield importlib.import_module("build_transit_times")
    finally:
        sys.path.remove(str(DATA))


@pytest.fixture(scope="module")
def text():
    """The bundled table as text."""
    return pd.read_csv(BUNDLE / "transit_times.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def times():
    """The bundled table as the product loads it."""
    return evidence.load("transit_times")


def spoiled(text, **changes):
    """The table with its first row changed."""
    table = text.copy()
    for column, value in changes.items():
        table.loc[0, column] = value
    return table


def test_bundle_obeys_the_build_rules(script, text):
    assert script.faults(text) == []


def test_bundle_equals_the_hand_written_facts(script, text):
    facts = pd.read_csv(script.FACTS, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(text, facts[list(script.COLUMNS)])


def test_enough_rows_of_every_mode(times):
    assert len(times) >= WANTED_ROWS
    assert set(times["mode"]) == WANTED_MODES
    counts = times["mode"].value_counts()
    assert counts["rail"] >= 60
    assert counts["sea"] >= 40
    assert counts["road"] >= 25


def test_loaded_types(times):
    assert times["days"].gt(0).all()
    ranged = times["days_low"].notna()
    assert (ranged == times["days_high"].notna()).all()
    assert (
        times.loc[ranged, "days"]
        .between(times.loc[ranged, "days_low"], times.loc[ranged, "days_high"])
        .all()
    )
    assert times["via"].map(type).eq(str).all()


def test_most_rows_are_observed_or_scheduled_and_read(times):
    assert times["kind"].isin({"observed", "schedule"}).mean() > 0.5
    assert times["source_url"].str.startswith("http").mean() >= 0.9
    assert times["confidence"].eq("low").mean() < 0.2


def test_both_directions_of_a_relation_share_a_part(script, times):
    keys = script.relations(times)
    assert times.groupby(keys)["part"].nunique().eq(1).all()
    assert script.relation("rail", "Yiwu", "London") == script.relation("rail", "London", "Yiwu")
    assert script.relation("rail", "Yiwu", "London") != script.relation("sea", "Yiwu", "London")


def test_parts_are_near_half_in_each_large_mode(times):
    share = times["part"].eq("holdout").groupby(times["mode"]).agg(["mean", "size"])
    large = share[share["size"] >= 8]
    assert large["mean"].between(0.3, 0.7).all()
    assert 0.4 < times["part"].eq("holdout").mean() < 0.6


def test_split_and_its_salt_do_not_depend_on_the_days(script, times):
    other = times.assign(days=times["days"] * 7.0, days_low=1.0, days_high=2.0)
    assert script.smallest_salt(other) == script.smallest_salt(times)
    assert [script.part_of(k) for k in script.relations(other)] == list(times["part"])


@given(places=st.tuples(st.text(min_size=1), st.text(min_size=1)), salt=st.integers(0, 1000))
def test_part_is_a_function_of_the_unordered_pair(script, places, salt):
    there = script.part_of(script.relation("rail", *places), salt)
    back = script.part_of(script.relation("rail", *reversed(places)), salt)
    assert there == back
    assert there in script.PARTS


def test_detours_say_what_was_closed(times):
    detours = times[times["closed"].eq("suez")]
    assert len(detours) >= 3
    assert detours["via"].str.contains("cape").all()
    assert not detours["via"].str.contains("suez").any()
    assert detours["state"].ge(2024).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mode": "camel"}, "mode"),
        ({"days": "0.001"}, "great circle a day"),
        ({"days_low": "3", "days_high": ""}, "one end of the range"),
        ({"days_low": "9", "days_high": "2"}, "range 9 to 2"),
        ({"via": "NOWHERE-RAIL"}, "unknown passages"),
        ({"via": "suez", "closed": "suez"}, "used and closed"),
        ({"state": "2031"}, "state 2031"),
        ({"source_url": ""}, "not read"),
        ({"quote": "word " * 13}, "13 words"),
        ({"days": "soon"}, "could not convert"),
        ({"dest_lat": "1.00"}, "more than one position"),
    ],
)
def test_each_spoiled_row_is_found(script, text, changes, message):
    assert any(message in fault for fault in script.faults(spoiled(text, **changes)))


def test_wrong_part_and_double_id_are_found(script, text):
    other = {"calibrate": "holdout", "holdout": "calibrate"}[text.loc[0, "part"]]
    assert any("hash says" in f for f in script.faults(spoiled(text, part=other)))
    double = spoiled(text, obs_id=text.loc[1, "obs_id"])
    assert any("not unique" in f for f in script.faults(double))
    assert script.faults(text.drop(columns="via")) != []
