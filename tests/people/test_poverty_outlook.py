"""Outlook: calibration, identities, projection, lines of other PPP years, groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.people.poverty import (
    CURRENT,
    INTERNATIONAL,
    PovertyData,
    bundled_data,
    explain,
    lognormal,
    outlook,
    totals,
)
from beltroad.people.poverty.check import (
    accuracy,
    household_accuracy,
    placement_accuracy,
    projection_accuracy,
)
from beltroad.people.poverty.comparison import published_gains
from beltroad.people.poverty.distributions import pick_surveys
from beltroad.people.poverty.incomes import read_changes, uniform
from beltroad.people.poverty.lines import parse_line, parse_lines
from beltroad.people.poverty.placement import conversion_factors

SHARES = [f"share_q{i}_pct" for i in range(1, 6)]
CODES = ["AAA", "BBB", "CCC"]
MEANS = {"AAA": 8.0, "BBB": 4.0, "CCC": 30.0}
GINIS = {"AAA": 35.0, "BBB": 45.0, "CCC": 28.0}
PRICE = 1.25


def survey(
    iso3: str, year: int, welfare: str = "consumption", factor: float = 1.0
) -> dict[str, Any]:
    """A row as the bundle has it, from a lognormal with known mean and Gini index."""
    sigma = float(lognormal.sigma_from_gini(GINIS[iso3]))
    mean = MEANS[iso3] * factor
    cumulative = lognormal.lorenz(np.linspace(0.1, 0.9, 9), sigma) * 100

    def below(line: float) -> float:
        return 100 * float(lognormal.headcount(line, mean, sigma))

    fifths = np.diff([0.0, *cumulative[[1, 3, 5, 7]], 100.0])
    row = dict(zip(SHARES, fifths, strict=True))
    return row | {
        "iso3": iso3, "survey_year": year, "welfare": welfare, "gini": GINIS[iso3],
        "share_d1_pct": cumulative[0], "share_d10_pct": 100 - cumulative[8],
        "headcount_300_pct": below(3.0), "headcount_420_pct": below(4.2),
        "headcount_830_pct": below(8.3), "headcount_190_2011_pct": below(1.9 * PRICE),
        "headcount_320_2011_pct": below(3.2 * PRICE), "headcount_550_2011_pct": below(5.5 * PRICE),
        "headcount_2011_year": year, "mean_usd_day_2021": np.nan,
    }  # fmt: skip


def growth(rate: float = 2.0, codes: list[str] | None = None) -> pd.DataFrame:
    rows = [
        {"iso3": c, "year": y, "population": 1e6 * 1.01 ** (y - 2018),
         "gdp_per_capita_growth_pct": rate}
        for c in (codes or CODES) for y in range(2018, 2031)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def data(rate: float = 2.0, **change: Any) -> PovertyData:
    table = pd.DataFrame([survey(c, 2022) for c in CODES]).assign(**change)
    people = pd.Series(1e6, index=[*CODES, "DDD"])
    return PovertyData.of(table, growth(rate), people)


def same(change: float, codes: list[str] | None = None) -> pd.Series:
    return pd.Series(change, index=codes or CODES)


def test_the_observed_head_count_is_the_start() -> None:
    """Bundled surveys, every line: as published, to the last digit."""
    found = bundled_data()
    out = outlook(same(0.0, sorted(found.row_of.index)), year=None)
    table = found.surveys.table.set_index("iso3")
    for line, column in zip(CURRENT, ("300", "420", "830"), strict=True):
        ours = out[out["line"] == line].set_index("iso3")["headcount_without_pct"]
        seen = table[f"headcount_{column}_pct"].dropna()
        inside = seen[seen < 99.95].index
        assert ours[inside].to_numpy() == pytest.approx(seen[inside].to_numpy(), abs=1e-9)
        assert (ours[seen[seen == 0].index] == 0.0).all()


def test_no_change_moves_exactly_nobody() -> None:
    codes = sorted(bundled_data().row_of.index)
    out = outlook(same(0.0, codes), lines=INTERNATIONAL).dropna(subset="headcount_without_pct")
    assert len(out) > 1400
    for measure in ("headcount", "gap", "severity"):
        for which in ("low", "high"):
            assert (out[f"{measure}_with_{which}_pct"] == out[f"{measure}_without_pct"]).all()
    assert (out[["people_lifted_low", "people_lifted_high"]] == 0.0).all(axis=None)
    some = pd.Series(np.where(np.arange(len(codes)) % 3 == 0, 0.05, 0.0), index=codes)
    out = outlook(some).dropna(subset="headcount_without_pct")
    still = out["iso3"].isin(some.index[some == 0.0])
    assert (out.loc[still, ["people_lifted_low", "people_lifted_high"]] == 0.0).all(axis=None)


@given(st.floats(-0.3, 0.5), st.floats(0.001, 0.3))
@settings(max_examples=6, deadline=None)
def test_more_income_leaves_fewer_poor(change: float, more: float) -> None:
    codes = sorted(bundled_data().row_of.index)
    low = outlook(same(change, codes), pass_through=(1.0, 1.0))
    high = outlook(same(change + more, codes), pass_through=(1.0, 1.0))
    for measure in ("headcount", "gap", "severity"):
        column = f"{measure}_with_high_pct"
        assert (high[column] <= low[column] + 1e-9).all()
    for out in (low, high):
        assert (out["gap_with_high_pct"] <= out["headcount_with_high_pct"]).all()
        assert (out["severity_with_high_pct"] <= out["gap_with_high_pct"]).all()
        assert out["headcount_with_high_pct"].between(0, 100).all()


def test_a_known_distribution_comes_back() -> None:
    """A lognormal's shares and head counts give its own head count at another line and mean."""
    out = outlook(same(0.10), lines=("5.00@2021",), year=None, pass_through=(1.0, 1.0), data=data())
    for row in out.to_dict("records"):
        sigma = lognormal.sigma_from_gini(GINIS[row["iso3"]])
        before, after = (
            100 * float(lognormal.headcount(5.0, MEANS[row["iso3"]] * f, sigma)) for f in (1, 1.1)
        )
        assert row["headcount_without_pct"] == pytest.approx(before, abs=0.6)
        assert row["headcount_with_high_pct"] - row["headcount_without_pct"] == pytest.approx(
            after - before, rel=0.12, abs=0.05
        )
        assert row["note"] == "head count at this line read off the curve"


def test_one_distribution_for_all_lines() -> None:
    """Head counts rise with the line; gap and severity are the integrals of what lies below.

    ``z PG = int_0^z F`` and ``z^2 SPG = 2 int_0^z (z - t) F``, on a grid of a thousand steps.
    """
    surveys = bundled_data().surveys
    grid = np.linspace(0.0, 30.0, 1001)[1:]
    logs = np.broadcast_to(np.log(grid), (len(surveys), len(grid)))
    every = surveys.poverty(logs)
    assert np.isnan(every[0]).all(axis=1).sum() == 1  # Qatar: nobody below any line
    assert np.nanmin(np.diff(every, axis=2)) > -1e-12
    head = np.nan_to_num(every[0])
    step = grid[0]
    area = (head.cumsum(axis=1) - head / 2) * step
    moment = ((head * grid).cumsum(axis=1) - head * grid / 2) * step
    for line in (2.1, 3.0, 3.6, 4.2, 6.0, 8.4, 15.0):
        k = round(line / step) - 1
        gap, severity = np.nan_to_num(every[1:, :, k])
        assert gap == pytest.approx(area[:, k] / line, abs=1e-3)
        written = 2 * (line * area[:, k] - moment[:, k]) / line**2
        assert severity == pytest.approx(written, abs=1.5e-3)


def test_a_line_comes_back_from_its_ratio() -> None:
    """Also in rich economies, of which as many people are below 3.00 as below 4.20."""
    surveys = bundled_data().surveys
    logs = np.broadcast_to(np.log([0.7, 2.9, 3.0, 4.3, 6.0, 8.3, 25.0]), (len(surveys), 7))
    back = surveys.line_at(surveys.ratio(logs))
    known = np.isfinite(back)
    assert known.sum() >= 7 * 160
    assert back[known] == pytest.approx(logs[known], abs=1e-9)
    rich = surveys.headcounts[:, 0] == surveys.headcounts[:, 1]
    assert (rich & known.all(axis=1)).sum() > 10


def test_an_economy_with_nobody_below_any_line_has_zeros() -> None:
    out = outlook(same(0.01, ["QAT"]))
    assert (out[["headcount_without_pct", "gap_with_low_pct", "people_lifted_high"]] == 0.0).all(
        axis=None
    )
    assert out["note"].str.startswith("head count rounds to zero").all()
    above = outlook(same(0.01, ["QAT"]), lines=("20@2021",))
    assert above["headcount_without_pct"].isna().all()
    assert above["note"].str.startswith("no distribution").all()


def test_growth_compounds_with_the_pass_through() -> None:
    """Eight years of 2 % at 0.7, for consumption, are the line divided by 1.014^8."""
    out = outlook(same(0.0), year=2030, data=data()).set_index(["iso3", "line"])
    factor = 1.014**8
    still = outlook(same(factor - 1.0), year=None, pass_through=(1.0, 1.0), data=data())
    for row in still.to_dict("records"):
        then = out.loc[(row["iso3"], row["line"])]
        assert then["headcount_without_pct"] == pytest.approx(row["headcount_with_high_pct"])
        assert then["population"] == pytest.approx(1e6 * 1.01**12)
    assert (out["year"] == 2030).all()


def test_a_line_reached_by_growth_has_the_head_count_seen_there() -> None:
    """Welfare up by 40 % puts 4.20 where 3.00 was: the distribution passes through both."""
    out = outlook(same(0.4, ["IND", "KEN", "UZB"]), year=None, pass_through=(1.0, 1.0))
    values = ["headcount_without_pct", "headcount_with_high_pct"]
    wide = out.pivot_table(index="iso3", columns="line", values=values)
    assert wide["headcount_with_high_pct", "4.20@2021"].to_numpy() == pytest.approx(
        wide["headcount_without_pct", "3.00@2021"].to_numpy(), abs=1e-9
    )


def test_years_without_a_figure_are_filled_and_said() -> None:
    table = pd.DataFrame([survey("AAA", 2015), survey("BBB", 2022)])
    found = PovertyData.of(table, growth(codes=["AAA"]), pd.Series(2e6, index=["AAA", "BBB"]))
    out = outlook(same(0.0, ["AAA", "BBB"]), lines=("3.00",), year=2020, data=found)
    out = out.set_index("iso3")
    assert "growth of some years taken as the mean" in out.loc["AAA", "note"]
    assert out.loc["BBB", "note"] == "no growth path: as surveyed; population of today"
    assert out["imputed"].all()
    assert out.loc["BBB", "population"] == 2e6
    factor = found.paths.factor(["AAA"], np.array([2015.0]), 2020, np.array([1.0]))
    assert float(factor[0][0]) == pytest.approx(1.02**5)
    back = found.paths.factor(["AAA"], np.array([2022.0]), 2020, np.array([1.0]))
    assert float(back[0][0]) == pytest.approx(1.02**-2)


def test_pass_through_goes_by_what_the_survey_measures() -> None:
    table = pd.DataFrame([survey("AAA", 2022), survey("BBB", 2022, "income")])
    found = PovertyData.of(table, growth(0.0), pd.Series(1e6, index=CODES))
    out = outlook(same(0.1, ["AAA", "BBB"]), lines=("4.20",), data=found).set_index("iso3")
    for code, low in (("AAA", 0.7), ("BBB", 0.85)):
        alone = outlook(same(0.1, [code]), lines=("4.20",), pass_through=(low, low), data=found)
        assert alone["people_lifted_low"].item() == pytest.approx(
            out.loc[code, "people_lifted_low"]
        )
    assert (out["people_lifted_low"] < out["people_lifted_high"]).all()


def test_a_line_of_2011_ppp_is_placed_by_its_head_count() -> None:
    """Seen in the survey: exact. Seen in an earlier survey: by the economy's price factor."""
    table = pd.DataFrame(
        [survey("AAA", 2018, factor=0.9), survey("AAA", 2022), survey("BBB", 2022)]
    )
    factors = conversion_factors(table)
    assert factors.to_numpy() == pytest.approx(PRICE, rel=0.01)
    seen = PovertyData.of(table, growth(), pd.Series(1e6, index=CODES))
    lines = ("1.90@2011", "3.20@2011")
    out = outlook(same(0.0, ["AAA", "BBB"]), lines=lines, year=None, data=seen)
    expected = [
        survey(c, 2022)[f"headcount_{n}_2011_pct"] for n in (190, 320) for c in ("AAA", "BBB")
    ]
    assert out["headcount_without_pct"].to_numpy() == pytest.approx(expected, abs=1e-9)
    assert not out["imputed"].any()
    table.loc[1, ["headcount_190_2011_pct", "headcount_320_2011_pct", "headcount_2011_year"]] = (
        np.nan
    )
    table.loc[2, "headcount_2011_year"] = np.nan
    other = PovertyData.of(table, growth(), pd.Series(1e6, index=CODES))
    out = outlook(same(0.0, ["AAA", "BBB"]), lines=lines, year=None, data=other)
    assert out["headcount_without_pct"].to_numpy() == pytest.approx(expected, abs=0.4)
    assert out["note"].tolist() == [
        "line placed by the economy's price factor", "line placed by a general price factor",
    ] * 2  # fmt: skip


def test_a_wider_gini_moves_the_gini_and_the_poor() -> None:
    change = pd.Series({"AAA": 4.0, "BBB": -4.0})
    out = outlook(same(0.0), lines=("4.20",), year=None, gini_change_pct=change, data=data())
    out = out.set_index("iso3")
    assert out.loc["AAA", "gini_with"] == pytest.approx(35.0 * 1.04)
    # Spreading makes poor people below the mean; so does levelling where the mean itself is poor.
    assert out.loc["AAA", "people_lifted_high"] < 0
    assert out.loc["BBB", "people_lifted_high"] < 0
    assert out.loc["CCC", "people_lifted_high"] == 0.0
    # People below z are those who were below (z + k mean) / (1 + k).
    sigma = lognormal.sigma_from_gini(45.0)
    before = lognormal.headcount((4.2 - 0.04 * 4.0) / 0.96, 4.0, sigma)
    assert out.loc["BBB", "headcount_with_high_pct"] == pytest.approx(100 * float(before), abs=0.3)


def test_a_zero_head_count_stays_zero_until_incomes_fall() -> None:
    found = data(0.0, headcount_300_pct=[0.0, 30.0, 0.0])
    up = outlook(same(0.05), lines=("3.00",), data=found).set_index("iso3")
    assert up.loc["AAA", ["headcount_without_pct", "people_lifted_high"]].tolist() == [0.0, 0.0]
    assert up.loc["AAA", "note"] == "head count rounds to zero"
    down = outlook(same(-0.2), lines=("3.00",), data=found).set_index("iso3")
    assert down.loc["AAA", "people_lifted_high"] < 0


def test_no_survey_gives_no_number() -> None:
    out = outlook(same(0.05, ["AAA", "DDD"]), data=data()).set_index(["iso3", "line"])
    assert out.loc["DDD", "people_lifted_low"].isna().all()
    assert set(out.loc["DDD", "note"]) == {"no survey"}
    assert outlook(same(0.0, [])[:0], data=data()).empty


def test_groups_sum_to_the_world() -> None:
    codes = sorted(bundled_data().known)
    out = outlook(same(0.02, codes))
    world = totals(out).set_index("line")
    for by in ("region", "income_group", "corridor"):
        parts = totals(out, by).groupby("line").sum(numeric_only=True)
        for column in ("poor_without", "poor_with_high", "people_lifted_low", "population",
                       "economies"):  # fmt: skip
            assert parts.loc[world.index, column].to_numpy() == pytest.approx(
                world[column].to_numpy(), rel=1e-12
            )
    lifted = world["poor_without"] - world["poor_with_high"]
    assert lifted.to_numpy() == pytest.approx(world["people_lifted_high"].to_numpy(), rel=1e-9)


def test_the_elasticity_is_local() -> None:
    """It is the limit of the head count's change over that of income, and differs by economy."""
    some = same(1e-5, ["AAA", "BBB"])
    out = outlook(some, lines=("5.00@2021",), year=None, pass_through=(1.0, 1.0), data=data())
    before, after = out["headcount_without_pct"], out["headcount_with_high_pct"]
    measured = (after / before - 1.0) / 1e-5
    assert out["growth_elasticity"].to_numpy() == pytest.approx(measured.to_numpy(), rel=2e-3)
    assert out["growth_elasticity"].is_monotonic_increasing


def test_the_later_survey_goes_first_and_consumption_before_income() -> None:
    rows = [survey("AAA", 2019), survey("AAA", 2022, "income"), survey("AAA", 2022)]
    table = pd.DataFrame(rows)
    assert pick_surveys(table)[["survey_year", "welfare"]].to_numpy().tolist() == [
        [2022, "consumption"]
    ]
    assert pick_surveys(table, up_to=2020)["survey_year"].tolist() == [2019]


def test_figures_out_of_sample() -> None:
    """Bundled surveys: the chosen curve beats the lognormal, a projection beats standing still."""
    table = accuracy()
    pooled = table[table["level_from"] == "all"].set_index("form")
    assert (pooled["surveys"] > 1000).all()
    assert pooled.loc["chosen", "median_error_pp"] < 0.9
    for column in ("median_error_pp", "p90_error_pp"):
        assert pooled.loc["chosen", column] < 0.65 * pooled.loc["lognormal", column]
    assert pooled.loc["chosen, two lines", "p90_error_pp"] < 2.0
    assert (placement_accuracy()["median_error_pp"] < 0.7).all()
    households = household_accuracy().set_index(["form", "measure"])
    for measure in ("headcount", "gap"):
        chosen, plain = (households.loc[(form, measure)] for form in ("chosen", "lognormal"))
        assert chosen["points"] == plain["points"] == 32
        assert chosen["median_error_pp"] < plain["median_error_pp"]
    ahead = projection_accuracy()
    assert (ahead["p90_error_pp"] < ahead["unchanged_p90_pp"]).all()


def test_published_gains_agree_with_the_published_totals() -> None:
    from beltroad.evidence import load

    gains = published_gains().set_index("iso3")["gain_pct"]
    gdp = load("countries").set_index("iso3")["gdp_usd"].astype(float).fillna(0.0)
    assert float((gains * gdp).sum() / gdp.sum()) == pytest.approx(0.7)
    area = [*load("corridor_economies")["iso3"], "CHN"]
    inside = gdp.index.isin(area)
    assert float((gains * gdp)[inside].sum() / (gains * gdp).sum()) == pytest.approx(0.82)
    assert published_gains("none")["gain_pct"].gt(0).sum() == 6


def test_the_published_gains_come_near_the_published_head_counts() -> None:
    """Our distributions with the published gains: the order of 7.6 and 32 million, not tuned."""
    steps = explain(same(0.00003, ["PAK", "IND", "KEN"]))
    first, ours = steps.iloc[0], steps.iloc[2]
    assert first[["extreme", "moderate"]].tolist() == [7.6e6, 32e6]
    assert 0.5 < ours["extreme"] / first["extreme"] < 1.5
    assert 0.75 < ours["moderate"] / first["moderate"] < 1.25
    path = steps.drop(index=1)
    for name in ("extreme", "moderate"):
        assert path[f"{name}_difference"].sum() == pytest.approx(
            path[name].iloc[-1] - path[name].iloc[0]
        )


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"lines": ("3,00",)}, "such as 3.00@2021"),
        ({"lines": ("3.00@2020",)}, "2021"),
        ({"lines": ("1.95",)}, "1.95@2021"),
        ({"lines": ()}, "no poverty line"),
        ({"year": 2031}, "2018 to 2030"),
        ({"pass_through": (1.0, 0.7)}, "0.7,1.0"),
        ({"pass_through": (0.5, 1.2)}, "within 0-1"),
        ({"gini_change_pct": pd.Series({"AAA": 80.0})}, "within 50"),
        ({"gini_change_pct": pd.Series({"AAX": 1.0})}, "AAX.*'AAA'"),
    ],
)
def test_what_cannot_be_used_is_refused(kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        outlook(same(0.0), data=data(), **kwargs)


def test_incomes_that_cannot_be_used_are_refused() -> None:
    for wrong, message in (
        (same(-1.0), "above -1"), (same(np.nan), "AAA is nan"), (same(0.0, ["AAX"]), "'AAA'"),
        (same(0.0, ["AAA", "AAA"]), "more than once"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=message):
            outlook(wrong, data=data())
    with pytest.raises(InputError, match="lack the columns gini"):
        PovertyData.of(
            pd.DataFrame([survey("AAA", 2022)]).drop(columns="gini"), growth(), same(1.0)
        )
    bare = pd.DataFrame([survey("AAA", 2022)]).assign(headcount_2011_year=np.nan)
    found = PovertyData.of(bare, growth(), same(1.0))
    with pytest.raises(InputError, match="cannot be placed"):
        outlook(same(0.0, ["AAA"]), lines=("1.90@2011",), data=found)


def test_lines_are_read() -> None:
    assert parse_line("1.90").key == "1.90@2011"
    assert [line.key for line in parse_lines(["3@2021", "3.00@2021", "2.15"])] == [
        "3.00@2021", "2.15@2017",
    ]  # fmt: skip
    assert all(parse_line(key).key == key for key in (*INTERNATIONAL, "3.0015@2021", "10.00@2017"))


def test_a_file_of_incomes(tmp_path: Any) -> None:
    path = tmp_path / "in.csv"
    known = frozenset(CODES)
    path.write_text("iso3,real_income_change_pct,gini_change_pct\nAAA,1.5,2\nBBB,,\nCCC,-0.5,\n")
    found = read_changes(path, known)
    assert found.income.to_dict() == {"AAA": 0.015, "CCC": -0.005}
    assert found.gini_pct is not None
    assert found.gini_pct.to_dict() == {"AAA": 2.0}
    path.write_text("iso3,income_change\nAAA,0.1\nAAA,0.2\nAAX,0.1\nBBB,x\nCCC,-1\n")
    with pytest.raises(InputError) as fault:
        read_changes(path, known)
    said = str(fault.value)
    assert "4 faults" in said
    assert "line 3: AAA stands twice" in said
    assert "line 4: iso3 'AAX'" in said
    assert "line 5" in said
    assert "line 6" in said
    many = "iso3,income_change\n" + "".join(f"X{i},1\n" for i in range(30))
    for text, message in (
        ("a,b\n1,2\n", "iso3 and one of"), ("iso3,income_change\n", "no row"), ("", "no header"),
        ("iso3,income_change\nAAA\n", "line 2: 1 fields where the header has 2"),
        ("iso3,income_change\n\nAAA,1,2\n", "line 3: 3 fields"),
        ("iso3,income_change,iso3\nAAA,1,2\n", "'iso3' is given twice"),
        ("iso3,income_change,gini_change_pct\nAAA,1,60\n", "gini_change_pct '60'"),
        (many, "and 10 more"),
    ):  # fmt: skip
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read_changes(path, known)
    with pytest.raises(InputError, match="cannot be read"):
        read_changes(tmp_path / "none.csv", known)
    assert uniform(" -1.5 %", known).income.to_dict() == dict.fromkeys(CODES, -0.015)
    for text in ("1.0", "-100%", "one%"):
        with pytest.raises(InputError, match="growth"):
            uniform(text, known)
