"""Who pays: real income without and with the bill, within the equilibrium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad.appraisal.report import tables, words
from beltroad.appraisal.report.tables import Cell, Style, Table
from beltroad.appraisal.result import Appraisal

__all__ = ["WhoPays", "who_pays"]

PLANS = {
    "taxes": "every host pays for what lies on its soil, by taxes, and builds at home",
    "stated": "capital and works come from where the scenario says",
}
# A change below this share of income, in percent, is called none.
NOTHING_PCT = 1e-6


@dataclass(frozen=True)
class WhoPays:
    """What the report says about the bill."""

    findings: list[str]
    table: Table


def who_pays(appraisal: Appraisal) -> WhoPays | None:
    """Findings by plan, and the table of economies that pay, are paid or build."""
    if "financing" not in appraisal.more:
        return None
    rows = appraisal.more["financing"]
    plans = [plan for plan in PLANS if plan in set(rows["plan"])]
    findings = [_finding(rows[rows["plan"] == plan], plan) for plan in plans]
    wide = {plan: rows[rows["plan"] == plan].set_index("iso3") for plan in plans}
    last = wide[plans[-1]]
    touched = (last[["paid_usd", "received_usd", "works_usd"]] > 0).any(axis=1)
    shown = last[touched].sort_values("with_bill_usd", ascending=False)

    def col(plan: str, name: str, title: str, **more: Any) -> tuple[tables.Column, list[Cell]]:
        values = wide[plan][name].reindex(shown.index)
        return tables.column(values, "financing", name, title=title, **more)

    money = Style("USD million a year", 1e6, signed=True)
    columns = [
        tables.column(shown["name"], "financing", "name", css="wide"),
        col(plans[-1], "without_bill_pct", "Without the bill"),
        *(col(plan, "with_bill_pct", f"With the bill, {plan}") for plan in plans),
        *(col(plan, "with_bill_usd", f"A year, {plan}", style=money) for plan in plans),
        col(plans[-1], "paid_usd", "Pays"),
        col(plans[-1], "received_usd", "Debt service and profit"),
        col(plans[-1], "works_usd", "Works bought from it"),
    ]
    return WhoPays(
        findings,
        tables.table(
            "financing", "Real income without and with the bill", columns,
            searchable=True, css="dense",
        ),
    )  # fmt: skip


def _finding(rows: pd.DataFrame, plan: str) -> str:
    world = float(rows["with_bill_usd"].sum())
    paid = words.usd(float(rows["paid_usd"].sum()))
    lose = int((rows["with_bill_pct"] < -NOTHING_PCT).sum())
    turned = int(((rows["with_bill_pct"] < -NOTHING_PCT) & (rows["without_bill_pct"] >= 0)).sum())
    return (
        f"{words.sentence(plan)} ({PLANS[plan]}): {paid} a year changes hands; "
        f"the world's real income changes by {words.usd(world, signed=True)} a year, "
        f"{words.share(lose, len(rows))} economies are worse off, {turned} of them because of the "
        "bill."
    )
