"""What the columns of the tables of routes are: unit, formula, method, source."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Column, Origin, Table, table_of
from beltroad.infrastructure.routes.export import LICENCE
from beltroad.infrastructure.routes.route import Leg, Stop

__all__ = [
    "TABLES", "component", "computed", "detour_table", "hours_table", "itinerary_table",
    "parameters", "sources", "step_origin", "ways_table",
]  # fmt: skip

# Bundled tables that an answer rests on.
TABLES = (
    "network_nodes", "network_links", "network_parameters", "borders", "border_defaults",
    "border_closed", "country_groups", "variability", "places", "airports", "projects",
    "service_frequency",
)  # fmt: skip
_WORDS = {
    "line_road": "lorry", "line_rail": "train", "line_sea": "ship", "line_water": "barge",
    "rail_terminal": "rail terminal", "road_loading": "loading", "port_dwell": "port",
    "airport_handling": "airport handling", "wait_train": "waiting for the train",
    "wait_timetable": "waiting for the train (timetable)", "wait_ship": "waiting for the ship",
    "wait_flight": "waiting for the flight", "wait_ferry": "waiting for the ferry",
    "border_rail": "border", "border_road": "border", "gauge_change": "change of gauge",
}  # fmt: skip
_SPREAD = "percentile over 4,096 draws of independent delays by part of the trip"


def component(name: str) -> str:
    """What a part of the time is spent on, in words."""
    return _WORDS.get(name, name.replace("_", " "))


def computed(
    formula: str, *, inputs: Sequence[tuple[str, str]] = (), method: str = "routes"
) -> Origin:
    """Computed by the route search from the tables of the network."""
    return Origin(
        source="Computed: parameters below", licence=LICENCE,
        kind="computed", formula=formula, method=method, inputs=tuple(inputs),
    )  # fmt: skip


def _number(
    name: str, title: str, unit: str, decimals: int, formula: str, method: str = "routes",
    description: str = "",
) -> Column:  # fmt: skip
    return Column(
        name=name, title=title, unit=unit, kind="number", decimals=decimals,
        description=description, origin=computed(formula, method=method),
    )  # fmt: skip


_DAYS = _number("days", "Days", "days", 1, "sum of the mean hours of all legs and stops ÷ 24",
                "transit-times")  # fmt: skip
_KM = _number("km", "Distance", "km", 0, "sum over legs, lorry trips to terminals included")
_USD = _number("usd", "Cost", "USD per TEU", 0,
               "sum of line-haul rates × km, handling, fees and canal dues")  # fmt: skip
_KG = _number("kg", "Emissions", "kg CO2e per TEU", 0,
              "sum of km × tonnes per TEU × grams per tonne-km, well to wheel")  # fmt: skip


def ways_table(frame: pd.DataFrame, name: str, title: str) -> Table:
    """The Pareto set: one row a way."""
    described = [
        Column(name="number", title="Way", kind="number", unit="number", decimals=0),
        Column(name="chain", title="By", description="Main modes, slow borders and ports."),
        Column(name="best", title="Best in"),
        _DAYS,
        _number("p10", "1 in 10 is quicker", "days", 1, _SPREAD),
        _number("p90", "1 in 10 is slower", "days", 1, _SPREAD),
        *([Column(name="arrives", title="Arrives", kind="date",
                  description="Median, local time of the origin.")]
          if frame["arrives"].notna().any() else []),
        _KM, _USD, _KG,
        _number("reserve", "Reserve", "days", 1, "95th percentile − mean",
                description="Days to add to the mean to be on time in 95 of 100 trips."),
        _number("buffer", "Buffer time index", "share of the mean", 2,
                "(95th percentile − mean) ÷ mean", description="Reliability: 0 is never late."),
        Column(name="passages", title="Straits and canals"),
    ]  # fmt: skip
    return table_of(
        name, title, frame, described, origin=computed("a way stays if no other is as good in all "
        "three of days, USD and CO2e"),
    )  # fmt: skip


def detour_table(frame: pd.DataFrame) -> Table:
    """What the closure costs, for the best way in each measure."""
    more = "best way with the closure − best way without it"
    described = [Column(name="best", title="Best way")]
    for name, title, unit, decimals in (
        ("days", "Days", "days", 1), ("usd", "Cost", "USD per TEU", 0),
        ("kg", "Emissions", "kg CO2e per TEU", 0),
    ):  # fmt: skip
        described += [
            _number(f"{name}_without", f"{title} without", unit, decimals, "nothing closed"),
            _number(f"{name}_with", f"{title} with", unit, decimals, "with what is closed"),
            _number(f"{name}_more", f"{title} more", unit, decimals, more),
        ]
    described += [
        Column(name="chain_without", title="Way without"),
        Column(name="chain_with", title="Way with"),
    ]
    return table_of(
        "detour", "What the closure costs", frame, described, origin=computed(more),
        note="Each row compares the best way in one measure; the other two measures of that way "
        "may then get better or worse.",
    )  # fmt: skip


def hours_table(frame: pd.DataFrame) -> Table:
    """Where the time goes."""
    titles = {"moving": "Moving", "terminals": "Loading, terminals, ports",
              "departure": "Waiting for departure", "borders": "Borders, change of gauge",
              "canals": "Canals"}  # fmt: skip
    described = [
        Column(name="number", title="Way", kind="number", unit="number", decimals=0),
        Column(name="chain", title="By"),
        *(_number(name, title, "hours", 1, "sum of the parts of this kind", "transit-times")
          for name, title in titles.items()),
    ]  # fmt: skip
    return table_of("hours", "Where the time goes", frame, described,
                    origin=computed("hours by part, joined in five groups"))  # fmt: skip


def itinerary_table(number: int, chain: str, frame: pd.DataFrame, note: str) -> Table:
    """One way step by step."""
    described = (
        Column(name="step", title="Step", kind="number", unit="number", decimals=0),
        Column(name="what", title="What"), Column(name="where", title="Where"),
        Column(name="why", title="Why and what for",
               description="Countries and straits of a leg; what the hours of a stop are for."),
        _KM.model_copy(update={"origin": computed("length along the network")}),
        _number("hours", "Time", "hours", 1, "km ÷ speed on a leg; sum of its parts at a stop",
                "transit-times"),
        _USD.model_copy(update={"decimals": 0}), _KG,
    )  # fmt: skip
    return table_of(f"way-{number}", f"{number}: {chain}", frame, described, note=note,
                    origin=computed("steps in order of travel"))  # fmt: skip


@lru_cache(maxsize=1)
def _borders() -> dict[str, dict[str, Any]]:
    return {
        str(r["border_id"]): {str(k): v for k, v in r.items()}
        for r in evidence.load("borders").to_dict("records")
    }


def step_origin(step: Leg | Stop) -> Origin:
    """Where the figures of one step come from; a listed border has its own source."""
    spent: dict[str, float] = {}
    for part in step.spent:
        spent[component(part.component)] = spent.get(component(part.component), 0.0) + part.hours
    inputs = [(name, f"{hours:.1f} h") for name, hours in spent.items() if hours]
    if isinstance(step, Leg):
        inputs = [("km", f"{step.km:,.0f}"), *inputs]
        return computed(
            "hours = km ÷ speed of the mode in each country; USD and CO2e = km × rate of the mode",
            inputs=inputs, method="transit-times",
        )  # fmt: skip
    row = _borders().get(step.ref)
    if row is not None:
        listed = any(pd.notna(row[c]) for c in ("wait_ab_hours", "wait_ba_hours"))
        known = Origin(source=evidence.info("border_defaults").title, note="No wait is listed.")
        if listed:
            known = Origin(source=str(row["source_title"]), url=str(row["source_url"] or ""),
                           as_of=str(row["source_year"]),
                           note=f"confidence: {row['confidence']}")  # fmt: skip
        return known.model_copy(update={
            "kind": "computed", "inputs": tuple(inputs), "method": "transit-times",
            "formula": "wait in this direction, and change of gauge where there is one",
        })  # fmt: skip
    return computed("sum of the parts of the stop", inputs=inputs, method="transit-times")


def parameters(modes: Collection[str]) -> Table:
    """Parameters of the modes used, each with its range and source."""
    table = evidence.load("network_parameters")
    kept = table[table["mode"].isin({*modes, ""}) | table["mode"].isna()]
    rows = []
    for r in kept.to_dict("records"):
        origin = Origin(
            source=str(r["source_title"]), url=str(r["source_url"] or ""), as_of=str(r["year"]),
            kind="assumed" if str(r["source_title"]).startswith("imputed") else "observed",
            method="parameters", note=f"confidence: {r['confidence']}. {r['note'] or ''}".strip(),
        )  # fmt: skip
        rows.append(
            {"parameter": str(r["parameter"]).replace("_", " "), "mode": r["mode"] or None,
             "group": r["country_group"] or None, "value": r["value"], "low": r["low"],
             "high": r["high"], "unit": r["unit"], "source": r["source_title"],
             "confidence": r["confidence"], "_origin": origin.model_dump()}
        )  # fmt: skip
    described = (
        Column(name="parameter", title="Parameter"), Column(name="mode", title="Mode"),
        Column(name="group", title="Countries"),
        Column(name="value", title="Value", unit="as in the row", kind="number"),
        Column(name="low", title="Low", unit="as in the row", kind="number"),
        Column(name="high", title="High", unit="as in the row", kind="number"),
        Column(name="unit", title="Unit"), Column(name="source", title="Source"),
        Column(name="confidence", title="Confidence"),
    )  # fmt: skip
    return table_of("parameters", "Parameters and their sources", pd.DataFrame(rows), described,
                    origin=Origin(source=evidence.info("network_parameters").title,
                                  kind="observed", method="parameters"))  # fmt: skip


def sources() -> Table:
    """Bundled tables behind an answer, with publisher, licence and vintage."""
    rows = []
    for name in TABLES:
        about = evidence.info(name)
        first = about.sources[0]
        rows.append(
            {"table": name, "content": about.title, "source": first.title,
             "licence": first.licence, "vintage": first.vintage, "sha256": about.sha256[:12]}
        )  # fmt: skip
    described = (
        Column(name="table", title="Table"), Column(name="content", title="Content"),
        Column(name="source", title="First source"), Column(name="licence", title="Licence"),
        Column(name="vintage", title="Vintage"), Column(name="sha256", title="SHA-256"),
    )  # fmt: skip
    return table_of("sources", "Tables behind this answer", pd.DataFrame(rows), described,
                    note=f"{LICENCE}.",
                    origin=Origin(source="bundled tables", kind="observed",
                                  method="evidence"))  # fmt: skip
