"""Reading records and revisions from the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.database.models import RecordRow, RevisionRow
from beltroad.app.database.words import plain
from beltroad.app.errors import NotFound
from beltroad.app.registry.kinds import kind_of
from beltroad.app.registry.records import Listing, Record, Revision
from beltroad.errors import InputError, suggest

__all__ = [
    "SORTS", "STATES", "every", "found", "history_of", "listing", "page_of", "record_of",
    "revision_of",
]  # fmt: skip

STATES = ("published", "draft", "all", "removed", "conflict")
SORTS = ("title", "key", "changed")
MOST_PER_PAGE = 200
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,118}", re.ASCII)


def found(session: Session, kind: str, key: str, *, lock: bool = False) -> RecordRow:
    """The row of a record.

    Raises
    ------
    NotFound
        If there is none; close keys are suggested.
    """
    kind_of(kind)
    if _KEY.fullmatch(key):
        query = sa.select(RecordRow).where(RecordRow.kind == kind, RecordRow.key == key)
        row = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
        if row is not None:
            return row
    near = ""
    if len(key) <= 120:
        keys = session.scalars(sa.select(RecordRow.key).where(RecordRow.kind == kind))
        near = suggest(key, keys)
    raise NotFound(f"no {kind} {key!r:.80}. {near}".strip())


def revision_of(session: Session, row: RecordRow, number: int | str | None) -> RevisionRow:
    """One revision of a record: by number, ``published``, or the latest."""
    if number == "published":
        if row.published is None or row.deleted:
            raise NotFound(f"{row.kind} {row.key} is not published")
        number = row.published
    wanted = row.latest if number is None else int(number)
    each = None
    if 0 < wanted <= row.latest:
        each = session.execute(
            sa.select(RevisionRow).where(
                RevisionRow.record_id == row.id, RevisionRow.number == wanted
            )
        ).scalar_one_or_none()
    if each is None:
        raise NotFound(f"{row.kind} {row.key} has the revisions 1 to {row.latest}, not {wanted}")
    return each


def record_of(row: RecordRow, each: RevisionRow) -> Record:
    """A record in one of its revisions."""
    title = row.title if each.number == row.latest else kind_of(row.kind).title_of(each.data)
    return Record(
        kind=row.kind, key=row.key, title=title, data=each.data, revision=each.number,
        state=each.state, latest=row.latest, published=row.published, changed_at=each.at,
        who=each.who, source=each.source, note=each.note, removed=row.deleted,
        conflict=row.conflict, bundled=row.bundled is not None,
    )  # fmt: skip


def history_of(session: Session, row: RecordRow) -> list[Revision]:
    """All revisions of a record, oldest first."""
    query = sa.select(RevisionRow).where(RevisionRow.record_id == row.id)
    return [
        Revision(r.number, r.at, r.who, r.action, r.state, r.data, r.source, r.note, r.import_id)
        for r in session.scalars(query.order_by(RevisionRow.number))
    ]


def page_of(page: int, per_page: int) -> tuple[int, int]:
    """Page and rows a page, refused where no database could count so far."""
    if not 1 <= page <= 1_000_000:
        raise InputError(f"page {page}: give 1 to 1,000,000")
    if not 1 <= per_page <= MOST_PER_PAGE:
        raise InputError(f"per_page {per_page}: give 1 to {MOST_PER_PAGE}")
    return page, per_page


def listing(
    session: Session,
    kind: str,
    *,
    search: str,
    state: str,
    where: Mapping[str, str] | None,
    sort: str,
    page: int,
    per_page: int,
) -> Listing:
    """A page of records."""
    page, per_page = page_of(page, per_page)
    query = _query(kind, search, state, where, sort)
    ids = query.with_only_columns(RecordRow.id).order_by(None)
    total = session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0
    rows = session.execute(query.offset((page - 1) * per_page).limit(per_page)).all()
    return Listing(tuple(record_of(a, b) for a, b in rows), total, page, per_page)


def every(session: Session, kind: str, state: str = "published") -> Iterator[Record]:
    """All records of a kind, by key."""
    for row, each in session.execute(_query(kind, "", state, None, "key")):
        yield record_of(row, each)


def _query(kind: str, search: str, state: str, where: Mapping[str, str] | None, sort: str) -> Any:
    about = kind_of(kind)
    if state not in STATES:
        raise InputError(f"state {state!r:.40}: give one of {', '.join(STATES)}")
    if sort.lstrip("-") not in SORTS:
        raise InputError(f"sort {sort!r:.40}: give one of {', '.join(SORTS)}, - before it turns it")
    number = RecordRow.published if state == "published" else RecordRow.latest
    query = (
        sa.select(RecordRow, RevisionRow)
        .join(
            RevisionRow,
            (RevisionRow.record_id == RecordRow.id) & (RevisionRow.number == number),
        )
        .where(RecordRow.kind == kind, RecordRow.deleted.is_(state == "removed"))
    )
    if state == "draft":
        query = query.where(RevisionRow.state == "draft")
    elif state == "conflict":
        query = query.where(RecordRow.conflict)
    for word in plain(search[:200]).split():
        query = query.where(RecordRow.words.contains(word, autoescape=True))
    for name, value in (where or {}).items():
        if name not in {field.name for field in about.fields}:
            raise InputError(f"{kind}: no field {name!r:.40}")
        query = query.where(RevisionRow.data[name].as_string() == value.replace("\0", " "))
    return query.order_by(*_order(sort))


def _order(sort: str) -> Sequence[sa.ColumnElement[Any]]:
    columns: dict[str, tuple[Any, ...]] = {
        "title": (RecordRow.title, RecordRow.key), "key": (RecordRow.key,),
        "changed": (RecordRow.changed_at, RecordRow.id),
    }  # fmt: skip
    chosen = columns[sort.lstrip("-")]
    return [column.desc() for column in chosen] if sort.startswith("-") else list(chosen)


def row_of(session: Session, kind: str, key: str, *, lock: bool = False) -> RecordRow | None:
    """The row of a record, if there is one."""
    query = sa.select(RecordRow).where(RecordRow.kind == kind, RecordRow.key == key)
    return session.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def good_key(key: str) -> bool:
    """Whether a record can have this key."""
    return _KEY.fullmatch(key) is not None


def before_removal(session: Session, row: RecordRow) -> RevisionRow:
    """What a removed record was."""
    query = sa.select(RevisionRow).where(
        RevisionRow.record_id == row.id, RevisionRow.state != "removed"
    )
    return session.scalars(query.order_by(RevisionRow.number.desc()).limit(1)).one()


def shown(text: str, what: str) -> str:
    """A source or note without characters that no one sees.

    Raises
    ------
    InputError
        If it has such, or is too long.
    """
    from beltroad.risk.journal import checked_text

    lines = [checked_text(line, what, longest=4_000, empty=True) for line in text.splitlines()]
    if len(said := "\n".join(lines).strip()) > 20_000:
        raise InputError(f"{what}: {len(said):,} characters; give at most 20,000")
    return said
