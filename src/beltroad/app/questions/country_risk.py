"""Of an economy: grade of country risk with its drivers, early warning, flags, events."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Answer, Table, table_of
from beltroad.app.questions.country import Section, about
from beltroad.app.questions.figures_base import (
    column,
    figure,
    origin_of_table,
    row_origins,
    text_column,
)

__all__ = ["grades", "risk", "signals"]


@lru_cache(maxsize=1)
def grades() -> pd.DataFrame:
    """Grades of all economies by code."""
    from beltroad.risk import country

    return country.grades().set_index("iso3")


@lru_cache(maxsize=1)
def signals() -> pd.DataFrame:
    """Signals of early warning that hold in the bundled figures."""
    from beltroad.risk.warning.signals import warnings

    return warnings()


def risk(iso3: str) -> Section:
    """Grade, drivers, signals, past distress and sanctions programmes that name the economy."""
    about(iso3)
    known = grades()
    figures, tables, missing = [], [], []
    if iso3 in known.index:
        from beltroad.risk import country

        row = known.loc[iso3]
        parts = country.contributions(iso3)
        base = origin_of_table("risk_indicators", "computed", method="risk-country").model_copy(
            update={"as_of": str(row["vintage"]), "note": str(row["flags"])})  # fmt: skip
        figures += _graded(iso3, row, parts, base)
        tables.append(table_of("drivers", "What drives the grade", parts.assign(
            imputed=["yes" if v else "no" for v in parts["imputed"]]), [
                text_column("label", "Indicator"),
                column("value", "Value", "as in column unit", decimals=2, origin=base),
                text_column("unit", "Unit"),
                column("log_odds", "Contribution", "log odds", decimals=2, origin=base,
                       description="Against the average country-year the model was fitted to."),
                text_column("imputed", "Imputed"),
            ], origin=base))  # fmt: skip
        if row["imputed"]:
            missing.append("some indicators of country risk; typical values stand for them")
        if row["flags"]:
            missing.append(str(row["flags"]))
    else:
        missing.append("grade of country risk: too few figures")
    tables += _warned(iso3)
    tables += _events(iso3)
    return Section(
        id="risk", answer=Answer(figures=tuple(figures), tables=tuple(tables)),
        missing=tuple(missing), links=((f"/risk?country={iso3}", "risk"),),
    )  # fmt: skip


def _graded(iso3: str, row: Any, parts: pd.DataFrame, base: Any) -> list[Any]:
    inputs = [(f"{p['label']}, {p['unit']}", "imputed" if p["imputed"] else f"{p['value']:,.4g}")
              for p in parts.to_dict("records")]  # fmt: skip
    fitted = base.model_copy(update={
        "formula": "logistic regression on the drivers; of an economy in distress the share of "
                   "such years that were followed by another"})  # fmt: skip
    graded = base.model_copy(update={
        "formula": "1 best to 7 worst; grades 2 to 7 begin at a probability of 1, 2, 4, 7, 12 and "
                   "25 %"})  # fmt: skip
    return [
        figure(f"{iso3}-grade", "Grade of country risk", int(row["grade"]), "of 7 (index)", graded,
               inputs=[("probability", f"{row['probability_pct']:.1f} %")]),
        figure(f"{iso3}-probability", "Probability of debt distress within two years",
               round(float(row["probability_pct"]), 2), "%", fitted, inputs=inputs),
        figure(f"{iso3}-coverage", "Indicators of country risk known",
               round(float(row["coverage_pct"]), 0), "% of indicators", base.model_copy(
                   update={"formula": "indicators that are not imputed over all", "note": ""})),
    ]  # fmt: skip


def _warned(iso3: str) -> list[Table]:
    lit = signals()
    own = lit[lit["iso3"] == iso3].copy()
    base = origin_of_table("risk_warning_thresholds", "computed", method="early-warning")
    own["beyond"] = ["at or above" if d == "above" else "at or below" for d in own["direction"]]
    own["hit"], own["false"] = 100 * own["hit_rate"], 100 * own["false_alarm_rate"]
    return [table_of("signals", "Early-warning signals that hold", own, [
        text_column("label", "Signal"), text_column("severity", "Severity"),
        column("value", "Value", "as in column unit", decimals=2, origin=base),
        text_column("beyond", "Lit"),
        column("threshold", "Threshold", "as in column unit", decimals=2, origin=base),
        text_column("unit", "Unit"), text_column("year", "Year"),
        text_column("since_year", "Since"),
        column("hit", "Crises it preceded", "% of crises, out of sample", origin=base),
        column("false", "False alarms", "% of quiet years, out of sample", origin=base),
        text_column("source", "Figures from"),
    ], origin=base)]  # fmt: skip


def _events(iso3: str) -> list[Table]:
    tables = []
    for name, title, columns in (
        ("risk_events", "Episodes of sovereign distress on record",
         [text_column("kind", "Kind"), text_column("year", "From"), text_column("year_end", "To"),
          text_column("confidence", "Confidence"), text_column("note", "Note")]),
        ("risk_sanctions", "Sanctions programmes that name the economy",
         [text_column("programme", "Programme"), text_column("issuer", "Issued by"),
          text_column("year", "As of"), text_column("confidence", "Confidence")]),
    ):  # fmt: skip
        rows = evidence.load(name)
        rows = rows[rows["iso3"] == iso3]
        if rows.empty:
            continue
        shown = rows.assign(
            year=rows["year"].astype(str),
            _origin=row_origins(rows),
        )
        if "year_end" in shown:
            shown["year_end"] = [f"{y:.0f}" if y == y else "" for y in shown["year_end"]]
        tables.append(table_of(name.replace("_", "-"), title, shown, columns,
                               origin=origin_of_table(name)))  # fmt: skip
    return tables
