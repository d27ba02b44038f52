"""Lines of a journal: which are finished, and whether each follows from the one before."""

from __future__ import annotations

import gc
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["FIRST", "Event", "against_head", "finished", "last_hash", "parsed"]

FIRST = "0" * 64
_END = re.compile(rb'"previous":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}\Z')
_END_BYTES = len('"previous":"","hash":""}') + 128
_HASH_BYTES = len(',"hash":""}') + 64
_PART = re.compile(
    rb'\},"part":\[(\d{1,7}),(\d{1,7})\],"previous":"[0-9a-f]{64}","hash":"[0-9a-f]{64}"\}\Z'
)


class Event(NamedTuple):
    """One line of the journal.

    Attributes
    ----------
    at
        When, ISO 8601 in UTC to the millisecond.
    by
        Who, or which command.
    what
        Kind, such as ``alert.opened``.
    id
        What it is about, such as an alert.
    data
        What is new.
    previous, hash
        Hash of the line before and of this one.
    line
        Number of the line, from 1.
    """

    at: str
    by: str
    what: str
    id: str
    data: Mapping[str, Any]
    previous: str
    hash: str
    line: int


def last_hash(path: Path, size: int) -> str:
    """Hash of the last line; empty if the file does not end with a whole line."""
    if not size:
        return ""
    with path.open("rb") as handle:
        handle.seek(max(0, size - _END_BYTES - 1))
        end = handle.read()
    found = _END.search(end[:-1]) if end.endswith(b"\n") else None
    return found[2].decode() if found else ""


def finished(content: bytes) -> int:
    """Bytes that hold finished goes: whole lines, no go of several events cut short."""
    end = content.rfind(b"\n") + 1
    if end < len(content) and _whole(content[end:]):
        end = len(content)  # only the line's end is missing
    lines = content[:end].rstrip(b"\n").rsplit(b"\n", 1)
    part = _part(lines[-1])
    if part is None or part[0] >= part[1]:
        return end
    for _ in range(part[0]):
        end = content.rfind(b"\n", 0, max(0, end - 1)) + 1
    return end


def _whole(line: bytes) -> bool:
    found = _END.search(line)
    return (
        found is not None and hashlib.sha256(line[:-_HASH_BYTES]).hexdigest().encode() == found[2]
    )


def _part(line: bytes) -> tuple[int, int] | None:
    found = _PART.search(line)
    return (int(found[1]), int(found[2])) if found else None


def parsed(content: bytes, *, all_faults: bool = False) -> tuple[list[Event], list[str]]:
    """Events and what is wrong; without ``all_faults`` up to the first fault only."""
    faults: list[str] = []
    events: list[Event] = []
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    last = FIRST.encode()
    for number, line in enumerate(lines, start=1):
        found = _END.search(line, max(0, len(line) - _END_BYTES))
        if found is None:
            faults.append(f"line {number} is no event")
        elif hashlib.sha256(line[:-_HASH_BYTES]).hexdigest().encode() != found[2]:
            faults.append(f"line {number} has been changed: its hash does not fit it")
        elif found[1] != last:
            faults.append(f"line {number} does not follow the line before: "
                          "lines have been removed, added or moved")  # fmt: skip
        last = found[2] if found else b""
        if faults and not all_faults:
            return events, faults
    if faults:
        return events, faults
    collects = gc.isenabled()
    gc.disable()  # looking for garbage among so many new objects takes longer than reading them
    try:
        rows = json.loads(b"[" + b",".join(lines) + b"]")
        events = [
            Event(row["at"], row["by"], row["what"], row["id"], row["data"], row["previous"],
                  row["hash"], number)
            for number, row in enumerate(rows, start=1)
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError):
        faults.append("a line has a right hash but is no event of this program")
    finally:
        if collects:
            gc.enable()
    return events, faults


def against_head(events: Sequence[Event], noted: tuple[int, str] | None) -> list[str]:
    """Lines cut off at the end; a crash may leave the note behind the events, never ahead."""
    if noted is None:
        # Only the first go can be without a note: a crash came between the two.
        return [] if len({event.at for event in events}) <= 1 else ["journal.head is missing"]
    count, found = noted
    if count < 0:
        return ["journal.head is not what was written"]
    if count > len(events):
        return [f"line {len(events) + 1} and what follows are missing: {count} events were written"]
    if count and events[count - 1].hash != found:
        return [f"line {count} is not the one that journal.head knows"]
    return []
