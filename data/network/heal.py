"""Close the small gaps of the rail lines: line ends in the raw data that miss each other.

Rules (radius r): the nearest pair of nodes between two components, one per half-degree cell;
and a dead end joined to a near node of its own component that is over 10 r away along the track.
A third rule joins two dead ends that point at each other over a somewhat longer gap.
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

# Ends of the lines cut by the Korean demarcation line (lat, lon): nothing is joined near them.
KOREA = np.array([[37.93, 126.68], [38.25, 127.20], [38.60, 128.38], [38.1, 126.9], [38.4, 127.8]])


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
def _reach(start, neighbour, edge, km, sources, targets, limit):
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


def near_points(lat: np.ndarray, lon: np.ndarray, points: np.ndarray, km: float) -> np.ndarray:
    """Whether each place lies within ``km`` of one of ``points`` (columns lat, lon)."""
    if not points.size or not lat.size:
        return np.zeros(lat.size, bool)
    tree = cKDTree(to_unit_sphere(points[:, 0], points[:, 1]))
    return tree.query(to_unit_sphere(lat, lon))[0] < chord(km)


def allowed_pairs(
    lat: np.ndarray,
    lon: np.ndarray,
    tag: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    crossings: np.ndarray,
    near_km: float = 15.0,
) -> np.ndarray:
    """Pairs inside one country, or across a border within ``near_km`` of a listed crossing.

    ``crossings`` has columns lat, lon.
    """
    ok = tag[a] == tag[b]
    ok |= near_points((lat[a] + lat[b]) / 2, (lon[a] + lon[b]) / 2, crossings, near_km)
    # No track is open across the Korean demarcation line, and polygons place it too roughly.
    return ok & ~near_points(lat[a], lon[a], KOREA, 25.0)


def heal(
    lat: np.ndarray,
    lon: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    km: np.ndarray,
    tag: np.ndarray,
    crossings: np.ndarray,
    radius_km: float = 2.0,
    facing_km: float = 8.0,
    *,
    dead_ends: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find new links (u, v, km) by the three rules; the second only with ``dead_ends``."""
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
    ends = np.flatnonzero(degree <= 1) if dead_ends else np.empty(0, np.int64)
    near = [tree.query_ball_point(p, chord(radius_km)) for p in xyz[ends]]
    source = np.repeat(ends, np.array([len(x) for x in near], np.int64))
    target = np.concatenate([np.empty(0, np.int64), *(np.array(x, np.int64) for x in near)])
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
    one, two = facing_ends(
        lat,
        lon,
        np.concatenate([u, a]),
        np.concatenate([v, b]),
        np.concatenate([km, np.full(a.size, radius_km)]),
        tag,
        crossings,
        facing_km,
    )
    a, b = np.concatenate([a, one]), np.concatenate([b, two])
    return a, b, np.maximum(1.1 * great_circle_km(lat[a], lon[a], lat[b], lon[b]), 0.05)


def facing_ends(
    lat: np.ndarray,
    lon: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    km: np.ndarray,
    tag: np.ndarray,
    crossings: np.ndarray,
    radius_km: float,
    least_cosine: float = 0.8,
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of dead ends within ``radius_km`` whose lines point at each other across the gap."""
    n = lat.size
    start, neighbour, edge = csr(n, u, v)
    ends = np.flatnonzero(np.diff(start) == 1)
    xyz = to_unit_sphere(lat, lon)
    pairs = cKDTree(xyz[ends]).query_pairs(chord(radius_km), output_type="ndarray")
    a, b = ends[pairs[:, 0]], ends[pairs[:, 1]]

    def unit(vector: np.ndarray) -> np.ndarray:
        return vector / np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), 1e-15)

    gap = unit(xyz[b] - xyz[a])
    out_a = unit(xyz[a] - xyz[neighbour[start[a]]])
    out_b = unit(xyz[b] - xyz[neighbour[start[b]]])
    ok = ((out_a * gap).sum(axis=1) > least_cosine) & ((out_b * gap).sum(axis=1) < -least_cosine)
    ok &= allowed_pairs(lat, lon, tag, a, b, crossings)
    a, b = a[ok], b[ok]
    far = ~_reach(start, neighbour, edge, km, a, b, 5 * radius_km)
    a, b = a[far], b[far]
    order = np.argsort(np.linalg.norm(xyz[a] - xyz[b], axis=1))
    used, keep = set(), []
    for i in order:
        if a[i] not in used and b[i] not in used:
            used |= {a[i], b[i]}
            keep.append(i)
    return a[keep], b[keep]
