"""Pages: alerts through their life, and the watch that opens and clears them."""

from __future__ import annotations

from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import table_of
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.pages._forms import Fields, whole
from beltroad.app.questions.risk import alerts, base
from beltroad.app.questions.risk import country as over
from beltroad.app.web import language_of, render
from beltroad.errors import InputError
from beltroad.risk.watch import SEVERITIES

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

Key = Annotated[str, Path(max_length=400)]
_SAID = {"assign": "to", "snooze": "until", "close": "reason"}


@router.get("/risk/alerts")
def listed(
    request: Request,
    state: Annotated[str, Query(max_length=20)] = "live",
    severity: Annotated[str, Query(max_length=20)] = "",
    iso3: Annotated[str, Query(max_length=3)] = "",
    assigned_to: Annotated[str, Query(max_length=200)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Alerts by filter."""
    wanted = alerts.Wanted(state, severity, iso3.upper(), assigned_to, search)
    return _list(request, wanted)


def _list(
    request: Request, wanted: alerts.Wanted, *, faults: list[Any] | None = None,
    changed: Any = None, taken: str = "", status: int = 200,
) -> Response:  # fmt: skip
    language = language_of(request)
    look = base.look_at(request.app.state.database)
    found = alerts.chosen(look, wanted)
    return render(
        request, "pages/risk_alerts.html", status=status, wanted=wanted, states=alerts.STATES,
        severities=SEVERITIES, figures=alerts.counts(look, language), faults=faults or [],
        table=alerts.table(found, look, language), changed=changed, taken=taken,
        names=sorted({a.assigned_to for a in alerts.chosen(look, alerts.Wanted("all"))} - {""}),
    )  # fmt: skip


@router.post("/risk/alerts/watch")
def watch(
    request: Request,
    every: Annotated[str, Form(max_length=1)] = "",
    figures: Annotated[UploadFile | None, File()] = None,
    who: Principal = require(Role.EDITOR),
) -> Response:
    """Compare figures with thresholds; faults of own figures are all listed, nothing is written."""
    state = request.app.state
    data = figures.file.read(state.settings.limits.upload_bytes + 1) if figures else b""
    name = (figures.filename or "") if figures else ""
    try:
        found, taken = alerts.run_watch(
            state.database, who, figures=data, name=name, every=bool(every)
        )
    except InputError as error:
        return _list(request, alerts.Wanted(), faults=base.faults_of(error), status=422)
    language = language_of(request)
    rows = found.changes.assign(
        change=[base.word(f"change.{c}", language) for c in found.changes["change"]],
        severity=[base.word(f"severity.{s}", language) for s in found.changes["severity"]],
        _href=[alerts.address(str(key)) for key in found.changes["id"]],
    )
    if not len(rows):
        rows = pd.DataFrame(columns=list(rows.columns))
    table = table_of("changes", base.word("watch.changes", language), rows,
                     alerts.columns_of_changes(language))  # fmt: skip
    changed = {"table": table, "signals": found.signals, "unchanged": found.unchanged}
    return _list(request, alerts.Wanted(), changed=changed, taken=taken)


@router.post("/risk/alerts/{key:path}/{step}")
def move(
    request: Request,
    key: Key,
    step: Annotated[str, Path(pattern=r"^(acknowledge|assign|snooze|close)$")],
    form: Fields,
    who: Principal = require(Role.EDITOR),
) -> Response:
    """Acknowledge, assign, snooze or close."""
    said = form.get(_SAID.get(step, ""), "")[:4000]
    seen = whole(form.get("revision", ""))
    try:
        alert = alerts.move(request.app.state.database, key, step, who, said=said, expected=seen)
    except NotFound:
        raise
    except InputError as error:
        return _one(request, key, fault=str(error), step=step, said=said, status=422)
    except Conflict as error:
        return _one(request, key, fault=str(error), step=step, said=said, status=409)
    return RedirectResponse(f"{alerts.address(alert.id)}?done={step}", 303)


@router.get("/risk/alerts/{key:path}")
def one(
    request: Request,
    key: Key,
    done: Annotated[str, Query(max_length=20)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """One alert: signal, figures behind, threshold, rates, trail, and what can be done."""
    return _one(request, key, done=done if done in alerts.STEPS else "")


def _one(
    request: Request, key: str, *, fault: str = "", step: str = "", said: str = "", done: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    language = language_of(request)
    look = base.look_at(request.app.state.database)
    alert = alerts.found(look.events, key)
    drawn = over.one_signal(alert.iso3, alert.indicator, language) if alert.iso3 else None
    return render(
        request, "pages/risk_alert.html", status=status, alert=alert,
        answer=alerts.answer_of(alert, language), trail=alerts.trail(alert)[::-1],
        state=alerts.state_word(alert, look.today, language), steps=alerts.steps_of(alert),
        revision=base.revision_of(look.events, "alert", alert.id), here=alerts.address(alert.id),
        fault=fault, step=step, said=said, done=done, drawn=drawn, said_name=_SAID,
        tomorrow=look.tomorrow,
    )  # fmt: skip
