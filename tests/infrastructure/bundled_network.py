"""What tests ask of the bundled network: states, shipments, distances along one layer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from beltroad.infrastructure.network import RAIL, ROAD, SEA, Network, great_circle_km
from beltroad.infrastructure.pricing.lines import line_km, voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes, port_times
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.pricing.weights import LinkWeights, link_weights
from beltroad.infrastructure.projects.effects import StateEffects, effects_of
from beltroad.infrastructure.projects.programme import Programme
from beltroad.infrastructure.projects.states import State, present
from beltroad.infrastructure.shipments.router import Router, land_ways, shipments

LAYER_OF = {"rail": RAIL, "road": ROAD, "sea": SEA}
# Places are towns, lines end at stations: how far the nearest node of the layer may be.
REACH_KM = 60.0
# A node on a scrap of line is no station: pieces of the layer smaller than this do not count.
PIECE_NODES = 20


@dataclass
class World:
    """The bundled network with all projects on it."""

    projects: pd.DataFrame
    programme: Programme
    pricing: Pricing
    router: Router
    voyages: np.ndarray
    _hours: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict)

    def there(self, state: State) -> pd.Series:
        """Presence of each project, by id."""
        return present(self.projects, state).set_axis(self.projects["id"].to_numpy())

    def effects(self, there: pd.Series) -> StateEffects:
        p = self.programme
        return effects_of(
            p.network, p.projects, p.alignments, there, self.pricing.parameters, self.pricing.groups
        )

    def weigh(self, there: pd.Series) -> tuple[LinkWeights, PortTimes]:
        effects = self.effects(there)
        network = self.programme.network
        return (
            link_weights(network, self.pricing, effects),
            port_times(network, self.pricing, effects),
        )

    def hours(self, there: pd.Series) -> np.ndarray:
        """Hours by land and by sea between all cities, shape (2, cities, cities)."""
        key = tuple(there.index[there])
        if key not in self._hours:
            weights, ports = self.weigh(there)
            ways = land_ways(self.router, weights, rows=1, threads=2)
            land, sea = shipments(self.router, ways, ports, self.voyages)
            self._hours[key] = np.stack([land[0], sea[0]])
        return self._hours[key]


def spot_distances(world: World, checks: pd.DataFrame) -> pd.DataFrame:
    """Shortest km within one layer between the places of ``checks``, in the state each names.

    Kilometres are those that hours rest on, detour factors included. Ferries belong to rail and
    road; at sea the lanes that no service uses are left out. A place is
    the nearest node of the layer on a piece of some size; ``snap_km`` is how far both are away.
    """
    network = world.programme.network
    out = []
    for (mode, state), rows in checks.groupby(["mode", "state"]):
        absent = world.effects(world.there(int(state) if state.isdecimal() else state)).absent
        graph, ids = _layer(network, str(mode), absent, world.pricing)
        ends = {}
        for end in ("origin", "dest"):
            km = great_circle_km(
                rows[f"{end}_lat"].to_numpy()[:, None], rows[f"{end}_lon"].to_numpy()[:, None],
                network.lat[ids], network.lon[ids],
            )  # fmt: skip
            ends[end] = ids[km.argmin(axis=1)], km.min(axis=1)
        sources, where = np.unique(ends["origin"][0], return_inverse=True)
        table = dijkstra(graph, indices=sources)
        found = table[where, ends["dest"][0]]
        out.append(rows.assign(km=found, snap_km=np.maximum(ends["origin"][1], ends["dest"][1])))
    result = pd.concat(out).loc[checks.index]
    result["ratio"] = result["km"] / result["known_km"]
    return result


def _layer(
    network: Network, mode: str, absent: np.ndarray, pricing: Pricing
) -> tuple[csr_matrix, np.ndarray]:
    """Weights of one layer as a matrix, and its nodes on pieces of some size."""
    if mode == "sea":
        km = voyage_km(network, pricing).astype(float)
        keep = np.isfinite(km) & network.has_mode("sea")
        # Canals cost time, not distance: their transit hours are no kilometres here.
        km = network.km
    else:
        keep = network.has_mode(mode, "ferry") & ~absent
        km = line_km(network, pricing)
    u, v, w = network.u[keep], network.v[keep], np.maximum(km[keep], 1e-6)
    n = len(network.nodes)
    low, high = np.minimum(u, v), np.maximum(u, v)
    links = pd.DataFrame({"low": low, "high": high, "w": w}).groupby(["low", "high"])["w"].min()
    a, b = (links.index.get_level_values(k).to_numpy() for k in (0, 1))
    graph = csr_matrix(
        (np.concatenate([links, links]), (np.concatenate([a, b]), np.concatenate([b, a]))), (n, n)
    )
    piece = connected_components(graph, directed=False)[1]
    size = np.bincount(piece)[piece]
    return graph, np.flatnonzero((network.layer == LAYER_OF[mode]) & (size > PIECE_NODES))
