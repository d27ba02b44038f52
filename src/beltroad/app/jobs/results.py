"""Results on disk, named by the hash of their question; the database holds what must be there.

A folder counts only once its row is written. Every file has its SHA-256 in the row: a result of
which a file is missing or changed is dropped, and the next one to ask gets it computed again.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import mimetypes
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad import __version__
from beltroad.app.answers import Answer
from beltroad.app.database import Database
from beltroad.app.database.models import ResultRow
from beltroad.app.errors import NotFound
from beltroad.app.jobs.kinds import Outcome
from beltroad.app.settings import Settings
from beltroad.errors import OutputError
from beltroad.files import write_files

__all__ = ["File", "Stored", "drop", "folder_of", "intact", "keep", "media_types", "read", "write"]

ANSWER = "_answer.json"
_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".csv": "text/csv; charset=utf-8",
    ".toml": "application/toml",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Files already compared with their digest, as long as their time and size stay.
_checked: dict[tuple[str, int, int], str] = {}


@dataclass(frozen=True)
class File:
    """One file of a result."""

    name: str
    size: int
    type: str
    sha256: str


@dataclass(frozen=True)
class Stored:
    """A result that is whole on disk."""

    hash: str
    kind: str
    title: str
    created_at: datetime.datetime
    version: str
    summary: dict[str, Any]
    answer: Answer | None
    files: tuple[File, ...]
    folder: Path = field(repr=False)

    def file(self, name: str) -> File:
        """One file by its name; only names that the result lists.

        Raises
        ------
        NotFound
            If the result has no such file.
        """
        for each in self.files:
            if each.name == name:
                return each
        raise NotFound(f"this result has no file {name[:60]!r}")

    def path(self, name: str) -> Path:
        """Where a file of the result lies."""
        return self.folder / self.file(name).name


def folder_of(settings: Settings, question: str) -> Path:
    """The folder of a result."""
    if not _HASH.fullmatch(question):
        raise NotFound(f"there is no result {question[:70]!r}")
    return settings.results / question[:2] / question


def media_type(name: str) -> str:
    """The content type of a file's name."""
    known = _TYPES.get(Path(name).suffix.lower())
    return known or mimetypes.guess_type(name)[0] or "application/octet-stream"


def media_types() -> list[str]:
    """All content types that files of results usually have."""
    return sorted({*_TYPES.values(), "application/octet-stream"})


def write(settings: Settings, question: str, outcome: Outcome) -> dict[str, Any]:
    """Write the files of an outcome, all or none; gives the manifest for the row.

    Raises
    ------
    OutputError
        If the disk is full or the folder cannot be written.
    """
    for name in outcome.files:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a result cannot have a file named {name[:60]!r}")
    content = dict(outcome.files)
    if outcome.answer is not None:
        content[ANSWER] = outcome.answer.model_dump_json().encode()
    folder = folder_of(settings, question)
    try:
        write_files(content, folder)
    except OutputError as error:
        full = isinstance(error.__context__, OSError) and error.__context__.errno == errno.ENOSPC
        why = "the disk is full" if full else str(error.__context__ or error)
        raise OutputError(f"the result could not be written: {why}") from error
    listed = {
        name: {
            "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "type": media_type(name)
        }
        for name, data in content.items()
    }  # fmt: skip
    # Through JSON, so that what cannot be stored fails here and not in the database.
    summary = json.loads(json.dumps(outcome.summary, default=str))
    return {"beltroad": __version__, "summary": summary, "files": listed}


def keep(
    session: Session, question: str, kind: str, title: str, manifest: Mapping[str, Any]
) -> None:
    """Write the row that makes a result count, within the caller's transaction."""
    row = session.get(ResultRow, question) or ResultRow(hash=question)
    row.kind, row.title, row.manifest = kind, title[:200], dict(manifest)
    row.size_bytes = sum(int(f["size"]) for f in manifest["files"].values())
    session.add(row)


def read(settings: Settings, database: Database, question: str) -> Stored:
    """A result.

    Raises
    ------
    NotFound
        If there is none, or its files were damaged; it is then dropped.
    """
    folder = folder_of(settings, question)
    with database.session(write=False) as session:
        row = session.get(ResultRow, question)
    if row is None:
        raise NotFound(f"there is no result {question[:12]}...; it may have been tidied away")
    listed: dict[str, dict[str, Any]] = row.manifest["files"]
    if not _whole(folder, listed):
        drop(settings, database, question)
        raise NotFound("the files of this result were damaged or missing; ask the question again")
    answer = None
    if ANSWER in listed:
        answer = Answer.model_validate_json((folder / ANSWER).read_bytes())
    files = tuple(
        File(name, int(f["size"]), str(f["type"]), str(f["sha256"]))
        for name, f in listed.items()
        if name != ANSWER
    )
    return Stored(
        question,
        row.kind,
        row.title,
        row.created_at,
        row.manifest["beltroad"],
        row.manifest["summary"],
        answer,
        files,
        folder,
    )


def intact(settings: Settings, database: Database, question: str) -> bool:
    """Whether a whole result is there; one that is not whole is dropped."""
    with database.session(write=False) as session:
        row = session.get(ResultRow, question)
    if row is None:
        return False
    if _whole(folder_of(settings, question), row.manifest["files"]):
        return True
    drop(settings, database, question)
    return False


def drop(settings: Settings, database: Database, question: str) -> None:
    """Forget a result: first the row, then the files."""
    with database.session() as session:
        session.execute(sa.delete(ResultRow).where(ResultRow.hash == question))
    shutil.rmtree(folder_of(settings, question), ignore_errors=True)


def _whole(folder: Path, listed: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(_same(folder / name, f) for name, f in listed.items())


def _same(path: Path, expected: Mapping[str, Any]) -> bool:
    try:
        about = path.stat()
        if about.st_size != expected["size"]:
            return False
        key = (str(path), about.st_mtime_ns, about.st_size)
        if key not in _checked:
            if len(_checked) > 10_000:
                _checked.clear()
            with path.open("rb") as handle:
                _checked[key] = hashlib.file_digest(handle, "sha256").hexdigest()
        return _checked[key] == str(expected["sha256"])
    except OSError:
        return False
