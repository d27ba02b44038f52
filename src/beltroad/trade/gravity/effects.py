"""Separation, and the fixed effects that balance given costs with given flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from beltroad.errors import ConvergenceError

__all__ = ["Pruned", "balance", "prune"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
SWEEPS = 20_000


@dataclass(frozen=True)
class Pruned:
    """Rows that an estimate can use, and why it cannot use the others.

    ``separated`` rows lie in a group (an exporter and year, say) without any trade, or two kinds
    of effects together can push their prediction to zero without moving any other: they say
    nothing. ``single`` rows are alone in their group, whose effect fits them exactly.
    """

    keep: npt.NDArray[np.bool_]
    separated: npt.NDArray[np.bool_]
    single: npt.NDArray[np.bool_]


def prune(flow: Array, groups: Sequence[Codes]) -> Pruned:
    """Drop separated rows and groups of one row until nothing changes."""
    keep = np.ones(len(flow), bool)
    separated, single = np.zeros_like(keep), np.zeros_like(keep)
    while True:
        before = int(keep.sum())
        for group in groups:
            size = int(group.max()) + 1 if len(group) else 0
            total = np.bincount(group[keep], flow[keep], size)
            empty = keep & (total[group] <= 0)
            separated |= empty
            keep &= ~empty
            count = np.bincount(group[keep], minlength=size)
            alone = keep & (count[group] == 1)
            single |= alone
            keep &= ~alone
        for one, other in combinations(groups, 2):
            rows = np.flatnonzero(keep)
            apart = rows[_between_blocks(flow[rows], one[rows], other[rows])]
            separated[apart] = True
            keep[apart] = False
        if int(keep.sum()) == before:
            return Pruned(keep, separated, single)


def _between_blocks(flow: Array, one: Codes, other: Codes) -> npt.NDArray[np.bool_]:
    """Rows without trade that two kinds of effects separate.

    Trade ties groups into blocks. Within a block effects are fixed but for a constant that moves
    between the two kinds; a row from one block's first kind to another's second kind falls when
    the first block's constant does. All rows between blocks can fall at once where no chain of
    such rows leads back (Correia, Guimaraes and Zylkin 2021 give the general condition).
    """
    none = np.zeros(len(flow), bool)
    if len(flow) == 0 or (flow > 0).all():
        return none
    size = int(one.max()) + 1
    label = np.arange(size + int(other.max()) + 1)
    a, b = one[flow > 0], other[flow > 0] + size
    while True:
        least = np.minimum(label[a], label[b])
        new = label.copy()
        np.minimum.at(new, a, least)
        np.minimum.at(new, b, least)
        new = new[new]
        if np.array_equal(new, label):
            break
        label = new
    start, end = label[one], label[other + size]
    across = start != end
    if not across.any():
        return none
    blocks, place = np.unique(np.concatenate([start[across], end[across]]), return_inverse=True)
    leads = np.eye(len(blocks), dtype=bool)
    leads[place[: across.sum()], place[across.sum() :]] = True
    while True:
        further = (leads.astype(np.float32) @ leads.astype(np.float32)) > 0
        if np.array_equal(further, leads):
            break
        leads = further
    out = none.copy()
    back = leads[place[across.sum() :], place[: across.sum()]]
    out[np.flatnonzero(across)[~back]] = True
    return out


def balance(
    flow: Array, index: Array, groups: Sequence[Codes], *, tolerance: float = 1e-10
) -> list[Array]:
    """Logarithms of the effects at which predicted flows add up to ``flow`` in every group.

    These are the conditions of the Poisson estimator for its effects, given the rest of the
    index (Fally 2015; Arvis and Shepherd 2013); scaled in turn until all of them hold.

    Parameters
    ----------
    flow, index : (rows,)
        Flows, and what regressors contribute to the logarithm of predicted flows.
    groups
        Group number of each row, one array for each kind of effect.

    Returns
    -------
    list of (groups,)
        Effects; NaN for numbers that no row has, -inf for groups without trade.

    Raises
    ------
    ConvergenceError
        If a sum is still off by more than ``tolerance`` after many sweeps.
    """
    if not groups:
        return []
    shift = float(index.max())
    scale = np.exp(index - shift)
    sizes = [int(g.max()) + 1 for g in groups]
    totals = [np.bincount(g, flow, n) for g, n in zip(groups, sizes, strict=True)]
    counts = [np.bincount(g, minlength=n) for g, n in zip(groups, sizes, strict=True)]
    level = [np.ones(n) for n in sizes]
    gap = np.inf
    for _ in range(SWEEPS):
        gap = 0.0
        for k, group in enumerate(groups):
            sums = np.bincount(group, scale, sizes[k])
            factor = np.divide(totals[k], sums, out=np.ones(sizes[k]), where=sums > 0)
            used = counts[k] > 0
            gap = max(gap, float(np.abs(factor[used & (totals[k] > 0)] - 1).max(initial=0.0)))
            level[k] *= factor
            scale *= factor[group]
        if gap <= tolerance:
            break
    else:
        raise ConvergenceError(
            f"gravity: fixed effects do not balance after {SWEEPS} sweeps (gap {gap:.1e}); "
            "drop groups with hardly any trade or use fewer effects"
        )
    with np.errstate(divide="ignore"):
        out = [np.where(c > 0, np.log(v), np.nan) for c, v in zip(counts, level, strict=True)]
    out[0] = out[0] - shift
    return out
