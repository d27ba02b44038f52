"""The application: settings in, a FastAPI application out."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from beltroad import __version__
from beltroad.app import api, faults, pages, security
from beltroad.app.api._description import describe
from beltroad.app.database import Database
from beltroad.app.questions import boundaries
from beltroad.app.settings import Settings
from beltroad.app.web import STATIC

__all__ = ["create_app"]


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """The workspace's application. The database must have been migrated.

    Raises
    ------
    InputError
        If the settings would let strangers in (`security.check_settings`), or the outlines chosen
        cannot be used.
    """
    security.check_settings(settings)
    if settings.boundaries is not None:
        boundaries.outlines(settings.boundaries)  # says all their faults before the start
    app = FastAPI(
        title="beltroad", version=__version__, openapi_url=f"{api.API}/openapi.json",
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.state.settings = settings
    app.state.database = database or Database(settings.database_url)

    for router in api.routers():
        app.include_router(router, prefix=api.API)
    for router in pages.routers():
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    describe(app)
    faults.install(app)
    security.install(app)
    return app
