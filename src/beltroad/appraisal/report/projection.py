"""Equal Earth map projection, and outlines and lines as compact SVG paths.

Equal Earth (Savric, Patterson and Jenny 2018, doi:10.1080/13658816.2018.1504949) keeps areas in
proportion, so that a shaded economy looks as large as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence

__all__ = ["CENTRE", "HEIGHT", "WIDTH", "Outline", "merged_path", "outlines", "place", "project"]

Floats = NDArray[np.float64]
_A = (1.340264, -0.081106, 0.000893, 0.003796)
# The meridian opposite to this one runs through the Bering Strait, so that no country is torn.
CENTRE = 11.0
_LAT = (-57.0, 79.0)
WIDTH = 10_000  # Whole numbers in tenths of a pixel keep paths short.


def project(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """Equal Earth coordinates (radians of the sphere's equator) of degrees."""
    turned = np.asarray(lon, float) - CENTRE
    turned = np.where(turned < -180, turned + 360, turned)
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(lat)))
    t2 = theta**2
    t6 = t2**3
    slope = 3 * (9 * _A[3] * t6 * t2 + 7 * _A[2] * t6 + 3 * _A[1] * t2 + _A[0])
    x = 2 * np.sqrt(3) * np.radians(turned) * np.cos(theta) / slope
    y = theta * (_A[3] * t6 * t2 + _A[2] * t6 + _A[1] * t2 + _A[0])
    return x, y


_HALF = float(project(np.array([0.0]), np.array([CENTRE + 179.999999]))[0][0])
_TOP = float(project(np.array([_LAT[1]]), np.array([CENTRE]))[1][0])
_BOTTOM = float(project(np.array([_LAT[0]]), np.array([CENTRE]))[1][0])
_SCALE = WIDTH / (2 * _HALF)
HEIGHT = round((_TOP - _BOTTOM) * _SCALE)


def place(lat: Floats, lon: Floats) -> NDArray[np.int64]:
    """Positions in the drawing, shape (points, 2): whole units from the upper left."""
    x, y = project(np.asarray(lat, float), np.asarray(lon, float))
    xy = np.column_stack([(x + _HALF) * _SCALE, (_TOP - y) * _SCALE])
    return np.rint(xy).astype(np.int64)


@dataclass(frozen=True)
class Outline:
    """One economy as drawn: a path, or only a dot where it is too small to be seen."""

    iso3: str
    name: str
    path: str
    dot: tuple[int, int] | None


@lru_cache(maxsize=1)
def outlines() -> tuple[Outline, ...]:
    """Outlines of all economies from the bundled polygons."""
    features = json.loads(evidence.read_bytes("polygons"))["features"]
    return tuple(
        _outline(f["properties"], f["geometry"])
        for f in sorted(features, key=lambda f: str(f["properties"]["iso3"]))
    )


def _outline(properties: dict[str, str], geometry: dict[str, list[object]]) -> Outline:
    parts = geometry["coordinates"]
    polygons = parts if str(geometry["type"]) == "MultiPolygon" else [parts]
    rings = [np.array(ring, float) for polygon in polygons for ring in polygon]  # type: ignore[attr-defined]
    drawn, area, largest = [], 0.0, (0.0, rings[0])
    for ring in rings:
        if ring[:, 0].min() < CENTRE - 180 < ring[:, 0].max():
            # Two small Alaskan islands lie across the edge: what is beyond it is left out.
            ring[:, 0] = np.maximum(ring[:, 0], CENTRE - 180)
        xy = place(ring[:, 1], ring[:, 0])
        size = _area(xy)
        area += size
        if size > largest[0]:
            largest = (size, ring)
        thin = thinned(xy, 3)
        if len(thin) > 3:
            drawn.append(_relative(thin) + "z")
    # Below about three square pixels on a wide screen a shade cannot be told.
    middle = place(*largest[1][:, ::-1].mean(axis=0).reshape(2, 1))[0]
    dot = (int(middle[0]), int(middle[1])) if area < 500 else None
    return Outline(properties["iso3"], properties["name"], "".join(drawn), dot)


def merged_path(lines: pd.DataFrame, *, limit: int) -> str:
    """All lines of a frame (``project``, ``part``, ``lat``, ``lon``) as one path.

    Detail is given up, step by step, until the path has at most ``limit`` characters.
    """
    if lines.empty:
        return ""
    xy = place(lines.lat.to_numpy(float), lines.lon.to_numpy(float))
    change = (lines[["project", "part"]] != lines[["project", "part"]].shift()).any(axis=1)
    jump = np.abs(np.diff(xy[:, 0], prepend=xy[0, 0])) > WIDTH // 2  # over the map's edge
    starts = np.flatnonzero(change.to_numpy() | jump)
    parts = np.split(xy, starts[1:])
    text = ""
    for step in (3, 5, 8, 12, 20, 40):
        seen: set[bytes] = set()
        paths = []
        for part in parts:
            thin = thinned(part, step)
            key = min(thin.tobytes(), thin[::-1].tobytes())
            if len(thin) > 1 and key not in seen:
                seen.add(key)
                paths.append(_relative(thin))
        text = "".join(paths)
        if len(text) <= limit:
            break
    return text


def thinned(xy: NDArray[np.int64], step: int) -> NDArray[np.int64]:
    """Points without those less than ``step`` away from the last kept one; the ends stay."""
    kept = [0]
    for i in range(1, len(xy) - 1):
        if np.abs(xy[i] - xy[kept[-1]]).max() >= step:
            kept.append(i)
    if len(xy) > 1 and (xy[-1] != xy[kept[-1]]).any():
        kept.append(len(xy) - 1)
    return xy[kept]


def _relative(xy: NDArray[np.int64]) -> str:
    steps = np.diff(xy, axis=0).tolist()
    body = "".join(f"{dx}{dy}" if dy < 0 else f"{dx} {dy}" for dx, dy in steps[:1])
    for dx, dy in steps[1:]:
        body += (str(dx) if dx < 0 else f" {dx}") + (str(dy) if dy < 0 else f" {dy}")
    return f"M{xy[0, 0]} {xy[0, 1]}l{body}" if body else f"M{xy[0, 0]} {xy[0, 1]}h0"


def _area(xy: NDArray[np.int64]) -> float:
    x, y = xy[:, 0].astype(float), xy[:, 1].astype(float)
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2
