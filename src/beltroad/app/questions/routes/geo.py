"""Ways on the map: lines by mode, stops, and a mark with the number of each way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beltroad.app.questions.geo import feature, point
from beltroad.infrastructure.routes.export import LICENCE, cut, densified
from beltroad.infrastructure.routes.route import Leg
from beltroad.infrastructure.routes.schedule import Trip

__all__ = ["collection", "features"]

_DIGITS = 3
_STEP_KM = 150.0


def features(trips: Sequence[Trip]) -> list[dict[str, Any]]:
    """Features of the map's style "route"; ``id`` begins with the number of the way."""
    out: list[dict[str, Any]] = []
    for number, trip in enumerate(trips, start=1):
        for at, step in enumerate(trip.route.steps):
            said = f"{step.hours:,.1f} h, USD {step.usd:,.0f}, {step.kgco2e:,.0f} kg CO2e"
            if isinstance(step, Leg):
                name = f"{step.origin} – {step.destination}"
                own = {"kind": step.mode, "label": f"{number}: {step.mode}, {name}, "
                       f"{step.km:,.0f} km, {said}"}  # fmt: skip
                geometry = _line(step)
            else:
                name, geometry = step.place, point(step.lat, step.lon)
                own = {"kind": step.kind, "label": f"{number}: {step.kind}, {name}, {said}"}
            out.append(feature(geometry, id=f"{number}-{at}", name=name, value=step.hours, **own))
    return out


def _line(leg: Leg) -> dict[str, Any]:
    points = leg.points if len(leg.points) > 1 else np.repeat(leg.points, 2, axis=0)
    pieces = [
        np.round(piece[:, ::-1], _DIGITS).tolist() for piece in cut(densified(points, _STEP_KM))
    ]
    if len(pieces) == 1:
        return {"type": "LineString", "coordinates": pieces[0]}
    return {"type": "MultiLineString", "coordinates": pieces}


def collection(kept: Sequence[dict[str, Any]], way: int | None = None) -> dict[str, Any]:
    """All features, or those of one way."""
    chosen = [
        f for f in kept if way is None or str(f["properties"]["id"]).split("-")[0] == str(way)
    ]
    origin = {"source": "OpenStreetMap contributors and others", "licence": LICENCE, "as_of": ""}
    return {"type": "FeatureCollection", "features": chosen, "origin": origin}
