"""Derivatives of real income: against differences of the solver, and known limits."""

from __future__ import annotations

import numpy as np
import pytest
from trade_economies import random_economy

from beltroad.errors import InputError
from beltroad.trade import Bill, calibrate, solve
from beltroad.trade.adjoint import (
    country_gains,
    country_gradients,
    gradient,
    pair_gradients,
)

ELASTICITIES = np.array([2.0, 4.0, 6.0, 12.0])
CASES = [("keep", 0.0, True), ("keep", 0.5, False), ("share", 0.5, False), ("zero", 0.3, False)]


def ln_real_income(economy, result):
    return np.log(result.income) - (economy.alpha * result.ln_price).sum(axis=1)


def slope(value, step=2e-4):
    """Central difference with one step of extrapolation."""
    wide, narrow = ((value(h) - value(-h)) / (2 * h) for h in (step, step / 2))
    return (4 * narrow - wide) / 3


class Point:
    """A random economy far from where it was observed, with all that can be moved."""

    def __init__(self, seed, rule, tariff, balanced):
        self.economy = random_economy(seed, 5, 4, tariff=tariff, balanced=balanced)
        self.draw = np.random.default_rng(seed)
        self.cost = np.exp(self.draw.normal(0.0, 0.3, self.economy.pi.shape))
        self.tariff = 1.0 + 0.7 * (self.economy.tariff - 1.0)
        self.bill = np.array([0.05, 0.0, 0.0, 0.02, 0.01])
        self.passed, self.built = np.zeros((5, 5)), np.zeros((5, 5))
        self.passed[0, 1], self.built[0, 2], self.built[3, 1] = 0.3, 0.4, 1.0
        self.rule = rule
        self.equilibrium = self.solve()

    def solve(self, cost=0.0, tariff=0.0, theta=0.0, bill=0.0):
        return solve(
            self.economy,
            self.cost * np.exp(cost),
            theta=ELASTICITIES + theta,
            tariff=self.tariff + tariff,
            deficits=self.rule,
            bill=Bill(self.bill + bill, self.passed, built_by=self.built),
            tolerance=1e-13,
        )

    def slope(self, **direction):
        """Derivative of each country's ln real income in a direction, by differences."""
        return slope(
            lambda h: ln_real_income(
                self.economy, self.solve(**{k: h * d for k, d in direction.items()})
            )
        )


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[1]}")
def test_gradient_against_differences(case):
    point = Point(3, *case)
    weights = np.array([1.0, 0.2, 0.0, 3.0, 0.5])
    found = gradient(point.economy, point.equilibrium, weights=weights)
    each = dict(country_gradients(point.economy, point.equilibrium))
    shape = point.economy.pi.shape
    moves = {
        "cost": (point.draw.normal(size=shape), "ln_iceberg"),
        "tariff": (point.draw.uniform(0.1, 1.0, shape), "tariff"),
        "theta": (np.array([1.0, -0.5, 0.7, 0.2]), "theta"),
        "bill": (0.1 * point.bill, "bill_share"),
    }
    for name, (direction, field) in moves.items():
        by_country = point.slope(**{name: direction})
        exact = np.vdot(getattr(found, field), direction)
        assert exact == pytest.approx(weights @ by_country, rel=1e-5), name
        exact = [np.vdot(getattr(g, field), direction) for g in each.values()]
        assert exact == pytest.approx(by_country, rel=1e-5), name


def test_single_trade_costs_against_differences():
    point = Point(4, "keep", 0.4, False)
    found = gradient(point.economy, point.equilibrium, weights={"LAO": 1.0})
    for entry in [(0, 2, 1), (3, 1, 2), (2, 0, 4), (1, 2, 2)]:
        direction = np.zeros(point.economy.pi.shape)
        direction[entry] = 1.0
        by_country = point.slope(cost=direction)
        assert found.ln_iceberg[entry] == pytest.approx(by_country[2], rel=1e-5), entry


def test_deficit_value_is_that_of_a_transfer():
    """Money moved through the bill from one country to another moves what deficits move."""
    economy = random_economy(5, 4, 3)
    equilibrium = solve(economy, np.ones(economy.pi.shape), tolerance=1e-13)
    found = gradient(economy, equilibrium, weights={"CHN": 1.0})
    passed = np.zeros((4, 4))
    passed[0, 1] = 1.0

    def value(share):
        bill = Bill(np.array([share, 0, 0, 0]), passed)
        return ln_real_income(
            economy, solve(economy, np.ones(economy.pi.shape), bill=bill, tolerance=1e-13)
        )[1]

    step = 1e-5
    slope_here = (-3 * value(0) + 4 * value(step) - value(2 * step)) / (2 * step)
    expected = (found.deficit[1] - found.deficit[0]) * economy.income[0]
    assert slope_here == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("balanced", [True, False])
def test_at_the_observed_point_world_value_is_trade(balanced):
    """Hulten: without tariffs a trade cost is worth the flow it falls on, deficits or not."""
    economy = random_economy(6, 5, 4, balanced=balanced)
    observed = solve(economy, np.ones(economy.pi.shape))
    found = gradient(economy, observed)
    assert found.ln_iceberg == pytest.approx(-economy.trade_usd, rel=1e-8)
    assert found.usd_per_percent == pytest.approx(0.01 * economy.trade_usd, rel=1e-8)
    assert np.abs(found.theta).max() < 1e-12 * economy.income.sum()
    taxed = random_economy(6, 5, 4, tariff=0.4, balanced=balanced)
    found = gradient(taxed, solve(taxed, np.ones(economy.pi.shape)))
    assert np.abs(found.ln_iceberg / taxed.trade_usd + 1).max() > 0.01


def test_real_income_does_not_depend_on_the_numeraire():
    """All costs up alike at home and abroad, no inputs: real income falls alike everywhere."""
    economy = random_economy(7, 4, 3, inputs=0.0)
    observed = solve(economy, np.ones(economy.pi.shape))
    gains = country_gains(economy, observed, [np.ones(economy.pi.shape)])
    assert gains == pytest.approx(-np.ones((4, 1)), rel=1e-9)


def test_contractions_agree_with_the_full_gradients():
    point = Point(8, "share", 0.3, False)
    economy, equilibrium = point.economy, point.equilibrium
    every = country_gradients(economy, equilibrium)
    by_pair = point.draw.normal(size=economy.pi.shape)
    by_industry = point.draw.normal(size=4)
    full = np.stack([g.ln_iceberg for _, g in every])
    assert pair_gradients(economy, equilibrium, by_pair) == pytest.approx(
        np.einsum("mjni,jni->mni", full, by_pair), rel=1e-9, abs=1e-13
    )
    assert every.pairs(by_industry) == pytest.approx(
        np.einsum("mjni,j->mni", full, by_industry), rel=1e-9, abs=1e-13
    )
    assert every.along([by_pair])[:, 0] == pytest.approx(
        np.einsum("mjni,jni->m", full, by_pair), rel=1e-9
    )
    weights = np.arange(1.0, 6.0)
    together = gradient(economy, equilibrium, weights=weights)
    assert together.ln_iceberg == pytest.approx(np.tensordot(weights, full, 1), rel=1e-7, abs=1e-9)
    assert together.along(by_pair) == pytest.approx(
        float(weights @ every.along([by_pair])[:, 0]), rel=1e-7
    )


def test_bundled_model_along_a_corridor():
    economy = calibrate("caliendo_parro_sectoral")
    corridor = [economy.economy(c) for c in ("CHN", "KAZ", "RUS", "POL", "DEU")]
    direction = np.zeros(economy.pi.shape)
    direction[np.ix_(np.flatnonzero(economy.goods), corridor, corridor)] = -1.0
    own = np.arange(len(economy.economies))
    direction[:, own, own] = 0.0

    def at(size):
        return solve(economy, np.exp(size * direction), tolerance=1e-12)

    here = at(0.03)
    by_country = slope(lambda h: ln_real_income(economy, at(0.03 + h)), 2e-3)
    world = gradient(economy, here)
    assert world.along(direction) == pytest.approx(by_country @ economy.income, rel=1e-5)
    for iso3 in ("KAZ", "CHN"):
        found = gradient(economy, here, weights={iso3: 1.0})
        assert found.along(direction) == pytest.approx(by_country[economy.economy(iso3)], rel=1e-5)


def test_what_does_not_fit_is_refused():
    economy, other = random_economy(9), random_economy(9, 5)
    here = solve(economy, np.ones(economy.pi.shape))
    with pytest.raises(InputError, match="shape"):
        gradient(other, here)
    with pytest.raises(InputError, match="weights have shape"):
        gradient(economy, here, weights=np.ones(3))
    with pytest.raises(InputError, match="not all zero"):
        gradient(economy, here, weights={})
    with pytest.raises(InputError, match="'XYZ'"):
        gradient(economy, here, weights={"XYZ": 1.0})
    with pytest.raises(InputError, match="per_industry"):
        pair_gradients(economy, here, np.ones(7))
    with pytest.raises(InputError, match="direction"):
        country_gains(economy, here, [np.ones(3)])
