"""What the projects mean for public debt: findings by case, and a table of hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad.appraisal.debt import NOT_RATED
from beltroad.appraisal.report import tables, words
from beltroad.appraisal.report.tables import Cell, Style, Table
from beltroad.appraisal.result import Appraisal

__all__ = ["Debts", "debts"]

TIMING = {
    "to_come": "Projects that are not open yet are new debt; the debt of older ones is in the "
    "figures of public debt already.",
    "all": "All projects of the comparison are taken as if they were borrowed anew, also those "
    "whose debt is in the figures already.",
}
# A change below this, in points of GDP, is called none.
NOTHING_PCT = 0.05


@dataclass(frozen=True)
class Debts:
    """What the report says about debt."""

    basis: str
    findings: list[str]
    table: Table


def debts(appraisal: Appraisal) -> Debts | None:
    """Findings by case, and each host without and with its projects; None where nothing is."""
    if "debt" not in appraisal.more:
        return None
    rows = appraisal.more["debt"]
    part = appraisal.scenario.debt
    terms = (
        f"Where the scenario does not say who pays, {100 * part.loan_share:g} % of the cost is "
        f"lent at {100 * part.interest_rate:g} % over {part.maturity_years} years with "
        f"{part.grace_years} years of grace: an assumption."
    )
    findings = [_finding(rows[rows["case"] == case], case) for case in dict.fromkeys(rows["case"])]
    return Debts(f"{TIMING[part.timing]} {terms}", findings, _table(rows))


def _finding(rows: pd.DataFrame, case: str) -> str:
    change = rows["debt_long_with_pct"] - rows["debt_long_without_pct"]
    higher = int((change > NOTHING_PCT).sum())
    medium = rows["debt_medium_with_pct"] - rows["debt_medium_without_pct"]
    worse = rows[rows["worse"]]
    named = f" ({', '.join(worse['name'])})" if len(worse) else ""
    rated = int((rows["rating_without"] != NOT_RATED).sum())
    many = words.share(higher, len(rows))
    return (
        f"{words.sentence(case)}: debt is higher after twenty years in {many} "
        f"hosts (after ten: {int((medium > NOTHING_PCT).sum())}), and the mechanical risk "
        f"rating is worse in {words.share(len(worse), rated)} rated{named}."
    )


def _table(rows: pd.DataFrame) -> Table:
    """One row a host: what holds in every case first, then debt after twenty years by case."""
    by_case = {str(case): part.set_index("iso3") for case, part in rows.groupby("case", sort=False)}
    first = next(iter(by_case.values()))

    def col(name: str, **more: Any) -> tuple[tables.Column, list[Cell]]:
        return tables.column(first[name], "debt", name, **more)

    def of(case: str, name: str) -> tuple[tables.Column, list[Cell]]:
        values = by_case[case][name].reindex(first.index)
        return tables.column(values, "debt", name, title=words.sentence(case))

    worst = rows.loc[rows.groupby("iso3")["worse"].idxmax()].set_index("iso3")["rating_with"]
    columns = [
        col("name", css="wide"),
        col("projects", style=Style("", 1.0, 0)),
        col("loans_usd", title="Loans", style=Style("USD million", 1e6, 0)),
        col("grant_element_pct"),
        col("debt_medium_without_pct"),
        col("debt_medium_with_pct", title="Debt in 10 years, with, no gain"),
        col("debt_long_without_pct"),
        *(of(case, "debt_long_with_pct") for case in by_case),
        col("pv_external_to_gdp_without_pct"),
        col("pv_external_to_gdp_with_pct", title="PV of external debt, with, no gain"),
        col("rating_without"),
        tables.text_column("Risk, worst case", list(worst.reindex(first.index))),
        col("flags", css="wider small"),
    ]
    return tables.table(
        "debt", "Public debt of the hosts without and with the projects", columns,
        searchable=True, css="dense",
    )  # fmt: skip
