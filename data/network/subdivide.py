"""Nodes put into long links, so that borders, terminals and projects meet the line near them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from network.simplify import Graph
from network.sources import chord, great_circle_km, to_unit_sphere
from network.tag import tag_points


def subdivide(g: Graph, piece_km: float) -> Graph:
    """Cut links longer than 1.5 pieces into equal pieces with nodes on the straight line.

    A new node takes the country of both ends; where they differ, the line changes country once,
    at the place that agrees best with the polygons.
    """
    count = np.where(g.km > 1.5 * piece_km, np.ceil(g.km / piece_km), 1).astype(np.int64)
    long = np.flatnonzero(count > 1)
    extra = count[long] - 1
    start = np.cumsum(extra) - extra
    link = np.repeat(long, extra)
    a, b = g.u[link], g.v[link]
    share = (np.arange(link.size) - np.repeat(start, extra) + 1) / count[link]
    turn = (g.lon[b] - g.lon[a] + 180) % 360 - 180
    lat = g.lat[a] + share * (g.lat[b] - g.lat[a])
    lon = (g.lon[a] + share * turn + 180) % 360 - 180
    country = g.country[a].copy()
    mixed = g.country[a] != g.country[b]
    tags = np.full(link.size, "", object)
    tags[mixed] = tag_points(lat[mixed], lon[mixed])
    for k in np.flatnonzero(g.country[g.u[long]] != g.country[g.v[long]]):
        rows = np.arange(start[k], start[k] + extra[k])
        first, last = g.country[g.u[long[k]]], g.country[g.v[long[k]]]
        # Change after i pieces: i nodes of the first country, the others of the last.
        agree = [
            (tags[rows[:i]] == first).sum() + (tags[rows[i:]] == last).sum()
            for i in range(rows.size + 1)
        ]
        country[rows[int(np.argmax(agree)) :]] = last
    old = g.lat.size
    finer, ids = g.add_nodes(
        lat=lat,
        lon=lon,
        layer=g.layer[a],
        country=country,
        gauge=g.gauge[a],
        ref=np.full(link.size, "", object),
    )
    # Pieces: from u to the first new node, between new nodes, from the last one to v.
    inner = np.flatnonzero(link[1:] == link[:-1])
    tail = np.concatenate([g.u[long], ids[inner], ids[start + extra - 1]])
    head = np.concatenate([ids[start], ids[inner + 1], g.v[long]])
    parent = np.concatenate([long, link[inner], long])
    whole = np.flatnonzero(count == 1)
    columns = {f: np.concatenate([getattr(g, f)[whole], getattr(g, f)[parent]]) for f in g.LINK}
    columns["u"] = np.concatenate([g.u[whole], tail])
    columns["v"] = np.concatenate([g.v[whole], head])
    columns["km"] = np.concatenate([g.km[whole], (g.km / count)[parent]])
    if columns["u"].max() >= old + link.size:
        raise ValueError("a link points past the last node")
    return replace(finer, **columns)


def through_points(
    g: Graph, points: np.ndarray, mode: str, shortest_km: float = 50.0, free_km: float = 12.0
) -> tuple[Graph, int]:
    """Lead long links through places known to lie on the line.

    The raw data gives some lines as one link of hundreds of km; drawn straight it misses its own
    stations. A point (columns lat, lon) is put on the link that can reach it without getting
    longer, if no other node of that layer is within ``free_km`` of it.

    Returns
    -------
    graph : with a node at each point used, on a link of unchanged length
    count : number of points used
    """
    layer = 0 if mode == "rail" else 1
    own = np.flatnonzero(g.layer == layer)
    served = cKDTree(to_unit_sphere(g.lat[own], g.lon[own]))
    away = served.query(to_unit_sphere(points[:, 0], points[:, 1]))[0]
    links = np.flatnonzero(
        (g.mode == mode) & (g.km > shortest_km) & (g.country[g.u] == g.country[g.v])
    )
    # Stops of each long link in order: (share of its length, lat, lon); ends included.
    stops = {
        int(e): [(0.0, g.lat[g.u[e]], g.lon[g.u[e]]), (1.0, g.lat[g.v[e]], g.lon[g.v[e]])]
        for e in links
    }
    used: list[tuple[float, float]] = []
    for lat, lon in points[away > chord(free_km)]:
        if used and great_circle_km(*np.array(used).T, lat, lon).min() < free_km:
            continue
        one = great_circle_km(g.lat[g.u[links]], g.lon[g.u[links]], lat, lon)
        two = great_circle_km(g.lat[g.v[links]], g.lon[g.v[links]], lat, lon)
        best = None
        for e in links[(one + two) <= 1.01 * g.km[links]]:
            for i, (left, right) in enumerate(pairwise(stops[int(e)])):
                length = g.km[e] * (right[0] - left[0])
                d = great_circle_km(
                    np.array([left[1], right[1]]), np.array([left[2], right[2]]), lat, lon
                )
                over = d.sum() / length
                if over <= 1.01 and (best is None or over < best[0]):
                    share = left[0] + (right[0] - left[0]) * d[0] / d.sum()
                    best = (over, int(e), i + 1, share)
        if best is not None:
            stops[best[1]].insert(best[2], (float(best[3]), lat, lon))
            used.append((lat, lon))
    changed = [e for e, along in stops.items() if len(along) > 2]
    if not changed:
        return g, 0
    keep = np.ones(g.u.size, bool)
    keep[changed] = False
    out = g.links(keep)
    for e in changed:
        along = np.array(stops[e])
        new = along[1:-1]
        count = len(new)
        out, ids = out.add_nodes(
            lat=new[:, 1],
            lon=new[:, 2],
            layer=np.full(count, layer),
            country=np.full(count, g.country[g.u[e]], object),
            gauge=np.zeros(count, np.int64),
            ref=np.full(count, "", object),
        )
        chain = np.concatenate([[g.u[e]], ids, [g.v[e]]])
        out = out.add_links(
            chain[:-1], chain[1:], np.diff(along[:, 0]) * g.km[e], mode, patched=bool(g.patched[e])
        )
    return out, len(used)
