"""Pages: a result, whatever it is about: its answer, its files."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api.results import Hash
from beltroad.app.jobs import results
from beltroad.app.pages.jobs import kind_word
from beltroad.app.web import language_of, render

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/results/{question}")
def result_page(
    request: Request, question: Hash, _: Principal = require(Role.VIEWER)
) -> HTMLResponse:
    """Figures and tables with their origin, and the files to download."""
    state = request.app.state
    found = results.read(state.settings, state.database, question)
    kind = kind_word(found.kind, language_of(request))
    summary = json.dumps(found.summary, ensure_ascii=False, indent=1)
    return render(request, "pages/result.html", result=found, kind=kind, summary=summary)
