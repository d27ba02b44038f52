"""Nodes put into long links, so that borders, terminals and projects meet the line near them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from network.simplify import Graph
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
        agree = [(tags[rows[:i]] == first).sum() + (tags[rows[i:]] == last).sum()
                 for i in range(rows.size + 1)]
        country[rows[int(np.argmax(agree)):]] = last
    old = g.lat.size
    finer, ids = g.add_nodes(lat=lat, lon=lon, layer=g.layer[a], country=country,
                             gauge=g.gauge[a], ref=np.full(link.size, "", object))
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
