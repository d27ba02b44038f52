"""Lists of the user's own: CSV, and FollowTheMoney entities in JSON lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from beltroad.errors import InputError
from beltroad.risk._cells import Faults, Row, rows_of
from beltroad.risk.integrity.screening.entries import Entry, Subject, country_of, years_of
from beltroad.risk.integrity.screening.names import KINDS
from beltroad.risk.integrity.tables import loads

__all__ = ["COLUMNS", "open_text", "read_csv", "read_entities", "read_subjects"]

COLUMNS = ("id", "name", "aliases", "weak_aliases", "kind", "birth", "country", "programme", "date")
"""Columns of a CSV; only ``name`` is needed. Several values in a cell are parted by semicolons."""


MOST_BYTES, MOST_ROWS = 200_000_000, 500_000


@contextmanager
def open_text(path: Path, *encodings: str) -> Iterator[TextIO]:
    """Open a text in the first encoding that fits the whole file."""
    try:
        data = path.read_bytes()
        for encoding in encodings:
            try:
                data.decode(encoding)
            except UnicodeDecodeError:
                continue
            with path.open(encoding=encoding, newline="") as handle:
                yield handle
            return
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of a list") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except csv.Error as error:
        raise InputError(f"{path}: not valid CSV ({error})") from None
    raise InputError(f"{path}: not UTF-8 text; save it as UTF-8")


def read_csv(path: Path) -> Iterator[Entry]:
    """Entries of a CSV of the user's own.

    Raises
    ------
    InputError
        With all faults of the file: unknown columns, rows without a name, unknown kinds.
    """
    for row in _rows(path):
        yield Entry(
            id=row.get("id") or f"row {row.number}",
            list=path.name,
            list_date=row.get("date", ""),
            kind=row.get("kind", ""),
            names=(row["name"], *_several(row.get("aliases"))),
            weak_names=tuple(_several(row.get("weak_aliases"))),
            birth_years=years_of([row.get("birth")]),
            countries=_places(row),
            programme=row.get("programme", ""),
        )


def read_subjects(path: Path) -> list[Subject]:
    """Who is to be screened, from a CSV with the same columns."""
    return [
        Subject(
            id=row.get("id") or f"row {row.number}",
            names=(row["name"], *_several(row.get("aliases"))),
            kind=row.get("kind", ""),
            birth_years=years_of([row.get("birth")]),
            countries=_places(row),
        )
        for row in _rows(path)
    ]


def _rows(path: Path) -> list[Row]:
    faults = Faults(path)
    rows = rows_of(path, COLUMNS, ("name",), faults, longest=20_000, most_rows=MOST_ROWS,
                   most_bytes=MOST_BYTES)  # fmt: skip
    for row in rows:
        if faults.enough:
            break
        row["kind"] = row.get("kind", "").lower()
        if row["kind"] not in KINDS:
            faults.add(row, "kind", f"{row['kind']!r:.60} is not a kind.",
                       f"Use {', '.join(filter(None, KINDS))} or leave it empty.")  # fmt: skip
    if not rows:
        faults.add(None, "rows", "there is none.")
    faults.check()
    return rows


def _several(cell: str | None) -> list[str]:
    return [part.strip() for part in (cell or "").split(";") if part.strip()]


def _places(row: Mapping[str, str]) -> frozenset[str]:
    return frozenset(filter(None, (country_of(each) for each in _several(row.get("country")))))


_SCHEMATA = {"Person": "person", "Vessel": "vessel", "Airplane": "vessel",
             "Organization": "organisation", "Company": "organisation",
             "PublicBody": "organisation", "LegalEntity": ""}  # fmt: skip


def read_entities(path: Path) -> Iterator[Entry]:
    """FollowTheMoney entities, one a line; other schemata than parties and vessels are skipped."""
    for number, entity in entity_lines(path):
        if entity["schema"] not in _SCHEMATA:
            continue
        values = entity["properties"]
        names = (*_texts(values, "name"), *_texts(values, "alias"), *_texts(values, "previousName"))
        if not names:
            continue
        datasets = entity.get("datasets")
        yield Entry(
            id=entity["id"] or f"line {number}",
            list=" ".join(map(str, datasets)) if isinstance(datasets, list) else path.name,
            list_date=str(entity.get("last_change") or "")[:10],
            kind=_SCHEMATA[entity["schema"]],
            names=names,
            weak_names=_texts(values, "weakAlias"),
            birth_years=years_of(_texts(values, "birthDate")),
            countries=frozenset(filter(None, (
                country_of(each) for key in ("country", "nationality", "citizenship",
                                             "jurisdiction", "flag")
                for each in _texts(values, key)))),
            programme=" ".join(_texts(values, "topics")),
        )  # fmt: skip


def entity_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and entity (id, schema, properties) of a file of FollowTheMoney entities.

    Raises
    ------
    InputError
        At the first line that is no entity.
    """
    with open_text(path, "utf-8-sig") as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                entity = loads(line)
            except RecursionError:
                raise InputError(f"{path}, line {number}: nested too deeply") from None
            except ValueError as error:
                raise InputError(
                    f"{path}, line {number}: not valid JSON ({error!s:.120})"
                ) from None
            if (
                not isinstance(entity, dict)
                or not isinstance(entity.get("id"), str)
                or not isinstance(entity.get("schema"), str)
                or not isinstance(entity.get("properties"), dict)
            ):
                raise InputError(
                    f"{path}, line {number}: not a FollowTheMoney entity (id, schema, properties)"
                )
            yield number, entity


def _texts(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = values.get(key)
    if isinstance(found, str):
        return (found,)
    return tuple(v for v in found if isinstance(v, str) and v) if isinstance(found, list) else ()
