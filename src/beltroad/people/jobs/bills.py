"""Wage bills by industry and economy: what comes in is checked once, here."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from beltroad.errors import InputError, suggest

__all__ = ["check_bills", "read_wage_bills"]

COLUMNS = ("iso3", "industry", "before_usd", "after_usd")
_SHOWN = 20


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
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        told = str(error).strip().splitlines()[0]
        raise InputError(f"{path}: is not a CSV table in UTF-8 ({told})") from None
    if missing := [c for c in COLUMNS if c not in table.columns]:
        hint = suggest(missing[0], [str(c) for c in table.columns])
        raise InputError(f"{path}: no column {', '.join(missing)}. {hint}".strip())
    faults = _faults(table)
    if faults:
        more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise InputError(
            "\n".join([f"{path}: {len(faults)} faults", *faults[:_SHOWN], *more])
            if len(faults) > 1
            else f"{path}: {faults[0]}"
        )
    numbers = table.assign(
        iso3=table["iso3"].str.strip(),
        industry=table["industry"].str.strip(),
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
    for line, row in enumerate(table[list(COLUMNS)].itertuples(index=False), start=2):
        iso3, industry = str(row[0]).strip(), str(row[1]).strip()
        if not iso3 or not industry:
            found.append(f"line {line}: iso3 or industry is empty")
            continue
        if (iso3, industry) in seen:
            found.append(f"line {line}: {iso3} {industry} is given twice")
        seen.add((iso3, industry))
        for k, column in enumerate(COLUMNS[2:]):
            value = _number(row[k + 2])
            if value is None or value < 0.0:
                found.append(
                    f"line {line}: {column} {str(row[k + 2])!r:.40} is not a number of 0 or more"
                )
                value = math.nan
            totals.setdefault(iso3, [0.0, 0.0])[k] += value
    for iso3, sums in totals.items():
        for column, total in zip(COLUMNS[2:], sums, strict=True):
            if total == 0.0:
                found.append(f"{iso3}: {column} sums to zero; give the economy's wage bills")
    return found


def _number(text: Any) -> float | None:
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
