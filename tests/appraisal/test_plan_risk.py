"""A financing plan under drawn cost, delay and benefits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from beltroad.appraisal.plan_risk import plan_risk
from beltroad.errors import InputError
from beltroad.finance.project import plan_file
from beltroad.finance.project.late import measures_under
from beltroad.finance.project.ranges import drawn_case
from beltroad.risk.project import draw, forecast
from command_line import run_beltroad

EXAMPLES = Path(__file__).parents[2] / "examples" / "finance"


def read(name):
    return plan_file.read(EXAMPLES / f"{name}.toml")


@pytest.fixture(scope="module")
def laos():
    return plan_risk(read("railway-laos"), draws=150)


def table(found, project=None):
    rows = found.measures
    return rows[rows["project"] == (project or rows["project"].iloc[0])].set_index("measure")


def test_the_planned_case_is_the_plan_and_draws_are_those_of_the_risk_pillar(laos):
    plan = read("railway-laos")
    project = plan.projects[0]
    asked = pd.DataFrame([{"id": project.id, "mode": "rail", "cost_usd": 5900.0, "years": 5.0}])
    drawn = draw(asked, draws=150, seed=0)
    np.testing.assert_array_equal(laos.draws["cost_ratio"], drawn.cost_ratio[0])
    np.testing.assert_array_equal(laos.draws["benefit_ratio"], drawn.benefit_ratio[0])
    np.testing.assert_array_equal(
        laos.draws["delay_years"], np.rint(np.clip(drawn.delay_years[0], 0, 15))
    )
    own = measures_under(plan, project, np.ones(1), np.ones(1), np.zeros(1)).iloc[0]
    found = table(laos)
    for name, value in own.items():
        assert found.loc[name, "planned"] == value, name
    assert found.loc["capital_cost_mn", "planned"] == pytest.approx(5900)
    np.testing.assert_allclose(
        laos.draws["capital_cost_mn"], 5900 * drawn.cost_ratio[0], rtol=1e-12
    )


def test_quantiles_are_the_cautious_side_of_the_draws(laos):
    found = table(laos)
    known = forecast(
        pd.DataFrame([{"id": "lao-railway", "mode": "rail", "cost_usd": 1.0, "years": 5.0}])
    )
    for name, column in (("cost_ratio", "cost_ratio_p80"), ("benefit_ratio", "benefit_ratio_p80")):
        assert found.loc[name, "p80"] == pytest.approx(known[column][0], rel=0.1)
    npv = np.sort(laos.draws["project_npv_mn"])
    assert found.loc["project_npv_mn", "p80"] == npv[int(np.ceil(0.2 * 150)) - 1]
    rising = ["capital_cost_mn", "financed_mn", "shortfall_max_mn", "support_pv_mn", "delay_years"]
    assert (found.loc[rising, ["p50", "p80", "p90"]].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    falling = ["project_npv_mn", "equity_npv_mn", "dscr_min", "llcr", "benefit_ratio"]
    assert (found.loc[falling, ["p50", "p80", "p90"]].diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    assert found.loc["npv_below_zero_pct", "mean"] == pytest.approx(100 * np.mean(npv < 0))
    assert found.loc["npv_below_zero_pct", "planned"] == 0


def test_each_cause_alone_is_no_worse_than_all_three(laos):
    rows = laos.causes.set_index("cause")
    assert list(rows.index) == ["as planned", "all three", "cost", "delay", "benefits"]
    for name in ("project_npv_mn", "equity_npv_mn"):
        for cause in ("cost", "delay", "benefits"):
            assert (
                rows.loc["all three", name] < rows.loc[cause, name] < rows.loc["as planned", name]
            )


def test_what_does_not_exist_is_worst_and_has_no_mean():
    """A railway that loses money on operation has a return in few draws, all of them the best."""
    found = plan_risk(read("railway-kenya"), draws=150, quantiles=(0.05, 0.5, 0.8, 0.9))
    row = table(found).loc["project_irr_pct"]
    share = found.draws["project_irr_pct"].notna().mean()
    assert 0 < share < 0.5
    assert row["defined_pct"] == pytest.approx(100 * share)
    assert np.isnan(row[["mean", "p50", "p80", "p90"]].astype(float)).all()
    drawn = np.sort(found.draws["project_irr_pct"].dropna())[::-1]
    # Reached with five per cent: all but the best five of a hundred draws lie below it.
    assert row["p5"] in drawn[:8]


def test_benefits_are_the_plans_own_where_asked_for_or_nothing_is_published():
    plan = read("railway-kenya")
    project = plan.projects[0]
    own = plan_risk(plan, draws=100, benefits="plan", seed=4).draws["benefit_ratio"]
    np.testing.assert_array_equal(own, drawn_case(project, 100, 4).revenue_factor)
    # Nothing is published of solar plants: the plan's own range is taken, and said.
    solar = plan_risk(read("solar-sculpted"), draws=100, mode="solar")
    assert "nothing is published of solar" in solar.notes[0]


def test_projects_of_a_pipeline_are_drawn_together_and_added_up():
    plan = read("pipeline-sri-lanka")
    found = plan_risk(plan, draws=100, mode="port", benefits="none")
    assert (found.draws["benefit_ratio"] == 1).all()
    parts = {each.id: table(found, each.id) for each in plan.projects}
    whole = table(found, "all")
    start = min(each.first_year for each in plan.projects)
    worth = {p.id: 1.08 ** (start - p.first_year) for p in plan.projects}
    assert plan.discount_rate_pct == 8
    for column in ("planned", "mean"):
        assert whole.loc["project_npv_mn", column] == pytest.approx(
            sum(worth[i] * t.loc["project_npv_mn", column] for i, t in parts.items())
        )
        assert whole.loc["capital_cost_mn", column] == pytest.approx(
            sum(t.loc["capital_cost_mn", column] for t in parts.values())
        )
    # The quantile of the sum is that of sums draw by draw, not a sum of quantiles.
    sums = np.sort(found.draws.groupby("draw")["capital_cost_mn"].sum())
    assert whole.loc["capital_cost_mn", "p80"] == pytest.approx(sums[79])
    only = plan_risk(plan, draws=100, mode={"hambantota-2": "port"}, project="hambantota-2",
                     benefits="none")  # fmt: skip
    assert table(only).equals(parts["hambantota-2"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "hambantota-works: the plan names no overrun_class"),
        ({"mode": "prot"}, "Did you mean 'port'"),
        ({"mode": {"x": "port"}}, "no such project"),
        ({"mode": "port", "draws": 20}, "give 100 to 20,000"),
        ({"mode": "port", "benefits": "all"}, "use class, plan, none"),
        ({"mode": "port", "benefit_mode": "port"}, "nothing is published of it"),
        ({"mode": "port", "project": "x"}, "not in the plan"),
        ({"mode": "port", "quantiles": (1.0,)}, "strictly between"),
    ],
)
def test_faults_are_told(change, message):
    with pytest.raises(InputError, match=message):
        plan_risk(read("pipeline-sri-lanka"), **change)


def test_the_command(tmp_path, monkeypatch, capsys):
    import beltroad.cli.finance_risk  # noqa: F401 (registers the command)

    plan = str(EXAMPLES / "port-bot.toml")
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "finance", "risk", plan, "--mode", "port", "--draws", "100", "--json",
        "--out", str(tmp_path / "o"),
    )  # fmt: skip
    found = json.loads(said)
    assert code == 0
    assert found["draws"] == 100
    assert {p.name for p in (tmp_path / "o").iterdir()} == {
        "risk_measures.csv", "risk_causes.csv", "risk_draws.csv",
    }  # fmt: skip
    rows = pd.read_csv(tmp_path / "o" / "risk_measures.csv")
    assert rows["measure"].tolist() == [r["measure"] for r in found["measures"]]
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "finance", "risk", plan, "--mode", "terminal=port", "--draws", "100"
    )
    assert code == 0
    assert "DSCR below 1" in said
    assert "terminal: cost as port, delay as rail" in said
    code, _, wrong = run_beltroad(
        monkeypatch, capsys, "finance", "risk", plan, "--mode", "port", "--mode", "rail"
    )
    assert code == 2
    assert "one class for all" in wrong
