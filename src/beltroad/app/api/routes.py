"""API: places by name, ways between two of them, closures, services, delay over fibre."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Answer, Table
from beltroad.app.api._caching import MAY_LACK, NOT_CHANGED, cached
from beltroad.app.api.geo import Collection
from beltroad.app.api.jobs import Job, job_of
from beltroad.app.api.results import Hash
from beltroad.app.errors import NotFound, Problem
from beltroad.app.jobs import queue, results
from beltroad.app.questions.routes import asking, places
from beltroad.app.work import disruption, routes
from beltroad.app.work.disruption import DisruptionRequest
from beltroad.app.work.routes import RouteRequest

__all__ = ["router", "stored"]

router = APIRouter(tags=["routes"])

Name = Annotated[str, Query(min_length=1, max_length=120, description="Name, code or lat,lon.")]
_DAY = 3600
_MANY: dict[int | str, dict[str, Any]] = {429: {"model": Problem, "description": "Too many"}}


class PlaceFound(BaseModel):
    """A place that a text may mean; ``text`` names it and no other."""

    text: str
    name: str
    label: str
    kind: str
    iso3: str
    lat: float
    lon: float
    locode: str
    population: float | None
    in_network: bool


class PlacesFound(BaseModel):
    """Places by a name or its beginning, likeliest first."""

    items: list[PlaceFound]


class GateFound(BaseModel):
    """Something that can be closed; ``text`` names it."""

    text: str
    label: str
    kind: str


class GatesFound(BaseModel):
    """What can be closed, by a part of its name."""

    items: list[GateFound]


class RoutesAnswer(BaseModel):
    """Ways between two places: the records of ``beltroad route --json``, and as tables.

    ``without`` is the same with nothing closed, where something is.
    """

    hash: str
    title: str
    summary: dict[str, Any]
    record: dict[str, Any]
    without: dict[str, Any] | None
    answer: Answer


class DisruptionAnswer(BaseModel):
    """What closures and slowdowns cost."""

    hash: str
    title: str
    summary: dict[str, Any]
    answer: Answer


class ServiceAnswer(BaseModel):
    """A named service: what is claimed, and what the claims imply."""

    service_id: str
    name: str
    kind: str
    status: str
    operator: str
    since_year: int | None
    aliases: list[str]
    named_in: list[str]
    summary: str
    source_title: str
    source_url: str
    answer: Answer


def stored(request: Request, question: str, kind: str) -> results.Stored:
    """A result of a kind.

    Raises
    ------
    NotFound
        If there is none of this kind.
    """
    state = request.app.state
    found = results.read(state.settings, state.database, question)
    if found.kind != kind:
        raise NotFound(f"the result {question[:12]}... is no answer about {kind}")
    return found


@router.get("/places", operation_id="find_places", summary="Places by name",
            response_model=PlacesFound, responses=NOT_CHANGED)  # fmt: skip
def find_places(
    request: Request, q: Name, limit: Annotated[int, Query(ge=1, le=places.MOST)] = 8,
    who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """What a name, its beginning, a UN/LOCODE or coordinates may mean; none where unknown."""
    return cached(request, lambda: {"items": places.found(q, limit)}, max_age=_DAY)


@router.get("/closures", operation_id="find_closures", summary="What can be closed",
            response_model=GatesFound, responses=NOT_CHANGED)  # fmt: skip
def find_closures(
    request: Request, q: Name, limit: Annotated[int, Query(ge=1, le=places.MOST)] = 8,
    who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """Straits, borders, countries, container ports and lines of projects with such a name."""
    return cached(request, lambda: {"items": places.closable(q, limit)}, max_age=_DAY)


@router.post("/routes", operation_id="submit_routes", summary="Ask for ways", status_code=202,
             responses={200: {"model": Job, "description": "Answered before"}, **_MANY},
             )  # fmt: skip
def submit_routes(
    request: Request, response: Response, asked: RouteRequest,
    who: Principal = require(Role.ANALYST),
) -> Job:  # fmt: skip
    """A job; done at once where the same question was answered before."""
    return _submitted(request, response, routes.NAME, asking.checked(asked), who)


@router.post("/routes/disruption", operation_id="submit_disruption", status_code=202,
             summary="Ask what a closure costs",
             responses={200: {"model": Job, "description": "Answered before"}, **_MANY},
             )  # fmt: skip
def submit_disruption(
    request: Request, response: Response, asked: DisruptionRequest,
    who: Principal = require(Role.ANALYST),
) -> Job:  # fmt: skip
    """A job; done at once where the same question was answered before."""
    update = {"close": asking.canonical(asked.close), "slow": asking.canonical(asked.slow)}
    return _submitted(request, response, disruption.NAME, asked.model_copy(update=update), who)


def _submitted(
    request: Request, response: Response, kind: str, asked: BaseModel, who: Principal
) -> Job:
    state = request.app.state
    row = queue.submit(state.database, state.settings, kind, asked, who)
    response.headers["Location"] = f"/api/v1/jobs/{row.id}"
    if row.state == "done":
        response.status_code = 200
    return job_of(row)


@router.get("/routes/{hash}", operation_id="get_routes", response_model=RoutesAnswer,
            summary="Ways that were found", responses=MAY_LACK)  # fmt: skip
def get_routes(
    request: Request, hash: Hash, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> Response:  # fmt: skip
    """Each way with its steps, spread and sources."""
    found = stored(request, hash, routes.NAME)

    def build() -> RoutesAnswer:
        names = {f.name for f in found.files}
        record = json.loads(found.path("routes.json").read_bytes())
        without = (
            json.loads(found.path("without.json").read_bytes()) if "without.json" in names else None
        )
        return RoutesAnswer(hash=hash, title=found.title, summary=found.summary, record=record,
                            without=without, answer=found.answer or Answer())  # fmt: skip

    return cached(request, build, key=found.created_at)


@router.get("/routes/{hash}/geo", operation_id="get_routes_geo", response_model=Collection,
            summary="Ways on the map", responses=MAY_LACK)  # fmt: skip
def get_routes_geo(
    request: Request, hash: Hash,  # noqa: A002
    side: Annotated[Literal["with", "without"], Query(description="Of the closure.")] = "with",
    way: Annotated[int | None, Query(ge=1, le=100, description="Only this one.")] = None,
    who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """Lines by mode and stops; ``id`` is the number of the way and of its step."""
    from beltroad.app.questions.routes import geo

    found = stored(request, hash, routes.NAME)

    def build() -> dict[str, Any]:
        sides = json.loads(found.path("map.json").read_bytes())
        return geo.collection(sides.get(side, []), way)

    return cached(request, build, key=found.created_at)


@router.get("/disruptions/{hash}", operation_id="get_disruption", responses=MAY_LACK,
            response_model=DisruptionAnswer, summary="What a closure costs")  # fmt: skip
def get_disruption(
    request: Request, hash: Hash, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> Response:  # fmt: skip
    """Relations, economies, detours and gates."""
    found = stored(request, hash, disruption.NAME)
    return cached(
        request,
        lambda: DisruptionAnswer(hash=hash, title=found.title, summary=found.summary,
                                 answer=found.answer or Answer()),
        key=found.created_at,
    )  # fmt: skip


@router.get("/disruptions/{hash}/geo", operation_id="get_disruption_geo", responses=MAY_LACK,
            response_model=Collection, summary="Losses on the map")  # fmt: skip
def get_disruption_geo(
    request: Request, hash: Hash, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> Response:  # fmt: skip
    """Outlines of economies with their loss, per cent of trade."""
    from beltroad.app.questions.routes import closing

    found, chosen = stored(request, hash, disruption.NAME), request.app.state.settings.boundaries
    tables = {t.id: t for t in (found.answer or Answer()).tables}
    return cached(
        request, lambda: closing.choropleth(tables["countries"], chosen),
        key=(found.created_at, str(chosen)),
    )  # fmt: skip


@router.get("/services", operation_id="list_services", response_model=Table,
            summary="Named services", responses=NOT_CHANGED)  # fmt: skip
def list_services(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """All services with kind, status and how much is known of each."""
    from beltroad.app.questions.routes import lookups

    return cached(request, lookups.listed, max_age=_DAY)


@router.get("/services/{id}", operation_id="get_service", response_model=ServiceAnswer,
            summary="One service", responses=MAY_LACK)  # fmt: skip
def get_service(
    request: Request,
    id: Annotated[str, Path(min_length=1, max_length=80)],  # noqa: A002
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Figures as claimed, by whom, and checks of one claim against another."""
    from beltroad.app.questions.routes import lookups

    def build() -> ServiceAnswer:
        s, answer = lookups.service(id)
        return ServiceAnswer(
            service_id=s.id, name=s.name, kind=s.kind, status=s.status, operator=s.operator,
            since_year=s.since_year, aliases=list(s.aliases), named_in=list(s.named_in),
            summary=s.summary, source_title=s.source_title, source_url=s.source_url, answer=answer,
        )  # fmt: skip

    return cached(request, build, max_age=_DAY)


@router.get("/cables", operation_id="list_cables", response_model=Table,
            summary="Fibre cables", responses=NOT_CHANGED)  # fmt: skip
def list_cables(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """Cables with length, capacity and owners as published."""
    from beltroad.app.questions.routes import lookups

    return cached(request, lookups.cables, max_age=_DAY)


@router.get("/latency", operation_id="get_latency", response_model=Answer,
            summary="Delay over fibre", responses=NOT_CHANGED)  # fmt: skip
def get_latency(
    request: Request,
    origin: Annotated[Name, Query(alias="from")],
    destination: Annotated[Name, Query(alias="to")],
    lose: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=80)]],
        Query(max_length=10, description="Landing, cable or strait out of order."),
    ] = [],  # noqa: B006
    year: Annotated[int | None, Query(ge=1980, le=2100)] = None,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """The quickest way of the light over cables and land; a lower bound."""
    from beltroad.app.questions.routes import lookups

    return cached(request, lambda: lookups.latency(origin, destination, lose, year))
