"""Customizable contraction hierarchy: one topology, any number of weightings.

The node order is fixed once (nodes arrive sorted by it: node 0 is contracted first). From it
follow, in three steps that each do only what is new:

1. :func:`build_topology` (per network): the chordal completion and the elimination tree;
2. :func:`customize` (per weighting): shortest up and down weights by lower triangles;
3. :func:`many_to_many` (per :class:`Plan`, a set of terminals): climb from each source, then one
   sweep from the top over the ancestors of the terminals, many sources side by side.

Where few links change, :func:`recustomize` replaces step 2.

Attributes other than the minimised one (money, emissions) are carried along the best path.

Weights of links and results are float32; in between everything is added up in float64, so that
results are those of Dijkstra's algorithm rounded once. Additions, minima and roundings are
monotone: lowering any weight can never raise any result.

Source: Dibbelt, Strasser, Wagner (2016), "Customizable Contraction Hierarchies", ACM Journal of
Experimental Algorithmics 21; batched sweeps after Delling, Goldberg, Nowatzyk, Werneck (2013),
"PHAST", Journal of Parallel and Distributed Computing 73.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.engine._kernels import (
    LANES,
    carry,
    complete,
    invert,
    locate,
    mark,
    place,
    relax_triangles,
    sweep,
)
from beltroad.infrastructure.engine._path_kernels import group
from beltroad.infrastructure.engine._update_kernels import update

__all__ = [
    "Plan", "Topology", "Weighting", "build_topology", "customize", "many_to_many",
    "recustomize",
]  # fmt: skip

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float32]

# Above this share of changed links customizing everything may be quicker, and is never much slower.
_FEW = 0.1


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

    @cached_property
    def links_of_arc(self) -> tuple[Ints, Ints]:
        """Offsets by arc, and the links on each arc in their own order."""
        first, link = group(self.arc_of_link, self.arc_count)
        return first, link


@dataclass(frozen=True)
class Weighting:
    """Customized weights: ``up[0]`` is minimised, ``up[1:]`` is carried; shapes (1 + K, arcs)."""

    up: NDArray[np.float64]
    down: NDArray[np.float64]


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
    pairs = np.sort(low.astype(np.int64) * node_count + high)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    first = np.zeros(node_count + 1, np.int64)
    np.cumsum(np.bincount(pairs // max(node_count, 1), minlength=node_count), out=first[1:])
    arc_first, head, parent = complete(first, (pairs % max(node_count, 1)).astype(np.int32))
    below_first, below_tail, below_arc = invert(arc_first, head)
    return Topology(
        arc_first, head, parent, below_first, below_tail, below_arc,
        locate(arc_first, head, low, high), u < v,
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
    up = np.full((len(forward), topology.arc_count), np.inf)
    down = up.copy()
    is_up = topology.link_is_up
    along = np.where(is_up, forward, backward).astype(np.float32)
    against = np.where(is_up, backward, forward).astype(np.float32)
    place(topology.arc_of_link, along, up)
    place(topology.arc_of_link, against, down)
    relax_triangles(
        topology.first, topology.head,
        topology.below_first, topology.below_tail, topology.below_arc, up, down,
    )  # fmt: skip
    return Weighting(up, down)


def recustomize(
    topology: Topology,
    weighting: Weighting,
    forward: Floats,
    backward: Floats,
    changed: NDArray[np.integer],
) -> Weighting:
    """The weighting after some links became faster or slower, opened or closed.

    Equal to :func:`customize` to the last bit, in what is carried too; only arcs whose best way
    runs, ran or might run over the changed links are looked at again, unless these are so many
    that customizing everything is quicker. The old weighting stays.

    Parameters
    ----------
    weighting
        Customized for weights that differ from the new ones in the changed links only.
    forward, backward
        The new weights of all links, in as many rows as the weighting has.
    changed
        Rows of the links whose weights, also the carried ones, may differ.

    Raises
    ------
    InputError
        If shapes do not fit, a changed link does not exist, or one of its minimised weights is
        negative or not a number.
    """
    links = len(topology.arc_of_link)
    if not forward.shape == backward.shape == (len(weighting.up), links):
        raise InputError(f"recustomize needs weights of shape {(len(weighting.up), links)}")
    if len(changed) and (np.min(changed) < 0 or np.max(changed) >= links):
        raise InputError(f"a changed link is outside 0..{links - 1}")
    if len(changed) > _FEW * links:
        return customize(topology, forward, backward)
    if not (np.all(forward[0, changed] >= 0) and np.all(backward[0, changed] >= 0)):
        raise InputError("link weights must be zero or more, and inf where closed")
    up, down = weighting.up.copy(), weighting.down.copy()
    arcs = np.unique(topology.arc_of_link[changed])
    update(
        topology.first, topology.head,
        topology.below_first, topology.below_tail, topology.below_arc,
        *topology.links_of_arc, topology.link_is_up,
        np.asarray(forward, np.float32), np.asarray(backward, np.float32),
        arcs, np.searchsorted(topology.first, arcs, side="right") - 1,
        weighting.up, weighting.down, up, down,
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

    @cached_property
    def tail(self) -> Ints:
        """Lower end of each arc."""
        return np.repeat(np.arange(len(self.parent), dtype=np.int32), np.diff(self.first))


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
    blocks = range(0, len(plan.sources), LANES)

    def run(start: int) -> None:
        block = plan.sources[start : start + LANES]
        part = out[:, start : start + len(block)]
        trees = sweep(plan.first, plan.head, plan.parent, up[0], down[0], block)
        part[0] = trees[0][plan.targets, : len(block)].T
        for row in range(1, len(up)):
            part[row] = carry(
                plan.head, plan.tail, plan.parent, up[row], down[row], block, plan.targets, *trees
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


def _ancestors(parent: Ints, nodes: Ints) -> Longs:
    """The nodes and all their ancestors in the elimination tree, ascending."""
    keep = np.zeros(len(parent), np.bool_)
    mark(parent, nodes, keep)
    return np.flatnonzero(keep)
