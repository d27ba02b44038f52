"""Work: debt of the hosts of a scenario's projects, without and with them, through the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from beltroad.app.jobs.kinds import Kind, Outcome
from beltroad.app.work._scenario import ScenarioMapping

if TYPE_CHECKING:
    from beltroad.app.jobs.context import Context

__all__ = ["KIND", "NAME", "DebtProjectsRequest", "run"]

NAME = "debt_projects"


class DebtProjectsRequest(BaseModel):
    """A scenario as nested mappings, the same as in its TOML file.

    ``country`` keeps one host; ``everything`` takes all projects as borrowed anew, also those
    that are open and so in the figures of debt already.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: ScenarioMapping
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    everything: bool = False


def _title(request: DebtProjectsRequest) -> str:
    name = str(request.scenario.get("name", ""))[:120] or "Unnamed scenario"
    where = f", {request.country}" if request.country else ""
    return f"Debt with the projects of {name}{where}"


KIND = Kind(
    name=NAME, lane="long", request=DebtProjectsRequest,
    run="beltroad.app.work.debt_projects:run", title=_title, records=(),
)  # fmt: skip


def run(request: DebtProjectsRequest, context: Context) -> Outcome:
    """The table that ``beltroad debt projects`` prints.

    Raises
    ------
    ScenarioError
        With all faults of the scenario.
    InputError
        If no project is new debt of a host that can be assessed.
    """
    from beltroad.app.answers import Answer
    from beltroad.app.questions.appraisals.summary import table_from
    from beltroad.app.questions.scenarios.reading import scenario_of
    from beltroad.appraisal.debt import debt_of
    from beltroad.errors import InputError
    from beltroad.files import csv_bytes

    scenario = scenario_of(request.scenario)
    if request.everything:
        part = scenario.debt.model_copy(update={"timing": "all"})
        scenario = scenario.model_copy(update={"debt": part})
    context.log(f"{scenario.name}: debt of the hosts without and with the projects")
    found = debt_of(scenario, cache=context.cache, progress=context.progress)
    if found is not None and request.country:
        found = found[found["iso3"] == request.country].reset_index(drop=True)
    if found is None or found.empty:
        where = request.country or "any host"
        raise InputError(
            f"no project with a known cost is new debt of {where} that can be assessed; choose "
            "another scenario, or also take the projects that are open already"
        )
    table = table_from("debt", found)
    worse = sorted(set(found.loc[found["worse"].astype(bool), "iso3"]))
    return Outcome(
        summary={"scenario": scenario.name, "hosts": sorted(set(found["iso3"])), "worse": worse,
                 "everything": request.everything},
        answer=Answer(
            title=scenario.name, tables=(table,),
            notes=("Ratings are mechanical, before any judgement: orientation.",),
        ),
        files={"debt.csv": csv_bytes(found)},
    )  # fmt: skip
