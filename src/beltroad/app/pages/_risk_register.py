"""Pages: the register of risks, gates of projects, lessons of finished ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.pages._forms import Fields, whole
from beltroad.app.questions.risk import base, gates, registers
from beltroad.app.registry.kinds import kind_of
from beltroad.app.web import language_of, render
from beltroad.errors import Fault, InputError, ScenarioError
from beltroad.risk import register as reg
from beltroad.risk.register import Risk, model
from beltroad.risk.register.gates import STAGES
from beltroad.risk.register.scales import DIMENSIONS, RATINGS

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
_Short = Annotated[str, Query(max_length=200)]


@router.get("/risk/register")
def listed(
    request: Request,
    state: _Short = "live",
    level: _Short = "",
    rating: _Short = "",
    owner: _Short = "",
    iso3: _Short = "",
    project: _Short = "",
    search: _Short = "",
    overdue: Annotated[str, Query(max_length=1)] = "",
    inherent: Annotated[str, Query(max_length=1)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Risks by filter, the heat map, ratings of countries and of the whole, what is due."""
    language = language_of(request)
    look = base.look_at(request.app.state.database)
    wanted = registers.Wanted(state, level, rating, owner, iso3.upper(), project, search,
                              bool(overdue))  # fmt: skip
    found = registers.chosen(look, wanted)
    every = reg.register(look.events).values()
    return render(
        request, "pages/risk_register.html", wanted=wanted, states=registers.STATES,
        levels=model.LEVELS, ratings=RATINGS, table=registers.table(found, look, language),
        heat=registers.heat(found, inherent=bool(inherent)), inherent=bool(inherent),
        figures=[registers.whole(look, language), *registers.counts(look, language)],
        rollup=registers.rollup(look, language), late=registers.overdue(look, language),
        due=registers.due(look, language), owners=sorted({r.owner for r in every} - {""}),
        changes=registers.changes(look, language=language), scales=base_scales(),
    )  # fmt: skip


def base_scales() -> list[dict[str, Any]]:
    """The five steps in words."""
    from beltroad.app.answers import cells

    return cells(reg.scales())


@router.get("/risk/register/new")
def new(request: Request, who: Principal = require(Role.EDITOR)) -> Response:
    """An empty form; the query may say level, economy and project."""
    asked = request.query_params
    given = {n: asked.get(n, "")[:120] for n in ("level", "iso3", "project")}
    return _form(request, given, key="", revision=0)


@router.post("/risk/register/new")
def add(request: Request, form: Fields, who: Principal = require(Role.EDITOR)) -> Response:
    """Add a risk, or show its faults beside the fields."""
    return _save(request, "", form, who)


@router.get("/risk/register/{key}")
def one(
    request: Request,
    key: Key,
    done: Annotated[str, Query(max_length=20)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """One risk: fields, controls, history, and what can be done."""
    return _one(request, key, done=done if done in ("saved", "control", "review", "close") else "")


@router.get("/risk/register/{key}/edit")
def edit(request: Request, key: Key, who: Principal = require(Role.EDITOR)) -> Response:
    """Its fields as a form."""
    look = base.look_at(request.app.state.database)
    risk = registers.found(look, key)
    values = model.values_of(risk)
    values["feeds"] = " ".join(risk.feeds)
    return _form(request, values, key=risk.id,
                 revision=base.revision_of(look.events, "risk", risk.id))  # fmt: skip


@router.post("/risk/register/{key}/edit")
def change(
    request: Request, key: Key, form: Fields, who: Principal = require(Role.EDITOR)
) -> Response:
    """Change fields, or show their faults beside them."""
    return _save(request, key, form, who)


@router.post("/risk/register/{key}/{step}")
def take_step(
    request: Request,
    key: Key,
    step: Annotated[str, Path(pattern=r"^(control|review|close)$")],
    form: Fields,
    who: Principal = require(Role.EDITOR),
) -> Response:
    """Add or change a control, note a review, or close with a reason."""
    database, seen = request.app.state.database, whole(form.get("revision", ""))
    steps: Mapping[str, Callable[[], Risk]] = {
        "control": lambda: registers.control(database, key, form, who, expected=seen),
        "review": lambda: registers.review(database, key, form.get("note", ""), who, expected=seen),
        "close": lambda: registers.close(database, key, form.get("reason", ""), who, expected=seen),
    }
    try:
        found = steps[step]()
    except NotFound:
        raise
    except InputError as error:
        return _one(request, key, step=step, faults=base.faults_of(error), given=form, status=422)
    except Conflict as error:
        return _one(request, key, step=step, faults=[str(error)], given=form, status=409)
    return RedirectResponse(f"/risk/register/{found.id}?done={step}", 303)


def _one(
    request: Request, key: str, *, done: str = "", step: str = "", faults: list[Any] | None = None,
    given: Mapping[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    language = language_of(request)
    look = base.look_at(request.app.state.database)
    risk = registers.found(look, key)
    links = reg.links(reg.register(look.events))
    return render(
        request, "pages/risk_one.html", status=status, risk=risk, done=done, step=step,
        faults=faults or [], given=given or {}, dimensions=DIMENSIONS, scales=base_scales(),
        revision=base.revision_of(look.events, "risk", risk.id), control_kinds=model.CONTROL_KINDS,
        control_states=model.CONTROL_STATUSES, today=look.today.isoformat(),
        changes=registers.changes(look, risk.id, language=language),
        feeds=links[links["risk"] == risk.id].to_dict("records"),
        fed=links[links["feeds"] == risk.id].to_dict("records"),
    )  # fmt: skip


def _save(request: Request, key: str, form: Mapping[str, str], who: Principal) -> Response:
    names = {f.name for f in kind_of("risk").fields}
    given: dict[str, Any] = {n: v.replace("\r\n", "\n") for n, v in form.items() if n in names}
    given["feeds"] = form.get("feeds", "").replace(",", " ").split()
    for name in model.STEPS:
        if not given.get(name, "").strip():
            given[name] = 0
    seen = whole(form.get("revision", ""))
    if key and seen is None:
        raise InputError("revision: the form is not whole; open it again")
    note = form.get("_note", "")[:4000]
    try:
        made = registers.save(request.app.state.database, key, given, who, expected=seen, note=note)
    except ScenarioError as error:
        return _form(request, form, key=key, revision=seen or 0, faults=error.faults, status=422)
    except NotFound:
        raise
    except InputError as error:
        return _form(request, form, key=key, revision=seen or 0, problem=str(error), status=422)
    except Conflict as error:
        look = base.look_at(request.app.state.database)
        now = base.revision_of(look.events, "risk", key)
        changed = registers.changes(look, key, language=language_of(request))
        return _form(request, form, key=key, revision=now, problem=str(error), changes=changed,
                     status=409)  # fmt: skip
    return RedirectResponse(f"/risk/register/{made.id}?done=saved", 303)


def _form(
    request: Request, values: Mapping[str, Any], *, key: str, revision: int,
    faults: tuple[Fault, ...] = (), problem: str = "", changes: Any = None, status: int = 200,
) -> Response:  # fmt: skip
    names = [f.name for f in kind_of("risk").fields]
    beside: dict[str, str] = {}
    for fault in faults:
        name = str(fault.where).partition(":")[0]
        said = f"{fault.problem} {fault.remedy}".strip()
        beside[name] = f"{beside[name]} {said}" if name in beside else said
    return render(
        request, "pages/risk_form.html", status=status, key=key, revision=revision,
        values={n: values.get(n, "") for n in names} | {"_note": values.get("_note", "")},
        beside=beside, faults=faults, problem=problem, changes=changes, levels=model.LEVELS,
        categories=model.CATEGORIES, statuses=model.STATUSES, dimensions=DIMENSIONS,
        scales=base_scales(), mine=names,
    )  # fmt: skip


@router.get("/risk/gates")
def gates_page(
    request: Request,
    project: Annotated[str, Query(max_length=120)] = "",
    stage: Annotated[str, Query(max_length=40)] = "",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Gates of a project and the checklist of one stage; without a project, the items."""
    return _gates(request, project, stage)


@router.post("/risk/gates")
def settle(request: Request, form: Fields, who: Principal = require(Role.EDITOR)) -> Response:
    """Meet, waive or open an item again; pass a gate."""
    project, stage = form.get("project", "").strip()[:120], form.get("stage", "")[:40]
    try:
        gates.step(
            request.app.state.database, project, form.get("do", ""), form.get("on", "")[:60], who,
            said=form.get("said", "")[:4000], expected=whole(form.get("revision", "")),
        )  # fmt: skip
    except InputError as error:
        return _gates(request, project, stage, faults=base.faults_of(error), status=422)
    except Conflict as error:
        return _gates(request, project, stage, faults=[str(error)], status=409)
    asked = urlencode({"project": project, "stage": stage})
    return RedirectResponse(f"/risk/gates?{asked}", 303)


def _gates(
    request: Request, project: str, stage: str, *, faults: list[Any] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    look = base.look_at(request.app.state.database)
    project = project.strip()
    found = gates.stages(look, project) if project else []
    if not stage:  # the first gate that is not passed yet
        stage = next((g["stage"] for g in found if not g["passed_at"]), STAGES[0])
    return render(
        request, "pages/risk_gates.html", status=status, project=project, stage=stage,
        gates=found, stages=STAGES, faults=faults or [], known=gates.known(look),
        items=gates.checklist(look, project or "-", stage if stage in STAGES else STAGES[0]),
        revision=gates.revision(look, project),
    )  # fmt: skip


@router.get("/risk/lessons")
def lessons_page(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """What finished projects became, and the classes they make."""
    return _lessons(request, {})


@router.post("/risk/lessons")
def lesson(request: Request, form: Fields, who: Principal = require(Role.EDITOR)) -> Response:
    """Note a finished project."""
    try:
        gates.lesson(request.app.state.database, form, who)
    except InputError as error:
        return _lessons(request, form, base.faults_of(error), status=422)
    return RedirectResponse("/risk/lessons", 303)


def _lessons(
    request: Request, given: Mapping[str, str], faults: list[Any] | None = None, status: int = 200
) -> Response:
    look = base.look_at(request.app.state.database)
    done, classes = gates.lessons(look, language_of(request))
    return render(
        request, "pages/risk_lessons.html", status=status, lessons=done, classes=classes,
        given=given, faults=faults or [], numbers=gates.LESSON_NUMBERS,
    )  # fmt: skip
