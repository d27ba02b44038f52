"""Compiled inner loops of the fans: shocks from random numbers, paths from shocks, order.

Plain loops in double precision, compiled by numba at first use and kept on disk. No fast-math and
no reordered sums: the same numbers give the same bits.
"""
# mypy: allow-untyped-decorators

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

GROWTH, DEFLATOR, EXCHANGE, EXTERNAL, DOMESTIC, PRIMARY, EXPORTS = range(7)
# Rows of the centre (fractions of GDP and of one): what they are is said in ``centre``.
(
    EXT_LAG, DOM_LAG, PER_USD, PER_LCU, NEW_EXT, NEW_DOM, RATE_EXT, RATE_DOM, SHARE_EXT,
    PV_OF_FACE, REPAY, GDP_PER_EXPORTS, GDP_PER_REVENUE, EXT, DOM, PV_EXT, PV_EXPORTS,
    SERVICE_EXPORTS, SERVICE_REVENUE, PV_REST, PUBLIC_EXT,
) = range(21)  # fmt: skip
ROWS = 21


@njit(cache=True, nogil=True)
def correlate(z: Array, mix: Array, factor: Array, persistence: Array, out: Array) -> None:
    """Independent normals to shocks: scale, correlate, carry over; each path and its mirror.

    ``z`` (pair, year, driver); ``mix`` (pair, year) scales a whole year's vector, or has no rows;
    ``out`` (path, year, driver) with paths 2i and 2i + 1 of opposite sign.
    """
    paths, years, k = out.shape
    mixed = mix.shape[0] > 0
    row = np.empty(k)
    before = np.empty(k)
    for i in range(z.shape[0]):
        before[:] = 0.0
        mirrored = 2 * i + 1 < paths
        for j in range(years):
            scale = mix[i, j] if mixed else 1.0
            for a in range(k):
                total = 0.0
                for b in range(a + 1):
                    total += factor[a, b] * z[i, j, b]
                row[a] = persistence[a] * before[a] + scale * total
            for a in range(k):
                before[a] = row[a]
                out[2 * i, j, a] = row[a]
                if mirrored:
                    out[2 * i + 1, j, a] = -row[a]


@njit(cache=True, nogil=True)
def resample(starts: Index, table: Array, block: int, out: Array) -> None:
    """Whole years of history in blocks: ``starts`` (path, block) are rows of ``table``.

    After the last row comes the first.
    """
    paths, years, k = out.shape
    n = len(table)
    for i in range(paths):
        for j in range(years):
            row = (starts[i, j // block] + j % block) % n
            for a in range(k):
                out[i, j, a] = table[row, a]


@njit(cache=True, nogil=True)
def simulate(
    e: Array, centre: Array, slot: Index, out: Array, first: int, reaction: float, reversion: float
) -> None:
    """Burdens of each path in per cent, as deviations from the centre.

    ``e`` (path, year, driver), ``centre`` (row, year), ``out`` (quantity, year, path) from path
    ``first`` on; ``slot`` says where a quantity goes, -1 for nowhere. ``reaction``: by how much
    the primary balance answers a debt ratio one above the baseline's a year before; ``reversion``:
    share of a gap of the real exchange rate to the baseline that closes in the next year.
    """
    paths, years, _ = e.shape
    public, external, pv_gdp, pv_exports = slot[0], slot[1], slot[2], slot[3]
    service_exports, service_revenue, pv_public = slot[4], slot[5], slot[6]
    for i in range(paths):
        usd = 1.0  # baseline GDP in dollars over that of the path
        lcu = 1.0  # the same in local currency
        exports = 1.0  # the same of exports
        extra_ext = 0.0  # external debt above that of the baseline / GDP of the path
        extra_dom = 0.0
        real = 0.0  # log gap of the real exchange rate to the baseline, weaker above 0
        gap = 0.0  # debt ratio above that of the baseline, fraction of GDP
        at = first + i
        for j in range(years):
            nominal = e[i, j, GROWTH] + e[i, j, DEFLATOR]
            weaker = e[i, j, EXCHANGE] - reversion * real
            real += weaker - e[i, j, DEFLATOR]
            to_lcu = math.exp(-nominal)
            to_usd = math.exp(weaker - nominal)
            rate_ext, rate_dom = e[i, j, EXTERNAL], e[i, j, DOMESTIC]
            per_usd = centre[PER_USD, j] * to_usd
            per_lcu = centre[PER_LCU, j] * to_lcu
            share = centre[SHARE_EXT, j]
            need = -e[i, j, PRIMARY] - reaction * gap
            dearer = centre[EXT_LAG, j] * usd * rate_ext
            due = (extra_ext * (centre[RATE_EXT, j] + rate_ext) + dearer) * per_usd
            repaid = extra_ext * centre[REPAY, j] * per_usd
            carried = extra_ext * per_usd + due
            dearer_dom = centre[DOM_LAG, j] * lcu * rate_dom
            carried_dom = (
                extra_dom * (1.0 + centre[RATE_DOM, j] + rate_dom) + dearer_dom
            ) * per_lcu
            usd *= to_usd
            lcu *= to_lcu
            exports *= math.exp(-e[i, j, EXPORTS])
            extra_ext = carried + centre[NEW_EXT, j] * (1.0 - usd) + share * need
            extra_dom = carried_dom + centre[NEW_DOM, j] * (1.0 - lcu) + (1.0 - share) * need
            ext = centre[EXT, j] * usd + 100.0 * extra_ext
            pv = centre[PV_EXT, j] * usd + 100.0 * extra_ext * centre[PV_OF_FACE, j]
            per_exports = centre[GDP_PER_EXPORTS, j] * exports / usd
            debt = (centre[PUBLIC_EXT, j] * usd + 100.0 * extra_ext) + (
                centre[DOM, j] * lcu + 100.0 * extra_dom
            )
            gap = 0.01 * (debt - (centre[PUBLIC_EXT, j] + centre[DOM, j]))
            if public >= 0:
                out[public, j, at] = debt
            if external >= 0:
                out[external, j, at] = ext
            if pv_gdp >= 0:
                out[pv_gdp, j, at] = pv
            if pv_exports >= 0:
                out[pv_exports, j, at] = centre[PV_EXPORTS, j] * exports + (
                    100.0 * extra_ext * centre[PV_OF_FACE, j] * per_exports
                )
            if service_exports >= 0:
                out[service_exports, j, at] = centre[SERVICE_EXPORTS, j] * exports + (
                    100.0 * (due + repaid) * per_exports
                )
            if service_revenue >= 0:
                out[service_revenue, j, at] = centre[SERVICE_REVENUE, j] * usd + (
                    100.0 * (due + repaid) * centre[GDP_PER_REVENUE, j]
                )
            if pv_public >= 0:
                out[pv_public, j, at] = pv + centre[PV_REST, j] * lcu + 100.0 * extra_dom


@njit(cache=True, nogil=True)
def _shell_sort(values: Array) -> None:
    """In place; bins hold few values, and this compiles in no time."""
    n = len(values)
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap >= 1:
        for i in range(gap, n):
            value = values[i]
            j = i
            while j >= gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap //= 3


@njit(cache=True, nogil=True)
def order_statistics(values: Array, ranks: Index) -> Array:
    """The ``ranks``-th smallest (from 0, ascending) of each row; exact.

    Values fall into bins that keep their order, with bounds from a sample; a rank is then looked
    for in its own bin only. ``values`` (row, path) without NaN.
    """
    rows, n = values.shape
    out = np.empty((rows, len(ranks)))
    bins = max(1, n // 4)
    place = np.empty(n, np.int32)
    counts = np.empty(bins, np.int64)
    step = max(1, n // 512)
    for r in range(rows):
        row = values[r]
        low, high = row[0], row[0]
        for i in range(0, n, step):
            low, high = min(low, row[i]), max(high, row[i])
        width = high - low
        scale = (bins - 1) / width if 0.0 < width < np.inf else 0.0
        if not 0.0 < scale < np.inf:
            ordered = row.copy()
            _shell_sort(ordered)
            for a in range(len(ranks)):
                out[r, a] = ordered[ranks[a]]
            continue
        counts[:] = 0
        for i in range(n):
            bin_of = np.int32(min(max((row[i] - low) * scale, 0.0), bins - 1.0))
            place[i] = bin_of
            counts[bin_of] += 1
        here, before = 0, 0
        held = -1
        ordered = row[:0]
        for a in range(len(ranks)):
            while before + counts[here] <= ranks[a]:
                before += counts[here]
                here += 1
            if here != held:
                few = np.empty(counts[here])
                taken = 0
                for i in range(n):
                    if place[i] == here:
                        few[taken] = row[i]
                        taken += 1
                _shell_sort(few)
                ordered = few
                held = here
            out[r, a] = ordered[ranks[a] - before]
    return out
