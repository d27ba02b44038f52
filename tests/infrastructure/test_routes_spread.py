"""Distributions of hours: moments, bounds, seeds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from route_planners import answer, small_planner, variability

from beltroad import evidence
from beltroad.errors import DataError
from beltroad.infrastructure.routes.spread import (
    DRAWS,
    Part,
    Spread,
    Variability,
    _factor,
    spread_of,
)

SURE = Variability({("a", ""): ("lognormal", 0.0)})
TABLE = evidence.load("variability")
ROWS = sorted(set(zip(TABLE["component"], TABLE["country_group"], strict=True)))
PARTS = st.lists(
    st.tuples(st.sampled_from(ROWS), st.sampled_from(["x", "y", "z"]), st.floats(0.1, 500)),
    min_size=1,
    max_size=12,
).map(lambda rows: [Part(c, g, place, h) for (c, g), place, h in rows])


def one(cv: float, hours: float = 100.0, *, seed: int = 1) -> Spread:
    return spread_of(
        [Part("a", "", "x", hours)], Variability({("a", ""): ("lognormal", cv)}), seed=seed
    )


@given(PARTS)
@settings(max_examples=40, deadline=None)
def test_the_mean_is_the_sum_and_quantiles_are_in_order(parts: list[Part]) -> None:
    s = spread_of(parts, variability())
    assert s.mean_hours == pytest.approx(sum(p.hours for p in parts))
    assert 0 < s.p10_hours <= s.p50_hours <= s.p90_hours <= s.p95_hours
    assert s.p10_hours <= s.mean_hours * (1 + 1e-9)
    assert s.sd_hours >= 0
    assert s.buffer_time_index == pytest.approx(s.p95_hours / s.mean_hours - 1)


@given(PARTS, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_parts_does_not_matter(parts: list[Part], rng: object) -> None:
    mixed = list(parts)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    a, b = spread_of(parts, variability()), spread_of(mixed, variability())
    for name in ("mean_hours", "sd_hours", "p10_hours", "p50_hours", "p90_hours", "p95_hours"):
        assert getattr(a, name) == pytest.approx(getattr(b, name), rel=1e-9)


@given(PARTS, st.floats(0.5, 3))
@settings(max_examples=20, deadline=None)
def test_hours_in_other_units_scale_all_figures(parts: list[Part], by: float) -> None:
    a = spread_of(parts, variability())
    b = spread_of([Part(p.component, p.group, p.place, by * p.hours) for p in parts], variability())
    assert b.p95_hours == pytest.approx(by * a.p95_hours)
    assert b.sd_hours == pytest.approx(by * a.sd_hours)
    assert b.buffer_time_index == pytest.approx(a.buffer_time_index, abs=1e-9)


def test_what_never_varies_is_a_constant() -> None:
    s = one(0.0)
    assert (s.p10_hours, s.p50_hours, s.p90_hours, s.p95_hours) == (100.0,) * 4
    assert s.sd_hours == 0
    assert s.buffer_time_index == 0


def test_nothing_at_all_takes_no_time() -> None:
    s = spread_of([], SURE)
    assert (s.mean_hours, s.sd_hours, s.p95_hours, s.buffer_time_index) == (0, 0, 0, 0)


@pytest.mark.parametrize("cv", [0.05, 0.2, 0.5, 0.8, 1.2])
def test_lognormal_draws_have_the_mean_and_variation_asked_for(cv: float) -> None:
    draws = _factor("lognormal", cv, "x", 1)
    assert len(draws) == DRAWS
    assert draws.mean() == pytest.approx(1, abs=1e-12)
    assert draws.std() == pytest.approx(cv, rel=0.02)
    assert (draws > 0).all()
    # The median of a lognormal lies below its mean by sqrt(1 + cv^2).
    assert np.median(draws) == pytest.approx(1 / np.sqrt(1 + cv**2), rel=0.01)
    assert one(cv).sd_hours == pytest.approx(100 * cv)


def test_waits_for_a_departure_lie_between_nothing_and_twice_the_mean() -> None:
    draws = _factor("uniform", 0.577, "x", 1)
    assert draws.min() >= 0
    assert draws.max() <= 2
    assert draws.mean() == pytest.approx(1)
    assert draws.std() == pytest.approx(1 / np.sqrt(3), rel=1e-3)
    s = spread_of([Part("wait_train", "", "x", 42.0)], variability())
    assert s.p95_hours == pytest.approx(2 * 0.95 * 42, rel=1e-3)
    assert s.sd_hours == pytest.approx(42 / np.sqrt(3))


def test_parts_are_independent_and_a_part_is_itself() -> None:
    v = Variability({("a", ""): ("lognormal", 0.5), ("b", ""): ("lognormal", 0.5)})
    apart = spread_of([Part("a", "", "x", 50), Part("b", "", "x", 50)], v)
    places = spread_of([Part("a", "", "x", 50), Part("a", "", "y", 50)], v)
    same = spread_of([Part("a", "", "x", 50), Part("a", "", "x", 50)], v)
    assert same == spread_of([Part("a", "", "x", 100)], v)
    assert same.sd_hours == pytest.approx(50)
    for s in (apart, places):
        assert s.sd_hours == pytest.approx(50 / np.sqrt(2))
        assert s.p95_hours < same.p95_hours
    x, y = (_factor("lognormal", 0.5, name, 1) for name in ("a||x", "a||y"))
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.06


def test_the_seed_changes_draws_and_nothing_else() -> None:
    parts = [Part("line_rail", "china", "rail", 100), Part("border_rail", "china", "gate", 40),
             Part("wait_train", "", "x", 42)]  # fmt: skip
    a, again, b = (spread_of(parts, variability(), seed=s) for s in (1, 1, 2))
    assert a == again
    assert a.p95_hours != b.p95_hours
    assert a.p95_hours == pytest.approx(b.p95_hours, rel=0.05)
    assert (a.mean_hours, a.sd_hours) == (b.mean_hours, b.sd_hours)
    assert (_factor("uniform", 1, "x", 3) == _factor("uniform", 1, "x", 3)).all()


def test_variation_of_a_group_goes_before_that_of_all() -> None:
    v = variability()
    assert v.at("line_rail", "europe") != v.at("line_rail", "")
    assert v.at("line_rail", "latin_america") == v.at("line_rail", "")
    assert v.at("line_rail", "no such group") == v.at("line_rail", "")
    with pytest.raises(DataError, match="no row for 'tunnel'"):
        v.at("tunnel", "")


def test_sample_moments_agree_with_those_of_the_table() -> None:
    """What the percentiles are drawn from has the standard deviation that is printed."""
    parts = [Part("line_rail", "europe", "rail", 90), Part("port_dwell", "advanced", "y", 80),
             Part("wait_ship", "", "y", 84)]  # fmt: skip
    v = variability()
    total = sum(
        p.hours * _factor(*v.at(p.component, p.group), f"{p.component}|{p.group}|{p.place}", 1)
        for p in parts
    )
    s = spread_of(parts, v)
    assert np.mean(total) == pytest.approx(s.mean_hours)
    assert np.std(total) == pytest.approx(s.sd_hours, rel=0.05)
    assert np.quantile(total, 0.95) == pytest.approx(s.p95_hours)


def test_parts_of_a_route_carry_the_groups_that_vary() -> None:
    """Every group of the table that a small route meets is asked for by its name."""
    parts = {(p.component, p.group) for r in answer(small_planner("west", "east")).routes
             for p in r.parts}  # fmt: skip
    known = set(ROWS)
    assert ("line_rail", "china") in parts & known
    assert ("border_rail", "china") in parts & known
    assert any(component == "wait_train" for component, _ in parts)
    groups = {group for component, group in parts if component == "wait_train"}
    assert "" not in groups
    assert {component for component, _ in parts} <= {component for component, _ in known}
