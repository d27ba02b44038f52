"""The application: settings in, a FastAPI application out."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from beltroad import __version__
from beltroad.app import api, pages
from beltroad.app.accounts.roles import LOCAL
from beltroad.app.database import Database
from beltroad.app.errors import Problem, TooMany, problem_of
from beltroad.app.settings import Settings
from beltroad.app.web import STATIC, render
from beltroad.errors import BeltroadError

__all__ = ["create_app"]


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """The workspace's application. The database must have been migrated."""
    app = FastAPI(
        title="beltroad", version=__version__, openapi_url=f"{api.API}/openapi.json",
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.state.settings = settings
    app.state.database = database or Database(settings.database_url)

    problem = {"model": Problem, "description": "Problem (RFC 9457)"}
    for router in api.routers():
        app.include_router(
            router, prefix=api.API, responses={code: problem for code in (401, 403, 422, 503)}
        )
    for router in pages.routers():
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    app.add_exception_handler(BeltroadError, _on_fault)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)

    @app.middleware("http")
    async def principal(request: Request, call_next):  # type: ignore[no-untyped-def]  # noqa: ANN202
        request.state.principal = LOCAL
        return await call_next(request)

    return app


def _answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    if request.url.path.startswith(api.API):
        return JSONResponse(
            problem.model_dump(), problem.status, headers, media_type="application/problem+json"
        )
    page = render(request, "problem.html", status=problem.status, problem=problem)
    page.headers.update(headers or {})
    return page


async def _on_fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, BeltroadError)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else None
    return _answer(request, problem_of(error), headers)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = Problem(title=str(error.detail), status=error.status_code)
    return _answer(request, problem, dict(error.headers or {}))


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"where": ".".join(str(p) for p in e["loc"]), "problem": str(e["msg"]), "remedy": ""}
        for e in error.errors()[:50]
    ]
    return _answer(
        request, Problem(title="Cannot be used", status=422, detail="faults in the request",
                         faults=faults)
    )  # fmt: skip
