"""Parameters of the debt frameworks: every threshold, cut-off and shock size, in one dated table.

The bundled table ``debt_parameters`` holds one row per framework, date and parameter. A framework
that is revised gets new rows with a later ``valid_from``; old assessments can be run again with
the parameters of their day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from beltroad import evidence
from beltroad.errors import DataError, InputError, suggest

__all__ = ["Parameters", "load"]


@dataclass(frozen=True)
class Parameters:
    """Numbers of one framework on one day, by name (``ci.growth``, ``threshold.weak.…``)."""

    framework: str
    on: str
    values: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        try:
            return self.values[name]
        except KeyError:
            raise DataError(
                f"debt_parameters has no {name!r} for {self.framework} on {self.on}. "
                f"{suggest(name, self.values)}"
            ) from None


@cache
def load(framework: str = "lic-dsf", on: str = "") -> Parameters:
    """Parameters of ``framework`` in force on the day ``on`` (YYYY-MM-DD; empty: the latest).

    Raises
    ------
    InputError
        If there is no such framework, or none of it was in force that day.
    """
    table = evidence.load("debt_parameters")
    known = sorted(set(table["framework"]))
    if framework not in known:
        raise InputError(f"no debt framework {framework!r}. {suggest(framework, known)}")
    rows = table[table["framework"] == framework]
    if on:
        rows = rows[rows["valid_from"] <= on]
    if rows.empty:
        raise InputError(f"{framework}: no parameters in force on {on}; give a later date")
    latest = rows.sort_values("valid_from").groupby("parameter", sort=True).tail(1)
    values = dict(zip(latest["parameter"], latest["value"].astype(float), strict=True))
    return Parameters(framework, on, values)
