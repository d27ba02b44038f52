"""The sea lanes that a map draws: shortest ways between the busiest ports, not the whole mesh.

The network's sea links are a mesh of waypoints, so that a ship may go round what is closed. Drawn
in full they cover the oceans with lines that no ship sails.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence

__all__ = ["PORTS", "lanes"]

PORTS = 36  # the busiest container port of as many economies

# Neighbours of each node: node, km, row of the link.
Mesh = list[list[tuple[int, float, int]]]


def lanes() -> list[list[list[float]]]:
    """Links, as pairs of places, that lie on a shortest way by sea between two of the ports."""
    from beltroad.infrastructure.network import Network

    net = Network.bundled()
    rows = np.flatnonzero(net.has_mode("sea"))
    nodes, ends = np.unique(np.stack([net.u[rows], net.v[rows]]), return_inverse=True)
    u, v = ends.reshape(2, -1)
    mesh: Mesh = [[] for _ in nodes]
    for link, (a, b, km) in enumerate(zip(u.tolist(), v.tolist(), net.km[rows], strict=True)):
        mesh[a].append((b, float(km), link))
        mesh[b].append((a, float(km), link))
    lat, lon = net.lat[nodes], net.lon[nodes]
    ports = _at_ports(lat, lon)
    # A way back is the way there: each pair of ports once.
    used = {link for i, port in enumerate(ports) for link in _ways(mesh, port, ports[i + 1 :])}
    # A link across the antimeridian would be drawn across the whole map.
    drawn = [link for link in sorted(used) if abs(lon[u[link]] - lon[v[link]]) < 180]
    place = np.stack([lon, lat], axis=1).round(2).tolist()
    pairs = ([place[u[link]], place[v[link]]] for link in drawn)
    return [pair for pair in pairs if pair[0] != pair[1]]


def _at_ports(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> list[int]:
    """Node of the mesh nearest to the busiest port of each of the economies that handle most."""
    table = evidence.load("container_ports").dropna(subset=["teu"])
    busy: pd.DataFrame = table.sort_values("teu", ascending=False).drop_duplicates("iso3")
    found = []
    for at_lat, at_lon in busy[["lat", "lon"]].head(PORTS).to_numpy(float):
        across = np.abs(lon - at_lon)
        across = np.minimum(across, 360 - across) * np.cos(np.radians(at_lat))
        found.append(int(np.argmin((lat - at_lat) ** 2 + across**2)))
    return list(dict.fromkeys(found))


def _ways(mesh: Mesh, start: int, goals: list[int]) -> Iterator[int]:
    """Links on the shortest ways from one node to the others.

    The engine's compiled search would do the same, and keep a server that has just started busy
    for longer than this small mesh takes.
    """
    best = {start: 0.0}
    before: dict[int, tuple[int, int]] = {}
    wanted, far = set(goals), float("inf")
    heap = [(0.0, start)]
    while heap and wanted:
        km, here = heapq.heappop(heap)
        if km > best[here]:
            continue
        wanted.discard(here)
        for there, more, link in mesh[here]:
            total = km + more
            if total < best.get(there, far):
                best[there] = total
                before[there] = (here, link)
                heapq.heappush(heap, (total, there))
    for goal in goals:
        here = goal
        while here in before:
            here, link = before[here]
            yield link
