"""Ordinary least squares for many small problems at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["solve_rows"]

Array = NDArray[np.float64]


def solve_rows(regressors: Array, target: Array) -> Array:
    """Coefficients of each row's regression.

    Parameters
    ----------
    regressors
        Shape (rows, points, coefficients).
    target
        Shape (rows, points). Points with a NaN anywhere are left out.

    Returns
    -------
    ndarray
        Shape (rows, coefficients); NaN where points are fewer than coefficients.
    """
    known = np.isfinite(target) & np.isfinite(regressors).all(axis=-1)
    x = np.where(known[..., None], regressors, 0.0)
    y = np.where(known, target, 0.0)
    found = np.einsum("rcp,rp->rc", np.linalg.pinv(x), y)
    enough = known.sum(axis=-1) >= regressors.shape[-1]
    return np.where(enough[:, None], found, np.nan)
