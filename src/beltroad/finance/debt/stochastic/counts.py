"""How many paths are above a threshold, cross a limit, or do not come to rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts", "count"]

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Numbers of paths.

    Attributes
    ----------
    above
        Above the threshold, by year.
    crossed
        Above the limit in ``breach`` years so far, by year.
    rising
        Above the level of ``lookback`` years before, by year; 0 where that year is not known.
    higher
        Above the last known value, by year.
    ever, breach
        Above the threshold in any year, in ``breach`` years of the window.
    """

    above: Index
    crossed: Index
    rising: Index
    higher: Index
    ever: int
    breach: int


def count(
    burden: Array,
    start: float,
    threshold: float,
    limit: float,
    *,
    lookback: int,
    window: int,
    breach: int,
) -> Counts:
    """Count the paths of ``burden`` (year, path).

    ``start`` is the last known value, ``window`` the place of the window's last year; NaN for
    what is not given: nothing is above it.
    """
    years, paths = burden.shape
    above, crossed = np.zeros(years, np.int64), np.zeros(years, np.int64)
    over, broken = np.zeros(paths, np.int16), np.zeros(paths, np.int16)
    for j in range(years):
        up = burden[j] > threshold
        above[j] = np.count_nonzero(up)
        if j <= window:
            over += up
        broken += up if limit == threshold else burden[j] > limit
        crossed[j] = np.count_nonzero(broken >= breach)
    rising = np.zeros(len(burden), np.int64)
    before = lookback - 1
    rising[before : before + 1] = np.count_nonzero(burden[before : before + 1] > start, axis=1)
    rising[lookback:] = np.count_nonzero(burden[lookback:] > burden[:-lookback], axis=1)
    return Counts(
        above,
        crossed,
        rising,
        np.count_nonzero(burden > start, axis=1),
        int(np.count_nonzero(over)),
        int(np.count_nonzero(over >= breach)),
    )
