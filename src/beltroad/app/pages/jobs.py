"""Pages: the list of jobs, and one job with its progress, log, cause and next step."""

from __future__ import annotations

import datetime
import json
from typing import Annotated, Literal

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from beltroad.app import texts
from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Column, table_of
from beltroad.app.api._paging import pages_of
from beltroad.app.api.jobs import JobId, State, known_kinds
from beltroad.app.database.models import JobRow, utc_now
from beltroad.app.jobs import queue
from beltroad.app.jobs.causes import translated
from beltroad.app.web import language_of, render

__all__ = ["kind_word", "page_of", "router"]

router = APIRouter(include_in_schema=False)
_PER_PAGE = 50
_PAGES = {"appraisal": "/appraisals/{result}", "routes": "/routes/{result}"}


def kind_word(kind: str, language: str) -> str:
    """The name of a kind for readers."""
    words = texts.catalogue().get(f"jobs.kind.{kind}")
    return words[language] if words else kind


def page_of(kind: str, question: str) -> str:
    """Where results of a kind are shown: a page of their own where there is one."""
    return _PAGES.get(kind, "/results/{result}").format(result=question)


def _seconds(row: JobRow) -> float | None:
    if row.started_at is None:
        return None
    spent = (row.finished_at or utc_now()) - row.started_at
    return round(max(spent, datetime.timedelta()).total_seconds(), 1)


@router.get("/jobs")
def jobs_page(
    request: Request,
    everyone: Annotated[bool, Query(alias="all")] = False,
    state: Annotated[State | Literal[""], Query()] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """Your jobs, or all."""
    language = language_of(request)
    rows, total = queue.list_jobs(
        request.app.state.database, who=None if everyone else who.name, state=state or None,
        page=page, per_page=_PER_PAGE,
    )  # fmt: skip

    def word(key: str) -> str:
        return texts.text(f"jobs.{key}", language)

    frame = pd.DataFrame(
        [
            {
                "title": row.title or row.kind, "state": word(f"state.{row.state}"),
                "kind": kind_word(row.kind, language), "who": row.who,
                "asked": f"{row.created_at:%Y-%m-%d %H:%M:%S}", "seconds": _seconds(row),
                "_href": f"/jobs/{row.id}",
            }
            for row in rows
        ],
        columns=["title", "state", "kind", "who", "asked", "seconds", "_href"],
    )  # fmt: skip
    columns = (
        Column(name="title", title=word("title")), Column(name="state", title=word("state_head")),
        Column(name="kind", title=word("kind_head")), Column(name="who", title=word("who")),
        Column(name="asked", title=word("asked"), unit="UTC", kind="date"),
        Column(name="seconds", title=word("seconds"), unit="s", kind="number", decimals=1),
    )  # fmt: skip
    table = table_of("jobs", word("list"), frame, columns)
    open_jobs = any(row.state in queue.OPEN for row in rows)
    return render(
        request, "pages/jobs.html", table=table, total=total, everyone=everyone, state=state,
        page=page, pages=pages_of(total, _PER_PAGE), states=queue.STATES, open_jobs=open_jobs,
    )  # fmt: skip


@router.get("/jobs/{job_id}")
def job_page(request: Request, job_id: JobId, _: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """One job."""
    state = request.app.state
    row = queue.find(state.database, job_id)
    language = language_of(request)
    there = row.result is not None and queue.answered(state.settings, state.database, row.result)
    return render(
        request, "pages/job.html", job=row, seconds=_seconds(row),
        kind=kind_word(row.kind, language), there=there, then=page_of(row.kind, "{result}"),
        before=queue.waiting_before(state.database, row) if row.state == "queued" else 0,
        lines=queue.log_of(state.database, row.id),
        asked=json.dumps(row.request, ensure_ascii=False, indent=1),
        cause=translated(row.cause, language), remedy=translated(row.remedy, language),
    )  # fmt: skip


@router.post("/jobs/{job_id}/cancel")
def cancel(
    request: Request, job_id: JobId, who: Principal = require(Role.ANALYST)
) -> RedirectResponse:
    """Cancel, then back to the job's page."""
    queue.cancel(request.app.state.database, job_id, who)
    return RedirectResponse(f"/jobs/{job_id}", status_code=303)


@router.post("/jobs/{job_id}/again")
def again(
    request: Request, job_id: JobId, who: Principal = require(Role.ANALYST)
) -> RedirectResponse:
    """Ask the same once more."""
    state = request.app.state
    old = queue.find(state.database, job_id)
    known = known_kinds(request)
    row = queue.submit(state.database, state.settings, old.kind, old.request, who, known=known)
    return RedirectResponse(f"/jobs/{row.id}", status_code=303)
