"""Ecologically important areas: polygons of a GeoJSON file against the ways of projects.

Everything happens in the plane of longitude and latitude, in which GeoJSON draws its lines
(RFC 7946): a way crosses a polygon if one of its segments meets an edge or one of its points lies
inside by the even-odd rule; touching counts. Holes are left out of a polygon.

No polygons come with the package: the World Database on Protected Areas may not be passed on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError

__all__ = ["Area", "crosses", "parse_way", "read_areas"]

Array = NDArray[np.float64]
NAMES = ("name", "NAME", "Name", "title")


@dataclass(frozen=True)
class Area:
    """One area: its name, and its polygons as lists of closed rings (n, 2) of lon, lat."""

    name: str
    polygons: tuple[tuple[Array, ...], ...]


def crosses(way: Array, area: Area) -> bool:
    """Whether a way meets an area.

    Parameters
    ----------
    way : (n, 2)
        Longitude and latitude of its points in order; a single point is a place.
    area
        Polygons, with longitudes within -180 to 180.
    """
    points = np.array(way, np.float64)
    # The shorter way round the globe: no segment spans more than 180 degrees.
    points[:, 0] = np.unwrap(points[:, 0], period=360.0)
    return any(
        _meets(points + np.array([turn, 0.0]), rings)
        for turn in (0.0, -360.0, 360.0)
        for rings in area.polygons
    )


def _meets(points: Array, rings: Sequence[Array]) -> bool:
    low, high = rings[0].min(axis=0), rings[0].max(axis=0)
    if (points.max(axis=0) < low).any() or (points.min(axis=0) > high).any():
        return False
    start, end = points[:-1], points[1:]
    if len(points) == 1:
        start = end = points
    edges = [(ring[:-1], ring[1:]) for ring in rings]
    a = np.concatenate([e[0] for e in edges])
    b = np.concatenate([e[1] for e in edges])
    return bool(_segments_meet(start, end, a, b).any() or _inside(points, a, b).any())


def _segments_meet(p: Array, q: Array, a: Array, b: Array) -> NDArray[np.bool_]:
    """Which segments p-q (n, 2) meet which a-b (m, 2), shape (n, m); ends count."""
    p, q = p[:, None], q[:, None]
    d1, d2 = _side(a, b, p), _side(a, b, q)
    d3, d4 = _side(p, q, a), _side(p, q, b)
    apart = (d1 * d2 > 0) | (d3 * d4 > 0)
    # On one line all four are 0: then the boxes decide. They never hurt otherwise.
    boxes = (np.minimum(p, q) <= np.maximum(a, b)) & (np.minimum(a, b) <= np.maximum(p, q))
    return np.asarray(~apart & boxes.all(axis=-1))


def _side(a: Array, b: Array, c: Array) -> Array:
    """Sign of the side of line a-b on which c lies."""
    ab, ac = b - a, c - a
    return np.sign(ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0])


def _inside(points: Array, a: Array, b: Array) -> NDArray[np.bool_]:
    """Even-odd rule: a ray to the east meets the edges an odd number of times."""
    x, y = points[:, None, 0], points[:, None, 1]
    over = (a[:, 1] > y) != (b[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
    return np.asarray((over & (x < at)).sum(axis=1) % 2 == 1)


def parse_way(text: str) -> Array:
    """``'lat,lon;lat,lon'`` as longitude and latitude, shape (n, 2).

    Raises
    ------
    InputError
        If it is not that, or leaves the globe.
    """
    shown = f"waypoints {text!r:.60}"
    try:
        points = np.array([[float(x) for x in pair.split(",")] for pair in text.split(";")])
    except ValueError:
        points = np.empty((0, 0))
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise InputError(f"{shown} are not 'lat,lon;lat,lon;...'")
    if (np.abs(points) > [90, 180]).any():
        raise InputError(f"{shown} leave the globe; latitude comes first")
    return np.asarray(points[:, ::-1], np.float64)


def read_areas(path: Path) -> list[Area]:
    """Areas of a GeoJSON file: features, or one geometry, of polygons.

    Raises
    ------
    InputError
        With every fault of the file in one message.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise InputError(f"{path}: cannot be read ({fault.strerror or fault})") from None
    except RecursionError:
        raise InputError(f"{path}: nested too deeply to be GeoJSON") from None
    except ValueError as fault:
        raise InputError(f"{path}: is no JSON in UTF-8 ({fault!s:.120})") from None
    features = _features(data)
    if features is None:
        raise InputError(f"{path}: is no GeoJSON with features or a geometry")
    faults: list[str] = []
    areas = [
        area
        for place, feature in enumerate(features, 1)
        if (area := _area(feature, place, faults)) is not None
    ]
    if not features:
        faults.append("has no areas")
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults[:50])
        more = f"\n  and {len(faults) - 50:,} more" if len(faults) > 50 else ""
        count = f"{len(faults)} fault{'s' * (len(faults) > 1)}"
        raise InputError(f"{path}: {count}{listed}{more}")
    return areas


def _features(data: Any) -> list[Any] | None:
    if not isinstance(data, dict):
        return None
    if data.get("type") == "FeatureCollection":
        listed = data.get("features")
        return listed if isinstance(listed, list) else None
    if data.get("type") == "Feature":
        return [data]
    return [{"geometry": data}] if data.get("type") in ("Polygon", "MultiPolygon") else None


def _area(feature: Any, place: int, faults: list[str]) -> Area | None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        what = f"is a {kind!r:.40}" if isinstance(kind, str) else "has no geometry"
        faults.append(f"feature {place}: {what}; give Polygon or MultiPolygon")
        return None
    listed: Any = geometry.get("coordinates")
    polygons: Any = [listed] if kind == "Polygon" else listed
    try:
        found = tuple(tuple(_ring(ring) for ring in polygon) for polygon in polygons)
    except (TypeError, IndexError, KeyError, OverflowError):
        faults.append(f"feature {place}: coordinates are no {kind} of numbers")
        return None
    except ValueError as fault:
        faults.append(f"feature {place}: {fault}")
        return None
    if not found or not all(found):
        faults.append(f"feature {place}: has no ring")
        return None
    properties = feature.get("properties")
    named = properties if isinstance(properties, dict) else {}
    name = next((str(named[k])[:200] for k in NAMES if named.get(k)), f"area {place}")
    return Area(name, found)


def _plain(value: Any) -> float:
    """A JSON number; neither a text nor true is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return float(value)


def _ring(ring: Any) -> Array:
    points = np.array([[_plain(p[0]), _plain(p[1])] for p in ring], np.float64)
    if len(points) < 4 or not np.isfinite(points).all():
        raise ValueError("a ring needs four points or more, each of two numbers")
    if (np.abs(points) > [180, 90]).any():
        raise ValueError("a ring leaves the globe; longitude comes first in GeoJSON")
    if (points[0] != points[-1]).any():
        raise ValueError("a ring must end where it starts")
    return points
