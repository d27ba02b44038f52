"""Families of routes: which modes a shipper would put together, as masks of links.

A family is a set of line modes, with roads kept to the first and last miles where trains or
ships do the work. The best way within each family, and the ways round it through other borders
and ports, are the alternatives that a route query compares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.network import PORT, RAIL, Network, great_circle_km
from beltroad.infrastructure.shipments.router import hinterland_limit_km

__all__ = ["FAMILIES", "LINES", "Family", "allowed_links", "away_from"]

LINES = ("rail", "road", "sea", "ferry", "water")
# First and last miles by lorry of a train or barge, great circle from either end, km.
FEEDER_KM = 300.0
TRAIN_FERRY_KM = 120.0
# Hinterlands reach at most this share of the way to the other end, but to a port of their own.
APART, OWN_PORT_KM = 0.45, 60.0


@dataclass(frozen=True)
class Family:
    """Line modes that may be used, and how far from the ends lorries and the land may reach.

    ``must`` are modes without which a route belongs to another family; ``feeder`` keeps roads to
    the first and last miles; ``hinterland`` keeps all land to the hinterlands of the ends;
    ``through`` says where alternatives branch: at borders, at ports, or nowhere; ``most`` how
    many are kept, and ``shared`` what part of its length one may share with a better one.
    """

    name: str
    modes: tuple[str, ...]
    must: tuple[str, ...]
    feeder: bool = False
    hinterland: bool = False
    through: str = ""
    most: int = 4
    shared: float = 0.8


FAMILIES = (
    Family(
        "rail", ("rail", "road"), ("rail",), feeder=True, through="borders", most=8,
        shared=0.97,
    ),
    Family("rail-ferry", ("rail", "road", "ferry"), ("rail", "ferry"), feeder=True),
    Family("rail-road", ("rail", "road"), ("rail", "road")),
    Family("road", ("road",), ("road",), through="borders"),
    Family("road-ferry", ("road", "ferry"), ("road", "ferry")),
    Family("sea", ("sea", "road"), ("sea",), hinterland=True),
    Family(
        "sea-rail", ("sea", "rail", "road"), ("sea", "rail"), feeder=True, hinterland=True,
        through="ports",
    ),
    Family("rail-sea", ("sea", "rail", "road"), ("sea", "rail"), feeder=True),
    Family("sea-water", ("sea", "water", "road"), ("water",), feeder=True, hinterland=True),
    Family("any", LINES, ()),
)  # fmt: skip


def away_from(network: Network, ends: NDArray[np.integer]) -> NDArray[np.float64]:
    """Great-circle km of every node from each of the ends, shape (ends, nodes)."""
    return np.stack(
        [
            great_circle_km(network.lat[e], network.lon[e], network.lat, network.lon)
            for e in ends.tolist()
        ]
    )


def allowed_links(
    network: Network, family: Family, ends: NDArray[np.integer], away: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Links that a route of the family between these two nodes may use, shape (links,).

    ``away`` is from :func:`away_from`, shape (2, nodes).
    """
    open_ = ~network.has_mode(*(m for m in LINES if m not in family.modes))
    if "rail" in family.modes:
        open_ |= _train_ferries(network)
    if "sea" not in family.modes:
        open_ &= ~network.has_mode("port_sea")
    if "water" not in family.modes:
        open_ &= ~network.has_mode("port_water")
    if not (family.feeder or family.hinterland):
        return np.asarray(open_)
    if family.feeder:
        near: NDArray[np.bool_] = np.less_equal(away.min(axis=0), FEEDER_KM)
        open_ &= ~network.has_mode("road") | near[network.u]
        # A feeder ends at the border: trains cross it, or the route is another one.
        abroad = network.crossings[network.has_mode("road")[network.crossings]]
        open_[abroad] = False
    if family.hinterland:
        gates = network.has_mode("port_sea")
        port = np.intersect1d(
            np.flatnonzero(network.layer == PORT),
            np.concatenate([network.u[gates], network.v[gates]]),
        )
        nearest = away[:, port].min(axis=1, keepdims=True) if len(port) else np.zeros((2, 1))
        limit = hinterland_limit_km(nearest)
        # Where the ends are near each other their hinterlands must not meet, or lorries would go
        # all the way.
        limit = np.minimum(limit, np.maximum(APART * away[:, ends].max(), nearest + OWN_PORT_KM))
        inside = np.asarray(np.any(away <= limit, axis=0))
        land = network.has_mode("rail", "road", "port_sea")
        open_ &= ~land | inside[network.u]
    return np.asarray(open_)


def _train_ferries(network: Network) -> NDArray[np.bool_]:
    """Short ferries that carry whole trains: part of a railway, as on Lake Van or at Messina."""
    trains = (network.layer[network.u] == RAIL) & (network.layer[network.v] == RAIL)
    return np.asarray(network.has_mode("ferry") & trains & (network.km <= TRAIN_FERRY_KM))
