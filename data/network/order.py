"""Contraction order by nested dissection, and the fill it leads to."""

from __future__ import annotations

import numba
import numpy as np
import routingkit_cch

from network.simplify import Graph


def dissection_order(g: Graph) -> np.ndarray:
    """Nodes in the order in which they are contracted, first to last (inertial flow cuts)."""
    order = routingkit_cch.compute_order_inertial(
        g.lat.size,
        g.u.astype(np.uint32).tolist(),
        g.v.astype(np.uint32).tolist(),
        g.lat.astype(float).tolist(),
        g.lon.astype(float).tolist(),
    )
    out = np.asarray(order, np.int64)
    if np.unique(out).size != g.lat.size:
        raise ValueError("the order is not a permutation of the nodes")
    return out


def reorder(g: Graph, order: np.ndarray) -> Graph:
    """Renumber so that row 0 is contracted first; links sorted by (lower, higher end).

    Links have u < v, except on rivers, where they point downstream.
    """
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    columns = {f: getattr(g, f)[order] for f in g.NODE}
    a, b = rank[g.u], rank[g.v]
    u, v = np.minimum(a, b), np.maximum(a, b)
    by = np.lexsort((v, u))
    links = {f: getattr(g, f)[by] for f in g.LINK}
    river = g.mode == "water"
    links["u"], links["v"] = np.where(river, a, u)[by], np.where(river, b, v)[by]
    return Graph(**columns, **links)


@numba.njit(cache=True)
def _fill(n, start, head):
    """Chordal arcs and elimination tree when node i is contracted i-th (edges u < v, by u)."""
    parent = np.full(n, -1, np.int64)
    first_child = np.full(n, -1, np.int64)
    sibling = np.full(n, -1, np.int64)
    upper = [np.empty(0, np.int64) for _ in range(n)]
    mark = np.full(n, -1, np.int64)
    arcs = 0
    for x in range(n):
        count = 0
        size = start[x + 1] - start[x]
        c = first_child[x]
        while c >= 0:
            size += upper[c].size
            c = sibling[c]
        found = np.empty(size, np.int64)
        for j in range(start[x], start[x + 1]):
            y = head[j]
            if mark[y] != x:
                mark[y] = x
                found[count] = y
                count += 1
        c = first_child[x]
        while c >= 0:
            for y in upper[c]:
                if y != x and mark[y] != x:
                    mark[y] = x
                    found[count] = y
                    count += 1
            upper[c] = np.empty(0, np.int64)
            c = sibling[c]
        upper[x] = found[:count].copy()
        arcs += count
        if count:
            p = upper[x].min()
            parent[x] = p
            sibling[x] = first_child[p]
            first_child[p] = x
    return arcs, parent


def fill(g: Graph) -> tuple[int, np.ndarray]:
    """Count the chordal arcs of an ordered graph; also return each node's parent in the tree."""
    low, high = np.minimum(g.u, g.v), np.maximum(g.u, g.v)
    start = np.searchsorted(low, np.arange(g.lat.size + 1))
    arcs, parent = _fill(g.lat.size, start, high)
    return int(arcs), parent
