"""What the maps show, as GeoJSON: the network, corridors, projects, ports, crossings, services.

Every feature has the same properties: ``id``, ``name``, ``kind``, ``state``, ``href``, ``value``
and ``label``; ``label`` is what a reader is told about it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.app.formats import shown
from beltroad.app.questions import boundaries
from beltroad.app.questions.kept import from_disk, once
from beltroad.infrastructure.projects.status import status_group

__all__ = [
    "MODES", "STATES", "about", "about_outlines", "borders", "corridors", "feature", "features_of",
    "network", "point", "ports", "projects", "services", "shaded", "warm",
]  # fmt: skip

# Width of the grid that lines are drawn together on, degrees; lanes at sea are drawn as they are.
MODES = {"rail": 1.25, "sea": 0.0, "road": 2.5, "water": 0.75}
STATES = ("open", "building", "planned", "halted")
_AT_A_PLACE = ("terminal", "new_port", "new_terminal")
_EDGE = 180.0

Feature = dict[str, Any]
Collection = dict[str, Any]


def about(table: str) -> dict[str, str]:
    """Who published a bundled table, for the foot of a map."""
    info = evidence.info(table)
    return {
        "source": "; ".join(s.title for s in info.sources),
        "licence": "; ".join(dict.fromkeys(s.licence for s in info.sources)),
        "as_of": "; ".join(dict.fromkeys(s.vintage for s in info.sources)),
    }


def features_of(features: Iterable[Feature], table: str) -> Collection:
    """Features with their provenance as one collection."""
    return {"type": "FeatureCollection", "features": list(features), "origin": about(table)}


def about_outlines(chosen: Path | None) -> dict[str, str]:
    """Who drew the outlines: the publishers of the bundled ones, or the file of one's own."""
    return about("polygons") if chosen is None else {"source": chosen.name}


def shaded(
    chosen: Path | None, tell: Callable[[str, str], Mapping[str, Any]],
    origin: Mapping[str, Any] | None = None,
) -> Collection:  # fmt: skip
    """Outlines of economies with what ``tell`` says of each by code and name: value, label, link.

    Lines of the set stay as they are. The origin is that of the outlines unless another is given.
    """
    features = []
    for each in boundaries.outlines(chosen)["features"]:
        own = each["properties"]
        if own["kind"] == "economy":
            own = {**own, **tell(own["id"], own["name"])}
        features.append({**each, "properties": own})
    said = about_outlines(chosen) if origin is None else dict(origin)
    return {"type": "FeatureCollection", "features": features, "origin": said}


def feature(geometry: Mapping[str, Any], **own: Any) -> Feature:
    """A feature with all properties of the map's features; those not given are empty."""
    empty = {"id": "", "name": "", "kind": "", "state": "", "href": "", "value": None, "label": ""}
    return {"type": "Feature", "properties": empty | own, "geometry": dict(geometry)}


def point(lat: float, lon: float) -> dict[str, Any]:
    """Geometry of a place."""
    return {"type": "Point", "coordinates": [round(float(lon), 3), round(float(lat), 3)]}


@once
def network(modes: tuple[str, ...] = ("rail", "sea")) -> Collection:
    """Main lines of the freight network, drawn together on a grid; one feature for each mode."""
    return from_disk(
        f"network-{'-'.join(modes)}", lambda: _network(modes),
        read=json.loads, write=lambda found: json.dumps(found).encode(),
    )  # fmt: skip


def _network(modes: tuple[str, ...]) -> Collection:
    features = []
    for mode in modes:
        lines, links = _lines(mode)
        features.append(
            feature({"type": "MultiLineString", "coordinates": lines}, id=mode, kind=mode,
                     name=mode, value=links, label=mode)
        )  # fmt: skip
    return features_of(features, "network_links")


@lru_cache(maxsize=8)
def _lines(mode: str) -> tuple[list[list[list[float]]], int]:
    """Lines of one mode, joined end to end, and how many links they are made of."""
    from beltroad.app.questions.sea_lanes import lanes
    from beltroad.appraisal.maplayers import thinned
    from beltroad.infrastructure.network import Network

    if mode == "sea":
        ways = lanes()
        return chained(ways), len(ways)
    net = Network.bundled()
    frame = thinned(net, net.has_mode(mode), mode, MODES[mode])
    ends = frame[["lon", "lat"]].to_numpy(float).round(2).reshape(-1, 2, 2)
    return chained(ends.tolist()), len(ends)


def chained(links: Sequence[Sequence[Sequence[float]]]) -> list[list[list[float]]]:
    """Links joined into lines that end only where lines meet: a third of the bytes."""
    at: dict[tuple[float, ...], list[int]] = {}
    ends = [(tuple(a), tuple(b)) for a, b in links]
    for row, (a, b) in enumerate(ends):
        at.setdefault(a, []).append(row)
        at.setdefault(b, []).append(row)
    used = [False] * len(ends)
    lines: list[list[list[float]]] = []

    def follow(row: int, start: tuple[float, ...]) -> None:
        line = [list(start)]
        here: tuple[float, ...] = start
        while True:
            used[row] = True
            here = ends[row][1] if ends[row][0] == here else ends[row][0]
            line.append(list(here))
            onward = [r for r in at[here] if not used[r]]
            if len(at[here]) != 2 or not onward:
                break
            row = onward[0]
        lines.append(line)

    # From the ends and junctions first; what is left then are rings.
    for first in (True, False):
        for row, (a, b) in enumerate(ends):
            for start in (a, b):
                if not used[row] and (not first or len(at[start]) != 2):
                    follow(row, start)
    return lines


def projects(frame: pd.DataFrame, states: Sequence[str] = STATES) -> Collection:
    """Published projects in these groups of states: a line, or a point at a place."""
    features = []
    for row in frame.to_dict("records"):
        state = status_group(str(row["status"]))
        geometry = _project_geometry(row)
        if state not in states or geometry is None:
            continue
        cost = float(row["cost_usd_bn"]) if pd.notna(row["cost_usd_bn"]) else None
        said = f"{row['name']}: {row['mode']}, {row['status']}".replace("_", " ")
        if cost is not None:
            said += f", USD {shown(cost)} billion"
        features.append(
            feature(geometry, id=row["id"], name=row["name"], kind=row["mode"], state=state,
                     href=f"/projects/{row['id']}", value=cost, label=said)
        )  # fmt: skip
    return features_of(features, "projects")


def _project_geometry(row: Mapping[Any, Any]) -> dict[str, Any] | None:
    from beltroad.infrastructure.projects.record import parse_waypoints

    text = str(row.get("waypoints") or "")
    if not text:
        return None
    points = parse_waypoints(text)
    if len(points) == 1 or row["effect"] in _AT_A_PLACE:
        return point(*points[0])
    return _line(points)


def _line(points: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    """A line, cut in two where it passes the antimeridian."""
    lonlat = points[:, ::-1].round(3)
    jumps = np.flatnonzero(np.abs(np.diff(lonlat[:, 0])) > _EDGE) + 1
    pieces = [p.tolist() for p in np.split(lonlat, jumps) if len(p) > 1]
    if len(pieces) == 1:
        return {"type": "LineString", "coordinates": pieces[0]}
    return {"type": "MultiLineString", "coordinates": pieces}


def corridors(frame: pd.DataFrame) -> Collection:
    """One feature for each corridor: the lines and places of its published projects."""
    from beltroad.app.questions.projects.listing import coded, words_for

    features = []
    for corridor, rows in frame.groupby("corridor", sort=True):
        parts = [g for row in rows.to_dict("records") if (g := _project_geometry(row)) is not None]
        lines = [g["coordinates"] for g in parts if g["type"] == "LineString"]
        lines += [c for g in parts if g["type"] == "MultiLineString" for c in g["coordinates"]]
        spots = [g["coordinates"] for g in parts if g["type"] == "Point"]
        name = coded("corridor", str(corridor), words_for("en"))
        geometry = {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "MultiLineString", "coordinates": lines},
                {"type": "MultiPoint", "coordinates": spots},
            ],
        }
        features.append(
            feature(geometry, id=corridor, name=name, kind="corridor", value=len(rows),
                     href=f"/projects?corridor={corridor}", label=f"{name}: {len(rows)} projects")
        )  # fmt: skip
    return features_of(features, "projects")


@lru_cache(maxsize=1)
def ports() -> Collection:
    """Container ports with their yearly traffic, TEU."""
    features = []
    for row in evidence.load("container_ports").to_dict("records"):
        teu = None if pd.isna(row["teu"]) else float(row["teu"])
        said = "traffic not known" if teu is None else f"{teu:,.0f} TEU ({row['year']:.0f})"
        features.append(
            feature(point(row["lat"], row["lon"]), id=row["locode"], name=row["name"],
                     kind="port", state=row["role"], value=teu, label=f"{row['name']}: {said}")
        )  # fmt: skip
    return features_of(features, "container_ports")


@lru_cache(maxsize=1)
def borders() -> Collection:
    """Listed border crossings with the published wait, hours (mean of the two directions)."""
    features = []
    for row in evidence.load("borders").to_dict("records"):
        waits = [row[c] for c in ("wait_ab_hours", "wait_ba_hours") if pd.notna(row[c])]
        wait = round(sum(waits) / len(waits), 1) if waits else None
        said = "wait not known" if wait is None else f"{wait:,.1f} h wait"
        features.append(
            feature(point(row["lat"], row["lon"]), id=row["border_id"], name=row["name"],
                     kind="border", state=row["mode"], value=wait,
                     label=f"{row['name']} ({row['iso3_a']}–{row['iso3_b']}, {row['mode']}): "
                     + said)
        )  # fmt: skip
    return features_of(features, "borders")


@lru_cache(maxsize=1)
def services() -> Collection:
    """Lines and places of the named services; a line shows what is joined, not the track."""
    from beltroad.infrastructure import services as named

    titles = {each.id: each.name for each in named.services()}
    features = []
    for number, drawn in enumerate(named.as_geojson(named.services())["features"]):
        own = drawn["properties"]
        service = str(own["service_id"])
        is_place = own["feature"] == "place"
        name = str(own["place"] if is_place else own["name"])
        features.append(
            feature(drawn["geometry"], id=f"{service}-{number}", name=name,
                     kind=own["feature"] if is_place else own["mode"], state=service,
                     href=f"/search?q={service}", label=f"{titles[service]}: {name}")
        )  # fmt: skip
    return features_of(features, "services")


def warm(outlines: Path | None = None) -> None:
    """Make what every first map needs, so that the first reader does not wait for it."""
    boundaries.outlines(outlines)
    network()
