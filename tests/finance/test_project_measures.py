from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from beltroad.finance.project.measures import irr, irr_by_draw, npv, payback_years

FLOWS = [
    [-100, 30, 40, 50, 20],
    [-500, -200, 0, 120, 180, 200, 210, 220, 230],
    [-100, 10, 10, 10, 10],
    [-3804, -157, -53, 60, 80, 400, 600, 900, 1200, 1800],
]


@pytest.mark.parametrize("flows", FLOWS)
def test_present_value_and_return_are_numpy_financials(flows):
    assert float(npv(0.073, flows)) == pytest.approx(npf.npv(0.073, flows), rel=1e-12)
    assert irr(flows).pct == pytest.approx(100 * npf.irr(flows), abs=1e-8)


@given(st.floats(0.001, 0.8), st.integers(2, 60))
@settings(max_examples=30, deadline=None)
def test_level_flows_return_their_annuity_rate(rate, years):
    level = -npf.pmt(rate, years, 1.0)
    found = irr([-1.0, *[level] * years])
    assert found.pct == pytest.approx(100 * rate, abs=1e-7)


def test_two_rates_are_both_named_and_none_is_said():
    # -100 + 230 / (1 + r) - 132 / (1 + r)^2 = 0 at 10 % and 20 %.
    two = irr([-100, 230, -132])
    assert np.isnan(two.pct)
    np.testing.assert_allclose(two.roots_pct, [10, 20], atol=1e-8)
    assert "several" in two.note
    assert "never change sign" in irr([10, 20]).note
    # Two changes of sign without any root: the polynomial stays below zero.
    assert irr([-100, 100, -100]).note.startswith("none")


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=25))
@settings(max_examples=25, deadline=None)
def test_rates_of_many_draws_are_those_of_one(flows):
    assume(abs(flows[0]) > 1e-3)
    single = irr(flows)
    many = irr_by_draw(np.array([flows] * 9))
    assert np.all(many == many[0]) or np.isnan(many).all()
    if not np.isnan(many[0]):
        near = min((abs(r - many[0]) for r in single.roots_pct), default=np.inf)
        assert near < 1e-5


def test_one_rate_with_three_changes_of_sign_is_found():
    flows = [-1000.0, 100, 300, 500, -20, 500, 600]
    assert irr_by_draw(np.array([flows] * 9))[4] == pytest.approx(irr(flows).pct, abs=1e-8)
    assert irr(flows).pct == pytest.approx(100 * npf.irr(flows), abs=1e-7)


def test_payback_counts_the_year_as_even():
    assert payback_years([-100, 40, 40, 40]) == pytest.approx(2.5)
    assert np.isnan(payback_years([-100, 10, 10]))
    assert payback_years([-100, 60, 60, 60], 0.1) == pytest.approx(
        1 + (100 - 60 / 1.1) / (60 / 1.21)
    )
