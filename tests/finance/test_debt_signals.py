"""Breaches, most extreme stress test, ratings, space, market pressure, probability."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from debt_countries import FIRST_YEAR, made_country
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.parameters import load
from beltroad.finance.debt.ratings.classification import Averages
from beltroad.finance.debt.ratings.granularity import distances, space
from beltroad.finance.debt.ratings.market_module import market_module
from beltroad.finance.debt.ratings.probability import Probit, probability_table, probit_of
from beltroad.finance.debt.ratings.signals import (
    RATINGS,
    counted_peak,
    indicator_table,
    ratings,
    signal_table,
    thresholds_of,
)
from beltroad.finance.debt.vocabulary import INDICATORS

NOW = load("lic-dsf")
MEDIUM = thresholds_of("medium", NOW)
STOCK, SERVICE = "pv_external_to_gdp_pct", "service_external_to_revenue_pct"
YEARS = pd.RangeIndex(FIRST_YEAR - 1, FIRST_YEAR + 21, name="year")


def path(scenario: str, level: float = 0.5, **changes: dict[int, float]) -> DebtPath:
    """All indicators at ``level`` of their medium threshold, but for some years (t = 0) changed."""
    table = pd.DataFrame({name: level * MEDIUM[name] for name in INDICATORS}, index=YEARS)
    for name, values in changes.items():
        for ahead, value in values.items():
            table.loc[FIRST_YEAR + ahead, name] = value
    table["gross_financing_need_pct_gdp"] = 10.0
    return DebtPath("XXA", scenario, FIRST_YEAR, table)


def table(*paths: DebtPath) -> pd.DataFrame:
    return signal_table({p.scenario: p for p in paths}, MEDIUM, NOW)


def row(signals: pd.DataFrame, indicator: str, case: str) -> pd.Series:
    found = signals[(signals["indicator"] == indicator) & (signals["case"] == case)]
    assert len(found) == 1
    return found.iloc[0]


def test_thresholds_of_the_three_classes() -> None:
    assert [thresholds_of(c, NOW)[STOCK] for c in ("weak", "medium", "strong")] == [30, 40, 55]
    assert MEDIUM == {
        STOCK: 40, "pv_external_to_exports_pct": 180, "service_external_to_exports_pct": 15,
        SERVICE: 18, "pv_public_to_gdp_pct": 55,
    }  # fmt: skip
    with pytest.raises(InputError, match="'good'"):
        thresholds_of("good", NOW)


def test_a_breach_is_strictly_above_and_lasts_two_years() -> None:
    at = row(table(path("baseline", pv_external_to_gdp_pct={3: 40.0, 4: 40.0})), STOCK, "baseline")
    assert (at["years_above"], at["breach"], at["peak_pct"]) == (0, False, 40.0)
    once = row(table(path("baseline", pv_external_to_gdp_pct={3: 60.0})), STOCK, "baseline")
    assert (once["years_above"], once["breach"], once["peak_pct"]) == (1, False, 60.0)
    apart = row(table(path("baseline", pv_external_to_gdp_pct={0: 41, 10: 41})), STOCK, "baseline")
    assert (apart["years_above"], apart["breach"], apart["peak_year"]) == (2, True, FIRST_YEAR)


def test_years_outside_the_window_do_not_count() -> None:
    outside = {-1: 90.0, 11: 90.0, 12: 90.0, 20: 90.0}
    found = row(table(path("baseline", pv_external_to_gdp_pct=outside)), STOCK, "baseline")
    assert (found["years_above"], found["breach"], found["peak_pct"]) == (0, False, 20.0)


def test_most_extreme_stress_test_is_chosen_per_indicator() -> None:
    signals = table(
        path("baseline"),
        path("B1", pv_external_to_gdp_pct={2: 45.0, 3: 46.0}),
        path("B3", pv_external_to_gdp_pct={2: 44.0, 3: 44.0}, **{SERVICE: {5: 19.0, 6: 19.0}}),
    )
    stock, service = row(signals, STOCK, "stress"), row(signals, SERVICE, "stress")
    assert (stock["scenario"], stock["peak_year"]) == ("B1", FIRST_YEAR + 3)
    assert service["scenario"] == "B3"
    assert ratings(signals) == ("moderate", "moderate")


def test_a_one_year_peak_is_ranked_by_its_second_value() -> None:
    signals = table(
        path("baseline"),
        path("B1", pv_external_to_gdp_pct={2: 90.0, 3: 30.0}),
        path("B2", pv_external_to_gdp_pct={2: 35.0}),
        path("B4", pv_external_to_gdp_pct={2: 41.0, 3: 41.0}),
    )
    found = row(signals, STOCK, "stress")
    assert (found["scenario"], found["breach"]) == ("B4", True)
    without = row(table(path("baseline"), path("B1", pv_external_to_gdp_pct={2: 90.0, 3: 30.0}),
                        path("B2", pv_external_to_gdp_pct={2: 35.0})), STOCK, "stress")  # fmt: skip
    assert (without["scenario"], without["breach"]) == ("B2", False)


def test_historical_scenario_is_never_in_the_signal() -> None:
    worse = path("historical", pv_external_to_gdp_pct=dict.fromkeys(range(11), 99.0))
    signals = table(path("baseline"), worse, path("CL"))
    assert set(signals["scenario"]) == {"baseline", "CL"}
    assert ratings(signals) == ("low", "low")
    long = indicator_table({"baseline": path("baseline"), "historical": worse}, MEDIUM)
    assert set(long["scenario"]) == {"baseline", "historical"}
    assert len(long) == 2 * len(INDICATORS) * len(YEARS)
    at = long[(long["scenario"] == "historical") & (long["year"] == FIRST_YEAR)]
    assert dict(zip(at["indicator"], at["value_pct"], strict=True))[STOCK] == 99.0


def test_tailored_tests_are_in_the_signal() -> None:
    for name in ("ND", "CP", "MF", "CL"):
        shock = path(name, pv_external_to_gdp_pct={1: 50.0, 2: 50.0})
        assert ratings(table(path("baseline"), shock)) == ("moderate", "moderate")


def test_ratings() -> None:
    fiscal = {1: 60.0, 2: 60.0}
    assert ratings(table(path("baseline", pv_public_to_gdp_pct=fiscal), path("B1"))) == (
        "low", "high",
    )  # fmt: skip
    assert ratings(table(path("baseline"), path("B1", pv_public_to_gdp_pct=fiscal))) == (
        "low", "moderate",
    )  # fmt: skip
    external = table(path("baseline", pv_external_to_gdp_pct={1: 60, 2: 60}), path("B1"))
    assert ratings(external) == ("high", "high")
    assert ratings(external, in_debt_distress=True) == ("in debt distress",) * 2


def test_unknown_indicator_is_no_breach_and_no_peak() -> None:
    gap = dict.fromkeys(range(-1, 21), math.nan)
    signals = table(path("baseline", **{SERVICE: gap}), path("B1", **{SERVICE: gap}))
    found = row(signals, SERVICE, "baseline")
    assert math.isnan(found["peak_pct"])
    assert not found["breach"]
    assert signals[(signals["indicator"] == SERVICE)]["case"].tolist() == ["baseline"]


def test_counted_peak_passes_over_short_breaches() -> None:
    values = np.array([1.0, 9.0, 3.0, math.nan])
    assert counted_peak(values, 5.0, 2) == 3.0
    assert counted_peak(values, 5.0, 1) == 9.0
    assert counted_peak(values, 2.0, 2) == 9.0
    assert math.isnan(counted_peak(np.array([math.nan]), 1.0, 2))


def test_limited_space_by_service_where_a_simpler_rule_sees_none() -> None:
    """Cut-offs of 20 and 10 % on one stock, as elsewhere in use, call this country's space some."""
    base = path("baseline", level=0.3, pv_external_to_gdp_pct={2: 30.0, 3: 30.0},
                **{SERVICE: {4: 16.0}})  # fmt: skip
    found = distances(base, MEDIUM, NOW).set_index("indicator")
    assert found.loc[STOCK, "distance_pct"] == pytest.approx(25)
    assert found.loc[SERVICE, "distance_pct"] == pytest.approx(100 * 2 / 18)
    assert space(found.reset_index(), "moderate") == "limited"
    mistaken = "limited" if found.loc[STOCK, "distance_pct"] <= 10 else (
        "some" if found.loc[STOCK, "distance_pct"] <= 20 else "substantial")  # fmt: skip
    assert mistaken == "substantial"


@pytest.mark.parametrize(
    ("stock", "service", "expected"),
    [
        (32.0, 5.0, "limited"),  # 20 % of the threshold of 40: at the cut-off
        (31.9, 5.0, "some"),
        (24.0, 5.0, "some"),  # 40 %: not beyond it
        (23.9, 5.0, "substantial"),
        (10.0, 11.71, "some"),  # 34.9 % of the threshold of 18
        (10.0, 11.69, "substantial"),
        (10.0, 15.85, "limited"),  # 11.9 %
        (10.0, 15.83, "some"),
    ],
)
def test_space_at_its_cut_offs(stock: float, service: float, expected: str) -> None:
    base = path("baseline", level=0.1, pv_external_to_gdp_pct={1: stock}, **{SERVICE: {1: service}})
    found = distances(base, MEDIUM, NOW)
    assert space(found, "moderate") == expected
    assert {space(found, rating) for rating in ("low", "high", "in debt distress")} == {""}


def test_market_pressure_counts_two_benchmarks() -> None:
    base = path("baseline")
    assert market_module(made_country(), base, NOW) is None
    pressure = {}
    for need, spread in ((10.0, 300.0), (15.0, 300.0), (15.0, 600.0), (14.0, 570.0)):
        base.table.loc[FIRST_YEAR + 2, "gross_financing_need_pct_gdp"] = need
        country = made_country(market_access="yes", embi_spread_bp=spread)
        found = market_module(country, base, NOW)
        assert found is not None
        pressure[need, spread] = found.pressure
    assert list(pressure.values()) == ["low", "moderate", "high", "low"]
    base.table.loc[FIRST_YEAR + 2, "gross_financing_need_pct_gdp"] = 15.0
    blind = market_module(made_country(market_access="yes"), base, NOW)
    assert blind is not None
    assert (blind.pressure, blind.gfn_year) == ("moderate", FIRST_YEAR + 2)
    assert "spread not known" in blind.note
    base.table["gross_financing_need_pct_gdp"] = 5.0
    unknown = market_module(made_country(market_access="yes"), base, NOW)
    assert unknown is not None
    assert unknown.pressure == "unknown"


# The averages behind the printed composite indicator of 2.82: a country in the middle.
MIDDLE = Averages(3.09, 0.0481, 0.3176, 0.0671, 0.0353)


def test_borderline_cases_and_their_probability() -> None:
    base = path("baseline", level=0.5, pv_external_to_gdp_pct={1: 37.0, 2: 37.0, 3: 80.0})
    mild = path("B1", level=0.85)
    paths = {"baseline": base, "B1": mild}
    signals = signal_table(paths, MEDIUM, NOW)
    found = probability_table(signals, paths, NOW, values=MIDDLE)
    assert found is not None
    assert len(found) == 8  # four external indicators, two cases
    assert not found["borderline"].any()  # 80 is far above, 0.85 of a threshold below the band
    base.table.loc[FIRST_YEAR + 3, STOCK] = 37.0
    found = probability_table(signal_table(paths, MEDIUM, NOW), paths, NOW, values=MIDDLE)
    assert found is not None
    close = found[found["borderline"]]
    assert close["indicator"].tolist() == [STOCK]
    # By hand: 1.31 + 1.541 x 0.37 - 0.4 x 3.09 - 3.081 x 0.0481 - 4.223 x 0.3176
    # + 3.953 x 0.3176^2 - 2.235 x 0.0671 - 12.4 x 0.0353 = -1.037
    index = 1.31 + 0.57017 - 1.236 - 0.148196 - 1.341225 + 0.398738 - 0.149969 - 0.43772
    expected = 0.5 * math.erfc(-index / math.sqrt(2))
    assert close["probability"].item() == pytest.approx(expected, abs=1e-6)
    assert close["signal"].item() is False
    unknown = probability_table(signals, paths, NOW)
    assert unknown is not None
    assert unknown["probability"].isna().all()
    assert unknown["signal"].isna().all()
    assert probability_table(signals, paths, load("lic-dsf", "2015-01-01")) is None


def test_the_composite_indicator_is_the_mean_of_the_four_models() -> None:
    """Two tables of one framework, read in two places, agree to the printed digit."""
    models = [probit_of(name, NOW) for name, i in INDICATORS.items() if i.side == "external"]
    for name in ("cpia", "growth", "reserves", "reserves_squared", "remittances", "world_growth"):
        mean = -sum(getattr(model, name) for model in models) / 4
        assert mean == pytest.approx(NOW[f"ci.{name}"], abs=6e-4)


def test_thresholds_are_where_the_models_reach_their_cut_offs() -> None:
    """For a country in the middle: the medium thresholds are the rounded crossing points."""
    for name, threshold in MEDIUM.items():
        model = probit_of(name, NOW)
        if model is None:
            continue
        debt = np.linspace(0.0, 4.0, 40_001)
        at = debt[model.probability(debt, MIDDLE) > NOW[f"probability.cutoff.{name}"]][0]
        assert 100 * at == pytest.approx(threshold, rel=0.12)


def test_a_model_of_ones_own() -> None:
    flat = path("baseline", level=1.5)
    table_ = probability_table(
        signal_table({"baseline": flat}, MEDIUM, NOW), {"baseline": flat}, NOW,
        values=Averages(3.0, 0.05, 0.3, 0.02, 0.035),
        models={STOCK: Probit(constant=-0.3, debt=1.0, cpia=-0.1)},
    )  # fmt: skip
    assert table_ is not None
    first = table_.set_index("indicator").loc[STOCK]
    assert first["probability"] == pytest.approx(0.5)  # index -0.3 + 0.6 - 0.3 = 0
    assert (first["signal"], first["years_above"]) == (True, 11)


levels = st.lists(st.floats(0.2, 1.8), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(levels, st.floats(1.0, 1.6), st.integers(0, 10))
def test_rating_never_improves_when_debt_rises(
    sizes: list[float], factor: float, peak: int
) -> None:
    names = ("baseline", "B1", "CL")
    paths = {
        n: path(n, s, pv_external_to_gdp_pct={peak: 50.0})
        for n, s in zip(names, sizes, strict=True)
    }
    more = {n: DebtPath("XXA", n, FIRST_YEAR, p.table * factor) for n, p in paths.items()}
    before = ratings(signal_table(paths, MEDIUM, NOW))
    after = ratings(signal_table(more, MEDIUM, NOW))
    for old, new in zip(before, after, strict=True):
        assert RATINGS.index(new) >= RATINGS.index(old)
    assert RATINGS.index(before[1]) >= RATINGS.index(before[0])


@settings(max_examples=40, deadline=None)
@given(levels, st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_scale_and_order_do_not_matter(sizes: list[float], factor: float) -> None:
    names = ("baseline", "B1", "B2")
    paths = {n: path(n, s) for n, s in zip(names, sizes, strict=True)}
    found = signal_table(paths, MEDIUM, NOW)
    turned = signal_table(dict(reversed(paths.items())), MEDIUM, NOW)
    pd.testing.assert_frame_equal(found, turned)
    scaled = signal_table(
        {n: DebtPath("XXA", n, FIRST_YEAR, p.table * factor) for n, p in paths.items()},
        {n: v * factor for n, v in MEDIUM.items()},
        NOW,
    )
    keep = ["indicator", "case", "scenario", "peak_year", "years_above", "breach"]
    pd.testing.assert_frame_equal(found[keep], scaled[keep])


def test_a_baseline_is_needed() -> None:
    with pytest.raises(InputError, match="baseline"):
        table(path("B1"))
