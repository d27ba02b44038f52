"""Stress tests: no shock is no change, sizes worked by hand, interactions, who is exposed."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from debt_countries import FIRST_YEAR, made_country, realistic_country
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance.debt import parameters
from beltroad.finance.debt.dynamics import decomposition, engine, stress
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.parameters import Parameters

P = parameters.load("lic-dsf")
YEAR1, YEAR2 = FIRST_YEAR + 1, FIRST_YEAR + 2
EXPOSED = {"disaster_prone": "yes", "market_access": "yes", "commodity_exports_pct": 60.0}


def with_values(**changes: float) -> Parameters:
    """Parameters with some changed; two underscores stand for a dot."""
    return replace(P, values=dict(P.values) | {k.replace("__", "."): v for k, v in changes.items()})


def past(country: CountryInputs, name: str) -> tuple[float, float]:
    """Mean and sample deviation over 2014-2023, by another library."""
    values = [float(v) for v in country.series[name].loc[2014:2023]]
    return statistics.fmean(values), statistics.stdev(values)


def growth_of(series: pd.Series) -> pd.Series:
    return 100 * (series / series.shift() - 1)


def run(scenario: str, country: CountryInputs | None = None, **kind) -> pd.DataFrame:
    return stress.run(country or made_country(), scenario, **kind).table


# --- what holds for all ----------------------------------------------------------------------


def test_shocks_of_size_zero_are_the_baseline_exactly():
    for country in (made_country(**EXPOSED), realistic_country()):
        paths = stress.run_all(country, size=0.0)
        for name, path in paths.items():
            assert path.table.equals(paths["baseline"].table), name


def test_all_scenarios_run_where_they_apply():
    paths = stress.run_all(made_country(**EXPOSED))
    assert list(paths) == list(stress.LABELS) == ["baseline", *stress.SCENARIOS]
    for name, path in paths.items():
        assert path.scenario == name
        assert path.first_year == FIRST_YEAR
        table = path.table
        assert np.isfinite(table.iloc[1:].to_numpy()).all(), name
        # The first projection year is never shocked.
        assert table.loc[:FIRST_YEAR].equals(paths["baseline"].table.loc[:FIRST_YEAR]), name
        parts = decomposition.public(path)
        if name not in ("B3", "B4", "MF"):  # there the state borrows for the economy
            assert parts["residual"].to_numpy() == pytest.approx(0.0, abs=1e-9), name
        moved = table["external_borrowing_usd_mn"] - table["external_principal_usd_mn"]
        debt = table["external_ppg_debt_usd_mn"].to_numpy()
        assert debt[1:] == pytest.approx(debt[:-1] + moved.to_numpy()[1:], rel=1e-12, abs=1e-9)


def test_who_is_not_exposed_is_told_why():
    reasons = stress.skipped(made_country())
    assert set(reasons) == {"ND", "CP", "MF"}
    assert "35 %" in reasons["CP"]
    assert not stress.skipped(made_country(**EXPOSED))
    assert "not known" in stress.skipped(made_country(commodity_exports_pct=None))["CP"]
    assert set(stress.run_all(made_country())) == set(stress.LABELS) - {"ND", "CP", "MF"}


def test_a_short_history_skips_the_shocks_that_need_it():
    country = made_country(primary_balance_pct_gdp=-2.0)
    series = country.series.copy()
    series.loc[:2019, "primary_balance_pct_gdp"] = np.nan
    reasons = stress.skipped(replace(country, series=series))
    assert "4 known years of balance" in reasons["B2"]
    assert {"historical", "B2", "B6"} <= set(reasons)
    assert "B1" not in reasons


def test_exports_that_would_vanish_skip_the_shock():
    wild = {year: 40_000.0 if year % 2 else 400.0 for year in range(2009, 2024)}
    country = made_country(exports_usd_mn=wild)
    assert "leaves no exports" in stress.skipped(country)["B3"]
    with pytest.raises(InputError, match="leaves no exports"):
        run("B3", country)


def test_unknown_scenario():
    with pytest.raises(InputError, match="no scenario 'B7'"):
        stress.run(made_country(), "B7")


@settings(max_examples=12, deadline=None)
@given(
    sizes=st.tuples(st.floats(0, 2.5), st.floats(0, 2.5)).map(sorted),
    balance=st.floats(-5, 2), growth=st.floats(1, 8),
)  # fmt: skip
def test_a_larger_shock_never_lowers_peak_debt(sizes, balance, growth):
    country = made_country(
        primary_balance_pct_gdp=dict.fromkeys(range(2024, 2045), balance),
        real_growth_pct=dict.fromkeys(range(2024, 2045), growth),
    )
    watched = {
        "B1": ("public_debt_pct_gdp", "pv_public_to_gdp_pct", "pv_external_to_gdp_pct"),
        "B2": ("public_debt_pct_gdp", "pv_public_to_gdp_pct", "pv_external_to_gdp_pct"),
        "B3": (
            "external_ppg_debt_usd_mn",
            "pv_external_to_exports_pct",
            "public_debt_pct_gdp",
            "pv_public_to_gdp_pct",
        ),
    }
    for scenario, columns in watched.items():
        small, large = (run(scenario, country, size=size).iloc[:12] for size in sizes)
        for column in columns:
            assert large[column].max() >= small[column].max() * (1 - 1e-9), (scenario, column)


# --- standardised tests ----------------------------------------------------------------------


def test_b1_growth_by_hand():
    country = made_country()
    mean, deviation = past(country, "real_growth_pct")
    assert mean < 5.0
    table, calm = run("B1"), run("baseline")
    for year in (YEAR1, YEAR2):
        assert table.loc[year, "real_growth_pct"] == pytest.approx(mean - deviation)
        assert table.loc[year, "deflator_growth_pct"] == pytest.approx(
            5.0 - 0.6 * (5.0 - (mean - deviation))
        )
    assert table.loc[2027:, "real_growth_pct"].to_numpy() == pytest.approx(5.0)
    # The level of GDP stays lower for good, in USD as in local currency.
    factor = (1 + (mean - deviation) / 100) * (1 + table.loc[YEAR1, "deflator_growth_pct"] / 100)
    assert table.loc[YEAR1, "gdp_lcu_mn"] == pytest.approx(
        calm.loc[FIRST_YEAR, "gdp_lcu_mn"] * factor
    )
    ratio = table["gdp_usd_mn"] / calm["gdp_usd_mn"]
    assert ratio.loc[2044] == pytest.approx(ratio.loc[YEAR2])
    assert ratio.loc[2044] < 0.95
    # Revenue keeps its ratio, spending its level: pb' = r - (r - pb) GDP / GDP'.
    assert table.loc[2030, "revenue_pct_gdp"] == calm.loc[2030, "revenue_pct_gdp"]
    level = calm.loc[2030, "gdp_lcu_mn"] / table.loc[2030, "gdp_lcu_mn"]
    assert table.loc[2030, "primary_balance_pct_gdp"] == pytest.approx(18.0 - 20.0 * level)
    # Amounts in USD stay, so the external block borrows no more.
    for column in ("external_ppg_debt_usd_mn", "exports_usd_mn", "pv_external_to_exports_pct"):
        assert table[column].equals(calm[column])


def test_the_choice_made_in_the_second_year_holds_in_the_third():
    mean, deviation = past(made_country(), "real_growth_pct")
    # Below the average in t+1, above it in t+2: the baseline is the start in both years.
    table = run("B1", made_country(real_growth_pct={YEAR1: mean - 1, YEAR2: mean + 2}))
    assert table.loc[YEAR1, "real_growth_pct"] == pytest.approx(mean - 1 - deviation)
    assert table.loc[YEAR2, "real_growth_pct"] == pytest.approx(mean + 2 - deviation)
    # The other way round: the average is.
    table = run("B1", made_country(real_growth_pct={YEAR1: mean + 2, YEAR2: mean - 1}))
    assert table.loc[YEAR2, "real_growth_pct"] == pytest.approx(mean - deviation)


def test_b2_balance_and_dearer_loans():
    country = made_country()
    mean, deviation = past(country, "primary_balance_pct_gdp")
    start = min(mean, -2.0)
    calm, table = run("baseline"), run("B2")
    assert table.loc[YEAR1, "primary_balance_pct_gdp"] == pytest.approx(start - deviation)
    assert table.loc[YEAR2, "primary_balance_pct_gdp"] == pytest.approx(start - deviation)
    assert table.loc[2027, "primary_balance_pct_gdp"] == -2.0
    worse = -2.0 - (start - deviation)
    extra = worse / 100 * calm.loc[YEAR1, "gdp_lcu_mn"] / calm.loc[YEAR1, "exchange_rate"]
    borrowed = table["external_borrowing_usd_mn"] - calm["external_borrowing_usd_mn"]
    assert borrowed.loc[YEAR1] == pytest.approx(0.5 * extra)
    # Interest in t+2: the extra loans at their rate, all domestic loans of t+1 25 bp a point.
    real = 1.04 * 1.05 - 1
    premium = worse * 25 / 1e4
    due = 0.5 * worse * (real + premium) + premium * calm.loc[YEAR1, "domestic_borrowing_pct_gdp"]
    level = calm.loc[YEAR1, "gdp_lcu_mn"] / calm.loc[YEAR2, "gdp_lcu_mn"]
    paid = table["domestic_interest_pct_gdp"] - calm["domestic_interest_pct_gdp"]
    assert paid.loc[YEAR2] == pytest.approx(due * level, rel=1e-9)


def test_b2_market_access_makes_commercial_loans_dearer_up_to_a_cap():
    closed, open_ = run("B2"), run("B2", made_country(market_access="yes"))
    assert (
        open_.loc[2027, "external_interest_usd_mn"] > closed.loc[2027, "external_interest_usd_mn"]
    )
    calm = run("baseline")
    country = made_country(
        market_access="yes", primary_balance_pct_gdp={y: 6.0 * (-1) ** y for y in range(2014, 2024)}
    )
    table = run("B2", country)
    # A tenth of external and domestic borrowing is commercial; 400 bp is the most it pays.
    lent = 0.2 * calm.loc[YEAR1, "external_borrowing_usd_mn"]
    residual = table["external_borrowing_usd_mn"] - calm["external_borrowing_usd_mn"]
    interest = table["external_interest_usd_mn"] - calm["external_interest_usd_mn"]
    assert interest.loc[YEAR2] == pytest.approx(
        0.04 * lent + (0.05 + 0.04) * residual.loc[YEAR1], rel=1e-9
    )


def check_public_block_adds_the_loans(table: pd.DataFrame, calm: pd.DataFrame) -> None:
    """Public debt is that of the baseline with the extra external loans, GDP as it was."""
    for stock, ratio in (
        ("pv_external_usd_mn", "pv_public_to_gdp_pct"),
        ("external_ppg_debt_usd_mn", "public_debt_pct_gdp"),
    ):
        extra = 100 * (table[stock] - calm[stock]) / calm["gdp_usd_mn"]
        assert (table[ratio] - calm[ratio]).to_numpy() == pytest.approx(extra.to_numpy(), abs=1e-9)
    assert table["gdp_lcu_mn"].equals(calm["gdp_lcu_mn"])


def test_b3_exports_by_hand():
    country = made_country()
    values = growth_of(country.series["exports_usd_mn"]).loc[2014:2023]
    mean, deviation = statistics.fmean(values), statistics.stdev(values)
    base = growth_of(country.series["exports_usd_mn"]).loc[YEAR1]
    shocked = min(mean, base) - deviation
    assert shocked < 0
    table, calm = run("B3"), run("baseline")
    assert growth_of(table["exports_usd_mn"]).loc[YEAR1] == pytest.approx(shocked)
    assert growth_of(table["exports_usd_mn"]).loc[YEAR2] == pytest.approx(shocked)
    ratio = table["exports_usd_mn"] / calm["exports_usd_mn"]
    assert ratio.loc[2044] == pytest.approx(ratio.loc[YEAR2])
    share = calm.loc[FIRST_YEAR, "exports_usd_mn"] / calm.loc[FIRST_YEAR, "gdp_usd_mn"]
    # Shrinking exports lower growth with their own rate, not with the distance to the baseline.
    assert table.loc[YEAR1, "real_growth_pct"] == pytest.approx(5.0 + 0.8 * share * shocked)
    assert table.loc[YEAR1, "deflator_growth_pct"] == pytest.approx(5.0)
    lost = calm["exports_usd_mn"] - table["exports_usd_mn"]
    borrowed = table["external_borrowing_usd_mn"] - calm["external_borrowing_usd_mn"]
    assert borrowed.loc[YEAR1] == pytest.approx(lost.loc[YEAR1])
    assert borrowed.loc[YEAR2] == pytest.approx(lost.loc[YEAR2] + 0.05 * lost.loc[YEAR1])
    check_public_block_adds_the_loans(table, calm)
    # Later imports have adjusted: interest alone is borrowed.
    stock = lost.loc[YEAR1] + borrowed.loc[YEAR2]
    assert borrowed.loc[2027] == pytest.approx(0.05 * stock)


def test_b3_slower_but_positive_exports_count_by_their_distance():
    table = run("B3", size=0.2)
    calm = run("baseline")
    growth, base = (growth_of(t["exports_usd_mn"]).loc[YEAR1] for t in (table, calm))
    assert 0 < growth < base
    share = calm.loc[FIRST_YEAR, "exports_usd_mn"] / calm.loc[FIRST_YEAR, "gdp_usd_mn"]
    assert table.loc[YEAR1, "real_growth_pct"] == pytest.approx(5 - 0.8 * share * (base - growth))


def test_b3_growth_suffers_less_just_after_exports_begin_to_shrink():
    # A particularity of the workbook, on record: debt itself rises all the same.
    still, less = run("B3", size=0.5), run("B3", size=0.75)
    assert growth_of(still["exports_usd_mn"]).loc[YEAR1] > 0
    assert growth_of(less["exports_usd_mn"]).loc[YEAR1] < 0
    assert less.loc[YEAR1, "real_growth_pct"] > still.loc[YEAR1, "real_growth_pct"]
    column = "external_ppg_debt_usd_mn"
    assert less.loc[YEAR2, column] > still.loc[YEAR2, column]


def test_b3_refinancing_is_a_parameter():
    plain, rolled = run("B3"), run("B3", parameters=with_values(stress__residual_rollover=1.0))
    assert rolled.loc[:2028].equals(plain.loc[:2028])
    assert rolled.loc[2035, "pv_external_usd_mn"] > plain.loc[2035, "pv_external_usd_mn"]


def test_b4_flows_by_hand():
    country = made_country()
    calm, table = run("baseline"), run("B4")
    lost = 0.0
    for name in ("current_transfers_usd_mn", "fdi_net_usd_mn"):
        ratio = country.series[name] / country.series["gdp_usd_mn"]
        history = [float(v) for v in ratio.loc[2014:2023]]
        target = min(statistics.fmean(history), ratio.loc[YEAR1]) - statistics.stdev(history)
        lost += (ratio.loc[YEAR1] - target) * country.series.loc[YEAR1, "gdp_usd_mn"]
    borrowed = table["external_borrowing_usd_mn"] - calm["external_borrowing_usd_mn"]
    assert borrowed.loc[YEAR1] == pytest.approx(lost)
    assert table["gdp_usd_mn"].equals(calm["gdp_usd_mn"])
    assert table["exports_usd_mn"].equals(calm["exports_usd_mn"])
    assert table.loc[2030, "fdi_net_usd_mn"] == calm.loc[2030, "fdi_net_usd_mn"]
    check_public_block_adds_the_loans(table, calm)


def test_b4_without_transfers_shocks_investment_alone():
    whole, part = run("B4"), run("B4", made_country(current_transfers_usd_mn=None))
    calm = run("baseline")
    assert (
        calm.loc[YEAR1, "external_borrowing_usd_mn"]
        < part.loc[YEAR1, "external_borrowing_usd_mn"]
        < whole.loc[YEAR1, "external_borrowing_usd_mn"]
    )


def test_b5_depreciation_by_hand():
    table, calm = run("B5"), run("baseline")
    ratio = table["exchange_rate"] / calm["exchange_rate"]
    assert ratio.loc[FIRST_YEAR] == 1
    assert ratio.loc[YEAR1:].to_numpy() == pytest.approx(1 / 0.7)
    assert table.loc[YEAR1, "deflator_growth_pct"] == pytest.approx(5.0 + 0.3 * 30)
    assert table.loc[YEAR2, "deflator_growth_pct"] == 5.0
    usd = calm.loc[YEAR1, "gdp_usd_mn"] / calm.loc[FIRST_YEAR, "gdp_usd_mn"] / 1.05 - 1
    assert table.loc[YEAR1, "gdp_usd_mn"] == pytest.approx(
        calm.loc[FIRST_YEAR, "gdp_usd_mn"] * 1.05 * (1 + usd - 0.7 * 0.30)
    )
    assert table["exports_usd_mn"].equals(calm["exports_usd_mn"])
    # Net exports answer in t+2: 0.15 of a real depreciation of (130 x 102 / 114) - 100.
    real = 130 * 102 / 114 / 100 - 1
    deficit = calm.loc[YEAR2, "imports_usd_mn"] - calm.loc[YEAR2, "exports_usd_mn"]
    gdp = table.loc[YEAR2, "gdp_usd_mn"]
    gap = deficit * (gdp / calm.loc[YEAR2, "gdp_usd_mn"] - 1) - 0.15 * real * gdp
    borrowed = table["external_borrowing_usd_mn"] - calm["external_borrowing_usd_mn"]
    assert borrowed.loc[YEAR1] == 0
    assert borrowed.loc[YEAR2] == pytest.approx(gap)
    assert borrowed.loc[2027] == pytest.approx(0.05 * gap)


def test_b5_closes_a_larger_overvaluation():
    table = run("B5", made_country(overvaluation_pct=40.0))
    ratio = table["exchange_rate"] / run("baseline")["exchange_rate"]
    assert ratio.loc[2030] == pytest.approx(1 / 0.6)
    small = run("B5", made_country(overvaluation_pct=10.0))
    assert small.equals(run("B5"))


def test_b6_is_half_of_each():
    country = made_country()
    table, calm = run("B6"), run("baseline")
    mean, deviation = past(country, "real_growth_pct")
    values = growth_of(country.series["exports_usd_mn"]).loc[2014:2023]
    sold = statistics.fmean(values) - statistics.stdev(values) / 2
    base = growth_of(country.series["exports_usd_mn"]).loc[YEAR1]
    sold = min(sold, base - statistics.stdev(values) / 2)
    assert growth_of(table["exports_usd_mn"]).loc[YEAR1] == pytest.approx(sold)
    share = calm.loc[FIRST_YEAR, "exports_usd_mn"] / calm.loc[FIRST_YEAR, "gdp_usd_mn"]
    effect = sold if sold < 0 else sold - base
    growth = min(mean - deviation / 2, 5.0 + 0.8 * share * effect)
    assert table.loc[YEAR1, "real_growth_pct"] == pytest.approx(growth)
    assert table.loc[YEAR2, "real_growth_pct"] == pytest.approx(mean - deviation / 2)
    assert table.loc[YEAR1, "deflator_growth_pct"] == pytest.approx(
        5.0 - 0.6 * (5.0 - growth) + 0.3 * 15
    )
    ratio = table["exchange_rate"] / calm["exchange_rate"]
    assert ratio.loc[2030] == pytest.approx(1 / 0.85)
    mean, deviation = past(country, "primary_balance_pct_gdp")
    assert table.loc[YEAR1, "primary_balance_pct_gdp"] == pytest.approx(
        min(mean, -2.0) - deviation / 2
    )


# --- terms of extra loans, units, order ------------------------------------------------------


def test_extra_loans_take_average_terms_where_none_are_set():
    names = ("interest_pct", "maturity_years", "grace_years")
    open_ = {f"residual_external_{name}": float("nan") for name in names}
    # Shares 25, 15, 10: 0.75, 2 and 6.5 %; 38, 20 and 10 years; 6, 5 and 3 of grace.
    given_ = dict(zip(open_, (2.275, 27.0, 5.0), strict=True))
    for scenario in ("B3", "B2"):
        found, expected = (run(scenario, made_country(**kind)) for kind in (open_, given_))
        column = "external_service_usd_mn"
        assert found[column].to_numpy()[1:] == pytest.approx(expected[column].to_numpy()[1:])
        assert not found[column].equals(run(scenario)[column])
    told = engine.fallbacks(made_country(**open_)).set_index("variable")
    assert "2.27 %, 27 years, 5.1" in told.loc["residual_external_terms", "effect"]


def test_a_premium_counts_in_the_value_of_cheap_extra_loans():
    uneven = {y: 6.0 * (-1) ** y for y in range(2014, 2024)}
    country = made_country(
        market_access="yes", primary_balance_pct_gdp=uneven, residual_external_interest_pct=3.0
    )
    calm, table = run("baseline", country), run("B2", country)
    # 3 % and the 400 bp of the cap are above the discount rate: worth their face.
    worth, lent = (
        (table[name] - calm[name]).loc[YEAR1]
        for name in ("pv_external_usd_mn", "external_borrowing_usd_mn")
    )
    assert lent > 0
    assert worth == pytest.approx(lent, rel=1e-9)


def test_units_and_the_order_of_instruments_do_not_matter():
    country = made_country(**EXPOSED)
    series = country.series.copy()
    dollars = [name for name in series.columns if name.endswith("_usd_mn")]
    series[dollars] *= 3.7
    split = [
        replace(one, name=f"{one.name} {part}", share_pct=one.share_pct * part)
        for one in reversed(country.instruments)
        for part in (0.3, 0.7, 0.0)
    ]
    others = replace(country, series=series), replace(country, instruments=tuple(split))
    paths = stress.run_all(country)
    for other in others:
        for name, path in stress.run_all(other).items():
            ratios = [c for c in path.table if c.endswith(("_to_gdp_pct", "_pct_gdp", "s_pct"))]
            found, expected = path.table[ratios].iloc[1:], paths[name].table[ratios].iloc[1:]
            same = pytest.approx(expected.to_numpy(), rel=1e-9, abs=1e-9)
            assert found.to_numpy() == same, name


def test_a_fall_of_prices_that_leaves_nothing_is_skipped():
    wild = {year: 40_000.0 if year % 2 else 400.0 for year in range(2009, 2024)}
    country = made_country(exports_usd_mn=wild, commodity_exports_pct=60.0)
    assert "no exports or no revenue" in stress.skipped(country)["CP"]
    assert "CP" not in stress.run_all(country)


# --- parameters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "change", "column"),
    [
        ("B1", {"stress__b1__sd": 2.0}, "pv_public_to_gdp_pct"),
        ("B1", {"stress__b1__inflation_elasticity": 1.2}, "pv_public_to_gdp_pct"),
        ("B2", {"stress__b2__sd": 2.0}, "pv_public_to_gdp_pct"),
        ("B2", {"stress__b2__domestic_bp_per_pct": 250.0}, "pv_public_to_gdp_pct"),
        ("B3", {"stress__b3__sd": 2.0}, "pv_external_to_exports_pct"),
        ("B3", {"stress__b3__growth_elasticity": 1.6}, "pv_external_to_gdp_pct"),
        ("B4", {"stress__b4__fdi_sd": 2.0}, "pv_external_to_gdp_pct"),
        ("B4", {"stress__b4__transfers_sd": 2.0}, "pv_external_to_gdp_pct"),
        ("B5", {"stress__b5__depreciation_pct": 50.0}, "pv_external_to_gdp_pct"),
        ("B6", {"stress__b6__scale": 1.0}, "pv_external_to_gdp_pct"),
        ("CL", {"stress__cl__financial_minimum_pct_gdp": 15.0}, "pv_public_to_gdp_pct"),
        ("ND", {"stress__nd__debt_pct_gdp": 20.0}, "pv_public_to_gdp_pct"),
        ("CP", {"stress__cp__growth_per_10": 2.0}, "pv_external_to_gdp_pct"),
        ("MF", {"stress__mf__spread_bp": 800.0}, "service_external_to_exports_pct"),
    ],
)
def test_sizes_come_from_the_parameters(scenario, change, column):
    country = made_country(**EXPOSED)
    usual = run(scenario, country).iloc[:12][column].max()
    harder = run(scenario, country, parameters=with_values(**change)).iloc[:12][column].max()
    assert harder > usual
