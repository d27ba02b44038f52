"""Cost overrun: the fitted classes give back what they were fitted to, and nothing is normal."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from beltroad import evidence
from beltroad.errors import DataError, InputError
from beltroad.risk import cost_range, reference_class
from beltroad.risk.project.overrun import _with_tail

TABLE = evidence.load("overrun").query("used == 'yes'").set_index("mode")
MODES = list(TABLE.index)


@pytest.mark.parametrize("mode", [m for m in MODES if TABLE.loc[m, "basis"] == "mean_sd"])
def test_lognormal_class_has_published_mean_and_deviation(mode):
    fitted = reference_class(mode)
    oracle = stats.lognorm(s=fitted.sigma, scale=math.exp(fitted.mu))
    assert oracle.mean() == pytest.approx(1 + TABLE.loc[mode, "mean_share"], rel=1e-12)
    assert oracle.std() == pytest.approx(TABLE.loc[mode, "sd_share"], rel=1e-12)
    assert fitted.mean() == pytest.approx(oracle.mean(), rel=1e-12)
    np.testing.assert_allclose(fitted.quantile([0.1, 0.5, 0.9]), oracle.ppf([0.1, 0.5, 0.9]))


@pytest.mark.parametrize("mode", [m for m in MODES if TABLE.loc[m, "basis"] == "mean_tail"])
def test_tailed_class_has_published_mean_share_and_tail_mean(mode):
    fitted, row = reference_class(mode), TABLE.loc[mode]
    assert fitted.exceedance(1.5) == pytest.approx(row["over_half_share"], rel=1e-9)
    # E[X] and E[X | X > 1.5] by integrating the exceedance, not by the formulas of the fit.
    below = integrate.quad(lambda x: float(fitted.exceedance(x)), 1e-12, 1.5, limit=200)[0]
    above = integrate.quad(
        lambda u: 1.5 * float(fitted.exceedance(1.5 / u)) / u**2, 1e-12, 1, limit=500
    )[0]
    assert below + above == pytest.approx(1 + row["mean_share"], rel=1e-5)
    assert 1.5 + above / row["over_half_share"] == pytest.approx(
        1 + row["tail_mean_share"], rel=1e-5
    )
    assert fitted.mean() == pytest.approx(1 + row["mean_share"], rel=1e-9)


@given(p=st.floats(1e-6, 1 - 1e-6), mode=st.sampled_from(MODES))
def test_quantile_and_exceedance_are_inverse(p, mode):
    fitted = reference_class(mode)
    assert fitted.exceedance(fitted.quantile(p)) == pytest.approx(1 - p, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_right_tail_is_longer_than_a_normal_of_the_same_middle(mode):
    low, middle, high = reference_class(mode).quantile([0.05, 0.5, 0.95])
    assert high - middle > 1.15 * (middle - low)


@given(mode=st.sampled_from(MODES), a=st.floats(0.01, 0.98), b=st.floats(0.001, 0.01))
def test_quantiles_rise(mode, a, b):
    lower, upper = reference_class(mode).quantile([a, a + b])
    assert lower < upper


def test_rail_median_is_near_the_published_uplift_at_one_half():
    # British Department for Transport / Flyvbjerg 2004: rail 40 %, roads 15 % at 50 %.
    assert reference_class("rail").quantile(0.5) == pytest.approx(1.40, abs=0.01)
    assert reference_class("road").quantile(0.5) == pytest.approx(1.15, abs=0.03)


def test_cost_range_labels_and_realised_costs():
    cost = pd.Series([2e9, 1e9, np.nan], index=["A", "B", "C"])
    mode = pd.Series(["rail", "port", "road"], index=cost.index)
    done = pd.Series([False, True, False], index=cost.index)
    out = cost_range(cost, mode, (0.5, 0.8), realised=done)
    assert list(out.columns) == ["cost_usd", "cost_p50_usd", "cost_p80_usd", "cost_mean_usd"]
    assert list(out.index) == ["A", "B", "C"]
    assert out.loc["A", "cost_p80_usd"] == pytest.approx(
        2e9 * float(reference_class("rail").quantile(0.8))
    )
    assert out.loc["A", "cost_mean_usd"] == pytest.approx(2e9 * 1.447)
    assert (out.loc["B"] == 1e9).all()
    assert out.loc["C"].isna().all()


def test_one_mode_for_all_and_borrowed_classes():
    out = cost_range([1.0, 2.0], "dryport", (0.9,))
    expected = reference_class("all_transport").quantile(0.9)
    np.testing.assert_allclose(out["cost_p90_usd"], [expected, 2 * expected])


@pytest.mark.parametrize(
    ("cost", "mode", "quantiles", "words"),
    [
        ([1.0], ["rial"], (0.5,), "rail"),
        ([-1.0], ["rail"], (0.5,), "above 0"),
        ([math.inf], ["rail"], (0.5,), "finite"),
        ([1.0], ["rail"], (1.0,), "between 0 and 1"),
        ([1.0], ["rail"], (), "at least one"),
        ([1.0, 2.0], ["rail"], (0.5,), "1 entries for 2"),
    ],
)
def test_bad_input_is_refused(cost, mode, quantiles, words):
    with pytest.raises(InputError, match=words):
        cost_range(cost, mode, quantiles)


def test_labels_must_agree():
    with pytest.raises(InputError, match="different labels"):
        cost_range(pd.Series([1.0], index=["A"]), pd.Series(["rail"], index=["B"]))


def test_contradictory_class_is_refused():
    with pytest.raises(DataError, match="no distribution can have"):
        _with_tail("x", 0.1, 0.5, 3.0)


def test_exceedance_needs_positive_ratio():
    with pytest.raises(InputError, match="above 0"):
        reference_class("rail").exceedance(0.0)
