"""Lorenz curves of many economies: fit the forms, see which are valid, choose one, evaluate it.

The World Bank's rule for grouped data: of the general quadratic and the beta curve take the valid
one; if both are valid, the one with the smaller sum of squared errors over the points up to the
head count and the next one. A lognormal with the published Gini stands in where neither is valid
or no shares are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beltroad.normal import ndtr, ndtri
from beltroad.people.poverty import beta, gq, lognormal

__all__ = ["FORMS", "Curves", "fit_curves", "poverty", "slope"]

Array = NDArray[np.float64]
FORMS = ("gq", "beta", "lognormal")
GQ, BETA, LOGNORMAL = range(3)


@dataclass(frozen=True)
class Curves:
    """Fitted curves of some distributions.

    Attributes
    ----------
    p, share
        Points fitted: cumulative shares of people (points,) and income (rows, points).
    theta
        Parameters, shape (forms, rows, 3) in the order of :data:`FORMS`; the lognormal uses the
        first one, sigma.
    valid
        Shape (forms, rows).
    """

    p: Array
    share: Array
    theta: Array
    valid: NDArray[np.bool_]

    def error_below(self, form: int, headcount: Array) -> Array:
        """Squared errors over the points below ``headcount`` and the next one, by row.

        Where the head count is unknown all points count.
        """
        with np.errstate(invalid="ignore"):
            fitted = lorenz(np.full(len(self.share), form)[:, None], self.theta[form][:, None, :],
                            np.broadcast_to(self.p, self.share.shape))  # fmt: skip
        below = self.p < np.where(np.isnan(headcount), 2.0, headcount)[:, None]
        counted = below | np.concatenate([np.ones((len(below), 1), bool), below[:, :-1]], axis=1)
        return np.asarray(np.nansum((self.share - fitted) ** 2 * counted, axis=1))

    def choose(self, headcount: Array) -> NDArray[np.int64]:
        """Form of each row at a line with this head count (0-1); -1 where there is none."""
        good_gq, good_beta = self.valid[GQ], self.valid[BETA]
        nearer = self.error_below(GQ, headcount) <= self.error_below(BETA, headcount)
        return np.select(
            [good_gq & (nearer | ~good_beta), good_beta, self.valid[LOGNORMAL]],
            [GQ, BETA, LOGNORMAL],
            default=-1,
        )

    def gini(self) -> Array:
        """Gini index on 0-1 of each form and row."""
        sigma = self.theta[LOGNORMAL][:, 0]
        from_sigma = 2.0 * ndtr(sigma / np.sqrt(2.0)) - 1.0
        return np.stack([gq.gini(self.theta[GQ]), beta.gini(self.theta[BETA]), from_sigma])


def fit_curves(p: Array, share: Array, gini: Array) -> Curves:
    """Fit all forms to grouped data.

    Parameters
    ----------
    p
        Cumulative shares of people, rising, without 0 and 1, shape (points,).
    share
        Cumulative shares of income, shape (rows, points); NaN where unknown.
    gini
        Published Gini index on 0-100, shape (rows,); NaN where unknown.
    """
    points = np.broadcast_to(p, share.shape)
    sigma = np.full((len(gini), 3), np.nan)
    sigma[:, 0] = lognormal.sigma_from_gini(gini)
    theta = np.stack([gq.fit(points, share), beta.fit(points, share), sigma])
    good = np.stack([gq.valid(theta[GQ]), beta.valid(theta[BETA]), np.isfinite(sigma[:, 0])])
    return Curves(np.asarray(p), share, theta, good)


def _lognormal_slope(theta: Array, p: Array) -> Array:
    sigma = theta[..., 0]
    return np.asarray(np.exp(sigma * ndtri(p) - sigma**2 / 2.0))


_LORENZ = {
    GQ: gq.lorenz,
    BETA: beta.lorenz,
    LOGNORMAL: lambda theta, p: lognormal.lorenz(p, theta[..., 0]),
}
_SLOPE = {GQ: gq.slope, BETA: beta.slope, LOGNORMAL: _lognormal_slope}
_POVERTY = {
    GQ: gq.poverty,
    BETA: beta.poverty,
    LOGNORMAL: lambda theta, x: lognormal.poverty(x, theta[..., 0]),
}


def _each(
    functions: Mapping[int, Callable[..., Any]],
    form: NDArray[np.int64],
    theta: Array,
    x: Array,
    outputs: int,
) -> Array:
    """Evaluate every element by the function of its form; NaN where there is none."""
    x = np.asarray(x, dtype=float)
    shape = np.broadcast_shapes(form.shape, x.shape, theta.shape[:-1])
    form, x = np.broadcast_to(form, shape), np.broadcast_to(x, shape)
    theta = np.broadcast_to(theta, (*shape, 3))
    out = np.full((outputs, *shape), np.nan)
    for k, function in functions.items():
        if (here := (form == k) & np.isfinite(x)).any():
            out[:, here] = function(theta[here], x[here])
    return out


def lorenz(form: NDArray[np.int64], theta: Array, p: Array) -> Array:
    """Share of income of the poorest ``p``; elements may differ in form."""
    return np.asarray(_each(_LORENZ, form, theta, p, 1)[0])


def slope(form: NDArray[np.int64], theta: Array, p: Array) -> Array:
    """Income of the person at ``p`` over the mean; elements may differ in form."""
    return np.asarray(_each(_SLOPE, form, theta, p, 1)[0])


def poverty(form: NDArray[np.int64], theta: Array, ratio: Array) -> Array:
    """Head count, gap and severity (0-1) at line over mean: shape (3, ...)."""
    return _each(_POVERTY, form, theta, ratio, 3)
