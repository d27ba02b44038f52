"""Graphs as tests of the routing engine want them: random ones, and the bundled network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from beltroad.infrastructure.engine.hierarchy import Topology, Weighting, build_topology, customize
from beltroad.infrastructure.network import CITY, Network

INF = np.float32(np.inf)


@dataclass
class Weighted:
    """Links and their weights, shape (1 + K, links): row 0 is minimised."""

    n: int
    u: np.ndarray
    v: np.ndarray
    forward: np.ndarray
    backward: np.ndarray

    @cached_property
    def topology(self) -> Topology:
        return build_topology(self.n, self.u, self.v)

    @cached_property
    def weighting(self) -> Weighting:
        return customize(self.topology, self.forward, self.backward)

    @property
    def nodes(self) -> np.ndarray:
        return np.arange(self.n, dtype=np.int32)

    def dijkstra(self, sources: np.ndarray | None = None) -> np.ndarray:
        """Distances in float64, zero weights included (a sparse matrix would drop them)."""
        a, b = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        w = np.concatenate([self.forward[0], self.backward[0]]).astype(np.float64)
        order = np.lexsort((w, b, a))
        a, b, w = a[order], b[order], w[order]
        first = np.ones(len(a), bool)
        first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
        a, b, w = a[first], b[first], w[first]
        open_ = np.isfinite(w)
        a, b, w = a[open_], b[open_], w[open_]
        start = np.zeros(self.n + 1, int)
        np.cumsum(np.bincount(a, minlength=self.n), out=start[1:])
        return dijkstra(csr_matrix((w, b, start), (self.n, self.n)), indices=sources)


@lru_cache(maxsize=1)
def bundled() -> tuple[Weighted, np.ndarray]:
    """The bundled network and its cities; hours at round speeds, then km, then links.

    The way back takes a tenth longer, and one rail link in a hundred is closed. What projects and
    borders do is left out, so that no figure but the network itself matters.
    """
    network = Network.bundled()
    km = network.km.astype(np.float32)
    speed = np.where(network.has_mode("rail"), 45, 25).astype(np.float32)
    hours = km / speed + np.float32(0.01)
    hours[np.flatnonzero(network.has_mode("rail"))[::100]] = INF
    rows = np.stack([hours, km, np.ones_like(km)])
    back = rows * np.array([[1.1], [1], [1]], np.float32)
    graph = Weighted(len(network.nodes), network.u, network.v, rows, back)
    return graph, network.terminals(CITY).to_numpy(np.int32)


@st.composite
def weighted(draw: st.DrawFn, *, rows: int = 1, nodes: int = 16) -> Weighted:
    """Parallel links, closed links, zeros, whole numbers with ties or weights over many scales."""
    n = draw(st.integers(1, nodes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    m = draw(st.integers(0, 3 * n)) if n > 1 else 0
    u = rng.integers(0, n, m).astype(np.int32)
    v = ((u + rng.integers(1, max(n, 2), m)) % n).astype(np.int32)
    if m > 3 and draw(st.booleans()):  # parallel links, one of them the other way round
        u[0], v[0], u[1], v[1] = u[2], v[2], v[2], u[2]
    kind = draw(st.sampled_from(["ties", "scales", "plain"]))
    shut = draw(st.floats(0, 0.5))
    zero = draw(st.sampled_from([0.0, 0.3, 1.0]))
    sides = []
    for _ in range(2):
        if kind == "ties":
            side = rng.integers(1, 4, (rows, m))
        else:
            side = rng.lognormal(1, 4 if kind == "scales" else 1, (rows, m))
        side = side.astype(np.float32)
        side[0, rng.random(m) < zero / 2] = 0
        side[0, rng.random(m) < shut] = INF
        sides.append(side)
    return Weighted(n, u, v, *sides)
