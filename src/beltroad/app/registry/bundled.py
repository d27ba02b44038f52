"""The rows that come with beltroad, as published records; a newer release brings newer ones."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.database import Database
from beltroad.app.database.models import LoadRow, RecordRow, RevisionRow, utc_now
from beltroad.app.database.words import words_of
from beltroad.app.registry import kinds
from beltroad.app.registry.kinds import kind_of
from beltroad.app.registry.records import BUNDLED_BY
from beltroad.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KEY_COLUMN", "TABLES", "Loaded", "Row", "keys_of", "load", "row", "rows"]

TABLES = {"project": "projects", "agreement": "policy_facts", "wellbeing": "wellbeing_projects"}
"""The bundled table of each kind that has one."""
KEY_COLUMN = {"project": "id", "wellbeing": "id"}
# Counted up when the same tables give other records, so that they are loaded again.
_FORM = 1
_LOCK = 0x62656C75


@dataclass(frozen=True)
class Row:
    """One bundled row as a record."""

    key: str
    data: Mapping[str, Any]
    source: str
    digest: str


@dataclass(frozen=True)
class Loaded:
    """What a load did: records added, brought up to date, and edited ones left as they are."""

    added: int = 0
    updated: int = 0
    conflicts: int = 0
    withdrawn: int = 0


def keys_of(kind: str, frame: pd.DataFrame) -> list[str]:
    """Keys of a bundled table's rows, in their order."""
    if kind in KEY_COLUMN:
        return [str(k) for k in frame[KEY_COLUMN[kind]]]
    key_of = kind_of(kind).key_of
    names = ["instrument", "iso3", "partner", "in_force_from", "signed_on"]
    seen: Counter[str] = Counter()
    out = []
    for each in frame[names].to_dict("records"):
        key = key_of({str(k): v for k, v in each.items()})
        seen[key] += 1
        out.append(key if seen[key] == 1 else f"{key}.n{seen[key]}")
    return out


@lru_cache(maxsize=4)
def rows(kind: str) -> Mapping[str, Row]:
    """The bundled rows of a kind by key.

    Raises
    ------
    DataError
        If a row is not what the kind's sheet allows.
    """
    from beltroad import evidence

    frame = evidence.load(TABLES[kind])
    out = {}
    for key, each in zip(keys_of(kind, frame), frame.to_dict("records"), strict=True):
        data, faults = kinds.normal(kind, {str(k): v for k, v in each.items()})
        if faults:
            raise DataError(f"bundled {kind} {key}: {'; '.join(map(str, faults))}")
        source = " ".join(x for x in (data["source_title"], data["source_url"]) if x)
        text = json.dumps(data, sort_keys=True, ensure_ascii=False)
        out[key] = Row(key, data, source, hashlib.sha256(text.encode()).hexdigest())
    return out


def row(kind: str, key: str) -> Row | None:
    """One bundled row; None if there is none of this key."""
    return rows(kind).get(key) if kind in TABLES else None


def load(database: Database) -> dict[str, Loaded]:
    """Bring the bundled rows into the registry; quick if they are there already.

    New rows become published records. Where a row has changed since, a record that no one has
    edited gets a new revision; one that was edited keeps the edit and is marked as a conflict,
    to be settled by a person. Rows that are no longer bundled are removed unless edited.
    """
    out = {}
    for kind in TABLES:
        digest = _digest(kind)
        with database.session(write=False) as session:
            known = session.get(LoadRow, kind)
            if known is not None and known.digest == digest:
                continue
        with database.session() as session:
            if not database.sqlite:
                session.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            known = session.get(LoadRow, kind, with_for_update=True)
            if known is not None and known.digest == digest:
                continue  # another server was quicker
            out[kind] = _load(session, kind, rows(kind))
            if known is None:
                session.add(LoadRow(kind=kind, digest=digest))
            else:
                known.digest, known.at = digest, utc_now()
    return out


def _digest(kind: str) -> str:
    from beltroad import evidence

    return hashlib.sha256(f"{_FORM} {evidence.info(TABLES[kind]).sha256}".encode()).hexdigest()


def _load(session: Session, kind: str, wanted: Mapping[str, Row]) -> Loaded:
    there = {row.key: row for row in session.scalars(
        sa.select(RecordRow).where(RecordRow.kind == kind).with_for_update()
    )}  # fmt: skip
    latest = (RevisionRow.record_id == RecordRow.id) & (RevisionRow.number == RecordRow.latest)
    query = sa.select(RecordRow.key, RevisionRow.who).join(RevisionRow, latest)
    last_by = dict(session.execute(query.where(RecordRow.kind == kind)).all())
    now = utc_now()
    new = [each for key, each in wanted.items() if key not in there]
    _insert(session, kind, new, now)
    forgotten = _forgotten(session, kind) if there else {}
    updated = conflicts = withdrawn = 0
    for key, record in there.items():
        each = wanted.get(key)
        if record.bundled == (each.digest if each else None):
            continue
        record.bundled = each.digest if each else None
        if each is not None and forgotten.get(key) == each.data:
            continue
        if last_by[key] != BUNDLED_BY:
            record.conflict = True
            conflicts += 1
            continue
        if each is None:
            withdrawn += 1
        else:
            updated += 1
        _follow(session, record, each, now)
    return Loaded(len(new), updated, conflicts, withdrawn)


def _forgotten(session: Session, kind: str) -> dict[str, Mapping[str, Any]]:
    """Last bundled data of records that do not know their bundled row.

    A way down to an older schema and up again forgets where records come from.
    """
    query = (
        sa.select(RecordRow.key, RevisionRow.data)
        .join(RevisionRow, RevisionRow.record_id == RecordRow.id)
        .where(RecordRow.kind == kind, RecordRow.bundled.is_(None), RevisionRow.who == BUNDLED_BY)
        .order_by(RevisionRow.number)
    )
    return dict(session.execute(query).all())


def _insert(session: Session, kind: str, new: list[Row], now: Any) -> None:
    if not new:
        return
    about = kind_of(kind)
    titles = {each.key: about.title_of(each.data)[:300] for each in new}
    session.execute(sa.insert(RecordRow), [
        {"kind": kind, "key": e.key, "title": titles[e.key], "latest": 1, "published": 1,
         "deleted": False, "changed_at": now, "bundled": e.digest, "conflict": False,
         "words": words_of(e.key, titles[e.key], e.data)}
        for e in new
    ])  # fmt: skip
    ids = dict(session.execute(
        sa.select(RecordRow.key, RecordRow.id).where(RecordRow.kind == kind)
    ).all())  # fmt: skip
    session.execute(sa.insert(RevisionRow), [
        {"record_id": ids[e.key], "number": 1, "at": now, "who": BUNDLED_BY, "action": "bundled",
         "state": "published", "data": dict(e.data), "source": e.source, "note": ""}
        for e in new
    ])  # fmt: skip


def _follow(session: Session, record: RecordRow, each: Row | None, now: Any) -> None:
    """A new revision of a record that no one has edited."""
    last = session.scalars(
        sa.select(RevisionRow).where(
            RevisionRow.record_id == record.id, RevisionRow.number == record.latest
        )
    ).one()
    data = dict(each.data if each else last.data)
    record.latest += 1
    record.changed_at = now
    record.deleted = each is None
    if each is not None:
        record.published = record.latest
        record.title = kind_of(record.kind).title_of(data)[:300]
        record.words = words_of(record.key, record.title, data)
    session.add(RevisionRow(
        record_id=record.id, number=record.latest, at=now, who=BUNDLED_BY, action="bundled",
        state="published" if each else "removed", data=data,
        source=each.source if each else last.source,
        note="" if each else "no longer in the bundled data",
    ))  # fmt: skip
