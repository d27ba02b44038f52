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
from beltroad.infrastructure.pricing.weights import LinkWeights
from beltroad.infrastructure.shipments.router import land_ways

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


def legs_of(checks: pd.DataFrame) -> pd.DataFrame:
    """One row a leg between the places that a published route passes."""
    rows = []
    for check in checks.to_dict("records"):
        stops = [(check["origin_lat"], check["origin_lon"])]
        stops += [tuple(map(float, x.split(","))) for x in filter(None, check["via"].split(";"))]
        stops.append((check["dest_lat"], check["dest_lon"]))
        rows += [
            {
                "of": check["relation_id"], "mode": check["mode"], "state": check["state"],
                "origin_lat": a[0], "origin_lon": a[1], "dest_lat": b[0], "dest_lon": b[1],
                "known_km": np.nan,
            }
            for a, b in itertools.pairwise(stops)
        ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def distances(world: World) -> pd.DataFrame:
    """Ours against published distances, each along its published route."""
    checks = evidence.load("spot_distances").set_index("relation_id", drop=False)
    legs = spot_distances(world, legs_of(checks))
    found = checks.assign(
        km=legs.groupby("of")["km"].sum(), snap_km=legs.groupby("of")["snap_km"].max()
    )
    return found.assign(ratio=found["km"] / found["known_km"])


@pytest.mark.parametrize("name", ["RAIL-CKG-DUI", "RAIL-KMG-VTE", "RAIL-MBA-NBO", "RAIL-SEB-DJI"])
def test_named_railways_are_as_long_as_published(distances: pd.DataFrame, name: str) -> None:
    """Chongqing-Duisburg, Kunming-Vientiane, Mombasa-Nairobi, Addis Ababa-Djibouti."""
    assert distances.at[name, "ratio"] == pytest.approx(1, abs=0.08)


def test_every_place_is_near_its_layer(distances: pd.DataFrame) -> None:
    land = distances[distances["mode"] != "sea"]
    assert (land["snap_km"] < REACH_KM).all(), land[land["snap_km"] >= REACH_KM]
    assert (distances["snap_km"] < 250).all()
    assert np.isfinite(distances["km"]).all()


# Wanted over all relations: 5 % in the median and 10 % at the 90th percentile. Measured: 2.4 and
# 9.1 %; rail 1.2 and 6.6 %, sea 1.2 and 3.6 %, road 4.2 and 12.8 %: roads miss the second mark.
@pytest.mark.parametrize(
    ("mode", "median", "ninth"),
    [("all", 0.03, 0.10), ("rail", 0.02, 0.07), ("road", 0.05, 0.14), ("sea", 0.02, 0.04)],
)
def test_distances_as_a_whole(
    distances: pd.DataFrame, mode: str, median: float, ninth: float
) -> None:
    rows = distances if mode == "all" else distances[distances["mode"] == mode]
    off = (rows["ratio"] - 1).abs()
    assert off.median() < median
    assert off.quantile(0.9) < ninth
    assert rows["ratio"].median() == pytest.approx(1, abs=0.02)


def test_there_are_many_relations_of_each_mode(distances: pd.DataFrame) -> None:
    counts = distances["mode"].value_counts()
    assert (counts[["rail", "road", "sea"]] >= [50, 50, 15]).all()
    sourced = distances["source_url"].str.startswith("http")
    assert sourced.mean() > 0.8


# Corridor railways that run today: place, lat, lon twice, and published km.
CORRIDORS = [
    ("Xi'an-Alashankou", 34.28, 108.96, 45.17, 82.57, 3049),
    ("Alashankou-Dostyk", 45.17, 82.57, 45.25, 82.48, 12),
    ("Erenhot-Zamyn-Uud", 43.65, 111.98, 43.72, 111.90, 10),
    ("Manzhouli-Zabaikalsk", 49.60, 117.43, 49.65, 117.33, 12),
    ("Urumqi-Khorgos", 43.84, 87.56, 44.21, 80.40, 689),
    ("Altynkol-Almaty", 44.16, 80.28, 43.34, 76.95, 330),
    ("Dostyk-Moscow", 45.25, 82.48, 55.75, 37.65, 4300),
    ("Moscow-Brest", 55.75, 37.65, 52.10, 23.68, 1100),
    ("Brest-Malaszewicze", 52.10, 23.68, 52.02, 23.53, 17),
    ("Malaszewicze-Warsaw", 52.02, 23.53, 52.23, 21.01, 180),
    ("Malaszewicze-Duisburg", 52.02, 23.53, 51.43, 6.76, 1300),
    ("Beijing-Ulaanbaatar", 39.90, 116.42, 47.91, 106.88, 1561),
    ("Ulaanbaatar-Ulan-Ude", 47.91, 106.88, 51.83, 107.58, 657),
    ("Kunming-Vientiane", 25.02, 102.72, 18.05, 102.70, 1035),
    ("Bangkok-Nong Khai", 13.74, 100.52, 17.88, 102.73, 624),
    ("Bangkok-Kuala Lumpur", 13.74, 100.52, 3.13, 101.69, 1390),
    ("Mombasa-Nairobi", -4.06, 39.66, -1.31, 36.85, 480),
    ("Addis Ababa-Djibouti", 8.98, 38.75, 11.59, 43.14, 756),
    ("Belgrade-Budapest", 44.80, 20.45, 47.48, 19.10, 350),
    ("Piraeus-Budapest", 37.95, 23.64, 47.48, 19.10, 1500),
    ("Karachi-Lahore", 24.85, 67.01, 31.57, 74.34, 1220),
    ("Karachi-Peshawar", 24.85, 67.01, 34.01, 71.55, 1687),
    ("Kolkata-Dhaka", 22.57, 88.37, 23.73, 90.43, 375),
    ("Almaty-Aktau", 43.34, 76.95, 43.63, 51.20, 3000),
    ("Tashkent-Tehran", 41.29, 69.29, 35.66, 51.39, 2200),
    ("Baku-Tbilisi", 40.38, 49.85, 41.72, 44.80, 549),
    ("Tbilisi-Kars", 41.72, 44.80, 40.60, 43.10, 290),
    ("Tbilisi-Poti", 41.72, 44.80, 42.15, 41.67, 312),
    ("Baku-Istanbul", 40.38, 49.85, 41.00, 28.98, 2766),
    ("Tehran-Istanbul", 35.66, 51.39, 41.00, 28.98, 2900),
    ("Aktau-Baku by ferry", 43.63, 51.20, 40.38, 49.85, 540),
    ("Lobito-Lubumbashi", -12.36, 13.54, -11.67, 27.48, 2060),
    ("Dar es Salaam-Kapiri Mposhi", -6.85, 39.25, -13.97, 28.68, 1860),
    ("Yangon-Mandalay", 16.78, 96.16, 21.97, 96.09, 622),
    ("Hanoi-Nanning", 21.02, 105.84, 22.83, 108.31, 396),
    ("Jakarta-Bandung", -6.18, 106.83, -6.91, 107.60, 142),
]


def test_the_corridor_railways_connect(world: World) -> None:
    """No detour round a hole: the shortest way is near the published length."""
    columns = ["of", "origin_lat", "origin_lon", "dest_lat", "dest_lon", "known_km"]
    checks = pd.DataFrame(CORRIDORS, columns=columns).assign(mode="rail", state="today")
    found = spot_distances(world, checks).set_index("of")
    off = found["km"] - found["known_km"]
    assert np.isfinite(found["km"]).all(), found[~np.isfinite(found["km"])]
    assert (off < 0.12 * found["known_km"] + 10).all(), found[["km", "known_km"]]
    # Kolkata-Dhaka is published by the old line; that over the Padma is a fifth shorter.
    assert (off > -0.22 * found["known_km"] - 10).all(), found[["km", "known_km"]]


# Listed crossings without a link, and why.
OPEN_CROSSINGS = {"ARTYK-LOTFABAD-ROAD": "the main roads of the raw data end 17 and 23 km from it"}


def test_every_listed_crossing_lies_on_a_link() -> None:
    listed = evidence.load("borders")
    border = Network.bundled().links["border"].astype(object).unique()
    absent = set(listed.loc[listed["mode"].isin(["rail", "road", "both"]), "border_id"])
    assert absent - set(border) == set(OPEN_CROSSINGS)


def test_lines_that_are_closed_or_unbuilt_are_absent(world: World) -> None:
    """No way by rail from Seoul to Beijing or in Saudi Arabia's west; Islamabad-Kashgar is far."""
    columns = ["of", "origin_lat", "origin_lon", "dest_lat", "dest_lon", "known_km"]
    rows = [
        ("Seoul-Beijing", 37.55, 126.97, 39.90, 116.42, 1400),
        ("Islamabad-Kashgar", 33.68, 73.05, 39.47, 76.00, 1100),
        ("Andijan-Kashgar", 40.78, 72.35, 39.47, 76.00, 450),
    ]
    checks = pd.DataFrame(rows, columns=columns).assign(mode="rail", state="today")
    found = spot_distances(world, checks).set_index("of")["km"]
    assert np.isinf(found["Seoul-Beijing"])
    assert (found > 3 * np.array([r[-1] for r in rows])).all()


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


def hours_without_roads(world: World, there: pd.Series) -> np.ndarray:
    """Hours by land between all cities with every road closed."""
    weights, _ = world.weigh(there)
    road = world.programme.network.has_mode("road", "city_road", "port_road", "rail_road")
    sides = [np.where(road, np.float32(np.inf), w) for w in (weights.forward, weights.backward)]
    ways = land_ways(world.router, LinkWeights(*sides), rows=1, threads=2)
    count = len(world.router.cities)
    return np.asarray(ways[0, :count, :count])


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
    # By land at large lorries may stay faster; by rail alone the line opens the way.
    old, new = (hours_without_roads(world, state) for state in (there, more))
    assert (new[np.ix_(china, lao)] < old[np.ix_(china, lao)]).any()


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
