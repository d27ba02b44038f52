"""Values of links on the bundled network: the whole chain against differences, sums, limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_appraisals import Appraiser

from beltroad import trade
from beltroad.appraisal import marginal, marginal_tables
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.cases import central_case
from beltroad.appraisal.economy import Economy, calibrated
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.levels import Case
from beltroad.appraisal.marginal import LinkValues, Worth
from beltroad.appraisal.marginal_places import KINDS, places_of
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.transport import Transport
from beltroad.errors import InputError
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes
from beltroad.infrastructure.pricing.weights import LinkWeights
from beltroad.infrastructure.shipments.modes import effective_days
from beltroad.infrastructure.shipments.values import FastestWays
from command_line import run_beltroad

# The same derivatives are checked on small networks and models with every change; here the whole
# chain on the bundled data is, which takes a minute: `make thorough`.
pytestmark = [pytest.mark.slow, pytest.mark.thorough]

STEP_HOURS = 1 / 512  # seven seconds: the longer, the more ways switch within


@dataclass
class World:
    """Today's network and the economy on it, with hours that can be moved."""

    transport: Transport
    economy: Economy
    case: Case
    land: LinkWeights
    times: PortTimes
    km: np.ndarray
    ways: FastestWays
    equilibrium: trade.Equilibrium
    worth: Worth
    values: LinkValues

    @property
    def calibration(self) -> trade.Calibration:
        return calibrated(self.case)

    def moved(self, **changed: Any) -> FastestWays:
        """Fastest ways with other hours."""
        now = {"land": self.land, "sea_km": self.km, "times": self.times} | changed
        return FastestWays.of(self.transport.router, **now)

    def income_usd(self, ways: FastestWays) -> np.ndarray:
        """Real income by economy in a full equilibrium on these ways: the chain forwards."""
        land, sea = ways.exact_hours() / 24.0
        measure = self.economy.measure(self.case)
        base = measure.levels("economy", self.case).days
        days = effective_days(measure.split, {"land": land, "sea": sea}, switch=self.case.switch)
        model = [
            self.economy.for_model(self.calibration, pairs)
            for pairs in (base, self.economy.weights.mean(days))
        ]
        per_day = trade.value_of_time(self.calibration.industries, self.case.value_of_time)
        change = trade.iceberg_change(model[0], model[1], per_day)
        own = np.arange(len(self.calibration.economies))
        change[:, own, own] = 1.0
        solved = trade.solve(self.calibration, change, tolerance=1e-13, start=self.equilibrium)
        told = trade.country_results(self.calibration, solved)["real_income_change_pct"]
        return np.asarray(told.to_numpy(float) / 100 * self.calibration.income)


@pytest.fixture(scope="module")
def world(appraiser: Appraiser) -> World:
    scenario = Scenario()
    states = scenario.states.model_copy(update={"before": 2022, "after": "today"})
    scenario = scenario.model_copy(update={"states": states})
    transport = Transport(scenario, gather(scenario), Cache(appraiser.folder), Progress())
    economy, case = marginal.economy_of(transport), central_case(scenario)
    land, times = transport.weigh(transport.presence["today"], reformed=True)
    km = voyage_km(transport.programme.network, transport.inputs.pricing)
    measure, calibration = economy.measure(case), calibrated(case)
    days = [economy.for_model(calibration, measure.levels(s, case).days)
            for s in ("economy", "after")]  # fmt: skip
    change = trade.iceberg_change(
        *days, trade.value_of_time(calibration.industries, case.value_of_time)
    )
    own = np.arange(len(calibration.economies))
    change[:, own, own] = 1.0
    equilibrium = trade.solve(calibration, change, tolerance=1e-13)
    made: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("worth_of", "ways_in"):
            patch.setattr(marginal, name, keeping(getattr(marginal, name), made, name))
        values = marginal.link_values(economy, transport, case, "after", equilibrium=equilibrium)
    return World(
        transport, economy, case, land, times, km, made["ways_in"], equilibrium,
        made["worth_of"], values,
    )  # fmt: skip


def keeping(work: Callable[..., Any], made: dict[str, Any], name: str) -> Callable[..., Any]:
    """The same function, with what it returned kept: it takes seconds to make again."""

    def kept(*given: Any, **named: Any) -> Any:
        made[name] = work(*given, **named)
        return made[name]

    return kept


def busiest(world: World, which: np.ndarray) -> int:
    """Row of the link of most value among some."""
    worth = np.where(which[world.values.links], world.values.world.sum(axis=0), -np.inf)
    return int(world.values.links[worth.argmax()])


def check(world: World, sides: list[FastestWays], hours: float, told: np.ndarray) -> None:
    """A difference of full equilibria against the values by economy and their sum.

    Ways that switch within the step are kinks: hardly any may, or the link is no test.
    """
    slow, fast = (w.exact_hours() for w in sides)
    with np.errstate(invalid="ignore"):
        turned = np.abs((slow - fast) / hours - np.round((slow - fast) / hours)) > 1e-3
    assert turned.sum() < 200
    lost = -(world.income_usd(sides[0]) - world.income_usd(sides[1])) / hours
    assert lost.sum() == pytest.approx(told.sum(), rel=1e-5)
    # Values by economy are kept in single precision.
    assert np.abs(lost - told).max() < 1e-5 * np.abs(told).max()


def test_hours_of_a_canal_through_the_whole_chain(world: World) -> None:
    net = world.values.network
    link = busiest(world, net.passage == "suez")
    sides, step = [], np.float32(STEP_HOURS * world.times.speed_kmh)
    for sign in (1, -1):
        km = world.km.copy()
        km[link] += sign * step
        sides.append((world.moved(sea_km=km), float(km[link])))
    hours = (sides[0][1] - sides[1][1]) / world.times.speed_kmh
    told = world.values.countries[np.searchsorted(world.values.links, link)].astype(float)
    assert told.sum() > 1e8
    check(world, [s[0] for s in sides], hours, told)


def test_hours_at_a_border_through_the_whole_chain(world: World) -> None:
    net = world.values.network
    ends = np.sort(np.stack([net.country_of(net.u), net.country_of(net.v)]), axis=0)
    own = np.zeros(len(net.links), bool)
    own[net.crossings] = True
    link = busiest(world, own & (ends[0] == "MEX") & (ends[1] == "USA"))
    sides = []
    for sign in (1, -1):
        both = [side.copy() for side in (world.land.forward, world.land.backward)]
        for side in both:
            middle = np.round(side[0, link] / STEP_HOURS) * STEP_HOURS
            side[0, link] = middle + sign * STEP_HOURS
        sides.append(world.moved(land=LinkWeights(*both)))
    told = world.values.countries[np.searchsorted(world.values.links, link)].astype(float)
    check(world, sides, 2 * STEP_HOURS, told)


def test_hours_in_a_port_through_the_whole_chain(world: World) -> None:
    refs = world.values.network.ref[world.values.ports]
    port = int(np.flatnonzero(refs == "SGSIN")[0])
    sides = []
    for sign in (1, -1):
        longer = world.times.load_hours.copy()
        longer[port] += sign * STEP_HOURS
        sides.append(world.moved(times=replace(world.times, load_hours=longer)))
    told = world.values.port_countries[0, port].astype(float)
    check(world, sides, 2 * STEP_HOURS, told)


def test_values_times_hours_add_up_by_economy(world: World) -> None:
    """Euler: what scaling all hours is worth, counted by pairs of cities and by links."""
    w, hours = world.worth, np.where(world.worth.by_city > 0, world.ways.exact_hours(), 0.0)
    by_pair = np.bincount(w.group.ravel(), (w.by_city * hours).sum(axis=0).ravel(), len(w.rates))
    assert world.values.by_host.sum(axis=0) == pytest.approx(by_pair @ w.rates, rel=1e-6)
    assert world.values.by_host.sum() == pytest.approx(world.values.total_time_usd, rel=1e-9)
    assert not w.by_city[~np.isfinite(world.ways.hours)].any()
    together = world.values.countries.sum(axis=1, dtype=float)
    gap = np.abs(together - world.values.world.sum(axis=0))
    assert gap.max() < 1e-6 * np.abs(world.values.world).max()


def test_the_world_alone_is_the_sum_of_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One objective gives the same as one for each economy; some economies lose somewhere."""
    monkeypatch.setattr(marginal, "ways_in", lambda *_, **__: world.ways)
    assert (world.values.countries < 0).any()
    alone = marginal.link_values(
        world.economy, world.transport, world.case, "after",
        equilibrium=world.equilibrium, countries=False,
    )  # fmt: skip
    assert alone.countries.shape == (len(alone.links), 0)
    assert alone.total_time_usd == pytest.approx(world.values.total_time_usd, rel=1e-6)
    both = np.intersect1d(alone.links, world.values.links)
    ours, theirs = (
        v.world[:, np.searchsorted(v.links, both)] for v in (alone, world.values)
    )  # fmt: skip
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1.0)
    assert marginal_tables.rank_places(alone, kind="strait", top=3).table["gainers"].eq("").all()


def test_without_tariffs_an_hour_is_worth_what_trade_loses(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hulten: in the state of the accounts the world's value is trade times the ad valorem hour.

    It holds pair by pair, so that no link can do harm to the world. Tariffs would add to it.
    """
    real = world.calibration
    c = trade.assemble(
        real.economies, real.industries, real.trade_usd, real.gamma, real.theta, goods=real.goods
    )
    monkeypatch.setattr(marginal, "calibrated", lambda _: c)
    found = marginal.worth_of(
        world.economy, world.transport, world.case, "economy", countries=False
    )
    measure = world.economy.measure(world.case)
    days = world.economy.for_model(c, measure.levels("economy", world.case).days)
    per_day = trade.value_of_time(c.industries, world.case.value_of_time)[:, None, None]
    apart = (days > 0) & ~np.eye(len(days), dtype=bool)
    lost = (c.trade_usd * per_day / (1 + per_day * days)).sum(axis=0)[apart] / 24.0
    told = np.sort(found.rates[found.rates[:, 0] != 0, 0])
    assert told == pytest.approx(np.sort(lost[lost > 0]), rel=1e-4, abs=1.0)
    assert found.rates.sum() == pytest.approx(lost.sum(), rel=1e-6)
    assert found.rates.min() > -1.0


def test_hours_are_those_of_the_appraisal(world: World) -> None:
    after = world.economy.ways.after
    assert np.array_equal(world.ways.hours, np.stack([after.land[0], after.sea[0]]))


def test_places_hold_what_their_links_are_worth(world: World) -> None:
    """No kind loses value times hours; straits count voyages once; sections stay in a country."""
    values, spent = world.values, 0.0
    for kind in KINDS:
        places = places_of(values, kind)
        assert len(places.refs) == len(places.world) == len(places.countries)
        assert places.countries.sum(axis=1) == pytest.approx(places.world, rel=1e-4, abs=50.0)
        if kind not in ("strait", "gauge", "project", "port"):
            assert np.isin(places.rows, values.links).all()
            spent += places.time_usd.sum()
    gauge = values.network.gauge_change[values.links].copy()
    gauge[np.isin(values.links, values.network.crossings)] = False
    spent += values.time_usd[gauge].sum() + values.port_time_usd.sum()
    assert spent == pytest.approx(values.total_time_usd, rel=1e-6)
    rail, net = places_of(values, "rail"), values.network
    for k in np.argsort(-np.diff(rail.first))[:20]:
        rows, ahead = rail.links(k), rail.ahead[rail.first[k] : rail.first[k + 1]]
        a, b = np.where(ahead, net.u[rows], net.v[rows]), np.where(ahead, net.v[rows], net.u[rows])
        assert np.array_equal(a[1:], b[:-1])
        assert len(np.unique(net.country_of(net.u[rows]))) == 1
    canal = places_of(values, "strait")
    suez = canal.world[canal.refs.index("suez")]
    most = values.world[:, net.passage[values.links] == "suez"].sum(axis=0).max()
    assert most <= suez * (1 + 1e-6) <= 1.5 * most


def test_tables_rank_and_name(world: World) -> None:
    found = marginal_tables.rank_places(world.values, top=25)
    table = found.table
    assert table["value_usd"].is_monotonic_decreasing
    assert (table["name"] != "").all()
    assert set(found.lines["rank"]) == set(table["rank"])
    assert found.lines["lat"].abs().max() <= 90
    own = marginal_tables.rank_places(world.values, kind="border", country="KAZ", top=5).table
    assert own["value_country_usd"].is_monotonic_decreasing
    assert own["hosts"].str.contains("KAZ|RUS").all()
    hurt = marginal_tables.rank_places(
        world.values, kind="border", country="KAZ", top=5, worst=True
    ).table
    assert (hurt["value_country_usd"] < 0).all()
    hosts = marginal_tables.host_table(world.values)
    assert hosts["share_pct"].sum() == pytest.approx(100)
    told = marginal_tables.summary(world.values, "KAZ")
    mine = marginal_tables.host_table(world.values, "KAZ")
    assert mine["usd_per_pct"].sum() == pytest.approx(told["usd_per_pct_off_all_hours"])
    for wrong in ({"kind": "bridge"}, {"country": "XYZ"}):
        with pytest.raises(InputError, match=r"bridge|XYZ"):
            marginal_tables.rank_places(world.values, **wrong)


def test_cases_whose_ways_do_not_minimise_hours_are_refused(world: World) -> None:
    for change in ({"money": True}, {"proportional": True}):
        with pytest.raises(InputError, match="minimise hours"):
            marginal.worth_of(
                world.economy, world.transport, replace(world.case, **change), "after"
            )


def test_the_command_prints_and_writes_one_table(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """``beltroad links`` from the state it is asked for to every form of its table."""
    asked = []

    def transport(scenario: Scenario, *_: object) -> Transport:
        asked.append(scenario.states)
        return world.transport  # the same network with its projects placed

    def link_values(*_: object, **__: object) -> LinkValues:
        return world.values

    monkeypatch.setattr(marginal, "Transport", transport)
    monkeypatch.setattr(marginal, "link_values", link_values)
    csv, shapes = tmp_path / "links.csv", tmp_path / "links.geojson"
    words = ["links", "--top", "8", "--kind", "border", "--country", "kaz"]
    code, out, errors = run_beltroad(
        monkeypatch, capsys, *words, "--json", "--csv", str(csv), "--geojson", str(shapes)
    )
    assert code == 0, errors
    assert [(s.before, s.after) for s in asked] == [(2022, "today")]  # as in ``world``
    told = json.loads(out)
    assert [row["rank"] for row in told["places"]] == list(range(1, 9))
    assert all(row["kind"] == "border" for row in told["places"])
    assert told["country"] == "KAZ"
    assert told["usd_per_hour_off_every_shipment"] > 0
    written = pd.read_csv(csv)
    assert written["name"].tolist() == [row["name"] for row in told["places"]]
    features = json.loads(shapes.read_text())["features"]
    assert [f["properties"]["rank"] for f in features] == list(range(1, 9))
    assert {f["geometry"]["type"] for f in features} == {"MultiLineString"}
    code, out, _ = run_beltroad(monkeypatch, capsys, *words, columns=200)
    assert code == 0
    assert "What an hour saved is worth to KAZ" in out
    assert told["places"][0]["name"].split(" (")[0] in out
