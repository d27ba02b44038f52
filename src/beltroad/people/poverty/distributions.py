"""Each economy's distribution of welfare: a Lorenz curve set to the head counts observed.

A curve alone says who has how much of the mean; the mean itself is not published with the shares.
Each head count observed at a line gives one: the mean at which the curve has that share of people
below the line. These means differ by what the curve does not fit. They are kept all: the ratio of
line to mean is interpolated between the lines, straight in logarithms, so that the distribution
passes through every observed head count and rises in between. Below the lowest line and above the
highest one its mean stays that of the nearest line. Gap and severity are integrals of that one
distribution, so that all measures at all lines agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.people.poverty.lines import PovertyLine
from beltroad.people.poverty.lorenz import Curves, fit_curves, poverty, slope

__all__ = ["OBSERVED", "Distributions", "bundled", "distributions", "pick_surveys"]

Array = NDArray[np.float64]
#: Lines with observed head counts, and the columns that hold them.
OBSERVED = {
    PovertyLine(2021, 3.00): "headcount_300_pct",
    PovertyLine(2021, 4.20): "headcount_420_pct",
    PovertyLine(2021, 8.30): "headcount_830_pct",
}
OBSERVED_2011 = {
    PovertyLine(2011, 1.90): "headcount_190_2011_pct",
    PovertyLine(2011, 3.20): "headcount_320_2011_pct",
    PovertyLine(2011, 5.50): "headcount_550_2011_pct",
}
POINTS = np.array([0.1, 0.2, 0.4, 0.6, 0.8, 0.9])
#: Head counts are published to 0.1 %: below half of that nothing can be calibrated.
ROUNDING = 0.0005
_OLD_SURVEY_YEARS = 10
_LINES = np.log([line.usd for line in OBSERVED])
_WIDTHS = np.diff(_LINES)
_MIDDLE_LINE = 1
#: Lines nearer than this, in logs, are one.
_NEAR = 1e-12
#: Income over mean below which a curve's tail says nothing.
_LEAST_RATIO = 1e-3
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


@dataclass(frozen=True)
class Distributions:
    """Distributions of some surveys, by row.

    Attributes
    ----------
    table
        The rows of ``income_distributions``, index 0..n-1.
    curves
        Lorenz curves of all forms.
    headcounts
        Observed head counts at the lines of :data:`OBSERVED`, 0-1, shape (rows, 3).
    """

    table: pd.DataFrame
    curves: Curves
    headcounts: Array

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def old(self) -> NDArray[np.bool_]:
        """Which surveys are ten years older than the newest, or more."""
        years = self.table["survey_year"].to_numpy(dtype=float)
        return np.asarray(years <= years.max(initial=0.0) - _OLD_SURVEY_YEARS, dtype=bool)

    @cached_property
    def zero_up_to(self) -> Array:
        """The highest line (log) at which the observed head count rounds to zero; -inf if none."""
        zero = self.headcounts < ROUNDING
        return np.asarray(np.where(zero, _LINES, -np.inf).max(axis=1))

    @cached_property
    def form(self) -> NDArray[np.int64]:
        """Form of each survey, shape (rows,); -1 where there is none.

        One for all lines, chosen at the middle one: two forms in one distribution would cross, and
        fewer people be below a higher line.
        """
        return self.curves.choose(self.headcounts[:, _MIDDLE_LINE])

    @cached_property
    def theta(self) -> Array:
        """Parameters of that form, shape (rows, 3)."""
        return np.asarray(self.curves.theta[self.form, np.arange(len(self))])

    @cached_property
    def _seen(self) -> Array:
        """Log of line over implied mean at each line: (rows, 3), NaN if unknown."""
        usable = (self.headcounts >= ROUNDING) & (self.headcounts <= 1.0 - ROUNDING)
        out = self.log_slope(np.where(usable, self.headcounts, np.nan))
        # With no head count to go by, a surveyed mean sets the level.
        mean = self.table["mean_usd_day_2021"].to_numpy(dtype=float)
        bare = np.isnan(out).all(axis=1) & np.isfinite(mean) & (mean > 0) & (self.form >= 0)
        out[bare, _MIDDLE_LINE] = _LINES[_MIDDLE_LINE] - np.log(mean[bare])
        return out

    @cached_property
    def _knots(self) -> Array:
        """Gaps of what is seen filled: straight inside, level outside; NaN if all are unknown."""
        low, mid, high = self._seen.T
        weight = (_LINES[1] - _LINES[0]) / (_LINES[2] - _LINES[0])
        mid = np.where(np.isnan(mid), low + weight * (high - low), mid)
        mid = np.where(np.isnan(mid), np.where(np.isnan(low), high, low), mid)
        low, high = np.where(np.isnan(low), mid, low), np.where(np.isnan(high), mid, high)
        return np.maximum.accumulate(np.stack([low, mid, high], axis=-1), axis=-1)

    @cached_property
    def _ends(self) -> tuple[Array, Array]:
        """Log of the lowest and the highest line with a mean of its own, each (rows, 1)."""
        known = np.isfinite(self._seen)
        first = np.where(known, _LINES, np.inf).min(axis=-1, keepdims=True)
        return first, np.where(known, _LINES, -np.inf).max(axis=-1, keepdims=True)

    @cached_property
    def _inside(self) -> NDArray[np.bool_]:
        """Which steps from line to line lie between those ends: (rows, 2)."""
        first, last = self._ends
        return np.asarray((first <= _LINES[:-1] + _NEAR) & (last >= _LINES[1:] - _NEAR))

    def log_slope(self, share: Array) -> Array:
        """Log of income over mean of the people at ``share`` (0-1), shape (rows, n)."""
        ratio = slope(self.form[:, None], self.theta[:, None, :], share)
        return np.asarray(np.log(np.where(ratio > _LEAST_RATIO, ratio, np.nan)))

    def ratio(self, log_line: Array) -> Array:
        """Log of line over mean at lines (log USD a day, 2021 PPP), shape (rows, lines)."""
        at, (first, last) = self._knots, self._ends
        out = at[:, :1] + np.minimum(log_line - first, 0.0) + np.maximum(log_line - last, 0.0)
        for i, width in enumerate(_WIDTHS):
            step = at[:, i + 1 : i + 2] - at[:, i : i + 1]
            out = out + step * np.clip(log_line - _LINES[i], 0.0, width) / width
        return np.asarray(out)

    def line_at(self, log_ratio: Array) -> Array:
        """The inverse of :meth:`ratio`: log line at a log ratio of line over mean."""
        at, first = self._knots, self._ends[0]
        out = first + np.minimum(log_ratio - at[:, :1], 0.0)
        out = out + np.maximum(log_ratio - at[:, -1:], 0.0)
        for i, width in enumerate(_WIDTHS):
            low, high = at[:, i : i + 1], at[:, i + 1 : i + 2]
            rising = high - low > _NEAR
            part = (np.clip(log_ratio, low, high) - low) / np.where(rising, high - low, 1.0)
            # Where as many people are below both lines, whoever is above the one is above both.
            part = np.where(rising, part, log_ratio > high + _NEAR)
            # A step outside the ends has no width of its own: its line is never crossed.
            out = out + np.where(self._inside[:, i : i + 1], width * part, 0.0)
        return np.asarray(np.where(np.isnan(at[:, :1]), np.nan, out))

    def headcount(self, log_line: Array) -> Array:
        """Share of people below lines (log USD a day, 2021 PPP), shape (rows, lines)."""
        return np.asarray(self._closed(log_line)[0])

    def poverty(self, log_line: Array) -> Array:
        """Head count, gap and severity (0-1) at lines: shape (3, rows, lines).

        Gap and severity are those of the distribution, whose people below a line have the means
        implied further down, not that of the line.
        """
        closed = self._closed(log_line)
        h, sums = closed[0], closed[1:].copy()
        below = np.searchsorted(_LINES, log_line + _NEAR, side="right") - 1
        for i in range(len(_LINES)):
            if (here := below == i).any():
                sums[:, here] = (self._sums[:, :, i : i + 1] + self._added(i, closed))[:, here]
        z = np.exp(log_line)
        gap = np.clip(h - sums[0] / z, 0.0, h)
        severity = h - 2.0 * sums[0] / z + sums[1] / z**2
        return np.stack([h, gap, np.clip(severity, 0.0, gap)])

    def _closed(self, log_line: Array) -> Array:
        """Head count, and sums of incomes and of their squares below lines, at each line's mean.

        Incomes are in USD a day, summed over a population of one; shape (3, rows, lines).
        """
        form, theta = self.form[:, None], self.theta[:, None, :]
        h, gap, severity = poverty(form, theta, np.exp(self.ratio(log_line)))
        z = np.exp(log_line)
        return np.stack([h, z * (h - gap), z**2 * (h - 2.0 * gap + severity)])

    @cached_property
    def _at_lines(self) -> Array:
        """The same at the observed lines."""
        return self._closed(np.broadcast_to(_LINES, (len(self), len(_LINES))))

    @cached_property
    def _sums(self) -> Array:
        """Sums of incomes and of their squares below the observed lines: (2, rows, 3)."""
        out = self._at_lines[1:].copy()
        for i in range(len(_WIDTHS)):
            upper = self._at_lines[:, :, i + 1 : i + 2]
            out[:, :, i + 1 : i + 2] = out[:, :, i : i + 1] + self._added(i, upper)
        return out

    def _added(self, i: int, closed: Array) -> Array:
        """Sums over the people between observed line ``i`` and lines up to the next one.

        Where one mean holds, the difference of the closed forms; else by Gauss-Legendre quadrature
        over people in log odds, where incomes are smooth at both ends.
        """
        plain = closed[1:] - self._at_lines[1:, :, i : i + 1]
        if i == len(_WIDTHS):
            return plain
        ends = np.clip([np.broadcast_to(self._at_lines[0, :, i : i + 1], closed[0].shape),
                        closed[0]], 1e-12, 1.0 - 1e-12)  # fmt: skip
        low, high = np.log(ends / (1.0 - ends))
        odds = low[..., None] + (high - low)[..., None] * 0.5 * (_NODES + 1.0)
        p = 1.0 / (1.0 + np.exp(-odds))
        flat = self.log_slope(p.reshape(len(p), -1))
        income = np.exp(self.line_at(flat)).reshape(p.shape)
        weight = (high - low)[..., None] * 0.5 * _WEIGHTS * p * (1.0 - p)
        sums = np.stack([(income**k * weight).sum(axis=-1) for k in (1, 2)])
        return np.where(self._inside[:, i : i + 1], sums, plain)

    def rows(self, keep: NDArray[np.int64]) -> Distributions:
        """Some rows only."""
        c = self.curves
        part = Curves(c.p, c.share[keep], c.theta[:, keep], c.valid[:, keep])
        return Distributions(self.table.iloc[keep].reset_index(drop=True), part,
                             self.headcounts[keep])  # fmt: skip


def pick_surveys(table: pd.DataFrame, *, up_to: int | None = None) -> pd.DataFrame:
    """The latest survey of each economy, no later than ``up_to``.

    Where one year has several surveys, one of consumption goes before one of income, as in the
    World Bank's counts.
    """
    rows = table if up_to is None else table[table["survey_year"] <= up_to]
    order = rows.assign(_first=rows["welfare"].eq("consumption")).sort_values(
        ["iso3", "survey_year", "_first"], kind="stable"
    )
    return order.drop(columns="_first").groupby("iso3").tail(1).reset_index(drop=True)


def distributions(table: pd.DataFrame) -> Distributions:
    """Fit the curves of every row of a table in the format of ``income_distributions``.

    Raises
    ------
    InputError
        If a column is missing, or a Gini index is not in 0-100.
    """
    shares = [f"share_q{i}_pct" for i in range(1, 6)] + ["share_d1_pct", "share_d10_pct"]
    needed = ["iso3", "survey_year", "welfare", "gini", "mean_usd_day_2021", *shares,
              *OBSERVED.values(), *OBSERVED_2011.values(), "headcount_2011_year"]  # fmt: skip
    if missing := sorted(set(needed) - set(table.columns)):
        raise InputError(f"the distributions lack the columns {', '.join(missing)}")
    table = table.reset_index(drop=True)
    fifths = table[shares[:4]].to_numpy(dtype=float).cumsum(axis=1) / 100.0
    poorest = table["share_d1_pct"].to_numpy(dtype=float) / 100.0
    rest = 1.0 - table["share_d10_pct"].to_numpy(dtype=float) / 100.0
    points = np.column_stack([poorest, fifths, rest])
    curves = fit_curves(POINTS, points, table["gini"].to_numpy(dtype=float))
    heads = table[list(OBSERVED.values())].to_numpy(dtype=float) / 100.0
    return Distributions(table, curves, heads)


@cache
def bundled() -> pd.DataFrame:
    """The bundled table ``income_distributions``."""
    return evidence.load("income_distributions")
