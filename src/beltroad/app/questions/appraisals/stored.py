"""Results of appraisals as they lie on disk, read without the engine."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastparquet
import pandas as pd

from beltroad.app.answers import Figure, Table
from beltroad.app.errors import NotFound
from beltroad.app.questions.appraisals.summary import table_from
from beltroad.app.work.appraisal import NAME
from beltroad.errors import suggest

if TYPE_CHECKING:
    from beltroad.app.database import Database
    from beltroad.app.jobs.results import Stored
    from beltroad.app.settings import Settings

__all__ = ["Chart", "Result", "result_of", "zip_of"]


@dataclass(frozen=True)
class Chart:
    """A drawing with what it says, for wide and for narrow pages."""

    part: str
    key: str
    finding: str
    subtitle: str
    source: str
    note: str
    wide: str
    narrow: str


@dataclass(frozen=True)
class Result:
    """One stored appraisal."""

    stored: Stored

    @property
    def hash(self) -> str:
        """Its name: the hash of its question."""
        return self.stored.hash

    @property
    def summary(self) -> dict[str, Any]:
        """What was summed up where it was made."""
        return self.stored.summary

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.summary["name"])

    @property
    def scenario(self) -> dict[str, Any]:
        """The scenario as it was given."""
        return dict(self.summary["scenario"])

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The headline figures with their origin."""
        return tuple(Figure.model_validate(f) for f in self.summary["figures"])

    @property
    def tables(self) -> dict[str, int]:
        """Names of its tables, with how many rows each has."""
        return dict(self.summary["tables"])

    def frame(self, name: str) -> pd.DataFrame:
        """One table as it is; not to be changed.

        Raises
        ------
        NotFound
            If this run made no such table.
        """
        if name not in self.tables:
            hint = suggest(name[:60], self.tables) or f"It has {', '.join(self.tables)}."
            raise NotFound(f"this appraisal has no table {name[:60]!r}. {hint}")
        return _frame(self.stored.path(f"{name}.parquet"))

    def table(self, name: str, *, most: int | None = None) -> Table:
        """One table for readers."""
        return table_from(name, self.frame(name), most=most)

    def charts(self, part: str) -> list[Chart]:
        """The drawings of one part of the page."""
        return [c for c in _charts(self.stored.path("charts.json")) if c.part == part]


@lru_cache(maxsize=64)
def _frame(path: Path) -> pd.DataFrame:
    # The folder is named by the content of its question: what lies in it does not change.
    with path.open("rb") as handle:
        frame: pd.DataFrame = fastparquet.ParquetFile(handle).to_pandas()
    return frame


@lru_cache(maxsize=16)
def _charts(path: Path) -> tuple[Chart, ...]:
    return tuple(Chart(**each) for each in json.loads(path.read_bytes()))


def result_of(settings: Settings, database: Database, question: str) -> Result:
    """A stored appraisal by its hash.

    Raises
    ------
    NotFound
        If there is none, or the result is of another kind of work.
    """
    from beltroad.app.jobs import results

    found = results.read(settings, database, question)
    if found.kind != NAME:
        raise NotFound(f"result {question[:12]}... is no appraisal but {found.kind}")
    return Result(found)


def zip_of(result: Result) -> bytes:
    """All files of an appraisal in one archive; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in result.stored.files:
            if file.name in ("charts.json",):
                continue
            entry = zipfile.ZipInfo(f"appraisal-{result.hash[:12]}/{file.name}")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, result.stored.path(file.name).read_bytes(), compresslevel=1)
    return packed.getvalue()
