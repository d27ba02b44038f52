"""Pages: one way to render a template, with words, role and token in place."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from beltroad import __version__
from beltroad.app import texts
from beltroad.app.accounts.roles import Role, current
from beltroad.app.formats import FILTERS, with_query
from beltroad.app.questions import methods
from beltroad.app.settings import Settings

__all__ = ["NAVIGATION", "STATIC", "boundaries_name", "language_of", "render", "say", "template"]

_HERE = Path(str(files("beltroad.app")))
STATIC = _HERE / "static"
# Path and text key of each page in the navigation, in the order of the work.
NAVIGATION = (
    ("/", "nav.observatory"), ("/countries", "nav.countries"), ("/projects", "nav.projects"),
    ("/routes", "nav.routes"), ("/scenarios", "nav.scenarios"), ("/rules", "nav.rules"),
    ("/debt", "nav.debt"), ("/risk", "nav.risk"), ("/registry", "nav.registry"),
    ("/jobs", "nav.jobs"),
)  # fmt: skip

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_environment.filters.update(FILTERS)


def template(name: str) -> jinja2.Template:
    """A compiled template."""
    return _environment.get_template(name)


def language_of(request: Request) -> str:
    """The visitor's language: ``?lang=``, then the cookie, then what the browser accepts."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    return texts.choose(asked, request.headers.get("accept-language", ""))


def say(request: Request, key: str, /, **values: object) -> str:
    """A text of the interface in the visitor's language."""
    return texts.text(key, language_of(request), **values)


def render(request: Request, name: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page from a template; each knows ``t``, ``w``, ``who``, ``Role``, ``lang``, ``csrf``."""
    language = language_of(request)

    def t(key: str, /, **values: object) -> str:
        return texts.text(key, language, **values)

    def w(words: object) -> object:
        return texts.said(words, language) if isinstance(words, str) else words

    page = template(name).render(
        t=t,
        w=w,
        lang=language,
        languages=texts.LANGUAGES,
        who=current(request),
        Role=Role,
        request=request,
        path=request.url.path,
        navigation=NAVIGATION,
        csrf=getattr(request.state, "csrf", ""),
        settings=request.app.state.settings,
        version=_stamp(),
        release=__version__,
        unique=lambda: secrets.token_hex(4),
        with_query=lambda **changes: with_query(request, **changes),
        method_names=methods.titles,
        boundaries_name=lambda: boundaries_name(request.app.state.settings),
        **context,
    )
    answer = HTMLResponse(page, status_code=status)
    if request.query_params.get("lang") in texts.LANGUAGES:
        answer.set_cookie(
            "lang", language, max_age=31_536_000, samesite="lax", httponly=True,
            secure=request.app.state.settings.secure_cookies,
        )  # fmt: skip
    return answer


@lru_cache(maxsize=1)
def _stamp() -> str:
    """Version of what lies under ``/static``: browsers keep each version for good."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(p for p in STATIC.rglob("*") if p.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def boundaries_name(settings: Settings) -> str:
    """Who drew the outlines of economies that the maps show."""
    if settings.boundaries is None:
        return "Natural Earth"
    return settings.boundaries_name or settings.boundaries.name
