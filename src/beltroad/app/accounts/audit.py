"""The audit log: who did what, when, from where. Rows are added and read, nothing else."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session

from beltroad.app.accounts.roles import Principal
from beltroad.app.database import Database
from beltroad.app.database.models import AuditRow
from beltroad.app.errors import Forbidden
from beltroad.files import no_formula

__all__ = ["Entry", "as_csv", "entries", "note"]

CSV_ROWS = 100_000
_COLUMNS = ("at", "who", "action", "target", "address", "detail")


@dataclass(frozen=True)
class Entry:
    """One row of the log."""

    id: int
    at: datetime.datetime
    who: str
    action: str
    target: str
    detail: dict[str, Any]
    address: str


def note(
    session: Session,
    who: Principal | str,
    action: str,
    target: str,
    detail: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Add a row in the caller's transaction: with the change it tells of, or not at all.

    Parameters
    ----------
    session
        The session in which the change is made.
    who
        Who did it; a name where nobody is signed in (the command line, a failed sign-in).
    action
        Such as ``registry.publish`` or ``account.role``.
    target
        What it was done to, such as ``project:karakoram-highway``.
    detail
        A few JSON values that explain it. Never a password, token or secret.
    address
        The visitor's network address, where there is one.
    """
    name = who.name if isinstance(who, Principal) else who
    session.add(
        AuditRow(
            who=_plain(name, 80), action=_plain(action, 80), target=_plain(target, 200),
            detail=dict(detail or {}), address=_plain(address, 64),
        )
    )  # fmt: skip


def _plain(text: str, longest: int) -> str:
    # What a stranger typed at sign-in ends up here: one line, no control signs, storable.
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown[:longest]


def entries(
    database: Database, *, search: str = "", page: int = 1, per_page: int = 50
) -> tuple[list[Entry], int]:
    """A page of the log, newest first, and how many rows match.

    ``search`` is looked for, as it is, in who, action, target and address.
    """
    query = sa.select(AuditRow)
    if search:
        fields = (AuditRow.who, AuditRow.action, AuditRow.target, AuditRow.address)
        query = query.where(
            sa.or_(*(field.icontains(_plain(search, 200), autoescape=True) for field in fields))
        )
    with database.session(write=False) as session:
        total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
        rows = session.scalars(
            query.order_by(AuditRow.id.desc()).offset((page - 1) * per_page).limit(per_page)
        )
        found = [
            Entry(r.id, r.at, r.who, r.action, r.target, r.detail or {}, r.address) for r in rows
        ]
    return found, total


def as_csv(database: Database, *, search: str = "") -> bytes:
    """The matching rows as CSV, safe to open in a spreadsheet; the newest 100,000 at most."""
    found, _ = entries(database, search=search, per_page=CSV_ROWS)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in found:
        detail = json.dumps(row.detail, ensure_ascii=False, sort_keys=True) if row.detail else ""
        values = (row.at.isoformat(), row.who, row.action, row.target, row.address, detail)
        writer.writerow([no_formula(value) for value in values])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _fixed(*_: object) -> None:
    raise Forbidden("rows of the audit log are never changed or removed")


def _fixed_in_bulk(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete) and state.bind_mapper is AuditRow.__mapper__:
        raise Forbidden("rows of the audit log are never changed or removed")


sa.event.listen(Session, "do_orm_execute", _fixed_in_bulk)
sa.event.listen(AuditRow, "before_update", _fixed)
sa.event.listen(AuditRow, "before_delete", _fixed)
