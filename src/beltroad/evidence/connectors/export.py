"""Fetched rows as files, with the licences and addresses of what they rest on beside them."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence.connectors.providers import PROVIDERS
from beltroad.evidence.licences import check_export, licence
from beltroad.files import no_formula, parquet_bytes

__all__ = ["export_bytes", "sources"]


def export_bytes(frame: pd.DataFrame, name: str) -> dict[str, bytes]:
    """Files of an export by name: the rows, and ``NAME.licences.csv`` with their sources.

    In CSV, text that a spreadsheet would take for a formula (beginning with ``= + - @``) gets an
    apostrophe in front. Numbers keep all their digits.

    Raises
    ------
    InputError
        If the licence does not allow to pass rows on, there are none, or the name ends neither in
        .csv nor in .parquet.
    """
    path = Path(name)
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"{name}: give a file that ends in .csv or .parquet")
    check_export(frame["licence"].unique())
    if frame.empty:
        raise InputError("there are no rows to write; widen the query")
    data = parquet_bytes(frame) if path.suffix == ".parquet" else _csv(frame)
    return {path.name: data, f"{path.stem}.licences.csv": _csv(sources(frame))}


def sources(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each request behind the rows.

    Returns
    -------
    pandas.DataFrame
        provider, publisher, url, retrieved, sha256 and bytes of the raw answer, licence,
        redistribution, attribution, licence_url.
    """
    rows = []
    for raw in frame.attrs["raw"]:
        terms, publisher = licence(raw["licence"]), PROVIDERS[raw["provider"]].publisher
        rows.append({
            "provider": raw["provider"],
            "publisher": publisher,
            "url": raw["url"],
            "retrieved": raw["retrieved"],
            "sha256": raw["sha256"],
            "bytes": raw["bytes"],
            "licence": terms.licence_id,
            "redistribution": terms.redistribution,
            "attribution": terms.attribution.replace("{publisher}", publisher),
            "licence_url": terms.url,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _csv(frame: pd.DataFrame) -> bytes:
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = [
                each if pd.isna(each) else no_formula(str(each)) for each in safe[column]
            ]
    buffer = io.StringIO()
    safe.to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue().encode()
