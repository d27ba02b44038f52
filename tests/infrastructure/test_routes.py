"""Routes: figures that add up, optimality, what closing and speeding up may do, hostile input."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import small_network as small
from bundled_network import World
from hypothesis import given, settings
from hypothesis import strategies as st
from route_planners import (
    USD_PER_HOUR,
    answer,
    between,
    duisburg,
    least_hours,
    no_shut,
    nothing_built,
    small_planner,
)

from beltroad.errors import InputError
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import port_times
from beltroad.infrastructure.pricing.weights import link_weights
from beltroad.infrastructure.routes.export import Query, answer_record
from beltroad.infrastructure.routes.families import FAMILIES, allowed_links, away_from
from beltroad.infrastructure.routes.find import SLACK, Answer
from beltroad.infrastructure.routes.itinerary import itinerary
from beltroad.infrastructure.routes.names import Names
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.route import Stop, pareto
from beltroad.infrastructure.routes.schedule import Trip
from beltroad.infrastructure.routes.search import search
from beltroad.infrastructure.shipments.router import Router, land_ways, shipments

ANY = [f for f in FAMILIES if f.name == "any"]
PAIRS = [(a, b) for a in ("west", "north", "east") for b in ("west", "north", "east") if a != b]


def best(planner: Planner, shut: np.ndarray | None = None) -> float:
    """Hours of the quickest way over all modes."""
    found = search(planner, no_shut(planner) if shut is None else shut, families=ANY, threads=1)
    return least_hours(planner, found)


@pytest.fixture(scope="module")
def everywhere() -> list[tuple[Planner, Answer]]:
    """Answers on both networks, with the planners that gave them."""
    small_ones = [small_planner(*pair) for pair in PAIRS]
    return [
        (between("Chongqing", "Duisburg"), duisburg()),
        *((planner, answer(planner)) for planner in small_ones),
    ]


# ---------------------------------------------------------------- figures


def test_steps_add_up_to_the_weights_of_the_links(
    everywhere: list[tuple[Planner, Answer]],
) -> None:
    for planner, found in everywhere:
        for r in found.routes:
            if r.family == "air":
                continue
            w = np.where(
                r.forward, planner.weights.forward[:, r.links], planner.weights.backward[:, r.links]
            ).sum(axis=1, dtype=np.float64)
            km = planner.network.km[r.links].sum()
            assert r.hours_total == pytest.approx(w[0], rel=1e-5)
            assert r.usd_per_teu == pytest.approx(w[1], rel=1e-5)
            assert r.kgco2e_per_teu == pytest.approx(w[2], rel=1e-5)
            assert r.km_total == pytest.approx(km)
            assert sum(p.hours for p in r.parts) == pytest.approx(r.hours_total)
            assert r.spread.mean_hours == pytest.approx(r.hours_total)


def test_steps_follow_each_other_and_draw_an_unbroken_line(
    everywhere: list[tuple[Planner, Answer]],
) -> None:
    for _, found in everywhere:
        for r in found.routes:
            assert isinstance(r.steps[0], Stop)
            assert isinstance(r.steps[-1], Stop)
            for a, b in pairwise(r.legs):
                # Between two legs lie lorry trips to terminals, and nothing else.
                gap = great_circle_km(*a.points[-1], *b.points[0])
                assert gap <= 1.0 + sum(s.km for s in r.stops)
            for leg in r.legs:
                assert leg.points.shape[1] == 2
                if leg.mode != "sea" or leg.countries:
                    assert leg.countries


def test_every_number_is_finite_and_none_is_negative(
    everywhere: list[tuple[Planner, Answer]],
) -> None:
    for _, found in everywhere:
        for r in found.routes:
            for s in r.steps:
                numbers = [s.hours, s.usd, s.kgco2e, s.km, *(p.hours for p in s.spent)]
                assert np.isfinite(numbers).all()
                assert min(numbers) >= 0
            assert r.hours_total > 0


def test_the_same_way_back_has_the_same_kilometres_money_and_emissions() -> None:
    planner = small_planner("west", "east")
    names = Names(planner.network, {})
    for way in search(planner, no_shut(planner), threads=1):
        back = replace(
            way, links=way.links[::-1].copy(), forward=~way.forward[::-1], nodes=way.nodes[::-1]
        )
        a, b = (itinerary(planner, w, names) for w in (way, back))
        for name in ("km", "usd", "kgco2e"):
            there, home = (sum(getattr(s, name) for s in steps) for steps in (a, b))
            assert there == pytest.approx(home, rel=1e-9), (way.family, name)


def test_the_border_by_rail_takes_longer_into_china() -> None:
    there, back = (
        next(r for r in answer(small_planner(*ends), modes=("rail",)).routes)
        for ends in (("west", "east"), ("east", "west"))
    )
    assert back.hours_total - there.hours_total == pytest.approx(20.0, abs=1e-3)
    assert back.km_total == pytest.approx(there.km_total)


# ---------------------------------------------------------------- optimality


def matrices(planner: Planner) -> np.ndarray:
    """Hours by land and sea between the cities of the small network, the lesser of both."""
    net, pricing = planner.network, planner.pricing
    router, effects = Router.of(net), nothing_built(net, pricing)
    ways = land_ways(router, link_weights(net, pricing, effects), rows=1, threads=1)
    voyages = router.voyages(voyage_km(net, pricing), threads=1)
    land, sea = shipments(router, ways, port_times(net, pricing, effects), voyages)
    at = {str(ref): k for k, ref in enumerate(router.city_ids)}
    order = [at[small.NODES[name][5]] for name in ("west", "north", "east")]
    return np.minimum(land[0], sea[0])[np.ix_(order, order)]


@pytest.mark.parametrize("closed", [{}, {"CHN_KAZ": "rail"}, {"CHN_KAZ": "all"}])
def test_small_the_best_over_all_modes_is_that_of_the_matrices(closed: dict[str, str]) -> None:
    pricing = small.pricing(**closed)
    order = ("west", "north", "east")
    table = matrices(small_planner("west", "east", pricing=pricing))
    for a, b in PAIRS:
        planner = small_planner(a, b, pricing=pricing)
        expected = table[order.index(a), order.index(b)]
        assert best(planner) == pytest.approx(expected, rel=1e-5), (a, b)


def test_bundled_the_best_over_all_modes_is_never_slower_than_the_matrices(world: World) -> None:
    """The matrices know land, and land to one voyage to land: each is one of all ways."""
    there = world.there("today")
    table = world.hours(there).min(axis=0)
    cities = world.router.cities
    pick = np.linspace(0, len(cities) - 1, 16).astype(int)
    net = world.programme.network
    places = [
        Place(f"city {k}", "city", str(net.country_of(cities[[k]])[0]), float(net.lat[cities[k]]),
              float(net.lon[cities[k]]))
        for k in pick
    ]  # fmt: skip
    whole = Planner.of(net, world.pricing, world.effects(there), places, usd_per_hour=USD_PER_HOUR)
    whole = replace(whole, nodes=cities[pick].astype(np.int64))
    paths = whole.paths("hours", no_shut(whole))
    compared = 0
    for a, b in pairwise(range(len(pick))):
        known = float(table[pick[a], pick[b]])
        path = paths.shortest(int(whole.nodes[a]), int(whole.nodes[b]))
        if not np.isfinite(known):
            continue
        assert path is not None
        assert path.totals[0] <= known * (1 + 1e-5) + 1e-3
        compared += 1
    assert compared >= 12
    # The search over all modes closes nothing, so it finds these very paths.
    ends = whole.nodes[[0, 1]]
    assert allowed_links(net, ANY[0], ends, away_from(net, ends)).all()


def test_every_family_keeps_to_its_modes() -> None:
    own = {f.name: f for f in FAMILIES}
    for r in duisburg().routes:
        if r.family == "air":
            assert [leg.mode for leg in r.legs if leg.mode not in ("road", "ferry")] == ["air"]
            continue
        family = own[r.family]
        ridden = {leg.mode for leg in r.legs}
        assert set(family.must) <= ridden
        assert ridden <= set(family.modes) | ({"ferry"} if "rail" in family.modes else set())


def test_efficient_routes_are_beaten_by_none_and_others_by_one() -> None:
    rows = [(r.hours_total, r.usd_per_teu, r.kgco2e_per_teu) for r in duisburg().routes]
    for r, mine in zip(duisburg().routes, rows, strict=True):
        beaten = [
            other
            for other in rows
            if all(o <= m * (1 + SLACK) for o, m in zip(other, mine, strict=True))
            and any(o * (1 + 2 * SLACK) < m for o, m in zip(other, mine, strict=True))
        ]
        # What is best in one measure counts as efficient, however little it is better in it.
        assert not (r.efficient and beaten and not r.best_in), r.chain
        assert r.efficient or beaten, r.chain
        for name in r.best_in:
            assert getattr(r, name) == min(getattr(o, name) for o in duisburg().routes)
    assert {m for r in duisburg().routes for m in r.best_in} == {
        "hours_total", "usd_per_teu", "kgco2e_per_teu",
    }  # fmt: skip


@given(st.lists(st.tuples(*[st.floats(0.1, 100)] * 3), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_pareto_without_slack_is_dominance(rows: list[tuple[float, ...]]) -> None:
    kept = pareto(rows)
    assert any(kept)
    for row, good in zip(rows, kept, strict=True):
        beaten = any(
            all(o <= m for o, m in zip(other, row, strict=True)) and other != row for other in rows
        )
        assert good == (not beaten)


def test_ways_are_simple_and_no_two_routes_alike() -> None:
    planner = between("Chongqing", "Duisburg")
    net = planner.network
    seen = set()
    for r in duisburg().routes:
        if r.family == "air":
            continue
        heads = np.where(r.forward, net.v[r.links], net.u[r.links])
        tails = np.where(r.forward, net.u[r.links], net.v[r.links])
        assert tails[0] == planner.nodes[0]
        assert heads[-1] == planner.nodes[-1]
        np.testing.assert_array_equal(heads[:-1], tails[1:])
        nodes = np.concatenate([tails[:1], heads])
        assert len(np.unique(nodes)) == len(nodes), r.chain
        key = (r.family, r.links.tobytes())
        assert key not in seen
        seen.add(key)


# ---------------------------------------------------------------- comparative statics


@given(st.lists(st.integers(0, len(small.LINKS) - 1), max_size=4, unique=True))
@settings(max_examples=25, deadline=None)
def test_closing_links_never_makes_the_best_way_quicker(rows: list[int]) -> None:
    planner = small_planner("west", "east")
    shut = no_shut(planner)
    shut[rows] = True
    assert best(planner, shut) >= best(planner) - 1e-6


@given(
    st.sampled_from(["line_haul_speed_kmh.rail.china", "moving_speed_kmh.road.china",
                     "sailing_speed_kmh.sea", "line_haul_speed_kmh.rail.russia_kazakhstan"]),
    st.floats(1.0, 4.0), st.sampled_from(PAIRS),
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_a_faster_mode_never_slows_the_best_way(
    key: str, factor: float, pair: tuple[str, str]
) -> None:
    plain = small.pricing()
    values = dict(plain.parameters.values)
    values[key] *= factor
    faster = replace(plain, parameters=replace(plain.parameters, values=values))
    before, after = (best(small_planner(*pair, pricing=p)) for p in (plain, faster))
    assert after <= before + 1e-3


def test_a_project_far_away_changes_nothing() -> None:
    """An island line with a city of its own leaves every other way as it was."""
    net = small.network()
    nodes = pd.DataFrame(
        [(60.0, 100.0, 0, "RUS", 1520, ""), (60.0, 101.0, 0, "RUS", 1520, "")],
        columns=["lat", "lon", "layer", "country", "gauge_mm", "ref"],
    )
    links = pd.DataFrame(
        [{"u": -1, "v": -2, "km": 60.0, "mode": "rail", "border": "", "passage": "",
          "patched": False, "project": "FAR"}]
    )  # fmt: skip
    wider = net.with_additions(nodes, links[list(net.links.columns)])
    for pair in PAIRS:
        assert best(small_planner(*pair, network=wider)) == best(small_planner(*pair))


def test_by_way_of_a_place_is_never_quicker_and_passes_it() -> None:
    direct = best(small_planner("west", "east"))
    through = answer(small_planner("west", "north", "east"))
    assert [p.name for p in through.via] == ["north"]
    for r in through.routes:
        assert r.hours_total >= direct - 1e-6
        points = np.concatenate([leg.points for leg in r.legs])
        assert great_circle_km(points[:, 0], points[:, 1], 3.0, 2.0).min() <= 40.0


def test_bundled_by_way_of_kashgar() -> None:
    planner = between("Islamabad", "Kashgar", "Baku")
    found = answer(planner, modes=("rail", "road"))
    kashgar = planner.places[1]
    direct = best(between("Islamabad", "Baku"))
    for r in found.routes:
        points = np.concatenate([leg.points for leg in r.legs])
        km = great_circle_km(points[:, 0], points[:, 1], kashgar.lat, kashgar.lon)
        assert km.min() <= 40.0
        assert r.hours_total >= direct - 1e-3
        assert "air" not in {leg.mode for leg in r.legs}


@pytest.mark.parametrize("modes", [("rail",), ("road",), ("sea",), ("rail", "sea")])
def test_modes_are_kept_to(modes: tuple[str, ...]) -> None:
    for r in answer(small_planner("west", "east"), modes=modes).routes:
        # Lorries to and from the terminals are allowed always.
        assert {leg.mode for leg in r.legs} <= {*modes, "road"}
        if "road" not in modes:
            assert r.main_modes != ("road",)


def test_a_mode_that_does_not_go_there_leaves_no_route() -> None:
    with pytest.raises(InputError, match="no route is left"):
        answer(small_planner("west", "east"), modes=("air",))


# ---------------------------------------------------------------- same bytes


def record(found: Answer) -> str:
    trips = [Trip(r) for r in found.routes]
    return json.dumps(answer_record(found, trips, Query()), sort_keys=True)


def test_the_same_question_twice_has_the_same_bytes() -> None:
    planner = between("Kunming", "Vientiane")
    assert record(answer(planner, modes=("rail",))) == record(answer(planner, modes=("rail",)))
    small_ = [record(answer(small_planner("west", "east"))) for _ in range(2)]
    assert small_[0] == small_[1]
    other = record(answer(small_planner("west", "east"), seed=2))
    assert other != small_[0]


def test_threads_do_not_change_what_is_found() -> None:
    planner = small_planner("west", "east")
    one, four = (search(planner, no_shut(planner), threads=n) for n in (1, 4))
    assert [(f.family, f.metric, f.links.tobytes()) for f in one] == [
        (f.family, f.metric, f.links.tobytes()) for f in four
    ]


def test_order_of_the_other_places_does_not_matter() -> None:
    a = small_planner("west", "east")
    b = small_planner("north", "east", "west").between(2, 1)
    assert best(a) == best(b)


def test_no_closures_and_no_modes_change_nothing() -> None:
    plain = record(answer(small_planner("west", "east")))
    assert record(answer(small_planner("west", "east"), closures=[], modes=())) == plain
