"""API: accounts, tokens, sessions and the audit log."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from beltroad.app.accounts import audit, sessions, tokens, users
from beltroad.app.accounts.roles import Principal, Role, in_person, require
from beltroad.app.api._paging import Page, Paged, link, page_of
from beltroad.app.database import Database
from beltroad.app.errors import Conflict, NotFound

__all__ = ["router"]

router = APIRouter(prefix="/accounts", tags=["accounts"])

RoleWord = Literal["viewer", "analyst", "editor", "admin"]
Id = Annotated[int, Path(ge=1, lt=2**31)]
Secret = Annotated[SecretStr, Field(max_length=1_000)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Me(BaseModel):
    """Who asks."""

    name: str
    role: str
    via: str
    csrf: str


class User(BaseModel):
    """Someone who may sign in."""

    id: int
    name: str
    role: str
    active: bool
    created_at: datetime.datetime


class NewUser(_Request):
    """An account to add."""

    name: str = Field(max_length=80)
    role: RoleWord
    password: Secret


class UserChange(_Request):
    """What to change of an account; what is left out stays."""

    role: RoleWord | None = None
    active: bool | None = None
    password: Secret | None = None


class Token(BaseModel):
    """A token for programs, without the token."""

    id: int
    name: str
    role: str
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    used_at: datetime.datetime | None


class NewToken(_Request):
    """A token to make."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")
    role: RoleWord
    days: int | None = Field(90, ge=1, le=3650, description="Days it lives; null for no end.")


class MadeToken(Token):
    """A new token; ``token`` is shown this once."""

    token: str


class SignedIn(BaseModel):
    """A signed-in browser."""

    id: str
    created_at: datetime.datetime
    seen_at: datetime.datetime
    expires_at: datetime.datetime
    this: bool


class PasswordChange(_Request):
    """The present password and the new one."""

    old: Secret
    new: Secret


class AuditEntry(BaseModel):
    """What someone did."""

    id: int
    at: datetime.datetime
    who: str
    action: str
    target: str
    detail: dict[str, Any]
    address: str


@router.get("/me", operation_id="accounts_me", summary="Who asks, and the form token to send")
def me(request: Request, who: Principal = require(Role.VIEWER)) -> Me:
    """Name and role; ``csrf`` goes into the header ``X-CSRF-Token`` of what changes something."""
    csrf = "" if who.via == "token" else request.state.csrf
    return Me(name=who.name, role=who.role.word, via=who.via, csrf=csrf)


@router.get("/users", operation_id="accounts_users", summary="Accounts, by name")
def list_users(
    request: Request, response: Response, paging: Paged, who: Principal = require(Role.ADMIN)
) -> Page[User]:
    """Everyone who may or might sign in."""
    rows, total = users.list_users(_database(request), page=paging.page, per_page=paging.per_page)
    page = page_of(rows, paging, total=total, shape=_user)
    response.headers["Link"] = link(request, page)
    return page


@router.post(
    "/users", status_code=201, operation_id="accounts_add_user", summary="Add an account",
    responses={409: {"description": "The name is taken"}},
)  # fmt: skip
def add_user(request: Request, new: NewUser, who: Principal = in_person(Role.ADMIN)) -> User:
    """Add an account with a first password, which its owner should change."""
    with _database(request).session() as session:
        row = users.create(
            session, request.app.state.passwords, who, name=new.name, role=new.role,
            password=new.password.get_secret_value(), address=request.state.address,
        )  # fmt: skip
        return _user(row)


@router.patch(
    "/users/{user_id}", operation_id="accounts_change_user", summary="Change an account",
    responses={404: {"description": "No such account"}, 409: {"description": "The last admin"}},
)  # fmt: skip
def change_user(
    request: Request, user_id: Id, change: UserChange, who: Principal = in_person(Role.ADMIN)
) -> User:
    """Role, state or password; all of what is given or nothing. It counts at once."""
    address, row = request.state.address, None
    with _database(request).session() as session:
        if change.role is not None:
            row = users.set_role(session, who, user_id, change.role, address)
        if change.password is not None:
            row = users.set_password(
                session, request.app.state.passwords, who, user_id,
                change.password.get_secret_value(), address,
            )  # fmt: skip
        if change.active is not None:
            row = users.set_active(session, who, user_id, change.active, address)
        return _user(row or users.by_id(session, user_id))


@router.get("/tokens", operation_id="accounts_tokens", summary="One's own tokens")
def list_tokens(request: Request, who: Principal = require(Role.VIEWER)) -> list[Token]:
    """Tokens that were not revoked, newest first; none in local mode."""
    return [_token(row) for row in tokens.of_user(_database(request), who.user_id or 0)]


@router.post(
    "/tokens", status_code=201, operation_id="accounts_add_token", summary="Make a token",
    responses={409: {"description": "Local mode, or too many"}},
)  # fmt: skip
def add_token(
    request: Request, new: NewToken, who: Principal = in_person(Role.VIEWER)
) -> MadeToken:
    """A token for programs, with at most one's own role. It is shown this once."""
    _account(who)
    with _database(request).session() as session:
        row, raw = tokens.create(session, who, new.name, Role[new.role.upper()], new.days)
        detail = {"role": row.role, "days": new.days}
        audit.note(session, who, "token.add", f"token:{row.id}", detail, request.state.address)
        return MadeToken(**_token(row).model_dump(), token=raw)


@router.delete(
    "/tokens/{token_id}", status_code=204, operation_id="accounts_revoke_token",
    summary="Revoke a token", responses={404: {"description": "None of one's own"}},
)  # fmt: skip
def revoke_token(
    request: Request, token_id: Id, who: Principal = in_person(Role.VIEWER)
) -> Response:
    """End one of one's own tokens for good."""
    with _database(request).session() as session:
        tokens.revoke(session, who.user_id or 0, token_id)
        audit.note(session, who, "token.revoke", f"token:{token_id}", None, request.state.address)
    return Response(status_code=204)


@router.get("/sessions", operation_id="accounts_sessions", summary="One's own signed-in browsers")
def list_sessions(request: Request, who: Principal = require(Role.VIEWER)) -> list[SignedIn]:
    """Sessions that have not ended, the latest used first; none in local mode."""
    this = getattr(request.state, "session", "")
    return [
        SignedIn(
            id=row.id[:16], created_at=row.created_at, seen_at=row.seen_at,
            expires_at=row.expires_at, this=row.id == this,
        )
        for row in sessions.of_user(_database(request), who.user_id or 0)
    ]  # fmt: skip


@router.delete(
    "/sessions", status_code=204, operation_id="accounts_end_sessions",
    summary="Sign out everywhere",
)  # fmt: skip
def end_sessions(request: Request, who: Principal = in_person(Role.VIEWER)) -> Response:
    """End all of one's own sessions, this one too. Tokens stay."""
    users.sign_out(_database(request), who, "", request.state.address)
    return Response(status_code=204)


@router.delete(
    "/sessions/{session_id}", status_code=204, operation_id="accounts_end_session",
    summary="Sign one browser out", responses={404: {"description": "None of one's own"}},
)  # fmt: skip
def end_session(
    request: Request,
    session_id: Annotated[str, Path(pattern="^[0-9a-f]{16}$")],
    who: Principal = in_person(Role.VIEWER),
) -> Response:
    """End one of one's own sessions."""
    with _database(request).session() as session:
        if not sessions.end(session, who.user_id or 0, session_id):
            raise NotFound("session: none of yours, or it has ended")
        audit.note(
            session, who, "sign-out", f"user:{who.name}", {"session": session_id},
            request.state.address,
        )  # fmt: skip
    return Response(status_code=204)


@router.post(
    "/password", status_code=204, operation_id="accounts_password",
    summary="Change one's own password", responses={409: {"description": "Local mode"}},
)  # fmt: skip
def change_password(
    request: Request, change: PasswordChange, who: Principal = in_person(Role.VIEWER)
) -> Response:
    """All sessions end; this browser goes on under a new one."""
    _account(who)
    renew_password(request, who, change.old.get_secret_value(), change.new.get_secret_value())
    return Response(status_code=204)


@router.get("/audit", operation_id="accounts_audit", summary="The audit log, newest first")
def read_audit(
    request: Request,
    response: Response,
    paging: Paged,
    search: Annotated[str, Query(max_length=200)] = "",
    who: Principal = require(Role.ADMIN),
) -> Page[AuditEntry]:
    """Who did what, when, from where. ``search`` looks at who, action, target and address."""
    rows, total = audit.entries(
        _database(request), search=search, page=paging.page, per_page=paging.per_page
    )
    page = page_of(rows, paging, total=total, shape=lambda row: AuditEntry(**vars(row)))
    response.headers["Link"] = link(request, page)
    return page


def renew_password(request: Request, who: Principal, old: str, new: str) -> None:
    """Change one's own password and go on in a fresh session; also for the page."""
    state = request.app.state
    state.rates.hit("login", request.state.address)
    state.rates.hit("login", "name", who.name)
    users.change_own_password(state.database, state.passwords, who, old, new, request.state.address)
    raw = state.keys.fresh()
    with state.database.session() as session:
        sessions.start(session, who.user_id or 0, raw)
    request.state.new_cookie = raw


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _account(who: Principal) -> None:
    if who.user_id is None:
        raise Conflict("local mode has one user without an account; team mode has accounts")


def _user(row: Any) -> User:
    return User.model_validate(row, from_attributes=True)


def _token(row: Any) -> Token:
    return Token.model_validate(row, from_attributes=True)
