"""Scores: known limits, monotone, no filling in, ranks under other weights."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from beltroad.errors import DataError, InputError
from beltroad.policy import facts
from beltroad.policy.scorecard import scorecard
from beltroad.policy.scorecard.card import _weights
from beltroad.policy.scorecard.scoring import MIN_COVERAGE, normalise, pillar_scores, total_score
from beltroad.policy.scorecard.sensitivity import rank_ranges, spearman
from beltroad.policy.scorecard.values import values

NAN = float("nan")
VALUES = pd.DataFrame(
    {"count": [0.0, 9.0, 99.0, NAN], "share": [0.1, 0.5, 0.3, 0.2], "flag": [0, 1, 0.5, NAN]},
    index=list("ABCD"),
)
HOW = {"count": "log", "share": "linear", "flag": "flag"}
UP = dict.fromkeys(VALUES, 1)


def test_values_become_shares_of_the_range() -> None:
    out = normalise(VALUES, HOW, UP | {"share": -1})
    assert out["count"].tolist()[:3] == pytest.approx([0, 0.5, 1])  # 1, 10 and 100 in logarithms
    assert out["share"].tolist() == pytest.approx([1, 0, 0.5, 0.75])  # less is more
    assert out["flag"].tolist()[:3] == [0, 1, 0.5]
    assert out.loc["D", ["count", "flag"]].isna().all()


def test_an_indicator_that_is_the_same_for_all_tells_nothing() -> None:
    table = pd.DataFrame({"share": [3.0, 3.0]})
    assert normalise(table, HOW, UP)["share"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("table", "how", "said"),
    [
        ({"flag": [2.0]}, HOW, "a flag outside"),
        ({"count": [-1.0]}, HOW, "no logarithm"),
        ({"flag": [1.0]}, {"flag": "cubic"}, "no transformation"),
    ],
)
def test_broken_indicators_are_refused(
    table: dict[str, list[float]], how: dict[str, str], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        normalise(pd.DataFrame(table), how, UP)


def test_a_pillar_needs_half_of_its_weight_known() -> None:
    norm = pd.DataFrame({"a": [1.0, 1.0, NAN], "b": [0.0, NAN, NAN], "c": [0.5, NAN, 1.0]})
    pillar = {"a": "x", "b": "x", "c": "y"}
    scores, coverage = pillar_scores(norm, pillar, {"a": 1, "b": 1, "c": 1})
    assert coverage["x"].tolist() == [1, 0.5, 0]
    assert scores["x"].tolist()[:2] == [0.5, 1.0]
    assert np.isnan(scores.loc[2, "x"])
    few, _ = pillar_scores(norm, pillar, {"a": 1, "b": 1.5, "c": 1})
    assert MIN_COVERAGE > 0.4
    assert np.isnan(few.loc[1, "x"])
    assert total_score(scores, {"x": 1, "y": 3}).iloc[0] == pytest.approx(0.5)


@given(
    arrays.arrays(float, (6, 3), elements=st.floats(0, 1)),
    st.integers(0, 5),
    st.integers(0, 2),
    st.floats(0, 1),
)
def test_more_cooperation_never_lowers_a_score_or_rank(
    block: np.ndarray, row: int, column: int, more: float
) -> None:
    names = ["a", "b", "c"]
    pillar = {"a": "x", "b": "x", "c": "y"}
    ones = dict.fromkeys(names, 1.0)

    def total(values: np.ndarray) -> pd.Series:
        table = pd.DataFrame(values, columns=names)
        scaled = normalise(table, dict.fromkeys(names, "flag"), dict.fromkeys(names, 1))
        return total_score(pillar_scores(scaled, pillar, ones)[0], {"x": 1, "y": 1})

    raised = block.copy()
    raised[row, column] = min(1.0, raised[row, column] + more)
    before, after = total(block), total(raised)
    assert after.iloc[row] >= before.iloc[row] - 1e-12
    assert (after.drop(row) - before.drop(row)).abs().max() < 1e-12


def test_ranks_under_other_weights() -> None:
    scores = pd.DataFrame({"x": [1.0, 0.0, 0.4], "y": [1.0, 0.0, 0.6]}, index=list("ABC"))
    ranges = rank_ranges(scores, draws=200, seed=3)
    assert ranges.loc["A"].tolist() == [1, 1, 1]  # best on both, whatever the weights
    assert ranges.loc["B"].tolist() == [3, 3, 3]
    crossed = pd.DataFrame({"x": [1.0, 0.0], "y": [0.0, 1.0]})
    assert rank_ranges(crossed, draws=200, seed=3)["rank_low"].tolist() == [1, 1]
    pd.testing.assert_frame_equal(ranges, rank_ranges(scores, draws=200, seed=3))
    with pytest.raises(InputError, match="draws 0"):
        rank_ranges(scores, draws=0)


def test_rank_correlation_against_closed_form() -> None:
    one = pd.Series([1.0, 2, 3, 4, 5], index=list("ABCDE"))
    other = pd.Series([2.0, 1, 4, 3, 5, 9], index=list("ABCDEF"))
    squared = ((one - other[list("ABCDE")]) ** 2).sum()
    expected = 1 - 6 * squared / (5 * 24)
    assert spearman(one, other) == (pytest.approx(expected), 5)
    assert np.isnan(spearman(one[:2], other)[0])


def test_weights_of_pillars() -> None:
    assert _weights(None) == dict.fromkeys(_weights(None), 0.2)
    assert _weights({"trade": 0, "people": 0})["policy"] == pytest.approx(1 / 3)
    for wrong, said in (({"trad": 1}, "Did you mean 'trade'"), ({"trade": -1}, "0 or more")):
        with pytest.raises(InputError, match=said):
            _weights(wrong)


def test_a_card_may_be_changed_without_changing_the_next() -> None:
    first = scorecard(draws=5)
    before = first.values.copy()
    first.values.loc[:, "fta"] = 1.0
    first.indicators.loc[:, "weight"] = 0.0
    pd.testing.assert_frame_equal(scorecard(draws=5).values, before)


def test_what_a_list_names_without_a_date_is_not_known_earlier() -> None:
    """An economy that a partial list names was not nowhere before: it is not known."""
    early, now = values(date(2014, 1, 1)), values()
    undated = [
        code for code in now.index[now["luban"] == 1]
        if facts.standing("luban", "CHN", code, date(2014, 1, 1)).state == "unknown"
    ]  # fmt: skip
    assert undated
    assert early.loc[undated, "luban"].isna().all()
    assert early.loc["BTN", "luban"] == 0  # not named at all
