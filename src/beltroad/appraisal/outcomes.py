"""Households, risk and environment of a comparison: the tables, and columns by economy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from beltroad.appraisal.economy import Economy, Outcome
from beltroad.appraisal.green import freight_emissions, green_projects, mode_ways
from beltroad.appraisal.households import household_tables, households_by_economy
from beltroad.appraisal.risks import grades_by_economy, loan_tables, project_risk_table
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import check_frame
from beltroad.appraisal.transport import Transport
from beltroad.risk import country

__all__ = ["COLUMNS", "by_economy", "outcome_tables"]

#: Columns that the table of economies takes from here.
COLUMNS = ("lifted_projected_low", "lifted_projected_high", "jobs_shift_pct",
           "jobs_moved_persons", "risk_grade", "risk_probability_pct", "freight_emissions_t",
           "freight_change_pct")  # fmt: skip


def outcome_tables(
    transport: Transport, economy: Economy, central: Outcome, costed: pd.DataFrame,
    pairs: pd.DataFrame, projects: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Tables of the parts that the scenario asks for, by their declared name."""
    scenario = transport.scenario
    names = transport.inputs.countries.set_index("iso3")["name"]
    out: dict[str, pd.DataFrame] = {}
    if scenario.people.assess:
        out |= household_tables(scenario.people, central, names)
    if scenario.risk.assess:
        ranged = project_risk_table(costed, projects, scenario)
        if ranged is not None:
            out["project_risk"] = ranged
        out |= loan_tables(costed, scenario, country.grades(), names)
    if scenario.green.assess:
        out |= _green(transport, economy, central, costed, pairs)
    return out


def _green(
    transport: Transport, economy: Economy, central: Outcome, costed: pd.DataFrame,
    pairs: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Tables ``freight_emissions`` and ``green_projects``."""
    part = transport.scenario.green
    modes = None
    if part.by_mode:
        modes = {s: mode_ways(transport, s) for s in ("before", "after")}
    freight = freight_emissions(economy, central, pairs, modes)
    world = freight.iloc[0]
    said = costed.assign(
        green_type=[part.types.get(p, "") for p in costed["id"]],
        protected_area=["yes" if p in part.protected else "" for p in costed["id"]],
        mitigation=["yes" if p in part.mitigated else "" for p in costed["id"]],
    )
    saving = float(world["emissions_before_t"] - world["emissions_after_t"])
    projects = green_projects(said, saving_t_a=saving)
    return {
        "freight_emissions": check_frame(freight, "freight_emissions"),
        "green_projects": check_frame(projects, "green_projects"),
    }


def by_economy(
    scenario: Scenario, tables: Mapping[str, pd.DataFrame], codes: pd.Index
) -> pd.DataFrame:
    """:data:`COLUMNS` by economy; missing where the scenario does without the part."""
    parts = [pd.DataFrame(index=codes)]
    if "poverty" in tables:
        parts.append(households_by_economy(tables, codes))
    if scenario.risk.assess:
        parts.append(grades_by_economy(country.grades(), codes))
    if "freight_emissions" in tables:
        freight = tables["freight_emissions"].set_index("iso3").reindex(codes)
        parts.append(
            freight[["emissions_before_t", "change_pct"]].set_axis(list(COLUMNS[-2:]), axis=1)
        )
    found = pd.concat(parts, axis=1)
    return found.reindex(columns=list(COLUMNS), fill_value=np.nan).astype(np.float64)
