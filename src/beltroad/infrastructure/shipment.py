"""Door-to-door hours, money and emissions between all cities, by land and by sea.

Land ways run over rail, road and ferries; sea ways over land to a port, one voyage, and land
again. Both minimise hours and carry money and emissions along, so that adding or speeding up
anything can never make a shipment slower.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from beltroad.infrastructure.hierarchy import Topology, build_topology, customize, many_to_many
from beltroad.infrastructure.network import CITY, PORT, Network
from beltroad.infrastructure.searoutes import join_sea
from beltroad.infrastructure.weights import LinkWeights, PortTimes

__all__ = ["ATTRIBUTES", "Router", "shipments"]

Floats = NDArray[np.float32]
ATTRIBUTES = ("hours", "usd", "kgco2e")


@dataclass(frozen=True)
class Router:
    """A network ready to be weighted: its topology and the nodes of cities and ports."""

    network: Network
    topology: Topology
    cities: NDArray[np.int32]
    city_ids: NDArray[np.str_]
    ports: NDArray[np.int32]

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
        )

    def voyages(self, sea_km: Floats, *, threads: int | None = None) -> Floats:
        """Kilometres by sea between all ports, shape (ports, ports)."""
        weights = sea_km[np.newaxis]
        found = many_to_many(
            self.topology, customize(self.topology, weights, weights),
            self.ports, self.ports, threads=threads,
        )  # fmt: skip
        return found[0]


def shipments(
    router: Router,
    land: LinkWeights,
    ports: PortTimes,
    voyages: Floats,
    *,
    carry: bool = True,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[Floats, Floats]:
    """Fastest ways between all cities by land and by sea.

    Parameters
    ----------
    land
        Weights of every link for land ways (``inf`` at sea).
    ports
        Hours, money and emissions in the ports and on board.
    voyages
        Kilometres by sea between ports, from :meth:`Router.voyages`.
    carry
        False leaves money and emissions out, which is three times faster.

    Returns
    -------
    land, sea
        Each of shape (3 or 1, cities, cities): hours, usd per TEU, kg CO2e per TEU.
    """
    rows = 3 if carry else 1
    nodes = np.concatenate([router.cities, router.ports])
    weighting = customize(router.topology, land.forward[:rows], land.backward[:rows])
    way = many_to_many(
        router.topology, weighting, nodes, nodes, threads=threads, progress=progress
    )
    n = len(router.cities)
    sea = np.empty((rows, *voyages.shape), np.float32)
    sea[0] = voyages / np.float32(ports.speed_kmh)
    if carry:
        sea[1] = voyages * np.float32(ports.usd_per_teu_km) + np.float32(ports.usd_handling)
        sea[2] = voyages * np.float32(ports.kgco2e_per_teu_km)
    by_sea = join_sea(
        way[:, :n, n:], way[:, n:, :n], sea,
        ports.load_hours.astype(np.float32), ports.unload_hours.astype(np.float32),
    )  # fmt: skip
    return np.ascontiguousarray(way[:, :n, :n]), by_sea


def as_dataset(router: Router, land: Floats, sea: Floats) -> xr.Dataset:
    """Both matrices with labels, as declared for the table ``times``."""
    dims = ("origin", "destination")
    names = ("hours", "usd", "kgco2e")
    data = {f"land_{name}": (dims, land[k]) for k, name in enumerate(names)}
    data |= {f"sea_{name}": (dims, sea[k]) for k, name in enumerate(names)}
    return xr.Dataset(data, coords={"origin": router.city_ids, "destination": router.city_ids})
