"""Named services on the map, as GeoJSON (RFC 7946)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.infrastructure.services.record import Service, services

__all__ = ["STRAITS", "as_geojson"]

_Point = tuple[float, float]
# A point in the fairway of each strait or canal, longitude and latitude in degrees.
STRAITS: dict[str, _Point] = {
    "babalmandab": (43.3, 12.6),
    "bosporus": (29.1, 41.1),
    "dardanelles": (26.4, 40.2),
    "gibraltar": (-5.6, 35.9),
    "malacca": (101.3, 2.6),
    "ormuz": (56.5, 26.5),
    "panama": (-79.7, 9.1),
    "south_africa": (20.0, -35.2),
    "suez": (32.4, 30.5),
    "sunda": (105.8, -5.9),
}
_LINE_KEYS = (
    "line_id", "name", "origin", "destination", "mode", "carries", "via", "departures_per_week",
    "km_published", "days_published", "usd_per_teu_published", "source_title", "source_url",
    "confidence", "note",
)  # fmt: skip
_PLACE_KEYS = (
    "place", "role", "iso3", "locode", "iata", "border_id", "source_title", "source_url",
    "confidence",
)  # fmt: skip


def as_geojson(service: Service | Iterable[Service]) -> dict[str, Any]:
    """Places as points and lines as straight pieces over their crossings, ports and straits.

    The pieces show what a line joins, not its track. A line over the antimeridian is cut there.

    Returns
    -------
    dict
        A ``FeatureCollection``; each feature has ``service_id`` and ``feature`` ("place" or
        "line") among its properties. Numbers that are not known are null.
    """
    several = [service] if isinstance(service, Service) else list(service)
    features = [feature for each in several for feature in (*_places(each), *_lines(each))]
    return {"type": "FeatureCollection", "features": features}


def _places(service: Service) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {"service_id": service.id, "feature": "place"}
            | {key: _plain(row[key]) for key in _PLACE_KEYS},
        }
        for row in service.places.to_dict("records")
    ]


def _lines(service: Service) -> list[dict[str, Any]]:
    known = _positions()
    features = []
    for row in service.lines.to_dict("records"):
        steps = [step for step in row["via"].split(";") if step in known]
        points = [
            (row["origin_lon"], row["origin_lat"]),
            *(known[step] for step in steps),
            (row["dest_lon"], row["dest_lat"]),
        ]
        pieces = _cut(points)
        geometry: dict[str, Any] = (
            {"type": "LineString", "coordinates": pieces[0]}
            if len(pieces) == 1
            else {"type": "MultiLineString", "coordinates": pieces}
        )
        features.append(
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {"service_id": service.id, "feature": "line"}
                | {key: _plain(row[key]) for key in _LINE_KEYS},
            }
        )
    return features


@lru_cache(maxsize=1)
def _positions() -> dict[str, _Point]:
    """Longitude and latitude of crossings, ports that some service names, and straits."""
    borders = evidence.load("borders")
    found = {
        str(name): (float(lon), float(lat))
        for name, lon, lat in zip(borders["border_id"], borders["lon"], borders["lat"], strict=True)
    }
    ports = pd.concat([each.places for each in services()])
    ports = ports[ports["locode"] != ""]
    for name, lon, lat in zip(ports["locode"], ports["lon"], ports["lat"], strict=True):
        found.setdefault(str(name), (float(lon), float(lat)))
    return found | STRAITS


def _cut(points: list[_Point]) -> list[list[list[float]]]:
    """Pieces of a line, cut where it crosses the antimeridian by the shorter way."""
    pieces = [[list(points[0])]]
    for (lon0, lat0), (lon1, lat1) in itertools.pairwise(points):
        if abs(lon1 - lon0) > 180.0:
            edge = math.copysign(180.0, lon0)
            share = (edge - lon0) / (lon1 + 2.0 * edge - lon0)
            lat = round(lat0 + share * (lat1 - lat0), 6)
            pieces[-1].append([edge, lat])
            pieces.append([[-edge, lat]])
        pieces[-1].append([lon1, lat1])
    return pieces


def _plain(value: Any) -> Any:
    """A value that JSON has: NaN becomes null, a number without a fraction an integer."""
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    return value
