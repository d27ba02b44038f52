"""Work: appraise a scenario and keep everything that came out of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from beltroad.app.jobs.kinds import Kind, Outcome
from beltroad.app.work._scenario import ScenarioMapping

if TYPE_CHECKING:
    from beltroad.app.jobs.context import Context

__all__ = ["KIND", "NAME", "AppraisalRequest", "run"]

NAME = "appraisal"


class AppraisalRequest(BaseModel):
    """A scenario as nested mappings, the same as in its TOML file.

    It is whole: projects of the registry that the engine does not know stand in it with all
    their facts, so that the question changes exactly when one of these does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: ScenarioMapping


def _title(request: AppraisalRequest) -> str:
    return str(request.scenario.get("name", ""))[:120] or "Unnamed scenario"


KIND = Kind(
    name=NAME, lane="long", request=AppraisalRequest, run="beltroad.app.work.appraisal:run",
    title=_title, records=(),
)  # fmt: skip


def run(request: AppraisalRequest, context: Context) -> Outcome:
    """Appraise, and hand over report, workbook, tables, charts and what the pages show.

    Raises
    ------
    ScenarioError
        With all faults of the scenario.
    ConvergenceError
        If an equilibrium was not reached, naming what holds it up.
    """
    from beltroad.app.questions.appraisals import charts, condense, summary
    from beltroad.app.questions.scenarios.reading import scenario_of
    from beltroad.appraisal.run import appraise

    scenario = scenario_of(request.scenario)
    context.log(f"{scenario.name}: {scenario.states.before} to {scenario.states.after}")
    progress = context.progress
    result = appraise(scenario, cache=context.cache, progress=progress)
    with progress.step("writing report and tables"):
        files = condense.files_of(result, request.scenario, context.check)
    with progress.step("drawing charts for the pages"):
        files["charts.json"] = charts.charts_json(result)
    with progress.step("summing up"):
        short = summary.summary_of(result, request.scenario)
        answer = summary.answer_of(result, short)
    files["summary.json"] = (json.dumps(short, indent=1, allow_nan=False) + "\n").encode()
    context.log(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB")
    return Outcome(summary=short, answer=answer, files=files)
