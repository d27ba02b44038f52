"""A scenario looked over before it is run: what its projects, reforms and schedules act on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.appraisal.inputs import Inputs, gather
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Reform, Scenario
from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.pricing.pricing import HOURS_PER_WEEK, ServiceChange
from beltroad.infrastructure.projects.connections import Connections
from beltroad.infrastructure.projects.finding import Finding
from beltroad.infrastructure.projects.plausibility import cost_ranges, gauges_in_map, values_of
from beltroad.infrastructure.projects.programme import Programme, place_projects

__all__ = ["Check", "check_scenario"]

# Links over which a service of each mode leaves a terminal.
GATES = {
    "rail": ("city_rail", "port_rail", "rail_road", "dryport_rail"),
    "sea": ("port_sea",),
    "water": ("port_water",),
}


@dataclass(frozen=True)
class Check:
    """What was looked at and what was found.

    ``projects`` has a row a project looked at: ``id``, ``name``, ``mode``, ``effect``,
    ``matched_km``, ``added_km``; ``findings`` are in the order of projects, then reforms, then
    schedules.
    """

    projects: pd.DataFrame
    findings: tuple[Finding, ...]

    def count(self, level: str) -> int:
        """How many findings have this level."""
        return sum(f.level == level for f in self.findings)


def check_scenario(scenario: Scenario, *, progress: Progress | None = None) -> Check:
    """Place the scenario's projects and say what each connects to and what is odd about it.

    All projects that act on freight are placed, as in a run, so that a line may end at a station
    of another; those chosen by the scenario are looked at. Nothing is routed.
    """
    progress = progress or Progress()
    inputs = gather(scenario)
    with progress.step("placing projects on the network") as report:
        programme = place_projects(Network.bundled(), inputs.acting, progress=report)
    with progress.step("looking up what they connect to"):
        found = _of_projects(inputs, programme)
        for reform in scenario.reforms:
            found += _of_reform(reform, programme.network)
        for schedule, named in zip(inputs.schedules, scenario.schedules, strict=True):
            found += _of_schedule(named.name, schedule, inputs, programme.network)
    table = inputs.acting[inputs.acting["chosen"]]
    lengths = programme.lengths()[["matched_km", "added_km"]]
    shown = table[["id", "name", "mode", "effect"]].join(lengths, on="id")
    return Check(shown.reset_index(drop=True), tuple(found))


def _of_projects(inputs: Inputs, programme: Programme) -> list[Finding]:
    acting = inputs.acting.set_index("id")
    cities = dict(zip(inputs.cities["city_id"], inputs.cities["name"], strict=True))
    connections = Connections(programme, evidence.load("border_closed"), cities)
    usual = cost_ranges(evidence.load("projects"))
    net = programme.network
    rail = net.has_mode("rail")
    gauge = net.nodes["gauge_mm"].to_numpy(np.int64)
    out: list[Finding] = []
    for project in programme.projects:
        if not acting.at[project.id, "chosen"]:
            continue
        out += connections.of(project)
        rows = programme.alignments[project.id].existing
        rows = rows[rail[rows]]
        km = pd.Series(net.km[rows]).groupby(gauge[net.u[rows]]).sum()
        out += gauges_in_map(project, {int(str(g)): float(x) for g, x in km.items()})
        out += values_of(project, float(acting["cost_usd_bn"][project.id]), usual)
    return out


def _of_reform(reform: Reform, network: Network) -> list[Finding]:
    """Codes of a reform that nothing in the network answers to."""
    out = []
    at = set(network.border[network.crossings])
    gone = [b for b in reform.borders if b not in at]
    if gone:
        text = f"no link of the network crosses at {', '.join(gone)}: no wait is shortened there"
        out.append(Finding(reform.name, "warning", "no_effect", text))
    ends = np.concatenate([network.u[network.crossings], network.v[network.crossings]])
    lone = sorted(set(reform.countries) - set(network.country_of(np.unique(ends))))
    if lone:
        text = f"no land border of {', '.join(lone)} in the network"
        out.append(Finding(reform.name, "warning", "no_effect", text))
    ports = np.flatnonzero(network.layer == PORT)
    dry = sorted(set(reform.ports_of) - set(network.country_of(ports)))
    if dry:
        out.append(
            Finding(reform.name, "warning", "no_effect", f"no port of {', '.join(dry)} is known")
        )
    return out


def _of_schedule(
    name: str, schedule: ServiceChange, inputs: Inputs, network: Network
) -> list[Finding]:
    """Whether a schedule is more frequent than the mean, and whether anything leaves there."""
    mode, out = schedule.mode, []
    mean = inputs.pricing.parameters.one(f"service_wait_hours.{mode}")
    wait = HOURS_PER_WEEK / schedule.departures_per_week / 2
    if wait >= mean:
        text = (
            f"{schedule.departures_per_week:g} departures a week mean a wait of {wait:.0f} h, no "
            f"less than the {mean:g} h assumed for {mode}: nothing is changed"
        )
        out.append(Finding(name, "warning", "no_effect", text))
    rows = np.flatnonzero(network.has_mode(*GATES[mode]))
    ends = np.unique(np.concatenate([network.u[rows], network.v[rows]]))
    ends = ends[network.ref[ends] != ""]
    at = np.isin(network.ref[ends], list(schedule.places))
    at |= np.isin(network.country_of(ends), list(schedule.countries))
    count = int(at.sum())
    text = f"{mode}: acts at {count} terminals" if count != 1 else f"{mode}: acts at 1 terminal"
    level = "info" if count else "warning"
    out.append(Finding(name, level, "terminals", text))  # type: ignore[arg-type]
    return out
