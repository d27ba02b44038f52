"""Build the bundled file ``polygons``: economy outlines for the maps of a report.

Source: Natural Earth 1:50m (public domain) as cut and coded in the npm package ``world-atlas``.
The outlines are simplified arc by arc, so that neighbours still share their border.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import warnings
from pathlib import Path

import antimeridian
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon

from _common import WORK, write_file

FACTS = Path(__file__).resolve().parent / "facts"
PACKAGE = "world-atlas@2.0.2"
TOLERANCE_DEGREES = 0.06
SMALLEST_ISLAND_SQUARE_DEGREES = 0.03
SPECK_SQUARE_DEGREES = 0.02
DECIMALS = 2

# Outlines without a numeric code of their own, or with one they share, go to the economy whose
# territory they are in the ISO and UN lists.
FOLDED = {
    "Somaliland": "SOM",
    "N. Cyprus": "CYP",
    "Kosovo": "XKX",
    "Indian Ocean Ter.": "AUS",
    "Ashmore and Cartier Is.": "AUS",
}
# Unassigned in the source, or without a settled population.
DROPPED = {
    "Siachen Glacier",
    "Antarctica",
    "Fr. S. Antarctic Lands",
    "Heard I. and McDonald Is.",
    "S. Geo. and the Is.",
}
# ISO 3166-1 territories that are drawn but are no economy of ours.
OTHER = {
    "336": ("VAT", "Holy See"),
    "086": ("IOT", "British Indian Ocean Territory"),
    "654": ("SHN", "Saint Helena, Ascension and Tristan da Cunha"),
    "612": ("PCN", "Pitcairn"),
    "660": ("AIA", "Anguilla"),
    "238": ("FLK", "Falkland Islands (Malvinas)"),
    "500": ("MSR", "Montserrat"),
    "832": ("JEY", "Jersey"),
    "831": ("GGY", "Guernsey"),
    "732": ("ESH", "Western Sahara"),
    "666": ("SPM", "Saint Pierre and Miquelon"),
    "876": ("WLF", "Wallis and Futuna Islands"),
    "652": ("BLM", "Saint Barthélemy"),
    "248": ("ALA", "Åland Islands"),
    "574": ("NFK", "Norfolk Island"),
}


def topology(scale: str) -> dict:
    """Fetch the package once and return its TopoJSON at ``"50m"`` or ``"10m"``."""
    folder = WORK / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{PACKAGE.replace('@', '-')}.tgz"
    if not archive.exists():
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/countries-{scale}.json")
        if member is None:
            raise SystemExit(f"{PACKAGE} has no countries-{scale}.json")
        return json.load(member)


def decode_arcs(topo: dict, tolerance: float) -> list[np.ndarray]:
    """Undo the delta coding and simplify; the ends of an arc stay, so borders keep matching."""
    scale = np.array(topo["transform"]["scale"])
    shift = np.array(topo["transform"]["translate"])
    arcs = []
    for raw in topo["arcs"]:
        points = np.cumsum(np.array(raw, dtype=float), axis=0) * scale + shift
        simple = np.array(LineString(points).simplify(tolerance).coords)
        closed = np.array_equal(points[0], points[-1])
        if np.abs(np.diff(points[:, 0])).max(initial=0.0) > 180.0 or (closed and len(simple) < 5):
            # A jump over the antimeridian is no line to straighten; a small island keeps its shape.
            simple = points
        arcs.append(simple)
    return arcs


def ring(indices: list[int], arcs: list[np.ndarray]) -> np.ndarray:
    """Join arcs to one closed ring; index ``~i`` means arc ``i`` backwards."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.vstack([parts[0], *(p[1:] for p in parts[1:])])


def to_polygons(geometry: dict, arcs: list[np.ndarray]) -> list[Polygon]:
    """Polygons of one TopoJSON geometry, cut at the antimeridian."""
    groups = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    out: list[Polygon] = []
    for group in groups:
        rings = [ring(indices, arcs) for indices in group]
        rings = [r for r in rings if len(r) >= 4]
        if not rings:
            continue
        polygon = Polygon(rings[0], rings[1:])
        if any(np.abs(np.diff(r[:, 0])).max() > 180.0 for r in rings):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", antimeridian.FixWindingWarning)
                polygon = antimeridian.fix_polygon(polygon, great_circle=False)
        parts = shapely.get_parts(shapely.make_valid(polygon))
        out.extend(p for p in parts if p.geom_type == "Polygon")
    return out


def clockwise(polygon: Polygon) -> list[list[list[float]]]:
    """Rings as d3 reads them: outer ring clockwise, holes counter-clockwise."""
    turned = shapely.geometry.polygon.orient(polygon, sign=-1.0)
    return [[list(map(float, c)) for c in r.coords] for r in (turned.exterior, *turned.interiors)]


def outline(polygons: list[Polygon]) -> dict | None:
    """One GeoJSON geometry: rounded, without specks beside larger parts."""
    whole = shapely.union_all(polygons)
    decimals = DECIMALS if whole.area > SPECK_SQUARE_DEGREES else DECIMALS + 1
    merged = shapely.set_precision(whole, 10.0**-decimals)
    parts = [p for p in shapely.get_parts(merged) if p.geom_type == "Polygon" and p.area > 0]
    if not parts:
        return None
    parts.sort(key=lambda p: -p.area)
    least = min(SMALLEST_ISLAND_SQUARE_DEGREES, parts[0].area / 4)
    parts = [p for p in parts if p.area >= least]
    rings = [
        [[[round(x, decimals), round(y, decimals)] for x, y in r] for r in clockwise(p)]
        for p in MultiPolygon(parts).geoms
    ]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def smallest(wanted: dict[str, str]) -> dict[str, list[Polygon]]:
    """Outlines at 1:10m, by iso3, of the economies that are too small for 1:50m."""
    topo = topology("10m")
    arcs = decode_arcs(topo, TOLERANCE_DEGREES / 30)
    geometries = topo["objects"]["countries"]["geometries"]
    return {wanted[g["id"]]: to_polygons(g, arcs) for g in geometries if g.get("id") in wanted}


def main() -> None:
    """Write ``polygons``."""
    economies = pd.read_csv(FACTS / "economies.csv", keep_default_na=False, dtype=str)
    code = dict(zip(economies.iso_numeric, economies.iso3, strict=True))
    name = dict(zip(economies.iso3, economies.name, strict=True))
    topo = topology("50m")
    arcs = decode_arcs(topo, TOLERANCE_DEGREES)
    found: dict[str, list[Polygon]] = {}
    for geometry in topo["objects"]["countries"]["geometries"]:
        label, numeric = geometry["properties"]["name"], geometry.get("id", "")
        if label in DROPPED:
            continue
        if label in FOLDED:
            iso3 = FOLDED[label]
        elif numeric in OTHER:
            iso3, name[OTHER[numeric][0]] = OTHER[numeric]
        elif numeric in code:
            iso3 = code[numeric]
        else:
            raise SystemExit(f"no code for the outline {label!r} ({numeric!r})")
        found.setdefault(iso3, []).extend(to_polygons(geometry, arcs))
    tiny = {i for i, shapes in found.items() if outline(shapes) is None}
    found |= smallest({c: i for c, i in code.items() if c and (i in tiny or i not in found)})
    features = []
    for iso3 in sorted(found):
        geometry = outline(found[iso3])
        if geometry is None:
            print(f"{iso3}: too small to draw")
            continue
        properties = {"iso3": iso3, "name": name[iso3]}
        features.append(
            {"type": "Feature", "id": iso3, "properties": properties, "geometry": geometry}
        )
    missing = sorted(set(economies.iso3) - {f["id"] for f in features})
    print(f"economies without an outline: {missing}")
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    write_file(
        "polygons",
        text.encode("utf-8"),
        "geojson",
        title="Outlines of economies for maps, simplified",
        script="data/build_polygons.py",
        rows=len(features),
        sources=[
            {
                "title": "Natural Earth 1:50m (1:10m for the smallest), Admin 0 countries, "
                "from world-atlas 2.0.2 (ISC)",
                "url": "https://www.naturalearthdata.com/",
                "licence": "public domain",
                "vintage": "Natural Earth 4.1 as packaged in world-atlas 2.0.2",
            }
        ],
        notes="GeoJSON, longitude and latitude in degrees (WGS 84), two decimals (three for the "
        "smallest), cut at the "
        "antimeridian. Outer rings run clockwise, as d3 and Vega read them on the sphere (the "
        "reverse of RFC 7946). Boundaries are those of the source, which shows control on the "
        "ground as its editors saw it; they are for orientation only and imply no opinion on the "
        "legal status of any territory or its frontiers. Choices made here: Somaliland is part "
        "of Somalia and Northern Cyprus of Cyprus, Kosovo is drawn by itself (XKX), Western "
        "Sahara by itself (ESH), Ashmore and Cartier, Christmas and Cocos Islands go to "
        "Australia, French overseas departments to France; the Siachen Glacier, unassigned in "
        "the source, Antarctica and the southern islands without residents are left out. "
        f"Without an outline: {', '.join(missing) or 'none'}.",
    )


if __name__ == "__main__":
    main()
