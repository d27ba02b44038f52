"""Routes as plain records for JSON, and as GeoJSON (RFC 7946). Stable: same answer, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.routes.closures import Closure
from beltroad.infrastructure.routes.find import Answer
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.route import Leg, Stop
from beltroad.infrastructure.routes.schedule import Boarding, Trip

__all__ = ["GROUPS", "LICENCE", "Query", "answer_record", "cut", "densified", "geojson",
           "hours_by_group", "trip_record"]  # fmt: skip

Array = NDArray[np.float64]
LICENCE = (
    "Network data derived from OpenStreetMap, © OpenStreetMap contributors, "
    "Open Database License 1.0; other tables as listed by `beltroad tables NAME`"
)
STEP_KM = 100.0
DEGREES = 4
# What hours are spent on, by the start of a component's name.
GROUPS = {
    "moving": ("line_", "ferry"),
    "terminals": ("rail_terminal", "road_loading", "port_dwell", "airport_handling",
                  "transshipment"),
    "departure": ("wait_",),
    "borders": ("border_", "gauge_change"),
    "canals": ("canal",),
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What was asked: all that the answer depends on beside the places.

    ``usd_per_day`` is the value of a day per TEU, or None for the default share of the goods'
    value; ``avoided`` are the shipper's wishes, ``closed`` what is shut for everyone.
    """

    state: int | str = "today"
    modes: tuple[str, ...] = ()
    avoided: tuple[Closure, ...] = ()
    closed: tuple[Closure, ...] = ()
    usd_per_day: float | None = None
    depart: datetime | None = None
    scenario: str = ""
    scenario_digest: str = ""
    seed: int = 1
    versions: Mapping[str, str] = field(default_factory=dict)


def answer_record(answer: Answer, trips: Sequence[Trip], query: Query) -> dict[str, Any]:
    """The whole answer as numbers, texts, lists and mappings, with what it rests on."""
    return {
        **query.versions,
        "origin": _place(answer.origin),
        "destination": _place(answer.destination),
        "via": [_place(p) for p in answer.via],
        "state": query.state,
        "depart": None if query.depart is None else query.depart.isoformat(timespec="minutes"),
        "modes": list(query.modes),
        "closures": [
            {"kind": c.kind, "refs": list(c.refs), "label": c.label, "asked_as": word}
            for word, chosen in (("avoid", query.avoided), ("close", query.closed))
            for c in chosen
        ],
        "parameters": {
            "usd_per_teu_day": None if query.usd_per_day is None else _n(query.usd_per_day, 2),
            "seed": query.seed,
        },
        "scenario": {"name": query.scenario, "digest": query.scenario_digest},
        "routes": [trip_record(t) for t in trips],
        "notes": list(answer.notes),
        "provenance": {"licence": LICENCE, "tables_sha256": evidence.digest()},
    }


def trip_record(trip: Trip) -> dict[str, Any]:
    """One route: totals, spread, what sets it apart, its legs and stops in order of travel."""
    r, s = trip.route, trip.route.spread
    record: dict[str, Any] = {
        "chain": r.chain,
        "family": r.family,
        "main_modes": list(r.main_modes),
        "efficient": r.efficient,
        "best_in": list(r.best_in),
        "hours_total": _n(r.hours_total, 2),
        "days_total": _n(r.days_total, 3),
        "km_total": _n(r.km_total, 1),
        "usd_per_teu": _n(r.usd_per_teu, 2),
        "kgco2e_per_teu": _n(r.kgco2e_per_teu, 2),
        "days_p10": _n(s.p10_hours / 24, 3),
        "days_p50": _n(s.p50_hours / 24, 3),
        "days_p90": _n(s.p90_hours / 24, 3),
        "days_p95": _n(s.p95_hours / 24, 3),
        "buffer_time_index": _n(s.buffer_time_index, 4),
        "hours_by_group": {k: _n(v, 2) for k, v in hours_by_group(trip).items()},
        "borders": list(r.borders),
        "passages": list(r.passages),
        "legs": [],
        "stops": [],
    }
    for at, step in enumerate(r.steps):
        record["legs" if isinstance(step, Leg) else "stops"].append({"step": at, **_step(step)})
    if trip.start is not None:
        record["departure"] = trip.start.isoformat(timespec="minutes")
        record["arrival_dates"] = {
            f"p{q}": _day(trip, getattr(s, f"p{q}_hours")) for q in (10, 50, 90)
        }
        record["services"] = [_boarding(b) for b in trip.boardings]
    return record


def hours_by_group(trip: Trip) -> dict[str, float]:
    """Hours of a route by what they are spent on; the groups add up to the total."""
    out = dict.fromkeys(GROUPS, 0.0)
    for part in trip.route.parts:
        out[group_of(part.component)] += part.hours
    return out


def group_of(component: str) -> str:
    """Group of one component of time; what none claims counts as handling in terminals."""
    return next((g for g, starts in GROUPS.items() if component.startswith(starts)), "terminals")


def geojson(answer: Answer, trips: Sequence[Trip], query: Query) -> dict[str, Any]:
    """Legs as lines and stops as points, longitude first; lines are cut at the antimeridian."""
    features: list[dict[str, Any]] = []
    for number, trip in enumerate(trips, start=1):
        shared = {
            "route": number,
            "chain": trip.route.chain,
            "efficient": trip.route.efficient,
            "route_hours_total": _n(trip.route.hours_total, 2),
            "route_usd_per_teu": _n(trip.route.usd_per_teu, 2),
            "route_kgco2e_per_teu": _n(trip.route.kgco2e_per_teu, 2),
        }
        for at, step in enumerate(trip.route.steps):
            features.append(
                {
                    "type": "Feature",
                    "geometry": _line(step) if isinstance(step, Leg) else _point(step),
                    "properties": {**shared, "step": at, **_step(step)},
                }
            )
    return {
        "type": "FeatureCollection",
        "name": f"{answer.origin.label} to {answer.destination.label}",
        "state": query.state,
        "licence": LICENCE,
        "features": features,
    }


def densified(points: Array, step_km: float = STEP_KM) -> Array:
    """Latitudes and longitudes with more of the great circle put in between distant points.

    ``points`` has shape (n, 2); longitudes run on without jumps, so they may leave -180 to 180.
    """
    lat, lon = np.radians(np.asarray(points, np.float64)).T
    km = great_circle_km(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    xyz = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    out = [np.asarray(points[:1], np.float64)]
    for k, n in enumerate(np.ceil(km / step_km).astype(int).tolist()):
        if n > 1:
            angle = float(np.arccos(np.clip(xyz[k] @ xyz[k + 1], -1.0, 1.0)))
            share = np.arange(1, n)[:, None] / n
            if np.sin(angle) > 1e-9:
                between = np.sin((1 - share) * angle) * xyz[k] + np.sin(share * angle) * xyz[k + 1]
                flat = np.hypot(between[:, 0], between[:, 1])
                new = [np.arctan2(between[:, 2], flat), np.arctan2(between[:, 1], between[:, 0])]
                out.append(np.degrees(np.column_stack(new)))
        out.append(np.asarray(points[k + 1 : k + 2], np.float64))
    line = np.concatenate(out)
    line[:, 1] = np.degrees(np.unwrap(np.radians(line[:, 1])))
    return line


def cut(line: Array, edge: float = 180.0) -> list[Array]:
    """A line whose longitudes run on, as pieces within 360 degrees that end at the meridian.

    Pieces have longitudes from ``edge - 360`` to ``edge``; both sides of a cut lie on the edge.
    """
    turn: list[int] = np.floor((line[:, 1] - (edge - 360.0)) / 360.0).astype(int).tolist()
    # A point on the edge belongs to the piece that it ends.
    on_edge = np.isclose((line[:, 1] - edge) % 360.0, 0.0, atol=1e-9).tolist()
    for k, at_edge in enumerate(on_edge):
        if at_edge:
            turn[k] = turn[k - 1] if k else turn[min(k + 1, len(turn) - 1)]
    pieces: list[Array] = []
    current = [line[0] - [0, 360.0 * turn[0]]]
    for k in range(1, len(line)):
        while turn[k] != turn[k - 1]:
            up = turn[k] > turn[k - 1]
            border = edge - 360.0 + 360.0 * (turn[k - 1] + (1 if up else 0))
            rise = line[k, 1] - line[k - 1, 1]
            share = (border - line[k - 1, 1]) / rise if rise else 0.0
            lat = line[k - 1, 0] + share * (line[k, 0] - line[k - 1, 0])
            pieces.append(np.array([*current, [lat, edge if up else edge - 360.0]]))
            current = [np.array([lat, edge - 360.0 if up else edge])]
            turn[k - 1] += 1 if up else -1
        current.append(line[k] - [0, 360.0 * turn[k]])
    pieces.append(np.array(current))
    return [p for p in pieces if len(p) > 1]


def _line(leg: Leg) -> dict[str, Any]:
    points = leg.points if len(leg.points) > 1 else np.repeat(leg.points, 2, axis=0)
    parts = [_coordinates(piece) for piece in cut(densified(points))]
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _coordinates(piece: Array) -> list[list[float]]:
    """Longitude and latitude; points that rounding makes equal are left out, two at least stay."""
    rounded = np.round(piece[:, ::-1], DEGREES) + 0.0
    keep = np.r_[True, (np.diff(rounded, axis=0) != 0).any(axis=1)]
    kept: list[list[float]] = rounded[keep].tolist()
    return kept if len(kept) > 1 else [kept[0], kept[0]]


def _point(stop: Stop) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [_n(stop.lon, DEGREES), _n(stop.lat, DEGREES)]}


def _step(step: Leg | Stop) -> dict[str, Any]:
    numbers = {
        "km": _n(step.km, 1),
        "hours": _n(step.hours, 2),
        "usd_per_teu": _n(step.usd, 2),
        "kgco2e_per_teu": _n(step.kgco2e, 2),
    }
    if isinstance(step, Leg):
        return {
            "mode": step.mode, "origin": step.origin, "destination": step.destination,
            "countries": list(step.countries), "passages": list(step.passages), **numbers,
        }  # fmt: skip
    hours: dict[str, float] = {}
    for name, value in step.parts:
        hours[name] = hours.get(name, 0.0) + value
    return {
        "kind": step.kind, "place": step.place, "ref": step.ref, "lat": _n(step.lat, DEGREES),
        "lon": _n(step.lon, DEGREES), **numbers,
        "hours_by_part": {k: _n(v, 2) for k, v in hours.items()},
    }  # fmt: skip


def _boarding(b: Boarding) -> dict[str, Any]:
    s = b.service
    return {
        "place": b.place,
        "service": f"{s.origin} - {s.destination}",
        "by": b.by,
        "ready": b.ready.isoformat(timespec="minutes"),
        "departs": None if b.departs is None else b.departs.isoformat(timespec="minutes"),
        "wait_hours": _n(b.wait_hours, 2),
        "default_wait_hours": _n(b.default_hours, 2),
        "departures_per_week": _n(s.per_week, 2) if np.isfinite(s.per_week) else None,
        "schedule_days": list(s.days),
        "year": s.year,
        "source_title": s.source_title,
        "source_url": s.source_url,
        "confidence": s.confidence,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "name": place.name, "label": place.label, "kind": place.kind, "iso3": place.iso3,
        "lat": _n(place.lat, DEGREES), "lon": _n(place.lon, DEGREES), "locode": place.locode,
    }  # fmt: skip


def _day(trip: Trip, hours: float) -> str:
    moment = trip.arrival(hours)
    return "" if moment is None else moment.date().isoformat()


def _n(value: float, digits: int) -> float:
    """A plain number without a negative zero."""
    return round(float(value), digits) + 0.0
