"""Present value and grant element of loans against reference values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance import grant_element, loan_present_value

# Rate, maturity, grace, grant element (%), from an independent run of the same convention.
REFERENCE = [
    (0.0075, 38, 6, 53.68),
    (0.0, 50, 10, 73.66),
    (0.02, 20, 5, 27.47),
    (0.02, 20, 7, 29.19),
    (0.025, 15, 5, 19.75),
    (0.035, 25, 5, 15.35),
    (0.065, 10, 3, 0.0),
    (0.03, 10, 9, 15.44),
]


@pytest.mark.parametrize(("rate", "maturity", "grace", "expected"), REFERENCE)
def test_reference_grant_elements(rate, maturity, grace, expected):
    assert grant_element(rate, maturity, grace) == pytest.approx(expected, abs=0.005)


def test_bullet_by_hand():
    # 100 for two years at 3 %: 3 / 1.05 + 103 / 1.05^2.
    assert loan_present_value(100, 0.03, 2, 1) == pytest.approx(3 / 1.05 + 103 / 1.05**2)


@given(rate=st.floats(0, 0.2), maturity=st.integers(1, 60), data=st.data(), face=st.floats(1, 1e11))
def test_value_lies_between_nothing_and_face(rate, maturity, data, face):
    grace = data.draw(st.integers(0, maturity - 1))
    value = loan_present_value(face, rate, maturity, grace)
    assert 0 < value <= face * (1 + 1e-12)
    if rate >= 0.05:
        assert value == face


@given(maturity=st.integers(2, 60), data=st.data())
def test_longer_grace_makes_a_cheap_loan_softer(maturity, data):
    grace = data.draw(st.integers(0, maturity - 2))
    assert grant_element(0.02, maturity, grace + 1) > grant_element(0.02, maturity, grace)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.0, 0.02, 20, 5), "face_usd"),
        ((1.0, 2.0, 20, 5), "fraction"),
        ((1.0, -0.01, 20, 5), "interest_rate"),
        ((1.0, 0.02, 5, 5), "grace_years"),
        ((1.0, 0.02, 5.5, 1), "whole years"),
    ],
)
def test_bad_loans_are_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        loan_present_value(*arguments)
