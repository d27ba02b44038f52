"""Pages: the observatory, figures by pillar, one indicator, the search, bundled tables."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from beltroad import evidence
from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Column, Table, table_of
from beltroad.app.api._caching import remembered
from beltroad.app.api._paging import Paging, page_of, pages_of
from beltroad.app.api.countries import published_projects
from beltroad.app.api.meta import table_out
from beltroad.app.pages._fragments import fragment, whole
from beltroad.app.questions import figures, search
from beltroad.app.questions import observatory as question
from beltroad.app.questions.figures_base import (
    column,
    origin_of_table,
    row_origins,
    text_column,
)
from beltroad.app.questions.figures_chart import chart_of
from beltroad.app.questions.projects.listing import coded, words_for
from beltroad.app.questions.search_records import own_records, with_records
from beltroad.app.web import language_of, say

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
PER_PAGE = 30
_ROWS = 200  # of a bundled table on its page

PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/")
def observatory(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """The map, figures by pillar, what is unconfirmed, last changes."""
    frame, state = published_projects(request)
    database = request.app.state.database
    changed = remembered(database, "changes", lambda: question.changes(database))

    def build() -> dict[str, Any]:
        words = words_for(language_of(request))
        worded = {
            name: [coded(name, str(value), words) for value in frame[name]]
            for name in ("status", "mode", "corridor")
        }
        shown = frame.assign(
            **worded,
            countries=frame["countries"].str.replace(";", ", "),
            _href=[f"/projects/{i}" for i in frame["id"]],
            _origin=row_origins(frame, "claimed"),
            cost_usd_bn=frame["cost_usd_bn"].astype(float),
        )
        twin = table_of("map-table", say(request, "observatory.twin"), shown, [
            text_column("name", "Project"), text_column("status", "State"),
            text_column("mode", "Mode"), text_column("countries", "Economies"),
            text_column("corridor", "Corridor"),
            column("cost_usd_bn", "Cost", "billion USD", table="projects", decimals=2),
        ], origin=origin_of_table("projects", "claimed"))  # fmt: skip
        return {"known": question.observatory(), "twin": twin, "changes": changed}

    key = (state, tuple((c.kind, c.key, c.revision) for c in changed))
    heading = say(request, "observatory.title")
    return whole(request, heading, fragment(request, "pages/observatory.html", build, key=key))


@router.get("/figures/{pillar}")
def by_pillar(
    request: Request,
    pillar: str,
    q: Annotated[str, Query(max_length=200)] = "",
    page: PageNumber = 1,
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """All indicators of a pillar, with filter and paging."""
    every = question.members(pillar)  # refuses what is no pillar

    def build() -> dict[str, Any]:
        found = question.holding(every, q)
        shown = page_of(found, Paging(page, PER_PAGE))
        return {"pillar": question.pillar(pillar), "shown": shown, "q": q,
                "pillars": question.PILLARS}  # fmt: skip

    heading = say(request, f"observatory.pillar.{pillar}")
    return whole(request, heading, fragment(request, "pages/figures.html", build))


@router.get("/claims/{name}")
def claim(request: Request, name: str, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """An indicator: every claim, what derives from it, who differs, a drawing over time."""
    code = figures.indicator_of(name)

    def build() -> dict[str, Any]:
        return {"about": figures.indicators()[code], "answer": figures.indicator_answer(code),
                "conflicts": question.conflicts_of(code), "svg": chart_of(code),
                "asked": name}  # fmt: skip

    body = fragment(request, "pages/claim.html", build)
    return whole(request, figures.indicators()[code].title, body)


@router.get("/search")
def find(
    request: Request,
    q: Annotated[str, Query(max_length=400)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    page: PageNumber = 1,
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """Everything that holds the words, by kind."""
    chosen = kind if kind in search.OFFERED else ""
    own = own_records(request.app.state.database, q)
    found = with_records(q, chosen, own)
    groups: list[tuple[str, list[search.Hit]]] = []
    if not chosen:
        groups = [
            (group, [h for h in found.hits if h.kind == group][: search.SHOWN])
            for group in found.counts
        ]
        # The group whose best hit is best comes first.
        groups.sort(key=lambda g: (g[0] != search.RECORD, -g[1][0].score if g[1] else 0.0))
    rows = found.hits[(page - 1) * PER_PAGE : page * PER_PAGE] if chosen else ()
    heading = say(request, "search.title")
    body = fragment(request, "pages/search.html", lambda: {
        "found": found, "groups": groups, "kind": chosen, "rows": rows, "page": page,
        "pages": pages_of(found.total, PER_PAGE)}, key=own)  # fmt: skip
    return whole(request, heading, body)


@router.get("/tables")
def tables(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """The bundled tables with sources and licences."""

    def build() -> dict[str, Any]:
        return {"tables": [table_out(name) for name in evidence.names()]}

    heading = say(request, "observatory.tables")
    return whole(request, heading, fragment(request, "pages/observatory_tables.html", build))


@router.get("/tables/{name}")
def table(request: Request, name: str, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """One bundled table: its columns with units, its sources, its first rows."""
    about = table_out(name)

    def build() -> dict[str, Any]:
        return {"about": about, "table": _rows(name)}

    return whole(request, about.title, fragment(request, "pages/observatory_table.html", build))


def _rows(name: str) -> Table | None:
    about = evidence.info(name)
    if not about.units:
        return None
    frame = evidence.load(name)
    origin = origin_of_table(name)
    columns: list[Column] = []
    for each in about.units:
        number = frame[each].dtype.kind in "if" and about.units[each] not in ("-", "year")
        if number:
            columns.append(column(each, each, about.units[each], table=name, decimals=2))
        else:
            columns.append(text_column(each, each, about.descriptions.get(each, "")))
    shown = frame.head(_ROWS).copy()
    for one in columns:
        if one.kind == "text":
            shown[one.name] = ["" if v != v else f"{v:g}" if isinstance(v, float) else str(v)
                                for v in shown[one.name]]  # fmt: skip
    return table_of("rows", about.title, shown, columns, origin=origin, extra=(), total=len(frame))
