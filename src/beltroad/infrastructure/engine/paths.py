"""Single ways: the best path between two nodes, link by link, and distances from one node.

The same sums and the same choice among equal ways as in
:func:`~beltroad.infrastructure.engine.hierarchy.many_to_many`, so that a path explains its entry
of the matrix to the last bit. A path takes milliseconds: climb from the source, come down along
the ancestors of the target, then unpack each arc into the link or the two arcs below it.

Source: Dibbelt, Strasser, Wagner (2016), "Customizable Contraction Hierarchies", ACM Journal of
Experimental Algorithmics 21.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.engine._kernels import mark
from beltroad.infrastructure.engine._path_kernels import spread, trace, unpack
from beltroad.infrastructure.engine.hierarchy import Topology, Weighting

__all__ = ["Path", "Paths", "one_to_many"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Path:
    """A best way.

    Attributes
    ----------
    cost
        The minimised weight as :func:`many_to_many` finds it, before it is rounded to float32.
    links, forward
        Rows of the links in travel order, and whether each is travelled from its first node.
    nodes
        Nodes in travel order, one more than links.
    totals
        Every row of the weights added up along the links in float64; row 0 is the minimised one.
    """

    cost: float
    links: Ints
    forward: NDArray[np.bool_]
    nodes: Ints
    totals: NDArray[np.float64]


@dataclass(frozen=True)
class Paths:
    """A weighted topology together with the link weights that it was customized for.

    ``u``, ``v`` and the weights (``forward``, ``backward``: shape (1 + K, links)) are those given
    to ``build_topology`` and ``customize``; only row 0 of the weighting is looked at, so that any
    number of further rows may be summed along paths.
    """

    topology: Topology
    weighting: Weighting
    u: Ints
    v: Ints
    forward: Floats
    backward: Floats

    def __post_init__(self) -> None:
        links = len(self.topology.arc_of_link)
        shapes = {self.forward.shape[1:], self.backward.shape[1:], self.u.shape, self.v.shape}
        if shapes != {(links,)} or len(self.forward) != len(self.backward):
            raise InputError(f"paths need ends and weights of all {links} links")

    def shortest(self, source: int, target: int) -> Path | None:
        """The best path from one node to another, or None if there is none.

        No node is passed twice: where links of no weight would lead in a circle, it is cut off.

        Raises
        ------
        InputError
            If a node does not exist, or the weights are not those of the weighting.
        """
        t = self.topology
        _check(t, source, target)
        up, down = self.weighting.up[0], self.weighting.down[0]
        cost, arcs, tails, rises = trace(t.first, t.head, t.parent, up, down, source, target)
        if not np.isfinite(cost):
            return None
        along, against = self.forward[0], self.backward[0]
        links, forward, fits = unpack(
            t.first, t.head, t.below_first, t.below_tail, t.below_arc, up, down,
            *t.links_of_arc, t.link_is_up, _float32(along), _float32(against),
            arcs, tails, rises,
        )  # fmt: skip
        if not fits:
            raise InputError("the link weights are not those that the weighting was made of")
        ends = np.where(forward, self.v[links], self.u[links])
        nodes = np.concatenate([[source], ends]).astype(np.int32)
        keep = _without_circles(nodes)
        if len(keep) < len(links):
            links, forward = links[keep], forward[keep]
            nodes = np.concatenate([nodes[:1], nodes[keep + 1]])
        totals = np.where(forward, self.forward[:, links], self.backward[:, links])
        return Path(float(cost), links, forward, nodes, totals.sum(axis=1, dtype=np.float64))


def one_to_many(
    topology: Topology,
    weighting: Weighting,
    source: int,
    targets: NDArray[np.integer],
    *,
    reverse: bool = False,
) -> Floats:
    """Best weights from one node to some, or with ``reverse`` from those to the one.

    Only ancestors of the ends are visited, nothing is prepared: thousands of targets take some
    milliseconds. Backwards the same weights are added from the other end, which rounds
    differently.

    Returns
    -------
    array of shape (1 + K, targets)
        ``inf`` where there is no way.

    Raises
    ------
    InputError
        If a node does not exist.
    """
    _check(topology, source, *((targets.min(), targets.max()) if len(targets) else ()))
    keep = np.zeros(topology.node_count, np.bool_)
    mark(topology.parent, targets.astype(np.int32), keep)
    up, down = weighting.up, weighting.down
    if reverse:
        up, down = down, up
    found = spread(
        topology.first, topology.head, topology.parent, up, down, source, np.flatnonzero(keep)
    )
    return np.ascontiguousarray(found[targets].T, np.float32)


def _check(topology: Topology, *nodes: int) -> None:
    for node in nodes:
        if not 0 <= node < topology.node_count:
            raise InputError(f"node {node} is outside 0..{topology.node_count - 1}")


def _float32(weights: NDArray[np.floating]) -> Floats:
    return np.asarray(weights, np.float32)


def _without_circles(nodes: Ints) -> NDArray[np.intp]:
    """Steps of a walk that remain when every return to a node is cut off."""
    steps = np.arange(len(nodes) - 1)
    if len(np.unique(nodes)) == len(nodes):
        return steps
    kept: list[int] = []
    at = {int(nodes[0]): 0}
    for step in steps:
        node = int(nodes[step + 1])
        if node in at:
            for gone in kept[at[node] :]:
                del at[int(nodes[gone + 1])]
            del kept[at[node] :]
        else:
            kept.append(int(step))
            at[node] = len(kept)
    return np.array(kept, np.intp)
