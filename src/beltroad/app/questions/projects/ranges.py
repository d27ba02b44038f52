"""What a project may cost, how late and how little used it may be, as in the past of its kind."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Column, Figure, Origin, Table, table_of
from beltroad.app.questions.projects.listing import Words, number, row_origin, text

__all__ = ["cost_figures", "planned_years", "range_table"]

QUANTILES = (0.5, 0.8, 0.9)
_SHOWN = ("mean", *(f"p{100 * q:g}" for q in QUANTILES))


def planned_years(row: Mapping[Hashable, Any]) -> float | None:
    """Years from start to opening, where both are known."""
    start, opens = number(row, "year_start"), number(row, "year_open")
    return opens - start if start and opens and opens > start else None


def cost_figures(row: Mapping[Hashable, Any], say: Words) -> list[Figure]:
    """The yearly cost of its capital with upkeep, as an appraisal counts it."""
    from beltroad import finance
    from beltroad.appraisal.scenario_file import parse_scenario
    from beltroad.errors import DataError
    from beltroad.infrastructure.parameters import NetworkParameters

    cost = number(row, "cost_usd_bn")
    if not cost:
        return []
    parameters = NetworkParameters.of(evidence.load("network_parameters"), {})
    rate = parse_scenario({}).parameters.discount_rate
    try:
        life = parameters.one(f"life_years.{text(row, 'mode')}")
    except DataError:
        return []  # no life is known of this mode
    upkeep = parameters.one("maintenance_share")
    yearly = float(finance.annual_cost(cost * 1e9, rate, life, upkeep))
    return [
        Figure(
            id="annual_cost", label=say("projects.annual_cost"), value=yearly / 1e6,
            unit="million USD/year",
            origin=Origin(
                kind="computed", method="cost-and-finance", as_of=text(row, "accessed"),
                source=row_origin(row).source, url=row_origin(row).url,
                formula="K (r / (1 - (1 + r)^-T) + m)",
                inputs=((say("registry.f_cost_usd_bn"), f"K = {cost:g} billion USD"),
                        (say("projects.discount_rate"), f"r = {100 * rate:g} %"),
                        (say("projects.life"), f"T = {life:g} years"),
                        (say("projects.upkeep"), f"m = {100 * upkeep:g} % of K a year")),
            ),
        )
    ]  # fmt: skip


def range_table(row: Mapping[Hashable, Any], say: Words) -> Table | None:
    """Cost, time and benefits by reference class; None without a cost or a class."""
    from beltroad.errors import InputError
    from beltroad.infrastructure.projects.states import FINISHED
    from beltroad.risk import project as risk

    cost, years = number(row, "cost_usd_bn"), planned_years(row)
    if not cost:
        return None
    asked = pd.DataFrame([{
        "id": text(row, "id"), "mode": text(row, "mode"), "cost_usd": cost * 1e9, "years": years,
        "realised": text(row, "status") in FINISHED,
    }])  # fmt: skip
    try:
        found = risk.forecast(asked, quantiles=QUANTILES).iloc[0]
    except InputError:
        return None  # a mode without a reference class
    if found["realised"]:
        return _finished(row, say)
    lines = (("cost", "cost_{}_usd", 1e-6, "million USD"), ("cost_ratio", "cost_ratio_{}", 1, "1"),
             ("delay", "delay_{}_years", 1, "years"),
             ("delay_ratio", "delay_ratio_{}", 1, "1"),
             ("benefit_ratio", "benefit_ratio_{}", 1, "1"),
             ("bcr_ratio", "bcr_ratio_{}", 1, "1"))  # fmt: skip
    planned = {"cost": cost * 1e3, "cost_ratio": 1.0, "delay": 0.0 if years else None,
               "delay_ratio": 1.0, "benefit_ratio": 1.0, "bcr_ratio": 1.0}  # fmt: skip
    rows = []
    for name, pattern, scale, unit in lines:
        values = {s: float(found[pattern.format(s)]) * scale for s in _SHOWN}
        if all(v != v for v in values.values()):
            continue
        rows.append({"quantity": say(f"projects.range_{name}"), "unit": "" if unit == "1" else unit,
                     "planned": planned[name], **values})  # fmt: skip
    inputs = [(say("projects.estimate"), f"{cost:g} billion USD"),
              (say("projects.class_cost"), str(found["class"])),
              (say("projects.class_delay"), str(found["delay_class"])),
              (say("projects.class_benefit"), str(found["benefit_class"]) or "-"),
              (say("projects.planned_years"), f"{years:g}" if years else "-"),
              (say("projects.draws"), "20,000, seed 0")]  # fmt: skip
    sources = _class_sources(str(found["class"]))
    origin = Origin(
        kind="computed", method="risk-project", inputs=tuple(inputs), source=sources,
        formula="estimate x quantile of (actual / estimated) in the reference class",
        note=str(found["note"]),
    )  # fmt: skip
    columns = [Column(name="quantity", title=say("projects.quantity")),
               Column(name="unit", title=say("common.unit")),
               Column(name="planned", title=say("projects.planned"), kind="number")]  # fmt: skip
    columns += [
        Column(name=s, title=say("projects.mean") if s == "mean" else s.upper(), kind="number",
               description=say("projects.about_quantile") if s != "mean" else "", origin=origin)
        for s in _SHOWN
    ]  # fmt: skip
    return table_of("ranges", say("projects.ranges"), pd.DataFrame(rows), columns,
                    note=say("projects.about_ranges"), origin=origin)  # fmt: skip


def _finished(row: Mapping[Hashable, Any], say: Words) -> Table:
    columns = [Column(name="quantity", title=say("projects.quantity")),
               Column(name="value", title=say("projects.value"))]  # fmt: skip
    rows = [{"quantity": say("projects.range_cost"),
             "value": f"{1e3 * (number(row, 'cost_usd_bn') or 0):,.0f} million USD"}]  # fmt: skip
    return table_of("ranges", say("projects.ranges"), pd.DataFrame(rows), columns,
                    note=say("projects.finished_no_range"), origin=row_origin(row))  # fmt: skip


def _class_sources(name: str) -> str:
    """Who published the figures of a reference class."""
    table = evidence.load("overrun")
    rows = table[(table["mode"] == name) & (table["used"] == "yes")]
    return "; ".join(dict.fromkeys(str(t) for t in rows["source_title"])) or "table overrun"
