"""How far results may lie when all uncertain assumptions vary at once, and what drives that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beltroad.appraisal.report import charts, tables
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.uncertainty import report_part
from beltroad.appraisal.uncertainty.result import UncertaintyResult

__all__ = ["shown"]


def shown(appraisal: Appraisal, names: Mapping[str, str]) -> dict[str, Any]:
    """Finding, charts and table for the page; all None without draws."""
    result = appraisal.uncertainty
    if result is None:
        return dict.fromkeys(("draws_finding", "draws_figures", "draws_table"))
    source = f"beltroad, {result.plan.draws} draws with seed {result.plan.seed}, this run."
    figures = [
        charts.figure(
            "draws", "Headline figures over all draws",
            "Line: nine of ten draws. Bar: half of them. Tick: median. Dot: central case. The "
            "cost of projects does not enter.",
            source, report_part.headline_intervals(result), twin_link="draws-table",
        ),
        charts.figure(
            "draws-countries", "Real income by economy over all draws",
            "As above, for the largest changes; before paying for projects.",
            source, report_part.country_intervals(result, dict(names)),
            note="All economies are in uncertainty_countries.csv.",
        ),
    ]  # fmt: skip
    if len(result.split):
        figures.append(
            charts.figure(
                "variance", "Which assumption drives the answer",
                "Share of each group of assumptions in the variance over draws, with the interval "
                f"of nine of ten resamples ({result.plan.pairs} pairs of draws).",
                source, report_part.variance_bars(result),
                note="Shares with and without interaction are in variance_split.csv.",
            )
        )  # fmt: skip
    return {
        "draws_finding": report_part.finding(result),
        "draws_figures": figures,
        "draws_table": _table(result),
    }


def _table(result: UncertaintyResult) -> tables.Table:
    rows = report_part.headline_table(result)
    columns = [tables.text_column("Figure", list(rows["title"]), "wide"),
               tables.text_column("Unit", list(rows["unit"]))]  # fmt: skip
    titles = {"central": "Central", "p5": "5 %", "p25": "25 %", "p50": "Median", "p75": "75 %",
              "p95": "95 %"}  # fmt: skip
    for name, title in titles.items():
        cells = [tables.significant(value) for value in rows[name]]
        columns.append((tables.Column(title, "", True), cells))
    chance = [tables.significant(100 * value) for value in rows["chance_below_zero"]]
    columns.append((tables.Column("Below zero", "% of draws", True), chance))
    return tables.table("draws-table", "Headline figures over all draws", columns, css="dense")
