"""The imputation of economies: balancing, gravity, donors, and the accounts that come out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world_examples import GOODS, INDUSTRIES, figures, observed

from beltroad.errors import DataError
from beltroad.trade import assemble
from beltroad.trade.world import (
    Margins,
    Settings,
    balance,
    covariates,
    economy_distance_km,
    extend,
    fit,
)
from beltroad.trade.world.balance import soft_factor
from beltroad.trade.world.distance import EARTH_RADIUS_KM, great_circle_km
from beltroad.trade.world.extend import consistent_trade, spread_inputs, without_transit
from beltroad.trade.world.friction import BOUNDS, poisson
from beltroad.trade.world.structure import donor_weights, mixed_structure


@pytest.fixture(scope="module")
def base():
    return observed()


@pytest.fixture(scope="module")
def known(base):
    return figures(base)


@pytest.fixture(scope="module")
def extended(base, known):
    return extend(base, known, GOODS)


def test_great_circle_against_known_arcs():
    lat, lon = np.array([0.0, 0.0, 90.0]), np.array([0.0, 90.0, 0.0])
    quarter = np.pi / 2 * EARTH_RADIUS_KM
    off = quarter * (1 - np.eye(3))
    assert great_circle_km(lat, lon) == pytest.approx(off, abs=1e-6)


def test_distance_of_economies_is_a_harmonic_mean():
    codes = ["A", "A", "B", "C"]
    lat, lon = np.zeros(4), np.array([0.0, 10.0, 20.0, 40.0])
    people = np.array([1.0, 3.0, 1.0, 0.0])
    d = economy_distance_km(codes, lat, lon, people, ["A", "B", "C", "Z"])
    degree = np.pi / 180 * EARTH_RADIUS_KM
    assert d[0, 1] == pytest.approx(1 / (0.25 / (20 * degree) + 0.75 / (10 * degree)))
    assert d[1, 2] == pytest.approx(20 * degree)  # a city without people still has a place
    assert np.isnan(d[3]).all()
    assert d[:3, :3] == pytest.approx(d[:3, :3].T)


def test_poisson_recovers_the_gravity_that_made_the_flows():
    rng = np.random.default_rng(0)
    n = 12
    distance = rng.uniform(300, 9000, (n, n))
    distance = (distance + distance.T) / 2
    border = rng.random((n, n)) < 0.2
    x = covariates(distance, border | border.T)
    truth = np.array([-0.9, 0.5, 3.0])
    terms = rng.normal(size=(2, n))
    flow = np.exp(x @ truth + terms[0][:, None] + terms[1][None, :])
    assert poisson(flow, x) == pytest.approx(truth, abs=1e-6)
    flow[3, :] = 0.0  # a buyer that buys nothing says nothing about friction
    assert poisson(flow, x) == pytest.approx(truth, abs=1e-6)


def test_thin_industries_take_the_pooled_friction(base, known):
    c = len(base.economies)
    x = covariates(known.distance_km, known.border)[:c, :c]
    found = fit(base.flows, x, GOODS)
    assert found.pooled.all()  # 25 pairs are too few
    assert found.coefficient[0] == pytest.approx(found.coefficient[1])
    assert (found.coefficient >= BOUNDS[:, 0]).all()
    assert (found.coefficient <= BOUNDS[:, 1]).all()
    with pytest.raises(DataError, match="distances"):
        covariates(np.full((2, 2), np.nan), np.zeros((2, 2), bool))


@given(
    start=st.floats(1e-3, 1e3), fixed=st.floats(0, 1e3), target=st.floats(1e-2, 1e3),
    weight=st.floats(0.1, 50),
)  # fmt: skip
def test_soft_factor_solves_its_first_order_condition(start, fixed, target, weight):
    f = soft_factor(np.array([start]), np.array([fixed]), np.array([target]), weight)[0]
    if 1.1e-3 < f < 0.9e3:
        assert np.log(f) + weight * np.log((fixed + f * start) / target) == pytest.approx(
            0.0, abs=1e-7
        )
    # The factor never moves away from the target, and never beyond it.
    before, after = np.log((fixed + start) / target), np.log((fixed + f * start) / target)
    assert abs(after) <= abs(before) + 1e-9
    assert after * before >= -1e-9


def test_soft_factor_without_a_record_is_one():
    assert soft_factor(np.ones(2), np.zeros(2), np.array([np.nan, 0.0]), 3.0).tolist() == [1, 1]


def plain_margins(rng, n, j):
    """Two observed buyers, the rest imputed; hard margins taken from a hidden truth."""
    inputs, final = rng.uniform(0.1, 1.0, (2, j, n, n))
    inputs[:, :2, :2] = 0.0
    buys = np.full((j, n), np.nan)
    buys[:, 2:] = inputs[:, 2:].sum(axis=2)
    spent = np.where(np.arange(n) < 2, inputs.sum(axis=(0, 2)), 0.0)
    deficit = rng.normal(0, 0.05, n)
    deficit -= deficit.mean()
    none = np.full(n, np.nan)
    truth = Margins(
        fixed=np.zeros((j, n, n)), sales=(inputs + final).sum(axis=1).T, inputs=buys,
        income=final.sum(axis=(0, 2)) + spent - deficit, deficit=deficit, exports=none,
        imports=none, goods=np.full((n, n), np.nan), merchandise=none,
        is_goods=np.arange(j) < j - 1,
    )  # fmt: skip
    return inputs, final, truth


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_balance_meets_hard_margins_and_keeps_what_already_fits(seed):
    rng = np.random.default_rng(seed)
    inputs, final, margins = plain_margins(rng, 4, 3)
    kept = balance(inputs, final, margins)
    assert kept.inputs == pytest.approx(inputs, rel=1e-6)
    assert kept.final == pytest.approx(final, rel=1e-6)
    noise = np.exp(rng.normal(0, 0.7, (2, 3, 4, 4)))
    done = balance(inputs * noise[0], final * noise[1], margins)
    sold = (done.inputs + done.final).sum(axis=1).T
    assert sold == pytest.approx(margins.sales, rel=1e-8)
    assert done.inputs[:, 2:].sum(axis=2) == pytest.approx(margins.inputs[:, 2:], rel=1e-6)
    spent = np.where(np.arange(4) < 2, done.inputs.sum(axis=(0, 2)), 0.0)
    assert done.final.sum(axis=(0, 2)) == pytest.approx(
        margins.income - spent + margins.deficit, rel=1e-8
    )


def test_soft_margins_pull_towards_records_without_breaking_accounts():
    rng = np.random.default_rng(5)
    inputs, final, margins = plain_margins(rng, 4, 3)
    away = 1 - np.eye(4)
    free = balance(inputs, final, margins)
    exports = ((free.inputs + free.final) * away).sum(axis=(0, 1))
    goods = (free.inputs + free.final)[:2].sum(axis=0)
    target = np.full((4, 4), np.nan)
    target[0, 3] = 1.4 * goods[0, 3]
    gaps = []
    for weight in (0.0, 2.0, 20.0):
        asked = replace(
            margins, exports=exports * [1.1, 1.0, 1.0, 0.9], goods=target, weight_pair=weight,
            weight_total=max(weight, 1e-9), weight_goods=0.0,
        )  # fmt: skip
        done = balance(inputs, final, asked)
        sold = (done.inputs + done.final).sum(axis=1).T
        assert sold == pytest.approx(margins.sales, rel=1e-8)
        got = (done.inputs + done.final)[:2].sum(axis=0)[0, 3]
        gaps.append(abs(np.log(got / target[0, 3])))
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.1


def test_balance_says_what_cannot_be_met():
    rng = np.random.default_rng(6)
    inputs, final, margins = plain_margins(rng, 3, 2)
    final[:, 1, :] = np.where(np.eye(3)[1].astype(bool), final[:, 1, :], 0.0)
    wrong = replace(margins, income=margins.income * [1.0, 9.0, 1.0])
    with pytest.raises(DataError, match=r"do not hold after 200 sweeps.*economy"):
        balance(inputs, final, wrong, sweeps=200)


def test_donors_are_the_alike(known):
    weights = donor_weights(known, 5)
    assert weights.shape == (2, 5)
    assert weights.sum(axis=1) == pytest.approx(1.0)
    twin = known.take(np.array([0, 1, 2, 3, 4, 2]))  # an imputed economy equal to the third
    assert donor_weights(twin, 5)[0].argmax() == 2


def test_structure_of_a_twin_is_the_twins(base):
    added = base.residual
    group = {"A": 0, "C": 1, "G": 2}
    share = added / added.sum(axis=1, keepdims=True)
    weights = np.eye(5)[[1, 3]]
    made, cost = mixed_structure(
        weights, base.use, base.output, np.array([7.0, 9.0]), INDUSTRIES,
        np.full(2, np.nan), np.full(2, np.nan), ("", ""),
    )  # fmt: skip
    value_added = made * (1 - cost.sum(axis=1))
    assert value_added == pytest.approx(share[[1, 3]] * [[7.0], [9.0]])
    assert cost[0] == pytest.approx(base.use[1] / base.output[1])
    made, cost = mixed_structure(
        weights, base.use, base.output, np.array([7.0, 9.0]), INDUSTRIES,
        np.array([0.2, 0.25]), np.array([0.3, 0.3]), ("", ""),
    )  # fmt: skip
    own = made * (1 - cost.sum(axis=1))
    own /= own.sum(axis=1, keepdims=True)
    assert own[:, group["A"]] == pytest.approx(np.array([0.2, 0.25]) / 0.95)


def test_world_accounts_close(base, known, extended):
    w = extended
    c = w.observed
    used = w.use.sum(axis=1)
    assert pytest.approx(w.use.sum(axis=2), rel=1e-6) == w.inputs.sum(axis=2).T
    assert pytest.approx(w.output, rel=1e-8) == w.trade.sum(axis=1).T
    assert (w.output - used).sum(axis=1) == pytest.approx(w.value_added, rel=1e-8)
    assert w.final.sum(axis=(0, 2)) == pytest.approx(w.value_added + w.deficit, rel=1e-6)
    assert abs(w.deficit.sum()) < 1e-9 * w.value_added.sum()
    away = 1 - np.eye(len(w.economies))
    balance_of_trade = (w.trade * away).sum(axis=(0, 2)) - (w.trade * away).sum(axis=(0, 1))
    assert balance_of_trade == pytest.approx(w.deficit, abs=1e-6 * w.value_added.max())
    assert w.inputs[:, :c, :c] == pytest.approx(base.flows)  # what is observed stays
    assert w.output[:c] == pytest.approx(base.output)
    assert (w.value_added[:c] < base.residual.sum(axis=1)).all()  # inputs from others come off
    ratio = w.value_added[c:] / known.gdp_usd[c:]
    assert ratio == pytest.approx(w.value_added[:c].sum() / known.gdp_usd[:c].sum(), rel=0.02)


def test_world_is_a_calibration(extended):
    w = extended
    c = assemble(w.economies, w.industries, w.trade, w.cost_share, 4.0, goods=GOODS)
    assert c.value_added == pytest.approx(w.value_added, rel=1e-6)
    assert c.deficit == pytest.approx(w.deficit, abs=1e-6 * w.value_added.sum())


def test_recorded_totals_are_met_nearly(known, extended):
    w = extended
    away = 1 - np.eye(len(w.economies))
    exports = (w.trade * away).sum(axis=(0, 1))
    meant = consistent_trade(known)
    assert exports == pytest.approx(meant.exports_usd, rel=0.25)


def test_same_input_same_output(base, known, extended):
    again = extend(base, known, GOODS)
    assert np.array_equal(again.trade, extended.trade)


def test_final_demand_of_the_source_is_where_it_starts(base, known, extended):
    c = len(base.economies)
    shown = extended.final[:, :c, :c]
    again = extend(replace(base, final=shown), known, GOODS)
    tilted = shown * np.where(np.arange(c) == 0, 4.0, 1.0)[None, :, None]
    tilted[0] = shown[0]
    other = extend(replace(base, final=tilted), known, GOODS)
    gap = np.abs(again.final - extended.final).sum()
    assert gap < 0.05 * extended.final.sum()
    mix = [w.final[1, 0].sum() / w.final[:, 0].sum() for w in (again, other)]
    assert mix[1] > mix[0]  # the buyer's taste for the second industry stays


def test_a_recorded_pair_moves_trade_its_way(base, known, extended):
    n, i = 0, 6
    now = extended.trade[GOODS][:, n, i].sum()
    pairs = known.goods_trade_usd.copy()
    pairs[n, i] = 3 * now / 0.8
    more = extend(base, replace(known, goods_trade_usd=pairs), GOODS)
    assert 1.5 * now < more.trade[GOODS][:, n, i].sum() < 3.01 * now


def test_transit_is_cut_and_the_balance_stays(known):
    cut = without_transit(known, np.zeros(7), known.exports_usd)
    assert cut.exports_usd == pytest.approx(0.6 * known.exports_usd)
    assert cut.imports_usd - cut.exports_usd == pytest.approx(known.imports_usd - known.exports_usd)


def test_consistent_trade_adds_up(known):
    even = consistent_trade(known)
    assert even.exports_usd.sum() == pytest.approx(even.imports_usd.sum())


def test_inputs_go_where_such_inputs_are_used(base):
    extra = 0.01 * base.use.sum(axis=2)
    use, moved = spread_inputs(base.use, base.output, extra)
    assert moved == 0.0
    assert use == pytest.approx(1.01 * base.use)
    tight = base.use * (0.97 * base.output / base.use.sum(axis=1))[:, None, :]
    tight[:, :, 2] *= 0.5
    more = np.full(base.output.shape, 0.02) * base.output
    use, moved = spread_inputs(tight, base.output, more)
    assert moved > 0
    assert (use - tight).sum(axis=2) == pytest.approx(more)
    assert (use.sum(axis=1) <= 0.98 * base.output * (1 + 1e-9)).all()
    with pytest.raises(DataError, match="cannot take"):
        spread_inputs(tight, base.output, 50 * more)


def test_faulty_input_is_refused(base, known):
    with pytest.raises(DataError, match="do not add up"):
        replace(base, other_sales=base.other_sales * 1.1)
    with pytest.raises(DataError, match="not negative"):
        replace(base, flows=-base.flows)
    with pytest.raises(DataError, match="GDP of O01"):
        replace(known, gdp_usd=np.where(np.arange(7) == 1, np.nan, known.gdp_usd))
    with pytest.raises(DataError, match="begin with the observed"):
        extend(base, known.take(np.array([1, 0, 2, 3, 4, 5, 6])), GOODS)
    broke = known.exports_usd.copy()
    broke[5] = 5 * known.gdp_usd[5]
    with pytest.raises(DataError, match="I00: recorded trade balance"):
        extend(base, replace(known, exports_usd=broke), GOODS, settings=Settings(passes=1))
