"""Pages: losses of a portfolio, shocks, and leads from a user's own files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.errors import NotFound
from beltroad.app.jobs import queue, results
from beltroad.app.pages._forms import Fields
from beltroad.app.questions.risk import base, leads, losses
from beltroad.app.web import language_of, render
from beltroad.app.work import portfolio, shocks
from beltroad.errors import InputError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

LOAN = ("id", "iso3", "sector", "currency", "amount_usd", "counterpart", "probability_pct",
        "recovery_pct")  # fmt: skip
_ROWS = 4
_MOST_ROWS = 100
Result = Annotated[str, Query(max_length=70)]
Upload = Annotated[UploadFile | None, File()]


@router.get("/risk/portfolio")
def portfolio_page(
    request: Request, result: Result = "", who: Principal = require(Role.VIEWER)
) -> Response:
    """The form, and a result with its drawing."""
    return _portfolio(request, result=result)


def _stored(request: Request, result: str, kind: str) -> Any:
    state = request.app.state
    found = results.read(state.settings, state.database, result)
    if found.kind != kind:
        raise NotFound(f"result {result[:12]}... is of another kind of work: {found.kind}")
    return found


def _portfolio(
    request: Request, *, result: str = "", faults: list[Any] | None = None,
    given: dict[str, str] | None = None, rows: list[dict[str, str]] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    found = _stored(request, result, portfolio.NAME) if result else None
    title = base.word("portfolio.chart", language_of(request))
    chart = losses.bars(found.answer, title) if found is not None and found.answer else ""
    return render(
        request, "pages/risk_portfolio.html", status=status, result=found, chart_svg=chart,
        faults=faults or [], given=given or {}, groups=tuple(portfolio.GROUPS), loan=LOAN,
        rows=rows or [dict.fromkeys(LOAN, "") for _ in range(_ROWS)], chart_title=title,
    )  # fmt: skip


async def _sent(request: Request) -> tuple[dict[str, str], list[dict[str, str]], bytes]:
    """The form's texts, its loans as typed, and its file."""
    async with request.form(max_fields=2000) as form:
        file = form.get("file")
        data = b"" if file is None or isinstance(file, str) else await file.read()
        texts = {k: v for k, v in form.multi_items() if isinstance(v, str)}
        lists = [[v for v in form.getlist(n) if isinstance(v, str)] for n in LOAN]
    return texts, _rows(lists), data


Sent = Annotated[tuple[dict[str, str], list[dict[str, str]], bytes], Depends(_sent)]


def _rows(lists: list[list[str]]) -> list[dict[str, str]]:
    """Typed loans; a row in which nothing but the currency stands is an empty one."""
    size = min(max((len(each) for each in lists), default=0), _MOST_ROWS)
    padded = [[*each, *[""] * size][:size] for each in lists]
    rows = [dict(zip(LOAN, (v.strip()[:120] for v in row), strict=True))
            for row in zip(*padded, strict=True)]  # fmt: skip
    return [row for row in rows if any(v for k, v in row.items() if k != "currency")]


@router.post("/risk/portfolio")
def run_portfolio(request: Request, sent: Sent, who: Principal = require(Role.ANALYST)) -> Response:
    """Put the question as a job, or show what is wrong with it."""
    texts, rows, data = sent
    state = request.app.state
    try:
        loans = _loans(state, texts, rows, data)
        asked = {
            "loans": [loan.model_dump() for loan in loans], "name": texts.get("name", "")[:120],
            "grades": texts.get("grades") == "1", "draws": texts.get("draws") or 100_000,
            "seed": texts.get("seed") or 0, "level": texts.get("level") or 99,
            "by": texts.get("by") or "country",
            "stress": [s for s in ("worst_year", "low_recovery", "contagion", "all")
                       if texts.get(f"stress_{s}") == "1"],
        }  # fmt: skip
        job = queue.submit(state.database, state.settings, portfolio.KIND, asked, who)
    except InputError as error:
        shown = [*rows, *[dict.fromkeys(LOAN, "")] * _ROWS][: max(_ROWS, len(rows) + 1)]
        return _portfolio(request, faults=base.faults_of(error), given=texts, rows=shown,
                          status=422)  # fmt: skip
    return _to_job(job, "portfolio")


def _loans(
    state: Any, texts: dict[str, str], rows: list[dict[str, str]], data: bytes
) -> tuple[portfolio.Loan, ...]:
    """Loans from where the form says."""
    source = texts.get("source", "example")
    if source == "example":
        return ()
    if source == "rows" and rows:
        return losses.from_rows(rows)
    if source == "file" and data:
        return losses.from_file(data, "loans.csv")
    if source == "result":
        address = texts.get("result", "").strip()[:70]
        return losses.from_result(state.settings, state.database, address)
    missing = {"rows": "none is given; fill in a row", "file": "choose a file"}
    raise InputError(f"loans: {missing.get(source, 'say where they come from')}")


def _to_job(job: Any, page: str) -> Response:
    if job.result:
        return RedirectResponse(f"/risk/{page}?result={job.result}", 303)
    return RedirectResponse(f"/risk/{page}/jobs/{job.id}", 303)


@router.get("/risk/{page}/jobs/{job_id}")
def job_page(
    request: Request, page: str, job_id: str, who: Principal = require(Role.VIEWER)
) -> Response:
    """A job of this room under way; its result is shown here when it is done."""
    state = request.app.state
    row = queue.find(state.database, job_id[:40])
    if row.kind != page:
        raise NotFound(f"job {job_id[:40]!r} is of another kind of work")
    if row.state == "done" and row.result:
        return RedirectResponse(f"/risk/{page}?result={row.result}", 303)
    return render(
        request, "pages/risk_job.html", job=row, page=page,
        lines=queue.log_of(state.database, row.id),
        before=queue.waiting_before(state.database, row) if row.state == "queued" else 0,
    )  # fmt: skip


@router.get("/risk/shocks")
def shocks_page(
    request: Request, result: Result = "", who: Principal = require(Role.VIEWER)
) -> Response:
    """The form, and a result."""
    return _shocks(request, result=result)


def _shocks(
    request: Request, *, result: str = "", faults: list[Any] | None = None,
    given: dict[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    from beltroad.appraisal.shocks import standard_shocks

    found = _stored(request, result, shocks.NAME) if result else None
    return render(
        request, "pages/risk_shocks.html", status=status, result=found, faults=faults or [],
        given=given or {}, standard=[s.model_dump() for s in standard_shocks()],
    )  # fmt: skip


@router.post("/risk/shocks")
def run_shocks(request: Request, form: Fields, who: Principal = require(Role.ANALYST)) -> Response:
    """Put the shocks as a job."""
    state = request.app.state
    try:
        asked: dict[str, Any] = {
            "level": form.get("level") or "central",
            "portfolio": "example" if form.get("portfolio") == "example" else "none",
        }
        if form.get("which") == "own":
            asked["shocks"] = [_own(form)]
        job = queue.submit(state.database, state.settings, shocks.KIND, asked, who)
    except InputError as error:
        return _shocks(request, faults=base.faults_of(error), given=form, status=422)
    return _to_job(job, "shocks")


def _own(form: dict[str, str]) -> dict[str, Any]:
    shut = [w.strip()[:60] for w in form.get("close", "")[:800].split(",") if w.strip()]
    oil, points = form.get("oil_pct", "").strip(), form.get("interest_points", "").strip()
    words = [f"{', '.join(shut)} shut"] if shut else []
    words += [f"oil {oil} %"] if oil else []
    words += [f"interest {points} points"] if points else []
    if not words:
        raise InputError("shock: say what is shut, or how much oil or interest rise")
    return {"name": form.get("name", "").strip()[:120] or "; ".join(words)[:120], "close": shut,
            "oil_pct": oil or 0, "interest_points": points or 0}  # fmt: skip


@router.get("/risk/screening")
def screening_page(request: Request, who: Principal = require(Role.VIEWER)) -> Response:
    """The forms."""
    return _screening(request, {}, None)


@router.post("/risk/screening")
def screen(
    request: Request,
    form: Fields,
    first: Upload = None,
    second: Upload = None,
    who: Principal = require(Role.ANALYST),
) -> Response:
    """Leads from the files; nothing of them is kept."""
    most = request.app.state.settings.limits.upload_bytes + 1
    one = first.file.read(most) if first else b""
    two = second.file.read(most) if second else b""
    name = (first.filename or "") if first else ""
    what = form.get("what", "names")
    try:
        if what == "owners":
            answer = leads.owners(one, name, two)
        elif what == "flags":
            answer = leads.flags(one, name)
        else:
            answer = leads.screening(
                form.get("names", "")[:200_000], two, one, name, form=form.get("format", "")[:20],
                threshold=_threshold(form.get("threshold", "")),
            )  # fmt: skip
    except InputError as error:
        return _screening(request, form, None, base.faults_of(error), status=422)
    return _screening(request, form, answer)


def _threshold(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"threshold {text!r:.20}: give a number from 0.3 to 1") from None


def _screening(
    request: Request, given: dict[str, str], answer: Any, faults: list[Any] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    return render(
        request, "pages/risk_screening.html", status=status, given=given, answer=answer,
        faults=faults or [], formats=leads.FORMATS, what=given.get("what", "names"),
    )  # fmt: skip
