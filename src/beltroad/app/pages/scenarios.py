"""Pages: scenarios. The list, the editor as form and as text, the run, and its results."""

from __future__ import annotations

from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Depends, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from beltroad.app import texts
from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Column, table_of
from beltroad.app.api._appraisals import Measure
from beltroad.app.api._paging import pages_of
from beltroad.app.api.jobs import JobId
from beltroad.app.api.results import Hash
from beltroad.app.api.scenarios import Key, submitted
from beltroad.app.database.models import JobRow
from beltroad.app.jobs import queue
from beltroad.app.jobs.causes import translated
from beltroad.app.pages._scenario_form import (
    begun,
    fields_given,
    mapping_given,
    shown_form,
    word_of,
)
from beltroad.app.questions.appraisals import maps, stored
from beltroad.app.questions.appraisals.charts import PARTS
from beltroad.app.questions.scenarios import saved, starters
from beltroad.app.questions.scenarios.cost import estimate_of
from beltroad.app.questions.scenarios.form import from_fields, from_mapping, with_blank
from beltroad.app.questions.scenarios.reading import (
    MOST_BYTES,
    faults_of,
    mapping_of,
    placed,
    scenario_of,
)
from beltroad.app.questions.scenarios.revisions import entries, revisions
from beltroad.app.questions.scenarios.writing import toml_of
from beltroad.app.web import language_of, render, say
from beltroad.app.work.appraisal import NAME
from beltroad.errors import InputError, ScenarioError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_PER_PAGE = 50
# Tables of each part of the result pages; those a run has not are left out.
_TABLES = {
    "overview": (), "economies": ("countries",), "projects": ("projects", "levers", "links"),
    "money": ("financing", "debt", "payments"), "people": ("poverty", "jobs"),
    "risk": ("project_risk", "loan_risk", "loan_concentration"),
    "environment": ("freight_emissions", "green_projects"),
    "uncertainty": ("sensitivity", "uncertainty", "variance_split", "uncertainty_countries"),
    "yardsticks": ("yardsticks",), "assumptions": ("assumptions",),
}  # fmt: skip
_MOST_ROWS = 300
Fields = Annotated[dict[str, list[str]], Depends(fields_given)]
Source = Annotated[str, Query(alias="from", max_length=200)]
View = Annotated[str, Query(pattern="^(form|text)$")]


def _page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    language = language_of(request)
    word = word_of(lambda key: texts.text(key, language))
    return render(request, f"pages/{name}.html", status=status, word=word, **context)


@router.get("/scenarios")
def scenarios_page(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """Saved scenarios, those to begin with, and the latest runs."""
    database = request.app.state.database
    found, total = saved.listed(database, search=q, page=page, per_page=_PER_PAGE)
    runs = _runs(request)
    return _page(
        request, "scenarios", found=found, total=total, q=q, page=page,
        pages=pages_of(total, _PER_PAGE), starters=starters.starters(), runs=runs,
        last={s.key: _last_run(runs, s.name) for s in found},
    )  # fmt: skip


def _runs(request: Request) -> list[JobRow]:
    """The latest appraisals that are asked for or done, whoever asked."""
    rows, _ = queue.list_jobs(request.app.state.database, page=1, per_page=200)
    return [r for r in rows if r.kind == NAME][:30]


def _last_run(runs: list[JobRow], name: str) -> JobRow | None:
    return next((r for r in runs if r.request.get("scenario", {}).get("name") == name), None)


@router.get("/scenarios/new")
def new_page(
    request: Request, source: Source = "", view: View = "form",
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:  # fmt: skip
    """The editor, empty or begun from something."""
    mapping, _ = begun(request, source)
    return _editor(request, who, mapping, view=view)


def _editor(
    request: Request, who: Principal, mapping: dict[str, Any], *, view: str = "form",
    found: saved.Saved | None = None, text: str | None = None,
) -> HTMLResponse:  # fmt: skip
    if view == "text":
        shown = toml_of(mapping) if text is None else text
        wrong = placed(faults_of(mapping), shown) if mapping else []
        context = shown_form(request, who, text=shown, faults=wrong, found=found, mode="text")
    else:
        database = request.app.state.database
        corrected = entries(revisions(database))
        form = from_mapping(mapping, saved.own_projects(database), corrected)
        if not mapping:
            form.faults = []
        context = shown_form(request, who, form=form, found=found)
    context["path_here"] = request.url.path
    return _page(request, "scenario", **context)


@router.post("/scenarios/new")
def new_given(
    request: Request, fields: Fields, who: Principal = require(Role.ANALYST)
) -> Response:  # fmt: skip
    """What was asked of the editor for a scenario that is not saved."""
    return _act(request, fields, who, None)


@router.post("/scenarios/upload")
def upload(request: Request, file: UploadFile, who: Principal = require(Role.ANALYST)) -> Response:
    """A TOML file into the editor; its faults with their lines."""
    data = file.file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(f"file: larger than {MOST_BYTES // 1000} kB; that is no scenario")
    try:
        text = data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        raise InputError(f"file: not UTF-8 text ({error.reason}); save it as UTF-8") from None
    return _text_looked_at(request, who, text, None, sound=say(request, "scenarios.sound"))


def _text_looked_at(
    request: Request, who: Principal, text: str, found: saved.Saved | None, *, look: bool = False,
    sound: str = "",
) -> HTMLResponse:  # fmt: skip
    try:
        faults = placed(faults_of(mapping_of(text)), text)
    except ScenarioError as error:
        faults = placed(list(error.faults), text)
    context = shown_form(request, who, text=text, faults=faults, found=found, mode="text",
                         look=look and not faults, note="" if faults else sound)  # fmt: skip
    context["path_here"] = f"/scenarios/{found.key}" if found else "/scenarios/new"
    return _page(request, "scenario", status=422 if faults else 200, **context)


@router.get("/scenarios/runs/{job_id}")
def run_page(request: Request, job_id: JobId, who: Principal = require(Role.VIEWER)) -> Response:
    """A run under way, with what it takes; the result as soon as it is there."""
    state = request.app.state
    row = queue.find(state.database, job_id)
    if row.state == "done" and row.result:
        return RedirectResponse(f"/appraisals/{row.result}", status_code=303)
    language = language_of(request)
    scenario = scenario_of(row.request.get("scenario", {}))
    return _page(
        request, "scenario_run", job=row, estimate=estimate_of(scenario), scenario=scenario,
        before=queue.waiting_before(state.database, row) if row.state == "queued" else 0,
        lines=queue.log_of(state.database, row.id), cause=translated(row.cause, language),
        remedy=translated(row.remedy, language),
    )  # fmt: skip


@router.get("/scenarios/{key}")
def scenario_page(
    request: Request, key: Key, view: View = "form", who: Principal = require(Role.VIEWER)
) -> HTMLResponse:
    """The editor of a saved scenario."""
    found = saved.kept(request.app.state.database, key)
    return _editor(request, who, found.mapping, view=view, found=found, text=found.text)


@router.post("/scenarios/{key}")
def scenario_given(
    request: Request, key: Key, fields: Fields, who: Principal = require(Role.ANALYST)
) -> Response:
    """What was asked of the editor of a saved scenario."""
    return _act(request, fields, who, saved.kept(request.app.state.database, key))


@router.get("/scenarios/{key}/scenario.toml")
def scenario_file(
    request: Request, key: Key, who: Principal = require(Role.VIEWER)
) -> Response:  # fmt: skip
    """The file of a saved scenario."""
    found = saved.kept(request.app.state.database, key)
    return _toml(found.text, found.key)


def _toml(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.toml"'}
    return Response(text, media_type="application/toml", headers=headers)


def _act(
    request: Request, fields: dict[str, list[str]], who: Principal, found: saved.Saved | None
) -> Response:
    """One button of the editor: look, check, save, run, text, form, file, or one more row."""
    action = (fields.get("action") or ["look"])[-1]
    path = f"/scenarios/{found.key}" if found else "/scenarios/new"
    own = saved.own_projects(request.app.state.database)
    corrected = entries(revisions(request.app.state.database))
    if (fields.get("mode") or ["form"])[-1] == "text":
        text = mapping_given(fields)
        try:
            mapping = mapping_of(text)
            faults = faults_of(mapping)
        except ScenarioError as error:
            mapping, faults = {}, list(error.faults)
        if faults or action in ("look", "check"):
            return _text_looked_at(request, who, text, found, look=action == "check",
                                   sound=say(request, "scenarios.sound"))  # fmt: skip
        form = from_mapping(mapping, own, corrected)
    else:
        form, text = from_fields(fields, own, corrected), ""
        mapping = form.mapping
    if action.startswith("add-"):
        form = with_blank(form, action.removeprefix("add-"))
    elif action == "text":
        shown = text or toml_of(mapping)
        context = shown_form(request, who, text=shown, found=found, mode="text",
                             faults=placed(form.faults, shown))  # fmt: skip
        return _page(request, "scenario", path_here=path, **context)
    elif not form.faults and action in ("save", "run", "file"):
        return _done(request, action, mapping, text, fields, who, found)
    sound = action in ("look", "check") and not form.faults
    note = say(request, "scenarios.sound") if sound else ""
    context = shown_form(request, who, form=form, found=found, look=action == "check", note=note)
    status = 422 if form.faults and action in ("save", "run", "file") else 200
    return _page(request, "scenario", status=status, path_here=path, **context)


def _done(
    request: Request, action: str, mapping: dict[str, Any], text: str,
    fields: dict[str, list[str]], who: Principal, found: saved.Saved | None,
) -> Response:  # fmt: skip
    if action == "file":
        return _toml(text or toml_of(mapping), found.key if found else "scenario")
    if action == "save":
        seen = (fields.get("expected") or [""])[-1]
        kept = saved.save(
            request.app.state.database, mapping, who, key=found.key if found else "", text=text,
            expected=int(seen) if found and seen.isdecimal() and len(seen) < 9 else None,
        )  # fmt: skip
        return RedirectResponse(f"/scenarios/{kept.key}", status_code=303)
    row = submitted(request, mapping, who)
    return RedirectResponse(f"/scenarios/runs/{row.id}", status_code=303)


@router.get("/appraisals/{hash}")
def result_page(
    request: Request, hash: Hash,  # noqa: A002
    part: Annotated[str, Query(pattern="^[a-z]{1,20}$")] = "overview",
    column: Measure = "real_income_change_pct",
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:  # fmt: skip
    """Findings first, then map, charts and tables, part by part."""
    state = request.app.state
    found = stored.result_of(state.settings, state.database, hash)
    if part not in PARTS:
        raise InputError(f"part {part!r}: give one of {', '.join(PARTS)}")
    columns = maps.mapped_columns()
    if column not in {c.name for c in columns}:
        raise InputError(f"column {column!r}: give a column of numbers of the table of economies")
    names = _TABLES[part] if part != "overview" else ()
    tables = [found.table(n, most=_MOST_ROWS) for n in names if n in found.tables]
    parts = [p for p in PARTS if p == "overview" or any(n in found.tables for n in _TABLES[p])]
    return _page(
        request, "appraisal", result=found, part=part, parts=parts, tables=tables,
        charts=found.charts(part), findings=found.summary["findings"].get(part, []),
        column=next(c for c in columns if c.name == column), columns=columns,
        largest=_largest(found, column) if part == "overview" else None,
        files=[f for f in found.stored.files if f.name not in ("charts.json", "summary.json")],
    )  # fmt: skip


def _largest(found: stored.Result, column: str) -> Any:
    """The table twin of the map: every economy with a value, largest first."""
    frame = found.frame("countries")
    known = frame[frame[column].notna()].sort_values(column, ascending=False, kind="stable")
    about = {c.name: c for c in maps.mapped_columns()}[column]
    rows = pd.DataFrame(
        {"name": known["name"], "iso3": known["iso3"], column: known[column],
         "_href": "/countries/" + known["iso3"].astype(str)}
    )  # fmt: skip
    columns = (Column(name="name", title="Economy"), Column(name="iso3", title="Code"), about)
    return table_of("map-table", about.title, rows, columns, note=about.description)


@router.get("/scenarios/{key}/results")
def results_of_saved(
    request: Request, key: Key, who: Principal = require(Role.VIEWER)
) -> RedirectResponse:
    """The latest result of a saved scenario, or its editor where there is none."""
    found = saved.kept(request.app.state.database, key)
    row = _last_run([r for r in _runs(request) if r.state == "done" and r.result], found.name)
    target = f"/appraisals/{row.result}" if row else f"/scenarios/{key}"
    return RedirectResponse(target, status_code=303)
