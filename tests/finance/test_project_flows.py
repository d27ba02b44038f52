from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beltroad.finance.project import currency, exposure, owners, tables
from beltroad.finance.project.case import Case, base_case
from beltroad.finance.project.cashflow import simulate
from beltroad.finance.project.measures import cover_ratios, equity_flow, irr, npv
from beltroad.finance.project.plan_file import parse
from beltroad.finance.project.result import assess
from beltroad.finance.schedule import unit_schedule

BASE = {
    "title": "test",
    "projects": [{
        "id": "P", "name": "line",
        "capital": {"by_year_mn": {"2020": 300, "2021": 500, "2022": 200}},
        "operation": {
            "start_year": 2023, "years": 20, "tax_rate_pct": 20, "depreciation_years": 20,
            "revenue": [{"name": "fares", "amount_mn": 180, "tariff_growth_pct": 2}],
            "cost": [{"name": "upkeep", "amount_mn": 40, "tariff_growth_pct": 2}],
        },
        "layers": [
            {"name": "loan", "kind": "policy_bank_loan", "share_pct": 60, "interest_pct": 3,
             "maturity_years": 15, "grace_years": 4},
            {"name": "own", "kind": "sponsor_equity", "share_pct": 40},
        ],
    }],
}  # fmt: skip


def made(change=None, **plan):
    raw = copy.deepcopy(BASE) | plan
    if change is not None:
        change(raw["projects"][0])
    return parse(raw)


def run(change=None, case=None, **plan):
    found = made(change, **plan)
    return simulate(found, found.projects[0], case or base_case())


@st.composite
def projects(draw):
    """Plans of every shape: drawdown, amortisation, currencies, fees, refinancing, reserve."""
    raw = copy.deepcopy(BASE)
    raw["exchange_rates"] = {
        "KES": {"start": draw(st.floats(50, 150)), "change_pct": draw(st.sampled_from([0, 5, -3]))},
        "CNY": {"path": {"2020": 7, "2040": draw(st.floats(4, 10))}},
    }
    project = raw["projects"][0]
    project["drawdown"] = draw(st.sampled_from(["pro_rata", "equity_first"]))
    project["draws_fall"] = draw(st.sampled_from(["year_end", "mid_year"]))
    project["operation"] |= {
        "reserve_months": draw(st.sampled_from([0, 6, 12])),
        "support_by": draw(st.sampled_from(["state", "sponsor"])),
        "residual_mn": draw(st.sampled_from([0, 50])),
        "renewals_mn": draw(st.sampled_from([{}, {"2030": 80}])),
        "tax_holiday_years": draw(st.integers(0, 5)),
    }
    project["operation"]["revenue"][0] |= {
        "currency": draw(st.sampled_from(["USD", "KES"])), "amount_mn": draw(st.floats(20, 9000)),
    }  # fmt: skip
    second = {
        "name": "bank", "kind": "commercial_loan", "share_pct": 50, "reference_pct": 2,
        "margin_pct": draw(st.floats(0.5, 6)), "maturity_years": 12,
        "grace_years": draw(st.integers(3, 6)), "currency": draw(st.sampled_from(["USD", "CNY"])),
        "amortisation": draw(st.sampled_from(["annuity", "bullet", "equal_principal", "sculpted"])),
        "construction_interest": draw(st.sampled_from(["paid", "capitalised"])),
        "upfront_fee_pct": draw(st.sampled_from([0, 0.4, 3])),
        "commitment_fee_pct": draw(st.sampled_from([0, 0.25, 1])),
        "premium_pct": draw(st.sampled_from([0, 7])), "premium_financed": draw(st.booleans()),
        "public": True,
    }  # fmt: skip
    if draw(st.booleans()) and second["amortisation"] != "sculpted":
        second["refinance"] = {
            "year": 2026, "interest_pct": 4, "maturity_years": 9, "amortisation": "annuity",
            "currency": "KES", "fee_pct": 1,
        }  # fmt: skip
    project["layers"][0] |= {"share_pct": 30, "guaranteed_pct": 50, "call_probability_pct": 3}
    if draw(st.booleans()):
        project["layers"][0]["draw_pct"] = {"2021": 60, "2022": 40}
    project["layers"][1]["share_pct"] = 20
    project["layers"].append(second)
    if draw(st.booleans()):
        project["layers"].append({"name": "gift", "kind": "grant", "amount_mn": 40})
    return parse(raw)


@given(projects())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sources_are_uses_and_loans_are_repaid(plan):
    flows = simulate(plan, plan.projects[0], base_case())
    table = tables.cash_table(flows)
    scale = table["uses_mn"].max()
    assert table["gap_mn"].abs().max() <= 1e-9 * scale
    for track in flows.tracks:
        assert np.abs(track.closing[0, track.last :]).max() <= 1e-9 * scale * track.rate.max()
        rolled = track.opening + track.drawn + track.added - track.principal - track.refinanced
        np.testing.assert_allclose(rolled, track.closing, atol=1e-7 * scale)
    state = exposure.public_debt(flows)
    assert state["disbursement_usd_mn"].min() >= 0
    # In dollars, over time, all that is disbursed in dollars is paid back.
    if {t.currency for t in flows.tracks if t.layer.public} == {"USD"}:
        lent, back = state["disbursement_usd_mn"].sum(), state["principal_usd_mn"].sum()
        assert lent == pytest.approx(back, rel=1e-9)


def test_interest_and_fees_in_construction_solve_the_linear_system():
    def change(project):
        project["draws_fall"] = "mid_year"
        project["layers"] = [{"name": "loan", "kind": "commercial_loan", "share_pct": 100,
                              "interest_pct": 8, "maturity_years": 15, "grace_years": 4,
                              "upfront_fee_pct": 2, "commitment_fee_pct": 0.5}]  # fmt: skip

    drawn = run(change).funding.drawn[0][0][:3]
    i, f, c = 0.08, 0.02, 0.005
    # d = k + interest on the balance and on half a year's draw + fees on all that is drawn.
    a = np.eye(3) - i * (np.tril(np.ones((3, 3)), -1) + 0.5 * np.eye(3))
    a[0] -= f
    for t in range(3):
        a[t, t + 1 :] -= c
        a[t, t] -= 0.5 * c
    np.testing.assert_allclose(drawn, np.linalg.solve(a, [300, 500, 200]), rtol=1e-12)


def test_capitalised_interest_compounds():
    def change(project):
        project["layers"][0]["construction_interest"] = "capitalised"

    flows = run(change)
    track = flows.tracks[0]
    # Cash is shared 60:40 of the capital cost alone; interest runs on the loan's own balance.
    assert track.closing[0, 2] == pytest.approx(180 * 1.03**2 + 300 * 1.03 + 120, rel=1e-12)
    assert flows.interest[0, :3].sum() == 0


def test_service_is_the_one_schedule_that_everybody_uses():
    flows = run(lambda p: p["capital"].update(by_year_mn={"2022": 1000}))
    principal, interest = unit_schedule(0.03, 15, 4)
    track = flows.tracks[0]
    np.testing.assert_allclose(track.principal[0, 1:16], 600 * principal, rtol=1e-12)
    np.testing.assert_allclose(track.interest[0, 1:16], 600 * interest, rtol=1e-12)
    worth = npv(0.03, track.drawn[0] - track.principal[0] - track.interest[0])
    assert float(worth) == pytest.approx(0, abs=1e-9)


def test_all_in_cost_is_the_rate_without_fees_and_higher_with_them():
    plain = tables.layer_table(run()).iloc[0]
    assert plain["all_in_pct"] == pytest.approx(3, abs=1e-8)
    dear = tables.layer_table(run(lambda p: p["layers"][0].update(upfront_fee_pct=2))).iloc[0]
    assert 3.1 < dear["all_in_pct"] < 3.6


def test_a_currency_at_a_flat_rate_changes_nothing():
    def change(project):
        project["layers"][0]["currency"] = "CNY"

    here = run(change, exchange_rates={"CNY": {"start": 7.2}})
    assert irr(equity_flow(here)[0]).pct == pytest.approx(irr(equity_flow(run())[0]).pct, abs=1e-9)
    np.testing.assert_allclose(here.dscr, run().dscr, rtol=1e-12)
    # A currency that gets dearer makes its debt dearer.
    dear = run(change, exchange_rates={"CNY": {"start": 7.2, "change_pct": -3}})
    assert irr(equity_flow(dear)[0]).pct < irr(equity_flow(here)[0]).pct


def test_sculpting_levels_the_cover_ratio():
    def change(project, **more):
        project["operation"]["tax_rate_pct"] = 20
        project["layers"][0] |= {"amortisation": "sculpted", "grace_years": 3} | more

    flows = run(change)
    paid = flows.dscr[0, 4:16]
    np.testing.assert_allclose(paid, paid[0], rtol=1e-9)
    assert paid[0] > 1
    target = run(lambda p: change(p, target_dscr=2.5))
    busy = target.tracks[0].principal[0, 4:16] > 1e-9
    np.testing.assert_allclose(target.dscr[0, 4:16][busy][:-1], 2.5, rtol=1e-9)
    plan = made(lambda p: change(p, target_dscr=9))
    assert any("cash does not repay it" in n for n in assess(plan).notes)


def test_a_sculpted_loan_never_borrows_anew():
    def change(project):
        project["operation"]["revenue"][0] |= {"ramp_up_pct": [1, 1, 1, 1, 150], "amount_mn": 80}
        project["layers"][0] |= {"amortisation": "sculpted", "grace_years": 3}

    assert run(change).tracks[0].principal.min() >= 0


def test_tied_loans_have_a_level_of_concessionality():
    def change(project):
        project["layers"][0]["tied"] = True

    found = tables.layer_table(run(change, cirr_pct=4.5)).iloc[0]
    principal, interest = unit_schedule(0.03, 15, 4)
    worth = (principal + interest) @ 1.055 ** -np.arange(1.0, 16)
    assert found["tied_pct"] == pytest.approx(100 * (1 - worth))
    assert np.isnan(tables.layer_table(run(change)).iloc[0]["tied_pct"])


def test_refinancing_hands_the_balance_over():
    def change(project):
        project["layers"][0]["refinance"] = {
            "year": 2027, "interest_pct": 2, "maturity_years": 10, "amortisation": "annuity",
        }  # fmt: skip

    flows = run(change)
    old, new = flows.tracks
    assert old.closing[0, 7] == 0
    assert new.drawn[0, 7] == pytest.approx(old.refinanced[0, 7])
    level = (new.principal + new.interest)[0, 8:18]
    np.testing.assert_allclose(level, level[0], rtol=1e-12)
    assert flows.principal[0, 7] == pytest.approx(old.principal[0, 7])


def test_cover_of_a_level_loan_by_hand():
    def change(project):
        project["capital"]["by_year_mn"] = {"2022": 1000}
        project["operation"] |= {"tax_rate_pct": 0, "revenue": [{"name": "f", "amount_mn": 100}],
                                 "cost": []}  # fmt: skip
        project["layers"][0] |= {"amortisation": "annuity", "maturity_years": 10, "grace_years": 0}

    flows = run(change)
    payment = 600 * 0.03 / (1 - 1.03**-10)
    np.testing.assert_allclose(flows.dscr[0, 1:11], 100 / payment, rtol=1e-12)
    llcr, plcr = cover_ratios(flows)
    assert llcr[0] == pytest.approx(100 / payment, rel=1e-12)
    assert plcr[0] == pytest.approx(100 * (1 - 1.03**-20) / 0.03 / 600, rel=1e-12)


def test_tax_waits_for_losses_and_the_holiday():
    def change(project):
        project["operation"]["revenue"][0]["ramp_up_pct"] = [10, 20]
        project["operation"]["depreciation_years"] = 10

    flows = run(change)
    profit = (flows.revenue - flows.cost - flows.interest)[0, 3:13] - (
        flows.funding.capital + flows.funding.interest_paid
    )[0].sum() / 10
    carried, want = 0.0, []
    for each in profit:
        want.append(0.2 * max(each - carried, 0))
        carried = max(carried - each, 0)
    np.testing.assert_allclose(flows.tax[0, 3:13], want, atol=1e-9)
    free = run(lambda p: p["operation"].update(tax_holiday_years=8))
    assert free.tax[0, 3:11].sum() == 0
    assert free.tax[0, 11] > 0


def test_a_reserve_spares_support():
    def change(project, months):
        project["operation"] |= {"reserve_months": months, "renewals_mn": {"2030": 120}}

    without, held = run(lambda p: change(p, 0)), run(lambda p: change(p, 12))
    assert held.support[0].sum() < without.support[0].sum()
    assert held.reserve[0, -1] == 0


def test_a_buyer_earns_the_yield_and_the_price_is_shared():
    def change(project):
        project["exit"] = {"year": 2028, "stake_pct": 40, "yield_pct": 6}

    table = owners.owner_table(run(change))
    assert table.iloc[-1]["irr_pct"] == pytest.approx(6, abs=1e-7)
    first = run(lambda p: p.update(exit={"year": 2028, "stake_pct": 40, "yield_pct": 6,
                                         "pricing": "first_year_yield"}))  # fmt: skip
    t = first.grid.at(2029)
    assert owners.exit_price(first) == pytest.approx(0.4 * first.dividends[0, t] / 0.06)


def test_building_and_operating_add_to_an_investors_return():
    def change(project):
        project["integrated"] = {"party": "X", "layers": ["own"], "construction_margin_pct": 10,
                                 "operation_margin_pct": 5}  # fmt: skip

    found = owners.integrated_return(run(change))
    assert found["construction_margin_mn"] == pytest.approx(100)
    assert found["integrated_irr_pct"] > found["investor_irr_pct"]


def test_what_the_state_owes_and_guarantees():
    def change(project):
        project["capital"]["by_year_mn"] = {"2022": 1000}
        project["layers"][0] |= {"public": True}
        project["layers"].append({"name": "bond", "kind": "green_bond", "amount_mn": 100,
                                  "interest_pct": 4, "maturity_years": 5, "amortisation": "bullet",
                                  "guaranteed_pct": 50, "call_probability_pct": 10,
                                  "recovery_pct": 40})  # fmt: skip

    flows = run(change)
    table = exposure.state_exposure(flows).set_index("year")
    principal, interest = unit_schedule(0.03, 15, 4)
    worth = (principal + interest) @ 1.05 ** -np.arange(1.0, 16)
    assert table.loc[2022, "public_debt_pv_usd_mn"] == pytest.approx(540 * worth, rel=1e-12)
    assert table.loc[2022, "guaranteed_usd_mn"] == 50
    # Yearly 10 % of the half guaranteed, with a year's interest, 60 % of it lost.
    calls = table["expected_call_usd_mn"].loc[2023:2027].to_numpy()
    np.testing.assert_allclose(calls, 0.5 * 104 * 0.6 * 0.1 * 0.9 ** np.arange(5), rtol=1e-12)


def test_public_debt_and_the_package_for_a_debt_assessment_agree():
    def change(project):
        project["layers"][0]["public"] = True
        project["state_loans"] = [{"name": "for equity", "amount_mn": 90, "interest_pct": 2.3,
                                   "maturity_years": 25, "grace_years": 5,
                                   "draw_pct": {"2021": 50, "2022": 50}}]  # fmt: skip

    flows = run(change)
    want = exposure.public_debt(flows).set_index("year")
    pd.testing.assert_frame_equal(exposure.public_debt(flows.plan), want.reset_index())
    package = exposure.project_package(flows, starting=2020)
    got = want * 0.0
    for loan in package.loans:
        ((year, amount),) = loan.disbursement_usd_mn.items()
        got.loc[year, "disbursement_usd_mn"] += amount
        parts = unit_schedule(loan.interest_pct / 100, loan.maturity_years, loan.grace_years)
        span = slice(year + 1, year + loan.maturity_years)
        got.loc[span, "principal_usd_mn"] += amount * parts[0]
        got.loc[span, "interest_usd_mn"] += amount * parts[1]
    np.testing.assert_allclose(got, want, atol=1e-9)
    moved = exposure.project_package(flows, starting=2030)
    assert min(y for loan in moved.loans for y in loan.disbursement_usd_mn) == 2030


def _shillings(project):
    project["host_currency"] = "KES"
    for stream in (*project["operation"]["revenue"], *project["operation"]["cost"]):
        stream |= {"currency": "KES", "amount_mn": stream["amount_mn"] * 100}


def test_depreciation_hits_dollar_debt_and_not_local_debt():
    rates = {"KES": {"start": 100}}
    flows = run(_shillings, exchange_rates=rates)
    assert currency.mismatch_pct(flows) == pytest.approx(100)
    hit = currency.depreciation_test(flows, 30)
    first = flows.grid.at(2023)
    shocked = run(
        _shillings, Case(depreciation_pct=30, depreciating=("KES",)), exchange_rates=rates
    )
    np.testing.assert_allclose(
        (shocked.revenue - shocked.cost)[0, first:], 0.7 * (flows.revenue - flows.cost)[0, first:]
    )
    assert hit["dscr_min_after"] < hit["dscr_min_before"]

    def local(project):
        _shillings(project)
        project["layers"][0]["currency"] = "KES"

    safe = run(local, exchange_rates=rates)
    after = currency.depreciation_test(safe, 30)
    # The loan was drawn before the fall and falls with the currency: the ratio stays but for tax.
    assert after["dscr_min_after"] > hit["dscr_min_after"]
    assert currency.mismatch_pct(safe) == 0


def test_settling_in_local_currency_shows_both_sides():
    def change(project):
        _shillings(project)
        project["settlement"] = {
            "conversion_cost_pct": 2, "settled_conversion_cost_pct": 0.5, "currency": "KES",
            "layers": ["loan"], "interest_pct": 6,
        }  # fmt: skip

    table = currency.settlement(run(change, exchange_rates={"KES": {"start": 100}}))
    assert table.loc["mismatch_pct", "today"] == pytest.approx(100)
    assert table.loc["mismatch_pct", "settled"] == 0
    assert table.loc["conversion_cost_pv_mn", "settled"] == 0
    assert table.loc["interest_total_mn", "change"] > 0
    loss = table.loc["dscr_min"] - table.loc["dscr_min_after_depreciation"]
    assert loss["settled"] < loss["today"]


def test_a_swap_line_covers_months_of_foreign_service():
    def change(project):
        _shillings(project)
        project["swap_line"] = {"amount_mn": 350, "currency": "CNY", "cost_pct": 4}

    flows = run(change, exchange_rates={"KES": {"start": 100}, "CNY": {"start": 7}})
    found = currency.swap_cover(flows)
    assert found["line_mn"] == pytest.approx(50)
    assert found["service_peak_mn"] == pytest.approx(flows.service[0].max())
    assert found["months_at_peak"] == pytest.approx(12 * 50 / flows.service[0].max())
    assert found["cost_per_year_mn"] == pytest.approx(2)
