"""Head count, poverty gap and severity of a lognormal distribution, in closed form.

References
----------
Aitchison, J. and Brown, J. A. C. (1957), The Lognormal Distribution, Cambridge: ch. 11 for
``Gini = 2 Phi(sigma / sqrt 2) - 1`` and ch. 2 for partial moments, from which gap and severity
follow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beltroad.errors import InputError
from beltroad.normal import ndtr, ndtri

__all__ = ["headcount", "lorenz", "mean_from_headcount", "poverty", "sigma_from_gini"]

Array = NDArray[np.float64]


def sigma_from_gini(gini: ArrayLike) -> Array:
    """Return the standard deviation of log income that gives a lognormal this Gini index.

    Parameters
    ----------
    gini
        Gini index on 0-100, any shape.

    Returns
    -------
    ndarray
        ``sqrt(2) * Phi^-1((1 + G) / 2)`` with ``G = gini / 100``; NaN where ``gini`` is NaN.

    Raises
    ------
    InputError
        If a value is not in the open interval 0-100.
    """
    values = np.asarray(gini, dtype=float)
    wrong = ~np.isnan(values) & ((values <= 0.0) | (values >= 100.0))
    if wrong.any():
        raise InputError(
            f"gini must lie between 0 and 100 (in percent), found {values[wrong].flat[0]:g}"
        )
    return np.asarray(np.sqrt(2.0) * ndtri((1.0 + values / 100.0) / 2.0), dtype=float)


def headcount(line: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> Array:
    """Share of people below ``line`` when income is lognormal with ``mean`` and ``sigma``.

    Parameters
    ----------
    line, mean
        Poverty line and mean income per head in the same unit (USD a day, PPP).
    sigma
        Standard deviation of log income.

    Returns
    -------
    ndarray
        ``Phi(ln(line / mean) / sigma + sigma / 2)``, on 0-1, broadcast shape.
    """
    z, m, s = (np.asarray(a, dtype=float) for a in (line, mean, sigma))
    return np.asarray(ndtr(np.log(z / m) / s + s / 2.0), dtype=float)


def mean_from_headcount(line: ArrayLike, headcount_share: ArrayLike, sigma: ArrayLike) -> Array:
    """Mean income at which a lognormal has ``headcount_share`` below ``line``: the inverse.

    Parameters
    ----------
    line
        Poverty line, USD a day.
    headcount_share
        Share below the line, strictly between 0 and 1.
    sigma
        Standard deviation of log income.

    Returns
    -------
    ndarray
        ``line * exp(sigma^2 / 2 - sigma * Phi^-1(share))``, same unit as ``line``.
    """
    z, h, s = (np.asarray(a, dtype=float) for a in (line, headcount_share, sigma))
    return np.asarray(z * np.exp(s * s / 2.0 - s * ndtri(h)), dtype=float)


def lorenz(p: ArrayLike, sigma: ArrayLike) -> Array:
    """Share of income of the poorest ``p``: ``Phi(Phi^-1(p) - sigma)``."""
    return ndtr(ndtri(p) - np.asarray(sigma, dtype=float))


def poverty(ratio: ArrayLike, sigma: ArrayLike) -> tuple[Array, Array, Array]:
    """Head count, gap and severity (FGT 0, 1, 2) at ``ratio`` = line / mean, each on 0-1.

    With ``q = ln(ratio) / sigma + sigma / 2``: ``H = Phi(q)``,
    ``PG = H - Phi(q - sigma) / ratio`` and
    ``SPG = H - 2 Phi(q - sigma) / ratio + exp(sigma^2) Phi(q - 2 sigma) / ratio^2``.
    """
    x, s = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (ratio, sigma)))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        q = np.log(x) / s + s / 2.0
        h, one, two = ndtr(q), ndtr(q - s), ndtr(q - 2.0 * s)
        gap = h - one / x
        severity = h - 2.0 * one / x + np.exp(s * s) * two / (x * x)
    return h, np.clip(gap, 0.0, h), np.clip(severity, 0.0, np.clip(gap, 0.0, h))
