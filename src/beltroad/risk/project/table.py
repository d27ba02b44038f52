"""A table of projects to be ranged: read, and checked as a whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import Fault, InputError, ScenarioError
from beltroad.risk._cells import Faults, column_faults, frame_of, number_of, screenful
from beltroad.risk.journal import visible
from beltroad.risk.project.overrun import reference_class

__all__ = ["COLUMNS", "checked_projects", "read_projects"]

REQUIRED = ("id", "mode", "cost_usd")
COLUMNS = (*REQUIRED, "years", "benefit_mode", "benefit_cost_ratio", "realised")
"""``years`` planned of building; ``benefit_mode`` (such as toll_road) where not ``mode``."""

_MOST = {"cost_usd": 1e15, "years": 100.0, "benefit_cost_ratio": 1e6}
_ENOUGH = 200  # faults, after which the rest of a table is not looked at
_TRUE = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


def read_projects(path: Path) -> pd.DataFrame:
    """Read projects from CSV.

    Raises
    ------
    InputError
        If the file cannot be read; :class:`~beltroad.errors.ScenarioError` with all faults.
    """
    faults = Faults(path)
    table, lines = frame_of(path, COLUMNS, REQUIRED, faults)
    return _checked(table, visible(path), lines, faults.found)


def checked_projects(projects: pd.DataFrame, *, source: str = "projects") -> pd.DataFrame:
    """Projects with every column, or all their faults at once.

    Raises
    ------
    ScenarioError
        With every fault that was found.
    """
    faults = column_faults(projects, COLUMNS, REQUIRED)
    if faults:
        raise ScenarioError(source, faults)
    return _checked(projects, source, range(2, len(projects) + 2), [])


def _checked(
    projects: pd.DataFrame, source: str, lines: Sequence[int], found: Sequence[Fault]
) -> pd.DataFrame:
    """Projects of known columns, row by row; ``found`` is what was wrong before."""
    faults = list(found)
    names = [str(c) for c in projects.columns]
    rows = []
    for line, row in zip(lines, projects.itertuples(index=False), strict=True):
        rows.append(_row(line, dict(zip(names, row, strict=True)), faults))
        if len(faults) >= _ENOUGH:
            raise ScenarioError(source, screenful(faults))
    out = pd.DataFrame(rows)
    faults += [
        Fault(f"row {lines[k]}, id", f"{out['id'][k]!r:.40} is given twice.")
        for k in out.index[out["id"].duplicated() & (out["id"] != "")]
    ]
    if faults:
        raise ScenarioError(source, screenful(faults))
    return out


def _row(line: int, raw: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    def text(column: str) -> str:
        value = raw.get(column, "")
        return "" if value is None or value != value else str(value).strip()

    def number(column: str, *, needed: bool) -> float:
        if not text(column):
            if needed:
                faults.append(Fault(f"row {line}, {column}", "is empty."))
            return math.nan
        try:
            value = number_of(text(column))
        except InputError as error:
            faults.append(Fault(f"row {line}, {column}", str(error)))
            return math.nan
        if not 0 < value <= _MOST[column]:
            faults.append(Fault(f"row {line}, {column}", f"{value:g} is not above 0 and at most "
                                f"{_MOST[column]:g}."))  # fmt: skip
        return value

    out: dict[str, Any] = {"id": text("id"), "mode": text("mode")}
    if not out["id"]:
        faults.append(Fault(f"row {line}, id", "is empty."))
    try:
        reference_class(out["mode"])
    except InputError as error:
        faults.append(Fault(f"row {line}, mode", str(error)))
    out["cost_usd"] = number("cost_usd", needed=True)
    out["years"] = number("years", needed=False)
    out["benefit_mode"] = text("benefit_mode") or out["mode"]
    if out["benefit_mode"] not in (out["mode"], "rail", "road", "toll_road"):
        faults.append(Fault(f"row {line}, benefit_mode", f"{out['benefit_mode']!r:.30} has no "
                            "published benefits.", "Use rail, road or toll_road."))  # fmt: skip
    out["benefit_cost_ratio"] = number("benefit_cost_ratio", needed=False)
    said = text("realised").lower()
    if said not in _TRUE:
        faults.append(Fault(f"row {line}, realised", f"{said!r:.20} is neither yes nor no."))
    out["realised"] = _TRUE.get(said, False)
    return out
