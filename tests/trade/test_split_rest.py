"""Splitting the rest of the world: the release's own figures stay, its ROW is met as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from trade_economies import random_economy

from beltroad.errors import InputError
from beltroad.trade import Calibration
from beltroad.trade.model import TradeModel
from beltroad.trade.tables.icio_release import tidy
from beltroad.trade.tables.split import split_rest


@dataclass(frozen=True)
class Release:
    """What the splitting reads of a release."""

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    flow: np.ndarray
    use: np.ndarray


def released(world: Calibration, shown: int) -> Release:
    """The accounts of a world with all but the first economies put together as ROW."""
    n = len(world.economies)
    member = np.zeros((shown + 1, n))
    member[np.minimum(np.arange(n), shown), np.arange(n)] = 1.0
    flow = np.einsum("mn,jni,pi->jmp", member, world.trade_usd, member)
    use = np.einsum("mn,nkj->mkj", member, world.gamma * world.sales[:, None, :])
    return Release((*world.economies[:shown], "ROW"), world.industries, flow, use)


def test_a_world_put_together_comes_apart_again():
    world = random_economy(3, 6, 4, balanced=False)
    done = split_rest(released(world, 3), world)
    assert done.economies == world.economies
    assert done.imputed == world.economies[3:]
    np.testing.assert_allclose(done.flow, world.trade_usd, rtol=2e-3)
    np.testing.assert_allclose(done.use, world.gamma * world.sales[:, None, :], rtol=2e-3)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_release_shows_stays_and_rest_is_met(seed):
    true, pattern = random_economy(seed, 6, 4), random_economy(seed + 50, 6, 4, balanced=False)
    release = released(true, 3)
    done = split_rest(release, pattern)
    own, rest = slice(0, 3), slice(3, None)
    np.testing.assert_array_equal(done.flow[:, own, own], release.flow[:, :3, :3])
    np.testing.assert_array_equal(done.use[:3], release.use[:3])
    scale = release.flow.sum()
    for found, wanted in (
        (done.flow[:, own, rest].sum(axis=2), release.flow[:, :3, 3]),
        (done.flow[:, rest, own].sum(axis=1), release.flow[:, 3, :3]),
        (done.flow[:, rest, rest].sum(axis=(1, 2)), release.flow[:, 3, 3]),
        (done.use[3:].sum(axis=0), release.use[3]),
    ):
        np.testing.assert_allclose(found, wanted, atol=1e-6 * scale)
    assert (done.flow >= 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_split_accounts_calibrate(seed):
    true, pattern = random_economy(seed, 6, 4), random_economy(seed + 9, 6, 4, balanced=False)
    done = split_rest(released(true, 2), pattern)
    tables = tidy(done.economies, done.industries, done.flow, done.use)
    model = TradeModel.from_tables(**tables)
    assert set(model.countries) == set(done.economies)
    assert model.calibration.value_added.sum() == pytest.approx(true.value_added.sum(), rel=1e-6)
    assert (model.calibration.income > 0).all()


def test_recorded_pairs_move_trade_their_way():
    true, pattern = random_economy(1, 6, 4), random_economy(2, 6, 4)
    release = released(true, 3)
    usual = split_rest(release, pattern)
    a, b = pattern.economies[3], pattern.economies[0]
    more = split_rest(release, pattern, {(a, b): 5 * float(pattern.trade_usd[:, 0, 3].sum())})
    assert more.flow[:, 0, 3].sum() > 1.2 * usual.flow[:, 0, 3].sum()
    np.testing.assert_allclose(more.flow[:, 0, 3:].sum(), usual.flow[:, 0, 3:].sum(), rtol=1e-6)
    assert any("1 pairs" in note for note in more.notes)


def test_rest_of_the_pattern_stays_as_rest():
    world = random_economy(5, 5, 3, balanced=False)
    labels = (*world.economies[:4], "ROW")
    done = split_rest(released(world, 2), replace(world, economies=labels))
    assert done.economies == labels
    assert done.imputed == labels[2:4]
    assert any("a smaller ROW" in note for note in done.notes)


def test_what_cannot_be_split_is_refused():
    world = random_economy(1, 5, 3)
    release = released(world, 3)
    no_rest = replace(release, economies=("A", "B", "C", "D"))
    with pytest.raises(InputError, match="no ROW to split"):
        split_rest(no_rest, world)
    with pytest.raises(InputError, match="industries of the bundled accounts"):
        split_rest(release, random_economy(1, 5, 2))
    with pytest.raises(InputError, match="no economies to split out"):
        split_rest(released(world, 3), random_economy(1, 3, 3))
