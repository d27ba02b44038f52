"""How trade falls with distance: Poisson gravity with fixed effects of both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from beltroad.errors import DataError

__all__ = ["Friction", "covariates", "fit", "poisson"]

Array = npt.NDArray[np.float64]

NAMES = ("ln_distance", "common_border", "home")
# Coefficients outside these are noise of an industry with few flows, not friction.
BOUNDS = np.array([[-2.5, -0.2], [-0.5, 2.0], [0.0, 9.0]])
FEWEST = 200  # pairs with trade below which an industry takes the pooled coefficients


@dataclass(frozen=True)
class Friction:
    """Gravity by industry: ``flow[k, n, i] = exp(buyer + seller + covariates @ coefficient)``.

    Attributes
    ----------
    coefficient : (J, 3)
        On ln distance, common border and home.
    pooled : (J,)
        True where the coefficients are those of all goods, or of all services, together.
    """

    coefficient: Array
    pooled: npt.NDArray[np.bool_]

    def ease(self, x: Array) -> Array:
        """Exponent of the covariates ``x`` (N, N, 3), shape (J, N, N)."""
        return np.asarray(np.exp(np.einsum("nic,jc->jni", x, self.coefficient)))


def covariates(distance_km: Array, border: npt.NDArray[np.bool_]) -> Array:
    """Covariates of every pair, (N, N, 3): ln distance and border are 0 at home."""
    away = ~np.eye(len(distance_km), dtype=bool)
    if not (np.isfinite(distance_km[away]).all() and (distance_km[away] > 0).all()):
        raise DataError("distances between economies must be known and above zero")
    logs = np.zeros_like(distance_km)
    # Measured from 1,000 km, so that home is set beside a neighbour and not beside one km.
    logs[away] = np.log(distance_km[away] / 1000.0)
    return np.stack([logs, border & away, ~away], axis=2).astype(float)


def poisson(flow: Array, x: Array, *, tolerance: float = 1e-8, steps: int = 60) -> Array:
    """Pseudo maximum likelihood estimate of a gravity equation with two-way fixed effects.

    Parameters
    ----------
    flow : (N, N)
        Trade, ``[importer, exporter]``; zeros count.
    x : (N, N, C)
        Covariates.

    Returns
    -------
    ndarray (C,)
        Coefficients. Fixed effects are concentrated out: for given coefficients they are the
        factors that meet the margins, so each Newton step works on demeaned covariates.
    """
    keep_n, keep_i = flow.sum(axis=1) > 0, flow.sum(axis=0) > 0
    y, z = flow[np.ix_(keep_n, keep_i)], x[np.ix_(keep_n, keep_i)]
    y = y / y.sum()
    b = np.zeros(z.shape[2])
    column = np.ones(y.shape[1])
    for _ in range(steps):
        base = np.exp(z @ b)
        for _ in range(100):
            row = y.sum(axis=1) / (base @ column)
            update = y.sum(axis=0) / (base.T @ row)
            done = np.abs(update / column - 1).max() < 1e-9
            column = update
            if done:
                break
        mu = base * row[:, None] * column[None, :]
        within = _demean(z, mu)
        score = np.einsum("nic,ni->c", within, y - mu)
        hessian = np.einsum("nic,nid,ni->cd", within, within, mu)
        step = np.linalg.solve(hessian + 1e-12 * np.trace(hessian) * np.eye(len(b)), score)
        b = b + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < tolerance:
            break
    return np.asarray(b)


def _demean(z: Array, weight: Array, sweeps: int = 60) -> Array:
    """Covariates less their weighted means by row and by column, in turn."""
    out = z.copy()
    rows = np.maximum(weight.sum(axis=1), 1e-300)
    columns = np.maximum(weight.sum(axis=0), 1e-300)
    for _ in range(sweeps):
        out -= (np.einsum("nic,ni->nc", out, weight) / rows[:, None])[:, None, :]
        shift = np.einsum("nic,ni->ic", out, weight) / columns[:, None]
        out -= shift[None, :, :]
        if np.abs(shift).max() < 1e-10:
            break
    return out


def fit(flow: Array, x: Array, goods: npt.NDArray[np.bool_]) -> Friction:
    """Estimate friction for every industry.

    Parameters
    ----------
    flow : (J, N, N)
        Trade of each industry, ``[industry, importer, exporter]``.
    x : (N, N, 3)
        See `covariates`.
    goods : (J,)
        Goods and services are pooled apart where an industry has too few flows of its own.
    """
    pooled = {kind: poisson(flow[goods == kind].sum(axis=0), x) for kind in np.unique(goods)}
    coefficient = np.empty((len(flow), x.shape[2]))
    thin = np.zeros(len(flow), dtype=bool)
    for j, one in enumerate(flow):
        thin[j] = (one > 0).sum() < FEWEST
        b = pooled[goods[j]] if thin[j] else poisson(one, x)
        coefficient[j] = np.clip(b, BOUNDS[:, 0], BOUNDS[:, 1])
    return Friction(coefficient, thin)
