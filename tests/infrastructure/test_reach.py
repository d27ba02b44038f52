"""Access: identities, limits and directions of what freight reaches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from beltroad.errors import InputError
from beltroad.infrastructure import reach

INF = np.inf
# Four cities: two a day apart, one three days off with a slow way back, one on its own.
HOURS = np.array(
    [
        [0.0, 24.0, 72.0, INF],
        [24.0, 0.0, 48.0, INF],
        [96.0, 48.0, 0.0, INF],
        [INF, INF, INF, 0.0],
    ]
)
GDP = np.array([100.0, 10.0, 1.0, 5.0])


def closed(links: np.ndarray) -> np.ndarray:
    """Shortest hours over links (Floyd and Warshall)."""
    hours = links.copy()
    np.fill_diagonal(hours, 0.0)
    for k in range(len(hours)):
        hours = np.minimum(hours, hours[:, [k]] + hours[[k], :])
    return hours


@st.composite
def networks(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Hours of links between some cities, some of them missing, and a weight a city."""
    n = draw(st.integers(1, 7))
    one = st.one_of(st.floats(0.5, 2_000.0), st.just(INF))
    links = draw(hnp.arrays(np.float64, (n, n), elements=one))
    weight = draw(hnp.arrays(np.float64, n, elements=st.floats(0.0, 1e12)))
    return links, weight


# --- weights of cities


@given(
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.floats(1.0, 1e8)), min_size=1, max_size=20),
    st.lists(st.floats(0.0, 1e14), min_size=5, max_size=5),
)
def test_cities_carry_the_totals_of_their_countries(
    cities: list[tuple[str, float]], totals: list[float]
) -> None:
    country = np.array([c for c, _ in cities])
    share = reach.shares(country, np.array([p for _, p in cities]))
    known = pd.Series(totals, index=list("ABCDE"))
    laid = reach.spread(country, share, known)
    for code in np.unique(country):
        inside = country == code
        assert share[inside].sum() == pytest.approx(1.0)
        assert laid[inside].sum() == pytest.approx(known[code])
        if inside.sum() == 1:
            assert laid[inside][0] == known[code]


def test_within_a_country_weight_goes_by_population() -> None:
    country = np.array(["KAZ", "UZB", "KAZ"])
    share = reach.shares(country, np.array([3.0, 7.0, 1.0]))
    assert share.tolist() == [0.75, 1.0, 0.25]
    laid = reach.spread(country, share, pd.Series({"UZB": 90.0, "KAZ": 40.0, "FRA": 1.0}))
    assert laid.tolist() == [30.0, 90.0, 10.0]


def test_an_unknown_total_counts_nothing() -> None:
    country = np.array(["COK", "FJI"])
    laid = reach.spread(country, np.ones(2), pd.Series({"COK": np.nan, "FJI": 9.0}))
    assert laid.tolist() == [0.0, 9.0]


@pytest.mark.parametrize("population", [[0.0, 1.0], [-1.0, 1.0], [np.nan, 1.0], [INF, 1.0]])
def test_a_city_without_people_is_no_weight(population: list[float]) -> None:
    with pytest.raises(InputError, match="population above 0"):
        reach.shares(np.array(["A", "A"]), np.array(population))


def test_totals_must_be_there_and_make_sense() -> None:
    country, share = np.array(["AAA", "BBB"]), np.ones(2)
    with pytest.raises(InputError, match="BBB"):
        reach.spread(country, share, pd.Series({"AAA": 1.0}))
    with pytest.raises(InputError, match="BBB is -2"):
        reach.spread(country, share, pd.Series({"AAA": 1.0, "BBB": -2.0}))


# --- reach


def test_reach_by_hand() -> None:
    found = reach.within(HOURS, GDP, [0, 1, 2, 3, 4])
    assert found.tolist() == [
        [100, 110, 110, 111, 111],
        [10, 110, 111, 111, 111],
        [1, 1, 11, 11, 111],
        [5, 5, 5, 5, 5],
    ]
    assert reach.within(HOURS.T, GDP, [3])[:, 0].tolist() == [110, 111, 111, 5]


def test_hours_turn_into_days_at_24() -> None:
    hours = np.array([[0.0, 24.0], [24.0 + 1e-6, 0.0]])
    assert reach.within(hours, np.array([1.0, 1.0]), [1.0])[:, 0].tolist() == [2.0, 1.0]


@given(networks())
def test_reach_rises_with_days_from_the_own_city_to_all(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    links, weight = drawn
    hours = closed(links)
    found = reach.within(hours, weight, [0.0, 1.0, 3.0, 7.0, 14.0, INF])
    assert (np.diff(found, axis=1) >= -1e-9 * (1 + weight.sum())).all()
    assert found[:, 0] == pytest.approx(weight)
    everywhere = np.isfinite(hours).all(axis=1)
    assert found[everywhere, -1] == pytest.approx(np.full(everywhere.sum(), weight.sum()))
    alone = np.isinf(hours).sum(axis=1) == len(hours) - 1
    assert found[alone, -1] == pytest.approx(weight[alone])


@given(networks(), st.data())
def test_a_faster_link_never_shrinks_what_is_reached(
    drawn: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    links, weight = drawn
    n = len(links)
    i, j = (data.draw(st.integers(0, n - 1)) for _ in range(2))
    faster = links.copy()
    faster[i, j] = min(links[i, j], data.draw(st.floats(0.5, 500.0)))
    old, new = closed(links), closed(faster)
    slack = 1e-9 * (1 + weight.sum())
    days = [1.0, 3.0, 7.0, 14.0]
    assert (reach.within(new, weight, days) >= reach.within(old, weight, days) - slack).all()
    assert (reach.potential(new, weight) >= reach.potential(old, weight) - slack).all()
    levers = {"theta": 4.55, "value_per_day": 0.01}
    access = [reach.market_access(h, weight, **levers) for h in (old, new)]
    assert (access[1] >= access[0] - slack).all()
    parts = [0.1, 0.5, 1.0]
    assert (
        reach.days_to_share(new, weight, parts) <= reach.days_to_share(old, weight, parts) + 1e-9
    ).all()


@given(networks())
def test_where_hours_are_symmetric_each_is_in_the_others_reach(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    """Persons times what they reach is the same sum from either end."""
    links, weight = drawn
    hours = closed(np.minimum(links, links.T))
    other = np.linspace(1.0, 2.0, len(weight))
    there = other @ reach.within(hours, weight, [3.0])[:, 0]
    back = weight @ reach.within(hours, other, [3.0])[:, 0]
    assert there == pytest.approx(back)
    value = {"theta": 4.55, "value_per_day": 0.01}
    assert other @ reach.market_access(hours, weight, **value) == pytest.approx(
        weight @ reach.market_access(hours, other, **value)
    )


def test_single_precision_hours_are_as_good() -> None:
    assert np.array_equal(reach.within(HOURS.astype(np.float32), GDP), reach.within(HOURS, GDP))


@pytest.mark.parametrize("days", [[], [-1.0, 3.0], [np.nan], [3.0, 1.0], [1.0, 1.0]])
def test_days_that_make_no_sense(days: list[float]) -> None:
    with pytest.raises(InputError, match="days"):
        reach.within(HOURS, GDP, days)


@pytest.mark.parametrize(
    ("hours", "weight", "words"),
    [
        (np.zeros((2, 3)), np.ones(2), "square"),
        (np.zeros((2, 2)), np.ones(3), "one weight a city"),
        (np.zeros((2, 2)), np.array([1.0, -1.0]), "not negative"),
        (np.zeros((2, 2)), np.array([1.0, np.nan]), "finite"),
        (np.array([[0.0, -1.0], [1.0, 0.0]]), np.ones(2), "0 or more"),
        (np.array([[0.0, np.nan], [1.0, 0.0]]), np.ones(2), "0 or more"),
        (np.array([[3.0, 1.0], [1.0, 0.0]]), np.ones(2), "itself in 0 hours"),
    ],
)
def test_arrays_that_make_no_sense(hours: np.ndarray, weight: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        reach.within(hours, weight)


# --- curves


def test_curve_by_hand() -> None:
    found = reach.curve(HOURS[0], GDP)
    assert found["days"].tolist() == [0.0, 1.0, 3.0]
    assert found["reached"].tolist() == [100.0, 110.0, 111.0]
    assert found["share"].tolist() == pytest.approx([100 / 116, 110 / 116, 111 / 116])
    alone = reach.curve(HOURS[3], GDP)
    assert alone[["days", "reached"]].to_numpy().tolist() == [[0.0, 5.0]]


def test_days_to_a_share_by_hand() -> None:
    found = reach.days_to_share(HOURS, GDP, [0.5, 0.95, 1.0])
    assert found[0].tolist() == [0.0, 3.0, INF]
    assert found[1].tolist() == [1.0, 2.0, INF]
    assert found[3].tolist() == [INF, INF, INF]
    whole = reach.days_to_share(HOURS[:3, :3], GDP[:3], [1.0])
    assert whole[:, 0].tolist() == [3.0, 2.0, 4.0]


@given(networks())
def test_the_curve_is_the_reach_and_its_inverse(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    links, weight = drawn
    weight = weight + 1.0
    hours = np.round(closed(links), 3)  # steps are apart, or one
    half = reach.days_to_share(hours, weight, [0.5])[:, 0]
    for row in range(len(hours)):
        steps = reach.curve(hours[row], weight)
        assert steps["days"].is_monotonic_increasing
        assert steps["reached"].is_monotonic_increasing
        for days, reached in zip(steps["days"], steps["reached"], strict=True):
            at = reach.within(hours, weight, [days * (1 + 1e-12)])[row, 0]
            assert at == pytest.approx(reached)
        # Rounding may decide a tie: the answer lies between a little less and a little more.
        bounds = [
            steps.loc[steps["share"] >= part, "days"].min() for part in (0.5 - 1e-9, 0.5 + 1e-9)
        ]
        low, high = (INF if np.isnan(day) else day for day in bounds)
        assert low - 1e-9 <= half[row] <= high + 1e-9


@pytest.mark.parametrize("parts", [[], [0.0], [1.1], [np.nan]])
def test_parts_that_make_no_sense(parts: list[float]) -> None:
    with pytest.raises(InputError, match="parts"):
        reach.days_to_share(HOURS, GDP, parts)


def test_a_curve_needs_an_hour_for_every_city() -> None:
    for hours in (np.zeros(3), np.array([0.0, -1.0, 2.0, 3.0]), np.full(4, np.nan)):
        with pytest.raises(InputError, match="hours from a city"):
            reach.curve(hours, GDP)


# --- markets


def test_potential_by_hand() -> None:
    found = reach.potential(HOURS, GDP)
    assert found == pytest.approx([100 + 10 + 1 / 3, 100 + 10 + 1 / 2, 100 / 4 + 10 / 2 + 1, 5])
    # A floor of two days halves what is nearer, the own city with it.
    assert reach.potential(HOURS, GDP, floor_hours=48.0)[0] == pytest.approx(55 + 1 / 3)
    squared = reach.potential(HOURS, GDP, exponent=2.0)
    assert squared[2] == pytest.approx(100 / 16 + 10 / 4 + 1)


def test_market_access_by_hand() -> None:
    found = reach.market_access(HOURS, GDP, theta=4.0, value_per_day=0.01)
    assert found[0] == pytest.approx(100 + 10 / 1.01**4 + 1 / 1.03**4)
    assert found[2] == pytest.approx(100 / 1.04**4 + 10 / 1.02**4 + 1)
    assert found[3] == 5.0


def test_limits_of_market_access() -> None:
    """Worthless time: all that can be reached. Precious time: the own city."""
    free = reach.market_access(HOURS, GDP, theta=4.0, value_per_day=1e-12)
    assert free == pytest.approx([111, 111, 111, 5])
    dear = reach.market_access(HOURS, GDP, theta=4.0, value_per_day=1e6)
    assert dear == pytest.approx(GDP)


def test_to_first_order_access_falls_by_elasticity_times_value_of_time() -> None:
    hours = np.array([[0.0, 240.0], [240.0, 0.0]])
    later = hours * (1 - 1e-6)
    theta, v = 4.55, 0.008
    old, new = (
        reach.market_access(h, np.array([0.0, 1.0]), theta=theta, value_per_day=v)[0]
        for h in (hours, later)
    )
    days_saved = 10 * 1e-6
    assert new / old - 1 == pytest.approx(theta * v / (1 + 10 * v) * days_saved, rel=1e-4)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, INF])
def test_levers_that_make_no_sense(value: float) -> None:
    with pytest.raises(InputError, match="theta"):
        reach.market_access(HOURS, GDP, theta=value, value_per_day=0.01)
    with pytest.raises(InputError, match="value_per_day"):
        reach.market_access(HOURS, GDP, theta=4.0, value_per_day=value)
    with pytest.raises(InputError, match="floor_hours"):
        reach.potential(HOURS, GDP, floor_hours=value)
    with pytest.raises(InputError, match="exponent"):
        reach.potential(HOURS, GDP, exponent=value)


# --- countries, changes, ranks


def test_a_country_is_the_mean_of_its_inhabitants() -> None:
    country = np.array(["B", "A", "B"])
    share = reach.shares(country, np.array([3.0, 9.0, 1.0]))
    values = pd.DataFrame({"x": [4.0, 7.0, 8.0], "y": [INF, 1.0, 1.0]})
    found = reach.country_means(country, share, values)
    assert found.index.tolist() == ["A", "B"]
    assert found["x"].tolist() == [7.0, 5.0]
    assert found["y"].tolist() == [1.0, INF]


def test_changes_and_ranks() -> None:
    change = reach.change_pct(np.array([10.0, 4.0, 5.0, 0.0]), np.array([11.0, 4.0, 4.0, 2.0]))
    assert change[:3] == pytest.approx([10.0, 0.0, -20.0])
    assert np.isnan(change[3])
    assert reach.ranks(np.array([0.0, 2.0, -1.0, 2.0, np.nan])).tolist() == [3, 1, 4, 1, 5]
