"""Tokens for programs: shown once, kept as a hash, never above the role of their owner."""

from __future__ import annotations

import datetime
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.accounts.sessions import Found, digest, noting
from beltroad.app.database import Database
from beltroad.app.database.models import TokenRow, UserRow, utc_now
from beltroad.app.errors import Conflict, Forbidden, NotFound

__all__ = ["MOST", "PREFIX", "create", "find", "of_user", "revoke"]

PREFIX = "brt_"
MOST = 50
_TOUCH = datetime.timedelta(minutes=1)


def create(
    session: Session, who: Principal, name: str, role: Role, days: int | None
) -> tuple[TokenRow, str]:
    """Make a token; the second value is what its owner keeps, and nobody can show it again.

    Raises
    ------
    Forbidden
        If the role is above the maker's.
    Conflict
        If the maker has as many as may be.
    """
    if role > who.role:
        raise Forbidden(f"role: {role.word} is more than your own, {who.role.word}")
    held = sa.select(sa.func.count()).where(
        TokenRow.user_id == who.user_id, TokenRow.revoked.is_(False)
    )
    if (session.scalar(held) or 0) >= MOST:
        raise Conflict(f"{MOST} tokens already; revoke one first")
    raw = PREFIX + secrets.token_urlsafe(32)
    now = utc_now()
    row = TokenRow(
        user_id=who.user_id, name=name, hash=digest(raw), role=role.word, created_at=now,
        expires_at=None if days is None else now + datetime.timedelta(days=days),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, raw


def find(database: Database, raw: str) -> Found | None:
    """Whose token this is, with the lower of its role and its owner's role of now."""
    if not raw.startswith(PREFIX):
        return None
    now = utc_now()
    query = (
        sa.select(
            TokenRow.id, TokenRow.used_at, TokenRow.role, UserRow.id, UserRow.name, UserRow.role
        )
        .join(UserRow, UserRow.id == TokenRow.user_id)
        .where(
            TokenRow.hash == digest(raw), TokenRow.revoked.is_(False), UserRow.active.is_(True),
            sa.or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now),
        )
    )  # fmt: skip
    with database.session(write=False) as session:
        row = session.execute(query).first()
    if row is None:
        return None
    key, used_at, own, user_id, name, role = row
    lower = min(Role[own.upper()], Role[role.upper()])
    touch = sa.update(TokenRow).where(TokenRow.id == key).values(used_at=now)
    due = used_at is None or now - used_at > _TOUCH
    return Found(
        Principal(name, lower, user_id, via="token"),
        seen=noting(database, touch) if due else None,
    )


def of_user(database: Database, user_id: int) -> list[TokenRow]:
    """The tokens of a user that were not revoked, newest first."""
    query = (
        sa.select(TokenRow)
        .where(TokenRow.user_id == user_id, TokenRow.revoked.is_(False))
        .order_by(TokenRow.id.desc())
    )
    with database.session(write=False) as session:
        return list(session.scalars(query))


def revoke(session: Session, user_id: int, token_id: int) -> str:
    """End a token of a user for good; gives its name.

    Raises
    ------
    NotFound
        If the user has no such token.
    """
    row = session.get(TokenRow, token_id) if 0 < token_id < 2**31 else None
    if row is None or row.user_id != user_id or row.revoked:
        raise NotFound(f"token {token_id}: not one of yours, or revoked before")
    row.revoked = True
    return row.name
