"""The split of the variance against answers that are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.appraisal.uncertainty.sampling import BLOCK, stratified
from beltroad.appraisal.uncertainty.variance import quantiles, shares, variance_split

A, B = 7.0, 0.1  # of the Ishigami function, as in the literature


def uniform(names, blocks: int, *, partner: bool) -> np.ndarray:
    """Draws as the appraisal makes them, (draw, input)."""
    return np.concatenate(
        [
            np.stack([stratified(11, n, b, partner=partner) for n in names], axis=1)
            for b in range(blocks)
        ]
    )


def split_of(function, count: int, blocks: int):
    names = [f"x{k}" for k in range(count)]
    a, b = (uniform(names, blocks, partner=p) for p in (False, True))
    mixed = []
    for k in range(count):
        c = a.copy()
        c[:, k] = b[:, k]
        mixed.append(function(c))
    return variance_split(function(a), function(b), np.stack(mixed, axis=1), names)


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_ishigami_function_has_its_analytic_indices() -> None:
    v1 = (1 + B * np.pi**4 / 5) ** 2 / 2
    v2, v13 = A**2 / 8, B**2 * np.pi**8 * 8 / 225
    v = v1 + v2 + v13
    found = split_of(ishigami, 3, 2**15 // BLOCK)
    np.testing.assert_allclose(found["first"], [v1 / v, v2 / v, 0.0], atol=0.03)
    np.testing.assert_allclose(found["total"], [(v1 + v13) / v, v2 / v, v13 / v], atol=0.03)
    # No more than two inputs act together: the shares are Shapley effects and add up to one.
    shapley = [(v1 + v13 / 2) / v, v2 / v, v13 / 2 / v]
    np.testing.assert_allclose(found["share"], shapley, atol=0.03)


def test_a_linear_model_splits_as_its_squared_coefficients() -> None:
    weight = np.array([4.0, 2.0, 1.0, 0.0])
    found = split_of(lambda u: u @ weight, 4, 400)
    known = weight**2 / (weight**2).sum()
    for index in ("first", "total", "share"):
        np.testing.assert_allclose(found[index], known, atol=0.02)
        assert (found[f"{index}_low"] <= found[index]).all()
        assert (found[index] <= found[f"{index}_high"]).all()


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_shares_of_an_additive_answer_add_up_whatever_the_sample(seed, n, groups) -> None:
    random = np.random.default_rng(seed)
    a, b = random.normal(size=(2, n, groups))
    mixed = a.sum(axis=1)[:, None] - a + b
    found = variance_split(a.sum(axis=1), b.sum(axis=1), mixed, [str(k) for k in range(groups)])
    assert found["share"].sum() == pytest.approx(1.0, abs=1e-9)
    many = shares(a.sum(axis=1)[:, None], b.sum(axis=1)[:, None], mixed[:, :, None])
    np.testing.assert_allclose(many[:, 0], found["share"], atol=1e-9)


def test_a_group_that_does_nothing_has_exactly_none_and_one_that_does_all_exactly_one() -> None:
    random = np.random.default_rng(1)
    a, b = random.normal(size=(2, 12))
    found = variance_split(a, b, np.stack([a, b], axis=1), ["nothing", "all"])
    for index in ("first", "total", "share"):
        assert found[index].tolist() == [0.0, 1.0]


def test_an_answer_that_does_not_vary_has_no_split() -> None:
    one = np.ones(5)
    found = variance_split(one, one, np.ones((5, 2)), ["a", "b"])
    assert found["share"].isna().all()


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    weight, hits = np.array([3.0, 2.0, 1.0]), 0
    known = weight**2 / (weight**2).sum()
    for seed in range(100):
        a, b = np.random.default_rng(seed).normal(size=(2, 60, 3))
        mixed = (a @ weight)[:, None] + (b - a) * weight
        found = variance_split(a @ weight, b @ weight, mixed, list("abc"), seed=seed)
        hits += int(found["share_low"][0] <= known[0] <= found["share_high"][0])
    assert 0.78 < hits / 100 < 0.98


def test_quantiles_rise_and_the_error_of_the_mean_is_that_of_its_blocks() -> None:
    random = np.random.default_rng(3)
    values = random.normal([0.0, 5.0], 1.0, (160, 2))
    values[7] = np.nan
    found = quantiles(values, np.arange(160) // BLOCK)
    rising = np.array([found[k] for k in ("p5", "p25", "p50", "p75", "p95")])
    assert (np.diff(rising, axis=0) >= 0).all()
    assert found["mean"] == pytest.approx(np.nanmean(values, axis=0))
    np.testing.assert_allclose(found["mean_error"], 1 / np.sqrt(160), rtol=0.8)
    same = quantiles(np.full((32, 1), 2.5), np.arange(32) // BLOCK)
    assert same["mean_error"] == 0.0
    assert same["p5"] == same["p95"] == 2.5


def test_an_answer_that_is_never_known_takes_no_other_with_it() -> None:
    """Gain over cost is unknown where nothing costs; the gain itself is known all the same."""
    values = np.column_stack([np.arange(32.0), np.full(32, np.nan)])
    values[3] = np.nan  # a draw without an equilibrium
    found = quantiles(values, np.arange(32) // BLOCK)
    known = np.delete(np.arange(32.0), 3)
    assert found["p50"][0] == np.median(known)
    assert found["mean"][0] == pytest.approx(known.mean())
    assert np.isnan(found["p50"][1])
    assert np.isnan(found["mean"][1])
