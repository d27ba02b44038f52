"""The country-years that the model and the warnings learn from and are checked on."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from beltroad.risk.country import episodes, indicators

__all__ = ["BASE_YEAR", "FIRST_SAMPLE_YEAR", "country_years", "latest", "pairs"]

FIRST_SAMPLE_YEAR = 2001
BASE_YEAR = 2023
"""Last year for which the bundled figures are nearly complete."""


@lru_cache(maxsize=4)
def country_years(*, unconfirmed: bool = True, rescues: bool = True) -> pd.DataFrame:
    """Indicators and outcomes by economy and year, all of them from 2000.

    Returns
    -------
    DataFrame
        Index iso3 and year; the indicators of ``indicators.INDICATORS``, and of
        ``episodes.outcomes`` ``event``, ``record``, ``distressed``, and ``usable``: out of distress
        for two years, public debt known, from 2001 on.
    """
    table = indicators.panel()
    found = episodes.outcomes(pairs(table), unconfirmed=unconfirmed, rescues=rescues)
    year = table.index.get_level_values("year")
    usable = (
        found["usable"].astype(bool)
        & table["public_debt_pct_gdp"].notna()
        & (year >= FIRST_SAMPLE_YEAR)
    )
    return table.join(found.drop(columns="usable")).assign(usable=usable)


def latest(year: int, data: pd.DataFrame | None = None) -> pd.DataFrame:
    """Indicators of one year by economy, with figures of at most two years before.

    After the base year the bundled figures stay as they are, so that a new figure of the user
    stands beside the last ones known.

    Parameters
    ----------
    data
        Figures of the user, see :func:`indicators.figures`.
    """
    carried = indicators.CARRIED_YEARS + max(0, year - BASE_YEAR)
    table = indicators.panel(data, carried=carried)
    asked = table[table.index.get_level_values("year") == year].droplevel("year")
    known = min(year, episodes.KNOWN_TO)
    index = pd.MultiIndex.from_product([asked.index, [known]], names=["iso3", "year"])
    found = episodes.outcomes(index).droplevel("year")
    return asked.join(found[["record", "distressed"]])


def pairs(table: pd.DataFrame) -> pd.MultiIndex:
    """Economy and year of each row."""
    return pd.MultiIndex.from_frame(table.index.to_frame(index=False))
