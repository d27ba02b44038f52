"""API: what the maps show, as GeoJSON (RFC 7946)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from beltroad.app.accounts.roles import Role, require
from beltroad.app.api._caching import NOT_CHANGED, cached
from beltroad.app.questions import boundaries, geo
from beltroad.app.registry.store import Registry

__all__ = ["Collection", "router"]

router = APIRouter(tags=["geo"], prefix="/geo", dependencies=[require(Role.VIEWER)])
_HOUR = 3600
_MODES = r"^(rail|road|sea|water)(,(rail|road|sea|water)){0,3}$"
_STATES = r"^(open|building|planned|halted)(,(open|building|planned|halted)){0,3}$"
_ALL = ",".join(geo.STATES)


class Properties(BaseModel):
    """What is said of a feature; ``value`` is null where it is not known."""

    id: str
    name: str
    kind: str = ""
    state: str = ""
    href: str = ""
    value: float | None = None
    label: str = ""


class Feature(BaseModel):
    """One thing on the map."""

    type: Literal["Feature"] = "Feature"
    properties: Properties
    geometry: dict[str, Any]


class Collection(BaseModel):
    """A layer of the map; ``origin`` says source, licence and date."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    origin: dict[str, str] = Field(default_factory=dict)


def _registry(request: Request) -> Registry:
    return Registry(request.app.state.database)


@router.get("/outlines", operation_id="geo_outlines", response_model=Collection,
            responses=NOT_CHANGED, summary="Outlines of economies")  # fmt: skip
def outlines(request: Request) -> Response:
    """The set of outlines chosen for this workspace; it implies no opinion on any boundary."""
    chosen = request.app.state.settings.boundaries

    def build() -> dict[str, Any]:
        return {**boundaries.outlines(chosen), "origin": geo.about_outlines(chosen)}

    return cached(request, build, key=str(chosen), max_age=_HOUR)


@router.get("/network", operation_id="geo_network", response_model=Collection,
            responses=NOT_CHANGED, summary="Main lines of the freight network")  # fmt: skip
def network(
    request: Request,
    modes: Annotated[
        str, Query(pattern=_MODES, description="Of rail, road, sea, water; comma between.")
    ] = "rail,sea",
) -> Response:
    """Lines are drawn together on a grid; each mode is one feature, ``value`` counts its links."""
    chosen = tuple(dict.fromkeys(modes.split(",")))
    return cached(request, lambda: geo.network(chosen), max_age=_HOUR)


@router.get("/projects", operation_id="geo_projects", response_model=Collection,
            responses=NOT_CHANGED, summary="Published projects by state")  # fmt: skip
def projects(
    request: Request,
    states: Annotated[
        str, Query(pattern=_STATES, description="Of open, building, planned, halted.")
    ] = _ALL,
) -> Response:
    """Lines and places of the registry's published projects; ``value`` is the cost, USD bn."""
    registry = _registry(request)
    return cached(
        request,
        lambda: geo.projects(registry.projects_frame(), tuple(states.split(","))),
        key=registry.fingerprint("project"),
    )


@router.get("/corridors", operation_id="geo_corridors", response_model=Collection,
            responses=NOT_CHANGED, summary="Corridors and their projects")  # fmt: skip
def corridors(request: Request) -> Response:
    """One feature for each corridor; ``value`` counts its published projects."""
    registry = _registry(request)
    return cached(
        request,
        lambda: geo.corridors(registry.projects_frame()),
        key=registry.fingerprint("project"),
    )


@router.get("/ports", operation_id="geo_ports", response_model=Collection,
            responses=NOT_CHANGED, summary="Container ports")  # fmt: skip
def ports(request: Request) -> Response:
    """``value`` is the yearly traffic, TEU; the year is in the label."""
    return cached(request, geo.ports, max_age=_HOUR)


@router.get("/borders", operation_id="geo_borders", response_model=Collection,
            responses=NOT_CHANGED, summary="Border crossings")  # fmt: skip
def borders(request: Request) -> Response:
    """``value`` is the published wait of a lorry or train, hours."""
    return cached(request, geo.borders, max_age=_HOUR)


@router.get("/services", operation_id="geo_services", response_model=Collection,
            responses=NOT_CHANGED, summary="Named services")  # fmt: skip
def services(request: Request) -> Response:
    """Lines show what a service joins, not its track; ``state`` holds the service's id."""
    return cached(request, geo.services, max_age=_HOUR)
