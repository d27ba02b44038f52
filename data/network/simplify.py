"""Exact shrinking: distances between kept nodes do not change, within one country and mode.

Dead ends go, chains through a node of degree two become one link, links that are no shorter than
a two-hop way round in the same country and mode go. A link never grows past a length limit, so
that maps keep their shape and a project given by coordinates finds a node near it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from network.heal import csr


@dataclass(frozen=True)
class Graph:
    """Undirected graph; all arrays are aligned to nodes (n) or to links (m)."""

    lat: np.ndarray
    lon: np.ndarray
    layer: np.ndarray
    country: np.ndarray
    gauge: np.ndarray
    ref: np.ndarray
    u: np.ndarray
    v: np.ndarray
    km: np.ndarray
    mode: np.ndarray
    border: np.ndarray
    passage: np.ndarray
    patched: np.ndarray

    NODE = ("lat", "lon", "layer", "country", "gauge", "ref")
    LINK = ("u", "v", "km", "mode", "border", "passage", "patched")

    def links(self, keep: np.ndarray) -> Graph:
        """Graph with only the links ``keep`` (mask or index)."""
        return replace(self, **{f: getattr(self, f)[keep] for f in self.LINK})

    def nodes(self, keep: np.ndarray) -> Graph:
        """Graph with only the nodes ``keep`` (mask) and the links between them."""
        new = np.cumsum(keep) - 1
        graph = self.links(keep[self.u] & keep[self.v])
        columns = {f: getattr(self, f)[keep] for f in self.NODE}
        return replace(graph, **columns, u=new[graph.u], v=new[graph.v])

    def with_km(self, km: np.ndarray) -> Graph:
        """Same graph with other lengths."""
        return replace(self, km=km)

    def add_nodes(self, **columns: np.ndarray) -> tuple[Graph, np.ndarray]:
        """Append nodes; return the graph and the new node numbers."""
        n, k = self.lat.size, len(columns["lat"])
        joined = {f: np.concatenate([getattr(self, f), columns[f]]) for f in self.NODE}
        return replace(self, **joined), np.arange(n, n + k)

    def add_links(
        self, u: np.ndarray, v: np.ndarray, km: np.ndarray, mode: str, *, patched: bool = False
    ) -> Graph:
        """Append links of one mode."""
        k = len(u)
        new = {
            "u": np.asarray(u, np.int64),
            "v": np.asarray(v, np.int64),
            "km": np.asarray(km, float),
            "mode": np.full(k, mode, object),
            "border": np.full(k, "", object),
            "passage": np.full(k, "", object),
            "patched": np.full(k, patched),
        }
        return replace(self, **{f: np.concatenate([getattr(self, f), new[f]]) for f in self.LINK})


def layer_graph(
    lat: np.ndarray,
    lon: np.ndarray,
    layer: int,
    country: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    km: np.ndarray,
    mode: str,
    passage: np.ndarray | None = None,
) -> Graph:
    """One layer as a graph."""
    n, m = lat.size, u.size
    return Graph(
        lat=lat,
        lon=lon,
        layer=np.full(n, layer),
        country=country.astype(object),
        gauge=np.zeros(n, np.int64),
        ref=np.full(n, "", object),
        u=u,
        v=v,
        km=km,
        mode=np.full(m, mode, object),
        border=np.full(m, "", object),
        passage=np.full(m, "", object) if passage is None else passage.astype(object),
        patched=np.zeros(m, bool),
    )


def union(first: Graph, second: Graph) -> Graph:
    """Two graphs side by side."""
    n = first.lat.size
    columns = {
        f: np.concatenate([getattr(first, f), getattr(second, f)])
        for f in (*Graph.NODE, *Graph.LINK)
    }
    columns["u"] = np.concatenate([first.u, second.u + n])
    columns["v"] = np.concatenate([first.v, second.v + n])
    return Graph(**columns)


def merge_parallel_links(g: Graph) -> Graph:
    """Drop loops, keep the shortest of parallel links of the same mode; u < v but on rivers."""
    a, b = np.minimum(g.u, g.v), np.maximum(g.u, g.v)
    river = g.mode == "water"  # its links point downstream
    first_end, second_end = np.where(river, g.u, a), np.where(river, g.v, b)
    mode = np.unique(g.mode.astype(str), return_inverse=True)[1]
    order = np.lexsort((g.km, mode, b, a))
    keys = np.column_stack([a, b, mode])[order]
    first = np.ones(order.size, bool)
    first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    first &= keys[:, 0] != keys[:, 1]
    return replace(g, u=first_end, v=second_end).links(order[first])


def fixed_nodes(g: Graph) -> np.ndarray:
    """Nodes that must survive: ends of crossings and gauge breaks, everything not rail or road."""
    fixed = ~np.isin(g.layer, (0, 1))
    special = (g.country[g.u] != g.country[g.v]) | (g.gauge[g.u] != g.gauge[g.v])
    special |= (g.border != "") | ~np.isin(g.mode.astype(str), ("rail", "road"))
    fixed[g.u[special]] = True
    fixed[g.v[special]] = True
    return fixed


def _pick(index: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros(size, bool)
    out[index] = True
    return out


def contract(
    g: Graph,
    kept: np.ndarray,
    *,
    longest_km: tuple[float, float],
    stub_km: tuple[float, float],
    rounds: int = 60,
    seed: int = 1,
) -> tuple[Graph, np.ndarray]:
    """Prune dead ends and contract chains, in rounds of independent nodes.

    Parameters
    ----------
    kept : (n,) nodes that must stay
    longest_km : longest link a contraction may make, (rail, road)
    stub_km : dead-end branches up to this length go, (rail, road); longer ones stay, because a
        new line may start at their end

    Returns
    -------
    graph, kept : the smaller graph and ``kept`` for its nodes
    """
    random = np.random.default_rng(seed)
    n = g.lat.size
    wanted = kept
    kept = kept | fixed_nodes(g)
    longest = np.array(longest_km)
    stub_limit = np.array(stub_km)
    alive = np.ones(n, bool)
    stub = np.zeros(n)
    u, v, km, patched = g.u.copy(), g.v.copy(), g.km.copy(), g.patched.copy()
    inner = np.isin(g.mode.astype(str), ("rail", "road"))
    rest = g.links(~inner)
    rest_degree = np.bincount(np.concatenate([rest.u, rest.v]), minlength=n)
    mode, border = g.mode[inner], g.border[inner]
    u, v, km, patched = u[inner], v[inner], km[inner], patched[inner]
    order = np.arange(u.size)  # link -> representative in the inner attribute arrays
    free = ~kept & (rest_degree == 0)
    for _ in range(rounds):
        before = u.size
        # dead ends
        degree = np.bincount(np.concatenate([u, v]), minlength=n)
        for a, b in ((u, v), (v, u)):
            leaf = free[a] & (degree[a] == 1)
            total = stub[a] + km
            go = leaf & (total <= stub_limit[g.layer[a]])
            np.maximum.at(stub, b[go], total[go])
            alive[a[go]] = False
        keep = alive[u] & alive[v]
        u, v, km, patched, order = u[keep], v[keep], km[keep], patched[keep], order[keep]
        # chains
        start, neighbour, edge = csr(n, u, v)
        degree = np.diff(start)
        two = np.flatnonzero(free & alive & (degree == 2))
        e1, e2 = edge[start[two]], edge[start[two] + 1]
        n1, n2 = neighbour[start[two]], neighbour[start[two] + 1]
        ok = (km[e1] + km[e2] <= longest[g.layer[two]]) & (patched[e1] == patched[e2])
        two, e1, e2, n1, n2 = two[ok], e1[ok], e2[ok], n1[ok], n2[ok]
        priority = np.full(n, 2.0)
        priority[two] = random.random(two.size)
        win = (priority[two] < priority[n1]) & (priority[two] < priority[n2])
        two, e1, e2, n1, n2 = two[win], e1[win], e2[win], n1[win], n2[win]
        gone = _pick(np.concatenate([e1, e2]), u.size)
        alive[two] = False
        u = np.concatenate([u[~gone], n1])
        v = np.concatenate([v[~gone], n2])
        patched = np.concatenate([patched[~gone], patched[e1]])
        new_order = np.concatenate([order[~gone], order[e1]])
        km = np.concatenate([km[~gone], km[e1] + km[e2]])
        order = new_order
        # parallel links
        a, b = np.minimum(u, v), np.maximum(u, v)
        rank = np.lexsort((km, b, a))
        first = np.ones(rank.size, bool)
        first[1:] = (a[rank][1:] != a[rank][:-1]) | (b[rank][1:] != b[rank][:-1])
        first &= a[rank] != b[rank]
        pick = rank[first]
        u, v, km, patched, order = a[pick], b[pick], km[pick], patched[pick], order[pick]
        if u.size == before:
            break
    out = replace(
        g,
        u=np.concatenate([u, rest.u]),
        v=np.concatenate([v, rest.v]),
        km=np.concatenate([km, rest.km]),
        mode=np.concatenate([mode[order], rest.mode]),
        border=np.concatenate([border[order], rest.border]),
        passage=np.concatenate([np.full(u.size, "", object), rest.passage]),
        patched=np.concatenate([patched, rest.patched]),
    )
    degree = np.bincount(np.concatenate([out.u, out.v]), minlength=n)
    stays = alive & ((degree > 0) | kept)
    return out.nodes(stays), wanted[stays]


def drop_dominated(g: Graph, chunk: int = 200_000) -> Graph:
    """Drop links no shorter than two others of the same mode inside one country."""
    inner = np.isin(g.mode.astype(str), ("rail", "road"))
    inner &= (g.country[g.u] == g.country[g.v]) & (g.gauge[g.u] == g.gauge[g.v])
    e = np.flatnonzero(inner)
    start, neighbour, edge = csr(g.lat.size, g.u[e], g.v[e])
    km = g.km[e]
    pair_key = g.u[e] * np.int64(g.lat.size) + g.v[e]
    by_key = np.argsort(pair_key)
    sorted_key = pair_key[by_key]
    drop = np.zeros(e.size, bool)
    degree = np.diff(start)
    for low in range(0, g.lat.size, chunk):
        x = np.arange(low, min(low + chunk, g.lat.size))
        for i in range(int(degree[x].max(initial=0))):
            for j in range(i + 1, int(degree[x].max(initial=0))):
                y = x[degree[x] > j]
                a, b = neighbour[start[y] + i], neighbour[start[y] + j]
                way = km[edge[start[y] + i]] + km[edge[start[y] + j]]
                key = np.minimum(a, b) * np.int64(g.lat.size) + np.maximum(a, b)
                at = np.minimum(np.searchsorted(sorted_key, key), e.size - 1)
                hit = sorted_key[at] == key
                third = by_key[at[hit]]
                # Strictly longer by more than rounding, so that no two links drop each other.
                drop[third[km[third] > way[hit] + 1e-6]] = True
    gone = np.zeros(g.u.size, bool)
    gone[e[drop]] = True
    return g.links(~gone)
