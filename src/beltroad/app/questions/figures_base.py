"""Origins and columns taken from what the bundled tables say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Column, Figure, Origin

__all__ = [
    "column", "count", "figure", "in_words", "origin_of_table", "row_origin", "row_origins",
    "scaled", "text_column",
]  # fmt: skip

_NAMED = 2  # sources named in full; the others are counted
_MONEY = ("USD", "CNY")
_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
# What a unit of the tables is called where it stands beside a number.
_UNITS = {"-": "", "musd": "million USD"}


@lru_cache(maxsize=256)
def origin_of_table(name: str, kind: str = "observed", note: str = "", method: str = "") -> Origin:
    """Sources, vintages and licences of a bundled table, the first ones by name."""
    about = evidence.info(name)
    titles = list(dict.fromkeys(s.title for s in about.sources))
    named = "; ".join(titles[:_NAMED])
    more = f"; and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    vintages = list(dict.fromkeys(s.vintage for s in about.sources if s.vintage))
    licences = list(dict.fromkeys(s.licence for s in about.sources if s.licence))
    return Origin(
        source=f"{named}{more} (table {name})",
        url=next((s.url for s in about.sources if s.url), ""),
        as_of="; ".join(vintages[:_NAMED]) + ("; ..." if len(vintages) > _NAMED else ""),
        licence="; ".join(licences[:3]) + ("; ..." if len(licences) > 3 else ""),
        kind=kind, note=note, method=method,
    )  # fmt: skip


def row_origin(row: Mapping[Any, Any], kind: str = "observed", **more: Any) -> Origin:
    """The source that a row names itself."""
    said = {
        "source": str(row.get("source_title", "") or ""),
        "url": str(row.get("source_url", "") or ""),
        "as_of": str(row.get("source_date", "") or row.get("source_year", "") or ""),
        "kind": kind,
        "note": f"confidence {row['confidence']}" if row.get("confidence") else "",
    }
    return Origin(**(said | more))


def row_origins(rows: pd.DataFrame, kind: str = "observed", **more: Any) -> Any:
    """The source of each row, as the tables of answers take it in a column ``_origin``."""
    return [row_origin(r, kind, **more).model_dump() for r in rows.to_dict("records")]


def column(
    name: str, title: str, unit: str = "", *, table: str = "", of: str = "", decimals: int = 0,
    description: str = "", origin: Origin | None = None,
) -> Column:  # fmt: skip
    """A column of numbers; unit, description and origin come from the table where it has them.

    Parameters
    ----------
    table, of
        The bundled table, and its column if the name there is another.
    """
    if table:
        about = evidence.info(table)
        key = of or name
        known = about.units.get(key, "")
        unit = unit or _UNITS.get(known, known)
        description = description or about.descriptions.get(key, "")
        origin = origin or origin_of_table(table)
    return Column(
        name=name, title=title, unit=unit, kind="number", decimals=decimals,
        description=description, origin=origin or Origin(),
    )  # fmt: skip


def text_column(name: str, title: str, description: str = "", kind: str = "text") -> Column:
    """A column of words."""
    return Column(name=name, title=title, kind=kind, description=description)


def figure(
    id: str, label: str, value: Any, unit: str, origin: Origin, *, low: float | None = None,  # noqa: A002
    high: float | None = None, inputs: Iterable[tuple[str, str]] = (),
) -> Figure:  # fmt: skip
    """A figure; a number that is not known becomes None."""
    if value is None or value != value:
        value = None
    elif hasattr(value, "item"):
        value = value.item()
    given = tuple(inputs)
    if isinstance(value, (int, float)):
        value, low, high, unit = scaled(value, low, high, unit)
    return Figure(
        id=id, label=label, value=value, unit=unit, low=low, high=high,
        origin=origin.model_copy(update={"inputs": given}) if given else origin,
    )  # fmt: skip


def scaled(
    value: float, low: float | None, high: float | None, unit: str
) -> tuple[float, float | None, float | None, str]:
    """Large amounts of money in billions and trillions; a range of no width is none.

    >>> scaled(3.1e12, None, None, "USD"), scaled(2.0, 2.0, 2.0, "items")
    ((3.1, None, None, 'trillion USD'), (2.0, None, None, 'items'))
    """
    if low == high:
        low = high = None
    for size, word in _LARGE:
        if abs(value) >= size and unit.split(" ")[0] in _MONEY:
            ends = [None if end is None else float(f"{end / size:.12g}") for end in (low, high)]
            return float(f"{value / size:.12g}"), ends[0], ends[1], f"{word} {unit}"
    return value, low, high, unit


def count(id: str, label: str, value: int, unit: str, table: str, what: str) -> Figure:  # noqa: A002
    """A count of rows of a bundled table."""
    origin = origin_of_table(table).model_copy(
        update={"kind": "computed", "formula": f"number of rows of table {table}: {what}"}
    )
    return figure(id, label, value, unit, origin)


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """All cells as text; what is not known is empty."""
    plain = table.astype(object)
    return plain.where(table.notna(), "").astype(str)
