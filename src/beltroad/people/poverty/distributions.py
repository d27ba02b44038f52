"""Each economy's distribution of welfare: a Lorenz curve set to the head counts observed.

A curve alone says who has how much of the mean; the mean itself is not published with the shares.
Each head count observed at a line gives one: the mean at which the curve has that share of people
below the line. These means differ by what the curve does not fit. They are kept all: the ratio of
line to mean is interpolated between the lines, straight in logarithms, so that the distribution
passes through every observed head count and stays rising in between. Below the lowest line and
above the highest one its mean stays that of the nearest line.
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
from beltroad.people.poverty.lorenz import FORMS, Curves, fit_curves, slope

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
    def knots(self) -> Array:
        """Log of line over implied mean at each line, by form: (forms, rows, 3), NaN if unknown."""
        out = np.full((len(FORMS), *self.headcounts.shape), np.nan)
        usable = (self.headcounts >= ROUNDING) & (self.headcounts <= 1.0 - ROUNDING)
        share = np.where(usable, self.headcounts, np.nan)
        mean = self.table["mean_usd_day_2021"].to_numpy(dtype=float)
        for k in range(len(FORMS)):
            form = np.where(self.curves.valid[k], k, -1)[:, None]
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = slope(form, self.curves.theta[k][:, None, :], share)
                out[k] = np.log(np.where(ratio > 1e-3, ratio, np.nan))
            # With no head count to go by, a surveyed mean sets the level.
            bare = np.isnan(out[k]).all(axis=1) & np.isfinite(mean) & (mean > 0)
            out[k][bare, 1] = _LINES[1] - np.log(mean[bare])
        return out

    def ratio(self, form: NDArray[np.int64], log_line: Array) -> Array:
        """Log of line over mean at lines (log USD a day, 2021 PPP), shape (rows, lines)."""
        at, known = self._filled(form)
        steps = np.diff(at, axis=-1)
        widths = np.diff(_LINES)
        first, last = self._ends(known)
        out = at[..., 0] + np.minimum(log_line - first, 0.0) + np.maximum(log_line - last, 0.0)
        for i, width in enumerate(widths):
            inside = np.clip(log_line - _LINES[i], 0.0, width)
            out = out + steps[..., i] * inside / width
        return np.where(known.any(axis=-1), out, np.nan)

    def line_at(self, form: NDArray[np.int64], log_ratio: Array) -> Array:
        """The inverse of :meth:`ratio`: log line at a log ratio of line over mean."""
        at, known = self._filled(form)
        first, last = self._ends(known)
        steps = np.diff(at, axis=-1)
        out = first + np.minimum(log_ratio - at[..., 0], 0.0)
        out = out + np.maximum(log_ratio - at[..., -1], 0.0)
        for i, width in enumerate(np.diff(_LINES)):
            inside = np.clip(log_ratio - at[..., i], 0.0, steps[..., i])
            with np.errstate(invalid="ignore", divide="ignore"):
                part = np.where(steps[..., i] > 0, inside / steps[..., i], 0.0)
            # A step outside first..last has no width of its own: its line is never crossed.
            real = (first <= _LINES[i] + 1e-12) & (last >= _LINES[i + 1] - 1e-12)
            out = out + np.where(real, width * part, 0.0)
        return np.where(known.any(axis=-1), out, np.nan)

    def _ends(self, known: NDArray[np.bool_]) -> tuple[Array, Array]:
        first = np.where(known, _LINES, np.inf).min(axis=-1)
        last = np.where(known, _LINES, -np.inf).max(axis=-1)
        return first, last

    def _filled(self, form: NDArray[np.int64]) -> tuple[Array, NDArray[np.bool_]]:
        """Knots of each element's form, gaps filled: straight inside, level outside."""
        rows = np.arange(len(self))[:, None]
        at = np.where(form[..., None] >= 0, self.knots[form, rows], np.nan)
        known = np.isfinite(at)
        low, mid, high = at[..., 0], at[..., 1], at[..., 2]
        weight = (_LINES[1] - _LINES[0]) / (_LINES[2] - _LINES[0])
        between = np.where(known[..., 0] & known[..., 2], low + weight * (high - low), np.nan)
        mid = np.where(known[..., 1], mid, between)
        mid = np.where(np.isnan(mid), np.where(known[..., 0], low, high), mid)
        low = np.where(known[..., 0], low, mid)
        high = np.where(known[..., 2], high, mid)
        filled = np.stack([low, mid, high], axis=-1)
        return np.maximum.accumulate(filled, axis=-1), known

    def theta(self, form: NDArray[np.int64]) -> Array:
        """Parameters of each element's form, shape (rows, lines, 3)."""
        return np.asarray(self.curves.theta[form, np.arange(len(self))[:, None]])

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
