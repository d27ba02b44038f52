"""What closures and slowdowns cost, as figures, tables and a map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.app.answers import Answer, Column, Figure, Origin, Table, table_of
from beltroad.app.jobs.kinds import Outcome
from beltroad.app.work.disruption import DisruptionRequest

if TYPE_CHECKING:
    from pathlib import Path

    from beltroad.app.jobs.context import Context

__all__ = ["answer_of", "choropleth", "disrupted"]

# Rows that the page shows; the files have all.
_ROWS = {"relations": 200, "countries": 250, "detours": 20, "gates": 200, "queues": 100}
_THREADS = 2
_WEEKS = 52.0
_TITLES = {
    "relations": "Relations that lose most", "countries": "Economies that lose most",
    "detours": "Best ways before and now", "gates": "Gates: trade that passes",
    "queues": "Queues where capacity is known",
}  # fmt: skip
_LOSS = "TEU × (days lost × value of a day + more freight)"
# Column: title, unit, decimals (None: text), formula, factor of the unit shown.
_COLUMNS: dict[str, dict[str, tuple[str, str, int | None, str]]] = {
    "relations": {
        "exporter": ("From", "", None, ""), "importer": ("To", "", None, ""),
        "trade_usd": ("Trade", "million USD a year", 0, "goods that could go in containers"),
        "loss_usd": ("Loss", "million USD a year", 1, _LOSS),
        "loss_pct_of_trade": ("Loss", "% of trade", 2, "100 × loss ÷ trade"),
        "cut_off_usd": ("Cut off", "million USD a year", 1, "trade without any way left"),
        "days_before": ("Days before", "days", 1, "mean over trade that still has a way"),
        "days_after": ("Days now", "days", 1, "mean over trade that still has a way"),
        "land_share_before": ("By land before", "share", 2, "share of TEU by land modes"),
        "land_share_after": ("By land now", "share", 2, "share of TEU by land modes"),
        "tco2e": ("Emissions", "t CO2e a year", 0, "TEU × change of kg CO2e ÷ 1000"),
    },
    "countries": {
        "name": ("Economy", "", None, ""), "iso3": ("Code", "", None, ""),
        "trade_usd": ("Trade", "million USD a year", 0, "exports + imports that are counted"),
        "hit_share": ("Share hit", "share of trade", 3, "trade cut off or over 1 % dearer ÷ trade"),
        "loss_usd": ("Loss", "million USD a year", 1, _LOSS + ", in full for either end"),
        "loss_pct_of_trade": ("Loss", "% of trade", 2, "100 × loss ÷ trade"),
        "cut_off_usd": ("Cut off", "million USD a year", 1, "trade without any way left"),
        "partner_gdp_cut_off_share": ("Partners' GDP cut off", "share", 3,
                                      "GDP of partners without a way ÷ GDP of partners"),
    },
    "detours": {
        "origin": ("From", "", None, ""), "destination": ("To", "", None, ""),
        "days_before": ("Days before", "days", 1, "best way of the mode that carries more"),
        "days_after": ("Days now", "days", 1, "best way of the mode that carries more"),
        "usd_per_teu_before": ("Cost before", "USD per TEU", 0, "sum along the way"),
        "usd_per_teu_after": ("Cost now", "USD per TEU", 0, "sum along the way"),
        "way_before": ("Way before", "", None, ""), "way_after": ("Way now", "", None, ""),
    },
    "gates": {
        "name": ("Gate", "", None, ""), "kind": ("Kind", "", None, ""),
        "teu_per_year": ("Before", "TEU a year", 0, "sum of TEU whose way passes the gate"),
        "teu_per_year_after": ("Now", "TEU a year", 0, "the same after the disruption"),
        "trade_usd_per_year": ("Trade before", "million USD a year", 0, "TEU × value per TEU"),
        "share_of_trade": ("Share of trade", "share", 3, "TEU through the gate ÷ all TEU"),
        "largest_relations": ("Most used by", "", None, ""),
    },
    "queues": {
        "name": ("Gate", "", None, ""), "kind": ("Kind", "", None, ""),
        "base_teu": ("Before", "TEU a year", 0, ""), "teu": ("Now", "TEU a year", 0, ""),
        "base_utilisation": ("Full before", "share of capacity", 2, "TEU ÷ capacity"),
        "utilisation_wanted": ("Wanted", "share of capacity", 2, "TEU that want it ÷ capacity"),
        "time_factor": ("Time", "times as long", 2, "waiting grows with the utilisation"),
    },
}  # fmt: skip


def disrupted(request: DisruptionRequest, context: Context) -> Outcome:
    """The tables of ``beltroad disrupt`` in a job."""
    from beltroad.appraisal import disruption_tables as tables
    from beltroad.appraisal.disruption import Study
    from beltroad.files import csv_bytes
    from beltroad.infrastructure.disruption.shocks import Slowdown
    from beltroad.infrastructure.routes.closures import parse_closures

    progress = context.progress
    study = Study.of(state=request.state, by=request.by, threads=_THREADS, progress=progress)
    closures = parse_closures(request.close, study.network)
    slowed = parse_closures(request.slow, study.network)
    now = study.disrupt(
        closures, [Slowdown(place, request.factor) for place in slowed],
        congestion=request.congestion, progress=progress,
    )  # fmt: skip
    found: dict[str, pd.DataFrame] = {}
    with progress.step("relations and economies"):
        record = tables.summary(study, now)
        found["relations"] = tables.pair_table(study, now)
        found["countries"] = tables.country_table(study, now)
    with progress.step("best detours"):
        most = _ROWS["detours"]
        found["detours"] = tables.relation_table(study, now, found["relations"], most)
    with progress.step("flows through gates"):
        found["gates"] = tables.gate_table(study, now)
    if now.queues is not None:
        found["queues"] = now.queues
    record |= {"weeks": request.weeks, "request": request.model_dump()}
    files = {f"{name}.csv": csv_bytes(table) for name, table in found.items()}
    files["summary.json"] = json.dumps(record, ensure_ascii=False, allow_nan=False).encode()
    return Outcome(summary=record, answer=answer_of(record, found), files=files)


def _computed(formula: str, *inputs: tuple[str, str]) -> Origin:
    return Origin(
        source="Trade of the world accounts routed over the network; see the method",
        kind="computed", formula=formula, method="disruptions", inputs=inputs,
    )  # fmt: skip


def answer_of(record: dict[str, Any], found: dict[str, pd.DataFrame]) -> Answer:
    """Figures first, then who loses, the detours and the gates."""
    weeks = float(record["weeks"])
    loss, trade = float(record["loss_usd"]), float(record["trade_usd"])
    figures = [
        _figure("loss", "Loss in a year", loss / 1e9, "billion USD a year",
                f"sum over relations of {_LOSS}",
                ("time", f"{record['time_usd'] / 1e9:,.3f} billion USD"),
                ("freight", f"{record['freight_usd'] / 1e9:,.3f} billion USD")),
        _figure("loss_pct", "Of all trade counted", 100 * loss / trade, "%", "100 × loss ÷ trade",
                ("trade", f"{trade / 1e9:,.0f} billion USD a year")),
        _figure("hit", "Trade that is hit", 100 * float(record["hit_share"]), "% of trade",
                "trade cut off or made over 1 % dearer to ship ÷ trade"),
        _figure("cut_off", "Trade cut off", float(record["cut_off_usd"]) / 1e9,
                "billion USD a year", "trade without any way left, at its value"),
        _figure("tco2e", "More emissions", float(record["tco2e"]) / 1e6,
                "million t CO2e a year", "TEU × change of kg CO2e along the way"),
    ]  # fmt: skip
    if weeks < _WEEKS:
        figures.insert(1, _figure(
            "loss_weeks", f"Loss over {weeks:g} weeks", loss / 1e9 * weeks / _WEEKS, "billion USD",
            f"loss a year × {weeks:g} ÷ 52; stocks and waiting it out are not counted",
            ("loss a year", f"{loss / 1e9:,.3f} billion USD"),
        ))  # fmt: skip
    if record["mean_days_after"] is not None:
        figures.append(_figure(
            "days", "Mean days door to door", float(record["mean_days_after"]), "days",
            "mean over TEU that still have a way",
            ("before", f"{record['mean_days_before']:.2f} days"),
        ))  # fmt: skip
    notes = (f"Not covered: {text}." for text in record["not_covered"])
    return Answer(
        title=str(record["what"]), figures=tuple(figures),
        tables=tuple(_table(name, frame) for name, frame in found.items()), notes=tuple(notes),
    )  # fmt: skip


def _figure(
    name: str, label: str, value: float, unit: str, formula: str, *inputs: tuple[str, str]
) -> Figure:
    origin = _computed(formula, *inputs)
    return Figure(id=name, label=label, value=value, unit=unit, origin=origin)


def _table(name: str, frame: pd.DataFrame) -> Table:
    shown = frame.head(_ROWS[name]).copy()
    columns = []
    for key, (title, unit, decimals, formula) in _COLUMNS[name].items():
        if key not in shown:
            continue
        if unit.startswith("million USD"):
            shown[key] = shown[key].astype(float) / 1e6
        kind = "text" if decimals is None else "number"
        origin = _computed(formula) if formula else Origin()
        columns.append(Column(name=key, title=title, unit=unit, kind=kind, decimals=decimals,
                              origin=origin))  # fmt: skip
    if name == "countries":
        shown["_href"] = "/countries/" + shown["iso3"].astype(str)
    note = "" if len(frame) == len(shown) else "The largest; the file has all rows."
    return table_of(
        name, _TITLES[name], shown, columns, note=note, origin=_computed(""), total=len(frame)
    )


def choropleth(countries: Table, boundaries: Path | None) -> dict[str, Any]:
    """Outlines of economies with what each loses, per cent of its trade."""
    from beltroad.app.questions import geo

    lost = {row["iso3"]: row["loss_pct_of_trade"] for row in countries.rows}

    def tell(code: str, name: str) -> dict[str, Any]:
        if (value := lost.get(code)) is None:
            return {}
        return {"value": value, "label": f"{name}: {value:,.2f} % of trade"}

    return geo.shaded(
        boundaries, tell, {"source": "computed by beltroad", "licence": "", "as_of": ""}
    )
