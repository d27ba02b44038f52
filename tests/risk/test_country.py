"""The country model: regression, episodes, indicators, grades and what it may not see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.risk import discrimination
from beltroad.risk.country import (
    episodes,
    flags,
    grading,
    indicators,
    logit,
    model,
    sample,
    validation,
)


@pytest.fixture(scope="module")
def graded() -> pd.DataFrame:
    """Grades of bundled figures."""
    return grading.grades()


def test_slope_of_one_flag_is_the_log_odds_ratio() -> None:
    flag = np.repeat([1, 1, 0, 0], [30, 70, 10, 190])[:, None]
    event = np.repeat([1, 0, 1, 0], [30, 70, 10, 190])
    found = logit.fit(flag, event, ridge=0.0)
    assert found.slopes[0] == pytest.approx(np.log(30 * 190 / (70 * 10)))
    assert found.intercept == pytest.approx(np.log(10 / 190))


def test_ridge_maximises_the_penalised_likelihood() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(150, 3))
    y = (x @ [1.0, -0.5, 0.0] + rng.logistic(size=150) > 1).astype(float)

    def cost(b: np.ndarray) -> float:
        eta = b[0] + x @ b[1:]
        return float(np.logaddexp(0, eta).sum() - y @ eta + 1.5 * (b[1:] ** 2).sum())

    best = optimize.minimize(cost, np.zeros(4), tol=1e-12).x
    found = logit.fit(x, y, ridge=3.0)
    assert np.r_[found.intercept, found.slopes] == pytest.approx(best, abs=1e-4)
    assert found.probability(x).mean() == pytest.approx(y.mean())
    # Events that can be told apart perfectly: only the ridge keeps the slope finite.
    line = np.arange(10.0)[:, None] - 4.5
    assert np.isfinite(logit.fit(line, line[:, 0] > 0).slopes[0])
    with pytest.raises(InputError, match="some of both"):
        logit.fit(line, np.zeros(10))


def test_onsets_follow_two_quiet_years() -> None:
    state = episodes.in_distress()
    starts = episodes.onsets(state)
    for code, year in starts.stack()[lambda s: s].index:
        assert state.loc[code, year]
        assert not state.loc[code, year - 2 : year - 1].any()
    assert starts.loc["ARG", 2001]
    assert starts.loc["LKA", 2022]
    # In serial rescheduling since before 2000: no new crisis in 2001.
    assert state.loc["CIV", 2001]
    assert not starts.loc["CIV", :2012].any()
    assert starts.loc[:, 2000:2023].to_numpy().sum() >= 100
    # Rated in debt distress year after year: seen in some lists only, but one episode.
    assert not starts.loc["GRD", 2014:].any()
    assert not starts.loc["COG", 2017:].any()
    fewer = episodes.onsets(episodes.in_distress(unconfirmed=False, rescues=False))
    assert fewer.to_numpy().sum() < starts.to_numpy().sum()


def test_outcomes_know_nothing_of_a_future_that_is_not_over() -> None:
    index = pd.MultiIndex.from_product([["ARG", "LKA", "CHE"], range(2000, 2025)],
                                       names=["iso3", "year"])  # fmt: skip
    found = episodes.outcomes(index)
    assert found.loc[("ARG", 2000), "event"] == 1
    assert found.loc[[("LKA", 2020), ("LKA", 2021)], "event"].tolist() == [1, 1]
    assert found["event"].xs(2023, level="year").isna().all()
    # In distress, and in the two years up to then: nothing to learn from.
    assert not found.loc[("ARG", 2002), "usable"]
    assert found.loc["CHE"]["usable"].all()
    assert found.loc[("CHE", 2024), "record"] == 0


def test_indicators_are_worked_out_of_the_past() -> None:
    wide = indicators.figures()
    now = indicators.values(wide)
    debt = wide["public_debt_pct_gdp"]
    rise = now.loc[("KEN", 2020), "public_debt_rise_pct_gdp"]
    assert rise == pytest.approx(debt[("KEN", 2020)] - debt[("KEN", 2017)])
    growth = wide["real_growth_pct"]
    mean = (growth[("KEN", 2020)] + growth[("KEN", 2019)]) / 2
    assert now.loc[("KEN", 2020), "growth_2y_pct"] == pytest.approx(mean)
    # No year without a figure of its own has a swing, or time alone would move it.
    swing, terms = now["terms_of_trade_swing_pct"], wide["terms_of_trade_index"]
    assert terms[swing.dropna().index].notna().all()
    changed = wide.copy()
    later = changed.index.get_level_values("year") > 2015
    changed[later] = 1.0
    before = now.index.get_level_values("year") <= 2015
    pd.testing.assert_frame_equal(indicators.values(changed)[before], now[before])


def test_figures_of_the_user_replace_bundled_ones_and_faults_come_together() -> None:
    own = pd.DataFrame({"iso3": ["KEN"], "indicator": ["public_debt_pct_gdp"], "year": [2023],
                        "value": [20.0], "source": ["own"]})  # fmt: skip
    assert indicators.figures(own).loc[("KEN", 2023), "public_debt_pct_gdp"] == 20
    bad = pd.DataFrame({"iso3": ["KEN", "ZZZ", "KEN", "KEN"],
                        "indicator": ["public_debt", "inflation_pct", "terms_of_trade_index",
                                      "public_debt_pct_gdp"],
                        "year": [2023, 2023.5, 2023, 2099], "value": ["x", 1, -3, 50]})  # fmt: skip
    with pytest.raises(InputError) as caught:
        indicators.figures(bad)
    said = str(caught.value)
    assert "6 faults" in said
    for part in ("'public_debt' is not known. Did you mean", "'x' is no number", "'ZZZ'", "2023.5",
                 "outside 1 to 1000", "not here yet"):  # fmt: skip
        assert part in said
    with pytest.raises(InputError, match="column year, value is missing"):
        indicators.figures(own[["iso3", "indicator"]])


def test_the_bundled_model_is_what_the_bundled_figures_give() -> None:
    table = sample.country_years()
    known = table[table["usable"] & table["event"].notna()]
    again, held = model.fit_model(known, known["event"]), model.stored()
    pd.testing.assert_frame_equal(again.table, held.table, check_names=False, rtol=1e-6)
    assert (again.rows, again.events) == (held.rows, held.events)
    probability = held.probability(known)
    assert probability.mean() == pytest.approx(known["event"].mean(), rel=1e-6)
    intercept = held.table.loc["intercept", "slope"]
    odds = held.contributions(known).sum(axis=1) + intercept
    assert np.log(probability / (1 - probability)).to_numpy() == pytest.approx(odds.to_numpy())
    # Every indicator points where the literature says.
    for name in set(model.MODEL_INDICATORS) - {"record"}:
        assert (held.table.loc[name, "slope"] > 0) == indicators.INDICATORS[name].higher_is_worse


def test_gaps_take_the_median_of_alike_incomes_and_are_flagged() -> None:
    held = model.stored()
    row = sample.latest(2023).loc[["KEN"]].copy()
    row["reserves_pct_external_debt"] = np.nan
    values, missing = held.standardised(row)
    of = held.table.loc["reserves_pct_external_debt"]
    quarter = 1 + int(np.digitize(row["gdp_per_capita_usd"].iloc[0], held.income_cuts_usd))
    expected = (of[f"income_{quarter}"] - of["mean"]) / of["sd"]
    assert values["reserves_pct_external_debt"].iloc[0] == pytest.approx(expected)
    assert missing.sum(axis=1).iloc[0] == 1


def test_grades(graded: pd.DataFrame) -> None:
    table = graded
    assert len(table) >= 120
    assert list(table.columns[:8]) == ["iso3", "name", "probability_pct", "grade", "coverage_pct",
                                       "drivers", "imputed", "vintage"]  # fmt: skip
    assert table["iso3"].is_unique
    assert table["probability_pct"].between(0, 100).all()
    assert set(table["grade"]) <= set(range(1, 8))
    calm = table[~table["in_distress"]]
    assert (calm["grade"] == calm["probability_pct"].map(grading.grade_of)).all()
    by = table.set_index("iso3")
    assert by.loc["LKA", "in_distress"]
    assert by.loc["LKA", "grade"] == 7
    assert by.loc["LKA", "probability_pct"] == pytest.approx(grading.persistence_pct())
    assert by.loc["NOR", "grade"] < by.loc["PAK", "grade"]
    assert (by["imputed"] == (by["coverage_pct"] < 100)).all()
    parts = grading.contributions("PAK")
    odds = parts["log_odds"].sum() + model.stored().table.loc["intercept", "slope"]
    assert by.loc["PAK", "probability_pct"] == pytest.approx(100 / (1 + np.exp(-odds)))


def test_a_new_figure_moves_its_own_economy_and_no_other(graded: pd.DataFrame) -> None:
    own = pd.DataFrame({"iso3": ["VNM"], "indicator": ["public_debt_pct_gdp"], "year": [2025],
                        "value": [150.0], "source": ["own"]})  # fmt: skip
    plain, worse = graded.set_index("iso3"), grading.grades(data=own).set_index("iso3")
    assert worse.loc["VNM", "probability_pct"] > 2 * plain.loc["VNM", "probability_pct"]
    assert worse.loc["VNM", "vintage"] == "2025"
    pd.testing.assert_frame_equal(plain.drop("VNM"), worse.drop("VNM"))
    # A year that is asked for leaves later figures out.
    assert grading.grades("2023", own).set_index("iso3").loc["VNM"].equals(plain.loc["VNM"])


def test_the_past_has_its_own_grades() -> None:
    past = grading.grades("2019-12-31").set_index("iso3")
    assert past.loc["LKA", "vintage"] == "2019"
    # A list of sanctions of 2023 flags nobody in 2019.
    assert "sanctions" not in past.loc["RUS", "flags"]
    assert not past.loc["LKA", "in_distress"]
    for wrong in ("last year", "2023-13-45", "20231", "1999"):
        with pytest.raises(InputError, match="give a year"):
            grading.grades(wrong)
    # The last state known stands beside the last figures.
    now = grading.distressed_now("", pd.Index(["COG", "LKA", "CHE"]))
    assert now.tolist() == [True, True, False]


def test_flags_say_what_the_model_does_not_see(graded: pd.DataFrame) -> None:
    def of(deaths: float, stability: float, reserves_missing: bool) -> str:
        table = pd.DataFrame({"year": [2023], "political_stability": [stability]}, ["CHE"])
        own = pd.DataFrame({"iso3": ["CHE"], "indicator": ["conflict_deaths"], "year": [2019],
                            "value": [deaths], "source": ["own"]})  # fmt: skip
        gaps = pd.DataFrame({"reserves_pct_external_debt": [reserves_missing]}, ["CHE"])
        return flags.flags(table, gaps, own)["CHE"]

    assert of(99, -0.9, False) == ""
    assert of(2500, -0.9, False) == "not seen by the model: conflict (2,500 deaths in 2019)"
    assert of(0, -1.0, True).startswith("political stability among the lowest (-1.00)")
    assert "sanctions programme" in graded.set_index("iso3").loc["RUS", "flags"]


def test_the_future_does_not_move_a_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "FIRST_TEST_YEAR", 2012)
    monkeypatch.setattr(validation, "KNOWN_TO", 2014)
    rows = sample.country_years()
    other = rows.copy()
    later = other.index.get_level_values("year") > 2012
    other.loc[later, "public_debt_pct_gdp"] = 500.0
    other.loc[later, "event"] = 1 - other.loc[later, "event"]
    pd.testing.assert_frame_equal(
        validation.out_of_sample("time", rows=rows), validation.out_of_sample("time", rows=other)
    )
    # Outcomes of 2011 were not known in 2012, when that forecast was made.
    unknown = rows.copy()
    eve = unknown.index.get_level_values("year") == 2011
    unknown.loc[eve, "event"] = 1 - unknown.loc[eve, "event"]
    ours, theirs = (validation.out_of_sample("time", rows=r).xs(2012, level="year")
                    for r in (rows, unknown))  # fmt: skip
    pd.testing.assert_frame_equal(ours, theirs)


def test_out_of_sample_the_model_beats_its_peers() -> None:
    forecasts = validation.out_of_sample("countries")
    table = validation.scores(forecasts, draws=12)
    assert table.loc["model", "auroc"] > table.loc["debt", "auroc"] > table.loc["base", "auroc"]
    assert table.loc["base", "auroc"] == 0.5
    assert table["brier"].idxmin() == "model"
    assert table.loc["model", "auroc_low"] > 0.6
    asked = forecasts["model"].groupby(level=["iso3", "year"]).size()
    assert (asked == 1).all()
    assert 0 <= validation.compare(forecasts, "debt", draws=5) <= 1
    rich = validation.without_rich(forecasts).index.get_level_values("iso3")
    assert not {"USA", "DEU"} & set(rich)


def test_official_ratings_are_a_peer_where_they_exist() -> None:
    table = validation.rating_peer()
    held = evidence.load("risk_ratings_2020")
    assert set(table.index) <= set(held["iso3"])
    assert table.loc["GHA", ["rating", "event"]].tolist() == [3, 1]
    assert 0 <= discrimination.auroc(table["rating"], table["event"]) <= 1


def test_every_remembered_event_says_so() -> None:
    events = evidence.load("risk_events")
    unread = events[events["source_url"] == ""]
    assert len(unread)
    assert (unread["confidence"] == "low").all()
    assert unread["note"].str.contains("unconfirmed").all()
