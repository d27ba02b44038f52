"""Policy levers: what they cut, where, and what they leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trade_economies import random_economy

from beltroad.errors import InputError
from beltroad.trade import country_results, iceberg_change, solve, value_of_time
from beltroad.trade.levers import (
    KINDS,
    Lever,
    Strength,
    agreement_level,
    apply,
    cost_floor,
    industry_mask,
    resolve,
)

ECONOMY = random_economy(1, countries=6, industries=4, tariff=0.3)
CODES = ECONOMY.economies
GOODS = industry_mask(["goods"], ECONOMY.industries)


def lever(kind: str, amount: float, **where) -> Lever:
    where = where or {"within": ("KAZ", "CHN", "PAK")}
    return Lever("test", kind, Strength.exact(amount), **where)


def test_no_lever_changes_nothing():
    done = apply([], ECONOMY)
    np.testing.assert_array_equal(done.tariff, ECONOMY.tariff)
    assert (done.cost_change == 1).all()
    assert done.account.empty


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"tariff_rate"}))
def test_a_lever_of_no_strength_changes_nothing(kind):
    done = apply([lever(kind, 0.0)], ECONOMY)
    np.testing.assert_allclose(done.tariff, ECONOMY.tariff, rtol=1e-15)
    assert (done.cost_change == 1).all()
    assert done.account["mean_cut_pct"].item() == pytest.approx(0, abs=1e-12)


def test_a_full_tariff_cut_frees_the_group_and_nobody_else():
    done = apply([lever("tariff_cut", 100.0)], ECONOMY)
    inside = np.isin(CODES, ["KAZ", "CHN", "PAK"])
    pairs = np.logical_and.outer(inside, inside)
    assert (done.tariff[:, pairs][GOODS] == 1).all()
    np.testing.assert_allclose(done.tariff[:, ~pairs], ECONOMY.tariff[:, ~pairs], rtol=1e-15)
    assert done.account["pairs"].item() == 6


def test_pairs_without_a_tariff_are_unaffected_by_a_tariff_cut():
    free = np.ones_like(ECONOMY.tariff)
    done = apply([lever("tariff_cut", 100.0)], ECONOMY, tariff=free)
    np.testing.assert_array_equal(done.tariff, free)
    assert done.account["mean_cut_pct"].item() == 0


@pytest.mark.parametrize("kind", ["border_cost", "border_days", "services_barrier"])
def test_a_cut_within_a_group_is_symmetrical(kind):
    change = apply([lever(kind, 2.0)], ECONOMY).cost_change
    np.testing.assert_array_equal(change, np.swapaxes(change, 1, 2))


def test_home_sales_are_never_touched():
    every = [lever(kind, 5.0, importers=(), exporters=CODES) for kind in KINDS]
    done = apply(every, ECONOMY)
    own = np.arange(len(CODES))
    np.testing.assert_allclose(done.tariff[:, own, own], 1.0)
    assert (done.cost_change[:, own, own] == 1).all()


def test_services_levers_leave_goods_alone_and_the_other_way():
    services = apply([lever("services_barrier", 10.0)], ECONOMY)
    assert (services.cost_change[GOODS] == 1).all()
    assert (services.cost_change[~GOODS] < 1).any()
    np.testing.assert_array_equal(services.tariff, ECONOMY.tariff)
    goods = apply([lever("border_cost", 10.0), lever("border_days", 3.0)], ECONOMY)
    assert (goods.cost_change[~GOODS] == 1).all()


def test_one_direction_both_directions_and_one_sided():
    one = lever("border_cost", 4.0, importers=("KAZ",), exporters=("CHN",))
    k, c = CODES.index("KAZ"), CODES.index("CHN")
    change = apply([one], ECONOMY).cost_change[0]
    assert change[k, c] == pytest.approx(0.96)
    assert change[c, k] == 1
    both = Lever(
        "t", "border_cost", Strength.exact(4.0), importers=("KAZ",), exporters=("CHN",),
        both_directions=True,
    )  # fmt: skip
    assert apply([both], ECONOMY).cost_change[0][c, k] == pytest.approx(0.96)
    anyone = apply([lever("border_cost", 4.0, importers=("KAZ",))], ECONOMY)
    assert anyone.account["pairs"].item() == len(CODES) - 1


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(sorted(set(KINDS) - {"tariff_rate"})),
    weak=st.floats(0, 50),
    more=st.floats(0, 10),
)
def test_stronger_levers_cut_more(kind, weak, more):
    strong = min(weak + more, KINDS[kind].most)
    a, b = (apply([lever(kind, x)], ECONOMY) for x in (weak, strong))
    assert (b.tariff <= a.tariff + 1e-15).all()
    assert (b.cost_change <= a.cost_change + 1e-15).all()
    assert b.account["mean_cut_pct"].item() >= a.account["mean_cut_pct"].item() - 1e-12


def test_the_order_of_levers_does_not_matter():
    levers = [
        lever("tariff_cut", 30.0),
        lever("tariff_rate", 4.0, within=("KAZ", "LAO", "CHN")),
        lever("tariff_rate", 7.0, importers=("KAZ",)),
        lever("border_cost", 5.0),
        lever("border_days", 2.0, within=("CHN", "VNM")),
    ]
    a, b = apply(levers, ECONOMY), apply(levers[::-1], ECONOMY)
    np.testing.assert_allclose(a.tariff, b.tariff, rtol=1e-15)
    np.testing.assert_allclose(a.cost_change, b.cost_change, rtol=1e-15)
    k, c = CODES.index("KAZ"), CODES.index("CHN")
    assert a.tariff[0, k, c] == pytest.approx(1 + 0.04 * 0.7), "lowest rate first, then the cut"


def test_cost_cuts_multiply_and_stop_at_the_floor():
    two = apply([lever("border_cost", 10.0)] * 2, ECONOMY)
    assert two.cost_change.min() == pytest.approx(0.81)
    many = apply([lever("border_cost", 10.0)] * 5, ECONOMY)
    assert many.cost_change.min() == pytest.approx(cost_floor())
    assert (many.account["floored_pairs"] == 6).all()
    assert apply([lever("border_cost", 30.0)], ECONOMY, floor=0.5).cost_change.min() == (
        pytest.approx(0.7)
    )


def test_days_saved_are_those_of_the_time_costs():
    per_day = value_of_time(ECONOMY.industries)
    days = np.full((6, 6), 20.0)
    days[0, 1] = 0.5
    done = apply([lever("border_days", 3.0, within=CODES)], ECONOMY, days=days)
    off = ~np.eye(6, dtype=bool)
    expected = iceberg_change(days, np.maximum(days - 3.0, 0.0), per_day)
    np.testing.assert_allclose(done.cost_change[:, off], expected[:, off], rtol=1e-14)
    blind = apply([lever("border_days", 3.0, within=CODES)], ECONOMY)
    assert blind.cost_change[0, 2, 1] == pytest.approx(1 / (1 + 3 * per_day[0]))
    high = apply([lever("border_days", 3.0)], ECONOMY, value_of_time_level="high")
    assert high.cost_change.min() < blind.cost_change.min()
    with pytest.raises(InputError, match="days must be finite"):
        apply([lever("border_days", 3.0)], ECONOMY, days=-days)


def test_members_outside_the_model_are_listed():
    done = apply([lever("border_cost", 1.0, within=("KAZ", "CHN", "KGZ", "UZB"))], ECONOMY)
    assert done.account["absent"].item() == "KGZ UZB"
    with pytest.raises(InputError, match=r"touches no pair .*KGZ UZB"):
        apply([lever("border_cost", 1.0, within=("KGZ", "UZB", "KAZ"))], ECONOMY)


def test_pairs_with_an_agreement_can_be_left_alone():
    level = agreement_level(CODES)
    there = int((level > 0).sum())
    assert 0 < there < 30
    done = apply(
        [Lever("t", "border_cost", Strength.exact(5.0), within=CODES, unless_agreement="any")],
        ECONOMY,
    )
    assert done.account["pairs_left_alone"].item() == there
    assert (done.cost_change[0][level > 0] == 1).all()
    assert done.account["pairs"].item() == 30 - there


def test_the_account_weighs_by_trade():
    done = apply([lever("tariff_cut", 50.0)], ECONOMY)
    inside = np.isin(CODES, ["KAZ", "CHN", "PAK"])
    pairs = np.logical_and.outer(inside, inside) & ~np.eye(6, dtype=bool)
    cells = GOODS[:, None, None] & pairs
    trade = ECONOMY.trade_usd[cells]
    expected = 50 * (trade * (ECONOMY.tariff[cells] - 1)).sum() / trade.sum()
    row = done.account.iloc[0]
    assert row["trade_usd"] == pytest.approx(trade.sum())
    assert row["mean_cut_pct"] == pytest.approx(expected)
    assert row["unit_cut"] == "percent of value"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "tarif_cut"}, "Did you mean 'tariff_cut'"),
        ({"strength": Strength.exact(101.0)}, "from 0 to 100"),
        ({"strength": Strength.exact(float("nan"))}, "out of range"),
        ({"within": ()}, "either within"),
        ({"importers": ("KAZ",)}, "either within"),
        ({"unless_agreement": "shallow"}, "'any', 'deep'"),
        ({"level": "middle"}, "low, central, high"),
    ],
)
def test_bad_levers_are_refused(changes, message):
    whole = {
        "name": "t", "kind": "tariff_cut", "strength": Strength.exact(1.0),
        "within": ("KAZ", "CHN"),
    }  # fmt: skip
    with pytest.raises(InputError, match=message):
        Lever(**(whole | changes))


def test_unknown_places_and_industries_are_refused():
    with pytest.raises(InputError, match=r"neither an economy .* or 'KAZ'"):
        apply([lever("border_cost", 1.0, within=("KAS", "CHN"))], ECONOMY)
    with pytest.raises(InputError, match="Did you mean 'goods'"):
        apply([Lever("t", "border_cost", Strength.exact(1.0), within=("KAZ", "CHN"),
                     industries=("good",))], ECONOMY)  # fmt: skip
    with pytest.raises(InputError, match="shape"):
        apply([], ECONOMY, tariff=np.ones((1, 1, 1)))
    with pytest.raises(InputError, match="floor"):
        apply([], ECONOMY, floor=0.0)
    assert resolve(("KAZ", "depa", "KAZ", "NZL"))[0] == "KAZ"
    assert resolve(("ROW",), extra=("ROW",)) == ("ROW",)


def test_cheaper_trade_in_a_group_raises_its_real_income():
    levers = [lever("border_cost", 5.0), lever("services_barrier", 5.0)]
    done = apply(levers, ECONOMY)
    after = solve(ECONOMY, done.cost_change, tariff=done.tariff)
    gain = country_results(ECONOMY, after)["real_income_change_pct"]
    assert (gain[["KAZ", "CHN", "PAK"]] > 0).all()
