"""Debt dynamics: identities, closed forms, cases worked by hand, packages of projects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from debt_countries import (
    FIRST_YEAR,
    default_instruments,
    made_country,
    made_series,
    realistic_country,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance import loan_present_value
from beltroad.finance.debt.dynamics import decomposition, engine
from beltroad.finance.debt.dynamics.portfolio import kernel
from beltroad.finance.debt.dynamics.table import COLUMNS
from beltroad.finance.debt.model import Instrument
from beltroad.finance.debt.vocabulary import INDICATORS
from beltroad.finance.schedule import unit_schedule

FEW = settings(max_examples=15, deadline=None)


def terms() -> st.SearchStrategy[tuple[float, int, int]]:
    return st.tuples(st.floats(0, 0.15), st.integers(1, 45), st.integers(0, 44)).map(
        lambda t: (t[0], t[1], min(t[2], t[1] - 1))
    )


# --- kernels ---------------------------------------------------------------------------------


@given(terms())
def test_value_of_a_kernel_is_that_of_its_schedule(loan):
    rate, maturity, grace = loan
    unit = kernel(rate, maturity, grace, 0.05, 60)
    assert unit.value[0] == pytest.approx(loan_present_value(1.0, rate, maturity, grace), rel=1e-12)
    principal, interest = unit_schedule(rate, maturity, grace)
    assert unit.principal[1 : maturity + 1] == pytest.approx(principal)
    assert unit.interest[1 : maturity + 1] == pytest.approx(interest)


@given(terms())
def test_value_rolls_forward_or_is_face(loan):
    rate, maturity, grace = loan
    unit = kernel(rate, maturity, grace, 0.05, 60)
    if rate >= 0.05:
        assert np.array_equal(unit.value, unit.outstanding)
    else:
        rolled = 1.05 * unit.value[:-1] - (unit.principal + unit.interest)[1:]
        assert rolled == pytest.approx(unit.value[1:], abs=1e-12)
        assert (unit.value <= unit.outstanding + 1e-12).all()


@pytest.mark.parametrize(
    ("rate", "maturity", "grace", "grant_element"),
    [(0.0075, 38, 6, 53.68), (0.02, 20, 5, 27.47), (0.025, 15, 5, 19.75), (0.065, 10, 3, 0.0)],
)
def test_unit_grant_elements_of_new_loans(rate, maturity, grace, grant_element):
    unit = kernel(rate, maturity, grace, 0.05, 22)
    assert 100 * (1 - unit.value[0]) == pytest.approx(grant_element, abs=0.005)


# --- identities of a path --------------------------------------------------------------------


def check_roll_forward(table: pd.DataFrame) -> None:
    """Stocks follow from flows, and the need from the budget, to 1e-12 of their size."""
    debt = table["external_ppg_debt_usd_mn"].to_numpy()
    moved = (table["external_borrowing_usd_mn"] - table["external_principal_usd_mn"]).to_numpy()
    assert debt[1:] == pytest.approx(debt[:-1] + moved[1:], rel=1e-12, abs=1e-9)
    lcu = table["gdp_lcu_mn"].to_numpy() / 100
    home = table["domestic_debt_pct_gdp"].to_numpy() * lcu
    change = table["domestic_borrowing_pct_gdp"] - table["domestic_principal_pct_gdp"]
    assert home[1:] == pytest.approx(home[:-1] + (change.to_numpy() * lcu)[1:], rel=1e-12, abs=1e-8)


@example(balance=-2.0, loan=(0.02, 20, 5), share=0.0, old=(1.0, 20))
@example(balance=-2.0, loan=(0.02, 20, 5), share=100.0, old=(1.0, 20))
@FEW
@given(
    balance=st.floats(-8, 6), loan=terms(), share=st.floats(0, 100),
    old=st.tuples(st.floats(0, 9), st.integers(1, 40)),
)  # fmt: skip
def test_debt_rolls_forward_exactly(balance, loan, share, old):
    rate, maturity, grace = loan
    country = made_country(
        primary_balance_pct_gdp=balance,
        instruments=(
            Instrument("out", "x", "USD", 100 * rate, maturity, grace, share),
            Instrument("home", "x", "LCU", 9.0, 5, 1, 100 - share),
        ),
        external_principal_usd_mn=None, external_interest_usd_mn=None,
        existing_external_interest_pct=old[0], existing_external_maturity_years=float(old[1]),
    )  # fmt: skip
    path = engine.project(country)
    check_roll_forward(path.table)
    t = path.table.iloc[1:]
    need = -t["primary_balance_pct_gdp"] + t["other_debt_flows_pct_gdp"]
    need = need + t["public_service_pct_gdp"]
    assert t["gross_financing_need_pct_gdp"].to_numpy() == pytest.approx(need.to_numpy(), abs=1e-10)
    lent = t["gross_borrowing_usd_mn"] * t["exchange_rate"] / t["gdp_lcu_mn"] * 100
    assert lent.to_numpy() == pytest.approx(need.to_numpy(), abs=1e-10)
    split = decomposition.public(path)
    assert split["residual"].to_numpy() == pytest.approx(0.0, abs=1e-10)


def test_one_year_domestic_debt_follows_the_textbook_equation():
    # All debt domestic, for one year: d' = d (1 + i) / ((1 + g)(1 + p)) - pb.
    country = made_country(
        instruments=(Instrument("bills", "x", "LCU", 9.0, 1, 0, 100.0),),
        external_ppg_debt_usd_mn=0.0, external_principal_usd_mn=0.0, external_interest_usd_mn=0.0,
        domestic_principal_pct_gdp=None, domestic_interest_pct_gdp=None,
        existing_domestic_interest_pct=9.0, existing_domestic_maturity_years=1.0,
    )  # fmt: skip
    debt, expected = 50.0, []
    for _ in range(21):
        debt = debt * 1.09 / (1.05 * 1.05) + 2.0
        expected.append(debt)
    table = engine.project(country).table
    assert table["public_debt_pct_gdp"].to_numpy()[1:] == pytest.approx(expected, rel=1e-12)
    assert (table["pv_external_usd_mn"] == 0).all()


def test_first_year_by_hand():
    country = made_country()
    table = engine.project(country).table
    before, now = country.series.loc[FIRST_YEAR - 1], country.series.loc[FIRST_YEAR]
    lcu = before["gdp_usd_mn"] * 1.05 * 1.05
    rate = lcu / now["gdp_usd_mn"]
    abroad = now["external_principal_usd_mn"] + now["external_interest_usd_mn"]
    home = now["domestic_principal_pct_gdp"] + now["domestic_interest_pct_gdp"]
    need = 0.02 * lcu + rate * abroad + home / 100 * lcu
    row = table.loc[FIRST_YEAR]
    assert row["gross_financing_need_pct_gdp"] == pytest.approx(100 * need / lcu, rel=1e-12)
    assert row["external_borrowing_usd_mn"] == pytest.approx(0.5 * need / rate, rel=1e-12)
    assert row["service_external_to_exports_pct"] == pytest.approx(
        100 * abroad / now["exports_usd_mn"], rel=1e-12
    )
    revenue = 0.18 * now["gdp_usd_mn"]
    assert row["service_external_to_revenue_pct"] == pytest.approx(100 * abroad / revenue)
    # In the second year the first year's bills fall due, at nine per cent, and nothing else new.
    bills = 0.3 * need
    due = country.series.loc[FIRST_YEAR + 1, "domestic_principal_pct_gdp"] / 100
    lcu2 = lcu * 1.05 * 1.05
    assert table.loc[FIRST_YEAR + 1, "domestic_principal_pct_gdp"] == pytest.approx(
        100 * (due + bills / lcu2), rel=1e-9
    )


@FEW
@given(rate=st.floats(5, 12), maturity=st.integers(2, 30))
def test_debt_at_market_rates_is_worth_its_face(rate, maturity):
    country = made_country(
        instruments=(
            Instrument("bond", "x", "USD", rate, maturity, maturity - 1, 60.0),
            Instrument("bills", "x", "LCU", 9.0, 1, 0, 40.0),
        ),
        external_principal_usd_mn=None, external_interest_usd_mn=None,
        existing_external_interest_pct=rate, existing_external_maturity_years=12.0,
    )  # fmt: skip
    table = engine.project(country).table
    assert table["pv_external_usd_mn"].to_numpy() == pytest.approx(
        table["external_ppg_debt_usd_mn"].to_numpy(), rel=1e-12
    )
    assert table["pv_public_to_gdp_pct"].to_numpy() == pytest.approx(
        table["public_debt_pct_gdp"].to_numpy(), rel=1e-12
    )


def test_present_value_of_todays_debt_rolls_forward():
    # No new external loans: value follows from service alone.
    country = made_country(
        instruments=(Instrument("bills", "x", "LCU", 9.0, 1, 0, 100.0),),
    )
    table = engine.project(country).table
    value, service = table["pv_external_usd_mn"], table["external_service_usd_mn"]
    rolled = 1.05 * value.to_numpy()[:-1] - service.to_numpy()[1:]
    assert rolled == pytest.approx(value.to_numpy()[1:], rel=1e-9)
    assert (table["external_borrowing_usd_mn"].iloc[1:] == 0).all()


def test_given_value_of_todays_debt_holds_in_the_base_year_and_stays_below_face():
    table = engine.project(made_country(pv_external_pct_of_face=60.0)).table
    assert table["pv_external_usd_mn"].iloc[0] == pytest.approx(
        0.6 * table["external_ppg_debt_usd_mn"].iloc[0]
    )
    assert (table["pv_external_usd_mn"] < table["external_ppg_debt_usd_mn"]).all()
    assert (table["pv_external_usd_mn"] > 0).all()


def test_table_has_the_columns_of_the_seam():
    table = engine.project(made_country()).table
    assert list(table.columns) == list(COLUMNS)
    assert set(INDICATORS) <= set(COLUMNS)
    assert table.index[0] == FIRST_YEAR - 1
    assert table.index[-1] == FIRST_YEAR + 20
    assert table.iloc[1:].notna().all().all()


# --- decomposition ---------------------------------------------------------------------------


@FEW
@given(growth=st.floats(-6, 9), deflator=st.floats(-3, 25), balance=st.floats(-6, 4))
def test_decompositions_add_up(growth, deflator, balance):
    path = engine.project(
        made_country(
            real_growth_pct={2025: growth}, deflator_growth_pct={2026: deflator},
            primary_balance_pct_gdp={2025: balance},
        )
    )  # fmt: skip
    for frame, names in (
        (decomposition.external(path), decomposition.EXTERNAL),
        (decomposition.public(path), decomposition.PUBLIC),
    ):
        total = frame[list(names)].sum(axis=1)
        assert total.to_numpy() == pytest.approx(frame["change"].to_numpy(), abs=1e-10)
    # The terms of the external identity, from the textbook.
    t = path.table
    row = decomposition.external(path).loc[2025]
    before = t.loc[2024, "external_ppg_debt_usd_mn"] + t.loc[2024, "external_private_debt_usd_mn"]
    d, g = before / t.loc[2024, "gdp_usd_mn"], growth / 100
    rho = t.loc[2025, "gdp_usd_mn"] / t.loc[2024, "gdp_usd_mn"] / (1 + g) - 1
    assert row["growth"] == pytest.approx(
        -100 * g * d / (1 + g + rho + g * rho), rel=1e-9, abs=1e-12
    )
    i = t.loc[2025, "external_interest_usd_mn"] / before
    assert row["interest"] == pytest.approx(100 * i * d / (1 + g + rho + g * rho), rel=1e-9)


# --- what is missing -------------------------------------------------------------------------


def test_nothing_is_filled_in_a_whole_country():
    assert engine.fallbacks(made_country()).empty


def test_what_is_filled_is_told():
    told = engine.fallbacks(realistic_country()).set_index("variable")
    assert "2029" in told.loc["exports_usd_mn", "why"]
    assert "22 years at 1.8 %" in told.loc["external_principal_usd_mn", "effect"]
    assert "residual_external_share_pct" in told.index
    table = engine.project(realistic_country()).table
    assert table.iloc[1:].notna().all().all()
    assert table.loc[2044, "exports_usd_mn"] / table.loc[2044, "gdp_usd_mn"] == pytest.approx(
        table.loc[2029, "exports_usd_mn"] / table.loc[2029, "gdp_usd_mn"]
    )


def test_terms_of_new_loans_stand_in_for_unknown_ones():
    country = realistic_country(
        existing_external_interest_pct=float("nan"),
        existing_external_maturity_years=float("nan"),
    )
    told = engine.fallbacks(country).set_index("variable")
    assert "existing_external_terms" in told.index


@pytest.mark.parametrize("share", [0.0, 100.0])
def test_an_instrument_without_a_share_gives_no_terms(share):
    country = realistic_country(
        instruments=(
            Instrument("out", "x", "USD", 2.0, 20, 5, share),
            Instrument("home", "x", "LCU", 9.0, 5, 1, 100.0 - share),
        ),
        existing_external_interest_pct=float("nan"), existing_domestic_interest_pct=float("nan"),
    )  # fmt: skip
    assert engine.project(country).table.iloc[1:].notna().all().all()


def test_a_schedule_is_cut_off_where_the_debt_is_repaid():
    country = made_country(external_principal_usd_mn=5_000.0, external_interest_usd_mn=0.0)
    told = engine.fallbacks(country)
    assert "adds up to more" in told.set_index("variable").loc["external_principal_usd_mn", "why"]
    check_roll_forward(engine.project(country).table)


def test_a_schedule_that_ends_early_goes_on():
    whole = made_series().loc[:2030, "external_principal_usd_mn"].reindex(made_series().index)
    table = engine.project(made_country(external_principal_usd_mn=whole)).table
    full = engine.project(made_country()).table
    assert table["external_ppg_debt_usd_mn"].to_numpy() == pytest.approx(
        full["external_ppg_debt_usd_mn"].to_numpy(), rel=1e-9
    )


def test_external_debt_above_public_debt_leaves_no_domestic_debt():
    country = made_country(public_debt_pct_gdp={2023: 20.0})
    assert "public_debt_pct_gdp" in set(engine.fallbacks(country)["variable"])
    assert engine.project(country).table["domestic_debt_pct_gdp"].iloc[0] == 0.0


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"exports_usd_mn": {2024: float("nan")}}, "exports_usd_mn has no value for 2024"),
        ({"real_growth_pct": {2027: float("nan")}}, "real_growth_pct has no value for 2027"),
        (
            {"public_debt_pct_gdp": {2023: float("nan")}},
            "public_debt_pct_gdp has no value for 2023",
        ),
        ({"gdp_usd_mn": {2026: -5.0}}, "gdp_usd_mn has no value above 0 for 2026"),
        ({"exports_usd_mn": {2030: 0.0}}, "exports_usd_mn is 0 in 2030"),
        ({"instruments": default_instruments()[:2]}, "add up to 40"),
        ({"instruments": ()}, "add up to 0"),
        (
            {
                "instruments": (
                    Instrument("a", "x", "USD", 1, 9, 2, 150.0),
                    Instrument("b", "x", "LCU", 1, 9, 2, -50.0),
                )
            },
            "instrument 'b' has the share -50",
        ),
        ({"soe_liability_pct_gdp": float("nan")}, "soe_liability_pct_gdp is empty"),
        ({"first_projection_year": float("nan")}, "first_projection_year is empty"),
        (
            {
                "instruments": (Instrument("b", "x", "LCU", 1, 9, 2, 100.0),),
                "residual_external_interest_pct": float("nan"),
            },
            "no new external borrowing",
        ),
    ],
)
def test_faults_are_named(change, text):
    with pytest.raises(InputError, match=text):
        engine.project(made_country(**change))


# --- packages of projects --------------------------------------------------------------------


def rail(amount: float = 1_000.0) -> engine.ProjectLoan:
    return engine.ProjectLoan("rail", {2025: amount, 2026: amount / 2}, 2.0, 20, 5)


def test_a_package_of_nothing_changes_nothing():
    base = engine.project(made_country()).table
    for package in (
        engine.ProjectPackage(),
        engine.ProjectPackage((rail(0.0),), {2030: 0.0}, {2030: 0.0}, {2030: 0.0}),
    ):
        assert engine.project(made_country(), package=package).table.equals(base)


def test_a_package_adds_its_loans_and_their_service():
    country = made_country()
    base = engine.project(country).table
    path = engine.project(country, package=engine.ProjectPackage((rail(),)))
    check_roll_forward(path.table)
    extra = path.table - base
    assert extra.loc[2025, "external_ppg_debt_usd_mn"] == pytest.approx(1_000.0)
    assert extra.loc[2025, "pv_external_usd_mn"] == pytest.approx(
        loan_present_value(1_000.0, 0.02, 20, 5)
    )
    # 2026: interest of the first loan, 20, borrowed half abroad; the second tranche on top.
    assert extra.loc[2026, "external_service_usd_mn"] == pytest.approx(20.0)
    assert extra.loc[2026, "external_ppg_debt_usd_mn"] == pytest.approx(1_500.0 + 10.0, rel=1e-9)
    assert decomposition.public(path)["residual"].to_numpy() == pytest.approx(0.0, abs=1e-10)
    assert decomposition.public(path).loc[2025, "project_loans"] > 0


def test_what_a_package_yields_lightens_the_burden():
    country, loans = made_country(), (rail(),)
    plain = engine.project(country, package=engine.ProjectPackage(loans)).table
    growing = engine.project(
        country, package=engine.ProjectPackage(loans, growth_uplift_pct={2030: 1.0})
    ).table
    assert growing.loc[2029].equals(plain.loc[2029])
    assert growing.loc[2030, "gdp_usd_mn"] / plain.loc[2030, "gdp_usd_mn"] == pytest.approx(
        1.06 / 1.05
    )
    assert growing.loc[2035, "public_debt_pct_gdp"] < plain.loc[2035, "public_debt_pct_gdp"]
    earning = engine.project(
        country,
        package=engine.ProjectPackage(
            loans, exports_uplift_usd_mn={2030: 500.0}, revenue_uplift_usd_mn={2030: 100.0}
        ),
    ).table
    assert earning.loc[2030, "exports_usd_mn"] - plain.loc[2030, "exports_usd_mn"] == (
        pytest.approx(500.0)
    )
    saved = plain.loc[2030, "gross_borrowing_usd_mn"] - earning.loc[2030, "gross_borrowing_usd_mn"]
    assert saved == pytest.approx(100.0, rel=1e-9)


def test_saved_spending_betters_the_balance_alone():
    country, loans = made_country(), (rail(),)
    plain = engine.project(country, package=engine.ProjectPackage(loans)).table
    saving = engine.project(
        country, package=engine.ProjectPackage(loans, balance_uplift_usd_mn={2030: 100.0})
    ).table
    assert saving["revenue_pct_gdp"].equals(plain["revenue_pct_gdp"])
    less = plain["gross_borrowing_usd_mn"] - saving["gross_borrowing_usd_mn"]
    assert less.loc[2030] == pytest.approx(100.0, rel=1e-9)
    earning = engine.project(
        country, package=engine.ProjectPackage(loans, revenue_uplift_usd_mn={2030: 100.0})
    ).table
    assert saving["public_debt_pct_gdp"].equals(earning["public_debt_pct_gdp"])
    column = "service_external_to_revenue_pct"
    assert earning.loc[2030, column] < saving.loc[2030, column]
    assert saving.loc[2030, column] == plain.loc[2030, column]


def test_two_packages_together_add_what_each_adds():
    country = made_country()
    one, two = rail(), engine.ProjectLoan("port", {2026: 2_500.0}, 6.5, 12, 3)
    packages = (None, (one,), (two,), (one, two), (two, one))
    none, first, second, both, turned = (
        engine.project(country, package=engine.ProjectPackage(p) if p else None).table
        for p in packages
    )
    for column in ("external_ppg_debt_usd_mn", "pv_external_usd_mn", "public_debt_pct_gdp"):
        extra = (first[column] - none[column]) + (second[column] - none[column])
        assert (both[column] - none[column]).to_numpy() == pytest.approx(
            extra.to_numpy(), rel=1e-9, abs=1e-7
        )
        assert turned[column].to_numpy() == pytest.approx(both[column].to_numpy(), rel=1e-12)


@pytest.mark.parametrize(
    ("package", "text"),
    [
        (engine.ProjectPackage((engine.ProjectLoan("x", {2023: 1.0}, 2, 20, 5),)), "2023"),
        (engine.ProjectPackage((engine.ProjectLoan("x", {2025: -1.0}, 2, 20, 5),)), "below 0"),
        (engine.ProjectPackage((), {2060: 1.0}), "outside the projection 2024-2044"),
        (engine.ProjectPackage((engine.ProjectLoan("x", {2025: 1.0}, 2, 5, 5),)), "grace_years"),
        (engine.ProjectPackage((engine.ProjectLoan("x", {2025.5: 1.0}, 2, 9, 5),)), "whole year"),
        (engine.ProjectPackage((), {2025: -105.0}), "leaves no GDP in 2025"),
        (engine.ProjectPackage((), {}, {2026: -1e6}), "leaves no exports in 2026"),
        (engine.ProjectPackage((), {}, {}, {2026: -1e6}), "leaves no revenue in 2026"),
    ],
)
def test_faults_of_a_package_are_named(package, text):
    with pytest.raises(InputError, match=text):
        engine.project(made_country(), package=package)
