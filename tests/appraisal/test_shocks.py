"""Shocks to interest, and files of shocks; those that need the network are with disruptions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from beltroad import evidence
from beltroad.appraisal.shocks import Shock, run_shocks, standard_shocks
from beltroad.appraisal.shocks.credit import grades_under, losses_under, shifted_figures
from beltroad.appraisal.shocks.file import read_shocks
from beltroad.appraisal.shocks.interest import interest_effects
from beltroad.errors import InputError, ScenarioError
from beltroad.risk import portfolio
from beltroad.risk.country import grades


def test_dearer_money_never_lowers_debt_or_service() -> None:
    found = interest_effects(2.0, 0.33, ["LAO", "KEN", "PAK", "KAZ"])
    for what in ("service_to_revenue", "public_debt"):
        assert (found[f"{what}_with_pct"] > found[f"{what}_without_pct"]).all()
    none = interest_effects(0.0, 0.33, ["LAO"])
    assert none["public_debt_with_pct"].to_list() == none["public_debt_without_pct"].to_list()


def test_twice_the_rise_costs_about_twice_as_much() -> None:
    one, two = (interest_effects(points, 0.33, ["KEN"]) for points in (1.0, 2.0))
    rise = [
        float((t["public_debt_with_pct"] - t["public_debt_without_pct"]).iloc[0])
        for t in (one, two)
    ]
    assert rise[1] == pytest.approx(2 * rise[0], rel=0.1)


def test_interest_alone_needs_no_network() -> None:
    found = run_shocks([Shock(name="dear", interest_points=2)])
    row = found.summary.iloc[0]
    assert row["real_income_change_usd"] == 0
    assert row["service_to_revenue_rise_points"] > 0


def test_the_standard_set_has_a_strait_a_border_a_country_oil_and_interest() -> None:
    every = standard_shocks()
    assert {"suez", "khorgos", "KAZ"} <= {word for s in every for word in s.close}
    assert any(s.oil_pct for s in every)
    assert any(s.interest_points for s in every)


def test_a_file_of_shocks_is_read_and_all_its_faults_are_told(tmp_path: Path) -> None:
    good = tmp_path / "good.toml"
    good.write_text('[[shock]]\nname = "a"\nclose = ["suez"]\n[[shock]]\nname = "b"\noil_pct = 9\n')
    assert [s.name for s in read_shocks(good)] == ["a", "b"]
    bad = tmp_path / "bad.toml"
    bad.write_text('[[shock]]\nname = ""\noil_pct = 900\n[[shock]]\nnam = "b"\n')
    with pytest.raises(ScenarioError) as told:
        read_shocks(bad)
    for part in ("shock[0].name", "shock[0].oil_pct", "shock[1].nam", "shock[1].name"):
        assert part in str(told.value)
    assert "is empty" not in str(told.value).replace("shock[0].name: '' is empty", "")
    with pytest.raises(InputError, match="no such file"):
        read_shocks(tmp_path / "none.toml")


def shocked_table(**more: float) -> pd.DataFrame:
    """Kenya and Angola under a made shock; nothing happens where nothing is given."""
    still = {"total_pct": 0.0, "oil_usd": 0.0, "income_usd": 1e11, "exports_change_pct": 0.0}
    return pd.DataFrame(still | more, index=pd.Index(["KEN", "AGO"], name="iso3"))


def test_no_shock_moves_no_figure_and_no_grade() -> None:
    base = grades()
    assert shifted_figures(shocked_table(), 2023).empty
    assert grades_under(shocked_table(), base) is base


def test_a_loss_of_income_weighs_on_debt_and_growth_of_those_hit_alone() -> None:
    known = evidence.load("risk_indicators").query("iso3 == 'KEN' and year == 2023")
    was = known.set_index("indicator")["value"]
    moved = shifted_figures(shocked_table(total_pct=-5.0, exports_change_pct=-20.0), 2023)
    assert set(moved["iso3"]) == {"KEN", "AGO"}
    now = moved[moved["iso3"] == "KEN"].set_index("indicator")["value"]
    assert now["public_debt_pct_gdp"] == pytest.approx(was["public_debt_pct_gdp"] / 0.95)
    assert now["debt_service_pct_exports"] == pytest.approx(was["debt_service_pct_exports"] / 0.8)
    grown = (1 + was["real_growth_pct"] / 100) * 0.95
    assert now["real_growth_pct"] == pytest.approx(100 * (grown - 1))
    assert "current_account_pct_gdp" not in now  # no oil, no change


def test_worse_figures_are_worse_odds_and_losses() -> None:
    base = grades()
    worse = grades_under(shocked_table(total_pct=-10.0, exports_change_pct=-30.0), base)
    before, after = (t.set_index("iso3")["probability_pct"] for t in (base, worse))
    assert after["KEN"] > before["KEN"]
    others = before.index.difference(["KEN", "AGO"])
    assert after[others].equals(before[others])
    exposures = pd.DataFrame(
        {"id": ["a", "b"], "iso3": ["KEN", "CHN"], "sector": "rail", "currency": "USD",
         "amount_usd": [1e9, 1e9], "counterpart": ["private", "sovereign"]}
    )  # fmt: skip
    found = losses_under(exposures, {"none": base, "bad": worse}, draws=10_000, seed=1)
    loss = found.set_index("shock")["expected_loss_usd"]
    alone = portfolio.simulate(portfolio.checked(exposures, grades=base), draws=10_000, seed=1)
    assert loss["none"] == pytest.approx(alone.expected_loss_usd)
    assert loss["bad"] > loss["none"]
