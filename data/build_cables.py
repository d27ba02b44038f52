"""Check the hand-written cable facts and write the bundled tables of fibre cables.

Tables: ``cables``, ``cable_landings``, ``cable_segments`` and the yardstick ``latency_checks``.
The way of a submarine segment (column ``via``) was drawn for this table, around land; it is no
surveyed route. This script refuses a way that crosses land.

Run: ``python data/build_cables.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from pathlib import Path

import pandas as pd
import shapely
from shapely.geometry import shape

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts"
KINDS, STATUSES = {"submarine", "terrestrial"}, {
    "in_service", "under_construction", "planned", "retired",
}  # fmt: skip
# Within this distance of a landing a segment may run over land: landings are given to 0.05
# degrees, harbours and estuaries are coarse in the outlines.
SHORE_KM, STEP_KM = 30.0, 5.0
COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "cables": {
        "cable_id": ("-", "short id"),
        "name": ("-", "usual name"),
        "kind": ("-", "submarine or terrestrial; a cable may have short parts of the other kind"),
        "year": ("year", "start of service; planned start where not in service yet"),
        "year_out": ("year", "end of service; empty unless retired"),
        "length_km": ("km", "published length of the system; empty if not read"),
        "capacity_tbps": ("Tbit/s", "published design capacity, latest read; empty if not read"),
        "status": ("-", "in_service, under_construction, planned or retired"),
        "owners": ("-", "owners, short"),
        "source_title": ("-", "page that states year, length or landings"),
        "source_url": ("-", "its address; empty where nothing was read"),
        "source_year": ("year", "year of the source"),
        "confidence": ("-", "high, medium or low"),
        "note": ("-", "what the source does not cover, second opinions"),
    },
    "cable_landings": {
        "cable_id": ("-", "cable"),
        "landing": ("-", "town of the landing, shared by the cables that land there; BU: branch"),
        "kind": ("-", "landing, node (on land) or branching_unit (at sea)"),
        "iso3": ("-", "ISO 3166-1 alpha-3; empty at sea"),
        "lat": ("degree", "latitude, good to 0.05 on land; position of a branch is drawn"),
        "lon": ("degree", "longitude"),
    },
    "cable_segments": {
        "cable_id": ("-", "cable"),
        "from_landing": ("-", "landing, node or branching unit"),
        "to_landing": ("-", "the other end; light runs both ways"),
        "kind": ("-", "submarine or overland"),
        "km_published": ("km", "published length of this segment; empty if not known"),
        "via": (
            "-",
            "points 'lat lon' in degrees that lead the drawn way around land, ;-separated",
        ),
    },
    "latency_checks": {
        "check_id": ("-", "origin, destination, year"),
        "origin": ("-", "city, as in table cities, or landing"),
        "origin_iso3": ("-", "its country"),
        "destination": ("-", "city or landing"),
        "dest_iso3": ("-", "its country"),
        "rtt_ms": ("ms", "round-trip time"),
        "basis": ("-", "measured between networks, or published by an operator for a route"),
        "cable_id": ("-", "cable for which an operator publishes the figure; empty if not stated"),
        "source_title": ("-", "page that states the figure"),
        "source_url": ("-", "its address"),
        "source_year": ("year", "year of the figure"),
        "confidence": ("-", "high, medium or low"),
        "note": ("-", "how it was measured, route"),
    },
}
TITLES = {
    "cables": "Submarine and terrestrial fibre cables on the corridors and around them",
    "cable_landings": "Landings, nodes and branching units of fibre cables",
    "cable_segments": "Segments of fibre cables: who is joined with whom",
    "latency_checks": "Published round-trip times between cities",
}
NOTES = {
    "cables": "A selection, not an inventory. Facts typed by hand from the page named on each "
    "row; rows of confidence low rest on general knowledge wholly or in their towns.",
    "cable_landings": "Several stations of one town count as one landing. Towns not named by the "
    "source of the cable are said so in the note of table cables.",
    "cable_segments": "Topology is simplified: rings and double legs are drawn once. The drawn "
    "way avoids land and is no surveyed route.",
    "latency_checks": "A yardstick, not an input: nothing is fitted to these figures.",
}


def read(name: str) -> pd.DataFrame:
    """One facts table as text."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great circle in km between (lat, lon) in degrees."""
    p, q = math.radians(a[0]), math.radians(b[0])
    half = math.sin((q - p) / 2) ** 2
    half += math.cos(p) * math.cos(q) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(1.0, half)))


def steps(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points every few km along the great circles between these points."""
    out = []
    for a, b in itertools.pairwise(points):
        angle = distance_km(a, b) / 6371.0088
        count = max(math.ceil(angle * 6371.0088 / STEP_KM), 1)
        u, v = (_unit(p) for p in (a, b))
        for i in range(count):
            t = i / count
            if angle < 1e-9:
                out.append(a)
                continue
            x = [
                (math.sin((1 - t) * angle) * p + math.sin(t * angle) * q) / math.sin(angle)
                for p, q in zip(u, v, strict=True)
            ]
            lat = math.degrees(math.asin(max(-1.0, min(1.0, x[2]))))
            out.append((lat, math.degrees(math.atan2(x[1], x[0]))))
    return [*out, points[-1]]


def _unit(point: tuple[float, float]) -> tuple[float, float, float]:
    lat, lon = (math.radians(x) for x in point)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def outlines() -> shapely.STRtree:
    """Polygons of all land."""
    features = json.loads((BUNDLE / "polygons.geojson").read_text(encoding="utf-8"))["features"]
    parts = []
    for feature in features:
        made = shapely.make_valid(shape(feature["geometry"]))
        for part in shapely.get_parts(made):
            parts += [p for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
    return shapely.STRtree(parts)


def on_land(land: shapely.STRtree, points: list[tuple[float, float]], shores: list) -> int:
    """How many points of a way lie on land, away from the shores it starts or ends at."""
    far = [p for p in points if all(distance_km(p, s) > SHORE_KM for s in shores)]
    if not far:
        return 0
    spots = shapely.points([p[1] for p in far], [p[0] for p in far])
    return len(set(land.query(spots, predicate="within")[0].tolist()))


def cable_faults(cables: pd.DataFrame) -> list[str]:
    """Faults of the cables table."""
    found = [f"{i}: not unique" for i in cables.loc[cables["cable_id"].duplicated(), "cable_id"]]
    for r in cables.to_dict("records"):
        name = r["cable_id"]
        if r["kind"] not in KINDS or r["status"] not in STATUSES:
            found.append(f"{name}: kind {r['kind']!r}, status {r['status']!r}")
        if not 1985 <= int(r["year"]) <= 2035:
            found.append(f"{name}: year {r['year']}")
        if (r["status"] == "retired") != bool(r["year_out"]):
            found.append(f"{name}: retired and year_out do not go together")
        if r["length_km"] and not 10 <= float(r["length_km"]) <= 50_000:
            found.append(f"{name}: length {r['length_km']} km")
        if r["confidence"] not in {"high", "medium", "low"}:
            found.append(f"{name}: confidence {r['confidence']!r}")
        if not r["source_url"] and (r["confidence"] != "low" or "not read" not in r["note"]):
            found.append(f"{name}: no source, but confidence or note does not say so")
        if r["source_url"] and not r["source_url"].startswith("http"):
            found.append(f"{name}: source address {r['source_url']!r}")
    return found


def shape_faults(landings: pd.DataFrame, segments: pd.DataFrame, ids: set[str]) -> list[str]:
    """Faults of landings and segments: places, ends, pieces, land."""
    found = [
        f"{r.cable_id} {r.landing}: not unique"
        for r in landings[landings.duplicated(["cable_id", "landing"])].itertuples()
    ]
    spots = landings[landings["kind"] != "branching_unit"]
    for name, rows in spots.groupby("landing"):
        if len(rows[["iso3", "lat", "lon"]].drop_duplicates()) > 1:
            found.append(f"{name}: one landing at several places")
    found += [f"{i}: no landings" for i in ids ^ set(landings["cable_id"])]
    found += [f"{i}: no segments" for i in ids ^ set(segments["cable_id"])]
    land = outlines()
    for cable, rows in landings.groupby("cable_id"):
        place = {r.landing: (float(r.lat), float(r.lon)) for r in rows.itertuples()}
        ashore = set(rows.loc[rows["kind"] != "branching_unit", "landing"])
        part = segments[segments["cable_id"] == cable]
        joined: set[str] = set()
        for r in part.itertuples():
            ends = (r.from_landing, r.to_landing)
            label = f"{cable} {ends[0]} - {ends[1]}"
            if not set(ends) <= set(place):
                found.append(f"{label}: an end is not among the landings")
                continue
            joined |= set(ends)
            if r.kind == "overland":
                continue
            via = [tuple(map(float, p.split())) for p in r.via.split(";") if p]
            points = [place[ends[0]], *via, place[ends[1]]]
            shores = [place[n] for n in ends if n in ashore]
            if count := on_land(land, steps(points), shores):
                found.append(f"{label}: {count} points on land")
            drawn = sum(distance_km(a, b) for a, b in itertools.pairwise(points))
            if r.km_published and not 0.97 * drawn <= float(r.km_published) <= 1.6 * drawn:
                found.append(f"{label}: {r.km_published} km published, {drawn:.0f} km drawn")
        found += [f"{cable}: {n} is not joined" for n in set(place) - joined]
    return found


def check_faults(checks: pd.DataFrame, ids: set[str]) -> list[str]:
    """Faults of the latency yardstick."""
    found = [f"{i}: not unique" for i in checks.loc[checks["check_id"].duplicated(), "check_id"]]
    for r in checks.to_dict("records"):
        if not 1 <= float(r["rtt_ms"]) <= 400 or r["basis"] not in {"measured", "published"}:
            found.append(f"{r['check_id']}: {r['rtt_ms']} ms, basis {r['basis']!r}")
        if not r["source_url"].startswith("http"):
            found.append(f"{r['check_id']}: no source")
        if r["cable_id"] and r["cable_id"] not in ids:
            found.append(f"{r['check_id']}: cable {r['cable_id']!r}")
    return found


def faults(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Every fault of the four tables, one line each."""
    for name, columns in COLUMNS.items():
        if list(tables[name].columns) != list(columns):
            return [f"{name}: columns are {list(tables[name].columns)}"]
    ids = set(tables["cables"]["cable_id"])
    return [
        *cable_faults(tables["cables"]),
        *shape_faults(tables["cable_landings"], tables["cable_segments"], ids),
        *check_faults(tables["latency_checks"], ids),
    ]


def main() -> int:
    """Check, report, write."""
    tables = {name: read(name) for name in COLUMNS}
    if found := faults(tables):
        print(f"cable facts: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    cables = tables["cables"]
    for column in ("kind", "status", "confidence"):
        counts = cables[column].value_counts()
        print(f"{column}: " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    if "--check" not in sys.argv:
        for name, columns in COLUMNS.items():
            write_table(
                name,
                tables[name],
                title=TITLES[name],
                script="data/build_cables.py",
                sources=[
                    {
                        "title": "Hand-written facts, a source on each row of cables and "
                        "latency_checks",
                        "url": f"data/facts/{name}.csv",
                        "licence": "facts; compilation CC0-1.0",
                        "vintage": "2026-11-22",
                    }
                ],
                columns=columns,
                notes=NOTES[name],
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
