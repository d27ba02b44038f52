"""Households, risk and environment of an appraisal: accounts add up, nothing comes from nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_appraisals import THREE, Appraiser

from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.schema import check_frame
from beltroad.errors import ScenarioError

pytestmark = pytest.mark.xdist_group("bundled")

ON: dict[str, Any] = {"people": {}, "risk": {"draws": 20_000}, "green": {}}
TABLES = {
    "poverty", "jobs", "jobs_industries", "project_risk", "loan_risk", "loan_concentration",
    "freight_emissions", "green_projects",
}  # fmt: skip


@pytest.fixture(scope="module")
def full(appraiser: Appraiser) -> Appraisal:
    return appraiser(**ON)


@pytest.fixture(scope="module")
def nothing(appraiser: Appraiser) -> Appraisal:
    # Not by mode: that would weigh the whole network again.
    return appraiser(projects={"include": "none"}, **(ON | {"green": {"by_mode": False}}))


def world_and_rest(table: pd.DataFrame, code: str) -> tuple[pd.Series, pd.DataFrame]:
    return table[table["iso3"] == code].iloc[0], table[table["iso3"] != code]


def test_every_part_has_its_tables(full: Appraisal, base: Appraisal) -> None:
    assert set(full.more) >= TABLES
    for name in TABLES:
        check_frame(full.more[name], name)
    # Asked to leave them out, an appraisal does.
    assert not TABLES & set(base.more)
    assert base.countries["risk_grade"].isna().all()


def test_nothing_built_nobody_richer_nothing_burnt(nothing: Appraisal) -> None:
    poverty = nothing.more["poverty"]
    moved = poverty[[c for c in poverty if c.startswith("people_lifted")]]
    assert moved.abs().max(axis=None) < 0.01
    assert nothing.more["jobs"]["shift_pct"].max() < 1e-8
    freight = nothing.more["freight_emissions"]
    for part in ("routes", "mode", "rebound"):
        assert freight[f"{part}_change_t"].abs().max() < 1e-6 * freight["emissions_before_t"].max()
    assert not {"project_risk", "loan_risk"} & set(nothing.more)
    assert list(nothing.more["green_projects"]["id"]) == ["all"]


def test_people_lifted_add_up_and_follow_incomes(full: Appraisal) -> None:
    for _, rows in full.more["poverty"].groupby("line"):
        world, rest = world_and_rest(rows, "WLD")
        for column in ("people_lifted_low", "people_lifted_high", "population"):
            assert world[column] == pytest.approx(rest[column].sum())
        poor = rest["headcount_without_pct"] * rest["population"]
        assert world["headcount_without_pct"] == pytest.approx(poor.sum() / world["population"])
        lifted = (rest["headcount_without_pct"] - rest["headcount_with_high_pct"]) / 100
        assert (lifted * rest["population"]).to_numpy() == pytest.approx(
            rest["people_lifted_high"].to_numpy(), abs=1.0
        )
        income = full.countries.set_index("iso3")["real_income_change_pct"].reindex(rest["iso3"])
        signs = np.sign(rest["people_lifted_high"].to_numpy()) * np.sign(income.to_numpy())
        assert (signs >= 0).all()
    assert full.headlines.real_income_pct[0] > 0


def test_jobs_gained_are_jobs_lost(full: Appraisal) -> None:
    by_economy = full.more["jobs_industries"].groupby("iso3")
    known = full.more["jobs"].set_index("iso3")["employed_persons"].dropna()
    assert len(known) > 140
    change = by_economy["change_persons"].sum().reindex(known.index)
    assert (change.abs() < 1e-6 * known).all()
    shares = by_economy[["share_before_pct", "share_after_pct"]].sum()
    assert shares.to_numpy() == pytest.approx(100.0)
    assert full.more["jobs"]["shift_pct"].between(0, 5).all()


def test_projects_are_ranged_by_their_class(full: Appraisal) -> None:
    table = full.more["project_risk"].set_index("id")
    cost = table[["cost_p50_usd", "cost_p80_usd", "cost_p90_usd"]].to_numpy()
    assert (np.diff(cost, axis=1) >= 0).all()
    finished = table.loc["KUN-VTE"]
    assert finished["realised"]
    assert finished["cost_p90_usd"] == finished["cost_usd"]
    each = table.drop(index="all")
    assert table.loc["all", "cost_usd"] == pytest.approx(each["cost_usd"].sum())
    # Projects do not all overrun at once: the P80 of the sum is below the sum of P80s.
    assert table.loc["all", "cost_p80_usd"] < each["cost_p80_usd"].sum()
    assert table.loc["all", "cost_mean_usd"] == pytest.approx(each["cost_mean_usd"].sum())
    coming = table.loc["PAK-ML1"]
    assert coming["gain_to_cost_p80"] < coming["gain_to_cost_p50"] < coming["gain_to_cost"]
    assert coming["cost_p80_usd"] == pytest.approx(
        full.projects.set_index("id").loc["PAK-ML1", "cost_p80_usd"]
    )


def test_losses_on_loans_add_up_by_host(full: Appraisal) -> None:
    total, each = world_and_rest(full.more["loan_risk"], "all")
    for column in ("amount_usd", "expected_loss_usd", "var_usd", "es_usd"):
        assert total[column] == pytest.approx(each[column].sum())
    assert total["expected_loss_usd"] < total["var_usd"] <= total["es_usd"] <= total["amount_usd"]
    share = full.scenario.debt.loan_share
    costs = full.projects["cost_usd"].sum()
    assert total["amount_usd"] == pytest.approx(share * costs)
    expected = each["amount_usd"] * each["probability_pct"] * (100 - each["recovery_pct"]) / 1e4
    assert each["expected_loss_usd"].to_numpy() == pytest.approx(expected.to_numpy())
    assert set(each["iso3"]) == {"LAO", "GEO", "PAK"}


def test_emissions_add_up_by_part_mode_and_economy(full: Appraisal) -> None:
    table = full.more["freight_emissions"]
    parts = table[["routes_change_t", "mode_change_t", "rebound_change_t"]].sum(axis=1)
    change = table["emissions_after_t"] - table["emissions_before_t"]
    assert change.to_numpy() == pytest.approx(parts.to_numpy(), abs=1e-3)
    world, rest = world_and_rest(table, "WLD")
    assert world["emissions_before_t"] == pytest.approx(rest["emissions_before_t"].sum())
    modes = sum(world[f"{m}_before_t"] for m in ("rail", "road", "ferry", "water", "sea"))
    assert modes == pytest.approx(world["emissions_before_t"], rel=1e-6)
    assert world["rebound_change_t"] > 0
    assert world["held_change_pct"] < world["change_pct"]


def test_the_table_of_economies_carries_what_the_parts_say(full: Appraisal) -> None:
    countries = full.countries.set_index("iso3")
    first = full.more["poverty"].query("line == '3.00@2021'").set_index("iso3")
    assert countries.loc["PAK", "lifted_projected_high"] == first.loc["PAK", "people_lifted_high"]
    jobs = full.more["jobs"].set_index("iso3")
    assert countries.loc["PAK", "jobs_shift_pct"] == jobs.loc["PAK", "shift_pct"]
    loans = full.more["loan_risk"].set_index("iso3")
    assert countries.loc["PAK", "risk_grade"] == loans.loc["PAK", "grade"]
    assert countries["risk_grade"].notna().sum() > 150
    freight = full.more["freight_emissions"].set_index("iso3")
    assert countries.loc["PAK", "freight_change_pct"] == freight.loc["PAK", "change_pct"]


def test_mitigation_and_areas_are_what_the_scenario_says(appraiser: Appraiser) -> None:
    said = {"by_mode": False, "mitigated": ["KUN-VTE", "PAK-ML1"], "protected": ["PAK-ML1"]}
    table = appraiser(green=said).more["green_projects"].set_index("id")
    assert table.loc["KUN-VTE", "class_after"] == table.loc["KUN-VTE", "class_if_mitigated"]
    assert table.loc["KUN-VTE", "class_after"] != table.loc["KUN-VTE", "class_before"]
    # Harm to an important area makes it red, mitigation or not.
    assert table.loc["PAK-ML1", ["class_before", "class_after"]].tolist() == ["red", "red"]


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ({"people": {"lines": ["2.5"]}}, "people.lines"),
        ({"people": {"lines": ["3.00@2022"]}}, "people"),
        ({"people": {"pass_through": [1.0, 0.5]}}, "people"),
        ({"risk": {"draws": 1}}, "risk.draws"),
        ({"green": {"protected": ["NO-SUCH"]}}, "green.protected"),
        ({"green": {"types": {"KUN-VTE": "raily"}}}, "green.types"),
    ],
)
def test_wrong_parts_are_told_by_key(part: dict[str, Any], key: str) -> None:
    from beltroad.appraisal.scenario_file import parse_scenario

    with pytest.raises(ScenarioError) as told:
        parse_scenario({"projects": {"include": THREE}} | part)
    assert key in str(told.value)
