"""One routing library on one problem, in a process of its own: ``python peers.py NAME FOLDER``.

Called by ``routing.py``. Reads ``problem.npz`` from the folder and writes ``NAME.npz``: CPU seconds
on one thread for preparing, for new weights and for the matrix (all sources, scaled up where only
some were run), rows of the matrix, and the peak of memory. Each library is used in the quickest
way that it documents; those that only know whole numbers get hours in steps of about 2 ms.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

STEPS_PER_HOUR = 2_000_000


@dataclass
class Problem:
    """Arcs there and back with hours, terminals, and what changes in the partial update."""

    n: int
    u: np.ndarray
    v: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    cities: np.ndarray
    changed: np.ndarray
    sample: int

    @property
    def tail(self) -> np.ndarray:
        return np.concatenate([self.u, self.v]).astype(np.uint32)

    @property
    def head(self) -> np.ndarray:
        return np.concatenate([self.v, self.u]).astype(np.uint32)

    @property
    def hours(self) -> np.ndarray:
        """Float64, so that peers add up without rounding."""
        return np.concatenate([self.forward, self.backward]).astype(np.float64)

    @property
    def steps(self) -> np.ndarray:
        return np.rint(self.hours * STEPS_PER_HOUR).astype(np.uint32)

    @property
    def changed_arcs(self) -> np.ndarray:
        return np.concatenate([self.changed, self.changed + len(self.u)])

    def some(self, most: int) -> np.ndarray:
        """Places of up to ``most`` sources among the cities."""
        count = min(most, self.sample, len(self.cities))
        return np.linspace(0, len(self.cities) - 1, count).astype(int)


@dataclass
class Result:
    """CPU seconds, and rows of the matrix in hours: those of the cities at places ``rows``."""

    prepare: float
    weigh: float
    matrix: float
    rows: np.ndarray
    out: np.ndarray | list[list[float]]
    partial: float = np.nan


class Clock:
    """CPU seconds since the last look."""

    def __init__(self) -> None:
        self.last = time.process_time()

    def lap(self) -> float:
        now = time.process_time()
        passed, self.last = now - self.last, now
        return passed


def ours(p: Problem) -> Result:
    from beltroad.infrastructure.engine.hierarchy import (
        Plan,
        build_topology,
        customize,
        many_to_many,
        recustomize,
    )

    there, back = p.forward[np.newaxis], p.backward[np.newaxis]
    clock = Clock()
    topology = build_topology(p.n, p.u, p.v)
    plan = Plan.between(topology, p.cities, p.cities)
    weighting = customize(topology, there, back)  # compiles, or reads what was compiled
    many_to_many(plan, weighting, threads=1)
    recustomize(topology, weighting, there, back, p.changed[:1])
    prepare = clock.lap()
    weighting = customize(topology, there, back)
    weigh = clock.lap()
    matrix = many_to_many(plan, weighting, threads=1)[0]
    route = clock.lap()
    slow = there.copy()
    slow[0, p.changed] *= 2
    clock.lap()
    recustomize(topology, weighting, slow, back, p.changed)
    partial = clock.lap()
    rows = np.arange(len(p.cities))
    return Result(
        prepare=prepare, weigh=weigh, matrix=route, partial=partial, rows=rows, out=matrix
    )


def scipy(p: Problem) -> Result:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    clock = Clock()
    order = np.lexsort((p.hours, p.head, p.tail))
    tail, head = p.tail[order], p.head[order]
    keep = np.ones(len(tail), bool)
    keep[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])  # of parallel arcs the quickest
    first = np.zeros(p.n + 1, np.int32)
    np.cumsum(np.bincount(tail[keep], minlength=p.n), out=first[1:])
    prepare = clock.lap()
    graph = csr_matrix((p.hours[order][keep], head[keep].astype(np.int32), first), (p.n, p.n))
    weigh = clock.lap()
    rows = p.some(p.sample)
    out = dijkstra(graph, indices=p.cities[rows])[:, p.cities]
    scale = len(p.cities) / len(rows)
    return Result(prepare=prepare, weigh=weigh, matrix=clock.lap() * scale, rows=rows, out=out)


def igraph(p: Problem) -> Result:
    import igraph as ig

    clock = Clock()
    graph = ig.Graph(p.n, np.column_stack([p.tail, p.head]), directed=True)
    prepare = clock.lap()
    weights = p.hours.tolist()
    weigh = clock.lap()
    rows = p.some(p.sample)
    out = graph.distances(p.cities[rows].tolist(), p.cities.tolist(), weights=weights)
    scale = len(p.cities) / len(rows)
    return Result(prepare=prepare, weigh=weigh, matrix=clock.lap() * scale, rows=rows, out=out)


def networkit(p: Problem) -> Result:
    import networkit as nk

    nk.setNumberOfThreads(1)
    clock = Clock()
    graph = nk.GraphFromCoo((p.hours, (p.tail, p.head)), n=p.n, weighted=True, directed=True)
    prepare = clock.lap()
    rows = p.some(p.sample)
    search = nk.distance.SPSP(graph, p.cities[rows].tolist())
    search.setTargets(p.cities.tolist())
    search.run()
    out = search.getDistances(asarray=True)
    scale = len(p.cities) / len(rows)
    # Weights belong to the graph: new ones mean a new graph.
    return Result(prepare=0.0, weigh=prepare, matrix=clock.lap() * scale, rows=rows, out=out)


def rustworkx(p: Problem) -> Result:
    import rustworkx as rx

    clock = Clock()
    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(p.n))
    graph.add_edges_from(list(zip(p.tail.tolist(), p.head.tolist(), p.hours.tolist(), strict=True)))
    prepare = clock.lap()
    rows = p.some(3)
    out = np.full((len(rows), len(p.cities)), np.inf)
    for k, row in enumerate(rows):
        found = dict(rx.dijkstra_shortest_path_lengths(graph, int(p.cities[row]), float))
        out[k] = [found.get(c, np.inf) for c in p.cities.tolist()]
        out[k, row] = 0
    scale = len(p.cities) / len(rows)
    return Result(prepare=0.0, weigh=prepare, matrix=clock.lap() * scale, rows=rows, out=out)


def routingkit_cch(p: Problem) -> Result:
    import routingkit_cch as rk

    clock = Clock()
    tail, head, steps = p.tail.tolist(), p.head.tolist(), p.steps.tolist()
    clock.lap()
    # Nodes are numbered in the order that this library's own nested dissection gave.
    cch = rk.CCH(list(range(p.n)), tail, head, False)
    metric = rk.CCHMetric(cch, steps)
    prepare = clock.lap()
    metric.reset(steps)
    weigh = clock.lap()
    rows = np.arange(len(p.cities))
    search = rk.CCHOneToMany(metric, p.cities.tolist())
    out = [search.distances_from(c) for c in p.cities.tolist()]
    matrix = clock.lap()
    del search  # the metric may not change while a search holds it
    updater = rk.CCHMetricPartialUpdater(cch)
    slow = {k: 2 * steps[k] for k in p.changed_arcs[: len(p.changed)].tolist()}
    clock.lap()
    updater.apply(metric, slow)
    partial = clock.lap()
    out = np.array(out, float) / STEPS_PER_HOUR
    return Result(prepare=prepare, weigh=weigh, matrix=matrix, partial=partial, rows=rows, out=out)


def pyroutingkit(p: Problem) -> Result:
    import pyroutingkit as rk

    clock = Clock()
    tail, head, steps = p.tail, p.head, p.steps
    clock.lap()
    topology = rk.CCHTopology()
    topology.build(tail, head, p.lat.astype(np.float32), p.lon.astype(np.float32), p.n)
    metric = rk.CCHMetric(topology)
    prepare = clock.lap()
    metric.customize(steps)
    weigh = clock.lap()
    rows = np.arange(len(p.cities))
    cities = p.cities.astype(np.uint32)
    found = metric.distances_many_to_many(cities, cities)
    matrix = clock.lap()
    arcs = p.changed.astype(np.uint32)
    slow = 2 * steps[arcs]
    clock.lap()
    metric.update_weights(arcs, slow)
    partial = clock.lap()
    out = np.where(found >= rk.INF_WEIGHT, np.inf, found / STEPS_PER_HOUR)
    return Result(prepare=prepare, weigh=weigh, matrix=matrix, partial=partial, rows=rows, out=out)


PEERS: dict[str, tuple[str, Callable[[Problem], Result]]] = {
    "ours": ("beltroad, sweep on the hierarchy", ours),
    "routingkit_cch": ("routingkit-cch, one to many", routingkit_cch),
    "pyroutingkit": ("pyroutingkit, many to many", pyroutingkit),
    "igraph": ("igraph, Dijkstra", igraph),
    "networkit": ("NetworKit, SPSP", networkit),
    "scipy": ("SciPy, Dijkstra", scipy),
    "rustworkx": ("rustworkx, Dijkstra", rustworkx),
}


def main(name: str, folder: Path) -> int:
    """Run one peer; 3 if it is not installed."""
    with np.load(folder / "problem.npz") as stored:
        problem = Problem(**{k: x if x.ndim else int(x) for k, x in stored.items()})
    try:
        result = PEERS[name][1](problem)
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        return 3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_mb = peak / (2**20 if sys.platform == "darwin" else 2**10)
    np.savez(folder / f"{name}.npz", peak_mb=peak_mb, **vars(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
