"""Scorecard: how wide and deep an economy's cooperation with China is, over the five pillars.

Every indicator, its transformation and weight stand in the table ``scorecard_indicators``; values
carry their source, what is missing is shown and not filled in, and ranks come with the range they
have under other weights.
"""

from beltroad.policy.scorecard.card import Scorecard, scorecard
from beltroad.policy.scorecard.scoring import normalise, pillar_scores, total_score
from beltroad.policy.scorecard.sensitivity import published_ranks, rank_ranges
from beltroad.policy.scorecard.values import indicators, values

__all__ = [
    "Scorecard",
    "indicators",
    "normalise",
    "pillar_scores",
    "published_ranks",
    "rank_ranges",
    "scorecard",
    "total_score",
    "values",
]
