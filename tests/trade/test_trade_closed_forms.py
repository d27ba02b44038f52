"""The equilibrium against answers that can be written down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from trade_economies import random_economy

from beltroad.trade import assemble, country_results, decomposition, solve, world_totals


def abroad(shape, value):
    change = np.full(shape, value)
    at = np.arange(shape[1])
    change[:, at, at] = 1.0
    return change


def real_wage(economy, result):
    return country_results(economy, result)["real_wage_change_pct"].to_numpy() / 100 + 1


def domestic_share_formula(economy, result):
    """Exact real wage from changes of domestic shares, through the Leontief inverse."""
    out = []
    for n in range(len(economy.economies)):
        home = np.log(result.share[:, n, n] / economy.pi[:, n, n])
        leontief = np.linalg.inv(np.eye(len(home)) - economy.gamma[n].T)
        out.append(np.exp(-economy.alpha[n] @ leontief @ (home / result.theta)))
    return np.array(out)


def test_autarky_one_industry_no_inputs():
    economy = random_economy(1, 3, 1, inputs=0.0)
    result = solve(economy, abroad(economy.pi.shape, 1e4))
    expected = economy.pi[0].diagonal() ** (1 / economy.theta[0])
    assert real_wage(economy, result) == pytest.approx(expected, rel=1e-8)
    assert (expected < 0.99).all()


def test_autarky_with_inputs_is_the_leontief_formula():
    economy = random_economy(2, 3, 3)
    result = solve(economy, abroad(economy.pi.shape, 1e4))
    expected = []
    for n in range(3):
        leontief = np.linalg.inv(np.eye(3) - economy.gamma[n].T)
        home = np.log(economy.pi[:, n, n]) / economy.theta
        expected.append(np.exp(economy.alpha[n] @ leontief @ home))
    assert real_wage(economy, result) == pytest.approx(expected, rel=1e-8)


def test_free_trade_between_equal_countries():
    n, theta, iceberg = 4, 5.0, 1.8
    weight = np.where(np.eye(n) > 0, 1.0, iceberg**-theta)
    flow = (weight / weight.sum(axis=1, keepdims=True))[None] * 1e9
    economy = assemble(list("ABCD"), ["X"], flow, np.zeros((n, 1, 1)), theta, balanced=True)
    result = solve(economy, abroad((1, n, n), 1 / iceberg))
    assert result.share[0] == pytest.approx(np.full((n, n), 1 / n), rel=1e-9)
    expected = (n * economy.pi[0, 0, 0]) ** (1 / theta)
    assert real_wage(economy, result) == pytest.approx(np.full(n, expected), rel=1e-9)
    assert result.ln_wage == pytest.approx(np.zeros(n), abs=1e-12)


def test_two_country_armington_by_hand():
    """Theta plays the part of the Armington elasticity less one; wage from one scalar equation."""
    theta, cut = 3.0, 0.8
    flow = np.array([[[6.0, 1.5], [1.5, 2.0]]])
    economy = assemble(["A", "B"], ["X"], flow, np.zeros((2, 1, 1)), theta, balanced=True)
    pi, income = economy.pi[0], economy.value_added

    def shares(wage):
        weight = pi * (np.array([[1.0, cut * wage], [cut, wage]])) ** -theta
        return weight / weight.sum(axis=1, keepdims=True)

    def imbalance(wage):
        new = shares(wage)
        return new[0, 1] * income[0] - new[1, 0] * wage * income[1]

    ratio = brentq(imbalance, 0.2, 5.0, xtol=1e-15)
    result = solve(economy, abroad((1, 2, 2), cut))
    assert np.exp(result.ln_wage[1] - result.ln_wage[0]) == pytest.approx(ratio, rel=1e-9)
    assert result.share[0] == pytest.approx(shares(ratio), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    countries=st.integers(2, 6),
    industries=st.integers(1, 4),
    theta=st.floats(1.0, 12.0),
    spread=st.floats(0.0, 0.7),
)
def test_any_shock_obeys_the_domestic_share_formula(seed, countries, industries, theta, spread):
    economy = random_economy(seed, countries, industries, theta=theta)
    draw = np.random.default_rng(seed + 1)
    change = np.exp(draw.uniform(-spread, spread, economy.pi.shape))
    change[:, np.arange(countries), np.arange(countries)] = 1.0
    result = solve(economy, change)
    assert result.residuals.largest <= 1e-8
    expected = domestic_share_formula(economy, result)
    assert real_wage(economy, result) == pytest.approx(expected, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.floats(0.9, 1.0), tariff=st.sampled_from([0.0, 0.3]))
def test_lower_iceberg_costs_do_not_lower_world_income(seed, cut, tariff):
    economy = random_economy(seed, tariff=tariff)
    draw = np.random.default_rng(seed)
    change = np.where(draw.uniform(size=economy.pi.shape) < 0.5, cut, 1.0)
    gain = world_totals(economy, solve(economy, change))["real_income_change_pct"]
    if tariff == 0.0:  # with tariffs trade may move to the less taxed: second best
        assert gain >= -1e-7
        first_order = -(economy.trade_usd * np.log(change)).sum() / economy.income.sum()
        assert gain / 100 == pytest.approx(first_order, rel=0.25, abs=1e-9)
    assert np.isfinite(gain)


@pytest.mark.parametrize("tariff", [0.0, 0.3])
def test_first_order_and_exact_share_a_limit(tariff):
    economy = random_economy(7, 5, 3, tariff=tariff)
    direction = np.random.default_rng(7).normal(size=economy.pi.shape)
    gaps = []
    for size in (2e-2, 2e-3):
        result = solve(economy, np.exp(size * direction), tolerance=1e-12)
        table = decomposition(economy, result)
        gaps.append(table["higher_order_pct"].abs().max())
        assert table["first_order_pct"].abs().max() > 10 * gaps[-1]
    assert gaps[1] < gaps[0] / 50


def test_equal_countries_get_equal_results():
    flow = np.where(np.eye(3) > 0, 8.0, 1.0)[None].repeat(2, axis=0)
    gamma = np.full((3, 2, 2), 0.2)
    economy = assemble(list("ABC"), ["X", "Y"], flow, gamma, [3.0, 6.0], balanced=True)
    result = solve(economy, abroad((2, 3, 3), 0.9))
    change = country_results(economy, result)["real_income_change_pct"]
    assert change.max() - change.min() < 1e-9
    assert change.min() > 0.5


def test_scale_of_money_does_not_matter():
    small, large = random_economy(3), random_economy(3, scale=1e13)
    change = abroad(small.pi.shape, 0.93)
    a, b = (solve(e, change, tolerance=1e-12) for e in (small, large))
    assert a.ln_wage == pytest.approx(b.ln_wage, abs=1e-11)
    assert a.ln_price == pytest.approx(b.ln_price, abs=1e-11)
