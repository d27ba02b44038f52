"""Lines on the sphere: what a cable's drawn way looks like and how long it is."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import DataError
from beltroad.infrastructure.network import great_circle_km

__all__ = ["crosses", "densify", "line_km", "read_via"]


def read_via(text: str) -> NDArray[np.float64]:
    """Points of a ``lat lon;lat lon`` cell, shape (points, 2); an empty cell has none.

    Raises
    ------
    DataError
        If the cell does not hold pairs of numbers on the globe.
    """
    pairs = [part.split() for part in text.split(";") if part.strip()]
    try:
        points = np.array([[float(a), float(b)] for a, b in pairs], np.float64).reshape(-1, 2)
    except ValueError as error:
        raise DataError(f"way of a cable segment cannot be read: {text[:60]!r}") from error
    if np.any(np.abs(points) > (90.0, 180.0)):
        raise DataError(f"way of a cable segment leaves the globe: {text[:60]!r}")
    return points


def line_km(points: NDArray[np.float64]) -> float:
    """Length in km of the great circles between consecutive points, shape (points, 2)."""
    a, b = points[:-1], points[1:]
    return float(great_circle_km(a[:, 0], a[:, 1], b[:, 0], b[:, 1]).sum())


def densify(points: NDArray[np.float64], step_km: float) -> NDArray[np.float64]:
    """The same line with a point at least every ``step_km`` along its great circles."""
    out = [points[:1]]
    for a, b in itertools.pairwise(points):
        km = line_km(np.stack([a, b]))
        count = max(int(np.ceil(km / step_km)), 1)
        share = np.arange(1, count + 1)[:, np.newaxis] / count
        angle = km / 6371.0088
        if angle < 1e-9:
            out.append(b[np.newaxis])
            continue
        u, v = _unit(a), _unit(b)
        xyz = (np.sin((1 - share) * angle) * u + np.sin(share * angle) * v) / np.sin(angle)
        lat = np.degrees(np.arcsin(np.clip(xyz[:, 2], -1, 1)))
        out.append(np.column_stack([lat, np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0]))]))
    return np.concatenate(out)


def crosses(points: NDArray[np.float64], gate: NDArray[np.float64]) -> bool:
    """Whether a line crosses a gate, the straight line between two points some degrees apart."""
    (lat1, lon1), (lat2, lon2) = gate
    line = densify(points, 20.0)
    side = (lon2 - lon1) * (line[:, 0] - lat1) - (lat2 - lat1) * (line[:, 1] - lon1)
    a, b = line[:-1], line[1:]
    dlat, dlon = b[:, 0] - a[:, 0], b[:, 1] - a[:, 1]
    first = dlon * (lat1 - a[:, 0]) - dlat * (lon1 - a[:, 1])
    second = dlon * (lat2 - a[:, 0]) - dlat * (lon2 - a[:, 1])
    # A step across the antimeridian is no step through a gate.
    near = np.abs(dlon) < 180
    return bool(np.any(near & (side[:-1] * side[1:] <= 0) & (first * second <= 0)))


def _unit(point: NDArray[np.float64]) -> NDArray[np.float64]:
    lat, lon = np.radians(point)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
