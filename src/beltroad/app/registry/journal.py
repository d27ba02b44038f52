"""The journal of risks and alerts in the database, with the guarantees of the one in a folder.

Events are chained by hashes as in :mod:`beltroad.risk.journal`; the table ``journals`` notes how
many there are and the last hash, so that events cut off at the end are missed. Writers take turns
by that row; what one transaction adds stands whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.accounts import audit
from beltroad.app.database import Database
from beltroad.app.database.models import EventRow, JournalRow
from beltroad.errors import DataError, InputError
from beltroad.risk._chain import FIRST
from beltroad.risk.journal import Check, Event, Journal, Transaction

__all__ = ["NAME", "DatabaseJournal"]

NAME = "risk"
"""The journal that risks and alerts share, as they do in a folder."""


@dataclass(frozen=True)
class DatabaseJournal(Journal):
    """Journal in the workspace; the functions of ``risk.register`` and ``risk.watch`` take it.

    Attributes
    ----------
    database
        Where it is kept.
    name
        Which journal: a workspace may have several.
    note
        Why something is done, for the audit log.
    """

    folder: Path = field(default=Path("workspace"), repr=False)
    database: Database = field(kw_only=True)
    name: str = field(default=NAME, kw_only=True)
    note: str = field(default="", kw_only=True)

    def events(self) -> list[Event]:
        """All events, oldest first, the chain checked.

        Raises
        ------
        DataError
            If an event has been tampered with; the message names it.
        """
        with self.database.session(write=False) as session:
            return self._events(session)

    def head(self) -> str:
        """Hash of the last event, without reading the others."""
        with self.database.session(write=False) as session:
            row = session.get(JournalRow, self.name)
            return row.head if row is not None else FIRST

    def verify(self, head: str | None = None) -> Check:
        """Check every event and the end of the journal.

        Parameters
        ----------
        head
            Hash of an event, noted elsewhere earlier: it must still be in the journal.
        """
        with self.database.session(write=False) as session:
            events, faults = self._read(session)
        hashes = {event.hash for event in events}
        if head is not None and head != FIRST and head not in hashes:
            faults.append(f"no event has the hash {head[:64]}, noted earlier")
        return Check(len(events), events[-1].hash if events else FIRST, tuple(faults))

    def append(self, what: str, subject: str, data: Mapping[str, Any], *, by: str) -> Event:
        """Add one event without reading the others."""
        block = Transaction(())
        block.append(what, subject, data, by=by)
        with self.database.session() as session:
            row = self._locked(session)
            return self._add(session, block._new, row)[0]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Read, decide and add while no one else can; all that is added, or nothing.

        Raises
        ------
        DataError
            If the journal has been tampered with.
        Unavailable
            If the database cannot be written.
        """
        with self.database.session() as session, self.within(session) as block:
            yield block

    @contextlib.contextmanager
    def within(self, session: Session) -> Iterator[Transaction]:
        """The same as a part of the caller's own transaction."""
        row = self._locked(session)
        block = Transaction(self._events(session))
        yield block
        if block._new:
            self._add(session, block._new, row)

    def _locked(self, session: Session) -> JournalRow:
        """The journal's row, held until the session ends."""
        from sqlalchemy.dialects import postgresql, sqlite

        insert = sqlite.insert if self.database.sqlite else postgresql.insert
        session.execute(
            insert(JournalRow)
            .values(name=self.name, events=0, head=FIRST)
            .on_conflict_do_nothing(index_elements=["name"])
        )
        query = sa.select(JournalRow).where(JournalRow.name == self.name).with_for_update()
        return session.execute(query).scalar_one()

    def _events(self, session: Session) -> list[Event]:
        events, faults = self._read(session)
        if faults:
            raise DataError(
                f"journal {self.name}: {faults[0]}. It is no longer the one that was written; "
                "restore a backup. All faults: beltroad workspace check"
            )
        return events

    def _read(self, session: Session) -> tuple[list[Event], list[str]]:
        row = session.get(JournalRow, self.name)
        faults: list[str] = []
        events: list[Event] = []
        last = FIRST
        columns = (EventRow.at, EventRow.who, EventRow.what, EventRow.target, EventRow.data,
                   EventRow.previous_hash, EventRow.hash, EventRow.number)  # fmt: skip
        query = sa.select(*columns).where(EventRow.journal == self.name).order_by(EventRow.number)
        for number, each in enumerate(session.execute(query), start=1):
            event = Event(*each)
            if _hash(event.at, event.by, event.what, event.id, event.data, event.previous) != (
                event.hash
            ):
                faults.append(f"event {number} has been changed: its hash does not fit it")
            elif event.previous != last or event.line != number:
                faults.append(f"event {number} does not follow the one before: "
                              "events have been removed, added or moved")  # fmt: skip
            last = event.hash
            events.append(event)
        count, head = (row.events, row.head) if row is not None else (0, FIRST)
        if not faults and (count != len(events) or head != last):
            faults.append(f"{len(events)} events are there, {count} were written")
        return events, faults

    def _add(
        self, session: Session, new: Sequence[Mapping[str, Any]], row: JournalRow
    ) -> list[Event]:
        moment = self.clock()
        if moment.tzinfo is None:
            raise InputError("the clock of a journal must know its time zone")
        at = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        last, lines = row.head, row.events
        events = []
        for number, entry in enumerate(new, start=lines + 1):
            by, what, subject = entry["by"], entry["what"], entry["id"]
            data = json.loads(json.dumps(entry["data"], allow_nan=False))
            digest = _hash(at, by, what, subject, data, last)
            events.append(Event(at, by, what, subject, data, last, digest, number))
            last = digest
        session.execute(sa.insert(EventRow), [
            {"journal": self.name, "number": e.line, "at": e.at, "who": e.by, "what": e.what,
             "target": e.id, "data": dict(e.data), "previous_hash": e.previous, "hash": e.hash}
            for e in events
        ])  # fmt: skip
        row.events, row.head = lines + len(new), last
        self._audit(session, events)
        return events

    def _audit(self, session: Session, events: Sequence[Event]) -> None:
        """One row for one go: a run of the watch may add hundreds of events."""
        first = events[0]
        why = {"note": self.note[:2_000]} if self.note else {}
        if len(events) == 1:
            target = f"{first.what.partition('.')[0]}:{first.id}"
            detail = {"number": first.line, **why}
            audit.note(session, first.by, f"registry.{first.what}", target, detail)
            return
        counted = dict(Counter(event.what for event in events))
        many = {"events": len(events), "from": first.line, "what": counted, **why}
        audit.note(session, first.by, "registry.events", f"journal:{self.name}", many)


def _hash(
    at: str, by: str, what: str, subject: str, data: Mapping[str, Any], previous: str
) -> str:  # fmt: skip
    body = {"at": at, "by": by, "what": what, "id": subject, "data": data, "previous": previous}
    text = json.dumps(body, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()[:-1]).hexdigest()
