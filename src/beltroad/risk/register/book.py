"""What people do with the register; every step goes into the journal with who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.risk.journal import Event, Journal, Transaction, checked_text
from beltroad.risk.register.model import (
    MOVES,
    Control,
    Risk,
    control_problems,
    control_values,
    problems,
    register,
    risk_of,
    values_of,
)

__all__ = ["add", "changes", "close", "faults", "find", "put", "review", "set_control", "update"]


def find(risks: Mapping[str, Risk], key: str) -> Risk:
    """One risk by id, in any case.

    Raises
    ------
    InputError
        If there is none.
    """
    folded = {each.casefold(): each for each in risks}
    if (found := folded.get(key.strip().casefold())) is None:
        said = f"no risk {key!r:.60}. {suggest(key, risks)}".rstrip()
        raise InputError(f"{said} List them: beltroad risk register list")
    return risks[found]


def add(journal: Journal, *, by: str, **values: Any) -> Risk:
    """Add a risk; without ``id`` it gets the next free number.

    Raises
    ------
    InputError
        With all that is wrong with it, or if its id is taken.
    """
    with journal.transaction() as block:
        known = register(block.events)
        number = len(known) + 1
        while f"R{number:04d}" in known:
            number += 1
        risk = risk_of({"id": f"R{number:04d}", **values})
        if risk.id.casefold() in {each.casefold() for each in known}:
            raise InputError(f"risk {risk.id}: there is one already; update it or give another id")
        if risk.status not in ("identified", "assessed"):
            raise InputError(f"risk {risk.id}: a new risk is identified or assessed")
        put(block, known, risk, by)
    return risk


def update(journal: Journal, key: str, *, by: str, **values: Any) -> Risk:
    """Change fields of a risk.

    Raises
    ------
    InputError
        If there is no such risk, nothing changes, or the new state cannot be.
    """
    with journal.transaction() as block:
        known = register(block.events)
        old = find(known, key)
        new = replace(risk_of({**values_of(old), **values, "id": old.id}), controls=old.controls)
        if values_of(new) == values_of(old):
            raise InputError(f"risk {old.id}: nothing changes; give a field and its new value")
        put(block, known, new, by)
    return new


def close(journal: Journal, key: str, *, reason: str, by: str) -> Risk:
    """Close a risk, with the reason."""
    return update(journal, key, by=by, status="closed", note=checked_text(reason, "--reason"))


def set_control(journal: Journal, key: str, control: Control, *, by: str) -> Risk:
    """Add a control to a risk, or change the one with its id.

    Raises
    ------
    InputError
        With all that is wrong with it, or if the risk is closed.
    """
    wrong = control_problems(control)
    if wrong:
        raise InputError(f"control {control.id}: " + "; ".join(f"{a} {b}" for a, b in wrong))
    with journal.transaction() as block:
        risk = find(register(block.events), key)
        if not risk.live:
            raise InputError(f"risk {risk.id} is closed; set its status to assessed first")
        block.append("risk.control_set", risk.id, control_values(control), by=by)
    return register(journal.events())[risk.id]


def review(journal: Journal, key: str, *, note: str, by: str) -> Risk:
    """Note that a risk has been looked at again."""
    with journal.transaction() as block:
        risk = find(register(block.events), key)
        if not risk.live:
            raise InputError(f"risk {risk.id} is closed; there is nothing to review")
        block.append("risk.reviewed", risk.id, {"note": checked_text(note, "--note")}, by=by)
    return register(journal.events())[risk.id]


def faults(known: Mapping[str, Risk], risk: Risk) -> list[tuple[str, str]]:
    """All that keeps a risk from being put: field and sentence, its change of state included."""
    old = known.get(risk.id)
    wrong = problems(risk, known)
    if old is not None and risk.status != old.status and risk.status not in MOVES[old.status]:
        wrong.append(("status", f"{old.status} cannot become {risk.status}: give "
                      f"{' or '.join(MOVES[old.status])}."))  # fmt: skip
    return wrong


def put(block: Transaction, known: Mapping[str, Risk], risk: Risk, by: str) -> bool:
    """Add or change a risk within a transaction; False if nothing changes.

    Raises
    ------
    InputError
        With all that is wrong with it.
    """
    old = known.get(risk.id)
    if wrong := faults(known, risk):
        raise InputError(f"risk {risk.id}: " + "; ".join(f"{a} {b}" for a, b in wrong))
    values = values_of(risk)
    values.pop("id")
    if old is None:
        block.append("risk.added", risk.id, values, by=by)
        return True
    before = values_of(old)
    news = {name: value for name, value in values.items() if value != before[name]}
    if news:
        block.append("risk.updated", risk.id, news, by=by)
    return bool(news)


def changes(events: Sequence[Event], since: str = "", risk: str = "") -> pd.DataFrame:
    """What happened to risks: at, by, id, what, field, before, after; one row a field.

    Parameters
    ----------
    since
        Day or time in ISO 8601; events from then on.
    risk
        Only this one.
    """
    rows = []
    state: dict[str, dict[str, Any]] = {}
    for event in events:
        if not event.what.startswith("risk."):
            continue
        prefix = f"control {event.data['id']} " if event.what == "risk.control_set" else ""
        known = state.setdefault(event.id, {})
        for name, value in event.data.items():
            key = prefix + name
            before = known.get(key, "")
            if event.what == "risk.added" and not value:
                continue
            if before != value and event.at >= since and risk in ("", event.id):
                rows.append((event.at, event.by, event.id, event.what.removeprefix("risk."), key,
                             _said(before), _said(value)))  # fmt: skip
            known[key] = value
    return pd.DataFrame(rows, columns=["at", "by", "id", "what", "field", "before", "after"])


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
