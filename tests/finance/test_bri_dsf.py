"""The two frameworks for partner countries: steps, correction, reverse test, horizons, loss."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from debt_countries import FIRST_YEAR, made_country
from hypothesis import given
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance.debt import parameters
from beltroad.finance.debt.bri import fan_index, near_term
from beltroad.finance.debt.bri.correction import DIRECTIONS, Reason, correct
from beltroad.finance.debt.bri.long_term import with_costs
from beltroad.finance.debt.bri.loss import cumulative_probability_pct, expected_loss, loss_table
from beltroad.finance.debt.bri.low_income import BriAssessment, assess_bri
from beltroad.finance.debt.bri.market import assess_market
from beltroad.finance.debt.bri.reverse import Terms, breached, new_borrowing, reverse_test
from beltroad.finance.debt.bri.steps import RATINGS, STEPS
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.stochastic.fan import Fan

TERMS = Terms(interest_pct=2.0, maturity_years=20, grace_years=5, years=3)


@pytest.fixture(scope="module")
def case() -> BriAssessment:
    return assess_bri(made_country())


@pytest.fixture(scope="module")
def srdsf() -> parameters.Parameters:
    return parameters.load("mac-srdsf")


def made_fan(width: float = 20.0, share: float = 0.4, median: float = 60.0) -> Fan:
    years = np.arange(FIRST_YEAR - 1, FIRST_YEAR + 10)
    spread = width * np.arange(len(years)) / 5
    quantiles = pd.DataFrame(
        {f"q{p:02d}": median + (p - 50) / 90 * spread for p in (5, 10, 25, 50, 75, 90, 95)},
        index=pd.Index(years, name="year"),
    )
    chance = pd.DataFrame(
        [("not_stabilised", y, share) for y in years[3:]] + [("default", y, 0.25) for y in years],
        columns=["measure", "year", "value"],
    )
    return Fan(
        iso3="XXA", scenario="baseline", quantity="public_debt_pct_gdp", method="made", seed=0,
        draws=1, threshold_pct=math.nan, limit_pct=90.0, quantiles=quantiles, probability=chance,
        terminal=pd.Series(dtype=float), moments={}, baseline=quantiles["q50"],
        drivers=pd.DataFrame(), notes=(),
    )  # fmt: skip


def test_the_nine_steps_come_in_order_and_each_says_something(case: BriAssessment) -> None:
    assert [s.number for s in case.steps] == list(range(1, 10))
    assert [(s.name, s.title) for s in case.steps] == list(STEPS)
    assert all(s.done.endswith(".") and not s.result.empty for s in case.steps if s.number != 7)
    assert case.final_rating == case.model_rating == case.without.external_rating
    assert any("not public" in note for note in case.notes)
    report = case.steps[-1].result.set_index("item")["value"]
    assert report["risk of external debt distress"] == case.final_rating


def test_missing_debt_figures_are_named() -> None:
    thin = made_country(external_private_debt_usd_mn=None)
    step = assess_bri(thin, reverse=False).steps[0]
    assert step.missing == ("debt coverage: no figure for private external debt",)
    assert not step.result.set_index("part").loc["private external debt", "known"]


def test_a_package_never_lowers_a_burden_and_is_shown_beside_the_case_without() -> None:
    country = made_country()
    package = new_borrowing(country, 15.0, TERMS)
    both = assess_bri(country, package=package, reverse=False)
    assert both.with_package is not None
    assert RATINGS.index(both.decisive.external_rating) >= RATINGS.index(
        both.without.external_rating
    )
    stress = both.steps[4].result
    assert (stress["peak_pct"] > stress["peak_without_package_pct"]).all()


def test_reasons_move_the_rating_by_one_notch_unless_more_is_argued() -> None:
    two = [Reason("assets", "lower"), Reason("pooled reserves", "lower")]
    assert correct("high", two).final == "moderate"
    assert "bounded" in correct("high", two).note
    argued = [replace(two[0], beyond="assets exceed the debt"), two[1]]
    assert correct("high", argued).final == "low"
    assert correct("moderate", [Reason("arrears", "higher"), Reason("aid", "lower")]).notches == 0
    assert correct("high", [Reason("conflict", "higher")]).final == "high"
    assert correct("in debt distress", two).final == "in debt distress"


@given(
    st.sampled_from(RATINGS), st.lists(st.sampled_from(DIRECTIONS), max_size=6), st.integers(0, 2)
)
def test_correction_stays_on_the_scale_and_within_its_bound(
    model: str, directions: list[str], bound: int
) -> None:
    found = correct(model, [Reason("r", d) for d in directions], max_notches=bound)
    assert found.final in RATINGS
    assert abs(found.notches) <= bound
    assert len(found.table) == len(directions)
    assert (found.final == "in debt distress") == (model == "in debt distress")


@pytest.mark.parametrize(
    ("model", "reason"),
    [("middling", Reason("r", "lower")), ("low", Reason("r", "up")), ("low", Reason(" ", "none"))],
)
def test_correction_refuses_what_it_cannot_read(model: str, reason: Reason) -> None:
    with pytest.raises(InputError):
        correct(model, [reason])


def test_reverse_test_finds_the_borrowing_that_just_breaches() -> None:
    country = made_country()
    limits = {"pv_external_to_gdp_pct": 40.0}
    room = float(reverse_test(country, limits, TERMS)["room_pct_gdp"].iloc[0])
    assert 0 < room < 100
    for size, expected in ((room, True), (room - 0.2, False)):
        path = engine.project(country, package=new_borrowing(country, size, TERMS))
        assert bool(breached(path, limits, window_years=10, breach_years=2)) is expected


def test_reverse_test_says_when_there_is_no_room_or_no_end() -> None:
    limits = {"pv_external_to_gdp_pct": 1.0, "pv_public_to_gdp_pct": 1e6}
    table = reverse_test(made_country(), limits, TERMS)
    assert table["room_pct_gdp"].iloc[0] == 0
    assert math.isnan(table["room_pct_gdp"].iloc[1])
    assert table["note"].str.len().gt(0).all()


def test_institutions_index_turns_the_governance_scale() -> None:
    assert fan_index.institutions_index(2.5, 2.5) == 0
    assert fan_index.institutions_index(-2.5, -2.5) == 1
    assert fan_index.institutions_index(0, 0) == pytest.approx(0.5)
    with pytest.raises(InputError):
        fan_index.institutions_index(60, 40)


def test_fan_measures_read_width_chance_and_median() -> None:
    measures = fan_index.fan_measures(made_fan(), FIRST_YEAR + 4)
    assert measures.width_pct_gdp == pytest.approx(20.0)
    assert measures.not_stabilised_pct == pytest.approx(40.0)
    assert measures.terminal_pct_gdp == pytest.approx(60.0)
    with pytest.raises(InputError, match="ends in"):
        fan_index.fan_measures(made_fan(), FIRST_YEAR + 30)
    with pytest.raises(InputError, match="must be one of"):
        fan_index.fan_measures(replace(made_fan(), quantity="exports"), FIRST_YEAR)


@given(st.floats(0, 200), st.floats(0, 1), st.floats(0, 200), st.floats(0, 1), st.floats(0.1, 50))
def test_more_of_any_part_never_lowers_the_fan_index(
    width: float, share: float, median: float, institutions: float, more: float
) -> None:
    values = parameters.load("mac-srdsf")
    low = fan_index.FanMeasures(2028, width, 100 * share, median)
    base = fan_index.fanchart_index(low, institutions, values)
    for high in (
        replace(low, width_pct_gdp=width + more),
        replace(low, not_stabilised_pct=100 * share + more),
        replace(low, terminal_pct_gdp=median + more),
    ):
        assert fan_index.fanchart_index(high, institutions, values) >= base


def test_bands_and_the_medium_term_signal(srdsf: parameters.Parameters) -> None:
    assert [fan_index.band(v, 1, 2) for v in (0.9, 1, 2, 2.1, math.nan)] == [
        "low", "moderate", "moderate", "high", "unknown",
    ]  # fmt: skip
    assert fan_index.medium_term_signal(0.5, 5.0, srdsf)[0] == "low"
    assert fan_index.medium_term_signal(3.0, 25.0, srdsf)[0] == "high"
    assert fan_index.medium_term_signal(math.nan, 25.0, srdsf)[0] == "high"
    assert fan_index.medium_term_signal(math.nan, math.nan, srdsf)[0] == "unknown"


def test_market_framework_needs_no_fan_but_says_so() -> None:
    result = assess_market(made_country())
    assert result.signals["solvency"] == "unknown"
    assert result.signals["overall"] in fan_index.BANDS
    assert "solvency: no fan was given" in result.notes
    assert math.isnan(result.near.probability_pct)


def test_market_framework_takes_the_institutions_of_the_settings_unless_one_is_given() -> None:
    country = made_country(government_effectiveness=-0.5, regulatory_quality=-1.0)
    found, given = (assess_market(country, made_fan(), **k) for k in ({}, {"institutions": 0.65}))
    assert found.medium.equals(given.medium)
    assert found.signals["solvency"] in fan_index.BANDS
    assert any("institutions index 0.65" in note for note in found.notes)
    other = assess_market(country, made_fan(), institutions=0.1)
    assert other.medium.set_index("index")["value"]["dfi"] < found.medium["value"].iloc[0]
    half = assess_market(made_country(government_effectiveness=-0.5), made_fan())
    assert half.signals["solvency"] == "unknown"


def test_market_framework_with_everything_given() -> None:
    country = made_country(embi_spread_bp=700.0)
    result = assess_market(
        country, made_fan(), institutions=0.5,
        banks=fan_index.BankExposure(claims_pct_assets=30.0, stressed_rise_points=40.0),
        coefficients={"constant": -3.0, "public_debt_pct_revenue": 0.01, "vix_change_1y": 0.1},
        values={"vix_change_1y": 5.0}, costs_pct_gdp={"ageing": {FIRST_YEAR + 6: 2.0}},
        exposure_usd_mn=1000.0,
    )  # fmt: skip
    assert result.signals["liquidity"] == "high"
    need = result.path.table["gross_financing_need_pct_gdp"].loc[FIRST_YEAR : FIRST_YEAR + 4]
    assert result.average_need_pct_gdp == pytest.approx(need.mean())
    expected = -3.0 + 0.01 * 100 * 50.0 / float(
        country.series["revenue_pct_gdp"].loc[FIRST_YEAR - 1]
    )
    assert result.near.probability_pct == pytest.approx(100 / (1 + math.exp(-expected - 0.5)))
    ageing = result.long.set_index("item").filter(like="ageing", axis=0)
    assert float(ageing["value"].iloc[0]) > 1.5
    assert set(result.loss["exposure_usd_mn"]) == {1000.0}
    assert result.loss["probability"].str.contains("above 90 % of GDP").any()


def test_near_term_model_needs_its_values() -> None:
    with pytest.raises(InputError, match="no value"):
        near_term.stress_probability({}, {"constant": 0.0, "vix_change_1y": 1.0})
    with pytest.raises(InputError, match="constant"):
        near_term.stress_probability({}, {})
    assert near_term.stress_probability({"x": 1e4}, {"constant": 0, "x": -1})[0] == 0


def test_heat_map_signals_count() -> None:
    calm = near_term.heat_map(
        made_country(), engine.project(made_country()), parameters.load("mac-dsa-2013")
    )
    assert calm.set_index("indicator").loc["spread, basis points", "signal"] == "unknown"
    for signals, expected in (
        (["high", "high", "low"], "high"),
        (["high", "low", "low"], "moderate"),
        (["moderate", "moderate", "unknown"], "moderate"),
        (["moderate", "low", "low"], "low"),
        (["unknown"], "unknown"),
    ):
        assert near_term.heat_signal(pd.DataFrame({"signal": signals})) == expected


def test_a_country_without_debt_is_assessed() -> None:
    names = ("public_debt_pct_gdp", "external_ppg_debt_usd_mn", "external_principal_usd_mn",
             "external_interest_usd_mn", "domestic_principal_pct_gdp",
             "domestic_interest_pct_gdp")  # fmt: skip
    none: dict[str, Any] = dict.fromkeys(names, 0.0)
    found = assess_market(made_country(framework="market", **none)).near.heat_map
    signals = found.set_index("indicator")["signal"]
    assert signals["foreign currency, % of public debt"] == "unknown"
    assert signals["public debt, % of GDP"] == "low"


def test_costs_must_lie_in_the_projection() -> None:
    country = made_country()
    lower = with_costs(country, {FIRST_YEAR + 3: 1.5}).series["primary_balance_pct_gdp"]
    change = lower - country.series["primary_balance_pct_gdp"]
    assert change.loc[FIRST_YEAR + 3] == pytest.approx(-1.5)
    assert change.drop(FIRST_YEAR + 3).abs().max() == 0
    with pytest.raises(InputError, match="project"):
        with_costs(country, {1999: 1.0})


def test_expected_loss_is_the_product_and_probabilities_add_up() -> None:
    assert expected_loss(200.0, 10.0, 50.0) == pytest.approx(10.0)
    assert cumulative_probability_pct(10.0, 2) == pytest.approx(19.0)
    own = parameters.load("bri-dsf-market")
    table = loss_table(100.0, {"p": 20.0}, own, losses_pct={"a": 10.0, "b": 50.0})
    assert table["expected_loss_usd_mn"].tolist() == pytest.approx([2.0, 10.0])
    for wrong in (lambda: expected_loss(1, 120, 5), lambda: expected_loss(-1, 1, 1)):
        with pytest.raises(InputError):
            wrong()
    with pytest.raises(InputError):
        cumulative_probability_pct(1.0, 0)


def test_the_wrong_framework_is_named() -> None:
    assert not [n for n in assess_market(made_country(framework="market")).notes if "scope" in n]
    assert [n for n in assess_market(made_country()).notes if n.startswith("scope")]
    assert [n for n in assess_bri(made_country(framework="market"), reverse=False).notes
            if n.startswith("scope")]  # fmt: skip
