"""Shapes of the registry's requests and answers."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "BackTo", "Edit", "FieldChangeOut", "FieldOut", "HistoryOut", "KindOut", "KindsOut",
    "NewRecord", "RecordOut", "RevisionOut", "Step",
]  # fmt: skip

Number = Annotated[int, Field(ge=0, lt=2**31)]
Said = Annotated[str, Field(max_length=4_000)]


class FieldOut(BaseModel):
    """One field of a kind."""

    name: str
    title: str
    description: str
    unit: str
    type: str
    needed: bool
    default: str | float | int | None
    allowed: list[str]
    low: float | None
    high: float | None


class KindOut(BaseModel):
    """A kind of records: how many there are and what fields they have."""

    name: str
    title: str
    plural: str
    published: int
    drafts: int
    removed: int
    formats: list[str]
    fields: list[FieldOut]


class KindsOut(BaseModel):
    """All kinds."""

    items: list[KindOut]


class RecordOut(BaseModel):
    """One record in one of its revisions."""

    kind: str
    key: str
    title: str
    data: dict[str, Any]
    revision: int
    state: str
    latest: int
    published: int | None
    changed_at: datetime.datetime
    who: str
    source: str
    note: str
    removed: bool
    conflict: bool
    bundled: bool


class FieldChangeOut(BaseModel):
    """One field before and after."""

    field: str
    title: str
    unit: str
    before: Any
    after: Any


class RevisionOut(BaseModel):
    """One step in the history of a record, with what it changed."""

    number: int
    at: datetime.datetime
    who: str
    action: str
    state: str
    source: str
    note: str
    import_id: int | None
    changes: list[FieldChangeOut]


class HistoryOut(BaseModel):
    """All steps, oldest first."""

    items: list[RevisionOut]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewRecord(_Body):
    """A record to add."""

    data: dict[str, Any]
    source: Said = ""
    note: Said = ""
    publish: bool = False


class Edit(NewRecord):
    """New data of a record; ``revision`` is the latest that the editor saw."""

    revision: Number | None = None


class Step(_Body):
    """A step without data."""

    note: Said = ""
    revision: Number | None = None


class BackTo(Step):
    """Back to an earlier revision."""

    to: Annotated[int, Field(ge=1, lt=2**31)]
