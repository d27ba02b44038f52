"""API: results of appraisals, and up to four of them side by side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Column, Figure, Table, cells
from beltroad.app.api._caching import NOT_CHANGED, cached
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.api.geo import Collection
from beltroad.app.api.results import Hash
from beltroad.app.errors import Problem
from beltroad.app.questions.appraisals import compare, maps, stored
from beltroad.app.questions.appraisals.explain import columns_of

__all__ = ["Run", "router"]

router = APIRouter()

Run = Annotated[
    list[Annotated[str, Query(pattern="^[0-9a-f]{64}$")]],
    Query(min_length=2, max_length=4, description="Hashes of the runs; the first is the base."),
]
Name = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,63}$")]
Measure = Annotated[str, Query(pattern="^[a-z][a-z0-9_]{0,63}$")]
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "Not found"}}
_OK = NOT_CHANGED | _MISSING
# A run does not change; but it may be tidied away, so readers ask again after a while.
_MINUTES = 600


class AppraisalAnswer(BaseModel):
    """An appraisal in short; its tables are read one by one."""

    hash: str
    name: str
    description: str
    digest: str
    states: dict[str, Any]
    scenario: dict[str, Any]
    figures: list[Figure]
    tables: dict[str, int]
    files: list[str]
    seconds: float | None
    version: str


class TablePage(Page[dict[str, Any]]):
    """Rows of a table, with what its columns are."""

    columns: list[Column]


class ComparisonAnswer(BaseModel):
    """Runs by letter, and how they differ from the first."""

    runs: dict[str, str]
    names: dict[str, str]
    measure: str
    settings: Table
    figures: Table
    economies: Table


def _result(request: Request, question: str) -> stored.Result:
    state = request.app.state
    return stored.result_of(state.settings, state.database, question)


def _compared(request: Request, run: list[str], measure: str) -> compare.Comparison:
    state = request.app.state
    return compare.comparison_of(state.settings, state.database, run, measure)


@router.get("/appraisals/{hash}", operation_id="appraisals_get", response_model=AppraisalAnswer,
            summary="One appraisal in short", responses=_OK)  # fmt: skip
def appraisals_get(
    request: Request, hash: Hash, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> Response:  # fmt: skip
    """Headline figures with their ranges and origin, the scenario, names of tables and files."""
    found = _result(request, hash)

    def build() -> AppraisalAnswer:
        s = found.summary
        return AppraisalAnswer(
            hash=hash, name=s["name"], description=s["description"], digest=s["digest"],
            states=s["states"], scenario=found.scenario, figures=list(found.figures),
            tables=found.tables, files=[f.name for f in found.stored.files],
            seconds=s["seconds"], version=s["version"],
        )  # fmt: skip

    return cached(request, build, max_age=_MINUTES)


@router.get("/appraisals/{hash}/tables/{name}", operation_id="appraisals_table",
            response_model=TablePage, summary="One table, page by page", responses=_OK)  # fmt: skip
def appraisals_table(
    request: Request, hash: Hash, name: Name, paging: Paged,  # noqa: A002
    who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """Rows as they are in the files, with unit, formula and method of each column."""
    found = _result(request, hash)

    def build() -> TablePage:
        frame = found.frame(name)
        part = frame.iloc[paging.offset : paging.offset + paging.per_page]
        page = page_of(cells(part), paging, total=len(frame))
        return TablePage(**page.model_dump(), columns=list(columns_of(name, frame.columns)))

    return cached(request, build, max_age=_MINUTES)


@router.get("/appraisals/{hash}/map/{name}", operation_id="appraisals_map",
            response_model=Collection, summary="A column on the map", responses=_OK)  # fmt: skip
def appraisals_map(
    request: Request, hash: Hash, name: Name, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> Response:  # fmt: skip
    """Outlines of economies with the values of a column of the table of economies."""
    found, chosen = _result(request, hash), request.app.state.settings.boundaries
    return cached(
        request, lambda: maps.choropleth(found, name, chosen), key=str(chosen), max_age=_MINUTES
    )


@router.get("/appraisals/{hash}/projects", operation_id="appraisals_projects",
            response_model=Collection, summary="Projects of the comparison",
            responses=_OK)  # fmt: skip
def appraisals_projects(
    request: Request, hash: Hash, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> Response:  # fmt: skip
    """Lines and places of the projects by state."""
    found = _result(request, hash)
    return cached(request, lambda: maps.drawn_projects(found), max_age=_MINUTES)


@router.get("/appraisals/{hash}/archive", operation_id="appraisals_archive",
            summary="All files in one archive", response_class=Response,
            responses=_MISSING | {200: {"content": {"application/zip": {}}}})  # fmt: skip
def appraisals_archive(
    request: Request, hash: Hash, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> Response:  # fmt: skip
    """Report, workbook, tables as CSV and Parquet, scenario and record of the run."""
    packed = stored.zip_of(_result(request, hash))
    return _file(packed, f"appraisal-{hash[:12]}.zip", "application/zip")


@router.get("/compare", operation_id="compare_runs", response_model=ComparisonAnswer,
            summary="Up to four appraisals side by side", responses=_OK)  # fmt: skip
def compare_runs(
    request: Request, run: Run, measure: Measure = compare.MEASURES[0],
    who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """Settings that differ, headline figures and economies, each less the first run."""
    found = _compared(request, run, measure)

    def build() -> ComparisonAnswer:
        pairs = list(zip(found.letters, found.results, strict=True))
        return ComparisonAnswer(
            runs={x: r.hash for x, r in pairs}, names={x: r.name for x, r in pairs},
            measure=found.measure, settings=found.settings, figures=found.figures,
            economies=found.economies,
        )  # fmt: skip

    return cached(request, build, max_age=_MINUTES)


@router.get("/compare/map", operation_id="compare_map", response_model=Collection,
            summary="A difference on the map", responses=_OK)  # fmt: skip
def compare_map(
    request: Request, run: Run, measure: Measure = compare.MEASURES[0],
    letter: Literal["B", "C", "D"] = "B", who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """Outlines of economies with the difference of a run from the first."""
    found, chosen = _compared(request, run, measure), request.app.state.settings.boundaries
    return cached(
        request, lambda: maps.difference(found, letter, chosen), key=str(chosen), max_age=_MINUTES
    )


@router.get("/compare/download/{format}", operation_id="compare_download",
            summary="The comparison as a file", response_class=Response,
            responses=_MISSING | {200: {"content": {t: {} for t in _TYPES.values()}}})  # fmt: skip
def compare_download(
    request: Request, format: Literal["xlsx", "parquet"], run: Run,  # noqa: A002
    measure: Measure = compare.MEASURES[0], who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """Excel: runs, settings, figures, economies; Parquet: economies with every measure."""
    found = _compared(request, run, measure)
    make = compare.comparison_workbook if format == "xlsx" else compare.comparison_parquet
    return _file(make(found), f"comparison.{format}", _TYPES[format])


def _file(data: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)
