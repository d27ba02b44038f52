"""Gini index of a population made of groups, each lognormal with the same spread.

For X and Y lognormal with means a and b and the same standard deviation t of logs,

    E|X - Y| = a (2 Phi(u) - 1) + b (2 Phi(v) - 1),
    u = (ln(a/b) + t^2) / (t sqrt 2),  v = (ln(b/a) + t^2) / (t sqrt 2),

and the Gini index is half the mean of that over all pairs of people over the mean (Gini's mean
difference). One group gives ``2 Phi(t / sqrt 2) - 1`` (Aitchison and Brown, 1957, ch. 11); without
spread it is the between-group term of the usual decomposition (Lambert and Aronson, 1993, Economic
Journal 103), which leaves out that people of different groups overlap.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beltroad.errors import InputError
from beltroad.normal import ndtr, ndtri

__all__ = ["gini_of_groups", "spread_of_gini"]

#: Below this spread of logs a group counts as equal within.
_EQUAL = 1e-9


def gini_of_groups(shares: ArrayLike, means: ArrayLike, spread: float = 0.0) -> float:
    """Gini index (0-100) of groups of people.

    Parameters
    ----------
    shares : (n,)
        Share of people in each group; scaled to sum to one.
    means : (n,)
        Mean income of each group, above 0 where the group has people.
    spread
        Standard deviation of log income within every group, 0 or more.

    Raises
    ------
    InputError
        If a share or mean cannot be used.
    """
    people, mean = _groups(shares, means)
    if not (math.isfinite(spread) and spread >= 0.0):
        raise InputError(f"spread {spread:g}: give the standard deviation of logs, 0 or more")
    average = float(people @ mean)
    a, b = mean[:, None], mean[None, :]
    if spread < _EQUAL:
        distance: NDArray[np.float64] = np.abs(a - b)
    else:
        wide = spread * math.sqrt(2.0)
        upper = (np.log(a / b) + spread**2) / wide
        tail = 2.0 * ndtr(upper) - 1.0
        distance = a * tail + b * tail.T
    return float(100.0 * (people @ distance @ people) / (2.0 * average))


def spread_of_gini(gini: float, shares: ArrayLike, means: ArrayLike) -> float:
    """Spread of logs within groups with which they have this Gini index (0-100): the inverse.

    Returns
    -------
    float
        NaN if the groups' means alone give as much or more.

    Raises
    ------
    InputError
        If the Gini index is not between 0 and 100, or a share or mean cannot be used.
    """
    if not 0.0 < gini < 100.0:
        raise InputError(f"gini must lie between 0 and 100 (in percent), found {gini:g}")
    people, mean = _groups(shares, means)
    if gini_of_groups(people, mean) >= gini:
        return math.nan
    # Groups that differ only add: the spread of one group is the most there can be.
    low, high = 0.0, float(math.sqrt(2.0) * ndtri((1.0 + gini / 100.0) / 2.0))
    return _root(lambda spread: gini_of_groups(people, mean, spread) - gini, low, high)


def _root(miss: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero: false position, a stuck end weighed down (Illinois)."""
    below, above = miss(low), miss(high)
    if above <= 0.0:
        return high
    stuck = 0
    for _ in range(100):
        middle = high - above * (high - low) / (above - below)
        found = miss(middle)
        if abs(found) < 1e-12 or high - low < 1e-12:
            return middle
        if found < 0.0:
            low, below = middle, found
            above = above / 2.0 if stuck < 0 else above
            stuck = -1
        else:
            high, above = middle, found
            below = below / 2.0 if stuck > 0 else below
            stuck = 1
    return middle


def _groups(shares: ArrayLike, means: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    people, mean = np.asarray(shares, float), np.asarray(means, float)
    if people.shape != mean.shape or people.ndim != 1 or not people.size:
        raise InputError("groups: give as many shares as means, at least one")
    if not (np.isfinite(people).all() and (people >= 0.0).all() and people.sum() > 0.0):
        raise InputError("groups: shares must be numbers of 0 or more with a sum above 0")
    kept = people > 0.0
    people, mean = people[kept] / people[kept].sum(), mean[kept]
    if not (np.isfinite(mean).all() and (mean > 0.0).all()):
        raise InputError("groups: means must be numbers above 0")
    # Groups with the same mean are one: 50 industries in three sectors are nine pairs, not 2500.
    _, first, group = np.unique(np.round(np.log(mean), 12), return_index=True, return_inverse=True)
    return np.asarray(np.bincount(group, people), float), mean[first]
