"""Door-to-door hours, money and emissions between all cities, by land and by sea.

Land ways run over rail, road and ferries; sea ways over land to a port, one voyage, and land
again. Both minimise hours and carry money and emissions along, so that adding or speeding up
anything can never make a shipment slower. The same on generalised cost (money plus the value of
hours) answers what a shipper who also looks at the price would do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.engine.hierarchy import (
    Plan,
    Topology,
    build_topology,
    customize,
    many_to_many,
)
from beltroad.infrastructure.network import CITY, PORT, Network, great_circle_km
from beltroad.infrastructure.pricing.ports import PortTimes
from beltroad.infrastructure.pricing.weights import LinkWeights
from beltroad.infrastructure.shipments.searoutes import join_sea

__all__ = ["Router", "at_hinterland", "hinterland_limit_km", "land_ways", "shipments"]

Floats = NDArray[np.float32]
# A sea way starts and ends at ports of the city's hinterland: within this distance, or within
# this multiple of the distance to the nearest port plus a margin. Otherwise a train across a
# continent with a ferry hop at its end would count as sea. Distances are great circles, so that
# no project can change which ports a city may use.
HINTERLAND_KM, HINTERLAND_FACTOR, HINTERLAND_MARGIN_KM = 2000.0, 1.5, 750.0


@dataclass(frozen=True)
class Router:
    """A network ready to be weighted: its topology and the nodes of cities and ports."""

    network: Network
    topology: Topology
    cities: NDArray[np.int32]
    city_ids: NDArray[np.str_]
    ports: NDArray[np.int32]
    hinterland: NDArray[np.bool_]
    plan: Plan

    @staticmethod
    def of(network: Network) -> Router:
        """Build the topology of a network, once for every weighting."""
        topology = build_topology(len(network.nodes), network.u, network.v)
        cities, ports = network.terminals(CITY), network.terminals(PORT)
        return Router(
            network,
            topology,
            cities.to_numpy(np.int32),
            cities.index.to_numpy(str),
            ports.to_numpy(np.int32),
            _hinterland(network, cities.to_numpy(), ports.to_numpy(), _own_ports(network, ports)),
            _plan(topology, cities, ports),
        )

    @property
    def terminals(self) -> NDArray[np.int32]:
        """Nodes of the cities, then of the ports, as in every matrix of land ways."""
        return np.concatenate([self.cities, self.ports])

    def voyages(self, sea_km: Floats, *, threads: int | None = None) -> Floats:
        """Kilometres by sea between all ports, shape (ports, ports)."""
        weights = sea_km[np.newaxis]
        plan = Plan.between(self.topology, self.ports, self.ports)
        weighting = customize(self.topology, weights, weights)
        return np.asarray(many_to_many(plan, weighting, threads=threads)[0])


def land_ways(
    router: Router,
    land: LinkWeights,
    *,
    rows: int | None = None,
    threads: int | None = None,
) -> Floats:
    """Best land ways between all cities and ports, shape (rows, nodes, nodes).

    Nodes are the cities, then the ports. The first row of the weights is minimised and the
    others are carried; ``rows=1`` leaves those out, which is faster.
    """
    weighting = customize(router.topology, land.forward[:rows], land.backward[:rows])
    return many_to_many(router.plan, weighting, threads=threads)


def shipments(
    router: Router,
    ways: Floats,
    ports: PortTimes,
    voyages: Floats,
    *,
    usd_per_hour: float | None = None,
) -> tuple[Floats, Floats]:
    """Best ways between all cities by land and by sea.

    Parameters
    ----------
    ways
        From :func:`land_ways`, on weights as they are or on generalised ones.
    ports
        Hours, money and emissions in the ports and on board.
    voyages
        Kilometres by sea between ports, from :meth:`Router.voyages`.
    usd_per_hour
        Value of an hour if the weights are generalised, None if hours are minimised.

    Returns
    -------
    land, sea
        Each of shape (rows, cities, cities) with the rows of ``ways``: hours, usd per TEU,
        kg CO2e per TEU, after generalised cost where that is minimised.
    """
    n, rows = len(router.cities), len(ways)
    to_port, from_port = at_hinterland(router, ways)
    sea, load, unload = (part[:rows] for part in ports.rows(voyages, usd_per_hour))
    by_sea = join_sea(to_port, from_port, sea, load, unload)
    return np.ascontiguousarray(ways[:, :n, :n]), by_sea


def at_hinterland(router: Router, ways: Floats) -> tuple[Floats, Floats]:
    """Ways from cities to ports and back, shapes (..., cities, ports) and (..., ports, cities).

    ``inf`` where a port lies outside a city's hinterland; ``ways`` are (..., nodes, nodes).
    """
    n, none = len(router.cities), np.float32(np.inf)
    to_port = np.where(router.hinterland, ways[..., :n, n:], none)
    return to_port, np.where(router.hinterland.T, ways[..., n:, :n], none)


def _plan(topology: Topology, cities: pd.Series, ports: pd.Series) -> Plan:
    """Between all cities and ports, cities first."""
    nodes = np.concatenate([cities.to_numpy(np.int32), ports.to_numpy(np.int32)])
    return Plan.between(topology, nodes, nodes)


def _own_ports(network: Network, ports: pd.Series) -> NDArray[np.bool_]:
    """Which ports are there without any project."""
    own = np.ones(len(network.links), np.bool_)
    for added in network.added_by.values():
        own[added] = False
    return np.isin(ports.to_numpy(), np.concatenate([network.u[own], network.v[own]]))


def _hinterland(
    network: Network,
    cities: NDArray[np.intp],
    ports: NDArray[np.intp],
    own: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Which ports each city may use, shape (cities, ports).

    How far a city may go depends on ports that are there without projects (``own``): a new port
    must not take an old one out of a city's reach.
    """
    km = great_circle_km(
        network.lat[cities][:, None], network.lon[cities][:, None],
        network.lat[ports], network.lon[ports],
    )  # fmt: skip
    nearest = np.min(km, axis=1, where=own, initial=np.inf, keepdims=True)
    return np.asarray(km <= hinterland_limit_km(nearest))


def hinterland_limit_km(nearest_km: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the ports of a place may lie from it, given the way to the nearest one; km."""
    return np.maximum(HINTERLAND_KM, HINTERLAND_FACTOR * nearest_km + HINTERLAND_MARGIN_KM)
