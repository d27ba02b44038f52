"""What quicker links change, against working the whole matrix out again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import INF, Weighted, bundled, weighted

from beltroad.errors import InputError
from beltroad.infrastructure.engine.detours import Detours, gates_of
from beltroad.infrastructure.engine.hierarchy import (
    Plan,
    Weighting,
    customize,
    many_to_many,
    recustomize,
)


def matrix(graph: Weighted, weighting: Weighting, terminals: np.ndarray) -> np.ndarray:
    plan = Plan.between(graph.topology, terminals, terminals)
    return np.asarray(many_to_many(plan, weighting, threads=2)[0])


def gates(graph: Weighted, sides: list[np.ndarray], changed: np.ndarray, ends: np.ndarray):
    open_links = np.isfinite(sides[0][0]) | np.isfinite(sides[1][0])
    return gates_of(graph.n, graph.u, graph.v, open_links, changed, ends)


@settings(max_examples=200, deadline=None)
@given(weighted(), st.integers(0, 2**32 - 1))
def test_equals_the_whole_matrix(graph: Weighted, seed: int) -> None:
    """Links halved, made free or opened, each way on its own; any terminals."""
    rng = np.random.default_rng(seed)
    terminals = rng.permutation(graph.nodes)[: rng.integers(1, graph.n + 1)]
    changed = np.flatnonzero(rng.random(len(graph.u)) < rng.choice([0.1, 0.5]))
    sides = [graph.forward.copy(), graph.backward.copy()]
    for side in sides:
        some = changed[rng.random(len(changed)) < 0.8]
        side[0, some] = np.minimum(side[0, some], 50) * rng.choice([0, 0.5, 1], len(some))
    after = customize(graph.topology, *sides)
    old, new = (matrix(graph, w, terminals) for w in (graph.weighting, after))
    kept = old.copy()
    found = Detours.between(graph.topology, terminals).quicker(
        old, graph.weighting, after, gates(graph, sides, changed, terminals)
    )
    assert np.array_equal(old, kept)
    if found is None:
        found = old
    else:
        assert (found < old).any()
    # What gains nothing stays to the last bit; what gains may round its last bit otherwise.
    assert (found <= old).all()
    gain = new < old * (1 - 1e-6)
    assert (found < old)[gain].all()
    assert np.array_equal(np.isinf(found), np.isinf(new))
    there = np.isfinite(new)
    np.testing.assert_allclose(found[there], new[there], rtol=2e-7)
    if all((side[0][np.isfinite(side[0])] % 0.5 == 0).all() for side in sides):
        assert np.array_equal(found, new)  # sums of halves are exact in any order


def test_equals_the_whole_matrix_on_the_bundled_network() -> None:
    """Few links and many (more gates than fit one sweep) become quicker between all cities."""
    graph, cities = bundled()
    old = matrix(graph, graph.weighting, cities)
    detours = Detours.between(graph.topology, cities)
    shut = np.flatnonzero(np.isinf(graph.forward[0]))
    for changed in (shut[:3], shut[:: len(shut) // 40]):
        sides = [graph.forward.copy(), graph.backward.copy()]
        for side in sides:
            side[0, changed] = side[1, changed] / np.float32(60)
        after = recustomize(graph.topology, graph.weighting, *sides, changed)
        at = gates(graph, sides, changed, cities)
        new = matrix(graph, after, cities)
        found = detours.quicker(old, graph.weighting, after, at)
        if found is None:
            assert np.array_equal(new, old)
            continue
        assert np.array_equal(found != old, new != old)
        there = np.isfinite(new)
        np.testing.assert_allclose(found[there], new[there], rtol=2e-7)
    assert len(at) > 8
    assert (new != old).mean() > 0.01


def test_weights_seen_from_nodes_both_ways() -> None:
    """From 11 nodes, more than one sweep holds, against Dijkstra's algorithm."""
    rng = np.random.default_rng(8)
    n, m = 60, 150
    u = rng.integers(0, n, m).astype(np.int32)
    v = ((u + rng.integers(1, n, m)) % n).astype(np.int32)
    weights = [rng.integers(1, 9, (1, m)).astype(np.float32) for _ in range(2)]
    graph = Weighted(n, u, v, *weights)
    terminals, nodes = np.arange(5, 40, dtype=np.int32), np.arange(3, 47, 4, dtype=np.int32)
    detours, true = Detours.between(graph.topology, terminals), graph.dijkstra()
    seen = detours.seen_from(graph.weighting, nodes)
    assert np.array_equal(seen, true[np.ix_(nodes, terminals)])
    seen = detours.seen_from(graph.weighting, nodes, backwards=True)
    assert np.array_equal(seen, true[np.ix_(terminals, nodes)].T)


def test_gates_are_where_a_way_can_leave() -> None:
    """A chain 0 - 1 - 2 - 3 - 4 whose middle changed; 2 is a gate only if a way ends there."""
    u, v = np.arange(4, dtype=np.int32), np.arange(1, 5, dtype=np.int32)
    open_links, middle = np.ones(4, bool), np.array([1, 2])
    none, two = np.array([], np.int32), np.array([2], np.int32)
    assert gates_of(5, u, v, open_links, middle, none).tolist() == [1, 3]
    assert gates_of(5, u, v, open_links, middle, two).tolist() == [1, 2, 3]
    open_links[0] = False  # node 1 leads nowhere else any more
    assert gates_of(5, u, v, open_links, middle, none).tolist() == [3]


def test_no_gain_is_none_and_a_wrong_shape_is_refused() -> None:
    """A triangle whose long side becomes less long, but not shorter than the way round."""
    u, v = np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32)
    graph = Weighted(3, u, v, *(np.array([[1, 1, 9]], np.float32) for _ in range(2)))
    sides = [np.array([[1, 1, 5]], np.float32) for _ in range(2)]
    after, changed = customize(graph.topology, *sides), np.array([2])
    detours, old = (
        Detours.between(graph.topology, graph.nodes),
        matrix(graph, graph.weighting, graph.nodes),
    )
    at = gates(graph, sides, changed, graph.nodes)
    assert detours.quicker(old, graph.weighting, after, at) is None
    with pytest.raises(InputError, match="shape"):
        detours.quicker(old[:2], graph.weighting, after, at)
    assert INF not in old
