"""Published transit times beside computed ones: what a basis covers, and figures of errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from route_planners import answer, atlas, small_planner, variability

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.infrastructure.routes.observed import (
    BASES,
    FAMILY_OF,
    _conditions,
    _covered,
    compared,
    errors,
    observed_parts,
)
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.route import Leg, Stop
from beltroad.infrastructure.routes.spread import Part


def frame(days: list[float], model: list[float], part: str = "holdout") -> pd.DataFrame:
    table = pd.DataFrame({"obs_id": [f"o{k}" for k in range(len(days))], "days": days})
    hours = pd.Series([24 * m for m in model], index=table["obs_id"])
    return compared(table.assign(part=part, mode="rail"), hours)


# ---------------------------------------------------------------- errors


def test_computed_days_are_hours_by_24_and_missing_ones_unknown() -> None:
    table = pd.DataFrame({"obs_id": ["a", "b"], "days": [4.0, 5.0]})
    out = compared(table, pd.Series({"a": 48.0}))
    assert out["days_model"].iloc[0] == 2.0
    assert out["ratio"].iloc[0] == 0.5
    assert np.isnan(out["days_model"].iloc[1])
    assert np.isnan(out["ratio"].iloc[1])
    assert "days_model" not in table


def test_errors_of_a_frame_by_hand() -> None:
    out = errors(frame([10, 10, 10, 10, 10], [10, 11, 8, 13, 20])).iloc[0]
    assert out["observations"] == 5
    assert out["median_abs_error"] == pytest.approx(0.2)
    assert out["median_ratio"] == pytest.approx(1.1)
    assert out["p90_abs_error"] == pytest.approx(np.quantile([0, 0.1, 0.2, 0.3, 1.0], 0.9))


@pytest.mark.parametrize(("model", "rho"), [([2, 3, 5, 90], 1.0), ([9, 8, 7, 1], -1.0)])
def test_rank_correlation_looks_at_order_alone(model: list[float], rho: float) -> None:
    assert errors(frame([1, 2, 3, 4], model)).iloc[0]["rank_correlation"] == pytest.approx(rho)


# Days to a millionth: a last digit is lost where days become hours, and ties where none were.
_DAYS = st.floats(0.1, 50).map(lambda days: round(days, 6))


@given(st.lists(st.tuples(_DAYS, _DAYS), min_size=3, max_size=20))
@settings(max_examples=30, deadline=None)
def test_errors_are_bounded_and_perfect_ones_are_nothing(rows: list[tuple[float, float]]) -> None:
    days, model = (list(x) for x in zip(*rows, strict=True))
    out = errors(frame(days, model)).iloc[0]
    assert 0 <= out["median_abs_error"] <= out["p90_abs_error"] + 1e-12
    same = errors(frame(days, days)).iloc[0]
    assert same["median_abs_error"] == pytest.approx(0, abs=1e-12)
    assert same["median_ratio"] == pytest.approx(1)
    if len(set(days)) > 1:
        assert same["rank_correlation"] == pytest.approx(1)


def test_ways_not_found_do_not_count_and_groups_stay_apart() -> None:
    table = pd.concat([frame([1, 2, 3], [1, 2, np.nan]), frame([4, 5], [8, 10], "calibrate")])
    out = errors(table).set_index("part")
    assert out["observations"].to_dict() == {"calibrate": 2, "holdout": 2}
    assert out["median_abs_error"].to_dict() == {"calibrate": 1.0, "holdout": 0.0}
    by_both = errors(table, ("part", "mode"))
    assert list(by_both.columns[:2]) == ["part", "mode"]
    assert errors(table[:0]).empty


# ---------------------------------------------------------------- what a basis covers


def stop(kind: str, *parts: tuple[str, float]) -> Stop:
    spent = tuple(Part(name, "", kind, h) for name, h in parts)
    return Stop(kind, kind, sum(h for _, h in parts), 0, 0, 0, 0, 0, spent)


def leg(mode: str, hours: float) -> Leg:
    spent = (Part(f"line_{mode}", "", mode, hours),)
    return Leg(mode, "a", "b", ("CHN",), 10, hours, 0, 0, np.zeros((2, 2)), (), spent)


STEPS = (
    stop("terminal", ("road_loading", 4.0)),
    leg("road", 3.0),
    stop("terminal", ("rail_terminal", 20.0), ("wait_train", 40.0)),
    leg("rail", 100.0),
    stop("border", ("border_rail", 10.0)),
    leg("rail", 200.0),
    stop("terminal", ("rail_terminal", 21.0)),
    leg("road", 5.0),
    stop("terminal", ("road_loading", 4.5)),
)


@pytest.mark.parametrize(
    ("basis", "hours"),
    [("door", 407.5), ("terminal", 310.0), ("port", 310.0), ("moving", 300.0)],
)
def test_a_basis_covers_its_steps(basis: str, hours: float) -> None:
    assert sum(p.hours for p in _covered(STEPS, basis, ("rail",))) == pytest.approx(hours)


def test_by_air_a_terminal_is_an_airport_with_its_handling() -> None:
    steps = (
        leg("road", 3.0), stop("terminal", ("airport_handling", 10.0)),
        stop("airport", ("wait_flight", 12.0)), leg("air", 9.0),
        stop("terminal", ("airport_handling", 11.0)), leg("road", 2.0),
    )  # fmt: skip
    hours = {b: sum(p.hours for p in _covered(steps, b, ("air",))) for b in BASES}
    assert hours["terminal"] == pytest.approx(10 + 12 + 9 + 11)
    assert hours["door"] == pytest.approx(47)


def test_no_leg_of_the_mode_covers_nothing() -> None:
    assert _covered(STEPS, "door", ("sea",)) == ()


def test_bases_on_a_real_route_are_nested() -> None:
    route = answer(small_planner("west", "east"), modes=("rail",)).routes[0]
    hours = {b: sum(p.hours for p in _covered(route.steps, b, ("rail",))) for b in BASES}
    assert 0 < hours["moving"] < hours["terminal"] < hours["door"]
    assert hours["door"] == pytest.approx(route.hours_total)


# ---------------------------------------------------------------- ways of observations


def row(**more: object) -> dict[str, object]:
    return {"obs_id": "o", "mode": "rail", "basis": "door", "via": "", "closed": ""} | more


def parts_of(**more: object) -> tuple[Part, ...]:
    planner = small_planner("west", "east")
    return observed_parts(
        planner, pd.DataFrame([row(**more)]), {"o": (0, 1)}, variability()
    )[0]  # fmt: skip


def test_hours_of_an_observation_are_those_of_the_route() -> None:
    known = answer(small_planner("west", "east"), modes=("rail",)).routes[0]
    assert sum(p.hours for p in parts_of()) == pytest.approx(known.hours_total)
    assert sum(p.hours for p in parts_of(mode="road")) > 0
    assert parts_of(mode="water") == ()
    assert parts_of(mode="air") == ()


def test_terminal_leaves_out_loading_and_the_wait_at_the_start() -> None:
    names = {p.component for p in parts_of(basis="terminal")}
    assert {"line_rail", "border_rail", "gauge_change"} <= names
    assert not names & {"wait_train", "rail_terminal", "line_road"}


@pytest.mark.parametrize("bad", [{"mode": "train"}, {"basis": "gate"}, {"mode": ""}])
def test_unknown_modes_and_bases_are_refused(bad: dict[str, str]) -> None:
    with pytest.raises(InputError, match="observation o"):
        parts_of(**bad)


def test_every_condition_of_the_table_is_known_to_the_network() -> None:
    table, net = evidence.load("transit_times"), atlas().programme.network
    unknown = []
    for line in table.to_dict("records"):
        stops, shut = _conditions(net, line["via"], line["closed"])
        wanted = [v for v in line["via"].split(";") if v.strip() and v.strip() != "cape"]
        if len(stops) != len(wanted) or (bool(line["closed"]) and not shut.any()):
            unknown.append(line["obs_id"])
    assert unknown == []
    assert set(table["mode"]) <= set(FAMILY_OF)
    assert set(table["basis"]) <= set(BASES)


def test_round_the_cape_neither_canal_is_open() -> None:
    net = atlas().programme.network
    _, shut = _conditions(net, "cape", "")
    assert set(net.passage[shut]) == {"suez", "panama"}


def test_train_and_lorry_over_irkeshtam() -> None:
    """Where a lorry alone is quicker, train and lorry together are still a way."""
    table = evidence.load("transit_times").set_index("obs_id", drop=False)
    line = table.loc["rail_road-lanzhou-tashkent-2020"]
    ends = [
        Place(line["origin"], "city", "CHN", line["origin_lat"], line["origin_lon"]),
        Place(line["destination"], "city", "UZB", line["dest_lat"], line["dest_lon"]),
    ]
    planner = atlas().planner(ends)
    rows = pd.DataFrame([line])
    found = observed_parts(planner, rows, {line["obs_id"]: (0, 1)}, variability())[0]
    hours = {name: sum(p.hours for p in found if p.component == name)
             for name in {p.component for p in found}}  # fmt: skip
    assert hours["line_rail"] > 24
    assert hours["line_road"] > 12
    assert hours["border_road"] > 0
