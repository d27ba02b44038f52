"""Poverty head counts after a change of real income, each line calibrated by itself.

The quick reckoning of the appraisal: survey shares as they are, today's population, a lognormal
whose level comes from the head count observed at the line itself.
:func:`beltroad.people.poverty.outlook` is the full one, with fitted Lorenz curves, gap, severity
and a projection.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError, suggest
from beltroad.people.poverty.lognormal import headcount, mean_from_headcount, sigma_from_gini

__all__ = ["LINES", "poverty_change", "poverty_range"]

#: International poverty lines in USD a day at 2021 PPP, and the column that holds each head count.
LINES: Mapping[float, str] = MappingProxyType(
    {3.00: "headcount_300_pct", 4.20: "headcount_420_pct", 8.30: "headcount_830_pct"}
)

#: Head counts are published to 0.1 %: below half of that nothing can be calibrated.
_ROUNDING_PCT = 0.05
_OLD_SURVEY_YEARS = 10


def poverty_change(
    figures: pd.DataFrame,
    income_change: pd.Series[Any],
    *,
    lines: tuple[float, ...] = (3.00, 8.30),
    pass_through: float = 1.0,
    as_of: int | None = None,
) -> pd.DataFrame:
    """People lifted above each line by a change of real income, country by country.

    Parameters
    ----------
    figures
        One row per country: ``iso3``, ``gini`` (0-100), ``population`` (persons), the head-count
        columns of :data:`LINES` (percent) and, optionally, ``survey_year``.
    income_change
        Proportional change of real income per head (0.012 = +1.2 %), indexed by iso3. Countries of
        ``figures`` that are not in it are left out; a code that ``figures`` lacks is an error.
    lines
        Lines to report, keys of :data:`LINES`.
    pass_through
        Share of the income change that reaches household surveys, 0-1. About 0.7 where surveys
        measure consumption and 1.0 where they measure income.
    as_of
        Year against which a survey counts as old (ten years or more); the newest survey if None.

    Returns
    -------
    DataFrame
        One row per country and line: ``iso3``, ``line_usd`` (a day, 2021 PPP),
        ``headcount_before_pct``, ``headcount_after_pct``, ``people_lifted`` (negative if people
        fall below the line), ``imputed`` (True if the head count at this line is not observed or
        the survey is old) and ``note``. Where nothing can be said the numbers are NaN.

    Raises
    ------
    InputError
        For a missing column, an unknown line or country code, a pass-through outside 0-1, or a
        change of -100 % or less.
    """
    if not 0.0 <= pass_through <= 1.0:
        raise InputError(f"pass_through must lie between 0 and 1, found {pass_through:g}")
    table = _prepare(figures, income_change, lines)
    change = np.asarray(income_change.reindex(table.index).to_numpy(dtype=float) * pass_through)
    if (bad := change <= -1.0).any():
        raise InputError(
            f"income_change of {table.index[bad][0]} is {change[bad][0]:+.0%} after pass-through; "
            "give proportional changes above -1 (0.012 means +1.2 %)"
        )
    sigma = sigma_from_gini(table["gini"])
    population = table["population"].to_numpy(dtype=float)
    old = _is_old(table, as_of)
    parts = []
    for line in lines:
        before, note, borrowed = _starting_headcount(table, line, sigma)
        inside = (before > 0.0) & (before < 1.0)
        share = np.where(inside, before, 0.5)
        after = headcount(line, mean_from_headcount(line, share, sigma) * (1.0 + change), sigma)
        # A zero change must give exactly zero people, not the rounding of Phi(Phi^-1(h)).
        after = np.where(inside & (change != 0.0), after, before)
        after = np.where(np.isnan(change), np.nan, after)
        parts.append(
            pd.DataFrame(
                {
                    "iso3": table.index,
                    "line_usd": line,
                    "headcount_before_pct": 100.0 * before,
                    "headcount_after_pct": 100.0 * after,
                    "people_lifted": (before - after) * population,
                    "imputed": borrowed | old,
                    "note": _join(note, np.where(old, "survey ten years old or more", "")),
                }
            )
        )
    out = pd.concat(parts, ignore_index=True)
    return out.sort_values(["line_usd", "iso3"], ignore_index=True)


def poverty_range(
    figures: pd.DataFrame,
    income_change: pd.Series[Any],
    *,
    lines: tuple[float, ...] = (3.00, 8.30),
    pass_through: tuple[float, float] = (0.7, 1.0),
    as_of: int | None = None,
) -> pd.DataFrame:
    """:func:`poverty_change` at two pass-throughs, side by side.

    Returns
    -------
    DataFrame
        The columns of :func:`poverty_change`, with ``people_lifted`` and ``headcount_after_pct``
        each split in ``_low`` and ``_high`` for the two pass-throughs in the order given.
    """
    low, high = (
        poverty_change(figures, income_change, lines=lines, pass_through=p, as_of=as_of)
        for p in pass_through
    )
    out = low[["iso3", "line_usd", "headcount_before_pct"]].copy()
    for column in ("headcount_after_pct", "people_lifted"):
        out[f"{column}_low"] = low[column]
        out[f"{column}_high"] = high[column]
    return out.assign(imputed=low["imputed"], note=low["note"])


def _prepare(
    figures: pd.DataFrame, income_change: pd.Series[Any], lines: tuple[float, ...]
) -> pd.DataFrame:
    """Check the inputs and return the rows to work on, indexed by iso3 and sorted."""
    unknown = [line for line in lines if line not in LINES]
    if unknown or not lines:
        raise InputError(f"no head counts at {unknown} USD a day; lines held: {sorted(LINES)}")
    needed = {"iso3", "gini", "population", *LINES.values()}
    if missing := sorted(needed - set(figures.columns)):
        raise InputError(f"figures lacks the columns {missing}")
    table = figures.set_index("iso3").sort_index()
    for name, index in (("figures", table.index), ("income_change", income_change.index)):
        if not index.is_unique:
            raise InputError(f"{name} holds {index[index.duplicated()][0]!r} more than once")
    if len(strange := income_change.index.difference(table.index)):
        code = str(strange[0])
        raise InputError(
            f"income_change holds {code!r}, which is not in figures. {suggest(code, table.index)}"
        )
    return table.loc[table.index.isin(income_change.index)]


def _is_old(table: pd.DataFrame, as_of: int | None) -> NDArray[np.bool_]:
    """Which surveys are ten years old or more; none if the years are not given."""
    if "survey_year" not in table or table["survey_year"].isna().all():
        return np.zeros(len(table), dtype=bool)
    years = table["survey_year"].to_numpy(dtype=float)
    reference = float(np.nanmax(years)) if as_of is None else float(as_of)
    return np.asarray(years <= reference - _OLD_SURVEY_YEARS, dtype=bool)


def _starting_headcount(
    table: pd.DataFrame, line: float, sigma: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.str_], NDArray[np.bool_]]:
    """Head count at ``line`` before the change (0-1), a note, and whether it is borrowed.

    A missing head count is read off the lognormal fitted at the nearest line that has one; an
    observed zero stays zero, because it says that fewer than 0.05 % are below the line.
    """
    observed = table[LINES[line]].to_numpy(dtype=float)
    before = observed / 100.0
    borrowed = np.zeros(len(table), dtype=bool)
    for other in sorted((o for o in LINES if o != line), key=lambda o: abs(np.log(o / line))):
        given = table[LINES[other]].to_numpy(dtype=float)
        usable = (given >= _ROUNDING_PCT) & (given < 100.0) & ~np.isnan(sigma)
        use = np.isnan(before) & usable
        if use.any():
            mean = mean_from_headcount(other, given[use] / 100.0, sigma[use])
            before[use] = headcount(line, mean, sigma[use])
            borrowed |= use
    unknown = np.isnan(before) | np.isnan(sigma)
    before = np.where(unknown, np.nan, before)
    note = np.select(
        [unknown, borrowed, before < _ROUNDING_PCT / 100.0],
        ["no survey", "head count from the nearest line", "head count rounds to zero"],
        default="",
    )
    return before, note, borrowed


def _join(first: NDArray[np.str_], second: NDArray[np.str_]) -> list[str]:
    """Join notes by '; ', without empty parts."""
    return ["; ".join(t for t in pair if t) for pair in zip(first, second, strict=True)]
