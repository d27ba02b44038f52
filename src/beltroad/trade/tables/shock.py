"""A change of tariffs and trade costs as a table of rules, spread over all flows.

Rows are applied in their order. For each flow and each of the two columns the last row that
names it and is not empty wins; nothing is multiplied. ``*`` stands for all. Own sales are touched
only by rows that name the same country as importer and as exporter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.trade.calibration import Array
from beltroad.trade.tables.accounts import places
from beltroad.trade.tables.faults import Faults, TablesError
from beltroad.trade.tables.layout import Column, Layout, clean

__all__ = ["SHOCK", "Shock", "read_shock"]

ALL = "*"
SHOCK = Layout(
    "shock",
    ("importer", "exporter", "sector"),
    (
        Column("tariff", -1.0, "new ad valorem rate as a fraction: 0.05 is 5 %",
               above=True, percent=True, optional=True),
        Column("iceberg_change", 0.0, "ratio of new to old trade cost: 1 is no change",
               above=True, optional=True),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Shock:
    """New rates (fractions) and ratios of iceberg costs, both ``[sector, importer, exporter]``."""

    tariff: Array
    iceberg_change: Array


def read_shock(
    frame: pd.DataFrame, economies: Sequence[str], sectors: Sequence[str], tariff: Array,
    iceberg_change: Array | None = None,
) -> Shock:  # fmt: skip
    """Spread the rows of a shock over the flows.

    Parameters
    ----------
    frame
        Columns ``importer, exporter, sector`` and ``tariff`` and/or ``iceberg_change``.
    tariff : (J, N, N)
        Rates before the rows, fractions.
    iceberg_change : (J, N, N), optional
        Ratios before the rows; one by default.

    Raises
    ------
    TablesError
        With every fault: row, field, value and remedy.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"shock: expected a table (DataFrame) with columns {', '.join(SHOCK.columns)}, found "
            f"{type(frame).__name__}; read a file with pandas.read_csv first"
        )
    source = str(frame.attrs.get("file", "shock"))
    faults = Faults(source)
    table = clean("shock", frame, faults, SHOCK)
    if table is None or faults.found:
        raise TablesError(source, faults.found)
    n, j = len(economies), len(sectors)
    to = places(table, "importer", economies, faults, ALL)
    by = places(table, "exporter", economies, faults, ALL)
    of = places(table, "sector", sectors, faults, ALL)
    rate = table["tariff"].to_numpy(float)
    ratio = table["iceberg_change"].to_numpy(float)
    kind, first = table.attrs["kind"], table.attrs["first"]
    for at in np.flatnonzero(np.isnan(rate) & np.isnan(ratio)):
        faults.add(f"{source} {kind} {at + first}", "changes nothing.",
                   "Give tariff or iceberg_change, or take the row out.")  # fmt: skip
    for at in np.flatnonzero((to == by) & (to >= 0) & (to < n) & ~np.isnan(rate)):
        faults.add(f"{source} {kind} {at + first}, tariff {rate[at]:g}",
                   "is on own sales.", "Tariffs fall on imports only.")  # fmt: skip
    faults.check()
    rates = tariff.copy()
    ratios = np.ones_like(tariff) if iceberg_change is None else iceberg_change.copy()
    foreign = ~np.eye(n, dtype=bool)
    wild = (to == n) | (by == n) | (of == j)
    for rows in _runs(wild):
        if not wild[rows[0]]:  # of cells named twice the last one stays
            for new, old in ((rate[rows], rates), (ratio[rows], ratios)):
                given = ~np.isnan(new)
                old[of[rows][given], to[rows][given], by[rows][given]] = new[given]
            continue
        for row in rows:
            pairs = np.zeros((n, n), dtype=bool)
            pairs[_some(to[row], n), _some(by[row], n)] = True
            if to[row] != by[row] or to[row] == n:
                pairs &= foreign
            for value, old in ((rate[row], rates), (ratio[row], ratios)):
                if not np.isnan(value):
                    old[_some(of[row], j)] = np.where(pairs, value, old[_some(of[row], j)])
    return Shock(rates, ratios)


def _some(at: int, count: int) -> slice:
    """One position, or all of them where it is that of the wildcard."""
    return slice(None) if at == count else slice(at, at + 1)


def _runs(flag: np.ndarray) -> list[np.ndarray]:
    """Rows in their order, parted wherever the flag changes."""
    return [
        rows
        for rows in np.split(np.arange(len(flag)), np.flatnonzero(np.diff(flag)) + 1)
        if len(rows)
    ]
