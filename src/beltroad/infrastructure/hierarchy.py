"""Customizable contraction hierarchy: one topology, any number of weightings.

The node order is fixed once (nodes arrive sorted by it: node 0 is contracted first). From it
follow, in three steps that each do only what is new:

1. :func:`build_topology` (per network): the chordal completion and the elimination tree;
2. :func:`customize` (per weighting): shortest up and down weights by lower triangles;
3. :func:`many_to_many` (per :class:`Plan`, a set of terminals): climb from each source, then one
   sweep from the top over the ancestors of the terminals, many sources side by side.

Where links only become faster, :func:`improve` replaces step 2.

Attributes other than the minimised one (money, emissions) are carried along the best path.

All weights are float32. Additions and minima of rounded numbers are monotone, so that lowering
any weight can never raise any result.

Source: Dibbelt, Strasser, Wagner (2016), "Customizable Contraction Hierarchies", ACM Journal of
Experimental Algorithmics 21; batched sweeps after Delling, Goldberg, Nowatzyk, Werneck (2013),
"PHAST", Journal of Parallel and Distributed Computing 73.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from beltroad.errors import InputError

__all__ = [
    "Plan", "Topology", "Weighting", "build_topology", "customize", "improve", "many_to_many",
]  # fmt: skip

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float32]

_LANES = 64  # sources side by side in one sweep: 64 float32 lanes stay in the core's own cache


@dataclass(frozen=True)
class Topology:
    """Chordal completion of a graph whose nodes are sorted in contraction order.

    ``first[v]:first[v + 1]`` are the arcs from ``v`` up to ``head``; ``below_*`` the same arcs
    by head; ``arc_of_link`` the arc on which each input link lies and ``link_is_up`` whether the
    link's first node is the lower one.
    """

    first: Longs
    head: Ints
    parent: Ints
    below_first: Longs
    below_tail: Ints
    below_arc: Ints
    arc_of_link: Ints
    link_is_up: NDArray[np.bool_]

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.first) - 1

    @property
    def arc_count(self) -> int:
        """Number of arcs, original and filled in."""
        return len(self.head)


@dataclass(frozen=True)
class Weighting:
    """Customized weights: ``up[0]`` is minimised, ``up[1:]`` is carried; shapes (1 + K, arcs)."""

    up: Floats
    down: Floats


def build_topology(node_count: int, u: Ints, v: Ints) -> Topology:
    """Chordal completion of the undirected links ``u[i] -- v[i]`` in the order of node numbers.

    Raises
    ------
    InputError
        If a link names a node outside ``0 .. node_count - 1`` or joins a node to itself.
    """
    u = np.ascontiguousarray(u, np.int32)
    v = np.ascontiguousarray(v, np.int32)
    if len(u) and (min(u.min(), v.min()) < 0 or max(u.max(), v.max()) >= node_count):
        raise InputError(f"a link names a node outside 0..{node_count - 1}")
    if np.any(u == v):
        raise InputError(f"link {int(np.argmax(u == v))} joins a node to itself; drop it")
    low, high = np.minimum(u, v), np.maximum(u, v)
    pairs = np.unique(low.astype(np.int64) * node_count + high)
    first = np.zeros(node_count + 1, np.int64)
    np.cumsum(np.bincount(pairs // max(node_count, 1), minlength=node_count), out=first[1:])
    arc_first, head, parent = _complete(first, (pairs % max(node_count, 1)).astype(np.int32))
    below_first, below_tail, below_arc = _invert(arc_first, head)
    return Topology(
        arc_first, head, parent, below_first, below_tail, below_arc,
        _locate(arc_first, head, low, high), u < v,
    )  # fmt: skip


def customize(topology: Topology, forward: Floats, backward: Floats) -> Weighting:
    """Shortest weights of every arc given those of every link.

    Parameters
    ----------
    forward, backward
        Shape (1 + K, links): row 0 is minimised (hours, say; ``inf`` where closed), the other
        rows are carried. ``forward`` is from the link's first node to its second.

    Raises
    ------
    InputError
        If shapes do not fit or a minimised weight is negative or not a number.
    """
    links = len(topology.arc_of_link)
    if forward.shape != backward.shape or forward.shape[1:] != (links,):
        raise InputError(
            f"link weights must both have shape (1 + K, {links}), "
            f"not {forward.shape} and {backward.shape}"
        )
    if not (np.all(forward[0] >= 0) and np.all(backward[0] >= 0)):
        raise InputError("link weights must be zero or more, and inf where closed")
    up = np.full((len(forward), topology.arc_count), np.inf, np.float32)
    down = up.copy()
    is_up = topology.link_is_up
    along = np.where(is_up, forward, backward).astype(np.float32)
    against = np.where(is_up, backward, forward).astype(np.float32)
    _place(topology.arc_of_link, along, up)
    _place(topology.arc_of_link, against, down)
    _relax_triangles(
        topology.first, topology.head,
        topology.below_first, topology.below_tail, topology.below_arc, up, down,
    )  # fmt: skip
    return Weighting(up, down)


def improve(
    topology: Topology, weighting: Weighting, forward: Floats, backward: Floats
) -> Weighting:
    """The weighting after some links became faster and none slower.

    Only arcs above the improved links are looked at again, which takes milliseconds where
    :func:`customize` takes tenths of a second. Shapes as in :func:`customize`; only the
    minimised row is kept.

    Raises
    ------
    InputError
        If shapes do not fit.
    """
    links = len(topology.arc_of_link)
    if forward.shape != (1, links) or backward.shape != (1, links):
        raise InputError(f"improve needs weights of shape (1, {links})")
    up, down = weighting.up[:1].copy(), weighting.down[:1].copy()
    is_up = topology.link_is_up
    along = np.where(is_up, forward[0], backward[0]).astype(np.float32)
    against = np.where(is_up, backward[0], forward[0]).astype(np.float32)
    arc = topology.arc_of_link
    changed = np.flatnonzero((along < up[0, arc]) | (against < down[0, arc]))
    if len(changed):
        tail = np.searchsorted(topology.first, arc[changed], side="right") - 1
        _raise_improvements(
            topology.first, topology.head, up[0], down[0],
            arc[changed], along[changed], against[changed], tail,
        )  # fmt: skip
    return Weighting(up, down)


@dataclass(frozen=True)
class Plan:
    """The part of a topology that matters between given terminals, numbered on its own."""

    arcs: Longs
    first: Longs
    head: Ints
    parent: Ints
    sources: Ints
    targets: Ints

    @staticmethod
    def between(topology: Topology, sources: Ints, targets: Ints) -> Plan:
        """The terminals and all their ancestors in the elimination tree."""
        sources, targets = np.asarray(sources, np.int32), np.asarray(targets, np.int32)
        keep = _ancestors(topology.parent, np.concatenate([sources, targets]))
        local = np.full(topology.node_count, -1, np.int32)
        local[keep] = np.arange(len(keep), dtype=np.int32)
        counts = topology.first[keep + 1] - topology.first[keep]
        first = np.zeros(len(keep) + 1, np.int64)
        np.cumsum(counts, out=first[1:])
        arcs = np.arange(first[-1]) + np.repeat(topology.first[keep] - first[:-1], counts)
        parent = topology.parent[keep]
        parent = np.where(parent >= 0, local[parent], -1).astype(np.int32)
        return Plan(arcs, first, local[topology.head[arcs]], parent, local[sources], local[targets])


def many_to_many(
    plan: Plan,
    weighting: Weighting,
    *,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Floats:
    """Shortest weights from every source to every target, and what is carried along.

    Returns
    -------
    array of shape (1 + K, sources, targets)
        ``inf`` where there is no way.
    """
    up = np.ascontiguousarray(weighting.up[:, plan.arcs])
    down = np.ascontiguousarray(weighting.down[:, plan.arcs])
    out = np.full((len(up), len(plan.sources), len(plan.targets)), np.inf, np.float32)
    blocks = range(0, len(plan.sources), _LANES)

    def run(start: int) -> None:
        block = plan.sources[start : start + _LANES]
        out[:, start : start + len(block)] = _sweep(
            plan.first, plan.head, plan.parent, up, down, block, plan.targets
        )

    threads = threads or os.cpu_count() or 1
    if threads == 1:
        for start in blocks:
            run(start)
        return out
    with ThreadPoolExecutor(threads) as pool:
        for done, _ in enumerate(pool.map(run, blocks), start=1):
            if progress is not None:
                progress(done / len(blocks))
    return out


@njit(cache=True, nogil=True)
def _raise_improvements(  # type: ignore[no-untyped-def]
    first, head, up, down, arcs, along, against, tails
):
    """Lower the given arcs, then every arc above them that a lower triangle improves."""
    n = len(first) - 1
    dirty = np.zeros(n, np.bool_)
    at = np.full(n, -1, np.int32)
    lowest = n
    for k in range(len(arcs)):
        a = arcs[k]
        up[a] = min(up[a], along[k])
        down[a] = min(down[a], against[k])
        dirty[tails[k]] = True
        lowest = min(lowest, tails[k])
    for v in range(lowest, n):
        if not dirty[v]:
            continue
        for vx in range(first[v], first[v + 1]):
            x = head[vx]
            for i in range(first[x], first[x + 1]):
                at[head[i]] = i
            for vy in range(vx + 1, first[v + 1]):
                xy = at[head[vy]]
                way = down[vx] + up[vy]
                if way < up[xy]:
                    up[xy] = way
                    dirty[x] = True
                way = down[vy] + up[vx]
                if way < down[xy]:
                    down[xy] = way
                    dirty[x] = True


@njit(cache=True, nogil=True)
def _complete(first, head):  # type: ignore[no-untyped-def]
    """Fill in: a node's upper neighbours become a clique, by way of the lowest of them."""
    n = len(first) - 1
    parent = np.full(n, -1, np.int32)
    # Children of each node as linked lists, filled as parents become known.
    child, sibling = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    arc_first = np.zeros(n + 1, np.int64)
    out = np.empty(max(4 * len(head), 16), np.int32)
    seen = np.full(n, -1, np.int32)
    size = 0
    for v in range(n):
        start = size
        need = size + (first[v + 1] - first[v])
        c = child[v]
        while c >= 0:
            need += arc_first[c + 1] - arc_first[c]
            c = sibling[c]
        if need > len(out):
            grown = np.empty(max(need, 2 * len(out)), np.int32)
            grown[:size] = out[:size]
            out = grown
        for i in range(first[v], first[v + 1]):
            if seen[head[i]] != v:
                seen[head[i]] = v
                out[size] = head[i]
                size += 1
        c = child[v]
        while c >= 0:
            for i in range(arc_first[c], arc_first[c + 1]):
                w = out[i]
                if w != v and seen[w] != v:
                    seen[w] = v
                    out[size] = w
                    size += 1
            c = sibling[c]
        arc_first[v + 1] = size
        if size > start:
            out[start:size].sort()
            p = out[start]
            parent[v] = p
            sibling[v] = child[p]
            child[p] = v
    return arc_first, out[:size].copy(), parent


@njit(cache=True, nogil=True)
def _invert(first, head):  # type: ignore[no-untyped-def]
    """The same arcs listed by their upper end."""
    n = len(first) - 1
    below_first = np.zeros(n + 1, np.int64)
    for i in range(len(head)):
        below_first[head[i] + 1] += 1
    for v in range(n):
        below_first[v + 1] += below_first[v]
    fill = below_first[:-1].copy()
    tail, arc = np.empty(len(head), np.int32), np.empty(len(head), np.int32)
    for v in range(n):
        for i in range(first[v], first[v + 1]):
            w = head[i]
            tail[fill[w]] = v
            arc[fill[w]] = i
            fill[w] += 1
    return below_first, tail, arc


@njit(cache=True, nogil=True)
def _locate(first, head, low, high):  # type: ignore[no-untyped-def]
    """Arc number of each link, by bisection among the arcs of its lower end."""
    arc = np.empty(len(low), np.int32)
    for k in range(len(low)):
        a, b = first[low[k]], first[low[k] + 1]
        while a < b:
            middle = (a + b) // 2
            if head[middle] < high[k]:
                a = middle + 1
            else:
                b = middle
        arc[k] = a
    return arc


@njit(cache=True, nogil=True)
def _place(arc_of_link, weights, arcs):  # type: ignore[no-untyped-def]
    """Put link weights on their arcs; of parallel links the one with the lowest weight counts."""
    for k in range(weights.shape[1]):
        a = arc_of_link[k]
        if weights[0, k] < arcs[0, a]:
            for row in range(weights.shape[0]):
                arcs[row, a] = weights[row, k]


@njit(cache=True, nogil=True)
def _relax_triangles(  # type: ignore[no-untyped-def]
    first, head, below_first, below_tail, below_arc, up, down
):
    """Basic customization: each arc against every lower triangle, lowest nodes first."""
    n = len(first) - 1
    rows = up.shape[0]
    at = np.full(n, -1, np.int32)
    for x in range(n):
        for i in range(first[x], first[x + 1]):
            at[head[i]] = i
        for b in range(below_first[x], below_first[x + 1]):
            v, vx = below_tail[b], below_arc[b]
            to_v, from_v = down[0, vx], up[0, vx]
            # Arcs of v are sorted by head, and vx is the one to x: those after it lead higher.
            for vy in range(vx + 1, first[v + 1]):
                xy = at[head[vy]]
                way = to_v + up[0, vy]
                if way < up[0, xy]:
                    up[0, xy] = way
                    for row in range(1, rows):
                        up[row, xy] = down[row, vx] + up[row, vy]
                way = down[0, vy] + from_v
                if way < down[0, xy]:
                    down[0, xy] = way
                    for row in range(1, rows):
                        down[row, xy] = down[row, vy] + up[row, vx]


@njit(cache=True, nogil=True)
def _mark(parent, nodes, keep):  # type: ignore[no-untyped-def]
    for s in nodes:
        v = s
        while v >= 0 and not keep[v]:
            keep[v] = True
            v = parent[v]


def _ancestors(parent: Ints, nodes: Ints) -> Longs:
    """The nodes and all their ancestors in the elimination tree, ascending."""
    keep = np.zeros(len(parent), np.bool_)
    _mark(parent, nodes, keep)
    return np.flatnonzero(keep)


@njit(cache=True, nogil=True, fastmath=False)
def _sweep(first, head, parent, up, down, sources, targets):  # type: ignore[no-untyped-def]
    """Climb from each source, then carry all of them down together."""
    n, rows, lanes = len(first) - 1, up.shape[0], len(sources)
    dist = np.full((rows, n, lanes), np.inf, np.float32)
    for lane in range(lanes):
        v = sources[lane]
        for row in range(rows):
            dist[row, v, lane] = 0.0
        while v >= 0:
            here = dist[0, v, lane]
            if here < np.inf:
                for i in range(first[v], first[v + 1]):
                    way = here + up[0, i]
                    if way < dist[0, head[i], lane]:
                        dist[0, head[i], lane] = way
                        for row in range(1, rows):
                            dist[row, head[i], lane] = dist[row, v, lane] + up[row, i]
            v = parent[v]
    for v in range(n - 1, -1, -1):
        for i in range(first[v], first[v + 1]):
            w, step = head[i], down[0, i]
            if step == np.inf:
                continue
            if rows == 1:
                for lane in range(lanes):
                    dist[0, v, lane] = min(dist[0, v, lane], dist[0, w, lane] + step)
            else:
                for lane in range(lanes):
                    way = dist[0, w, lane] + step
                    if way < dist[0, v, lane]:
                        dist[0, v, lane] = way
                        for row in range(1, rows):
                            dist[row, v, lane] = dist[row, w, lane] + down[row, i]
    out = np.empty((rows, lanes, len(targets)), np.float32)
    for row in range(rows):
        for lane in range(lanes):
            for t in range(len(targets)):
                out[row, lane, t] = dist[row, targets[t], lane]
    return out
