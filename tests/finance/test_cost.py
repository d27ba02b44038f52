"""Annuities, bills and net gains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance import annual_cost, bill_by_country, capital_recovery_factor, net_gain

COUNTRIES = pd.DataFrame({"iso3": ["CHN", "LAO", "THA"], "gdp_usd": [18e12, 15e9, np.nan]})
PROJECTS = pd.DataFrame(
    {
        "id": ["one", "two", "three"],
        "countries": ["LAO", "CHN;LAO", "CHN; LAO;THA"],
        "cost_usd": [6e9, 3e9, np.nan],
        "annual_cost_usd": [6e8, 3e8, np.nan],
    }
)


@given(rate=st.floats(1e-6, 0.5), life=st.integers(1, 80))
def test_annuity_repays_capital_exactly(rate, life):
    payment = float(capital_recovery_factor(rate, life))
    balance = 1.0
    for _ in range(life):
        balance = balance * (1 + rate) - payment
    assert balance == pytest.approx(0, abs=1e-9 * (1 + rate) ** life)


def test_known_factor_and_zero_rate():
    # 5 %, 30 years: the annuity of tables is 0.0650514.
    assert capital_recovery_factor(0.05, 30) == pytest.approx(0.0650514, abs=5e-8)
    assert capital_recovery_factor(0.0, 25) == 1 / 25
    assert capital_recovery_factor(1e-12, 25) == pytest.approx(1 / 25, rel=1e-9)


def test_annual_cost_adds_upkeep_and_broadcasts():
    out = annual_cost([1e9, np.nan, 0.0], 0.05, [30, 30, 25], 0.02)
    assert out[0] == pytest.approx(1e9 * (0.0650514 + 0.02), rel=1e-6)
    assert np.isnan(out[1])
    assert out[2] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1.0, 0.05, 30, 0.0), "cost_usd"),
        ((1.0, 5.0, 30, 0.0), "fraction"),
        ((1.0, -0.01, 30, 0.0), "discount_rate"),
        ((1.0, 0.05, 0, 0.0), "life_years"),
        ((1.0, 0.05, 30, 2.0), "maintenance_share"),
    ],
)
def test_out_of_range_is_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        annual_cost(*arguments)


def test_bill_splits_equally_and_loses_nothing():
    bill = bill_by_country(PROJECTS, COUNTRIES)
    assert list(bill.index) == ["CHN", "LAO", "THA"]
    assert bill["cost_usd"].tolist() == [1.5e9, 7.5e9, 0.0]
    assert bill["cost_usd"].sum() == PROJECTS["cost_usd"].sum()
    assert bill["annual_cost_usd"].sum() == pytest.approx(PROJECTS["annual_cost_usd"].sum())
    assert bill["projects"].tolist() == [2, 3, 1]
    assert bill["projects_without_cost"].tolist() == [1, 1, 1]
    assert bill.loc["LAO", "cost_pct_gdp"] == pytest.approx(50.0)
    assert np.isnan(bill.loc["THA", "cost_pct_gdp"])


def test_bill_splits_by_length_where_known():
    length = pd.DataFrame({"CHN": [508.0], "LAO": [422.0]}, index=["two"])
    bill = bill_by_country(PROJECTS, COUNTRIES, length_km=length)
    assert bill.loc["CHN", "cost_usd"] == pytest.approx(3e9 * 508 / 930)
    assert bill["cost_usd"].sum() == pytest.approx(9e9)


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from(["CHN", "LAO", "THA"]), min_size=1), st.floats(0, 1e11)),
        min_size=1,
        max_size=8,
    )
)
def test_bill_conserves_cost(rows):
    projects = pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(len(rows))],
            "countries": [";".join(sorted(hosts)) for hosts, _ in rows],
            "cost_usd": [cost for _, cost in rows],
        }
    )
    bill = bill_by_country(projects, COUNTRIES)
    assert bill["cost_usd"].sum() == pytest.approx(sum(c for _, c in rows), rel=1e-12, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"countries": ["LOA", "CHN", "CHN"]}, "LAO"),
        ({"countries": ["", "CHN", "CHN"]}, "at least one host"),
        ({"id": ["one", "one", "two"]}, "twice"),
        ({"cost_usd": [-1.0, 1.0, 1.0]}, "below 0"),
    ],
)
def test_bad_projects_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        bill_by_country(PROJECTS.assign(**change), COUNTRIES)


def test_missing_columns_and_negative_lengths_are_refused():
    with pytest.raises(InputError, match="gdp_usd"):
        bill_by_country(PROJECTS, COUNTRIES.drop(columns="gdp_usd"))
    with pytest.raises(InputError, match="ends in '_usd'"):
        bill_by_country(PROJECTS[["id", "countries"]], COUNTRIES)
    with pytest.raises(InputError, match="lengths below 0"):
        bill_by_country(PROJECTS, COUNTRIES, length_km=pd.DataFrame({"CHN": [-1.0]}, index=["two"]))
    with pytest.raises(InputError, match="gdp_usd must be above 0"):
        bill_by_country(PROJECTS, COUNTRIES.assign(gdp_usd=0.0))


def test_net_gain_aligns_by_label():
    gain = pd.Series({"CHN": 5.0, "LAO": 1.0})
    cost = pd.Series({"LAO": 3.0, "CHN": 1.0})
    assert net_gain(gain, cost).to_dict() == {"CHN": 4.0, "LAO": -2.0}
    with pytest.raises(InputError, match="THA"):
        net_gain(gain, pd.Series({"LAO": 3.0, "THA": 1.0}))
