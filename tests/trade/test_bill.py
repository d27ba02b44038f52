"""Who pays for infrastructure and who builds it: accounts close, and effects have their sign."""

from __future__ import annotations

import numpy as np
import pytest
from trade_economies import random_economy

from beltroad.errors import InputError
from beltroad.trade import Bill, country_results, industry_results, solve, wage_bills

PAYER, BUILDER = "LAO", "CHN"
PAIR = (PAYER, BUILDER)
WAYS = {
    "home": {},
    "built abroad": {"built_by": {PAIR: 1.0}},
    "paid abroad": {"transfer": {PAIR: 1.0}},
    "mixed": {"built_by": {PAIR: 0.5, (PAYER, "PAK"): 0.2}, "transfer": {PAIR: 0.2}},
}


def solved(way, share=0.04, tariff=0.2):
    economy = random_economy(21, 5, 4, tariff=tariff, balanced=False)
    bill = Bill.from_shares(economy, {PAYER: share, "VNM": share / 2}, **WAYS[way])
    return economy, solve(economy, np.ones(economy.pi.shape), bill=bill, tolerance=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_world_and_countries_add_up(way):
    economy, result = solved(way)
    wages = np.exp(result.ln_wage) * economy.value_added
    before = wages + result.tariff_revenue + result.deficit
    passed = result.bill_paid @ result.bill.transfer
    assert result.bill_received == pytest.approx(passed, rel=1e-12)
    assert result.income == pytest.approx(before - result.bill_paid + passed, rel=1e-9)
    inputs = np.einsum("nkj,nj->nk", economy.gamma, result.sales)
    site = economy.industry("F")
    work = (result.expenditure - inputs - economy.alpha * result.income[:, None])[:, site]
    assert work == pytest.approx(result.bill_paid @ result.bill.spent_in, rel=1e-6, abs=1.0)
    everything = result.income.sum() + work.sum()
    assert everything == pytest.approx(wages.sum() + result.tariff_revenue.sum(), rel=1e-10)
    assert result.sales == pytest.approx(result.trade_usd.sum(axis=1).T, rel=1e-10)


@pytest.mark.parametrize("way", WAYS)
def test_balance_of_payments_closes(way):
    """Imports less exports, work built abroad among them, are the deficit and what is passed."""
    _, result = solved(way)
    flow = result.trade_usd.sum(axis=0)
    gap = flow.sum(axis=1) - flow.sum(axis=0)
    built = result.built_abroad
    with_work = gap + built.sum(axis=1) - built.sum(axis=0)
    passed = result.bill_paid[:, None] * result.bill.transfer
    expected = result.deficit + passed.sum(axis=0) - passed.sum(axis=1)
    assert with_work == pytest.approx(expected, rel=1e-7, abs=1e-9 * result.income.max())
    assert (built.sum() > 0) == ("built" in way or way == "mixed")


@pytest.mark.parametrize("way", WAYS)
def test_labour_is_neither_made_nor_lost(way):
    """Industries employ what there is: wage bills over the wage add up to what they were."""
    economy, result = solved(way)
    before, after = wage_bills(economy), wage_bills(economy, result)
    assert before.sum().to_numpy() == pytest.approx(economy.value_added)
    labour = after.sum().to_numpy() / np.exp(result.ln_wage)
    assert labour == pytest.approx(before.sum().to_numpy(), rel=1e-9)
    if "built" in way:
        assert after.loc["F", BUILDER] > 1.01 * before.loc["F", BUILDER]


def test_who_builds_gets_the_work_and_the_wage():
    economy, home = solved("home")
    _, abroad = solved("built abroad")
    _, lent = solved("paid abroad")
    builder, payer = economy.economy(BUILDER), economy.economy(PAYER)
    assert abroad.ln_wage[builder] > home.ln_wage[builder]
    assert abroad.ln_wage[payer] < home.ln_wage[payer]
    output = {
        name: industry_results(economy, q).set_index(["iso3", "industry"])["output_after_usd"]
        for name, q in {"home": home, "abroad": abroad, "lent": lent}.items()
    }
    assert output["abroad"][BUILDER, "F"] > output["home"][BUILDER, "F"]
    assert output["abroad"][BUILDER, "F"] > output["lent"][BUILDER, "F"]
    assert output["abroad"][PAYER, "F"] < output["home"][PAYER, "F"]


@pytest.mark.parametrize("way", ["built abroad", "paid abroad", "mixed"])
def test_paying_abroad_costs_more_than_paying_at_home(way):
    """Money that leaves must be earned by exports at worse terms of trade."""
    economy, home = solved("home", tariff=0.0)
    _, abroad = solved(way, tariff=0.0)
    loss = {k: country_results(economy, q) for k, q in {"home": home, "abroad": abroad}.items()}
    column = "real_income_change_pct"
    assert loss["abroad"].loc[PAYER, column] < loss["home"].loc[PAYER, column] < -3.0
    assert loss["abroad"].loc[BUILDER, column] > loss["home"].loc[BUILDER, column]


@pytest.mark.parametrize("way", WAYS)
def test_a_bill_of_zero_changes_nothing(way):
    economy, none = solved(way, share=0.0)
    assert np.abs(none.ln_wage).max() < 1e-12
    assert none.trade_usd == pytest.approx(economy.trade_usd, rel=1e-10)
    assert none.built_abroad.sum() == 0.0


def test_old_bills_are_spent_at_home():
    economy = random_economy(21, 5, 4)
    share, none = np.full(5, 0.02), np.zeros((5, 5))
    old, new = Bill(share, none), Bill(share, none, "F", np.zeros((5, 5)))
    assert old.spent_in == pytest.approx(np.eye(5))
    one = np.ones(economy.pi.shape)
    assert solve(economy, one, bill=old).ln_wage == pytest.approx(
        solve(economy, one, bill=new).ln_wage, abs=1e-14
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"built_by": {(PAYER, PAYER): 0.5}},
        {"built_by": {PAIR: 0.7}, "transfer": {PAIR: 0.4}},
        {"built_by": {PAIR: -0.1}},
    ],
)
def test_impossible_builders_are_refused(wrong):
    economy = random_economy(21, 5, 4)
    with pytest.raises(InputError, match="bill of LAO"):
        solve(
            economy,
            np.ones(economy.pi.shape),
            bill=Bill.from_shares(economy, {PAYER: 0.1}, **wrong),
        )
    with pytest.raises(InputError, match="expected shapes"):
        Bill(np.zeros(5), np.zeros((5, 5)), "F", np.zeros((2, 2))).check(economy)
