"""API: jobs. Ask for long work, follow it, cancel it."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api._paging import Page, Paged, link, page_of
from beltroad.app.database.models import JobRow
from beltroad.app.errors import Problem
from beltroad.app.jobs import kinds, queue

__all__ = ["Job", "job_of", "known_kinds", "router"]

router = APIRouter(tags=["jobs"])

State = Literal["queued", "running", "done", "failed", "cancelled"]
JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="The job's id.")]


def _problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    words = {404: "Not found", 409: "Conflict", 429: "Too many open jobs"}
    return {
        code: {"description": words[code], "model": Problem} for code in codes
    }  # fmt: skip


class Job(BaseModel):
    """One piece of long work."""

    id: str
    kind: str
    lane: str = Field(description="quick: seconds; long: may take minutes.")
    title: str
    state: State
    who: str = Field(description="Who asked first.")
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    attempt: int = Field(description="How often it was started; above 1 after a lost worker.")
    step: str
    fraction: float | None = Field(description="Done share of the step, 0 to 1, where known.")
    cancel_requested: bool
    cause: str = Field(description="Why it failed.")
    remedy: str = Field(description="What to do next.")
    result: str | None = Field(description="Hash of the result, for /results/{hash}.")
    request: dict[str, Any]
    before: int | None = Field(None, description="Jobs of the lane that wait before this one.")


class NewJob(BaseModel):
    """What to work on."""

    kind: str = Field(min_length=1, max_length=40, description="A name of GET /jobs/kinds.")
    request: dict[str, Any] = Field(description="As the kind's schema says.")


class JobKind(BaseModel):
    """A kind of long work and what its request looks like (JSON Schema)."""

    name: str
    lane: str
    request_schema: dict[str, Any]


class LogLine(BaseModel):
    """One line that a job said."""

    id: int
    at: datetime.datetime
    text: str


class Log(BaseModel):
    """Lines of a log; ask again with ``after`` = ``last`` for what follows."""

    items: list[LogLine]
    last: int
    state: State


def known_kinds(request: Request) -> kinds.Kinds:
    """The kinds of this application: ours, or those a test gave it."""
    given: kinds.Kinds | None = getattr(request.app.state, "kinds", None)
    return kinds.kinds() if given is None else given


def job_of(row: JobRow, before: int | None = None) -> Job:
    """A row as the API shows it."""
    shown = {name: getattr(row, name) for name in Job.model_fields if name != "before"}
    return Job(**shown, before=before)


@router.get("/jobs", operation_id="list_jobs", summary="Jobs, latest first")
def list_jobs(
    request: Request,
    response: Response,
    paging: Paged,
    mine: Annotated[bool, Query(description="Only your own.")] = False,
    state: Annotated[State | None, Query(description="Only in this state.")] = None,
    kind: Annotated[str | None, Query(max_length=40, pattern="^[a-z0-9_-]+$")] = None,
    who: Principal = require(Role.VIEWER),
) -> Page[Job]:
    """Jobs of everyone, or your own."""
    rows, total = queue.list_jobs(
        request.app.state.database, who=who.name if mine else None, state=state, kind=kind,
        page=paging.page, per_page=paging.per_page,
    )  # fmt: skip
    page = page_of(rows, paging, total=total, shape=job_of)
    response.headers["Link"] = link(request, page)
    return page


@router.post(
    "/jobs", operation_id="submit_job", summary="Ask for long work", status_code=202,
    responses={200: {"model": Job, "description": "Answered before"}, **_problems(429)},
)  # fmt: skip
def submit_job(
    request: Request, response: Response, new: NewJob, who: Principal = require(Role.ANALYST)
) -> Job:
    """The same question is worked on once: an open or answered job of it is given back."""
    state = request.app.state
    known = known_kinds(request)
    row = queue.submit(state.database, state.settings, new.kind, new.request, who, known=known)
    response.headers["Location"] = f"{request.url.path}/{row.id}"
    if row.state == "done":
        response.status_code = 200
    return job_of(row)


@router.get("/jobs/kinds", operation_id="list_job_kinds", summary="Kinds of long work")
def list_kinds(request: Request, _: Principal = require(Role.VIEWER)) -> list[JobKind]:
    """Each kind with the schema of its request."""
    return [
        JobKind(name=k.name, lane=k.lane, request_schema=k.request.model_json_schema())
        for k in known_kinds(request).values()
    ]


@router.get(
    "/jobs/{job_id}", operation_id="get_job", summary="One job", responses=_problems(404)
)  # fmt: skip
def get_job(request: Request, job_id: JobId, _: Principal = require(Role.VIEWER)) -> Job:
    """State, step and share done, cause and next step, hash of the result."""
    database = request.app.state.database
    row = queue.find(database, job_id)
    return job_of(row, queue.waiting_before(database, row) if row.state == "queued" else None)


@router.get(
    "/jobs/{job_id}/log", operation_id="get_job_log", summary="What a job said",
    responses=_problems(404),
)  # fmt: skip
def get_log(
    request: Request,
    job_id: JobId,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Lines after this one.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    _: Principal = require(Role.VIEWER),
) -> Log:
    """Lines in order."""
    database = request.app.state.database
    row = queue.find(database, job_id)
    lines = queue.log_of(database, job_id, after=after, limit=limit)
    return Log(
        items=[LogLine(id=line.id, at=line.at, text=line.text) for line in lines],
        last=lines[-1].id if lines else after, state=row.state,  # type: ignore[arg-type]
    )  # fmt: skip


@router.post(
    "/jobs/{job_id}/cancel", operation_id="cancel_job", summary="Cancel a job",
    responses=_problems(404, 409),
)  # fmt: skip
def cancel_job(request: Request, job_id: JobId, who: Principal = require(Role.ANALYST)) -> Job:
    """At once where it waits; a running one stops at its next step, or is ended seconds later."""
    return job_of(queue.cancel(request.app.state.database, job_id, who))
