"""What the policy levers of a scenario amount to."""

from __future__ import annotations

from beltroad.appraisal.report import tables
from beltroad.appraisal.report.tables import Style, Table
from beltroad.appraisal.result import Appraisal

__all__ = ["levers"]


def levers(appraisal: Appraisal) -> Table | None:
    """One row a lever; None where the scenario has none."""
    if "levers" not in appraisal.more:
        return None
    rows = appraisal.more["levers"]
    names = ("lever", "level", "amount", "kind", "pairs", "pairs_left_alone", "trade_usd",
             "mean_cut_pct", "unit_cut", "absent", "source")  # fmt: skip
    styles = {"trade_usd": Style("USD billion a year", 1e9)}
    return tables.table(
        "levers", "Policy levers of the later state, each taken alone",
        [tables.column(rows[n], "levers", n, style=styles.get(n),
                       css="wide" if n in ("lever", "absent", "source") else "") for n in names],
        css="dense",
    )  # fmt: skip
