"""Loops over scenarios and exposures, compiled.

Every random number is a function of seed, scenario and place alone (SplitMix64 as a counter), so
that a scenario can be worked out again by itself, and neither the size of chunks nor the number of
threads changes a byte.
"""

# ruff: noqa: ANN001, ANN202
# mypy: ignore-errors
from __future__ import annotations

import math

import numpy as np
from numba import njit

__all__ = ["BINS", "PHI_BELOW", "PHI_TABLE", "contributions", "joint_loss", "losses"]

BINS = 1024
"""Equal parts of probability into which a distribution of recoveries is cut."""

# Normal probabilities on a grid: between two of its points the probability lies between theirs,
# so that most draws are decided by looking up, and the rest by the function itself. No rounding.
PHI_BELOW = 9.0
_STEPS = 128
PHI_TABLE = np.array(
    [0.5 * math.erfc(-(k / _STEPS - PHI_BELOW) / math.sqrt(2))
     for k in range(int(2 * PHI_BELOW * _STEPS) + 1)]
)  # fmt: skip

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_DEFAULTS = np.uint64(1)
_RECOVERIES = np.uint64(2)
_FACTORS = np.uint64(3)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 2.0**-53


@njit(cache=True, nogil=True)
def _mix(z):
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    return z ^ (z >> _31)


@njit(cache=True, nogil=True)
def _unit(key, place):
    """Uniform number strictly inside (0, 1)."""
    z = _mix(key + _GAMMA * np.uint64(place + 1))
    return (np.float64(z >> _11) + 0.5) * _TO_UNIT


@njit(cache=True, nogil=True)
def _key(seed, scenario, use):
    return _mix(_mix(seed + _GAMMA * use) + _GAMMA * np.uint64(scenario + 1))


@njit(cache=True, nogil=True)
def _normal(key, place):
    """Standard normal number (Box and Muller 1958)."""
    u, v = _unit(key, 2 * place), _unit(key, 2 * place + 1)
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


@njit(cache=True, nogil=True)
def _phi(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@njit(cache=True, nogil=True)
def _state(seed, scenario, loads, regions, sectors, country_region, freedom, base, by_sector):
    """Factors of one scenario: fills what countries and sectors add; returns global and scale."""
    key = _key(seed, scenario, _FACTORS)
    world = _normal(key, 0)
    place = 1
    for c in range(len(country_region)):
        base[c] = loads[0] * world + loads[2] * _normal(key, place + regions + c)
    if loads[1] != 0.0:
        for c in range(len(country_region)):
            base[c] += loads[1] * _normal(key, place + country_region[c])
    place += regions + len(country_region)
    for s in range(sectors):
        by_sector[s] = loads[3] * _normal(key, place + s)
    place += sectors
    scale = 1.0
    if freedom > 0:
        chi = 0.0
        for k in range(freedom):
            chi += _normal(key, place + k) ** 2
        scale = math.sqrt(chi / freedom)
    return world, scale


@njit(cache=True, nogil=True)
def _defaults(key, place, distance, table, below, steps):
    """Whether the uniform number of an obligor lies below the normal probability."""
    u = _unit(key, place)
    at = (distance + below) * steps
    if at <= 0.0:
        # Below the grid the probability is under 1e-18, less than the smallest number drawn.
        return False
    if at >= len(table) - 1:
        return u < _phi(distance)
    low = int(at)
    if u >= table[low + 1]:
        return False
    if u < table[low]:
        return True
    return u < _phi(distance)


@njit(cache=True, nogil=True)
def _recovered(key, place, world, tie, quantiles, row):
    """Recovery of a default: drawn by its own number, tied to the global factor where asked."""
    if tie == 0.0:
        p = _unit(key, place)
    else:
        p = _phi(tie * world + math.sqrt(1.0 - tie * tie) * _normal(key, place))
    return quantiles[row, min(int(p * quantiles.shape[1]), quantiles.shape[1] - 1)]


@njit(cache=True, nogil=True)
def losses(
    seed, first, last, loads, tie, freedom, regions, sectors, country_region, country, sector,
    obligor, threshold, amount, row, quantiles, table, below, out,
):  # fmt: skip
    """Loss of the portfolio in the scenarios ``first <= s < last``, into ``out``."""
    rest = 1.0 / math.sqrt(1.0 - (loads**2).sum())
    steps = (len(table) - 1) / (2.0 * below)
    base = np.empty(len(country_region))
    by_sector = np.empty(max(sectors, 1))
    for s in range(first, last):
        world, scale = _state(seed, s, loads, regions, sectors, country_region, freedom, base,
                              by_sector)  # fmt: skip
        key = _key(seed, s, _DEFAULTS)
        recovery_key = _key(seed, s, _RECOVERIES)
        total = 0.0
        for i in range(len(amount)):
            far = (threshold[i] * scale - base[country[i]] - by_sector[sector[i]]) * rest
            if _defaults(key, obligor[i], far, table, below, steps):
                total += amount[i] * (
                    1.0 - _recovered(recovery_key, i, world, tie, quantiles, row[i])
                )
        out[s - first] = total


@njit(cache=True, nogil=True)
def contributions(
    seed, scenarios, weights, loads, tie, freedom, regions, sectors, country_region, country,
    sector, obligor, threshold, amount, row, quantiles, table, below, out,
):  # fmt: skip
    """Weighted sums of the loss of each exposure over some scenarios, into ``out``.

    ``weights`` is (scenario, measure), ``out`` (measure, exposure).
    """
    rest = 1.0 / math.sqrt(1.0 - (loads**2).sum())
    steps = (len(table) - 1) / (2.0 * below)
    base = np.empty(len(country_region))
    by_sector = np.empty(max(sectors, 1))
    for n in range(len(scenarios)):
        s = scenarios[n]
        world, scale = _state(seed, s, loads, regions, sectors, country_region, freedom, base,
                              by_sector)  # fmt: skip
        key = _key(seed, s, _DEFAULTS)
        recovery_key = _key(seed, s, _RECOVERIES)
        for i in range(len(amount)):
            far = (threshold[i] * scale - base[country[i]] - by_sector[sector[i]]) * rest
            if _defaults(key, obligor[i], far, table, below, steps):
                lost = amount[i] * (
                    1.0 - _recovered(recovery_key, i, world, tie, quantiles, row[i])
                )
                for m in range(weights.shape[1]):
                    out[m, i] += weights[n, m] * lost


@njit(cache=True, nogil=True)
def joint_loss(threshold, shrink, weight, correlation, points, row, quantiles, out):
    """Expected loss per unit where default and recovery are correlated, into ``out``.

    Parameters
    ----------
    threshold : (exposure,)
        Quantile below which an obligor defaults.
    shrink, weight : (node,)
        Factors on it with their probabilities (one factor of 1 for the normal copula).
    correlation
        Of the number behind default with that behind recovery.
    points : (bin, k)
        Normal quantiles at the nodes of k-point quadrature inside each bin of recovery.
    """
    rest = 1.0 / math.sqrt(1.0 - correlation**2)
    bins, inside = points.shape
    for i in range(len(threshold)):
        total = 0.0
        for n in range(len(shrink)):
            part = 0.0
            for b in range(bins):
                p = 0.0
                for k in range(inside):
                    p += _phi((threshold[i] * shrink[n] - correlation * points[b, k]) * rest)
                part += (1.0 - quantiles[row[i], b]) * p
            total += weight[n] * part / (bins * inside)
        out[i] = total
