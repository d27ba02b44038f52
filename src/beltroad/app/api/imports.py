"""API: imports."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api._paging import Page, Paged, link, page_of
from beltroad.app.api._registry_models import FieldChangeOut
from beltroad.app.errors import Problem
from beltroad.app.registry import imports
from beltroad.app.registry.imports import Change, Imported, Preview

__all__ = ["router"]

router = APIRouter(prefix="/imports", tags=["imports"])

PreviewId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Id of a preview.")]
_MOST_SHOWN = 1_000
_FAULTS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": "Problem (RFC 9457)"} for code in (400, 404, 409, 413)
}


class FaultOut(BaseModel):
    """One fault of a file."""

    where: str
    problem: str
    remedy: str


class ChangeOut(BaseModel):
    """One record that would be added or changed."""

    key: str
    title: str
    where: str
    what: str
    note: str
    fields: list[FieldChangeOut]


class PreviewOut(BaseModel):
    """What a file would do; nothing has been written."""

    id: str
    kind: str
    filename: str
    sha256: str
    format: str
    rows: int
    faults: list[FaultOut]
    added: int
    changed: int
    unchanged: int
    changes: list[ChangeOut] = Field(description="The first thousand that would be written.")


class ImportOut(BaseModel):
    """One import that was confirmed."""

    id: int
    at: datetime.datetime
    who: str
    kind: str
    filename: str
    sha256: str
    source: str
    note: str
    state: str
    added: int
    changed: int
    unchanged: int
    undone_at: datetime.datetime | None
    undone_by: str


class Confirm(BaseModel):
    """How to take a file in."""

    model_config = ConfigDict(extra="forbid")

    publish: bool = False
    source: Annotated[str, Field(max_length=2_000)] = ""
    note: Annotated[str, Field(max_length=4_000)] = ""


@router.get(
    "", operation_id="list_imports", summary="Imports so far", response_model=Page[ImportOut]
)
def list_imports(
    request: Request, response: Response, paging: Paged, who: Principal = require(Role.VIEWER)
) -> Page[ImportOut]:
    """Files that were taken in, newest first."""
    rows, total = imports.imports(request.app.state.database, paging.page, paging.per_page)
    page: Page[ImportOut] = page_of(rows, paging, total=total, shape=import_out)
    response.headers["Link"] = link(request, page)
    return page


@router.post("", operation_id="preview_import", summary="Look at a file before it is taken in",
             responses=_FAULTS)  # fmt: skip
def preview_import(
    request: Request,
    kind: Annotated[str, Form(pattern=r"^[a-z]{2,20}$", description="Kind of records.")],
    file: UploadFile,
    who: Principal = require(Role.ANALYST),
) -> PreviewOut:
    """All faults of the file, and what it would add and change; nothing is written."""
    return preview_out(received(request, kind, file, who))


@router.get("/previews/{preview}", operation_id="get_preview", summary="Look at it again",
            responses=_FAULTS)  # fmt: skip
def get_preview(
    request: Request, preview: PreviewId, who: Principal = require(Role.ANALYST)
) -> PreviewOut:
    """The same against the registry as it is now; its id differs if that has changed."""
    state = request.app.state
    return preview_out(imports.look_again(state.settings, state.database, preview))


@router.post("/{preview}/confirm", operation_id="confirm_import", summary="Take the file in",
             responses=_FAULTS)  # fmt: skip
def confirm_import(
    request: Request, preview: PreviewId, body: Confirm, who: Principal = require(Role.ANALYST)
) -> ImportOut:
    """Write all that the preview showed, or nothing; confirming twice writes once."""
    state = request.app.state
    done = imports.confirm(state.settings, state.database, preview, who=who, publish=body.publish,
                           source=body.source, note=body.note)  # fmt: skip
    return import_out(done)


@router.post("/{number}/undo", operation_id="undo_import", summary="Take a whole import back",
             responses=_FAULTS)  # fmt: skip
def undo_import(
    request: Request,
    number: Annotated[int, Path(ge=1, lt=2**31, description="Number of the import.")],
    who: Principal = require(Role.ANALYST),
) -> ImportOut:
    """Added records are removed, changed ones are as before; refused if one changed since."""
    return import_out(imports.undo(request.app.state.database, number, who=who))


def received(request: Request, kind: str, file: UploadFile, who: Principal) -> Preview:
    """A file that came with a form, looked at."""
    state = request.app.state
    imports.permit_import(kind, who, publish=False)
    data = file.file.read(state.settings.limits.upload_bytes + 1)
    return imports.look(state.settings, state.database, kind, file.filename, data)


def import_out(done: Imported) -> ImportOut:
    """An import as the API gives it."""
    return ImportOut(**{n: getattr(done, n) for n in ImportOut.model_fields})


def preview_out(found: Preview) -> PreviewOut:
    """A preview as the API gives it."""
    return PreviewOut(
        id=found.id, kind=found.kind, filename=found.filename, sha256=found.sha256,
        format=found.form, rows=found.rows,
        faults=[FaultOut(where=f.where, problem=f.problem, remedy=f.remedy) for f in found.faults],
        added=len(found.of("added")), changed=len(found.of("changed")),
        unchanged=len(found.of("unchanged")),
        changes=[_change(c) for c in found.writes[:_MOST_SHOWN]],
    )  # fmt: skip


def _change(change: Change) -> ChangeOut:
    fields = [
        FieldChangeOut(field=f.name, title=f.title, unit=f.unit, before=f.before, after=f.after)
        for f in change.fields
    ]
    return ChangeOut(key=change.key, title=change.title, where=change.where, what=change.what,
                     note=change.note, fields=fields)  # fmt: skip
