"""The tables of dated facts, joined once and indexed by instrument and by pair.

What is kept here is shared by every question: :mod:`beltroad.policy.facts` hands out copies.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError
from beltroad.policy.agreements import agreement_pairs

__all__ = [
    "COLUMNS", "HUB", "by_name", "every", "instruments", "made_on", "named", "of_the_hub", "places",
    "positions", "records", "terms",
]  # fmt: skip

COLUMNS = (
    "instrument", "iso3", "partner", "signed_on", "in_force_from", "in_force_to", "status", "terms",
    "confidence", "source_title", "source_url", "note", "row",
)  # fmt: skip
HUB = "CHN"


def terms(text: str) -> dict[str, str]:
    """``key=value;key=value`` of a row as a mapping."""
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


@lru_cache(maxsize=1)
def instruments() -> pd.DataFrame:
    """Instruments as the table has them."""
    return evidence.load("policy_instruments").astype(str)


@lru_cache(maxsize=1)
def by_name() -> dict[str, dict[str, str]]:
    """Rows of the table of instruments by name."""
    table = instruments()
    return {
        str(row["instrument"]): {str(key): str(value) for key, value in row.items()}
        for row in table.to_dict("records")
    }


@lru_cache(maxsize=1)
def every() -> pd.DataFrame:
    """All facts, numbered; pairs with trade agreements known by a year are joined in."""
    table = evidence.load("policy_facts").astype(str)
    table["row"] = [f"policy_facts:{number}" for number in range(2, len(table) + 2)]
    table["known_by"] = [terms(text).get("known_by", "") for text in table["terms"]]
    unknown = set(table["instrument"]) - set(instruments()["instrument"])
    if unknown:
        raise DataError(f"policy_facts: rows of instruments that do not exist: {sorted(unknown)}")
    return pd.concat([table, agreement_pairs(COLUMNS)], ignore_index=True)


@lru_cache(maxsize=1)
def of_the_hub() -> frozenset[str]:
    """Instruments of pairs in which China is always one side."""
    pairs = every()[every()["partner"] != ""]
    with_hub = pairs["iso3"].eq(HUB) | pairs["partner"].eq(HUB)
    always = with_hub.groupby(pairs["instrument"]).all()
    return frozenset(str(name) for name in always.index[always])


@lru_cache(maxsize=1)
def records() -> list[dict[Any, Any]]:
    """Every fact as a mapping, in the order of the table."""
    return every().to_dict("records")


@lru_cache(maxsize=1)
def named() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Who stands first, and who second, in the rows of each instrument."""
    firsts: dict[str, set[str]] = {name: set() for name in by_name()}
    seconds: dict[str, set[str]] = {name: set() for name in by_name()}
    for name, one, other in places():
        firsts[name].add(one)
        seconds[name].add(other)
    return {name: (frozenset(firsts[name]), frozenset(seconds[name])) for name in firsts}


@lru_cache(maxsize=1)
def made_on() -> date:
    """The last day to which any list is known."""
    return date.fromisoformat(max(instruments()["as_of"]))


@lru_cache(maxsize=1)
def positions() -> dict[str, Any]:
    """Positions of the rows of each instrument."""
    return {str(key): found for key, found in every().groupby("instrument").indices.items()}


@lru_cache(maxsize=1)
def places() -> dict[tuple[str, str, str], list[int]]:
    """Positions of rows by instrument and sides."""
    table = every()
    out: dict[tuple[str, str, str], list[int]] = {}
    keys = zip(table["instrument"], table["iso3"], table["partner"], strict=True)
    for position, key in enumerate(keys):
        out.setdefault(key, []).append(position)
    return out
