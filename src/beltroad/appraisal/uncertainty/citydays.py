"""Days between economies for any value of time and mode choice, from what is certain.

The same numbers as :class:`beltroad.appraisal.levels.Measure` gives, for the pairs of cities
that the trade model needs and with the choice between land and sea worked out only where there
is one, and only for states in which it differs from the base.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.shipments.modes import ModeChoice, Split, effective_days

__all__ = ["STATES", "CityDays"]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Hours = dict[str, dict[str, Floats]]
MODES = ("land", "sea")
BASE = "economy"
STATES = ("before", "after", BASE)


@dataclass(frozen=True)
class CityDays:
    """Fastest hours between cities, one entry a pair that counts.

    Attributes
    ----------
    count
        Number of economies of the trade model.
    pair
        ``importer * count + exporter`` of each pair of cities.
    weight
        Share of the pair of cities in its pair of economies; sums to one.
    hours
        By state and mode; ``inf`` where there is no way.
    usd
        Freight money by mode, held at its base.
    switch
        Whether shippers choose again between land and sea.
    """

    count: int
    pair: NDArray[np.int32]
    weight: Array
    hours: Hours
    usd: dict[str, Array]
    switch: bool

    @staticmethod
    def of(
        economies: tuple[str, ...],
        city_country: NDArray[np.str_],
        population: Array,
        reachable: NDArray[np.bool_],
        hours: Hours,
        usd: dict[str, Array],
        *,
        switch: bool,
        domestic: bool,
    ) -> CityDays:
        """From matrices of cities, [origin, destination]; ``reachable`` in every state."""
        place = {code: k for k, code in enumerate(economies)}
        at = np.array([place.get(str(code), -1) for code in city_country])
        keep = reachable & (at >= 0)[:, None] & (at >= 0) & ~np.eye(len(at), dtype=bool)
        if not domestic:
            keep &= at[:, None] != at
        origin, destination = np.nonzero(keep)
        total = np.bincount(np.maximum(at, 0), np.where(at >= 0, population, 0.0))
        share = np.where(at >= 0, population / total[np.maximum(at, 0)], 0.0)
        count = len(economies)
        pair = at[destination] * count + at[origin]
        weight = share[origin] * share[destination]
        weight /= np.bincount(pair, weight, minlength=count * count)[pair]
        return CityDays(
            count,
            pair.astype(np.int32),
            weight,
            {s: {m: np.asarray(hours[s][m][keep]) for m in MODES} for s in STATES},
            {m: np.asarray(usd[m][keep], np.float64) for m in MODES},
            switch,
        )

    @cached_property
    def _choice(self) -> NDArray[np.intp]:
        """Pairs with a way by land in some state and one by sea in some state."""
        known = {
            mode: np.logical_or.reduce([np.isfinite(self.hours[s][mode]) for s in STATES])
            for mode in MODES
        }
        return np.flatnonzero(known["land"] & known["sea"])

    @cached_property
    def _moved(self) -> dict[str, NDArray[np.intp]]:
        """Among the pairs with a choice, those whose hours in a state differ from the base."""
        chosen, base = self._choice, self.hours[BASE]
        return {
            state: np.flatnonzero(
                (self.hours[state]["land"][chosen] != base["land"][chosen])
                | (self.hours[state]["sea"][chosen] != base["sea"][chosen])
            )
            for state in STATES
        }

    def mean_days(
        self, choice: ModeChoice, usd_per_day: float, factor: dict[str, float]
    ) -> dict[str, Array]:
        """Days that shippers reckon with, by state; (importer, exporter), 0 where no way is known.

        Parameters
        ----------
        usd_per_day
            What a day costs a TEU.
        factor
            By mode: days in transit as a multiple of those computed, in every state.
        """
        chosen = self._choice
        days = {
            s: {m: self.hours[s][m].astype(np.float64) * (factor[m] / 24.0) for m in MODES}
            for s in STATES
        }
        at = {s: {m: days[s][m][chosen] for m in MODES} for s in STATES}
        split = Split.at(choice, at[BASE], {m: self.usd[m][chosen] for m in MODES}, usd_per_day)
        before = split.weighted(at[BASE])
        fastest = np.fmin(at[BASE]["land"], at[BASE]["sea"])
        base = np.where(np.isinf(before), fastest, np.fmax(before, fastest))
        out: dict[str, Array] = {}
        for state in STATES:
            reckoned = np.fmin(days[state]["land"], days[state]["sea"])
            moved, mine = self._moved[state], base.copy()
            if len(moved):
                there = {m: at[state][m][moved] for m in MODES}
                mine[moved] = effective_days(split.at_pairs((moved,)), there, switch=self.switch)
            reckoned[chosen] = mine
            mean = np.bincount(self.pair, self.weight * reckoned, minlength=self.count**2)
            out[state] = np.asarray(mean.reshape(self.count, self.count), np.float64)
        return out
