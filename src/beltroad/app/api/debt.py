"""API: debt of countries: ratings, stress tests, fans, inputs, own workbooks."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Path, Query, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Answer, Figure
from beltroad.app.api._caching import NOT_CHANGED, cached
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.api.geo import Collection
from beltroad.app.questions.debt import cases, listing, sheets, upload, view
from beltroad.errors import InputError

__all__ = ["router"]

router = APIRouter(tags=["debt"])
_HOUR = 3600
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Iso3 = Annotated[str, Path(pattern=r"^[A-Z]{3}$", description="ISO 3166-1 alpha-3.")]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Address of kept inputs.")]
Framework = Annotated[
    Literal["", "lic", "bri", "market"],
    Query(description="Empty: as the country's settings say."),
]
Day = Annotated[str, Query(max_length=10, description="Framework in force that day, YYYY-MM-DD.")]
_Years = Annotated[int, Field(ge=0, le=3000)]
_Amounts = Annotated[float, Field(ge=0, le=1e6)]


class CountryRow(BaseModel):
    """One prepared country: our mechanical rating, the published one, share of observed inputs."""

    model_config = {"populate_by_name": True}

    iso3: str
    name: str
    framework: str
    capacity: str = Field(alias="class")
    external: str
    overall: str
    published: str
    published_on: str
    equal: str
    notches: float | None
    why: str
    observed_pct: float
    imputed_pct: float
    assumed_pct: float
    gaps: int
    vintage: str


class Assessment(BaseModel):
    """One assessment: its figures, tables and notes. Mechanical ratings, orientation."""

    iso3: str
    name: str
    framework: str
    on: str
    first_projection_year: int
    vintage: str
    figures: list[Figure]
    answer: Answer
    upload: str = Field("", description="Address of the kept inputs of an upload.")


def _loans(
    amount: Annotated[list[_Amounts], Query(max_length=6, description="Million USD.")] = [],  # noqa: B006
    start: Annotated[list[_Years], Query(max_length=6, description="First year lent.")] = [],  # noqa: B006
    over: Annotated[list[_Years], Query(max_length=6, description="Years lent over.")] = [],  # noqa: B006
    rate: Annotated[
        list[Annotated[float, Field(ge=0, le=100)]], Query(max_length=6, description="Per cent.")
    ] = [],  # noqa: B006
    maturity: Annotated[list[_Years], Query(max_length=6, description="Years.")] = [],  # noqa: B006
    grace: Annotated[list[_Years], Query(max_length=6, description="Years.")] = [],  # noqa: B006
) -> tuple[cases.Loan, ...]:
    """Loans on top of the baseline; the n-th of each list belong together."""
    lists = (amount, start, over, rate, maturity, grace)
    if len({len(each) for each in lists}) > 1:
        raise InputError(
            "loans: give amount, start, over, rate, maturity and grace equally often, once a loan"
        )
    return tuple(itertools.starmap(cases.Loan, zip(*lists, strict=True)))


Loans = Annotated[tuple[cases.Loan, ...], Depends(_loans)]


def _prepared(iso3: str, framework: str, on: str, loans: tuple[cases.Loan, ...], *,
              fan: bool = False) -> cases.Found:  # fmt: skip
    # A market signal needs its fan; the others have it drawn only where it is shown.
    return cases.find(cases.inputs_of(iso3), cases.Ask(framework, on, loans, fan), known_as=iso3)


def _assessment(found: cases.Found, upload: str = "") -> Assessment:
    answer = view.summary(found)
    return Assessment(
        iso3=found.inputs.iso3, name=found.inputs.name, framework=found.framework,
        on=found.ask.on, first_projection_year=found.inputs.first_year,
        vintage=str(found.inputs.settings.get("vintage") or ""), figures=list(answer.figures),
        answer=answer, upload=upload,
    )  # fmt: skip


@router.get(
    "/debt", operation_id="debt_countries", response_model=Page[CountryRow],
    responses=NOT_CHANGED, summary="Countries with prepared debt inputs, rated",
)  # fmt: skip
def countries(request: Request, paging: Paged, who: Principal = require(Role.VIEWER)) -> Response:
    """Mechanical ratings beside the published ones, and how much of the inputs is observed."""
    settings = request.app.state.settings
    return cached(request, lambda: page_of(listing.ratings(settings), paging), max_age=_HOUR)


@router.get(
    "/debt/map", operation_id="debt_map", response_model=Collection, responses=NOT_CHANGED,
    summary="Outlines of economies with the overall rating of their debt",
)  # fmt: skip
def rating_map(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """``value`` is 0 low, 1 moderate, 2 high, 3 in debt distress; null where nothing is known."""
    settings = request.app.state.settings
    return cached(request, lambda: listing.choropleth(settings), key=str(settings.boundaries),
                  max_age=_HOUR)  # fmt: skip


@router.post(
    "/debt/assess", operation_id="debt_assess", response_model=Assessment,
    summary="Assess an own workbook in the form of the template",
)  # fmt: skip
def assess(
    request: Request,
    workbook: Annotated[UploadFile, File(description="The .xlsx workbook.")],
    framework: Framework = "",
    on: Day = "",
    who: Principal = require(Role.ANALYST),
) -> Assessment:
    """The file is read in a temporary folder and not kept; the parsed inputs are, under a hash.

    Faults are listed by sheet and cell.
    """
    settings = request.app.state.settings
    data = workbook.file.read(settings.limits.upload_bytes + 1)
    inputs = upload.parse(data, settings)
    digest = upload.digest_of(inputs)
    found = cases.find(inputs, cases.Ask(framework, on), known_as=digest)
    # What cannot be assessed is not kept.
    upload.keep(inputs, settings)
    return _assessment(found, digest)


@router.get(
    "/debt/uploads/{digest}", operation_id="debt_upload", response_model=Assessment,
    responses=NOT_CHANGED, summary="Assessment of inputs that were uploaded",
)  # fmt: skip
def uploaded(
    request: Request,
    digest: Digest,
    loans: Loans,
    framework: Framework = "",
    on: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """As for a prepared country."""
    inputs = upload.kept(digest, request.app.state.settings)
    ask = cases.Ask(framework, on, loans)
    return cached(
        request, lambda: _assessment(cases.find(inputs, ask, known_as=digest), digest), key=digest
    )


@router.get(
    "/debt/uploads/{digest}/{name}", operation_id="debt_upload_file",
    responses={200: {"content": {_XLSX: {}, "application/json": {}}}}, response_class=Response,
    summary="Workbook, JSON or inputs of an uploaded assessment",
)  # fmt: skip
def upload_file(
    request: Request,
    digest: Digest,
    name: Literal["assessment.xlsx", "assessment.json", "template.xlsx"],
    loans: Loans,
    framework: Framework = "",
    on: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """The same files as of a prepared country."""
    inputs = upload.kept(digest, request.app.state.settings)
    if name == "template.xlsx":
        from beltroad.finance.debt.io.template import workbook_bytes

        return _file(workbook_bytes(inputs), f"{inputs.iso3}-inputs.xlsx", _XLSX)
    found = cases.find(inputs, cases.Ask(framework, on, loans, fan=True), known_as=digest)
    return _export(found, name)


def _export(found: cases.Found, name: str) -> Response:
    stem = f"{found.inputs.iso3}-{found.framework}"
    if name.endswith(".json"):
        return _file(found.case.json(), f"{stem}-assessment.json", "application/json")
    return _file(found.case.workbook(), f"{stem}-assessment.xlsx", _XLSX)


def _file(data: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)


@router.get(
    "/debt/{iso3}/template.xlsx", operation_id="debt_template", response_class=Response,
    responses={200: {"content": {_XLSX: {}}}}, summary="Input workbook of a country",
)  # fmt: skip
def template(iso3: Iso3, who: Principal = require(Role.VIEWER)) -> Response:
    """Filled where inputs are prepared, else blank; change it and send it to ``/debt/assess``."""
    return _file(cases.template(iso3), f"{iso3}-inputs.xlsx", _XLSX)


@router.get(
    "/debt/{iso3}", operation_id="debt_country", response_model=Assessment,
    responses=NOT_CHANGED, summary="Ratings of a country and why",
)  # fmt: skip
def country(
    request: Request,
    iso3: Iso3,
    loans: Loans,
    framework: Framework = "",
    on: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Ratings, burdens with thresholds, checks of realism; with loans also without and with."""
    return cached(request, lambda: _assessment(_prepared(iso3, framework, on, loans)))


def _part(
    request: Request, iso3: str, framework: str, on: str, loans: tuple[cases.Loan, ...], part: str
) -> Response:
    makers = {"stress": view.stress, "fan": sheets.fans, "inputs": sheets.inputs}
    make = makers[part]
    return cached(request, lambda: make(_prepared(iso3, framework, on, loans, fan=part == "fan")))


@router.get(
    "/debt/{iso3}/stress", operation_id="debt_stress", response_model=Answer,
    responses=NOT_CHANGED, summary="Stress tests of a country",
)  # fmt: skip
def stress(
    request: Request,
    iso3: Iso3,
    loans: Loans,
    framework: Framework = "",
    on: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Highest value of each burden in each scenario; signals by horizon for market financing."""
    return _part(request, iso3, framework, on, loans, "stress")


@router.get(
    "/debt/{iso3}/fan", operation_id="debt_fan", response_model=Answer,
    responses=NOT_CHANGED, summary="Fan of debt burdens under drawn shocks",
)  # fmt: skip
def fan(
    request: Request,
    iso3: Iso3,
    loans: Loans,
    framework: Framework = "",
    on: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Quantiles by year and probabilities; the seed is fixed, so figures stay the same."""
    return _part(request, iso3, framework, on, loans, "fan")


@router.get(
    "/debt/{iso3}/inputs", operation_id="debt_inputs", response_model=Answer,
    responses=NOT_CHANGED, summary="Inputs of a country with kind and source of every value",
)  # fmt: skip
def inputs(request: Request, iso3: Iso3, who: Principal = require(Role.VIEWER)) -> Response:
    """Series, settings, terms of new borrowing, gaps, sources."""
    return _part(request, iso3, "", "", (), "inputs")


@router.get(
    "/debt/{iso3}/{name}", operation_id="debt_file",
    responses={200: {"content": {_XLSX: {}, "application/json": {}}}}, response_class=Response,
    summary="Assessment as workbook or JSON, with fans",
)  # fmt: skip
def country_file(
    iso3: Iso3,
    name: Literal["assessment.xlsx", "assessment.json"],
    loans: Loans,
    framework: Framework = "",
    on: Day = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """The files that ``beltroad debt assess`` writes."""
    return _export(_prepared(iso3, framework, on, loans, fan=True), name)
