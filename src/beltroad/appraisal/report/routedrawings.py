"""The map of the page on routes: fitted to them, with land, lines by mode, stops and numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.report import projection, theme
from beltroad.infrastructure.routes.export import cut, densified
from beltroad.infrastructure.routes.route import Stop
from beltroad.infrastructure.routes.schedule import Trip

__all__ = ["MODE_COLOURS", "WIDTH", "Drawn", "Mark", "RouteMap", "route_map"]

Array = NDArray[np.float64]
Box = tuple[float, float, float, float]
MODE_COLOURS = {
    "rail": theme.MODE_COLOURS["rail"],
    "road": theme.MODE_COLOURS["road"],
    "sea": theme.MODE_COLOURS["port"],
    "water": theme.MODE_COLOURS["water"],
    "ferry": theme.MODE_COLOURS["dryport"],
    "air": theme.MODE_COLOURS["air"],
}
# From the bottom of the map to its top.
_LAYERS = ("air", "sea", "water", "ferry", "road", "rail")
WIDTH = 10_000
_LEAST_HEIGHT, _MOST_HEIGHT = 4_200, 6_400
_PAD = 0.07
_LEAST_SPAN = math.radians(9)
_LEAST_ZOOM = 0.12
_LAT_LIMIT = 84.0


@dataclass(frozen=True)
class Mark:
    """A dot with a name, in map units; ``shown`` where the name does not touch another."""

    x: int
    y: int
    text: str
    anchor: str
    shown: bool


@dataclass(frozen=True)
class Drawn:
    """One route on the map: its lines by mode, its stops, and where its number stands.

    ``view`` is the part of the map that the route fills, ``zoom`` its width as a share.
    """

    number: int
    lines: tuple[tuple[str, str], ...]
    stops: tuple[Mark, ...]
    badge: tuple[int, int]
    view: str
    zoom: float


@dataclass(frozen=True)
class RouteMap:
    """Height of the map (its width is ``WIDTH``), land as one path, routes, and the two ends."""

    height: int
    land: str
    routes: tuple[Drawn, ...]
    ends: tuple[Mark, ...]


@dataclass(frozen=True)
class _View:
    """Equal Earth about a meridian, fitted to points: x and y of the corner, units per radian."""

    centre: float
    left: float
    top: float
    scale: float
    height: int

    def place(self, lat: Array, lon: Array) -> NDArray[np.int64]:
        x, y = _project(lat, lon, self.centre)
        xy = np.column_stack([(x - self.left) * self.scale, (self.top - y) * self.scale])
        return np.rint(xy).astype(np.int64)


def route_map(trips: Sequence[Trip], ends: Sequence[tuple[str, float, float]]) -> RouteMap:
    """Map of the routes; ``ends`` are name, latitude and longitude of the places asked for."""
    lines = [
        [(leg.mode, densified(leg.points)) for leg in trip.route.legs if len(leg.points) > 1]
        for trip in trips
    ]
    everything = np.vstack(
        [np.array([[lat, lon] for _, lat, lon in ends])] + [p for ls in lines for _, p in ls]
    )
    view = _fitted(everything)
    points = [_spaced(np.vstack([view.place(*p.T) for _, p in ls])) for ls in lines]
    taken: list[Box] = []
    whole = (0.0, 0.0, float(WIDTH), float(view.height))
    marks = [_mark(view, name, lat, lon, taken, 156, whole) for name, lat, lon in ends]
    badges = _badges(points, view.height, [at for m in marks for at in _covered(m)])
    drawn = []
    for number, (trip, own) in enumerate(zip(trips, lines, strict=True), start=1):
        box = _window(view, own, points[number - 1])
        zoom = (box[2] - box[0]) / WIDTH
        boxes: list[Box] = []
        for name, lat, lon in ends:
            _mark(view, name, lat, lon, boxes, 156 * zoom, box)
        stops = [
            _mark(view, s.place, s.lat, s.lon, boxes, 128 * zoom, box)
            for s in sorted(trip.route.stops, key=_weight)
            if s.place not in {name for name, _, _ in ends}
        ]
        corner = f"{box[0]:.0f} {box[1]:.0f} {box[2] - box[0]:.0f} {box[3] - box[1]:.0f}"
        drawn.append(
            Drawn(number, _paths(view, own), tuple(stops), badges[number - 1], corner, zoom)
        )
    return RouteMap(view.height, _land(view), tuple(drawn), tuple(marks))


def _covered(mark: Mark) -> list[tuple[int, int]]:
    """Where a dot and its name lie: the numbers of routes keep away from there."""
    side = 1 if mark.anchor == "start" else -1
    wide = round(0.56 * 156 * len(mark.text)) + 110
    return [(mark.x + side * wide * k // 2, mark.y) for k in (0, 1, 2)]


def _window(view: _View, lines: Sequence[tuple[str, Array]], points: Array) -> Box:
    """The part of the map that a route fills, in the map's proportions: all of it if it is cut."""
    if any(len(cut(p, view.centre + 180.0)) > 1 for _, p in lines):
        return (0.0, 0.0, float(WIDTH), float(view.height))
    low, high = points.min(axis=0), points.max(axis=0)
    share = max(float(((high - low) / [WIDTH, view.height]).max()) * 1.3, _LEAST_ZOOM)
    if share >= 0.8:
        return (0.0, 0.0, float(WIDTH), float(view.height))
    half = np.array([WIDTH, view.height]) * share / 2
    middle = np.clip((low + high) / 2, half, [WIDTH, view.height] - half)
    return (*(middle - half).tolist(), *(middle + half).tolist())


def _weight(stop: Stop) -> float:
    """Stops that take longest are named first."""
    return -stop.hours


def _project(lat: Array, lon: Array, centre: float) -> tuple[Array, Array]:
    """Equal Earth about another meridian than that of the report's maps."""
    turned = (np.asarray(lon, float) - centre + 180.0) % 360.0 - 180.0
    return _flat(lat, turned)


def _flat(lat: Array, turned: Array) -> tuple[Array, Array]:
    return projection.project(np.clip(lat, -_LAT_LIMIT, _LAT_LIMIT), turned + projection.CENTRE)


def _fitted(points: Array) -> _View:
    """The view of all points: about the middle of the arc of longitudes that holds them."""
    lon = np.unique(np.round(points[:, 1] % 360.0, 3))
    gaps = np.diff(np.append(lon, lon[0] + 360.0))
    widest = int(np.argmax(gaps))
    arc = 360.0 - float(gaps[widest])
    centre = (float(lon[(widest + 1) % len(lon)]) + arc / 2 + 180.0) % 360.0 - 180.0
    x, y = _project(points[:, 0], points[:, 1], centre)
    wide = max(float(np.ptp(x)), _LEAST_SPAN) * (1 + 2 * _PAD)
    tall = float(np.ptp(y)) * (1 + 2 * _PAD)
    scale = min(WIDTH / wide, _MOST_HEIGHT / max(tall, 1e-9))
    height = int(np.clip(round(tall * scale), _LEAST_HEIGHT, _MOST_HEIGHT))
    left = (float(x.min() + x.max()) - WIDTH / scale) / 2
    top = (float(y.min() + y.max()) + height / scale) / 2
    return _View(centre, left, top, scale, height)


def _paths(view: _View, lines: Sequence[tuple[str, Array]]) -> tuple[tuple[str, str], ...]:
    out: dict[str, str] = {}
    for mode, points in lines:
        for piece in cut(points, view.centre + 180.0):
            x, y = _flat(piece[:, 0], np.clip(piece[:, 1] - view.centre, -180.0, 180.0))
            xy = np.column_stack([(x - view.left) * view.scale, (view.top - y) * view.scale])
            out[mode] = out.get(mode, "") + _path(np.rint(xy).astype(np.int64), 12)
    return tuple((mode, out[mode]) for mode in _LAYERS if mode in out)


def _path(xy: NDArray[np.int64], step: int) -> str:
    thin = projection.thinned(xy, step)
    if len(thin) < 2:
        return f"M{thin[0, 0]} {thin[0, 1]}h0"
    steps = " ".join(f"{x} {y}" for x, y in np.diff(thin, axis=0).tolist())
    return f"M{thin[0, 0]} {thin[0, 1]}l{steps}"


def _land(view: _View) -> str:
    """Outlines of all economies that the view touches, cut at its edge meridian."""
    parts = []
    for feature in json.loads(evidence.read_bytes("polygons"))["features"]:
        shape = feature["geometry"]
        polygons = shape["coordinates"]
        for polygon in polygons if shape["type"] == "MultiPolygon" else [polygons]:
            for ring in polygon:
                parts += _ring(view, np.array(ring, float))
    return "".join(parts)


def _ring(view: _View, ring: Array) -> list[str]:
    """One ring, and its copy beyond the edge, as closed paths."""
    out = []
    relative = ring[:, 0] - view.centre
    for turn in (-360.0, 0.0, 360.0):
        inside = _clipped(np.column_stack([relative + turn, ring[:, 1]]))
        if len(inside) < 3:
            continue
        x, y = _flat(inside[:, 1], inside[:, 0])
        px, py = (x - view.left) * view.scale, (view.top - y) * view.scale
        if px.max() < 0 or px.min() > WIDTH or py.max() < 0 or py.min() > view.height:
            continue
        xy = np.rint(np.column_stack([px, py])).astype(np.int64)
        if np.ptp(xy, axis=0).max() >= 12:
            out.append(_path(xy, 10) + "z")
    return out


def _clipped(ring: Array) -> Array:
    """The part of a ring (longitude, latitude) between -180 and 180 (Sutherland, Hodgman 1974)."""
    for sign in (1.0, -1.0):
        if not len(ring) or (sign * ring[:, 0]).max() <= 180.0:
            continue
        if (sign * ring[:, 0]).min() >= 180.0:
            return ring[:0]
        kept: list[Array] = []
        for a, b in pairwise([*ring, ring[0]]):
            a_in, b_in = sign * a[0] <= 180.0, sign * b[0] <= 180.0
            if a_in:
                kept.append(a)
            if a_in != b_in:
                share = (sign * 180.0 - a[0]) / (b[0] - a[0])
                kept.append(np.array([sign * 180.0, a[1] + share * (b[1] - a[1])]))
        ring = np.array(kept)
    return np.asarray(ring, np.float64)


def _spaced(xy: NDArray[np.int64], most: int = 160) -> Array:
    """At most so many of the points, evenly along their order."""
    rows = np.unique(np.linspace(0, len(xy) - 1, most).round().astype(int))
    spaced: Array = xy[rows].astype(np.float64)
    return spaced


def _badges(
    points: Sequence[Array], height: int, ends: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """For each route the point at which its number stands: away from other routes and numbers."""
    placed = [np.array(e, np.float64) for e in ends]
    for k, own in enumerate(points):
        others = [p for j, p in enumerate(points) if j != k]
        score = np.zeros(len(own))
        if others:
            away = np.hypot(*(own[:, None] - np.vstack(others)[None]).transpose(2, 0, 1))
            score += np.minimum(away.min(axis=1), 400)
        if placed:
            away = np.hypot(*(own[:, None] - np.array(placed)[None]).transpose(2, 0, 1))
            score += 2 * np.minimum(away.min(axis=1), 450)
        # The middle of a way rather than its ends, and never outside the drawing.
        along = np.linspace(0, 1, len(own))
        score += 200 * np.minimum(along, 1 - along)
        margin = np.minimum(own, np.array([WIDTH, height]) - own).min(axis=1)
        score[margin < 150] -= 1e4
        placed.append(own[int(np.argmax(score))])
    return [(round(float(x)), round(float(y))) for x, y in placed[len(ends) :]]


def _mark(
    view: _View, text: str, lat: float, lon: float, taken: list[Box], size: float, window: Box
) -> Mark:
    """A dot and its name, on the side where it fits; ``taken`` grows by its box."""
    x, y = view.place(np.array([lat]), np.array([lon]))[0].tolist()
    wide = 0.56 * size * len(text)
    for anchor, left in (("start", x + 0.7 * size), ("end", x - 0.7 * size - wide)):
        box = (left - 0.2 * size, y - 0.6 * size, left + wide + 0.2 * size, y + 0.6 * size)
        fits = box[0] >= window[0] and box[2] <= window[2]
        clear = all(box[2] < b[0] or box[0] > b[2] or box[3] < b[1] or box[1] > b[3] for b in taken)
        if fits and clear:
            taken.append(box)
            return Mark(x, y, text, anchor, shown=True)
    return Mark(x, y, text, "end" if x > WIDTH / 2 else "start", shown=False)
