"""The bundled tables that an appraisal rests on, joined to a scenario's choices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.scenario import InlineProject, Scenario, Schedule
from beltroad.appraisal.scenario_file import place_refs
from beltroad.appraisal.scenario_revised import with_revisions
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.borders import BorderTables
from beltroad.infrastructure.pricing.pricing import Pricing, ServiceChange
from beltroad.infrastructure.projects.record import ADDS
from beltroad.infrastructure.projects.states import acts_on_freight

__all__ = ["Inputs", "gather", "scenario_projects"]

# Columns of a project that the network stage reads: its cache key rests on these alone.
PLACING = [
    "id", "mode", "countries", "effect", "waypoints", "length_km", "in_2024_data", "locode",
    "hours_saved_terminal", "speed_before_kmh", "speed_after_kmh", "gauge_mm", "crossings",
]  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """Tables of one run.

    ``projects`` holds every project of the table and the scenario's own, with ``acts`` (it can
    change the freight network) and ``chosen`` (the comparison is about it). ``reformed`` is the
    pricing with the scenario's reforms and ``schedules``, whose places are references of the
    network's nodes.
    """

    countries: pd.DataFrame
    cities: pd.DataFrame
    projects: pd.DataFrame
    pricing: Pricing
    reformed: Pricing
    schedules: tuple[ServiceChange, ...] = ()

    @property
    def acting(self) -> pd.DataFrame:
        """Projects that act on the freight network."""
        return self.projects[self.projects["acts"]].reset_index(drop=True)

    def city_country(self, city_ids: NDArray[np.str_]) -> NDArray[np.str_]:
        """Economy of each city."""
        known = self.cities.set_index("city_id")["iso3"]
        return known.reindex(city_ids).to_numpy(str)

    def city_population(self, city_ids: NDArray[np.str_]) -> NDArray[np.float64]:
        """Population of each city; 1 where GeoNames has none (a weight within its economy)."""
        known = self.cities.set_index("city_id")["population"]
        return known.reindex(city_ids).fillna(1.0).clip(lower=1.0).to_numpy(float)


def gather(scenario: Scenario) -> Inputs:
    """Load the tables and apply the scenario's selection, overrides and reforms."""
    parameters = NetworkParameters.of(
        evidence.load("network_parameters"), scenario.parameters.network
    )
    groups = evidence.load("country_groups").set_index("iso3")
    borders = BorderTables.of(evidence.load)
    countries = evidence.load("countries")
    status = evidence.load("membership").set_index("iso3")["status"]
    countries["membership"] = countries["iso3"].map(status).fillna("none")
    cities = evidence.load("cities").astype({"city_id": str})
    ports = evidence.load("container_ports")
    roles = dict(zip(ports["locode"].astype(str), ports["role"].astype(str), strict=True))
    schedules = tuple(_service(s) for s in scenario.schedules)
    return Inputs(
        countries=countries,
        cities=cities,
        projects=scenario_projects(scenario),
        pricing=Pricing(parameters, groups, borders, port_roles=roles),
        reformed=Pricing(parameters, groups, borders, scenario.reforms, schedules, roles),
        schedules=schedules,
    )


def _service(schedule: Schedule) -> ServiceChange:
    """A schedule with the references of its places: a city's name becomes its id."""
    names = place_refs()
    refs = {ref for place in schedule.places for ref in (place, *names.get(place, ()))}
    return ServiceChange(
        schedule.mode, schedule.departures_per_week, tuple(sorted(refs)), schedule.countries
    )


def scenario_projects(scenario: Scenario) -> pd.DataFrame:
    """All bundled and inline projects with ``acts`` and ``chosen``, revised facts in place.

    ``crossings`` (listed crossings of a new line) and ``capacity_teu_per_year`` are known for
    inline projects only.
    """
    table = with_revisions(evidence.load("projects"), scenario.projects.revised)
    table = table.assign(crossings="", capacity_teu_per_year=np.nan)
    own = pd.DataFrame([_inline_row(p) for p in scenario.projects.inline])
    if len(own):
        table = pd.concat([table, own.reindex(columns=table.columns)], ignore_index=True)
        units = evidence.info("projects").units | {"crossings": "-"}
        text = [c for c, unit in units.items() if unit == "-"]
        table[text] = table[text].fillna("")
    for column in ("length_km", "speed_before_kmh", "speed_after_kmh", "hours_saved_terminal",
                   "year_open", "cost_usd_bn", "gauge_mm", "capacity_teu_per_year"):  # fmt: skip
        table[column] = pd.to_numeric(table[column]).astype(float)
    table["acts"] = acts_on_freight(table)
    table["chosen"] = _chosen(scenario, table)
    return table


def _chosen(scenario: Scenario, table: pd.DataFrame) -> pd.Series:
    pick = scenario.projects
    if pick.include == "all":
        chosen = pd.Series(True, index=table.index)
    elif pick.include == "none":
        chosen = pd.Series(False, index=table.index)
    else:
        chosen = table["id"].isin(pick.include)
    where = pick.where
    hosts = table["countries"].str.split(";")
    if where.country:
        wanted = set(where.country)
        chosen &= hosts.map(lambda codes: bool(wanted & set(codes)))
    for key in ("mode", "status", "corridor"):
        values = getattr(where, key)
        if values:
            chosen &= table[key].isin(values)
    chosen &= ~table["id"].isin(pick.exclude)
    return chosen | table["id"].isin([p.id for p in pick.inline])


def _crossings(borders: tuple[str, ...]) -> str:
    """Listed crossings with their pair of economies, as projects' records read them."""
    listed = evidence.load("borders").set_index("border_id")
    pairs = zip(listed["iso3_a"], listed["iso3_b"], strict=True)
    pair = dict(zip(listed.index, pairs, strict=True))
    return ";".join(":".join((*pair[border], border)) for border in borders)


def _inline_row(project: InlineProject) -> dict[str, object]:
    """A project of the scenario in the columns of the table; planned, with its own source."""
    return {
        "id": project.id,
        "programme": project.id,
        "name": project.name,
        "mode": project.mode,
        "countries": ";".join(project.countries),
        "corridor": "other",
        "waypoints": ";".join(f"{lat:.5f},{lon:.5f}" for lat, lon in project.waypoints),
        "length_km": project.length_km,
        "effect": project.effect,
        "speed_before_kmh": project.speed_before_kmh,
        "speed_after_kmh": project.speed_after_kmh,
        "hours_saved_terminal": project.hours_saved_terminal,
        "status": "planned",
        "year_open": project.year_open,
        "expected": "yes",
        "cost_usd_bn": project.cost_usd_bn,
        "in_2024_data": "no" if project.effect in ADDS else "unknown",
        "gauge_mm": project.gauge_mm,
        "locode": project.locode or "",
        "crossings": _crossings(project.borders),
        "capacity_teu_per_year": project.capacity_teu_per_year,
        "freight": "yes",
        "source_title": "the scenario file",
        "confidence": "low",
    }
