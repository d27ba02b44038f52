"""The bundled tables that an appraisal rests on, joined to a scenario's choices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.scenario import InlineProject, Scenario
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.borders import BorderTables
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.projects.states import acts_on_freight

__all__ = ["Inputs", "gather", "scenario_projects"]

# Columns of a project that the network stage reads: its cache key rests on these alone.
PLACING = [
    "id", "mode", "countries", "effect", "waypoints", "length_km", "in_2024_data", "locode",
    "hours_saved_terminal", "speed_before_kmh", "speed_after_kmh",
]  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """Tables of one run.

    ``projects`` holds every project of the table and the scenario's own, with ``acts`` (it can
    change the freight network) and ``chosen`` (the comparison is about it).
    """

    countries: pd.DataFrame
    cities: pd.DataFrame
    projects: pd.DataFrame
    pricing: Pricing
    reformed: Pricing

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
    return Inputs(
        countries=countries,
        cities=cities,
        projects=scenario_projects(scenario),
        pricing=Pricing(parameters, groups, borders),
        reformed=Pricing(parameters, groups, borders, scenario.reforms),
    )


def scenario_projects(scenario: Scenario) -> pd.DataFrame:
    """All bundled and inline projects with ``acts`` and ``chosen``."""
    table = evidence.load("projects")
    own = pd.DataFrame([_inline_row(p) for p in scenario.projects.inline])
    if len(own):
        table = pd.concat([table, own.reindex(columns=table.columns)], ignore_index=True)
        text = [c for c, unit in evidence.info("projects").units.items() if unit == "-"]
        table[text] = table[text].fillna("")
    for column in ("length_km", "speed_before_kmh", "speed_after_kmh", "hours_saved_terminal",
                   "year_open", "cost_usd_bn"):  # fmt: skip
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
        "in_2024_data": "no" if project.effect == "new_link" else "unknown",
        "freight": "yes",
        "source_title": "the scenario file",
        "confidence": "low",
    }
