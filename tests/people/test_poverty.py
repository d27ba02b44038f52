"""Poverty: closed forms, identities and limits of the lognormal method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import lognorm

from beltroad.errors import InputError
from beltroad.evidence import load
from beltroad.people import (
    LINES,
    headcount,
    mean_from_headcount,
    poverty_change,
    poverty_range,
    sigma_from_gini,
)

GINI = st.floats(20.0, 65.0)
SHARE = st.floats(0.002, 0.98)


def figures(**change: Any) -> pd.DataFrame:
    base = {
        "iso3": ["AAA", "BBB", "CCC"],
        "gini": [35.0, 45.0, 28.0],
        "population": [10e6, 50e6, 5e6],
        "headcount_300_pct": [12.0, 41.0, 0.0],
        "headcount_420_pct": [25.0, 60.0, 0.4],
        "headcount_830_pct": [65.0, 88.0, 14.0],
        "survey_year": [2022, 2019, 2021],
    }
    return pd.DataFrame(base | change)


def same(change: float, codes: tuple[str, ...] = ("AAA", "BBB", "CCC")) -> pd.Series[Any]:
    return pd.Series(change, index=list(codes))


@given(GINI)
def test_gini_of_the_fitted_lognormal(gini: float) -> None:
    """The Gini integrated numerically from the Lorenz curve is the one put in."""
    sigma = float(sigma_from_gini(gini))
    shares = (np.arange(20_000) + 0.5) / 20_000
    income = lognorm(s=sigma).ppf(shares)
    found = 1.0 - 2.0 * np.mean(np.cumsum(income) / income.sum()) + 1.0 / 20_000
    assert 100.0 * found == pytest.approx(gini, abs=0.35)


@given(st.floats(0.5, 30.0), st.floats(1.0, 60.0), GINI)
def test_headcount_is_the_lognormal_distribution_function(
    line: float, mean: float, gini: float
) -> None:
    sigma = float(sigma_from_gini(gini))
    outside = lognorm(s=sigma, scale=mean * np.exp(-(sigma**2) / 2.0)).cdf(line)
    assert float(headcount(line, mean, sigma)) == pytest.approx(outside, abs=1e-12)


@given(st.sampled_from(sorted(LINES)), SHARE, GINI)
def test_calibration_returns_the_observed_headcount(line: float, share: float, gini: float) -> None:
    sigma = sigma_from_gini(gini)
    mean = mean_from_headcount(line, share, sigma)
    assert float(headcount(line, mean, sigma)) == pytest.approx(share, rel=1e-9)


def test_worked_example_by_hand() -> None:
    """Gini 40, 20 % below the line, +10 %, with a printed table of the normal distribution.

    sigma = 1.41421 * 0.52440 = 0.74161; the line moves by ln 1.1 / sigma = 0.12852 below
    Phi^-1(0.2) = -0.84162; Phi(-0.97014) = 0.16602 - 0.00014 * 0.2492 = 0.16599.
    """
    assert float(sigma_from_gini(40.0)) == pytest.approx(0.74161, abs=1e-5)
    table = figures(gini=[40.0] * 3, headcount_300_pct=[20.0] * 3, population=[1e6] * 3)
    out = poverty_change(table, same(0.10), lines=(3.00,))
    assert out["headcount_after_pct"].to_numpy() == pytest.approx(16.599, abs=1e-3)
    assert out["people_lifted"].to_numpy() == pytest.approx(34_010, rel=1e-3)


@given(st.floats(0.0, 1.0))
@settings(max_examples=20)
def test_zero_change_moves_nobody(pass_through: float) -> None:
    out = poverty_change(figures(), same(0.0), pass_through=pass_through)
    assert (out["people_lifted"] == 0.0).all()
    assert (out["headcount_after_pct"] == out["headcount_before_pct"]).all()


@given(st.floats(-0.5, 1.0), st.floats(0.001, 0.5))
@settings(max_examples=20)
def test_more_income_lifts_more_people(change: float, more: float) -> None:
    low = poverty_change(figures(), same(change), lines=tuple(LINES))
    high = poverty_change(figures(), same(change + more), lines=tuple(LINES))
    assert (high["people_lifted"] >= low["people_lifted"]).all()
    assert high["people_lifted"].sum() > low["people_lifted"].sum()


@given(st.floats(-0.9, 5.0))
@settings(max_examples=20)
def test_headcounts_stay_shares(change: float) -> None:
    out = poverty_change(figures(), same(change), lines=tuple(LINES))
    assert out["headcount_after_pct"].between(0.0, 100.0).all()


def test_pass_through_scales_the_income_change() -> None:
    half = poverty_change(figures(), same(0.08), pass_through=0.5)
    full = poverty_change(figures(), same(0.04))
    pd.testing.assert_frame_equal(half, full)


def test_range_puts_both_pass_throughs_side_by_side() -> None:
    out = poverty_range(figures(), same(0.05), pass_through=(0.7, 1.0))
    assert (out["people_lifted_low"] <= out["people_lifted_high"]).all()
    full = poverty_change(figures(), same(0.05))
    assert out["people_lifted_high"].tolist() == full["people_lifted"].tolist()


def test_a_zero_headcount_stays_zero_and_says_so() -> None:
    out = poverty_change(figures(), same(0.05), lines=(3.00,)).set_index("iso3")
    assert out.loc["CCC", "people_lifted"] == 0.0
    assert out.loc["CCC", "note"] == "head count rounds to zero"


def test_a_missing_headcount_is_borrowed_from_the_nearest_line_and_flagged() -> None:
    table = figures(headcount_300_pct=[np.nan, 41.0, 0.0])
    out = poverty_change(table, same(0.05), lines=(3.00,)).set_index("iso3")
    sigma = sigma_from_gini(35.0)
    expected = headcount(3.00, mean_from_headcount(4.20, 0.25, sigma), sigma)
    assert out.loc["AAA", "headcount_before_pct"] == pytest.approx(100.0 * float(expected))
    assert out["imputed"].to_dict() == {"AAA": True, "BBB": False, "CCC": False}


def test_no_survey_gives_no_number() -> None:
    table = figures(gini=[np.nan, 45.0, 28.0])
    out = poverty_change(table, same(0.05)).set_index(["iso3", "line_usd"])
    assert out.loc["AAA", "people_lifted"].isna().all()
    assert (out.loc["AAA", "note"] == "no survey").all()


def test_an_old_survey_is_flagged() -> None:
    out = poverty_change(figures(survey_year=[2012, 2019, 2021]), same(0.05), as_of=2022)
    assert set(out.loc[out["imputed"], "iso3"]) == {"AAA"}
    assert (out.loc[out["imputed"], "note"] == "survey ten years old or more").all()


def test_only_countries_with_a_change_are_returned() -> None:
    out = poverty_change(figures(), same(0.05, ("BBB",)))
    assert set(out["iso3"]) == {"BBB"}


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"pass_through": 1.2}, "pass_through"),
        ({"lines": (1.90,)}, r"1\.9"),
        ({"lines": ()}, "lines held"),
    ],
)
def test_wrong_parameters_are_refused(kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        poverty_change(figures(), same(0.05), **kwargs)


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(InputError, match="population"):
        poverty_change(figures().drop(columns="population"), same(0.05))
    with pytest.raises(InputError, match=r"AAX.*'AAA'"):
        poverty_change(figures(), same(0.05, ("AAX",)))
    with pytest.raises(InputError, match="'AAA' more than once"):
        poverty_change(figures(), same(0.05, ("AAA", "AAA")))
    with pytest.raises(InputError, match="above -1"):
        poverty_change(figures(), same(-1.0))
    with pytest.raises(InputError, match="between 0 and 100"):
        poverty_change(figures(gini=[0.35, 45.0, 120.0]), same(0.05))


def test_bundled_figures_give_the_known_number_of_poor() -> None:
    """Latest surveys and 2023 populations: the order of the World Bank's count at 3.00 and 8.30."""
    table = load("poverty").merge(load("countries")[["iso3", "population"]], on="iso3")
    out = poverty_change(table, same(0.01, tuple(table["iso3"])), lines=(3.00, 8.30))
    poor = (
        out["headcount_before_pct"] / 100.0 * out["iso3"].map(table.set_index("iso3")["population"])
    )
    by_line = poor.groupby(out["line_usd"]).sum()
    assert 0.6e9 < by_line[3.00] < 1.0e9
    assert 3.3e9 < by_line[8.30] < 4.2e9
    assert (out["people_lifted"].dropna() >= 0.0).all()
