"""Bundled distributions, outlook and employment: identities that hold row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad import evidence

QUINTILES = [f"share_q{i}_pct" for i in range(1, 6)]


def test_shares_sum_and_lorenz_curves_are_convex() -> None:
    table = evidence.load("income_distributions")
    assert table["iso3"].nunique() >= 160
    assert not table.duplicated(["iso3", "survey_year"]).any()
    shares = table[QUINTILES].to_numpy()
    assert np.abs(shares.sum(axis=1) - 100).max() < 0.25
    assert (np.diff(shares, axis=1) >= 0).all()
    # Of the poorest fifth the poorer tenth has at most half; of the richest fifth at least half.
    assert (table["share_d1_pct"] <= table["share_q1_pct"] / 2 + 0.11).all()
    assert (table["share_d10_pct"] >= table["share_q5_pct"] / 2 - 0.11).all()


def test_index_agrees_with_the_shares() -> None:
    """The polygon under the Lorenz points bounds the index from below, and not by much."""
    table = evidence.load("income_distributions")
    d1, q, d10 = table["share_d1_pct"], table[QUINTILES].to_numpy(), table["share_d10_pct"]
    points = np.cumsum(
        np.column_stack([d1, q[:, 0] - d1, q[:, 1], q[:, 2], q[:, 3], q[:, 4] - d10, d10]), axis=1
    )
    widths = np.array([10, 10, 20, 20, 20, 10, 10])
    left = np.column_stack([np.zeros(len(table)), points[:, :-1]])
    polygon = 100 - ((left + points) * widths).sum(axis=1) / 100
    gap = table["gini"] - polygon
    assert gap.min() > -0.6
    assert gap.max() < 4.0


def test_head_counts_rise_with_the_line() -> None:
    table = evidence.load("income_distributions")
    for lines in (["headcount_300_pct", "headcount_420_pct", "headcount_830_pct"],
                  ["headcount_190_2011_pct", "headcount_320_2011_pct",
                   "headcount_550_2011_pct"]):  # fmt: skip
        steps = table[lines].diff(axis=1).iloc[:, 1:]
        assert ((steps >= 0) | steps.isna()).all().all()
    old = table[table["headcount_190_2011_pct"].notna()]
    assert old["iso3"].nunique() >= 150
    assert (old["headcount_2011_year"] - old["survey_year"]).abs().max() <= 2
    india = old[(old["iso3"] == "IND") & (old["survey_year"] == 2011)].iloc[0]
    assert (india["headcount_190_2011_pct"], india["welfare"]) == (22.5, "consumption")


def test_outlook_is_whole_and_its_kinds_follow_the_years() -> None:
    table = evidence.load("growth_outlook")
    assert (table.groupby("iso3").size() == 13).all()
    assert (table["population"] > 0).all()
    assert table.notna().all().all()
    assert set(table.loc[table["year"] == 2030, "kind"]) == {"extrapolated"}
    assert set(table.loc[table["year"] == 2020, "kind"]) <= {"observed", "extrapolated"}
    # Every economy with a survey has one.
    assert set(evidence.load("income_distributions")["iso3"]) <= set(table["iso3"])
    world = table[table["year"] == 2030]["population"].sum()
    assert 8.4e9 < world < 8.8e9  # United Nations (2024), medium variant: 8.57 bn


def test_employment_has_all_sectors_and_fits_the_population() -> None:
    table = evidence.load("employment")
    assert (table.groupby("iso3").size() == 3).all()
    people = evidence.load("growth_outlook").query("year == 2022").set_index("iso3")["population"]
    share = (table.groupby("iso3")["employed_persons"].sum() / people).dropna()
    assert share.between(0.1, 0.85).all()
    world = pd.Series(table.groupby("sector")["employed_persons"].sum())
    assert 3.1e9 < world.sum() < 3.7e9


def test_published_checks_are_coherent() -> None:
    table = evidence.load("poverty_checks")
    assert (table["median_usd_day"] < table["mean_usd_day"]).all()
    for line in (190, 320, 550, 1000):
        head, gap = table[f"headcount_{line}_pct"], table[f"gap_{line}_pct"]
        # Nobody lacks more than the line, and half of people are below the median.
        assert ((gap > 0) & (gap < head)).all()
        assert ((head > 50) == (table["median_usd_day"] < line / 100)).all()
