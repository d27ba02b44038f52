"""Typical terms of lenders, and the figures of the grant element conventions; dated and sourced."""

from __future__ import annotations

from functools import cache

import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError

__all__ = ["cases", "conventions", "table", "value"]


@cache
def _rows() -> pd.DataFrame:
    return evidence.load("finance_terms")


def table() -> pd.DataFrame:
    """All rows: one figure each, with unit, date, source and confidence."""
    return _rows().copy()


@cache
def value(key: str, item: str) -> float:
    """One figure of a convention, say ``value("imf", "discount_rate_pct")``.

    Raises
    ------
    DataError
        If the bundled table lacks it.
    """
    rows = _rows()
    found = rows.loc[(rows["key"] == key) & (rows["field"] == item), "value"]
    if len(found) != 1:
        raise DataError(f"finance_terms: {len(found)} rows of {key} {item}; there must be one")
    return float(found.iloc[0])


@cache
def conventions() -> dict[str, str]:
    """Keys and titles of the conventions that have a discount rate of their own."""
    rows = _rows()
    found = rows[(rows["kind"] == "convention") & (rows["field"] == "discount_rate_pct")]
    return dict(zip(found["key"], found["instrument"], strict=True))


def cases() -> pd.DataFrame:
    """One row for each instrument or loan: its figures side by side, with source and date."""
    rows = _rows()
    rows = rows[rows["kind"] != "convention"]
    labels = ["key", "kind", "institution", "instrument", "as_of", "confidence", "source_title",
              "source_url"]  # fmt: skip
    wide = rows.pivot(index="key", columns="field", values="value")
    first = rows.groupby("key", sort=False)[labels[1:]].first()
    return first.join(wide).reset_index()
