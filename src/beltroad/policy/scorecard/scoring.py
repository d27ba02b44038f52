"""From values to scores: normalisation, means within pillars, means over pillars.

Method as in the OECD and JRC Handbook on Constructing Composite Indicators (2008): skewed counts
are taken in logarithms, all is brought between 0 and 1 by the smallest and largest value, then
weighted arithmetic means, first within a pillar and then over pillars.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from beltroad.errors import DataError

__all__ = ["MIN_COVERAGE", "normalise", "pillar_scores", "total_score"]

# A pillar of which less than this share of the weights is known has no score.
MIN_COVERAGE = 0.5
_TRANSFORMS = ("flag", "linear", "log", "rank")


def normalise(
    values: pd.DataFrame, transform: Mapping[str, str], direction: Mapping[str, int]
) -> pd.DataFrame:
    """Indicators between 0 (least) and 1 (most cooperation); what is unknown stays unknown.

    Parameters
    ----------
    values
        Economies x indicators; NaN where not known.
    transform
        ``flag`` (is between 0 and 1 already), ``linear``, ``log`` (of 1 + value; value >= 0) or
        ``rank`` per indicator.
    direction
        1 where more is more cooperation, -1 where less is.

    Raises
    ------
    DataError
        If a transformation is unknown or a value lies outside what it takes.
    """
    out = {}
    for name in values.columns:
        column, how = values[name].astype(float), transform[name]
        if how not in _TRANSFORMS:
            raise DataError(
                f"indicator {name}: no transformation {how!r} ({', '.join(_TRANSFORMS)})"
            )
        if how == "flag":
            if not column.dropna().between(0, 1).all():
                raise DataError(f"indicator {name}: a flag outside 0 to 1")
            scaled = column
        else:
            if how == "log":
                if (column.dropna() < 0).any():
                    raise DataError(f"indicator {name}: a negative value has no logarithm")
                column = pd.Series(np.log1p(column.to_numpy()), index=column.index)
            elif how == "rank":
                column = column.rank()
            low, high = column.min(), column.max()
            # Where all economies are alike the indicator tells none from another: half for all.
            scaled = (column - low) / (high - low) if high > low else column * 0 + 0.5
        out[name] = 1 - scaled if direction[name] < 0 else scaled
    return pd.DataFrame(out, index=values.index)


def pillar_scores(
    normalised: pd.DataFrame, pillar: Mapping[str, str], weight: Mapping[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weighted means within pillars over what is known, and the share of weights that is known.

    Returns
    -------
    scores, coverage
        Economies x pillars. A score is NaN where coverage is below :data:`MIN_COVERAGE`.
    """
    names = list(normalised.columns)
    scores, coverage = {}, {}
    for each in dict.fromkeys(pillar[name] for name in names):
        columns = [name for name in names if pillar[name] == each]
        weights = np.array([weight[name] for name in columns], dtype=float)
        block = normalised[columns].to_numpy()
        known = np.isfinite(block)
        share = (known * weights).sum(axis=1) / weights.sum()
        with np.errstate(invalid="ignore"):
            mean = np.where(known, block, 0) @ weights / (known * weights).sum(axis=1)
        scores[each] = np.where(share >= MIN_COVERAGE, mean, np.nan)
        coverage[each] = share
    index = normalised.index
    return pd.DataFrame(scores, index=index), pd.DataFrame(coverage, index=index)


def total_score(scores: pd.DataFrame, weight: Mapping[str, float]) -> pd.Series:
    """Weighted mean over pillars; NaN where a pillar has no score."""
    weights = np.array([weight[name] for name in scores.columns], dtype=float)
    return pd.Series(scores.to_numpy() @ (weights / weights.sum()), index=scores.index)
