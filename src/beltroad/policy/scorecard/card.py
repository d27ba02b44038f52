"""The scorecard as a whole: values, scores, coverage, ranks and their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.policy.scorecard.scoring import normalise, pillar_scores, total_score
from beltroad.policy.scorecard.sensitivity import rank_ranges, spearman
from beltroad.policy.scorecard.values import indicators, values

__all__ = ["PILLARS", "Scorecard", "scorecard"]

PILLARS = ("policy", "infrastructure", "trade", "finance", "people")


@dataclass(frozen=True)
class Scorecard:
    """Scores of all economies, and what they rest on.

    Attributes
    ----------
    ranking
        One row an economy that has all five pillar scores: iso3 (index), the five pillars, score
        (0 to 1), rank, rank_low, rank_median, rank_high (5 to 95 % over weights), coverage.
    scores, coverage
        Economies x pillars; scores are NaN where too little is known.
    values, normalised
        Economies x indicators, in own units and between 0 and 1.
    indicators
        The table ``scorecard_indicators`` with the weights in effect.
    weights
        Weight of each pillar, adding up to one.
    robustness
        Rank correlation of the score with the one without each indicator, with each indicator as
        ranks, and with the geometric mean over pillars: variant, rank_correlation, largest_move.
    """

    ranking: pd.DataFrame
    scores: pd.DataFrame
    coverage: pd.DataFrame
    values: pd.DataFrame
    normalised: pd.DataFrame
    indicators: pd.DataFrame
    weights: dict[str, float]
    robustness: pd.DataFrame


def scorecard(
    on: date | None = None,
    weights: Mapping[str, float] | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
) -> Scorecard:
    """Score every economy's cooperation with China over the five pillars.

    Parameters
    ----------
    on
        Date for agreements; None for the latest state.
    weights
        Weight per pillar, not negative, at least one positive; pillars left out have weight 1.
        Default: equal.
    draws, seed
        For the range of ranks under other weights.

    Raises
    ------
    InputError
        If a pillar is unknown or the weights cannot be used.
    """
    shares = _weights(weights)
    about = indicators()
    raw = _values(on).copy()  # the caller may change what is handed out
    transform = dict(zip(about["indicator"], about["transform"], strict=True))
    direction = {k: int(v) for k, v in zip(about["indicator"], about["direction"], strict=True)}
    pillar = dict(zip(about["indicator"], about["pillar"], strict=True))
    weight = {k: float(v) for k, v in zip(about["indicator"], about["weight"], strict=True)}
    normalised = normalise(raw, transform, direction)
    scores, coverage = pillar_scores(normalised, pillar, weight)
    scores, coverage = scores[list(PILLARS)], coverage[list(PILLARS)]
    whole = scores.dropna()
    total = total_score(whole, shares)
    ranking = whole.assign(
        score=total,
        rank=total.rank(ascending=False, method="min").astype(int),
        coverage=coverage.loc[whole.index].mean(axis=1),
    ).join(rank_ranges(whole, draws=draws, seed=seed))
    ranking = ranking.sort_values(["rank", "score"], ascending=[True, False], kind="stable")
    variants = {"pillars: geometric mean": np.exp(_logs(whole) @ pd.Series(shares))}
    ranked = normalise(
        raw, {k: "rank" if v != "flag" else v for k, v in transform.items()}, direction
    )
    variants["indicators: ranks instead of values"] = total_score(
        pillar_scores(ranked, pillar, weight)[0][list(PILLARS)].dropna(), shares
    )
    for name in raw.columns:
        rest = normalised.drop(columns=name)
        if pillar[name] in {pillar[each] for each in rest.columns}:
            less = pillar_scores(rest, pillar, weight)[0][list(PILLARS)].dropna()
            variants[f"without {name}"] = total_score(less, shares)
    return Scorecard(ranking, scores, coverage, raw, normalised, about, shares,
                     _robustness(total, variants))  # fmt: skip


@lru_cache(maxsize=4)
def _values(on: date | None) -> pd.DataFrame:
    return values(on)


def _weights(weights: Mapping[str, float] | None) -> dict[str, float]:
    """Shares of the pillars."""
    given = dict.fromkeys(PILLARS, 1.0) | {k: float(v) for k, v in (weights or {}).items()}
    for name in given:
        if name not in PILLARS:
            close = suggest(name, PILLARS)
            raise InputError(f"weights: no pillar {name!r:.40}. {close + ' ' if close else ''}"
                             f"Pillars: {', '.join(PILLARS)}")  # fmt: skip
    total = sum(given.values())
    if not all(np.isfinite(v) and v >= 0 for v in given.values()) or not total > 0:
        raise InputError(f"weights {given}: give numbers of 0 or more, not all 0")
    return {name: given[name] / total for name in PILLARS}


def _logs(scores: pd.DataFrame) -> pd.DataFrame:
    """Logarithms for the geometric mean; a score of nought counts as one hundredth."""
    return pd.DataFrame(np.log(scores.clip(lower=0.01)), index=scores.index, columns=scores.columns)


def _robustness(total: pd.Series, variants: Mapping[str, pd.Series]) -> pd.DataFrame:
    base = total.rank(ascending=False)
    rows = []
    for name, other in variants.items():
        correlation, _ = spearman(total, other)
        moves = (other.rank(ascending=False) - base).abs()
        rows.append((name, correlation, float(moves.max())))
    return pd.DataFrame(rows, columns=["variant", "rank_correlation", "largest_move"])
