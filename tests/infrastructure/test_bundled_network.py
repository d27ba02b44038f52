"""The network that ships with beltroad: shape, distances, and that projects only ever help."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pandas as pd
import pytest
from bundled_network import REACH_KM, World, spot_distances

from beltroad import evidence
from beltroad.infrastructure.network import CITY, LAYERS, MODES, PORT, Network
from beltroad.infrastructure.pricing.borders import crossing_waits

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
    nowhere = network.country_of(np.arange(len(network.nodes))) == ""
    assert (nowhere[network.layer == 2]).all()
    # Two ports of Caribbean islands have no country in the raw data; all else on land has one.
    assert set(network.nodes["ref"][nowhere & (network.layer != 2)]) <= {"ANPHI", "ANFUI"}
    gauges = network.nodes["gauge_mm"].to_numpy()
    assert ((gauges > 0) == (network.layer == 0)).all()
    assert network.terminals(CITY).index.is_unique
    assert network.terminals(PORT).index.is_unique
    assert set(network.terminals(CITY).index) == set(evidence.load("cities")["city_id"].astype(str))


def test_links_join_the_layers_that_their_mode_says() -> None:
    network = Network.bundled()
    of = {name: k for k, name in enumerate(LAYERS)}
    for mode in set(network.links["mode"].astype(str)) - {"ferry"}:
        rows = network.has_mode(mode)
        a, b = mode.split("_") if "_" in mode else (mode, mode)
        pairs = np.sort(
            np.stack([network.layer[network.u[rows]], network.layer[network.v[rows]]]), 0
        )
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


# Measured, detour factors included: median 3.4 % and 90th percentile 13 % over all 81 relations;
# rail 3.4 and 10 %, road 9.5 and 23 %, sea 0.9 and 2.4 %.
@pytest.mark.parametrize(
    ("mode", "median", "ninth"),
    [("all", 0.04, 0.14), ("rail", 0.04, 0.11), ("road", 0.11, 0.25), ("sea", 0.015, 0.04)],
)
def test_distances_as_a_whole(
    distances: pd.DataFrame, mode: str, median: float, ninth: float
) -> None:
    rows = distances if mode == "all" else distances[distances["mode"] == mode]
    off = (rows["ratio"] - 1).abs()
    assert off.median() < median
    assert off.quantile(0.9) < ninth
    assert rows["ratio"].median() > 0.88


@pytest.mark.parametrize("name", ["RAIL-LHW-URC", "RAIL-BAK-TBS", "RAIL-CKG-DUI"])
def test_old_lines_are_there_before_the_projects(distances: pd.DataFrame, name: str) -> None:
    """Lanzhou-Urumqi (1962) and Baku-Tbilisi (1883) do not wait for lines that were built later."""
    assert distances.at[name, "state"] == "2013"
    assert distances.at[name, "ratio"] == pytest.approx(1, abs=0.08)


def test_the_canals_are_the_short_way(world: World) -> None:
    """Shanghai to Rotterdam by Suez, within the transit of the canal as kilometres."""
    network = world.programme.network
    ports = {
        str(code): k
        for k, code in enumerate(network.nodes["ref"].astype(object).to_numpy()[world.router.ports])
    }
    km = world.voyages[ports["CNSHA"], ports["NLRTM"]]
    assert 19_000 < km < 21_500


def test_later_states_are_nowhere_slower(world: World) -> None:
    states = [world.there(s) for s in (2013, 2019, "today", "complete")]
    for early, late in itertools.pairwise(states):
        assert not (early & ~late).any()
        old, new = world.weigh(early), world.weigh(late)
        for side in ("forward", "backward"):
            worse = np.flatnonzero(getattr(new[0], side)[0] > getattr(old[0], side)[0])
            assert not len(worse), world.programme.network.links.iloc[worse[:5]]
        assert (new[1].load_hours <= old[1].load_hours).all()
    before, after = world.hours(states[0]), world.hours(states[-1])
    assert (after[0] <= before[0]).all()
    slower = after[1] > before[1]
    assert not slower.any(), f"{slower.sum()} ways by sea became slower"


def test_adding_one_project_never_slows_a_link(world: World) -> None:
    """Every fifth project on top of 2013, exactly."""
    there = world.there(2013)
    old = world.weigh(there)
    for key in list(there.index[~there])[::5]:
        more = there.copy()
        more[key] = True
        new = world.weigh(more)
        for side in ("forward", "backward"):
            assert (getattr(new[0], side)[0] <= getattr(old[0], side)[0]).all(), key
        assert (new[1].load_hours <= old[1].load_hours).all(), key


def test_a_railway_in_laos_changes_nothing_in_europe(world: World) -> None:
    """Pairs of European cities by land: the line from Yuxi to Vientiane is on no way of theirs."""
    keys = ["KUN-VTE", "YUX-MOH"]
    there = world.there(2013)
    more = there.copy()
    assert not more[keys].any()
    more[keys] = True
    network = world.programme.network
    country = network.country_of(world.router.cities)
    europe = np.isin(country, ["DEU", "POL", "FRA", "ESP", "ITA", "CZE"])
    lao, china = np.isin(country, ["LAO"]), np.isin(country, ["CHN"])
    assert europe.sum() > 20
    before, after = world.hours(there), world.hours(more)
    assert np.array_equal(before[0][np.ix_(europe, europe)], after[0][np.ix_(europe, europe)])
    assert (after[0][np.ix_(china, lao)] < before[0][np.ix_(china, lao)]).any()


def test_a_city_is_no_time_away_from_itself_and_all_else_is_some(world: World) -> None:
    land, sea = world.hours(world.there("complete"))
    assert (np.diag(land) == 0).all()
    assert np.isinf(np.diag(sea)).all()
    off = ~np.eye(len(land), dtype=bool)
    assert (land[off] > 0).all()
    best = np.minimum(land, sea)
    assert np.isfinite(best).mean() > 0.98


def test_ports_a_city_may_use_lie_in_its_hinterland(world: World) -> None:
    """A sea way through the only ports of the plan: no city is farther than its own limit."""
    near = world.router.hinterland
    assert near.shape == (len(world.router.cities), len(world.router.ports))
    assert near.any(axis=1).all()
    network = world.programme.network
    city = world.router.cities[near.sum(axis=1).argmin()]
    assert network.layer[city] == CITY
