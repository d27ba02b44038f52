r"""Which group of assumptions drives the answer: a split of the variance, and quantiles.

For each of n independent pairs of draws A and B, and each group g, a third draw C takes group g
from B and all else from A (pick-freeze). With d = f(A) - f(B), the sums over pairs

.. math::

    \text{total}_g = \frac{\sum (f(A) - f(C))^2}{\sum d^2}, \qquad
    \text{first}_g = 1 - \frac{\sum (f(B) - f(C))^2}{\sum d^2}, \qquad
    \text{share}_g = \tfrac12 (\text{first}_g + \text{total}_g)

estimate the total and the first-order index of Sobol, as ratios of the estimators of Jansen
(1999) and Saltelli and others (2010): a group that does nothing gets exactly 0, one that does all
gets exactly 1. The share is the Shapley effect of the group (Owen, 2014) where no more than two
groups act together; shares of an additive answer add up to exactly 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["QUANTILES", "quantiles", "shares", "variance_split"]

Array = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
RESAMPLES = 500
LEVEL = 0.9


def variance_split(
    own: Array, partner: Array, mixed: Array, groups: Sequence[str], *, seed: int = 0
) -> pd.DataFrame:
    """Split the variance of one answer by group.

    Parameters
    ----------
    own, partner : (n,)
        The answer at A and at B.
    mixed : (n, groups)
        At A with one group from B.
    seed
        Of the resampling of pairs behind the intervals.

    Returns
    -------
    DataFrame
        One row a group: ``group``, and ``share``, ``first``, ``total`` each with ``_low`` and
        ``_high`` (90 % bootstrap interval). NaN if the answer does not vary.
    """
    sums = _sums(own, partner, mixed)
    point = _indices(sums.sum(axis=0))
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 7])))
    count = len(sums)
    ends: dict[str, Array] = {name: np.full((2, len(groups)), np.nan) for name in point}
    if count > 1:
        weight = random.multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES)
        again = _indices(np.tensordot(weight.astype(float), sums, axes=1))
        tail = (1.0 - LEVEL) / 2.0
        for name, values in again.items():
            if np.isfinite(values).all(axis=1).any():
                ends[name] = np.asarray(np.nanquantile(values, [tail, 1.0 - tail], axis=0))
    out = pd.DataFrame({"group": list(groups)})
    for name, value in point.items():
        out[name], out[f"{name}_low"], out[f"{name}_high"] = value, ends[name][0], ends[name][1]
    return out


def shares(own: Array, partner: Array, mixed: Array) -> Array:
    """Only the shares, for many answers at once.

    ``own``, ``partner`` (n, answers), ``mixed`` (n, groups, answers); gives (groups, answers).
    """
    gap = own - partner
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = (gap[:, None, :] * (own[:, None, :] - mixed)).sum(axis=0)
        out = moved / (gap**2).sum(axis=0)
    return np.where(np.isfinite(out), out, np.nan)


def quantiles(values: Array, blocks: NDArray[np.intp] | None = None) -> dict[str, Array]:
    """Mean and quantiles over draws (the first axis), ``p5`` to ``p95``.

    With the ``blocks`` that draws belong to, ``mean_error`` too: the standard error of the mean
    from the spread of the means of blocks, which are independent; NaN for fewer than two. Draws
    without any answer are left out; an answer that other draws lack (gain over a cost of nothing)
    is NaN by itself.
    """
    values = np.where(np.isfinite(values), values, np.nan)
    keep = np.isfinite(values).reshape(len(values), -1).any(axis=1)
    known = values[keep]
    shape = values.shape[1:]
    none = np.full(shape, np.nan)
    out = {"mean": known.mean(axis=0) if len(known) else none}
    if blocks is not None:
        own = blocks[keep]
        labels = np.unique(own)
        if len(labels) > 1:
            size = np.array([(own == b).sum() for b in labels], float)
            mean = np.array([known[own == b].mean(axis=0) for b in labels])
            gap = (mean - out["mean"]) * (size / size.sum()).reshape(-1, *[1] * len(shape))
            scale = len(labels) / (len(labels) - 1)
            out["mean_error"] = np.sqrt(scale * (gap**2).sum(axis=0))
        else:
            out["mean_error"] = none
    found = np.quantile(known, QUANTILES, axis=0) if len(known) else [none] * len(QUANTILES)
    return out | {f"p{100 * q:g}": v for q, v in zip(QUANTILES, found, strict=True)}


def _sums(own: Array, partner: Array, mixed: Array) -> Array:
    """Squares by pair: d, then by group f(A) - f(C) and f(B) - f(C); (n, 1 + 2 groups)."""
    keep = np.isfinite(own) & np.isfinite(partner) & np.isfinite(mixed).all(axis=1)
    a, b, c = own[keep], partner[keep], mixed[keep]
    return np.concatenate(
        [(a - b)[:, None] ** 2, (a[:, None] - c) ** 2, (b[:, None] - c) ** 2], axis=1
    )


def _indices(sums: Array) -> dict[str, Array]:
    """Indices from sums over pairs; leading axes are kept."""
    groups = (sums.shape[-1] - 1) // 2
    whole = sums[..., :1]
    with np.errstate(invalid="ignore", divide="ignore"):
        total = sums[..., 1 : 1 + groups] / whole
        first = 1.0 - sums[..., 1 + groups :] / whole
    total, first = (np.where(np.isfinite(x), x, np.nan) for x in (total, first))
    return {"share": 0.5 * (first + total), "first": first, "total": total}
