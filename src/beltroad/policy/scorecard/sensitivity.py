"""How firm ranks are: other weights, one indicator less, other normalisation, other indices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError

__all__ = ["FEWEST", "published_ranks", "rank_ranges", "spearman"]

# Of fewer economies than this a rank correlation with a published index says nothing.
FEWEST = 10


def rank_ranges(
    scores: pd.DataFrame, *, draws: int = 1000, seed: int = 1, low: float = 0.05, high: float = 0.95
) -> pd.DataFrame:
    """Ranks under weights of pillars drawn evenly from all that add up to one.

    Parameters
    ----------
    scores
        Economies x pillars, without gaps.
    draws, seed
        Number of weights (a flat Dirichlet distribution) and seed of the generator.
    low, high
        Quantiles of ranks that are returned.

    Returns
    -------
    DataFrame
        Columns rank_low, rank_median, rank_high (1 is most cooperation).

    Raises
    ------
    InputError
        If there is no draw.
    """
    if draws < 1:
        raise InputError(f"draws {draws}: give 1 or more")
    weights = np.random.default_rng(seed).dirichlet(np.ones(scores.shape[1]), size=draws)
    totals = scores.to_numpy() @ weights.T
    ranks = (-totals).argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") + 1
    quantiles = np.quantile(ranks, [low, 0.5, high], axis=1)
    names = ["rank_low", "rank_median", "rank_high"]
    return pd.DataFrame(dict(zip(names, quantiles, strict=True)), index=scores.index)


def spearman(one: pd.Series, other: pd.Series) -> tuple[float, int]:
    """Rank correlation over the economies that both have, and their number.

    Ties share the mean of their ranks, so that an index of classes can be compared too.
    """
    both = pd.concat([one, other], axis=1, join="inner").dropna()
    if len(both) < 3:
        return float("nan"), len(both)
    first, second = both.iloc[:, 0].rank(), both.iloc[:, 1].rank()
    return float(np.corrcoef(first, second)[0, 1]), len(both)


def published_ranks(totals: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Rank correlation of our scores with each published index of ``published_indices``.

    Parameters
    ----------
    totals
        ``{name of a score: economies -> score}``, higher meaning more cooperation.

    Returns
    -------
    DataFrame
        Columns index, title, year, score, economies, rank_correlation (NaN for fewer economies
        than :data:`FEWEST`), source_title, source_url.
    """
    table = evidence.load("published_indices")
    rows = []
    for name, group in table.groupby("index", sort=True):
        # Published ranks count downwards; scores and classes upwards.
        sign = -1 if group["measure"].iloc[0] == "rank" else 1
        theirs = pd.Series(sign * group["value"].to_numpy(), index=group["iso3"].to_numpy())
        for score, ours in totals.items():
            correlation, shared = spearman(ours, theirs)
            if shared < FEWEST:
                correlation = float("nan")
            first = group.iloc[0]
            rows.append(
                (name, first["title"], int(first["year"]), score, shared, correlation,
                 first["source_title"], first["source_url"])
            )  # fmt: skip
    columns = ["index", "title", "year", "score", "economies", "rank_correlation",
               "source_title", "source_url"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
