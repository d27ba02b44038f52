"""Close the small gaps of the rail lines: line ends in the raw data that miss each other.

Two rules (radius r): the nearest pair of nodes between two components, one per half-degree cell;
and a dead end joined to a near node of its own component that is over 10 r away along the track.
A link never joins two countries unless a listed crossing of that mode is near.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numba
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from network.sources import chord, great_circle_km, to_unit_sphere


def components(n: int, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Component number of each node."""
    matrix = coo_matrix((np.ones(u.size, bool), (u, v)), shape=(n, n))
    return connected_components(matrix, directed=False)[1]


def csr(n: int, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Adjacency as (start, neighbour, edge)."""
    ends = np.concatenate([u, v])
    order = np.argsort(ends, kind="stable")
    start = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=n), out=start[1:])
    edge = np.tile(np.arange(u.size), 2)[order]
    return start, np.concatenate([v, u])[order].astype(np.int64), edge


@numba.njit(cache=True)
def _reach(start, neighbour, edge, km, sources, targets, limit):  # noqa: ANN202
    """Whether targets[i] lies within ``limit`` km along the track of sources[i]."""
    n = start.size - 1
    best = np.full(n, np.inf)
    out = np.zeros(sources.size, np.bool_)
    touched = np.empty(n, np.int64)
    for i in range(sources.size):
        count = 1
        touched[0] = sources[i]
        best[sources[i]] = 0.0
        heap = [(0.0, sources[i])]
        while len(heap) > 0:
            d, x = heappop(heap)
            if d > best[x]:
                continue
            if x == targets[i]:
                out[i] = True
                break
            for j in range(start[x], start[x + 1]):
                y = neighbour[j]
                e = d + km[edge[j]]
                if e <= limit and e < best[y]:
                    if best[y] == np.inf:
                        touched[count] = y
                        count += 1
                    best[y] = e
                    heappush(heap, (e, y))
        for j in range(count):
            best[touched[j]] = np.inf
    return out


def allowed_pairs(
    lat: np.ndarray, lon: np.ndarray, tag: np.ndarray, a: np.ndarray, b: np.ndarray,
    crossings: np.ndarray, near_km: float = 15.0,
) -> np.ndarray:
    """Pairs inside one country, or across a border within ``near_km`` of a listed crossing.

    ``crossings`` has columns lat, lon.
    """
    ok = tag[a] == tag[b]
    if crossings.size:
        middle = to_unit_sphere((lat[a] + lat[b]) / 2, (lon[a] + lon[b]) / 2)
        tree = cKDTree(to_unit_sphere(crossings[:, 0], crossings[:, 1]))
        ok |= tree.query(middle)[0] < chord(near_km)
    # No track is open across the Korean demarcation line.
    ok &= ~(((tag[a] == "KOR") & (tag[b] == "PRK")) | ((tag[a] == "PRK") & (tag[b] == "KOR")))
    return ok


def heal(
    lat: np.ndarray, lon: np.ndarray, u: np.ndarray, v: np.ndarray, km: np.ndarray,
    tag: np.ndarray, crossings: np.ndarray, radius_km: float = 2.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """New links (u, v, km) by the two rules."""
    n = lat.size
    xyz = to_unit_sphere(lat, lon)
    tree = cKDTree(xyz)
    label = components(n, u, v)
    pairs = tree.query_pairs(chord(radius_km), output_type="ndarray").astype(np.int64)
    cross = pairs[label[pairs[:, 0]] != label[pairs[:, 1]]]
    cross = cross[allowed_pairs(lat, lon, tag, cross[:, 0], cross[:, 1], crossings)]
    gap = np.linalg.norm(xyz[cross[:, 0]] - xyz[cross[:, 1]], axis=1)
    one, two = label[cross[:, 0]], label[cross[:, 1]]
    cell = np.floor(lat[cross[:, 0]] * 2) * 1000 + np.floor(lon[cross[:, 0]] * 2)
    order = np.lexsort((gap, cell, np.maximum(one, two), np.minimum(one, two)))
    key = np.column_stack([np.minimum(one, two), np.maximum(one, two), cell])[order]
    first = np.ones(order.size, bool)
    first[1:] = (key[1:] != key[:-1]).any(axis=1)
    cross = cross[order[first]]

    degree = np.bincount(np.concatenate([u, v]), minlength=n)
    start, neighbour, edge = csr(n, u, v)
    ends = np.flatnonzero(degree <= 1)
    near = tree.query_ball_point(xyz[ends], chord(radius_km))
    source = np.repeat(ends, [len(x) for x in near])
    target = np.concatenate([np.array(x, np.int64) for x in near])
    keep = (source != target) & (label[source] == label[target])
    source, target = source[keep], target[keep]
    ok = allowed_pairs(lat, lon, tag, source, target, crossings)
    source, target = source[ok], target[ok]
    far = ~_reach(start, neighbour, edge, km, source, target, 10 * radius_km)
    source, target = source[far], target[far]
    gap = np.linalg.norm(xyz[source] - xyz[target], axis=1)
    order = np.lexsort((gap, source))
    source, target = source[order], target[order]
    first = np.ones(source.size, bool)
    first[1:] = source[1:] != source[:-1]
    a = np.concatenate([cross[:, 0], source[first]])
    b = np.concatenate([cross[:, 1], target[first]])
    return a, b, np.maximum(1.1 * great_circle_km(lat[a], lon[a], lat[b], lon[b]), 0.05)
