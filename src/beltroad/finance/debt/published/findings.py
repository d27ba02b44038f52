"""The tables of published findings, ratings and exposure, and one shape for every comparison."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest

__all__ = [
    "COLUMNS",
    "classes",
    "comparison",
    "exposure",
    "findings",
    "published",
    "ratings",
    "row",
]

COLUMNS = ["finding", "item", "ours", "theirs", "difference", "why"]
Row = tuple[str, str, float, float, float, str]


def findings(name: str = "") -> pd.DataFrame:
    """Published figures with source and confidence; of one finding, if it is named.

    Raises
    ------
    InputError
        If there is no such finding.
    """
    table = evidence.load("debt_findings")
    if not name:
        return table
    known = sorted(set(table["finding"]))
    if name not in known:
        raise InputError(f"no published finding {name!r}. {suggest(name, known)}")
    return table[table["finding"] == name].reset_index(drop=True)


def published(finding: str, item: str, quantity: str = "") -> float:
    """One published figure.

    Raises
    ------
    InputError
        If it is not there, or not there once.
    """
    table = findings(finding)
    chosen = table[table["item"] == item]
    if quantity:
        chosen = chosen[chosen["quantity"] == quantity]
    if len(chosen) != 1:
        raise InputError(f"{finding}: {len(chosen)} figures for {item!r} {quantity}".rstrip())
    return float(chosen["value"].iloc[0])


def ratings() -> pd.DataFrame:
    """``iso3, external_rating, sustainability, published_on, listed_to``, low-income countries."""
    return evidence.load("debt_ratings")


def classes() -> pd.DataFrame:
    """``iso3, debt_carrying_capacity, score, year, basis, source, source_url``: read one by one."""
    return evidence.load("debt_classes")


def exposure() -> pd.DataFrame:
    """Public debt of 2016 and Chinese official commitments, one row for each economy."""
    return evidence.load("debt_exposure")


def row(finding: str, item: str, ours: float, theirs: float, why: str = "") -> Row:
    """One line of a comparison; the difference is ours less theirs, NaN where one is missing."""
    known = not (math.isnan(ours) or math.isnan(theirs))
    return (finding, item, ours, theirs, ours - theirs if known else math.nan, why)


def comparison(rows: Iterable[Row]) -> pd.DataFrame:
    """``finding, item, ours, theirs, difference, why``."""
    return pd.DataFrame(list(rows), columns=COLUMNS)
