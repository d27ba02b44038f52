"""Pages: routes between two places, closures, services and cables; the address is the question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Answer
from beltroad.app.api.results import Hash
from beltroad.app.api.routes import stored
from beltroad.app.jobs import queue
from beltroad.app.jobs.causes import translated
from beltroad.app.jobs.kinds import Kind
from beltroad.app.jobs.results import Stored
from beltroad.app.questions.routes import asking, lookups
from beltroad.app.questions.routes.asking import Asked
from beltroad.app.web import language_of, render, say
from beltroad.app.work import disruption, routes
from beltroad.errors import InputError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_SMALL = 120


async def _form(request: Request) -> list[tuple[str, str]]:
    given = await request.form()
    return [(str(k), v) for k, v in given.multi_items() if isinstance(v, str)]


Form = Annotated[list[tuple[str, str]], Depends(_form)]


@router.get("/routes")
def routes_page(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """The form, and under it the ways, the job that looks for them, or what is wrong."""
    asked = asking.route_asked(request.query_params.multi_items())
    context = _answered(request, asked, routes.KIND)
    found: Stored | None = context["found"]
    if found is not None:
        context |= _drawn(request, found)
    return render(
        request, "pages/routes.html", status=422 if asked.faults else 200,
        modes=routes.MODES, **context,
    )  # fmt: skip


@router.post("/routes")
def routes_given(
    request: Request, given: Form, who: Principal = require(Role.ANALYST)
) -> RedirectResponse:
    """Ask, and open the address of the question."""
    return _submitted(request, asking.route_asked(given), routes.KIND, "/routes", who)


@router.get("/routes/disruption")
def disruption_page(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """Close or slow something: who loses how much."""
    asked = asking.disruption_asked(request.query_params.multi_items())
    context = _answered(request, asked, disruption.KIND)
    found: Stored | None = context["found"]
    if found is not None:
        url = f"/api/v1/disruptions/{found.hash}/geo"
        context["layers"] = [
            _outlines(request),
            {"id": "loss", "title": say(request, "routes.loss_layer"), "url": url,
             "style": "choropleth", "visible": True, "unit": "% of trade", "ramp": "sequential"},
        ]  # fmt: skip
    return render(
        request, "pages/routes_disruption.html", status=422 if asked.faults else 200,
        **context,
    )  # fmt: skip


@router.post("/routes/disruption")
def disruption_given(
    request: Request, given: Form, who: Principal = require(Role.ANALYST)
) -> RedirectResponse:
    """Ask, and open the address of the question."""
    return _submitted(
        request, asking.disruption_asked(given), disruption.KIND, "/routes/disruption", who
    )


@router.get("/routes/services")
def services_page(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """All named services."""
    layers = [_outlines(request),
              {"id": "services", "title": say(request, "routes.services"),
               "url": "/api/v1/geo/services", "style": "place", "visible": True,
               "unit": ""}]  # fmt: skip
    return render(request, "pages/routes_services.html", table=lookups.listed(), layers=layers)


@router.get("/routes/services/{id}")
def service_page(
    request: Request,
    id: Annotated[str, Path(min_length=1, max_length=80)],  # noqa: A002
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """One service: figures as claimed, and whether they agree."""
    found, answer = lookups.service(id)
    checks = next((t for t in answer.tables if t.id == "checks"), None)
    counts: dict[str, int] = {}
    for row in checks.rows if checks else ():
        counts[str(row["verdict"])] = counts.get(str(row["verdict"]), 0) + 1
    return render(request, "pages/routes_service.html", service=found, answer=answer, counts=counts)


@router.get("/routes/cables")
def cables_page(
    request: Request,
    origin: Annotated[str, Query(alias="from", max_length=_SMALL)] = "",
    destination: Annotated[str, Query(alias="to", max_length=_SMALL)] = "",
    lose: Annotated[str, Query(max_length=400)] = "",
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """Delay over fibre between two places, and the cables."""
    answer, fault = None, ""
    if origin.strip() and destination.strip():
        try:
            lost = [w.strip() for w in lose.split(",") if w.strip()][:10]
            answer = lookups.latency(origin, destination, lost)
        except InputError as error:
            fault = str(error)
    return render(
        request, "pages/routes_cables.html", status=422 if fault else 200, answer=answer,
        fault=fault, fields={"from": origin, "to": destination, "lose": lose},
        cables=lookups.cables(),
    )  # fmt: skip


@router.get("/routes/{hash}")
def routes_by_hash(
    request: Request, hash: Hash, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> RedirectResponse:  # fmt: skip
    """The address of the question that a result answers."""
    found = stored(request, hash, routes.NAME)
    return RedirectResponse("/routes?" + _query(found.summary["request"]), status_code=303)


def _outlines(request: Request) -> dict[str, Any]:
    return {"id": "outlines", "title": say(request, "routes.outlines"),
            "url": "/api/v1/geo/outlines", "style": "outline", "visible": True,
            "unit": ""}  # fmt: skip


def _query(asked: Mapping[str, Any]) -> str:
    return asking.query_of(
        {
            "from": asked["origin"], "to": asked["destination"], "via": ";".join(asked["via"]),
            "close": ",".join(asked["close"]), "avoid": ",".join(asked["avoid"]),
            "mode": list(asked["modes"]),
            "state": "" if asked["state"] == "today" else str(asked["state"]),
            "depart": asked["depart"],
            "value": "" if asked["usd_per_day"] is None else f"{asked['usd_per_day']:g}",
            "all": asked["everything"],
        }
    )  # fmt: skip


def _submitted(
    request: Request, asked: Asked, kind: Kind, path: str, who: Principal
) -> RedirectResponse:
    """Submit a sound question; a faulty one is shown with its faults at the same address."""
    state = request.app.state
    if asked.request is not None:
        queue.submit(state.database, state.settings, kind, asked.request, who)
    query = asking.query_of(asked.fields)
    return RedirectResponse(f"{path}?{query}" if query else path, status_code=303)


def _answered(request: Request, asked: Asked, kind: Kind) -> dict[str, Any]:
    """What a page shows of a question: its result, or its job, or nothing yet."""
    state, language = request.app.state, language_of(request)
    context: dict[str, Any] = {
        "asked": asked, "fields": asked.fields, "found": None, "answer": Answer(), "tables": {},
        "job": None, "lines": [], "before": 0, "cause": "", "remedy": "",
    }  # fmt: skip
    if asked.request is None:
        return context
    known = asking.known_of(state.database, state.settings, kind, asked.request)
    if known.answered:
        found = stored(request, known.question, kind.name)
        answer = found.answer or Answer()
        return context | {
            "found": found,
            "answer": answer,
            "tables": {t.id: t for t in answer.tables},
        }
    if (job := known.job) is not None and job.state != "done":
        context |= {
            "job": job, "lines": queue.log_of(state.database, job.id),
            "before": queue.waiting_before(state.database, job) if job.state == "queued" else 0,
            "cause": translated(job.cause, language), "remedy": translated(job.remedy, language),
        }  # fmt: skip
    return context


def _drawn(request: Request, found: Stored) -> dict[str, Any]:
    """Charts and map layers of a result; each way is a layer of its own."""
    base = f"/api/v1/routes/{found.hash}/geo"
    layers = [_outlines(request)] + [
        {"id": f"way-{n}", "title": f"{n}: {chain}", "url": f"{base}?way={n}", "style": "route",
         "visible": True, "unit": ""}
        for n, chain in enumerate(found.summary["chains"], start=1)
    ]  # fmt: skip
    if found.summary["without_chains"]:
        layers.append({"id": "without", "title": say(request, "routes.without_layer"),
                       "url": f"{base}?side=without", "style": "route", "visible": False,
                       "unit": ""})  # fmt: skip
    charts = json.loads(found.path("drawings.json").read_bytes())
    return {"layers": layers, "charts": charts, "colours": _colours()}


def _colours() -> dict[str, str]:
    from beltroad.appraisal.report.routedrawings import MODE_COLOURS

    return MODE_COLOURS
