"""Append-only journal with an audit trail: who did what and when, and proof that it still stands.

A journal is a folder with ``journal.jsonl``: one event a line, ``{at, by, what, id, data,
previous, hash}``. ``hash`` is the SHA-256 of the line's own bytes up to the hash, which hold
``previous``, the hash of the line before: no line can be changed, removed, added or moved without
breaking the chain at that line. ``journal.head`` holds the number of events and the last hash, so
that lines cut off at the end are found as well. Someone who rewrites all lines and the head is
found out only by a head noted elsewhere (``verify(head=...)``).

Writers take turns by a lock of the operating system on ``journal.lock``, which ends with its
process. What one :meth:`Journal.transaction` adds stands whole or not at all: events of one go are
numbered (``part``), and a go that was cut short by a crash is set aside into a file of its own by
the next writer, and not read before.

State is what replaying the events gives; nothing else is stored.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from beltroad.errors import InputError, OutputError
from beltroad.risk._chain import FIRST, Event, against_head, finished, last_hash, parsed
from beltroad.risk._lock import locked

__all__ = ["Check", "Event", "Journal", "Transaction", "checked_text", "visible"]

_LONGEST = 4_000_000  # bytes of one event
_WHAT = re.compile(r"[a-z]+\.[a-z_]+")
# C0, C1, line separators, and marks that turn the direction of writing, which can hide text.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def checked_text(value: object, what: str, *, longest: int = 2000, empty: bool = False) -> str:
    """Text of a user without control characters, blanks at the ends gone.

    Raises
    ------
    InputError
        If it is empty, too long, or has characters that no one sees.
    """
    text = str(value).strip()
    if not text and not empty:
        raise InputError(f"{what}: is empty; give it")
    if len(text) > longest:
        raise InputError(f"{what}: {len(text):,} characters; give at most {longest:,}")
    if found := _CONTROL.search(text):
        raise InputError(
            f"{what}: has the control character U+{ord(found[0]):04X}; write it in plain text"
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(f"{what}: is no valid Unicode text; write it again") from None
    return text


def visible(text: object) -> str:
    """Text for a terminal: control characters are shown, never acted upon."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", str(text))


@dataclass(frozen=True)
class Check:
    """What :meth:`Journal.verify` found.

    Attributes
    ----------
    events
        Events that stand.
    head
        Hash of the last one.
    faults
        What is wrong, each with its line; empty if nothing is.
    unfinished
        Bytes at the end that a crash left, to be set aside by the next writer.
    """

    events: int
    head: str
    faults: tuple[str, ...] = ()
    unfinished: int = 0

    @property
    def sound(self) -> bool:
        """Whether no fault was found."""
        return not self.faults


@dataclass
class Transaction:
    """Events so far, and those to be added when the block ends without an error."""

    events: Sequence[Event]
    _new: list[dict[str, Any]] = field(default_factory=list)

    def append(self, what: str, subject: str, data: Mapping[str, Any], *, by: str) -> None:
        """Add an event; it is written with all others of the block, or with none.

        Raises
        ------
        InputError
            If a field is empty or holds what JSON or a terminal cannot.
        """
        if not _WHAT.fullmatch(what):
            raise InputError(f"event {what!r:.60}: write it as thing.verb in small letters")
        entry = {
            "by": checked_text(by, "by", longest=200), "what": what,
            "id": checked_text(subject, "id", longest=200), "data": dict(data),
        }  # fmt: skip
        try:
            size = len(json.dumps(entry, allow_nan=False, ensure_ascii=False).encode())
        except (TypeError, ValueError) as error:
            raise InputError(f"event {what} of {subject}: JSON cannot hold it ({error})") from None
        if size > _LONGEST:
            raise InputError(f"event {what} of {subject}: {size:,} bytes; at most {_LONGEST:,}")
        self._new.append(entry)


@dataclass(frozen=True)
class Journal:
    """Journal in a folder.

    Attributes
    ----------
    folder
        Where its files are; made by the first writer.
    clock
        What time it is.
    """

    folder: Path
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @staticmethod
    def at(folder: Path | str | None = None) -> Journal:
        """Journal in ``folder``, by default in the user's data folder.

        Raises
        ------
        InputError
            If the folder is a file.
        """
        found = Path(folder or Path(platformdirs.user_data_dir("beltroad")) / "risk")
        if found.exists() and not found.is_dir():
            raise InputError(f"{found}: is a file; give a folder with --journal")
        return Journal(found)

    @property
    def path(self) -> Path:
        """File of the events."""
        return self.folder / "journal.jsonl"

    def events(self) -> list[Event]:
        """All events, oldest first, the chain checked.

        Raises
        ------
        InputError
            If a line has been tampered with; the message names it.
        """
        content = self._content()
        whole = finished(content)
        events, faults = parsed(content[:whole])
        if not faults:
            faults = against_head(events, self._head())
        if faults:
            raise InputError(
                f"{visible(self.path)}: {faults[0]}. The journal is no longer the one that was "
                "written; restore a copy. All faults: beltroad risk watch --check"
            )
        return events

    def verify(self, head: str | None = None) -> Check:
        """Check every line and the end of the journal.

        Parameters
        ----------
        head
            Hash of an event, noted elsewhere earlier: it must still be in the journal.
        """
        with self._turn(write=False):
            content, noted = self._content(), self._head()
        whole = finished(content)
        events, faults = parsed(content[:whole], all_faults=True)
        if not faults:
            faults = against_head(events, noted)
        hashes = {event.hash for event in events}
        if head is not None and head != FIRST and head not in hashes:
            faults.append(f"no line has the hash {visible(head)[:64]}, noted earlier")
        return Check(len(events), events[-1].hash if events else FIRST, tuple(faults),
                     len(content) - whole)  # fmt: skip

    def append(self, what: str, subject: str, data: Mapping[str, Any], *, by: str) -> Event:
        """Add one event without reading the others."""
        with self._turn(write=True):
            last, lines, _ = self._recovered()
            entry = Transaction(())
            entry.append(what, subject, data, by=by)
            return self._write(entry._new, last, lines)[0]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Read, decide and add while no other process can; all that is added, or nothing.

        Raises
        ------
        InputError
            If the journal has been tampered with.
        OutputError
            If it cannot be written, or another process holds it for long.
        """
        with self._turn(write=True):
            self._recovered()
            events = self.events()
            block = Transaction(events)
            yield block
            if block._new:
                last = events[-1].hash if events else FIRST
                self._write(block._new, last, len(events))

    @contextlib.contextmanager
    def _turn(self, *, write: bool) -> Iterator[None]:
        if not write and not self.folder.is_dir():
            yield
            return
        try:
            if write:
                self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / "journal.lock", write=write):
                yield
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(
                f"{visible(self.folder)}: the journal cannot be "
                f"{'written' if write else 'read'} ({error.strerror or error}); nothing was added. "
                "Give another folder with --journal"
            ) from None

    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise InputError(
                f"{visible(self.path)}: cannot be read ({error.strerror or error})"
            ) from None

    def _head(self) -> tuple[int, str] | None:
        """Number of events and last hash as noted; None if there is no note, ever."""
        try:
            count, found = (self.folder / "journal.head").read_text("ascii").split()
            return int(count), found
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return -1, ""

    def _recovered(self) -> tuple[str, int, int]:
        """Last hash, number of lines and bytes, what a crash left being set aside first."""
        noted = self._head()
        size = self.path.stat().st_size if self.path.exists() else 0
        if noted is not None and size and last_hash(self.path, size) == noted[1]:
            # Nothing was cut short: the last line is the one that the head knows.
            return noted[1], noted[0], size
        content = self._content()
        whole = finished(content)
        if whole < len(content):
            number = 1
            while (aside := self.folder / f"journal.unfinished-{number}").exists():
                number += 1
            aside.write_bytes(content[whole:])
            _sync(aside)
            with self.path.open("r+b") as handle:
                handle.truncate(whole)
                os.fsync(handle.fileno())
        elif content and not content.endswith(b"\n"):
            with self.path.open("ab") as handle:
                handle.write(b"\n")
                os.fsync(handle.fileno())
        events = self.events()
        return (events[-1].hash if events else FIRST), len(events), whole

    def _write(self, new: Sequence[Mapping[str, Any]], last: str, lines: int) -> list[Event]:
        moment = self.clock()
        if moment.tzinfo is None:
            raise InputError("the clock of a journal must know its time zone")
        at = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        written: list[bytes] = []
        events = []
        for number, entry in enumerate(new, start=1):
            part = {"part": [number, len(new)]} if len(new) > 1 else {}
            body = json.dumps({"at": at, **entry, **part, "previous": last}, allow_nan=False,
                              ensure_ascii=False, separators=(",", ":")).encode()[:-1]  # fmt: skip
            digest = hashlib.sha256(body).hexdigest()
            written.append(body + f',"hash":"{digest}"}}\n'.encode())
            events.append(Event(at, entry["by"], entry["what"], entry["id"], entry["data"], last,
                                digest, lines + number))  # fmt: skip
            last = digest
        fresh = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            try:
                rest = memoryview(b"".join(written))
                while rest:
                    rest = rest[os.write(handle, rest) :]
                os.fsync(handle)
            except BaseException:
                os.ftruncate(handle, size)  # a full disk must not leave half an event
                raise
        finally:
            os.close(handle)
        if fresh:
            _sync(self.folder)
        part_file = self.folder / "journal.head.part"
        part_file.write_text(f"{lines + len(new)} {last}\n", "ascii")
        _sync(part_file)
        part_file.replace(self.folder / "journal.head")
        return events


def _sync(path: Path) -> None:
    """Have what was written survive a power cut; folders cannot be opened on every system."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
