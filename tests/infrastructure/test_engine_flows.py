"""Link flows against single paths, conservation at nodes, and demand times distance."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import INF, Weighted, bundled, weighted

from beltroad.errors import InputError
from beltroad.infrastructure.engine.flows import Assignment
from beltroad.infrastructure.engine.hierarchy import Plan, many_to_many
from beltroad.infrastructure.engine.paths import Paths

SEEDS = st.integers(0, 2**32 - 1)


def assignment(graph: Weighted, sources: np.ndarray, targets: np.ndarray) -> Assignment:
    plan = Plan.between(graph.topology, sources, targets)
    return Assignment(graph.topology, plan, graph.weighting, graph.forward, graph.backward)


def some(graph: Weighted, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Terminals, repeats included, and whole-number demand, many of them zero."""
    rng = np.random.default_rng(seed)
    sources = rng.integers(0, graph.n, rng.integers(1, 6)).astype(np.int32)
    targets = rng.integers(0, graph.n, rng.integers(1, 6)).astype(np.int32)
    demand = rng.integers(0, 5, (len(sources), len(targets))).astype(float)
    return sources, targets, demand


def positive(graph: Weighted) -> Weighted:
    """The same links without weights of zero, so that no circle is as good as none."""
    sides = [np.where(side == 0, np.float32(1), side) for side in (graph.forward, graph.backward)]
    # Whole numbers over few scales: rounding cannot swallow a link.
    sides = [np.where(np.isfinite(side), np.ceil(np.minimum(side, 1e4)), INF) for side in sides]
    return Weighted(graph.n, graph.u, graph.v, *(side.astype(np.float32) for side in sides))


@settings(max_examples=200, deadline=None)
@given(weighted(), SEEDS)
def test_flows_and_usage_are_those_of_the_paths(graph: Weighted, seed: int) -> None:
    graph = positive(graph)
    sources, targets, demand = some(graph, seed)
    work = assignment(graph, sources, targets)
    found = work.flows(demand)
    groups = [np.array([], int), *(np.array([k]) for k in range(len(graph.u)))]
    usage = work.usage(groups)
    paths = Paths(graph.topology, graph.weighting, graph.u, graph.v, graph.forward, graph.backward)
    forward, backward, unserved = np.zeros(len(graph.u)), np.zeros(len(graph.u)), 0.0
    used = np.zeros((len(groups), *demand.shape), bool)
    for i, s in enumerate(sources):
        for j, t in enumerate(targets):
            path = paths.shortest(int(s), int(t))
            if path is None:
                unserved += demand[i, j]
                continue
            np.add.at(forward, path.links[path.forward], demand[i, j])
            np.add.at(backward, path.links[~path.forward], demand[i, j])
            used[1 + path.links, i, j] = True
    assert np.array_equal(found.forward, forward)
    assert np.array_equal(found.backward, backward)
    assert found.unserved == unserved
    assert np.array_equal([usage.uses(g) for g in range(len(groups))], used)
    assert np.array_equal(usage.demand(demand), (used * demand).sum(axis=(1, 2)))


@settings(max_examples=150, deadline=None)
@given(weighted(), SEEDS)
def test_flows_are_conserved(graph: Weighted, seed: int) -> None:
    """Zero weights and all scales: every node passes on what it gets, and costs add up."""
    sources, targets, demand = some(graph, seed)
    work = assignment(graph, sources, targets)
    found = work.flows(demand)
    cost = many_to_many(work.plan, graph.weighting, threads=1)[0]
    served = np.where(np.isfinite(cost), demand, 0.0)
    assert found.unserved == demand.sum() - served.sum()
    net = np.zeros(graph.n)
    np.add.at(net, graph.v, found.forward - found.backward)
    np.add.at(net, graph.u, found.backward - found.forward)
    np.add.at(net, np.repeat(sources, len(targets)), served.ravel())
    np.add.at(net, np.tile(targets, len(sources)), -served.ravel())
    assert net == pytest.approx(0, abs=1e-9)
    spent = sum(
        (flow[flow > 0] * weight[0, flow > 0].astype(float)).sum()
        for flow, weight in ((found.forward, graph.forward), (found.backward, graph.backward))
    )
    assert spent == pytest.approx((served * np.where(served > 0, cost, 0)).sum(), rel=1e-6)


def test_many_groups_and_threads() -> None:
    """A ring of 150 links, each its own group: more than two words of bits, three threads."""
    n = 150
    u, v = np.arange(n, dtype=np.int32), ((np.arange(n) + 1) % n).astype(np.int32)
    one = np.ones((1, n), np.float32)
    graph = Weighted(n, u, v, one, np.full_like(one, INF))  # one way round only
    work = assignment(graph, graph.nodes, graph.nodes)
    demand = np.random.default_rng(1).random((n, n))
    found = work.flows(demand)
    assert np.all(found.backward == 0)
    steps = (graph.nodes[None, :] - graph.nodes[:, None]) % n
    assert found.forward.sum() == pytest.approx((demand * steps).sum())
    usage = work.usage([np.array([k]) for k in range(n)])
    for link in (0, 63, 64, 149):
        passes = (link - graph.nodes[:, None]) % n < steps
        assert np.array_equal(usage.uses(link), passes)
        assert usage.demand(demand)[link] == pytest.approx(found.forward[link])
    threaded = replace(work, threads=3)
    assert np.array_equal(threaded.flows(demand).forward, found.forward)
    assert np.array_equal(threaded.usage([u[:9]]).bits, work.usage([u[:9]]).bits)


def test_wrong_questions() -> None:
    u, v = np.array([0, 1], np.int32), np.array([1, 2], np.int32)
    one = np.ones((1, 2), np.float32)
    graph = Weighted(3, u, v, one, one)
    work = assignment(graph, graph.nodes, graph.nodes)
    with pytest.raises(InputError, match="shape"):
        work.flows(np.ones((2, 3)))
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="zero or more"):
            work.flows(np.full((3, 3), bad))
    with pytest.raises(InputError, match="group 1 names a link"):
        work.usage([u, np.array([2])])
    with pytest.raises(InputError, match="group 1 is outside"):
        work.usage([u]).uses(1)
    with pytest.raises(InputError, match="not those that the weighting was made of"):
        replace(work, forward=one + 1).flows(np.ones((3, 3)))


@pytest.mark.slow
def test_flows_on_the_bundled_network() -> None:
    """All cities to all cities: costs add up, and few seconds suffice."""
    graph, cities = bundled()
    work = assignment(graph, cities, cities)
    hours = many_to_many(work.plan, graph.weighting, threads=1)[0]
    demand = np.random.default_rng(2).lognormal(0, 2, hours.shape)
    work.flows(demand)  # compiled by now
    again = replace(work)
    start = time.process_time()
    found = again.flows(demand)
    assert time.process_time() - start < 4
    served = np.isfinite(hours)
    assert found.unserved == pytest.approx(demand[~served].sum())
    spent = 0.0
    for flow, weight in ((found.forward, graph.forward), (found.backward, graph.backward)):
        used = flow > 0
        assert np.isfinite(weight[0, used]).all()
        spent += (flow[used] * weight[0, used].astype(float)).sum()
    assert spent == pytest.approx((demand[served] * hours[served].astype(float)).sum(), rel=1e-6)
    busiest = int(np.argmax(found.forward + found.backward))
    usage = work.usage([np.array([busiest])])
    both = found.forward[busiest] + found.backward[busiest]
    assert usage.demand(demand)[0] == pytest.approx(both)
