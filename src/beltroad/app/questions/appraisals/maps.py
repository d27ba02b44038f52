"""Maps of results: economies with the value of a column, or of a difference."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from beltroad.app.formats import shown
from beltroad.app.questions import geo
from beltroad.app.questions.appraisals.explain import columns_of
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from beltroad.app.answers import Column
    from beltroad.app.questions.appraisals.compare import Comparison
    from beltroad.app.questions.appraisals.stored import Result

__all__ = ["choropleth", "difference", "drawn_projects", "mapped_columns"]


def mapped_columns() -> tuple[Column, ...]:
    """Columns of the table of economies that a map can show: those with numbers."""
    return tuple(c for c in columns_of("countries") if c.kind == "number")


def choropleth(result: Result, column: str, boundaries: Path | None) -> dict[str, Any]:
    """Outlines of economies with the value of a column.

    Raises
    ------
    InputError
        If the column is none of numbers.
    """
    known = {c.name: c for c in mapped_columns()}
    if column not in known:
        hint = suggest(column[:60], known) or f"Known: {', '.join(known)}."
        raise InputError(f"column {column[:60]!r} is no column of numbers. {hint}")
    frame = result.frame("countries")
    return _shaded(dict(zip(frame["iso3"], frame[column], strict=True)), known[column].unit,
                   boundaries, source=f"beltroad, run {result.hash[:12]}")  # fmt: skip


def difference(found: Comparison, letter: str, boundaries: Path | None) -> dict[str, Any]:
    """Outlines with the difference of a run from the first one."""
    if letter not in found.letters[1:]:
        raise InputError(f"letter {letter[:8]!r}: give one of {', '.join(found.letters[1:])}")
    frame: pd.DataFrame = found.frame
    unit = columns_of("countries", [found.measure])[0].unit
    values = dict(zip(frame["iso3"], frame[f"{letter}-{found.letters[0]}"], strict=True))
    return _shaded(values, unit, boundaries, source="beltroad, these runs")


def _shaded(
    values: Mapping[str, Any], unit: str, chosen: Path | None, *, source: str
) -> dict[str, Any]:  # fmt: skip
    def tell(code: str, name: str) -> dict[str, Any]:
        value = values.get(code)
        number = None if value is None or not math.isfinite(value) else float(value)
        said = "not in the model" if number is None else f"{shown(number)} {unit}".strip()
        return {"value": number, "label": f"{name}: {said}"}

    return geo.shaded(chosen, tell, {"source": source})


def drawn_projects(result: Result) -> dict[str, Any]:
    """The projects of the comparison as lines and points."""
    found: dict[str, Any] = json.loads(result.stored.path("projects.geojson").read_bytes())
    return found
