"""The registry: records with history, draft and published, over either database."""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from beltroad.app.accounts import audit
from beltroad.app.accounts.roles import Principal
from beltroad.app.database import Database
from beltroad.app.database.models import RecordRow, RevisionRow, utc_now
from beltroad.app.database.words import words_of
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.registry import kinds, reading
from beltroad.app.registry.events import EventRecords
from beltroad.app.registry.inline import inline_of
from beltroad.app.registry.kinds import kind_of
from beltroad.app.registry.records import Listing, Record, Revision
from beltroad.errors import Fault, InputError, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Registry", "inline_of"]


class Registry:
    """Records of all kinds. Nothing is ever lost: a change is a new revision.

    Methods that change something take ``who`` (a :class:`Principal` or a name) and write a row
    of the audit log in the same transaction; with ``session`` they work within the caller's.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @cached_property
    def events(self) -> EventRecords:
        """Risks and alerts, which live in a journal."""
        return EventRecords(self.database)

    # -- reading ---------------------------------------------------------------------------

    def list(
        self,
        kind: str,
        *,
        search: str = "",
        state: str = "published",
        where: Mapping[str, str] | None = None,
        sort: str = "title",
        page: int = 1,
        per_page: int = 50,
    ) -> Listing:
        """A page of records.

        Parameters
        ----------
        search
            Words that must all be in the record, in any case and without accents.
        state
            ``published``: what holds, in its published revision. ``draft``: what is not published
            yet, in its latest. ``all``: both, in the latest. ``removed``: out of use.
            ``conflict``: edited here while beltroad brings other values.
        where
            Fields and the text they must have.
        sort
            title, key or changed; with ``-`` before it the other way round.

        Raises
        ------
        InputError
            If a value is not one of those.
        """
        if kind_of(kind).journal:
            return self.events.list(kind, search=search, state=state, where=where, sort=sort,
                                    page=page, per_page=per_page)  # fmt: skip
        with self.database.session(write=False) as session:
            return reading.listing(session, kind, search=search, state=state, where=where,
                                   sort=sort, page=page, per_page=per_page)  # fmt: skip

    def every(self, kind: str, *, state: str = "published") -> builtins.list[Record]:
        """All records of a kind in a state, by key."""
        if kind_of(kind).journal:
            return self.events.every(kind, state)
        with self.database.session(write=False) as session:
            return [*reading.every(session, kind, state)]

    def get(self, kind: str, key: str, revision: int | str | None = None) -> Record:
        """One record: its latest revision, one by number, or the ``"published"`` one.

        A removed record is given too, with ``removed`` set.

        Raises
        ------
        NotFound
            If there is no such record or revision.
        """
        if kind_of(kind).journal:
            return self.events.get(kind, key, revision)
        with self.database.session(write=False) as session:
            row = reading.found(session, kind, key)
            return reading.record_of(row, reading.revision_of(session, row, revision))

    def history(self, kind: str, key: str) -> builtins.list[Revision]:
        """All revisions of a record, oldest first."""
        if kind_of(kind).journal:
            return self.events.history(kind, key)
        with self.database.session(write=False) as session:
            return reading.history_of(session, reading.found(session, kind, key))

    def check(self, kind: str, data: Mapping[str, Any]) -> builtins.list[Fault]:
        """Everything that is wrong with a record's data; empty if nothing is."""
        if kind_of(kind).journal:
            return self.events.check(kind, data)
        return kinds.check(kind, data)

    # -- changing --------------------------------------------------------------------------

    def save(
        self,
        kind: str,
        key: str,
        data: Mapping[str, Any],
        *,
        who: Principal | str,
        source: str = "",
        note: str = "",
        publish: bool = False,
        expected: int | None = None,
        import_id: int | None = None,
        session: Session | None = None,
    ) -> Record:
        """Create a record or make a new revision of it; the same data make none.

        Parameters
        ----------
        key
            Empty: made of the data (its id; instrument, sides and date of an agreement).
        expected
            The latest revision that the editor saw, 0 for a new record.

        Raises
        ------
        ScenarioError
            With all that is wrong with the data (``faults``).
        Conflict
            If someone else changed it meanwhile, or it was removed.
        """
        if kind_of(kind).journal:
            return self.events.save(kind, key, data, who=who, note=note, expected=expected)
        about = kind_of(kind)
        given = {**data}
        if key and "id" in about.model.model_fields and not given.get("id"):
            given["id"] = key
        tidy, faults = kinds.normal(kind, given)
        key = key or (about.key_of(tidy) if tidy else about.key_of(given))
        if tidy and "id" in tidy and tidy["id"] != key:
            faults.append(Fault("id", f"{tidy['id']!r:.60} is not {key!r:.60}.", "It stays."))
        if not faults and not reading.good_key(key):
            faults.append(Fault("key", f"{key!r:.60} is no key.", "Letters, digits, dot, dash."))
        if faults:
            raise ScenarioError(f"{kind} {key[:120]}".strip(), faults)
        with self._in(session) as here:
            row = reading.row_of(here, kind, key, lock=True)
            self._expected(row, kind, key, expected)
            if row is not None and row.deleted:
                raise Conflict(f"{kind} {key} was removed; bring it back first")
            state = "published" if publish else "draft"
            if row is None:
                row = RecordRow(kind=kind, key=key, title="", latest=0, deleted=False)
                here.add(row)
                here.flush()
                action = "import" if import_id else "create"
            else:
                before = reading.revision_of(here, row, None)
                if before.data == tidy and (before.state == "published" or not publish):
                    return reading.record_of(row, before)
                action = "import" if import_id else "edit"
            each = self._add(here, row, tidy, who, action, state, source, note, import_id)
            return reading.record_of(row, each)

    def publish(
        self,
        kind: str,
        key: str,
        *,
        who: Principal | str,
        note: str = "",
        expected: int | None = None,
        session: Session | None = None,
    ) -> Record:
        """Make the latest draft what holds.

        Raises
        ------
        Conflict
            If it is published already, removed, or changed meanwhile.
        """
        self._generic(kind, "published")
        with self._in(session) as here:
            row = reading.found(here, kind, key, lock=True)
            self._expected(row, kind, key, expected)
            self._there(row)
            last = reading.revision_of(here, row, None)
            if last.state == "published":
                raise Conflict(f"{kind} {key}: its latest revision is published already")
            each = self._add(here, row, last.data, who, "publish", "published", last.source, note)
            return reading.record_of(row, each)

    def undo(
        self,
        kind: str,
        key: str,
        *,
        to: int,
        who: Principal | str,
        note: str = "",
        expected: int | None = None,
        state: str | None = None,
        session: Session | None = None,
    ) -> Record:
        """Go back to the data of an earlier revision, in a new one.

        It is published if the revision it follows is, so that a published mistake can be undone
        at once; else a draft. ``state`` says otherwise.
        """
        if kind_of(kind).journal:
            return self.events.undo(kind, key, to=to, who=who, note=note, expected=expected)
        with self._in(session) as here:
            row = reading.found(here, kind, key, lock=True)
            self._expected(row, kind, key, expected)
            self._there(row)
            old, last = (reading.revision_of(here, row, n) for n in (to, None))
            said = f"back to revision {to}" + (f": {note}" if note else "")
            now = state or last.state
            each = self._add(here, row, old.data, who, "undo", now, old.source, said)
            return reading.record_of(row, each)

    def remove(
        self,
        kind: str,
        key: str,
        *,
        who: Principal | str,
        note: str = "",
        expected: int | None = None,
        session: Session | None = None,
    ) -> Record:
        """Take a record out of use; its history stays and it can be brought back."""
        self._generic(kind, "removed")
        with self._in(session) as here:
            row = reading.found(here, kind, key, lock=True)
            self._expected(row, kind, key, expected)
            self._there(row)
            last = reading.revision_of(here, row, None)
            row.deleted = True
            each = self._add(here, row, last.data, who, "remove", "removed", last.source, note)
            return reading.record_of(row, each)

    def restore(
        self,
        kind: str,
        key: str,
        *,
        who: Principal | str,
        note: str = "",
        session: Session | None = None,
    ) -> Record:
        """Bring a removed record back, as it was."""
        self._generic(kind, "brought back")
        with self._in(session) as here:
            row = reading.found(here, kind, key, lock=True)
            if not row.deleted:
                raise Conflict(f"{kind} {key} is in use; there is nothing to bring back")
            row.deleted = False
            old = reading.before_removal(here, row)
            each = self._add(here, row, old.data, who, "restore", old.state, old.source, note)
            return reading.record_of(row, each)

    def settle(self, kind: str, key: str, *, take: bool, who: Principal | str) -> Record:
        """End a conflict with the bundled data: take its values, or keep one's own."""
        from beltroad.app.registry import bundled

        self._generic(kind, "settled")
        with self._in(None) as here:
            row = reading.found(here, kind, key, lock=True)
            if not row.conflict:
                raise Conflict(f"{kind} {key} has no conflict with the bundled data")
            row.conflict = False
            each = reading.revision_of(here, row, None)
            theirs = bundled.row(kind, key)
            if take and theirs is not None:
                row.deleted = False
                each = self._add(here, row, theirs.data, who, "edit", "published", theirs.source,
                                 "bundled values taken over")  # fmt: skip
            else:
                audit.note(here, who, "registry.keep", f"{kind}:{key}", {"revision": each.number})
            return reading.record_of(row, each)

    # -- for questions ---------------------------------------------------------------------

    def projects_frame(self) -> pd.DataFrame:
        """The table ``projects`` with what the registry publishes on top; see ``frames``."""
        from beltroad.app.registry.frames import frame_of

        with self.database.session(write=False) as session:
            return frame_of(session, "project")

    def frame(self, kind: str) -> pd.DataFrame:
        """The bundled table behind project, agreement or wellbeing, with published changes."""
        from beltroad.app.registry.frames import frame_of

        with self.database.session(write=False) as session:
            return frame_of(session, kind)

    def fingerprint(self, kind: str, *, state: str = "all") -> str:
        """A hash that changes with every change of the records; ``published``: of what holds."""
        from beltroad.app.registry.frames import fingerprint_of

        if kind_of(kind).journal:
            return self.events.fingerprint(kind)
        with self.database.session(write=False) as session:
            return fingerprint_of(session, kind, state)

    # -- inside ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _in(self, session: Session | None) -> Iterator[Session]:
        if session is not None:
            yield session
            return
        with self.database.session() as own:
            yield own

    def _generic(self, kind: str, what: str) -> None:
        if kind_of(kind).journal:
            raise InputError(f"a {kind} cannot be {what}: it is closed, with a reason")

    def _there(self, row: RecordRow) -> None:
        if row.deleted:
            raise Conflict(f"{row.kind} {row.key} was removed; bring it back first")

    def _expected(self, row: RecordRow | None, kind: str, key: str, expected: int | None) -> None:
        latest = 0 if row is None else row.latest
        if expected is None or expected == latest:
            return
        if row is None:
            raise NotFound(f"no {kind} {key!r:.80}")
        if expected == 0:
            raise Conflict(f"there is a {kind} {key} already; choose another id or edit that one")
        raise Conflict(
            f"{kind} {key} was changed meanwhile: it is at revision {latest}, you saw {expected}. "
            "Look at what changed, then save again"
        )

    def _add(
        self,
        session: Session,
        row: RecordRow,
        data: Mapping[str, Any],
        who: Principal | str,
        action: str,
        state: str,
        source: str = "",
        note: str = "",
        import_id: int | None = None,
    ) -> RevisionRow:
        """The one place where a revision is made."""
        name = who.name if isinstance(who, Principal) else who
        row.latest += 1
        row.title = kind_of(row.kind).title_of(data)[:300]
        row.words = words_of(row.key, row.title, data)
        row.changed_at = utc_now()
        if state == "published":
            row.published = row.latest
        each = RevisionRow(
            record_id=row.id, number=row.latest, at=row.changed_at, who=name, action=action,
            state=state, data=dict(data), source=reading.shown(source, "source"),
            note=reading.shown(note, "note"), import_id=import_id,
        )  # fmt: skip
        session.add(each)
        audit.note(session, who, f"registry.{action}", f"{row.kind}:{row.key}",
                   {"revision": row.latest, "state": state})  # fmt: skip
        session.flush()
        return each
