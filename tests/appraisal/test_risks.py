"""Risk of a comparison from a few projects by hand: no network, no trade model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from beltroad.appraisal.risks import loan_tables, project_risk_table
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.risk.project import reference_class

NAMES = pd.Series({"PAK": "Pakistan", "LAO": "Laos"})
GRADES = pd.DataFrame(
    {"iso3": ["PAK", "LAO"], "grade": [6, 7], "probability_pct": [19.0, 80.0],
     "in_distress": [False, True]}
)  # fmt: skip


def costed(**more: object) -> pd.DataFrame:
    """Two projects in one country, one across two; one of them is finished."""
    return pd.DataFrame(
        {
            "id": ["A", "B", "C"],
            "name": ["Railway", "Port", "Road"],
            "mode": ["rail", "port", "road"],
            "countries": ["PAK", "PAK", "PAK;LAO"],
            "status": ["planned", "completed", "under_construction"],
            "year_start": [2025.0, 2015.0, np.nan],
            "year_open": [2030.0, 2019.0, 2028.0],
            "new": True,
            "cost_usd": [4e9, 1e9, 2e9],
            "cost_p80_usd": [5e9, 1e9, 3e9],
            "upkeep_usd": [1e8, 1e7, 1e7],
        }
    ).assign(**more)


def scenario(**more: object):
    return parse_scenario({"risk": {"draws": 20_000}} | more)


def test_a_host_of_several_kinds_of_project_is_one_name() -> None:
    found = loan_tables(costed(), scenario(), GRADES, NAMES)
    table = found["loan_risk"].set_index("iso3")
    assert table.loc["PAK", "amount_usd"] == pytest.approx(0.85 * (4e9 + 1e9 + 1e9))
    assert table.loc["LAO", "amount_usd"] == pytest.approx(0.85 * 1e9)
    # 19 % in two years is 10 % a year; of a state in distress it is of the next year already.
    assert table["probability_pct"].to_dict() == pytest.approx(
        {"all": np.nan, "PAK": 10.0, "LAO": 80.0}, nan_ok=True
    )
    each = table.drop(index="all")
    for column in ("expected_loss_usd", "var_usd", "es_usd"):
        assert table.loc["all", column] == pytest.approx(each[column].sum())
    spread = found["loan_concentration"].set_index("measure")["value"]
    shares = each["amount_usd"] / each["amount_usd"].sum()
    assert spread["hhi_name"] == pytest.approx((shares**2).sum())


def test_full_recovery_and_no_loans() -> None:
    whole = loan_tables(
        costed(), scenario(risk={"draws": 20_000, "recovery_pct": 100}), GRADES, NAMES
    )
    assert whole["loan_risk"]["expected_loss_usd"].abs().max() == pytest.approx(0.0, abs=1e-3)
    assert loan_tables(costed(), scenario(debt={"loan_share": 0}), GRADES, NAMES) == {}
    assert loan_tables(costed(new=False), scenario(), GRADES, NAMES) == {}


def test_what_a_country_lends_itself_is_no_loan_from_abroad() -> None:
    at_home = loan_tables(costed(countries="CHN"), scenario(), GRADES, NAMES)
    assert at_home == {}
    own = {"name": "Half from home", "loan_share": 0.8, "lenders": {"PAK": 0.5, "CHN": 0.5}}
    table = loan_tables(costed(countries="PAK"), scenario(financing=[own]), GRADES, NAMES)
    assert table["loan_risk"]["amount_usd"].iloc[0] == pytest.approx(0.4 * 7e9)


def test_a_host_without_a_grade_takes_the_published_rate() -> None:
    table = loan_tables(costed(), scenario(), GRADES.head(1), NAMES)["loan_risk"].set_index("iso3")
    assert table.loc["LAO", "basis"] == "published"
    assert np.isnan(table.loc["LAO", "grade"])
    assert 0 < table.loc["LAO", "probability_pct"] < 5


def test_projects_by_class_with_what_is_not_known_left_open() -> None:
    projects = pd.DataFrame({"id": ["A", "B", "C"], "gain_to_cost": [2.0, 3.0, 0.0]})
    table = project_risk_table(costed(), projects, scenario()).set_index("id")
    rail = reference_class("rail")
    assert table.loc["A", "cost_p80_usd"] == pytest.approx(4e9 * float(rail.quantile(0.8)))
    assert table.loc["B", ["cost_p50_usd", "cost_p90_usd"]].tolist() == [1e9, 1e9]
    assert table.loc["B", "gain_to_cost_p80"] == 3.0
    # Without a start or a gain there is a ratio of time, but no years and no ratio of gain.
    assert np.isnan(table.loc["C", "delay_p80_years"])
    assert table.loc["C", "delay_ratio_p80"] > 1
    assert np.isnan(table.loc["C", "gain_to_cost_p80"])
    assert project_risk_table(costed(cost_usd=np.nan), projects, scenario()) is None


def test_an_inline_project_may_be_named_by_the_parts_about_it() -> None:
    mine = {
        "id": "MINE", "name": "Mine", "mode": "rail", "countries": ["PAK"], "year_open": 2028,
        "waypoints": [[30.0, 70.0], [31.0, 71.0]],
    }  # fmt: skip
    found = scenario(
        projects={"inline": [mine]},
        green={"mitigated": ["MINE"], "types": {"MINE": "railway"}},
        financing=[
            {"name": "Lent", "projects": ["MINE"], "loan_share": 0.5, "lenders": {"CHN": 1}}
        ],
    )
    assert found.green.mitigated == ("MINE",)
    assert found.financing[0].projects == ("MINE",)
