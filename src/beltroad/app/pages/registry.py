"""Pages: registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Column, Table
from beltroad.app.api.registry import counts_of, file_response, permit_save, steps, store
from beltroad.app.errors import Conflict
from beltroad.app.pages._forms import Fields, whole
from beltroad.app.registry import exports
from beltroad.app.registry.imports import IMPORTED
from beltroad.app.registry.kinds import KINDS, FieldInfo, Kind, kind_of
from beltroad.app.registry.records import BUNDLED_BY, Record
from beltroad.app.texts import catalogue, text
from beltroad.app.web import language_of, render
from beltroad.errors import InputError, ScenarioError

__all__ = ["router", "titles_of"]

router = APIRouter(include_in_schema=False)

KindName = Annotated[str, Path(pattern=r"^[a-z]{2,20}$")]
Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,118}$")]
STATES = ("published", "draft", "all", "removed", "conflict")
_LAST = 12


def titles_of(request: Request, about: Kind) -> dict[str, str]:
    """Titles of the fields of a kind in the visitor's language."""
    language, known = language_of(request), catalogue()
    out = {}
    for field in about.fields:
        keys = (f"registry.f_{about.name}_{field.name}", f"registry.f_{field.name}")
        out[field.name] = next((text(k, language) for k in keys if k in known), field.title)
    return out


@router.get("/registry")
def overview(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """Kinds, how many records each has, and what changed last."""
    registry = store(request)
    kinds = [(about, counts_of(registry, name)) for name, about in KINDS.items()]
    last = [
        record
        for name in KINDS
        for record in registry.list(name, state="all", sort="-changed", per_page=_LAST)
        if record.who != BUNDLED_BY
    ]
    last.sort(key=lambda r: (r.changed_at, r.key), reverse=True)
    return render(request, "pages/registry.html", kinds=kinds, last=last[:_LAST],
                  imported=IMPORTED)  # fmt: skip


@router.get("/registry/{kind}")
def records(
    request: Request,
    kind: KindName,
    search: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "all",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Records of a kind, by words and state."""
    about = kind_of(kind)
    found = store(request).list(kind, search=search, state=state, page=page)
    return render(
        request, "pages/registry_list.html", about=about, found=found, search=search, state=state,
        states=STATES, table=_table(request, found.items, found.total),
        forms=exports.forms_of(kind), imported=kind in IMPORTED,
    )  # fmt: skip


def _table(request: Request, found: tuple[Record, ...], total: int) -> Table:
    language = language_of(request)

    def t(key: str) -> str:
        return text(key, language)

    columns = (
        Column(name="title", title=t("registry.name")), Column(name="key", title=t("registry.key")),
        Column(name="state", title=t("registry.state")),
        Column(name="revision", title=t("registry.revision"), kind="number", decimals=0),
        Column(name="changed", title=t("registry.changed_at"), kind="date"),
        Column(name="who", title=t("registry.changed_by")),
    )  # fmt: skip
    rows = tuple(
        {"title": r.title, "key": r.key, "state": t(f"registry.{r.state}"), "revision": r.revision,
         "changed": r.changed_at.date().isoformat(), "who": r.who,
         "_href": f"/registry/{r.kind}/{r.key}"}
        for r in found
    )  # fmt: skip
    return Table(id="records", title=t("registry.records"), columns=columns, rows=rows, total=total)


@router.get("/registry/{kind}/export/{form}")
def export(
    request: Request,
    kind: KindName,
    form: Annotated[str, Path(max_length=10)],
    state: Annotated[str, Query(max_length=20)] = "published",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """All records of a kind as a file."""
    kind_of(kind)
    return file_response(exports.export(kind, store(request).every(kind, state=state), form))


@router.get("/registry/{kind}/form/{form}")
def form_to_fill(
    kind: KindName, form: Annotated[str, Path(max_length=10)],
    who: Principal = require(Role.VIEWER),
) -> Response:  # fmt: skip
    """An empty table to fill in."""
    return file_response(exports.form_to_fill(kind, form))


@router.get("/registry/{kind}/new")
def new(request: Request, kind: KindName, who: Principal = require(Role.ANALYST)) -> Response:
    """An empty form."""
    about = kind_of(kind)
    permit_save(kind, who)
    values = {f.name: "" if f.default is None else f.default for f in about.fields}
    return _form(request, about, values, key="", revision=0)


@router.post("/registry/{kind}/new")
def create(
    request: Request, kind: KindName, form: Fields, who: Principal = require(Role.ANALYST)
) -> Response:
    """Save a new record, or show its faults beside the fields."""
    return _save(request, kind_of(kind), "", form, who)


@router.get("/registry/{kind}/{key}")
def record(
    request: Request,
    kind: KindName,
    key: Key,
    revision: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """One record with its history."""
    registry, about = store(request), kind_of(kind)
    found = registry.get(kind, key, revision)
    history = steps(about, registry.history(kind, key))[::-1]
    return render(
        request, "pages/registry_record.html", about=about, record=found, history=history,
        titles=titles_of(request, about), may=_may(kind, who), journal=about.journal,
        known=catalogue(), word=_word(request),
    )  # fmt: skip


@router.get("/registry/{kind}/{key}/edit")
def edit(
    request: Request, kind: KindName, key: Key, who: Principal = require(Role.ANALYST)
) -> Response:
    """The record's fields as a form."""
    about = kind_of(kind)
    permit_save(kind, who)
    found = store(request).get(kind, key)
    return _form(request, about, found.data, key=key, revision=found.latest)


@router.post("/registry/{kind}/{key}/edit")
def save(
    request: Request, kind: KindName, key: Key, form: Fields,
    who: Principal = require(Role.ANALYST),
) -> Response:  # fmt: skip
    """Save a new revision, or show its faults beside the fields."""
    return _save(request, kind_of(kind), key, form, who)


@router.post("/registry/{kind}/{key}/{step}")
def take_step(
    request: Request,
    kind: KindName,
    key: Key,
    step: Annotated[str, Path(pattern=r"^(publish|remove|restore|undo)$")],
    form: Fields,
    who: Principal = require(Role.EDITOR),
) -> Response:
    """Publish, remove, restore or go back."""
    registry, note = store(request), form.get("note", "")[:4_000]
    seen = whole(form.get("revision", ""))
    if step == "publish":
        registry.publish(kind, key, who=who, note=note, expected=seen)
    elif step == "remove":
        registry.remove(kind, key, who=who, note=note, expected=seen)
    elif step == "restore":
        registry.restore(kind, key, who=who, note=note)
    else:
        to = whole(form.get("to", ""))
        if to is None:
            raise InputError("to: say which revision to go back to")
        registry.undo(kind, key, to=to, who=who, note=note, expected=seen)
    return RedirectResponse(f"/registry/{kind}/{key}?{urlencode({'done': step})}", 303)


def _may(kind: str, who: Principal) -> dict[str, bool]:
    return {"edit": who.role >= (Role.ANALYST if kind == "scenario" else Role.EDITOR),
            "steps": who.role >= Role.EDITOR}  # fmt: skip


def _given(about: Kind, form: Mapping[str, str]) -> dict[str, Any]:
    """The form's texts as data: lists cut, empty fields left to their defaults."""
    out: dict[str, Any] = {}
    for field in about.fields:
        said = form.get(field.name)
        if said is None or not said.strip():
            continue
        out[field.name] = said.split() if field.type == "list" else said.replace("\r\n", "\n")
    return out


def _save(
    request: Request, about: Kind, key: str, form: Mapping[str, str], who: Principal
) -> Response:
    publish = form.get("do") == "publish"
    permit_save(about.name, who, publish=publish)
    seen = whole(form.get("revision", ""))
    expected = None if about.name == "alert" and not key else seen if key else 0
    if key and seen is None:
        raise InputError("revision: the form is not whole; open it again")
    try:
        made = store(request).save(
            about.name, key, _given(about, form), who=who, source=form.get("_source", "")[:2_000],
            note=form.get("_note", "")[:4_000], publish=publish, expected=expected,
        )  # fmt: skip
    except ScenarioError as error:
        faults = error.faults
        return _form(request, about, form, key=key, revision=seen or 0, faults=faults, status=422)
    except Conflict as error:
        latest = store(request).get(about.name, key).latest if key else 0
        return _form(request, about, form, key=key, revision=latest, conflict=str(error),
                     status=409)  # fmt: skip
    except InputError as error:
        return _form(request, about, form, key=key, revision=seen or 0, problem=str(error),
                     status=422)  # fmt: skip
    return RedirectResponse(f"/registry/{about.name}/{made.key}?done=saved", 303)


def _form(
    request: Request, about: Kind, values: Mapping[str, Any], *, key: str, revision: int,
    faults: Any = (), conflict: str = "", problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    names = {f.name for f in about.fields}
    beside: dict[str, str] = {}
    rest = []
    for fault in faults:
        name = str(fault.where).partition(":")[0]
        if name in names:
            said = f"{fault.problem} {fault.remedy}".strip()
            beside[name] = f"{beside[name]} {said}" if name in beside else said
        else:
            rest.append(fault)
    return render(
        request, "pages/registry_edit.html", status=status, about=about, key=key,
        values={n: _shown(values.get(n)) for n in names}, revision=revision, beside=beside,
        rest=rest, faults=faults, conflict=conflict, problem=problem,
        titles=titles_of(request, about), word=_word(request),
        hints={f.name: _hint(request, f) for f in about.fields},
        source=values.get("_source", ""), note=values.get("_note", ""),
        may=_may(about.name, request.state.principal),
    )  # fmt: skip


def _word(request: Request) -> Callable[[FieldInfo, Any], Any]:
    """Words for the codes of a choice, where the interface has any."""
    language, known = language_of(request), catalogue()

    def word(field: FieldInfo, value: Any) -> Any:
        key = f"projects.{field.name}_{str(value).replace('-', '_')}"
        return text(key, language) if field.type == "choice" and key in known else value

    return word


def _shown(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return " ".join(str(v) for v in value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return "" if value is None else value


def _hint(request: Request, field: FieldInfo) -> str:
    language = language_of(request)
    parts = [field.description]
    if field.low is not None and field.high is not None:
        parts.append(
            text("registry.from_to", language, low=f"{field.low:g}", high=f"{field.high:g}")
        )
    elif field.low is not None:
        parts.append(text("registry.from_low", language, low=f"{field.low:g}"))
    elif field.high is not None:
        parts.append(text("registry.to_high", language, high=f"{field.high:g}"))
    if field.type == "list":
        parts.append(text("registry.list_hint", language))
    return "; ".join(filter(None, parts))
