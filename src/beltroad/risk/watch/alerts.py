"""Alerts: what state an alert is in, and which moves are allowed from there.

::

    open ──acknowledge──> acknowledged ──assign──> assigned (again: to someone else)
      └───────────────────────┴──close (with a reason)──┴──> closed ──newer figure──> open

An alert whose signal has ended is ``cleared``: it may be closed from any state, and only a person
closes it. A live alert must be acknowledged before it is closed. Snoozing hides an alert until a
day; a higher severity or a newer figure wakes it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from beltroad.errors import InputError, suggest
from beltroad.risk.journal import Event, Journal, Transaction, checked_text

__all__ = [
    "SEVERITIES", "Alert", "acknowledge", "alerts", "assign", "close", "find", "rank", "snooze",
]  # fmt: skip

SEVERITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Alert:
    """One alert as it stands.

    Attributes
    ----------
    id
        Source, economy and indicator, or what :func:`raise_alert` was given.
    status
        open, acknowledged, assigned or closed.
    cleared
        The signal has ended; a person is to close the alert.
    year
        Year of the latest figure; 0 where there is none.
    value, threshold
        Figure and bound, in the indicator's unit; NaN is None.
    assigned_to, snoozed_until, reason
        Empty unless set; ``reason`` is that of closing.
    times_opened
        1, and one more for every newer figure that opened it again.
    trail
        Its events, oldest first.
    """

    id: str
    title: str
    source: str
    iso3: str
    indicator: str
    severity: str
    status: str = "open"
    cleared: bool = False
    year: int = 0
    value: float | None = None
    threshold: float | None = None
    direction: str = ""
    project: str = ""
    risk: str = ""
    opened_at: str = ""
    changed_at: str = ""
    assigned_to: str = ""
    snoozed_until: str = ""
    reason: str = ""
    times_opened: int = 1
    hit_rate: float | None = None
    false_alarm_rate: float | None = None
    trail: tuple[Event, ...] = field(default=(), repr=False)

    def snoozed(self, on: datetime.date) -> bool:
        """Whether it is hidden on a day."""
        return bool(self.snoozed_until) and on < datetime.date.fromisoformat(self.snoozed_until)


def rank(severity: str) -> int:
    """Order of severities, 0 the lowest.

    Raises
    ------
    InputError
        If there is no such severity.
    """
    word = severity.strip().casefold()
    if word not in SEVERITIES:
        raise InputError(
            f"severity {severity!r:.40}: give {', '.join(SEVERITIES)}. {suggest(word, SEVERITIES)}"
        )
    return SEVERITIES.index(word)


_FIELDS = ("title", "source", "iso3", "indicator", "severity", "year", "value", "threshold",
           "direction", "project", "risk", "hit_rate", "false_alarm_rate")  # fmt: skip


def alerts(events: Iterable[Event]) -> dict[str, Alert]:
    """All alerts by id, as the events leave them."""
    out: dict[str, Alert] = {}
    trails: dict[str, list[Event]] = {}
    for event in events:
        if event.what.startswith("alert."):
            out[event.id] = _after(out.get(event.id), event)
            trails.setdefault(event.id, []).append(event)
    return {key: replace(alert, trail=tuple(trails[key])) for key, alert in out.items()}


def _after(alert: Alert | None, event: Event) -> Alert:
    data: Mapping[str, Any] = event.data
    news = {key: data[key] for key in _FIELDS if key in data}
    verb = event.what.removeprefix("alert.")
    if alert is None:
        blank = {"title": event.id, "source": "", "iso3": "", "indicator": "", "severity": "low"}
        return Alert(event.id, **{**blank, **news}, opened_at=event.at, changed_at=event.at)
    changes: dict[str, Any] = {**news, "changed_at": event.at}
    if verb == "reopened":
        changes |= {"status": "open", "cleared": False, "opened_at": event.at, "reason": "",
                    "assigned_to": "", "snoozed_until": "",
                    "times_opened": alert.times_opened + 1}  # fmt: skip
    elif verb == "updated":
        changes |= {"cleared": False}
        if news.get("year", alert.year) > alert.year:
            changes |= {"snoozed_until": ""}
    elif verb == "escalated":
        changes |= {"cleared": False, "snoozed_until": ""}
    elif verb == "cleared":
        changes |= {"cleared": True}
    elif verb == "acknowledged":
        changes |= {"status": "acknowledged"}
    elif verb == "assigned":
        changes |= {"status": "assigned", "assigned_to": data["to"]}
    elif verb == "snoozed":
        changes |= {"snoozed_until": data["until"]}
    elif verb == "closed":
        changes |= {"status": "closed", "reason": data["reason"], "snoozed_until": ""}
    return replace(alert, **changes)


def find(events: Sequence[Event], key: str) -> Alert:
    """One alert by id, in any case.

    Raises
    ------
    InputError
        If there is none.
    """
    known = alerts(events)
    folded = {each.casefold(): each for each in known}
    if (found := folded.get(key.strip().casefold())) is None:
        hint = suggest(key, known)
        said = f"no alert {key!r:.80}. {hint}".rstrip()
        raise InputError(f"{said} List them: beltroad risk alerts list")
    return known[found]


def acknowledge(journal: Journal, key: str, *, by: str) -> Alert:
    """Someone has read an open alert.

    Raises
    ------
    InputError
        If there is no such alert, or it is not open.
    """
    return _move(journal, key, "acknowledged", {}, by)


def assign(journal: Journal, key: str, *, to: str, by: str) -> Alert:
    """Someone is to deal with an acknowledged alert, or from now on someone else.

    Raises
    ------
    InputError
        If there is no such alert, or it is open or closed.
    """
    return _move(journal, key, "assigned", {"to": checked_text(to, "--to", longest=200)}, by)


def close(journal: Journal, key: str, *, reason: str, by: str) -> Alert:
    """End an alert, with the reason.

    Raises
    ------
    InputError
        If there is no such alert, no reason, or no one has acknowledged it while its signal holds.
    """
    return _move(journal, key, "closed", {"reason": checked_text(reason, "--reason")}, by)


def snooze(journal: Journal, key: str, *, until: datetime.date, by: str) -> Alert:
    """Hide an alert until a day.

    Raises
    ------
    InputError
        If there is no such alert, it is closed, or the day is not to come.
    """
    today = journal.clock().date()
    if until <= today:
        raise InputError(f"--until {until}: give a day after {today}")
    return _move(journal, key, "snoozed", {"until": until.isoformat()}, by)


def _move(journal: Journal, key: str, verb: str, data: Mapping[str, Any], by: str) -> Alert:
    checked_text(by, "--by", longest=200)
    with journal.transaction() as block:
        alert = find(block.events, key)
        _allow(alert, verb)
        block.append(f"alert.{verb}", alert.id, data, by=by)
        key = alert.id
    return alerts(journal.events())[key]


def _allow(alert: Alert, verb: str) -> None:
    """Refuse a move that the life cycle does not have, with the way there is."""
    status, why = alert.status, ""
    if status == "closed":
        why = "only a newer figure opens it again"
    elif verb == "acknowledged" and status != "open":
        why = f"it is {status} already"
    elif verb == "assigned" and status == "open":
        why = "acknowledge it first"
    elif verb == "closed" and status == "open" and not alert.cleared:
        why = "its signal still holds; acknowledge it first"
    if why:
        raise InputError(f"alert {alert.id} is {status} and cannot be {verb}: {why}")


def record(block: Transaction, verb: str, alert_id: str, data: Mapping[str, Any], by: str) -> None:
    """Add what a command, not a person, found out about an alert."""
    block.append(f"alert.{verb}", alert_id, data, by=by)
