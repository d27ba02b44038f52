"""API: risk. Levels, countries, the register, alerts through their life."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Answer, cells
from beltroad.app.api import _risk_models as shapes
from beltroad.app.api._caching import MAY_LACK, NOT_CHANGED, cached
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.api.geo import Collection
from beltroad.app.errors import NotFound, Problem
from beltroad.app.questions.risk import alerts, base, registers, room
from beltroad.app.questions.risk import country as over
from beltroad.risk import register as reg
from beltroad.risk.watch import Alert

__all__ = ["router"]

router = APIRouter(prefix="/risk", tags=["risk"])
_HOUR = 3600
_FAULTS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": "Problem (RFC 9457)"} for code in (404, 409)
}
Iso3 = Annotated[str, Path(pattern=r"^[A-Z]{3}$", description="ISO 3166-1 alpha-3.")]
RiskKey = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$",
                              description="Id of a risk.")]  # fmt: skip
AlertKey = Annotated[str, Path(max_length=200, description="Id of an alert.")]
_Word = Annotated[str, Query(max_length=200)]
_Code = Annotated[str, Query(pattern=r"^([A-Z]{3})?$", description="ISO 3166-1 alpha-3.")]


def _look(request: Request) -> base.Look:
    return base.look_at(request.app.state.database)


def _state(look: base.Look) -> tuple[str, str]:
    """What an answer from the journal depends on: its last event and the day."""
    return (look.events[-1].hash if look.events else "", look.today.isoformat())


@router.get("", operation_id="risk_overview", response_model=Answer, responses=NOT_CHANGED,
            summary="Levels at a glance")  # fmt: skip
def overview(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """Overall level, open alerts by severity, risks by rating, what is late; signals with rates."""
    look = _look(request)
    return cached(request, lambda: room.overview(look), key=_state(look))


@router.get("/map", operation_id="risk_map", response_model=Collection, responses=NOT_CHANGED,
            summary="Outlines of economies with their grade of country risk")  # fmt: skip
def grade_map(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """``value`` is the grade, 1 best to 7; null where figures are too few."""
    chosen = request.app.state.settings.boundaries
    return cached(request, lambda: room.choropleth(chosen), key=str(chosen), max_age=_HOUR)


@router.get("/countries", operation_id="risk_countries", response_model=Page[shapes.CountryRow],
            responses=NOT_CHANGED, summary="Grades of country risk, the worst first")  # fmt: skip
def countries(request: Request, paging: Paged, who: Principal = require(Role.VIEWER)) -> Response:
    """Probability of an onset of debt distress within two years, as a grade from 1 to 7."""
    return cached(request, lambda: page_of(room.country_rows(), paging), max_age=_HOUR)


@router.get("/countries/{iso3}", operation_id="risk_country", response_model=shapes.CountryOut,
            responses=MAY_LACK, summary="Risk of one economy and why")  # fmt: skip
def country(request: Request, iso3: Iso3, who: Principal = require(Role.VIEWER)) -> Response:
    """Grade, drivers, signals that hold with their rates, episodes, history of the indicators."""
    from beltroad.app.questions import country_risk
    from beltroad.evidence import economies

    def build() -> shapes.CountryOut:
        section = country_risk.risk(iso3)
        rows = over.history(iso3)
        return shapes.CountryOut(
            iso3=iso3, name=economies.name(iso3), answer=section.answer,
            missing=[str(m) for m in section.missing],
            history=cells(rows.reset_index()) if len(rows) else [],
        )  # fmt: skip

    return cached(request, build, max_age=_HOUR)


@router.get("/risks", operation_id="risk_register", response_model=Page[shapes.RiskRow],
            responses=NOT_CHANGED, summary="Risks of the register, the gravest first")  # fmt: skip
def risks(
    request: Request,
    paging: Paged,
    state: Annotated[
        Literal["live", "all", "identified", "assessed", "treated", "accepted", "materialised",
                "closed"], Query()] = "live",
    level: Annotated[Literal["", "project", "country", "overall"], Query()] = "",
    rating: Annotated[
        Literal["", "none", "low", "medium", "high", "extreme"], Query(description="After controls")
    ] = "",
    owner: _Word = "",
    iso3: _Code = "",
    project: _Word = "",
    search: _Word = "",
    overdue: bool = False,
    who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """By state, level, rating, owner, place and words; ``overdue``: with a late control."""
    look = _look(request)
    wanted = registers.Wanted(state, level, rating, owner, iso3, project, search, overdue)
    return cached(
        request,
        lambda: page_of(
            registers.chosen(look, wanted), paging, shape=lambda r: registers.plain(r, look)
        ),
        key=_state(look),
    )


@router.post("/risks", operation_id="risk_add", response_model=shapes.RiskOut, status_code=201,
             responses={409: _FAULTS[409]}, summary="Add a risk")  # fmt: skip
def add(request: Request, given: shapes.RiskIn, who: Principal = require(Role.EDITOR)) -> Any:
    """Faults are listed by field. Without an id it gets the next free number."""
    return _save(request, "", given, who)


@router.get("/risks/{key}", operation_id="risk_one", response_model=shapes.RiskOut,
            responses=MAY_LACK, summary="One risk with its history")  # fmt: skip
def one(request: Request, key: RiskKey, who: Principal = require(Role.VIEWER)) -> Response:
    """Fields, controls, and what changed, by whom and when."""
    look = _look(request)
    return cached(request, lambda: _risk(look, key), key=_state(look))


@router.put("/risks/{key}", operation_id="risk_change", response_model=shapes.RiskOut,
            responses=_FAULTS, summary="Change fields of a risk")  # fmt: skip
def change(
    request: Request, key: RiskKey, given: shapes.RiskIn, who: Principal = require(Role.EDITOR)
) -> Any:
    """Send ``expected``, the revision that was seen, so that no one's change is written over."""
    return _save(request, key, given, who)


@router.post("/risks/{key}/controls", operation_id="risk_control", response_model=shapes.RiskOut,
             responses=_FAULTS, summary="Add or change a control of a risk")  # fmt: skip
def control(
    request: Request, key: RiskKey, given: shapes.ControlIn, who: Principal = require(Role.EDITOR)
) -> Any:
    """A planned control needs a day by which it is to be in place."""
    values = given.model_dump(exclude={"expected"})
    found = registers.control(_database(request), key, values, who, expected=given.expected)
    return _risk(_look(request), found.id)


@router.post("/risks/{key}/review", operation_id="risk_review", response_model=shapes.RiskOut,
             responses=_FAULTS, summary="Note that a risk was looked at again")  # fmt: skip
def review(
    request: Request, key: RiskKey, given: shapes.Noted, who: Principal = require(Role.EDITOR)
) -> Any:
    """With what was found."""
    found = registers.review(_database(request), key, given.note, who, expected=given.expected)
    return _risk(_look(request), found.id)


@router.post("/risks/{key}/close", operation_id="risk_close", response_model=shapes.RiskOut,
             responses=_FAULTS, summary="Close a risk")  # fmt: skip
def close(
    request: Request, key: RiskKey, given: shapes.Because, who: Principal = require(Role.EDITOR)
) -> Any:
    """With the reason; it can be assessed again later."""
    found = registers.close(_database(request), key, given.reason, who, expected=given.expected)
    return _risk(_look(request), found.id)


@router.get("/alerts", operation_id="risk_alerts", response_model=Page[shapes.AlertRow],
            responses=NOT_CHANGED, summary="Alerts, the gravest first")  # fmt: skip
def alert_list(
    request: Request,
    paging: Paged,
    state: Annotated[
        Literal["live", "open", "acknowledged", "assigned", "snoozed", "closed", "all"], Query()
    ] = "live",
    severity: Annotated[
        Literal["", "low", "medium", "high", "critical"], Query(description="This grave or graver.")
    ] = "",
    iso3: _Code = "",
    assigned_to: _Word = "",
    search: _Word = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """``live``: neither closed nor hidden today."""
    look = _look(request)
    wanted = alerts.Wanted(state, severity, iso3, assigned_to, search)
    return cached(
        request,
        lambda: page_of(
            alerts.chosen(look, wanted), paging,
            shape=lambda a: alerts.plain(a, look.events, look.today),
        ),
        key=_state(look),
    )  # fmt: skip


@router.post("/alerts/watch", operation_id="risk_watch", response_model=shapes.WatchOut,
             summary="Compare figures with thresholds and open what is new")  # fmt: skip
def watch(
    request: Request, given: shapes.WatchIn, who: Principal = require(Role.EDITOR)
) -> shapes.WatchOut:
    """Own figures are taken over first; if one is at fault, nothing is written."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["iso3", "indicator", "year", "value", "source"])
    writer.writerows([f.iso3, f.indicator, f.year, repr(f.value), f.source] for f in given.figures)
    data = out.getvalue().encode() if given.figures else b""
    found, taken = alerts.run_watch(_database(request), who, figures=data, every=given.every)
    return shapes.WatchOut(
        signals=found.signals, unchanged=found.unchanged, figures=taken,
        changes=cells(found.changes),
    )  # fmt: skip


@router.get("/alerts/{key:path}", operation_id="risk_alert", response_model=shapes.AlertOut,
            responses=MAY_LACK, summary="One alert with its trail")  # fmt: skip
def alert_one(request: Request, key: AlertKey, who: Principal = require(Role.VIEWER)) -> Response:
    """Figure, threshold, measured rates of the signal, who did what when."""
    look = _look(request)
    return cached(request, lambda: _alert(look, key), key=_state(look))


@router.post("/alerts/{key:path}/acknowledge", operation_id="risk_acknowledge",
             response_model=shapes.AlertOut, responses=_FAULTS,
             summary="Say that someone has read it")  # fmt: skip
def acknowledge(
    request: Request, key: AlertKey, given: shapes.Seen, who: Principal = require(Role.EDITOR)
) -> Any:
    """Only an open alert can be."""
    return _moved(request, key, "acknowledge", "", given, who)


@router.post("/alerts/{key:path}/assign", operation_id="risk_assign",
             response_model=shapes.AlertOut, responses=_FAULTS,
             summary="Give it to someone")  # fmt: skip
def assign(
    request: Request, key: AlertKey, given: shapes.ToWhom, who: Principal = require(Role.EDITOR)
) -> Any:
    """Only one that was acknowledged can be; again to someone else."""
    return _moved(request, key, "assign", given.to, given, who)


@router.post("/alerts/{key:path}/snooze", operation_id="risk_snooze",
             response_model=shapes.AlertOut, responses=_FAULTS,
             summary="Hide it until a day")  # fmt: skip
def snooze(
    request: Request, key: AlertKey, given: shapes.Until, who: Principal = require(Role.EDITOR)
) -> Any:
    """A graver signal or a newer figure wakes it."""
    return _moved(request, key, "snooze", given.until, given, who)


@router.post("/alerts/{key:path}/close", operation_id="risk_close_alert",
             response_model=shapes.AlertOut, responses=_FAULTS, summary="Close it")  # fmt: skip
def close_alert(
    request: Request, key: AlertKey, given: shapes.Because, who: Principal = require(Role.EDITOR)
) -> Any:
    """With the reason; while its signal holds only after someone has acknowledged it."""
    return _moved(request, key, "close", given.reason, given, who)


def _database(request: Request) -> Any:
    return request.app.state.database


def _risk(look: base.Look, key: str) -> shapes.RiskOut:
    risk = registers.found(look, key)
    history = cells(reg.changes(look.events, "", risk.id))
    return shapes.RiskOut.model_validate({**registers.plain(risk, look), "history": history})


def _save(request: Request, key: str, given: shapes.RiskIn, who: Principal) -> shapes.RiskOut:
    values = given.model_dump(exclude_none=True, exclude={"expected", "why"})
    if key and values.pop("id", key).casefold() != key.casefold():
        raise NotFound(f"id: it stays {key!r:.60}")
    made = registers.save(
        _database(request), key, values, who, expected=given.expected, note=given.why
    )
    return _risk(_look(request), made.id)


def _alert(look: base.Look, key: str) -> shapes.AlertOut:
    alert: Alert = alerts.found(look.events, key)
    return shapes.AlertOut.model_validate({
        **alerts.plain(alert, look.events, look.today), "trail": alerts.trail(alert),
        "answer": alerts.answer_of(alert),
    })  # fmt: skip


def _moved(
    request: Request, key: str, step: str, said: str, given: shapes.Seen, who: Principal
) -> shapes.AlertOut:
    moved = alerts.move(_database(request), key, step, who, said=said, expected=given.expected)
    return _alert(_look(request), moved.id)
