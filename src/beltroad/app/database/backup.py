"""A workspace in one file, and back: a ZIP of tables as JSON lines, with a hash of each.

The archive does not depend on the database: one made from SQLite restores into PostgreSQL and the
other way round, and one of an older schema is brought up to date. It holds accounts with their
password hashes, so that the file is readable by its owner only. It does not hold sessions and API
tokens: a token that was revoked since must not come back to life with an old backup; people sign
in again and make new tokens. Results of jobs are large and can be computed again; they are in it
where asked for.
"""

from __future__ import annotations

import datetime
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from beltroad import __version__
from beltroad.app.database import archive, migrate
from beltroad.app.database.engine import Database
from beltroad.app.errors import Conflict
from beltroad.errors import InputError, OutputError

__all__ = ["LEFT_OUT", "Summary", "back_up", "restore"]

LEFT_OUT = ("alembic_version", "sessions", "tokens")
# Rows that say where results lie, which are not there without them.
_OF_RESULTS = ("results",)
_BATCH = 500


@dataclass(frozen=True)
class Summary:
    """What was written or restored."""

    path: Path
    schema: str
    rows: Mapping[str, int]
    results: int
    made_at: str

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


def back_up(database: Database, path: Path, *, results: Path | None = None) -> Summary:
    """Write a workspace into an archive, as it is at one moment; work may go on meanwhile.

    Parameters
    ----------
    path
        A file that is not there yet; it appears when it is complete.
    results
        Folder of the results of jobs, to have them in it.

    Raises
    ------
    InputError
        If there is such a file, or the workspace has no tables yet.
    OutputError
        If the archive cannot be written; nothing stays.
    """
    if path.exists():
        raise InputError(f"{path}: is there already; give a new name")
    if (schema := migrate.current(database)) is None:
        raise InputError("the workspace is empty; there is nothing to back up")
    part = path.with_name(path.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as out:
                made = _write(database, out, path, schema, results)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from None
    return made


def _write(
    database: Database, out: IO[bytes], path: Path, schema: str, results: Path | None
) -> Summary:
    made_at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    left_out = LEFT_OUT if results is not None else LEFT_OUT + _OF_RESULTS
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        files: dict[str, archive.Member] = {}
        with database.connection() as connection:
            if not database.sqlite:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            else:
                connection = connection.execution_options(beltroad_write=False)
            with connection.begin():
                tables = sa.MetaData()
                tables.reflect(connection)
                for table in tables.sorted_tables:
                    if table.name not in left_out:
                        files[f"tables/{table.name}.jsonl"] = _table(zipped, connection, table)
        rows = {Path(name).stem: member.rows for name, member in files.items()}
        count = 0
        for each in _results(results):
            name = archive.checked("results/" + each.relative_to(results or each).as_posix())
            files[name] = archive.add_file(zipped, name, each)
            count += 1
        archive.add_manifest(zipped, schema=schema, version=__version__, made_at=made_at,
                             files=files)  # fmt: skip
    return Summary(path, schema, rows, count, made_at)


def _table(
    zipped: zipfile.ZipFile, connection: sa.Connection, table: sa.Table
) -> archive.Member:  # fmt: skip
    def lines() -> Iterator[bytes]:
        query = sa.select(table).order_by(*table.primary_key.columns)
        for row in connection.execution_options(yield_per=_BATCH).execute(query):
            values = {name: _said(value) for name, value in row._mapping.items()}
            yield json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"

    return archive.add_lines(zipped, f"tables/{table.name}.jsonl", lines())


def _said(value: Any) -> Any:
    if not isinstance(value, datetime.datetime):
        return value
    aware = value if value.tzinfo is not None else value.replace(tzinfo=datetime.UTC)
    return aware.astimezone(datetime.UTC).isoformat()


def _results(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def restore(
    database: Database, path: Path, *, replace: bool = False, results: Path | None = None
) -> Summary:
    """Make a workspace what an archive says; it is read and checked as a whole first.

    Parameters
    ----------
    replace
        Also where the workspace has content of its own, which is lost.
    results
        Folder to put the results of jobs into, if the archive has any.

    Raises
    ------
    InputError
        If the file is no backup, is damaged, or is of a newer beltroad; nothing was written.
    Conflict
        If the workspace has content and ``replace`` is not set.
    Unavailable
        If the database cannot be written; it is as it was.
    """
    with archive.opened(path) as found:
        if found.schema > migrate.HEAD:
            raise InputError(
                f"{path}: has the schema {found.schema}, of a newer beltroad; this one knows "
                f"{migrate.HEAD}. Install that version"
            )
        if not replace and (what := _content(database)):
            raise Conflict(f"the workspace has {what} already; empty it, or restore with --replace")
        found.verify()
        rows: dict[str, int] = {}
        with migrate.changing(database) as (connection, step):
            step("base")
            step(found.schema)
            tables = sa.MetaData()
            tables.reflect(connection)
            for table in tables.sorted_tables:
                name = f"tables/{table.name}.jsonl"
                if table.name in LEFT_OUT or name not in found.files:
                    continue
                rows[table.name] = _fill(connection, table, found.lines(name), database.sqlite)
            if not database.sqlite:
                _count_on(connection, tables)
            step("head")
        count = found.unpack("results/", results) if results is not None else 0
        return Summary(path, found.schema, rows, count, found.made_at)


def _fill(
    connection: sa.Connection, table: sa.Table, lines: Iterator[bytes], sqlite: bool
) -> int:  # fmt: skip
    days = {c.name for c in table.columns if isinstance(c.type, sa.DateTime)}
    count = 0
    batch: list[dict[str, Any]] = []
    for line in lines:
        row = json.loads(line)
        for name in days & row.keys():
            if row[name] is not None:
                at = datetime.datetime.fromisoformat(row[name])
                row[name] = at.replace(tzinfo=None) if sqlite else at
        batch.append(row)
        count += 1
        if len(batch) == _BATCH:
            connection.execute(sa.insert(table), batch)
            batch = []
    if batch:
        connection.execute(sa.insert(table), batch)
    return count


def _count_on(connection: sa.Connection, tables: sa.MetaData) -> None:
    """PostgreSQL numbers new rows from where the restored ones end."""
    for table in tables.sorted_tables:
        if "id" not in table.c or not isinstance(table.c["id"].type, sa.Integer):
            continue
        highest = connection.scalar(sa.select(sa.func.max(table.c["id"])))
        if highest is not None:
            connection.execute(
                sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), highest))
            )


def _content(database: Database) -> str:
    """What a workspace holds beside the rows that come with beltroad; empty if nothing."""
    found = migrate.current(database)
    if found is None:
        return ""
    with database.connection() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name in ("alembic_version", "records", "loads", "journals"):
                continue
            query = sa.select(sa.func.count()).select_from(table)
            if table.name == "revisions":
                query = query.where(table.c["who"] != "bundled data")
            if count := connection.scalar(query):
                return f"{count:,} row{'s' if count > 1 else ''} of {table.name}"
    return ""
