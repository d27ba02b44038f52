"""Labour that changes industry: worked examples, identities, bad input."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.people import jobs

INDUSTRIES = ["A01", "C13T15", "C24A", "G"]


def bills(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=INDUSTRIES)


def people(iso3: str, *persons: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"iso3": iso3, "sector": list(jobs.SECTORS), "employed_persons": list(persons)}
    )


def test_worked_example_by_hand() -> None:
    # Shares 40, 20, 10, 30 become 36, 25, 10, 29: five points lost and gained.
    found = jobs.shift(bills(AAA=[40, 20, 10, 30]), bills(AAA=[72, 50, 20, 58]))
    row = found.economies.iloc[0]
    assert row["shift_pct"] == pytest.approx(5.0)
    assert row["net_pct"] == 0.0
    assert (row["largest_gain"], row["largest_loss"]) == ("C13T15", "A01")
    assert math.isnan(row["jobs_moved_persons"])
    assert not row["imputed"]
    labour = found.industries.set_index("industry")["labour_change_pct"]
    assert labour["A01"] == pytest.approx(-10.0)
    assert labour["C13T15"] == pytest.approx(25.0)


def test_persons_follow_wage_bills_at_the_ratios_of_wages_before() -> None:
    # Wages: 0.5 on the farm, 1 in industry, 1 in services; the farm's bill doubles.
    before, after = bills(AAA=[40, 20, 10, 30]), bills(AAA=[80, 20, 10, 30])
    found = jobs.shift(before, after, people("AAA", 80, 30, 30))
    persons = found.industries.set_index("industry")["persons_after"]
    level = (80 * 2 + 30 + 30) / 140
    assert persons["A01"] == pytest.approx(160 / level)
    assert persons["C13T15"] == pytest.approx(20 / level)
    row = found.economies.iloc[0]
    assert row["jobs_moved_persons"] == pytest.approx(160 / level - 80)
    assert row["jobs_gained_persons"] == pytest.approx(row["jobs_lost_persons"])


money = st.lists(st.floats(0.1, 1e6), min_size=4, max_size=4)


@settings(max_examples=15, deadline=None)
@given(money, money, st.lists(st.floats(1.0, 1e6), min_size=3, max_size=3))
def test_labour_is_held_and_the_gross_is_never_below_the_net(
    old: list[float], new: list[float], heads: list[float]
) -> None:
    found = jobs.shift(bills(AAA=old), bills(AAA=new), people("AAA", *heads))
    row = found.economies.iloc[0]
    table = found.industries
    assert table["share_after_pct"].sum() == pytest.approx(100.0)
    assert table["change_points"].sum() == pytest.approx(0.0, abs=1e-9)
    assert table["persons_before"].sum() == pytest.approx(sum(heads))
    assert table["persons_after"].sum() == pytest.approx(sum(heads))
    assert abs(row["net_persons"]) <= row["jobs_gained_persons"] + row["jobs_lost_persons"] + 1e-6
    assert 0.0 <= row["shift_pct"] < 100.0
    # The unit of money, the numeraire, says nothing.
    same = jobs.shift(bills(AAA=old), 7.0 * bills(AAA=new), people("AAA", *heads))
    assert same.economies["jobs_moved_persons"][0] == pytest.approx(
        row["jobs_moved_persons"], rel=1e-6, abs=1e-6
    )


def test_no_change_moves_nobody_and_no_index() -> None:
    before = bills(AAA=[40, 20, 10, 30], BBB=[1, 0, 0, 9])
    found = jobs.shift(before, 3.0 * before, people("AAA", 80, 30, 30))
    assert found.economies["shift_pct"].abs().max() < 1e-12
    assert found.economies["jobs_moved_persons"][0] == pytest.approx(0.0, abs=1e-9)
    assert list(found.economies["largest_gain"]) == ["", ""]
    gini = jobs.gini_change(before, 3.0 * before, pd.Series({"AAA": 35.0, "BBB": 40.0}))
    assert (gini["change_mobile_pct"] == 0.0).all()
    assert (gini["change_specific_pct"] == 0.0).all()


def test_people_are_spread_by_wage_bill_within_their_sector() -> None:
    spread = jobs.spread(bills(AAA=[40, 20, 10, 30]), people("AAA", 80, 30, 30))["AAA"]
    assert spread.to_dict() == pytest.approx({"A01": 80, "C13T15": 20, "C24A": 10, "G": 30})
    # A sector with people that pays nothing cannot be told apart: unknown, not zero.
    assert jobs.spread(bills(AAA=[0, 20, 10, 30]), people("AAA", 80, 30, 30)).isna().all().all()
    named = bills(AAA=[40, 20, 10, 30]).rename(index={"A01": "farms"})
    assert jobs.spread(named, people("AAA", 80, 30, 30), sectors={"farms": "agriculture"})["AAA"][
        "farms"
    ] == pytest.approx(80)


def test_gini_of_two_groups_and_of_one_lognormal() -> None:
    # Half have 1, half have 3: mean difference 2 * 1/2 * 1/2 * 2 = 1, over twice the mean: 1/4.
    assert jobs.gini_of_groups([1, 1], [1, 3]) == pytest.approx(25.0)
    # Aitchison and Brown: one lognormal.
    assert jobs.gini_of_groups([1.0], [5.0], 0.8) == pytest.approx(100 * math.erf(0.4))
    assert jobs.gini_of_groups([1, 2, 1], [2, 2, 2]) == pytest.approx(0.0)


def test_gini_of_groups_is_that_of_a_drawn_population() -> None:
    shares, means, spread = np.array([0.5, 0.3, 0.2]), np.array([1.0, 2.0, 6.0]), 0.5
    draws = np.random.default_rng(1)
    many = 200_000
    group = draws.choice(3, many, p=shares)
    income = np.sort(means[group] * np.exp(spread * draws.standard_normal(many) - spread**2 / 2))
    rank = np.arange(1, many + 1)
    drawn = 100 * (2 * (rank @ income) / (many * income.sum()) - (many + 1) / many)
    assert jobs.gini_of_groups(shares, means, spread) == pytest.approx(drawn, abs=0.25)


@settings(max_examples=25, deadline=None)
@given(st.floats(20.0, 65.0), st.floats(0.5, 2.0))
def test_spread_of_gini_inverts(gini: float, ratio: float) -> None:
    spread = jobs.spread_of_gini(gini, [3, 1], [1.0, ratio])
    assert jobs.gini_of_groups([3, 1], [1.0, ratio], spread) == pytest.approx(gini, abs=1e-7)


def test_index_rises_if_the_well_paid_gain_and_labour_cannot_move() -> None:
    before = bills(AAA=[40, 20, 10, 30])
    heads, gini = people("AAA", 80, 30, 30), pd.Series({"AAA": 35.0})
    up = jobs.gini_change(before, bills(AAA=[40, 24, 12, 36]), gini, heads).iloc[0]
    down = jobs.gini_change(before, bills(AAA=[48, 20, 10, 30]), gini, heads).iloc[0]
    assert up["change_specific_pct"] > 0.2 > -0.2 > down["change_specific_pct"]
    assert up["between_gini_before"] == pytest.approx(jobs.gini_of_groups([80, 60], [0.5, 1.0]))
    # One wage for all, the model's own case: who works where changes nothing.
    one = jobs.gini_change(before, bills(AAA=[48, 20, 10, 30]), gini).iloc[0]
    assert one["change_mobile_pct"] == 0.0
    assert one["change_specific_pct"] > 0.0


def test_index_that_industries_exceed_is_said() -> None:
    found = jobs.gini_change(
        bills(AAA=[1, 60, 30, 9]), bills(AAA=[1, 66, 30, 9]), pd.Series({"AAA": 25.0}),
        people("AAA", 80, 10, 10),
    ).iloc[0]  # fmt: skip
    assert found["between_gini_before"] > 25.0
    assert "more between industries" in found["note"]
    assert found["change_mobile_pct"] == 0.0
    assert math.isfinite(found["change_specific_pct"])
    unknown = jobs.gini_change(
        bills(AAA=[1, 2, 3, 4]), bills(AAA=[1, 2, 3, 5]), pd.Series(dtype=float)
    )
    assert unknown["note"][0] == "Gini index not known"
    assert math.isnan(unknown["gini_after_mobile"][0])


def test_wages_that_all_go_elsewhere_leave_no_index() -> None:
    found = jobs.gini_change(bills(AAA=[0, 0, 0, 5]), bills(AAA=[5, 0, 0, 0]),
                             pd.Series({"AAA": 40.0})).iloc[0]  # fmt: skip
    assert math.isnan(found["change_mobile_pct"])
    assert found["note"] == "no industry that paid wages before pays any after"


def test_employment_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("iso3,sector,employed_persons\nAAA,agriculture,80\nAAA,industry,30\n"
                    "AAA,services,30\n", "utf-8")  # fmt: skip
    pd.testing.assert_frame_equal(
        jobs.spread(bills(AAA=[40, 20, 10, 30]), jobs.read_employment(path)),
        jobs.spread(bills(AAA=[40, 20, 10, 30]), people("AAA", 80, 30, 30)),
    )
    path.write_text("iso3,sector,employed_persons\nA,trade,1\nA,industry,inf\nA,industry,-1\n")
    with pytest.raises(InputError) as told:
        jobs.read_employment(path)
    for part in ("4 faults", "line 2: sector 'trade'", "line 3: employed_persons 'inf'",
                 "line 4: A industry is given twice", "line 4: employed_persons '-1'"):  # fmt: skip
        assert part in str(told.value)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (bills(A=[1, 1, 1, 1]), bills(B=[1, 1, 1, 1]), "economy 'A'"),
        (bills(A=[1, 1, 1, 1]), bills(A=[1, 1, 1, 1]).drop(index="G"), "industry 'G'"),
        (bills(A=[1, 1, 1, -1]), bills(A=[1, 1, 1, 1]), "A, G: -1"),
        (bills(A=[1, 1, 1, 1]), bills(A=[1, 1, 1, math.nan]), "after: A, G: nan"),
        (bills(A=[0, 0, 0, 0]), bills(A=[1, 1, 1, 1]), "pays no wages"),
        (bills(A=[1, 1, 1, 1]).astype(object).replace(1, "x"), bills(A=[1, 1, 1, 1]), "not a num"),
    ],
)
def test_bad_bills_are_refused(before: pd.DataFrame, after: pd.DataFrame, told: str) -> None:
    with pytest.raises(InputError, match=told):
        jobs.shift(before, after)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (people("AAA", 1, 2, -3), "services: -3"),
        (people("AAA", 1, 2, math.nan), "services: nan"),
        (people("AAA", 1, 2, 3).replace("services", "trade"), "'trade'"),
        (pd.concat([people("AAA", 1, 2, 3)] * 2), "given twice"),
        (people("AAA", 1, 2, 3).drop(columns="sector"), "no column sector"),
    ],
)
def test_bad_employment_is_refused(table: pd.DataFrame, told: str) -> None:
    with pytest.raises(InputError, match=told):
        jobs.shift(bills(AAA=[1, 1, 1, 1]), bills(AAA=[1, 1, 1, 1]), table)


def test_names_that_are_not_isic_need_a_sector() -> None:
    assert [jobs.sector_of(c) for c in ("A01", "C24A", "F", "J58T60", "C17_18")] == [
        "agriculture", "industry", "industry", "services", "industry",
    ]  # fmt: skip
    with pytest.raises(InputError, match="'farms'"):
        jobs.sector_of("farms")
    for bad in (([1, -1], [1, 1]), ([1], [1, 2]), ([1, 1], [1, 0])):
        with pytest.raises(InputError, match="groups"):
            jobs.gini_of_groups(*bad)
    with pytest.raises(InputError, match="spread"):
        jobs.gini_of_groups([1], [1], -0.1)
    with pytest.raises(InputError, match="gini"):
        jobs.spread_of_gini(100.0, [1], [1])


def test_file_is_read_and_all_faults_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(
        "iso3,industry,before_usd,after_usd\nKAZ,A01,10,11\nKAZ,G,30,29\nLAO,G,5,5\n", "utf-8"
    )
    before, after = jobs.read_wage_bills(path)
    assert before.loc["A01"].to_dict() == {"KAZ": 10.0, "LAO": 0.0}
    assert after.loc["G", "KAZ"] == 29.0
    path.write_text(
        "iso3,industry,before_usd,after_usd\nKAZ,A01,x,1\nKAZ,A01,1,-1\n,G,1,1\nLAO,G,0,5\n",
        "utf-8",
    )
    with pytest.raises(InputError) as told:
        jobs.read_wage_bills(path)
    for part in ("line 2: before_usd 'x'", "line 3: KAZ A01 is given twice", "line 3: after_usd",
                 "line 4: iso3 or industry is empty", "LAO: before_usd sums to zero"):  # fmt: skip
        assert part in str(told.value)
    for content, part in (("iso3,industry,before\n", "no column before_usd"), ("", "not a CSV"),
                          ("iso3,industry,before_usd,after_usd\n", "no rows")):  # fmt: skip
        path.write_text(content, "utf-8")
        with pytest.raises(InputError, match=part):
            jobs.read_wage_bills(path)
    with pytest.raises(InputError, match="cannot be read"):
        jobs.read_wage_bills(tmp_path / "none.csv")
