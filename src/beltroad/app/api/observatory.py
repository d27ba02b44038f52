"""API: the observatory, indicators and claims, and the search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Answer
from beltroad.app.api._caching import MAY_LACK, NOT_CHANGED, cached
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.errors import NotFound
from beltroad.app.questions import figures, search
from beltroad.app.questions import observatory as question
from beltroad.app.questions.search_records import own_records, with_records

__all__ = ["router"]

router = APIRouter(tags=["observatory"])
_FRESH = 300  # seconds a reader may show bundled evidence without asking again
_PILLARS = "^(" + "|".join(question.PILLARS) + ")$"
_GROUPS = "^(" + "|".join(search.OFFERED) + ")$"
_CODE = r"^[A-Za-z0-9_.:\-]{1,120}$"

Words = Annotated[str, Query(max_length=200, description="Words it must hold.")]
Name = Annotated[str, Path(pattern=_CODE, description="Code of an indicator or of a claim.")]


class IndicatorAnswer(BaseModel):
    """One indicator with all its claims, checks and conflicts."""

    indicator: figures.Indicator
    answer: Answer
    conflicts: list[figures.Conflict]


class Found(Page[search.Hit]):
    """A page of what was found, with counts of each kind."""

    query: str
    counts: dict[str, int]


@router.get("/observatory", operation_id="observatory", response_model=question.Observatory,
            responses=NOT_CHANGED, summary="Leading figures by pillar")  # fmt: skip
def observatory(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """Leading claims and computed figures of each pillar, conflicts, and what is unconfirmed."""
    return cached(request, question.observatory, max_age=_FRESH)


@router.get(
    "/observatory/changes",
    operation_id="observatory_changes",
    response_model=list[question.Change],
    summary="Last changes of the registry",
)
def changes(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 8,
    who: Principal = require(Role.VIEWER),
) -> list[question.Change]:
    """Newest first; what came with the bundled data is left out."""
    return question.changes(request.app.state.database, limit)


@router.get("/indicators", operation_id="indicators", response_model=Page[figures.Indicator],
            responses=NOT_CHANGED, summary="Indicators of the evidence base")  # fmt: skip
def indicators(
    request: Request,
    paging: Paged,
    pillar: Annotated[str | None, Query(pattern=_PILLARS)] = None,
    q: Words = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """All indicators, or those of a pillar, by title, each with its surest latest claim."""

    def build() -> Page[figures.Indicator]:
        every = (list(figures.indicators().values()) if pillar is None
                 else question.members(pillar))  # fmt: skip
        return page_of(question.holding(every, q), paging)

    return cached(request, build, max_age=_FRESH)


@router.get("/indicators/{name}", operation_id="indicator", response_model=IndicatorAnswer,
            responses=MAY_LACK, summary="One indicator")  # fmt: skip
def indicator(request: Request, name: Name, who: Principal = require(Role.VIEWER)) -> Response:
    """Every claim as stated, figures recomputed from claims, and who differs."""

    def build() -> IndicatorAnswer:
        code = figures.indicator_of(name)
        return IndicatorAnswer(
            indicator=figures.indicators()[code], answer=figures.indicator_answer(code),
            conflicts=question.conflicts_of(code),
        )  # fmt: skip

    return cached(request, build, max_age=_FRESH)


@router.get("/claims", operation_id="claims", response_model=Page[figures.Claim],
            responses=NOT_CHANGED, summary="Claims")  # fmt: skip
def claims(
    request: Request,
    paging: Paged,
    pillar: Annotated[str | None, Query(pattern=_PILLARS)] = None,
    indicator: Annotated[str | None, Query(pattern=_CODE)] = None,
    country: Annotated[str | None, Query(pattern="^[A-Z]{3}$", description="ISO code.")] = None,
    confirmed: Annotated[bool | None, Query(description="Only confirmed, or only not.")] = None,
    q: Words = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Figures as somebody stated them, newest first."""

    def build() -> Page[figures.Claim]:
        rows = question.chosen_claims(pillar, indicator, country, confirmed, q)
        return page_of(rows, paging, shape=figures.as_claim)

    return cached(request, build, max_age=_FRESH)


@router.get("/claims/{claim}", operation_id="claim", response_model=figures.Claim,
            responses=MAY_LACK, summary="One claim")  # fmt: skip
def claim(
    request: Request,
    claim: Annotated[str, Path(pattern=_CODE, description="Identifier of a claim.")],
    who: Principal = require(Role.VIEWER),
) -> Response:
    """The claim with its document and its place in it."""

    def build() -> figures.Claim:
        row = figures.claim_rows().get(claim)
        if row is None:
            raise NotFound(f"no claim {claim!r:.60}; GET /claims lists them")
        return figures.as_claim(row)

    return cached(request, build, max_age=_FRESH)


@router.get("/search", operation_id="search", response_model=Found, responses=NOT_CHANGED,
            summary="Search everything")  # fmt: skip
def find(
    request: Request,
    paging: Paged,
    q: Annotated[str, Query(max_length=400, description="Words in any script.")] = "",
    kind: Annotated[str | None, Query(pattern=_GROUPS, description="Only this kind.")] = None,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Indicators, claims, economies, projects, agreements, places, pages and own records."""
    own = own_records(request.app.state.database, q)

    def build() -> Found:
        found = with_records(q, kind or "", own)
        page = page_of(found.hits, paging)
        return Found(**page.model_dump(), query=found.query, counts=found.counts)

    return cached(request, build, key=own)
