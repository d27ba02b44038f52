"""City-to-city hours on the bundled network: our hierarchy beside SciPy's Dijkstra, in one run.

Run: ``python benchmarks/routing.py [SOURCES]``. SciPy is timed on a sample, scaled up.
Prints CPU seconds on one thread and the ratio, and checks that both agree.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from beltroad.infrastructure.engine.hierarchy import Plan, build_topology, customize, many_to_many
from beltroad.infrastructure.network import CITY, Network


def main(sample: int) -> None:
    """Time both and print a table."""
    network = Network.bundled()
    cities = network.terminals(CITY).to_numpy(np.int32)
    hours = (network.km / np.where(network.has_mode("rail"), 45.0, 25.0)).astype(np.float32)
    hours[network.has_mode("sea", "port_sea")] = network.km[
        network.has_mode("sea", "port_sea")
    ] / np.float32(26)
    hours += np.float32(1e-3)
    weights = hours[np.newaxis]

    def ours() -> np.ndarray:
        return many_to_many(plan, customize(topology, weights, weights), threads=1)[0]

    start = time.process_time()
    topology = build_topology(len(network.nodes), network.u, network.v)
    plan = Plan.between(topology, cities, cities)
    ours()
    first = time.process_time() - start
    start = time.process_time()
    matrix = ours()
    again = time.process_time() - start

    size = len(network.nodes)
    graph = coo_matrix((hours, (network.u, network.v)), shape=(size, size)).tocsr()
    rows = np.linspace(0, len(cities) - 1, sample).astype(int)
    start = time.process_time()
    peer = dijkstra(graph, directed=False, indices=cities[rows])[:, cities]
    peer_all = (time.process_time() - start) / sample * len(cities)
    gap = np.nanmax(np.abs(np.where(np.isinf(peer), np.nan, peer - matrix[rows])))

    print(f"network: {size:,} nodes, {len(network.links):,} links, {len(cities)} cities")
    print(f"{'':34}{'CPU s':>9}")
    print(f"{'ours, topology and compiling':34}{first:9.2f}   once")
    print(f"{'ours, new weights and matrix':34}{again:9.2f}")
    print(f"{'SciPy Dijkstra (' + str(sample) + ' sources, scaled)':34}{peer_all:9.1f}")
    print(f"ratio {peer_all / again:,.0f}; largest difference {gap:.1e} h")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
