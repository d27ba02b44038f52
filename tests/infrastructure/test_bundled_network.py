"""The network that ships with beltroad: shape, distances, and that projects only ever help."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from bundled_network import REACH_KM, World, spot_distances

from beltroad import evidence
from beltroad.infrastructure.borders import crossing_waits
from beltroad.infrastructure.network import CITY, MODES, PORT, Network

pytestmark = pytest.mark.xdist_group("bundled")


def test_it_loads_in_under_two_seconds() -> None:
    Network.bundled()  # imports and first use of the Parquet reader are not the network's
    start = time.perf_counter()
    Network.bundled.__wrapped__()
    assert time.perf_counter() - start < 2


def test_its_shape() -> None:
    network = Network.bundled()
    assert len(network.nodes) > 300_000
    assert set(network.links["mode"].astype(str)) <= set(MODES)
    assert np.isfinite(network.km).all()
    at_sea = network.layer == 2
    assert (network.country_of(np.flatnonzero(~at_sea)) != "").all()
    gauges = network.nodes["gauge_mm"].to_numpy()
    assert ((gauges > 0) == (network.layer == 0)).all()
    assert network.terminals(CITY).index.is_unique
    assert network.terminals(PORT).index.is_unique
    assert set(network.terminals(CITY).index) == set(evidence.load("cities")["city_id"].astype(str))


def test_links_join_the_layers_that_their_mode_says() -> None:
    network = Network.bundled()
    of = {"rail": 0, "road": 1, "sea": 2, "city": 3, "port": 4}
    for mode in set(network.links["mode"].astype(str)) - {"ferry"}:
        rows = network.has_mode(mode)
        a, b = mode.split("_") if "_" in mode else (mode, mode)
        pairs = np.sort(np.stack([network.layer[network.u[rows]], network.layer[network.v[rows]]]), 0)
        assert (pairs == np.sort([of[a], of[b]])[:, None]).all(), mode


def test_listed_crossings_lie_between_their_countries(world: World) -> None:
    network = world.programme.network
    listed = evidence.load("borders").set_index("border_id")
    border = network.links["border"].astype(object).to_numpy().astype(str)
    rows = np.flatnonzero(border != "")
    assert set(border[rows]) <= set(listed.index)
    a, b = network.country_of(network.u[rows]), network.country_of(network.v[rows])
    for k, name in enumerate(border[rows]):
        assert {a[k], b[k]} == {listed.at[name, "iso3_a"], listed.at[name, "iso3_b"]}, name


def test_every_crossing_has_a_wait(world: World) -> None:
    network = world.programme.network
    rows = network.crossings
    found = crossing_waits(
        world.pricing.borders,
        mode=np.array(MODES)[network.mode_code[rows]],
        country_u=network.country_of(network.u[rows]),
        country_v=network.country_of(network.v[rows]),
        border=network.links["border"].iloc[rows].astype(object).to_numpy(),
    )
    for hours in (found.hours_uv, found.hours_vu):
        assert (hours >= 0).all()
        assert 0 < np.isinf(hours).mean() < 0.1
    assert (found.usd >= 0).all()


@pytest.fixture(scope="module")
def distances(world: World) -> pd.DataFrame:
    """Ours against published distances; the ways round (ids ending in -2) are other routes."""
    checks = evidence.load("spot_distances")
    same = ~checks["relation_id"].str.endswith("-2") & checks["mode"].isin(["rail", "road", "sea"])
    found = spot_distances(world, checks[same].reset_index(drop=True))
    return found.set_index("relation_id")


@pytest.mark.parametrize("name", ["RAIL-CKG-DUI", "RAIL-KMG-VTE", "RAIL-MBA-NBO", "RAIL-SEB-DJI"])
def test_named_railways_are_as_long_as_published(distances: pd.DataFrame, name: str) -> None:
    """Chongqing-Duisburg, Kunming-Vientiane, Mombasa-Nairobi, Addis Ababa-Djibouti."""
    assert distances.at[name, "ratio"] == pytest.approx(1, abs=0.08)


def test_every_place_is_near_its_layer(distances: pd.DataFrame) -> None:
    land = distances[distances["mode"] != "sea"]
    assert (land["snap_km"] < REACH_KM).all(), land[land["snap_km"] >= REACH_KM]
    assert (distances["snap_km"] < 250).all()
    assert np.isfinite(distances["km"]).all()
