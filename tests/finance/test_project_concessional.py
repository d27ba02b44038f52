from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance import loan
from beltroad.finance.project import terms
from beltroad.finance.project.concessional import convention, conventions, element, mix

IMF = convention("imf")


# Values of the LIC-DSF convention (5 %, yearly, floored at 0), equal principal unless bullet.
@pytest.mark.parametrize(
    ("rate", "maturity", "grace", "kind", "pct"),
    [
        (0.75, 38, 6, "equal_principal", 53.68),
        (0, 50, 10, "equal_principal", 73.66),
        (2, 20, 5, "equal_principal", 27.47),
        (2, 20, 7, "equal_principal", 29.19),
        (2.5, 15, 5, "equal_principal", 19.75),
        (3.5, 25, 5, "equal_principal", 15.35),
        (6.5, 10, 3, "equal_principal", 0),
        (3, 10, 0, "bullet", 15.44),
    ],
)
def test_reference_grant_elements(rate, maturity, grace, kind, pct):
    assert element(IMF, rate, maturity, grace, kind=kind).pct == pytest.approx(pct, abs=0.005)


def _dac_formula(rate, years, first, per_year, discount):
    """The DAC's closed form for equal principal: interval to the first repayment ``first``."""
    d = (1 + discount) ** (1 / per_year) - 1
    interval = first - 1 / per_year
    n = per_year * (years - interval)
    c1, c2 = (1 + discount) ** interval, (1 + discount) ** (years - interval)
    zg = rate * (1 - 1 / c1) / (per_year * d)
    zm = (1 / n) * (1 / c1) * ((1 - 1 / c2) / d)
    zx = (rate / (per_year * n)) * (1 / c1) * ((1 / c2) - 1 + d * n) / (d * d)
    return 100 * (1 - zg - zm - zx)


# The loan of the DAC's own example: 2.5 %, ten years, half-yearly from July 2003 for January 2001.
@pytest.mark.parametrize(
    ("key", "rate", "years", "grace"),
    [("dac_1969", 2.5, 10, 2), ("dac_ldc", 2, 20, 7), ("dac_umic", 1.2, 30, 10)],
)
def test_half_yearly_repayment_is_the_closed_form_of_the_dac(key, rate, years, grace):
    rule = convention(key)
    got = element(rule, rate, years, grace, per_year=2).pct
    want = _dac_formula(rate / 100, years, grace + 0.5, 2, rule.discount_rate_pct / 100)
    assert got == pytest.approx(want, abs=1e-9)


@given(st.floats(0.2, 15), st.integers(1, 50), st.integers(0, 49))
@settings(max_examples=40, deadline=None)
def test_the_older_function_agrees_and_grace_never_raises_value(rate, maturity, grace):
    grace = grace % maturity
    here = element(IMF, rate, maturity, grace).pct
    assert here == pytest.approx(loan.grant_element(rate / 100, maturity, grace), abs=1e-9)
    if grace and rate < 5:
        assert here >= element(IMF, rate, maturity, grace - 1).pct - 1e-9


def test_figures_of_the_conventions_come_from_the_table():
    got = {c.key: (c.discount_rate_pct, c.minimum_pct) for c in conventions()}
    assert got == {
        "imf": (5, 35), "dac_ldc": (9, 45), "dac_lmic": (7, 15), "dac_umic": (6, 10),
        "dac_1969": (10, 25),
    }  # fmt: skip
    margins = [convention("cirr", maturity_years=m, cirr_pct=3).discount_rate_pct
               for m in (14, 15, 20, 30)]  # fmt: skip
    np.testing.assert_allclose(margins, [3.75, 4, 4.15, 4.25])
    assert convention("cirr", cirr_pct=3, group="ldc").minimum_pct == 50


def test_only_imf_is_held_at_zero_and_fees_count():
    dear = element(convention("dac_lmic"), 9, 15, 3)
    assert dear.pct < 0
    assert not dear.passes
    assert element(IMF, 9, 15, 3).pct == 0
    soft = element(IMF, 2, 20, 7, fees_pct=1.5)
    assert soft.pct - soft.with_fees_pct == pytest.approx(1.5)


def test_a_package_is_weighted_by_amount():
    assert mix([100, 300], [100, 20]) == 40
    assert np.isnan(mix([], []))


def test_bad_terms_are_named():
    with pytest.raises(InputError, match="Did you mean 'dac_lmic'"):
        convention("dac_lmc")
    with pytest.raises(InputError, match="looks like a fraction"):
        element(IMF, 0.02, 20, 5)
    with pytest.raises(InputError, match="cirr_pct"):
        convention("cirr")


def test_every_term_has_a_source_and_a_date():
    table = terms.table()
    assert table["source_url"].str.startswith("http").all()
    assert table["as_of"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()
    kenya = terms.cases().set_index("key").loc["kenya_sgr_preferential"]
    assert (kenya["interest_pct"], kenya["maturity_years"], kenya["grace_years"]) == (2, 20, 7)
