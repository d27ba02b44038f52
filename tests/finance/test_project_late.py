"""A late, dearer or less used project: what moves, what stays, and which way measures go."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_project_flows import BASE

from beltroad.errors import InputError
from beltroad.finance.project import plan_file
from beltroad.finance.project.case import base_case
from beltroad.finance.project.cashflow import simulate
from beltroad.finance.project.late import MOST_YEARS, all_measures, delayed, measures_under
from beltroad.finance.project.result import assess

EXAMPLES = Path(__file__).parents[2] / "examples" / "finance"
ONE = np.ones(1)


def made(change=None):
    raw = copy.deepcopy(BASE)
    if change is not None:
        change(raw["projects"][0])
    plan = plan_file.parse(raw)
    return plan, plan.projects[0]


def under(plan, project, cost=1.0, benefit=1.0, delay=0.0):
    return measures_under(plan, project, cost * ONE, benefit * ONE, delay * ONE).iloc[0]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.stem)
def test_examples_delayed_by_any_number_of_years_stay_whole(path):
    """Sources meet uses and loans are repaid (else ``simulate`` stops), whatever the plan holds."""
    plan = plan_file.read(path)
    for project in plan.projects:
        planned = simulate(plan, project, base_case())
        same = under(plan, project)
        for name, value in all_measures(planned).iloc[0].items():
            assert same[name] == pytest.approx(value, rel=1e-12, nan_ok=True), name
        whole = sum(project.capital.by_year().values())
        for years in (1, 4, MOST_YEARS):
            late = delayed(project, years)
            assert sum(late.capital.by_year().values()) == pytest.approx(whole, rel=1e-12)
            assert late.first_year == project.first_year
            assert late.completion_year == project.completion_year + years
            # The file's own checks hold for the moved plan, too.
            plan_file.parse({
                **plan.model_dump(exclude_unset=True, exclude={"projects"}),
                "projects": [late.model_dump(exclude_unset=True, exclude_none=True)],
            })  # fmt: skip
            under(plan, project, 1.4, 0.7, years)


def test_measures_are_those_of_the_plan():
    plan, project = made()
    found, known = under(plan, project), assess(plan, project)
    for name in ("capital_cost_mn", "financed_mn", "project_npv_mn", "project_irr_pct",
                 "equity_npv_mn", "equity_irr_pct", "dscr_min", "dscr_mean", "llcr",
                 "payback_years"):  # fmt: skip
        assert found[name] == pytest.approx(known.value(name)), name


def everything_dated(p):
    p["capital"] = {"by_year_mn": {"2020": 300, "2022": 500, "2023": 100, "2025": 100}}
    p["operation"] |= {"start_year": 2024, "renewals_mn": {"2030": 80, "2035": 40}}
    p["exit"] = {"year": 2030, "stake_pct": 50, "yield_pct": 8}
    p["layers"][0] |= {
        "draw_pct": {"2020": 40, "2022": 60},
        "grace_years": 6,
        "refinance": {"year": 2029, "interest_pct": 2, "maturity_years": 8},
    }
    p["state_loans"] = [{"name": "for equity", "amount_mn": 100, "interest_pct": 2,
                         "draw_pct": {"2020": 25, "2021": 75}, "maturity_years": 10,
                         "grace_years": 1}]  # fmt: skip


def test_everything_with_a_year_moves_and_every_sum_stays():
    plan, project = made(everything_dated)
    late = delayed(project, 2)
    # Four years of building become six; what is spent in operation moves by two.
    assert late.capital.by_year() == pytest.approx(
        {2020: 200, 2021: 100, 2022: 0, 2023: 1000 / 3, 2024: 200 - 100 / 3 + 200 / 6,
         2025: 100 * 4 / 6, 2026: 0, 2027: 100}, abs=1e-6
    )  # fmt: skip
    assert late.operation.start_year == 2026
    assert late.operation.years == project.operation.years
    assert late.operation.renewals_mn == {2032: 80, 2037: 40}
    assert late.exit.year == 2032
    assert sum(late.layers[0].draw_pct.values()) == pytest.approx(100)
    assert min(late.layers[0].draw_pct) == 2020
    # Opening at the end of 2025: the first instalment of 2027 and the refinancing stay in time.
    assert late.layers[0].grace_years == 6
    assert late.layers[0].refinance.year == 2029
    assert sum(late.state_loans[0].draw_pct.values()) == pytest.approx(100)
    loan = late.state_loans[0]
    assert loan.grace_years >= max(loan.draw_pct) - min(loan.draw_pct)
    # Four years late, the loan's first instalment must wait for the opening.
    later = delayed(project, 4).layers[0]
    assert later.grace_years == 7
    assert later.maturity_years == project.layers[0].maturity_years + 1
    assert later.refinance.year == 2030
    under(plan, project, delay=4)
    flows = simulate(plan, late, base_case())
    assert flows.renewals.sum() == pytest.approx(120)
    assert flows.funding.capital.sum() == pytest.approx(1000)


def test_a_project_of_one_year_by_hand():
    """100 spent in one year, 30 a year for five: two years late it is 100/3 a year, then 30."""

    def small(p):
        p["capital"] = {"by_year_mn": {"2020": 100}}
        p["operation"] = {"start_year": 2021, "years": 5,
                          "revenue": [{"name": "fares", "amount_mn": 30}]}  # fmt: skip
        p["layers"] = [{"name": "own", "kind": "sponsor_equity", "share_pct": 100}]

    plan, project = made(small)
    flows = [-100 / 3] * 3 + [30] * 5
    expected = sum(f / 1.08**t for t, f in enumerate(flows))
    found = under(plan, project, delay=2)
    assert found["project_npv_mn"] == pytest.approx(expected)
    assert found["equity_npv_mn"] == pytest.approx(expected)
    assert found["payback_years"] == pytest.approx(2 + 100 / 30)
    dearer = under(plan, project, cost=1.5, benefit=0.5, delay=2)
    assert dearer["project_npv_mn"] == pytest.approx(
        sum(f * (1.5 if f < 0 else 0.5) / 1.08**t for t, f in enumerate(flows))
    )


@given(st.integers(1, 8), st.floats(0.8, 2.0), st.floats(0.3, 1.5), st.floats(0.01, 1.0))
@settings(max_examples=15, deadline=None)
def test_delay_never_helps_and_more_benefits_never_hurt(years, cost, benefit, more):
    plan, project = made()
    at = under(plan, project, cost, benefit)
    late = under(plan, project, cost, benefit, years)
    assert late["equity_npv_mn"] <= at["equity_npv_mn"] + 1e-9 or at["equity_npv_mn"] < 0
    if at["equity_npv_mn"] > 0:
        assert late["equity_irr_pct"] < at["equity_irr_pct"]
    if at["project_npv_mn"] > 0:
        assert late["project_npv_mn"] < at["project_npv_mn"]
    if at["dscr_min"] > 0:
        assert late["dscr_min"] <= at["dscr_min"] + 1e-9
        assert late["llcr"] <= at["llcr"] + 1e-9
    for each in (0.0, years):
        base = under(plan, project, cost, benefit, each)
        used = under(plan, project, cost, benefit + more, each)
        for name in ("project_npv_mn", "equity_npv_mn", "dscr_min", "llcr"):
            assert used[name] >= base[name] - 1e-9, name


def test_draws_are_those_of_single_runs_in_their_order():
    plan, project = made()
    cost, benefit = np.array([1.0, 1.6, 0.9, 1.2]), np.array([1.0, 0.5, 1.1, 0.8])
    delay = np.array([2.4, np.nan, -3.0, 40.0])
    found = measures_under(plan, project, cost, benefit, delay)
    assert found.index.tolist() == [0, 1, 2, 3]
    for row, years in enumerate([2, 0, 0, MOST_YEARS]):
        alone = under(plan, project, cost[row], benefit[row], years)
        np.testing.assert_allclose(found.iloc[row], alone, rtol=1e-9)


def test_faults_are_told():
    plan, project = made()
    with pytest.raises(InputError, match="whole number from 0 to 15"):
        delayed(project, 16)
    with pytest.raises(InputError, match="above 0"):
        under(plan, project, cost=-1.0)
    with pytest.raises(InputError, match="one value a draw"):
        measures_under(plan, project, np.ones(2), ONE, ONE)
