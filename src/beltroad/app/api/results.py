"""API: results of jobs by the hash of their question, and their files."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Answer
from beltroad.app.errors import Problem
from beltroad.app.jobs import results
from beltroad.app.security.headers import report_policy

__all__ = ["Hash", "router"]

router = APIRouter(tags=["results"])

Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Hash of the result.")]
Name = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")]
_GONE: dict[int | str, dict[str, Any]] = {
    404: {"description": "Not found", "model": Problem},
    304: {"description": "Not changed"},
}


class ResultFile(BaseModel):
    """A file of a result."""

    name: str
    size: int
    type: str
    sha256: str
    href: str


class Result(BaseModel):
    """What a job gave."""

    hash: str
    kind: str
    title: str
    created_at: datetime.datetime
    summary: dict[str, Any]
    answer: Answer | None
    files: list[ResultFile]


@router.get(
    "/results/{question}", operation_id="get_result", summary="One result",
    responses=_GONE, response_model=Result,
)  # fmt: skip
def get_result(request: Request, question: Hash, _: Principal = require(Role.VIEWER)) -> Response:
    """Summary, answer with its tables, and the files to download."""
    state = request.app.state
    found = results.read(state.settings, state.database, question)
    # A result that was dropped and computed again has another time.
    headers = {
        "ETag": f'W/"{question[:32]}-{int(found.created_at.timestamp())}"',
        "Cache-Control": "private, no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    base = f"{request.url.path}/files"
    files = [
        ResultFile(name=f.name, size=f.size, type=f.type, sha256=f.sha256, href=f"{base}/{f.name}")
        for f in found.files
    ]
    shown = Result(
        hash=question, kind=found.kind, title=found.title, created_at=found.created_at,
        summary=found.summary, answer=found.answer, files=files,
    )  # fmt: skip
    return Response(shown.model_dump_json(), media_type="application/json", headers=headers)


@router.get(
    "/results/{question}/files/{name}", operation_id="get_result_file",
    summary="A file of a result", response_class=FileResponse,
    responses={
        200: {"description": "The file", "content": {t: {} for t in results.media_types()}}, **_GONE
    },
)  # fmt: skip
def get_file(
    request: Request,
    question: Hash,
    name: Name,
    download: Annotated[bool, Query(description="Save it rather than show it.")] = False,
    _: Principal = require(Role.VIEWER),
) -> Response:
    """Reports are shown, in an origin of their own; all else is saved."""
    state = request.app.state
    found = results.read(state.settings, state.database, question)
    about = found.file(name)
    headers = {
        "ETag": f'"{about.sha256}"',
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    if about.type.startswith("text/html"):
        headers["Content-Security-Policy"] = report_policy()
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    shown = about.type.startswith("text/html") and not download
    return FileResponse(
        found.path(name), headers=headers, media_type=about.type, filename=about.name,
        content_disposition_type="inline" if shown else "attachment",
    )  # fmt: skip
