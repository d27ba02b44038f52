"""API: scenarios. Keep them, see what a run takes and acts on, run them."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from beltroad.app.accounts.roles import Principal, Role, require
from beltroad.app.api import _appraisals
from beltroad.app.api._paging import Page, Paged, link, page_of
from beltroad.app.api.jobs import Job, job_of
from beltroad.app.errors import Problem
from beltroad.app.jobs import queue
from beltroad.app.questions.scenarios import saved, starters
from beltroad.app.questions.scenarios.cost import Estimate, estimate_of
from beltroad.app.questions.scenarios.looking import Found, Look, look_at
from beltroad.app.questions.scenarios.reading import mapping_of, scenario_of
from beltroad.app.questions.scenarios.revisions import Revision, revisions
from beltroad.app.work.appraisal import KIND, AppraisalRequest

__all__ = ["Key", "router", "submitted"]

router = APIRouter(tags=["scenarios"])
router.include_router(_appraisals.router)

Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$", description="Its key.")]
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "Not found"}}
_CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Problem, "description": "Conflict"}}


class ScenarioHead(BaseModel):
    """A saved scenario in a list."""

    key: str
    name: str
    description: str
    state: str = Field(description="published, draft or removed.")
    revision: int
    who: str
    changed_at: datetime.datetime


class ScenarioWhole(ScenarioHead):
    """A saved scenario with its content."""

    scenario: dict[str, Any]
    toml: str


class StarterItem(BaseModel):
    """A scenario to begin with."""

    key: str
    name: str
    description: str
    scenario: dict[str, Any]


class CorrectedFact(BaseModel):
    """One fact of a project, here and in the bundled table; both empty for a way of many points."""

    title: str
    here: str
    bundled: str


class Correction(BaseModel):
    """A bundled project that the registry has published with other facts, or removed."""

    id: str
    name: str
    facts: dict[str, Any] = Field(
        description="An entry of projects.revised in a scenario; empty if a run cannot take it."
    )
    told: list[CorrectedFact]
    why_not: str = Field(description="Why a run cannot take it; it then uses the bundled facts.")
    removed: bool


class NewScenario(BaseModel):
    """A scenario as nested mappings, or as TOML text (which wins)."""

    scenario: dict[str, Any] = Field(default_factory=dict)
    toml: str = Field("", max_length=400_000)
    expected: int | None = Field(None, ge=0, le=2_000_000_000,
                                 description="Revision that the editor saw.")  # fmt: skip

    def mapping(self) -> dict[str, Any]:
        """The scenario's content, from whichever was given."""
        return mapping_of(self.toml) if self.toml else self.scenario


class LookAnswer(BaseModel):
    """What the check found."""

    projects: list[dict[str, Any]]
    findings: list[Found]
    warnings: int


def _head(found: saved.Saved) -> dict[str, Any]:
    return {
        "key": found.key, "name": found.name, "description": found.description,
        "state": found.state, "revision": found.revision, "who": found.who,
        "changed_at": found.changed_at,
    }  # fmt: skip


def _whole(found: saved.Saved) -> ScenarioWhole:
    return ScenarioWhole(**_head(found), scenario=found.mapping, toml=found.text)


def _correction(found: Revision) -> Correction:
    told = [CorrectedFact(title=a, here=b, bundled=c) for a, b, c in found.told]
    return Correction(id=found.id, name=found.name, facts=found.facts, told=told,
                      why_not=found.why_not, removed=found.removed)  # fmt: skip


def submitted(request: Request, mapping: dict[str, Any], who: Principal) -> Any:
    """The job of a scenario; its faults are found before it is queued."""
    scenario_of(mapping)
    state = request.app.state
    asked = AppraisalRequest(scenario=mapping)
    return queue.submit(state.database, state.settings, KIND, asked, who)


@router.get("/scenarios", operation_id="scenarios_list", summary="Saved scenarios",
            response_model=Page[ScenarioHead])  # fmt: skip
def scenarios_list(
    request: Request,
    response: Response,
    paging: Paged,
    q: Annotated[str, Query(max_length=200, description="Words to look for.")] = "",
    who: Principal = require(Role.VIEWER),
) -> Page[Any]:
    """Those of the registry, drafts too."""
    found, total = saved.listed(
        request.app.state.database, search=q, page=paging.page, per_page=paging.per_page
    )
    page = page_of(found, paging, total=total, shape=_head)
    response.headers["Link"] = link(request, page)
    return page


@router.get("/scenarios/starters", operation_id="scenarios_starters",
            summary="Scenarios to begin with", response_model=list[StarterItem])  # fmt: skip
def scenarios_starters(who: Principal = require(Role.VIEWER)) -> list[StarterItem]:
    """Shipped with beltroad."""
    return [
        StarterItem(key=s.key, name=s.name, description=s.description, scenario=s.mapping)
        for s in starters.starters()
    ]


@router.get("/scenarios/corrections", operation_id="scenarios_corrections",
            summary="Bundled projects that the registry corrects",
            response_model=list[Correction])  # fmt: skip
def scenarios_corrections(
    request: Request, who: Principal = require(Role.VIEWER)
) -> list[Correction]:
    """What a scenario can take as ``projects.revised``; nothing is taken unless it says so."""
    return [_correction(each) for each in revisions(request.app.state.database).values()]


@router.post("/scenarios", operation_id="scenarios_create", summary="Keep a new scenario",
             response_model=ScenarioWhole, status_code=201, responses=_CONFLICT)  # fmt: skip
def scenarios_create(
    request: Request, body: NewScenario, who: Principal = require(Role.ANALYST)
) -> ScenarioWhole:
    """As a draft; all faults are listed."""
    return _whole(
        saved.save(request.app.state.database, body.mapping(), who, text=body.toml, expected=0)
    )


@router.post("/scenarios/estimate", operation_id="scenarios_estimate", response_model=Estimate,
             summary="What a run takes")  # fmt: skip
def scenarios_estimate(body: NewScenario, who: Principal = require(Role.VIEWER)) -> Estimate:
    """Seconds, memory and how many equilibria; nothing is run."""
    return estimate_of(scenario_of(body.mapping()))


@router.post("/scenarios/check", operation_id="scenarios_check", response_model=LookAnswer,
             summary="What its parts act on")  # fmt: skip
def scenarios_check(body: NewScenario, who: Principal = require(Role.ANALYST)) -> LookAnswer:
    """Places the projects on the network, which takes some seconds; nothing is routed."""
    found: Look = look_at(scenario_of(body.mapping()))
    return LookAnswer(
        projects=list(found.projects.rows), findings=found.findings, warnings=len(found.warnings)
    )


@router.post("/scenarios/run", operation_id="scenarios_run", response_model=Job, status_code=202,
             summary="Appraise a scenario that is not saved",
             responses={429: {"model": Problem, "description": "Too many"}})  # fmt: skip
def scenarios_run(
    request: Request, body: NewScenario, who: Principal = require(Role.ANALYST)
) -> Job:
    """Puts a job; its result has the job's question as its hash."""
    return job_of(submitted(request, body.mapping(), who))


@router.get("/scenarios/{key}", operation_id="scenarios_get", response_model=ScenarioWhole,
            summary="One saved scenario", responses=_MISSING)  # fmt: skip
def scenarios_get(
    request: Request, key: Key, who: Principal = require(Role.VIEWER)
) -> ScenarioWhole:
    """As it stands now, a draft too."""
    return _whole(saved.kept(request.app.state.database, key))


@router.put("/scenarios/{key}", operation_id="scenarios_change", response_model=ScenarioWhole,
            summary="Change a saved scenario", responses=_MISSING | _CONFLICT)  # fmt: skip
def scenarios_change(
    request: Request, key: Key, body: NewScenario, who: Principal = require(Role.ANALYST)
) -> ScenarioWhole:
    """Makes a new revision, as a draft."""
    database = request.app.state.database
    saved.kept(database, key)
    return _whole(
        saved.save(
            database, body.mapping(), who, key=key, expected=body.expected, text=body.toml
        )
    )  # fmt: skip


@router.post("/scenarios/{key}/run", operation_id="scenarios_run_saved", response_model=Job,
             status_code=202, summary="Appraise a saved scenario",
             responses=_MISSING | {429: {"model": Problem, "description": "Too many"}})  # fmt: skip
def scenarios_run_saved(request: Request, key: Key, who: Principal = require(Role.ANALYST)) -> Job:
    """Puts a job for the scenario as it stands now."""
    found = saved.kept(request.app.state.database, key)
    return job_of(submitted(request, mapping_of(found.text), who))
