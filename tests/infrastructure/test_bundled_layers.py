"""Rivers, airports, dry ports and straits of the bundled network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from beltroad import evidence
from beltroad.infrastructure.network import (
    AIRPORT,
    CITY,
    DRYPORT,
    LAYERS,
    PORT,
    WATER,
    Network,
    great_circle_km,
)

pytestmark = pytest.mark.xdist_group("bundled")
# No container ship takes the canals between the Caspian and the Sea of Azov.
SHIPS_CLOSED = ("volga_don",)


def sea_way_km(origin: str, destination: str, *closed: str) -> float:
    """Shortest km by sea between two ports with passages closed; inf where there is no way."""
    network = Network.bundled()
    open_ = network.has_mode("sea", "port_sea")
    open_ &= ~np.isin(network.passage, [*closed, *SHIPS_CLOSED])
    # Parallel links would be summed: the shortest of each pair counts.
    links = pd.DataFrame({"u": network.u, "v": network.v, "km": np.maximum(network.km, 1e-6)})
    least = links[open_].groupby(["u", "v"])["km"].min().reset_index()
    n = len(network.nodes)
    graph = csr_matrix((least["km"], (least["u"], least["v"])), (n, n))
    port = network.terminals(PORT)
    km = dijkstra(graph, directed=False, indices=port[origin])[port[destination]]
    return float(km)


def test_layers_have_their_terminals() -> None:
    network = Network.bundled()
    for layer, table, key in ((AIRPORT, "airports", "iata"), (DRYPORT, "dryports", "dryport_id")):
        found = network.terminals(layer).index
        assert found.is_unique
        assert set(found) == set(evidence.load(table)[key].astype(str)), LAYERS[layer]
    places = evidence.load("waterways")
    count = len(set(places["from_place"]) | set(places["to_place"]))
    assert (network.layer == WATER).sum() == count


def test_airports_and_dry_ports_offer_no_way_round_a_border() -> None:
    network = Network.bundled()
    rows = network.has_mode(
        "airport_road", "city_airport", "dryport_rail", "dryport_road", "port_water"
    )
    a, b = network.country_of(network.u[rows]), network.country_of(network.v[rows])
    assert rows.any()
    assert (a == b).all()


def test_access_links_are_short() -> None:
    network = Network.bundled()
    limits = {
        "airport_road": 36, "city_airport": 96, "dryport_rail": 18, "dryport_road": 36,
        "port_water": 60,
    }  # fmt: skip
    for mode, most in limits.items():
        rows = network.has_mode(mode)
        straight = great_circle_km(
            network.lat[network.u[rows]], network.lon[network.u[rows]],
            network.lat[network.v[rows]], network.lon[network.v[rows]],
        )  # fmt: skip
        assert (network.km[rows] <= most + 0.1).all(), mode
        assert (network.km[rows] >= straight - 0.1).all(), mode


def test_rivers_carry_their_published_km_downstream() -> None:
    """Each row of the table is one link, first node above; the chain sums to the table's km."""
    network = Network.bundled()
    rows = np.flatnonzero(network.has_mode("water"))
    table = evidence.load("waterways")
    assert len(rows) == len(table)
    assert network.km[rows].sum() == pytest.approx(table["km"].sum(), rel=1e-4)
    down = table[table["downstream"] == "yes"]
    for row in down.to_dict("records"):
        near = [
            great_circle_km(
                network.lat[node[rows]], network.lon[node[rows]],
                row[f"{end}_lat"], row[f"{end}_lon"],
            )
            for end, node in (("from", network.u), ("to", network.v))
        ]  # fmt: skip
        assert (near[0] + near[1]).min() < 1, row["from_place"]


def test_chongqing_lies_on_the_water_to_shanghai() -> None:
    network = Network.bundled()
    rows = network.has_mode("water", "port_water")
    links = pd.DataFrame({"u": network.u, "v": network.v, "km": network.km})[rows]
    n = len(network.nodes)
    graph = csr_matrix((links["km"], (links["u"], links["v"])), (n, n))
    port = network.terminals(PORT)
    km = dijkstra(graph, directed=False, indices=port["CNCKG"])
    table = evidence.load("waterways")
    yangtze = table[table["waterway"] == "Yangtze"].set_index("from_place")["km"]
    assert km[port["CNSHA"]] == pytest.approx(yangtze["Chongqing":].sum(), rel=0.02)
    assert np.isinf(km[port["NLRTM"]])


def test_river_ports_hang_on_rail_or_road() -> None:
    network = Network.bundled()
    wet = network.has_mode("port_water")
    ports = np.unique(np.concatenate([network.u[wet], network.v[wet]]))
    ports = ports[network.layer[ports] == PORT]
    dry = network.has_mode("port_rail", "port_road")
    assert np.isin(ports, np.concatenate([network.u[dry], network.v[dry]])).all()


def test_most_airports_reach_a_road_and_all_that_do_not_are_on_islands() -> None:
    network = Network.bundled()
    airports = network.terminals(AIRPORT)
    road = network.has_mode("airport_road")
    joined = np.isin(airports, np.concatenate([network.u[road], network.v[road]]))
    assert joined.mean() > 0.94
    city = network.has_mode("city_airport")
    ends = np.concatenate([network.u[city], network.v[city]])
    assert set(network.layer[ends]) == {CITY, AIRPORT}


@pytest.mark.parametrize(
    ("origin", "destination", "closed", "least", "most"),
    [
        ("CNSHA", "NLRTM", ["suez"], 1.2, 1.45),  # Panama or the Cape
        ("CNSHA", "NLRTM", ["suez", "panama"], 1.28, 1.4),  # the Cape
        ("SGSIN", "SAJED", ["babalmandab"], 2.5, 4.5),  # round Africa and back by Suez
        ("HKHKG", "CNSHA", ["taiwan"], 1.15, 1.6),  # east of Taiwan
        ("HKHKG", "LKCMB", ["malacca"], 1.1, 1.4),  # Sunda
        ("HKHKG", "LKCMB", ["malacca", "sunda"], 1.25, 1.8),  # Lombok or Torres
        ("PTLIS", "ESBCN", ["gibraltar"], 8, 20),  # round Africa and by Suez
        ("USNYC", "USLAX", ["panama"], 2, 3.2),  # Magellan
    ],
)
def test_a_closed_strait_sends_ships_round(
    origin: str, destination: str, closed: list[str], least: float, most: float
) -> None:
    ratio = sea_way_km(origin, destination, *closed) / sea_way_km(origin, destination)
    assert least < ratio < most


@pytest.mark.parametrize(
    ("origin", "destination", "closed"),
    [
        ("SGSIN", "SAJED", ["suez", "babalmandab"]),
        ("SGSIN", "AEJEA", ["ormuz"]),
        ("GRPIR", "ROCND", ["bosporus"]),
        ("GRPIR", "ROCND", ["dardanelles"]),
        ("GRPIR", "UAODS", ["bosporus"]),
        ("PTLIS", "ESBCN", ["gibraltar", "suez"]),
    ],
)
def test_behind_a_closed_strait_there_is_no_sea_way(
    origin: str, destination: str, closed: list[str]
) -> None:
    assert np.isfinite(sea_way_km(origin, destination))
    assert np.isinf(sea_way_km(origin, destination, *closed))


def test_an_open_strait_is_the_short_way() -> None:
    """Closing a strait on the far side of the world changes nothing."""
    assert sea_way_km("CNSHA", "NLRTM", "panama", "gibraltar") > sea_way_km("CNSHA", "NLRTM")
    assert sea_way_km("CNSHA", "NLRTM", "panama", "bering") == sea_way_km("CNSHA", "NLRTM")
