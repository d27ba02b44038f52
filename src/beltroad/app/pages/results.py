"""Pages: a result, whatever it is about: its answer, its files."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api.results import Hash
from beltroad.app.jobs import results
from beltroad.app.pages.jobs import kind_word, page_of
from beltroad.app.web import language_of, render

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/results/{question}")
def result_page(
    request: Request,
    question: Hash,
    plain: Annotated[bool, Query()] = False,
    _: Principal = require(Role.VIEWER),
) -> Response:
    """Figures and tables with their origin, and the files; or the page that kind has."""
    state = request.app.state
    found = results.read(state.settings, state.database, question)
    own = page_of(found.kind, question)
    if own != request.url.path and not plain:
        return RedirectResponse(own, status_code=303)
    kind = kind_word(found.kind, language_of(request))
    summary = json.dumps(found.summary, ensure_ascii=False, indent=1)
    return render(request, "pages/result.html", result=found, kind=kind, summary=summary)
