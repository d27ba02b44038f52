"""What a visitor gets when something goes wrong: a problem document or a page, never a trace."""

from __future__ import annotations

import logging
import secrets
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from beltroad.app.api import API
from beltroad.app.errors import Problem, TooMany, Unauthenticated, Unavailable, problem_of
from beltroad.app.web import render
from beltroad.errors import BeltroadError

__all__ = ["answer", "install", "of"]

_LOG = logging.getLogger("beltroad.app")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_TRY_AGAIN = 5  # seconds; a database that was started again answers at once


def install(app: FastAPI) -> None:
    """Answer faults of endpoints in our way. Faults that nobody expected are the gate's."""

    async def handle(request: Request, error: Exception) -> Response:
        return of(request, error)

    for kind in (BeltroadError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, handle)


def of(request: Request, error: Exception) -> Response:
    """The answer to an error. An unexpected one goes to the log, and its number to the visitor."""
    if isinstance(error, Unauthenticated):
        return _sign_in(request, error)
    if isinstance(error, BeltroadError):
        again = {TooMany: getattr(error, "retry_after", 60), Unavailable: _TRY_AGAIN}
        after = next((s for kind, s in again.items() if isinstance(error, kind)), None)
        headers = None if after is None else {"Retry-After": str(after)}
        return answer(request, problem_of(error), headers)
    if isinstance(error, HTTPException):
        problem = Problem(title=str(error.detail), status=error.status_code)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods(request))
        return answer(request, problem, headers)
    if isinstance(error, RequestValidationError):
        # Where and why only: what was sent may be a password.
        faults = [
            {"where": ".".join(str(p) for p in e["loc"]), "problem": str(e["msg"]), "remedy": ""}
            for e in error.errors()[:50]
        ]
        return answer(
            request,
            Problem(title="Cannot be used", status=422, detail="faults in the request",
                    faults=faults),
        )  # fmt: skip
    number = secrets.token_hex(4)
    _LOG.error("fault %s at %s", number, request.url.path, exc_info=error)
    return answer(
        request,
        Problem(
            title="A fault of ours", status=500,
            detail=f"this should not happen; the server's log has the cause under {number}",
        ),
    )  # fmt: skip


def _methods(request: Request) -> list[str]:
    """All methods of a path; each of its endpoints knows only its own."""
    routes = [route for route in request.app.router.routes if not isinstance(route, Mount)]
    found = {
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL
               for route in routes)
    }  # fmt: skip
    # Files can only be read; and whatever can be got has a head.
    return sorted(found | {"HEAD"} if "GET" in found else found or {"GET", "HEAD"})


def _sign_in(request: Request, error: Unauthenticated) -> Response:
    if request.url.path.startswith(API):
        return answer(request, problem_of(error), {"WWW-Authenticate": "Bearer"})
    target = "/login"
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        target += "?next=" + quote(request.url.path + query, safe="")
    return RedirectResponse(target, 303)


def _sendable(value: Any) -> Any:
    """Without halves of letters: JSON can bring them in, and no answer can hold them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _sendable(each) for key, each in value.items()}
    return [_sendable(each) for each in value] if isinstance(value, list) else value


def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem as JSON for the API, as a page for people."""
    problem = Problem.model_validate(_sendable(problem.model_dump()))
    if request.url.path.startswith(API):
        return JSONResponse(
            problem.model_dump(), problem.status, headers, media_type="application/problem+json"
        )
    page = render(request, "problem.html", status=problem.status, problem=problem)
    page.headers.update(headers or {})
    return page
