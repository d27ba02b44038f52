"""Pages: projects."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.questions import projects as ask
from beltroad.app.questions.projects.links import known_connections
from beltroad.app.questions.projects.listing import row_origin, text
from beltroad.app.registry.store import Registry
from beltroad.app.web import language_of, render
from beltroad.evidence import economies

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=40)]


@router.get("/projects")
def projects(
    request: Request,
    status: Word = "",
    mode: Word = "",
    country: Word = "",
    corridor: Word = "",
    search: Annotated[str, Query(max_length=200)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """All projects as table and map, by state, kind of transport, host and corridor."""
    say = ask.words_for(language_of(request))
    frame = Registry(request.app.state.database).projects_frame()
    asked = ask.Filter(status, mode, country.upper(), corridor, search)
    table = ask.listing(frame, asked, say)
    named = {"status": status, "mode": mode, "country": asked.country, "corridor": corridor,
             "search": search}  # fmt: skip
    query = urlencode({k: v for k, v in named.items() if v})
    return render(
        request, "pages/projects.html", query=f"?{query}" if query else "", table=table,
        asked=asked, total=len(frame), choices=ask.choices(frame, say),
    )  # fmt: skip


@router.get("/projects/{project}")
def project(
    request: Request,
    project: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,40}$")],
    connections: Annotated[str, Query(max_length=5)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """One project: facts with sources, cost, ranges, class, finance, hosts, connections."""
    state = request.app.state
    say = ask.words_for(language_of(request))
    row = ask.find(Registry(state.database).projects_frame(), project)
    joined = ask.connections(row, say) if connections else known_connections(row, say)
    hosts = [
        (code, economies.name(code) if economies.lookup(code).iso3 == code else code)
        for code in text(row, "countries").split(";") if code
    ]  # fmt: skip
    answer = ask.answer_of(row, say)
    return render(
        request, "pages/project.html", key=project, answer=answer, joined=joined, hosts=hosts,
        tables={table.id: table for table in answer.tables}, origin_of=row_origin(row),
        results=ask.in_results(state.settings, state.database, row, say),
        figures={figure.id: figure for figure in answer.figures},
    )  # fmt: skip
