"""Trees of best ways that are built once and loaded with many demands at a time.

:class:`~beltroad.infrastructure.engine.flows.Assignment` sweeps the network anew for each demand.
Where hundreds of demands share the same ways (the value of every link to every country, say),
only the part of each tree that leads to a target matters: some thousand arcs a source. These are
kept, numbered so that whatever is reached comes before what it is reached from, and demand runs
back along them with all demands side by side. Demand may be negative.

The ways are those of :func:`~beltroad.infrastructure.engine.hierarchy.many_to_many`, ties
included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.engine._value_kernels import grow, pour, sink, touch, unfold
from beltroad.infrastructure.engine.flows import Assignment

__all__ = ["Legs", "Trees"]

Array = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
# Demands side by side: wide enough for vector instructions, narrow enough for little memory.
SIDE_BY_SIDE = 32


@dataclass(frozen=True)
class Legs:
    """Demands over single ways, sorted by source.

    Leg ``k`` of source ``s`` (``first[s] <= k < first[s + 1]``) leads to the target ``target[k]``
    and carries ``amount[k]`` times whatever each of the demands says of its ``group[k]``.
    """

    first: Longs
    target: Ints
    group: Ints
    amount: Array

    @staticmethod
    def of(
        sources: int, source: NDArray[np.integer], target: NDArray[np.integer],
        group: NDArray[np.integer], amount: Array,
    ) -> Legs:  # fmt: skip
        """Sort legs by source and target; those that carry nothing are left out."""
        keep = np.flatnonzero(amount != 0)
        order = keep[np.lexsort((target[keep], source[keep]))]
        first = np.searchsorted(source[order], np.arange(sources + 1)).astype(np.int64)
        return Legs(
            first, target[order].astype(np.int32), group[order].astype(np.int32),
            np.asarray(amount[order], np.float64),
        )  # fmt: skip


@dataclass(frozen=True)
class Trees:
    """Best ways from each source to the targets wanted.

    Attributes
    ----------
    cost
        Minimised weight from each source to each target in float64, shape (sources, targets);
        ``inf`` where there is no way.
    place
        Entry of each target in the tree of each source, -1 where it is not wanted or out of reach.
    first, into, before
        ``first[s]:first[s + 1]`` are the entries of a source's tree: the way over an arc by which
        each was reached (-1 at the source itself) and the entry before it, counted from the
        source's first. An entry comes ahead of the one before it on its way.
    below
        What each way over an arc consists of: two further ways, or a used link and -1.
    used
        Links used, ascending: twice the link, plus one where it is used from its second node to
        its first.
    """

    cost: Array
    place: Ints
    first: Longs
    into: Ints
    before: Ints
    below: Ints
    used: Ints

    @staticmethod
    def of(assignment: Assignment, wanted: NDArray[np.bool_]) -> Trees:
        """Sweep the network once.

        Parameters
        ----------
        wanted
            Which targets each source's tree must reach, shape (sources, targets). Costs are known
            of all.

        Raises
        ------
        InputError
            If the shape is another.
        """
        plan, topology = assignment.plan, assignment.topology
        shape = (len(plan.sources), len(plan.targets))
        if wanted.shape != shape:
            raise InputError(f"wanted must have shape {shape}, not {wanted.shape}")
        cost = np.full(shape, np.inf)

        def run(start: int, block: Ints) -> tuple[Longs, Longs, Ints, Ints]:
            dist, rise, fall = assignment.sweep(block)
            cost[start : start + len(block)] = dist[plan.targets, : len(block)].T
            found: tuple[Longs, Longs, Ints, Ints] = grow(
                plan.head, plan.tail, plan.parent, block, plan.targets,
                wanted[start : start + len(block)], dist, rise, fall,
            )  # fmt: skip
            return found

        parts = list(assignment.blocks(run))
        sizes = np.concatenate([np.diff(ends, prepend=0) for ends, *_ in parts])
        first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        into = np.concatenate([part[1] for part in parts])
        known = into >= 0
        into[known] = 2 * plan.arcs[into[known] >> 1] + (into[known] & 1)
        seen = np.zeros(2 * topology.arc_count, np.bool_)
        seen[into[known]] = True
        position, below = unfold(assignment.parts, topology.link_is_up, seen)
        ways = np.full(len(into), -1, np.int32)
        ways[known] = position[into[known]]
        whole = below[:, 1] < 0
        return Trees(
            cost, np.concatenate([part[3] for part in parts]), first, ways,
            np.concatenate([part[2] for part in parts]), below, np.unique(below[whole, 0]),
        )  # fmt: skip

    def flows(self, legs: Legs, rates: Array) -> Array:
        """Load legs on their ways.

        Parameters
        ----------
        rates
            What each demand says of each group, shape (groups, demands).

        Returns
        -------
        Flow on each of the links ``used``, shape (used, demands).

        Raises
        ------
        InputError
            If a leg leads to a target that was not wanted or cannot be reached, or rates are
            not finite.
        """
        source = np.repeat(np.arange(len(legs.first) - 1), np.diff(legs.first))
        entry = self.place[source, legs.target]
        if len(entry) and entry.min() < 0:
            k = int(entry.argmin())
            raise InputError(
                f"a leg from source {source[k]} to target {legs.target[k]} has no way in the trees"
            )
        if not np.isfinite(rates).all():
            raise InputError("rates of demand must be finite")
        longest = int(np.diff(self.first).max(initial=0))
        whole = np.flatnonzero(self.below[:, 1] < 0)
        top = int(self.below[whole, 0].max(initial=-1)) + 1
        slot = np.full(top, -1, np.int32)
        slot[self.used] = np.arange(len(self.used), dtype=np.int32)
        out = np.zeros((len(self.used), rates.shape[1]))

        for start in range(0, rates.shape[1], SIDE_BY_SIDE):
            part = np.ascontiguousarray(rates[:, start : start + SIDE_BY_SIDE])
            flow = np.zeros((len(self.below), part.shape[1]))
            pour(
                self.first, self.into, self.before, longest, legs.first, entry, legs.group,
                legs.amount, part, flow,
            )  # fmt: skip
            sunk = np.zeros((len(self.used), part.shape[1]))
            sink(self.below, flow, slot, sunk)
            out[:, start : start + SIDE_BY_SIDE] = sunk
        return out

    def passes(self, links: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Which ways run over any of these links, in either direction, shape (sources, targets).

        False for targets that were not wanted.
        """
        whole = np.flatnonzero(self.below[:, 1] < 0)
        marked = np.zeros(2 + int(self.below[whole, 0].max(initial=0)), np.bool_)
        both = np.concatenate([2 * np.asarray(links), 2 * np.asarray(links) + 1])
        marked[both[both < len(marked)]] = True
        found = touch(self.first, self.into, self.before, self.below, marked, self.place)
        return np.asarray(found)
