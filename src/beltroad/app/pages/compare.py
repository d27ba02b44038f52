"""Pages: up to four appraisals side by side, and views that were kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from beltroad.app import texts
from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.answers import Table
from beltroad.app.api._appraisals import Measure
from beltroad.app.api.views import ViewId
from beltroad.app.database.models import JobRow
from beltroad.app.jobs import queue
from beltroad.app.pages._scenario_form import word_of
from beltroad.app.questions import views
from beltroad.app.questions.appraisals import compare
from beltroad.app.questions.appraisals.explain import columns_of
from beltroad.app.web import language_of, render
from beltroad.app.work.appraisal import NAME
from beltroad.errors import InputError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_SHOWN = 30


@router.get("/compare")
def compare_page(
    request: Request,
    run: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006 (never changed)
    measure: Measure = compare.MEASURES[0],
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """Choose runs, or see those chosen side by side."""
    state = request.app.state
    chosen = [each for each in dict.fromkeys(run) if each]
    measures = columns_of("countries", compare.MEASURES)
    found, trouble = None, ""
    if len(chosen) >= 2:
        if len(chosen) > compare.MOST:
            said = f"{len(chosen)} runs: up to {compare.MOST} can be compared; untick some"
            raise InputError(said)
        found = compare.comparison_of(state.settings, state.database, chosen, measure)
    elif chosen:
        trouble = "one"
    drawn = compare.chart_of(found) if found else {}
    language = language_of(request)
    if found:
        found = replace(found, settings=_in_words(found.settings, language))
    word = word_of(lambda key: texts.text(key, language))
    return render(
        request, "pages/compare.html", found=found, trouble=trouble, chosen=chosen,
        measures=measures, measure=measure, done=_done(request), shown=_SHOWN,
        chart_of_runs=drawn, word_state=lambda state: word(str(state)),
    )  # fmt: skip


def _in_words(table: Table, language: str) -> Table:
    """Settings under the names that the editor gives them; the key stands beside."""
    known = texts.catalogue()
    rows = []
    for row in table.rows:
        words = known.get(f"scenarios.f.{row['setting'].replace('.', '_')}") or known.get(
            f"scenarios.part.{row['setting']}"
        )
        title = f"{words[language]} ({row['setting']})" if words else row["setting"]
        rows.append({**row, "setting": title})
    return table.model_copy(update={"rows": tuple(rows)})


def _done(request: Request) -> list[JobRow]:
    """Appraisals with a result, the latest of each once."""
    rows, _ = queue.list_jobs(request.app.state.database, state="done", page=1, per_page=200)
    latest: dict[str, JobRow] = {}
    for row in rows:
        if row.kind == NAME and row.result:
            latest.setdefault(row.result, row)
    return list(latest.values())[:40]


@router.post("/views")
def keep_view(
    request: Request,
    path: Annotated[str, Form(max_length=views.MOST_LETTERS)],
    title: Annotated[str, Form(max_length=200)] = "",
    who: Principal = require(Role.ANALYST),
) -> HTMLResponse:
    """Keep the page from which this was asked, and show its link."""
    row = views.keep(request.app.state.database, path, title, who)
    link = str(request.url.replace(path=f"/v/{row.id}", query="", fragment=""))
    return render(request, "pages/scenario_view.html", view=row, link=link)


@router.get("/v/{id}")
def open_view(
    request: Request, id: ViewId, who: Principal = require(Role.VIEWER)  # noqa: A002
) -> RedirectResponse:  # fmt: skip
    """Open a kept view."""
    row = views.kept(request.app.state.database, id)
    # Looked at again: what was kept by an older version must not lead elsewhere either.
    return RedirectResponse(views.own_path(row.path), status_code=303)
