"""Anderson acceleration of a fixed point (type II, regularised normal equations)."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

__all__ = ["Anderson"]

Array = npt.NDArray[np.float64]


class Anderson:
    """Proposes the next point of ``x = g(x)`` from the last few points and residuals.

    Walker and Ni (2011), SIAM Journal on Numerical Analysis 49(4). Memory is dropped when the
    residual has grown tenfold over the best seen, which is what makes it safe far from the
    solution.

    Parameters
    ----------
    depth
        Number of earlier points used.
    mixing
        Share of the residual taken as a step.
    """

    def __init__(self, depth: int, mixing: float = 1.0) -> None:
        self.mixing = mixing
        self._points: deque[Array] = deque(maxlen=depth + 1)
        self._residuals: deque[Array] = deque(maxlen=depth + 1)
        self._best = np.inf

    def step(self, point: Array, image: Array) -> Array:
        """Next point, given ``image = g(point)``; arrays of any one shape."""
        x = point.ravel()
        f = image.ravel() - x
        size = float(np.abs(f).max())
        if size > 10.0 * self._best:
            self._points.clear()
            self._residuals.clear()
        self._best = min(self._best, size)
        self._points.append(x.copy())
        self._residuals.append(f)
        if len(self._points) == 1:
            return (x + self.mixing * f).reshape(point.shape)
        dx = np.diff(np.asarray(self._points), axis=0)
        df = np.diff(np.asarray(self._residuals), axis=0)
        gram = df @ df.T
        gram[np.diag_indices_from(gram)] *= 1.0 + 1e-12
        gram[np.diag_indices_from(gram)] += 1e-300
        try:
            weight = np.linalg.solve(gram, df @ f)
        except np.linalg.LinAlgError:
            weight = np.zeros(len(df))
        step = self.mixing * f - weight @ (dx + self.mixing * df)
        return np.asarray((x + step).reshape(point.shape))
