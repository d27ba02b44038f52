"""Portfolio losses against closed forms: binomial, Vasicek, Gordy; Euler parts; same bytes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from beltroad.errors import InputError
from beltroad.risk.portfolio import (
    Parameters,
    checked,
    default_parameters,
    implied_share,
    simulate,
)
from beltroad.risk.portfolio.concentration import (
    DELTA,
    add_on_gordy_luetkebohmert,
    basel_correlation,
    herfindahl,
    one_factor,
)
from beltroad.risk.portfolio.recovery import dispersion_of, quantiles_of, share_above
from beltroad.risk.portfolio.student import shrinkage, student_quantile


def alike(n, *, probability=5.0, recovery=0.0, **columns):
    return pd.DataFrame({
        "id": [f"E{k}" for k in range(n)], "iso3": "KEN", "sector": "rail", "currency": "USD",
        "amount_usd": 1.0, "probability_pct": probability, "recovery_pct": recovery,
    } | columns)  # fmt: skip


def mixed(n, seed=0):
    r = np.random.default_rng(seed)
    return alike(n).assign(
        iso3=r.choice(["KEN", "PAK", "LAO", "KAZ", "ETH"], n),
        sector=r.choice(["rail", "power"], n),
        amount_usd=r.lognormal(3, 1, n),
        probability_pct=r.uniform(0.5, 8, n),
        recovery_pct=r.uniform(20, 80, n).round(),
    )


def exact_mixture(n, p, rho, level):
    """Quantile of the number of defaults under one factor, by integrating binomials."""
    z = np.linspace(-8, 8, 801)
    given = stats.norm.cdf((stats.norm.ppf(p) - math.sqrt(rho) * z) / math.sqrt(1 - rho))
    counts = np.arange(n + 1)
    below = integrate.simpson(
        stats.binom.cdf(counts[:, None], n, given) * stats.norm.pdf(z), x=z, axis=1
    )
    return int(counts[np.searchsorted(below, level)]), below


def test_independent_defaults_are_binomial():
    found = simulate(alike(40), draws=40_000, seed=4, parameters=Parameters())
    counts = np.bincount(found.losses.astype(int), minlength=41)[:8]
    expected = 40_000 * stats.binom.pmf(np.arange(8), 40, 0.05)
    assert float(((counts - expected) ** 2 / expected).sum()) < stats.chi2.ppf(0.999, 7)
    assert found.expected_loss_usd == pytest.approx(2.0, rel=1e-12)
    assert found.var_usd[0.99] == stats.binom.ppf(0.99, 40, 0.05)


def test_one_factor_is_the_mixture_of_binomials():
    n, p, rho = 200, 0.03, 0.15
    found = simulate(alike(n, probability=3.0), draws=40_000, seed=1,
                     parameters=Parameters(global_share=rho))  # fmt: skip
    for level in (0.95, 0.99):
        exact, below = exact_mixture(n, p, rho, level)
        assert found.var_usd[level] == pytest.approx(exact, abs=1)
    share = np.mean(found.losses <= 12)
    assert share == pytest.approx(below[12], abs=4 * math.sqrt(below[12] * (1 - below[12]) / 4e4))


def test_large_homogeneous_portfolio_is_vasicek_with_gordys_adjustment():
    p, rho, level = 0.02, 0.2, 0.99
    vasicek = stats.norm.cdf(
        (stats.norm.ppf(p) + math.sqrt(rho) * stats.norm.ppf(level)) / math.sqrt(1 - rho)
    )
    n = 400
    ones = np.ones(n)
    fine, extra = one_factor(ones, p * ones, ones, 0 * ones, rho, level)
    assert fine == pytest.approx(n * vasicek, rel=1e-9)
    exact, _ = exact_mixture(n, p, rho, level)
    # Without the adjustment the finite portfolio is missed by more than with it.
    assert abs(fine + extra - exact) < 1 < abs(fine - exact)
    # The adjustment in the number of names is constant: as a share it falls by the number.
    assert one_factor(ones[:100], p * ones[:100], ones[:100], 0 * ones[:100], rho, level)[
        1
    ] == pytest.approx(extra, rel=1e-6)
    found = simulate(alike(1500, probability=2.0), draws=20_000, seed=3, levels=(0.99,),
                     parameters=Parameters(global_share=rho))  # fmt: skip
    assert found.var_usd[0.99] == pytest.approx(1500 * vasicek + extra, rel=0.05)


def test_factors_bind_obligors_of_one_country_region_and_sector():
    table = alike(5, probability=20.0).assign(
        iso3=["KEN", "KEN", "ETH", "PAK", "PAK"], sector=["a", "a", "a", "b", "a"],
        amount_usd=[1.0, 2.0, 4.0, 8.0, 16.0],
    )  # fmt: skip
    shares = Parameters(0.1, 0.1, 0.2, 0.15)
    losses = simulate(table, draws=100_000, seed=9, parameters=shares).losses.astype(int)
    hit = np.array([(losses >> k) & 1 for k in range(5)])
    c = stats.norm.ppf(0.2)
    # Kenya and Ethiopia lie in one region, Pakistan in another.
    pairs = {(0, 1): 0.55, (0, 2): 0.35, (0, 3): 0.1, (0, 4): 0.25, (3, 4): 0.4}
    for (i, j), rho in pairs.items():
        both = stats.multivariate_normal.cdf([c, c], cov=[[1, rho], [rho, 1]])
        assert np.mean(hit[i] & hit[j]) == pytest.approx(both, abs=4 * math.sqrt(both / 1e5))
    np.testing.assert_allclose(hit.mean(axis=1), 0.2, atol=0.006)


def test_exposures_of_one_obligor_default_together():
    apart = simulate(alike(2), draws=20_000, parameters=Parameters())
    one = simulate(alike(2).assign(obligor="X"), draws=20_000, parameters=Parameters())
    assert set(one.losses) == {0.0, 2.0}
    assert one.loss_sd_usd == pytest.approx(2 * math.sqrt(0.05 * 0.95), rel=0.03)
    assert apart.loss_sd_usd == pytest.approx(math.sqrt(2 * 0.05 * 0.95), rel=0.03)


def test_same_bytes_whatever_chunks_and_threads():
    table = mixed(60)
    runs = [simulate(table, draws=12_000, seed=7, chunk=c, threads=t)
            for c, t in ((4096, 1), (777, 3), (12_000, 1))]  # fmt: skip
    for other in runs[1:]:
        assert other.losses.tobytes() == runs[0].losses.tobytes()
        assert other.contributions.equals(runs[0].contributions)
    more = simulate(table, draws=13_000, seed=7)
    assert more.losses[:12_000].tobytes() == runs[0].losses.tobytes()
    assert simulate(table, draws=12_000, seed=8).losses.tobytes() != runs[0].losses.tobytes()


def test_parts_add_up_to_shortfall_and_value_at_risk():
    found = simulate(mixed(60), draws=20_000, seed=2)
    for level, name in ((0.95, "p95"), (0.99, "p99"), (0.999, "p99.9")):
        parts = found.contributions
        assert parts[f"es_{name}_usd"].sum() == pytest.approx(found.es_usd[level], rel=1e-12)
        assert parts[f"var_{name}_usd"].sum() == pytest.approx(found.var_usd[level], rel=1e-12)
        assert found.es_usd[level] > found.var_usd[level]
    for column in ("iso3", "sector", "region"):
        grouped = found.by(column)
        assert grouped["es_p99_usd"].sum() == pytest.approx(found.es_usd[0.99], rel=1e-12)
    assert found.expected_loss_usd == pytest.approx(
        found.simulated_loss_usd, abs=4 * found.simulated_loss_se_usd
    )


def test_parts_of_shortfall_are_its_derivatives():
    table = mixed(30)
    base = simulate(table, draws=20_000, seed=2)
    largest = int(table["amount_usd"].idxmax())
    step = 1e-7
    more = table.copy()
    more.loc[largest, "amount_usd"] *= 1 + step
    slope = (simulate(more, draws=20_000, seed=2).es_usd[0.99] - base.es_usd[0.99]) / step
    assert slope == pytest.approx(base.contributions.loc[largest, "es_p99_usd"], rel=1e-4)


def test_shortfall_is_the_mean_of_the_worst_share():
    found = simulate(mixed(60), draws=20_000, seed=2, levels=(0.99,))
    worst = np.sort(found.losses)[-200:]
    assert found.es_usd[0.99] == pytest.approx(worst.mean(), rel=1e-12)
    assert found.var_usd[0.99] == np.sort(found.losses)[19_799]
    assert found.quantiles([0.99])["loss_usd"][0] == found.var_usd[0.99]
    # Where many losses are equal, ES still is the mean of the worst share.
    few = simulate(alike(1, probability=3.0), draws=10_000, levels=(0.95,), parameters=Parameters())
    assert few.var_usd[0.95] == 0
    assert few.es_usd[0.95] == pytest.approx(few.losses.sum() / 500)


def test_standard_errors_cover_the_spread_between_seeds():
    table = checked(mixed(25))
    runs = [simulate(table, draws=1000, seed=s, levels=(0.95,)) for s in range(12)]
    for name in ("var", "es"):
        values = [r.levels[f"{name}_usd"][0] for r in runs]
        said = float(np.mean([r.levels[f"{name}_se_usd"][0] for r in runs]))
        assert np.std(values) == pytest.approx(said, rel=0.45)


def test_recoveries_tied_to_the_cycle_raise_the_expected_loss():
    table = alike(80, probability=4.0, recovery=60.0)
    loose = Parameters(global_share=0.2, recovery_dispersion={"": 0.5})
    tied = replace(loose, recovery_tie=0.7)
    a = simulate(table, draws=30_000, seed=1, parameters=loose)
    b = simulate(table, draws=30_000, seed=1, parameters=tied)
    assert a.expected_loss_usd == pytest.approx(80 * 0.04 * 0.4, rel=1e-12)
    # E[LGD 1{default}] by two integrals over independent formulas.
    c, r = stats.norm.ppf(0.04), math.sqrt(0.2) * 0.7
    shape = stats.beta(0.6, 0.4)
    exact = integrate.quad(
        lambda y: (1 - shape.ppf(stats.norm.cdf(y))) * stats.norm.pdf(y)
        * stats.norm.cdf((c - r * y) / math.sqrt(1 - r * r)), -7, 7, limit=200,
    )[0]  # fmt: skip
    assert b.expected_loss_usd == pytest.approx(80 * exact, rel=1e-3)
    assert b.expected_loss_usd > 1.2 * a.expected_loss_usd
    for found in (a, b):
        assert found.expected_loss_usd == pytest.approx(
            found.simulated_loss_usd, abs=4 * found.simulated_loss_se_usd
        )
    student = simulate(table, draws=30_000, seed=1, parameters=replace(tied, freedom=5))
    assert student.expected_loss_usd == pytest.approx(
        student.simulated_loss_usd, abs=4 * student.simulated_loss_se_usd
    )
    assert student.es_usd[0.99] > b.es_usd[0.99]


def test_student_quantiles_and_chi_square_sums():
    p = np.array([1e-6, 0.001, 0.3, 0.5, 0.9, 0.0, 1.0])
    for freedom in (3, 4, 30):
        np.testing.assert_allclose(student_quantile(p, freedom), stats.t.ppf(p, freedom), rtol=1e-9)
        root, weight = shrinkage(freedom)
        assert (weight * root**2).sum() == pytest.approx(1, rel=1e-6)
        assert (weight * stats.norm.cdf(stats.t.ppf(0.02, freedom) * root)).sum() == pytest.approx(
            0.02, rel=1e-5
        )


def test_recoveries_are_beta_with_the_mean_kept():
    quantiles = quantiles_of(np.array([0.729, 0.951, 0.4]), np.array([0.54, 0.25, 0.0]))
    np.testing.assert_allclose(quantiles.mean(axis=1), [0.729, 0.951, 0.4], rtol=1e-12)
    spread = 0.54 * 0.729 * 0.271
    assert quantiles[0].var() == pytest.approx(spread, rel=1e-3)
    assert np.all(np.diff(quantiles[0]) >= 0)
    v = dispersion_of(0.858, 0.9, 0.7)
    assert share_above(0.858, v, 0.9) == pytest.approx(0.7)
    a, b = 0.858 * (1 / v - 1), 0.142 * (1 / v - 1)
    assert stats.beta(a, b).sf(0.9) == pytest.approx(0.7)
    with pytest.raises(InputError, match="no beta distribution"):
        dispersion_of(0.3, 0.9, 0.8)


def test_a_peak_of_default_rates_gives_the_common_share():
    share = implied_share(3.54, 8.6, 30)
    z = stats.norm.ppf(0.5 ** (1 / 30))
    rate = stats.norm.cdf((stats.norm.ppf(0.0354) + math.sqrt(share) * z) / math.sqrt(1 - share))
    assert rate == pytest.approx(0.086, rel=1e-6)
    used = default_parameters()
    assert used.global_share == pytest.approx(share)
    assert 0.12 <= used.common_share <= 0.24


def test_concentration_by_hand():
    amount = pd.Series([50.0, 30.0, 20.0])
    assert herfindahl(amount, pd.Series(["a", "b", "c"])) == pytest.approx(0.38)
    assert herfindahl(amount, pd.Series(["a", "a", "a"])) == 1
    # Gordy and Luetkebohmert: delta for 99.9 per cent and a gamma factor of precision 0.25.
    a = stats.gamma.ppf(0.999, 0.25, scale=4)
    assert (a - 1) * (0.25 + 0.75 / a) == pytest.approx(DELTA, abs=0.005)
    assert basel_correlation(np.array([0.0, 0.01, 1.0])) == pytest.approx(
        [0.24, 0.19278, 0.12], abs=1e-5
    )
    n = 50
    one = np.ones(n)
    whole = add_on_gordy_luetkebohmert(one, 0.01 * one, 0.45 * one, 0.25 * 0.45 * 0.55 * one)
    half = add_on_gordy_luetkebohmert(
        np.ones(100), np.full(100, 0.01), np.full(100, 0.45), np.full(100, 0.061875)
    )
    assert whole == pytest.approx(2 * half)
    # By hand: K = 0.45 (Phi(...) - 0.01), R = 0.0045, C = (V^2 + E^2) / E.
    pi = stats.norm.cdf((stats.norm.ppf(0.01) + math.sqrt(0.19278) * stats.norm.ppf(0.999))
                        / math.sqrt(1 - 0.19278))  # fmt: skip
    k, r, v2 = 0.45 * (pi - 0.01), 0.0045, 0.061875
    c, rel = (v2 + 0.45**2) / 0.45, v2 / 0.45**2
    hand = (4.83 * (c * (k + r) + (k + r) ** 2 * rel) - k * (c + 2 * (k + r) * rel)) / (2 * k * n)
    assert whole == pytest.approx(hand, rel=1e-4)
    table = simulate(mixed(40), draws=10_000).concentration.set_index("measure")["value"]
    assert table["granularity_add_on_usd"] > 0
    assert 1 / 40 <= table["hhi_name"] <= 1
    assert table["hhi_country"] >= table["hhi_name"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"draws": 5000}, "10,000 to"),
        ({"levels": (1.0,)}, "between 0 and 1"),
        ({"levels": ()}, "between 0 and 1"),
        ({"seed": -1}, "seed"),
        ({"threads": 0}, "threads"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(InputError, match=words):
        simulate(alike(2), **options)


@pytest.mark.parametrize(
    "values",
    [{"global_share": 1.0}, {"country_share": -0.1}, {"recovery_tie": 1.0}, {"freedom": 2},
     {"recovery_dispersion": {"": 1.0}}],
)  # fmt: skip
def test_bad_parameters_are_refused(values):
    with pytest.raises(InputError):
        Parameters(**values)


def test_certain_and_impossible_defaults():
    table = alike(3).assign(probability_pct=[0.0, 100.0, 50.0], amount_usd=[1.0, 2.0, 4.0])
    found = simulate(table, draws=10_000, parameters=Parameters(global_share=0.3))
    assert set(found.losses) == {2.0, 6.0}
    assert found.expected_loss_usd == pytest.approx(4.0)
