r"""Logistic regression with a ridge, by iteratively reweighted least squares.

Maximises :math:`\sum_i y_i \eta_i - \ln(1 + e^{\eta_i}) - \tfrac{\lambda}{2} \sum_j \beta_j^2`,
:math:`\eta_i = \alpha + x_i \beta`. The intercept is not shrunk, so that fitted probabilities
average to the share of events (the score equation of the intercept).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beltroad.errors import ConvergenceError, InputError

__all__ = ["Logit", "fit"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Logit:
    """Fitted regression: ``intercept``, ``slopes`` (one a column), ``steps`` it took."""

    intercept: float
    slopes: Floats
    steps: int

    def probability(self, x: ArrayLike) -> Floats:
        """Probability of an event; ``x`` has shape (rows, columns)."""
        eta = self.intercept + np.asarray(x, np.float64) @ self.slopes
        return np.asarray(0.5 * (1 + np.tanh(eta / 2)), np.float64)


def fit(x: ArrayLike, event: ArrayLike, *, ridge: float = 1.0, limit: int = 100) -> Logit:
    """Fit by Newton steps.

    Parameters
    ----------
    x
        Predictors, shape (rows, columns), standardised by the caller.
    event
        0 or 1 for each row.
    ridge
        Penalty on the slopes, 0 or more; 0 fails where events can be told apart perfectly.

    Raises
    ------
    InputError
        If there are not both events and quiet rows, or a predictor is not finite.
    ConvergenceError
        If the steps do not settle.
    """
    table = np.asarray(x, np.float64)
    y = np.asarray(event, np.float64)
    if table.ndim != 2 or y.shape != (table.shape[0],):
        raise InputError(f"predictors have shape {table.shape}, events {y.shape}")
    if not np.all(np.isfinite(table)) or ridge < 0:
        raise InputError("predictors must be finite and the ridge 0 or more")
    if not 0 < y.sum() < y.size:
        raise InputError(f"{int(y.sum())} events in {y.size} rows: there must be some of both")
    design = np.column_stack([np.ones(y.size), table])
    penalty = np.r_[0.0, np.full(table.shape[1], ridge)]
    beta = np.r_[np.log(y.mean() / (1 - y.mean())), np.zeros(table.shape[1])]
    for step in range(1, limit + 1):
        p = 0.5 * (1 + np.tanh(design @ beta / 2))
        gradient = design.T @ (y - p) - penalty * beta
        weight = np.maximum(p * (1 - p), 1e-12)
        hessian = (design * weight[:, None]).T @ design + np.diag(penalty)
        move = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        # A step that is too long is halved until the likelihood no longer falls.
        size, before = 1.0, _likelihood(design, y, beta, penalty)
        while size > 1e-8 and _likelihood(design, y, beta + size * move, penalty) < before - 1e-12:
            size /= 2
        beta = beta + size * move
        if np.max(np.abs(size * move)) < 1e-9:
            return Logit(float(beta[0]), np.asarray(beta[1:], np.float64), step)
    raise ConvergenceError(f"the regression did not settle in {limit} steps; raise the ridge")


def _likelihood(design: Floats, y: Floats, beta: Floats, penalty: Floats) -> float:
    eta = design @ beta
    return float((y * eta - np.logaddexp(0, eta)).sum() - 0.5 * (penalty * beta**2).sum())
