"""Roles, and the one way an endpoint says which role it needs.

A viewer reads; an analyst also runs jobs, keeps views and drafts scenarios; an editor changes the
registry; an admin manages accounts, backups and the audit log. Each role may all the one before
it may.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from beltroad.app.errors import Forbidden, Unauthenticated

__all__ = ["LOCAL", "NOBODY", "Principal", "Role", "current", "in_person", "permit", "require"]


class Role(enum.IntEnum):
    """What someone may do; a higher role may everything a lower one may."""

    NOBODY = 0
    VIEWER = 1
    ANALYST = 2
    EDITOR = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        """The role's name as it is stored and shown."""
        return self.name.lower()


@dataclass(frozen=True)
class Principal:
    """Who asks: a user, by session or token, or the one local user."""

    name: str
    role: Role
    user_id: int | None = None
    via: str = "local"  # local | session | token | none


LOCAL = Principal("local", Role.ADMIN)
NOBODY = Principal("", Role.NOBODY, via="none")


def current(request: Request) -> Principal:
    """Who asks; set by the gate in ``security.gate``."""
    found: Principal = getattr(request.state, "principal", NOBODY)
    return found


def require(role: Role) -> Any:
    """A dependency: the principal, if the role is enough.

    Use as ``who: Principal = require(Role.EDITOR)``.

    Raises
    ------
    Unauthenticated, Forbidden
        If nobody is signed in, or the role is not enough.
    """
    check = _check(role)
    check.required_role = role  # type: ignore[attr-defined]  # read by the matrix test
    return Depends(check)


def in_person(role: Role) -> Any:
    """As `require`, but not for a token: what touches passwords, tokens and sessions.

    A token that leaked could otherwise make others that outlive it.
    """
    check = _check(role, tokens=False)
    check.required_role = role  # type: ignore[attr-defined]
    check.in_person = True  # type: ignore[attr-defined]
    return Depends(check)


def permit(role: Role, who: Principal) -> None:
    """Pass if the role of ``who`` is enough.

    Raises
    ------
    Unauthenticated, Forbidden
        If nobody is signed in, or the role is not enough.
    """
    if who.role >= role:
        return
    if who.role is Role.NOBODY:
        raise Unauthenticated("sign in to see this")
    raise Forbidden(f"this needs the role {role.word}; yours is {who.role.word}")


def _check(role: Role, *, tokens: bool = True) -> Callable[[Principal], Principal]:
    def check(who: Annotated[Principal, Depends(current)]) -> Principal:
        permit(role, who)
        if who.via == "token" and not tokens:
            raise Forbidden("a token cannot do this; sign in with the password")
        return who

    return check
