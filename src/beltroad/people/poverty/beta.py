"""The beta Lorenz curve ``L(p) = p - theta p^gamma (1 - p)^delta``, fitted in logs.

References
----------
Kakwani, N. (1980), On a class of poverty measures, Econometrica 48.
Datt, G. (1998), Computational tools for poverty measurement and analysis, IFPRI FCND Discussion
Paper 50: tables 1 and 2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from beltroad.people.poverty.leastsquares import solve_rows

__all__ = ["curvature", "fit", "gini", "inverse_slope", "lorenz", "poverty", "slope", "valid"]

Array = NDArray[np.float64]

#: Where the slope must not be negative and the curvature not either. With gamma < 1 the slope
#: falls without bound at 0, so the test starts at the poorest tenth of a per cent.
_SLOPE_AT = (0.001, 0.05)
_CURVATURE_AT = tuple(np.linspace(0.001, 0.999, 41).tolist())
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def fit(p: Array, share: Array) -> Array:
    """Parameters ``theta, gamma, delta`` of each row: OLS of ``ln(p - L)`` on ``ln p, ln(1-p)``.

    Shapes as in :func:`beltroad.people.poverty.gq.fit`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        target = np.log(p - share)
        regressors = np.stack([np.ones_like(share), np.log(p), np.log1p(-p)], axis=-1)
    found = solve_rows(regressors, target)
    found[:, 0] = np.exp(found[:, 0])
    return found


def _parts(theta: Array) -> tuple[Array, Array, Array]:
    return theta[..., 0], theta[..., 1], theta[..., 2]


def valid(theta: Array) -> NDArray[np.bool_]:
    """Whether the curve ends in (0, 0) and (1, 1), rises and is convex.

    The ends need gamma and delta above 0; slope and curvature are looked at on a grid from the
    poorest 0.1 % on.
    """
    good = np.asarray((theta > 0).all(axis=-1), dtype=bool)
    with np.errstate(invalid="ignore"):
        for at in _SLOPE_AT:
            good &= slope(theta, np.full(theta.shape[:-1], at)) >= 0
        for at in _CURVATURE_AT:
            good &= curvature(theta, np.full(theta.shape[:-1], at)) >= 0
    return good


def lorenz(theta: Array, p: Array) -> Array:
    """Share of income of the poorest ``p``."""
    t, g, d = _parts(theta)
    return p - t * p**g * (1.0 - p) ** d


def slope(theta: Array, p: Array) -> Array:
    """``L'(p)``: income of the person at ``p`` over the mean."""
    t, g, d = _parts(theta)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1.0 - t * p**g * (1.0 - p) ** d * (g / p - d / (1.0 - p))


def curvature(theta: Array, p: Array) -> Array:
    """``L''(p)``."""
    t, g, d = _parts(theta)
    with np.errstate(divide="ignore", invalid="ignore"):
        bracket = g * (1 - g) / p**2 + 2 * g * d / (p * (1 - p)) + d * (1 - d) / (1 - p) ** 2
        return t * p**g * (1.0 - p) ** d * bracket


def inverse_slope(theta: Array, ratio: Array) -> Array:
    """Head count at ``ratio`` = line / mean, by Newton's method inside a bracket.

    Works in the log odds of ``p``, where the slope is smooth at both ends; the bracket is halved
    wherever a Newton step would leave it.
    """
    low, high = np.full(ratio.shape, -14.0), np.full(ratio.shape, 14.0)
    s = np.zeros(ratio.shape)
    unknown = ~np.isfinite(ratio) | ~np.isfinite(theta).all(axis=-1)
    done = unknown.copy()
    for _ in range(60):
        p = 1.0 / (1.0 + np.exp(-s))
        over = slope(theta, p) - ratio
        low, high = np.where(over < 0, s, low), np.where(over < 0, high, s)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            step = s - over / (curvature(theta, p) * p * (1.0 - p))
            inside = (step > low) & (step < high)
        new = np.where(inside, step, 0.5 * (low + high))
        near = np.abs(new - s) < 1e-12 * np.maximum(1.0, np.abs(s))
        # What is found stays, so that a result does not hang on its neighbours.
        s = np.where(done, s, new)
        done |= near
        if done.all():
            break
    return np.where(unknown, np.nan, 1.0 / (1.0 + np.exp(-s)))


def poverty(theta: Array, ratio: Array) -> tuple[Array, Array, Array]:
    """Head count, gap and severity at ``ratio`` = line / mean.

    ``SPG = H - 2 L(H) / x + (1 / x^2) integral of L'^2 over 0..H`` with x the ratio. The integral
    is the one that Datt (1998, table 2) writes with incomplete beta functions.
    """
    h = inverse_slope(theta, ratio)
    share = np.clip(lorenz(theta, h), 0.0, h)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.clip(h - share / ratio, 0.0, h)
        severity = h - 2.0 * share / ratio + _squared_slope(theta, h) / ratio**2
    return h, gap, np.clip(severity, 0.0, gap)


def _squared_slope(theta: Array, h: Array) -> Array:
    """Integral of ``L'(p)^2`` from 0 to ``h`` by Gauss-Legendre quadrature.

    The integrand behaves as ``p^(2 gamma - 2)`` at 0 and as ``(1-p)^(2 delta - 2)`` at 1. The
    lower half is taken in ``u`` with ``p = (h/2) u^8`` and the upper in ``ln(1 - p)``: both smooth.
    """
    t = theta[..., None, :]
    u = 0.5 * (_NODES + 1.0)
    middle = (0.5 * h)[..., None]
    p = middle * u**8
    lower = (slope(t, p) ** 2 * 8.0 * middle * u**7 * (0.5 * _WEIGHTS)).sum(axis=-1)
    first, last = np.log1p(-middle), np.log1p(-np.minimum(h, 1.0 - 1e-12))[..., None]
    left = np.exp(first + (last - first) * u)
    upper = (slope(t, 1.0 - left) ** 2 * left * (first - last) * (0.5 * _WEIGHTS)).sum(axis=-1)
    return np.asarray(lower + upper)


def gini(theta: Array) -> Array:
    """Gini index on 0-1: ``2 theta B(1 + gamma, 1 + delta)``."""
    rows = theta.reshape(-1, 3)
    out = [_gini(*row) for row in rows.tolist()]
    return np.array(out, dtype=float).reshape(theta.shape[:-1])


def _gini(t: float, g: float, d: float) -> float:
    if not (g > -1 and d > -1):
        return math.nan
    return 2.0 * t * math.exp(math.lgamma(1 + g) + math.lgamma(1 + d) - math.lgamma(2 + g + d))
