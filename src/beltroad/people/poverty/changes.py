"""Poverty in a year with and without a change of real income, economy by economy.

Welfare grows by the same factor for everybody from the survey to the target year, so the line is
divided by that factor and looked up on the survey's distribution. A change of the Gini index moves
every income towards or away from the mean: ``y' = (1 + k) y - k mean``, which shifts the Lorenz
curve to ``p - (1 + k)(p - L(p))`` and changes the Gini index by exactly the share k
(Kakwani 1993, Poverty and economic growth, Review of Income and Wealth 39). People below z are
then those who were below ``(z + k mean) / (1 + k)``, whatever the form of the curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.people.poverty.distributions import (
    ROUNDING,
    Distributions,
    bundled,
    distributions,
    pick_surveys,
)
from beltroad.people.poverty.lines import CURRENT, PovertyLine, parse_lines
from beltroad.people.poverty.lorenz import FORMS
from beltroad.people.poverty.placement import Placement, conversion_factors, place
from beltroad.people.poverty.projection import (
    GrowthPaths,
    growth_pass_through,
    pass_through_range,
)

__all__ = ["MEASURES", "PovertyData", "bundled_data", "outlook"]

Array = NDArray[np.float64]
MEASURES = ("headcount", "gap", "severity")


@dataclass(frozen=True)
class PovertyData:
    """What an outlook is worked out from.

    Attributes
    ----------
    surveys
        The survey of each economy, fitted.
    factors
        What a dollar of 2011 PPP is in dollars of 2021 PPP, by economy.
    paths
        Growth and population.
    known
        Codes of all economies; those without a survey get a row without numbers.
    """

    surveys: Distributions
    factors: pd.Series
    paths: GrowthPaths
    known: frozenset[str]

    @classmethod
    def of(
        cls, table: pd.DataFrame, growth: pd.DataFrame, population: pd.Series, *,
        up_to: int | None = None,
    ) -> PovertyData:  # fmt: skip
        """Take the latest survey up to a year from tables in the bundle's formats."""
        surveys = distributions(pick_surveys(table, up_to=up_to))
        known = frozenset(population.index) | set(table["iso3"])
        return cls(surveys, conversion_factors(table), GrowthPaths(growth, population), known)

    @cached_property
    def row_of(self) -> pd.Series:
        """Row of each economy's survey."""
        return pd.Series(range(len(self.surveys)), index=self.surveys.table["iso3"])


@cache
def bundled_data(up_to: int | None = None) -> PovertyData:
    """The bundled surveys (the latest up to a year), growth paths and populations."""
    population = evidence.load("countries").set_index("iso3")["population"].astype(float)
    return PovertyData.of(bundled(), evidence.load("growth_outlook"), population, up_to=up_to)


def outlook(
    income_change: pd.Series[Any],
    *,
    lines: Sequence[str] = CURRENT,
    year: int | None = 2030,
    pass_through: tuple[float, float] | None = None,
    gini_change_pct: pd.Series[Any] | None = None,
    data: PovertyData | None = None,
) -> pd.DataFrame:
    """Head count, gap and severity with and without a change of real income.

    Parameters
    ----------
    income_change
        Proportional change of real income per head (0.012 = +1.2 %), by iso3.
    lines
        Keys such as ``3.00@2021`` or ``1.90@2011``.
    year
        Year of the comparison; None for the survey as it is with today's population.
    pass_through
        Low and high share of a change of national income that reaches households; None for
        0.7-1.0 where surveys measure consumption and 0.85-1.0 where they measure income. Growth
        up to the year passes on at the middle of a range given, else at 0.7 (consumption) and
        1.0 (income).
    gini_change_pct
        Change of the Gini index in per cent of itself, by iso3; economies left out have none.
    data
        Surveys and paths; the bundled ones if None.

    Returns
    -------
    DataFrame
        One row per economy and line: ``iso3``, ``line``, ``line_usd``, ``ppp_year``, ``year``,
        ``survey_year``, ``population``, ``form`` (gq, beta or lognormal),
        ``headcount_without_pct``, ``headcount_with_low_pct`` and ``_high_pct`` (low and high
        pass-through), ``gap_*`` and ``severity_*`` likewise, ``people_lifted_low`` and ``_high``
        (persons; negative if people fall below the line), ``gini_without``, ``gini_with``,
        ``growth_elasticity`` (% change of the head count per % of welfare, at that place of the
        distribution), ``imputed`` and ``note``. Without a survey the numbers are NaN.

    Raises
    ------
    InputError
        For an unknown line, year or economy, a change of -100 % or less, or a pass-through
        outside 0-1.
    """
    data = data or bundled_data()
    found = parse_lines(lines)
    codes, rows = _economies(income_change, data)
    surveys = data.surveys.rows(rows)
    placed = _placed(data, found).rows(rows)
    welfare = surveys.table["welfare"].tolist()
    low, high = pass_through_range(welfare, pass_through)
    change = income_change.reindex(codes).to_numpy(dtype=float)[:, None]
    spread = _gini_change(gini_change_pct, codes, data)[:, None]
    people, stand_in = data.paths.population(codes, year)
    growth, filled = np.ones(len(rows)), np.zeros(len(rows), dtype=np.int64)
    if year is not None and len(rows):
        survey_year = surveys.table["survey_year"].to_numpy(dtype=float)
        passed = growth_pass_through(welfare, pass_through)
        growth, filled = data.paths.factor(codes, survey_year, year, passed)
    reading = _Reading.of(surveys, placed, growth[:, None])
    without = reading.at(np.ones((len(rows), 1)), np.zeros((len(rows), 1)))
    looks = {"without": without}
    for name, p in (("low", low), ("high", high)):
        factor = 1.0 + p[:, None] * change
        # Nothing changed is the same number, not the same up to rounding.
        moved = (factor != 1.0) | (spread != 0.0)
        looks[f"with_{name}"] = np.where(moved, reading.at(factor, spread), without)
    gini = surveys.table["gini"].to_numpy(dtype=float)[:, None]
    fitted = 100.0 * surveys.curves.gini()[surveys.form, np.arange(len(rows))][:, None]
    gini = np.where(np.isnan(gini) & (surveys.form >= 0)[:, None], fitted, gini)
    wide: dict[str, Any] = {
        "iso3": np.repeat(codes, len(found)),
        "line": np.tile([line.key for line in found], len(codes)),
        "line_usd": np.tile([line.usd for line in found], len(codes)),
        "ppp_year": np.tile([line.ppp_year for line in found], len(codes)),
        "year": -1 if year is None else year,
        "survey_year": np.repeat(surveys.table["survey_year"].to_numpy(), len(found)),
        "population": np.repeat(people, len(found)),
        "form": np.repeat(np.array([*FORMS, ""])[surveys.form], len(found)),
    }
    for k, measure in enumerate(MEASURES):
        for name, values in looks.items():
            wide[f"{measure}_{name}_pct"] = 100.0 * values[k].ravel()
    for name in ("low", "high"):
        lifted = (without[0] - looks[f"with_{name}"][0]) * people[:, None]
        wide[f"people_lifted_{name}"] = lifted.ravel()
    wide["gini_without"] = np.repeat(gini, len(found))
    wide["gini_with"] = np.repeat(gini * (1.0 + spread), len(found))
    wide["growth_elasticity"] = reading.elasticity(without[0]).ravel()
    out = pd.DataFrame(wide)
    if year is None:
        out["year"] = out["survey_year"]
    out["imputed"], out["note"] = reading.notes(filled, stand_in)
    return _with_missing(out, income_change, found, year, data)


def _economies(
    income_change: pd.Series[Any], data: PovertyData
) -> tuple[list[str], NDArray[np.int64]]:
    """Economies that have a survey, sorted, and its rows; all codes are checked."""
    index = income_change.index
    if not index.is_unique:
        raise InputError(f"income_change holds {index[index.duplicated()][0]!r} more than once")
    _check_codes("income_change", index, data)
    values = income_change.to_numpy(dtype=float)
    if (bad := ~(np.isfinite(values) & (values > -1.0))).any():
        raise InputError(
            f"income_change of {index[bad][0]} is {values[bad][0]:g}; give proportional changes "
            "above -1 (0.012 means +1.2 %)"
        )
    codes = sorted(set(index) & set(data.row_of.index))
    return codes, data.row_of.reindex(codes).to_numpy(dtype=np.int64)


def _check_codes(name: str, index: pd.Index[Any], data: PovertyData) -> None:
    if strange := sorted(str(code) for code in index if code not in data.known):
        raise InputError(
            f"{name} holds {strange[0]!r}, which is no economy here. "
            f"{suggest(strange[0], sorted(data.known))}"
        )


def _gini_change(given: pd.Series[Any] | None, codes: list[str], data: PovertyData) -> Array:
    """Change of the Gini index as a share."""
    if given is None:
        return np.zeros(len(codes))
    _check_codes("gini_change_pct", given.index, data)
    found = given.reindex(codes).fillna(0.0).to_numpy(dtype=float) / 100.0
    if (bad := ~(np.abs(found) < 0.5)).any():
        raise InputError(
            f"gini_change_pct of {np.array(codes)[bad][0]} is {100 * found[bad][0]:g}; "
            "give per cent of the index, within 50"
        )
    return found


_PLACED: dict[tuple[int, tuple[PovertyLine, ...]], tuple[PovertyData, Placement]] = {}


def _placed(data: PovertyData, lines: tuple[PovertyLine, ...]) -> Placement:
    """Lines on all surveys of ``data``; kept, since draws ask for the same ones again and again."""
    key = (id(data), lines)
    if key not in _PLACED:
        if len(_PLACED) > 16:
            _PLACED.clear()
        # The data are kept with the result, so that their id is not given to others.
        _PLACED[key] = (data, place(data.surveys, lines, data.factors))
    return _PLACED[key][1]


@dataclass(frozen=True)
class _Reading:
    """Lines on distributions grown to a year: shape (rows, lines)."""

    surveys: Distributions
    placed: Placement
    log_line: Array
    base: Array
    zero: NDArray[np.bool_]

    @classmethod
    def of(cls, surveys: Distributions, placed: Placement, growth: Array) -> _Reading:
        zero = placed.log_line <= surveys.zero_up_to[:, None] + 1e-12
        # Older releases may count a few people where a later one rounds to zero.
        zero &= placed.how != "observed"
        survey = surveys.poverty(placed.log_line)
        return cls(surveys, placed, placed.log_line - np.log(growth), survey, zero)

    def at(self, factor: Array, spread: Array) -> Array:
        """Measures (3, rows, lines) after welfare changes by ``factor`` and the Gini by spread."""
        line = self.log_line - np.log(factor)
        if not spread.any():
            return self._counted(self.surveys.poverty(line), self.base)
        ratio = np.exp(self.surveys.ratio(line))
        moved = (ratio + spread) / (1.0 + spread)
        # Levelled by more than the line is of the mean, nobody is left below it.
        some = moved > 0.0
        before = self.surveys.line_at(np.log(np.where(some, moved, 1.0)))
        before = np.where(spread == 0.0, line, before)
        h, gap, severity = self.surveys.poverty(before)
        # (z - y') / z = [(1 + k) z0 / z] (z0 - y) / z0 with z0 the line before the shift.
        scale = (1.0 + spread) * np.exp(before - line)
        gap = np.minimum(scale * gap, h)
        out = np.stack([h, gap, np.minimum(scale**2 * severity, gap)])
        return self._counted(np.where(some | np.isnan(ratio), out, 0.0), self.base)

    def _counted(self, out: Array, base: Array) -> Array:
        """Where the survey counts nobody, only those that the curve adds to its own tail."""
        extra = np.minimum.accumulate(np.maximum(np.nan_to_num(out - base), 0.0), axis=0)
        return np.where(self.zero, extra, out)

    def elasticity(self, headcount: Array) -> Array:
        """Per cent of the head count per per cent of welfare, by a step of 0.1 % either way."""
        h = 1e-3
        more, less = (self._counted(self.surveys.headcount(self.log_line - s), self.base[0])
                      for s in (h, -h))  # fmt: skip
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(headcount > ROUNDING, (more - less) / (2.0 * h * headcount), np.nan)

    def notes(
        self, filled: NDArray[np.int64], stand_in: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], list[str]]:
        """Whether each element is imputed, and why, in words."""
        seen = ~np.isnan(self.placed.headcount)
        shape = seen.shape
        column = {
            "old": np.broadcast_to(self.surveys.old[:, None], shape),
            "filled": np.broadcast_to((filled > 0)[:, None], shape),
            "none": np.broadcast_to((filled < 0)[:, None], shape),
            "people": np.broadcast_to(stand_in[:, None], shape),
        }
        how = self.placed.how
        said: list[tuple[NDArray[np.bool_], str, bool]] = [
            (np.isnan(self.base[0]) & ~self.zero, "no distribution", True),
            (self.zero, "head count rounds to zero", False),
            ((how == "economy") & ~self.zero, "line placed by the economy's price factor", True),
            ((how == "stated") & ~self.zero, "line placed by a general price factor", True),
            (~seen & (how == "same"), "head count at this line read off the curve", True),
            (column["old"], "survey ten years old or more", True),
            (column["filled"], "growth of some years taken as the mean", True),
            (column["none"], "no growth path: as surveyed", True),
            (column["people"], "population of today", True),
        ]
        imputed = np.any([rows & counts for rows, _, counts in said], axis=0)
        texts = [
            "; ".join(text for (rows, text, _) in said if rows[i, j])
            for i in range(shape[0]) for j in range(shape[1])
        ]  # fmt: skip
        return imputed.ravel(), texts


def _with_missing(
    out: pd.DataFrame, income_change: pd.Series[Any], lines: tuple[PovertyLine, ...],
    year: int | None, data: PovertyData,
) -> pd.DataFrame:  # fmt: skip
    """Add rows without numbers for economies without a survey; sort by line and economy."""
    lacking = sorted(set(income_change.index) - set(data.row_of.index))
    if lacking:
        people, _ = data.paths.population(lacking, year)
        rows = pd.DataFrame({
            "iso3": np.repeat(lacking, len(lines)),
            "line": np.tile([line.key for line in lines], len(lacking)),
            "line_usd": np.tile([line.usd for line in lines], len(lacking)),
            "ppp_year": np.tile([line.ppp_year for line in lines], len(lacking)),
            "population": np.repeat(people, len(lines)), "form": "", "imputed": True,
            "note": "no survey",
        })  # fmt: skip
        if year is not None:
            rows["year"] = year
        out = pd.concat([out, rows.reindex(columns=out.columns)], ignore_index=True)
    if year is not None:
        out["year"] = out["year"].astype(int)
    order = {line.key: j for j, line in enumerate(lines)}
    out["_order"] = out["line"].map(order)
    return out.sort_values(["_order", "iso3"], ignore_index=True).drop(columns="_order")
