"""From the survey to the target year: growth passed on to households, and population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError

__all__ = ["PASS_THROUGH", "GrowthPaths", "growth_pass_through", "pass_through_range"]

Array = NDArray[np.float64]
#: Share of growth in national accounts that reaches surveys, low and high, by what they measure.
PASS_THROUGH = {"consumption": (0.7, 1.0), "income": (0.85, 1.0), "": (0.7, 1.0)}
#: The World Bank's own rates for lining surveys up (Poverty and Inequality Platform Methodology
#: Handbook, section 5.1; Mahler and Newhouse 2024, Global Poverty Monitoring Technical Note 35).
LINE_UP = {"consumption": 0.7, "income": 1.0, "": 0.85}


def pass_through_range(
    welfare: Sequence[str], given: tuple[float, float] | None
) -> tuple[Array, Array]:
    """Low and high pass-through of each row: the one given, or that of its kind of survey.

    Raises
    ------
    InputError
        If one given lies outside 0-1 or low is above high.
    """
    if given is None:
        found = np.array([PASS_THROUGH.get(kind, PASS_THROUGH[""]) for kind in welfare], float)
        return found.reshape(-1, 2)[:, 0], found.reshape(-1, 2)[:, 1]
    if len(given) != 2 or not 0.0 <= given[0] <= given[1] <= 1.0:
        raise InputError(
            f"pass-through {', '.join(f'{p:g}' for p in given)}: give low and high within 0-1, "
            "such as 0.7,1.0"
        )
    low, high = (np.full(len(welfare), float(p)) for p in given)
    return low, high


def growth_pass_through(welfare: Sequence[str], given: tuple[float, float] | None) -> Array:
    """Pass-through of growth before the change: the World Bank's, or a given range's middle."""
    if given is not None:
        return np.full(len(welfare), 0.5 * (given[0] + given[1]))
    return np.array([LINE_UP.get(kind, LINE_UP[""]) for kind in welfare], dtype=float)


@dataclass(frozen=True)
class GrowthPaths:
    """Growth and population of ``growth_outlook``, and today's population for the rest.

    Attributes
    ----------
    table
        ``iso3``, ``year``, ``population``, ``gdp_per_capita_growth_pct``.
    today
        Persons by iso3, where no path is known.
    """

    table: pd.DataFrame
    today: pd.Series

    @cached_property
    def years(self) -> tuple[int, int]:
        """First and last year of the paths."""
        return int(self.table["year"].min()), int(self.table["year"].max())

    @cached_property
    def _growth(self) -> pd.DataFrame:
        return self.table.pivot(index="iso3", columns="year", values="gdp_per_capita_growth_pct")

    @cached_property
    def _population(self) -> pd.DataFrame:
        return self.table.pivot(index="iso3", columns="year", values="population")

    def check(self, year: int) -> None:
        """Refuse a year that the paths do not reach."""
        first, last = self.years
        if not first <= year <= last:
            raise InputError(f"year {year}: the outlook runs from {first} to {last}")

    def factor(
        self, iso3: Sequence[str], survey_year: Array, year: int, pass_through: Array
    ) -> tuple[Array, NDArray[np.int64]]:
        """Growth of household welfare from the survey to ``year``, and years that were filled.

        ``prod(1 + p g_t)`` over the years after the survey; a survey after ``year`` is taken back
        the same way. A year without a figure has the economy's mean growth over the known ones.
        An economy without figures stays where its survey put it (factor 1, -1 filled).
        """
        self.check(year)
        known = self._growth.reindex(list(iso3))
        start = int(min(np.nanmin(survey_year, initial=year), self.years[0], year))
        stop = int(max(np.nanmax(survey_year, initial=year), year))
        values = known.reindex(columns=range(start + 1, stop + 1)).to_numpy(dtype=float)
        columns = np.arange(start + 1, stop + 1)
        later, before = survey_year[:, None], np.minimum(survey_year, year)[:, None]
        used = (columns > before) & (columns <= np.maximum(later, year))
        counts = known.notna().sum(axis=1).to_numpy()
        total = known.sum(axis=1).to_numpy(dtype=float)
        mean = np.where(counts > 0, total / np.maximum(counts, 1), 0.0)
        gaps = np.isnan(values)
        growth = np.where(gaps, mean[:, None], values) / 100.0
        logs = np.log1p(np.maximum(pass_through[:, None] * growth, -0.99))
        change = np.where(used, logs, 0.0).sum(axis=1)
        sign = np.where(survey_year > year, -1.0, 1.0)
        filled = np.where(counts > 0, (gaps & used).sum(axis=1), -1)
        return np.exp(sign * change), filled

    def population(self, iso3: Sequence[str], year: int | None) -> tuple[Array, NDArray[np.bool_]]:
        """Persons in ``year`` (today if None), and where today's had to stand in."""
        today = self.today.reindex(list(iso3)).to_numpy(dtype=float)
        if year is None:
            return today, np.zeros(len(today), dtype=bool)
        self.check(year)
        then = self._population.reindex(list(iso3))[year].to_numpy(dtype=float)
        lacking = np.isnan(then)
        return np.where(lacking, today, then), lacking & ~np.isnan(today)
