"""Draws of a real appraisal: centred on it, and comparable between scenarios."""

from __future__ import annotations

import numpy as np
import pytest
from small_appraisals import THREE, Appraiser, scenario

from beltroad.appraisal.cache import Cache
from beltroad.appraisal.cases import central_case
from beltroad.appraisal.headlines import cost_change, income_change, trade_change
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.appraisal.uncertainty.blocks import ONE_BY_ONE, Arrays, read_block
from beltroad.appraisal.uncertainty.evaluate import SCALARS
from beltroad.appraisal.uncertainty.part import Uncertainty
from beltroad.appraisal.uncertainty.pool import on_this_machine
from beltroad.appraisal.uncertainty.run import prepare
from beltroad.appraisal.uncertainty.sampling import Plan

PLAN = Plan(1, 5, 0, ("value_of_time",))


def answers(appraiser: Appraiser, blocks: list[int], **more) -> Arrays:
    """Answers of a scenario's draws, made as every run makes them."""
    chosen = parse_scenario(scenario(**more))
    problem = prepare(
        chosen, Uncertainty(inputs={}), cache=Cache(appraiser.folder), progress=Progress()
    )
    out: Arrays = {}
    for _, data in on_this_machine(problem, PLAN, blocks, "run", workers=1):
        out |= {k: v for k, v in read_block(data).items() if v.size}
    return out


@pytest.fixture(scope="module")
def found(appraiser: Appraiser) -> Arrays:
    """Draws of three projects, the central one, and those with the value of time low and high."""
    return answers(appraiser, [0, ONE_BY_ONE])


def figure(values: np.ndarray, name: str) -> np.ndarray:
    return values[..., list(SCALARS).index(name)]


def test_the_central_draw_is_the_appraisal(appraiser: Appraiser, found: Arrays) -> None:
    outcome = appraiser.economy().evaluate(central_case(parse_scenario(scenario())))
    # Hours are single precision; both ways of averaging them round differently.
    np.testing.assert_allclose(
        found["central_income_pct"], outcome.countries["real_income_change_pct"],
        rtol=1e-5, atol=1e-8,
    )  # fmt: skip
    for name, value in (
        ("world_real_income_pct", income_change(outcome, None)[0]),
        ("world_real_income_usd", income_change(outcome, None)[1]),
        ("world_trade_pct", trade_change(outcome, None)),
        ("world_trade_cost_pct", cost_change(outcome, None)),
    ):
        assert figure(found["central_scalars"], name) == pytest.approx(value, rel=1e-5)


def test_draws_lie_about_the_appraisal(found: Arrays) -> None:
    drawn, central = found["own_scalars"], found["central_scalars"]
    assert np.isfinite(drawn).all()
    for name in ("world_real_income_pct", "world_trade_pct", "annual_cost_usd"):
        values = figure(drawn, name)
        assert values.std() > 0.01 * abs(figure(central, name))
        assert 0.3 < np.median(values) / figure(central, name) < 3.0
    delivered = figure(drawn, "gain_delivered_usd")
    net = delivered - figure(drawn, "annual_cost_usd")
    np.testing.assert_allclose(figure(drawn, "net_gain_usd"), net)
    # Late and partly: what arrives is a share of what the trade model says.
    assert ((delivered < figure(drawn, "world_real_income_usd")) & (delivered > 0)).mean() > 0.9
    # Costs overrun more often than not.
    cost = figure(drawn, "project_cost_usd")
    assert cost.mean() > figure(central, "project_cost_usd") > 0


def test_dearer_time_makes_shorter_times_worth_more(found: Arrays) -> None:
    low, high = figure(found["ends_scalars"][0], "world_real_income_pct")
    assert low < figure(found["central_scalars"], "world_real_income_pct") < high


def test_the_same_draws_make_a_difference_of_scenarios_sharper(
    appraiser: Appraiser, found: Arrays
) -> None:
    fewer = answers(appraiser, [0], projects={"include": THREE[1:]})
    a, b = (figure(x["own_scalars"], "world_real_income_pct") for x in (found, fewer))
    shared = (a - b).var()
    apart = np.mean([(a - np.roll(b, k)).var() for k in range(1, PLAN.draws)])
    assert 0 < shared < 0.2 * apart


def test_policies_of_the_scenario_are_in_every_draw(appraiser: Appraiser) -> None:
    chosen = parse_scenario(
        scenario(
            levers=[
                {"preset": "rcep"},
                {"name": "Quicker borders", "within": ["KAZ", "CHN"], "border_cost_cut_pct": 2.0},
            ]
        )
    )
    problem = prepare(
        chosen, Uncertainty(inputs={}), cache=Cache(appraiser.folder), progress=Progress()
    )
    tariff = problem.levers["after"]["tariff"]
    assert (tariff <= problem.calibration.tariff).all()
    assert (tariff < problem.calibration.tariff).any()
    place = [problem.calibration.economies.index(code) for code in ("KAZ", "CHN")]
    goods = problem.calibration.goods
    between = problem.factors["after"][goods][:, place[0], place[1]]
    assert between == pytest.approx(0.98, abs=0.011)
