"""Results of an appraisal as files, all of them or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from beltroad.files import as_output_error, csv_bytes, parquet_bytes, write_files

if TYPE_CHECKING:
    from beltroad.appraisal.result import Appraisal

__all__ = ["result_files", "write_results"]


def result_files(
    appraisal: Appraisal, before_each: Callable[[], None] | None = None
) -> dict[str, bytes]:
    """Every file of an appraisal by name, as bytes; the same appraisal gives the same bytes.

    ``before_each`` is called before each file; what it raises ends the writing.
    """
    from beltroad.appraisal.report import html_report, workbook

    tables = {
        "access_cities.csv": appraisal.access_cities,
        "access_countries.csv": appraisal.access_countries,
        **{f"{name}.csv": table for name, table in appraisal.more.items()},
        "countries.csv": appraisal.countries,
    }
    makers: dict[str, Callable[[], bytes]] = {
        name: partial(csv_bytes, table) for name, table in tables.items() if table is not None
    }
    makers |= {
        "pairs.parquet": lambda: parquet_bytes(appraisal.pairs),
        "projects.csv": lambda: csv_bytes(appraisal.projects),
        "report.xlsx": lambda: workbook(appraisal),
        "report.html": lambda: html_report(appraisal).encode(),
        "run.json": (json.dumps(appraisal.run, indent=1, allow_nan=False) + "\n").encode,
    }
    made: dict[str, bytes] = {}
    for name, make in makers.items():
        if before_each is not None:
            before_each()
        made[name] = make()
    return made


def write_results(appraisal: Appraisal, folder: Path) -> Path:
    """Write all files of an appraisal into ``folder``, which is made if need be."""
    with as_output_error(folder):
        content = result_files(appraisal)
    return write_files(content, folder)
