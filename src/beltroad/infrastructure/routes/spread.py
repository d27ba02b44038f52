"""How much a trip's hours vary: from means of its parts to a distribution of the whole.

Each part of a trip (a leg in one group of countries, a border, a port call, a wait) has a mean
and a coefficient of variation (table ``variability``). Delays are lognormal; the wait for a
scheduled departure is uniform between nothing and twice its mean. Parts are independent of each
other: a late ship does not make a border slower. The parts of one line within one group of
countries share one draw, for what slows a train on one section slows it on the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import DataError
from beltroad.normal import ndtri

__all__ = ["Part", "Spread", "Variability", "spread_of"]

DRAWS = 4096


@dataclass(frozen=True)
class Part:
    """A part of a trip: what it is (component of ``variability``), where, its mean hours."""

    component: str
    group: str
    place: str
    hours: float


@dataclass(frozen=True)
class Spread:
    """Distribution of a trip's hours: mean, standard deviation, percentiles.

    ``buffer_time_index`` is the share of the mean that must be added to arrive on time in 95 of
    100 trips (Federal Highway Administration, travel time reliability measures).
    """

    mean_hours: float
    sd_hours: float
    p10_hours: float
    p50_hours: float
    p90_hours: float
    p95_hours: float

    @property
    def buffer_time_index(self) -> float:
        """(95th percentile - mean) / mean."""
        return self.p95_hours / self.mean_hours - 1 if self.mean_hours > 0 else 0.0


@dataclass(frozen=True)
class Variability:
    """Distribution and coefficient of variation by component and group of countries."""

    rows: Mapping[tuple[str, str], tuple[str, float]]

    @staticmethod
    def of(table: pd.DataFrame) -> Variability:
        """From the table ``variability``: component, country_group, distribution, cv."""
        return Variability(
            {
                (str(r["component"]), str(r["country_group"])): (
                    str(r["distribution"]), float(r["cv"]),
                )
                for r in table.to_dict("records")
            }
        )  # fmt: skip

    def at(self, component: str, group: str) -> tuple[str, float]:
        """Distribution and coefficient of variation, of the group or of all.

        Raises
        ------
        DataError
            If the table knows nothing of the component.
        """
        found = self.rows.get((component, group)) or self.rows.get((component, ""))
        if found is None:
            raise DataError(f"the table variability has no row for {component!r}")
        return found


def spread_of(parts: Iterable[Part], variability: Variability, *, seed: int = 1) -> Spread:
    """Distribution of the sum of the parts, by 4,096 draws.

    The same parts and seed give the same figures, and a part draws the same numbers in every
    trip that it belongs to, so that two routes are compared under the same luck.
    """
    total = np.zeros(DRAWS)
    mean = variance = 0.0
    merged: dict[tuple[str, str, str], float] = {}
    for part in parts:
        key = (part.component, part.group, part.place)
        merged[key] = merged.get(key, 0.0) + part.hours
    for (component, group, place), hours in merged.items():
        kind, cv = variability.at(component, group)
        total += hours * _factor(kind, cv, f"{component}|{group}|{place}", seed)
        mean += hours
        variance += (hours * (1 / np.sqrt(3) if kind == "uniform" else cv)) ** 2
    p10, p50, p90, p95 = np.quantile(total, [0.1, 0.5, 0.9, 0.95]) if merged else np.zeros(4)
    return Spread(mean, float(np.sqrt(variance)), float(p10), float(p50), float(p90), float(p95))


def _factor(kind: str, cv: float, name: str, seed: int) -> NDArray[np.float64]:
    """Draws with mean 1: evenly spread quantiles in a shuffled order that belongs to the name."""
    if cv <= 0 and kind != "uniform":
        return np.ones(DRAWS)
    order = np.random.default_rng([seed, *name.encode()]).permutation(DRAWS)
    if kind == "uniform":
        return 2 * (order + 0.5) / DRAWS
    draws = np.exp(np.sqrt(np.log1p(cv**2)) * _quantiles())
    return np.asarray(draws[order] / draws.mean())


@lru_cache(maxsize=1)
def _quantiles() -> NDArray[np.float64]:
    """Quantiles of the standard normal at the middles of DRAWS equal shares."""
    return ndtri((np.arange(DRAWS) + 0.5) / DRAWS)
