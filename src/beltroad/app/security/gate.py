"""The gate: every request passes it before the application and on its way back.

In this order: a name and a path that are ours, who asks, how often, and for what changes
something whether the role is enough, the sending page is ours and the body is not too long. A
request stopped by its role has not been read, let alone parsed.
"""

from __future__ import annotations

from re import Pattern

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beltroad.app import faults
from beltroad.app.accounts import sessions, tokens
from beltroad.app.accounts.passwords import Passwords
from beltroad.app.accounts.roles import LOCAL, NOBODY, Principal, Role, permit
from beltroad.app.api import API
from beltroad.app.errors import Forbidden, Problem, Unauthenticated
from beltroad.app.security import bodies, headers, hosts, logs
from beltroad.app.security.checks import check_settings, secret_of
from beltroad.app.security.keys import Keys
from beltroad.app.security.rate import Rates

__all__ = ["Gate", "install", "required_role"]

READS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_PATH = 2_000
LONGEST_QUERY = 8_000


def install(app: FastAPI) -> None:
    """Put the gate in front of an application whose ``state`` has settings and database.

    Raises
    ------
    InputError
        If the settings would let strangers in.
    """
    settings = app.state.settings
    check_settings(settings)
    secret = secret_of(settings)
    app.state.keys = Keys(secret)
    app.state.rates = Rates(settings.limits)
    app.state.passwords = Passwords()
    logs.install(secret, app.state.database.url.password)
    app.add_middleware(Gate, owner=app)


def required_role(dependant: Dependant) -> Role | None:
    """The role that ``require`` asks for somewhere among the dependencies; None without one."""
    own: Role | None = getattr(dependant.call, "required_role", None)
    found = [own, *(required_role(d) for d in dependant.dependencies)]
    return max((role for role in found if role is not None), default=None)


class Gate:
    """The middleware; ``owner`` is the application it stands before."""

    def __init__(self, app: ASGIApp, owner: FastAPI) -> None:
        self.app = app
        self.state = owner.state
        self._owner = owner
        self._roles: list[tuple[Pattern[str], frozenset[str], Role | None]] | None = None
        self._seen = anyio.CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        # HEAD is GET without the body; the routes know GET.
        if bodiless := scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        request = Request(scope)
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._finish(request, MutableHeaders(scope=message))
            elif bodiless:
                message = {**message, "body": b""}
            await send(message)

        try:
            body = await self._admit(request, receive)
            await self.app(scope, body, send_safely)
        except Exception as error:
            if started:
                raise
            response = self._refuse(request, error)
            await response(scope, receive, send_safely)
        if seen := getattr(request.state, "seen", None):
            # After the answer, one at a time: a busy database must not hold up reading.
            await run_sync(seen, limiter=self._seen)

    def _refuse(self, request: Request, error: Exception) -> ASGIApp:
        if getattr(request.state, "strange", False):
            # No template for a name that is not ours: it would hold links to it.
            problem = Problem(title=str(getattr(error, "detail", "Refused")), status=400)
            return JSONResponse(problem.model_dump(), 400, media_type="application/problem+json")
        return faults.of(request, error)

    async def _admit(self, request: Request, receive: Receive) -> Receive:
        settings, state, scope = self.state.settings, request.state, request.scope
        state.principal, state.csrf, state.address = NOBODY, "", ""
        self._check_shape(request)
        state.address = hosts.address_of(settings, scope, request.headers)
        if scope["path"].startswith("/static/"):
            return receive
        changes = request.method not in READS
        raw = self._cookie(request)
        await self._recognise(request, raw)
        who: Principal = state.principal
        key = (who.name,) if who.name else ("", state.address)
        self.state.rates.hit("write" if changes else "read", *key)
        most = bodies.limit_of(request.headers, settings.limits)
        receive = bodies.limited(receive, most)
        if changes:
            self._check_role(request, who)
            said = request.headers.get("content-length", "")
            if said.isdecimal() and int(said) > most:
                raise bodies.too_large(most)
            if who.via != "token":
                receive = await self._check_forgery(request, receive, raw)
        return receive

    def _check_shape(self, request: Request) -> None:
        scope = request.scope
        if not hosts.host_allowed(self.state.settings, request.headers):
            request.state.strange = True
            raise HTTPException(400, "This workspace is not known under that name")
        query: bytes = scope["query_string"]
        if len(scope["path"]) > LONGEST_PATH or len(query) > LONGEST_QUERY:
            raise HTTPException(414, "Address too long")
        if "\0" in scope["path"] or b"%00" in query or b"\0" in query:
            raise HTTPException(400, "A character that no text can hold in the address")

    def _cookie(self, request: Request) -> str | None:
        keys: Keys = self.state.keys
        raw = keys.unseal(request.cookies.get(sessions.cookie_name(self.state.settings), ""))
        path = request.scope["path"]
        page = not path.startswith(API) or path == f"{API}/accounts/me"
        if raw is None and page and "authorization" not in request.headers:
            raw = request.state.new_cookie = keys.fresh()
        if raw is not None:
            request.state.csrf = keys.csrf(raw)
        return raw

    async def _recognise(self, request: Request, raw: str | None) -> None:
        state, database = request.state, self.state.database
        if self.state.settings.mode == "local":
            # One machine: a visitor from elsewhere is not its user, whatever name it used.
            if state.address not in ("", "127.0.0.1", "::1"):
                raise Forbidden("local mode answers this machine only")
            state.principal = LOCAL
            return
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            found = await run_sync(tokens.find, database, token.strip())
            if found is None:
                raise Unauthenticated("this token is not known, has ended or was revoked")
        elif raw is not None and not hasattr(state, "new_cookie"):
            found = await run_sync(sessions.find, database, raw)
        else:
            found = None
        if found is not None:
            state.principal = found.principal
            state.session = found.session
            state.seen = found.seen

    def _check_role(self, request: Request, who: Principal) -> None:
        if self._roles is None:
            self._roles = [
                (c.path_regex, frozenset(c.methods or ()), required_role(c.dependant))
                for c in iter_route_contexts(self._owner.routes)
                if hasattr(c, "dependant")
            ]
        for path, methods, role in self._roles:
            if request.method in methods and path.match(request.scope["path"]):
                if role is not None:
                    permit(role, who)
                return

    async def _check_forgery(self, request: Request, receive: Receive, raw: str | None) -> Receive:
        if not hosts.origin_allowed(self.state.settings, request.headers):
            raise Forbidden("this came from a page of another site")
        given = request.headers.get("x-csrf-token", "")
        if not given:
            given, receive = await bodies.token_inside(request.headers, receive)
        if raw is None or not self.state.keys.csrf_fits(raw, given):
            raise Forbidden("the form is out of date; go back, load its page again and send it")
        return receive

    def _finish(self, request: Request, answer: MutableHeaders) -> None:
        settings = self.state.settings
        if (cookie := getattr(request.state, "new_cookie", None)) is not None:
            value = self.state.keys.seal(cookie) if cookie else ""
            parts = [f"{sessions.cookie_name(settings)}={value}", "Path=/", "HttpOnly"]
            parts += ["SameSite=Lax"] + ["Secure"] * settings.secure_cookies
            answer.append("Set-Cookie", "; ".join(parts + ["Max-Age=0"] * (not cookie)))
        query: bytes = request.scope["query_string"]
        headers.protect(answer, settings, request.scope["path"], query.decode("latin-1"))
