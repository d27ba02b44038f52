"""Class of a project in the Green Development Guidance, with reasons; what building it emits."""

from __future__ import annotations

from typing import Any

import pandas as pd

from beltroad.app.answers import Table, cells, table_of
from beltroad.app.database import Database
from beltroad.app.errors import NotFound
from beltroad.app.questions.figures_base import column, origin_of_table
from beltroad.app.questions.risk.base import col, word
from beltroad.app.questions.uploads import uploaded
from beltroad.app.registry.store import Registry
from beltroad.errors import InputError, suggest

__all__ = ["from_file", "of_project", "rows", "table"]


def rows(database: Database) -> pd.DataFrame:
    """All projects that the registry publishes."""
    from beltroad.risk.green import classified

    return classified(Registry(database).projects_frame().reset_index(drop=True))


def of_project(found: pd.DataFrame, key: str) -> dict[str, Any]:
    """One of them.

    Raises
    ------
    NotFound
        If there is no such project.
    """
    own = found[found["id"] == key]
    if own.empty:
        raise NotFound(f"no project {key!r:.60}. {suggest(key[:120], found['id'])}".rstrip())
    return cells(own)[0]


def from_file(data: bytes, name: str) -> pd.DataFrame:
    """Classes of an uploaded list.

    Raises
    ------
    InputError
        With every fault.
    """
    from beltroad.risk import green

    if not data:
        raise InputError("projects: choose a file")
    with uploaded(data, name) as path:
        return green.classified(green.read_green_file(path))


def table(found: pd.DataFrame, language: str = "en", *, link: bool = True) -> Table:
    """Classes for readers."""
    base = origin_of_table("green_classes", "computed", method="green")
    built = base.model_copy(update={
        "formula": "length, bridges and tunnels times published emissions of building; by cost "
                   "alone where the length is not known"})  # fmt: skip
    shown = found.assign(
        type=found["type_title"], before=[word(f"green.{c or 'none'}", language)
                                          for c in found["class_before"]],
        after=[word(f"green.{c or 'none'}", language) for c in found["class_after"]],
        mitigated=[word(f"green.{c or 'none'}", language) for c in found["class_if_mitigated"]],
        low=pd.to_numeric(found["construction_low_t"]) / 1e3,
        high=pd.to_numeric(found["construction_high_t"]) / 1e3,
    )  # fmt: skip
    if link:
        shown["_href"] = "/risk/green?project=" + found["id"].astype(str)
    return table_of("green", word("green.title", language), shown, [
        col("name", language), col("id", language), col("type", language),
        col("after", language, origin=base), col("mitigated", language, origin=base),
        col("reason", language), col("basis", language),
        column("low", word("c.built_low", language), "kt CO2e", origin=built),
        column("high", word("c.built_high", language), "kt CO2e", origin=built),
    ], origin=base)  # fmt: skip
