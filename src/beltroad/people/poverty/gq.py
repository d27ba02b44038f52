r"""The general quadratic Lorenz curve, fitted by least squares and evaluated in closed form.

The curve is the part of a conic that runs through (0, 0) and (1, 1):
``L (1 - L) = a (p^2 - L) + b L (p - 1) + c (p - L)``. With ``e = -(a + b + c + 1)``,
``m = b^2 - 4a``, ``n = 2be - 4c`` and ``r = sqrt(n^2 - 4 m e^2)``,
``L(p) = -[b p + e + sqrt(m p^2 + n p + e^2)] / 2``.

References
----------
Villasenor, J. and Arnold, B. C. (1989), Elliptical Lorenz curves, Journal of Econometrics 40.
Datt, G. (1998), Computational tools for poverty measurement and analysis, IFPRI FCND Discussion
Paper 50: tables 1 and 2, section 4 (conditions).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beltroad.people.poverty.leastsquares import solve_rows

__all__ = ["curvature", "fit", "gini", "inverse_slope", "lorenz", "poverty", "slope", "valid"]

Array = NDArray[np.float64]


def fit(p: Array, share: Array) -> Array:
    """Coefficients ``a, b, c`` of each row by OLS without constant.

    Parameters
    ----------
    p, share
        Cumulative shares of people and of income, shape (rows, points), without (1, 1);
        NaN points are left out.

    Returns
    -------
    ndarray
        Shape (rows, 3); NaN where fewer than three points are given.
    """
    regressors = np.stack([p**2 - share, share * (p - 1.0), p - share], axis=-1)
    return solve_rows(regressors, share * (1.0 - share))


def _constants(theta: Array) -> tuple[Array, Array, Array, Array]:
    a, b, c = theta[..., 0], theta[..., 1], theta[..., 2]
    e = -(a + b + c + 1.0)
    m = b * b - 4.0 * a
    n = 2.0 * b * e - 4.0 * c
    with np.errstate(invalid="ignore"):
        r = np.sqrt(n * n - 4.0 * m * e * e)
    return e, m, n, r


def valid(theta: Array) -> NDArray[np.bool_]:
    """Whether the curve is a Lorenz curve: ends in (0, 0) and (1, 1), rises and is convex.

    Datt's conditions: ``e < 0`` (through the origin), ``a + c >= 1`` (through (1, 1)), ``c >= 0``
    (slope not negative at 0) and ``m < 0``, or ``0 < m < n^2 / 4e^2`` with ``n >= 0`` or
    ``m < -n / 2`` (convex).
    """
    a, c = theta[..., 0], theta[..., 2]
    e, m, n, r = _constants(theta)
    with np.errstate(invalid="ignore", divide="ignore"):
        hyperbola = (m > 0) & (m < n * n / (4.0 * e * e)) & ((n >= 0) | (m < -n / 2.0))
        # Where m is next to 0 the closed forms below divide by it.
        convex = (np.abs(m) > 1e-9) & ((m < 0) | hyperbola)
        return np.asarray((e < 0) & (a + c >= 1.0) & (c >= 0) & convex & (r > 0), dtype=bool)


def _root(theta: Array, p: Array) -> Array:
    e, m, n, _ = _constants(theta)
    return np.sqrt(np.maximum(m * p * p + n * p + e * e, 0.0))


def lorenz(theta: Array, p: Array) -> Array:
    """Share of income of the poorest ``p``."""
    e = _constants(theta)[0]
    return -0.5 * (theta[..., 1] * p + e + _root(theta, p))


def slope(theta: Array, p: Array) -> Array:
    """``L'(p)``: income of the person at ``p`` over the mean."""
    _, m, n, _ = _constants(theta)
    with np.errstate(divide="ignore"):
        return -0.5 * theta[..., 1] - (2.0 * m * p + n) / (4.0 * _root(theta, p))


def curvature(theta: Array, p: Array) -> Array:
    """``L''(p) = r^2 / (8 (m p^2 + n p + e^2)^(3/2))``."""
    with np.errstate(divide="ignore"):
        return np.asarray(_constants(theta)[3] ** 2 / (8.0 * _root(theta, p) ** 3))


def inverse_slope(theta: Array, ratio: Array) -> Array:
    """Head count at ``ratio`` = line / mean: where the slope reaches it, on 0-1."""
    _, m, n, r = _constants(theta)
    b = theta[..., 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        k = b + 2.0 * ratio
        h = -(n + r * k / np.sqrt(k * k - m)) / (2.0 * m)
    lowest, highest = (slope(theta, np.full(ratio.shape, at)) for at in (0.0, 1.0))
    h = np.where(ratio <= lowest, 0.0, np.where(ratio >= highest, 1.0, h))
    return np.clip(h, 0.0, 1.0)


def poverty(theta: Array, ratio: Array) -> tuple[Array, Array, Array]:
    """Head count, gap and severity at ``ratio`` = line / mean (Datt 1998, table 2)."""
    a, b = theta[..., 0], theta[..., 1]
    _, m, n, r = _constants(theta)
    h = inverse_slope(theta, ratio)
    share = np.clip(lorenz(theta, h), 0.0, h)
    s1, s2 = (r - n) / (2.0 * m), -(r + n) / (2.0 * m)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = h - share / ratio
        log = np.log((1.0 - h / s1) / (1.0 - h / s2))
        severity = 2.0 * gap - h - (a * h + b * share - r / 16.0 * log) / ratio**2
    gap = np.clip(np.where(h > 0, gap, 0.0), 0.0, h)
    return h, gap, np.clip(np.where(h > 0, severity, 0.0), 0.0, gap)


def gini(theta: Array) -> Array:
    """Gini index on 0-1: ``1 - 2`` times the area under the curve (Datt 1998, table 2)."""
    a, b, c = theta[..., 0], theta[..., 1], theta[..., 2]
    e, m, n, r = _constants(theta)
    end = np.abs(a + c - 1.0)
    common = 1.0 + b / 2.0 + e + (2.0 * m + n) / (4.0 * m) * end - n * np.abs(e) / (4.0 * m)
    with np.errstate(invalid="ignore", divide="ignore"):
        # The antiderivative of sqrt(m p^2 + n p + e^2): arcsine for an ellipse, log otherwise.
        turn = np.arcsin(np.clip((2.0 * m + n) / r, -1.0, 1.0)) - np.arcsin(np.clip(n / r, -1, 1))
        ellipse = r**2 / (8.0 * m * np.sqrt(-m)) * turn
        half = np.sqrt(m)
        log = np.log(np.abs((2.0 * m + n + 2.0 * half * end) / (n + 2.0 * half * np.abs(e))))
        hyperbola = -(r**2) / (8.0 * half**3) * log
    return np.asarray(common + np.where(m < 0, ellipse, hyperbola))
