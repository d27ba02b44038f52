"""API: economies, each in sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from beltroad import evidence
from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api._caching import MAY_LACK, NOT_CHANGED, cached, remembered
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.questions import countries, country, country_ties, geo
from beltroad.app.registry.store import Registry

if TYPE_CHECKING:
    from beltroad.policy.facts import FactTable

__all__ = ["published_agreements", "published_projects", "published_wellbeing", "router"]

router = APIRouter(tags=["countries"], prefix="/countries")
_SECTIONS = "^(" + "|".join(country.SECTIONS) + ")$"
_INDICATORS = "^(" + "|".join(countries.INDICATORS) + ")$"

Code = Annotated[str, Path(pattern="^[A-Z]{3}$", description="ISO 3166-1 alpha-3.")]


class Economy(BaseModel):
    """One row of the table of economies; null is not known."""

    iso3: str
    name: str
    region: str
    income_group: str
    document: str
    rank: float | None
    rank_low: float | None
    rank_high: float | None
    score: float | None
    population: float | None
    gdp_usd_bn: float | None
    trade_china: float | None
    public_debt_pct_gdp: float | None
    rating: str
    grade: float | None
    headcount: float | None
    projects: float | None


class MapFeature(BaseModel):
    """An economy's outline with the chosen figure."""

    type: Literal["Feature"] = "Feature"
    properties: dict[str, Any]
    geometry: dict[str, Any]


class Map(BaseModel):
    """Outlines with one figure each."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[MapFeature]
    origin: dict[str, Any]


def published_projects(request: Request) -> tuple[pd.DataFrame, str]:
    """Projects as the registry has published them, and what tells this state from others."""
    database = request.app.state.database
    registry = Registry(database)
    state = remembered(
        database, "projects", lambda: registry.fingerprint("project", state="published")
    )
    return _frame(registry, state)


def published_wellbeing(request: Request) -> tuple[pd.DataFrame, str]:
    """The same of wellbeing projects."""
    database = request.app.state.database
    registry = Registry(database)
    state = remembered(
        database, "wellbeing", lambda: registry.fingerprint("wellbeing", state="published")
    )
    return _frame(registry, state, "wellbeing")


def published_agreements(request: Request) -> tuple[FactTable | None, str]:
    """The same of agreements, as :mod:`beltroad.policy` takes them; None if all are bundled."""
    database = request.app.state.database
    registry = Registry(database)
    state = remembered(
        database, "agreements", lambda: registry.fingerprint("agreement", state="published")
    )
    # One state at a time: each holds all rows, and its answers with it.
    found = _facts.get(state)
    if found is None:
        frame = registry.frame("agreement")
        own = not frame.equals(evidence.load("policy_facts"))
        found = (country_ties.facts_of(frame) if own else None,)
        _facts.clear()
        _facts[state] = found
    return found[0], state


_facts: dict[str, tuple[FactTable | None]] = {}
_frames: dict[str, pd.DataFrame] = {}


def _frame(
    registry: Registry, fingerprint: str, kind: str = "project"
) -> tuple[pd.DataFrame, str]:  # fmt: skip
    # The table of one state of the registry; reading it anew for every reader would cost most.
    if fingerprint not in _frames:
        if len(_frames) > 6:
            _frames.clear()
        _frames[fingerprint] = registry.frame(kind)
    return _frames[fingerprint], fingerprint


@router.get("", operation_id="countries", response_model=Page[Economy], responses=NOT_CHANGED,
            summary="Economies")  # fmt: skip
def all_countries(
    request: Request,
    paging: Paged,
    q: Annotated[str, Query(max_length=200, description="Name, code, region, corridor.")] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """All economies with their main figures; units and sources are in ``/countries/columns``."""
    frame, state = published_projects(request)

    def build() -> Page[Any]:
        return page_of(countries.countries(frame, q).rows, paging, shape=lambda r: {
            k: v for k, v in r.items() if not k.startswith("_")})  # fmt: skip

    return cached(request, build, key=state)


@router.get("/columns", operation_id="countries_columns", response_model=list[dict[str, Any]],
            responses=NOT_CHANGED, summary="What the columns of the table are")  # fmt: skip
def columns(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """Unit, description and origin of each column of ``/countries``."""
    return cached(request, lambda: [c.model_dump() for c in countries.columns()], max_age=300)


@router.get("/map", operation_id="countries_map", response_model=Map, responses=NOT_CHANGED,
            summary="One figure of all economies on their outlines")  # fmt: skip
def on_map(
    request: Request,
    indicator: Annotated[str, Query(pattern=_INDICATORS)] = "score",
    only: Annotated[str | None, Query(pattern="^[A-Z]{3}$", description="One economy.")] = None,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """GeoJSON; economies without the figure have the value null."""
    chosen = request.app.state.settings.boundaries
    frame, state = published_projects(request)

    def build() -> dict[str, Any]:
        known = countries.values(indicator, frame)
        column = next((c for c in countries.columns() if c.name == indicator), None)
        unit = column.unit if column else ""

        def tell(code: str, name: str) -> dict[str, Any]:
            value = known.get(code)
            said = "not known" if value is None else f"{value:,.6g} {unit}".rstrip()
            return {"value": value, "label": f"{name}: {said}",
                    "href": f"/countries/{code}" if code in country.codes() else ""}  # fmt: skip

        drawn = geo.shaded(chosen, tell, column.origin.model_dump() if column else {})
        drawn["features"] = [f for f in drawn["features"] if only in (None, f["properties"]["id"])]
        return drawn

    return cached(request, build, key=(str(chosen), state))


@router.get("/{iso3}", operation_id="country", response_model=country.Country,
            responses=MAY_LACK, summary="One economy")  # fmt: skip
def one(
    request: Request,
    iso3: Code,
    section: Annotated[
        str | None, Query(pattern=_SECTIONS, description="Only this section.")
    ] = None,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """All sections with figures, tables, their origins, and what is not known."""
    frame, state = published_projects(request)
    small, small_state = published_wellbeing(request)
    facts, facts_state = published_agreements(request)

    def build() -> country.Country:
        return country.country(iso3, frame, (section,) if section else None, small, facts)

    return cached(request, build, key=(state, small_state, facts_state))


@router.get("/{iso3}/{section}", operation_id="country_section", response_model=country.Section,
            responses=MAY_LACK, summary="One section of an economy")  # fmt: skip
def one_section(
    request: Request,
    iso3: Code,
    section: Annotated[str, Path(pattern=_SECTIONS)],
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Figures, tables, and what is not known in them."""
    frame, state = published_projects(request)
    small, small_state = published_wellbeing(request)
    facts, facts_state = published_agreements(request)

    def build() -> country.Section:
        return country.section(iso3, section, frame, small, facts)

    return cached(request, build, key=(state, small_state, facts_state))
