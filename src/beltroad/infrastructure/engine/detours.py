"""What quicker links change in a matrix of best ways, without working the matrix out again.

Where no link became slower, a best way is the old one or leads over a link that became quicker.
Let *gates* be the nodes where a way can leave such links: nodes with an open link besides them,
and terminals. Behind the last quicker link a way runs over old links from a gate on, so that

    new(s, t) = min(old(s, t), min over gates g of new(s, g) + old(g, t)),

and only gates that became nearer to ``s`` count. Seen from the few gates all terminals take three
sweeps, where the whole matrix takes one per 64 sources.

Pairs that gain nothing keep their value to the last bit; those that gain are the same sums in
another order, so that float32 rounds them alike but for a rare last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.engine._detour_kernels import LANES, fan, shorten
from beltroad.infrastructure.engine._kernels import mark
from beltroad.infrastructure.engine.hierarchy import Plan, Topology, Weighting

__all__ = ["Detours", "gates_of"]

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float32]
Array = NDArray[np.float64]


def gates_of(
    node_count: int, u: Ints, v: Ints, open_links: NDArray[np.bool_],
    changed: NDArray[np.integer], terminals: Ints,
) -> Ints:  # fmt: skip
    """Nodes where a way can leave the changed links: other open links meet there, or it ends.

    Parameters
    ----------
    u, v
        Ends of all links.
    open_links
        Which of them can be travelled in at least one direction.
    changed
        Rows of the changed links.
    """
    touched, gate = np.zeros(node_count, np.bool_), np.zeros(node_count, np.bool_)
    touched[u[changed]] = touched[v[changed]] = True
    rest = open_links & (touched[u] | touched[v])
    rest[changed] = False
    gate[u[rest]] = gate[v[rest]] = True
    gate[terminals] = True
    return np.flatnonzero(touched & gate).astype(np.int32)


@dataclass(frozen=True)
class Detours:
    """A topology seen from any few of its nodes to and from fixed terminals.

    Attributes
    ----------
    place
        Number of each node of the topology within the plan of the terminals, -1 outside.
    begin
        First arc, in the topology, of each node of the plan.
    """

    topology: Topology
    plan: Plan
    place: Ints
    begin: Longs

    @staticmethod
    def between(topology: Topology, terminals: Ints) -> Detours:
        """Prepare for ways from all terminals to all terminals."""
        keep = np.zeros(topology.node_count, np.bool_)
        mark(topology.parent, np.asarray(terminals, np.int32), keep)
        nodes = np.flatnonzero(keep)
        place = np.full(topology.node_count, -1, np.int32)
        place[nodes] = np.arange(len(nodes), dtype=np.int32)
        plan = Plan.between(topology, terminals, terminals)
        return Detours(topology, plan, place, topology.first[nodes])

    def quicker(
        self, ways: Floats, before: Weighting, after: Weighting, gates: Ints
    ) -> Floats | None:
        """The matrix after links became quicker, or None if no way gains.

        Parameters
        ----------
        ways
            Best weights between the terminals before, shape (terminals, terminals), as
            :func:`~beltroad.infrastructure.engine.hierarchy.many_to_many` has them; left as is.
        before, after
            The weightings; no arc may be heavier after than before.
        gates
            From :func:`gates_of`.

        Raises
        ------
        InputError
            If the matrix does not fit the terminals.
        """
        count = len(self.plan.sources)
        if ways.shape != (count, count):
            raise InputError(f"ways must have shape {(count, count)}, not {ways.shape}")
        old = self.seen_from(before, gates, backwards=True)
        new = self.seen_from(after, gates, backwards=True)
        nearer = (new < old).any(axis=1)
        if not nearer.any():
            return None
        onward = self.seen_from(before, gates[nearer])
        out = ways.copy()
        return out if shorten(old[nearer], new[nearer], onward, out) else None

    def seen_from(self, weighting: Weighting, nodes: Ints, *, backwards: bool = False) -> Array:
        """Best weights from nodes to the terminals, ``backwards`` from those to the nodes.

        Returns
        -------
        array of shape (nodes, terminals)
            ``inf`` where there is no way.
        """
        t, plan = self.topology, self.plan
        up, down = weighting.up[0], weighting.down[0]
        if backwards:
            up, down = down, up
        out = np.empty((len(nodes), len(plan.targets)))
        for start in range(0, len(nodes), LANES):
            block = nodes[start : start + LANES]
            found = fan(
                t.first, t.head, t.parent, up, down, self.place, self.begin, plan.first, plan.head,
                block,
            )  # fmt: skip
            out[start : start + LANES] = found[plan.targets, : len(block)].T
        return out
