"""From pairs of cities to pairs of economies, weighted by population."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError

__all__ = ["PairWeights"]

Array = NDArray[np.float64]


class PairWeights:
    """Weights that turn a city-by-city matrix into an economy-by-economy one.

    The weight of a pair of cities is the product of their shares in the population of the
    economy's cities; pairs that cannot be reached in ``reachable`` are left out and the rest
    weighs more. A mean over an economy with itself covers pairs of different cities.
    """

    def __init__(
        self, country: NDArray[np.str_], population: Array, reachable: NDArray[np.bool_]
    ) -> None:
        if not np.all(population > 0):
            raise InputError("every city needs a population above 0 to be a weight")
        self.countries, place = np.unique(country, return_inverse=True)
        total = np.bincount(place, population)
        self._order = np.argsort(place, kind="stable")
        self._first = np.searchsorted(place[self._order], np.arange(len(self.countries)))
        self._place, self._own = place, population / total[place]
        self._share = self._own[self._order]
        self.reachable = reachable & ~np.eye(len(country), dtype=bool)
        self.total = self._sum(self.reachable.astype(np.float64))

    def mean(self, matrix: Array) -> Array:
        """Weighted mean by pair of economies (origin, destination); NaN where none is reachable."""
        known = np.where(self.reachable, matrix, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            out = self._sum(known) / self.total
        return np.where(self.total > 0, out, np.nan)

    def mean_at(self, pairs: tuple[NDArray[np.intp], ...], values: Array) -> Array:
        """The same as :meth:`mean` of a matrix that is 0 but for ``values`` at some pairs."""
        at, to = pairs
        counted = self.reachable[pairs]
        weighted = values[counted] * self._own[at[counted]] * self._own[to[counted]]
        n = len(self.countries)
        block = self._place[at[counted]] * n + self._place[to[counted]]
        sums = np.bincount(block, weighted, minlength=n * n).reshape(n, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(self.total > 0, sums / self.total, np.nan))

    def _sum(self, matrix: Array) -> Array:
        """Weighted sums over blocks of cities, one economy against another."""
        rows = np.add.reduceat(matrix[self._order] * self._share[:, None], self._first, axis=0)
        return np.asarray(
            np.add.reduceat(rows[:, self._order] * self._share, self._first, axis=1), np.float64
        )
