"""What the registry gives out: records, their revisions, and pages of records."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["BUNDLED_BY", "Listing", "Record", "Revision"]

BUNDLED_BY = "bundled data"
"""Who made the revisions that come with beltroad."""


@dataclass(frozen=True)
class Record:
    """One record as it stands in one of its revisions.

    Attributes
    ----------
    revision
        The revision whose ``data`` this is.
    state
        published, draft or removed: that of this revision.
    latest, published
        Number of the newest revision, and of the published one if there is.
    removed
        The record is out of use; it can be brought back.
    conflict
        A newer beltroad brings other values for a record that was edited here.
    """

    kind: str
    key: str
    title: str
    data: Mapping[str, Any]
    revision: int
    state: str
    latest: int
    published: int | None
    changed_at: datetime.datetime
    who: str
    source: str
    note: str = ""
    removed: bool = False
    conflict: bool = False
    bundled: bool = False


@dataclass(frozen=True)
class Revision:
    """One step in the history of a record.

    Attributes
    ----------
    action
        create, edit, publish, undo, remove, restore, import, bundled; for risks and alerts the
        verb of the event.
    """

    number: int
    at: datetime.datetime
    who: str
    action: str
    state: str
    data: Mapping[str, Any]
    source: str = ""
    note: str = ""
    import_id: int | None = None


@dataclass(frozen=True)
class Listing:
    """A page of records, and how many there are in all."""

    items: tuple[Record, ...]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))

    def __iter__(self) -> Iterator[Record]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
