from __future__ import annotations

import copy

import numpy as np
import pytest
from test_project_flows import BASE

from beltroad.errors import InputError
from beltroad.finance.project.cashflow import simulate
from beltroad.finance.project.plan_file import parse
from beltroad.finance.project.ranges import cost_factor, drawn_case, overrun_range
from beltroad.finance.project.result import assess, assess_all
from beltroad.risk.project.overrun import reference_class


def plan_with(**capital):
    raw = copy.deepcopy(BASE) | {"draws": 400, "seed": 3}
    raw["projects"][0]["capital"] |= capital
    return parse(raw)


@pytest.mark.parametrize("name", ["rail", "road", "port", "air"])
def test_the_reference_class_is_that_of_the_risk_pillar(name):
    p = np.array([0.05, 0.5, 0.8, 0.9, 0.99])
    np.testing.assert_allclose(cost_factor(name, p), reference_class(name).quantile(p), rtol=1e-9)


def test_ranges_are_seeded_and_a_dearer_project_returns_less():
    plan = plan_with(overrun_class="rail")
    first, again = assess(plan).ranges, assess(plan).ranges
    assert first.equals(again)
    assert first.loc["capital_cost_mn", "p10"] < first.loc["capital_cost_mn", "p90"]
    assert first.loc["capital_cost_mn", "p50"] == pytest.approx(
        1000 * cost_factor("rail", np.array([0.5]))[0], rel=0.06
    )
    # A high cost goes with a low return: the quantiles are of each measure by itself.
    assert first.loc["equity_irr_pct", "p50"] < first.loc["equity_irr_pct", "planned"]
    other = assess(plan.model_copy(update={"seed": 4})).ranges
    assert not first.equals(other)


def test_low_and_high_are_run_as_given():
    found = assess(plan_with(overrun_low_pct=-10, overrun_high_pct=50)).ranges
    assert found.loc["capital_cost_mn"].tolist() == pytest.approx([1000, 900, 1500])
    irr = found.loc["project_irr_pct"]
    assert irr["high"] < irr["planned"] < irr["low"]


def test_the_named_layer_meets_the_overrun():
    plan = plan_with(overrun_class="rail")
    project = plan.projects[0].model_copy(update={"overrun_met_by": "own"})
    plan = plan.model_copy(update={"projects": [project]})
    base = simulate(plan, project, drawn_case(project, 1, 1))
    planned = assess(plan).flows
    case = drawn_case(project, 200, 1)
    flows = simulate(plan, project, case, base_totals=planned.funding.totals[0])
    over = case.cost_factor > 1.05
    np.testing.assert_allclose(flows.funding.totals[over, 0], planned.funding.totals[0, 0])
    assert np.all(flows.funding.totals[over, 1] > planned.funding.totals[0, 1])
    used = flows.funding.capital + flows.funding.fees + flows.funding.interest_paid
    np.testing.assert_allclose(sum(flows.funding.drawn), used, atol=1e-9 * 1000)
    assert base.funding.totals.shape == (1, 2)


def test_one_draw_of_many_is_the_same_as_alone():
    plan = plan_with(overrun_class="rail")
    project = plan.projects[0]
    case = drawn_case(project, 150, 1)
    many = simulate(plan, project, case)
    alone = simulate(plan, project, type(case)(case.cost_factor[7:8], case.revenue_factor[7:8]))
    np.testing.assert_allclose(many.dscr[7], alone.dscr[0], rtol=1e-12)


def test_demand_is_drawn_between_its_low_and_high():
    raw = copy.deepcopy(BASE) | {"draws": 200}
    raw["projects"][0]["operation"] |= {"demand_low_pct": -40, "demand_high_pct": 20}
    plan = parse(raw)
    case = drawn_case(plan.projects[0], 4000, 1)
    np.testing.assert_allclose(np.quantile(case.revenue_factor, [0.1, 0.9]), [0.6, 1.2], rtol=0.03)
    assert not overrun_range(plan, plan.projects[0], assess(plan).flows).empty


def test_an_unknown_class_is_named():
    with pytest.raises(InputError, match="Did you mean 'rail'"):
        assess(plan_with(overrun_class="rial"))


def test_a_pipeline_adds_up_by_year():
    raw = copy.deepcopy(BASE)
    raw["projects"][0]["layers"][0]["public"] = True
    second = copy.deepcopy(raw["projects"][0]) | {"id": "Q"}
    second["capital"] = {"total_mn": 100, "first_year": 2025, "spread_pct": [50, 50]}
    second["operation"]["start_year"] = 2027
    raw["projects"].append(second)
    found = assess_all([parse(raw)])
    total = found.public_debt.set_index("year")["disbursement_usd_mn"]
    parts = [r.public_debt.set_index("year")["disbursement_usd_mn"] for r in found.projects]
    assert total.sum() == pytest.approx(sum(p.sum() for p in parts))
    assert total[2024] == 0
    assert found.summary["id"].tolist() == ["P", "Q"]
    # Two states do not owe each other's debt.
    raw["projects"][1]["host"] = "KEN"
    by_host = assess_all([parse(raw)]).public_debt.groupby("host")["disbursement_usd_mn"].sum()
    assert by_host.tolist() == pytest.approx([p.sum() for p in parts])
    with pytest.raises(InputError, match="in two plans"):
        assess_all([parse(raw), parse(raw)])
