"""Land or sea: shares, what the choice is worth, and which way it moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.infrastructure.shipments.modes import ModeChoice, Split, effective_days


def days_of(rng: np.random.Generator, n: int, shut: float) -> dict[str, np.ndarray]:
    days = {"land": rng.uniform(0.5, 60, n), "sea": rng.uniform(5, 70, n)}
    for values in days.values():
        values[rng.random(n) < shut] = np.inf
    return days


@st.composite
def splits(draw: st.DrawFn, *, shut: float = 0.2) -> tuple[Split, np.random.Generator]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = 40
    days = days_of(rng, n, shut)
    usd = {"land": rng.uniform(200, 9000, n), "sea": rng.uniform(300, 4000, n)}
    for mode, values in usd.items():
        values[np.isinf(days[mode])] = np.inf
    choice = ModeChoice(draw(st.floats(0.5, 12)), draw(st.floats(0, 1)))
    return Split.at(choice, days, usd, draw(st.floats(10, 2000))), rng


@settings(max_examples=100, deadline=None)
@given(splits())
def test_shares_are_shares(case: tuple[Split, np.random.Generator]) -> None:
    split, _ = case
    land, sea = split.days["land"], split.days["sea"]
    assert np.all((split.land_share >= 0) & (split.land_share <= 1))
    assert np.all(split.land_share[np.isinf(land)] == 0)
    assert np.all(split.land_share[np.isfinite(land) & np.isinf(sea)] == 1)


@settings(max_examples=100, deadline=None)
@given(splits(shut=0.0))
def test_the_derivative_of_the_logsum_is_the_share(case: tuple[Split, np.random.Generator]) -> None:
    split, _ = case
    h = 1e-4
    for mode, share in (("land", split.land_share), ("sea", 1 - split.land_share)):
        sides = [split.logsum({**split.days, mode: split.days[mode] + s * h}) for s in (1, -1)]
        slope = (sides[0] - sides[1]) / (2 * h) / split.value
        assert slope == pytest.approx(share, abs=2e-5)


@settings(max_examples=150, deadline=None)
@given(splits(shut=0.0), st.floats(0, 1))
def test_switching_gains_at_least_what_fixed_shares_gain(
    case: tuple[Split, np.random.Generator], cut: float
) -> None:
    split, rng = case
    later = {m: d * (1 - cut * rng.random(d.shape)) for m, d in split.days.items()}
    gain = {
        switch: effective_days(split, split.days, switch=switch)
        - effective_days(split, later, switch=switch)
        for switch in (True, False)
    }
    # Days never fall below those of the fastest way, which may bind a large gain.
    floor = np.minimum(later["land"], later["sea"])
    bound = effective_days(split, later, switch=True) <= floor + 1e-9
    assert np.all((gain[True] >= gain[False] - 1e-9) | bound)


@settings(max_examples=100, deadline=None)
@given(splits(), st.booleans())
def test_nothing_changed_is_exactly_nothing(
    case: tuple[Split, np.random.Generator], switch: bool
) -> None:
    split, _ = case
    once = effective_days(split, split.days, switch=switch)
    again = effective_days(split, {m: d.copy() for m, d in split.days.items()}, switch=switch)
    assert np.array_equal(once, again)
    some = np.array([3, 1, 7])
    part = effective_days(
        split.at_pairs((some,)), {m: d[some] for m, d in split.days.items()}, switch=switch
    )
    assert np.array_equal(part, once[some])


@settings(max_examples=200, deadline=None)
@given(splits(), st.booleans(), st.floats(0, 0.95))
def test_shorter_days_never_count_as_longer(
    case: tuple[Split, np.random.Generator], switch: bool, cut: float
) -> None:
    """Down a chain of two cuts, each of some pairs and modes; unreachable stays unreachable."""
    split, rng = case
    state = split.days
    value = effective_days(split, state, switch=switch)
    assert np.array_equal(np.isinf(value), np.isinf(state["land"]) & np.isinf(state["sea"]))
    for _ in range(2):
        state = {m: d * (1 - cut * rng.integers(0, 2, d.shape)) for m, d in state.items()}
        lower = effective_days(split, state, switch=switch)
        reached = np.isfinite(value)
        assert np.all(lower[reached] <= value[reached] + 1e-9)
        value = lower


@settings(max_examples=100, deadline=None)
@given(splits(), st.booleans())
def test_a_mode_that_opens_never_counts_as_longer(
    case: tuple[Split, np.random.Generator], switch: bool
) -> None:
    """A way that did not exist in the accounts' state appears: its money is known, days follow."""
    split, rng = case
    usd = {m: np.where(np.isinf(u), 1500.0, u) for m, u in split.usd.items()}
    choice = ModeChoice(6.8, 0.42)
    split = Split.at(choice, split.days, usd, split.value)
    later = {
        m: np.where(np.isinf(d), rng.uniform(1, 80, d.shape), d) for m, d in split.days.items()
    }
    old = effective_days(split, split.days, switch=switch)
    new = effective_days(split, later, switch=switch)
    reached = np.isfinite(old)
    assert np.all(new[reached] <= old[reached] + 1e-9)
    assert np.all(np.isfinite(new))


def test_the_handicap_shifts_cargo_to_sea() -> None:
    days = {"land": np.array([15.0]), "sea": np.array([30.0])}
    usd = {"land": np.array([5000.0]), "sea": np.array([2000.0])}
    share = [Split.at(ModeChoice(6.8, k), days, usd, 200.0).land_share[0] for k in (0.0, 0.2, 0.42)]
    assert share[0] == pytest.approx(0.5)  # equal generalised cost, no handicap
    assert share[0] > share[1] > share[2]


def test_sensitivity_must_be_positive() -> None:
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="above 0"):
            ModeChoice(bad, 0.4)
