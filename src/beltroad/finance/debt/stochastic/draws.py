r"""Shocks to the drivers of debt, drawn from a country's own history in one of three ways.

``bootstrap``
    Moving blocks of whole years (Künsch 1989): every year's vector stays together, so does what
    follows it within a block. History is closed to a circle (Politis and Romano 1992): otherwise
    the first and the last year would count half as often as the others.
``normal``
    :math:`e_t = \Phi e_{t-1} + u_t`, :math:`u_t \sim N(0, \Sigma)`, with a diagonal
    :math:`\Phi` between 0 and a cap, :math:`e_0 = 0`.
``student``
    The same with :math:`u_t = \sqrt{(\nu - 2) / \chi^2_\nu}\; z_t`: a multivariate Student t
    scaled to the same :math:`\Sigma`. One :math:`\chi^2` for all drivers of a year, so that they
    go wrong together.

Correlations are shrunk to zero by the intensity that their own sampling error asks for (Schäfer
and Strimmer 2005), :math:`\lambda = \sum_{k \ne l} \widehat{Var}(r_{kl}) / \sum_{k \ne l}
r_{kl}^2`: little where history is long, much where it is short.

Numbers come from the counter-based generator Philox, keyed by seed, country and block of paths:
neither threads nor other countries can change them, and more paths leave the first ones as they
are. ``normal`` and ``student`` share their normals, and come in pairs of opposite sign: both are
symmetric, so a pair centres the fan for the price of one draw. The bootstrap has no mirror: history
is not symmetric.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError, suggest
from beltroad.finance.debt.stochastic import kernels
from beltroad.finance.debt.stochastic.history import DRIVERS, History
from beltroad.finance.debt.stochastic.settings import FanSettings

__all__ = ["BLOCK", "METHODS", "Shocks", "persistence", "prepare", "shrunk_correlation"]

Array = NDArray[np.float64]
METHODS = ("bootstrap", "normal", "student")
# Paths with one generator; part of what a seed means.
BLOCK = 2500
_TWIN = (DRIVERS.index("external_interest"), DRIVERS.index("domestic_interest"))
# Keeps the matrix invertible where sampling error asks for no shrinkage at all.
_LEAST_SHRINKAGE = 1e-8


@dataclass(frozen=True)
class Shocks:
    r"""Ready to draw from.

    Attributes
    ----------
    iso3
        Country: part of the key of its random numbers.
    method
        One of ``METHODS``.
    table
        Bootstrap: deviations by year, shape (n, 7).
    block_years
        Length of a block.
    factor
        Normal, Student: lower triangle F with :math:`F F' = \Sigma`, shape (7, 7).
    persistence
        Diagonal of :math:`\Phi`, shape (7,).
    degrees_of_freedom
        Of the Student distribution.
    shrinkage
        Intensity, 0 to 1.
    """

    iso3: str
    method: str
    table: Array
    block_years: int
    factor: Array
    persistence: Array
    degrees_of_freedom: float
    shrinkage: float

    def block(self, seed: int, number: int, paths: int, years: int) -> Array:
        """Shocks of the first ``paths`` paths of block ``number``; (path, year, driver)."""
        random = _generator(seed, self.iso3, number)
        shape = (paths, years, len(DRIVERS))
        drawn = np.empty(shape)
        if self.method == "bootstrap":
            blocks = -(-years // self.block_years)
            starts = random.integers(0, len(self.table), (paths, blocks))
            kernels.resample(starts, self.table, self.block_years, drawn)
            return drawn
        pairs = -(-paths // 2)
        normals = random.standard_normal((pairs, *shape[1:]))
        mix = np.empty((0, 0))
        if self.method == "student":
            # A generator of its own, so that the normals do not depend on the number of paths.
            chi2 = _generator(seed, self.iso3, number, "chi2")
            nu = self.degrees_of_freedom
            mix = np.sqrt((nu - 2) / chi2.chisquare(nu, (pairs, years)))
        kernels.correlate(normals, mix, self.factor, self.persistence, drawn)
        return drawn


def prepare(history: History, method: str, settings: FanSettings) -> Shocks:
    """What ``method`` needs of a history.

    Raises
    ------
    InputError
        If there is no such method.
    """
    if method not in METHODS:
        raise InputError(f"no method {method!r} for fans. {suggest(method, METHODS)}")
    phi = persistence(history, settings.persistence_cap)
    factor, intensity = _factor(history, phi)
    return Shocks(
        history.iso3, method, history.values, settings.block_years, factor, phi,
        settings.degrees_of_freedom, intensity,
    )  # fmt: skip


def persistence(history: History, cap: float) -> Array:
    r"""First-order autocorrelation of each driver, held between 0 and ``cap``.

    Corrected for its bias in short series, :math:`\hat\rho + (1 + 3 \hat\rho) / n` (Marriott and
    Pope 1954, Kendall 1954); pairs are years that follow each other.
    """
    now, before = _pairs(history)
    rho = np.zeros(len(DRIVERS))
    if not len(now):
        return rho
    variance = (before**2).sum(axis=0)
    known = variance > 0
    rho[known] = (now * before).sum(axis=0)[known] / variance[known]
    rho[known] += (1 + 3 * rho[known]) / len(now)
    return np.clip(rho, 0.0, cap)


def shrunk_correlation(values: Array) -> tuple[Array, float]:
    """Correlations shrunk to zero, and the intensity; ``values`` (n, k) have variance."""
    n, k = values.shape
    z = values - values.mean(axis=0)
    z = z / np.sqrt((z**2).sum(axis=0) / (n - 1))
    products = z[:, :, None] * z[:, None, :]
    mean = products.mean(axis=0)
    correlation = mean * n / (n - 1)
    variance = ((products - mean) ** 2).sum(axis=0) * n / (n - 1) ** 3
    off = ~np.eye(k, dtype=bool)
    squares = float((correlation[off] ** 2).sum())
    intensity = float(variance[off].sum()) / squares if squares > 0 else 1.0
    intensity = min(1.0, max(_LEAST_SHRINKAGE, intensity))
    shrunk = np.where(off, (1 - intensity) * correlation, 1.0)
    return shrunk, intensity


def _factor(history: History, phi: Array) -> tuple[Array, float]:
    """Factor of the covariance of innovations; zero rows for drivers that do not move."""
    now, before = _pairs(history)
    innovations = now - phi * before
    factor = np.zeros((len(DRIVERS), len(DRIVERS)))
    spread = innovations.std(axis=0, ddof=1) if len(now) > 1 else np.zeros(len(DRIVERS))
    # A series that only rounding moves has no correlation to speak of.
    moving = np.flatnonzero(spread > 1e-12)
    if history.shared_interest:
        # One driver under two names: it counts once, and its twin repeats it draw by draw.
        moving = moving[moving != _TWIN[1]]
    if not len(moving):
        return factor, 0.0
    correlation, intensity = shrunk_correlation(innovations[:, moving])
    factor[np.ix_(moving, moving)] = np.linalg.cholesky(correlation) * spread[moving][:, None]
    if history.shared_interest:
        factor[_TWIN[1]] = factor[_TWIN[0]]
    return factor, intensity


def _pairs(history: History) -> tuple[Array, Array]:
    follows = np.flatnonzero(np.diff(history.years) == 1) + 1
    return history.values[follows], history.values[follows - 1]


def _generator(seed: int, iso3: str, number: int, part: str = "") -> np.random.Generator:
    text = f"debt fan|{seed}|{iso3}|{number}|{part}"
    key = np.frombuffer(hashlib.blake2b(text.encode(), digest_size=16).digest(), np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
