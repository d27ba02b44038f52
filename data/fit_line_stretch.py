"""Fit how much longer lines are than the raw data draws them (``facts/line_stretch.csv``).

Along the published route of each relation of ``spot_distances.csv`` the raw kilometres and the
mean relief are taken; ``known = raw * (base + per_relief * relief)`` is fitted by least absolute
log deviations. The error printed is that of a two-fold cross-validation: each half of the
relations is judged by the numbers of the other half. Prints; writes nothing.

Run: ``python data/fit_line_stretch.py`` (about a minute and a half).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

import build_network as build
from network import borders as border_steps
from network import relief
from network.heal import components
from network.patches import waypoints
from network.simplify import Graph
from network.sources import great_circle_km

STARTS = ([0.02, 0.0], [0.05, 0.002], [0.08, 0.004])


def along(g: Graph, layer: int, checks: pd.DataFrame) -> pd.DataFrame:
    """Raw km and mean relief along the published route of each relation."""
    n = g.lat.size
    least = (
        pd.DataFrame({"u": g.u, "v": g.v, "km": np.maximum(g.km, 1e-6)})
        .groupby(["u", "v"])["km"]
        .min()
        .reset_index()
    )
    matrix = csr_matrix((least["km"], (least["u"], least["v"])), (n, n))
    label = components(n, g.u, g.v)
    nodes = np.flatnonzero((np.bincount(label)[label] > 100) & (g.layer == layer))
    rows = []
    for check in checks.to_dict("records"):
        stops = [(check["origin_lat"], check["origin_lon"])]
        stops += waypoints(check["via"]).tolist() if isinstance(check["via"], str) else []
        stops.append((check["dest_lat"], check["dest_lon"]))
        at = [
            nodes[np.argmin(great_circle_km(g.lat[nodes], g.lon[nodes], *stop))] for stop in stops
        ]
        total = rough = 0.0
        for a, b in pairwise(at):
            km, before = dijkstra(matrix, directed=False, indices=a, return_predecessors=True)
            total += km[b]
            if not np.isfinite(km[b]):
                break
            way = [b]
            while way[-1] != a:
                way.append(before[way[-1]])
            way = np.array(way)
            middle = (g.lat[way[1:]] + g.lat[way[:-1]]) / 2, (g.lon[way[1:]] + g.lon[way[:-1]]) / 2
            rough += float((relief.relief_at(*middle) * -np.diff(km[way])).sum())
        rows.append((check["relation_id"], check["known_km"] / total, rough / total))
    out = pd.DataFrame(rows, columns=["relation_id", "longer", "relief"])
    return out[out["longer"] > 0].sort_values("relation_id", ignore_index=True)


def fit(table: pd.DataFrame, *, sloped: bool) -> np.ndarray:
    """Base less 1 and per_relief; the latter 0 unless ``sloped``."""
    wanted, x = np.log(table["longer"].to_numpy()), table["relief"].to_numpy()

    def off(p: np.ndarray) -> float:
        slope = p[1] if sloped else 0.0
        return float(np.abs(np.log(1 + p[0] + slope * x) - wanted).sum())

    best = min((minimize(off, s, method="Nelder-Mead") for s in STARTS), key=lambda r: r.fun)
    return best.x if sloped else np.array([best.x[0], 0.0])


def main() -> None:
    """Fit both modes and print the numbers with their cross-validated error."""
    checks = build.table("spot_distances", build.BUNDLE)
    checks = checks[checks["use"] == "fit"]
    listed = border_steps.crossing_rows(build.table("borders", build.BUNDLE))
    for mode, layer, make in (("rail", 0, build.build_rail), ("road", 1, build.build_road)):
        table = along(make(listed, drawn=True), layer, checks[checks["mode"] == mode])
        half = np.arange(len(table)) % 2 == 0
        numbers = fit(table, sloped=mode == "road")
        tried = np.zeros(len(table))
        for side in (half, ~half):
            p = fit(table[~side], sloped=mode == "road")
            tried[side] = (1 + p[0] + p[1] * table["relief"][side]) / table["longer"][side]
        off = np.abs(tried - 1)
        print(
            f"{mode}: base {1 + numbers[0]:.4f}, per_relief {numbers[1]:.4f} on {len(table)} "
            f"relations; cross-validated error median {np.median(off):.3f}, "
            f"90th percentile {np.quantile(off, 0.9):.3f}"
        )


if __name__ == "__main__":
    main()
