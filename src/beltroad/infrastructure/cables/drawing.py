"""A way over cables and land as GeoJSON."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.cables.latency import Latency
from beltroad.infrastructure.cables.lines import densify
from beltroad.infrastructure.cables.network import FibreNetwork

__all__ = ["run_line", "way_geojson"]

# Between drawn points the way is a great circle; maps draw straight lines.
STEP_KM = 200.0
_ENDS = ("from_landing", "to_landing")


def run_line(
    net: FibreNetwork, cable_id: str, origin: str, destination: str
) -> NDArray[np.float64]:
    """Drawn way of one cable between two of its landings, shape (points, 2): lat, lon."""
    near: dict[str, list[tuple[str, int]]] = {}
    rows = np.flatnonzero(net.segments["cable_id"].eq(cable_id).to_numpy()).tolist()
    starts, stops = (net.segments[end].astype(str).to_list() for end in _ENDS)
    length = net.segments["km"].to_numpy(float).tolist()
    for link in rows:
        near.setdefault(starts[link], []).append((stops[link], link))
        near.setdefault(stops[link], []).append((starts[link], link))
    queue: list[tuple[float, str, str, int]] = [(0.0, origin, "", -1)]
    before: dict[str, tuple[str, int]] = {}
    while queue and destination not in before:
        km, node, last, link = heapq.heappop(queue)
        if node in before:
            continue
        before[node] = (last, link)
        # A run has nothing but branching units between its ends.
        if node == origin or node not in net.landing_index:
            for other, onward in near.get(node, []):
                heapq.heappush(queue, (km + length[onward], other, node, onward))
    parts: list[NDArray[np.float64]] = []
    node = destination
    while node != origin:
        last, link = before[node]
        line = net.lines[link]
        parts.append(line if stops[link] == node else line[::-1])
        node = last
    return np.concatenate(parts[::-1])


def way_geojson(net: FibreNetwork, way: Latency) -> dict[str, Any]:
    """A feature for each leg: ``kind`` (cable or land), ``cable``, ends, ``km``, ``ms``.

    Land legs are drawn straight between their ends (``drawn`` says so); a line over the
    antimeridian is cut there.
    """
    points = net.points
    features = []
    for leg in way.legs:
        if leg.cable_id:
            line = run_line(net, leg.cable_id, leg.origin, leg.destination)
        else:
            ends = [
                points.loc[[row], ["lat", "lon"]].to_numpy(float)[0]
                for row in (leg.origin_row, leg.destination_row)
            ]
            line = np.stack(ends)
        properties = {
            "kind": "cable" if leg.cable_id else "land", "cable_id": leg.cable_id,
            "cable": leg.cable, "origin": leg.origin, "destination": leg.destination,
            "fibre_km": round(leg.km, 1), "one_way_ms": round(leg.ms, 3),
            "drawn": "around land, no surveyed route" if leg.cable_id else "straight",
        }  # fmt: skip
        features.append({"type": "Feature", "properties": properties, "geometry": _geometry(line)})
    return {"type": "FeatureCollection", "features": features}


def _geometry(line: NDArray[np.float64]) -> dict[str, Any]:
    fine = densify(line, STEP_KM)
    fine = fine[np.concatenate([[True], np.any(np.diff(fine, axis=0) != 0, axis=1)])]
    cuts = np.flatnonzero(np.abs(np.diff(fine[:, 1])) > 180) + 1
    parts = []
    for k, part in enumerate(np.split(fine, cuts)):
        points = part.tolist()
        if k:  # start where the line enters this side
            points.insert(0, [points[0][0], 180.0 if points[0][1] > 0 else -180.0])
        if k < len(cuts):
            points.append([points[-1][0], 180.0 if points[-1][1] > 0 else -180.0])
        parts.append([[round(lon, 4), round(lat, 4)] for lat, lon in points])
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}
