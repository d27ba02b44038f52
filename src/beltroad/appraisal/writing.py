"""Results of an appraisal as files, all of them or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from beltroad.files import as_output_error, csv_bytes, parquet_bytes, write_files

if TYPE_CHECKING:
    from beltroad.appraisal.result import Appraisal

__all__ = ["result_files", "write_results"]


def result_files(appraisal: Appraisal) -> dict[str, bytes]:
    """Every file of an appraisal by name, as bytes; the same appraisal gives the same bytes."""
    from beltroad.appraisal.report import html_report, workbook

    access = {
        "access_cities.csv": appraisal.access_cities,
        "access_countries.csv": appraisal.access_countries,
    }
    tables = {name: csv_bytes(table) for name, table in access.items() if table is not None}
    tables |= {f"{name}.csv": csv_bytes(table) for name, table in appraisal.more.items()}
    return tables | {
        "countries.csv": csv_bytes(appraisal.countries),
        "pairs.parquet": parquet_bytes(appraisal.pairs),
        "projects.csv": csv_bytes(appraisal.projects),
        "report.xlsx": workbook(appraisal),
        "report.html": html_report(appraisal).encode(),
        "run.json": (json.dumps(appraisal.run, indent=1, allow_nan=False) + "\n").encode(),
    }


def write_results(appraisal: Appraisal, folder: Path) -> Path:
    """Write all files of an appraisal into ``folder``, which is made if need be."""
    with as_output_error(folder):
        content = result_files(appraisal)
    return write_files(content, folder)
