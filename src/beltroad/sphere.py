"""Distances on the sphere, for every pillar that has places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["EARTH_RADIUS_KM", "great_circle_km"]

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def great_circle_km(
    lat1: NDArray[np.floating] | float,
    lon1: NDArray[np.floating] | float,
    lat2: NDArray[np.floating] | float,
    lon2: NDArray[np.floating] | float,
) -> NDArray[np.float64]:
    """Great-circle distance in km between points in degrees (haversine; broadcasts)."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((p2 - p1) / 2) ** 2
    half = half + np.cos(p1) * np.cos(p2) * np.sin(np.radians(np.subtract(lon2, lon1)) / 2) ** 2
    km: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return km
