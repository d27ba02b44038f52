"""Wage bills by industry and economy: what comes in is checked once, here."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.people.tables import number_of, read_table, refuse

__all__ = ["check_bills", "read_wage_bills"]

COLUMNS = ("iso3", "industry", "before_usd", "after_usd")


def check_bills(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables as numbers, in the same order.

    Raises
    ------
    InputError
        If an industry or economy is in one table only or twice, a bill is not a number of 0 or
        more, or an economy pays nothing at all.
    """
    for name, table in (("before", before), ("after", after)):
        for what, labels in (("industry", table.index), ("economy", table.columns)):
            if not labels.is_unique:
                raise InputError(
                    f"wage bills {name}: {what} {labels[labels.duplicated()][0]!r} is given twice"
                )
    for what, ours, theirs in (
        ("industry", before.index, after.index),
        ("economy", before.columns, after.columns),
    ):
        if len(odd := ours.symmetric_difference(theirs)):
            raise InputError(
                f"wage bills: {what} {odd[0]!r} is in one of the two tables only; "
                "give the same industries and economies before and after"
            )
    if before.empty:
        raise InputError("wage bills: no rows; give industries as rows, economies as columns")
    tables = []
    for name, table in (("before", before), ("after", after.loc[before.index, before.columns])):
        try:
            numbers = table.astype(float)
        except (TypeError, ValueError):
            raise InputError(f"wage bills {name}: a bill is not a number") from None
        values = numbers.to_numpy()
        if (bad := ~(np.isfinite(values) & (values >= 0.0))).any():
            row, column = (int(k[0]) for k in np.nonzero(bad))
            raise InputError(
                f"wage bills {name}: {numbers.columns[column]}, {numbers.index[row]}: "
                f"{values[row, column]:g}; give USD, 0 or more"
            )
        if (none := values.sum(axis=0) <= 0.0).any():
            raise InputError(f"wage bills {name}: {numbers.columns[none][0]} pays no wages at all")
        tables.append(numbers)
    return tables[0], tables[1]


def read_wage_bills(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Wage bills before and after from a CSV: ``iso3, industry, before_usd, after_usd``.

    Returns
    -------
    tuple of DataFrame
        Before and after; industries as rows, economies as columns, in the file's order. An
        industry that an economy does not list pays nothing there.

    Raises
    ------
    InputError
        With all faults of the file in one message.
    """
    table = read_table(path, COLUMNS)
    refuse(path, _faults(table))
    numbers = table.assign(
        **{c: pd.to_numeric(table[c]) for c in COLUMNS[2:]},
    )
    industries, economies = numbers["industry"].unique(), numbers["iso3"].unique()
    wide = numbers.pivot(index="industry", columns="iso3", values=list(COLUMNS[2:])).fillna(0.0)
    tables = [pd.DataFrame(wide[c]).loc[list(industries), list(economies)] for c in COLUMNS[2:]]
    return tables[0], tables[1]


def _faults(table: pd.DataFrame) -> list[str]:
    found = [] if len(table) else ["no rows under the heading"]
    seen: set[tuple[str, str]] = set()
    totals: dict[str, list[float]] = {}
    for line, iso3, industry, *bills in table[list(COLUMNS)].itertuples():
        if not iso3 or not industry:
            found.append(f"line {line}: iso3 or industry is empty")
            continue
        if (iso3, industry) in seen:
            found.append(f"line {line}: {iso3} {industry} is given twice")
        seen.add((iso3, industry))
        for k, column in enumerate(COLUMNS[2:]):
            value = number_of(bills[k])
            if value is None or value < 0.0:
                found.append(f"line {line}: {column} {bills[k]!r:.40} is not a number of 0 or more")
                value = math.nan
            totals.setdefault(iso3, [0.0, 0.0])[k] += value
    for iso3, sums in totals.items():
        for column, total in zip(COLUMNS[2:], sums, strict=True):
            if total == 0.0:
                found.append(f"{iso3}: {column} sums to zero; give the economy's wage bills")
    return found
