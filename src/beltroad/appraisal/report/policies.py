"""What the policy levers of a scenario amount to, and where an hour saved is worth most."""

from __future__ import annotations

from beltroad.appraisal.report import tables
from beltroad.appraisal.report.tables import Style, Table
from beltroad.appraisal.result import Appraisal

__all__ = ["levers", "places"]


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


def places(appraisal: Appraisal) -> Table | None:
    """Straits, ports, borders and projects by the value of an hour saved there."""
    if "links" not in appraisal.more:
        return None
    rows = appraisal.more["links"]
    styles = {"value_usd": Style("USD million a year", 1e6),
              "passing_pct": Style("% of the value of an hour"),
              "time_share_pct": Style("% of the cost of all hours")}  # fmt: skip
    return tables.table(
        "links", "Where an hour saved is worth most to the world",
        [tables.column(rows[n], "links", n, style=styles.get(n),
                       css="wide" if n == "name" else "")
         for n in ("name", "kind", "hosts", "hours", *styles)],
        searchable=True, css="dense",
    )  # fmt: skip
