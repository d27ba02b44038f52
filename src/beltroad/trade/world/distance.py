"""Distance between economies: great circles between their cities, weighted by population."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["EARTH_RADIUS_KM", "economy_distance_km", "great_circle_km"]

Array = npt.NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0088
NEAREST_KM = 30.0  # two cities that touch are still a drive apart


def great_circle_km(lat: Array, lon: Array) -> Array:
    """Distance of every point to every other, km, shape (points, points).

    Parameters
    ----------
    lat, lon : (points,)
        Degrees north and east.
    """
    a, b = np.radians(lat), np.radians(lon)
    unit = np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)])
    # The chord is exact for short distances, where the cosine of the angle is not.
    chord = np.sqrt(((unit[:, :, None] - unit[:, None, :]) ** 2).sum(axis=0))
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0)))


def economy_distance_km(
    economy: Sequence[str],
    lat: Array,
    lon: Array,
    population: Array,
    order: Sequence[str],
) -> Array:
    """Distance between economies as trade sees it, km, shape (economies, economies).

    The harmonic mean over pairs of cities weighted by population (Head and Mayer 2002, with
    elasticity -1), so that near cities count for most.

    Parameters
    ----------
    economy, lat, lon, population
        One entry per city.
    order
        Economies of the rows and columns. One without a city gets NaN.
    """
    codes = np.asarray(economy)
    near = 1.0 / np.maximum(great_circle_km(lat, lon), NEAREST_KM)
    weight = np.zeros((len(order), len(codes)))
    for row, code in enumerate(order):
        own = codes == code
        total = population[own].sum()
        if own.any():
            weight[row, own] = population[own] / total if total > 0 else 1.0 / own.sum()
    with np.errstate(divide="ignore"):
        distance = 1.0 / (weight @ near @ weight.T)
    absent = weight.sum(axis=1) == 0
    distance[absent, :] = np.nan
    distance[:, absent] = np.nan
    return np.asarray(distance)
