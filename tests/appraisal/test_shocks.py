"""Shocks to interest, and files of shocks; those that need the network are with disruptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from beltroad.appraisal.shocks import Shock, run_shocks, standard_shocks
from beltroad.appraisal.shocks.file import read_shocks
from beltroad.appraisal.shocks.interest import interest_effects
from beltroad.errors import InputError, ScenarioError


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
    with pytest.raises(InputError, match="no such file"):
        read_shocks(tmp_path / "none.toml")
