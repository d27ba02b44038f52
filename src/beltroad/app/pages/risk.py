"""Pages: the risk room at a glance, one economy, green classes; the rest in modules beside."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Path, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.errors import NotFound
from beltroad.app.pages import _risk_alerts, _risk_register, _risk_work
from beltroad.app.questions import country_risk
from beltroad.app.questions.risk import alerts, base, green, registers, room
from beltroad.app.questions.risk import country as over
from beltroad.app.web import language_of, render
from beltroad.errors import InputError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_GRADES = 7


@router.get("/risk")
def index(
    request: Request,
    country: Annotated[str, Query(max_length=60)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Levels, alerts, risks, grades on the map, signals with how well they did."""
    if country:
        from beltroad.evidence import economies

        found = economies.lookup(country)
        if not found.iso3:
            raise NotFound(f"no economy {country!r:.60}")
        return RedirectResponse(f"/risk/country/{found.iso3}", 303)
    language = language_of(request)
    look = base.look_at(request.app.state.database)
    layers = [{
        "id": "grade", "title": base.word("layer", language), "visible": True,
        "url": "/api/v1/risk/map", "style": "choropleth", "ramp": "sequential",
        "unit": base.word("layer_unit", language), "limits": [2, 4, 6, 7],
        "names": ["1", "2, 3", "4, 5", "6", "7"],
    }]  # fmt: skip
    return render(
        request, "pages/risk.html", answer=room.overview(look, language), layers=layers,
        grades=room.countries(language), overdue=registers.overdue(look, language),
        due=registers.due(look, language),
        worst=alerts.table(alerts.open_ones(look)[:10], look, language),
    )  # fmt: skip


@router.get("/risk/country/{iso3}")
def country_page(
    request: Request,
    iso3: Annotated[str, Path(pattern=r"^[A-Z]{3}$")],
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Grade, probability, drivers, signals over time, flags; its risks and alerts."""
    from beltroad.evidence import economies

    section = country_risk.risk(iso3)
    language = language_of(request)
    look = base.look_at(request.app.state.database)
    drawn, history = over.over_time(iso3, language)
    held = registers.chosen(look, registers.Wanted(iso3=iso3))
    warned = alerts.chosen(look, alerts.Wanted(state="all", iso3=iso3))
    return render(
        request, "pages/risk_country.html", iso3=iso3, name=economies.name(iso3), told=section,
        drawn=drawn, history=history, risks=registers.table(held, look, language),
        warned=alerts.table(warned, look, language),
    )  # fmt: skip


@router.get("/risk/green")
def green_page(
    request: Request,
    project: Annotated[str, Query(max_length=120)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Classes of the published projects, and one of them with its reasons."""
    found = green.rows(request.app.state.database)
    one = green.of_project(found, project) if project else None
    return _green(request, green.table(found, language_of(request)), one, [])


@router.post("/risk/green")
def green_own(
    request: Request,
    file: Annotated[UploadFile, File()],
    who: Principal = require(Role.ANALYST),
) -> Response:
    """Classes of an own list; nothing of it is kept."""
    most = request.app.state.settings.limits.upload_bytes
    try:
        found = green.from_file(file.file.read(most + 1), file.filename or "")
    except InputError as error:
        return _green(request, None, None, base.faults_of(error), status=422)
    table = green.table(found, language_of(request), link=False)
    return _green(request, table, None, [])


def _green(
    request: Request, table: Any, one: Any, faults: list[Any], status: int = 200
) -> Response:
    return render(request, "pages/risk_green.html", status=status, table=table, one=one,
                  faults=faults)  # fmt: skip


for _part in (_risk_register, _risk_alerts, _risk_work):
    router.include_router(_part.router)
