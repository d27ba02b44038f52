"""Households, risk and environment of a comparison: the tables, and columns by economy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.appraisal.economy import Economy, Outcome
from beltroad.appraisal.green import freight_emissions, green_projects, mode_ways
from beltroad.appraisal.households import household_tables, households_by_economy
from beltroad.appraisal.risks import grades_by_economy, loan_tables, project_risk_table
from beltroad.appraisal.schema import check_frame
from beltroad.appraisal.transport import Transport
from beltroad.risk import country

__all__ = ["COLUMNS", "Outcomes", "outcomes_of"]

#: Columns that the table of economies takes from here.
COLUMNS = ("lifted_projected_low", "lifted_projected_high", "jobs_shift_pct",
           "jobs_moved_persons", "risk_grade", "risk_probability_pct", "freight_emissions_t",
           "freight_change_pct")  # fmt: skip


@dataclass(frozen=True)
class Outcomes:
    """``tables`` by their declared name; country ``grades``, where risk is asked for."""

    tables: dict[str, pd.DataFrame]
    grades: pd.DataFrame | None

    def by_economy(self, codes: pd.Index) -> pd.DataFrame:
        """:data:`COLUMNS` by economy; missing where the scenario does without the part."""
        parts = [pd.DataFrame(index=codes)]
        if "poverty" in self.tables:
            parts.append(households_by_economy(self.tables, codes))
        if self.grades is not None:
            parts.append(grades_by_economy(self.grades, codes))
        if "freight_emissions" in self.tables:
            freight = self.tables["freight_emissions"].set_index("iso3").reindex(codes)
            parts.append(
                freight[["emissions_before_t", "change_pct"]].set_axis(list(COLUMNS[-2:]), axis=1)
            )
        found = pd.concat(parts, axis=1)
        return found.reindex(columns=list(COLUMNS), fill_value=np.nan).astype(np.float64)


def outcomes_of(
    transport: Transport, economy: Economy, central: Outcome, costed: pd.DataFrame,
    pairs: pd.DataFrame, projects: pd.DataFrame,
) -> Outcomes:  # fmt: skip
    """Tables of the parts that the scenario asks for, and what is said of each economy."""
    scenario = transport.scenario
    names = transport.inputs.countries.set_index("iso3")["name"]
    out: dict[str, pd.DataFrame] = {}
    grades = None
    if scenario.people.assess:
        out |= household_tables(scenario.people, central, names)
    if scenario.risk.assess:
        grades = country.grades()
        ranged = project_risk_table(costed, projects, scenario)
        if ranged is not None:
            out["project_risk"] = ranged
        out |= loan_tables(costed, scenario, grades, names)
    if scenario.green.assess:
        out |= _green(transport, economy, central, costed, pairs)
    return Outcomes(out, grades)


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
