"""The table ``parks``: cooperation zones, twin parks and border zones, with who says so."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.evidence import economies

__all__ = ["find", "pairs", "park"]

STATUS = ("operating", "construction", "planned", "stalled", "unknown")


def find(
    host: str | None = None, partner: str | None = None, *, pair: str | None = None
) -> pd.DataFrame:
    """Parks, filtered.

    Parameters
    ----------
    host
        Name or code of the economy in which they lie.
    partner
        Name or code of an economy that takes part from abroad.
    pair
        A pair of parks in two countries (:func:`pairs`).

    Raises
    ------
    InputError
        If an economy or pair is unknown.
    """
    table = _table()
    if host is not None:
        table = table[table["host"] == economies.iso3(host)]
    if partner is not None:
        code = economies.iso3(partner)
        table = table[[code in each.split() for each in table["partners"]]]
    if pair is not None:
        known = sorted(set(_table()["pair"]) - {""})
        if pair not in known:
            raise InputError(
                f"no pair of parks {pair!r:.40}. {suggest(pair, known)} Pairs: {', '.join(known)}"
            )
        table = table[table["pair"] == pair]
    return table.reset_index(drop=True)


def park(park_id: str) -> pd.Series:
    """One park by its key or name.

    Raises
    ------
    InputError
        If there is none; close ones are suggested.
    """
    table = _table()
    folded = park_id.strip().casefold()
    found = table[
        (table["park_id"].str.casefold() == folded) | (table["name"].str.casefold() == folded)
    ]
    if found.empty:
        known = [*table["park_id"], *table["name"]]
        raise InputError(
            f"no park {park_id!r:.60}. {suggest(park_id, known)} "
            "`beltroad policy parks` lists all".replace("  ", " ")
        )
    return found.iloc[0]


def pairs() -> pd.DataFrame:
    """Two countries, two parks: one row a pair.

    Returns
    -------
    DataFrame
        Columns pair, parks (keys), hosts, agreed (earliest year known), sources (number).
    """
    table = _table()
    table = table[table["pair"] != ""]
    rows = [
        (name, " ".join(group["park_id"]), " ".join(dict.fromkeys(group["host"])),
         group["year_agreed"].min(), group["source_title"].nunique())
        for name, group in table.groupby("pair", sort=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["pair", "parks", "hosts", "agreed", "sources"])


@lru_cache(maxsize=1)
def _table() -> pd.DataFrame:
    return evidence.load("parks")
