"""Pages: all economies, and one of them in sections."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api.countries import (
    published_agreements,
    published_projects,
    published_wellbeing,
)
from beltroad.app.pages._fragments import fragment, whole
from beltroad.app.questions import countries, country
from beltroad.app.web import say

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/countries")
def all_countries(
    request: Request,
    indicator: Annotated[str, Query(max_length=40)] = "score",
    q: Annotated[str, Query(max_length=200)] = "",
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """Economies on a map by a chosen figure, and in a table."""
    frame, state = published_projects(request)
    chosen = indicator if indicator in countries.INDICATORS else "score"

    def build() -> dict[str, Any]:
        return {"table": countries.countries(frame, q), "chosen": chosen, "q": q,
                "unit": next((c.unit for c in countries.columns() if c.name == chosen), ""),
                "indicators": list(countries.INDICATORS)}  # fmt: skip

    body = fragment(request, "pages/countries.html", build, key=state)
    heading = say(request, "country.all")
    return whole(request, heading, body)


@router.get("/countries/{iso3}")
def one(request: Request, iso3: str, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """One economy: what holds, what flows, what is owed, what is not known."""
    code = iso3.upper()
    country.about(code)  # refuses what is no economy
    frame, state = published_projects(request)
    small, small_state = published_wellbeing(request)
    facts, facts_state = published_agreements(request)

    def build() -> dict[str, Any]:
        return {"found": country.country(code, frame, wellbeing=small, agreements=facts)}

    body = fragment(request, "pages/country.html", build, key=(state, small_state, facts_state))
    return whole(request, country.codes()[code], body)
