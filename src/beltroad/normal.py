"""The normal distribution over arrays, from Python's own ``math`` and ``statistics``."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ndtr", "ndtri"]

_STANDARD = NormalDist()


def ndtr(x: ArrayLike) -> NDArray[np.float64]:
    """Probability that a standard normal variable is at most ``x``; NaN stays NaN."""
    values = np.asarray(x, np.float64)
    flat = [0.5 * math.erfc(-v / math.sqrt(2)) for v in values.ravel().tolist()]
    return np.array(flat, np.float64).reshape(values.shape)


def ndtri(p: ArrayLike) -> NDArray[np.float64]:
    """Quantile of the standard normal: -inf at 0, inf at 1, NaN outside and for NaN."""
    values = np.asarray(p, np.float64)
    flat = [_quantile(v) for v in values.ravel().tolist()]
    return np.array(flat, np.float64).reshape(values.shape)


def _quantile(p: float) -> float:
    if 0 < p < 1:
        return _STANDARD.inv_cdf(p)
    return {0.0: -math.inf, 1.0: math.inf}.get(p, math.nan)
