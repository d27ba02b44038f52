"""Listed crossings pinned to links of the network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from network.heal import components
from network.simplify import Graph
from network.sources import chord, great_circle_km, to_unit_sphere

NEAR_KM, SAME_KM, BRIDGE_KM = 40.0, 6.0, 12.0
LAYER = {"rail": 0, "road": 1}


def crossing_rows(borders: pd.DataFrame) -> pd.DataFrame:
    """One row per (crossing, mode): a row for both modes counts for each."""
    rows = []
    for row in borders.to_dict("records"):
        modes = [m for m in ("rail", "road") if m in str(row["mode"]) or row["mode"] == "both"]
        rows += [{**row, "mode": m} for m in modes]
    return pd.DataFrame(rows, columns=list(borders.columns))


def bridge(g: Graph, rows: pd.DataFrame) -> tuple[Graph, list[str]]:
    """Join the two sides of listed crossings where no link of that mode crosses within reach."""
    u, v, done = [], [], []
    inner = np.isin(g.mode.astype(str), ("rail", "road"))
    label = components(g.lat.size, g.u[inner], g.v[inner])
    big = np.bincount(label)[label] >= 50
    existing = _candidates(g)
    for row in rows.to_dict("records"):
        pair = {row["iso3_a"], row["iso3_b"]}
        at = to_unit_sphere(row["lat"], row["lon"])[0]
        near = existing[row["mode"]]
        key = "".join(sorted(pair))
        hit = (near["pair"] == key) & (np.linalg.norm(near["xyz"] - at, axis=1) < chord(NEAR_KM))
        if hit.any():
            continue
        ends = []
        for iso3 in (row["iso3_a"], row["iso3_b"]):
            nodes = np.flatnonzero(
                (g.layer == LAYER[row["mode"]])
                & big
                & (g.country == iso3)
                & (np.abs(g.lat - row["lat"]) < 0.3)
                & (np.abs(g.lon - row["lon"]) < 0.5)
            )
            away = great_circle_km(g.lat[nodes], g.lon[nodes], row["lat"], row["lon"])
            if nodes.size and away.min() < BRIDGE_KM:
                ends.append(int(nodes[np.argmin(away)]))
        if len(ends) == 2:
            u.append(ends[0])
            v.append(ends[1])
            done.append(f"{row['border_id']} {row['mode']}")
            km = 1.15 * great_circle_km(
                g.lat[ends[0]], g.lon[ends[0]], g.lat[ends[1]], g.lon[ends[1]]
            )
            g = g.add_links(
                np.array([ends[0]]),
                np.array([ends[1]]),
                np.array([max(float(km), 0.3)]),
                row["mode"],
                patched=True,
            )
    return g, done


def _candidates(g: Graph) -> dict[str, dict[str, np.ndarray]]:
    out = {}
    for mode in ("rail", "road"):
        e = np.flatnonzero((g.mode == mode) & (g.country[g.u] != g.country[g.v]))
        a, b = g.country[g.u[e]].astype(str), g.country[g.v[e]].astype(str)
        pair = np.where(a < b, np.char.add(a, b), np.char.add(b, a))
        xyz = to_unit_sphere(
            (g.lat[g.u[e]] + g.lat[g.v[e]]) / 2, (g.lon[g.u[e]] + g.lon[g.v[e]]) / 2
        )
        out[mode] = {"edge": e, "pair": pair, "xyz": xyz}
    return out


def pin(g: Graph, rows: pd.DataFrame) -> tuple[Graph, pd.DataFrame]:
    """Give each listed crossing its nearest link of that mode and country pair.

    Parallel crossing links of the same pair within ``SAME_KM`` of the crossing get the same id
    (tracks of two gauges, dual carriageways).

    Returns
    -------
    graph : with ``border`` filled
    found : rows with ``link`` (-1 where none), ``away_km``, ``links``
    """
    border = g.border.copy()
    found = rows.assign(link=-1, away_km=np.nan, links=0)
    for mode, near in _candidates(g).items():
        if not near["edge"].size:
            continue
        trees = {p: np.flatnonzero(near["pair"] == p) for p in np.unique(near["pair"])}
        trials = []
        for i in np.flatnonzero(found["mode"].to_numpy(str) == mode):
            pair = "".join(sorted((found.at[i, "iso3_a"], found.at[i, "iso3_b"])))
            if pair not in trees:
                continue
            some = trees[pair]
            at = to_unit_sphere(found.at[i, "lat"], found.at[i, "lon"])
            d = cKDTree(near["xyz"][some]).query(at[0], k=some.size)
            for away, j in zip(np.atleast_1d(d[0]), np.atleast_1d(d[1]), strict=True):
                if away < chord(NEAR_KM):
                    trials.append((float(away), int(i), int(near["edge"][some[j]])))
        owner: dict[int, tuple[float, int]] = {}
        for away, i, link in sorted(trials):
            first = found.at[i, "link"] < 0
            if link in owner or (not first and away > chord(SAME_KM)):
                continue
            owner[link] = (away, i)
            if first:
                found.at[i, "link"] = link
                found.at[i, "away_km"] = round(away * 6371, 1)
            found.at[i, "links"] += 1
            border[link] = found.at[i, "border_id"]
    return replace(g, border=border), found


def bend(g: Graph, rows: pd.DataFrame, shortest_km: float = 4.0) -> tuple[Graph, int]:
    """Lead long links that cross a border through the listed crossing they must pass.

    A link qualifies if the way over the crossing is not longer than the link; it becomes two
    links in the two countries and a short crossing link at the listed place.
    """
    cross = np.flatnonzero(
        (g.country[g.u] != g.country[g.v])
        & (g.km > shortest_km)
        & np.isin(g.mode.astype(str), ("rail", "road"))
    )
    places = {}
    for row in rows.to_dict("records"):
        key = (row["mode"], "".join(sorted((row["iso3_a"], row["iso3_b"]))))
        places.setdefault(key, []).append((row["lat"], row["lon"]))
    drop, new_lat, new_lon, new_country, layer, u, v, km = [], [], [], [], [], [], [], []
    modes = []
    n = g.lat.size
    for e in cross:
        a, b = g.u[e], g.v[e]
        key = (g.mode[e], "".join(sorted((str(g.country[a]), str(g.country[b])))))
        best = None
        for lat, lon in places.get(key, ()):
            one = float(great_circle_km(g.lat[a], g.lon[a], lat, lon))
            two = float(great_circle_km(g.lat[b], g.lon[b], lat, lon))
            if one + two <= 1.04 * g.km[e] + 2 and (best is None or one + two < best[0]):
                best = (one + two, lat, lon, one, two)
        if best is None or min(best[3], best[4]) < 0.3:
            continue
        total, lat, lon, one, two = best
        length = max(g.km[e], total)
        gap = 0.3
        for end, away in ((a, one), (b, two)):
            share = min(0.15 / away, 0.5)
            new_lat.append(lat + share * (g.lat[end] - lat))
            new_lon.append(lon + share * (g.lon[end] - lon))
            new_country.append(g.country[end])
            layer.append(g.layer[end])
        i, j = n + len(new_lat) - 2, n + len(new_lat) - 1
        u += [a, i, j]
        v += [i, j, b]
        rest = length - gap
        km += [rest * one / total, gap, rest * two / total]
        modes += [g.mode[e]] * 3
        drop.append(e)
    keep = np.ones(g.u.size, bool)
    keep[drop] = False
    g = g.links(keep)
    count = len(new_lat)
    if not count:
        return g, 0
    g, _ = g.add_nodes(
        lat=np.array(new_lat),
        lon=np.array(new_lon),
        layer=np.array(layer),
        country=np.array(new_country, object),
        gauge=np.zeros(count, np.int64),
        ref=np.full(count, "", object),
    )
    for mode in ("rail", "road"):
        own = np.array(modes) == mode
        g = g.add_links(np.array(u)[own], np.array(v)[own], np.array(km)[own], mode)
    return g, len(drop)
