"""API: what this workspace is: health, version, licences and the bundled tables."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from beltroad import __version__, evidence
from beltroad.app import texts
from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import cells
from beltroad.app.api._caching import MAY_LACK, NOT_CHANGED, cached, evidence_digest
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.errors import NotFound, Unavailable
from beltroad.app.questions import country, observatory, search

__all__ = ["router"]

router = APIRouter(tags=["meta"])
_FRESH = 300
_NAME = r"^[a-z0-9_]{1,60}$"


class Health(BaseModel):
    """Whether the workspace can answer."""

    status: Literal["ok"]
    version: str


class Meta(BaseModel):
    """What this workspace is."""

    version: str
    evidence: str
    mode: str
    languages: dict[str, str]
    pillars: list[str]
    sections: list[str]
    search_kinds: list[str]
    tables: int


class LicenceOut(BaseModel):
    """One licence or set of terms of the bundled data."""

    id: str
    title: str
    url: str
    redistribution: str
    commercial: str
    attribution: str
    note: str


class SourceOut(BaseModel):
    """Who published the figures of a table."""

    title: str
    url: str
    licence: str
    vintage: str


class TableOut(BaseModel):
    """One bundled table and where it comes from."""

    name: str
    title: str
    rows: int
    sha256: str
    script: str
    sources: list[SourceOut]
    units: dict[str, str]
    descriptions: dict[str, str]
    notes: str


@router.get("/health", operation_id="health", response_model=Health, summary="Is it up")
def health(request: Request) -> Health:
    """Open to all; fails with 503 where the database does not answer."""
    database = request.app.state.database
    try:
        with database.session(write=False) as session:
            session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        raise Unavailable.of_database(error) from error
    return Health(status="ok", version=__version__)


@router.get("/meta", operation_id="meta", response_model=Meta, responses=NOT_CHANGED,
            summary="About this workspace")  # fmt: skip
def meta(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """Version, digest of the bundled evidence, languages, and names that other calls take."""
    mode = str(request.app.state.settings.mode)
    return cached(request, lambda: Meta(
        version=__version__, evidence=evidence_digest(), mode=mode, languages=dict(texts.LANGUAGES),
        pillars=list(observatory.PILLARS), sections=list(country.SECTIONS),
        search_kinds=list(search.OFFERED), tables=len(evidence.names()),
    ), max_age=_FRESH)  # fmt: skip


@router.get("/licences", operation_id="licences", response_model=list[LicenceOut],
            responses=NOT_CHANGED, summary="Licences of the bundled data")  # fmt: skip
def licences(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """What each allows, and the line to pass on with the data."""
    from beltroad.evidence.licences import registry

    return cached(request, lambda: [
        LicenceOut(id=one.licence_id, title=one.title, url=one.url,
                   redistribution=one.redistribution, commercial=one.commercial,
                   attribution=one.attribution, note=one.note).model_dump()
        for one in registry().values()
    ], max_age=_FRESH)  # fmt: skip


def table_out(name: str) -> TableOut:
    """What is said of a bundled table.

    Raises
    ------
    NotFound
        If there is none of this name.
    """
    if name not in evidence.names():
        raise NotFound(f"no bundled table {name!r:.60}; GET /tables lists them")
    about = evidence.info(name)
    return TableOut(
        name=about.name, title=about.title, rows=about.rows, sha256=about.sha256,
        script=about.script, units=about.units, descriptions=about.descriptions, notes=about.notes,
        sources=[SourceOut(title=s.title, url=s.url, licence=s.licence, vintage=s.vintage)
                 for s in about.sources],
    )  # fmt: skip


@router.get("/tables", operation_id="tables", response_model=Page[TableOut],
            responses=NOT_CHANGED, summary="Bundled tables")  # fmt: skip
def tables(request: Request, paging: Paged, who: Principal = require(Role.VIEWER)) -> Response:
    """Each with its sources, licences, vintages and the unit of every column."""
    return cached(
        request, lambda: page_of(evidence.names(), paging, shape=table_out), max_age=_FRESH
    )


@router.get("/tables/{name}", operation_id="table", response_model=TableOut,
            responses=MAY_LACK, summary="One bundled table")  # fmt: skip
def table(
    request: Request,
    name: Annotated[str, Path(pattern=_NAME)],
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Where a table comes from and what its columns are."""
    return cached(request, lambda: table_out(name), max_age=_FRESH)


@router.get("/tables/{name}/rows", operation_id="table_rows", response_model=Page[dict[str, Any]],
            responses=MAY_LACK, summary="Rows of a bundled table")  # fmt: skip
def rows(
    request: Request,
    paging: Paged,
    name: Annotated[str, Path(pattern=_NAME)],
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Rows as bundled; empty where a table is a file of rules, or its terms forbid passing on."""
    from beltroad.evidence.licences import licence

    def build() -> Page[Any]:
        about = table_out(name)
        if name.endswith(".toml") or not about.units:
            return page_of([], paging)
        if not all(licence(s.licence).may_be_passed_on for s in about.sources if s.licence):
            return page_of([], paging)
        frame = evidence.load(name)
        part = frame.iloc[paging.offset : paging.offset + paging.per_page]
        return page_of(cells(part), paging, total=len(frame))

    return cached(request, build, max_age=_FRESH)
