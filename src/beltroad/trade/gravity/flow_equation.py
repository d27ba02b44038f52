"""Pseudo maximum likelihood with a log link and without absorbed effects, in plain NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from beltroad.errors import ConvergenceError, InputError

__all__ = ["FAMILIES", "clustered_covariance", "fit_flow_equation"]

Array = npt.NDArray[np.float64]
STEPS = 200
# Power of the mean to which the variance is taken to be proportional.
FAMILIES = {"poisson": 1.0, "gamma": 2.0}


def fit_flow_equation(
    flow: Array, x: Array, family: str = "poisson", *, tolerance: float = 1e-11
) -> tuple[Array, Array]:
    """Coefficients (terms,) and fitted flows (rows,) by iterated weighted least squares.

    Parameters
    ----------
    flow : (rows,)
        Not below zero; zeros count in both families.
    x : (rows, terms)
        Regressors and a column of ones.
    family
        ``poisson`` makes fitted flows add up to actual ones and gives large flows most weight;
        ``gamma`` gives all flows the same weight in proportion (Santos Silva and Tenreyro 2006).

    Raises
    ------
    InputError
        If the family is unknown or the regressors are collinear.
    ConvergenceError
        If the fitted flows do not settle.
    """
    if family not in FAMILIES:
        raise InputError(f"family {family!r}: choose from {', '.join(FAMILIES)}")
    if not np.abs(x).max(axis=0).all():
        raise InputError("gravity: a regressor is zero in every row used; drop it")
    if np.linalg.matrix_rank(x / np.linalg.norm(x, axis=0)) < x.shape[1]:
        raise InputError("gravity: regressors are collinear; drop one that the others determine")
    mean = float(flow.mean())
    y = flow / mean
    mu = (y + 1.0) / 2
    eta = np.log(mu)
    for _ in range(STEPS):
        root = np.sqrt(mu ** (2.0 - FAMILIES[family]))
        z = eta + y / mu - 1.0
        beta = np.linalg.lstsq(x * root[:, None], z * root, rcond=None)[0]
        new = np.clip(x @ beta, -200.0, 200.0)
        step, eta = float(np.abs(new - eta).max()), new
        mu = np.exp(eta)
        if step <= tolerance * (1.0 + float(np.abs(eta).max())):
            whole = np.linalg.lstsq(x, np.full(len(x), np.log(mean)), rcond=None)[0]
            return beta + whole, np.asarray(mu * mean)
    raise ConvergenceError(
        f"gravity: the equation did not settle in {STEPS} steps; drop regressors that are "
        "non-zero only where there is no trade"
    )


def clustered_covariance(
    flow: Array, fitted: Array, x: Array, cluster: npt.NDArray[np.int64], family: str = "poisson"
) -> Array:
    """Sandwich covariance with clusters, times G / (G - 1); shape (terms, terms)."""
    weight = fitted ** (1.0 - FAMILIES[family])
    bread = np.linalg.inv(x.T @ (x * (weight * fitted)[:, None]))
    scores = x * (weight * (flow - fitted))[:, None]
    _, place = np.unique(cluster, return_inverse=True)
    size = int(place.max()) + 1
    sums = np.column_stack([np.bincount(place, s, size) for s in scores.T])
    return np.asarray(bread @ (sums.T @ sums) @ bread * (size / (size - 1)))
