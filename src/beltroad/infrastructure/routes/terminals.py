"""Where a route may begin and end: places joined to the network.

A port, airport, dry port or large city has a node of its own. Any other place gets a terminal
with short lorry trips to the roads, railways, ports and airports near it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.engine._component_kernels import components
from beltroad.infrastructure.network import (
    AIRPORT,
    CITY,
    DRYPORT,
    PORT,
    RAIL,
    ROAD,
    Network,
    great_circle_km,
)  # fmt: skip
from beltroad.infrastructure.routes.places import Place

__all__ = ["Attached", "attach"]

# A place this near a terminal of its kind is that terminal.
SAME_KM = {CITY: 8.0, PORT: 12.0, AIRPORT: 12.0, DRYPORT: 6.0}
NODE_OF = {"city": CITY, "port": PORT, "airport": AIRPORT, "dry_port": DRYPORT, "terminal": DRYPORT}
# A port that is asked for is the nearest of the network, this near.
PORT_KM = 60.0
HOME_KM = 50.0
# How far a lorry goes to join each layer, to how many nodes, and over what kind of link.
REACH = {
    "city_road": (ROAD, 100.0, 4), "city_rail": (RAIL, 30.0, 4), "city_port": (PORT, 15.0, 1),
    "city_airport": (AIRPORT, 80.0, 2),
}  # fmt: skip
# Places off every road are joined to a port by a short boat trip, as island towns are.
ISLAND_PORT_KM = 300.0
ACCESS_DETOUR = 1.2
# A piece of network smaller than this leads nowhere.
LEAST_NODES = 1000


@dataclass(frozen=True)
class Attached:
    """The network with the places' terminals, and the node of each place."""

    network: Network
    nodes: NDArray[np.int64]


def attach(network: Network, places: Sequence[Place]) -> Attached:
    """Join places to a network.

    Raises
    ------
    InputError
        If a place is out of reach of every road, railway and port: in the ocean, say.
    """
    label = components(len(network.nodes), network.u, network.v)
    size = np.bincount(label, minlength=len(label))[label]
    usable = size >= min(LEAST_NODES, int(size.max()))
    rows: list[int] = []
    nodes: list[dict[str, object]] = []
    links: list[dict[str, object]] = []
    for place in places:
        own = _own_node(network, place, usable)
        if own is None:
            nodes.append(
                {"lat": place.lat, "lon": place.lon, "layer": CITY, "country": place.iso3,
                 "gauge_mm": 0, "ref": ""}
            )  # fmt: skip
            found = _joins(network, place, usable)
            if not place.iso3:
                nodes[-1]["country"] = network.country_of(np.array([found[0]["v"]]))[0]
            own = -len(nodes)
            links += [{"u": own} | link for link in found]
        rows.append(own)
    wider = network.with_additions(
        pd.DataFrame(nodes, columns=["lat", "lon", "layer", "country", "gauge_mm", "ref"]),
        pd.DataFrame(links, columns=list(network.links.columns)),
    )
    shift = np.array([-1 - r if r < 0 else r + len(nodes) for r in rows], np.int64)
    return Attached(wider, shift)


def _own_node(network: Network, place: Place, usable: NDArray[np.bool_]) -> int | None:
    """The terminal that the place is, if it is one."""
    for code in (place.locode, place.iata):
        layer = PORT if code == place.locode else AIRPORT
        if code and NODE_OF.get(place.kind) == layer:
            rows = np.flatnonzero((network.layer == layer) & (network.ref == code) & usable)
            if len(rows):
                return int(rows[0])
    wanted = NODE_OF.get(place.kind, CITY)
    for layer in (wanted, CITY) if wanted != CITY else (CITY,):
        row, km = _nearest(network, place, layer, usable, 1)
        reach = PORT_KM if layer == wanted == PORT else SAME_KM[layer]
        if len(row) and km[0] <= reach:
            return int(row[0])
    return None


def _joins(network: Network, place: Place, usable: NDArray[np.bool_]) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    nearest = np.inf
    for mode, (layer, reach, count) in REACH.items():
        rows, km = _nearest(network, place, layer, usable, count)
        if len(km):
            nearest = min(nearest, float(km[0]))
        near = km <= reach
        out += [_link(int(r), float(k), mode) for r, k in zip(rows[near], km[near], strict=True)]
    if not any(link["mode"] in ("city_road", "city_rail", "city_port") for link in out):
        rows, km = _nearest(network, place, PORT, usable, 1)
        if place.kind != "point" and len(km) and km[0] <= ISLAND_PORT_KM:
            return [*out, _link(int(rows[0]), float(km[0]), "city_port")]
        raise InputError(
            f"{place.label}: no road within {REACH['city_road'][1]:.0f} km and no railway or port "
            f"nearby (the nearest is {nearest:,.0f} km away). Give a place on land, or a port."
        )
    return out


def _nearest(
    network: Network, place: Place, layer: int, usable: NDArray[np.bool_], count: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    rows = np.flatnonzero((network.layer == layer) & usable)
    # A town at a border belongs to its own side, where that has anything at all nearby.
    home = rows[network.country_of(rows) == place.iso3] if place.iso3 else rows[:0]
    if len(home):
        km = great_circle_km(place.lat, place.lon, network.lat[home], network.lon[home])
        if km.min() <= HOME_KM:
            rows = home
    km = great_circle_km(place.lat, place.lon, network.lat[rows], network.lon[rows])
    first = np.argsort(km, kind="stable")[:count]
    return rows[first], km[first]


def _link(node: int, km: float, mode: str) -> dict[str, object]:
    return {
        "v": node, "km": max(ACCESS_DETOUR * km, 0.1), "mode": mode, "border": "", "passage": "",
        "patched": False, "project": "",
    }  # fmt: skip
