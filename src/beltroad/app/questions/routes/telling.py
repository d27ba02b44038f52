"""A found answer as figures, tables, drawings and files; every figure says where it comes from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Answer, Column, Figure, Origin, Table, table_of
from beltroad.app.jobs.kinds import Outcome
from beltroad.app.questions.routes import columns, geo
from beltroad.app.questions.routes.finding import Found
from beltroad.app.work.routes import RouteRequest
from beltroad.appraisal.report import routechart
from beltroad.appraisal.report.routepage import passage, route_page
from beltroad.infrastructure.routes.export import answer_record, geojson, hours_by_group
from beltroad.infrastructure.routes.route import Leg, Route, Stop
from beltroad.infrastructure.routes.schedule import Trip, boarding_words

__all__ = ["MEASURES", "best", "detour", "outcome"]

# Attribute of a route, what is best in it, its unit and how the others stand to it.
MEASURES = (
    ("hours_total", "Fastest"), ("usd_per_teu", "Cheapest"), ("kgco2e_per_teu", "Least CO2e"),
)  # fmt: skip
_NOTES = (
    "Times and costs are means of published figures by mode and group of countries, not quotes of "
    "a carrier; percentiles come from 4,096 draws of independent delays.",
    "Loss, damage, insurance, sanctions, permits and capacity limits are not priced. A route shown "
    "here may be unlawful or unavailable to a shipper.",
)


def outcome(request: RouteRequest, found: Found) -> Outcome:
    """What the job keeps: the answer for pages, records, drawings, GeoJSON and a page to send."""
    answer = answer_of(found)
    record = answer_record(found.answer, found.shown, found.query)
    shape = geojson(found.answer, found.shown, found.query)
    files: dict[str, Any] = {
        "routes.json": record, "routes.geojson": shape,
        "drawings.json": {"with": asdict(routechart.scatter(found.shown))},
        "map.json": {"with": geo.features(found.shown)},
    }  # fmt: skip
    if found.without is not None:
        open_ = found.without
        files["without.json"] = answer_record(open_.answer, open_.shown, open_.query)
        files["drawings.json"]["without"] = asdict(routechart.scatter(open_.shown))
        files["map.json"]["without"] = geo.features(open_.shown)
    packed = {name: _json(value) for name, value in files.items()}
    packed["routes.html"] = route_page(found.answer, found.shown, found.query).encode()
    summary = {
        "origin": found.answer.origin.label, "destination": found.answer.destination.label,
        "state": found.query.state, "closed": [c.label for c in found.query.closed],
        "avoided": [c.label for c in found.query.avoided], "request": request.model_dump(),
        "ways": len(found.shown), "beaten": len(found.trips) - len(found.shown),
        "chains": [t.route.chain for t in found.shown],
        "without_chains": [t.route.chain for t in found.without.shown] if found.without else [],
        "detour": detour(found) if found.without else [],
        "usd_per_teu_day": found.query.usd_per_day,
        "depart": found.query.depart.isoformat(timespec="minutes") if found.query.depart else "",
    }  # fmt: skip
    return Outcome(summary=summary, answer=answer, files=packed)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n").encode()


def best(trips: Sequence[Trip], measure: str) -> Route:
    """The way that is best in one measure."""
    return min((t.route for t in trips), key=lambda r: (getattr(r, measure), r.hours_total))


def detour(found: Found) -> list[dict[str, Any]]:
    """Best ways without and with the closure, and what the closure costs.

    A way that is left with the closure is there without it too: so nothing gets better by it.
    """
    if found.without is None:
        return []
    rows = []
    after, before_all = found.shown, [*found.without.shown, *found.shown]
    asked: list[tuple[str, str, Sequence[Trip], Sequence[Trip]]] = [
        (word, measure, after, before_all) for measure, word in MEASURES
    ]
    slower = [[t for t in ways if "air" not in t.route.main_modes] for ways in (after, before_all)]
    if all(slower) and len(slower[0]) < len(after):
        asked.insert(1, ("Fastest without air", "hours_total", slower[0], slower[1]))
    for word, measure, left, there in asked:
        now, before = best(left, measure), best(there, measure)
        row: dict[str, Any] = {"best": word}
        for side, route in (("without", before), ("with", now)):
            row |= {
                f"chain_{side}": route.chain, f"days_{side}": route.days_total,
                f"usd_{side}": route.usd_per_teu, f"kg_{side}": route.kgco2e_per_teu,
            }  # fmt: skip
        for name in ("days", "usd", "kg"):
            row[f"{name}_more"] = row[f"{name}_with"] - row[f"{name}_without"]
        rows.append(row)
    return rows


def answer_of(found: Found) -> Answer:
    """Figures first, then the ways, what a closure costs, itineraries and sources."""
    tables = [columns.ways_table(_ways(found.shown), "routes", "Ways")]
    if found.without is not None:
        tables.append(columns.detour_table(pd.DataFrame(detour(found))))
        before = _ways(found.without.shown)
        tables.append(columns.ways_table(before, "without", "Ways without the closure"))
    tables.append(columns.hours_table(_hours(found.shown)))
    tables += [_itinerary(n, trip) for n, trip in enumerate(found.shown, start=1)]
    if any(t.boardings for t in found.shown):
        tables.append(_trains(found.shown))
    used = {leg.mode for t in found.trips for leg in t.route.legs}
    tables += [columns.parameters(used), columns.sources()]
    return Answer(
        title=f"{found.answer.origin.label} to {found.answer.destination.label}",
        figures=tuple(_figures(found)), tables=tuple(tables),
        notes=(*found.answer.notes, *_NOTES),
    )  # fmt: skip


def _figures(found: Found) -> list[Figure]:
    out = []
    units = {"hours_total": "days", "usd_per_teu": "USD per TEU",
             "kgco2e_per_teu": "kg CO2e per TEU"}  # fmt: skip
    for measure, word in MEASURES:
        route = best(found.shown, measure)
        value: float = getattr(route, measure)
        span: tuple[float | None, float | None] = (None, None)
        inputs: list[tuple[str, str]] = []
        if measure == "hours_total":
            value = route.days_total
            span = (route.spread.p10_hours / 24, route.spread.p90_hours / 24)
            spent = hours_by_group(Trip(route))
            inputs = [(name, f"{hours / 24:.2f} days") for name, hours in spent.items() if hours]
        else:
            attribute = "usd" if measure == "usd_per_teu" else "kgco2e"
            inputs = [
                (_name(step), f"{getattr(step, attribute):,.0f} {units[measure].split()[0]}")
                for step in route.steps
                if getattr(step, attribute) >= 0.5
            ]
        out.append(
            Figure(
                id=measure, label=f"{word}: {route.chain}", value=round(float(value), 2),
                unit=units[measure], low=span[0], high=span[1],
                origin=columns.computed(
                    "sum over the legs and stops of the way, on average"
                    + ("; range: 8 of 10 trips" if span[0] is not None else ""),
                    inputs=inputs,
                ),
            )
        )  # fmt: skip
    rows = {row["best"]: row for row in detour(found)}
    for word, name in (("Fastest", "days"), ("Cheapest", "usd"), ("Cheapest", "days")):
        if (row := rows.get(word)) is None:
            continue
        unit = "days" if name == "days" else "USD per TEU"
        out.append(
            Figure(
                id=f"more_{name}_{word.lower()}", label=f"{word} way: the closure adds",
                value=round(row[f"{name}_more"], 2), unit=unit,
                origin=columns.computed(
                    "best way with the closure − best way without it",
                    inputs=[("with", f"{row[f'{name}_with']:,.2f} {unit}"),
                            ("without", f"{row[f'{name}_without']:,.2f} {unit}")],
                ),
            )
        )  # fmt: skip
    return out


def _name(step: Leg | Stop) -> str:
    if isinstance(step, Leg):
        return f"{step.mode}, {step.origin} to {step.destination}"
    return f"{step.kind}, {step.place}"


def _ways(trips: Sequence[Trip]) -> pd.DataFrame:
    rows = []
    for number, trip in enumerate(trips, start=1):
        r, s = trip.route, trip.route.spread
        middle = trip.arrival(s.p50_hours)
        rows.append(
            {
                "number": number, "chain": r.chain, "best": _best_words(r, len(trips)),
                "days": r.days_total, "p10": s.p10_hours / 24, "p90": s.p90_hours / 24,
                "arrives": f"{middle:%Y-%m-%d}" if middle else None, "km": r.km_total,
                "usd": r.usd_per_teu, "kg": r.kgco2e_per_teu,
                "reserve": max(s.p95_hours - r.hours_total, 0.0) / 24,
                "buffer": s.buffer_time_index,
                "passages": ", ".join(passage(p) for p in r.passages) or None,
                "_href": f"#way-{number}",
                "_origin": columns.computed(
                    "sum over legs and stops",
                    inputs=[(g, f"{h:.1f} h") for g, h in hours_by_group(trip).items() if h],
                ).model_dump(),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _best_words(route: Route, count: int) -> str | None:
    if not route.efficient:
        return "beaten in all three"
    words = [word[0].lower() + word[1:] for measure, word in MEASURES if measure in route.best_in]
    return ", ".join(words) or (None if count > 1 else "the only way")


def _hours(trips: Sequence[Trip]) -> pd.DataFrame:
    rows = [
        {"number": n, "chain": t.route.chain, **hours_by_group(t)}
        for n, t in enumerate(trips, start=1)
    ]
    return pd.DataFrame(rows)


def _itinerary(number: int, trip: Trip) -> Table:
    rows = []
    for at, step in enumerate(trip.route.steps, start=1):
        leg = isinstance(step, Leg)
        rows.append(
            {
                "step": at, "what": step.mode if isinstance(step, Leg) else step.kind,
                "where": f"{step.origin} to {step.destination}" if isinstance(step, Leg)
                else step.place,
                "why": _why(step), "km": step.km if leg or step.km >= 0.5 else None,
                "hours": step.hours, "usd": step.usd, "kg": step.kgco2e,
                "_origin": columns.step_origin(step).model_dump(),
            }
        )  # fmt: skip
    r = trip.route
    note = "; ".join(boarding_words(b) for b in trip.boardings)
    if trip.start is not None and not trip.boardings and "rail" in r.main_modes:
        note = "No train service is listed for this route: waits as without a date."
    return columns.itinerary_table(number, r.chain, pd.DataFrame(rows), note)


def _why(step: Leg | Stop) -> str | None:
    """What the hours of a step are for, or the countries and straits of a leg."""
    if isinstance(step, Leg):
        parts = [" – ".join(step.countries)] if step.countries else []
        if step.passages:
            parts.append("through " + ", ".join(passage(p) for p in step.passages))
        return "; ".join(parts) or None
    spent: dict[str, float] = {}
    for name, hours in step.parts:
        word = columns.component(name)
        spent[word] = spent.get(word, 0.0) + hours
    return ", ".join(f"{name} {h:.0f} h" for name, h in spent.items() if h >= 0.5) or None


def _trains(trips: Sequence[Trip]) -> Table:
    rows = []
    for number, trip in enumerate(trips, start=1):
        for b in trip.boardings:
            s = b.service
            rows.append(
                {
                    "number": number, "place": b.place, "service": f"{s.origin} – {s.destination}",
                    "ready": f"{b.ready:%Y-%m-%d %H:%M}",
                    "departs": f"{b.departs:%Y-%m-%d %H:%M}" if b.departs else None,
                    "wait": b.wait_hours, "default": b.default_hours,
                    "per_week": s.per_week, "year": s.year, "source": s.source_title,
                    "_origin": Origin(
                        source=s.source_title, url=s.source_url, as_of=str(s.year), kind="claimed",
                        method="routes", note=f"confidence: {s.confidence}",
                    ).model_dump(),
                }
            )  # fmt: skip
    described = (
        Column(name="number", title="Way", kind="number", unit="number", decimals=0),
        Column(name="place", title="Boards at"), Column(name="service", title="Service"),
        Column(name="ready", title="Ready", kind="date"),
        Column(name="departs", title="Departs", kind="date",
               description="Empty where only the trains a week are known."),
        Column(name="wait", title="Wait", unit="hours", kind="number", decimals=1),
        Column(name="default", title="Wait without a date", unit="hours", kind="number",
               decimals=1),
        Column(name="per_week", title="Departures", unit="a week", kind="number", decimals=1),
        Column(name="year", title="Listed in", unit="year", kind="number"),
        Column(name="source", title="Source"),
    )  # fmt: skip
    return table_of(
        "trains", "Trains that are boarded", pd.DataFrame(rows), described,
        note="Days of departure are those once reported; nothing says that the train still runs.",
        origin=Origin(source=evidence.info("service_frequency").title, kind="claimed",
                      method="routes"),
    )  # fmt: skip
