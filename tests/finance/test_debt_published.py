"""Ours beside theirs: worked examples, ratings, the screen and the growth assumption."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from debt_countries import FIRST_YEAR, made_country

from beltroad.errors import InputError
from beltroad.finance.debt.bri.steps import RATINGS
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.published import confusion, examples, findings, growth, overview, screen
from beltroad.finance.debt.ratings.assess import assess


def test_composite_indicator_of_the_guidance_note_to_the_printed_digit() -> None:
    table = examples.composite_example().set_index("item")
    assert table["difference"].abs().max() <= 0.005
    assert round(table.loc["total", "ours"], 2) == 2.82
    assert "medium" in table.loc["total", "why"]


def test_grant_elements_and_financing_index_agree_with_the_references() -> None:
    assert examples.grant_elements()["difference"].abs().max() <= 0.005
    assert examples.financing_example()["difference"].abs().max() < 0.05


def test_findings_say_what_is_only_remembered() -> None:
    table = findings.findings()
    assert set(table["confidence"]) <= {"high", "medium", "low"}
    remembered = table[table["note"].str.contains("remembered")]
    assert len(remembered)
    assert set(remembered["confidence"]) == {"low"}
    assert table.loc[table["confidence"] == "high", "source_url"].str.startswith("http").all()
    with pytest.raises(InputError, match="hurley_2018"):
        findings.findings("hurley_2019")
    with pytest.raises(InputError, match="0 figures"):
        findings.published("hurley_2018", "nothing")


def test_ratings_are_those_of_the_list() -> None:
    table = findings.ratings()
    assert len(table) == findings.published("current_ratings", "economies listed")
    assert table["external_rating"].value_counts().to_dict() == {
        "moderate": 28, "high": 23, "in debt distress": 9, "low": 7,
    }  # fmt: skip


def exposure(**rows: tuple[str, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (code, "yes", low, gdp, debt, 0.0, pipeline)
            for code, (low, gdp, debt, pipeline) in rows.items()
        ],
        columns=[
            "iso3", "corridor", "low_income_framework", "gdp_2016_usd_mn",
            "public_debt_2016_pct_gdp", "committed_2013_2016_usd_mn", "committed_2017_2021_usd_mn",
        ],
    )  # fmt: skip


def test_screen_follows_its_stated_rules() -> None:
    rules = screen.Rules(low_income_pct_gdp=55.0, other_pct_gdp=70.0)
    table = exposure(
        AAA=("yes", 100.0, 50.0, 12.0),  # crosses, material
        BBB=("yes", 100.0, 54.0, 5.0),  # crosses, too little
        CCC=("no", 100.0, 50.0, 12.0),  # its benchmark is higher
        DDD=("no", 100.0, 90.0, 0.0),  # above before, no pipeline
        EEE=("yes", 100.0, math.nan, 40.0),  # debt unknown
        FFF=("yes", 100.0, 60.0, math.nan),  # pipeline unknown counts as none
    )
    found = screen.screen(rules, table).set_index("iso3")
    assert "EEE" not in found.index
    assert set(found.index[found["particular_risk"]]) == {"AAA"}
    assert set(found.index[found["vulnerable_before"]]) == {"DDD", "FFF"}
    half = screen.Rules(55.0, 70.0, disbursed_share=0.25)
    assert not screen.screen(half, table)["particular_risk"].any()
    with pytest.raises(InputError):
        screen.screen(screen.Rules(55.0, 70.0, pipeline="gdp"), table)
    with pytest.raises(InputError):
        screen.screen(screen.Rules(55.0, 70.0, disbursed_share=2.0), table)


def test_screen_on_open_data_names_overlap_and_misses() -> None:
    result = screen.screen()
    table = screen.compare_screen(result).set_index("item")
    line = table.loc["of the eight, also ours"]
    assert line["theirs"] == 8
    assert line["ours"] == sum(code in line["why"].split(";")[0] for code in _eight())
    assert 0 < line["ours"] <= 8
    assert table.loc["at particular risk", "ours"] == result["particular_risk"].sum()


def _eight() -> set[str]:
    table = findings.findings("hurley_2018")
    return set(table.loc[table["quantity"] == "member", "iso3"])


def test_more_of_the_dividend_never_means_more_debt() -> None:
    country = {"XXA": made_country()}
    for rule in growth.SPENDING:
        points = growth.long_run(country, {"XXA": 3000.0}, spending=rule)["long_points"]
        assert points.is_monotonic_decreasing
        assert points.iloc[0] > 0
    planned = growth.long_run(country, {"XXA": 3000.0})
    grows = growth.long_run(country, {"XXA": 3000.0}, spending="grows")
    assert planned["long_points"].iloc[-1] < grows["long_points"].iloc[-1]
    assert planned["long_points"].iloc[0] == pytest.approx(grows["long_points"].iloc[0])
    assert planned["medium_points"].iloc[0] > 0


def test_saved_revenue_keeps_primary_spending_at_its_planned_level() -> None:
    country = made_country()
    without = engine.project(country).table
    package = growth.package_of(country, 3000.0, 1.0)
    table = engine.project(country, package=package).table
    year = FIRST_YEAR + 12

    def spending(path: pd.DataFrame) -> float:
        grants = float(country.series["grants_pct_gdp"].loc[year])
        revenue = path["revenue_pct_gdp"].loc[year] + grants
        ratio = revenue - path["primary_balance_pct_gdp"].loc[year]
        return float(ratio / 100 * path["gdp_usd_mn"].loc[year])

    extra = float(table["gdp_usd_mn"].loc[year] - without["gdp_usd_mn"].loc[year])
    ratio = spending(without) / float(without["gdp_usd_mn"].loc[year])
    assert package.balance_uplift_usd_mn[year] == pytest.approx(ratio * extra, rel=1e-9)
    assert spending(table) == pytest.approx(spending(without), rel=1e-9)
    # Saving is no revenue: the ratio that debt service is measured by stays.
    assert table["revenue_pct_gdp"].equals(without["revenue_pct_gdp"])


def test_growth_refuses_what_makes_no_sense() -> None:
    for arguments in ((-1.0, 0.5), (1.0, 1.5)):
        with pytest.raises(InputError):
            growth.package_of(made_country(), *arguments)
    with pytest.raises(InputError):
        growth.package_of(made_country(), 1.0, 0.5, spending="never")


def test_growth_comparison_counts_countries_and_keeps_failures_apart() -> None:
    table = pd.DataFrame(
        [("AAA", 0.0, 1.0, 1.0, 1.0, True, ""), ("BBB", 0.0, 1.0, 1.0, -1.0, False, ""),
         ("CCC", math.nan, math.nan, math.nan, math.nan, False, "no series")],
        columns=["iso3", "share", "amount_pct_gdp", "medium_points", "long_points", "higher_long",
                 "error"],
    )  # fmt: skip
    found = growth.compare_growth(table, label="planned").set_index("item")
    assert found.loc["countries", "ours"] == 2
    line = found.filter(like="0 % of the dividend, planned", axis=0).iloc[0]
    assert line["ours"] == 50
    assert line["theirs"] == pytest.approx(100 * 11 / 30)


def test_rating_table_and_confusion_count_notches() -> None:
    kenya = assess(prepared.inputs("KEN"))
    table = confusion.rating_table({"KEN": kenya})
    line = table.set_index("iso3").loc["KEN"]
    assert line["ours"] == kenya.external_rating
    assert line["notches"] == RATINGS.index(line["ours"]) - RATINGS.index(line["theirs"])
    assert (table.set_index("iso3").drop("KEN")["why"] == "no prepared inputs").all()
    counts = confusion.confusion(table)
    assert counts.to_numpy().sum() == 1
    assert counts.loc[line["ours"], line["theirs"]] == 1


def test_published_classes_stand_beside_what_the_figures_give() -> None:
    ghana = assess(prepared.inputs("GHA"))
    table = confusion.class_table({"GHA": ghana}).set_index("iso3")
    line = table.loc["GHA"]
    assert (line["theirs"], line["their_score"]) == ("medium", 2.74)
    assert line["difference"] == pytest.approx(ghana.capacity.composite - 2.74)
    # One vintage of weak figures does not change a medium class; the comparison shows both.
    assert (line["ours_by_figures"], line["ours_final"]) == ("weak", "medium")
    assert (table.drop("GHA")["ours_final"] == "").all()
    assert set(table["theirs"]) == {"weak", "medium", "strong"}
    assert set(findings.ratings()["listed_to"]) == {"2026-03-31"}


def test_agreement_shares_chance_and_distress_apart() -> None:
    rows = [
        ("AAA", "low", "low", 0.0), ("BBB", "high", "moderate", 1.0),
        ("CCC", "low", "high", -2.0), ("DDD", "in debt distress", "in debt distress", 0.0),
        ("EEE", "", "high", math.nan),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["iso3", "ours", "theirs", "notches"])
    ours = confusion.agreement(table).set_index("item")["ours"]
    assert ours["equal, %"] == pytest.approx(50)
    assert ours["equal without distress, %"] == pytest.approx(100 / 3)
    assert ours["within one notch without distress, %"] == pytest.approx(200 / 3)
    assert ours["mean shift without distress, notches"] == pytest.approx(-1 / 3)
    # Equal 1/3; by chance 2/3 x 1/3 (low) + 1/3 x 1/3 (high).
    assert ours["kappa without distress"] == pytest.approx((1 / 3 - 1 / 3) / (1 - 1 / 3))
    assert confusion.agreement(table[table["ours"] == ""]).empty


def test_overview_has_one_shape_and_no_line_without_a_reason() -> None:
    table = overview.everything(ratings=False, debt_paths=False)
    assert list(table.columns) == findings.COLUMNS
    assert set(table["finding"]) == {
        "composite_indicator", "grant_element", "srdsf_argentina_2024", "hurley_2018",
    }  # fmt: skip
    assert table["why"].str.len().gt(0).all()
    known = table.dropna(subset=["ours", "theirs"])
    assert (known["difference"] - (known["ours"] - known["theirs"])).abs().max() < 1e-12
