"""Weights from pairs of cities to pairs of economies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.infrastructure.shipments.pairs import PairWeights

COUNTRY = np.array(["BBB", "AAA", "BBB", "CCC"])
PEOPLE = np.array([3.0, 2.0, 1.0, 5.0])


def test_weights_are_products_of_population_shares() -> None:
    weights = PairWeights(COUNTRY, PEOPLE, np.ones((4, 4), bool))
    hours = np.arange(16.0).reshape(4, 4)
    mean = weights.mean(hours)
    assert weights.countries.tolist() == ["AAA", "BBB", "CCC"]
    assert mean[0, 1] == pytest.approx(0.75 * hours[1, 0] + 0.25 * hours[1, 2])
    assert mean[1, 0] == pytest.approx(0.75 * hours[0, 1] + 0.25 * hours[2, 1])
    # Within an economy only pairs of different cities count, both ways alike.
    assert mean[1, 1] == pytest.approx((hours[0, 2] + hours[2, 0]) / 2)


def test_an_economy_with_one_city_has_no_mean_with_itself() -> None:
    mean = PairWeights(COUNTRY, PEOPLE, np.ones((4, 4), bool)).mean(np.ones((4, 4)))
    assert np.isnan(mean[0, 0])
    assert np.isnan(mean[2, 2])
    assert np.isfinite(mean[1, 1])


def test_unreachable_pairs_are_left_out_and_the_rest_weighs_more() -> None:
    reachable = np.ones((4, 4), bool)
    reachable[1, 0] = False
    reachable[3] = False
    hours = np.where(reachable, 7.0, np.inf)
    hours[1, 2] = 9.0
    mean = PairWeights(COUNTRY, PEOPLE, reachable).mean(hours)
    assert mean[0, 1] == 9.0  # only the pair that can be reached
    assert np.isnan(mean[2]).all()  # nothing leaves CCC
    assert mean[1, 2] == pytest.approx(7.0)  # but things arrive


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_means_lie_within_the_pairs_and_follow_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    country = rng.choice(["AAA", "BBB", "CCC"], n)
    reachable = rng.random((n, n)) < 0.8
    weights = PairWeights(country, rng.uniform(0.1, 50, n), reachable)
    hours = rng.uniform(1, 900, (n, n))
    mean = weights.mean(hours)
    for i, a in enumerate(weights.countries):
        for j, b in enumerate(weights.countries):
            known = hours[np.ix_(country == a, country == b)][
                weights.reachable[np.ix_(country == a, country == b)]
            ]
            assert np.isnan(mean[i, j]) == (known.size == 0)
            if known.size:
                assert known.min() - 1e-9 <= mean[i, j] <= known.max() + 1e-9
    lower = weights.mean(hours * rng.uniform(0.5, 1, (n, n)))
    both = np.isfinite(mean)
    assert np.all(lower[both] <= mean[both] + 1e-9)
    assert weights.mean(np.full((n, n), 3.0))[both] == pytest.approx(3.0)


@pytest.mark.parametrize("bad", [0.0, -2.0, np.nan])
def test_every_city_needs_people(bad: float) -> None:
    with pytest.raises(InputError, match="population"):
        PairWeights(COUNTRY, np.array([1.0, bad, 1.0, 1.0]), np.ones((4, 4), bool))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_mean_of_few_pairs_is_that_of_a_matrix_of_zeros_besides(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 12))
    country = rng.choice(["AAA", "BBB", "CCC"], n)
    weights = PairWeights(country, rng.uniform(0.1, 50, n), rng.random((n, n)) < 0.8)
    pairs = np.nonzero(rng.random((n, n)) < 0.3)
    values = rng.normal(size=len(pairs[0]))
    values[~weights.reachable[pairs]] = np.inf  # left out, whatever it says
    dense = np.zeros((n, n))
    dense[pairs] = values
    found = weights.mean_at(pairs, values)
    np.testing.assert_allclose(found, weights.mean(dense), rtol=1e-12, atol=1e-15)
    # Pairs of economies without any of the pairs have exactly nothing.
    touched = np.zeros((3, 3), bool)
    place = np.searchsorted(weights.countries, country)
    touched[place[pairs[0]], place[pairs[1]]] = True
    m = len(weights.countries)
    still = ~touched[:m, :m] & (weights.total > 0)
    assert (found[still] == 0).all()
