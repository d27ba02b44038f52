"""Hours of links by component: they add up, and both ways of weighting agree."""

from __future__ import annotations

import numpy as np
import pytest
import small_network as small
from route_planners import nothing_built, small_planner, today

from beltroad import evidence
from beltroad.infrastructure.parameters import NetworkParameters, parameter_keys
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import port_times
from beltroad.infrastructure.pricing.pricing import Pricing, ServiceChange, WaitChange
from beltroad.infrastructure.pricing.weights import COMPONENTS, LinkPricer
from beltroad.infrastructure.routes.planner import Planner

NET = small.network()
TABLE = evidence.load("network_parameters")
FACTORS = [key for key in parameter_keys(TABLE) if "_time_factor." in key]


def priced(**changed: float) -> Pricing:
    """Small pricing with some parameters changed; dots in keys are written ``__``."""
    plain = dict.fromkeys(FACTORS, 1.0) | {k.replace("__", "."): v for k, v in changed.items()}
    own = small.pricing()
    return Pricing(NetworkParameters.of(TABLE, plain), own.groups, own.borders)


def pricer(pricing: Pricing) -> LinkPricer:
    return LinkPricer(NET, pricing)


@pytest.fixture(scope="module", params=["small", "bundled"])
def planner(request: pytest.FixtureRequest) -> Planner:
    return small_planner("west", "east") if request.param == "small" else today()


def test_components_add_up_to_the_weight_of_every_open_link(planner: Planner) -> None:
    total = planner.hours.total()
    for way, weights in enumerate((planner.weights.forward, planner.weights.backward)):
        open_ = np.isfinite(weights[0])
        assert open_.sum() > 0.5 * len(open_)
        np.testing.assert_array_equal(np.isfinite(total[way]), open_)
        np.testing.assert_allclose(total[way][open_], weights[0][open_], rtol=1e-6, atol=1e-6)


def test_no_component_is_negative_or_unknown(planner: Planner) -> None:
    for name in COMPONENTS:
        part = getattr(planner.hours, name)
        assert not np.isnan(part).any(), name
        assert (part >= 0).all(), name


def test_parts_of_links_in_a_direction_add_up_to_that_direction(planner: Planner) -> None:
    rng = np.random.default_rng(3)
    rows = rng.integers(0, len(planner.network.km), 500)
    forward = rng.random(500) < 0.5
    parts = planner.hours.of(rows, forward)
    assert tuple(parts) == COMPONENTS
    expected = planner.hours.total()[np.where(forward, 0, 1), rows]
    np.testing.assert_allclose(sum(parts.values()), expected, rtol=1e-12)


def test_land_and_everything_agree_where_both_go(planner: Planner) -> None:
    net = planner.network
    one = LinkPricer(net, planner.pricing)
    land, (everything, _) = one.weights(planner.effects), one.everything(planner.effects)
    on_land = ~net.has_mode("sea", "port_sea")
    for a, b in ((land.forward, everything.forward), (land.backward, everything.backward)):
        np.testing.assert_allclose(a[:, on_land], b[:, on_land], rtol=1e-6)
        assert np.isinf(a[0, ~on_land]).all()


def test_canals_and_ports_have_their_own_components_only(planner: Planner) -> None:
    net, hours = planner.network, planner.hours
    gate, sea = net.has_mode("port_sea"), net.has_mode("sea", "port_sea")
    assert (hours.port[~gate] == 0).all()
    assert (hours.transshipment[~gate] == 0).all()
    assert (hours.canal[~np.isin(net.passage, ["suez", "panama"])] == 0).all()
    assert (hours.gauge[~net.has_mode("rail")] == 0).all()
    assert (hours.border[:, ~net.has_mode("rail", "road")] == 0).all()
    assert (hours.handling[sea] == 0).all()
    for canal in ("suez", "panama"):
        rows = net.passage == canal
        if rows.any():
            whole = planner.pricing.parameters.one(f"{canal}_transit_hours.sea")
            assert hours.canal[rows].sum() == pytest.approx(whole)


def test_a_voyage_in_one_graph_costs_what_the_ports_say() -> None:
    """Loading, voyage and unloading by link weights equal those of the matrix of voyages."""
    pricing = small.pricing()
    effects = nothing_built(NET, pricing)
    weights, _ = pricer(pricing).everything(effects)
    ports = port_times(NET, pricing, effects)
    way = [("p0", "s0"), ("s0", "s1"), ("s1", "p1")]
    links = [small.link(a, b) for a, b in way]
    one = sum(weights.forward[:, k].astype(float) for k in links)
    km = float(voyage_km(NET, pricing)[links].sum(dtype=np.float64))
    sea, load, unload = ports.rows(np.array([[km]], np.float32))
    np.testing.assert_allclose(one, sea[:, 0, 0] + load[:, 0] + unload[:, 1], rtol=1e-5)


def test_rail_over_the_border_by_hand() -> None:
    """West to east: terminals, wait for a train, the listed wait, gauge works, the line."""
    pricing = priced(border_time_factor__rail=0.5, line_time_factor__rail__china=2.0)
    p = pricing.parameters.one
    hours = pricer(pricing).everything(nothing_built(NET, pricing))[1]
    links = ["west r0", "r0 r1", "r1 r2", "r2 r3", "r3 r4", "r4 r5", "r5 east"]
    rows = np.array([small.link(*pair.split()) for pair in links])
    forward = np.array([small.LINKS[k][0] == pair.split()[0]
                        for k, pair in zip(rows, links, strict=True)])  # fmt: skip
    parts = {name: hours.of(rows, forward)[name] for name in COMPONENTS}
    assert parts["handling"].sum() == pytest.approx(2 * p("terminal_hours.rail"))
    assert parts["departure"].sum() == pytest.approx(p("service_wait_hours.rail"))
    assert parts["border"].sum() == pytest.approx(0.5 * 10.0)
    assert parts["gauge"].sum() == pytest.approx(0.5 * p("gauge_change_hours.rail"))
    china, kazakhstan = (p(f"line_haul_speed_kmh.rail.{g}") for g in
                         ("china", "russia_kazakhstan"))  # fmt: skip
    detour = p("rail_detour_factor.rail.china")
    degree = small.DEGREE_KM
    # The link over the border: the slower speed, the mean of both factors.
    over = 0.1 * degree * (detour + 1) / 2 / min(china, kazakhstan) * (2 + 1) / 2
    line = 4 * degree * detour / china * 2 + over + 3.9 * degree / kazakhstan
    lorry = 2 * 0.01 * degree / p("access_speed_kmh.road")
    assert parts["line"].sum() == pytest.approx(line + lorry, rel=1e-6)
    back = hours.of(rows, ~forward)["border"].sum()
    assert back == pytest.approx(0.5 * 30.0)


@pytest.mark.parametrize(
    ("key", "component"),
    [
        ("border_time_factor__rail", "border"),
        ("border_time_factor__road", "border"),
        ("line_time_factor__rail__china", "line"),
        ("line_time_factor__rail__russia_kazakhstan", "line"),
    ],
)
def test_a_factor_acts_on_its_component_and_mode_alone(key: str, component: str) -> None:
    before, after = (
        pricer(pricing).everything(nothing_built(NET, pricing))[1]
        for pricing in (priced(), priced(**{key: 2.0}))
    )
    mode = key.split("__")[1]
    for name in COMPONENTS:
        a, b = getattr(before, name), getattr(after, name)
        if name == component:
            differs = np.isfinite(a) & ~np.isclose(a, b)
            assert differs.any()
            assert NET.has_mode(mode)[differs.any(axis=0)].all()
            assert (b[differs] <= 2 * a[differs] * (1 + 1e-9)).all()
        elif name == "gauge" and key == "border_time_factor__rail":
            np.testing.assert_allclose(b, 2 * a)  # works at the border belong to its wait
        else:
            np.testing.assert_allclose(a, b)


def test_the_listed_crossing_counts_in_its_own_direction() -> None:
    """GATE-ROAD is listed from Kazakhstan's side: its 5 hours hold out of China."""
    pricing = small.pricing()
    hours = pricer(pricing).everything(nothing_built(NET, pricing))[1]
    k = small.link("d1", "d2")  # written from d2 (Kazakhstan) to d1 (China)
    assert hours.border[1, k] == pytest.approx(5.0)
    assert hours.border[0, k] > 5.0


def test_a_closed_pair_is_closed_by_its_mode_only() -> None:
    pricing = small.pricing(CHN_KAZ="rail")
    weights, _ = pricer(pricing).everything(nothing_built(NET, pricing))
    assert np.isinf(weights.forward[0, small.link("r2", "r3")])
    assert np.isfinite(weights.forward[0, small.link("d1", "d2")])


def test_an_unlisted_change_of_gauge_over_a_border_has_no_works() -> None:
    links = NET.links.assign(border=NET.links["border"].replace("GATE-RAIL", ""))
    net = type(NET)(NET.nodes, links)
    pricing = small.pricing()
    weights, _ = LinkPricer(net, pricing).everything(nothing_built(net, pricing))
    assert np.isinf(weights.forward[0, small.link("r2", "r3")])
    assert np.isinf(weights.backward[0, small.link("r2", "r3")])


def test_reforms_and_schedules_act_on_their_own_component() -> None:
    plain = small.pricing()
    reformed = Pricing(
        plain.parameters, plain.groups, plain.borders,
        (WaitChange(borders=("GATE-RAIL",), wait_factor=0.1),),
        (ServiceChange("rail", 7.0, places=("1",)),),
    )  # fmt: skip
    a, b = (pricer(p).everything(nothing_built(NET, p))[1] for p in (plain, reformed))
    gate, west, east = (small.link(*x) for x in (("r2", "r3"), ("west", "r0"), ("r5", "east")))
    np.testing.assert_allclose(b.border[:, gate], 0.1 * a.border[:, gate])
    assert b.departure[0, west] == pytest.approx(12.0)
    np.testing.assert_allclose(b.departure[:, east], a.departure[:, east])
    for name in ("line", "handling", "gauge", "port", "canal"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name))
