"""Draw an appraisal's uncertain assumptions many times: from a scenario to quantiles."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import beltroad
from beltroad.appraisal.cache import Cache, digest_of
from beltroad.appraisal.cases import central_case
from beltroad.appraisal.economy import Economy, economy_of
from beltroad.appraisal.inputs import Inputs, gather
from beltroad.appraisal.levels import Case
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.scenario_file import parse_scenario, read_scenario
from beltroad.appraisal.tables import costed_projects
from beltroad.appraisal.transport import Transport
from beltroad.appraisal.uncertainty.blocks import ONE_BY_ONE, Store, read_block
from beltroad.appraisal.uncertainty.build import problem_of
from beltroad.appraisal.uncertainty.cluster import on_cluster
from beltroad.appraisal.uncertainty.inputs import inputs_table
from beltroad.appraisal.uncertainty.part import Uncertainty
from beltroad.appraisal.uncertainty.pool import on_this_machine
from beltroad.appraisal.uncertainty.problem import Problem
from beltroad.appraisal.uncertainty.result import UncertaintyResult, gathered
from beltroad.appraisal.uncertainty.sampling import Plan, split_groups
from beltroad.errors import ConvergenceError

__all__ = ["draw", "drawn_in_appraisal", "prepare", "run_uncertainty"]

# What an appraisal draws unless its scenario says more: enough for quartiles and for the order
# of what drives them, in some 20 s on two cores.
FEW = Uncertainty(draws=32, pairs=12, inputs={})

# Runs whose blocks are kept, and draws without an equilibrium that are put up with.
RUNS_KEPT = 20
MOST_FAILED = 0.02


def run_uncertainty(
    scenario: str | Path | Mapping[str, Any] | Scenario,
    *,
    apply: Sequence[str] = (),
    draws: int | None = None,
    pairs: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    resume: bool = True,
    cache: Cache | None = None,
    progress: Progress | None = None,
    part: Uncertainty | None = None,
) -> UncertaintyResult:
    """Draw the uncertain assumptions of a scenario and solve each draw.

    Parameters
    ----------
    scenario, apply
        As in :func:`beltroad.appraise`.
    draws, pairs
        Instead of those of the scenario's part ``uncertainty``.
    workers
        Processes on this machine; as many as cores by default.
    cluster
        Address of a Dask scheduler to draw on instead.
    resume
        Take finished blocks of an earlier run of the same from the cache.
    cache
        Where routes and finished blocks are kept; the user's cache folder by default.
    part
        Instead of the scenario's part ``uncertainty``.

    Raises
    ------
    InputError
        If an input is unknown or out of bounds, or the cluster cannot be used.
    ConvergenceError
        If more than 2 % of the draws have no equilibrium.
    """
    if isinstance(scenario, Mapping):
        scenario = parse_scenario(scenario, apply=apply)
    elif not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario, apply=apply)
    cache, progress = cache or Cache.default(), progress or Progress()
    part = part or scenario.uncertainty or Uncertainty(inputs={})
    problem = prepare(scenario, part, cache=cache, progress=progress)
    given = {"draws": draws, "pairs": pairs}
    part = part.model_copy(update={k: v for k, v in given.items() if v is not None})
    return _drawn(
        problem, scenario, part, cache, progress, workers=workers, cluster=cluster, resume=resume
    )


def drawn_in_appraisal(
    scenario: Scenario, economy: Economy, case: Case, costed: pd.DataFrame, inputs: Inputs,
    city_ids: NDArray[np.str_], cache: Cache, progress: Progress,
) -> UncertaintyResult:  # fmt: skip
    """The draws of an appraisal: as many as its scenario asks for, or a few."""
    part = scenario.uncertainty or FEW
    problem = problem_of(scenario, economy, case, costed, inputs, city_ids, part)
    return _drawn(problem, scenario, part, cache, progress)


def _drawn(
    problem: Problem, scenario: Scenario, part: Uncertainty, cache: Cache, progress: Progress,
    *, workers: int | None = None, cluster: str | None = None, resume: bool = True,
) -> UncertaintyResult:  # fmt: skip
    """The draws that a part asks for, with blocks kept in the cache."""
    plan = Plan(scenario.seed, part.draws, part.pairs, split_groups(problem.inputs))
    folder = None if cache.folder is None else cache.folder / "draws"
    return draw(
        problem, plan, workers=workers, cluster=cluster, resume=resume, folder=folder,
        progress=progress, about={"scenario": scenario.name, "scenario_digest": scenario.digest},
    )  # fmt: skip


def prepare(scenario: Scenario, part: Uncertainty, *, cache: Cache, progress: Progress) -> Problem:
    """The economic stage of a scenario, ready to be drawn."""
    inputs = gather(scenario)
    transport = Transport(scenario, inputs, cache, progress)
    economy = economy_of(transport)
    costed = costed_projects(inputs, scenario, transport.presence)
    return problem_of(
        scenario, economy, central_case(scenario), costed, inputs, transport.city_ids, part
    )


def draw(
    problem: Problem,
    plan: Plan,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    resume: bool = True,
    folder: Path | None = None,
    progress: Progress | None = None,
    about: Mapping[str, Any] | None = None,
) -> UncertaintyResult:
    """Evaluate all draws of a plan.

    Parameters
    ----------
    folder
        Where finished blocks are kept, in a folder of their own for each problem and seed; None
        keeps nothing, and a run that is stopped begins again.
    about
        Goes into the record of the run.
    """
    progress = progress or Progress()
    digest = digest_of(problem.digest(), plan.seed, plan.groups)
    store = Store(None if folder is None else folder / digest[:32])
    wanted = [ONE_BY_ONE, *range(plan.blocks)]
    found = {k: data for k in wanted if resume and (data := store.get(plan, k)) is not None}
    missing = [k for k in wanted if k not in found]
    known = len(found)
    with progress.step("drawing uncertain assumptions") as report:
        if missing:
            coming = (
                on_this_machine(problem, plan, missing, digest, workers=workers)
                if cluster is None
                else on_cluster(problem, plan, missing, digest, address=cluster)
            )
            with closing(coming):  # type: ignore[type-var]
                for block, data in coming:
                    found[block] = data
                    store.put(plan, block, data)
                    report(len(found) / len(wanted))
    if folder is not None:
        _prune(folder, digest[:32])
    blocks = {k: read_block(data) for k, data in found.items()}
    failures = [str(m) for k in sorted(blocks) for m in blocks[k]["failed"]]
    if len(failures) > MOST_FAILED * plan.draws:
        raise ConvergenceError(
            f"{len(failures)} evaluations of {plan.draws} draws have no equilibrium; the first: "
            f"{failures[0]}"
        )
    c = problem.calibration
    return UncertaintyResult(
        plan=plan,
        economies=c.economies,
        income_usd=c.income,
        inputs=inputs_table(problem.inputs),
        answers=gathered(
            {k: v for k, v in blocks.items() if k != ONE_BY_ONE}, blocks[ONE_BY_ONE], plan
        ),
        failures=tuple(failures),
        run={
            **(about or {}),
            "beltroad": beltroad.__version__,
            "digest": digest,
            "seed": plan.seed,
            "draws": plan.draws,
            "pairs": plan.pairs,
            "groups": list(plan.groups),
            "failures": failures,
            "blocks": len(wanted),
            "blocks_from_cache": known,
            "seconds": {k: round(v, 2) for k, v in progress.seconds.items()},
        },
    )


def _prune(folder: Path, current: str) -> None:
    """Keep the blocks of the last runs only."""
    with suppress(OSError):
        runs = sorted((p for p in folder.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
        for old in [p for p in runs if p.name != current][: -RUNS_KEPT or None]:
            shutil.rmtree(old, ignore_errors=True)
