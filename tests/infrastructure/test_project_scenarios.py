"""New ports, dry ports, waterways and gauges; reforms by hours; schedules; all on a small network.

What adds or speeds up must never make anything slower, and what is absent must change nothing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_network as small
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.infrastructure.network import (
    DRYPORT,
    MODES,
    PORT,
    RAIL,
    WATER,
    Network,
    great_circle_km,
)
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes, port_times
from beltroad.infrastructure.pricing.pricing import Pricing, ServiceChange, WaitChange, changed
from beltroad.infrastructure.pricing.weights import LinkPricer, LinkWeights, link_weights
from beltroad.infrastructure.projects.connections import Connections
from beltroad.infrastructure.projects.effects import StateEffects, effects_of
from beltroad.infrastructure.projects.plausibility import (
    cost_ranges,
    gauges_in_map,
    least_km,
    values_of,
)
from beltroad.infrastructure.projects.programme import Programme, place_projects
from beltroad.infrastructure.projects.record import freight_projects
from beltroad.infrastructure.shipments.router import Router, land_ways, shipments

PRICING = small.pricing()
P = PRICING.parameters
# Published trips spend more or less at borders than the measured waits say.
BORDER = P.values.get("border_time_factor.rail", 1.0)
NO_PROJECT = small.project(
    "NONE", "port", "terminal", "0,0", locode="CNWST", hours_saved_terminal=0
)
EMPTY = place_projects(small.network(), small.table(NO_PROJECT))
NO_CLOSED = pd.DataFrame(columns=["iso3_a", "iso3_b", "mode", "state"])


def place(*rows: dict[str, object], network: Network | None = None) -> Programme:
    return place_projects(network or small.network(), small.table(*rows))


def effects(programme: Programme, there: set[str]) -> StateEffects:
    present = pd.Series({p.id: p.id in there for p in programme.projects}, dtype=bool)
    return effects_of(
        programme.network, programme.projects, programme.alignments, present, P, PRICING.groups
    )


def weigh(
    programme: Programme, there: set[str], pricing: Pricing = PRICING
) -> tuple[LinkWeights, PortTimes]:
    found = effects(programme, there)
    net = programme.network
    return link_weights(net, pricing, found), port_times(net, pricing, found)


def hours(programme: Programme, there: set[str], pricing: Pricing = PRICING) -> np.ndarray:
    """Land and sea hours between the three cities, shape (2, 3, 3)."""
    router = Router.of(programme.network)
    weights, ports = weigh(programme, there, pricing)
    voyages = router.voyages(voyage_km(programme.network, pricing), threads=1)
    land, sea = shipments(router, land_ways(router, weights, threads=1), ports, voyages)
    return np.stack([land[0], sea[0]])


def new_port(key: str, at: str, **more: object) -> dict[str, object]:
    return small.project(key, "port", "new_port", at, countries="CHN", in_2024_data="no", **more)


# --- ports ---------------------------------------------------------------------------------------


def test_a_new_port_is_joined_to_sea_road_and_rail_of_its_country() -> None:
    programme = place(new_port("NEW", "0.05,0.1", locode="CNNEW"))
    net = programme.network
    fresh = net.added_by["NEW"]
    node = int(net.terminals(PORT)["CNNEW"])
    assert net.country_of(np.array([node])) == ["CHN"]
    modes = {MODES[net.mode_code[row]] for row in fresh}
    assert modes == {"port_sea", "port_road", "port_rail"}
    assert np.all((net.u[fresh] == node) | (net.v[fresh] == node))
    # A second link to the sea would let voyages of others pass through it while it is absent.
    assert net.has_mode("port_sea")[fresh].sum() == 1
    far = place(new_port("NEW", "30,100"))
    assert "km from any sea lane" in " ".join(far.alignments["NEW"].notes)


def test_a_port_without_code_goes_by_the_projects_id() -> None:
    assert "NEW" in place(new_port("NEW", "0.05,0.1")).network.terminals(PORT).index


def test_ports_and_their_hours_keep_step() -> None:
    """New ports come first in the network; hours belong to the port they are recorded for."""
    programme = place(
        new_port("A", "-2.45,0.1", hours_saved_terminal=20.0),
        new_port("B", "0.05,0.2"),
        small.project("C", "port", "terminal", "0,0", locode="KZEST", countries="KAZ",
                      hours_saved_terminal=7.0),
    )  # fmt: skip
    refs = programme.network.ref[np.flatnonzero(programme.network.layer == PORT)]
    dwell = P.one(f"port_dwell_hours.sea.{PRICING.groups.loc['CHN', 'port_group']}")
    for there, expected in (
        (set(), {"A": 0, "B": 0, "CNWST": 0, "KZEST": 0}),
        ({"A", "B", "C"}, {"A": 20, "B": 0, "CNWST": 0, "KZEST": 7}),
    ):
        ports = dict(zip(refs, weigh(programme, there)[1].unload_hours, strict=True))
        own = {"KZEST": P.one(f"port_dwell_hours.sea.{PRICING.groups.loc['KAZ', 'port_group']}")}
        assert ports == pytest.approx({k: own.get(k, dwell) - x for k, x in expected.items()})


def test_an_absent_port_changes_nothing() -> None:
    programme = place(new_port("NEW", "0.05,0.1", hours_saved_terminal=50.0))
    assert np.array_equal(hours(programme, set()), hours(EMPTY, set()))
    weights, _ = weigh(programme, set())
    fresh = programme.network.added_by["NEW"]
    assert np.all(np.isinf(weights.forward[0, fresh]))
    pricer = LinkPricer(programme.network, PRICING)
    everything, _ = pricer.everything(effects(programme, set()))
    assert np.all(np.isinf(everything.forward[0, fresh]))


def test_a_quicker_port_at_the_door_shortens_the_way_by_sea() -> None:
    programme = place(new_port("NEW", "0.05,0.1", hours_saved_terminal=50.0))
    before, after = hours(programme, set()), hours(programme, {"NEW"})
    assert after[1, 0, 1] < before[1, 0, 1]
    assert np.array_equal(after[0], before[0])


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-3.0, 3.0), st.floats(-0.5, 8.5), st.floats(0, 60),
    st.sampled_from(["CHN", "KAZ"]),
)  # fmt: skip
def test_a_new_port_never_lengthens_anything(
    lat: float, lon: float, saved: float, country: str
) -> None:
    row = new_port("NEW", f"{lat:.4f},{lon:.4f}", hours_saved_terminal=saved)
    programme = place(row | {"countries": country})
    before, after = hours(programme, set()), hours(programme, {"NEW"})
    assert np.array_equal(before, hours(EMPTY, set()))
    assert np.all(after <= before)


def test_a_new_port_takes_no_old_one_out_of_reach() -> None:
    """A city may go further than to the nearest port; a new port must not make that shorter."""
    net = small.network()
    nodes = net.nodes.copy()
    # The city in the north moves 30 degrees away: its limit is 1.5 times the nearest port's way.
    nodes.loc[small.ROW["north"], "lat"] = 30.0
    programme = place(new_port("NEW", "29.9,2.0"), network=replace(net, nodes=nodes))
    found, old = Router.of(programme.network), Router.of(replace(net, nodes=nodes))
    refs = programme.network.ref[found.ports]
    kept = found.hinterland[:, refs != "NEW"]
    assert np.array_equal(kept, old.hinterland)
    assert found.hinterland[2, refs == "NEW"].all()


def test_a_new_line_joins_a_new_port_of_another_project() -> None:
    railway = small.project("RAIL", "rail", "new_link", "-2.9,0.1;0,0", countries="CHN",
                            in_2024_data="no")  # fmt: skip
    programme = place(new_port("NEW", "-2.9,0.15"), railway)
    net = programme.network
    gate = net.added_by["RAIL"][net.has_mode("port_rail")[net.added_by["RAIL"]]]
    assert len(gate) == 1
    assert "NEW" in net.ref[[net.u[gate[0]], net.v[gate[0]]]]
    # It belongs to the railway: without that there is no way to the port by rail.
    assert np.isinf(weigh(programme, {"NEW"})[0].forward[0, gate[0]])
    assert np.all(hours(programme, {"NEW", "RAIL"}) <= hours(programme, {"NEW"}))
    # Too far away, or in another country, they stay apart.
    for at, host in (("-2.9,0.4", "CHN"), ("-2.9,0.15", "KAZ")):
        apart = place(new_port("NEW", at) | {"countries": host}, railway).network
        assert not apart.has_mode("port_rail")[apart.added_by["RAIL"]].any()


def test_a_port_that_the_map_has_already_is_taken_away_before() -> None:
    row = small.project("BUILT", "port", "new_port", "-2.5,8", locode="KZEST", countries="KAZ",
                        hours_saved_terminal=9.0)  # fmt: skip
    programme = place(row)
    assert programme.network.links.equals(small.network().links)
    before, after = hours(programme, set()), hours(programme, {"BUILT"})
    assert np.isinf(before[1, 0, 1])  # no other port in the east
    assert np.isfinite(after[1, 0, 1])
    assert np.all(after <= before)
    saved = hours(EMPTY, set())[1, 0, 1] - after[1, 0, 1]
    assert saved == pytest.approx(9.0, abs=1e-3)


# --- dry ports and waterways -----------------------------------------------------------------


def test_a_new_dry_port_is_on_rail_and_road() -> None:
    row = small.project("DRY", "dryport", "new_terminal", "0.05,2.05", countries="CHN",
                        in_2024_data="no", hours_saved_terminal=1000.0)  # fmt: skip
    net = small.network()
    # A road passes the station in the middle of China.
    nodes = net.nodes.copy()
    nodes.loc[small.ROW["d1"], ["lat", "lon"]] = [0.02, 2.0]
    programme = place(row, network=replace(net, nodes=nodes))
    fresh = programme.network.added_by["DRY"]
    assert {MODES[m] for m in programme.network.mode_code[fresh]} == {
        "dryport_rail", "dryport_road",
    }  # fmt: skip
    assert programme.network.terminals(DRYPORT).index.tolist() == ["DRY"]
    before, after = hours(programme, set()), hours(programme, {"DRY"})
    assert np.all(after <= before)
    weights, _ = weigh(programme, {"DRY"})
    assert np.all(weights.forward[0, fresh] > 0)  # what is saved is never more than there is
    assert np.all(weights.backward[0, fresh] > 0)


def test_a_waterway_has_quays_at_its_ends_and_is_absent_before() -> None:
    """From beside the port in the west to the middle of nowhere, where it gets its own port."""
    row = small.project("CANAL", "water", "new_link", "-2.5,0.1;-2.4,1.0;-2.4,2.0",
                        countries="CHN", in_2024_data="no", length_km=300.0)  # fmt: skip
    programme = place(row)
    net = programme.network
    fresh = net.added_by["CANAL"]
    water = fresh[net.has_mode("water")[fresh]]
    assert net.km[water].sum() == pytest.approx(300.0)
    assert set(net.layer[net.u[water]]) == {WATER}
    quays = fresh[net.has_mode("port_water")[fresh]]
    assert sorted(net.ref[np.concatenate([net.u[quays], net.v[quays]])].tolist()) == [
        "", "", "CANAL-1", "CNWST",
    ]  # fmt: skip
    weights, _ = weigh(programme, {"CANAL"})
    assert weights.forward[0, water] == pytest.approx(
        net.km[water] / P.one("speed_kmh.water.downstream"), rel=1e-5
    )
    assert np.all(np.isinf(weigh(programme, set())[0].forward[0, fresh]))
    assert np.array_equal(hours(programme, set()), hours(EMPTY, set()))
    assert np.all(hours(programme, {"CANAL"}) <= hours(EMPTY, set()))


@pytest.mark.parametrize(("kmh", "down", "up"), [(2.0, 0, 0), (18.0, 0, 18), (30.0, 30, 30)])
def test_barges_run_at_the_recorded_speed_where_that_is_more(
    kmh: float, down: float, up: float
) -> None:
    canal = small.project("CANAL", "water", "new_link", "-2.5,0.1;-2.4,2.0", in_2024_data="no")
    net = place(canal).network
    links = net.links.assign(project="")
    programme = place(
        small.project("FAST", "water", "upgrade", "-2.5,0.1;-2.4,2.0", speed_after_kmh=kmh),
        network=replace(net, links=links),
    )
    (row,) = programme.alignments["FAST"].existing
    assert programme.network.has_mode("water")[row]
    class_kmh = [P.one(f"speed_kmh.water.{way}stream") for way in ("down", "up")]
    km = programme.network.km[row]
    for there, expected in ((set(), class_kmh), ({"FAST"}, [down, up])):
        weights, _ = weigh(programme, there)
        found = km / weights.forward[0, row], km / weights.backward[0, row]
        assert found == pytest.approx(np.fmax(expected, class_kmh), rel=1e-5)


# --- gauges ----------------------------------------------------------------------------------


def changes_of(programme: Programme, project: str) -> np.ndarray:
    fresh = programme.network.added_by[project]
    return fresh[programme.network.gauge_change[fresh]]


def line(gauge: float, **more: object) -> dict[str, object]:
    """A new line from the north to the middle of the Chinese railway, of 1435 mm."""
    return small.project(
        "A", "rail", "new_link", "3,2;0,2", in_2024_data="no", gauge_mm=gauge, **more
    )


def test_a_line_of_the_gauge_it_meets_joins_the_station_itself() -> None:
    plain, same = place(line(np.nan)), place(line(1435.0))
    assert len(changes_of(plain, "A")) == len(changes_of(same, "A")) == 0
    assert np.array_equal(hours(plain, {"A"}), hours(same, {"A"}))


def test_a_line_of_another_gauge_gets_a_change_of_gauge() -> None:
    programme = place(line(1000.0))
    net = programme.network
    (change,) = changes_of(programme, "A")
    gauges = net.nodes["gauge_mm"].to_numpy()[[net.u[change], net.v[change]]]
    assert sorted(gauges) == [1000, 1435]
    assert net.km[change] == 1.0
    assert "gauge 1000 meets 1435" in " ".join(programme.alignments["A"].notes)
    # The station at either end is of the line's own gauge.
    rail = net.added_by["A"][net.has_mode("rail")[net.added_by["A"]]]
    own = rail[rail != change]
    assert set(net.nodes["gauge_mm"].to_numpy()[net.u[own]]) == {1000}
    slower = weigh(programme, {"A"})[0].forward[0, change]
    assert slower >= BORDER * P.one("gauge_change_hours.rail")
    # A change of gauge costs time, and no more than its own.
    same, found = hours(place(line(1435.0)), {"A"}), hours(programme, {"A"})
    assert np.all(found >= same)
    assert np.all(found <= same + float(slower) + 1e-3)


def test_two_new_lines_of_different_gauges_meet_at_a_change_of_gauge() -> None:
    def other(gauge: float) -> dict[str, object]:
        return small.project(
            "B", "rail", "new_link", "5,2;3.01,2.01", in_2024_data="no", gauge_mm=gauge
        )

    assert len(changes_of(place(line(1435.0), other(1435.0)), "B")) == 0
    programme = place(line(1435.0), other(1000.0))
    (change,) = changes_of(programme, "B")
    # It belongs to the later line: without that there is nothing to change to.
    assert np.isinf(weigh(programme, {"A"})[0].forward[0, change])
    assert np.isfinite(weigh(programme, {"A", "B"})[0].forward[0, change])


def test_a_mapped_line_takes_its_recorded_gauge_where_the_map_has_it_nowhere() -> None:
    """From r4 to r5 the map says 1520; the line is of 1435 and shares r4 with the old one."""
    row = small.project("A", "rail", "new_link", "0,6;0,8", gauge_mm=1435.0)
    programme = place(row)
    net, old = programme.network, small.network()
    link = small.link("r4", "r5")
    gauge = net.nodes["gauge_mm"].to_numpy()
    assert programme.alignments["A"].existing.tolist() == [link]
    assert gauge[net.u[link]] == gauge[net.v[link]] == 1435
    # Other lines are what they were: same links, and one change of gauge more than before.
    others = [k for k in range(len(old.links)) if k != link]
    assert np.array_equal(net.km[others], old.km[others])
    assert np.array_equal(net.gauge_change[others], old.gauge_change[others])
    extra = np.flatnonzero(net.gauge_change)[old.gauge_change.sum() :]
    assert len(extra) == 1
    assert net.layer[net.u[extra]] == RAIL
    plain = hours(place(row | {"gauge_mm": np.nan}), {"A"})
    found = hours(programme, {"A"})
    with np.errstate(invalid="ignore"):
        assert np.all(found >= plain)
    assert np.array_equal(
        hours(programme, set()), hours(place(row | {"gauge_mm": np.nan}), set())
    )  # absent, it leaves the old line alone


def test_a_line_that_changes_gauge_on_its_way_is_left_as_the_map_has_it() -> None:
    programme = place(small.project("A", "rail", "new_link", "0,2;0,8", gauge_mm=1435.0))
    assert programme.network.nodes.equals(small.network().nodes)


# --- borders of new lines --------------------------------------------------------------------


def test_a_new_line_may_name_its_crossing() -> None:
    row = small.project("A", "rail", "new_link", "1,3.9;1,4.3", in_2024_data="no",
                        gauge_mm=1435.0)  # fmt: skip
    net = small.network()
    # A road lies on either side, so that the stations know their countries.
    nodes = net.nodes.copy()
    nodes.loc[small.ROW["d1"], ["lat", "lon"]] = [0.9, 3.9]
    nodes.loc[small.ROW["d2"], ["lat", "lon"]] = [0.9, 4.3]
    net = replace(net, nodes=nodes)
    for crossings, wait in (("", None), ("CHN:KAZ:GATE-RAIL", 10.0), ("KAZ:CHN:GATE-RAIL", 10.0)):
        programme = place(row | {"crossings": crossings}, network=net)
        wide = programme.network
        fresh = wide.added_by["A"]
        (cross,) = np.intersect1d(fresh[wide.has_mode("rail")[fresh]], wide.crossings)
        assert wide.border[cross] == ("GATE-RAIL" if crossings else "")
        pricer = LinkPricer(wide, PRICING)
        parts = pricer.hours(effects(programme, {"A"}), weigh(programme, {"A"})[1])
        if wait is not None:
            assert parts.border[0, cross] == pytest.approx(BORDER * wait)


# --- reforms and schedules -------------------------------------------------------------------

WAITS = st.lists(st.floats(0, 500) | st.just(np.inf), min_size=1, max_size=6).map(np.array)
REFORMS = st.builds(
    WaitChange, borders=st.just(("GATE-RAIL",)), countries=st.sampled_from([(), ("KAZ",)]),
    ports=st.sampled_from([(), ("KZEST",)]), ports_of=st.sampled_from([(), ("CHN",)]),
    wait_factor=st.floats(0, 1), hours_cut=st.floats(0, 300),
)  # fmt: skip


@given(WAITS, REFORMS)
def test_a_wait_is_shortened_to_nothing_at_most_and_a_shut_one_stays_shut(
    wait: np.ndarray, reform: WaitChange
) -> None:
    hits = np.arange(len(wait)) % 2 == 0
    after = changed(wait, hits, reform)
    assert np.array_equal(after[~hits], wait[~hits])
    assert np.array_equal(np.isinf(after), np.isinf(wait))
    assert np.all(after >= 0)
    assert np.all(after <= wait)
    more = changed(wait, hits, replace(reform, hours_cut=reform.hours_cut + 1))
    assert np.all(more <= after)


@given(st.floats(0.1, 100), st.floats(0, 1))
def test_hours_cut_do_what_the_factor_does(wait: float, factor: float) -> None:
    hits, waits = np.array([True]), np.array([wait])
    by_factor = changed(waits, hits, WaitChange(countries=("KAZ",), wait_factor=factor))
    by_hours = changed(waits, hits, WaitChange(countries=("KAZ",), hours_cut=wait * (1 - factor)))
    assert by_factor == pytest.approx(by_hours, abs=1e-9)


def test_hours_cut_by_hand() -> None:
    """GATE-RAIL takes 10 hours out of China and 30 into it."""
    gate = small.link("r2", "r3")
    plain = weigh(EMPTY, set())[0]
    for cut in (1.0, 8.0, 1000.0):
        reform = WaitChange(borders=("GATE-RAIL",), hours_cut=cut)
        after = weigh(EMPTY, set(), small.pricing((reform,)))[0]
        saved = plain.forward[0, gate] - after.forward[0, gate]
        assert saved == pytest.approx(min(cut, BORDER * 10), abs=1e-3)
        saved = plain.backward[0, gate] - after.backward[0, gate]
        assert saved == pytest.approx(min(cut, BORDER * 30), abs=1e-3)


def test_a_reform_of_one_port_acts_there_alone() -> None:
    before = weigh(EMPTY, set())[1]
    reform = WaitChange(ports=("KZEST",), hours_cut=15.0)
    after = weigh(EMPTY, set(), small.pricing((reform,)))[1]
    assert (before.unload_hours - after.unload_hours).tolist() == [0.0, 15.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(REFORMS, max_size=3))
def test_reforms_never_slow_a_shipment(reforms: list[WaitChange]) -> None:
    before, after = hours(EMPTY, set()), hours(EMPTY, set(), small.pricing(tuple(reforms)))
    assert np.all(after <= before)
    shut = small.pricing(tuple(reforms), CHN_KAZ="all")
    assert np.isinf(hours(EMPTY, set(), shut)[0, 0, 1])


def with_schedules(*schedules: ServiceChange) -> Pricing:
    return replace(PRICING, schedules=schedules)


def test_half_the_interval_is_waited_where_the_schedule_says() -> None:
    daily = with_schedules(ServiceChange("rail", 7.0, places=("1",)))
    plain, after = weigh(EMPTY, set())[0], weigh(EMPTY, set(), daily)[0]
    there, elsewhere = small.link("west", "r0"), small.link("r5", "east")
    saved = plain.forward[0, there] - after.forward[0, there]
    assert saved == pytest.approx(P.one("service_wait_hours.rail") - 12, abs=1e-4)
    assert plain.backward[0, elsewhere] == after.backward[0, elsewhere]
    sea = weigh(EMPTY, set(), with_schedules(ServiceChange("sea", 7.0, countries=("KAZ",))))[1]
    load = weigh(EMPTY, set())[1].load_hours - sea.load_hours
    assert load == pytest.approx([0, P.one("service_wait_hours.sea") - 12])


def test_a_schedule_less_frequent_than_the_mean_changes_nothing() -> None:
    rare = with_schedules(ServiceChange("rail", 0.5, countries=("CHN", "KAZ")))
    assert np.array_equal(hours(EMPTY, set(), rare), hours(EMPTY, set()))


SCHEDULES = st.builds(
    ServiceChange, st.sampled_from(["rail", "sea", "water"]), st.floats(0.1, 500),
    places=st.sampled_from([(), ("1",), ("2", "CNWST"), ("KZEST",)]),
    countries=st.sampled_from([(), ("CHN",), ("KAZ",)]),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(SCHEDULES, max_size=3), SCHEDULES, st.floats(1, 10))
def test_more_departures_never_slow_a_shipment(
    some: list[ServiceChange], one: ServiceChange, times: float
) -> None:
    before = hours(EMPTY, set(), with_schedules(*some))
    added = hours(EMPTY, set(), with_schedules(*some, one))
    often = replace(one, departures_per_week=one.departures_per_week * times)
    assert np.all(before <= hours(EMPTY, set()))
    assert np.all(added <= before)
    assert np.all(hours(EMPTY, set(), with_schedules(*some, often)) <= added)


# --- what a check says -----------------------------------------------------------------------


def said(
    *rows: dict[str, object], closed: pd.DataFrame = NO_CLOSED, network: Network | None = None
) -> dict[str, str]:
    """Findings on the first project by kind; level first."""
    programme = place(*rows, network=network)
    found = Connections(programme, closed, {"3": "Northtown"}).of(programme.projects[0])
    out: dict[str, str] = {}
    for f in found:
        out[f.kind] = f"{out.get(f.kind, '')}{f.level}: {f.text}\n"
    return out


def test_ends_say_what_they_join_and_what_not() -> None:
    found = said(line(np.nan))
    assert "info: ends at 0.00, 2.00: joins the railway" in found["joins"]
    away = float(great_circle_km(3, 2, 0, 2))
    assert "warning: begins at Northtown (3.00, 2.00)" in found["no_railway"]
    assert "joins city Northtown (0 km) only" in found["no_railway"]
    assert f"{away:.0f} km" in found["no_railway"]


def test_a_change_of_gauge_is_told() -> None:
    found = said(line(1000.0))
    assert "the 1435 mm railway by a change of gauge" in found["joins"]
    assert "gauge 1000 meets 1435" in found["gauge_change"]


def test_the_line_of_another_project_is_named() -> None:
    other = small.project("B", "rail", "new_link", "5,2;3,2", in_2024_data="no")
    assert "the line of B" in said(line(np.nan), other)["joins"]


def test_an_isolated_line_is_told() -> None:
    found = said(small.project("A", "rail", "new_link", "50,100;50,103", in_2024_data="no"))
    assert "join no other railway" in found["no_other_railway"]
    assert "cut_off" in found
    assert "joins nothing" in found["no_railway"]


def test_a_shut_border_is_told() -> None:
    row = small.project("A", "rail", "upgrade", "0,0;0,8")
    closed = pd.DataFrame([["KAZ", "CHN", "all", "shut"]], columns=NO_CLOSED.columns)
    assert "border_closed" not in said(row)
    assert "CHN to KAZ" in said(row, closed=closed)["border_closed"]


def test_a_project_without_effect_is_told() -> None:
    here = small.project("A", "road", "new_link", "0.02,4.1;0.021,4.101", in_2024_data="no")
    assert "nothing is changed" in said(here)["no_effect"]
    dry = small.project("A", "dryport", "terminal", "3,2")
    assert "nothing is changed" in said(dry)["no_effect"]
    assert "at_terminals" in said(small.project("A", "dryport", "terminal", "0,4.1"))


def test_a_new_port_says_what_it_joins() -> None:
    found = said(new_port("A", "0.05,0.1"))
    assert "1435 mm railway" in found["joins"]
    assert "CNWST" in found["nearest_port"]
    bare = said(new_port("A", "-2.45,0.1"))
    assert "joins no railway: the nearest is" in bare["no_railway"]
    railway = small.project("B", "rail", "new_link", "-2.45,0.1;0,0", countries="CHN",
                            in_2024_data="no")  # fmt: skip
    assert "no_railway" not in said(new_port("A", "-2.45,0.1"), railway)
    assert "port A (0 km)" in said(railway, new_port("A", "-2.45,0.1"))["joins"]


def test_a_port_in_the_wrong_sea_is_told() -> None:
    """Two seas: the old port in the east is on the western one, the new port beside it is not."""
    net = small.network()
    links = net.links.copy()
    links.loc[small.link("s1", "p1"), "u"] = small.ROW["s0"]
    apart = replace(net, links=links.drop(index=small.link("s0", "s1")).reset_index(drop=True))
    beside = new_port("A", "-2.5,7.9") | {"countries": "KAZ"}
    assert "KZEST" in said(beside, network=apart)["wrong_sea"]
    assert "wrong_sea" not in said(beside)


def value_kinds(usual: dict[str, tuple[float, float]], cost: float, **more: object) -> set[str]:
    row = small.project("A", "rail", "new_link", "0,0;0,4", **more)
    return {f.kind for f in values_of(freight_projects(small.table(row))[0], cost, usual)}


def test_values_out_of_the_ordinary() -> None:
    usual = {"rail new_link": (1.0, 20.0)}
    assert value_kinds(usual, 4.0, length_km=450.0) == set()
    assert value_kinds(usual, np.nan, length_km=450.0) == {"no_cost"}
    assert value_kinds(usual, 40.0, length_km=450.0) == {"unusual_cost"}
    assert value_kinds(usual, 0.1, length_km=450.0) == {"unusual_cost"}
    assert value_kinds({}, 40.0, length_km=450.0) == set()
    assert value_kinds(usual, 4.0, length_km=400.0) == {"too_short"}
    assert value_kinds(usual, 4.0, length_km=1000.0) == {"long"}
    assert value_kinds(usual, 4.0, speed_after_kmh=250.0) == {"unusual_speed"}
    assert value_kinds(usual, 4.0, speed_before_kmh=90.0, speed_after_kmh=60.0) == {"unusual_speed"}


@given(st.floats(0, 20_000))
def test_the_least_length_is_below_the_great_circle(straight: float) -> None:
    assert least_km(straight) <= straight
    assert least_km(straight) <= 0.95 * straight


def test_usual_costs_are_those_of_the_middle() -> None:
    rows = [
        {"mode": "rail", "effect": "new_link", "length_km": 100.0, "cost_usd_bn": k / 10}
        for k in range(1, 102)
    ]
    few = [
        {"mode": "road", "effect": "upgrade", "length_km": 1.0, "cost_usd_bn": 1.0}
    ] * 3  # fmt: skip
    assert cost_ranges(pd.DataFrame(rows + few)) == {
        "rail new_link": pytest.approx((6.0, 96.0))
    }  # fmt: skip


def test_another_gauge_in_the_map_is_told() -> None:
    project = freight_projects(small.table(line(1435.0)))[0]
    assert gauges_in_map(project, {1435: 50.0}) == []
    assert gauges_in_map(project, {1435: 50.0, 1520: 0.5}) == []
    (found,) = gauges_in_map(project, {1435: 50.0, 1520: 12.0})
    assert "12 km of 1520 mm" in found.text
    plain = freight_projects(small.table(line(np.nan)))[0]
    assert gauges_in_map(plain, {1000: 50.0}) == []
