"""Days to iceberg costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.trade import ad_valorem_cost_pct, iceberg_change, value_of_time


def test_formula():
    before = np.array([[0.0, 30.0], [20.0, 0.0]])
    after = np.array([[0.0, 20.0], [20.0, 0.0]])
    change = iceberg_change(before, after, np.array([0.01, 0.0]))
    assert change.shape == (2, 2, 2)
    assert change[0, 0, 1] == pytest.approx(1.2 / 1.3)
    assert change[0, 1, 0] == 1.0
    assert (change[1] == 1.0).all()


@given(
    before=st.floats(0, 90), saved=st.floats(0, 1), value=st.floats(0, 0.021), more=st.floats(0, 1)
)
def test_saving_time_never_costs_and_more_saves_more(before, saved, value, more):
    grid = np.full((1, 1), before)
    first = iceberg_change(grid, grid * (1 - saved * more), np.array([value]))[0, 0, 0]
    second = iceberg_change(grid, grid * (1 - saved), np.array([value]))[0, 0, 0]
    assert second <= first + 1e-15
    assert first <= 1.0
    assert second >= 1 / (1 + value * before) - 1e-15


def test_values_by_industry(world):
    levels = {name: value_of_time(world.industries, name) for name in ("low", "central", "high")}
    assert (levels["low"] <= levels["central"]).all()
    assert (levels["central"] <= levels["high"]).all()
    assert (levels["high"] <= 0.021).all()
    assert (levels["high"][~world.goods] == 0).all()
    assert (levels["central"][world.goods] > 0).all()
    electronics, coal = (world.industry(code) for code in ("C26", "B05"))
    assert levels["central"][electronics] > 10 * levels["central"][coal]
    order = value_of_time(["C26", "A01"])
    assert order[0] == levels["central"][electronics]


def test_every_value_says_where_it_is_from():
    table = evidence.load("value_of_time")
    assert len(table) == 50
    assert table["source"].str.len().min() > 20
    assert set(table["confidence"]) <= {"low", "medium", "high"}


def test_ad_valorem_table(world):
    before = np.full((len(world.economies),) * 2, 30.0)
    after = before.copy()
    kaz, chn = world.economy("KAZ"), world.economy("CHN")
    after[kaz, chn] = 24.0
    value = value_of_time(world.industries)
    table = ad_valorem_cost_pct(world, before, after, value).set_index(["exporter", "importer"])
    row = table.loc[("CHN", "KAZ")]
    assert row["days_change_pct"] == pytest.approx(-20)
    assert row["time_cost_change_pct"] == pytest.approx(-20)
    assert 0 < row["time_cost_after_pct"] < row["time_cost_before_pct"] < 2.1 * 30
    assert -6 * 2.1 < row["delivered_cost_change_pct"] < 0
    flow = world.trade_usd[world.goods, kaz, chn]
    mean = (flow * value[world.goods]).sum() / flow.sum()
    assert row["time_cost_before_pct"] == pytest.approx(100 * 30 * mean)
    assert table["delivered_cost_change_pct"].drop(("CHN", "KAZ")).abs().max() < 1e-12


def test_bad_days_are_refused(world):
    good = np.ones((2, 2))
    with pytest.raises(InputError, match=r"days_after\[0, 1\] is nan"):
        iceberg_change(good, np.array([[1.0, np.nan], [1.0, 1.0]]), np.array([0.01]))
    with pytest.raises(InputError, match="square"):
        iceberg_change(np.ones((2, 3)), good, np.array([0.01]))
    with pytest.raises(InputError, match="value of a day"):
        iceberg_change(good, good, np.array([-0.01]))
    with pytest.raises(InputError, match="must be one of"):
        value_of_time(["A01"], "median")
    with pytest.raises(InputError, match="X99"):
        value_of_time(["X99"])
    with pytest.raises(InputError, match="do not fit"):
        ad_valorem_cost_pct(world, good, good, value_of_time(world.industries))
