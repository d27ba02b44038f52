"""API: registry."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response

from beltroad.app.accounts.roles import Principal, Role, permit, require
from beltroad.app.api._caching import NOT_CHANGED, cached
from beltroad.app.api._paging import Page, Paged, page_of
from beltroad.app.api._registry_models import (
    BackTo,
    Edit,
    FieldChangeOut,
    FieldOut,
    HistoryOut,
    KindOut,
    KindsOut,
    NewRecord,
    RecordOut,
    RevisionOut,
    Step,
)
from beltroad.app.errors import Problem
from beltroad.app.registry import exports
from beltroad.app.registry.imports.preview import changes_of
from beltroad.app.registry.kinds import KINDS, FieldInfo, Kind, kind_of
from beltroad.app.registry.records import Record, Revision
from beltroad.app.registry.store import Registry
from beltroad.errors import InputError

__all__ = ["file_response", "router"]

router = APIRouter(prefix="/registry", tags=["registry"])

KindName = Annotated[str, Path(pattern=r"^[a-z]{2,20}$", description="Kind of records.")]
Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,118}$", description="Its key.")]
State = Literal["published", "draft", "all", "removed", "conflict"]
Match = Annotated[str | None, Header(alias="If-Match", max_length=100,
                                     description="Revision that the editor saw.")]  # fmt: skip
_FAULTS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": "Problem (RFC 9457)"} for code in (404, 409)
}


def store(request: Request) -> Registry:
    """The registry of this workspace."""
    return Registry(request.app.state.database)


def permit_save(kind: str, who: Principal, *, publish: bool = False) -> None:
    """Editors change records; analysts may keep drafts of scenarios."""
    draft = kind == "scenario" and not publish
    permit(Role.ANALYST if draft else Role.EDITOR, who)


def counts_of(registry: Registry, kind: str) -> dict[str, int]:
    """How many records of a kind there are in each state."""
    return {
        state: registry.list(kind, state=state, per_page=1).total
        for state in ("published", "draft", "removed")
    }


def file_response(made: exports.File) -> Response:
    """A file to be saved, not shown."""
    return Response(made.body, media_type=made.type, headers={
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Cache-Control": "private, no-cache",
    })  # fmt: skip


@router.get("", operation_id="list_kinds", summary="Kinds of records, with their fields",
            responses=NOT_CHANGED, response_model=KindsOut)  # fmt: skip
def list_kinds(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """Every kind with its counts and fields."""
    registry = store(request)
    key = tuple(registry.fingerprint(kind) for kind in KINDS)
    return cached(
        request, lambda: KindsOut(items=[_kind(k, registry) for k in KINDS.values()]), key=key
    )


@router.get("/{kind}", operation_id="list_records", summary="Records of a kind",
            responses={**NOT_CHANGED, **_FAULTS}, response_model=Page[RecordOut])  # fmt: skip
def list_records(
    request: Request,
    kind: KindName,
    paging: Paged,
    search: Annotated[str, Query(max_length=200)] = "",
    state: State = "published",
    sort: Annotated[str, Query(pattern=r"^-?(title|key|changed)$")] = "title",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """A page of records; ``published`` in their published revision, else in the latest."""
    registry = store(request)
    kind_of(kind)

    def build() -> Page[RecordOut]:
        found = registry.list(kind, search=search, state=state, sort=sort, page=paging.page,
                              per_page=paging.per_page)  # fmt: skip
        made: Page[RecordOut] = page_of(found.items, paging, total=found.total, shape=_record)
        return made

    return cached(request, build, key=registry.fingerprint(kind))


@router.get("/{kind}/export", operation_id="export_records", summary="Records as a file",
            responses={**_FAULTS, 200: {"content": {
                "application/json": {"schema": {"type": ["object", "array"]}}, **{
                    media: {"schema": {"type": "string", "format": "binary"}}
                    for media in ("text/csv", exports.FORMS["xlsx"][1])
                }}, "description": "The file"}}, response_class=Response)  # fmt: skip
def export_records(
    request: Request,
    kind: KindName,
    format: Annotated[  # noqa: A002 (the parameter's name)
        Literal["csv", "xlsx", "json", "oc4ids"], Query(description="Form of the file.")
    ] = "csv",
    state: State = "published",
    who: Principal = require(Role.VIEWER),
) -> Response:
    """All records of a kind with source, revision, who and licence."""
    kind_of(kind)
    return file_response(exports.export(kind, store(request).every(kind, state=state), format))


@router.get("/{kind}/form", operation_id="form_to_fill", summary="An empty table to fill in",
            responses={**_FAULTS, 200: {"content": {
                media: {"schema": {"type": "string", "format": "binary"}}
                for media in ("text/csv", exports.FORMS["xlsx"][1])
            }, "description": "The file"}}, response_class=Response)  # fmt: skip
def form_to_fill(
    kind: KindName,
    format: Annotated[Literal["csv", "xlsx"], Query()] = "xlsx",  # noqa: A002
    who: Principal = require(Role.VIEWER),
) -> Response:
    """The columns of a kind; in Excel also what each means and which values are allowed."""
    return file_response(exports.form_to_fill(kind, format))


@router.get("/{kind}/{key}", operation_id="get_record", summary="One record",
            responses={**NOT_CHANGED, **_FAULTS}, response_model=RecordOut)  # fmt: skip
def get_record(
    request: Request,
    kind: KindName,
    key: Key,
    revision: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Its latest revision, or the one asked for. ``ETag`` names the latest, for ``If-Match``."""
    found = store(request).get(kind, key, revision)
    body = _record(found)
    tag = f'"{found.latest}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if revision is None and tag in request.headers.get("if-none-match", "").split(", "):
        return Response(status_code=304, headers=headers)
    return Response(body.model_dump_json(), media_type="application/json", headers=headers)


@router.get("/{kind}/{key}/history", operation_id="get_history", summary="Who changed what, when",
            responses={**NOT_CHANGED, **_FAULTS}, response_model=HistoryOut)  # fmt: skip
def get_history(
    request: Request, kind: KindName, key: Key, who: Principal = require(Role.VIEWER)
) -> Response:
    """All revisions of a record, each with its changes field by field."""
    registry = store(request)
    about = kind_of(kind)
    return cached(
        request,
        lambda: HistoryOut(items=[
            _revision(each, changes)
            for each, changes in steps(about, registry.history(kind, key))
        ]),
        key=registry.fingerprint(kind),
    )  # fmt: skip


@router.post("/{kind}", operation_id="create_record", summary="Add a record", status_code=201,
             responses=_FAULTS)  # fmt: skip
def create_record(
    request: Request, response: Response, kind: KindName, body: NewRecord,
    who: Principal = require(Role.ANALYST),
) -> RecordOut:  # fmt: skip
    """A new record, as a draft or published at once; all faults of its data come together."""
    kind_of(kind)
    permit_save(kind, who, publish=body.publish)
    made = store(request).save(kind, "", body.data, who=who, source=body.source, note=body.note,
                               publish=body.publish, expected=_new(kind))  # fmt: skip
    response.headers["Location"] = f"{request.url.path}/{made.key}"
    return _tagged(response, made)


@router.put("/{kind}/{key}", operation_id="save_record", summary="Change a record",
            responses=_FAULTS)  # fmt: skip
def save_record(
    request: Request, response: Response, kind: KindName, key: Key, body: Edit,
    if_match: Match = None, who: Principal = require(Role.ANALYST),
) -> RecordOut:  # fmt: skip
    """A new revision; needs the revision that was seen, so that no one's change is lost."""
    kind_of(kind)
    permit_save(kind, who, publish=body.publish)
    seen = _seen(if_match, body.revision)
    if seen is None:
        raise InputError("revision: say which revision you saw, as If-Match or in the body")
    return _tagged(response, store(request).save(
        kind, key, body.data, who=who, source=body.source, note=body.note, publish=body.publish,
        expected=seen,
    ))  # fmt: skip


@router.post("/{kind}/{key}/publish", operation_id="publish_record", summary="Publish the draft",
             responses=_FAULTS)  # fmt: skip
def publish_record(
    request: Request, response: Response, kind: KindName, key: Key, body: Step,
    if_match: Match = None, who: Principal = require(Role.EDITOR),
) -> RecordOut:  # fmt: skip
    """Make the latest revision what pages and appraisals use."""
    seen = _seen(if_match, body.revision)
    made = store(request).publish(kind, key, who=who, note=body.note, expected=seen)
    return _tagged(response, made)


@router.post("/{kind}/{key}/undo", operation_id="undo_record", summary="Go back to a revision",
             responses=_FAULTS)  # fmt: skip
def undo_record(
    request: Request, response: Response, kind: KindName, key: Key, body: BackTo,
    if_match: Match = None, who: Principal = require(Role.EDITOR),
) -> RecordOut:  # fmt: skip
    """A new revision with the data of an earlier one."""
    seen = _seen(if_match, body.revision)
    made = store(request).undo(kind, key, to=body.to, who=who, note=body.note, expected=seen)
    return _tagged(response, made)


@router.post("/{kind}/{key}/remove", operation_id="remove_record", summary="Take out of use",
             responses=_FAULTS)  # fmt: skip
def remove_record(
    request: Request, response: Response, kind: KindName, key: Key, body: Step,
    if_match: Match = None, who: Principal = require(Role.EDITOR),
) -> RecordOut:  # fmt: skip
    """The record is no longer used; its history stays."""
    seen = _seen(if_match, body.revision)
    made = store(request).remove(kind, key, who=who, note=body.note, expected=seen)
    return _tagged(response, made)


@router.post("/{kind}/{key}/restore", operation_id="restore_record", summary="Bring back",
             responses=_FAULTS)  # fmt: skip
def restore_record(
    request: Request, response: Response, kind: KindName, key: Key, body: Step,
    who: Principal = require(Role.EDITOR),
) -> RecordOut:  # fmt: skip
    """Bring a removed record back, as it was."""
    return _tagged(response, store(request).restore(kind, key, who=who, note=body.note))


def steps(about: Kind, history: list[Revision]) -> list[tuple[Revision, list[FieldChangeOut]]]:
    """Each revision with the fields that it changed against the one before."""
    out: list[tuple[Revision, list[FieldChangeOut]]] = []
    before: dict[str, Any] = {}
    for each in history:
        changed = changes_of(about, before, each.data)
        out.append((each, [
            FieldChangeOut(field=c.name, title=c.title, unit=c.unit, before=c.before, after=c.after)
            for c in changed if before or c.after not in ("", None, [])
        ]))  # fmt: skip
        before = dict(each.data)
    return out


def _new(kind: str) -> int | None:
    """New records must not be there yet; an alert may be raised again."""
    return None if kind == "alert" else 0


def _seen(if_match: str | None, revision: int | None) -> int | None:
    """The revision that the editor saw, by header or body."""
    if if_match is None or if_match.strip() == "*":
        return revision
    number = re.fullmatch(r'\s*(?:W/)?"?(\d{1,9})"?\s*', if_match, re.ASCII)
    if number is None:
        raise InputError(f"If-Match {ascii(if_match)[:40]}: give the revision's number in quotes")
    seen = int(number[1])
    if revision is not None and revision != seen:
        raise InputError(f"revision {revision} in the body, {seen} in If-Match: give one")
    return seen


def _tagged(response: Response, made: Record) -> RecordOut:
    response.headers["ETag"] = f'"{made.latest}"'
    return _record(made)


def _record(record: Record) -> RecordOut:
    names = RecordOut.model_fields
    return RecordOut(**{n: getattr(record, n) for n in names if n != "data"},
                     data=dict(record.data))  # fmt: skip


def _revision(each: Revision, changes: list[FieldChangeOut]) -> RevisionOut:
    names = [n for n in RevisionOut.model_fields if n != "changes"]
    return RevisionOut(**{n: getattr(each, n) for n in names}, changes=changes)


def _kind(about: Kind, registry: Registry) -> KindOut:
    counts = counts_of(registry, about.name)
    return KindOut(
        name=about.name, title=about.title, plural=about.plural, published=counts["published"],
        drafts=counts["draft"], removed=counts["removed"],
        formats=list(exports.forms_of(about.name)), fields=[_field(f) for f in about.fields],
    )  # fmt: skip


def _field(field: FieldInfo) -> FieldOut:
    return FieldOut(
        name=field.name, title=field.title, description=field.description, unit=field.unit,
        type=field.type, needed=field.required, default=field.default,
        allowed=[c for c in field.choices if c], low=field.low, high=field.high,
    )  # fmt: skip
