"""Plans small enough to be worked out on paper; the figures beside them were."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from beltroad.finance.project import currency, owners
from beltroad.finance.project.case import base_case
from beltroad.finance.project.cashflow import simulate
from beltroad.finance.project.measures import cover_ratios
from beltroad.finance.project.plan_file import parse
from beltroad.finance.project.result import assess

PLAN = {
    "title": "by hand", "discount_rate_pct": 10,
    "exchange_rates": {"KES": {"start": 100}},
    "projects": [{
        "id": "P", "name": "line", "host_currency": "KES",
        "capital": {"by_year_mn": {"2022": 100}},
        "operation": {"start_year": 2023, "years": 4,
                      "revenue": [{"name": "fares", "amount_mn": 60}]},
        "layers": [{"name": "loan", "kind": "commercial_loan", "share_pct": 100,
                    "interest_pct": 10, "maturity_years": 4}],
    }],
}  # fmt: skip


def run(change=None):
    raw = copy.deepcopy(PLAN)
    if change is not None:
        change(raw["projects"][0])
    plan = parse(raw)
    return simulate(plan, plan.projects[0], base_case())


def test_a_sculpted_loan():
    def change(project):
        # Cash of 66 and 60.5 is worth 60 + 50 = 110 at 10 %: a loan of 100 has a cover of 1.1.
        project["operation"]["revenue"][0] |= {"amount_mn": 66, "ramp_up_pct": [100, 100 * 11 / 12]}
        project["layers"][0] |= {"amortisation": "sculpted", "maturity_years": 2}

    flows = run(change)
    np.testing.assert_allclose(flows.dscr[0, 1:3], 1.1, rtol=1e-12)
    np.testing.assert_allclose(flows.interest[0, 1:3], [10, 5])
    np.testing.assert_allclose(flows.principal[0, 1:3], [50, 50])
    np.testing.assert_allclose(flows.dividends[0, 1:3], [6, 5.5])
    assert cover_ratios(flows)[0][0] == pytest.approx(1.1)


def test_refinancing():
    def change(project):
        project["layers"][0]["refinance"] = {
            "year": 2024, "interest_pct": 6, "maturity_years": 2, "amortisation": "bullet",
            "fee_pct": 2,
        }  # fmt: skip

    flows = run(change)
    # 100 at 10 % in four parts; the 50 left after two are taken over at 6 % for a fee of 1.
    np.testing.assert_allclose(flows.service[0, 1:], [35, 32.5, 3, 53])
    np.testing.assert_allclose(flows.refinancing_fees[0], [0, 0, 1, 0, 0])
    np.testing.assert_allclose(flows.dividends[0, 1:], [25, 26.5, 57, 7])


def _owned(project):
    project["layers"] = [{"name": "own", "kind": "sponsor_equity", "share_pct": 100}]


@pytest.mark.parametrize(("pricing", "price"), [
    ("present_value", 0.5 * (60 / 1.2 + 60 / 1.44)), ("first_year_yield", 0.5 * 60 / 0.2),
])  # fmt: skip
def test_a_stake_sold_to_a_trust(pricing, price):
    def change(project):
        _owned(project)
        project["exit"] = {"year": 2024, "stake_pct": 50, "yield_pct": 20, "cost_pct": 10,
                           "pricing": pricing}  # fmt: skip

    flows = run(change)
    assert owners.exit_price(flows) == pytest.approx(price)
    np.testing.assert_allclose(owners.owners_flow(flows), [-100, 60, 60 + 0.9 * price, 30, 30])
    table = owners.owner_table(flows).set_index("owner")
    assert table.loc["own", "received_mn"] == pytest.approx(180 + 0.9 * price)
    assert table.loc["REIT", "received_mn"] == pytest.approx(60)


def test_a_guarantee_with_a_probability():
    def change(project):
        project["layers"][0] |= {"guaranteed_pct": 50, "call_probability_pct": 10,
                                 "recovery_pct": 40}  # fmt: skip

    result = assess(run(change).plan)
    table = result.exposure.set_index("year")
    # Balance and interest 110, 82.5, 55, 27.5; half guaranteed, 60 % lost, called once at 10 %.
    want = [3.3, 0.9 * 2.475, 0.81 * 1.65, 0.729 * 0.825]
    np.testing.assert_allclose(table.loc[2023:2026, "expected_call_usd_mn"], want)
    assert table.loc[2022, "guaranteed_usd_mn"] == 50
    # A loan dearer than 5 % counts at its balance.
    assert result.value("guaranteed_pv_usd_mn") == 50
    worth = sum(v / 1.05**k for k, v in enumerate(want, start=1))
    assert result.value("expected_calls_pv_usd_mn") == pytest.approx(worth)


def _local(project):
    project["operation"]["revenue"][0] |= {"amount_mn": 6000, "currency": "KES"}
    project["operation"]["support_by"] = "state"


def test_settling_in_local_currency():
    def change(project):
        _local(project)
        project["settlement"] = {"conversion_cost_pct": 2, "settled_conversion_cost_pct": 1,
                                 "currency": "KES", "layers": ["loan"]}  # fmt: skip

    flows = run(change)
    # Service of 35, 32.5, 30, 27.5 is bought for 2 %; a loan in shillings needs no dollars.
    np.testing.assert_allclose(flows.conversion[0], [0, 0.7, 0.65, 0.6, 0.55])
    table = currency.settlement(flows)
    paid = 0.7 / 1.1 + 0.65 / 1.1**2 + 0.6 / 1.1**3 + 0.55 / 1.1**4
    assert table.loc["conversion_cost_pv_mn", "today"] == pytest.approx(paid)
    assert table.loc["conversion_cost_pv_mn", "settled"] == 0
    assert table.loc["mismatch_pct"].tolist() == [100, 0, -100]


def test_a_swap_line():
    def change(project):
        _local(project)
        project["swap_line"] = {"amount_mn": 17.5, "currency": "USD", "cost_pct": 4,
                                "available_pct": 50}  # fmt: skip

    found = currency.swap_cover(run(change))
    assert found["line_mn"] == 8.75
    assert found["months_at_peak"] == pytest.approx(3)
    assert found["months_at_mean"] == pytest.approx(12 * 8.75 / 31.25)
    assert found["cost_per_year_mn"] == pytest.approx(0.35)


def test_a_fall_of_the_currency_in_dollars_and_in_shillings():
    def change(project):
        _local(project)
        project["operation"]["revenue"][0]["amount_mn"] = 4000

    flows = run(change)
    hit = currency.depreciation_test(flows, 50)
    # 40 of cash a year become 20; 125 of service, 12,500 shillings, become 25,000.
    assert hit["cfads_loss_pv_mn"] == pytest.approx(20 * (1 - 1.1**-4) / 0.1)
    assert hit["dscr_min_after"] == pytest.approx(20 / 35)
    assert hit["service_local_before_mn"] == pytest.approx(12_500)
    assert hit["service_local_after_mn"] == pytest.approx(25_000)
    assert hit["support_local_before_mn"] == 0
    assert hit["support_local_after_mn"] == pytest.approx(200 * (15 + 12.5 + 10 + 7.5))


def test_operating_cost_in_dollars_comes_before_debt_in_dollars():
    def change(project):
        project["operation"]["cost"] = [{"name": "upkeep", "amount_mn": 35}]

    # 60 earned less 35 spent leave 25 of 35, 32.5, 30, 27.5: the rest is bought with shillings.
    flows = run(change)
    assert currency.mismatch_pct(flows) == pytest.approx(100 * (10 + 7.5 + 5 + 2.5) / 125)
    alone = run(lambda p: (change(p), p.pop("host_currency")))
    assert currency.mismatch_pct(alone) == 0
    result = assess(alone.plan)
    assert np.isnan(result.value("dscr_min_after"))
    assert any("No test of depreciation" in note for note in result.notes)
    assert not any("local currency" in name for name in result.sensitivity.index)


def test_a_cover_below_zero_is_explained_and_shortfalls_are_compared():
    def change(project):
        _local(project)
        project["operation"]["cost"] = [{"name": "upkeep", "amount_mn": 7000, "currency": "KES"}]

    result = assess(run(change).plan)
    table = result.sensitivity["shortfall_max_mn"]
    # 60 earned, 70 spent, 35 of service; the fall of 30 % makes the loss of 10 one of 7.
    assert table["as planned"] == pytest.approx(45)
    assert table["local currency -30 %"] == pytest.approx(42)
    assert any("DSCR below 0" in note for note in result.notes)


def test_loans_of_the_state_count_among_its_debt():
    def change(project):
        project["state_loans"] = [{"name": "own", "amount_mn": 40, "interest_pct": 2,
                                   "maturity_years": 20, "grace_years": 7}]  # fmt: skip

    result = assess(run(change).plan)
    assert result.value("public_imf_pct") == pytest.approx(29.19, abs=0.005)
    assert result.value("public_debt_peak_usd_mn") == 40
    assert result.value("public_debt_pv_usd_mn") == pytest.approx(40 * 0.708116, rel=1e-6)


def test_low_and_high_demand_stand_beside_low_and_high_cost():
    def change(project):
        project["capital"] |= {"overrun_low_pct": -10, "overrun_high_pct": 20}
        project["operation"] |= {"demand_low_pct": -50, "demand_high_pct": 10}

    table = assess(run(change).plan).ranges
    assert table.columns.tolist() == ["planned", "low", "high", "demand_low", "demand_high"]
    assert table.loc["capital_cost_mn"].tolist() == pytest.approx([100, 90, 120, 100, 100])
    assert table.loc["dscr_min"].tolist() == pytest.approx(
        [60 / 35, 60 / 31.5, 60 / 42, 30 / 35, 66 / 35]
    )
