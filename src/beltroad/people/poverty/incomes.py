"""Changes of income from a user's file, or the same for all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.people.tables import number_of, read_table, refuse

__all__ = ["IncomeChanges", "read_changes", "uniform"]

#: Columns that may hold the change, and what turns them into a proportion.
COLUMNS = {"income_change": 1.0, "income_change_pct": 0.01, "real_income_change_pct": 0.01}
_PER_CENT = re.compile(r"([+-]?\d{1,4}(?:\.\d{1,10})?)\s*%")


@dataclass(frozen=True)
class IncomeChanges:
    """Proportional changes of real income and changes of the Gini index in per cent, by iso3."""

    income: pd.Series
    gini_pct: pd.Series | None = None


def uniform(text: str, codes: frozenset[str]) -> IncomeChanges:
    """The same change for every economy, from text such as ``1.0%``.

    Raises
    ------
    InputError
        If the text is no percentage, or -100 % or less.
    """
    found = _PER_CENT.fullmatch(text.strip())
    if not found:
        raise InputError(f"growth {text!r:.30}: give a percentage, such as 1.0%")
    change = float(found[1]) / 100.0
    if change <= -1.0:
        raise InputError(f"growth {text!r:.30}: give more than -100%")
    return IncomeChanges(pd.Series(change, index=sorted(codes)))


def read_changes(path: Path, codes: frozenset[str]) -> IncomeChanges:
    """Read a CSV with ``iso3`` and a change of income.

    One of the columns ``income_change`` (0.012), ``income_change_pct`` (1.2) or
    ``real_income_change_pct`` (the appraisal's ``countries.csv``) is needed; ``gini_change_pct``
    may stand beside it. Rows whose change is empty are left out.

    Raises
    ------
    InputError
        With all faults of the file in one message.
    """
    table = read_table(path)
    held = [name for name in COLUMNS if name in table.columns]
    if "iso3" not in table.columns or len(held) != 1:
        raise InputError(
            f"{path}: columns iso3 and one of {', '.join(COLUMNS)} are needed; found "
            f"{', '.join(map(str, table.columns[:12]))}"
        )
    faults, income, gini = [], {}, {}
    for line, row in table.iterrows():
        where, code = f"line {line}", row["iso3"]
        if row[held[0]] == "":
            continue
        if code not in codes:
            hint = suggest(code, codes)
            faults.append(f"{where}: iso3 {code!r:.12}: no such economy. {hint}".strip())
        elif code in income:
            faults.append(f"{where}: {code} stands twice")
        change = number_of(row[held[0]])
        if change is None or change * COLUMNS[held[0]] <= -1.0:
            faults.append(
                f"{where}: {held[0]} {row[held[0]]!r:.20}: give a number above "
                f"{-1.0 / COLUMNS[held[0]]:g}"
            )
        else:
            income[code] = change * COLUMNS[held[0]]
        if given := row.get("gini_change_pct", ""):
            spread = number_of(given)
            if spread is None or abs(spread) >= 50.0:
                faults.append(
                    f"{where}: gini_change_pct {given!r:.20}: give a number within 50 either way"
                )
            else:
                gini[code] = spread
    if not faults and not income:
        faults.append(f"no row has a value in {held[0]}")
    refuse(path, faults)
    spreads = pd.Series(gini, dtype=float) if gini else None
    return IncomeChanges(pd.Series(income, dtype=float), spreads)
