"""Access: how many people and how much output a city's freight reaches, and how fast.

Everything rests on a matrix of hours between cities, ``hours[origin, destination]``, door to door
for a container: 0 from a city to itself, infinite where there is no way. A city therefore always
reaches itself, and an island without a service reaches only itself. All measures look outward,
from the origin; hand in the transpose for what can reach a city.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError

__all__ = [
    "DAYS", "FLOOR_HOURS", "change_pct", "country_means", "curve", "days_to_share",
    "market_access", "potential", "ranks", "shares", "spread", "within",
]  # fmt: skip

Array = NDArray[np.float64]
# Hours come as float32 from the network and as float64 by hand.
Hours = NDArray[np.floating[Any]]
DAYS = (1.0, 3.0, 7.0, 14.0)
# Below a day nearness to a market is no longer worth more: a choice, not an estimate.
FLOOR_HOURS = 24.0
HOURS_PER_DAY = 24.0


def shares(country: NDArray[np.str_], population: Array) -> Array:
    """Each city's part in the population of its country's cities; a country's parts sum to 1.

    Parameters
    ----------
    country : (cities,)
        Code of the country of each city.
    population : (cities,)
        Persons, all above 0: a weight within the country, whatever its year and boundary.
    """
    persons = np.asarray(population, np.float64)
    if persons.shape != country.shape or not (np.isfinite(persons) & (persons > 0)).all():
        raise InputError("every city needs a finite population above 0 to be a weight")
    _, place = np.unique(country, return_inverse=True)
    return np.asarray(persons / np.bincount(place, persons)[place])


def spread(country: NDArray[np.str_], share: Array, totals: pd.Series) -> Array:
    """A total of each country laid out over its cities, in the unit of the total.

    Sums over a country's cities give back its total; where that is not known the cities count
    nothing.

    Parameters
    ----------
    country, share : (cities,)
        Country of each city and its part, see :func:`shares`.
    totals
        By country code; NaN where it is not known.
    """
    lacking = sorted(set(country) - set(totals.index))
    if lacking:
        raise InputError(f"no row of totals for {', '.join(lacking[:5])}; give NaN if not known")
    values = totals.reindex(country).to_numpy(np.float64)
    if (values < 0).any() or np.isinf(values).any():
        at = int(np.argmax((values < 0) | np.isinf(values)))
        raise InputError(f"total of {country[at]} is {values[at]:g}; it must be 0 or more")
    return np.asarray(share * np.nan_to_num(values))


def within(hours: Hours, weight: Array, days: Sequence[float] = DAYS) -> Array:
    """Total weight of the cities reached within each number of days, own city included.

    Parameters
    ----------
    hours : (cities, cities)
        From origin (row) to destination.
    weight : (cities,)
        What is counted at destinations: persons or USD.
    days
        Rising, 0 or more. Infinity counts every city to which there is a way.

    Returns
    -------
    ndarray (cities, days)
        In the unit of ``weight``.
    """
    _check(hours, weight)
    limits = np.asarray(days, np.float64)
    if limits.ndim != 1 or not limits.size or not (limits >= 0).all():
        raise InputError(f"days {list(days)}: give one or more numbers, none below 0")
    if (np.diff(limits) <= 0).any():
        raise InputError(f"days {list(days)}: give them in rising order, each once")
    reached = np.isfinite(hours)
    totals = [(reached & (hours <= HOURS_PER_DAY * d)).astype(np.float64) @ weight for d in limits]
    return np.stack(totals, axis=1)


def days_to_share(hours: Hours, weight: Array, parts: Sequence[float]) -> Array:
    """Days until the nearest cities together hold each part of the whole weight.

    The inverse of :func:`curve`; infinite where what can be reached is less than that.

    Parameters
    ----------
    parts
        Each above 0 and at most 1.

    Returns
    -------
    ndarray (cities, parts)
    """
    _check(hours, weight)
    wanted = np.asarray(parts, np.float64)
    if wanted.ndim != 1 or not wanted.size or not ((wanted > 0) & (wanted <= 1)).all():
        raise InputError(f"parts {list(parts)}: give numbers above 0 and at most 1")
    order = np.argsort(hours, axis=1, kind="stable")
    total = np.cumsum(weight[order], axis=1)
    near = np.take_along_axis(np.asarray(hours, np.float64), order, axis=1)
    out = np.empty((len(hours), len(wanted)))
    for k, part in enumerate(wanted):
        # The last sum of a row may differ from the whole by rounding.
        first = np.argmax(total >= part * total[:, -1:] * (1 - 1e-12), axis=1)
        out[:, k] = near[np.arange(len(near)), first] / HOURS_PER_DAY
    return out


def curve(hours_from: Hours, weight: Array) -> pd.DataFrame:
    """What one city reaches as days pass: one step for every time at which more is reached.

    Parameters
    ----------
    hours_from : (cities,)
        Hours from the city to every city.

    Returns
    -------
    DataFrame
        ``days`` rising, ``reached`` in the unit of ``weight``, ``share`` of the whole (0 to 1),
        which stays below 1 where some cities are out of reach.
    """
    hours = np.asarray(hours_from, np.float64)
    if hours.shape != weight.shape or np.isnan(hours).any() or (hours < 0).any():
        raise InputError("hours from a city must be one number of 0 or more for every city")
    days, place = np.unique(hours[np.isfinite(hours)] / HOURS_PER_DAY, return_inverse=True)
    reached = np.cumsum(np.bincount(place, weight[np.isfinite(hours)], minlength=len(days)))
    return pd.DataFrame({"days": days, "reached": reached, "share": reached / weight.sum()})


def potential(
    hours: Hours, weight: Array, *, floor_hours: float = FLOOR_HOURS, exponent: float = 1.0
) -> Array:
    """Market potential of each city: what is there, divided by the days to it.

    ``P_i = sum_j Y_j / max(d_ij, floor) ** exponent`` with ``d`` in days (Harris 1954, The Market
    as a Factor in the Localization of Industry in the United States, Annals of the Association of
    American Geographers 44(4), with distance there and time here). The floor keeps the own city
    and its neighbours finite.

    Returns
    -------
    ndarray (cities,)
        Unit of ``weight`` per day (for an exponent of 1).
    """
    _check(hours, weight)
    if not (np.isfinite(floor_hours) and floor_hours > 0):
        raise InputError(f"floor_hours {floor_hours!r} must be above 0")
    if not (np.isfinite(exponent) and exponent > 0):
        raise InputError(f"exponent {exponent!r} must be above 0")
    days = np.maximum(np.asarray(hours, np.float64), floor_hours) / HOURS_PER_DAY
    return np.asarray(days**-exponent @ weight)


def market_access(hours: Hours, weight: Array, *, theta: float, value_per_day: float) -> Array:
    """Market access of each city with iceberg costs of time.

    ``MA_i = sum_j tau_ij ** -theta * Y_j`` and ``tau_ij = 1 + v d_ij``, ``d`` in days (Donaldson
    and Hornbeck 2016, Railroads and American Economic Growth: A "Market Access" Approach,
    Quarterly Journal of Economics 131(2): their first-order form of market access, where Y is
    population; here GDP). The own city has tau 1 and counts in full.

    Parameters
    ----------
    theta
        Trade elasticity, above 0.
    value_per_day
        Value of a day in transit as a share of the goods' value (0.01 is one percent).

    Returns
    -------
    ndarray (cities,)
        In the unit of ``weight``.
    """
    _check(hours, weight)
    if not (np.isfinite(theta) and theta > 0):
        raise InputError(f"theta {theta!r} must be above 0")
    if not (np.isfinite(value_per_day) and value_per_day > 0):
        raise InputError(f"value_per_day {value_per_day!r} must be above 0")
    tau = 1.0 + value_per_day * np.asarray(hours, np.float64) / HOURS_PER_DAY
    return np.asarray(tau**-theta @ weight)


def country_means(country: NDArray[np.str_], share: Array, values: pd.DataFrame) -> pd.DataFrame:
    """Mean of city values by country, weighted by population: that of the average inhabitant.

    ``values`` has one row a city; the result one row a country, sorted by code.
    """
    codes, place = np.unique(country, return_inverse=True)
    means = {
        str(name): np.bincount(place, share * column.to_numpy(np.float64), minlength=len(codes))
        for name, column in values.items()
    }
    return pd.DataFrame(means, index=pd.Index(codes, name="iso3"))


def change_pct(before: Array, after: Array) -> Array:
    """Change in percent; NaN where there was nothing before."""
    old, new = np.asarray(before, np.float64), np.asarray(after, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(old > 0, 100.0 * (new / old - 1.0), np.nan)


def ranks(change: Array) -> NDArray[np.int64]:
    """Place in the order of changes, 1 for the largest rise; equal changes share a place.

    What has no value comes last.
    """
    values = pd.Series(np.asarray(change, np.float64))
    placed = values.rank(ascending=False, method="min", na_option="bottom")
    return np.asarray(placed, np.int64)


def _check(hours: Hours, weight: Array) -> None:
    if hours.ndim != 2 or hours.shape[0] != hours.shape[1]:
        raise InputError(f"hours must be a square array, origin by destination, is {hours.shape}")
    if weight.shape != hours.shape[:1]:
        raise InputError(f"one weight a city is needed: {weight.shape} for {hours.shape[0]} cities")
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise InputError("weights must be finite and not negative")
    if np.isnan(hours).any() or (hours < 0).any():
        raise InputError("hours must be 0 or more; infinity where there is no way")
    if np.diagonal(hours).any():
        raise InputError("a city must reach itself in 0 hours")
