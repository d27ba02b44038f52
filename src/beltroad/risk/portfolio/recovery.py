r"""Recovery of defaults: beta distributed around a mean, by bins of equal probability.

With mean m and dispersion v (variance v m (1 - m), 0 < v < 1) the beta distribution has

.. math:: a = m (1 / v - 1), \qquad b = (1 - m) (1 / v - 1).

Published recoveries are U-shaped: most contracts recover nearly all, some little. The dispersion
is chosen so that the published share of contracts recovers more than 90 per cent.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.risk.portfolio._kernels import BINS

__all__ = ["beta_distribution", "dispersion_of", "quantiles_of", "share_above"]

Floats = NDArray[np.float64]
_NODES = 1537


@njit(cache=True, nogil=True)
def _fraction(x: float, a: float, b: float) -> float:
    """Continued fraction of the incomplete beta function, by Lentz's method."""
    tiny = 1e-300
    c = 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 500):
        for even in (True, False):
            if even:
                top = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
            else:
                top = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
            d = 1.0 + top * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + top / c
            c = c if abs(c) > tiny else tiny
            h *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return h


@njit(cache=True, nogil=True)
def _distribution(x: float, y: float, a: float, b: float) -> float:
    """Probability of at most ``x`` under the beta distribution; ``y`` is 1 - x."""
    if x <= 0.0:
        return 0.0
    if y <= 0.0:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(y)
    )
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(y, b, a) / b


def _shape(mean: float, dispersion: float) -> tuple[float, float]:
    spread = 1.0 / dispersion - 1.0
    return mean * spread, (1.0 - mean) * spread


def share_above(mean: float, dispersion: float, level: float) -> float:
    """Share of defaults that recover more than ``level`` (a share)."""
    a, b = _shape(mean, dispersion)
    return 1.0 - float(_distribution(level, 1.0 - level, a, b))


def dispersion_of(mean: float, level: float, share: float) -> float:
    """Dispersion at which ``share`` of the defaults recover more than ``level``.

    Two dispersions can give one share: the wider, U-shaped one is meant, which exists for every
    share between that of the narrow one and the mean.

    Raises
    ------
    InputError
        If no dispersion does.
    """
    grid = np.linspace(0.02, 0.98, 193)
    gap = np.array([share_above(mean, v, level) - share for v in grid])
    crossed = np.nonzero((gap[:-1] < 0) != (gap[1:] < 0))[0]
    if not len(crossed):
        raise InputError(
            f"no beta distribution with mean {mean:g} has {share:.0%} above {level:g}; "
            f"the most is {share + gap.max():.0%}"
        )
    low, high = float(grid[crossed[-1]]), float(grid[crossed[-1] + 1])
    rising = gap[crossed[-1]] < 0
    for _ in range(60):
        middle = (low + high) / 2
        if (share_above(mean, middle, level) < share) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def quantiles_of(mean: Floats, dispersion: Floats) -> Floats:
    """Recoveries in the middle of equal parts of probability, with the mean kept exactly.

    Parameters
    ----------
    mean : (n,)
        Mean recoveries, shares from 0 to 1.
    dispersion : (n,)
        From 0 (certain) to below 1.

    Returns
    -------
    (n, BINS) array
        Rising along each row.
    """
    angle = np.linspace(0.0, math.pi / 2, _NODES)
    x, y = np.sin(angle) ** 2, np.cos(angle) ** 2
    y[-1] = 0.0
    middle = (np.arange(BINS) + 0.5) / BINS
    out = np.empty((len(mean), BINS))
    for row, (m, v) in enumerate(zip(mean.tolist(), dispersion.tolist(), strict=True)):
        if v <= 0.0 or m in (0.0, 1.0):
            out[row] = m
            continue
        a, b = _shape(m, v)
        below = np.array([_distribution(p, q, a, b) for p, q in zip(x, y, strict=True)])
        values = np.interp(middle, np.maximum.accumulate(below), x)
        got = values.mean()
        # Cutting into bins moves the mean by less than a thousandth; expected loss wants it exact.
        out[row] = values * (m / got) if got > m else 1.0 - (1.0 - values) * (1 - m) / (1 - got)
    return out


def beta_distribution(x: float, y: float, a: float, b: float) -> float:
    """Probability of at most ``x`` under the beta distribution; ``y`` must be 1 - x."""
    return float(_distribution(x, y, a, b))
