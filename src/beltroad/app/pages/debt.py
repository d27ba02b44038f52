"""Pages: the debt room. The address holds framework, day and loans, so a link reopens the case."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from beltroad.app import texts
from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.errors import NotFound
from beltroad.app.pages._forms import number
from beltroad.app.questions.debt import cases, charts, listing, scenarios, upload, view
from beltroad.app.web import language_of, render
from beltroad.errors import InputError, ScenarioError

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_FIELDS = ("amount", "start", "over", "rate", "maturity", "grace")
_BLANK_ROWS = 1


@router.get("/debt")
def index(request: Request, who: Principal = require(Role.VIEWER)) -> HTMLResponse:
    """All prepared countries, and the way to one's own figures."""
    table = view.list_table(listing.ratings(request.app.state.settings))
    language = language_of(request)
    layers = [{
        "id": "rating", "title": texts.text("debt.layer", language), "visible": True,
        "url": "/api/v1/debt/map", "style": "choropleth", "ramp": "sequential",
        "limits": list(range(1, len(listing.RANKS))),
        "names": [texts.text(f"debt.rank.{each.replace(' ', '_')}", language)
                  for each in listing.RANKS],
    }]  # fmt: skip
    return render(request, "pages/debt.html", table=table, layers=layers, faults=[])


@router.post("/debt/upload")
def take(
    request: Request,
    workbook: Annotated[UploadFile, File()],
    who: Principal = require(Role.ANALYST),
) -> Any:
    """Read a workbook; its assessment has an address of its own, its faults a list."""
    settings = request.app.state.settings
    faults: list[Any] = []
    try:
        inputs = upload.parse(workbook.file.read(settings.limits.upload_bytes + 1), settings)
        # What cannot be assessed is said now and not kept.
        cases.find(inputs, cases.Ask(fan=True), known_as=upload.digest_of(inputs))
    except ScenarioError as error:
        faults = list(error.faults)
    except InputError as error:
        faults = [str(error)]
    else:
        digest = upload.keep(inputs, settings)
        return RedirectResponse(f"/debt/uploads/{digest}", status_code=303)
    return render(request, "pages/debt_faults.html", status=422, faults=faults)


@router.post("/debt/projects")
def projects(
    request: Request,
    scenario: Annotated[str, Form(max_length=120)],
    country: Annotated[str, Form(pattern=r"^([A-Z]{3})?$")] = "",
    everything: Annotated[str, Form(max_length=1)] = "",
    who: Principal = require(Role.ANALYST),
) -> RedirectResponse:
    """Put the full chain as a job."""
    from beltroad.app.jobs import queue

    state = request.app.state
    asked = scenarios.request_of(state.database, scenario, country, everything=bool(everything))
    job = queue.submit(state.database, state.settings, "debt_projects", asked, who)
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


@router.get("/debt/uploads/{digest}")
def uploaded(
    request: Request,
    digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """The assessment of uploaded inputs, and how they differ from the prepared ones."""
    inputs = upload.kept(digest, request.app.state.settings)
    try:
        changes = upload.differences(inputs, cases.inputs_of(inputs.iso3))
    except NotFound:
        changes = None
    return _case(request, inputs, digest, f"/debt/uploads/{digest}", changes)


@router.get("/debt/{iso3}")
def country(
    request: Request,
    iso3: Annotated[str, Path(pattern=r"^[A-Z]{3}$")],
    who: Principal = require(Role.VIEWER),
) -> HTMLResponse:
    """One country: ratings and why, paths, stress tests, fans, inputs; with loans on top."""
    try:
        inputs = cases.inputs_of(iso3)
    except NotFound:
        from beltroad.evidence import economies

        found = economies.lookup(iso3)
        if not found.iso3:
            raise
        return render(
            request, "pages/debt_none.html", status=404, iso3=iso3,
            name=economies.name(found.iso3), faults=[],
        )  # fmt: skip
    return _case(request, inputs, iso3, f"/debt/{iso3}", None)


def _case(request: Request, inputs: Any, known_as: str, here: str, changes: Any) -> HTMLResponse:
    from beltroad.finance.debt.report import view as report
    from beltroad.finance.debt.report.page_parts import fans_content, inputs_content
    from beltroad.finance.debt.report.steps import content as steps_content

    state = request.app.state
    asked = request.query_params
    typed = _rows(request)
    framework, on = asked.get("framework", "")[:10], asked.get("date", "").strip()[:20]
    found, fault = None, ""
    try:
        ask = cases.Ask(framework, on, _loans(typed), fan=True)
        found = cases.find(inputs, ask, known_as=known_as)
    except InputError as error:
        fault = str(error)
    result, result_fault = None, ""
    if digest := asked.get("result", "").strip()[:70]:
        try:
            result = scenarios.table_of_result(state.settings, state.database, digest, inputs.iso3)
        except NotFound as error:
            result_fault = str(error)
    answer = view.summary(found) if found is not None else None
    case: Any = None if found is None else found.case
    bri = getattr(case, "bri", None)
    return render(
        request, "pages/debt_case.html", status=422 if fault else 200,
        inputs=inputs, found=found, answer=answer, fault=fault, here=here,
        tables={t.id: t for t in answer.tables} if answer else {},
        drivers=_drivers(found), overview=report.overview(inputs),
        charts=charts.charts(found) if found else [],
        heat=charts.heat(found) if found and not found.market else None,
        fans=fans_content(case.fans) if found and case.fans else None,
        steps=steps_content(bri)["steps"] if bri is not None else [],
        path_table=view.path(found) if found else None,
        about_inputs=inputs_content(inputs), changes=changes,
        typed=[*typed, *([dict.fromkeys(_FIELDS, "")] * _BLANK_ROWS)][: cases.MOST_LOANS],
        asked={"framework": framework, "date": on, "result": digest},
        frameworks=cases.FRAMEWORKS, scenarios=scenarios.scenarios(state.database),
        result=result, result_fault=result_fault,
        finished=scenarios.finished(state.database), files=f"/api/v1{here}",
        api_more=_api_query(framework, on, typed), published=_published(known_as),
    )  # fmt: skip


def _api_query(framework: str, on: str, typed: list[dict[str, str]]) -> str:
    """The same case for the API, for the links to its files."""
    pairs = [("framework", framework), ("on", on)]
    pairs = [(name, value) for name, value in pairs if value]
    pairs += [(name, row[name]) for row in typed for name in _FIELDS]
    return f"?{urlencode(pairs)}" if pairs else ""


def _drivers(found: Any) -> str:
    from beltroad.finance.debt.report import market_view
    from beltroad.finance.debt.report import view as report

    if found is None:
        return ""
    assess = found.case.assessment
    return market_view.drivers(assess) if found.market else report.drivers(assess)


def _published(known_as: str) -> dict[str, Any] | None:
    """The published rating of a prepared country, beside ours."""
    from beltroad.finance.debt.published.findings import ratings

    table = ratings()
    rows = table[table["iso3"] == known_as].to_dict("records")
    return {str(name): value for name, value in rows[0].items()} if rows else None


def _rows(request: Request) -> list[dict[str, str]]:
    """Loans as typed; a row without an amount is an empty one."""
    lists = [request.query_params.getlist(name)[:20] for name in _FIELDS]
    size = max(map(len, lists))
    padded = [[*each, *[""] * (size - len(each))] for each in lists]
    rows = [
        {name: text.strip()[:30] for name, text in zip(_FIELDS, row, strict=True)}
        for row in zip(*padded, strict=True)
    ]
    return [row for row in rows if row["amount"]][: cases.MOST_LOANS]


def _loans(typed: list[dict[str, str]]) -> tuple[cases.Loan, ...]:
    return tuple(
        cases.Loan(
            _number(row, "amount"), _whole(row, "start"), _whole(row, "over"),
            _number(row, "rate"), _whole(row, "maturity"), _whole(row, "grace"),
        )
        for row in typed
    )  # fmt: skip


def _number(row: dict[str, str], name: str) -> float:
    return number(row[name], f"loan, {name}")


def _whole(row: dict[str, str], name: str) -> int:
    value = _number(row, name)
    if value != int(value) or abs(value) > 10_000:
        raise InputError(f"loan, {name} {row[name]!r:.40}: give a whole number")
    return int(value)
