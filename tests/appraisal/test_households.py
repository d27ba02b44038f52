"""Poverty of an appraisal from real incomes by economy: sums, zero, and wages that run apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from beltroad.appraisal.economy import Outcome
from beltroad.appraisal.households import WORLD, _poverty, households_by_economy
from beltroad.appraisal.outcome_parts import PeoplePart
from beltroad.people.poverty import outlook

CODES = ["IND", "KEN", "QAT", "ROW", "TWN", "UZB"]


def poverty(change_pct: float, apart_pct: float = 0.0, **part: Any) -> pd.DataFrame:
    countries = pd.DataFrame({"real_income_change_pct": change_pct}, index=CODES)
    central = cast("Outcome", SimpleNamespace(countries=countries))
    apart = pd.Series(apart_pct, index=CODES)
    return _poverty(PeoplePart(**part), central, apart)


def test_the_world_is_the_sum_of_economies_with_a_survey() -> None:
    rows = poverty(0.5, 1.0)
    world, each = rows[rows["iso3"] == WORLD], rows[rows["iso3"] != WORLD]
    assert set(each["iso3"]) == {"IND", "KEN", "QAT", "UZB"}  # no survey, or no economy
    assert list(world["line"]) == list(PeoplePart().lines)
    for column in ("people_lifted_low", "people_lifted_apart_high", "population"):
        sums = each.groupby("line", sort=False)[column].sum()
        assert world[column].to_numpy() == pytest.approx(sums.to_numpy())
    assert world["headcount_without_pct"].between(0, 100).all()
    lifted = (world["headcount_without_pct"] - world["headcount_with_low_pct"]) / 100
    assert (lifted * world["population"]).to_numpy() == pytest.approx(
        world["people_lifted_low"].to_numpy(), rel=1e-6
    )
    own = outlook(pd.Series(0.005, index=["KEN"]), lines=("4.20@2021",))
    mine = each[(each["iso3"] == "KEN") & (each["line"] == "4.20@2021")]
    assert mine["people_lifted_high"].item() == own["people_lifted_high"].item()
    # Columns of the table of economies are those of the first line.
    tables = {"poverty": rows, "jobs": pd.DataFrame(
        {"iso3": CODES, "shift_pct": 0.1, "jobs_moved_persons": np.nan})}  # fmt: skip
    found = households_by_economy(tables, pd.Index(CODES))
    assert found.loc["KEN", "lifted_projected_high"] == pytest.approx(
        rows.loc[
            (rows["iso3"] == "KEN") & (rows["line"] == "3.00@2021"), "people_lifted_high"
        ].item()
    )
    assert np.isnan(found.loc["TWN", "lifted_projected_high"])


def test_no_change_lifts_nobody_and_a_fall_pushes_people_down() -> None:
    still, down = poverty(0.0), poverty(-99.0)
    columns = [c for c in still if str(c).startswith("people_lifted")]
    assert (still[columns] == 0.0).all(axis=None)
    assert (down[columns] <= 0.0).all(axis=None)
    assert (down["people_lifted_high"] <= down["people_lifted_low"]).all()


def test_wages_that_run_far_apart_do_not_stop_the_appraisal() -> None:
    """A closure can double the Gini index among industries: the shift stops at half of it."""
    far, edge = poverty(0.1, 180.0), poverty(0.1, 49.0)
    pd.testing.assert_frame_equal(far, edge)
    assert far["people_lifted_apart_low"].notna().all()
