"""Pages: imports."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, File, Path, Query, Request, UploadFile
from fastapi import Form as FormField
from fastapi.responses import RedirectResponse, Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api._paging import pages_of
from beltroad.app.api.imports import received
from beltroad.app.pages._forms import Fields
from beltroad.app.pages.registry import titles_of
from beltroad.app.registry import imports
from beltroad.app.registry.imports import IMPORTED
from beltroad.app.registry.kinds import KINDS, kind_of
from beltroad.app.web import render
from beltroad.errors import InputError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

PreviewId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
_SHOWN = 200
_PER_PAGE = 50


@router.get("/imports")
def overview(
    request: Request,
    kind: Annotated[str, Query(max_length=20)] = "project",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    who: Principal = require(Role.VIEWER),
) -> Response:
    """Upload a file, get a form to fill, see what was imported."""
    return _overview(request, kind, page)


def _overview(
    request: Request, kind: str, page: int = 1, *, problem: str = "", status: int = 200
) -> Response:
    rows, total = imports.imports(request.app.state.database, page, _PER_PAGE)
    return render(
        request, "pages/imports.html", status=status, kind=kind, kinds=KINDS, imported=IMPORTED,
        rows=rows, page=page, pages=pages_of(total, _PER_PAGE), problem=problem,
        megabytes=request.app.state.settings.limits.upload_bytes // 1_000_000,
    )  # fmt: skip


@router.post("/imports")
def upload(
    request: Request,
    kind: Annotated[str, FormField(pattern=r"^[a-z]{2,20}$")],
    file: Annotated[UploadFile, File()],
    who: Principal = require(Role.ANALYST),
) -> Response:
    """Keep the file and show what it would do."""
    try:
        found = received(request, kind, file, who)
    except InputError as error:
        return _overview(request, kind, problem=str(error), status=422)
    return RedirectResponse(f"/imports/previews/{found.id}", 303)


@router.get("/imports/previews/{preview}")
def preview(
    request: Request, preview: PreviewId, who: Principal = require(Role.ANALYST)
) -> Response:
    """All faults of a file, or every change that it would make."""
    state = request.app.state
    found = imports.look_again(state.settings, state.database, preview)
    about = kind_of(found.kind)
    drafts = [c for c in found.of("unchanged") if c.draft]
    return render(
        request, "pages/imports_preview.html", found=found, about=about, shown=_SHOWN,
        titles=titles_of(request, about), drafts=drafts,
        may_publish=who.role >= Role.EDITOR and not about.journal,
    )  # fmt: skip


@router.post("/imports/{preview}/confirm")
def confirm(
    request: Request, preview: PreviewId, form: Fields, who: Principal = require(Role.ANALYST)
) -> Response:
    """Take the file in."""
    state = request.app.state
    done = imports.confirm(
        state.settings, state.database, preview, who=who, publish=form.get("as") == "published",
        source=form.get("source", "")[:2_000], note=form.get("note", "")[:4_000],
    )  # fmt: skip
    return RedirectResponse(f"/imports?{urlencode({'kind': done.kind, 'done': done.id})}", 303)


@router.post("/imports/{number}/undo")
def undo(
    request: Request,
    number: Annotated[int, Path(ge=1, lt=2**31)],
    who: Principal = require(Role.ANALYST),
) -> Response:
    """Take a whole import back."""
    done = imports.undo(request.app.state.database, number, who=who)
    return RedirectResponse(f"/imports?{urlencode({'kind': done.kind, 'undone': done.id})}", 303)
