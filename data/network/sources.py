"""Raw inputs of the network: rail and road lines, sea lanes, ports, country polygons.

The rail and road files are Python modules with two huge literals. They are read as text, because
importing or byte-compiling them takes minutes and gigabytes.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from _common import WORK, fetch_package, wheel_member

SCGRAPH = "scgraph-data==2.0.0"
SEAROUTE = "searoute==1.6.0"
WORLD_ATLAS = "world-atlas@2.0.2"
EARTH_RADIUS_KM = 6371.0088
# Across the Taiwan Strait, from the coast of Fujian to that of Taiwan (lat, lon): lanes that cross
# this line are the strait's. The raw lanes name no such passage.
TAIWAN_GATE = ((25.05, 118.80), (24.60, 120.75))


def great_circle_km(
    lat_1: np.ndarray, lon_1: np.ndarray, lat_2: np.ndarray, lon_2: np.ndarray
) -> np.ndarray:
    """Great-circle distance in km between points in degrees (haversine)."""
    a, b = np.radians(lat_1), np.radians(lat_2)
    half = np.sin((b - a) / 2) ** 2
    half = half + np.cos(a) * np.cos(b) * np.sin(np.radians(lon_2 - np.asarray(lon_1)) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def to_unit_sphere(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Points in degrees as (n, 3) unit vectors, so that neighbour searches know no seam."""
    a, o = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.column_stack([np.cos(a) * np.cos(o), np.cos(a) * np.sin(o), np.sin(a)])


def chord(km: float) -> float:
    """Straight-line distance on the unit sphere that belongs to a great-circle distance."""
    return float(2 * np.sin(km / EARTH_RADIUS_KM / 2))


def merge_parallel(u: np.ndarray, v: np.ndarray, km: np.ndarray, *more: np.ndarray) -> tuple:
    """Drop self loops, orient u < v, keep the shortest of parallel edges."""
    a, b = np.minimum(u, v).astype(np.int64), np.maximum(u, v).astype(np.int64)
    order = np.lexsort((km, b, a))
    a, b, km = a[order], b[order], km[order]
    first = np.ones(a.size, bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    first &= a != b
    return (a[first], b[first], km[first], *(m[order][first] for m in more))


def read_line_graph(member: str) -> tuple[np.ndarray, ...]:
    """Nodes and undirected edges of one scgraph-data module, read as text.

    Returns
    -------
    lat, lon : (n,) float64 degrees
    u, v : (m,) int64 with u < v
    km : (m,) float64
    """
    text = wheel_member(SCGRAPH, f"scgraph_data/{member}.py")
    start, middle = text.index(b"graph=[") + 7, text.index(b"\nnodes=[")
    body = text[start:middle]
    raw = np.frombuffer(body, np.uint8)
    colons = np.cumsum(raw == ord(":"))
    degree = np.diff(colons[raw == ord("}")], prepend=0)
    numbers = np.array(body.translate(bytes.maketrans(b":,{}]", b"     ")).split(), np.float64)
    pairs = numbers.reshape(-1, 2)
    u = np.repeat(np.arange(degree.size), degree)
    tail = text[middle + 8 :]
    tail = tail[: tail.index(b"\n")].translate(bytes.maketrans(b"[],", b"   "))
    nodes = np.array(tail.split(), np.float64).reshape(-1, 2)
    if nodes.shape[0] != degree.size or u.size != pairs.shape[0]:
        raise ValueError(f"{member}: {nodes.shape[0]} nodes, {degree.size} adjacency rows")
    u, v, km = merge_parallel(u, pairs[:, 0].astype(np.int64), pairs[:, 1])
    # A line between two distinct points cannot be shorter than the great circle; zero lengths
    # (points that share a rounded coordinate) stay as they are.
    least = great_circle_km(nodes[u, 0], nodes[u, 1], nodes[v, 0], nodes[v, 1])
    return nodes[:, 0], nodes[:, 1], u, v, np.maximum(km, 0.98 * least)


def _searoute_file(name: str) -> dict:
    with tarfile.open(fetch_package(SEAROUTE, "sdist")) as archive:
        member = archive.extractfile(f"searoute-1.6.0/searoute/data/{name}")
        if member is None:
            raise FileNotFoundError(name)
        return json.load(member)


def read_sea_lanes() -> tuple[np.ndarray, ...]:
    """Sea lanes as (lat, lon, u, v, km, passage); km are great-circle lengths, Caspian included."""
    index: dict[tuple[float, float], int] = {}
    u, v, passage = [], [], []
    for feature in _searoute_file("marnet_searoute.geojson")["features"]:
        geometry = feature["geometry"]
        lines = geometry["coordinates"]
        name = feature["properties"].get("passage") or ""
        for line in [lines] if geometry["type"] == "LineString" else lines:
            # Longitudes run past 180 in places: wrap them, so that the seam closes itself.
            points = [(round((x + 180) % 360 - 180, 5), round(y, 5)) for x, y, *_ in line]
            ids = [index.setdefault(p, len(index)) for p in points]
            u += ids[:-1]
            v += ids[1:]
            passage += [name] * (len(ids) - 1)
    lon, lat = np.array(list(index)).T
    a, b = np.array(u), np.array(v)
    km = great_circle_km(lat[a], lon[a], lat[b], lon[b])
    # Parallel copies with and without a tag: the tagged one must win, or a closed passage leaks.
    tags = np.array(passage)
    both = pd.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b), "tag": tags})
    tags = both.groupby(["a", "b"])["tag"].transform("max").to_numpy()
    # The canals between the Caspian and the Sea of Azov take river ships only: tagged, so that a
    # routing can leave them out.
    inland = (lat > 47.0) & (lat < 49.0) & (lon > 40.0) & (lon < 46.4)
    tags = np.where(inland[a] & inland[b], "volga_don", tags.astype(object)).astype(str)
    through = crosses(lat[a], lon[a], lat[b], lon[b], *TAIWAN_GATE) & (tags == "")
    tags = np.where(through, "taiwan", tags.astype(object)).astype(str)
    a, b, km, tags = merge_parallel(a, b, km, tags)
    return lat, lon, a, b, km, tags


def crosses(
    lat_1: np.ndarray,
    lon_1: np.ndarray,
    lat_2: np.ndarray,
    lon_2: np.ndarray,
    start: tuple[float, float],
    end: tuple[float, float],
) -> np.ndarray:
    """Whether straight segments on the map cross the one from ``start`` to ``end`` (lat, lon)."""

    def side(p: tuple, q: tuple, r: tuple) -> np.ndarray:
        return (q[1] - p[1]) * (r[0] - p[0]) - (q[0] - p[0]) * (r[1] - p[1])

    a, b = (lat_1, lon_1), (lat_2, lon_2)
    apart = side(start, end, a) * side(start, end, b) <= 0
    return apart & (side(a, b, start) * side(a, b, end) <= 0) & (np.abs(lon_1 - lon_2) < 180)


def read_ports() -> pd.DataFrame:
    """Ports: locode, name, country_name, lat, lon, major."""
    rows = []
    for feature in _searoute_file("ports.geojson")["features"]:
        p = feature["properties"]
        lon, lat = feature["geometry"]["coordinates"][:2]
        rows.append((p["port"], p["name"], p["cty"], lat, lon, p.get("t") == 1))
    frame = pd.DataFrame(rows, columns=["locode", "name", "country_name", "lat", "lon", "major"])
    return frame.dropna(subset=["locode"]).drop_duplicates("locode").reset_index(drop=True)


def read_topology(member: str = "countries-50m.json") -> dict:
    """Natural Earth countries as the TopoJSON of npm's world-atlas."""
    folder = WORK / "npm"
    archive_path: Path | None = next(folder.glob("world-atlas-2.0.2.tgz"), None)
    if archive_path is None:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "-q", WORLD_ATLAS], cwd=folder, check=True)
        archive_path = next(folder.glob("world-atlas-2.0.2.tgz"))
    with tarfile.open(archive_path) as archive:
        stream = archive.extractfile(f"package/{member}")
        if stream is None:
            raise FileNotFoundError(member)
        return json.load(stream)


def tree_of(lat: np.ndarray, lon: np.ndarray) -> cKDTree:
    """Neighbour search over points in degrees; distances are chords of the unit sphere."""
    return cKDTree(to_unit_sphere(lat, lon))
