"""The risk room at a glance: levels, grades of countries, signals with how well they did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.app.answers import Answer, Table, table_of
from beltroad.app.questions import geo
from beltroad.app.questions.country_risk import grades, signals
from beltroad.app.questions.figures_base import origin_of_table
from beltroad.app.questions.risk import alerts, registers
from beltroad.app.questions.risk.base import Look, col, word

__all__ = ["choropleth", "countries", "country_rows", "overview", "signal_table"]


def overview(look: Look, language: str = "en") -> Answer:
    """Overall level, alerts by severity, risks by rating, what is late; signals with rates."""
    figures = (
        registers.whole(look, language),
        *alerts.counts(look, language),
        *registers.counts(look, language),
    )
    return Answer(
        title=word("title", language),
        figures=figures,
        tables=(signal_table(language),),
        notes=(word("lead_only", language),),
    )


def signal_table(language: str = "en") -> Table:
    """Each signal: threshold, how many economies it is lit in, what it missed, what it cried."""
    from beltroad.risk.warning.signals import alerting, thresholds

    known, lit = thresholds(), signals()
    calls = alerting(lit)["indicator"].value_counts(sort=False)
    base = origin_of_table("risk_warning_thresholds", "computed", method="early-warning")
    here = origin_of_table("risk_indicators", "computed", method="early-warning").model_copy(
        update={"formula": "economies whose latest figure is beyond the threshold"})  # fmt: skip
    calling = here.model_copy(
        update={
            "formula": "of these: model from grade 6 on, combined where high, single ones where "
            "critical; economies in default, arrears or restructuring call nobody"
        }
    )
    frame = pd.DataFrame({
        "signal": known["label"], "unit": known["unit"], "threshold": known["threshold"],
        "direction": [word(f"direction.{d}", language) for d in known["direction"]],
        "lit": [int((lit["indicator"] == name).sum()) for name in known.index],
        "calls": [int(calls.get(name, 0)) for name in known.index],
        "missed": 100 * (1 - known["hit_rate"]), "false": 100 * known["false_alarm_rate"],
        "noise": known["noise_to_signal"], "vintage": known["vintage"],
    })  # fmt: skip
    unit = word("unit.economies", language)
    return table_of("signals", word("signals.title", language), frame, [
        col("signal", language), col("unit", language), col("direction", language),
        col("threshold", language, "number", "as in unit", 2, base),
        col("lit", language, "number", unit, origin=here),
        col("calls", language, "number", unit, origin=calling),
        col("missed", language, "number", "%", 0, alerts.rate("missed")),
        col("false", language, "number", "%", 0, alerts.rate("false")),
        col("noise", language, "number", "ratio", 2, base.model_copy(
            update={"formula": "share of quiet years lit over share of crises preceded; 1 or more "
                               "is worse than noise and warns of nothing"})),
        col("vintage", language),
    ], note=word("signals.note", language), origin=base)  # fmt: skip


def country_rows() -> list[dict[str, Any]]:
    """Grades of all economies, the worst first."""
    table = grades().reset_index()
    ordered = table.sort_values(["grade", "probability_pct"], ascending=False, kind="stable")
    return [{str(k): v for k, v in row.items()} for row in ordered.to_dict("records")]


def countries(language: str = "en") -> Table:
    """The same for readers."""
    base = origin_of_table("risk_indicators", "computed", method="risk-country")
    graded = base.model_copy(
        update={
            "formula": "1 best to 7; grades 2 to 7 begin at a probability of 1, 2, 4, 7, 12 and "
            "25 %"
        }
    )
    fitted = base.model_copy(update={
        "formula": "logistic regression on the drivers; of an economy in distress the share of "
                   "such years that were followed by another"})  # fmt: skip
    known = base.model_copy(update={"formula": "indicators that are not imputed over all"})
    frame = pd.DataFrame(country_rows())
    frame["_href"] = "/risk/country/" + frame["iso3"].astype(str)
    return table_of("grades", word("grades.title", language), frame, [
        col("name", language), col("iso3", language),
        col("grade", language, "number", "of 7", 0, graded),
        col("probability_pct", language, "number", "%", 1, fitted),
        col("coverage_pct", language, "number", "%", 0, known),
        col("drivers", language), col("flags", language), col("official_rating", language),
        col("vintage", language),
    ], origin=base)  # fmt: skip


def choropleth(boundaries: Path | None) -> dict[str, Any]:
    """Outlines with the grade of each economy as ``value``."""
    known = {row["iso3"]: row for row in country_rows()}

    def tell(code: str, _: str) -> dict[str, Any]:
        row = known.get(code)
        if row is None:
            return {"href": ""}
        return {"value": int(row["grade"]), "href": f"/risk/country/{code}",
                "label": f"{row['name']}: {row['grade']}/7"}  # fmt: skip

    return geo.shaded(boundaries, tell)
