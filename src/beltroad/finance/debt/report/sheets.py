"""The assessment as an Excel workbook: numbers as numbers, units in headings, nothing hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from beltroad.finance.debt.report import steps, view
from beltroad.finance.debt.report.record import path_table
from beltroad.finance.debt.report.sheet_writer import INK, MUTED, Sheets, clean
from beltroad.finance.debt.vocabulary import INDICATORS

if TYPE_CHECKING:
    from beltroad.finance.debt.bri.low_income import BriAssessment
    from beltroad.finance.debt.ratings.assess import Assessment
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["result_workbook"]

_HEAT = ((60, "#E3F0EF", INK), (80, "#B4D9D7", INK), (100.0000001, "#F9E6D2", INK),
         (150, "#E9AB6D", INK), (float("inf"), "#B45F19", "#FFFFFF"))  # fmt: skip


def result_workbook(
    assessment: Assessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    bri: BriAssessment | None = None, version: str = "",
) -> bytes:  # fmt: skip
    """All results and what they rest on; the same assessment gives the same bytes."""
    sheets = Sheets("Debt assessment")
    _summary(sheets, assessment, bri, version)
    if beside is not None:
        sheets.table("Without and with", beside.table(assessment))
        sheets.table("Package", beside.loans())
    if bri is not None:
        sheets.table("Nine steps", steps.overview(bri))
        for name, table in steps.tables(bri).items():
            sheets.table(name, table)
    _heat(sheets, assessment)
    _indicators(sheets, assessment)
    sheets.table("Signals", assessment.signals)
    sheets.table("Paths", path_table(assessment))
    if beside is not None:
        sheets.table("Paths without", path_table(beside.lic()))
    sheets.changes(assessment.paths["baseline"])
    sheets.table("Composite", assessment.capacity.contributions)
    if assessment.probability is not None:
        sheets.table("Probability", assessment.probability)
    sheets.table("Realism", assessment.realism)
    sheets.fans(fans)
    sheets.inputs(assessment.inputs)
    parameters = sorted(assessment.parameters.values.items())
    sheets.table("Parameters", pd.DataFrame(parameters, columns=["parameter", "value"]))
    notes = (*assessment.notes, *(bri.notes if bri is not None else ()))
    sheets.table("Notes", pd.DataFrame({"note": list(dict.fromkeys(notes))}))
    return sheets.close()


def _summary(
    sheets: Sheets, assessment: Assessment, bri: BriAssessment | None, version: str
) -> None:
    identity = view.identity(assessment)
    if bri is not None:
        identity = [("Framework", steps.FRAMEWORK), *identity[1:]]
    external = assessment.external_rating if bri is None else bri.final_rating
    facts = [*identity,
             ("Overall risk of public debt distress", assessment.overall_rating),
             ("Risk of external debt distress", external),
             ("Space to absorb shocks", assessment.space or "–"),
             ("Debt-carrying capacity", assessment.capacity.final),
             ("Because", view.drivers(assessment)),
             ("Inputs", view.overview(assessment.inputs)),
             ("Made with", f"beltroad {version}".strip())]  # fmt: skip
    made = sheets.facts(f"Debt assessment: {assessment.inputs.name}", facts, bold="distress")
    made.set_column(4, 4, 34)
    row = len(facts) + 2
    heads = ("Indicator", "Threshold, %", "Baseline peak, %", "Year", "Most extreme shock",
             "Its peak, %", "Year", "Breach", "Space, % of threshold")  # fmt: skip
    for j, text in enumerate(heads):
        made.write_string(row, j, text, sheets.head())
    for e in view.extremes(assessment):
        row += 1
        breach = "baseline" if e.baseline_breach else "stress test" if e.stress_breach else "none"
        values = (e.label, e.threshold_pct, e.baseline_pct, e.baseline_year,
                  view.scenario(e.stress) if e.stress else "", e.stress_pct, e.stress_year, breach,
                  e.space_pct)  # fmt: skip
        for j, value in enumerate(values):
            sheets.put(made, row, j, value, "0" if j in (3, 6) else "0.0")


def _heat(sheets: Sheets, assessment: Assessment) -> None:
    made = sheets.book.add_worksheet("Heat map")
    made.hide_gridlines(2)
    made.write_string(0, 0, "Peak in per cent of the threshold; in brackets the years above it.",
                      sheets.form(font_color=MUTED))  # fmt: skip
    names = [n for n in INDICATORS if n in assessment.thresholds]
    made.set_column(0, 0, 36)
    made.set_column(1, 2 * len(names), 11)
    made.write_string(2, 0, "Scenario", sheets.head())
    for j, name in enumerate(names):
        made.merge_range(2, 1 + 2 * j, 2, 2 + 2 * j, view.label(name), sheets.head())
    table = view.heat(assessment)
    for i, (key, part) in enumerate(table.groupby("scenario", sort=False), start=3):
        made.write_string(i, 0, clean(view.scenario(str(key))), sheets.form())
        for row in part[part["indicator"].isin(names)].to_dict("records"):
            j = 1 + 2 * names.index(row["indicator"])
            share = float(row["share_pct"])
            if share != share:
                made.write_string(i, j, "not known", sheets.form(font_color=MUTED))
                continue
            colour, ink = next((c, k) for limit, c, k in _HEAT if share < limit)
            shown = {"bg_color": colour, "font_color": ink}
            made.write_number(i, j, share, sheets.form(num_format="0", **shown))
            made.write_number(i, j + 1, int(row["years_above"]),
                              sheets.form(num_format="(0);;", align="left", **shown))  # fmt: skip
    made.freeze_panes(3, 1)


def _indicators(sheets: Sheets, assessment: Assessment) -> None:
    """Indicators with years across, one row per indicator and scenario."""
    table = assessment.indicators
    wide = table.pivot_table(index=["indicator", "scenario"], columns="year", values="value_pct",
                             sort=False, dropna=False).reset_index()  # fmt: skip
    limits = wide["indicator"].map(assessment.thresholds)
    wide.insert(2, "threshold_pct", limits)
    wide.columns = pd.Index([str(c) for c in wide.columns])
    wide["indicator"] = wide["indicator"].map(view.label)
    wide["scenario"] = wide["scenario"].map(view.scenario)
    sheets.table("Indicators, %", wide)
