"""The whole method on one page: scenario in, stages one after the other, appraisal out."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import beltroad
from beltroad import evidence
from beltroad.appraisal.cache import Cache, digest_of, source_digest
from beltroad.appraisal.cases import central_case, variations
from beltroad.appraisal.debt import hosts_debt
from beltroad.appraisal.economy import calibrated, economy_of
from beltroad.appraisal.financing import bills_of, financing_table
from beltroad.appraisal.gains import alone
from beltroad.appraisal.headlines import assumptions, headlines, ours, readings, sensitivity
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.levels import STATES
from beltroad.appraisal.maplayers import map_layers
from beltroad.appraisal.outcomes import outcomes_of
from beltroad.appraisal.own_accounts import recorded
from beltroad.appraisal.places_worth import worth_table
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.reach import access
from beltroad.appraisal.reach import levers_of as market_levers
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.scenario_file import parse_scenario, read_scenario
from beltroad.appraisal.schema import check_frame
from beltroad.appraisal.tables import costed_projects, country_table, pair_table, project_table
from beltroad.appraisal.transport import Transport
from beltroad.appraisal.uncertainty.run import drawn_in_appraisal
from beltroad.appraisal.yardsticks import compare

__all__ = ["appraise"]

PACKAGES = ("numpy", "pandas", "numba", "altair", "vl-convert-python", "fastparquet")


def appraise(
    scenario: str | Path | Mapping[str, Any] | Scenario,
    *,
    apply: Sequence[str] = (),
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Appraisal:
    """Appraise a scenario: what its projects and reforms do, what they cost, who gains.

    Parameters
    ----------
    scenario
        Path of a scenario file, the same as nested mappings, or a :class:`Scenario`.
    apply
        Overrides of the file to switch on.
    cache
        Where intermediate results are kept; the user's cache folder by default.
    progress
        Told of each step; see :class:`beltroad.appraisal.progress.Progress`.

    Raises
    ------
    ScenarioError
        With all faults of the scenario.
    ConvergenceError
        If an equilibrium was not reached, naming what holds it up.
    """
    scenario = _scenario(scenario, apply)
    cache, progress = cache or Cache.default(), progress or Progress()
    before, after = str(scenario.states.before), str(scenario.states.after)

    case = central_case(scenario)  # first, since it reads the user's own accounts, if any

    # 1  projects on the network, and shipments in each state
    inputs = gather(scenario)
    transport = Transport(scenario, inputs, cache, progress)
    economy = economy_of(transport)
    for role in STATES:
        transport.dataset(economy.ways.of(role))

    # 2  days by pair of economies, iceberg costs, equilibria: the central case and variations
    parameters = inputs.pricing.parameters
    with progress.step("solving the trade equilibrium"):
        central = economy.evaluate(case, keep=True)
        others = [economy.evaluate(c) for c in variations(scenario, case)]

    # 3  who pays, and what each project does alone
    costed = costed_projects(inputs, scenario, transport.presence)
    bills = bills_of(costed, scenario, calibrated(case).economies)
    more = {}
    if economy.levers:
        more["levers"] = check_frame(economy.policy(case).account, "levers")
    names = inputs.countries.set_index("iso3")["name"]
    if bills is not None:
        with progress.step("solving with the bill"):
            more["financing"] = financing_table(economy, central, bills, names)
            more["payments"] = bills.payments
    context = digest_of(economy.basis(case), recorded(scenario)["parameters"], evidence.digest())
    if scenario.debt.assess and bills is not None:
        with progress.step("debt of the hosts"):
            indebted = hosts_debt(costed, transport, case, lambda: central.countries, names)
        if indebted is not None:
            more["debt"] = indebted
    with progress.step("value of an hour, place by place"):
        worth = worth_table(economy, transport, central)
        if worth is not None:
            more["links"] = worth
    drawn = None
    if scenario.sensitivity:
        drawn = drawn_in_appraisal(
            scenario, economy, case, costed, inputs, transport.city_ids, cache, progress
        )
        more |= {
            "uncertainty": check_frame(drawn.headlines, "uncertainty"),
            "uncertainty_countries": check_frame(drawn.countries, "uncertainty_countries"),
            "variance_split": check_frame(drawn.split, "variance_split"),
        }
    with progress.step("each project alone") as report:
        each = alone(
            transport, economy, case, before=before, after=after,
            context=context, cache=cache, report=report,
        )  # fmt: skip

    # 4  tables for readers
    with progress.step("tables"):
        pairs = pair_table(economy, central)
        projects = project_table(costed, transport.lengths(), each)
    with progress.step("households, risk and environment"):
        outcomes = outcomes_of(transport, economy, central, costed, pairs, projects)
        more |= outcomes.tables
    with progress.step("tables"):
        countries = country_table(inputs, central, others, pairs, costed, outcomes.by_economy)
        every = [central, *others]
        mine = ours(
            inputs, transport, economy, every, pairs, countries, projects, more.get("poverty")
        )
        layers = map_layers(transport, inputs)
        hours = {"before": economy.ways.before.hours, "after": economy.ways.after.hours}
        reached = access(inputs, transport.city_ids, hours, market_levers(scenario))
    return Appraisal(
        scenario=scenario,
        headlines=headlines(economy, central, pairs, countries, costed, mine),
        countries=countries,
        pairs=pairs,
        projects=projects,
        sensitivity=sensitivity(every),
        yardsticks=compare(mine, readings(every)),
        assumptions=assumptions(scenario, parameters),
        map_layers=layers,
        access_cities=reached.cities,
        access_countries=reached.countries,
        more=more,
        uncertainty=drawn,
        run={
            "beltroad": beltroad.__version__,
            "scenario": recorded(scenario),
            "scenario_digest": scenario.digest,
            "source_digest": source_digest(),
            "data_digests": evidence.digest(),
            "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
            "seed": scenario.seed,
            "residuals": {o.case.name: o.residuals for o in every},
            "cities": len(transport.city_ids),
            "city_pairs_without_a_way": int(np.isinf(economy.ways.before.hours).sum()),
            "from_cache": sorted(set(cache.hits)),
            "seconds": {k: round(v, 2) for k, v in progress.seconds.items()},
        },
    )


def _scenario(
    scenario: str | Path | Mapping[str, Any] | Scenario, apply: Sequence[str]
) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, Mapping):
        return parse_scenario(scenario, apply=apply)
    return read_scenario(scenario, apply=apply)
