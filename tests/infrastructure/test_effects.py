"""What projects, borders and reforms do to links, on the small network."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
import small_network as small
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import DataError, InputError
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.borders import crossing_waits
from beltroad.infrastructure.pricing.lines import line_km, voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes, port_times
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.pricing.weights import LinkWeights, link_weights
from beltroad.infrastructure.projects.effects import StateEffects, effects_of
from beltroad.infrastructure.projects.programme import Programme, place_projects
from beltroad.infrastructure.shipments.router import Router, land_ways, shipments

PRICING = small.pricing()
P = PRICING.parameters


@dataclass(frozen=True)
class Reform:
    wait_factor: float
    borders: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    ports_of: tuple[str, ...] = field(default=())
    ports: tuple[str, ...] = field(default=())
    hours_cut: float = 0.0


def effects(programme: Programme, there: set[str], pricing: Pricing = PRICING) -> StateEffects:
    present = pd.Series({p.id: p.id in there for p in programme.projects}, dtype=bool)
    return effects_of(
        programme.network, programme.projects, programme.alignments, present,
        pricing.parameters, pricing.groups,
    )  # fmt: skip


def weigh(
    programme: Programme, there: set[str], pricing: Pricing = PRICING
) -> tuple[LinkWeights, PortTimes]:
    found = effects(programme, there, pricing)
    return (
        link_weights(programme.network, pricing, found),
        port_times(programme.network, pricing, found),
    )


def hours(programme: Programme, there: set[str], pricing: Pricing = PRICING) -> np.ndarray:
    """Land and sea hours between the three cities, shape (2, 3, 3)."""
    router = Router.of(programme.network)
    weights, ports = weigh(programme, there, pricing)
    land, sea = shipments(
        router, land_ways(router, weights, threads=1), ports,
        router.voyages(voyage_km(programme.network, pricing), threads=1),
    )  # fmt: skip
    return np.stack([land[0], sea[0]])


def place(*rows: dict[str, object]) -> Programme:
    return place_projects(small.network(), small.table(*rows))


def kmh(programme: Programme, there: set[str], row: int) -> float:
    weights, _ = weigh(programme, there)
    return float(line_km(programme.network, PRICING)[row] / weights.forward[0, row])


EMPTY = place(
    small.project("NONE", "port", "terminal", "0,0", locode="CNWST", hours_saved_terminal=0)
)


def test_hours_of_every_kind_of_link_by_hand() -> None:
    weights, ports = weigh(EMPTY, set())
    km = line_km(EMPTY.network, PRICING)
    rail, road, gate = small.link("r0", "r1"), small.link("d2", "d3"), small.link("r2", "r3")
    assert weights.forward[0, rail] == pytest.approx(
        km[rail] / P.one("line_haul_speed_kmh.rail.china"), rel=1e-6
    )
    group = PRICING.groups.loc["KAZ", "road_group"]
    speed = P.one(f"moving_speed_kmh.road.{group}") * P.one(f"duty_hours_per_day.road.{group}") / 24
    assert weights.forward[0, road] == pytest.approx(km[road] / speed, rel=1e-6)
    # Over the border at the slower country's speed, with the wait and the change of gauge.
    slow = min(
        P.one("line_haul_speed_kmh.rail.china"),
        P.one(f"line_haul_speed_kmh.rail.{PRICING.groups.loc['KAZ', 'rail_group']}"),
    )
    base = km[gate] / slow + P.one("gauge_change_hours.rail")
    assert weights.forward[0, gate] == pytest.approx(base + 10, rel=1e-6)
    assert weights.backward[0, gate] == pytest.approx(base + 30, rel=1e-6)
    usd = km[gate] * P.one("usd_per_teu_km.rail") + P.one("gauge_change_usd_per_teu.rail") + 40 / 2
    assert weights.forward[1, gate] == pytest.approx(usd, rel=1e-6)
    assert np.isinf(weights.forward[0, small.link("s0", "s1")])  # land weights: the sea is shut
    assert ports.load_hours == pytest.approx(ports.unload_hours + P.one("service_wait_hours.sea"))


def test_waiting_for_a_train_counts_on_the_way_out_of_a_terminal_only() -> None:
    weights, _ = weigh(EMPTY, set())
    for row, outward in (
        (small.link("west", "r0"), weights.forward), (small.link("r5", "east"), weights.backward),
    ):  # fmt: skip
        inward = weights.backward if outward is weights.forward else weights.forward
        assert outward[0, row] - inward[0, row] == pytest.approx(
            P.one("service_wait_hours.rail"), rel=1e-6
        )


def test_border_waits_have_a_direction_whichever_way_the_row_names_the_pair() -> None:
    """GATE-ROAD is listed as KAZ, CHN; its link runs from d2 (KAZ) to d1 (CHN)."""
    table = small.borders()
    one_way, other_way = (
        crossing_waits(
            table, mode=np.array(["rail"], object), country_u=np.array([a], object),
            country_v=np.array([b], object), border=np.array(["GATE-RAIL"], object),
        )
        for a, b in (("CHN", "KAZ"), ("KAZ", "CHN"))
    )  # fmt: skip
    assert (one_way.hours_uv[0], one_way.hours_vu[0]) == (10, 30)
    assert (other_way.hours_uv[0], other_way.hours_vu[0]) == (30, 10)
    assert one_way.measured[0]
    with pytest.raises(DataError, match="NO-SUCH"):
        crossing_waits(
            table, mode=np.array(["rail"], object), country_u=np.array(["CHN"], object),
            country_v=np.array(["KAZ"], object), border=np.array(["NO-SUCH"], object),
        )  # fmt: skip
    found = hours(EMPTY, set())[0]
    assert found[0, 1] != found[1, 0]


def test_a_crossing_measured_one_way_takes_the_default_the_other_way() -> None:
    weights, _ = weigh(EMPTY, set())
    row = small.link("d1", "d2")  # stored from d2 (KAZ) to d1 (CHN); out of China was measured
    carec = small.borders().defaults
    default = float(
        carec[(carec["class"] == "carec") & (carec["mode"] == "road")]["wait_hours"].iloc[0]
    )
    assert weights.forward[0, row] - weights.backward[0, row] == pytest.approx(
        default - 5, rel=1e-4
    )


def test_a_wait_that_includes_the_change_of_gauge_is_not_counted_twice() -> None:
    table = small.borders()
    table.listed.loc["GATE-RAIL", "wait_includes_gauge_change"] = "yes"
    pricing = Pricing(PRICING.parameters, PRICING.groups, table)
    row = small.link("r2", "r3")
    twice, once = weigh(EMPTY, set())[0], weigh(EMPTY, set(), pricing)[0]
    assert twice.forward[0, row] - once.forward[0, row] == pytest.approx(
        P.one("gauge_change_hours.rail"), rel=1e-5
    )


def test_a_shut_border_cannot_be_crossed_whatever_the_reform() -> None:
    for closed in ({"CHN_KAZ": "all"}, {"KAZ_CHN": "all"}):
        for reforms in ((), (Reform(0.0, countries=("KAZ",)), Reform(0.0, borders=("GATE-RAIL",)))):
            pricing = small.pricing(reforms, **closed)
            weights, _ = weigh(EMPTY, set(), pricing)
            for row in EMPTY.network.crossings:
                assert np.isinf(weights.forward[0, row])
                assert np.isinf(weights.backward[0, row])
            land, sea = hours(EMPTY, set(), pricing)
            assert np.isinf(land[0, 1])
            assert np.isfinite(sea[0, 1])


def test_a_border_shut_for_one_mode() -> None:
    weights, _ = weigh(EMPTY, set(), small.pricing(CHN_KAZ="road"))
    assert np.isinf(weights.forward[0, small.link("d1", "d2")])
    assert np.isfinite(weights.forward[0, small.link("r2", "r3")])


@pytest.mark.parametrize(
    ("reform", "rail", "road"),
    [
        (Reform(0.5, borders=("GATE-RAIL",)), True, False),
        (Reform(0.5, countries=("CHN",)), True, True),
        (Reform(0.5, countries=("KAZ",)), True, True),
        (Reform(0.5, countries=("DEU",)), False, False),
    ],
)
def test_a_reform_shortens_the_waits_it_names(reform: Reform, rail: bool, road: bool) -> None:
    before, after = weigh(EMPTY, set())[0], weigh(EMPTY, set(), small.pricing((reform,)))[0]
    with np.errstate(invalid="ignore"):  # links at sea are shut in both
        saved = before.forward[0] - after.forward[0]
    assert (saved[small.link("r2", "r3")] == pytest.approx(5, rel=1e-4)) == rail
    assert (saved[small.link("d1", "d2")] > 0) == road
    others = np.ones(len(saved), bool)
    others[EMPTY.network.crossings] = False
    same = before.forward[0][others] == after.forward[0][others]
    assert np.all(same)


def test_a_reform_of_ports_halves_the_stay() -> None:
    before = weigh(EMPTY, set())[1]
    after = weigh(EMPTY, set(), small.pricing((Reform(0.5, ports_of=("KAZ",)),)))[1]
    assert after.unload_hours[0] == before.unload_hours[0]
    assert after.unload_hours[1] == pytest.approx(before.unload_hours[1] / 2)


def test_a_railway_that_is_not_built_yet_is_absent() -> None:
    programme = place(small.project("A", "rail", "new_link", "0,0;0,4"))
    rows = programme.alignments["A"].existing
    without, there = weigh(programme, set())[0], weigh(programme, {"A"})[0]
    assert np.all(np.isinf(without.forward[0, rows]))
    assert np.all(np.isinf(without.backward[0, rows]))
    assert np.all(np.isfinite(there.forward[0, rows]))


def test_a_motorway_that_is_not_built_yet_leaves_the_road() -> None:
    programme = place(small.project("A", "road", "new_link", "0.02,4.1;0.02,8"))
    row = small.link("d2", "d3")
    assert programme.alignments["A"].existing.tolist() == [row]
    ordinary = kmh(EMPTY, set(), row)
    assert kmh(programme, set(), row) == pytest.approx(ordinary)
    assert kmh(programme, {"A"}, row) == pytest.approx(
        ordinary * P.one("improved_speed_factor.road"), rel=1e-6
    )


def test_a_motorway_not_in_the_data_is_absent_before() -> None:
    programme = place(small.project("A", "road", "new_link", "0.02,4.1;0.02,8", in_2024_data="no"))
    fresh = programme.network.added_by["A"]
    without, there = weigh(programme, set())[0], weigh(programme, {"A"})[0]
    assert np.all(np.isinf(without.forward[0, fresh]))
    assert np.all(np.isfinite(there.forward[0, fresh]))


@pytest.mark.parametrize(
    ("before", "after", "slow", "fast"),
    [
        (np.nan, np.nan, "class", "new"),
        (np.nan, 80.0, "class", 48.0),  # 0.6 of the design speed is less than new lines
        (np.nan, 350.0, "class", "new"),
        (15.0, 120.0, 15.0, "new"),
        (200.0, 30.0, "class", "class"),  # nothing improved is slower than the class
    ],
)
def test_speeds_of_an_upgraded_railway(
    before: float, after: float, slow: float | str, fast: float | str
) -> None:
    """In Kazakhstan, whose class runs at 45.8 km/h."""
    assert P.one("line_haul_share_of_design.rail") == 0.6
    programme = place(
        small.project("A", "rail", "upgrade", "0,4.1;0,8",
                      speed_before_kmh=before, speed_after_kmh=after)
    )  # fmt: skip
    named = {
        "class": P.one(f"line_haul_speed_kmh.rail.{PRICING.groups.loc['KAZ', 'rail_group']}"),
        "new": P.one("new_line_speed_kmh.rail"),
    }
    row = small.link("r4", "r5")
    assert kmh(programme, set(), row) == pytest.approx(named.get(slow, slow), rel=1e-6)
    assert kmh(programme, {"A"}, row) == pytest.approx(named.get(fast, fast), rel=1e-6)


def test_an_upgrade_of_a_line_missing_in_the_data_leaves_it_there_before() -> None:
    programme = place(small.project("A", "rail", "upgrade", "6,0;6,2", speed_before_kmh=12.0))
    fresh = programme.network.added_by["A"]
    rail = fresh[programme.network.has_mode("rail")[fresh]]
    assert kmh(programme, set(), int(rail[0])) == pytest.approx(12.0, rel=1e-6)


@pytest.mark.parametrize(("saved", "floor"), [(6.0, False), (10_000.0, True), (np.nan, False)])
def test_a_better_port_saves_hours_down_to_a_floor(saved: float, floor: bool) -> None:
    """The first host of the project gives the saving that is assumed where none is known."""
    programme = place(
        small.project("A", "port", "terminal", "0,0", locode="KZEST", hours_saved_terminal=saved,
                      countries="KAZ")
    )  # fmt: skip
    before, after = weigh(programme, set())[1], weigh(programme, {"A"})[1]
    group = PRICING.groups.loc["KAZ", "port_group"]
    expected = P.one(f"terminal_saving_hours.port.{group}") if np.isnan(saved) else saved
    dwell = P.one(f"port_dwell_hours.sea.{group}")
    left = P.one("port_dwell_floor_hours.sea") if floor else dwell - expected
    assert before.unload_hours[1] == pytest.approx(dwell)
    assert after.unload_hours[1] == pytest.approx(left)
    assert after.unload_hours[0] == before.unload_hours[0]


def test_a_dry_port_saves_where_gauges_change_and_trains_are_loaded() -> None:
    programme = place(
        small.project("A", "dryport", "terminal", "0,4.1", hours_saved_terminal=4.0),
        small.project("B", "dryport", "terminal", "0,0", hours_saved_terminal=5.0),
        small.project("C", "dryport", "terminal", "0,0", hours_saved_terminal=500.0),
    )

    def saved(there: set[str], row: int) -> float:
        pair = [weigh(programme, those)[0].forward[0, row] for those in (set(), there)]
        return float(pair[0] - pair[1])

    gate, load = small.link("r2", "r3"), small.link("west", "r0")
    assert saved({"A"}, gate) == pytest.approx(4, abs=1e-4)
    assert saved({"A"}, load) == 0
    assert saved({"B"}, load) == pytest.approx(5, abs=1e-4)
    assert saved({"B"}, gate) == 0
    assert saved({"C"}, load) == pytest.approx(P.one("terminal_hours.rail"), rel=1e-5)
    weights, _ = weigh(programme, {"A", "B", "C"})
    assert np.all(weights.forward[0] >= 0)
    assert np.all(weights.backward[0] >= 0)


SOME = [
    small.project("A", "rail", "new_link", "0,0;0,4", speed_after_kmh=160.0),
    small.project("B", "rail", "upgrade", "0,0;0,8", speed_before_kmh=15.0),
    small.project("C", "rail", "upgrade", "0,0;0,2", speed_before_kmh=25.0),
    small.project("D", "road", "new_link", "0.02,4.1;0.02,8"),
    small.project("E", "road", "upgrade", "0.02,0;0.02,8", speed_before_kmh=9.0),
    small.project("F", "rail", "new_link", "3,2;0,2;-2.4,0", in_2024_data="no"),
    small.project("G", "port", "terminal", "0,0", locode="CNWST", hours_saved_terminal=20.0),
    small.project("H", "port", "terminal", "0,0", locode="CNWST", hours_saved_terminal=8.0),
    small.project("I", "dryport", "terminal", "0,4.1"),
    small.project("J", "road", "new_link", "3.01,2;0.02,4", in_2024_data="no"),
    small.project("K", "rail", "upgrade", "0,4.1;0,8", speed_after_kmh=90.0),
    small.project("L", "port", "new_port", "0.05,0.1", countries="CHN", hours_saved_terminal=50.0),
    small.project(
        "M", "dryport", "new_terminal", "0.05,8.05", countries="KAZ", hours_saved_terminal=9.0
    ),
    small.project("N", "water", "new_link", "-2.5,0.1;-2.4,4;0.1,8", in_2024_data="no"),
    small.project("O", "rail", "new_link", "3,2;0,4.1", in_2024_data="no", gauge_mm=1000.0),
    small.project("P", "rail", "new_link", "0,6;0,8", gauge_mm=1435.0),
]
PROGRAMME = place(*SOME)
KEYS = [str(row["id"]) for row in SOME]


@settings(max_examples=150, deadline=None)
@given(st.sets(st.sampled_from(KEYS)), st.sets(st.sampled_from(KEYS), min_size=1))
def test_more_projects_never_slow_a_link_or_a_port(there: set[str], more: set[str]) -> None:
    before, after = weigh(PROGRAMME, there), weigh(PROGRAMME, there | more)
    for side in ("forward", "backward"):
        old, new = getattr(before[0], side)[0], getattr(after[0], side)[0]
        slower = np.flatnonzero(new > old)
        assert not len(slower), (
            f"{sorted(more - there)} added to {sorted(there)} slows link "
            f"{PROGRAMME.network.links.iloc[slower[0]].to_dict()}: "
            f"{old[slower[0]]} to {new[slower[0]]} h"
        )
    assert np.all(after[1].load_hours <= before[1].load_hours)
    assert np.all(after[1].unload_hours <= before[1].unload_hours)


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(KEYS)), st.sampled_from(KEYS))
def test_one_more_project_never_slows_a_shipment(there: set[str], more: str) -> None:
    before, after = hours(PROGRAMME, there), hours(PROGRAMME, there | {more})
    assert np.all(after <= before)


def test_the_fastest_line_of_two_projects_on_it_counts() -> None:
    """One project has no recorded speed, the other a modest one, which slows nothing down."""
    programme = place(
        small.project("A", "rail", "upgrade", "0,4.1;0,8"),
        small.project("B", "rail", "upgrade", "0,4.1;0,8", speed_after_kmh=80.0),
    )
    row = small.link("r4", "r5")
    assert kmh(programme, {"A", "B"}, row) >= kmh(programme, {"A"}, row)


def test_a_project_far_away_changes_nothing_for_others() -> None:
    """A railway on another continent, joined to nothing here, leaves every shipment as it is."""
    programme = place(
        *SOME, small.project("FAR", "rail", "new_link", "50,100;50,103", in_2024_data="no")
    )
    for there in (set(), {"B", "D"}, set(KEYS)):
        assert np.array_equal(hours(programme, there), hours(programme, there | {"FAR"}))
        assert np.array_equal(hours(programme, there), hours(PROGRAMME, there))


def test_parameters_by_name() -> None:
    table = pd.DataFrame(
        [["speed", "rail", "china", 60.0], ["speed", "rail", "", 40.0], ["share", "", "", 0.1]],
        columns=["parameter", "mode", "country_group", "value"],
    )
    values = NetworkParameters.of(table, {"share": 0.2})
    assert values.one("share") == 0.2
    assert values.one("speed.rail") == 40.0
    groups = np.array(["china", "china"], object)
    assert values.by_group("speed.rail", groups).tolist() == [60.0, 60.0]
    with pytest.raises(InputError, match="Did you mean 'share'"):
        NetworkParameters.of(table, {"shere": 1.0})
    with pytest.raises(DataError, match=r"speed\.rail\.europe"):
        values.by_group("speed.rail", np.array(["europe"], object))
