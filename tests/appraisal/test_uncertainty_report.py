"""Tables and drawings of uncertainty for the report."""

from __future__ import annotations

import pytest
from uncertain_problem import small_problem

from beltroad.appraisal.report import theme
from beltroad.appraisal.uncertainty import report_part
from beltroad.appraisal.uncertainty.result import UncertaintyResult
from beltroad.appraisal.uncertainty.run import draw
from beltroad.appraisal.uncertainty.sampling import Plan, split_groups


@pytest.fixture(scope="module")
def result() -> UncertaintyResult:
    problem = small_problem()
    return draw(problem, Plan(1, 16, 8, split_groups(problem.inputs)), workers=1)


def test_the_finding_names_range_and_driver(result: UncertaintyResult) -> None:
    said = report_part.finding(result)
    first = report_part.drivers(result, "world_real_income_pct").iloc[0]
    assert first["group_title"] in said
    assert "nine of ten" in said


def test_costs_are_driven_by_what_they_rest_on(result: UncertaintyResult) -> None:
    of = {f: set(report_part.drivers(result, f)["group"]) for f in report_part.DRIVEN}
    assert of["annual_cost_usd"] == {"project_cost", "finance"}
    assert "project_cost" not in of["world_real_income_pct"]
    assert of["net_gain_usd"] >= {"project_cost", "value_of_time", "delivery"}
    assert "delivery" not in of["world_real_income_pct"]


def test_tables_are_in_units_that_people_read(result: UncertaintyResult) -> None:
    table = report_part.headline_table(result).set_index("title")
    raw = result.headlines.set_index("title")
    cost = "Cost of the projects a year"
    assert table.loc[cost, "unit"] == "USD billion a year"
    assert table.loc[cost, "p50"] == pytest.approx(raw.loc[cost, "p50"] / 1e9)
    assert (table[["p5", "p25", "p50", "p75", "p95"]].dropna().diff(axis=1).iloc[:, 1:] >= 0).all(
        axis=None
    )


def test_shares_by_economy_belong_to_groups(result: UncertaintyResult) -> None:
    split = result.country_split.set_index("iso3")
    assert list(split.index) == list(result.economies)
    assert (split[["project_cost", "delivery", "finance", "survey"]] == 0).all(axis=None)


def test_quantiles_by_economy_rise(result: UncertaintyResult) -> None:
    table = result.countries
    for kind, unit in (("real_income", "pct"), ("net_gain", "usd")):
        columns = [f"{kind}_{p}_{unit}" for p in ("p5", "p25", "p50", "p75", "p95")]
        assert (table[columns].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert table["chance_of_loss"].between(0, 1).all()


@pytest.mark.parametrize("narrow", [False, True])
def test_drawings(result: UncertaintyResult, narrow: bool) -> None:
    names = {"KAZ": "Kazakhstan", "CHN": "China"}
    for key, make, words in (
        ("fan", report_part.headline_intervals(result), "Real income, world"),
        ("lands", report_part.country_intervals(result, names), "Kazakhstan"),
        ("split", report_part.variance_bars(result), "Value of time"),
    ):
        svg = theme.svg(make(narrow), key, description="x")
        assert words in svg
        assert "NaN" not in svg
