"""Claims as files: CSV, Parquet, JSON and SDMX-CSV, each with the licences of its sources."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import InputError, OutputError, suggest
from beltroad.evidence.claims.frames import COLUMNS, DOCUMENT, NUMBERS
from beltroad.evidence.claims.rows import rows_of
from beltroad.evidence.claims.sdmx import AGENCY, COMPONENTS, FLOW, VERSION, message
from beltroad.evidence.claims.sdmx_structure import structure_xml
from beltroad.evidence.licences import check_export, licences, notice
from beltroad.files import no_formula, parquet_bytes, write_files

__all__ = ["FORMATS", "export", "export_bytes", "format_of", "sources"]

FORMATS = {"csv": ".csv", "parquet": ".parquet", "json": ".json", "sdmx-csv": ".csv"}


def export(frame: pd.DataFrame, path: Path | str, fmt: str | None = None) -> tuple[Path, ...]:
    """Write claims and, beside them, the licences of their sources: all files or none.

    ``NAME.licences.csv`` lists every source with its licence; SDMX-CSV comes with
    ``NAME.structure.xml``. In CSV, text that a spreadsheet would take for a formula (beginning with
    ``= + - @``) gets an apostrophe in front. The same claims give the same bytes.

    Parameters
    ----------
    frame
        As :func:`beltroad.evidence.claims.claims` gives it, or a part of its rows.
    path
        File; its folder must exist.
    fmt
        csv, parquet, json or sdmx-csv; told from the file's ending where left out.

    Returns
    -------
    tuple of pathlib.Path
        Files written, the data first.

    Raises
    ------
    InputError
        If the format is not known, there are no rows, columns are missing, or a licence does not
        allow to pass rows on.
    OutputError
        If the files cannot be written; what was there before is untouched.
    """
    target = Path(path)
    files = export_bytes(frame, target.name, format_of(target, fmt))
    if not target.parent.is_dir():
        raise OutputError(f"{target}: nothing was written; there is no folder {target.parent}")
    folder = write_files(files, target.parent)
    return tuple(folder / name for name in files)


def format_of(path: Path, fmt: str | None = None) -> str:
    """Format by name, or by the ending of the file.

    Raises
    ------
    InputError
        If neither tells one.
    """
    if fmt is not None:
        if fmt not in FORMATS:
            close = suggest(fmt, FORMATS)
            raise InputError(f"no format {fmt!r:.30}: choose {', '.join(FORMATS)}. {close}".strip())
        return fmt
    known = {ending: name for name, ending in reversed(FORMATS.items())}
    if path.suffix.lower() not in known:
        raise InputError(f"{path}: the ending tells no format; give {', '.join(FORMATS)}")
    return known[path.suffix.lower()]


def export_bytes(frame: pd.DataFrame, name: str, fmt: str) -> dict[str, bytes]:
    """Every file of an export by name, the data first; see :func:`export`."""
    if lost := [c for c in COLUMNS if c not in frame.columns]:
        raise InputError(f"these are no claims: column {lost[0]!r} is missing")
    if frame.empty:
        raise InputError("there are no claims to export; widen the filters")
    check_export(frame["licence"].unique())
    stem = name.rsplit(".", 1)[0] if "." in name.lstrip(".") else name
    files: dict[str, bytes] = {}
    if fmt == "csv":
        files[name] = _csv(frame[list(COLUMNS)])
    elif fmt == "parquet":
        files[name] = parquet_bytes(frame[list(COLUMNS)])
    elif fmt == "json":
        files[name] = _json(frame)
    else:
        made = message(frame)
        lead = {"STRUCTURE": "dataflow", "STRUCTURE_ID": f"{AGENCY}:{FLOW}({VERSION})",
                "ACTION": "I"}  # fmt: skip
        rows = made.rows.copy()
        for place, (column, value) in enumerate(lead.items()):
            rows.insert(place, column, value)
        numbers = {c.id for c in COMPONENTS if c.kind == "Double"}
        files[name] = _csv(rows, numbers)
        files[f"{stem}.structure.xml"] = structure_xml(made)
    files[f"{stem}.licences.csv"] = _csv(sources(frame), {"claims"})
    return files


def sources(frame: pd.DataFrame) -> pd.DataFrame:
    """Documents behind the claims with their licences and the line to pass on.

    Returns
    -------
    pandas.DataFrame
        document, title, author, publisher, published_on, url, licence, registered (ids of the
        licence registry), attribution and claims (number of rows).
    """
    columns = ["document", *(c for c in DOCUMENT if c != "language")]
    found = frame.groupby(columns, sort=True, dropna=False).size().rename("claims").reset_index()
    found = found.rename(columns={"document_title": "title"})
    who = found["publisher"].where(found["publisher"] != "", found["title"])
    ids = [";".join(one.licence_id for one in licences(text)) for text in found["licence"]]
    pairs = zip(who, found["licence"], strict=True)
    found.insert(7, "registered", ids)
    found.insert(8, "attribution", [notice([pair]).replace("\n", "; ") for pair in pairs])
    return found


def _csv(frame: pd.DataFrame, numbers: frozenset[str] | set[str] = frozenset(NUMBERS)) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(frame.columns)
    numeric = [column in numbers for column in frame.columns]
    for row in frame.itertuples(index=False):
        writer.writerow([_number(v) if n else _text(v) for v, n in zip(row, numeric, strict=True)])
    return out.getvalue().encode()


def _number(value: Any) -> str:
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{float(value):.15g}"


def _text(value: object) -> str:
    """One line that no spreadsheet takes for a formula."""
    text = " ".join(str(value).split()) if any(c in str(value) for c in "\n\r\t") else str(value)
    return no_formula(text)


def _json(frame: pd.DataFrame) -> bytes:
    rows = [
        {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}
        for row in rows_of(frame[list(COLUMNS)])
    ]
    content = {
        "title": "Claims: figures with who states them, when and where",
        "sources": sources(frame).to_dict("records"),
        "claims": rows,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
