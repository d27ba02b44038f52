"""Signed-in browsers: a random id in a signed cookie, its hash in the database."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.database import Database
from beltroad.app.database.models import SessionRow, UserRow, utc_now
from beltroad.app.errors import Unavailable
from beltroad.app.settings import Settings

__all__ = [
    "ABSOLUTE", "IDLE", "Found", "cookie_name", "digest", "end", "end_all", "find", "noting",
    "of_user", "start",
]  # fmt: skip

IDLE = datetime.timedelta(hours=12)
ABSOLUTE = datetime.timedelta(days=7)
_TOUCH = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Found:
    """Who a cookie or token stands for; ``seen`` notes the visit, once a minute."""

    principal: Principal
    session: str = ""
    seen: Callable[[], None] | None = None


def cookie_name(settings: Settings) -> str:
    """The cookie's name; over HTTPS one that browsers keep to this very host."""
    return "__Host-beltroad" if settings.secure_cookies else "beltroad"


def digest(raw: str) -> str:
    """What the database knows of a session's id or of a token."""
    return hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest()


def start(session: Session, user_id: int, raw: str) -> None:
    """Keep a new session under a fresh id; those that have ended are cleared away."""
    now = utc_now()
    session.execute(
        sa.delete(SessionRow).where(
            sa.or_(SessionRow.expires_at < now, SessionRow.seen_at < now - IDLE)
        )
    )
    session.add(
        SessionRow(
            id=digest(raw), user_id=user_id, created_at=now, seen_at=now, expires_at=now + ABSOLUTE
        )
    )


def find(database: Database, raw: str) -> Found | None:
    """Who is signed in under this id now; role and state of the account as they are now."""
    now = utc_now()
    query = (
        sa.select(SessionRow.id, SessionRow.seen_at, UserRow.id, UserRow.name, UserRow.role)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(
            SessionRow.id == digest(raw), SessionRow.expires_at > now,
            SessionRow.seen_at > now - IDLE, UserRow.active.is_(True),
        )
    )  # fmt: skip
    with database.session(write=False) as session:
        row = session.execute(query).first()
    if row is None:
        return None
    key, seen_at, user_id, name, role = row
    who = Principal(name, Role[role.upper()], user_id, via="session")
    touch = sa.update(SessionRow).where(SessionRow.id == key).values(seen_at=now)
    return Found(who, key, noting(database, touch) if now - seen_at > _TOUCH else None)


def noting(database: Database, change: sa.Update) -> Callable[[], None]:
    """A visit to note later; that it cannot be written now is no reason to fail."""

    def seen() -> None:
        try:
            with database.session() as session:
                session.execute(change)
        except Unavailable:
            pass  # the next visit notes it

    return seen


def of_user(database: Database, user_id: int) -> list[SessionRow]:
    """The sessions of a user that have not ended, the latest used first."""
    now = utc_now()
    query = (
        sa.select(SessionRow)
        .where(
            SessionRow.user_id == user_id, SessionRow.expires_at > now,
            SessionRow.seen_at > now - IDLE,
        )
        .order_by(SessionRow.seen_at.desc())
    )  # fmt: skip
    with database.session(write=False) as session:
        return list(session.scalars(query))


def end(session: Session, user_id: int, prefix: str) -> bool:
    """End one session of a user, named by the first 16 signs of its hash; whether it was there."""
    found = session.scalars(
        sa.select(SessionRow).where(
            SessionRow.user_id == user_id, sa.func.substr(SessionRow.id, 1, 16) == prefix[:16]
        )
    ).all()
    for row in found:
        session.delete(row)
    return bool(found)


def end_all(session: Session, user_id: int) -> None:
    """Sign a user out everywhere."""
    session.execute(sa.delete(SessionRow).where(SessionRow.user_id == user_id))
