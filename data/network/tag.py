"""Country of every node: Natural Earth polygons, then nearest tagged, then false runs removed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pycountry
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from network.sources import read_topology, to_unit_sphere

# Polygons without an ISO 3166 number. Tags serve routing (which border rules apply) and are no
# statement on status.
WITHOUT_ISO = {
    "Kosovo": "XKX",
    "Somaliland": "SOM",
    "N. Cyprus": "CYP",
    "Indian Ocean Ter.": "AUS",
    "Siachen Glacier": "",
}
# Overseas departments that Natural Earth draws as one feature with their state but which have
# ISO codes of their own: (tag in the polygons, code, lat min, lat max, lon min, lon max).
# Crimea: UN General Assembly resolution 68/262.
BOXES = [
    ("FRA", "GUF", 1.0, 7.0, -56.0, -51.0),
    ("FRA", "GLP", 15.7, 16.6, -62.0, -60.9),
    ("FRA", "MTQ", 14.3, 15.0, -61.4, -60.7),
    ("FRA", "REU", -21.5, -20.7, 55.1, 56.0),
    ("FRA", "MYT", -13.1, -12.5, 44.9, 45.4),
    ("NOR", "SJM", 74.0, 81.0, 10.0, 35.0),
    ("RUS", "UKR", 44.2, 46.1, 32.3, 36.62),
    ("NLD", "BES", 11.9, 17.8, -68.5, -62.9),
]
# States so small that a whole network of theirs looks like a false run.
TINY = {
    "MCO",
    "SMR",
    "VAT",
    "LIE",
    "AND",
    "GIB",
    "MAC",
    "HKG",
    "SGP",
    "LUX",
    "BHR",
    "MLT",
    "DJI",
    "GMB",
    "SWZ",
    "LSO",
    "BRN",
    "KWT",
    "QAT",
    "PSE",
    "XKX",
    "MNE",
}


def iso3_of_numeric(code: str) -> str:
    """ISO 3166 alpha-3 of a numeric code."""
    found = pycountry.countries.get(numeric=str(code).zfill(3))
    return found.alpha_3 if found else ""


def _rings(topology: dict, arcs: list) -> list[np.ndarray]:
    """Rings of one polygon in degrees; longitudes unwrapped where a ring crosses the seam."""
    rings = []
    for ring in arcs:
        parts = []
        for k, index in enumerate(ring):
            arc = topology["_arcs"][index] if index >= 0 else topology["_arcs"][~index][::-1]
            parts.append(arc if k == 0 else arc[1:])
        xy = np.vstack(parts).copy()
        step = np.diff(xy[:, 0])
        xy[1:, 0] -= 360 * np.cumsum(np.round(step / 360) * (np.abs(step) > 180))
        rings.append(xy)
    return rings


@cache
def country_polygons() -> list[tuple[str, shapely.Geometry]]:
    """(iso3, polygon) pairs of Natural Earth's 1:10m countries; one pair per part."""
    topology = read_topology("countries-10m.json")
    scale = np.array(topology["transform"]["scale"])
    shift = np.array(topology["transform"]["translate"])
    topology["_arcs"] = [np.cumsum(a, axis=0) * scale + shift for a in topology["arcs"]]
    out = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        code = geometry.get("id")
        iso3 = iso3_of_numeric(code) if code else WITHOUT_ISO.get(name, "")
        if not iso3 or iso3 == "ATA" or geometry["type"] not in ("Polygon", "MultiPolygon"):
            continue
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for arcs in polygons:
            rings = [r for r in _rings(topology, arcs) if len(r) >= 4]
            if rings:
                out.append((iso3, shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))))
    return out


def tag_points(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """iso3 of each point, '' where no polygon holds it (sea, coast)."""
    tag = np.full(lat.size, "", dtype="U3")
    by_lon = np.argsort(lon, kind="stable")
    sorted_lon = lon[by_lon]
    for iso3, polygon in country_polygons():
        west, south, east, north = polygon.bounds
        shapely.prepare(polygon)
        for turn in (-360, 0, 360):
            a = np.searchsorted(sorted_lon, west - turn)
            b = np.searchsorted(sorted_lon, east - turn, side="right")
            some = by_lon[a:b]
            some = some[(lat[some] >= south) & (lat[some] <= north) & (tag[some] == "")]
            if some.size:
                inside = shapely.contains_xy(polygon, lon[some] + turn, lat[some])
                tag[some[inside]] = iso3
    for old, new, south, north, west, east in BOXES:
        box = (lat > south) & (lat < north) & (lon > west) & (lon < east)
        tag[(tag == old) & box] = new
    return tag


def fill_untagged(lat: np.ndarray, lon: np.ndarray, tag: np.ndarray) -> np.ndarray:
    """Give untagged points the tag of the nearest tagged one."""
    out = tag.copy()
    known = tag != ""
    xyz = to_unit_sphere(lat, lon)
    out[~known] = tag[known][cKDTree(xyz[known]).query(xyz[~known])[1]]
    return out


def remove_false_runs(
    tag: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    km: np.ndarray,
    near_crossing: np.ndarray,
    longest_km: float = 12.0,
) -> tuple[np.ndarray, int]:
    """Relabel small same-country pieces that touch one other country only.

    A line that runs along a border is cut by a coarse polygon into a chain of false crossings;
    a piece of under ``longest_km`` that hangs on a single neighbour is such an artefact. A piece
    with one crossing only is a line end, perhaps before a gap: near a listed crossing
    (``near_crossing``, per node) it stays.

    Returns
    -------
    tag : new tags
    changed : number of nodes relabelled
    """
    n = tag.size
    codes, names = _factorize(tag)
    same = codes[u] == codes[v]
    pieces, label = connected_components(
        coo_matrix((np.ones(same.sum(), bool), (u[same], v[same])), shape=(n, n)), directed=False
    )
    length = np.bincount(label[u[same]], weights=km[same], minlength=pieces)
    cross = np.flatnonzero(~same)
    a = np.concatenate([label[u[cross]], label[v[cross]]])
    other = np.concatenate([codes[v[cross]], codes[u[cross]]])
    touches = np.bincount(a, minlength=pieces)
    low = np.full(pieces, 10**6)
    high = np.full(pieces, -1)
    np.minimum.at(low, a, other)
    np.maximum.at(high, a, other)
    tiny = np.isin(names, list(TINY))
    piece_country = np.zeros(pieces, int)
    piece_country[label] = codes
    listed = np.bincount(label, weights=near_crossing, minlength=pieces) > 0
    small = (length < longest_km) & (low == high) & ~tiny[piece_country]
    small &= (touches > 1) | ~listed
    # Where two small pieces touch each other, the shorter yields.
    new = codes.copy()
    move = small[label]
    new[move] = low[label[move]]
    return names[new].astype("U3"), int(move.sum())


def _factorize(tag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    names, codes = np.unique(tag, return_inverse=True)
    return codes, names
