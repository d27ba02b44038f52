"""Passenger-only high-speed lines taken out of the rail layer.

The raw lines carry no tag that tells passenger lines. For legs with a published length of the
conventional line, routes are drawn again and again while links already used get dearer, until one
of the conventional length turns up. Links that only the shorter routes use are then cut: no
freight route on that leg can be shorter than its published line.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from network.heal import components
from network.simplify import Graph
from network.sources import great_circle_km

Ends: TypeAlias = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
SHORT, LONG = 0.97, 1.06  # a route of this share of the published length is the conventional line
STATION_KM = 4.0
DEARER = 1.1
ROUNDS = 60


def _route(
    n: int,
    u: np.ndarray,
    v: np.ndarray,
    cost: np.ndarray,
    start: np.ndarray,
    goal: np.ndarray,
    start_km: np.ndarray,
    goal_km: np.ndarray,
) -> np.ndarray:
    """Links of the cheapest route from any start node to any goal node (empty where none)."""
    tail = np.concatenate([u, v, np.full(start.size, n), goal])
    head = np.concatenate([v, u, start, np.full(goal.size, n + 1)])
    weight = np.concatenate([cost, cost, start_km + 0.01, goal_km + 0.01])
    matrix = csr_matrix((weight, (tail, head)), shape=(n + 2, n + 2))
    _, before = dijkstra(matrix, indices=n, return_predecessors=True)
    if before[n + 1] < 0:
        return np.empty((0, 2), np.int64)
    nodes = [int(before[n + 1])]
    while before[nodes[-1]] != n:
        nodes.append(int(before[nodes[-1]]))
    path = np.array(nodes)
    return np.column_stack([np.minimum(path[:-1], path[1:]), np.maximum(path[:-1], path[1:])])


class Leg:
    """One leg: its links, its ends and the published length."""

    def __init__(self, g: Graph, leg: dict) -> None:
        self.name = f"{leg['from']}-{leg['to']}"
        self.known = float(leg["conventional_km"])
        inside = (g.country[g.u] == leg["country"]) & (g.country[g.v] == leg["country"])
        # No sensible route of the leg leaves this ellipse around its two ends.
        reach = (
            sum(
                great_circle_km(g.lat, g.lon, leg[f"{s}_lat"], leg[f"{s}_lon"])
                for s in ("from", "to")
            )
            < 1.1 * self.known
        )
        self.links = np.flatnonzero(inside & reach[g.u] & reach[g.v])
        ends = np.concatenate([g.u[self.links], g.v[self.links]])
        self.ids, local = np.unique(ends, return_inverse=True)
        u, v = local[: self.links.size], local[self.links.size :]
        self.u, self.v = np.minimum(u, v), np.maximum(u, v)
        self.km = g.km[self.links]
        key = self.u.astype(np.int64) * self.ids.size + self.v
        self.order = np.argsort(key)
        self.key = key[self.order]
        self.at = g.lat[self.ids], g.lon[self.ids]
        self.ends = [
            self._near(leg[f"{side}_lat"], leg[f"{side}_lon"], STATION_KM)
            for side in ("from", "to")
        ]
        self.via = [
            self._near(*(float(x) for x in place.split(",")), 0.0)
            for place in (leg["via"].split(";") if isinstance(leg.get("via"), str) else ())
        ]

    def _near(self, lat: float, lon: float, km: float) -> tuple[np.ndarray, np.ndarray]:
        away = great_circle_km(*self.at, lat, lon)
        if not km:  # one node, so that the route through it has no gap
            return np.array([np.argmin(away)]), np.zeros(1)
        near = np.flatnonzero(away < max(km, float(away.min()) + 0.1))
        return near, away[near]

    def led(self) -> np.ndarray:
        """Positions of the links of the route through the listed places of the leg."""
        stops = [self.ends[0], *self.via, self.ends[1]]
        open_ = np.ones(self.links.size, bool)
        factor = np.ones(self.links.size)
        parts = [self.route(factor, open_, pair) for pair in pairwise(stops)]
        return np.unique(np.concatenate(parts)) if all(p.size for p in parts) else np.empty(0, int)

    def route(self, factor: np.ndarray, open_: np.ndarray, ends: Ends | None = None) -> np.ndarray:
        """Positions in ``links`` of the cheapest route over open links; empty where none."""
        (start, start_km), (goal, goal_km) = ends or self.ends
        o = np.flatnonzero(open_)
        pairs = _route(
            self.ids.size,
            self.u[o],
            self.v[o],
            self.km[o] * factor[o],
            start,
            goal,
            start_km,
            goal_km,
        )
        if not pairs.size:
            return np.empty(0, np.int64)
        at = np.searchsorted(self.key, pairs[:, 0] * self.ids.size + pairs[:, 1])
        return self.order[at]

    def routes(self, open_: np.ndarray, *, until_fit: int) -> list[tuple[float, np.ndarray]]:
        """Routes in turn, used links dearer each time; ends some rounds after the first fit."""
        factor = np.ones(self.links.size)
        out: list[tuple[float, np.ndarray]] = []
        left = ROUNDS
        while left > 0:
            used = self.route(factor, open_)
            if not used.size:
                break
            out.append((float(self.km[used].sum()), used))
            factor[used] *= DEARER
            left -= 1
            if SHORT <= out[-1][0] / self.known <= LONG:
                left = min(left, until_fit)
        return out


def cut_passenger_lines(g: Graph, legs: pd.DataFrame) -> tuple[Graph, pd.DataFrame]:
    """Cut links that only routes shorter than the published conventional line use.

    Columns of ``legs``: country, from, from_lat, from_lon, to, to_lat, to_lon, conventional_km, via
    ('lat,lon;...': stations of the conventional line where its length alone does not find it).
    First the conventional route of every leg is found and protected, then the shorter routes are
    cut, so that one leg's cut never opens another leg's line.

    Returns
    -------
    graph : without the cut links
    report : legs with ``before_km``, ``after_km`` and ``cut_km``
    """
    protected = np.zeros(g.u.size, bool)
    removed = np.zeros(g.u.size, bool)
    plan, rows = [], []
    for row in legs.to_dict("records"):
        leg = Leg(g, row)
        found = leg.routes(np.ones(leg.links.size, bool), until_fit=6)
        fits = [r for r in found if SHORT <= r[0] / leg.known <= LONG]
        best = min(fits, key=lambda r: abs(r[0] - leg.known))[1] if fits else None
        if leg.via:
            best = leg.led() if leg.led().size else None
        if best is not None:
            protected[leg.links[best]] = True
        plan.append((leg, found, best))
    for leg, found, best in plan:
        before = found[0][0] if found else np.nan
        cut_km = 0.0
        for _ in range(12):
            if best is None:
                break
            open_ = ~removed[leg.links]
            used = leg.route(np.ones(leg.links.size), open_)
            if not used.size or leg.km[used].sum() >= SHORT * leg.known:
                break
            cut = used[~protected[leg.links[used]]]
            if not cut.size:
                break
            removed[leg.links[cut]] = True
            cut_km += float(leg.km[cut].sum())
        used = leg.route(np.ones(leg.links.size), ~removed[leg.links])
        rows.append(
            {
                "leg": leg.name,
                "known_km": leg.known,
                "before_km": round(before),
                "after_km": round(float(leg.km[used].sum())),
                "cut_km": round(cut_km),
                "fit_km": round(float(leg.km[best].sum())) if best is not None else -1,
                "all_km": [round(r[0]) for r in found][::4],
            }
        )
    restored = reconnect(g, removed)
    return g.links(~removed | restored), pd.DataFrame(rows)


def reconnect(g: Graph, removed: np.ndarray) -> np.ndarray:
    """Cut links that must come back because a conventional line hung on them.

    A spanning forest of cut links between the pieces: it joins what the cuts parted and opens no
    second way round.
    """
    left = ~removed
    label = components(g.lat.size, g.u[left], g.v[left])
    cut = np.flatnonzero(removed)
    a, b = label[g.u[cut]], label[g.v[cut]]
    apart = a != b
    cut, a, b = cut[apart], a[apart], b[apart]
    forest = minimum_spanning_tree(
        csr_matrix((g.km[cut] + 1e-3, (a, b)), shape=(label.max() + 1,) * 2)
    )
    one, two = forest.nonzero()
    chosen = set(zip(np.minimum(one, two).tolist(), np.maximum(one, two).tolist(), strict=True))
    back = np.zeros(g.u.size, bool)
    best: dict[tuple[int, int], int] = {}
    for e, i, j in zip(cut, np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True):
        if (i, j) in chosen and ((i, j) not in best or g.km[e] < g.km[best[i, j]]):
            best[i, j] = int(e)
    back[list(best.values())] = True
    return back
