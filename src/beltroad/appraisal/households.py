"""What the change of real income does to poverty, and of industries to jobs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from beltroad import trade
from beltroad.appraisal.economy import Outcome, calibrated
from beltroad.appraisal.outcome_parts import PeoplePart
from beltroad.appraisal.schema import check_frame, variables
from beltroad.people import jobs
from beltroad.people.poverty import bundled_data, outlook

__all__ = ["WORLD", "household_tables", "households_by_economy"]

WORLD = "WLD"
_WIDEST_PCT = 49.0
_COUNTED = ("people_lifted_low", "people_lifted_high", "people_lifted_apart_low",
            "people_lifted_apart_high", "population")  # fmt: skip


def household_tables(
    part: PeoplePart, central: Outcome, names: pd.Series
) -> dict[str, pd.DataFrame]:
    """Tables ``poverty``, ``jobs`` and ``jobs_industries`` of the central case.

    Parameters
    ----------
    central
        With its equilibria kept.
    names
        Short names by ISO 3166 alpha-3 code.
    """
    calibration = calibrated(central.case)
    bills = {s: trade.wage_bills(calibration, central.solved[s]) for s in ("before", "after")}
    people = jobs.employment()
    moved = jobs.shift(bills["before"], bills["after"], people)
    gini = bundled_data().surveys.table.set_index("iso3")["gini"]
    apart = jobs.gini_change(bills["before"], bills["after"], gini, people).set_index("iso3")
    table = moved.economies.set_index("iso3", drop=False)
    table["name"] = _named(table["iso3"], names)
    for column in ("gini_before", "gini_after_mobile", "gini_after_specific"):
        table[column] = apart[column]
    rows = _poverty(part, central, apart["change_specific_pct"])
    rows["name"] = _named(rows["iso3"], names)
    industries = moved.industries
    changed = industries[industries["share_before_pct"] > 0].reset_index(drop=True)
    return {
        "poverty": check_frame(rows[list(variables("poverty"))], "poverty"),
        "jobs": check_frame(table[list(variables("jobs"))].reset_index(drop=True), "jobs"),
        "jobs_industries": check_frame(
            changed[list(variables("jobs_industries"))], "jobs_industries"
        ),
    }


def _named(codes: pd.Series, names: pd.Series) -> list[str]:
    special = {WORLD: "World", "ROW": "Rest of the world"}
    return [special.get(code, str(names.get(code, code))) for code in codes]


def _poverty(part: PeoplePart, central: Outcome, apart: pd.Series) -> pd.DataFrame:
    """Rows by economy and line with a survey, and the world's sums before them."""
    change = central.countries["real_income_change_pct"] / 100
    change = change[change.index.isin(bundled_data().known)]
    reckon = partial(
        outlook, change, lines=part.lines, year=part.year, pass_through=part.pass_through
    )
    rows = reckon()
    # Beyond half of the index the shift says nothing; only a collapse of trade comes near.
    spread = apart.reindex(change.index).fillna(0.0).clip(-_WIDEST_PCT, _WIDEST_PCT)
    wide = reckon(gini_change_pct=spread)
    for end in ("low", "high"):
        rows[f"people_lifted_apart_{end}"] = wide[f"people_lifted_{end}"]
    known = rows[rows["headcount_without_pct"].notna()]
    keys = ["line", "line_usd", "ppp_year", "year"]
    world = known.groupby(keys, sort=False)[list(_COUNTED)].sum().reset_index()
    for measure in ("headcount", "gap", "severity"):
        for state in ("without", "with_low", "with_high"):
            column = f"{measure}_{state}_pct"
            poor = (known[column] * known["population"]).groupby(known["line"]).sum()
            world[column] = world["line"].map(poor) / world["population"]
    world["iso3"], world["form"], world["imputed"] = WORLD, "", False
    economies = known["iso3"].nunique()
    world["note"] = f"sum over {economies} economies of the trade model with a survey"
    return pd.concat([world, known], ignore_index=True)


def households_by_economy(tables: Mapping[str, pd.DataFrame], codes: pd.Index) -> pd.DataFrame:
    """Columns for the table of economies: people lifted at the first line, labour that moves."""
    poverty, work = tables["poverty"], tables["jobs"].set_index("iso3")
    first = poverty[poverty["line"] == poverty["line"].iloc[0]].set_index("iso3")
    out = pd.DataFrame(
        {
            "lifted_projected_low": first["people_lifted_low"],
            "lifted_projected_high": first["people_lifted_high"],
        }
    ).reindex(codes)
    out["jobs_shift_pct"] = work["shift_pct"].reindex(codes)
    out["jobs_moved_persons"] = work["jobs_moved_persons"].reindex(codes)
    return out.astype(np.float64)
