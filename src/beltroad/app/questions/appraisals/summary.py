"""An appraisal in short: its figures with ranges and origin, and the values that lists compare."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.app.answers import Answer, Figure, Table, table_of
from beltroad.app.questions.appraisals.charts import findings_of
from beltroad.app.questions.appraisals.condense import tables_of
from beltroad.app.questions.appraisals.explain import TITLES, columns_of, origin_of
from beltroad.appraisal.schema import NOTHING_PCT

if TYPE_CHECKING:
    from beltroad.appraisal.result import Appraisal

__all__ = ["FORMAT", "answer_of", "summary_of", "table_from"]

FORMAT = 1
# Tables of the answer; the pages read all others from their files when they show them.
_IN_ANSWER = ("countries", "projects", "sensitivity", "yardsticks", "uncertainty")


def summary_of(appraisal: Appraisal, given: Mapping[str, Any]) -> dict[str, Any]:
    """What pages and comparisons need without opening a table."""
    countries = appraisal.countries
    inside = countries[countries["in_model"].astype(bool)]
    return {
        "format": FORMAT,
        "name": appraisal.scenario.name,
        "description": appraisal.scenario.description,
        "digest": appraisal.scenario.digest,
        "states": appraisal.scenario.states.model_dump(mode="json"),
        "scenario": dict(given),
        "settings": _settings(appraisal.scenario.model_dump(mode="json")),
        "headlines": dataclasses.asdict(appraisal.headlines),
        "figures": [f.model_dump(mode="json") for f in _figures(appraisal)],
        "findings": findings_of(appraisal),
        "tables": {name: len(table) for name, table in tables_of(appraisal).items()},
        "modelled": len(inside),
        "gaining": int((inside["real_income_change_pct"] > NOTHING_PCT).sum()),
        "losing": int((inside["real_income_change_pct"] < -NOTHING_PCT).sum()),
        "draws": 0 if appraisal.uncertainty is None else appraisal.uncertainty.plan.draws,
        "seed": appraisal.scenario.seed,
        "seconds": round(sum(appraisal.run["seconds"].values()), 1)
        if "seconds" in appraisal.run else None,
        "version": appraisal.run.get("beltroad", ""),
    }  # fmt: skip


def answer_of(appraisal: Appraisal, summary: Mapping[str, Any]) -> Answer:
    """Figures and the tables that are short enough to be shown whole."""
    found = tables_of(appraisal)
    tables = [table_from(name, found[name]) for name in _IN_ANSWER if name in found]
    return Answer(
        title=str(summary["name"]),
        figures=tuple(Figure.model_validate(f) for f in summary["figures"]),
        tables=tuple(tables),
    )


def table_from(name: str, frame: pd.DataFrame, *, most: int | None = None) -> Table:
    """A table of an appraisal for readers: its columns explained, rows that lead on to a page."""
    shown = frame if most is None else frame.head(most)
    shown = shown.copy()
    if name == "projects":
        shown["_href"] = "/projects/" + shown["id"].astype(str)
    elif "iso3" in shown:
        known = shown["iso3"].astype(str).str.fullmatch("[A-Z]{3}") & (shown["iso3"] != "WLD")
        shown["_href"] = ("/countries/" + shown["iso3"].astype(str)).where(known, "")
    columns = columns_of(name, [c for c in frame.columns if not str(c).startswith("_")])
    title = TITLES.get(name, name)
    return table_of(name, title, shown, columns, origin=origin_of(name), total=len(frame))


def _figures(appraisal: Appraisal) -> list[Figure]:
    """Gains, costs and risks, as plainly as each other, with the ranges that the run knows."""
    h, cases = appraisal.headlines, appraisal.sensitivity
    within = cases[cases["in_range"].astype(bool)]
    inside = appraisal.countries[appraisal.countries["in_model"].astype(bool)]
    gaining = int((inside["real_income_change_pct"] > NOTHING_PCT).sum())
    losing = int((inside["real_income_change_pct"] < -NOTHING_PCT).sum())
    drawn = appraisal.more.get("uncertainty")

    def span(column: str) -> tuple[float | None, float | None]:
        if len(within) < 2:  # one case is no range
            return None, None
        return float(within[column].min()), float(within[column].max())

    def figure(
        key: str, label: str, value: Any, unit: str = "", column: str = "",
        inputs: Mapping[str, Any] | None = None, note: str = "",
    ) -> Figure:  # fmt: skip
        low, high = span(column) if column else (None, None)
        base = origin_of("headlines", key)
        told = tuple((k, _word(v)) for k, v in (inputs or {}).items())
        return Figure(
            id=key, label=label, value=_finite(value), unit=unit, low=low, high=high,
            origin=base.model_copy(update={"inputs": told, "note": note}),
        )  # fmt: skip

    ranged = "Range: lowest and highest of the sensitivity cases." if len(within) > 1 else ""
    corridor = "economies along the corridors"
    out = [
        figure("real_income", "World real income, before cost", h.real_income_pct[0], "%",
               "world_real_income_pct", {corridor: h.real_income_pct[1]}, ranged),
        figure("real_income_usd", "The same a year", h.real_income_usd[0] / 1e9, "bn USD/a", "",
               {f"{corridor}, bn USD/a": h.real_income_usd[1] / 1e9}),
        figure("shipment_time", "Shipment time, mode free", h.shipment_time_switch_pct[0], "%", "",
               {"mode kept, %": h.shipment_time_fixed_pct[0],
                "largest mean change on one corridor, %": h.shipment_time_largest_pct}),
        figure("trade_cost", "Cost of time in trade", h.trade_cost_pct[0], "%",
               "world_trade_cost_pct", {corridor: h.trade_cost_pct[1]}, ranged),
        figure("trade", "World trade", h.trade_pct[0], "%", "world_trade_pct",
               {corridor: h.trade_pct[1]}, ranged),
        figure("project_cost", "Cost of the projects", h.project_cost_usd / 1e9, "bn USD", "",
               {"sum of what four in five of each class stay below, bn USD":
                float(appraisal.countries["project_cost_p80_usd"].sum()) / 1e9}),
        figure("annual_cost", "Cost a year", h.annual_cost_usd / 1e9, "bn USD/a", "",
               {"discount rate": appraisal.scenario.parameters.discount_rate}),
        figure("losing_before_cost", "Economies that lose before cost", losing, "economies", "",
               {"modelled economies": len(inside), "gaining": gaining}),
        figure("losing_after_cost", "Hosts worse off after cost", h.economies_losing_after_cost,
               "economies", "", {"modelled economies": len(inside)},
               "If each host pays for what lies on its soil."),
        figure("freight", "Emissions of freight", h.freight_kgco2e_pct, "%"),
    ]  # fmt: skip
    poverty, debt = appraisal.more.get("poverty"), appraisal.more.get("debt")
    if poverty is not None and len(poverty):
        first = poverty.iloc[0]
        out.append(
            figure("lifted", f"Lifted over {first['line_usd']:.2f} USD a day",
                   (first["people_lifted_low"] + first["people_lifted_high"]) / 2, "persons", "",
                   {"low pass-through": first["people_lifted_low"],
                    "high pass-through": first["people_lifted_high"],
                    "year": int(first["year"])}, "Middle of low and high pass-through.")
        )  # fmt: skip
    if debt is not None and len(debt):
        none = debt[debt["dividend"] == debt["dividend"].min()]
        none = none[none["case"] == none["case"].iloc[0]]
        more = (none["debt_long_with_pct"] - none["debt_long_without_pct"]) > 0.05
        out.append(
            figure("debt_higher", "Hosts with higher debt in 20 years", int(more.sum()),
                   "economies", "",
                   {"hosts assessed": len(none), "case": str(none["case"].iloc[0])})
        )  # fmt: skip
    if drawn is not None:
        for key, name, label in (
            ("chance_of_loss", "world_real_income_pct", "Chance that the world loses before cost"),
            ("chance_after_cost", "net_gain_usd", "Chance that gains fall short of cost"),
        ):
            row = drawn[drawn["figure"] == name]
            if len(row):
                out.append(
                    figure(key, label, 100 * float(row["chance_below_zero"].iloc[0]), "%", "",
                           {f"{row['title'].iloc[0]}: 5 % of draws below": row["p5"].iloc[0],
                            "95 % of draws below": row["p95"].iloc[0],
                            "unit": row["unit"].iloc[0]})
                )  # fmt: skip
    return out


def _finite(value: Any) -> Any:
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float):
        if not math.isfinite(number):
            return None
        return 0.0 if abs(number) < NOTHING_PCT else number
    return number


def _word(value: Any) -> str:
    value = _finite(value)
    if value is None:
        return "not known"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def _settings(dump: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The whole scenario, defaults included, as one flat list of keys."""
    out: dict[str, Any] = {}
    for key, value in dump.items():
        name = f"{path}{key}"
        if isinstance(value, Mapping) and value and name not in ("green.types",):
            out |= _settings(value, f"{name}.")
        elif name not in ("name", "description"):
            out[name] = value
    return out
