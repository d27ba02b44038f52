"""A previewed file written into the registry as a whole, and taken out again as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from beltroad.app.accounts import audit
from beltroad.app.accounts.roles import Principal, Role, permit
from beltroad.app.database import Database
from beltroad.app.database.models import ImportRow, RecordRow, RevisionRow, utc_now
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.registry import reading
from beltroad.app.registry.imports import risks, uploads
from beltroad.app.registry.imports.preview import IMPORTED, Preview, preview_of
from beltroad.app.registry.kinds import kind_of
from beltroad.app.registry.records import Record
from beltroad.app.registry.store import Registry
from beltroad.app.settings import Settings
from beltroad.errors import InputError, ScenarioError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["Imported", "confirm", "imports", "look", "look_again", "permit_import", "undo"]


@dataclass(frozen=True)
class Imported:
    """One import that was confirmed."""

    id: int
    at: Any
    who: str
    kind: str
    filename: str
    sha256: str
    source: str
    note: str
    state: str
    added: int
    changed: int
    unchanged: int
    undone_at: Any
    undone_by: str


def permit_import(kind: str, who: Principal, *, publish: bool) -> None:
    """Editors take files in; analysts too, if these are drafts of scenarios."""
    own = kind == "scenario" and not publish
    permit(Role.ANALYST if own else Role.EDITOR, who)


def look(
    settings: Settings, database: Database, kind: str, filename: str | None, data: bytes
) -> Preview:
    """Keep an uploaded file and say what it would do; nothing is written into the registry.

    Raises
    ------
    InputError
        If the file is too large, or cannot be read at all.
    """
    name = uploads.tidy_name(filename)
    if kind not in IMPORTED:
        kind_of(kind)
        raise InputError(f"kind {kind!r:.20}: files are taken in for {', '.join(IMPORTED)}")
    if len(data) > settings.limits.upload_bytes:
        raise InputError(
            f"the file is larger than {settings.limits.upload_bytes / 1e6:g} MB; split it"
        )
    with database.session(write=False) as session:
        found = preview_of(kind, name, data, _existing(database, session, kind))
        known = set(session.scalars(sa.select(ImportRow.sha256)))
    uploads.prune(settings, known)
    uploads.take(settings, data)
    uploads.keep(settings, found.id, uploads.Upload(kind, name, found.sha256))
    return found


def look_again(settings: Settings, database: Database, preview: str) -> Preview:
    """What the file of a preview would do now; its ``id`` differs if the registry has changed."""
    upload, data = uploads.find(settings, preview)
    with database.session(write=False) as session:
        existing = _existing(database, session, upload.kind)
        found = preview_of(upload.kind, upload.filename, data, existing)
    if found.id != preview:
        uploads.keep(settings, found.id, upload)
    return found


def confirm(
    settings: Settings,
    database: Database,
    preview: str,
    *,
    who: Principal,
    publish: bool = False,
    source: str = "",
    note: str = "",
) -> Imported:
    """Write what the preview showed, all of it in one transaction; a second time nothing happens.

    Raises
    ------
    ScenarioError
        If the file has faults.
    Conflict
        If file or registry are no longer those of the preview.
    """
    upload, data = uploads.find(settings, preview)
    permit_import(upload.kind, who, publish=publish)
    source = source.strip() or upload.filename
    try:
        with database.session() as session:
            if (done := _done(session, preview)) is not None:
                return done
            found = preview_of(
                upload.kind, upload.filename, data, _existing(database, session, upload.kind)
            )
            _still(found, preview)
            return _write(database, session, found, who, publish, source, note)
    except sa.exc.IntegrityError:
        # Someone confirmed the same preview in the same moment.
        with database.session(write=False) as session:
            if (done := _done(session, preview)) is None:
                raise Conflict("the registry changed at the same moment; look again") from None
            return done


def _existing(database: Database, session: Session, kind: str) -> dict[str, Record]:
    if kind_of(kind).journal:
        # Read apart from the session: what is written is compared again under the journal's lock.
        return {r.key: r for r in Registry(database).every(kind, state="all")}
    found = [*reading.every(session, kind, "all"), *reading.every(session, kind, "removed")]
    return {record.key: record for record in found}


def _still(found: Preview, preview: str) -> None:
    if found.faults:
        raise ScenarioError(found.filename, found.faults)
    if found.id != preview:
        raise Conflict("the registry has changed since the preview; look at the file again")


def _write(
    database: Database, session: Session, found: Preview, who: Principal, publish: bool,
    source: str, note: str,
) -> Imported:  # fmt: skip
    journal = kind_of(found.kind).journal
    drafts = [c for c in found.of("unchanged") if c.draft and publish]
    wanted = [*found.writes, *drafts]
    if not wanted:
        raise InputError("nothing to take in: the registry holds all of this already")
    row = ImportRow(
        who=who.name, kind=found.kind, filename=found.filename, sha256=found.sha256,
        preview=found.id, source=reading.shown(source, "source"),
        note=reading.shown(note, "note"),
        state="published" if publish or journal else "draft",
        added=len(found.of("added")), changed=len(found.of("changed")) + len(drafts),
        unchanged=len(found.of("unchanged")) - len(drafts),
    )  # fmt: skip
    session.add(row)
    session.flush()
    registry = Registry(database)
    if journal:
        risks.write(registry, session, found, row.id, who)
    else:
        for change in wanted:
            registry.save(
                found.kind, change.key, change.data, who=who, source=source, note=note,
                publish=publish, expected=change.base or 0, import_id=row.id, session=session,
            )  # fmt: skip
    counts = {"added": row.added, "changed": row.changed, "unchanged": row.unchanged}
    detail = {"kind": found.kind, "file": found.filename, "state": row.state, **counts}
    audit.note(session, who, "import.confirm", f"import:{row.id}", detail)
    session.flush()
    return _imported(row)


def undo(database: Database, number: int, *, who: Principal) -> Imported:
    """Take a whole import back: added records are removed, changed ones are as before.

    Raises
    ------
    NotFound
        If there is no such import.
    Conflict
        If one of its records was changed afterwards; nothing is undone then.
    """
    with database.session() as session:
        query = sa.select(ImportRow).where(ImportRow.id == number).with_for_update()
        row = session.execute(query).scalar_one_or_none()
        if row is None:
            raise NotFound(f"there is no import {number}")
        permit_import(row.kind, who, publish=row.state == "published")
        if row.undone_at is not None:
            return _imported(row)
        registry = Registry(database)
        if kind_of(row.kind).journal:
            risks.take_back(registry, session, row.id, who)
        else:
            _take_back(registry, session, row, who)
        row.undone_at, row.undone_by = utc_now(), who.name
        audit.note(session, who, "import.undo", f"import:{row.id}", {"kind": row.kind})
        session.flush()
        return _imported(row)


def _take_back(registry: Registry, session: Session, row: ImportRow, who: Principal) -> None:
    pairs = session.execute(
        sa.select(RecordRow, RevisionRow)
        .join(RevisionRow, RevisionRow.record_id == RecordRow.id)
        .where(RevisionRow.import_id == row.id)
        .order_by(RecordRow.key)
    ).all()
    later = [record.key for record, each in pairs if record.latest != each.number]
    refuse_later(row.id, later)
    note = f"import {row.id} undone"
    for record, each in pairs:
        if each.number == 1:
            registry.remove(record.kind, record.key, who=who, note=note, session=session)
            continue
        before = reading.revision_of(session, record, each.number - 1)
        earlier = session.scalar(
            sa.select(sa.func.max(RevisionRow.number)).where(
                RevisionRow.record_id == record.id, RevisionRow.number < each.number,
                RevisionRow.state == "published",
            )
        )  # fmt: skip
        registry.undo(record.kind, record.key, to=before.number, who=who, note=note,
                      state=before.state, session=session)  # fmt: skip
        if before.state != "published":
            record.published = earlier  # what held before the import holds again


def refuse_later(number: int, keys: list[str]) -> None:
    """Say which records were changed after an import, if any."""
    if keys:
        more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
        raise Conflict(
            f"import {number} cannot be undone as a whole: {', '.join(keys[:5])}{more} "
            "changed afterwards; go back in these one by one"
        )


def imports(database: Database, page: int = 1, per_page: int = 50) -> tuple[list[Imported], int]:
    """A page of the imports, newest first, and how many there are."""
    page, per_page = reading.page_of(page, per_page)
    with database.session(write=False) as session:
        total = session.scalar(sa.select(sa.func.count()).select_from(ImportRow)) or 0
        rows = session.scalars(
            sa.select(ImportRow).order_by(ImportRow.id.desc())
            .offset((page - 1) * per_page).limit(per_page)
        )  # fmt: skip
        return [_imported(row) for row in rows], total


def _done(session: Session, preview: str) -> Imported | None:
    row = session.scalar(sa.select(ImportRow).where(ImportRow.preview == preview))
    return None if row is None else _imported(row)


def _imported(row: ImportRow) -> Imported:
    values: Mapping[str, Any] = {n: getattr(row, n) for n in Imported.__dataclass_fields__}
    return Imported(**values)
