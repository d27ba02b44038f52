"""API: projects."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Answer, Table
from beltroad.app.api._caching import NOT_CHANGED, cached
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.api.geo import Collection
from beltroad.app.errors import Problem
from beltroad.app.questions import geo
from beltroad.app.questions import projects as ask
from beltroad.app.registry.store import Registry

__all__ = ["router"]

router = APIRouter(prefix="/projects", tags=["projects"])

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,40}$", description="Its id.")]
Word = Annotated[str, Query(pattern=r"^[a-z_-]{0,40}$")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "Problem (RFC 9457)"}
}


class ProjectRow(BaseModel):
    """One project of the list."""

    id: str
    name: str
    mode: str
    countries: str
    corridor: str
    status: str
    year_open: float | None
    length_km: float | None
    cost_usd_bn: float | None
    cost_year: float | None
    confidence: str
    source: str
    source_url: str


@router.get("", operation_id="list_projects", summary="Projects", responses=NOT_CHANGED,
            response_model=Page[ProjectRow])  # fmt: skip
def list_projects(
    request: Request,
    paging: Paged,
    status: Word = "",
    mode: Word = "",
    country: Annotated[str, Query(pattern=r"^([A-Z]{3})?$")] = "",
    corridor: Word = "",
    search: Annotated[str, Query(max_length=200)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Published projects by state, kind of transport, host and corridor."""
    registry = Registry(request.app.state.database)

    def build() -> Page[ProjectRow]:
        asked = ask.Filter(status, mode, country, corridor, search)
        say = ask.words_for("en")
        table = ask.listing(registry.projects_frame(), asked, say, coded_words=False)
        made: Page[ProjectRow] = page_of(table.rows, paging, shape=_row)
        return made

    return cached(request, build, key=registry.fingerprint("project"), max_age=60)


@router.get("/geo", operation_id="geo_chosen_projects", summary="Chosen projects to draw",
            responses=NOT_CHANGED, response_model=Collection)  # fmt: skip
def chosen_shapes(
    request: Request,
    status: Word = "",
    mode: Word = "",
    country: Annotated[str, Query(pattern=r"^([A-Z]{3})?$")] = "",
    corridor: Word = "",
    search: Annotated[str, Query(max_length=200)] = "",
    id: Annotated[  # noqa: A002 (the parameter's name)
        str, Query(pattern=r"^([A-Za-z0-9][A-Za-z0-9-]{0,40})?$", description="Only this one.")
    ] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Lines and places of the published projects that are asked for."""
    registry = Registry(request.app.state.database)

    def build() -> dict[str, Any]:
        asked = ask.Filter(status, mode, country, corridor, search)
        rows = asked.of(registry.projects_frame())
        return geo.projects(rows[rows["id"] == id] if id else rows)

    return cached(request, build, key=registry.fingerprint("project"), max_age=60)


@router.get("/{project}", operation_id="get_project", summary="All that is known of a project",
            responses={**NOT_CHANGED, **_FAULTS}, response_model=Answer)  # fmt: skip
def get_project(request: Request, project: Id, who: Principal = require(Role.VIEWER)) -> Response:
    """Facts, cost, ranges by reference class, green class, finance and hosts."""
    registry = Registry(request.app.state.database)

    def build() -> Answer:
        row = ask.find(registry.projects_frame(), project)
        return ask.answer_of(row, ask.words_for("en"))

    return cached(request, build, key=registry.fingerprint("project"), max_age=60)


@router.get("/{project}/connections", operation_id="get_project_connections",
            summary="What a project connects to", responses={**NOT_CHANGED, **_FAULTS},
            response_model=Table)  # fmt: skip
def get_project_connections(
    request: Request, project: Id, who: Principal = require(Role.VIEWER)
) -> Response:
    """Ends, ports and terminals that it joins on the network; seconds the first time."""
    registry = Registry(request.app.state.database)

    def build() -> Table:
        row = ask.find(registry.projects_frame(), project)
        return ask.connections(row, ask.words_for("en"))

    return cached(request, build, key=registry.fingerprint("project"), max_age=60)


def _row(row: dict[str, Any]) -> ProjectRow:
    names = [n for n in ProjectRow.model_fields if n not in ("source", "source_url")]
    origin = row["_origin"]
    return ProjectRow(**{n: row[n] for n in names}, source=origin["source"],
                      source_url=origin["url"])  # fmt: skip
