"""Contraction hierarchy against Dijkstra's algorithm on random directed graphs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import Weighted, bundled, weighted
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from beltroad.errors import InputError
from beltroad.infrastructure.engine.hierarchy import (
    Plan,
    Weighting,
    build_topology,
    customize,
    many_to_many,
    recustomize,
)

INF = np.float32(np.inf)


@dataclass
class Graph:
    """Directed links; whole-number weights keep float32 sums exact."""

    n: int
    u: np.ndarray
    v: np.ndarray
    forward: np.ndarray
    backward: np.ndarray

    def solve(self, sources: np.ndarray, targets: np.ndarray, threads: int = 1) -> np.ndarray:
        topology = build_topology(self.n, self.u, self.v)
        plan = Plan.between(topology, sources, targets)
        return many_to_many(plan, customize(topology, self.forward, self.backward), threads=threads)

    def arcs(self) -> list[tuple[int, int, float, tuple[float, ...]]]:
        out = []
        for k in range(len(self.u)):
            a, b = int(self.u[k]), int(self.v[k])
            for x, y, w in ((a, b, self.forward[:, k]), (b, a, self.backward[:, k])):
                if np.isfinite(w[0]):
                    out.append((x, y, float(w[0]), tuple(map(float, w[1:]))))
        return out

    def dijkstra(self) -> np.ndarray:
        best: dict[tuple[int, int], float] = {}
        for x, y, w, _ in self.arcs():
            best[x, y] = min(w, best.get((x, y), np.inf))
        keys = np.array(list(best), int).reshape(-1, 2)
        graph = csr_matrix((list(best.values()), (keys[:, 0], keys[:, 1])), shape=(self.n, self.n))
        return dijkstra(graph)

    def carried_range(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Least and most that any shortest path between two nodes carries of attribute ``row``."""
        dist = self.dijkstra()
        low, high = np.full(dist.shape, np.inf), np.full(dist.shape, -np.inf)
        for s in range(self.n):
            low[s, s] = high[s, s] = 0.0
            for x in np.argsort(dist[s], kind="stable"):
                if not np.isfinite(dist[s, x]):
                    break
                for a, b, w, extra in self.arcs():
                    if b == x and a != x and dist[s, a] + w == dist[s, x]:
                        low[s, x] = min(low[s, x], low[s, a] + extra[row])
                        high[s, x] = max(high[s, x], high[s, a] + extra[row])
        return low, high


@st.composite
def graphs(draw: st.DrawFn, *, attributes: int = 0, top: int = 20, nodes: int = 14) -> Graph:
    n = draw(st.integers(1, nodes))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    m = draw(st.integers(0, 3 * n)) if n > 1 else 0
    u = rng.integers(0, n, m).astype(np.int32)
    v = ((u + rng.integers(1, max(n, 2), m)) % n).astype(np.int32)
    if m > 2 and draw(st.booleans()):  # parallel links, one of them the other way round
        u[0], v[0], u[1], v[1] = u[2], v[2], v[2], u[2]
    sides = [rng.integers(1, top, (1 + attributes, m)).astype(np.float32) for _ in range(2)]
    shut = draw(st.floats(0, 0.5))
    for side in sides:
        side[0, rng.random(m) < shut] = INF
    return Graph(n, u, v, *sides)


def every(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.int32)


@settings(max_examples=250, deadline=None)
@given(graphs())
def test_equals_dijkstra_exactly(graph: Graph) -> None:
    found = graph.solve(every(graph.n), every(graph.n))
    assert found.shape == (1, graph.n, graph.n)
    assert np.array_equal(found[0], graph.dijkstra().astype(np.float32))


@settings(max_examples=60, deadline=None)
@given(graphs(attributes=2, top=6, nodes=9))
def test_carried_attributes_belong_to_a_shortest_path(graph: Graph) -> None:
    """Small weights make many ties; where the path is unique both bounds are its own value."""
    found = graph.solve(every(graph.n), every(graph.n))
    dist = graph.dijkstra()
    there = np.isfinite(dist)
    assert np.array_equal(found[0], dist.astype(np.float32))
    for row in range(2):
        low, high = graph.carried_range(row)
        assert np.all(found[1 + row][there] >= low[there])
        assert np.all(found[1 + row][there] <= high[there])
        assert np.all(np.isinf(found[1 + row][~there]))


@settings(max_examples=60, deadline=None)
@given(graphs(attributes=1, top=50_000, nodes=9))
def test_carried_attributes_of_unique_paths(graph: Graph) -> None:
    found = graph.solve(every(graph.n), every(graph.n))
    low, high = graph.carried_range(0)
    unique = np.isfinite(low) & (low == high)
    assert np.array_equal(found[1][unique], low[unique].astype(np.float32))


@settings(max_examples=120, deadline=None)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_some_sources_and_targets(graph: Graph, seed: int) -> None:
    """Any choice of terminals, repeats included, gives the same entries as all of them."""
    rng = np.random.default_rng(seed)
    sources = rng.integers(0, graph.n, rng.integers(1, 5)).astype(np.int32)
    targets = rng.integers(0, graph.n, rng.integers(1, 5)).astype(np.int32)
    found = graph.solve(sources, targets)[0]
    assert np.array_equal(found, graph.dijkstra()[np.ix_(sources, targets)].astype(np.float32))


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_reversed_links_transpose_the_result(graph: Graph) -> None:
    back = Graph(graph.n, graph.u, graph.v, graph.backward, graph.forward)
    nodes = every(graph.n)
    assert np.array_equal(graph.solve(nodes, nodes)[0], back.solve(nodes, nodes)[0].T)


def _floats(graph: Graph, seed: int) -> tuple[Graph, np.ndarray, np.ndarray]:
    """The graph with awkward float32 weights, and weights lowered on some links."""
    rng = np.random.default_rng(seed)
    sides, lower = [], []
    for side in (graph.forward, graph.backward):
        drawn = rng.lognormal(1, 3, side.shape).astype(np.float32)
        drawn[np.isinf(side)] = INF
        less = drawn.copy()
        hit = rng.random(side.shape[1]) < 0.4
        less[0, hit] = rng.lognormal(1, 3, hit.sum()).astype(np.float32)
        sides.append(drawn)
        lower.append(np.minimum(drawn, less))
    return Graph(graph.n, graph.u, graph.v, *sides), lower[0], lower[1]


@settings(max_examples=200, deadline=None)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_lower_weights_never_raise_an_entry(graph: Graph, seed: int) -> None:
    """Exactly, in float32: no tolerance."""
    graph, forward, backward = _floats(graph, seed)
    nodes = every(graph.n)
    before = graph.solve(nodes, nodes)[0]
    after = Graph(graph.n, graph.u, graph.v, forward, backward).solve(nodes, nodes)[0]
    assert np.all(after <= before)


@settings(max_examples=200, deadline=None)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_lowering_some_equals_customizing_again(graph: Graph, seed: int) -> None:
    """Bit by bit, opened links (inf before) included; the old weighting stays as it was."""
    graph, forward, backward = _floats(graph, seed)
    topology = build_topology(graph.n, graph.u, graph.v)
    base = customize(topology, graph.forward, graph.backward)
    kept = Weighting(base.up.copy(), base.down.copy())
    every_link = np.arange(len(graph.u))
    better = recustomize(topology, base, forward, backward, every_link)
    full = customize(topology, forward, backward)
    assert np.array_equal(better.up, full.up)
    assert np.array_equal(better.down, full.down)
    assert np.array_equal(base.up, kept.up)
    assert np.array_equal(base.down, kept.down)


@settings(max_examples=400, deadline=None)
@given(weighted(rows=3), st.integers(0, 2**32 - 1))
def test_recustomize_equals_customizing_again(graph: Weighted, seed: int) -> None:
    """Bit by bit in every row, whatever becomes faster, slower, open, closed or only dearer."""
    rng = np.random.default_rng(seed)
    links = len(graph.u)
    changed = np.flatnonzero(rng.random(links) < rng.choice([0.05, 0.3, 1.0]))
    topology = graph.topology
    base = customize(topology, graph.forward, graph.backward)
    kept = Weighting(base.up.copy(), base.down.copy())
    sides = []
    for side in (graph.forward, graph.backward):
        new = side.copy()
        new[:, changed] = rng.choice([0, 1, 2, 3, rng.lognormal(0, 3)], (3, len(changed)))
        new[0, changed[rng.random(len(changed)) < 0.2]] = INF
        if rng.random() < 0.2:  # only what is carried changes
            new[0] = side[0]
        sides.append(new)
    with pytest.MonkeyPatch.context() as patch:  # no way round the partial way
        patch.setattr("beltroad.infrastructure.engine.hierarchy._FEW", 1.0)
        found = recustomize(topology, base, *sides, changed)
    full = customize(topology, *sides)
    assert np.array_equal(found.up, full.up)
    assert np.array_equal(found.down, full.down)
    assert np.array_equal(base.up, kept.up)
    assert np.array_equal(base.down, kept.down)


@pytest.mark.slow
def test_recustomize_on_the_bundled_network() -> None:
    """A hundred links round a node closed, then opened at double speed; many links: in full."""
    graph, cities = bundled()
    topology = graph.topology
    rng = np.random.default_rng(4)
    for centre in rng.choice(cities, 3, replace=False):
        near = {int(centre)}
        hit = np.zeros(len(graph.u), bool)
        while hit.sum() < 100:
            hit = np.isin(graph.u, list(near)) | np.isin(graph.v, list(near))
            near |= set(graph.u[hit].tolist()) | set(graph.v[hit].tolist())
        changed = np.flatnonzero(hit)
        for factor in (np.inf, 0.5):
            sides = [graph.forward.copy(), graph.backward.copy()]
            for side in sides:
                side[0, changed] *= np.float32(factor)
            found = recustomize(topology, graph.weighting, *sides, changed)
            full = customize(topology, *sides)
            assert np.array_equal(found.up, full.up)
            assert np.array_equal(found.down, full.down)
    many = np.arange(len(graph.u) // 2)
    sides = [side.copy() for side in (graph.forward, graph.backward)]
    for side in sides:
        side[0, many] *= np.float32(1.5)
    found = recustomize(topology, graph.weighting, *sides, many)
    assert np.array_equal(found.up, customize(topology, *sides).up)


def test_more_sources_than_lanes_and_many_threads() -> None:
    """Blocks of 64 sources and several threads: a grid of 15 by 15."""
    side = 15
    number = np.arange(side * side).reshape(side, side)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()]).astype(np.int32)
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()]).astype(np.int32)
    rng = np.random.default_rng(3)
    order = rng.permutation(side * side).astype(np.int32)
    weights = [rng.integers(1, 100, (3, len(u))).astype(np.float32) for _ in range(2)]
    graph = Graph(side * side, order[u], order[v], *weights)
    nodes = every(graph.n)
    expected = graph.dijkstra().astype(np.float32)
    for threads in (1, 3):
        assert np.array_equal(graph.solve(nodes, nodes, threads)[0], expected)
    # What is carried is the same whichever lane and block a source falls into.
    carried = graph.solve(nodes, nodes)
    shuffled = rng.permutation(nodes)
    assert np.array_equal(graph.solve(shuffled, nodes, 2), carried[:, shuffled])
    said: list[float] = []
    topology = build_topology(graph.n, graph.u, graph.v)
    weighting = customize(topology, graph.forward, graph.backward)
    many_to_many(Plan.between(topology, nodes, nodes), weighting, threads=2, progress=said.append)
    assert said == sorted(said)
    assert said[-1] == 1.0


def test_topology_is_chordal_with_parents_lowest() -> None:
    """Upper neighbours of a node form a clique, and its parent is the lowest of them."""
    rng = np.random.default_rng(11)
    u = rng.integers(0, 40, 90).astype(np.int32)
    v = ((u + rng.integers(1, 40, 90)) % 40).astype(np.int32)
    t = build_topology(40, u, v)
    up = [set(t.head[t.first[x] : t.first[x + 1]].tolist()) for x in range(40)]
    for x in range(40):
        assert all(y > x for y in up[x])
        assert t.parent[x] == (min(up[x]) if up[x] else -1)
        for a in up[x]:
            assert all(b in up[a] for b in up[x] if b > a)
    for k in range(len(u)):
        low, high = sorted((int(u[k]), int(v[k])))
        arc = int(t.arc_of_link[k])
        assert t.first[low] <= arc < t.first[low + 1]
        assert t.head[arc] == high
    assert (t.node_count, t.arc_count) == (40, len(t.head))


def test_a_graph_without_links() -> None:
    empty = np.empty(0, np.int32)
    graph = Graph(3, empty, empty, np.empty((1, 0), np.float32), np.empty((1, 0), np.float32))
    found = graph.solve(every(3), every(3))[0]
    assert np.array_equal(found, np.where(np.eye(3, dtype=bool), 0, INF))


@pytest.mark.parametrize(
    ("u", "v", "word"),
    [([0], [5], "outside 0..4"), ([-1], [2], "outside 0..4"), ([0, 3], [1, 3], "link 1")],
)
def test_unusable_links(u: list[int], v: list[int], word: str) -> None:
    with pytest.raises(InputError, match=word):
        build_topology(5, np.array(u, np.int32), np.array(v, np.int32))


def test_unusable_weights() -> None:
    topology = build_topology(3, np.array([0, 1], np.int32), np.array([1, 2], np.int32))
    good = np.ones((1, 2), np.float32)
    for bad in (-1.0, np.nan):
        wrong = good.copy()
        wrong[0, 1] = bad
        with pytest.raises(InputError, match="zero or more"):
            customize(topology, good, wrong)
    with pytest.raises(InputError, match="shape"):
        customize(topology, good, np.ones((2, 2), np.float32))
    with pytest.raises(InputError, match="shape"):
        customize(topology, good[:, :1], good[:, :1])
    weighting = customize(topology, good, good)
    one = np.array([0])
    with pytest.raises(InputError, match=r"\(1, 2\)"):
        recustomize(topology, weighting, np.ones((2, 2), np.float32), good, one)
    with pytest.raises(InputError, match="zero or more"):
        recustomize(topology, weighting, -good, good, one)
    with pytest.raises(InputError, match=r"outside 0\.\.1"):
        recustomize(topology, weighting, good, good, np.array([2]))
