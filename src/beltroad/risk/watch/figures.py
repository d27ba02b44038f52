"""New figures of indicators from a user's file, and those that the journal holds."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.risk._cells import Faults, number_of, rows_of
from beltroad.risk.journal import Event, Journal, visible

__all__ = ["Figures", "note_import", "own_figures", "read_figures"]

COLUMNS = ("iso3", "indicator", "year", "value", "source")
FIRST_YEAR, LAST_YEAR = 1950, 2100


@dataclass(frozen=True)
class Figures:
    """Figures of one file.

    Attributes
    ----------
    table
        iso3, indicator, year, value, source; sorted.
    name, sha256
        Of the file.
    """

    table: pd.DataFrame
    name: str
    sha256: str


def read_figures(path: Path, indicators: Collection[str]) -> Figures:
    """Read figures in long format: one row an economy, indicator and year.

    Parameters
    ----------
    path
        CSV or Excel with the columns iso3, indicator, year, value, source.
    indicators
        Names that are known.

    Raises
    ------
    InputError
        With all faults of the file in one message; nothing is applied then.
    """
    faults = Faults(path)
    rows = rows_of(path, COLUMNS, COLUMNS, faults)
    seen: dict[tuple[str, str, int], int] = {}
    out = []
    for row in rows:
        if faults.enough:
            break
        iso3 = faults.take(row, "iso3", economies.iso3, empty="")
        indicator = row.get("indicator", "")
        if indicator and indicator not in indicators:
            faults.add(row, "indicator", f"no indicator {visible(indicator)!r:.60}.",
                       suggest(indicator, indicators))  # fmt: skip
        year = faults.take(row, "year", _year, empty=0)
        value = faults.take(row, "value", number_of, empty=math.nan)
        key = (iso3, indicator, year)
        if all(key) and key in seen:
            faults.add(row, "year", f"{iso3} {indicator} {year} is in row {seen[key]} already.")
        seen.setdefault(key, row.number)
        out.append((iso3, indicator, year, value, row.get("source", "")))
    if not rows:
        faults.add(None, "file", "holds no figures.")
    faults.check()
    table = pd.DataFrame(out, columns=list(COLUMNS))
    table = table.sort_values(["iso3", "indicator", "year"], kind="stable").reset_index(drop=True)
    return Figures(table, path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def note_import(journal: Journal, figures: Figures, *, by: str) -> bool:
    """Write the figures into the journal; False if the same file is there already."""
    with journal.transaction() as block:
        if any(e.what == "figures.imported" and e.id == figures.sha256 for e in block.events):
            return False
        rows = figures.table.to_numpy(dtype=object).tolist()
        block.append("figures.imported", figures.sha256,
                     {"file": visible(figures.name), "columns": list(COLUMNS), "rows": rows},
                     by=by)  # fmt: skip
    return True


def _year(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise InputError(f"{visible(text)!r:.40} is no year; give it as 2024.")
    return int(text)


def own_figures(events: Iterable[Event], new: Figures | None = None) -> pd.DataFrame:
    """Figures of all imports, a later one replacing an earlier one of its key.

    With ``new`` as they would be once these are taken over, for a look before that is done:
    what is in the journal stays there.
    """
    rows: dict[tuple[str, str, int], list[Any]] = {}
    for event in events:
        if event.what == "figures.imported":
            for row in event.data["rows"]:
                rows[(row[0], row[1], row[2])] = row
    for row in [] if new is None else new.table.to_numpy(dtype=object).tolist():
        rows[(row[0], row[1], row[2])] = row
    return pd.DataFrame([rows[key] for key in sorted(rows)], columns=list(COLUMNS))
