r"""Uniform numbers of each draw, the same whatever the order, the machine or the scenario.

Draws come in blocks. Within a block every input is a Latin hypercube of its own (McKay, Beckman
and Conover, 1979): each of the equal slices of its distribution is met once, in random order.
Blocks are independent, so that more draws are more blocks and their spread gives the error.

A number rests on the seed, the name of its input, the number of its block and nothing else. Two
scenarios with the same seed therefore share the draws of every input they have in common (common
random numbers), and a difference between them is not blurred by different luck.

Members of a family share a factor: with correlation :math:`\rho` of the normal scores

.. math:: z_k = \sqrt\rho\, z_0 + \sqrt{1 - \rho}\, \epsilon_k, \qquad u_k = \Phi(z_k).

An input tied to another (the delay of a project to its cost) takes a share :math:`r` of the other's
score, :math:`z'_k = r z_c + \sqrt{1 - r^2}\, z_k`, and rests on its name, too. A group that is
exchanged for a partner's takes its own numbers from there: what a delay owes to cost counts as
cost's, so that groups stay independent and the variance can be split.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.appraisal.uncertainty.distributions import Fixed
from beltroad.appraisal.uncertainty.inputs import GROUPS, UncertainInput
from beltroad.errors import InputError
from beltroad.normal import ndtr, ndtri

__all__ = ["BLOCK", "Plan", "block_values", "mixed_values", "split_groups", "stratified"]

Array = NDArray[np.float64]
BLOCK = 16


@dataclass(frozen=True)
class Plan:
    """How often is drawn. ``groups`` are exchanged one by one in ``pairs`` of the draws."""

    seed: int
    draws: int
    pairs: int
    groups: tuple[str, ...]

    def __post_init__(self) -> None:
        if not (self.draws >= 2 and self.pairs >= 0):
            raise InputError(f"draws must be at least 2 and pairs not below 0, not {self}")

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.draws // BLOCK)

    def rows(self, block: int) -> tuple[int, int]:
        """Draws of a block, and how many of them, from the first on, have a partner.

        Partners are spread evenly over the blocks, so that workers have equal loads.
        """
        size = np.full(self.blocks, BLOCK)
        size[-1] = self.draws - BLOCK * (self.blocks - 1)
        pairs = np.zeros(self.blocks, dtype=int)
        left = min(self.pairs, self.draws)
        while left:
            room = np.flatnonzero(pairs < size)
            share = max(left // len(room), 1)
            for k in room[:left]:
                pairs[k] += min(share, int(size[k] - pairs[k]))
            left = min(self.pairs, self.draws) - int(pairs.sum())
        return int(size[block]), int(pairs[block])


def stratified(seed: int, name: str, block: int, *, partner: bool = False) -> Array:
    """One uniform number a draw of a block, one in each of ``BLOCK`` equal slices."""
    words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], np.uint32)
    random = np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, *words.tolist(), block, int(partner)]))
    )
    return (random.permutation(BLOCK) + random.random(BLOCK)) / BLOCK


def block_values(
    inputs: Sequence[UncertainInput], seed: int, block: int, *, partner: bool = False
) -> Array:
    """Values of all inputs in a block of draws, or of their partners; (draw, input)."""
    numbers = _Numbers(inputs, seed, block)
    return numbers.values(range(len(inputs)), frozenset(GROUPS) if partner else frozenset())


def mixed_values(
    inputs: Sequence[UncertainInput], seed: int, block: int, group: str, own: Array, partner: Array
) -> Array:
    """Values of a block of draws with one group from their partners; (draw, input).

    ``own`` and ``partner`` are what :func:`block_values` gives.
    """
    out = np.where(np.array([each.group == group for each in inputs]), partner, own)
    numbers = _Numbers(inputs, seed, block)
    across = [
        k for k, each in enumerate(inputs)
        if (other := numbers.tied.get(each.name)) is not None
        and other.group != each.group and group in (other.group, each.group)
    ]  # fmt: skip
    out[:, across] = numbers.values(across, frozenset({group}))
    return out


class _Numbers:
    """Numbers of a block, those of the groups in ``swapped`` taken from the partners."""

    def __init__(self, inputs: Sequence[UncertainInput], seed: int, block: int) -> None:
        self._inputs, self._seed, self._block = inputs, seed, block
        named = {each.name: each for each in inputs}
        # What an input is tied to; a number that is certain has no score to be tied to.
        self.tied = {
            each.name: other for each in inputs
            if (other := named.get(each.tied_to)) is not None and not other.distribution.certain
        }  # fmt: skip
        self._factors: dict[tuple[str, bool], Array] = {}

    def values(self, places: Sequence[int], swapped: frozenset[str]) -> Array:
        out = np.empty((BLOCK, len(places)))
        for column, k in enumerate(places):
            each = self._inputs[k]
            if isinstance(each.distribution, Fixed):
                out[:, column] = each.distribution.value
                continue
            uniform = self._uniform(each, swapped)
            other = self.tied.get(each.name)
            if other is not None:
                score = each.tie * ndtri(self._uniform(other, swapped))
                uniform = ndtr(score + np.sqrt(1.0 - each.tie**2) * ndtri(uniform))
            out[:, column] = each.distribution.quantile(uniform)
        return out

    def _uniform(self, each: UncertainInput, swapped: frozenset[str]) -> Array:
        """The input's number, apart from what it is tied to."""
        other = each.group in swapped
        uniform = stratified(self._seed, each.name, self._block, partner=other)
        if each.shared > 0:
            key = each.family, other
            if key not in self._factors:
                name = f"all of {each.family}"
                self._factors[key] = ndtri(stratified(self._seed, name, self._block, partner=other))
            score = np.sqrt(each.shared) * self._factors[key]
            if each.shared < 1:
                score = score + np.sqrt(1.0 - each.shared) * ndtri(uniform)
            uniform = ndtr(score)
        return uniform


def split_groups(inputs: Sequence[UncertainInput]) -> tuple[str, ...]:
    """Groups with something uncertain in them, in their order."""
    found = {each.group for each in inputs if not each.distribution.certain}
    return tuple(group for group in GROUPS if group in found)
