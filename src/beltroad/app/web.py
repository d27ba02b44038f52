"""Pages: one way to render a template, with words, role and token in place."""

from __future__ import annotations

import secrets
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from beltroad import __version__
from beltroad.app import texts
from beltroad.app.accounts.roles import Role, current

__all__ = ["NAVIGATION", "STATIC", "language_of", "render", "template"]

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


def template(name: str) -> jinja2.Template:
    """A compiled template."""
    return _environment.get_template(name)


def language_of(request: Request) -> str:
    """The visitor's language: ``?lang=``, then the cookie, then what the browser accepts."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    return texts.choose(asked, request.headers.get("accept-language", ""))


def render(request: Request, name: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page from a template. Every template knows ``t``, ``who``, ``Role``, ``lang``, ``csrf``."""
    language = language_of(request)

    def t(key: str, /, **values: object) -> str:
        return texts.text(key, language, **values)

    page = template(name).render(
        t=t,
        lang=language,
        languages=texts.LANGUAGES,
        who=current(request),
        Role=Role,
        request=request,
        path=request.url.path,
        navigation=NAVIGATION,
        csrf=getattr(request.state, "csrf", ""),
        settings=request.app.state.settings,
        version=__version__,
        unique=lambda: secrets.token_hex(4),
        **context,
    )
    return HTMLResponse(page, status_code=status)
