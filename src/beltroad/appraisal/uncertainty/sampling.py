r"""Uniform numbers of each draw, the same whatever the order, the machine or the scenario.

Draws come in blocks. Within a block every input is a Latin hypercube of its own (McKay, Beckman
and Conover, 1979): each of the equal slices of its distribution is met once, in random order.
Blocks are independent, so that more draws are more blocks and their spread gives the error.

A number rests on the seed, the name of its input, the number of its block and nothing else. Two
scenarios with the same seed therefore share the draws of every input they have in common (common
random numbers), and a difference between them is not blurred by different luck.

Members of a family share a factor: with correlation :math:`\rho` of the normal scores

.. math:: z_k = \sqrt\rho\, z_0 + \sqrt{1 - \rho}\, \epsilon_k, \qquad u_k = \Phi(z_k).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.appraisal.uncertainty.inputs import GROUPS, UncertainInput
from beltroad.errors import InputError
from beltroad.normal import ndtr, ndtri

__all__ = ["BLOCK", "Plan", "block_values", "split_groups", "stratified"]

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
    out = np.empty((BLOCK, len(inputs)))
    factors: dict[str, Array] = {}
    for k, each in enumerate(inputs):
        uniform = stratified(seed, each.name, block, partner=partner)
        if each.shared > 0:
            if each.family not in factors:
                common = stratified(seed, f"all of {each.family}", block, partner=partner)
                factors[each.family] = ndtri(common)
            score = np.sqrt(each.shared) * factors[each.family]
            if each.shared < 1:
                score = score + np.sqrt(1.0 - each.shared) * ndtri(uniform)
            uniform = ndtr(score)
        out[:, k] = each.distribution.quantile(uniform)
    return out


def split_groups(inputs: Sequence[UncertainInput]) -> tuple[str, ...]:
    """Groups with something uncertain in them, in their order."""
    found = {each.group for each in inputs if not each.distribution.certain}
    return tuple(group for group in GROUPS if group in found)
