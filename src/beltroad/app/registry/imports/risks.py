"""Risks of a file: checked together, added to the journal in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from beltroad.app.accounts.roles import Principal
from beltroad.app.errors import Conflict
from beltroad.app.registry.records import Record
from beltroad.app.registry.store import Registry
from beltroad.errors import Fault

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from beltroad.app.registry.imports.preview import Change, Preview
    from beltroad.risk.register import Risk

__all__ = ["check_together", "next_ids", "take_back", "write"]

_MARK = "import.made"
"""The event that says which risks an import touched, and how often each had been before."""


def next_ids(taken: Iterable[str]) -> Iterator[str]:
    """Free numbers for risks that the file gives no id."""
    known = {key.casefold() for key in taken}
    number = 0
    while True:
        number += 1
        if f"r{number:04d}" not in known:
            yield f"R{number:04d}"


def check_together(
    changes: Iterable[Change], existing: Mapping[str, Record], faults: list[Fault]
) -> None:
    """Faults that only show with the whole register: what feeds what, and moves of states."""
    from beltroad.risk.register.model import MOVES, STATUSES, problems

    listed = list(changes)
    after = {key: _risk(key, record.data) for key, record in existing.items()}
    after |= {c.key: _with_controls(_risk(c.key, c.data), existing.get(c.key)) for c in listed}
    for change in listed:
        for name, text in problems(after[change.key], after):
            faults.append(Fault(f"{change.where}, {name}", text))
        old = existing.get(change.key)
        new = str(change.data.get("status"))
        before = str(old.data.get("status")) if old is not None else ""
        if before and new != before and new in STATUSES and new not in MOVES[before]:
            allowed = " or ".join(MOVES[before])
            faults.append(Fault(f"{change.where}, status", f"{before} cannot become {new}.",
                                f"Give {allowed}."))  # fmt: skip


def write(
    registry: Registry, session: Session, found: Preview, number: int, who: Principal
) -> None:
    """Add the changes of a preview to the journal, with a mark that an undo can go by."""
    from beltroad.risk.register import register
    from beltroad.risk.register.book import put
    from beltroad.risk.register.model import LEVELS

    with registry.events.journal.within(session) as block:
        known = dict(register(block.events))
        counts = _counts(block.events)
        for change in found.writes:
            if counts.get(change.key, 0) != (change.base or 0):
                raise Conflict("the register has changed since the preview; look again")
        after = dict(known)
        for change in found.writes:
            old = known.get(change.key)
            risk = _risk(change.key, change.data)
            after[change.key] = replace(risk, controls=old.controls) if old else risk
        # Higher levels first: a risk may feed one of the same file.
        for change in sorted(found.writes, key=lambda c: -LEVELS.index(after[c.key].level)):
            state = {k: v for k, v in after.items() if k != change.key}
            if change.key in known:
                state[change.key] = known[change.key]
            put(block, state, after[change.key], who.name)
        block.append(
            _MARK, f"import-{number}",
            {"import": number, "before": {c.key: c.base or 0 for c in found.writes}},
            by=who.name,
        )  # fmt: skip


def take_back(registry: Registry, session: Session, number: int, who: Principal) -> None:
    """Close the risks that an import added, and give the others their former values.

    Raises
    ------
    Conflict
        If one was changed afterwards.
    """
    from beltroad.app.registry.imports.commit import refuse_later
    from beltroad.risk.register import register
    from beltroad.risk.register.model import values_of

    with registry.events.journal.within(session) as block:
        mark = next(i for i, e in enumerate(block.events)
                    if e.what == _MARK and e.data.get("import") == number)  # fmt: skip
        before: dict[str, int] = dict(block.events[mark].data["before"])
        counts = _counts(block.events)
        refuse_later(number, sorted(k for k, n in before.items() if counts[k] != n + 1))
        now = register(block.events)
        for key, count in before.items():
            if count == 0:
                note = f"import {number} undone"
                block.append("risk.updated", key, {"status": "closed", "note": note}, by=who.name)
                continue
            first = [e for e in block.events if e.id == key and e.what.startswith("risk.")][:count]
            then, present = values_of(register(first)[key]), values_of(now[key])
            news = {n: v for n, v in then.items() if v != present[n]}
            block.append("risk.updated", key, news, by=who.name)


def _counts(events: Iterable[Any]) -> dict[str, int]:
    out: dict[str, int] = {}
    for event in events:
        if event.what.startswith("risk."):
            out[event.id] = out.get(event.id, 0) + 1
    return out


def _risk(key: str, data: Mapping[str, Any]) -> Risk:
    from beltroad.risk.register.model import risk_of, values_of

    own = {f: data[f] for f in values_of(risk_of({"id": key})) if f in data}
    return risk_of({**own, "id": key})


def _with_controls(risk: Risk, old: Record | None) -> Risk:
    from beltroad.risk.register.model import Control

    controls = old.data.get("controls", []) if old is not None else []
    return replace(risk, controls=tuple(Control(**c) for c in controls))
