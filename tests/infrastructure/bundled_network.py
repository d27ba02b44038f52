"""What tests ask of the bundled network: states, shipments, distances along one layer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

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
        graph, ids, piece = _layer(network, str(mode), absent, world.pricing)
        tree = cKDTree(_unit(network.lat[ids], network.lon[ids]))
        snap, ends = {}, {}
        for end in ("origin", "dest"):
            lat, lon = (rows[f"{end}_{c}"].to_numpy(float) for c in ("lat", "lon"))
            near = tree.query(_unit(lat, lon))[1]
            ends[end] = near
            snap[end] = great_circle_km(lat, lon, network.lat[ids[near]], network.lon[ids[near]])
        places = (rows[f"{e}_{c}"].to_numpy(float) for e in ends for c in ("lat", "lon"))
        found = _ways(graph, piece, ends["origin"], ends["dest"], great_circle_km(*places))
        out.append(rows.assign(km=found, snap_km=np.maximum(snap["origin"], snap["dest"])))
    result = pd.concat(out).loc[checks.index]
    result["ratio"] = result["km"] / result["known_km"]
    return result


def _layer(
    network: Network, mode: str, absent: np.ndarray, pricing: Pricing
) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    """Weights among a layer's nodes on pieces of some size, those nodes, and their pieces."""
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
    ids = np.flatnonzero((network.layer == LAYER_OF[mode]) & (size > PIECE_NODES))
    linked = np.flatnonzero(np.isin(piece, np.unique(piece[ids])))
    # Ferries lead over nodes of other layers: they stay, behind those of the layer.
    order = np.concatenate([ids, np.setdiff1d(linked, ids, assume_unique=True)])
    return graph[order][:, order], ids, piece[order]


def _ways(
    graph: csr_matrix, piece: np.ndarray, sources: np.ndarray, targets: np.ndarray, km: np.ndarray
) -> np.ndarray:
    """Shortest ways of pairs of nodes, ``inf`` between pieces; ``km`` as the crow flies.

    Looked for within twice the straight way first, which is a small part of the network.
    """
    found = np.full(len(sources), np.inf)
    joined = piece[sources] == piece[targets]
    for source in np.unique(sources[joined]):
        mine = np.flatnonzero(joined & (sources == source))
        for limit in (2 * km[mine].max() + 500, np.inf):
            found[mine] = dijkstra(graph, indices=source, limit=limit)[targets[mine]]
            if np.isfinite(found[mine]).all():
                break
    return found


def _unit(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Points on the unit sphere: what is nearest along it is nearest through it."""
    a, b = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=-1)
