"""Pages: sign in, one's own account, users and the audit log."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from beltroad.app import texts
from beltroad.app.accounts import audit, sessions, tokens, users
from beltroad.app.accounts.roles import Principal, Role, current, in_person, require
from beltroad.app.api._paging import pages_of
from beltroad.app.api.accounts import renew_password
from beltroad.app.database import Database
from beltroad.app.errors import Conflict, NotFound, TooMany
from beltroad.app.web import render
from beltroad.errors import BeltroadError, InputError

__all__ = ["router", "safe_next"]

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=100_000)]
Words = Annotated[str, Query(max_length=200)]
Number = Annotated[int, Query(ge=1, le=1_000_000)]
_PER_PAGE = 50


def safe_next(target: str) -> str:
    """Where to go after signing in: a path of ours, else the first page."""
    fine = (
        target.startswith("/")
        and not target.startswith(("//", "/\\", "/login", "/logout", "/static/"))
        and "\\" not in target
        and target.isprintable()
        and len(target) <= 2_000
    )
    if not fine:
        return "/"
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else target


@router.get("/login")
def login_page(request: Request, next: Words = "") -> Response:  # noqa: A002
    """The form; who is signed in goes on at once."""
    if current(request).role is not Role.NOBODY:
        return RedirectResponse(safe_next(next), 303)
    return _login(request, next)


@router.post("/login")
def login(
    request: Request,
    name: Text = "",
    password: Password = "",
    next: Annotated[str, Form(max_length=2_000)] = "",  # noqa: A002
) -> Response:
    """Begin a session under a new id; what the browser held before is worth nothing."""
    state = request.app.state
    if state.settings.mode == "local":
        return RedirectResponse("/", 303)
    try:
        state.rates.hit("login", request.state.address)
        state.rates.hit("login", "name", name.strip().casefold())
    except TooMany as error:
        page = _login(request, next, fault="account.too_often", wait=error.retry_after, status=429)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    raw = state.keys.fresh()
    who = users.sign_in(state.database, state.passwords, name, password, raw, request.state.address)
    if who is None:
        return _login(request, next, fault="account.wrong", status=401)
    old = getattr(request.state, "session", "")
    if old and current(request).via == "session":
        users.sign_out(state.database, current(request), old, request.state.address)
    request.state.new_cookie = raw
    return RedirectResponse(safe_next(next), 303)


def _login(
    request: Request, target: str, *, fault: str = "", wait: int = 0, status: int = 200
) -> HTMLResponse:
    return render(
        request, "pages/login.html", status=status, next=safe_next(target), fault=fault, wait=wait
    )


@router.post("/logout")
def logout(request: Request, who: Principal = in_person(Role.VIEWER)) -> Response:
    """End this session."""
    if key := getattr(request.state, "session", ""):
        users.sign_out(_database(request), who, key, request.state.address)
        request.state.new_cookie = ""
    return RedirectResponse("/login", 303)


@router.get("/account")
def account(request: Request, said: Words = "", who: Principal = require(Role.VIEWER)) -> Response:
    """Password, sessions, tokens and language."""
    return _account(request, who, said=said)


def _account(
    request: Request,
    who: Principal,
    *,
    said: str = "",
    fault: str = "",
    where: str = "",
    token: str = "",
    status: int = 200,
) -> HTMLResponse:
    database, user_id = _database(request), who.user_id
    known = ("password", "revoked", "ended")
    return render(
        request, "pages/account.html", status=status,
        sessions=sessions.of_user(database, user_id) if user_id else [],
        this=getattr(request.state, "session", ""),
        tokens=tokens.of_user(database, user_id) if user_id else [],
        roles=[role.word for role in Role if Role.NOBODY < role <= who.role],
        said=said if said in known else "", fault=fault, where=where, token=token,
    )  # fmt: skip


@router.post("/account/password")
def password_form(
    request: Request,
    old: Password = "",
    new: Password = "",
    again: Password = "",
    who: Principal = in_person(Role.VIEWER),
) -> Response:
    """Change one's own password."""
    if new != again:
        fault = "password: the two new ones differ"
        return _account(request, who, fault=fault, where="password", status=422)
    try:
        renew_password(request, who, old, new)
    except (InputError, Conflict) as error:
        return _account(request, who, fault=str(error), where="password", status=422)
    return RedirectResponse("/account?said=password", 303)


@router.post("/account/tokens")
def token_form(
    request: Request,
    name: Text = "",
    role: Text = "viewer",
    days: Text = "90",
    who: Principal = in_person(Role.VIEWER),
) -> Response:
    """Make a token and show it this once."""
    try:
        label = "".join(c for c in name.strip() if c.isprintable())[:80]
        if not label:
            raise InputError("name: what is the token for?")
        if role not in users.ROLES:
            raise InputError("role: not one of the list")
        if days not in ("30", "90", "365"):
            raise InputError("days: not one of the list")
        if who.user_id is None:
            raise Conflict("local mode has one user without an account")
        with _database(request).session() as session:
            row, raw = tokens.create(session, who, label, Role[role.upper()], int(days))
            audit.note(
                session, who, "token.add", f"token:{row.id}", {"role": role, "days": int(days)},
                request.state.address,
            )  # fmt: skip
    except BeltroadError as error:
        return _account(request, who, fault=str(error), where="token", status=422)
    return _account(request, who, token=raw)


@router.post("/account/tokens/{token_id}/revoke")
def revoke_form(
    request: Request, token_id: int, who: Principal = in_person(Role.VIEWER)
) -> Response:
    """End a token."""
    with _database(request).session() as session:
        tokens.revoke(session, who.user_id or 0, token_id)
        audit.note(session, who, "token.revoke", f"token:{token_id}", None, request.state.address)
    return RedirectResponse("/account?said=revoked", 303)


@router.post("/account/sessions/end")
def end_form(
    request: Request, session: Text = "", who: Principal = in_person(Role.VIEWER)
) -> Response:
    """End one session, or all of them when none is named."""
    if session and len(session) != 16:
        raise NotFound("session: none of yours, or it has ended")
    users.sign_out(_database(request), who, session, request.state.address)
    return RedirectResponse("/account?said=ended", 303)


@router.post("/account/language")
def language_form(
    request: Request, lang: Text = "", who: Principal = require(Role.VIEWER)
) -> Response:
    """Keep the language of the interface in a cookie."""
    answer = RedirectResponse("/account", 303)
    if lang in texts.LANGUAGES:
        secure = request.app.state.settings.secure_cookies
        answer.set_cookie(
            "lang", lang, max_age=31_536_000, httponly=True, samesite="lax", secure=secure
        )
    return answer


@router.get("/admin/users")
def users_page(
    request: Request, page: Number = 1, who: Principal = require(Role.ADMIN)
) -> Response:
    """All accounts, with forms to change them."""
    return _users(request, page)


def _users(request: Request, page: int = 1, fault: str = "", status: int = 200) -> HTMLResponse:
    rows, total = users.list_users(_database(request), page=page, per_page=_PER_PAGE)
    return render(
        request, "pages/admin_users.html", status=status, users=rows, total=total, page=page,
        pages=pages_of(total, _PER_PAGE), roles=users.ROLES, fault=fault,
    )  # fmt: skip


@router.post("/admin/users")
def add_form(
    request: Request,
    name: Text = "",
    role: Text = "viewer",
    password: Password = "",
    who: Principal = in_person(Role.ADMIN),
) -> Response:
    """Add an account."""
    try:
        with _database(request).session() as session:
            users.create(
                session, request.app.state.passwords, who, name=name, role=role,
                password=password, address=request.state.address,
            )  # fmt: skip
    except (InputError, Conflict) as error:
        return _users(request, fault=str(error), status=422)
    return RedirectResponse("/admin/users", 303)


@router.post("/admin/users/{user_id}")
def change_form(
    request: Request,
    user_id: int,
    role: Text = "",
    active: Text = "",
    password: Password = "",
    who: Principal = in_person(Role.ADMIN),
) -> Response:
    """Change role, state or password of an account; what is empty stays."""
    address = request.state.address
    try:
        with _database(request).session() as session:
            if role:
                users.set_role(session, who, user_id, role, address)
            if password:
                users.set_password(
                    session, request.app.state.passwords, who, user_id, password, address
                )
            if active in ("yes", "no"):
                users.set_active(session, who, user_id, active == "yes", address)
    except NotFound:
        raise
    except (InputError, Conflict) as error:
        return _users(request, fault=str(error), status=422)
    return RedirectResponse("/admin/users", 303)


@router.get("/admin/audit")
def audit_page(
    request: Request, q: Words = "", page: Number = 1, who: Principal = require(Role.ADMIN)
) -> Response:
    """The audit log: search, pages, and the same as CSV."""
    rows, total = audit.entries(_database(request), search=q, page=page, per_page=_PER_PAGE)
    return render(
        request, "pages/admin_audit.html", rows=rows, total=total, page=page,
        pages=pages_of(total, _PER_PAGE), search=q,
    )  # fmt: skip


@router.get("/admin/audit.csv")
def audit_csv(request: Request, q: Words = "", who: Principal = require(Role.ADMIN)) -> Response:
    """The audit log as CSV."""
    return Response(
        audit.as_csv(_database(request), search=q), media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )  # fmt: skip


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
