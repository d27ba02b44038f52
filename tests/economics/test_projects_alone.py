"""A project alone: the short way round against working everything out again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_appraisals import Appraiser, scenario

from beltroad import trade
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.economy import Economy, calibrated, economy_of
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.levels import Case, Levels, days_of
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.appraisal.transport import Transport
from beltroad.infrastructure.shipments.modes import effective_days
from beltroad.infrastructure.shipments.router import land_ways, shipments

CASE = Case("central", "")
# A railway, a new port, an upgrade, and quicker handling in a port that is there.
FOUR = ["KUN-VTE", "LEK-PRT", "PAK-ML1", "TEM-PRT"]
Hours = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def stages(appraiser: Appraiser) -> tuple[Transport, Economy, Hours]:
    """The stages of four projects, and the hours with each of them alone."""
    parsed = parse_scenario(scenario(projects={"include": FOUR}))
    transport = Transport(parsed, gather(parsed), Cache(appraiser.folder), Progress())
    there = transport.presence["2013"]
    base = transport.base(there)
    hours = {"none": transport.hours_with(there, base)}
    assert hours["none"] is base.hours
    for project in FOUR:
        hours[project] = transport.hours_with(_with(transport, project), base)
    return transport, economy_of(transport), hours


def _with(transport: Transport, project: str):
    there = transport.presence["2013"].copy()
    there[project] = True
    return there


@pytest.mark.thorough
def test_hours_are_those_of_routing_everything(
    stages: tuple[Transport, Economy, Hours],
) -> None:
    """For each of the projects: the same pairs move, by the same hours."""
    transport, economy, hours = stages
    old = economy.ways.before
    assert np.array_equal(hours["none"], [old.land[0], old.sea[0]])
    for project in FOUR:
        land, ports = transport.weigh(_with(transport, project))
        ways = land_ways(transport.router, land, rows=1, threads=2)
        by_land, by_sea = shipments(transport.router, ways, ports, transport.voyages)
        full, found = np.stack([by_land[0], by_sea[0]]), hours[project]
        assert (found <= hours["none"]).all(), project
        assert (found < hours["none"]).any(), project
        assert np.array_equal(found != hours["none"], full != hours["none"]), project
        assert np.array_equal(np.isinf(found), np.isinf(full)), project
        known = np.isfinite(full)
        np.testing.assert_allclose(found[known], full[known], rtol=2e-7, err_msg=project)


def test_a_state_that_loses_a_project_is_swept_in_full(
    stages: tuple[Transport, Economy, Hours],
) -> None:
    """From a base that has the railway back to one without it: links become slower."""
    transport, _, hours = stages
    with_it = transport.base(_with(transport, "KUN-VTE"))
    assert np.array_equal(with_it.hours, hours["KUN-VTE"])
    back = transport.hours_with(transport.presence["2013"], with_it)
    assert np.array_equal(back, hours["none"])


@pytest.mark.parametrize(
    "more", [{}, {"domestic": True}, {"switch": False}, {"proportional": True}]
)
def test_the_gain_is_that_of_all_pairs_and_industries(
    stages: tuple[Transport, Economy, Hours], more: dict[str, bool]
) -> None:
    """The derivative times the fall of the log iceberg cost, over whole arrays."""
    _, economy, hours = stages
    case = replace(CASE, **more)
    calibration, split = calibrated(case), economy.measure(case).split
    old = effective_days(split, days_of(economy.ways.before), switch=case.switch)
    before, none = economy.weights.mean(old), np.zeros_like(economy.weights.total)
    levels = (economy.measure(case).levels(s, case) for s in ("economy", "before"))
    at_first = trade.solve(calibration, economy.iceberg_change(calibration, case, *levels))
    worth = -trade.gradient(calibration, at_first).ln_iceberg
    assert economy.first_order_gain_usd(case, hours["none"]) == 0
    for project in FOUR:
        days = {"land": hours[project][0] / 24.0, "sea": hours[project][1] / 24.0}
        now = economy.weights.mean(effective_days(split, days, switch=case.switch))
        change = economy.iceberg_change(calibration, case, Levels(before, none), Levels(now, none))
        gain = -(worth * np.log(change)).sum()
        assert gain > 0
        assert economy.first_order_gain_usd(case, hours[project]) == pytest.approx(gain, rel=1e-6)


def test_pairs_that_moved_have_the_change_of_the_whole_array(
    stages: tuple[Transport, Economy, Hours],
) -> None:
    """The short form of the iceberg change is the long one at the pairs that moved, 1 elsewhere."""
    _, economy, _ = stages
    calibration = calibrated(CASE)
    before = economy.measure(CASE).levels("before", CASE).days
    now = before * np.where(np.random.default_rng(5).random(before.shape) < 0.01, 0.9, 1.0)
    none = np.zeros_like(before)
    for case in (CASE, replace(CASE, domestic=True), replace(CASE, proportional=True)):
        whole = economy.iceberg_change(calibration, case, Levels(before, none), Levels(now, none))
        at, change = economy._iceberg_of_moved(calibration, case, before, now)
        built = np.ones_like(whole)
        built[:, *at] = change
        assert np.array_equal(built, whole)
    assert trade.value_of_time(calibration.industries).max() > 0
