"""Statistics of scores and signals against published numbers, scipy and identities."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from beltroad.errors import InputError
from beltroad.risk import discrimination as d

# Hanley and McNeil 1982, table I: CT ratings of 58 normal and 51 abnormal patients.
NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
RATING = np.repeat(np.r_[1:6, 1:6], NORMAL + ABNORMAL).astype(float)
ILL = np.repeat([0, 1], [sum(NORMAL), sum(ABNORMAL)])


def test_hanley_and_mcneil() -> None:
    area = d.auroc_area(RATING, ILL)
    assert area.value == pytest.approx(0.893, abs=0.0005)
    # Their standard error is 0.032, by the exponential approximation; DeLong's needs none.
    assert (area.high - area.low) / (2 * 1.959964) == pytest.approx(0.032, abs=0.003)
    assert (area.events, area.rows) == (51, 109)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=4, max_size=40))
def test_area_is_the_mann_whitney_statistic(rows: list[tuple[int, bool]]) -> None:
    score, event = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows])
    if event.all() or not event.any():
        with pytest.raises(InputError, match="some of both"):
            d.auroc(score, event)
        return
    u = stats.mannwhitneyu(score[event], score[~event]).statistic
    area = d.auroc(score, event)
    assert area == pytest.approx(u / (event.sum() * (~event).sum()))
    curve = d.roc(score, event)
    assert area == pytest.approx(np.trapezoid(curve["hit_rate"], curve["false_alarm_rate"]))
    assert d.auroc(-score, event) == pytest.approx(1 - area)
    assert d.auroc(np.exp(score), event) == pytest.approx(area)


def test_delong_variance_by_its_definition() -> None:
    rng = np.random.default_rng(3)
    score, event = rng.integers(0, 9, 60).astype(float), rng.random(60) < 0.4
    gains = (score[event][:, None] > score[~event]) + 0.5 * (score[event][:, None] == score[~event])
    variance = gains.mean(1).var(ddof=1) / event.sum() + gains.mean(0).var(ddof=1) / (~event).sum()
    area = d.auroc_area(score, event)
    assert ((area.high - area.low) / (2 * stats.norm.ppf(0.975))) ** 2 == pytest.approx(variance)


def test_rows_of_one_country_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    level = rng.normal(size=20)
    country = np.repeat(np.arange(20), 20)
    score = level[country] + rng.normal(size=400) * 0.1
    event = level[country] + rng.normal(size=20)[country] > 1
    alone = d.auroc_area(score, event)
    together = d.auroc_area(score, event, clusters=country, draws=200)
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert together == d.auroc_area(score, event, clusters=country, draws=200)


def test_precision_and_recall() -> None:
    table = d.precision_recall([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0])
    assert table["precision"].tolist() == [1, 0.5, pytest.approx(2 / 3), 0.5]
    assert table["recall"].tolist() == [0.5, 0.5, 1, 1]
    assert d.average_precision([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0]) == pytest.approx(5 / 6)
    assert d.average_precision([1.0] * 4, [1, 0, 0, 0]) == 0.25


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40),
       st.integers(1, 12))  # fmt: skip
def test_brier_parts_add_up(rows: list[tuple[float, bool]], groups: int) -> None:
    p, y = [r[0] for r in rows], [int(r[1]) for r in rows]
    parts = d.brier_parts(p, y, groups=groups)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins
    assert parts.score == pytest.approx(total, abs=1e-12)
    assert parts.score == pytest.approx(np.mean((np.array(p) - y) ** 2))


def test_calibration_and_hosmer_lemeshow() -> None:
    p = np.repeat([0.1, 0.4, 0.8], [20, 10, 10])
    y = np.r_[[1] * 3, [0] * 17, [1] * 4, [0] * 6, [1] * 7, [0] * 3]
    table = d.calibration(p, y, groups=3)
    assert table["events"].tolist() == [3, 4, 7]
    assert table["expected"].tolist() == pytest.approx([2, 4, 8])
    # (3 - 2)^2 / (20 x 0.1 x 0.9) + 0 + (7 - 8)^2 / (10 x 0.8 x 0.2)
    statistic, freedom, chance = d.hosmer_lemeshow(p, y, groups=3)
    assert (statistic, freedom) == (pytest.approx(1 / 1.8 + 1 / 1.6), 3)
    assert chance == pytest.approx(stats.chi2.sf(statistic, 3))
    assert d.hosmer_lemeshow(p, y, groups=3, fitted=True)[1] == 1
    assert d.hosmer_lemeshow([0.0, 0.0], [1, 0], groups=1)[0] == math.inf


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 9, 40])
def test_chi_square_tail(freedom: int) -> None:
    for statistic in (0.0, 0.3, 4.0, 30.0, 120.0):
        assert d.chi_square_tail(statistic, freedom) == pytest.approx(
            stats.chi2.sf(statistic, freedom), rel=1e-9, abs=1e-15
        )


def test_confusion() -> None:
    table = d.confusion([3, 2, 1, 0, 2], [1, 0, 1, 0, 1], 2)
    assert (table.hits, table.false_alarms, table.misses, table.quiet) == (2, 1, 1, 1)
    assert table.hit_rate + table.missed_rate == 1
    assert (table.false_alarm_rate, table.precision) == (0.5, pytest.approx(2 / 3))
    assert math.isnan(d.confusion([1.0], [0], 2).precision)


def test_a_country_is_never_split() -> None:
    country = np.array(list("ABCDEFGHIJ") * 3)
    block = d.country_blocks(country, 4)
    assert pd.Series(block).groupby(country).nunique().max() == 1
    assert sorted(pd.Series(block[:10]).value_counts()) == [2, 2, 3, 3]
    with pytest.raises(InputError, match="between 2 and 10"):
        d.country_blocks(country, 11)


def test_what_cannot_be_scored_is_refused() -> None:
    for score, event, said in (
        ([1.0, 2.0], [1], "differ in shape"), ([1.0, np.nan], [1, 0], "not finite"),
        ([1.0, 2.0], [1, 2], "0 or 1"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            d.auroc(score, event)
    with pytest.raises(InputError, match="between 0 and 1"):
        d.brier([1.2], [1])
    with pytest.raises(InputError, match="level"):
        d.auroc_area(RATING, ILL, level=1.0)
