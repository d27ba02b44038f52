"""Link flows: demand between all pairs loaded on its best ways, and which pairs use which links.

The sweep that finds the distances also says by which arc each node was reached. Demand runs back
along these trees, which gives the flow on every arc; from the highest arcs to the lowest it is
then handed to the link or the two arcs that each consists of. The ways are those of
:func:`~beltroad.infrastructure.engine.hierarchy.many_to_many`, ties included, so that flows times
weights add up to demand times distances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.engine._flow_kernels import collect, load, make_up, settle, stain
from beltroad.infrastructure.engine._kernels import LANES, sweep
from beltroad.infrastructure.engine.hierarchy import Plan, Topology, Weighting

__all__ = ["Assignment", "LinkFlows", "Usage"]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Bits = NDArray[np.uint64]
_T = TypeVar("_T")
_WORD = 64  # groups of links told apart in one pass, a bit each


@dataclass(frozen=True)
class LinkFlows:
    """Flow on every link from its first node to its second and back, in units of the demand.

    ``unserved`` is the demand between nodes that no way joins; demand from a node to itself uses
    no link.
    """

    forward: Array
    backward: Array
    unserved: float


@dataclass(frozen=True)
class Usage:
    """Which relations use which groups of links; ``bits`` has shape (words, sources, targets)."""

    bits: Bits
    groups: int

    def uses(self, group: int) -> NDArray[np.bool_]:
        """Whether the way from each source to each target uses a link of the group."""
        if not 0 <= group < self.groups:
            raise InputError(f"group {group} is outside 0..{self.groups - 1}")
        word, bit = divmod(group, _WORD)
        return np.asarray((self.bits[word] & np.uint64(1 << bit)) != 0)

    def used(self, demand: Array) -> NDArray[np.bool_]:
        """Whether any demand above 0 uses each group: shape (groups,)."""
        there = demand > 0
        words = [np.bitwise_or.reduce(word[there]) for word in self.bits]
        return np.array(
            [bool(int(words[k // _WORD]) >> k % _WORD & 1) for k in range(self.groups)], np.bool_
        )

    def demand(self, demand: Array) -> Array:
        """Demand that uses each group, of all that is given: shape (groups,)."""
        _check_demand(demand, self.bits.shape[1:])
        return np.array([demand[self.uses(group)].sum() for group in range(self.groups)])


@dataclass(frozen=True)
class Assignment:
    """Best ways between the terminals of a plan, ready to be loaded.

    ``forward`` and ``backward`` are the link weights (row 0 of shape (1 + K, links)) that the
    weighting was customized for.
    """

    topology: Topology
    plan: Plan
    weighting: Weighting
    forward: Floats
    backward: Floats
    threads: int = 1

    def flows(self, demand: Array) -> LinkFlows:
        """Demand (shape (sources, targets)) loaded on its best ways.

        Raises
        ------
        InputError
            If the demand has another shape or a value that is negative or not finite.
        """
        plan = self.plan
        demand = np.ascontiguousarray(demand, np.float64)
        _check_demand(demand, (len(plan.sources), len(plan.targets)))

        def run(start: int) -> tuple[Array, Array, float]:
            block = plan.sources[start : start + LANES]
            dist, rise, fall = self._sweep(block)
            part = demand[start : start + len(block)]
            up, down, unserved = load(
                plan.head, plan.tail, plan.parent, block, plan.targets, part, dist, rise, fall
            )
            return up, down, unserved

        on_plan, unserved = np.zeros((2, len(plan.arcs))), 0.0
        for up, down, missed in self._each_block(run):
            on_plan[0] += up
            on_plan[1] += down
            unserved += missed
        flow = np.zeros((2, self.topology.arc_count))
        flow[:, plan.arcs] = on_plan
        forward, backward = settle(self._parts, self.topology.link_is_up, flow)
        return LinkFlows(forward, backward, unserved)

    def usage(self, groups: Sequence[NDArray[np.integer]]) -> Usage:
        """Which relations use any link of each group, in either direction.

        A group is an array of rows of links; up to 64 groups are told apart in one pass.

        Raises
        ------
        InputError
            If a group names a link that does not exist.
        """
        plan, links = self.plan, len(self.topology.arc_of_link)
        words = -(-len(groups) // _WORD)
        bits = np.zeros((words, len(plan.sources), len(plan.targets)), np.uint64)
        of_arc = []
        for word in range(words):
            of_link = np.zeros(links, np.uint64)
            for bit, rows in enumerate(groups[word * _WORD : (word + 1) * _WORD]):
                if len(rows) and (np.min(rows) < 0 or np.max(rows) >= links):
                    raise InputError(
                        f"group {word * _WORD + bit} names a link outside 0..{links - 1}"
                    )
                of_link[rows] |= np.uint64(1 << bit)
            of_arc.append(stain(self._parts, of_link)[:, plan.arcs])

        def run(start: int) -> None:
            block = plan.sources[start : start + LANES]
            _, rise, fall = self._sweep(block)
            for word, (up, down) in enumerate(of_arc):
                bits[word, start : start + len(block)] = collect(
                    plan.head, plan.tail, plan.parent, up, down, block, plan.targets, rise, fall
                )

        for _ in self._each_block(run):
            pass
        return Usage(bits, len(groups))

    @property
    def parts(self) -> Ints:
        """What each arc is made of, for the ways up and down: shape (2, arcs, 2).

        A link and -1, or the arc down to the middle and the arc up from it.
        """
        return self._parts

    def sweep(self, block: Ints) -> tuple[Array, Ints, Ints]:
        """Distances from some of the plan's sources, and the arcs by which nodes are reached."""
        return self._sweep(block)

    def blocks(self, run: Callable[[int, Ints], _T]) -> Iterator[_T]:
        """Run all blocks of the plan's sources, each told its first source; results in order."""
        sources = self.plan.sources
        return self._each_block(lambda start: run(start, sources[start : start + LANES]))

    @cached_property
    def _parts(self) -> Ints:
        """What each arc is made of, for both directions: shape (2, arcs, 2)."""
        t = self.topology
        parts, fits = make_up(
            t.first, t.head, t.below_first, t.below_tail, t.below_arc,
            self.weighting.up[0], self.weighting.down[0], *t.links_of_arc, t.link_is_up,
            np.asarray(self.forward[0], np.float32), np.asarray(self.backward[0], np.float32),
        )  # fmt: skip
        if not fits:
            raise InputError("the link weights are not those that the weighting was made of")
        return np.asarray(parts)

    @cached_property
    def _arcs(self) -> tuple[Array, Array]:
        """Minimised weights of the plan's arcs."""
        plan = self.plan
        return self.weighting.up[0, plan.arcs], self.weighting.down[0, plan.arcs]

    def _sweep(self, block: Ints) -> tuple[Array, Ints, Ints]:
        plan = self.plan
        dist, rise, fall = sweep(plan.first, plan.head, plan.parent, *self._arcs, block)
        return dist, rise, fall

    def _each_block(self, run: Callable[[int], _T]) -> Iterator[_T]:
        """Run all blocks of sources; results in order, however many threads there are."""
        starts = range(0, len(self.plan.sources), LANES)
        if self.threads == 1:
            yield from map(run, starts)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(run, starts)


def _check_demand(demand: Array, shape: tuple[int, ...]) -> None:
    if demand.shape != tuple(shape):
        raise InputError(f"demand must have shape {tuple(shape)}, not {demand.shape}")
    if not (np.all(demand >= 0) and np.all(np.isfinite(demand))):
        raise InputError("demand must be zero or more, and finite")
