"""Risks and alerts seen as records: each event about one is a revision of it."""

from __future__ import annotations

import builtins
import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from beltroad.app.accounts.roles import Principal
from beltroad.app.database import Database
from beltroad.app.database.words import plain, words_of
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.registry import kinds, reading
from beltroad.app.registry.journal import DatabaseJournal
from beltroad.app.registry.records import Listing, Record, Revision
from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.risk import register as risks
from beltroad.risk.journal import Event, Transaction
from beltroad.risk.register import book, model
from beltroad.risk.watch import alerts as alerts_of
from beltroad.risk.watch import raise_alert

__all__ = ["EventRecords"]

_ALERT = ("title", "source", "iso3", "indicator", "severity", "year", "value", "threshold",
          "direction", "project", "risk", "hit_rate", "false_alarm_rate")  # fmt: skip
# As the addresses of records have it: an alert that has none could be raised, never opened.
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,118}")
_PLAIN = "Source and key take letters, digits and . _ -, up to 118 together."
_LIFE = ("status", "cleared", "assigned_to", "snoozed_until", "reason")


class EventRecords:
    """The same view of risks and alerts as the registry has of its other records."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @cached_property
    def journal(self) -> DatabaseJournal:
        """Where they are kept; for the functions of ``risk.register`` and ``risk.watch``."""
        return DatabaseJournal(database=self.database)

    def list(
        self,
        kind: str,
        *,
        search: str,
        state: str,
        where: Mapping[str, str] | None,
        sort: str,
        page: int,
        per_page: int,
    ) -> Listing:
        """A page of risks or alerts; ``removed`` are the closed ones."""
        page, per_page = reading.page_of(page, per_page)
        if sort.lstrip("-") not in reading.SORTS:
            raise InputError(f"sort {sort!r:.40}: give one of {', '.join(reading.SORTS)}")
        words = plain(search[:200]).split()
        found = [
            each
            for each in self.every(kind, state)
            if all(str(each.data.get(n, "")) == v for n, v in (where or {}).items())
            and (not words or _has(each, words))
        ]
        by = {"title": lambda r: (r.title, r.key), "key": lambda r: r.key,
              "changed": lambda r: (r.changed_at, r.key)}  # fmt: skip
        found.sort(key=by[sort.lstrip("-")], reverse=sort.startswith("-"))
        first = (page - 1) * per_page
        return Listing(tuple(found[first : first + per_page]), len(found), page, per_page)

    def every(self, kind: str, state: str = "published") -> builtins.list[Record]:
        """All risks or alerts in a state."""
        if state not in reading.STATES:
            raise InputError(f"state {state!r:.40}: give one of {', '.join(reading.STATES)}")
        if state in ("draft", "conflict"):
            return []
        about = _about(kind, self.journal.events())
        out = []
        for key, events in about.items():
            record = _record(kind, key, events, len(events))
            if state == "all" or (record.data["status"] == "closed") == (state == "removed"):
                out.append(record)
        return out

    def get(self, kind: str, key: str, revision: int | str | None = None) -> Record:
        """One of them, as it was after its n-th event."""
        events = self._events(kind, key)
        number = len(events) if revision in (None, "published") else int(revision or 0)
        if not 0 < number <= len(events):
            raise NotFound(f"{kind} {key} has the revisions 1 to {len(events)}, not {number}")
        return _record(kind, key, events, number)

    def history(self, kind: str, key: str) -> builtins.list[Revision]:
        """Its events as revisions, oldest first."""
        events = self._events(kind, key)
        return [
            Revision(n, _time(e.at), e.by, e.what.partition(".")[2], "published",
                     _data(kind, key, events[:n]))
            for n, e in enumerate(events, start=1)
        ]  # fmt: skip

    def check(self, kind: str, data: Mapping[str, Any]) -> builtins.list[Fault]:
        """All that is wrong with the data of a new or edited one."""
        tidy, faults = kinds.normal(kind, _own(kind, data))
        if faults or kind == "alert":
            return faults
        known = risks.register(self.journal.events())
        return _whole(known, _risk(known, tidy["id"] or _free(known), tidy))

    def save(
        self,
        kind: str,
        key: str,
        data: Mapping[str, Any],
        *,
        who: Principal | str,
        note: str,
        expected: int | None,
    ) -> Record:
        """Add or change a risk; raise an alert."""
        name, journal = _name(who), replace(self.journal, note=note)
        tidy, faults = kinds.normal(kind, _own(kind, data))
        if faults:
            raise ScenarioError(f"{kind} {key[:120]}".strip(), faults)
        if kind == "alert":
            tidy.pop("id")
            tidy["year"] = tidy["year"] or 0
            made = f"{tidy['source'].casefold()}-{tidy['key']}"
            if not _ADDRESS.fullmatch(made):
                why = f"{made[:60]!r} would be its address"
                raise ScenarioError("alert", [Fault("key", why, _PLAIN)])
            if expected is not None:
                self._expected(kind, made, expected, self.journal.events())
            return self.get(kind, raise_alert(journal, by=name, **tidy))
        with journal.transaction() as block:
            known = risks.register(block.events)
            wanted = tidy.pop("id") or key or _free(known)
            if expected is not None:
                self._expected(kind, wanted, expected, block.events)
            risk = _risk(known, wanted, tidy)
            if faults := _whole(known, risk):
                raise ScenarioError(f"risk {wanted[:120]}", faults)
            book.put(block, known, risk, name)
        return self.get(kind, wanted)

    def undo(
        self,
        kind: str,
        key: str,
        *,
        to: int,
        who: Principal | str,
        note: str,
        expected: int | None,
    ) -> Record:
        """Bring earlier values back, by new events."""
        name = _name(who)
        with replace(self.journal, note=note).transaction() as block:
            events = _about(kind, block.events).get(key, [])
            if not 0 < to <= len(events):
                raise NotFound(f"{kind} {key} has no revision {to}")
            if expected is not None:
                self._expected(kind, key, expected, block.events)
            then, now = _data(kind, key, events[:to]), _data(kind, key, events)
            (_risk_back if kind == "risk" else _alert_back)(block, key, then, now, name)
        return self.get(kind, key)

    def fingerprint(self, kind: str) -> str:
        """Changes with every event of the journal."""
        return hashlib.sha256(f"{kind} {self.journal.head()}".encode()).hexdigest()

    def _events(self, kind: str, key: str) -> Sequence[Event]:
        about = _about(kind, self.journal.events())
        if key not in about:
            near = suggest(key, about) if len(key) <= 200 else ""
            raise NotFound(f"no {kind} {key!r:.80}. {near}".strip())
        return about[key]

    def _expected(self, kind: str, key: str, expected: int, events: Sequence[Event]) -> None:
        latest = len(_about(kind, events).get(key, []))
        if latest != expected:
            raise Conflict(
                f"{kind} {key} was changed meanwhile: it is at revision {latest}, you saw "
                f"{expected}. Look at what changed, then save again"
            )


def _name(who: Principal | str) -> str:
    return who.name if isinstance(who, Principal) else who


def _own(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data without what only events change."""
    more = ("controls", "added_at", "changed_at", "reviewed_on") if kind == "risk" else ()
    return {name: value for name, value in data.items() if name not in more}


def _risk(known: Mapping[str, model.Risk], key: str, data: Mapping[str, Any]) -> model.Risk:
    """A new or edited risk; its controls, which are set on their own, stay."""
    old = known.get(key)
    return replace(model.risk_of({**data, "id": key}), controls=old.controls if old else ())


def _whole(known: Mapping[str, model.Risk], risk: model.Risk) -> builtins.list[Fault]:
    """What is wrong with a risk as a whole and beside the others, by field."""
    found = [Fault(name, text) for name, text in book.faults(known, risk)]
    if risk.id not in known and risk.status in set(model.STATUSES) - {"identified", "assessed"}:
        found = [each for each in found if each.where != "status"]
        found.append(Fault("status", "a new risk is identified or assessed."))
    return found


def _free(known: Mapping[str, object]) -> str:
    number = len(known) + 1
    while f"R{number:04d}" in known:
        number += 1
    return f"R{number:04d}"


def _about(kind: str, events: Iterable[Event]) -> dict[str, builtins.list[Event]]:
    out: dict[str, builtins.list[Event]] = {}
    for event in events:
        if event.what.startswith(f"{kind}."):
            out.setdefault(event.id, []).append(event)
    return out


def _data(kind: str, key: str, events: Sequence[Event]) -> dict[str, Any]:
    if kind == "risk":
        risk = risks.register(events)[key]
        more = {"controls": [model.control_values(c) for c in risk.controls],
                "reviewed_on": risk.reviewed_on}  # fmt: skip
        return {**model.values_of(risk), **more}
    alert = alerts_of(events)[key]
    names = ("id", *_ALERT, *_LIFE, "times_opened", "opened_at")
    return {name: getattr(alert, name) for name in names}


def _record(kind: str, key: str, events: Sequence[Event], number: int) -> Record:
    data = _data(kind, key, events[:number])
    last = events[number - 1]
    return Record(
        kind=kind, key=key, title=str(data["title"]), data=data, revision=number,
        state="published", latest=len(events), published=len(events), changed_at=_time(last.at),
        who=last.by, source=str(data.get("source", "")), note=str(data.get("note", "")),
    )  # fmt: skip


def _has(record: Record, words: Sequence[str]) -> bool:
    text = words_of(record.key, record.title, record.data)
    return all(word in text for word in words)


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _risk_back(
    block: Transaction, key: str, then: Mapping[str, Any], now: Mapping[str, Any], by: str
) -> None:
    own = [name for name in then if name not in ("id", "controls", "reviewed_on")]
    if news := {name: then[name] for name in own if then[name] != now[name]}:
        block.append("risk.updated", key, news, by=by)
    before = {c["id"]: c for c in then["controls"]}
    for control in now["controls"]:
        # A control is not taken out of a journal: one that was not there is dropped.
        wanted = before.get(control["id"], {**control, "status": "dropped"})
        if wanted != control:
            block.append("risk.control_set", key, wanted, by=by)


def _alert_back(
    block: Transaction, key: str, then: Mapping[str, Any], now: Mapping[str, Any], by: str
) -> None:
    fields = {name: then[name] for name in _ALERT if then[name] != now[name]}
    if all(then[name] == now[name] for name in _LIFE):
        if fields:
            block.append("alert.updated", key, fields, by=by)
        return
    # The life cycle has no way back but by opening again; from there to where it was.
    block.append("alert.reopened", key, fields, by=by)
    if then["status"] != "open":
        block.append("alert.acknowledged", key, {}, by=by)
    if then["assigned_to"]:
        block.append("alert.assigned", key, {"to": then["assigned_to"]}, by=by)
    if then["cleared"]:
        block.append("alert.cleared", key, {}, by=by)
    if then["snoozed_until"]:
        block.append("alert.snoozed", key, {"until": then["snoozed_until"]}, by=by)
    if then["status"] == "closed":
        block.append("alert.closed", key, {"reason": then["reason"]}, by=by)
