"""Student's t and chi square for the t copula, without a library of special functions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from beltroad.risk.portfolio.recovery import beta_distribution

__all__ = ["shrinkage", "student_quantile"]

Floats = NDArray[np.float64]


def _below(t: float, freedom: int) -> float:
    """Probability of at most ``t``."""
    square = t * t
    x, y = freedom / (freedom + square), square / (freedom + square)
    half = 0.5 * beta_distribution(x, y, freedom / 2, 0.5)
    return half if t < 0 else 1 - half


def student_quantile(probability: Floats, freedom: int) -> Floats:
    """Quantiles of Student's t; infinite at 0 and 1."""
    found: dict[float, float] = {0.0: -math.inf, 1.0: math.inf, 0.5: 0.0}
    for p in set(probability.tolist()) - set(found):
        # The lower half is exact far out, where the upper one would lose digits.
        q = min(p, 1 - p)
        low, high = -1.0, 0.0
        while _below(low, freedom) > q:
            low *= 2
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if _below(middle, freedom) < q else (low, middle)
        found[p] = (low + high) / 2 if p < 0.5 else -(low + high) / 2
    return np.array([found[p] for p in probability.tolist()])


def shrinkage(freedom: int, nodes: int = 64) -> tuple[Floats, Floats]:
    """Roots of chi square over its degrees of freedom, with the weights of a sum over them.

    The density of the logarithm falls off so fast on both sides that equal steps are exact to
    nearly all digits. One value of 1 where there is no freedom (the normal copula).
    """
    if freedom == 0:
        return np.ones(1), np.ones(1)
    width = 9 * math.sqrt(2 / freedom) + 12 / freedom
    log = math.log(freedom) + np.linspace(-width, min(width, 3.5), nodes)
    weight = np.exp(freedom / 2 * log - np.exp(log) / 2)
    return np.sqrt(np.exp(log) / freedom), weight / weight.sum()
