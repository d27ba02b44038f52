"""The cable tables keep the rules of their build script, and no drawn way runs over land."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.evidence import tables
from beltroad.infrastructure.cables.lines import densify, line_km
from beltroad.infrastructure.cables.segments import SLACK_RANGE, segment_lengths, segment_lines
from beltroad.infrastructure.network import great_circle_km

DATA = Path(__file__).resolve().parents[2] / "data"
BUNDLE = Path(tables.__file__).parent / "bundle"
NAMES = ("cables", "cable_landings", "cable_segments", "latency_checks")
SHORE_KM = 30.0


def read(name):
    return pd.read_csv(BUNDLE / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(DATA))
    try:
        yield importlib.import_module("build_cables")
    finally:
        sys.path.remove(str(DATA))


def test_bundle_obeys_the_build_rules(script):
    assert script.faults({name: read(name) for name in NAMES}) == []


@pytest.mark.parametrize("name", NAMES)
def test_bundle_equals_the_hand_written_facts(script, name):
    pd.testing.assert_frame_equal(read(name), script.read(name))


def test_the_rules_catch_faults(script):
    bad = {name: read(name) for name in NAMES}
    bad["cables"].loc[0, "status"] = "lit"
    bad["cable_landings"].loc[0, "lat"] = "10.00"
    row = bad["cable_segments"].index[bad["cable_segments"]["cable_id"].eq("TCFO")][0]
    bad["cable_segments"].loc[row, "via"] = "41.00 45.00"
    bad["latency_checks"].loc[0, "rtt_ms"] = "4000"
    found = "\n".join(script.faults(bad))
    for part in ("status 'lit'", "one landing at several places", "points on land", "4000"):
        assert part in found


def test_enough_systems_of_both_kinds():
    cables = read("cables")
    assert (cables["kind"] == "submarine").sum() >= 45
    assert (cables["kind"] == "terrestrial").sum() >= 10
    assert (cables["confidence"] == "low").mean() < 0.2
    assert set(cables["status"]) == {"in_service", "under_construction", "planned", "retired"}


def _rings():
    features = json.loads(evidence.read_bytes("polygons"))["features"]
    for feature in features:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        for part in parts:
            yield [np.asarray(ring, float)[:, ::-1] for ring in part]


def _inside(points, ring):
    """Even-odd rule in plain arrays: which points (lat, lon) lie in a closed ring."""
    a, b = ring[:-1], ring[1:]
    lat = points[:, :1]
    spans = (a[:, 0] > lat) != (b[:, 0] > lat)
    with np.errstate(divide="ignore", invalid="ignore"):
        cut = a[:, 1] + (lat - a[:, 0]) * (b[:, 1] - a[:, 1]) / (b[:, 0] - a[:, 0])
    return (spans & (points[:, 1:] < cut)).sum(axis=1) % 2 == 1


def test_no_submarine_way_crosses_land():
    landings, segments = evidence.load("cable_landings"), evidence.load("cable_segments")
    at_sea = landings[landings["kind"] == "branching_unit"]
    units = set(zip(at_sea["cable_id"], at_sea["landing"], strict=True))
    spots = []
    lines = segment_lines(landings, segments)
    for r, line in zip(segments.to_dict("records"), lines, strict=True):
        if r["kind"] == "overland":
            continue
        way = densify(line, 10.0)
        for end, point in (("from_landing", line[0]), ("to_landing", line[-1])):
            if (r["cable_id"], r[end]) not in units:
                away = great_circle_km(way[:, 0], way[:, 1], *point)
                way = way[away > SHORE_KM]
        spots.append(way)
    points = np.unique(np.round(np.concatenate(spots), 4), axis=0)
    assert len(points) > 5000
    on_land = np.zeros(len(points), bool)
    for outer, *holes in _rings():
        low, high = outer.min(axis=0), outer.max(axis=0)
        near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
        if not len(near):
            continue
        inside = _inside(points[near], outer)
        for hole in holes:
            inside &= ~_inside(points[near], hole)
        on_land[near] |= inside
    assert not on_land.any(), points[on_land][:5]


def test_lengths_are_at_least_the_drawn_way_and_add_up_to_the_published_length():
    cables = evidence.load("cables")
    found = segment_lengths(
        cables, evidence.load("cable_landings"), evidence.load("cable_segments")
    )
    assert (found["km"] >= found["drawn_km"] - 1e-9).all()
    whole = found[found["km_basis"].isin(["cable", "published"]) & found["kind"].eq("submarine")]
    total = found.groupby("cable_id")["km"].sum()
    drawn = found.groupby("cable_id")["drawn_km"].sum()
    overland = set(found.loc[found["kind"] == "overland", "cable_id"])
    length = cables.set_index("cable_id")["length_km"]
    checked = 0
    for name in whole["cable_id"].unique():
        pure = name not in overland
        if pure and SLACK_RANGE[0] <= length[name] / drawn[name] <= SLACK_RANGE[1]:
            assert total[name] == pytest.approx(length[name], rel=1e-6), name
            checked += 1
    assert checked >= 20


def test_geometry_of_lines():
    quarter = np.array([[0.0, 0.0], [0.0, 90.0]])
    assert line_km(quarter) == pytest.approx(np.pi / 2 * 6371.0088)
    fine = densify(quarter, 100.0)
    assert line_km(fine) == pytest.approx(line_km(quarter))
    assert np.allclose(fine[[0, -1]], quarter)
