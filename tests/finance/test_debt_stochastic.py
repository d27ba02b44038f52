"""Fans of debt: identities, closed forms, reproducibility, batches that stop and go on."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from debt_countries import made_country, realistic_country
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.stochastic import QUANTITIES, FanSettings, fan, fans, kernels, many
from beltroad.finance.debt.stochastic import draws as drawing
from beltroad.finance.debt.stochastic.centre import build_centre
from beltroad.finance.debt.stochastic.counts import count
from beltroad.finance.debt.stochastic.default import (
    cutoff,
    distress_bounds,
    distress_given_signal,
)
from beltroad.finance.debt.stochastic.draws import METHODS, persistence, prepare, shrunk_correlation
from beltroad.finance.debt.stochastic.fan import paths_of
from beltroad.finance.debt.stochastic.history import (
    DRIVERS,
    History,
    observed,
    public_rate,
    read_history,
)
from beltroad.finance.debt.stochastic.many import class_thresholds, fan_from_dict, fan_to_dict

USED = FanSettings()
COUNTRY = made_country()
PATH = engine.project(COUNTRY)
HISTORY = read_history(COUNTRY, USED)
CENTRE = build_centre(COUNTRY, PATH, HISTORY, 20)
DRAWS = 400


def scaled(history, factor):
    return dataclasses.replace(history, values=history.values * factor)


def wide(history, method="normal", draws=DRAWS, years=20, **changes):
    """Width of the fan of public debt by year."""
    centre = build_centre(COUNTRY, PATH, history, years)
    shocks = prepare(history, method, dataclasses.replace(USED, **changes))
    burden = paths_of(shocks, centre, ["public_debt_pct_gdp"], draws=draws, seed=3)[0]
    return np.subtract(*np.percentile(burden, [95, 5], axis=1))


def long_history(values, iso3="XXL"):
    """A made history of many years; missing drivers do not move."""
    table = np.zeros((len(values), len(DRIVERS)))
    table[:, : values.shape[1]] = values - values.mean(axis=0)
    return History(iso3, np.arange(len(values)), table, np.zeros(len(DRIVERS)), DRIVERS, ())


# Identities -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("country", [made_country, realistic_country])
def test_without_variance_the_fan_is_the_baseline(method, country):
    inputs = country()
    path = engine.project(inputs)
    history = scaled(read_history(inputs, USED), 0.0)
    centre = build_centre(inputs, path, history, 20)
    out = paths_of(prepare(history, method, USED), centre, QUANTITIES, draws=3, seed=1)
    assert len(centre.years) == 20
    for values, quantity in zip(out, QUANTITIES, strict=True):
        baseline = path.table.loc[list(centre.years), quantity].to_numpy()
        np.testing.assert_allclose(values, baseline[:, None].repeat(3, 1), rtol=1e-12, atol=0)


@pytest.mark.parametrize("method", METHODS)
def test_more_variance_widens_every_year(method):
    one, two = wide(HISTORY, method), wide(scaled(HISTORY, 2.0), method)
    assert (two > 1.5 * one).all()


def test_median_follows_the_baseline():
    for method in METHODS:
        found = fan(COUNTRY, PATH, method=method, draws=2500, settings=USED)
        gap = (found.quantiles["q50"] - found.baseline).abs()
        assert gap.max() < 0.15 * found.width.max()


def test_levels_agree_with_plain_accounts():
    """The ratio form against budgets in dollars and local currency, kept in levels."""
    rng = np.random.default_rng(5)
    e = rng.normal(0, 0.03, (6, 20, 7))
    out = np.empty((7, 20, 6))
    kernels.simulate(e, CENTRE.rows, np.arange(7), out, 0, 0.0, 0.0)
    t = PATH.table.loc[PATH.first_year - 1 : PATH.first_year + 19]
    usd, exports = t["gdp_usd_mn"].to_numpy(), t["exports_usd_mn"].to_numpy()
    growth = (1 + t["real_growth_pct"] / 100) * (1 + t["deflator_growth_pct"] / 100)
    lcu = usd[0] * np.cumprod(np.append(1.0, growth.to_numpy()[1:]))
    ext = t["external_debt_pct_gdp"].to_numpy() / 100 * usd
    dom = t["domestic_debt_pct_gdp"].to_numpy() / 100 * lcu
    interest = t["external_interest_usd_mn"].to_numpy()
    interest_dom = t["domestic_interest_pct_gdp"].to_numpy() / 100 * lcu
    service = t["external_service_usd_mn"].to_numpy()
    revenue = t["revenue_pct_gdp"].to_numpy() / 100
    value = t["pv_external_to_gdp_pct"].to_numpy() / 100 * usd
    real = 1 + COUNTRY.number("residual_domestic_real_interest_pct") / 100
    rate_dom = real * (1 + t["deflator_growth_pct"].to_numpy() / 100) - 1
    for i in range(6):
        y_usd, y_lcu, x = usd[0], lcu[0], exports[0]
        own, own_dom = ext[0], dom[0]
        for j in range(1, 21):
            g, p, fx, i_ext, i_dom, pb, ex = e[i, j - 1]
            y_lcu *= lcu[j] / lcu[j - 1] * math.exp(g + p)
            y_usd *= usd[j] / usd[j - 1] * math.exp(g + p - fx)
            x *= exports[j] / exports[j - 1] * math.exp(ex)
            above, above_dom = own - ext[j - 1], own_dom - dom[j - 1]
            # Interest: baseline's own, dearer by the shock; what is above it at residual terms.
            paid = interest[j] + ext[j - 1] * i_ext + above * (0.05 + i_ext)
            paid_dom = interest_dom[j] + dom[j - 1] * i_dom + above_dom * (rate_dom[j] + i_dom)
            new = (ext[j] - ext[j - 1] - interest[j]) / usd[j] * y_usd
            new_dom = (dom[j] - dom[j - 1] - interest_dom[j]) / lcu[j] * y_lcu
            own += paid + new - 0.5 * pb * y_usd
            own_dom += paid_dom + new_dom - 0.5 * pb * y_lcu
            due = service[j] + paid - interest[j] + above / 10
            expected = {
                "public_debt_pct_gdp": own / y_usd + own_dom / y_lcu,
                "external_debt_pct_gdp": own / y_usd,
                "pv_external_to_gdp_pct": (value[j] + own - ext[j]) / y_usd,
                "pv_external_to_exports_pct": (value[j] + own - ext[j]) / x,
                "service_external_to_exports_pct": due / x,
                "service_external_to_revenue_pct": due / (revenue[j] * y_usd),
                "pv_public_to_gdp_pct": (value[j] + own - ext[j]) / y_usd + own_dom / y_lcu,
            }
            for q, quantity in enumerate(QUANTITIES):
                assert out[q, j - 1, i] == pytest.approx(100 * expected[quantity], rel=1e-9)


def plain_path(rate, growth, years=12, start=60.0):
    """External debt only, no primary balance, constant interest and growth."""
    index = pd.RangeIndex(2023, 2024 + years, name="year")
    steps = np.arange(years + 1)
    debt = start * ((1 + rate) / (1 + growth)) ** steps
    gdp = 1000 * (1 + growth) ** steps
    stock = debt / 100 * gdp
    table = pd.DataFrame(
        {
            "gdp_usd_mn": gdp, "real_growth_pct": 100 * growth, "deflator_growth_pct": 0.0,
            "external_debt_pct_gdp": debt, "domestic_debt_pct_gdp": 0.0,
            "public_debt_pct_gdp": debt, "external_ppg_debt_usd_mn": stock,
            "external_interest_usd_mn": np.append(np.nan, rate * stock[:-1]),
        },
        index=index, dtype=float,
    )  # fmt: skip
    return DebtPath("XXA", "plain", 2024, table)


def test_growth_shocks_alone_have_the_closed_form():
    """ln d_T = ln d_0 + T ln((1 + i) / (1 + g)) - sum of shocks: normal with variance T s^2."""
    rate, growth, years, sd = 0.05, 0.03, 12, 0.02
    path = plain_path(rate, growth)
    rng = np.random.default_rng(8)
    history = long_history(rng.normal(0, sd, (300, 1)), "XXA")
    inputs = made_country(domestic_interest_pct_gdp=0.0)
    centre = build_centre(inputs, path, history, years)
    shocks = prepare(history, "normal", dataclasses.replace(USED, persistence_cap=0.0))
    e = shocks.block(1, 0, 2000, years)
    burden = paths_of(shocks, centre, ["public_debt_pct_gdp"], draws=2000, seed=1)[0]
    expected = math.log(60) + np.arange(1, years + 1) * math.log((1 + rate) / (1 + growth))
    exact = expected[:, None] - e[:, :, 0].T.cumsum(axis=0)
    np.testing.assert_allclose(np.log(burden), exact, rtol=1e-12)
    sd = shocks.factor[0, 0]
    found = np.log(burden[-1])
    assert found.mean() == pytest.approx(expected[-1], abs=4 * sd * math.sqrt(years / 2000))
    assert found.std() == pytest.approx(sd * math.sqrt(years), rel=0.07)


def test_depreciation_raises_only_the_external_part():
    e = np.zeros((1, 20, 7))
    e[0, 0, DRIVERS.index("exchange_rate")] = math.log(1.3)
    out = np.empty((2, 20, 1))
    kernels.simulate(e, CENTRE.rows, np.array([0, 1, -1, -1, -1, -1, -1]), out, 0, 0.0, 0.0)
    public, external = out[:, 0, 0]
    base = PATH.table.loc[2024]
    # Dollar flows that follow GDP shrink with it: a little less than 1.3 times.
    ratio = external / base["external_debt_pct_gdp"]
    assert 1.25 < ratio < 1.3
    assert public - external == pytest.approx(base["domestic_debt_pct_gdp"], rel=1e-12)


def test_a_worse_balance_adds_to_debt_one_for_one_and_is_split():
    e = np.zeros((1, 1, 7))
    e[0, 0, DRIVERS.index("primary_balance")] = -0.02
    centre = build_centre(COUNTRY, PATH, HISTORY, 1)
    out = np.empty((2, 1, 1))
    kernels.simulate(e, centre.rows, np.array([0, 1, -1, -1, -1, -1, -1]), out, 0, 0.0, 0.0)
    base = PATH.table.loc[2024]
    assert out[0, 0, 0] - base["public_debt_pct_gdp"] == pytest.approx(2.0)
    assert out[1, 0, 0] - base["external_debt_pct_gdp"] == pytest.approx(1.0)


def test_a_policy_reaction_narrows_the_fan_and_leaves_the_baseline():
    shocks, still = (prepare(scaled(HISTORY, f), "normal", USED) for f in (1.0, 0.0))
    spread = []
    for reaction in (0.0, 0.05, 0.2):
        burden = paths_of(shocks, CENTRE, QUANTITIES[:1], draws=DRAWS, seed=3, reaction=reaction)[0]
        spread.append(np.ptp(burden, axis=1)[1:])
        flat = paths_of(still, CENTRE, QUANTITIES[:1], draws=1, seed=3, reaction=reaction)[0, :, 0]
        base = PATH.table.loc[list(CENTRE.years), "public_debt_pct_gdp"]
        np.testing.assert_allclose(flat, base, rtol=1e-12)
    assert (spread[1][5:] < spread[0][5:]).all()
    assert (spread[2][5:] < spread[1][5:]).all()


def test_a_real_depreciation_wears_off_by_the_share_given():
    e = np.zeros((2, 20, 7))
    e[0, 0, DRIVERS.index("exchange_rate")] = 0.3
    e[1, 0, [DRIVERS.index("exchange_rate"), DRIVERS.index("deflator")]] = 0.3
    out = np.empty((1, 20, 2))
    rows = CENTRE.rows.copy()
    rows[[kernels.NEW_EXT, kernels.NEW_DOM]] = 0.0  # leaves the valuation alone
    kernels.simulate(e, rows, np.array([-1, 0, -1, -1, -1, -1, -1]), out, 0, 0.0, 0.2)
    ratio = np.log(out[0] / rows[kernels.EXT][:, None])
    np.testing.assert_allclose(ratio[:, 0], 0.3 * 0.8 ** np.arange(20), rtol=1e-9)
    np.testing.assert_allclose(ratio[:, 1], 0.0, atol=1e-12)  # prices have caught up: no gap


# Shocks -----------------------------------------------------------------------------------------


def test_student_has_fatter_tails_at_the_same_covariance():
    rng = np.random.default_rng(2)
    mixed = rng.normal(size=(200, 7)) @ rng.normal(size=(7, 7)) * 0.02
    history = long_history(mixed)
    still = dataclasses.replace(USED, persistence_cap=0.0)
    normal = prepare(history, "normal", still).block(1, 0, 2500, 20).reshape(-1, 7)
    student = prepare(history, "student", still).block(1, 0, 2500, 20).reshape(-1, 7)
    sd = np.sqrt(np.outer(normal.var(axis=0), normal.var(axis=0)))
    assert np.abs(np.cov(normal.T) - np.cov(student.T)).max() < 0.04 * sd.max()
    z = [x / x.std(axis=0) for x in (normal, student)]
    kurtosis = [(x**4).mean(axis=0) for x in z]
    assert (np.abs(kurtosis[0] - 3) < 0.2).all()
    assert (kurtosis[1] > 5).all()  # 9 in the limit for five degrees of freedom
    assert (np.abs(z[1]).max(axis=0) > np.abs(z[0]).max(axis=0)).all()
    # One chi-square a year: the size of shocks is common to all drivers.
    together = np.corrcoef(np.abs(z[1][:, 0]), np.abs(z[1] @ rng.normal(size=7)))[0, 1]
    assert together > 0.2


def test_bootstrap_keeps_years_and_their_correlation():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(24, 7)) @ rng.normal(size=(7, 7)) * 0.02
    shocks = prepare(long_history(values), "bootstrap", USED)
    e = shocks.block(7, 0, 2500, 20)
    rows = {row.tobytes(): n for n, row in enumerate(shocks.table)}
    place = np.array([[rows[v.tobytes()] for v in path] for path in e[:200]])
    assert ((place[:, 1::2] - place[:, ::2]) % 24 == 1).all()  # blocks of two years, in a circle
    assert set(place.ravel()) == set(range(24))
    np.testing.assert_allclose(e.reshape(-1, 7).mean(axis=0), 0, atol=0.003)
    expected, found = np.corrcoef(values.T), np.corrcoef(e.reshape(-1, 7).T)
    assert np.abs(expected - found).max() < 0.03
    assert np.abs(expected - np.eye(7)).max() > 0.5


def test_every_year_counts_alike_and_blocks_may_be_long():
    values = np.random.default_rng(1).normal(size=(11, 7)) * 0.02
    shocks = prepare(long_history(values), "bootstrap", dataclasses.replace(USED, block_years=30))
    e = shocks.block(1, 0, 2000, 20)[:, :, 0]
    seen = np.array([(np.abs(e - v) < 1e-15).mean() for v in shocks.table[:, 0]])
    np.testing.assert_allclose(seen, 1 / 11, atol=0.004)
    np.testing.assert_array_equal(e[:, 11:], e[:, :9])  # once round the circle


def test_persistence_is_found_capped_and_carried():
    rng = np.random.default_rng(6)
    x = np.zeros(4000)
    for n in range(1, len(x)):
        x[n] = 0.6 * x[n - 1] + rng.normal()
    history = long_history(np.column_stack([x, rng.normal(size=4000)]))
    phi = persistence(history, 0.8)
    assert phi[0] == pytest.approx(0.6, abs=0.04)
    assert phi[1] == pytest.approx(0, abs=0.04)
    assert persistence(history, 0.3)[0] == 0.3
    e = prepare(history, "normal", USED).block(1, 0, 1500, 20)[:, :, 0]
    carried = np.corrcoef(e[:, 14], e[:, 15])[0, 1]
    assert carried == pytest.approx(0.6, abs=0.06)
    assert e[:, 15].std() == pytest.approx(x.std(), rel=0.06)


def test_shrinkage_is_strong_only_where_history_is_short():
    rng = np.random.default_rng(3)
    one = rng.normal(size=(1000, 1))
    values = 0.8 * one + 0.6 * rng.normal(size=(1000, 5))
    short, strong = shrunk_correlation(values[:10])
    long, weak = shrunk_correlation(values)
    assert 0 < weak < 0.01 < 0.05 < strong <= 1
    assert long[0, 1] == pytest.approx(0.64, abs=0.05)
    np.testing.assert_array_equal(np.diag(short), 1.0)
    assert np.linalg.eigvalsh(short).min() > 0
    # As many drivers as years: the sample matrix is singular, the shrunk one is not.
    assert np.linalg.eigvalsh(shrunk_correlation(values[:5])[0]).min() > 1e-3


# Reproducibility --------------------------------------------------------------------------------


def test_same_seed_same_bytes_whatever_the_threads():
    for method in METHODS:
        shocks = prepare(HISTORY, method, USED)
        runs = [
            paths_of(shocks, CENTRE, QUANTITIES[:1], draws=5100, seed=9, threads=n) for n in (1, 2)
        ]
        assert runs[0].tobytes() == runs[1].tobytes()
        other = paths_of(shocks, CENTRE, QUANTITIES[:1], draws=300, seed=10)
        assert (runs[0][:, 5:, :300] != other[:, 5:]).mean() > 0.99


def test_symmetric_methods_draw_in_mirrored_pairs():
    for method in ("normal", "student"):
        e = prepare(HISTORY, method, USED).block(1, 0, 7, 5)
        np.testing.assert_array_equal(e[0:6:2], -e[1:6:2])
        assert np.abs(e[6, :, 0]).max() > 0  # the odd one has no mirror


def test_more_paths_leave_the_first_as_they_are():
    for method in METHODS:
        shocks = prepare(HISTORY, method, USED)
        some, more = (paths_of(shocks, CENTRE, QUANTITIES[:1], draws=n, seed=9) for n in (101, 300))
        np.testing.assert_array_equal(some, more[:, :, :101])


def test_figures_are_those_of_this_version():
    """What changes these changes every fan with the same seed: say so in the notes of a release."""
    path, found = plain_path(0.04, 0.03), {}
    rng = np.random.default_rng(12)
    history = long_history(0.02 * rng.normal(size=(23, 7)), "XXA")
    centre = build_centre(COUNTRY, path, history, 12)
    for method in METHODS:
        shocks = prepare(history, method, USED)
        burden = paths_of(shocks, centre, ["public_debt_pct_gdp"], draws=101, seed=1)[0]
        found[method] = float(kernels.order_statistics(burden[-1:], np.array([50]))[0, 0])
    assert found == pytest.approx(PINNED, rel=1e-9)


PINNED = {
    "bootstrap": 67.68509196845167, "normal": 66.27335790816738, "student": 67.11990474370417,
}  # fmt: skip


# Quantiles and probabilities --------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 1e300]), min_size=1, max_size=80),
    st.integers(0, 2**31),
)
def test_order_statistics_are_exact(values, seed):
    row = np.array(values)
    rng = np.random.default_rng(seed)
    ranks = np.sort(rng.integers(0, len(row), 5))
    found = kernels.order_statistics(row[None, :], ranks)[0]
    np.testing.assert_array_equal(found, np.sort(row)[ranks])


def test_order_statistics_of_many_and_of_fat_tails():
    rows = np.random.default_rng(1).standard_t(1.2, (3, 5000))
    ranks = np.array([0, 249, 2499, 4999])
    np.testing.assert_array_equal(
        kernels.order_statistics(rows, ranks), np.sort(rows, axis=1)[:, ranks]
    )


def test_quantiles_are_order_statistics_of_the_paths():
    found = fan(COUNTRY, PATH, draws=250, seed=4, settings=USED)
    burden = paths_of(
        prepare(HISTORY, "bootstrap", USED), CENTRE, ["public_debt_pct_gdp"], draws=250, seed=4,
        reversion=USED.reversion,
    )[0]  # fmt: skip
    expected = np.sort(burden, axis=1)[:, [12, 24, 62, 124, 187, 224, 237]]
    np.testing.assert_array_equal(found.quantiles.iloc[1:].to_numpy(), expected)
    assert (found.quantiles.iloc[0] == PATH.table["public_debt_pct_gdp"].iloc[0]).all()
    assert found.terminal[50] == expected[-1, 3]
    assert found.moments["width"] == found.width.iloc[-1]


def test_counts_by_hand():
    #                  years ->  1   2   3   4
    burden = np.array([[11.0, 9.0, 12.0, 8.0], [9.0, 9.0, 9.0, 13.0]]).T.copy()
    found = count(burden, 10.0, 10.0, 8.5, lookback=2, window=2, breach=2)
    assert found.above.tolist() == [1, 0, 1, 1]
    assert found.crossed.tolist() == [0, 2, 2, 2]
    assert found.rising.tolist() == [0, 0, 1, 1]
    assert found.higher.tolist() == [1, 0, 1, 1]
    assert (found.ever, found.breach) == (1, 1)  # the window ends with the third year
    long = count(burden, 10.0, 10.0, np.nan, lookback=9, window=20, breach=3)
    assert not long.rising.any()
    assert not long.crossed.any()
    assert (long.ever, long.breach) == (2, 0)


BURDEN = paths_of(prepare(HISTORY, "normal", USED), CENTRE, QUANTITIES[:1], draws=200, seed=1)[0]


@settings(max_examples=40, deadline=None)
@given(st.floats(30, 80), st.floats(0, 20))
def test_probability_falls_with_the_threshold(threshold, more):
    rule = {"lookback": 3, "window": 10, "breach": 2}
    low = count(BURDEN, 50.0, threshold, threshold, **rule)
    high = count(BURDEN, 50.0, threshold + more, threshold + more, **rule)
    assert (high.above <= low.above).all()
    assert (high.crossed <= low.crossed).all()
    assert high.ever <= low.ever
    assert high.breach <= low.breach <= low.ever
    assert (np.diff(low.crossed) >= 0).all()  # default is cumulative


def test_measures_of_a_fan():
    thresholds = class_thresholds("medium")
    assert thresholds["pv_external_to_gdp_pct"] == 40
    found = fans(COUNTRY, PATH, draws=DRAWS, seed=2, method="student",
                 thresholds=thresholds | {"public_debt_pct_gdp": 55.0},
                 limits={"public_debt_pct_gdp": 60.0})  # fmt: skip
    assert list(found) == list(QUANTITIES)
    p = found["public_debt_pct_gdp"].probability
    value = p.set_index(["measure", "year"])["value"]
    assert p["value"].between(0, 1).all()
    assert value["above_threshold_ever", 2034] >= value["breach", 2034]
    assert value["default", 2034] <= value["breach", 2034]
    assert value["above_threshold"].max() <= value["above_threshold_ever", 2034] + 1
    assert "distress_least" not in set(p["measure"])  # the framework has no cut-off for it
    q = found["pv_external_to_exports_pct"]
    value = q.probability.set_index(["measure", "year"])["value"]
    cut = cutoff("pv_external_to_exports_pct")
    assert value["distress_least", 2034] == pytest.approx(cut * value["breach", 2034])
    assert found["public_debt_pct_gdp"].limit_pct == 60
    assert q.limit_pct == q.threshold_pct == 180


def test_distress_from_a_signal():
    assert distress_bounds(0.0, 0.15) == (0.0, 0.15)
    assert distress_bounds(1.0, 0.15) == (0.15, 1.0)
    point = distress_given_signal(1.0, missed=0.2, false_alarms=0.4, frequency=0.1)
    assert point == pytest.approx(0.08 / (0.08 + 0.36))
    # Averaged over how often the signal is up, the frequency comes back.
    up = 0.8 * 0.1 + 0.4 * 0.9
    back = distress_given_signal(up, missed=0.2, false_alarms=0.4, frequency=0.1)
    assert back == pytest.approx(0.1)
    with pytest.raises(InputError, match="missed must be a fraction"):
        distress_given_signal(0.5, missed=20, false_alarms=0.4, frequency=0.1)


# History ----------------------------------------------------------------------------------------


def test_drivers_by_hand():
    s = COUNTRY.series
    row = observed(COUNTRY, USED).loc[2015]
    domestic = s["public_debt_pct_gdp"] - 100 * s["external_ppg_debt_usd_mn"] / s["gdp_usd_mn"]
    nominal = (1 + s["real_growth_pct"] / 100) * (1 + s["deflator_growth_pct"] / 100)
    dollars = s["gdp_usd_mn"].pct_change() + 1
    assert math.exp(row["growth"]) == pytest.approx(1 + s.loc[2015, "real_growth_pct"] / 100)
    assert math.exp(row["exchange_rate"]) == pytest.approx(nominal[2015] / dollars[2015])
    assert row["domestic_interest"] == pytest.approx(
        s.loc[2015, "domestic_interest_pct_gdp"] * nominal[2015] / domestic[2014]
    )
    assert row["external_interest"] == pytest.approx(
        s.loc[2015, "external_interest_usd_mn"] / s.loc[2014, "external_ppg_debt_usd_mn"]
    )
    assert HISTORY.years.max() == 2023  # no projection among the shocks
    np.testing.assert_allclose(HISTORY.values.mean(axis=0), 0, atol=1e-15)


def test_unknown_drivers_have_no_shocks_and_are_told():
    found = read_history(realistic_country(), USED)
    assert "external_interest" not in found.used
    assert not found.values[:, DRIVERS.index("external_interest")].any()
    assert any("external_interest: known for 0 years" in n for n in found.notes)


EXT, DOM = DRIVERS.index("external_interest"), DRIVERS.index("domestic_interest")


def whole_bill(rate, *, split_from=2030):
    """The made country with one interest bill: ``rate`` on all debt at the year's exchange rate."""
    s = COUNTRY.series.copy()
    share = 100 * s["external_ppg_debt_usd_mn"] / s["gdp_usd_mn"] / s["public_debt_pct_gdp"]
    local = (1 + s["real_growth_pct"] / 100) * (1 + s["deflator_growth_pct"] / 100)
    dollars = s["gdp_usd_mn"].shift() / s["gdp_usd_mn"]
    carried = s["public_debt_pct_gdp"].shift() * (
        share.shift() * dollars + (1 - share.shift()) / local
    )
    s["public_interest_pct_gdp"] = pd.Series(rate, s.index) * carried
    for name in ("external_interest_usd_mn", "domestic_interest_pct_gdp"):
        s.loc[s.index < split_from, name] = np.nan
    return dataclasses.replace(COUNTRY, series=s)


def test_the_rate_on_all_debt_stands_in_where_the_split_is_short():
    years = COUNTRY.series.index
    rate = 0.04 + 0.01 * np.sin(np.arange(len(years)))
    country = whole_bill(rate, split_from=2019)
    found = read_history(country, USED)
    assert found.shared_interest
    assert {"external_interest", "domestic_interest"} <= set(found.used)
    np.testing.assert_array_equal(found.values[:, EXT], found.values[:, DOM])
    expected = pd.Series(rate, years).loc[found.years].to_numpy()
    np.testing.assert_allclose(found.values[:, EXT] + found.means[EXT], expected, rtol=1e-12)
    assert any("one shock to both parts" in n and "5 and 5 years" in n for n in found.notes)
    # A steady rate has no shocks, whatever the exchange rate did meanwhile.
    steady = read_history(whole_bill(0.05), USED)
    assert np.ptp(COUNTRY.series["gdp_usd_mn"].pct_change().loc[found.years]) > 0.01
    np.testing.assert_allclose(steady.values[:, EXT], 0, atol=1e-15)


def test_a_known_split_is_kept_and_a_short_bill_does_not_help():
    s = COUNTRY.series.copy()
    s["public_interest_pct_gdp"] = 3.0
    both = read_history(dataclasses.replace(COUNTRY, series=s), USED)
    assert not both.shared_interest
    np.testing.assert_array_equal(both.values, HISTORY.values)
    short = whole_bill(0.05)
    short.series.loc[short.series.index < 2016, "public_interest_pct_gdp"] = np.nan
    found = read_history(short, USED)
    assert not found.shared_interest
    assert "external_interest" not in found.used
    assert public_rate(short, USED).notna().sum() == 8


@pytest.mark.parametrize("method", METHODS)
def test_one_interest_shock_hits_both_parts_alike(method):
    rng = np.random.default_rng(4)
    values = rng.normal(size=(22, len(DRIVERS))) * 0.02
    values[:, DOM] = values[:, EXT]
    history = dataclasses.replace(long_history(values), shared_interest=True)
    drawn = prepare(history, method, USED).block(5, 0, 300, 12)
    np.testing.assert_array_equal(drawn[..., EXT], drawn[..., DOM])
    assert drawn[..., EXT].std() == pytest.approx(history.values[:, EXT].std(ddof=1), rel=0.15)


def test_short_history_is_refused():
    short = dataclasses.replace(COUNTRY, series=COUNTRY.series.loc[2018:])
    with pytest.raises(InputError, match=r"XXA: real_growth_pct.*10 common years"):
        read_history(short, USED)


def test_tails_are_cut_only_when_asked():
    cut = read_history(COUNTRY, dataclasses.replace(USED, tail_pct=10))
    assert np.ptp(cut.values, axis=0)[0] < np.ptp(HISTORY.values, axis=0)[0]
    assert FanSettings.load().tail_pct == 0


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"method": "bootstrop"}, "bootstrap"),
        ({"draws": 0}, "draws must be"),
        ({"years": 0}, "years must be"),
        ({"seed": -1}, "seed must be"),
        ({"quantity": "public_debt"}, "public_debt_pct_gdp"),
    ],
)
def test_bad_arguments(changes, match):
    with pytest.raises(InputError, match=match):
        fan(COUNTRY, PATH, **{"draws": 10} | changes)


def test_a_path_with_holes_is_refused_and_a_short_one_told():
    table = PATH.table.copy()
    table.loc[2030, "gdp_usd_mn"] = np.nan
    with pytest.raises(InputError, match="known for every year from 2023 to 2043"):
        fan(COUNTRY, dataclasses.replace(PATH, table=table), draws=10)
    short = dataclasses.replace(PATH, table=PATH.table.loc[:2030])
    found = fan(COUNTRY, short, draws=10)
    assert found.quantiles.index[-1] == 2030
    assert any("ends in 2030" in n for n in found.notes)


# Batches ----------------------------------------------------------------------------------------

BATCH = {"draws": 50, "quantities": ("public_debt_pct_gdp",), "settings": USED}


def same(a, b):
    assert json.dumps(fan_to_dict(a)) == json.dumps(fan_to_dict(b))


def test_countries_do_not_affect_each_other():
    a, b = COUNTRY, realistic_country()
    bad = dataclasses.replace(a, iso3="XXC", series=a.series.loc[2020:])
    both, alone = many([b, bad, a], **BATCH), many([a], **BATCH)
    same(both.fans["XXA"]["public_debt_pct_gdp"], alone.fans["XXA"]["public_debt_pct_gdp"])
    assert list(both.failures) == ["XXC"]
    assert set(both.probability["iso3"]) == set(both.quantiles["iso3"]) == {"XXA", "XXB"}
    assert len(many([], **BATCH).quantiles) == 0


def test_a_batch_goes_on_where_it_was_stopped(tmp_path):
    countries = [COUNTRY, realistic_country()]
    fresh = many(countries, **BATCH)

    def stop(iso3, share):
        assert (iso3, share) == ("XXA", 0.5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        many(countries, folder=tmp_path, progress=stop, **BATCH)
    assert [p.name for p in tmp_path.iterdir()] == ["XXA.json"]
    rest = many(countries, folder=tmp_path, **BATCH)
    assert rest.reused == ("XXA",)
    for iso3, found in fresh.fans.items():
        same(found["public_debt_pct_gdp"], rest.fans[iso3]["public_debt_pct_gdp"])
    assert many(countries, folder=tmp_path, **BATCH).reused == ("XXA", "XXB")
    # Another seed, another convention, other inputs or a broken file: run again.
    assert many(countries[:1], folder=tmp_path, **BATCH | {"seed": 2}).reused == ()
    many(countries, folder=tmp_path, **BATCH)
    other = dataclasses.replace(USED, block_years=3)
    assert many(countries[:1], folder=tmp_path, **BATCH | {"settings": other}).reused == ()
    (tmp_path / "XXB.json").write_text("{")
    changed = made_country(residual_external_share_pct=10.0)
    assert many([changed, countries[1]], folder=tmp_path, **BATCH).reused == ()


def test_a_fan_comes_back_from_disk_bit_for_bit():
    found = fans(COUNTRY, PATH, draws=30, thresholds={"pv_external_to_gdp_pct": 40.0})
    for f in found.values():
        back = fan_from_dict(json.loads(json.dumps(fan_to_dict(f))))
        pd.testing.assert_frame_equal(back.quantiles, f.quantiles, check_exact=True)
        pd.testing.assert_frame_equal(back.probability, f.probability, check_exact=True)
        pd.testing.assert_series_equal(back.baseline, f.baseline, check_exact=True)
        pd.testing.assert_series_equal(back.terminal, f.terminal, check_exact=True)
        same(back, f)


def test_batches_refuse_bad_codes():
    with pytest.raises(InputError, match="given twice"):
        many([COUNTRY, COUNTRY], **BATCH)
    with pytest.raises(InputError, match="three capital letters"):
        many([dataclasses.replace(COUNTRY, iso3="../A")], **BATCH)


def test_block_is_part_of_what_a_seed_means():
    assert drawing.BLOCK == 2500
