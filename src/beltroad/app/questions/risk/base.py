"""What the parts of the risk room share: the journal as someone saw it, words, columns."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from beltroad.app import texts
from beltroad.app.answers import Column, Origin
from beltroad.app.database import Database
from beltroad.app.errors import Conflict
from beltroad.app.registry.journal import DatabaseJournal
from beltroad.errors import Fault, InputError, ScenarioError
from beltroad.risk.journal import Event, Transaction

__all__ = [
    "Look", "SeenJournal", "col", "day", "faults_of", "in_web_words", "journal_of", "look_at",
    "noted", "revision_of", "word",
]  # fmt: skip

_CLI = re.compile(r"\s*List them: beltroad risk [a-z ]+$")
_OPTION = re.compile(r"--(?=[a-z])")


def word(key: str, language: str = "en", /, **values: object) -> str:
    """A word of the risk room; a code without words stays as it is."""
    name = f"risk.{key}"
    if name not in texts.catalogue():
        return key.rpartition(".")[2]
    return texts.text(name, language, **values)


def col(
    name: str,
    language: str = "en",
    kind: str = "text",
    unit: str = "",
    decimals: int | None = None,
    origin: Origin | None = None,
) -> Column:
    """A column titled in the reader's language."""
    if kind == "number" and decimals is None:
        decimals = 0
    return Column(name=name, title=word(f"c.{name}", language), kind=kind, unit=unit,
                  decimals=decimals, origin=origin or Origin())  # fmt: skip


def journal_of(database: Database, note: str = "") -> DatabaseJournal:
    """The journal of risks and alerts."""
    return DatabaseJournal(database=database, note=note)


@dataclass(frozen=True)
class SeenJournal(DatabaseJournal):
    """The journal for a change of one thing, refused if it changed since it was looked at.

    Attributes
    ----------
    about
        Kind of its events (risk, alert, gate) and its key.
    expected
        How many events about it the person saw; None: whatever there is.
    """

    about: tuple[str, str] = field(default=("", ""), kw_only=True)
    expected: int | None = field(default=None, kw_only=True)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """As in the journal, after a look at whether it is still what was seen."""
        with super().transaction() as block:
            if self.expected is not None:
                kind, key = self.about
                now = revision_of(block.events, kind, key)
                if now != self.expected:
                    raise Conflict(
                        f"{kind} {key} was changed meanwhile: it is at revision {now}, you saw "
                        f"{self.expected}. Look at what changed, then do it again"
                    )
            yield block


def revision_of(events: Sequence[Event], kind: str, key: str) -> int:
    """How many events there are about one thing."""
    return sum(e.id == key and e.what.startswith(f"{kind}.") for e in events)


@contextlib.contextmanager
def in_web_words() -> Iterator[None]:
    """Faults of the functions without names of the command line's options and commands."""
    try:
        yield
    except ScenarioError:
        raise
    except InputError as error:
        said = _OPTION.sub("", _CLI.sub("", str(error)))
        if said == str(error):
            raise
        raise InputError(said) from None


def faults_of(error: InputError) -> list[Fault | str]:
    """What is wrong as a list: faults with their place, or the lines of a message."""
    if isinstance(error, ScenarioError):
        return [*error.faults]
    head, *lines = str(error).splitlines()
    return [line.strip().removeprefix("- ") for line in lines] or [head]


def day(text: str, what: str) -> datetime.date:
    """A day that someone gives as YYYY-MM-DD.

    Raises
    ------
    InputError
        If it is none.
    """
    said = text.strip()
    try:
        if len(said) == 10 and said.isascii():
            return datetime.date.fromisoformat(said)
    except ValueError:
        pass
    raise InputError(f"{what} {text!r:.40}: give a day as YYYY-MM-DD")


@dataclass(frozen=True)
class Look:
    """The journal at one moment."""

    events: list[Event]
    today: datetime.date

    @property
    def as_of(self) -> str:
        """Day of the last event."""
        return self.events[-1].at[:10] if self.events else ""

    @property
    def tomorrow(self) -> str:
        """The first day that something can be put off to."""
        return (self.today + datetime.timedelta(days=1)).isoformat()


def look_at(database: Database) -> Look:
    """Read the journal once for a page."""
    book = journal_of(database)
    return Look(book.events(), book.clock().date())


def noted(look: Look, formula: str, *, method: str = "risk-register", **more: Any) -> Origin:
    """Origin of what is counted in the journal."""
    return Origin(
        source=f"Journal of this workspace, {len(look.events)} events", as_of=look.as_of,
        kind="computed", formula=formula, method=method, **more,
    )  # fmt: skip
