"""Road kilometres between landings and cities: the ways terrestrial fibre is taken to follow."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.engine.hierarchy import (
    Plan,
    build_topology,
    customize,
    many_to_many,
)
from beltroad.infrastructure.network import ROAD, Network, great_circle_km

__all__ = ["land_kilometres", "shut_pairs"]

# A point is on the road network of its own country if a road lies this near; small territories
# whose roads carry another country's tag may use any road within the second distance.
REACH_KM, ANY_REACH_KM = 120.0, 25.0
# Scraps of road with fewer nodes than this are not where a town is joined.
PIECE_NODES = 20
# Pieces of one country's roads are joined at their nearest places up to this distance: islands
# have domestic cables, which the tables do not hold.
DOMESTIC_GAP_KM = 150.0
# From the point to the nearest node of the road layer: great circle times this.
ACCESS_FACTOR = 1.2


def shut_pairs(closed: pd.DataFrame) -> list[tuple[str, str]]:
    """Pairs of countries whose border is shut on the road, from table ``border_closed``.

    Rows marked uncertain count as open.
    """
    rows = closed[closed["state"].eq("shut") & closed["mode"].isin(("all", "road"))]
    return list(zip(rows["iso3_a"], rows["iso3_b"], strict=True))


def land_kilometres(
    network: Network,
    points: pd.DataFrame,
    shut: Iterable[tuple[str, str]] = (),
    *,
    domestic_gaps: bool = True,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Shortest kilometres by road between points, shape (points, points).

    Parameters
    ----------
    points
        ``lat``, ``lon`` (degrees) and ``iso3``.
    shut
        Pairs of countries whose common border no fibre crosses.
    domestic_gaps
        Whether ferry links within one country count and its separate pieces of road are joined
        over gaps of up to 150 km: both stand for domestic submarine cables, which the tables do
        not hold. Ferries between countries are never used.

    Returns
    -------
    array
        ``inf`` where there is no way; 0 on the diagonal.
    """
    ways = network.has_mode("road")
    if domestic_gaps:
        within = network.country_code[network.u] == network.country_code[network.v]
        ways |= network.has_mode("ferry") & within
    km = np.where(ways, network.km, np.inf)
    pairs = {frozenset(pair) for pair in shut}
    crossings = network.crossings
    ends = zip(
        network.country_of(network.u[crossings]),
        network.country_of(network.v[crossings]),
        strict=True,
    )
    barred = np.array([frozenset((str(a), str(b))) in pairs for a, b in ends], np.bool_)
    km[crossings[barred]] = np.inf
    u, v, open_links = network.u, network.v, np.isfinite(km)
    if domestic_gaps:
        a, b, gap = _gaps(network, _pieces(len(network.nodes), u[open_links], v[open_links]))
        u, v = np.concatenate([u, a]), np.concatenate([v, b])
        km = np.concatenate([km, gap])
        open_links = np.isfinite(km)
    piece = _pieces(len(network.nodes), u[open_links], v[open_links])
    nodes, access = _nearest(network, points, piece)
    out = np.full((len(points), len(points)), np.inf)
    found = np.flatnonzero(nodes >= 0)
    if len(found):
        # Points that share a node are asked for once.
        unique, where = np.unique(nodes[found], return_inverse=True)
        topology = build_topology(len(network.nodes), u, v)
        weights = km.astype(np.float32)[np.newaxis]
        plan = Plan.between(topology, unique.astype(np.int32), unique.astype(np.int32))
        found_km = many_to_many(plan, customize(topology, weights, weights), threads=threads)[0]
        between = found_km[np.ix_(where, where)].astype(np.float64)
        out[np.ix_(found, found)] = between + access[found][:, None] + access[found][None, :]
    # Two points a stone's throw apart are joined directly, not by way of the nearest road.
    direct = ACCESS_FACTOR * great_circle_km(
        points["lat"].to_numpy(float)[:, None], points["lon"].to_numpy(float)[:, None],
        points["lat"].to_numpy(float), points["lon"].to_numpy(float),
    )  # fmt: skip
    near = np.isfinite(out) & (direct <= ANY_REACH_KM)
    out[near] = np.minimum(out, direct)[near]
    np.fill_diagonal(out, 0.0)
    straight = direct / ACCESS_FACTOR
    return np.asarray(np.maximum(np.minimum(out, out.T), straight), np.float64)


def _gaps(
    network: Network, piece: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Links that join the pieces of each country's roads to their nearest neighbours."""
    size = np.bincount(piece, minlength=len(piece))[piece]
    rows = np.flatnonzero((size >= PIECE_NODES) & (network.layer == ROAD))
    country = network.country_code[rows]
    found: list[tuple[int, int, float]] = []
    for code in np.unique(country):
        own = rows[country == code]
        label = piece[own]
        # Islands first join among themselves; a few rounds bring them all to the main one.
        for _ in range(8):
            joined = _bridges(network, own, label)
            if not joined:
                break
            found += joined
            at = {int(node): k for k, node in enumerate(own)}
            for u, v, _km in joined:
                label = np.where(label == label[at[u]], label[at[v]], label)
    table = np.array(found, np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), table[:, 2]


def _bridges(
    network: Network, own: NDArray[np.intp], label: NDArray[np.int64]
) -> list[tuple[int, int, float]]:
    """For every piece but the largest the shortest link to another piece, if in reach."""
    labels, counts = np.unique(label, return_counts=True)
    found: list[tuple[int, int, float]] = []
    for each in labels[labels != labels[counts.argmax()]]:
        here, there = own[label == each], own[label != each]
        # One degree of latitude is 111 km: what lies further away cannot be in reach.
        low, high = network.lat[here].min() - 1.5, network.lat[here].max() + 1.5
        there = there[(network.lat[there] >= low) & (network.lat[there] <= high)]
        best = (np.inf, -1, -1)
        for start in range(0, len(here) if len(there) else 0, 256):
            part = here[start : start + 256]
            away = great_circle_km(
                network.lat[part][:, None], network.lon[part][:, None],
                network.lat[there], network.lon[there],
            )  # fmt: skip
            i, j = np.unravel_index(int(away.argmin()), away.shape)
            best = min(best, (float(away[i, j]), int(part[i]), int(there[j])))
        if best[0] <= DOMESTIC_GAP_KM:
            found.append((best[1], best[2], ACCESS_FACTOR * best[0]))
    return found


def _nearest(
    network: Network, points: pd.DataFrame, piece: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Road node of each point (-1: none in reach) and km to it."""
    size = np.bincount(piece, minlength=len(piece))[piece]
    rows = np.flatnonzero((size >= PIECE_NODES) & (network.layer == ROAD))
    country = network.country_of(rows)
    lat, lon = network.lat[rows], network.lon[rows]
    nodes = np.full(len(points), -1, np.int64)
    access = np.full(len(points), np.inf)
    for i, (a, b, iso3) in enumerate(
        zip(points["lat"], points["lon"], points["iso3"], strict=True)
    ):
        box = np.flatnonzero(np.abs(lat - a) < 1.2)
        away = great_circle_km(float(a), float(b), lat[box], lon[box])
        # Bare coordinates have no country: any road will do.
        own = (country[box] == iso3) | (iso3 == "")
        for allowed, reach in ((own, REACH_KM), (~own, ANY_REACH_KM)):
            km = np.where(allowed, away, np.inf)
            if len(km) and km.min() <= reach:
                nodes[i] = rows[box[int(km.argmin())]]
                access[i] = ACCESS_FACTOR * float(km.min())
                break
    return nodes, access


def _pieces(count: int, u: NDArray[np.integer], v: NDArray[np.integer]) -> NDArray[np.int64]:
    """Connected piece of each node: the lowest node number in it."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[u], label[v])
        new = label.copy()
        # Hand the lower label to the labels of both ends, then follow labels to their root.
        np.minimum.at(new, label[u], low)
        np.minimum.at(new, label[v], low)
        while True:
            short = new[new]
            if np.array_equal(short, new):
                break
            new = short
        if np.array_equal(new, label):
            return label
        label = new
