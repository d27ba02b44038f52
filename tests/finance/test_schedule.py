from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance.schedule import SCHEDULE_KINDS, unit_schedule

RATES = st.floats(0, 0.4)
KINDS = st.sampled_from(SCHEDULE_KINDS)


@st.composite
def terms(draw):
    maturity = draw(st.integers(1, 60))
    return draw(RATES), maturity, draw(st.integers(0, maturity - 1)), draw(KINDS)


@given(terms())
@settings(max_examples=80, deadline=None)
def test_principal_adds_up_and_value_at_the_own_rate_is_one(loan):
    rate, maturity, _, _ = loan
    principal, interest = unit_schedule(*loan)
    assert principal.shape == interest.shape == (maturity,)
    assert principal.min() >= 0
    assert principal.sum() == pytest.approx(1, abs=1e-12)
    discount = (1 + rate) ** -np.arange(1.0, maturity + 1)
    assert (principal + interest) @ discount == pytest.approx(1, abs=1e-11)


@pytest.mark.parametrize("grace", [0, 4])
def test_annuity_is_numpy_financials(grace):
    rate, maturity = 0.062, 17
    principal, interest = unit_schedule(rate, maturity, grace, "annuity")
    per = np.arange(1, maturity - grace + 1)
    np.testing.assert_allclose(
        principal[grace:], -npf.ppmt(rate, per, maturity - grace, 1.0), rtol=1e-12
    )
    np.testing.assert_allclose(
        interest[grace:], -npf.ipmt(rate, per, maturity - grace, 1.0), rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(interest[:grace], rate)
    np.testing.assert_allclose((principal + interest)[grace:], -npf.pmt(rate, maturity - grace, 1))


def test_equal_principal_by_hand():
    principal, interest = unit_schedule(0.02, 4, 2)
    np.testing.assert_allclose(principal, [0, 0, 0.5, 0.5])
    np.testing.assert_allclose(interest, [0.02, 0.02, 0.02, 0.01])


def test_bullet_repays_at_the_end_only():
    principal, interest = unit_schedule(0.03, 3, 1, "bullet")
    np.testing.assert_allclose(principal, [0, 0, 1])
    np.testing.assert_allclose(interest, 0.03)


@pytest.mark.parametrize(
    ("loan", "word"),
    [
        ((2.0, 20, 5), "interest_rate"),
        ((float("nan"), 20, 5), "interest_rate"),
        ((0.02, 20, 20), "grace_years"),
        ((0.02, 20.5, 5), "whole"),
        ((0.02, 20, 5, "anuity"), "Did you mean 'annuity'"),
    ],
)
def test_bad_terms_are_named(loan, word):
    with pytest.raises(InputError, match=word):
        unit_schedule(*loan)
