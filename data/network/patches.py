"""Hand-written corrections: missing pieces of line, ferries, passenger-only lines, gauges."""

from __future__ import annotations

import numpy as np
import pandas as pd

from network.heal import components
from network.simplify import Graph
from network.sources import great_circle_km
from network.tag import tag_points


def waypoints(text: str) -> np.ndarray:
    """'lat,lon;lat,lon' as an (n, 2) array."""
    return np.array([[float(x) for x in p.split(",")] for p in text.split(";") if p.strip()])


def nearest(g: Graph, mask: np.ndarray, lat: float, lon: float, km: float) -> int:
    """Nearest node among ``mask`` within km; -1 where there is none."""
    nodes = np.flatnonzero(mask & (np.abs(g.lat - lat) < 1.5))
    if not nodes.size:
        return -1
    away = great_circle_km(g.lat[nodes], g.lon[nodes], lat, lon)
    best = int(np.argmin(away))
    return int(nodes[best]) if away[best] <= km else -1


def add_patches(g: Graph, table: pd.DataFrame, snap_km: float = 6.0) -> tuple[Graph, list[str]]:
    """Add the listed missing links; ends snap to the nearest node of the layer.

    Columns: name, mode (rail or road), from_lat, from_lon, via ('lat,lon;...'), to_lat, to_lon,
    km, new_end_iso3 (set where the far end is not in the data: a node is made there).
    """
    problems = []
    for row in table.to_dict("records"):
        mask = g.layer == (0 if row["mode"] == "rail" else 1)
        a = nearest(g, mask, row["from_lat"], row["from_lon"], snap_km)
        b = nearest(g, mask, row["to_lat"], row["to_lon"], snap_km)
        if isinstance(row["new_end_iso3"], str):
            g, new = g.add_nodes(
                lat=np.array([row["to_lat"]]),
                lon=np.array([row["to_lon"]]),
                layer=np.array([0 if row["mode"] == "rail" else 1]),
                country=np.array([row["new_end_iso3"]], object),
                gauge=np.zeros(1, np.int64),
                ref=np.array([""], object),
            )
            b = int(new[0])
        if a < 0 or b < 0 or a == b:
            problems.append(f"{row['name']}: ends {a}, {b}")
            continue
        via = waypoints(row["via"]) if isinstance(row["via"], str) else np.empty((0, 2))
        g = add_line(g, a, b, float(row["km"]), row["mode"], via)
    return g, problems


def add_line(
    g: Graph, a: int, b: int, km: float, mode: str, via: np.ndarray, step_km: float = 8.0
) -> Graph:
    """Line of links from node a over way points to node b; ``km`` long, or longer if straight is.

    New nodes every ``step_km`` take the country of the polygons if it is that of one of the ends.
    """
    lat = np.concatenate([[g.lat[a]], via[:, 0], [g.lat[b]]])
    lon = np.concatenate([[g.lon[a]], via[:, 1], [g.lon[b]]])
    leg = great_circle_km(lat[:-1], lon[:-1], lat[1:], lon[1:])
    at = np.concatenate([[0], np.cumsum(leg)])
    total = max(km, float(at[-1]))
    pieces = max(int(total // step_km), 1)
    where = np.unique(np.concatenate([np.arange(1, pieces) / pieces * at[-1], at[1:-1]]))
    new_lat, new_lon = np.interp(where, at, lat), np.interp(where, at, lon)
    country = tag_points(new_lat, new_lon).astype(object)
    ends = (g.country[a], g.country[b])
    nearer = np.where(where < at[-1] / 2, ends[0], ends[1])
    country = np.where(np.isin(country.astype(str), ends), country, nearer)
    g, new = g.add_nodes(
        lat=new_lat,
        lon=new_lon,
        layer=np.full(where.size, g.layer[a]),
        country=country,
        gauge=np.zeros(where.size, np.int64),
        ref=np.full(where.size, "", object),
    )
    chain = np.concatenate([[a], new, [b]])
    length = np.diff(np.concatenate([[0], where, [at[-1]]])) * total / at[-1]
    return g.add_links(chain[:-1], chain[1:], length, mode, patched=True)


def add_ferries(g: Graph, table: pd.DataFrame, snap_km: float = 60.0) -> tuple[Graph, list[str]]:
    """Ferry links between rail nodes (wagon ferries) or road nodes (trucks, trailers)."""
    problems = []
    label = components(g.lat.size, g.u, g.v)
    big = np.bincount(label)[label] >= 50
    for row in table.to_dict("records"):
        mask = (g.layer == (0 if row["kind"] == "rail" else 1)) & big
        a = nearest(g, mask, row["from_lat"], row["from_lon"], snap_km)
        b = nearest(g, mask, row["to_lat"], row["to_lon"], snap_km)
        if a < 0 or b < 0:
            problems.append(f"{row['name']} ({row['kind']}): ends {a}, {b}")
            continue
        g = g.add_links(
            np.array([a]), np.array([b]), np.array([float(row["km"])]), "ferry", patched=True
        )
    return g, problems


def rail_gauge(g: Graph, countries: pd.DataFrame, areas: pd.DataFrame) -> np.ndarray:
    """Gauge of each rail node in mm (0 elsewhere): main gauge of the country, then areas."""
    main = dict(zip(countries["iso3"], countries["gauge_mm"], strict=True))
    names, codes = np.unique(g.country.astype(str), return_inverse=True)
    gauge = np.array([main.get(n, 1435) for n in names])[codes]
    for row in areas.to_dict("records"):
        box = (g.lat >= row["south"]) & (g.lat <= row["north"])
        box &= (g.lon >= row["west"]) & (g.lon <= row["east"]) & (g.country == row["iso3"])
        gauge[box] = row["gauge_mm"]
    return np.where(g.layer == 0, gauge, 0).astype(np.int64)
