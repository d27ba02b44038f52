"""The scorecard and the published indices on the bundled tables."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.policy.scorecard import Scorecard, published_ranks, scorecard
from beltroad.policy.scorecard.card import PILLARS
from beltroad.policy.scorecard.sensitivity import FEWEST


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return scorecard()


def test_scores_and_ranks_belong_together(card: Scorecard) -> None:
    table = card.ranking
    assert len(table) > 150
    assert table[[*PILLARS, "score", "coverage"]].stack().between(0, 1).all()
    assert table["score"].is_monotonic_decreasing
    expected = table["score"].rank(ascending=False, method="min")
    assert table["rank"].tolist() == expected.astype(int).tolist()
    by_hand = sum(table[pillar] * card.weights[pillar] for pillar in PILLARS)
    np.testing.assert_allclose(table["score"], by_hand, rtol=1e-12)
    assert (table["rank_low"] <= table["rank_median"]).all()
    assert (table["rank_median"] <= table["rank_high"]).all()
    assert not {"CHN", "HKG", "MAC", "TWN"} & set(table.index)
    # Half of the weight of every pillar is known, or there is no rank.
    whole = card.coverage.ge(0.5).all(axis=1)
    assert set(table.index) == set(card.coverage.index[whole])


def test_economies_known_to_cooperate_more_stand_higher(card: Scorecard) -> None:
    """Neighbours with free trade, swap line and documents against those without any."""
    score = card.ranking["score"]
    for more in ("PAK", "KAZ", "SGP", "RUS"):
        for less in ("BTN", "GTM", "PRY"):
            assert score[more] > score[less], (more, less)
    assert card.values.loc["KAZ", "document"] == 1
    assert card.values.loc["BTN", "document"] == 0


def test_weights_move_the_score_towards_the_pillar(card: Scorecard) -> None:
    alone = scorecard(weights={"trade": 1} | dict.fromkeys(set(PILLARS) - {"trade"}, 0.0), draws=5)
    pd.testing.assert_series_equal(
        alone.ranking["score"].sort_index(), card.ranking["trade"].sort_index(), check_names=False
    )
    twice = scorecard(weights=dict.fromkeys(PILLARS, 2.0), draws=5)
    np.testing.assert_allclose(twice.ranking["score"], card.ranking["score"], rtol=1e-12)
    for bad in ({"speed": 1.0}, {"trade": -1.0}, dict.fromkeys(PILLARS, 0.0)):
        with pytest.raises(InputError, match="weights"):
            scorecard(weights=bad, draws=5)


def test_agreements_count_from_their_date(card: Scorecard) -> None:
    early = scorecard(date(2012, 1, 1), draws=5)
    known = early.values["document"].dropna()
    assert (known == 0).all()
    assert card.values["document"].sum() > 100
    assert early.values["fta"].sum() < card.values["fta"].sum()
    # Figures are those of their year whatever the date.
    pd.testing.assert_series_equal(early.values["trade_share"], card.values["trade_share"])


def test_ranks_hold_without_any_one_indicator(card: Scorecard) -> None:
    table = card.robustness.set_index("variant")
    assert len(table) == len(card.indicators) + 2
    assert table["rank_correlation"].between(0.9, 1).all()


def test_published_indices_are_read_the_right_way_round(card: Scorecard) -> None:
    published = evidence.load("published_indices")
    assert (published.groupby("index").size() >= 25).any()
    assert not published.duplicated(["index", "iso3"]).any()
    for name, group in published.groupby("index"):
        sign = -1 if group["measure"].iloc[0] == "rank" else 1
        same = pd.Series(sign * group["value"].to_numpy(), index=group["iso3"].to_numpy())
        found = published_ranks({"same": same, "turned": -same}).set_index(["index", "score"])
        expected = 1.0 if len(group) >= FEWEST else float("nan")
        figures = found.loc[name, "rank_correlation"]
        assert figures["same"] == pytest.approx(expected, nan_ok=True)
        assert figures["turned"] == pytest.approx(-expected, nan_ok=True)
        assert found.loc[(name, "same"), "economies"] == len(group)


def test_the_score_goes_with_the_widest_index_of_cooperation(card: Scorecard) -> None:
    """Positive; how close it is, and closeness to other indices, is reported and not required."""
    found = published_ranks({"score": card.ranking["score"]}).set_index("index")
    assert {"pku_2018", "doublethink_2022", "tii_2019"} <= set(found.index)
    assert found["rank_correlation"].dropna().between(-1, 1).all()
    assert found.loc["pku_2018", "economies"] == 10
    assert found.loc["pku_2018", "rank_correlation"] > 0
    assert found.loc["tii_2019", "economies"] >= 30
