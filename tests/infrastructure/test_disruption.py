"""Disruptions on a network small enough to reason about, and on the bundled one at sea."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_network as small
from bundled_network import World
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.infrastructure.disruption.congestion import (
    CAP,
    Queue,
    congest,
    delay_factor,
    queues_of,
)
from beltroad.infrastructure.disruption.critical import busiest, closing_each
from beltroad.infrastructure.disruption.curves import Order, curve, random_orders
from beltroad.infrastructure.disruption.detours import way_of
from beltroad.infrastructure.disruption.freight import Freight
from beltroad.infrastructure.disruption.gates import gates_of
from beltroad.infrastructure.disruption.loading import Loading, Passing
from beltroad.infrastructure.disruption.losses import Base, group_sum, losses, spread_demand
from beltroad.infrastructure.disruption.shocks import (
    Conditions,
    Slowdown,
    disturb,
    parse_slowdown,
    port_factors,
)
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import port_times
from beltroad.infrastructure.pricing.weights import LinkHours, LinkPricer
from beltroad.infrastructure.projects.effects import effects_of
from beltroad.infrastructure.routes.closures import Closure
from beltroad.infrastructure.shipments.modes import ModeChoice
from beltroad.infrastructure.shipments.router import Router

CHOICE = ModeChoice(6.8, 0.42)
WEST, EAST, NORTH = 0, 1, 2
RAIL_GATE = Closure("border", ("GATE-RAIL",), "rail gate")
ROAD_GATE = Closure("border", ("GATE-ROAD",), "road gate")
PORT = Closure("port", ("CNWST",), "port CNWST")
STRAIT = Closure("strait", ("suez",), "Suez Canal")
COUNTRY = Closure("country", ("KAZ",), "Kazakhstan")
EVERYTHING = (RAIL_GATE, ROAD_GATE, PORT, STRAIT, COUNTRY)
# Links this many times as long as in the small network: trains win against lorries.
FAR = 5.0
FEW = settings(max_examples=40, deadline=None)


def with_strait(km: np.ndarray | None = None) -> Network:
    """The small network; its sea lane is a strait, its links as long as asked for."""
    net = small.network()
    links = net.links.copy()
    links["passage"] = np.where(links["mode"] == "sea", "suez", "")
    if km is not None:
        links["km"] = km
    return Network(net.nodes, links).checked()


class Small:
    """The small network weighted, with one TEU a year between every two cities."""

    def __init__(self, km: np.ndarray | None = None, by: str = "cost") -> None:
        self.network = with_strait(FAR * small.network().km if km is None else km)
        pricing = small.pricing()
        effects = effects_of(
            self.network, [], {}, pd.Series(dtype=bool), pricing.parameters, pricing.groups
        )
        ports = port_times(self.network, pricing, effects)
        pricer = LinkPricer(self.network, pricing)
        self.hours: LinkHours = pricer.hours(effects, ports)
        self.now = Conditions(pricer.weights(effects), voyage_km(self.network, pricing), ports)
        self.router = Router.of(self.network)
        self.freight = Freight.of(self.router, self.now, usd_per_hour=20.0, by=by)
        self.teu = np.where(self.freight.ways.reachable, 1.0, 0.0)
        self.base = Base.of(self.freight, CHOICE, self.teu)

    def under(self, *closures: Closure, slow: tuple[Slowdown, ...] = ()) -> Freight:
        now = disturb(self.network, self.now, self.hours, closures, slow)
        return self.freight.under(now)


@pytest.fixture(scope="module")
def net() -> Small:
    return Small()


def same(a: Freight, b: Freight) -> bool:
    pairs = [
        (a.ways.land, b.ways.land), (a.ways.sea, b.ways.sea), (a.ways.ports, b.ways.ports),
        (a.land_weighting.up, b.land_weighting.up), (a.land_weighting.down, b.land_weighting.down),
        (a.sea_weighting.up, b.sea_weighting.up),
    ]  # fmt: skip
    return all(np.array_equal(x, y) for x, y in pairs)


def test_closing_nothing_changes_nothing(net: Small) -> None:
    assert same(net.under(), net.freight)
    lost = losses(net.base, net.under().ways)
    for field in ("usd_per_teu", "days", "freight_usd", "kgco2e"):
        assert not getattr(lost, field).any()
    assert not lost.cut.any()
    assert np.array_equal(lost.land_share, net.base.split.land_share)


@pytest.mark.parametrize("closure", EVERYTHING, ids=lambda c: c.kind + c.refs[0])
def test_closing_is_starting_anew_and_opening_again_is_the_base(
    net: Small, closure: Closure
) -> None:
    shut = net.under(closure)
    anew = Freight.of(net.router, shut.conditions, usd_per_hour=20.0)
    assert same(shut, anew)
    assert not same(shut, net.freight)
    assert same(shut.under(net.now), net.freight)


@pytest.mark.parametrize("closure", EVERYTHING, ids=lambda c: c.kind + c.refs[0])
def test_slowed_by_one_is_the_base_and_more_is_never_quicker(net: Small, closure: Closure) -> None:
    assert same(net.under(slow=(Slowdown(closure, 1.0),)), net.freight)
    before, rose = net.freight.ways, False
    for factor in (1.5, 4.0):
        after = net.under(slow=(Slowdown(closure, factor),)).ways
        assert np.all(after.land[0] >= before.land[0])
        assert np.all(after.sea[0] >= before.sea[0])
        rose |= bool((after.land[0] > before.land[0]).any() | (after.sea[0] > before.sea[0]).any())
        before = after
    assert rose == (closure != ROAD_GATE)  # which no way uses


def test_a_slowed_border_adds_its_wait_in_each_direction() -> None:
    """Out of China by rail is quicker than into it; twice as long adds each wait once more."""
    hours = Small(by="hours")
    out, back = hours.hours.border[:, small.link("r2", "r3")]
    assert 0 < out < back
    slow = (Slowdown(ROAD_GATE, 1000.0),)  # keep the lorries off
    before = hours.under(slow=slow).ways.land[1]
    after = hours.under(slow=(*slow, Slowdown(RAIL_GATE, 2.0))).ways.land[1]
    assert after[WEST, EAST] - before[WEST, EAST] == pytest.approx(out, abs=1e-3)
    assert after[EAST, WEST] - before[EAST, WEST] == pytest.approx(back, abs=1e-3)


@FEW
@given(
    st.sets(st.sampled_from(EVERYTHING)), st.sets(st.sampled_from(EVERYTHING)),
    st.integers(0, 2**32 - 1), st.sampled_from(["cost", "hours"]),
)  # fmt: skip
def test_closing_never_helps_and_two_closures_cost_no_less_than_one(
    few: set[Closure], more: set[Closure], seed: int, by: str
) -> None:
    rng = np.random.default_rng(seed)
    case = Small(small.network().km * rng.uniform(0.2, 9.0, len(small.LINKS)), by)
    base, one, both = (case.under(*c).ways for c in ((), few, few | more))
    for mode in ("land", "sea"):
        rows = [getattr(w, mode)[0] for w in (base, one, both)]
        assert np.all(rows[1] >= rows[0])
        assert np.all(rows[2] >= rows[1])
    lost = [losses(case.base, w) for w in (one, both)]
    assert np.all(lost[1].cut >= lost[0].cut)
    if by == "cost":
        assert np.all(lost[0].usd_per_teu >= -1e-2)
        kept = ~lost[1].cut
        assert np.all(lost[1].usd_per_teu[kept] >= lost[0].usd_per_teu[kept] - 1e-2)


def test_what_is_far_away_changes_nothing_and_the_last_way_counts_as_cut(net: Small) -> None:
    gates = net.under(RAIL_GATE, ROAD_GATE, STRAIT)
    lost = losses(net.base, gates.ways)
    assert not lost.cut[WEST, NORTH]
    assert np.array_equal(
        gates.ways.land[:, [WEST, NORTH], [NORTH, WEST]],
        net.freight.ways.land[:, [WEST, NORTH], [NORTH, WEST]],
    )
    # Hardly anybody sails abroad and comes back by land.
    assert 0 <= lost.usd_per_teu[WEST, NORTH] < 1
    assert lost.cut[WEST, EAST]
    assert lost.cut[EAST, NORTH]
    assert lost.usd_per_teu[WEST, EAST] == 0  # set apart, not averaged in
    assert np.isinf(lost.cost[WEST, EAST])


def test_a_closed_country_is_cut_off_and_nobody_else(net: Small) -> None:
    lost = losses(net.base, net.under(COUNTRY).ways)
    assert lost.cut.sum() == 4
    assert lost.cut[EAST, [WEST, NORTH]].all()


def test_shippers_who_switch_lose_less_than_those_who_cannot(net: Small) -> None:
    lost = losses(net.base, net.under(RAIL_GATE).ways)
    stay = net.base.split.weighted({"land": net.under(RAIL_GATE).ways.row(0)["land"],
                                    "sea": net.freight.ways.row(0)["sea"]})  # fmt: skip
    fixed = stay - net.base.split.weighted(net.freight.ways.row(0))
    assert 0 < lost.usd_per_teu[WEST, EAST] <= fixed[WEST, EAST] + 1e-6
    assert lost.land_share[WEST, EAST] < net.base.split.land_share[WEST, EAST]


# Flows


def test_flows_cross_the_cut_and_leave_what_enters(net: Small) -> None:
    """All demand between the two countries crosses one of the gates, or sails."""
    abroad = net.teu.copy()
    abroad[WEST, NORTH] = abroad[NORTH, WEST] = 0
    loading = Loading(net.freight, Base.of(net.freight, CHOICE, abroad).teu_by_mode)
    gates = gates_of(net.network)
    assert [g.kind for g in gates] == ["strait", "border", "border", "port", "port"]
    through = dict(
        zip([g.ref for g in gates], loading.through(Passing.of(net.freight, gates)), strict=True)
    )
    across = net.teu[:, EAST].sum() + net.teu[EAST].sum()
    assert through["GATE-RAIL"] + through["GATE-ROAD"] + through["suez"] == pytest.approx(across)
    assert min(through["GATE-RAIL"], through["suez"]) > 0
    assert through["CNWST"] == pytest.approx(through["suez"])  # the only way to sea
    flows = loading.land.forward - loading.land.backward
    balance = np.zeros(len(net.network.nodes))
    np.add.at(balance, net.network.u, flows)
    np.subtract.at(balance, net.network.v, flows)
    legs = loading.legs.land
    nodes = np.concatenate([net.router.cities, net.router.ports])
    assert balance[nodes] == pytest.approx(legs.sum(axis=1) - legs.sum(axis=0))
    others = np.setdiff1d(np.arange(len(balance)), nodes)
    assert balance[others] == pytest.approx(0.0)


def test_flows_on_links_agree_with_relations_that_pass(net: Small) -> None:
    loading = Loading(net.freight, net.base.teu_by_mode)
    by_link = loading.links()
    gates = gates_of(net.network)
    through = loading.through(Passing.of(net.freight, gates))
    for gate, teu in zip(gates, through, strict=True):
        assert by_link[gate.links].sum() == pytest.approx(teu), gate.ref


def test_demand_is_spread_without_loss_where_there_is_a_way() -> None:
    rng = np.random.default_rng(4)
    economy = np.array([0, 0, 1, 1, 2, -1])
    between = rng.random((3, 3)) * (1 - np.eye(3))
    reachable = ~np.eye(6, dtype=bool)
    reachable[1, 2] = False
    spread = spread_demand(between, economy, rng.random(6) + 0.1, reachable)
    assert group_sum(spread, economy, 3) == pytest.approx(between)
    assert spread[1, 2] == 0
    assert not spread[5].any()
    reachable[:, 4] = False  # nobody reaches the third economy
    spread = spread_demand(between, economy, np.ones(6), reachable)
    assert not spread[:, 4].any()


# Criticality and failure curves


def test_each_gate_alone_is_what_closing_it_costs(net: Small) -> None:
    gates = gates_of(net.network)
    found = closing_each(net.base, net.hours, gates, workers=2)
    assert [v.gate.ref for v in found] == [g.ref for g in gates]
    for v in found:
        lost = losses(net.base, net.under(v.gate.closure).ways)
        assert v.loss_usd == pytest.approx((net.teu * lost.usd_per_teu).sum())
        assert v.cut_teu == net.teu[lost.cut].sum()
        assert (v.loss_usd > 0) == (v.gate.ref != "GATE-ROAD")  # which no way uses
    assert busiest(gates, np.array([3.0, 1.0, 2.0, 0.0, 9.0]), "border", 5) == [2, 1]
    assert busiest(gates, np.array([3.0, 1.0, 2.0, 0.0, 9.0]), "port", 5) == [4]


def test_failure_curves_never_rise_and_end_with_nothing_across(net: Small) -> None:
    gates = gates_of(net.network)
    orders = random_orders(gates, len(gates), 4, seed=7)
    assert [[g.ref for g in o.gates] for o in orders] == [
        [g.ref for g in o.gates] for o in random_orders(gates, len(gates), 4, seed=7)
    ]
    orders.append(Order("as listed", 0, tuple(gates)))
    across = (net.teu[:, EAST].sum() + net.teu[EAST].sum()) / net.teu.sum()
    for order in orders:
        points = curve(net.base, net.hours, order)
        assert [p.closed for p in points] == list(range(len(gates) + 1))
        assert points[0].reachable_share == 1
        assert points[0].efficiency == pytest.approx(1)
        assert np.all(np.diff([p.reachable_share for p in points]) <= 0)
        assert np.all(np.diff([p.efficiency for p in points]) <= 1e-9)
        assert points[-1].reachable_share == pytest.approx(1 - across)


# Congestion


def test_the_queue_keeps_the_base_and_only_grows() -> None:
    base = np.array([0.0, 0.5, 0.9, 0.999, 1.2])
    assert delay_factor(base, base) == pytest.approx(1.0)
    rho = np.linspace(0, 2, 50)[:, None]
    factor = delay_factor(rho, base)
    assert np.all(factor >= 1)
    assert np.all(np.isfinite(factor))
    assert np.all(np.diff(factor, axis=0) >= 0)
    assert delay_factor(np.array([0.75]), np.array([0.5])) == pytest.approx(2.0)
    assert delay_factor(np.array([5.0]), np.array([0.5])) == pytest.approx(0.5 / (1 - CAP))


def test_queues_settle_conserve_flow_and_are_never_below_the_base(net: Small) -> None:
    gates = gates_of(net.network)
    queues = [Queue(g, 0.8) for g in gates]
    still = congest(net.base, net.now, net.hours, queues, rounds=3)
    assert same(still.freight, net.freight)
    assert still.gaps == (0.0,)
    assert np.all(still.table["time_factor"] == 1)
    closed = disturb(net.network, net.now, net.hours, [STRAIT])
    found = congest(net.base, closed, net.hours, queues, rounds=12)
    assert np.all(found.table["time_factor"] >= 1)
    assert found.table["time_factor"].max() > 1.05
    assert found.gaps[-1] < found.gaps[0]
    free = net.under(STRAIT)
    assert np.all(found.freight.ways.land[0] >= free.ways.land[0])
    across = net.teu[:, EAST].sum() + net.teu[EAST].sum()
    at = found.table.set_index("ref")["teu"]
    assert at["GATE-RAIL"] + at["GATE-ROAD"] + at["suez"] == pytest.approx(across)


def test_capacity_needs_both_figures(net: Small) -> None:
    gates = gates_of(net.network)
    table = pd.DataFrame(
        {
            "place_kind": ["border", "border", "port", "strait"],
            "ref": ["GATE-RAIL", "GATE-RAIL", "CNWST", "suez"],
            "capacity": [10.0, 100.0, np.nan, 50.0],
            "throughput": [5.0, 90.0, 3.0, np.nan],
        }
    )
    found = queues_of(gates, table)
    assert [(q.gate.ref, q.utilisation) for q in found] == [("GATE-RAIL", 0.9)]


# What is refused, and words


def test_bad_input_is_refused_in_one_line(net: Small) -> None:
    with pytest.raises(InputError, match="multiplies time by 1 to"):
        Slowdown(PORT, 0.5)
    with pytest.raises(InputError, match="a place and a factor"):
        parse_slowdown("suez", net.network)
    with pytest.raises(InputError, match="a place and a factor"):
        parse_slowdown("suez:fast", net.network)
    assert parse_slowdown("strait:suez:2", net.network) == Slowdown(STRAIT, 2.0)
    with pytest.raises(InputError, match="would be shut"):
        net.under(Closure("strait", ("panama",), "Panama Canal"))
    with pytest.raises(InputError, match="minimise one of"):
        Freight.of(net.router, net.now, usd_per_hour=1.0, by="money")
    with pytest.raises(InputError, match="worth more than 0"):
        Freight.of(net.router, net.now, usd_per_hour=0.0)
    with pytest.raises(InputError, match="no way joins"):
        Base.of(net.under(COUNTRY), CHOICE, net.teu)
    with pytest.raises(InputError, match="must have shape"):
        Base.of(net.freight, CHOICE, net.teu[:2])


def test_ways_are_told_in_words(net: Small) -> None:
    by_sea = way_of(net.freight, "sea", WEST, EAST)
    assert by_sea is not None
    assert by_sea.gates == ("CNWST", "Suez Canal", "KZEST")
    by_land = way_of(net.freight, "land", WEST, EAST)
    assert by_land is not None
    assert len(by_land.gates) == 1
    assert by_land.days == pytest.approx(net.freight.ways.land[1, WEST, EAST] / 24)
    assert way_of(net.under(STRAIT), "sea", WEST, EAST) is None


def test_a_port_slowed_keeps_the_wait_for_the_ship(net: Small) -> None:
    factor = np.array([3.0, 1.0])
    now = port_factors(net.now, factor)
    assert now.ports.unload_hours == pytest.approx(net.now.ports.unload_hours * factor)
    wait = net.now.ports.load_hours - net.now.ports.unload_hours
    assert now.ports.load_hours - now.ports.unload_hours == pytest.approx(wait)


# The bundled network at sea


@pytest.fixture(scope="module")
def seas(world: World) -> Freight:
    there = world.there("today")
    land, ports = world.weigh(there)
    now = Conditions(land, voyage_km(world.programme.network, world.pricing), ports)
    return Freight.of(world.router, now, usd_per_hour=20.0, threads=2)


def sailing(freight: Freight, a: str, b: str, *shut: str) -> tuple[float, set[str]]:
    """Kilometres between two ports with straits closed, and the passages on the way."""
    net = freight.router.network
    km = freight.conditions.sea_km.copy()
    km[np.isin(net.passage, shut)] = np.inf
    now = freight.under(replace(freight.conditions, sea_km=km))
    node = dict(zip(net.ref[freight.router.ports], freight.router.ports, strict=True))
    path = now.voyage(int(node[a]), int(node[b]))
    if path is None:
        return float("inf"), set()
    return float(net.km[path.links].sum()), set(net.passage[path.links]) - {""}


def test_without_suez_ships_to_europe_go_round(seas: Freight) -> None:
    before, through = sailing(seas, "CNSHA", "NLRTM")
    assert {"suez", "babalmandab", "malacca"} <= through
    round_africa, other = sailing(seas, "CNSHA", "NLRTM", "suez", "panama")
    assert "south_africa" in other
    assert 1.25 <= round_africa / before <= 1.45
    assert sailing(seas, "INNSA", "NLRTM", "suez")[1] >= {"south_africa"}


def test_without_hormuz_the_gulf_has_no_way_to_sea(seas: Freight) -> None:
    for port in ("KWSWK", "BHKBS", "QAHMD"):
        if port not in seas.router.network.ref[seas.router.ports]:
            continue
        assert np.isfinite(sailing(seas, port, "CNSHA")[0])
        assert np.isinf(sailing(seas, port, "CNSHA", "ormuz")[0])
    assert np.isinf(sailing(seas, "AEJEA", "CNSHA", "ormuz")[0])


def test_without_panama_ships_go_round_the_cape_or_through_suez(seas: Freight) -> None:
    before, through = sailing(seas, "CNSHA", "USNYC")
    assert "panama" in through
    after, other = sailing(seas, "CNSHA", "USNYC", "panama")
    assert after > before
    assert other & {"suez", "south_africa", "chili"}


def test_without_the_bosporus_the_black_sea_is_shut(seas: Freight) -> None:
    assert np.isinf(sailing(seas, "ROCND", "CNSHA", "bosporus")[0])
