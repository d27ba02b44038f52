"""The parts of the report: words, projection, map classes, yardstick bars, tables."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad.appraisal.report import maps, projection, tables, theme, words, yardsticks


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1263, "+0.13%"), (-12.4, "−12%"), (0.0, "0%"), (0.00321, "+0.003%"),
     (math.nan, "not known"),
     (0.09996, "+0.10%")],
)  # fmt: skip
def test_percent(value: float, text: str) -> None:
    assert words.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.6e6, "USD 7.6 million"), (-2.4e12, "−USD 2.4 trillion"), (0.0, "USD 0"),
     (999_999_999.0, "USD 1 billion"), (1e9, "USD 1 billion"), (349.4e9, "USD 349 billion")],
)  # fmt: skip
def test_usd(value: float, text: str) -> None:
    assert words.usd(value) == text


def test_listing() -> None:
    assert words.listing(["A"]) == "A"
    assert words.listing(["A", "B", "C"]) == "A, B and C"
    assert words.listing(["A", "B", "C", "D", "E"]) == "A, B, C and 2 others"


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 3))
def test_numbers_never_show_a_negative_zero_or_a_hyphen(value: float, decimals: int) -> None:
    text = words.number(value, decimals, signed=True)
    assert "-" not in text
    assert not re.fullmatch(r"[−+]0(\.0*)?", text)


def test_projection_keeps_areas_in_proportion() -> None:
    def area(lat: float) -> float:
        lats = np.array([lat, lat, lat + 1, lat + 1])
        x, y = projection.project(lats, np.array([20.0, 21.0, 21.0, 20.0]))
        size = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
        sphere = math.radians(1) * (math.sin(math.radians(lat + 1)) - math.sin(math.radians(lat)))
        return float(size / sphere)

    assert [area(v) for v in (10, 45, 70)] == pytest.approx([area(0)] * 3, rel=2e-3)


def test_every_outline_is_within_the_drawing_and_small_ones_become_dots() -> None:
    found = {o.iso3: o for o in projection.outlines()}
    assert found["CHN"].dot is None
    assert found["CHN"].path
    assert found["SGP"].dot is not None
    for o in found.values():
        for x, y in re.findall(r"M(-?\d+) (-?\d+)", o.path):
            assert -5 <= int(x) <= projection.WIDTH + 5
            assert -300 <= int(y) <= projection.HEIGHT + 300


def test_no_outline_crosses_the_whole_map() -> None:
    for o in projection.outlines():
        assert all(abs(int(v)) < 1500 for v in re.findall(r"(?<=[l ])-?\d+", o.path[:0] + "l")), o
        for ring in re.findall(r"l([^zM]*)", o.path):
            steps = [int(v) for v in re.findall(r"-?\d+", ring)]
            assert max(map(abs, steps)) < 2000, o.iso3


def test_a_line_over_the_edge_of_the_map_is_cut() -> None:
    lines = pd.DataFrame(
        {"project": "", "part": 0, "lat": [40.0, 41, 42, 43], "lon": [170.0, -175, -165, -150]}
    )
    assert projection.merged_path(lines, limit=1000).count("M") == 2


def test_paths_give_up_detail_to_stay_short() -> None:
    t = np.linspace(0, 60, 4000)
    lines = pd.DataFrame({"project": "", "part": 0, "lat": 20 * np.sin(t), "lon": t})
    assert len(projection.merged_path(lines, limit=4000)) <= 4000


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=60))
def test_classes_cover_every_value(values: list[float]) -> None:
    scale = maps.classes(pd.Series(values))
    assert len(scale.colours) == len(scale.labels) == len(scale.limits) + 1
    assert list(scale.limits) == sorted(scale.limits)
    for v in values:
        # A loss is never shown in a colour of gains, nor a gain in one of losses.
        shown = scale.colours[scale.index(v)]
        assert shown in (theme.GAIN if v >= 0 else theme.LOSS)


def test_yardstick_bars_share_one_scale_that_holds_zero() -> None:
    row = {"statement": "s", "published_low": -2.5, "published_high": -1.2, "ours_low": -2.0,
           "ours_high": -1.0, "unit": "%", "difference": "d", "why": "w",
           "source": "x"}  # fmt: skip
    (y,) = yardsticks.rows(pd.DataFrame([row]))
    assert y.published == "−2.5 to −1.2%"
    assert y.published_bar is not None
    assert y.our_bar is not None
    assert y.zero is not None
    assert y.published_bar[0] < y.our_bar[0] < y.our_bar[0] + y.our_bar[1] < y.zero


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (np.nan, 3.4, "%", "up to +3.4%"),
        (0.006, 0.021, "share of value per day", "0.6 to 2.1% of value per day"),
        (1.44e11, 3.04e11, "USD", "USD 144 billion to USD 304 billion"),
        (7.6e6, 7.6e6, "persons", "7.6 million persons"),
        (9.8, 14.0, "days", "9.8 to 14 days"),
        (-11.9, -11.9, "%", "−11.9%"),
    ],
)
def test_published_values_in_words(low: float, high: float, unit: str, text: str) -> None:
    row = {"statement": "s", "published_low": low, "published_high": high, "ours_low": 1.0,
           "ours_high": 1.0, "unit": unit, "difference": "d", "why": "w",
           "source": "x"}  # fmt: skip
    (y,) = yardsticks.rows(pd.DataFrame([row]))
    assert y.published == text


def test_yardsticks_without_our_value_are_listed_apart_and_reasons_are_said_once() -> None:
    table = pd.DataFrame(
        {"statement": ["a", "b", "c"], "published_low": 1.0, "published_high": 2.0,
         "ours_low": [1.0, 1.0, np.nan], "ours_high": [1.0, 1.0, np.nan], "unit": "%",
         "difference": "d", "why": ["because", "because", "not yet"], "source": "x"}
    )  # fmt: skip
    assert [y.why for y in yardsticks.rows(table)] == ["because", "Why: as for “a”"]
    assert yardsticks.not_computed(table) == [("c", "not yet", "x")]


def test_only_losses_are_coloured() -> None:
    values = pd.Series([-1.0, 2.0])
    _, time = tables.column(values, "countries", "shipment_time_change_pct")
    _, income = tables.column(values, "countries", "real_income_change_pct")
    assert [c.kind for c in time] == ["", ""]
    assert [c.kind for c in income] == ["neg", ""]


def test_clean_leaves_no_control_characters() -> None:
    assert theme.clean({"a": ["x\x00\x1by", 3, "tab\tline\n"]}) == {"a": ["xy", 3, "tab\tline\n"]}
