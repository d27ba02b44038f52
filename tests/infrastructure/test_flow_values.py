"""Trees of ways against single loads; values of hours against differences and sums of hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import Weighted, weighted
from small_network import link, network, pricing

from beltroad.errors import InputError
from beltroad.infrastructure.engine.flows import Assignment
from beltroad.infrastructure.engine.hierarchy import Plan, many_to_many
from beltroad.infrastructure.engine.trees import Legs, Trees
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes, port_times
from beltroad.infrastructure.pricing.weights import LinkWeights, link_weights
from beltroad.infrastructure.projects.effects import effects_of
from beltroad.infrastructure.shipments.modes import ModeChoice, Split, effective_days
from beltroad.infrastructure.shipments.router import Router, land_ways, shipments
from beltroad.infrastructure.shipments.values import FastestWays, HourValues, effective_slopes

SEEDS = st.integers(0, 2**32 - 1)
EVERY = np.ones((3, 3), bool) & ~np.eye(3, dtype=bool)


def case(graph: Weighted, seed: int) -> tuple[Assignment, np.ndarray, np.random.Generator]:
    """Terminals, repeats included, and which pairs of them are wanted."""
    rng = np.random.default_rng(seed)
    ends = [rng.integers(0, graph.n, rng.integers(1, 6)).astype(np.int32) for _ in range(2)]
    plan = Plan.between(graph.topology, *ends)
    work = Assignment(graph.topology, plan, graph.weighting, graph.forward, graph.backward)
    return work, rng.random((len(ends[0]), len(ends[1]))) < 0.7, rng


@settings(max_examples=200, deadline=None)
@given(weighted(), SEEDS)
def test_trees_carry_what_single_loads_carry(graph: Weighted, seed: int) -> None:
    """Many demands, losses among them, on the same ways as one at a time; ties, zeros, circles."""
    work, wanted, rng = case(graph, seed)
    trees = Trees.of(work, wanted)
    assert np.array_equal(
        trees.cost.astype(np.float32), many_to_many(work.plan, graph.weighting, threads=1)[0]
    )
    source, target = np.nonzero(wanted & np.isfinite(trees.cost))
    assert np.array_equal(trees.place >= 0, wanted & np.isfinite(trees.cost))
    group, amount = rng.integers(0, 3, len(source)), rng.integers(0, 4, len(source)).astype(float)
    rates = rng.integers(-3, 4, (3, 40)).astype(float)
    found = trees.flows(Legs.of(len(wanted), source, target, group, amount), rates)
    # Whole numbers: sums are exact in any order. Loads take no negative demand: two sides.
    for column in (0, 39):
        net = np.zeros((2, len(graph.u)))
        for sign in (1.0, -1.0):
            demand = np.zeros(wanted.shape)
            demand[source, target] = amount * np.maximum(sign * rates[group, column], 0.0)
            flow = work.flows(demand)
            net += sign * np.stack([flow.forward, flow.backward])
        ours = np.zeros_like(net)
        ours[trees.used & 1, trees.used >> 1] = found[:, column]
        assert np.array_equal(ours, net)
    some = np.flatnonzero(rng.random(len(graph.u)) < 0.4)
    uses = work.usage([some]).uses(0)
    assert np.array_equal(trees.passes(some), uses & wanted & np.isfinite(trees.cost))


def test_wrong_legs_are_refused() -> None:
    u, v = np.array([0], np.int32), np.array([1], np.int32)
    one = np.ones((1, 1), np.float32)
    graph = Weighted(3, u, v, one, one)
    plan = Plan.between(graph.topology, graph.nodes, graph.nodes)
    work = Assignment(graph.topology, plan, graph.weighting, one, one)
    trees = Trees.of(work, np.ones((3, 3), bool))
    legs = Legs.of(3, np.array([0]), np.array([2]), np.array([0]), np.ones(1))
    with pytest.raises(InputError, match="source 0 to target 2 has no way"):
        trees.flows(legs, np.ones((1, 1)))
    there = Legs.of(3, np.array([0]), np.array([1]), np.array([0]), np.ones(1))
    assert trees.flows(there, np.full((1, 1), 2.0)).tolist() == [[2.0], [0.0]]
    with pytest.raises(InputError, match="finite"):
        trees.flows(there, np.full((1, 1), np.nan))
    with pytest.raises(InputError, match="shape"):
        Trees.of(work, np.ones((2, 3), bool))


class Small:
    """The small network, with hours that can be moved."""

    def __init__(self) -> None:
        self.network, prices = network(), pricing()
        self.router = Router.of(self.network)
        nothing = pd.Series(dtype=bool)
        none = effects_of(self.network, [], {}, nothing, prices.parameters, prices.groups)
        self.land = link_weights(self.network, prices, none)
        self.times = port_times(self.network, prices, none)
        self.km = voyage_km(self.network, prices)

    def ways(
        self, land: LinkWeights | None = None, times: PortTimes | None = None,
        km: np.ndarray | None = None,
    ) -> FastestWays:  # fmt: skip
        return FastestWays.of(
            self.router, land or self.land, self.km if km is None else km, times or self.times
        )

    def hours(self) -> np.ndarray:
        """Of each link and direction; at sea those of the ship."""
        at_sea = np.isfinite(self.km)
        both = np.stack([self.land.forward[0], self.land.backward[0]]).astype(float)
        return np.where(at_sea, self.km / self.times.speed_kmh, both)


@pytest.fixture(scope="module")
def small() -> Small:
    return Small()


def worth(ways: FastestWays, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Worth of an hour between each two of three cities, their pair's group, two demands."""
    rng = np.random.default_rng(seed)
    amount = np.where(np.isfinite(ways.hours) & EVERY, rng.random(ways.hours.shape), 0.0)
    group = np.arange(9).reshape(3, 3)
    return amount, group, rng.normal(size=(9, 2))


def total(ways: FastestWays, seed: int = 1) -> np.ndarray:
    """Hours of all ways times what an hour is worth, by demand."""
    amount, group, rates = worth(ways, seed)
    hours = np.where(amount > 0, ways.exact_hours(), 0.0)
    return np.asarray((amount * hours).sum(axis=0).ravel() @ rates[group.ravel()])


def test_hours_are_those_of_shipments(small: Small) -> None:
    ways = small.ways()
    land, sea = shipments(
        small.router, land_ways(small.router, small.land), small.times,
        small.router.voyages(small.km),
    )  # fmt: skip
    assert np.array_equal(ways.hours, np.stack([land[0], sea[0]]))
    there = np.isfinite(ways.hours)
    assert np.isfinite(ways.hours[1]).any()
    assert ways.exact_hours()[there] == pytest.approx(ways.hours[there], rel=1e-6)


def test_values_times_hours_add_up(small: Small) -> None:
    """Euler: hours are linear in those of links and ports while ways stay."""
    ways = small.ways()
    found = ways.values(*worth(ways))
    hours = small.hours()[np.where(found.forward, 0, 1), found.links]
    spent = hours @ found.values
    spent += small.times.load_hours @ found.load + small.times.unload_hours @ found.unload
    assert spent == pytest.approx(total(ways), rel=1e-6)


@pytest.mark.parametrize(
    "ends",
    [("r2", "r3"), ("d1", "d2"), ("d0", "d6"), ("p0", "d4"), ("west", "r0"), ("s0", "s1")],
)
def test_values_are_differences_of_hours(small: Small, ends: tuple[str, str]) -> None:
    """A link slower by a little, both ways: what all shipments then take longer."""
    at, before = link(*ends), small.ways()
    found = before.values(*worth(before))
    told = found.values[found.links == at].sum(axis=0)
    if np.isfinite(small.km[at]):
        km = small.km.copy()
        km[at] += np.float32(8.0)
        step, after = (float(km[at]) - float(small.km[at])) / small.times.speed_kmh, small.ways(
            km=km
        )  # fmt: skip
    else:
        sides = small.land.forward.copy(), small.land.backward.copy()
        for side in sides:
            side[0, at] = np.float32(np.round(side[0, at] * 64) / 64)
        start = small.ways(LinkWeights(*(side.copy() for side in sides)))
        for side in sides:
            side[0, at] += np.float32(1 / 64)
        step, after, before = 1 / 64, small.ways(LinkWeights(*sides)), start
    change = (total(after) - total(before)) / step
    assert change == pytest.approx(told, rel=1e-9, abs=1e-9)


def test_values_of_ports_are_differences_of_hours(small: Small) -> None:
    ways = small.ways()
    found = ways.values(*worth(ways))
    assert np.any(found.load)
    for name, told in (("load_hours", found.load), ("unload_hours", found.unload)):
        for port in range(2):
            longer = getattr(small.times, name).copy()
            longer[port] += 0.25
            after = small.ways(times=replace(small.times, **{name: longer}))
            change = (total(after) - total(ways)) / 0.25
            assert change == pytest.approx(told[port], rel=1e-9, abs=1e-9)


def test_a_passage_counts_each_voyage_once(small: Small) -> None:
    ways = small.ways()
    amount, group, rates = worth(ways)
    lane = [link("s0", "s1"), link("p0", "s0"), link("s1", "p1")]
    whole, none = ways.through([np.array(lane), np.array([0])], amount, group, rates)
    assert whole == pytest.approx(amount[1].ravel() @ rates)
    assert not none.any()


def test_wrong_worth_is_refused(small: Small) -> None:
    ways = small.ways()
    amount, group, rates = worth(ways)
    with pytest.raises(InputError, match="shape"):
        ways.values(amount[:, :2], group, rates)
    shut = replace(ways, hours=np.full_like(ways.hours, np.inf))
    with pytest.raises(InputError, match="no way"):
        shut.values(amount, group, rates)
    nothing: HourValues = ways.values(np.zeros_like(amount), group, rates)
    assert not nothing.values.any()
    assert not nothing.load.any()


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.booleans())
def test_slopes_are_those_of_effective_days(seed: int, switch: bool) -> None:
    """Modes that are shut at the base, afterwards or both; held at the fastest way or free."""
    rng = np.random.default_rng(seed)
    n = 40
    days = {m: rng.uniform(1, 60, n) for m in ("land", "sea")}
    usd = {m: rng.uniform(500, 9000, n) for m in ("land", "sea")}
    now = {m: x * rng.uniform(0.5, 1.2, n) for m, x in days.items()}
    for table in (days, now):
        for mode in ("land", "sea"):
            table[mode][rng.random(n) < 0.15] = np.inf
    split = Split.at(ModeChoice(8.0, 0.05), days, usd, 300.0)
    slopes = effective_slopes(split, now, switch=switch)
    step, there = 1e-5, np.isfinite(now["land"]) | np.isfinite(now["sea"])
    for row, mode in enumerate(("land", "sea")):
        sides = [
            effective_days(split, {**now, mode: now[mode] + sign * step}, switch=switch)[there]
            for sign in (1, -1)
        ]
        found = (sides[0] - sides[1]) / (2 * step)
        open_ = np.isfinite(now[mode])[there]
        assert slopes[row][there][open_] == pytest.approx(found[open_], abs=2e-6)
        assert not slopes[row][~np.isfinite(now[mode])].any()
    assert np.all(slopes >= 0)
    assert slopes.sum(axis=0)[there] == pytest.approx(1.0)
