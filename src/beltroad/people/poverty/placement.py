"""Where lines of other PPP years lie on distributions that are in 2021 PPP.

One price level links both: a dollar of 2011 PPP is worth the same number of dollars of 2021 PPP at
every line of an economy. Head counts at lines of 2011 PPP show that number: the share of people
below 1.90 in a survey is the share below some line of 2021 PPP in the same survey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.people.poverty.distributions import (
    OBSERVED,
    OBSERVED_2011,
    Distributions,
    distributions,
)
from beltroad.people.poverty.lines import PovertyLine

__all__ = ["EXTREME_2017_OVER_2011", "Placement", "conversion_factors", "implied_lines", "place"]

Array = NDArray[np.float64]
#: A dollar of 2011 PPP in dollars of 2017 PPP for the poorest economies' lines: Jolliffe et al.
#: (2022), World Bank Policy Research Working Paper 9941, abstract: 1.90 becomes about 2.15.
EXTREME_2017_OVER_2011 = 2.15 / 1.90
_USABLE = (0.01, 0.99)


@dataclass(frozen=True)
class Placement:
    """Lines on distributions.

    Attributes
    ----------
    log_line
        Log of the equivalent line, USD a day of 2021 PPP, shape (rows, lines).
    how
        ``same`` (a line of 2021 PPP), ``observed`` (through the head count at this line in this
        survey), ``economy`` (the economy's own conversion factor) or ``stated`` (the median factor
        of all economies, or the factor from 2017 to 2011 PPP), same shape.
    headcount
        Head count observed at the line (0-1), NaN where there is none, same shape.
    """

    log_line: Array
    how: NDArray[np.str_]
    headcount: Array

    def rows(self, keep: NDArray[np.int64]) -> Placement:
        """Some rows only."""
        return Placement(self.log_line[keep], self.how[keep], self.headcount[keep])


def conversion_factors(table: pd.DataFrame) -> pd.Series:
    """What a dollar of 2011 PPP is in dollars of 2021 PPP, by economy.

    The median over surveys and lines whose head count in 2011 PPP belongs to the same survey year
    and lies within 1-99 %.
    """
    same = table[table["headcount_2011_year"] == table["survey_year"]]
    if same.empty:
        return pd.Series(dtype=float)
    found = distributions(same)
    implied = implied_lines(found)
    lines = np.log([line.usd for line in OBSERVED_2011])
    heads = found.table[list(OBSERVED_2011.values())].to_numpy(dtype=float) / 100.0
    usable = (heads >= _USABLE[0]) & (heads <= _USABLE[1])
    logs = pd.DataFrame(np.where(usable, implied - lines, np.nan), index=found.table["iso3"])
    middle = logs.stack().groupby(level=0).median()
    return pd.Series(np.exp(middle.to_numpy(dtype=float)), index=middle.index)


def implied_lines(rows: Distributions) -> Array:
    """Log line of 2021 PPP with the head count observed at each line of 2011 PPP."""
    heads = rows.table[list(OBSERVED_2011.values())].to_numpy(dtype=float) / 100.0
    inside = (heads > 0) & (heads < 1)
    return rows.line_at(rows.log_slope(np.where(inside, heads, np.nan)))


def place(rows: Distributions, lines: tuple[PovertyLine, ...], factors: pd.Series) -> Placement:
    """Place lines on distributions.

    Raises
    ------
    InputError
        If no economy shows how 2011 or 2017 PPP compare with 2021 PPP.
    """
    shape = (len(rows), len(lines))
    logs, how = np.empty(shape), np.full(shape, "same", dtype="<U8")
    seen = np.full(shape, np.nan)
    own = factors.reindex(rows.table["iso3"]).to_numpy(dtype=float)
    if any(line.ppp_year != 2021 for line in lines) and factors.empty:
        raise InputError(
            "no head counts at lines of 2011 PPP: lines of 2011 and 2017 PPP cannot be placed. "
            "Use lines of 2021 PPP, such as 3.00@2021"
        )
    middle = float(factors.median()) if len(factors) else np.nan
    factor = np.where(np.isnan(own), middle, own)
    for j, line in enumerate(lines):
        logs[:, j] = np.log(line.usd)
        if line.ppp_year == 2021:
            if line in OBSERVED:
                seen[:, j] = rows.headcounts[:, list(OBSERVED).index(line)]
            continue
        if line.ppp_year == 2017:
            logs[:, j] += np.log(factor / EXTREME_2017_OVER_2011)
            how[:, j] = "stated"
            continue
        logs[:, j] += np.log(factor)
        how[:, j] = np.where(np.isnan(own), "stated", "economy")
        if line in OBSERVED_2011:
            k = list(OBSERVED_2011).index(line)
            same = (rows.table["headcount_2011_year"] == rows.table["survey_year"]).to_numpy()
            heads = rows.table[OBSERVED_2011[line]].to_numpy(dtype=float) / 100.0
            implied = implied_lines(rows)[:, k]
            direct = same & (heads >= 0.001) & (heads <= 0.999) & np.isfinite(implied)
            logs[:, j] = np.where(direct, implied, logs[:, j])
            how[direct, j] = "observed"
            seen[direct, j] = heads[direct]
    return Placement(logs, how, seen)
