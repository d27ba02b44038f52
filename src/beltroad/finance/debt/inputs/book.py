"""Values of a country's series year by year, each with its kind and source."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["RULE", "Book"]

Array = NDArray[np.float64]
RULE = "rule: "
"""What a source begins with where the value comes from a rule, not from a publication."""


class Book:
    """Values of the series of one country with kind and source, on one range of years.

    Parameters
    ----------
    rows
        Columns variable, year, value, kind, source.
    first, last
        Years held. Rows outside are left out.
    start
        First projection year t.
    """

    def __init__(self, rows: pd.DataFrame, first: int, last: int, start: int) -> None:
        self.years = np.arange(first, last + 1)
        self.start = start
        self._values: dict[str, Array] = {}
        self._origins: dict[str, list[tuple[str, str]]] = {}
        for name, part in rows.groupby("variable", sort=True):
            for year, value, kind, source in zip(
                part["year"], part["value"], part["kind"], part["source"], strict=True
            ):
                if first <= year <= last:
                    self._row(str(name))
                    self._values[str(name)][year - first] = value
                    self._origins[str(name)][year - first] = (str(kind), str(source))

    def _row(self, name: str) -> None:
        if name not in self._values:
            self._values[name] = np.full(len(self.years), np.nan)
            self._origins[name] = [("", "")] * len(self.years)

    def __contains__(self, name: str) -> bool:
        return name in self._values and bool(np.isfinite(self._values[name]).any())

    def get(self, name: str) -> Array:
        """A copy of a series; NaN where a year is not known."""
        found = self._values.get(name)
        return np.full(len(self.years), np.nan) if found is None else found.copy()

    def at(self, name: str, year: int) -> float:
        """One value; NaN where it is not known or the year is outside."""
        k = year - int(self.years[0])
        return float(self.get(name)[k]) if 0 <= k < len(self.years) else float("nan")

    def last_known(self, name: str, up_to: int | None = None) -> int:
        """Last year with a value (not after ``up_to``), 0 where there is none."""
        known = np.isfinite(self.get(name)) & (self.years <= (up_to or int(self.years[-1])))
        return int(self.years[np.flatnonzero(known)[-1]]) if known.any() else 0

    def put(
        self,
        name: str,
        values: Array,
        kind: str,
        source: str,
        *,
        first: int = 0,
        last: int = 9999,
        replace: bool = False,
    ) -> None:
        """Fill the empty years from ``first`` to ``last`` (all of them with ``replace``)."""
        self._row(name)
        held = self._values[name]
        wanted = np.isfinite(values) & (self.years >= first) & (self.years <= last)
        if not replace:
            wanted &= ~np.isfinite(held)
        for k in np.flatnonzero(wanted):
            held[k] = values[k]
            self._origins[name][k] = (kind, source)

    def carry(self, name: str, into: str, factor: Array | float = 1.0, *, last: int = 9999) -> None:
        """Copy a series under another name and unit, each year keeping its own kind and source."""
        self._row(into)
        values = self.get(name) * factor
        for k in np.flatnonzero(np.isfinite(values) & (self.years <= last)):
            if not np.isfinite(self._values[into][k]):
                self._values[into][k] = values[k]
                self._origins[into][k] = self._origins[name][k]

    def frame(self, names: Mapping[str, object]) -> pd.DataFrame:
        """The series among ``names`` that are known, index ``year``."""
        held = {n: self._values[n] for n in names if n in self}
        return pd.DataFrame(held, index=pd.Index(self.years, name="year"))

    def origins(self, names: Mapping[str, object]) -> pd.DataFrame:
        """Stretches of one kind and source: variable, year_from, year_to, kind, source."""
        out = []
        for name in names:
            if name not in self:
                continue
            run: list[object] = []
            for year, value, origin in zip(
                self.years, self._values[name], self._origins[name], strict=True
            ):
                if not np.isfinite(value):
                    run = []
                elif run and run[3:] == list(origin):
                    run[2] = int(year)
                else:
                    run = [name, int(year), int(year), *origin]
                    out.append(run)
        columns = ["variable", "year_from", "year_to", "kind", "source"]
        return pd.DataFrame(out, columns=columns)
