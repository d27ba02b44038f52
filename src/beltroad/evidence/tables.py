"""The bundled tables, each with its sources, licence, vintage and the unit of every column.

A table is a file in ``bundle/`` (CSV for what people review, Parquet for what is large) with a
JSON file of the same name beside it, written by a script under ``data/``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import pandas as pd
from fastparquet import ParquetFile

from beltroad.errors import DataError, InputError, suggest

__all__ = ["Source", "TableInfo", "digest", "info", "load", "names", "read_bytes"]

_BUNDLE = files("beltroad.evidence") / "bundle"


@dataclass(frozen=True)
class Source:
    """Who published the figures of a table, when, and under which licence."""

    title: str
    url: str
    licence: str
    vintage: str


@dataclass(frozen=True)
class TableInfo:
    """Provenance of one bundled table."""

    name: str
    title: str
    file: str
    rows: int
    sha256: str
    script: str
    sources: tuple[Source, ...]
    units: dict[str, str]
    descriptions: dict[str, str]
    notes: str


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of all bundled tables, sorted."""
    found = (p.name for p in _BUNDLE.iterdir() if p.name.endswith(".json"))
    return tuple(sorted(name.removesuffix(".json") for name in found))


@cache
def info(name: str) -> TableInfo:
    """Provenance of the table ``name``.

    Raises
    ------
    InputError
        If there is no such table; close names are suggested.
    """
    if name not in names():
        raise InputError(
            f"no bundled table {name!r}. {suggest(name, names())} Tables: {', '.join(names())}"
        )
    raw: dict[str, Any] = json.loads((_BUNDLE / f"{name}.json").read_text(encoding="utf-8"))
    columns: dict[str, dict[str, str]] = raw.get("columns", {})
    return TableInfo(
        name=raw["name"],
        title=raw["title"],
        file=raw["file"],
        rows=int(raw.get("rows", 0)),
        sha256=raw["sha256"],
        script=raw["script"],
        sources=tuple(
            Source(s["title"], s["url"], s["licence"], s["vintage"]) for s in raw["sources"]
        ),
        units={k: v["unit"] for k, v in columns.items()},
        descriptions={k: v["description"] for k, v in columns.items()},
        notes=raw.get("notes", ""),
    )


def read_bytes(name: str) -> bytes:
    """Raw bytes of the table's file, checked against the recorded digest.

    Raises
    ------
    DataError
        If the file is not the one its metadata was written for.
    """
    about = info(name)
    data = (_BUNDLE / about.file).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != about.sha256:
        raise DataError(
            f"{about.file} does not match the digest in {name}.json "
            f"(found {found[:12]}, recorded {about.sha256[:12]}); "
            f"reinstall beltroad or run {about.script} again"
        )
    return data


def load(name: str) -> pd.DataFrame:
    """One bundled table as a fresh frame; ``frame.attrs`` carries name, units and digest.

    Empty strings stay empty strings; numbers that are not known are NaN.
    """
    about = info(name)
    path = _BUNDLE / about.file
    with path.open("rb") as handle:
        if about.file.endswith(".parquet"):
            frame: pd.DataFrame = ParquetFile(handle).to_pandas()
        elif about.file.endswith(".csv"):
            frame = pd.read_csv(handle, keep_default_na=False, na_values=_blanks(about))
        else:
            raise InputError(f"{name} is not a table but a file ({about.file}); use read_bytes")
    if len(frame) != about.rows:
        raise DataError(
            f"{about.file} has {len(frame)} rows, its metadata says {about.rows}; "
            f"reinstall beltroad or run {about.script} again"
        )
    frame.attrs = {"table": name, "units": dict(about.units), "sha256": about.sha256}
    return frame


def _blanks(about: TableInfo) -> dict[str, list[str]]:
    """An empty cell is "unknown" in a column that has a unit, and an empty text elsewhere."""
    return {column: [""] for column, unit in about.units.items() if unit != "-"}


def digest() -> dict[str, str]:
    """SHA-256 of every bundled table, by name: what a run rests on."""
    return {name: info(name).sha256 for name in names()}
