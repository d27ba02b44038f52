"""Single paths against the matrix and against Dijkstra's algorithm."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from random_graphs import Weighted, bundled, weighted

from beltroad.errors import InputError
from beltroad.infrastructure.engine.hierarchy import Plan, many_to_many
from beltroad.infrastructure.engine.paths import Path, Paths, one_to_many


def paths_of(graph: Weighted) -> Paths:
    return Paths(graph.topology, graph.weighting, graph.u, graph.v, graph.forward, graph.backward)


def check_walk(path: Path, u: np.ndarray, v: np.ndarray, source: int, target: int) -> None:
    """Links follow on one another from source to target, and no node comes twice."""
    starts = np.where(path.forward, u[path.links], v[path.links])
    ends = np.where(path.forward, v[path.links], u[path.links])
    assert np.array_equal(path.nodes, [source, *ends])
    assert np.array_equal(path.nodes[:-1], starts)
    assert path.nodes[-1] == target
    assert len(set(path.nodes.tolist())) == len(path.nodes)


@settings(max_examples=250, deadline=None)
@given(weighted(rows=3))
def test_paths_add_up_to_the_distance(graph: Weighted) -> None:
    paths, exact = paths_of(graph), graph.dijkstra()
    plan = Plan.between(graph.topology, graph.nodes, graph.nodes)
    matrix = many_to_many(plan, graph.weighting, threads=1)
    for s in range(graph.n):
        for t in range(graph.n):
            path = paths.shortest(s, t)
            if path is None:
                assert np.isinf(exact[s, t])
                assert np.isinf(matrix[0, s, t])
                continue
            check_walk(path, graph.u, graph.v, s, t)
            assert np.float32(path.cost) == matrix[0, s, t]
            own = np.where(
                path.forward, graph.forward[:, path.links], graph.backward[:, path.links]
            )
            assert path.totals == pytest.approx(own.sum(axis=1, dtype=float), rel=1e-12)
            assert path.totals[0] == pytest.approx(exact[s, t], rel=1e-12)
            if (graph.forward[0] > 0).all() and (graph.backward[0] > 0).all():
                # No circle was cut, so the path carries what the matrix says.
                assert path.totals[1:] == pytest.approx(matrix[1:, s, t], rel=1e-6)


@settings(max_examples=150, deadline=None)
@given(weighted(rows=2))
def test_one_to_many_is_a_row_of_the_matrix(graph: Weighted) -> None:
    plan = Plan.between(graph.topology, graph.nodes, graph.nodes)
    matrix = many_to_many(plan, graph.weighting, threads=1)
    some = graph.nodes[::-2]
    for s in range(graph.n):
        assert np.array_equal(
            one_to_many(graph.topology, graph.weighting, s, graph.nodes), matrix[:, s]
        )
        assert np.array_equal(
            one_to_many(graph.topology, graph.weighting, s, some), matrix[:, s, some]
        )
        back = one_to_many(graph.topology, graph.weighting, s, some, reverse=True)
        assert back[0] == pytest.approx(matrix[0, some, s], rel=1e-5)


def test_from_a_node_to_itself() -> None:
    graph = triangle()
    path = paths_of(graph).shortest(1, 1)
    assert path is not None
    assert (path.cost, len(path.links), path.nodes.tolist()) == (0.0, 0, [1])
    assert path.totals.tolist() == [0.0]
    assert one_to_many(graph.topology, graph.weighting, 1, np.array([], np.int32)).shape == (1, 0)


def triangle() -> Weighted:
    """0 - 1 - 2 and twice 0 - 2, the second of them the cheap way back only."""
    u, v = np.array([0, 1, 0, 2], np.int32), np.array([1, 2, 2, 0], np.int32)
    forward = np.array([[1, 1, 5, 1]], np.float32)
    backward = np.array([[1, 1, 5, np.inf]], np.float32)
    return Weighted(3, u, v, forward, backward)


def test_parallel_links_and_directions() -> None:
    paths = paths_of(triangle())
    there, back = paths.shortest(0, 2), paths.shortest(2, 0)
    assert there is not None
    assert back is not None
    assert (there.cost, there.links.tolist(), there.forward.tolist()) == (2.0, [0, 1], [True, True])
    assert (back.cost, back.links.tolist(), back.forward.tolist()) == (1.0, [3], [True])


def test_a_circle_of_no_weight_is_cut_off() -> None:
    """1 and 2 lie at no distance from each other and from the dead end 0."""
    u, v = np.array([0, 0, 1, 3], np.int32), np.array([1, 2, 3, 2], np.int32)
    zero = np.zeros((1, 4), np.float32)
    paths = paths_of(Weighted(4, u, v, zero, zero))
    for s in range(4):
        for t in range(4):
            path = paths.shortest(s, t)
            assert path is not None
            check_walk(path, u, v, s, t)


def test_wrong_questions() -> None:
    graph = triangle()
    paths = paths_of(graph)
    with pytest.raises(InputError, match=r"node 3 is outside 0\.\.2"):
        paths.shortest(0, 3)
    with pytest.raises(InputError, match="node -1 is outside"):
        one_to_many(graph.topology, graph.weighting, -1, graph.nodes)
    with pytest.raises(InputError, match="node 7 is outside"):
        one_to_many(graph.topology, graph.weighting, 0, np.array([0, 7], np.int32))
    with pytest.raises(InputError, match="all 4 links"):
        Paths(
            graph.topology, graph.weighting, graph.u, graph.v, graph.forward[:, 1:], graph.backward
        )
    other = Paths(
        graph.topology, graph.weighting, graph.u, graph.v, graph.forward + 1, graph.backward + 1
    )
    with pytest.raises(InputError, match="not those that the weighting was made of"):
        other.shortest(0, 2)


@pytest.mark.slow
def test_paths_on_the_bundled_network() -> None:
    """Ways between cities: equal to the matrix and to Dijkstra's algorithm in float64."""
    graph, cities = bundled()
    paths = paths_of(graph)
    rng = np.random.default_rng(5)
    sources = rng.choice(cities, 5, replace=False).astype(np.int32)
    targets = rng.choice(cities, 40, replace=False).astype(np.int32)
    exact = graph.dijkstra(sources)[:, targets]
    plan = Plan.between(graph.topology, sources, targets)
    matrix = many_to_many(plan, graph.weighting, threads=1)
    paths.shortest(int(sources[0]), int(targets[0]))  # compiled by now
    there = np.isfinite(exact)
    # What differs is the rounding of results to float32.
    assert np.abs(matrix[0][there] - exact[there]).max() < 1e-4
    found, seconds = 0, 0.0
    for i, s in enumerate(sources):
        row = one_to_many(graph.topology, graph.weighting, int(s), targets)
        assert np.array_equal(row, matrix[:, i])
        for j, t in enumerate(targets):
            start = time.process_time()
            path = paths.shortest(int(s), int(t))
            seconds += time.process_time() - start
            if path is None:
                assert np.isinf(exact[i, j])
                continue
            found += 1
            check_walk(path, graph.u, graph.v, int(s), int(t))
            assert np.float32(path.cost) == matrix[0, i, j]
            assert path.cost == pytest.approx(exact[i, j], rel=1e-12)
            assert path.totals[0] == pytest.approx(exact[i, j], rel=1e-12)
            assert path.totals[1:] == pytest.approx(matrix[1:, i, j], rel=1e-6)
            assert path.totals[2] == len(path.links)
    assert found > 100
    assert seconds / 200 < 0.05
