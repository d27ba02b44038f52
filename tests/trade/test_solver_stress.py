"""The solver over many odd economies and changes: solved, or refused with names."""

from __future__ import annotations

import numpy as np
import pytest
from trade_economies import random_economy

from beltroad.errors import ConvergenceError, DataError, InputError
from beltroad.trade import Bill, assemble, solve
from beltroad.trade.solver.aggregate import aggregate_jacobian
from beltroad.trade.solver.newton import wage_jacobian
from beltroad.trade.solver.system import Shock, System

LARGEST_DEFICIT = 0.6
KINDS = ("small", "noise", "up", "near autarky", "down", "corridor")


def odd_economy(draw):
    """One whose accounts can be closed."""
    while True:
        try:
            economy = _odd_economy(draw)
        except DataError:  # drawn so that a country earns nothing
            continue
        if economy.value_added.min() > 1e-13 * economy.value_added.sum():
            return economy


def _odd_economy(draw):
    """Sizes over eight orders, missing flows and industries, steep elasticities, tariffs."""
    n, j = int(draw.integers(2, 9)), int(draw.integers(1, 6))
    size = np.exp(draw.normal(0, 1.5, n))
    if draw.random() < 0.3:
        size[draw.integers(n)] *= 1e-8
    trade = np.exp(draw.normal(0, 2, (j, n, n))) * size[None, :, None] * size[None, None, :]
    trade /= size.sum()
    own = np.arange(n)
    trade[:, own, own] += size * draw.uniform(0.5, 5)
    if draw.random() < 0.5:  # flows that are not there
        kept = draw.random(trade.shape) < draw.uniform(0.4, 1)
        kept[:, own, own] = True
        trade *= kept
    if j > 1:
        if draw.random() < 0.4:  # industries without output in some countries
            dead = draw.random((j, n)) < 0.3
            dead[0] = False
            trade *= ~dead[:, None, :]
        if draw.random() < 0.3:  # an industry nobody buys
            trade[j - 1] = 0.0
        if draw.random() < 0.3:  # a country that sells abroad in one industry alone
            trade[1:, 1:, 0] = 0.0
    gamma = draw.dirichlet(np.ones(j), (n, j)).transpose(0, 2, 1) * draw.uniform(0, 0.9, (n, 1, j))
    theta = np.exp(draw.uniform(0, np.log(65), j))
    rate = draw.uniform(0, draw.choice([0.2, 1.0, 5.0]), (j, n, n)) * (1 - np.eye(n))
    tariff = 1 + rate * (draw.random() < 0.5)
    labels = [f"C{k}" for k in range(n)], [f"S{k}" for k in range(j)]
    while True:  # inputs are cut until there is something left for final demand
        used = np.einsum("nkj,nj->nk", gamma, trade.sum(axis=1).T)
        if (used <= 0.9 * (trade * tariff).sum(axis=2).T + 1e-300).all():
            break
        gamma = 0.8 * gamma
        gamma[gamma < 1e-6] = 0.0
    balanced = assemble(*labels, trade, gamma, theta, tariff=tariff, balanced=True)
    if draw.random() < 0.5:
        return balanced
    for mix in (1.0, 0.5, 0.2, 0.05):
        flows = mix * trade / trade.sum()
        flows += (1 - mix) * balanced.trade_usd / balanced.trade_usd.sum()
        economy = assemble(*labels, flows, gamma, theta, tariff=tariff)
        if np.abs(economy.deficit / economy.value_added).max() <= LARGEST_DEFICIT:
            return economy
    return balanced


def odd_change(economy, draw):
    n, shape = len(economy.economies), economy.pi.shape
    kind = str(draw.choice(KINDS))
    change = {
        "small": lambda: np.exp(draw.normal(0, 0.03, shape)),
        "noise": lambda: np.exp(draw.normal(0, 0.7, shape)),
        "up": lambda: np.full(shape, 10.0),
        "near autarky": lambda: np.full(shape, 100.0),
        "down": lambda: np.full(shape, 0.2),
        "corridor": lambda: np.where(draw.random(shape[1:]) < 0.3, 0.4, 1.0) * np.ones(shape),
    }[kind]()
    own = np.arange(n)
    change[:, own, own] = 1.0
    more = {"deficits": str(draw.choice(["keep", "zero", "share"]))}
    if draw.random() < 0.4:
        rate = draw.uniform(0, draw.choice([0.1, 1.0, 5.0]), shape)
        more["tariff"] = 1 + rate * (1 - np.eye(n))
    if draw.random() < 0.3:
        passed, built = np.zeros((n, n)), np.zeros((n, n))
        passed[0, 1], built[1, 0] = 0.5, 0.7
        more["bill"] = Bill(draw.uniform(0, 0.2, n), passed, economy.industries[0], built)
    return kind, change, more


@pytest.mark.parametrize("batch", range(6))
def test_odd_economies_are_solved(batch):
    """Balanced ones all; with deficits, those without an equilibrium are refused by name."""
    refused = []
    for seed in range(25 * batch, 25 * (batch + 1)):
        draw = np.random.default_rng(seed)
        economy = odd_economy(draw)
        kind, change, more = odd_change(economy, draw)
        try:
            result = solve(economy, change, **more)
        except ConvergenceError as error:
            text = str(error)
            assert any(f"{c} (" in text for c in economy.economies), text
            assert np.abs(economy.deficit).max() > 0, (seed, kind, text)
            if not ("income is not above zero" in text or "nobody abroad buys" in text):
                refused.append((seed, kind, more["deficits"], text))
            continue
        assert result.residuals.largest <= 1e-8, (seed, kind)
        assert np.isfinite(result.ln_price).all()
        assert (result.income > 0).all()
    assert not refused  # without a reason why there can be no equilibrium


@pytest.mark.parametrize("factor", [10.0, 100.0, 1e3])
@pytest.mark.parametrize("theta", [1.0, 4.55, 65.0])
def test_towards_autarky(factor, theta):
    """What is left of trade shrinks; the domestic share formula holds on the way."""
    economy = random_economy(31, 6, 4, theta=theta, tariff=0.2, balanced=True)
    change = np.full(economy.pi.shape, factor)
    own = np.arange(6)
    change[:, own, own] = 1.0
    result = solve(economy, change)
    assert result.residuals.largest <= 1e-8
    abroad = result.share.sum(axis=(1, 2)) - result.share[:, own, own].sum(axis=1)
    was = economy.pi.sum(axis=(1, 2)) - economy.pi[:, own, own].sum(axis=1)
    assert (abroad < was * 3 * factor ** (-0.9 * theta) + 1e-9).all()


@pytest.mark.parametrize("rule", ["keep", "share"])
def test_deficit_rules(rule):
    economy = random_economy(32, 5, 3, balanced=False)
    change = np.exp(np.random.default_rng(0).normal(0, 0.3, economy.pi.shape))
    result = solve(economy, change, deficits=rule)
    added = np.exp(result.ln_wage) * economy.value_added
    if rule == "keep":
        assert result.deficit == pytest.approx(economy.deficit, rel=1e-12)
    else:
        gap = (economy.deficit / economy.value_added) - result.deficit / added
        assert gap == pytest.approx(np.full(5, gap[0]), rel=1e-9)
        assert np.abs(result.deficit - economy.deficit).max() > 1e-4 * added.max()
    assert abs(result.deficit.sum()) < 1e-9 * added.sum()
    flow = result.trade_usd.sum(axis=0)
    assert flow.sum(axis=1) - flow.sum(axis=0) == pytest.approx(
        result.deficit, rel=1e-6, abs=1e-8 * added.max()
    )


def test_no_equilibrium_is_said_to_be_none():
    """Nobody abroad buys from A, and what A buys there it cannot make."""
    flow = np.array([[[5.0, 0.0], [0.0, 4.0]], [[0.0, 2.0], [0.0, 6.0]]])
    economy = assemble(["A", "B"], ["X", "Y"], flow, np.zeros((2, 2, 2)), 4.0)
    one = np.ones(flow.shape)
    assert solve(economy, one, deficits="keep").residuals.largest <= 1e-8
    with pytest.raises(ConvergenceError, match="nobody abroad buys from A") as caught:
        solve(economy, one, deficits="zero", max_steps=200)
    assert "% of the change could be solved" in str(caught.value)


def test_an_economy_of_nothing_is_named():
    flow = np.array([[[5.0, 1.0], [1.0, 1e-30]]])
    economy = assemble(["A", "B"], ["X"], flow * [[1, 1e-30], [1e-30, 1]], np.zeros((2, 1, 1)), 4.0)
    with pytest.raises(InputError, match="leave out B"):
        solve(economy, np.ones(flow.shape))


def test_stand_in_of_the_jacobian_is_exact_without_inputs():
    """One industry and no inputs: taking industries together leaves nothing out."""
    economy = random_economy(33, 4, 1, inputs=0.0)
    none = Bill(np.zeros(4), np.zeros((4, 4)), economy.industries[0])
    one = np.ones(economy.pi.shape)
    system = System(economy, Shock(one, economy.tariff, economy.theta, "keep", none))
    state = system.evaluate(system.start(), 1e-14)
    stand_in = aggregate_jacobian(
        system.shares(state), system.shares(state), economy.theta, state.expenditure.T, system.added
    )
    exact = wage_jacobian(system, state, 1e-13) + system.added
    assert stand_in == pytest.approx(exact, abs=1e-10)
