"""The solver: identity, refusal, warm start, bill, tariffs, derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trade_economies import random_economy

from beltroad.errors import ConvergenceError, InputError
from beltroad.trade import Bill, country_results, decomposition, solve
from beltroad.trade.bill import no_bill
from beltroad.trade.solver.anderson import Anderson
from beltroad.trade.solver.newton import newton, wage_jacobian
from beltroad.trade.solver.system import Shock, System


def ones(economy):
    return np.ones(economy.pi.shape)


def off_diagonal(economy, value):
    change = np.full(economy.pi.shape, float(value))
    at = np.arange(len(economy.economies))
    change[:, at, at] = 1.0
    return change


@pytest.mark.parametrize("tariff", [0.0, 0.4])
@pytest.mark.parametrize("balanced", [True, False])
def test_no_shock_no_change(tariff, balanced):
    economy = random_economy(1, tariff=tariff, balanced=balanced)
    result = solve(economy, ones(economy))
    assert np.abs(result.ln_wage).max() < 1e-12
    assert np.abs(result.ln_price).max() < 1e-12
    assert result.trade_usd == pytest.approx(economy.trade_usd, rel=1e-12)
    table = country_results(economy, result)
    assert table.filter(like="_pct").abs().max().max() < 1e-9


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    tariff=st.floats(0.0, 1.0),
    balanced=st.booleans(),
    cost=st.floats(0.5, 2.0),
)
def test_residuals_and_identities_of_any_solution(seed, tariff, balanced, cost):
    economy = random_economy(seed, 5, 3, tariff=tariff, balanced=balanced)
    new = 1.0 + (economy.tariff - 1.0) * 0.5
    result = solve(economy, off_diagonal(economy, cost), tariff=new)
    assert result.residuals.largest <= 1e-8
    assert result.share.sum(axis=2) == pytest.approx(np.ones((3, 5)), rel=1e-12)
    wages = np.exp(result.ln_wage) * economy.value_added
    assert wages.sum() == pytest.approx(economy.value_added.sum(), rel=1e-12)
    assert result.income == pytest.approx(wages + result.tariff_revenue + result.deficit, rel=1e-9)
    inputs = np.einsum("nkj,nj->nk", economy.gamma, result.sales)
    final = (result.expenditure - inputs).sum(axis=1)
    assert final == pytest.approx(result.income, rel=1e-7)


def test_deficits_can_be_removed():
    economy = random_economy(4, balanced=False)
    assert np.abs(economy.deficit).max() > 0
    kept, removed = (solve(economy, ones(economy), deficits=d) for d in ("keep", "zero"))
    assert kept.deficit == pytest.approx(economy.deficit, rel=1e-12)
    assert np.abs(removed.deficit).max() == 0
    gap = removed.trade_usd.sum(axis=(0, 2)) - removed.trade_usd.sum(axis=(0, 1))
    assert np.abs(gap / removed.income).max() < 1e-8
    assert np.abs(removed.ln_wage).max() > 1e-6


def test_far_shocks_converge():
    economy = random_economy(5, 6, 3)
    for factor in (0.1, 3.0, 10.0):
        result = solve(economy, off_diagonal(economy, factor))
        assert result.residuals.largest <= 1e-8


def test_refusal_names_country_and_industry():
    economy = random_economy(6)
    change = np.ones(economy.pi.shape)
    change[1, 0, 1:] = 0.4
    with pytest.raises(ConvergenceError) as caught:
        solve(economy, change, max_steps=1)
    text = str(caught.value)
    assert any(code in text for code in economy.economies)
    off = [code for code in economy.economies if f"{code} (" in text]
    assert len(off) >= 2  # every country that is off, with its size, not just the worst
    assert any(f"{code} (+" in text for code in economy.industries)
    assert "demand for labour is off" in text
    assert "max_steps" in text


@pytest.mark.parametrize("size", [1e-300, 1e-5, 1e300])
def test_a_change_of_all_costs_moves_nothing_but_prices(size):
    """However large, without inputs: powers of costs are taken relative to the best offer."""
    economy = random_economy(6, inputs=0.0)
    result = solve(economy, np.full(economy.pi.shape, size))
    assert np.abs(result.ln_wage).max() < 1e-9
    assert result.share == pytest.approx(economy.pi, rel=1e-9)
    assert result.ln_price == pytest.approx(np.full((4, 3), np.log(size)), rel=1e-12)


def test_bad_arguments_are_named():
    economy = random_economy(6)
    change = ones(economy)
    change[1, 2, 0] = -1.0
    with pytest.raises(InputError, match=r"industry C26, importer LAO, exporter KAZ"):
        solve(economy, change)
    with pytest.raises(InputError, match="shape"):
        solve(economy, np.ones((2, 2)))
    with pytest.raises(InputError, match=r"at least 1: C26 0\.37"):
        solve(economy, ones(economy), theta=[4.0, 0.37, 4.0])
    with pytest.raises(InputError, match="deficits"):
        solve(economy, ones(economy), deficits="gone")
    with pytest.raises(InputError, match="tolerance"):
        solve(economy, ones(economy), tolerance=1e-3)


def test_warm_start_gives_the_same_in_fewer_steps():
    economy = random_economy(8, 6, 3)
    cold = solve(economy, off_diagonal(economy, 0.8), tolerance=1e-11)
    near = solve(economy, off_diagonal(economy, 0.801))
    warm = solve(economy, off_diagonal(economy, 0.8), tolerance=1e-11, start=near)
    assert warm.ln_wage == pytest.approx(cold.ln_wage, abs=1e-10)
    assert warm.steps < cold.steps


def test_progress_is_told():
    economy = random_economy(8)
    seen: list[tuple[int, float]] = []
    result = solve(economy, off_diagonal(economy, 0.9), progress=lambda *a: seen.append(a))
    assert [step for step, _ in seen] == list(range(1, result.steps + 1))
    assert seen[-1][1] <= 1e-9 < seen[0][1]


def test_elasticities_of_a_call_replace_those_of_the_calibration():
    economy = random_economy(9)
    change = off_diagonal(economy, 0.9)
    a = solve(economy, change, theta=8.0)
    b = solve(economy.with_theta(8.0), change)
    assert a.ln_wage == pytest.approx(b.ln_wage, abs=1e-12)
    assert np.abs(a.ln_wage - solve(economy, change).ln_wage).max() > 1e-5


def test_bill_spent_at_home_closes():
    economy = random_economy(10)
    bill = Bill.from_shares(economy, {"LAO": 0.03})
    result = solve(economy, ones(economy), bill=bill)
    at, site = economy.economy("LAO"), economy.industry("F")
    paid = 0.03 * np.exp(result.ln_wage[at]) * economy.value_added[at]
    assert result.bill_paid[at] == pytest.approx(paid, rel=1e-9)
    assert result.bill_paid.sum() == pytest.approx(paid, rel=1e-9)
    inputs = np.einsum("nkj,nj->nk", economy.gamma, result.sales)
    extra = result.expenditure - inputs - economy.alpha * result.income[:, None]
    assert extra[at, site] == pytest.approx(paid, rel=1e-6)
    extra[at, site] = 0.0
    assert np.abs(extra).max() < 1e-7 * paid
    table = country_results(economy, result)
    assert table.loc["LAO", "real_income_change_pct"] == pytest.approx(-3.0, abs=0.3)
    assert abs(table.loc["LAO", "real_income_before_bill_change_pct"]) < 0.3


def test_bill_passed_abroad_is_income_there():
    economy = random_economy(10)
    bill = Bill.from_shares(economy, {"LAO": 0.03}, transfer={("LAO", "CHN"): 1.0})
    result = solve(economy, ones(economy), bill=bill)
    lao, chn = economy.economy("LAO"), economy.economy("CHN")
    assert result.bill_received[chn] == pytest.approx(result.bill_paid[lao], rel=1e-12)
    gap = result.trade_usd.sum(axis=(0, 2)) - result.trade_usd.sum(axis=(0, 1))
    assert gap[chn] == pytest.approx(result.bill_paid[lao], rel=1e-6)
    assert gap[lao] == pytest.approx(-result.bill_paid[lao], rel=1e-6)
    table = decomposition(economy, result)
    assert table.loc["CHN", "bill_pct"] > 0 > table.loc["LAO", "bill_pct"]


def test_a_bill_of_nothing_changes_nothing():
    economy = random_economy(11)
    change = off_diagonal(economy, 0.9)
    with_bill = solve(economy, change, bill=Bill.from_shares(economy, {}))
    assert with_bill.ln_wage == pytest.approx(solve(economy, change).ln_wage, abs=1e-13)


@pytest.mark.parametrize(
    ("share", "transfer"), [({"LAO": 1.2}, {}), ({"LAO": 0.1}, {("LAO", "LAO"): 0.5})]
)
def test_impossible_bills_are_refused(share, transfer):
    economy = random_economy(11)
    with pytest.raises(InputError, match="bill of LAO"):
        solve(economy, ones(economy), bill=Bill.from_shares(economy, share, transfer=transfer))


@pytest.mark.parametrize("rule", ["keep", "zero", "share"])
def test_wage_jacobian_against_differences(rule):
    economy = random_economy(12, 4, 3, tariff=0.3, balanced=False)
    transfer, built = np.zeros((4, 4)), np.zeros((4, 4))
    transfer[0, 1], built[0, 2], built[2, 3] = 0.5, 0.3, 1.0
    bill = Bill(np.array([0.05, 0.0, 0.02, 0.0]), transfer, built_by=built)
    system = System(
        economy, Shock(off_diagonal(economy, 0.9), economy.tariff, economy.theta, rule, bill)
    )
    wage = np.array([0.03, -0.02, 0.01, 0.0])

    def demand(ln_wage):
        state = system.start()
        state.ln_wage = ln_wage
        return system.evaluate(state, 1e-14)

    jacobian = wage_jacobian(system, demand(wage), 1e-12)
    step = 1e-6
    for m in range(4):
        up, down = (demand(wage + s * step * np.eye(4)[m]).excess for s in (1, -1))
        slope = (np.log1p(up) - np.log1p(down)) / (2 * step)
        assert jacobian[:, m] == pytest.approx(slope, abs=1e-7)


def test_newton_and_anderson_agree():
    economy = random_economy(13, 5, 3)
    change = off_diagonal(economy, 0.7)
    system = System(economy, Shock(change, economy.tariff, economy.theta, "keep", no_bill(economy)))
    state = newton(system, system.start(), 1e-11, iterations=20, report=lambda _: None)
    result = solve(economy, change, tolerance=1e-11)
    assert result.method == "anderson"
    assert state.ln_wage == pytest.approx(result.ln_wage, abs=1e-9)


def test_anderson_solves_a_linear_contraction():
    draw = np.random.default_rng(0)
    matrix = draw.normal(size=(6, 6))
    matrix *= 0.95 / np.abs(np.linalg.eigvals(matrix)).max()
    constant = draw.normal(size=6)
    exact = np.linalg.solve(np.eye(6) - matrix, constant)
    memory, point = Anderson(6), np.zeros(6)
    for _ in range(12):
        point = memory.step(point, matrix @ point + constant)
    assert point == pytest.approx(exact, abs=1e-6)
