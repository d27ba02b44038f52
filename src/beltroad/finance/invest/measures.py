r"""Concentration and growth of investment.

Concentration over partners with amounts :math:`v_i > 0` and shares :math:`s_i = v_i / \sum v`:

.. math:: H = \sum_i s_i^2, \qquad H^* = \frac{H - 1/n}{1 - 1/n}, \qquad N = 1 / H

with H the Herfindahl-Hirschman index (0 to 1; ten thousand times that is the other usual scale),
H* its normalised form and N the equivalent number of equal partners. Amounts at or below zero
(investment flowing back) have no share; they are left out and counted.

Growth from year a to year b: :math:`g = (v_b / v_a)^{1/(b-a)} - 1`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.errors import InputError

__all__ = ["Concentration", "Growth", "concentration", "growth"]

_SMALL_BASE = 0.5


@dataclass(frozen=True)
class Concentration:
    """How unevenly an amount is spread.

    Attributes
    ----------
    partners
        With an amount above zero.
    hhi, hhi_normalised
        Herfindahl-Hirschman index; the latter is NaN for a single partner.
    equivalent_partners
        1 / hhi.
    top_pct
        Share of the largest 1, 3, 5 and 10, per cent; a number is only there if so many exist.
    not_positive, unknown
        Partners left out for an amount at or below zero, or an unknown one.
    """

    partners: int
    hhi: float
    hhi_normalised: float
    equivalent_partners: float
    top_pct: dict[int, float]
    not_positive: int
    unknown: int


def concentration(values: Iterable[float]) -> Concentration:
    """Concentration of one amount over partners.

    Raises
    ------
    InputError
        If no amount is above zero.
    """
    every = np.asarray(list(values), dtype=float)
    known = every[~np.isnan(every)]
    if not np.isfinite(known).all():
        raise InputError("concentration: an amount is infinite")
    positive = np.sort(known[known > 0])[::-1]
    if not len(positive):
        raise InputError("concentration: no amount is above zero, so there are no shares")
    # Scaled by the largest first: sums of very large amounts stay finite.
    scaled = positive / positive[0]
    shares = scaled / scaled.sum()
    n, hhi = len(shares), float(np.sum(shares**2))
    return Concentration(
        partners=n, hhi=hhi, hhi_normalised=(hhi - 1 / n) / (1 - 1 / n) if n > 1 else math.nan,
        equivalent_partners=1 / hhi,
        top_pct={k: float(100 * shares[:k].sum()) for k in (1, 3, 5, 10) if k <= n},
        not_positive=int((known <= 0).sum()), unknown=int(np.isnan(every).sum()),
    )  # fmt: skip


@dataclass(frozen=True)
class Growth:
    """Growth of a yearly series between two stated years.

    Attributes
    ----------
    first_year, last_year, first, last
        End points with their amounts.
    cagr_pct
        Compound annual growth rate; NaN if an end point is at or below zero.
    low_pct, high_pct
        Extremes of the rate when each end point is moved by one known year inwards: how much
        hangs on the base. NaN with fewer than three years.
    gaps
        Years between the end points without an amount.
    yearly
        year, value_mn, change_mn, change_pct (NaN after a gap or a base at or below 0).
    base_note
        Empty, or why the base year or the end year makes the rate misleading.
    """

    first_year: int
    last_year: int
    first: float
    last: float
    cagr_pct: float
    low_pct: float
    high_pct: float
    gaps: tuple[int, ...]
    yearly: pd.DataFrame
    base_note: str


def growth(values: Mapping[int, float], start: int | None = None,
           end: int | None = None) -> Growth:  # fmt: skip
    """Growth of amounts by year; years without an amount are gaps, never zero.

    Parameters
    ----------
    values
        Amount by year.
    start, end
        End years; by default the first and last known.

    Raises
    ------
    InputError
        If an end year has no amount, or there are fewer than two.
    """
    known = {int(y): float(v) for y, v in sorted(values.items()) if not math.isnan(float(v))}
    if len(known) < 2:
        raise InputError(f"growth needs amounts of two years, there are {len(known)}")
    first = min(known) if start is None else start
    last = max(known) if end is None else end
    for year in (first, last):
        if year not in known:
            raise InputError(f"no amount of {year}; there are {', '.join(map(str, known))}")
    if first >= last:
        raise InputError(f"growth from {first} to {last}: the end must be after the start")
    inside = [y for y in known if first <= y <= last]
    rate = _rate(known, first, last)
    moved = [_rate(known, a, b) for a, b in (
        (inside[1], last), (first, inside[-2])) if a < b] if len(inside) > 2 else []  # fmt: skip
    usable = [r for r in [rate, *moved] if not math.isnan(r)]
    spread = (min(usable), max(usable)) if moved and usable else (math.nan, math.nan)
    return Growth(
        first_year=first, last_year=last, first=known[first], last=known[last], cagr_pct=rate,
        low_pct=spread[0], high_pct=spread[1],
        gaps=tuple(y for y in range(first, last) if y not in known),
        yearly=_yearly(known, inside),
        base_note="; ".join(filter(None, [_base(known, inside), _end(known, inside)])),
    )  # fmt: skip


def _rate(known: Mapping[int, float], first: int, last: int) -> float:
    if known[first] <= 0 or known[last] <= 0:
        return math.nan
    return 100 * math.expm1(math.log(known[last] / known[first]) / (last - first))


def _yearly(known: Mapping[int, float], years: list[int]) -> pd.DataFrame:
    rows = []
    for year in years:
        before = known.get(year - 1, math.nan) if year - 1 in years else math.nan
        change = known[year] - before
        percent = 100 * change / before if before > 0 else math.nan
        rows.append((year, known[year], change, percent))
    columns = ["year", "value_mn", "change_mn", "change_pct"]
    return pd.DataFrame(rows, columns=columns)


def _base(known: Mapping[int, float], years: list[int]) -> str:
    first = known[years[0]]
    if first <= 0 or known[years[-1]] <= 0:
        return "an end point is at or below zero: no rate"
    middle = float(np.median([known[y] for y in years]))
    if middle > 0 and first < _SMALL_BASE * middle:
        return (f"{years[0]} was {100 * first / middle:.0f} % of the median year: "
                "a low base raises the rate")  # fmt: skip
    if middle > 0 and first > middle / _SMALL_BASE:
        return (f"{years[0]} was {100 * first / middle:.0f} % of the median year: "
                "a high base lowers the rate")  # fmt: skip
    return ""


def _end(known: Mapping[int, float], years: list[int]) -> str:
    last, middle = known[years[-1]], float(np.median([known[y] for y in years]))
    if min(known[years[0]], last, middle) <= 0 or len(years) < 3:
        return ""
    if last < _SMALL_BASE * middle or last > middle / _SMALL_BASE:
        return f"{years[-1]} was {100 * last / middle:.0f} % of the median year: an odd end year"
    return ""
