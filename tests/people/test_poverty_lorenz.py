"""Lorenz curves: published numbers, closed forms beside quadrature, validity, choice of form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.special import betainc
from scipy.stats import lognorm

from beltroad.errors import InputError
from beltroad.people.poverty import beta, gq, lognormal
from beltroad.people.poverty.lorenz import FORMS, fit_curves, lorenz, poverty, slope

# World Bank, test values of the code behind the Poverty and Inequality Platform (wbpip,
# tests/testthat/test-gd_compute_pip_stats_lq.R and _lb.R, read 2026-11): parameters, mean and
# line, and what PovcalNet returns for them.
RATIO = np.array(57.791666666666664 / 51.5660557757944)
WB_GQ = np.array([0.795981535745657, -1.4445933880119242, 0.14728191995919815])
WB_BETA = np.array([0.57803721740313529, 0.94205090386544987, 0.52578600019473676])
WB_POPULATION = np.array([0.0005, 0.0032, 0.0148, 0.0443, 0.0991, 0.257, 0.4385, 0.5938, 0.7089])
WB_SHARE = np.array(
    [
        5.824760527229386e-05, 0.000604029410841011, 0.0037949334793616948, 0.013988878652244477,
        0.036992164583098786, 0.12140708906131342, 0.24531391873082081, 0.37446670169288321,
        0.48753116241194566,
    ]
)  # fmt: skip
# Rural India 1983, expenditure a month by class: National Sample Survey, Sarvekshana IX(4), 1986,
# the example of Datt (1998), IFPRI FCND Discussion Paper 50; read in the World Bank's pipster.
INDIA_PEOPLE = np.array([0.92, 2.47, 5.11, 7.90, 9.69, 15.24, 13.64, 16.99, 10.0, 9.78, 3.96, 1.81])
INDIA_P = INDIA_PEOPLE.cumsum() / 100
INDIA_L = np.array([0.00208, 0.01013, 0.03122, 0.07083, 0.12808, 0.23498, 0.34887, 0.51994, 0.6427,
                    0.79201, 0.86966, 0.91277])  # fmt: skip
INDIA_MEAN, INDIA_LINE = 109.9, 89.0

GINI = st.floats(22.0, 60.0)


def test_world_bank_values_of_the_quadratic_curve() -> None:
    h, gap, severity = gq.poverty(WB_GQ, RATIO)
    assert float(h) == pytest.approx(0.76005810499191284, abs=5e-8)
    assert float(gap) == pytest.approx(0.27617606019159308, abs=1e-12)
    assert float(severity) == pytest.approx(0.12832887439632906, abs=1e-12)
    assert float(gq.gini(WB_GQ)) == pytest.approx(0.32126464221602591, abs=1e-12)


def test_world_bank_values_of_the_beta_curve() -> None:
    """Their head count stops at 1e-9 of the root and their Gini index sums 500 strips."""
    h, gap, severity = beta.poverty(WB_BETA, RATIO)
    assert float(h) == pytest.approx(0.71833938360214233, abs=5e-9)
    assert float(gap) == pytest.approx(0.27137498479545558, abs=1e-9)
    assert float(severity) == pytest.approx(0.12933674851941607, abs=1e-9)
    assert float(beta.gini(WB_BETA)) == pytest.approx(0.31236656171451094, abs=3e-6)


def test_world_bank_values_of_the_shares_of_tenths() -> None:
    tenths = np.linspace(0.1, 0.9, 9)
    share = np.diff(gq.lorenz(WB_GQ, tenths), prepend=0.0)
    assert share[[0, 4, 8]] == pytest.approx([0.037459351, 0.077549300, 0.133058528], abs=1e-8)
    share = np.diff(beta.lorenz(WB_BETA, tenths), prepend=0.0)
    assert share[[0, 4, 8]] == pytest.approx([0.037504859, 0.077419347, 0.145001866], abs=1e-8)


def test_world_bank_coefficients_of_the_fits() -> None:
    found = gq.fit(WB_POPULATION[None], WB_SHARE[None])[0]
    assert found == pytest.approx(WB_GQ, abs=1e-9)
    found = beta.fit(WB_POPULATION[None], WB_SHARE[None])[0]
    assert found == pytest.approx(WB_BETA, abs=1e-9)


def test_rural_india_1983() -> None:
    """41.33 % spend below 85 rupees and 54.97 % below 100: 44.97 % below 89 on a straight line."""
    p, share = INDIA_P[None], INDIA_L[None]
    straight = 0.4133 + (89 - 85) / (100 - 85) * 0.1364
    for form, parameters in ((gq, gq.fit(p, share)), (beta, beta.fit(p, share))):
        h, gap, severity = form.poverty(parameters, np.array([INDIA_LINE / INDIA_MEAN]))
        assert form.valid(parameters).all()
        assert float(h[0]) == pytest.approx(straight, abs=0.006)
        assert 0.12 < float(gap[0]) < 0.13
        assert 0.045 < float(severity[0]) < 0.050
        assert 0.285 < float(form.gini(parameters)[0]) < 0.295
        assert form.lorenz(parameters, INDIA_P) == pytest.approx(INDIA_L, abs=0.006)


@pytest.mark.parametrize("ratio", [0.3, 0.6, 1.0, 1.6])
def test_gap_and_severity_are_the_integrals_they_stand_for(ratio: float) -> None:
    shapes = ((gq, gq.fit(INDIA_P[None], INDIA_L[None])[0]), (beta, WB_BETA))
    for form, theta in shapes:
        h, gap, severity = (float(v) for v in form.poverty(theta, np.array(ratio)))

        def short(p: float, form: object = form, theta: np.ndarray = theta) -> float:
            return 1.0 - float(form.slope(theta, np.array(p))) / ratio  # type: ignore[attr-defined]

        assert gap == pytest.approx(quad(short, 1e-12, h, limit=200)[0], abs=1e-7)
        assert severity == pytest.approx(
            quad(lambda p: short(p) ** 2, 1e-12, h, limit=200)[0], abs=1e-6
        )


@given(st.floats(0.02, 0.97), st.floats(0.75, 0.99), st.floats(0.52, 0.9))
@settings(max_examples=30)
def test_squared_slope_is_that_of_incomplete_beta_functions(h: float, g: float, d: float) -> None:
    """Datt (1998), table 2, with scipy's functions."""
    t = 0.5

    def b(a: float, c: float) -> float:
        return float(betainc(a, c, h) * beta_function(a, c))

    share = h - t * h**g * (1 - h) ** d
    squares = g * g * b(2 * g - 1, 2 * d + 1) + d * d * b(2 * g + 1, 2 * d - 1)
    written = 2 * share - h + t * t * (squares - 2 * g * d * b(2 * g, 2 * d))
    theta = np.array([t, g, d])
    assert float(beta._squared_slope(theta, np.array(h))) == pytest.approx(written, rel=1e-6)


@given(GINI, st.floats(0.1, 4.0))
@settings(max_examples=10, deadline=None)
def test_lognormal_gap_and_severity_are_partial_moments(gini: float, ratio: float) -> None:
    sigma = float(lognormal.sigma_from_gini(gini))
    h, gap, severity = (float(v) for v in lognormal.poverty(ratio, sigma))
    y = lognorm(s=sigma, scale=np.exp(-(sigma**2) / 2))
    assert gap == pytest.approx(quad(lambda v: (1 - v / ratio) * y.pdf(v), 0, ratio)[0], abs=1e-7)
    assert severity == pytest.approx(
        quad(lambda v: (1 - v / ratio) ** 2 * y.pdf(v), 0, ratio)[0], abs=1e-7
    )
    assert h == pytest.approx(y.cdf(ratio), abs=1e-12)


@given(GINI, st.integers(0, 2), st.lists(st.floats(0.05, 5.0), min_size=2, max_size=6))
@settings(max_examples=60)
def test_order_and_bounds_on_fitted_curves(gini: float, form: int, ratios: list[float]) -> None:
    """Grouped lognormals: 0 <= L <= p, severity <= gap <= head count, all rise with the line."""
    p = np.array([0.1, 0.2, 0.4, 0.6, 0.8, 0.9])
    curves = fit_curves(
        p, lognormal.lorenz(p, lognormal.sigma_from_gini(gini))[None], np.array([gini])
    )
    if not curves.valid[form, 0]:
        return
    which = np.full(len(ratios), form)
    theta = np.broadcast_to(curves.theta[form], (len(ratios), 3))
    h, gap, severity = poverty(which, theta, np.sort(ratios))
    assert (severity <= gap).all()
    assert (gap <= h).all()
    assert (h <= 1).all()
    for each in (h, gap, severity):
        assert (np.diff(each) >= -1e-12).all()
    grid = np.linspace(0.001, 0.999, 50)
    share = lorenz(np.full(50, form), np.broadcast_to(curves.theta[form], (50, 3)), grid)
    assert (share >= 0).all()
    assert (share <= grid).all()
    income = slope(np.full(50, form), np.broadcast_to(curves.theta[form], (50, 3)), grid)
    assert (np.diff(income) >= -1e-9).all()
    assert float(curves.gini()[form, 0]) == pytest.approx(gini / 100, abs=0.012)


def test_conditions_name_curves_that_are_no_lorenz_curves() -> None:
    india = gq.fit(INDIA_P[None], INDIA_L[None])[0]
    # e > 0, ends below (1, 1), falls at first, beta that falls at the poorest, beta not convex.
    wrong = np.array([[-2.0, -1.0, 0.5], WB_GQ, [1.5, -1.5, -0.1]])
    assert gq.valid(india)
    assert not gq.valid(wrong).any()
    assert float(gq.lorenz(WB_GQ, np.array(1.0))) < 0.95
    assert beta.valid(WB_BETA)
    # Two that the World Bank's own tests hold to be invalid.
    assert not beta.valid(np.array([[1.50595693, 1.20689834, 0.60013901], [1.0, 0.3, 0.2]])).any()


def test_the_valid_form_with_the_smaller_error_below_the_line_is_chosen() -> None:
    p = np.array([0.1, 0.2, 0.4, 0.6, 0.8, 0.9])
    exact = np.stack([gq.lorenz(gq.fit(INDIA_P[None], INDIA_L[None])[0], p),
                      beta.lorenz(np.array([0.60, 0.96, 0.55]), p),
                      np.full(6, np.nan)])  # fmt: skip
    curves = fit_curves(p, exact, np.array([29.0, 32.0, 40.0]))
    assert [FORMS[k] for k in curves.choose(np.array([0.3, 0.3, 0.3]))] == [
        "gq", "beta", "lognormal",
    ]  # fmt: skip
    bare = fit_curves(p, exact[2:], np.array([np.nan]))
    assert curves.error_below(0, np.array([0.3] * 3))[0] < 1e-20
    assert bare.choose(np.array([0.3])).tolist() == [-1]


def test_head_count_inverts_the_slope() -> None:
    at = np.array([0.01, 0.2, 0.5, 0.9, 0.99])
    for form, theta in ((gq, gq.fit(INDIA_P[None], INDIA_L[None])[0]), (beta, WB_BETA)):
        ratio = form.slope(theta, at)
        assert form.inverse_slope(np.broadcast_to(theta, (5, 3)), ratio) == pytest.approx(
            at, abs=1e-12
        )
        step = 1e-6
        rise = (form.slope(theta, at + step) - form.slope(theta, at - step)) / (2 * step)
        assert form.curvature(theta, at) == pytest.approx(rise, rel=1e-5)


def test_a_gini_index_out_of_bounds_is_refused() -> None:
    with pytest.raises(InputError, match="between 0 and 100"):
        fit_curves(np.array([0.5]), np.array([[0.3]]), np.array([120.0]))
