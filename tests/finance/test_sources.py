"""Who pays for a project: payments add up, and terms matter the way they should."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance import (
    Sources,
    capital_recovery_factor,
    grant_element,
    payments,
    service_ratio,
)

RATE = 0.05
share = st.floats(0, 1)


def project(cost: float = 1e9, upkeep: float = 2e7, life: float = 40) -> pd.DataFrame:
    return pd.DataFrame(
        {"id": ["A"], "host": ["LAO"], "cost_usd": [cost], "upkeep_usd": [upkeep],
         "life_years": [life]}
    )  # fmt: skip


def annuity(cost: float = 1e9, life: float = 40) -> float:
    return cost * float(capital_recovery_factor(RATE, life))


def paid(plan: Sources, **more: float) -> pd.DataFrame:
    return payments(project(**more), [plan], discount_rate=RATE)


def test_taxes_alone_cost_the_host_annuity_and_upkeep_at_home():
    rows = paid(Sources())
    assert set(rows["payer"]) == set(rows["receiver"]) == {"LAO"}
    assert rows["usd"].sum() == pytest.approx(annuity() + 2e7, rel=1e-14)


@given(share, share, share, share)
def test_works_add_up_to_the_annuity_whoever_puts_the_money_in(loan, equity, grant, built):
    total = max(1.0, loan + equity + grant)
    plan = Sources(
        loan_share=loan / total, lenders={"CHN": 0.7, "JPN": 0.3},
        equity_share=equity / total, investors={"SGP": 1.0},
        grant_share=grant / total, donors={"CHN": 1.0},
        builder_share=built, builders={"CHN": 0.5, "THA": 0.5},
    )  # fmt: skip
    rows = paid(plan)
    works = rows[rows["kind"] == "works"]
    assert works["usd"].sum() == pytest.approx(annuity(), rel=1e-12)
    abroad = works.loc[works["receiver"] != "LAO", "usd"].sum()
    assert abroad == pytest.approx(built * annuity(), rel=1e-9, abs=1e-3)
    assert (rows["usd"] > 0).all()


def test_a_loan_at_the_discount_rate_is_worth_what_it_costs():
    # Without grace and over any maturity the present value of its service is its face value.
    assert service_ratio(RATE, 20, 5, discount_rate=RATE) == pytest.approx(1, rel=1e-14)
    rows = paid(Sources(loan_share=1.0, lenders={"CHN": 1.0}, interest_rate=RATE))
    lent = rows.loc[(rows["payer"] == "CHN") & (rows["kind"] == "works"), "usd"].sum()
    back = rows.loc[rows["kind"] == "debt service", "usd"].sum()
    assert back == pytest.approx(lent, rel=1e-14)


def test_the_lender_of_a_soft_loan_gives_its_grant_element():
    terms = {"interest_rate": 0.02, "maturity_years": 20, "grace_years": 5}
    rows = paid(Sources(loan_share=0.8, lenders={"CHN": 1.0}, **terms))
    given_usd = rows.loc[rows["payer"] == "CHN", "usd"].sum()
    back = rows.loc[rows["receiver"] == "CHN", "usd"].sum()
    expected = grant_element(0.02, 20, 5, discount_rate=RATE) / 100
    assert 1 - back / given_usd == pytest.approx(expected, rel=1e-12)


def test_a_dear_loan_costs_more_than_taxes_and_profit_more_than_a_loan():
    def host(plan: Sources) -> float:
        rows = paid(plan)
        return float(rows.loc[rows["payer"] == "LAO", "usd"].sum())

    soft = host(Sources(loan_share=0.5, lenders={"CHN": 1.0}, interest_rate=0.02))
    dear = host(Sources(loan_share=0.5, lenders={"CHN": 1.0}, interest_rate=0.08))
    profit = host(Sources(equity_share=0.5, investors={"CHN": 1.0}, return_rate=0.12))
    grant = host(Sources(grant_share=0.5, donors={"CHN": 1.0}))
    assert grant < soft < host(Sources()) < dear < profit


def test_a_lender_at_home_counts_as_taxes():
    rows = paid(Sources(loan_share=1.0, lenders={"LAO": 1.0}))
    assert not (rows["kind"] == "debt service").any()
    assert rows["usd"].sum() == pytest.approx(annuity() + 2e7, rel=1e-14)


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ({"loan_share": 0.7, "equity_share": 0.5, "lenders": {"CHN": 1}, "investors": {"CHN": 1}},
         "at most 1"),
        ({"loan_share": 0.5}, "lenders"),
        ({"builder_share": 0.5, "builders": {"CHN": 0.4}}, "add up"),
        ({"grant_share": -0.1}, "donors"),
        ({"loan_share": 1, "lenders": {"CHN": 1.5, "JPN": -0.5}}, "below 0"),
    ],
)  # fmt: skip
def test_faults_are_named(plan, word):
    with pytest.raises(InputError, match=word):
        Sources(**plan)


def test_unknown_cost_is_refused():
    with pytest.raises(InputError, match="known and finite"):
        payments(project(cost=float("nan")), [Sources()], discount_rate=RATE)
