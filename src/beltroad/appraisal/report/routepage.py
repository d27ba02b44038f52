"""The page on routes: one HTML file that opens offline, loads nothing, reads without script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from beltroad import evidence
from beltroad.appraisal.report import routechart, routedrawings, theme, words
from beltroad.appraisal.report.headline import Card, state
from beltroad.infrastructure.routes.closures import STRAITS
from beltroad.infrastructure.routes.export import LICENCE, Query, hours_by_group
from beltroad.infrastructure.routes.find import Answer
from beltroad.infrastructure.routes.route import Leg, Stop
from beltroad.infrastructure.routes.schedule import Trip, boarding_words

__all__ = ["route_page"]

_FOLDER = files("beltroad.appraisal.report") / "templates"
# Tables that an answer rests on.
_TABLES = (
    "network_nodes", "network_links", "network_parameters", "borders", "border_defaults",
    "border_closed", "country_groups", "variability", "places", "airports", "projects",
    "service_frequency", "polygons",
)  # fmt: skip
_GROUPS = {
    "moving": ("moving", "#5aa7ac"),
    "terminals": ("loading, terminals, ports", "#8a6d3b"),
    "departure": ("waiting for departure", "#e3b98a"),
    "borders": ("borders, change of gauge", "#b45f19"),
    "canals": ("canals", "#4d8fd1"),
}
_BEST = {"hours_total": "fastest", "usd_per_teu": "cheapest", "kgco2e_per_teu": "least CO2e"}
_MODES = {"water": "inland water"}
_PLAIN = {
    "line_road": "lorry to or from the terminal", "rail_terminal": "rail terminal",
    "road_loading": "loading", "port_dwell": "port", "airport_handling": "airport handling",
    "wait_train": "waiting for the train", "wait_timetable": "waiting for the train (timetable)",
    "wait_ship": "waiting for the ship", "wait_flight": "waiting for the flight",
    "wait_ferry": "waiting for the ferry", "border_rail": "border", "border_road": "border",
    "gauge_change": "change of gauge",
}  # fmt: skip
_LATE = "of 100 trips"


@dataclass(frozen=True)
class Step:
    """One line of an itinerary."""

    kind: str
    mode: str
    what: str
    where: str
    parts: str
    km: str
    hours: str
    usd: str
    kg: str


@dataclass(frozen=True)
class Row:
    """One route as the tables show it."""

    number: int
    chain: str
    mode: str
    efficient: bool
    best: str
    days: str
    spread: str
    arrival: str
    arrival_range: str
    km: str
    usd: str
    kg: str
    said: str
    steps: tuple[Step, ...]
    trains: tuple[str, ...]
    bar: tuple[tuple[str, str, str, float], ...]
    bar_said: str
    still: str
    reserve: str
    slow: str
    passages: str


def route_page(answer: Answer, trips: Sequence[Trip], query: Query) -> str:
    """The answer as a page for people. The same answer gives the same text.

    All names are escaped; a content security policy forbids every request and every script but
    the one of the page, which picks out single routes.
    """
    env = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (_FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda v: theme.clean(v) if type(v) is str else v,
    )
    script = (_FOLDER / "route.js").read_text(encoding="utf-8")
    style = "".join((_FOLDER / n).read_text(encoding="utf-8") for n in ("report.css", "route.css"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return env.get_template("route.html.j2").render(
        **_content(answer, trips, query),
        style=Markup(style),  # noqa: S704 (our own files)
        script=Markup(script),  # noqa: S704
        script_hash=digest,
    )


def _content(answer: Answer, trips: Sequence[Trip], query: Query) -> dict[str, Any]:
    places = (answer.origin, *answer.via, answer.destination)
    longest = max(t.route.hours_total for t in trips)
    rows = [_row(n, t, longest) for n, t in enumerate(trips, start=1)]
    used = {leg.mode for t in trips for leg in t.route.legs}
    return {
        "origin": answer.origin,
        "destination": answer.destination,
        "facts": _facts(answer, query),
        "state": state(query.state),
        "cards": _cards(trips),
        "rows": rows,
        "dated": trips[0].start is not None,
        "map": routedrawings.route_map(trips, [(p.name, p.lat, p.lon) for p in places]),
        "map_width": routedrawings.WIDTH,
        "chart": routechart.scatter(trips),
        "modes": [
            (m, words.sentence(_MODES.get(m, m))) for m in routedrawings.MODE_COLOURS if m in used
        ],
        "colours": routedrawings.MODE_COLOURS,
        "groups": _GROUPS,
        "hours": [(r.number, hours_by_group(t)) for r, t in zip(rows, trips, strict=True)],
        "notes": answer.notes,
        "licence": LICENCE,
        "tables": _tables(),
        "finding": _finding(trips),
        "still_finding": _still_finding(trips),
        "hidden_dominated": all(r.efficient for r in rows),
    }


def _finding(trips: Sequence[Trip]) -> str:
    """How far the routes lie apart, in one line."""
    days = sorted(t.route.days_total for t in trips)
    usd = sorted(t.route.usd_per_teu for t in trips)
    if len(trips) == 1:
        return f"One way: {days[0]:.1f} days and USD {usd[0]:,.0f}"
    return (
        f"From {days[0]:.1f} to {days[-1]:.1f} days, and from USD {usd[0]:,.0f} to "
        f"USD {usd[-1]:,.0f}"
    )


def _still_finding(trips: Sequence[Trip]) -> str:
    shares = sorted(_still(t) for t in trips)
    if shares[-1] - shares[0] < 0.015:
        return f"For {100 * shares[0]:.0f}% of the time the goods stand still"
    return f"For {100 * shares[0]:.0f} to {100 * shares[-1]:.0f}% of the time the goods stand still"


def _still(trip: Trip) -> float:
    """Share of the hours in which nothing moves."""
    hours = trip.route.hours_total
    return 1 - hours_by_group(trip)["moving"] / hours if hours else 0.0


def _facts(answer: Answer, query: Query) -> list[tuple[str, str]]:
    out = [("Network", state(query.state).removeprefix("the ")), ("Load", "one TEU")]
    if answer.via:
        out.append(("By way of", ", ".join(p.label for p in answer.via)))
    if query.modes:
        out.append(("Modes", ", ".join(query.modes)))
    if query.avoided:
        out.append(("Avoided by the shipper", ", ".join(c.label for c in query.avoided)))
    if query.closed:
        out.append(("Closed to everyone", ", ".join(c.label for c in query.closed)))
    if query.depart is not None:
        out.append(("Ready at the origin", f"{query.depart:%a %d %b %Y, %H:%M}"))
    if query.usd_per_day is not None:
        out.append(("Value of a day", f"USD {query.usd_per_day:,.0f} per TEU"))
    if query.scenario:
        out.append(("Scenario", f"{query.scenario} ({query.scenario_digest[:12]})"))
    return [*out, *query.versions.items()]


def _row(number: int, trip: Trip, longest: float) -> Row:
    r, s = trip.route, trip.route.spread
    hours = hours_by_group(trip)
    spent = [(g, _GROUPS[g][0], h) for g, h in hours.items() if h > 0]
    days, spread = f"{r.days_total:.1f}", f"{s.p10_hours / 24:.1f}–{s.p90_hours / 24:.1f}"
    slow = [x for x in r.stops if x.kind in ("border", "gauge change") and x.hours >= 12]
    early, middle, late = (trip.arrival(q) for q in (s.p10_hours, s.p50_hours, s.p90_hours))
    return Row(
        number=number,
        chain=r.chain,
        mode=routechart.main_mode(trip),
        efficient=r.efficient,
        best=", ".join(_BEST[m] for m in r.best_in),
        days=days,
        spread=spread,
        arrival=f"{middle:%d %b %Y}" if middle else "",
        arrival_range=f"{early:%d %b} to {late:%d %b}" if middle else "",
        km=f"{r.km_total:,.0f}",
        usd=f"{r.usd_per_teu:,.0f}",
        kg=f"{r.kgco2e_per_teu:,.0f}",
        said=(
            f"Route {number}: {r.chain}. {days} days ({spread}), USD {r.usd_per_teu:,.0f}, "
            f"{r.kgco2e_per_teu:,.0f} kg CO2e per TEU."
        ),
        steps=tuple(_step(x) for x in r.steps),
        trains=tuple(boarding_words(b) for b in trip.boardings),
        bar=tuple((g, name, f"{h / 24:.1f}", 100 * h / longest) for g, name, h in spent),
        bar_said=f"Route {number}, {days} days: "
        + ", ".join(f"{name} {h / 24:.1f}" for _, name, h in spent),
        still=f"{100 * _still(trip):.0f}%",
        reserve=f"{max(s.p95_hours - r.hours_total, 0) / 24:.1f}",
        slow="; ".join(f"{x.place} ({x.hours:.0f} h)" for x in slow) or words.MISSING,
        passages=", ".join(passage(p) for p in r.passages) or words.MISSING,
    )


def passage(tag: str) -> str:
    """The name of a strait, canal or river stretch as people read it."""
    return STRAITS[tag][0] if tag in STRAITS else words.label(tag)


def _step(step: Leg | Stop) -> Step:
    numbers = {
        "km": f"{step.km:,.0f}" if step.km >= 0.5 else "",
        "hours": f"{step.hours:,.1f}",
        "usd": f"{step.usd:,.0f}",
        "kg": f"{step.kgco2e:,.0f}",
    }
    if isinstance(step, Leg):
        notes = [" – ".join(step.countries)] if step.countries else []
        if step.passages:
            notes.append("through " + ", ".join(passage(p) for p in step.passages))
        return Step(
            kind="leg", mode=step.mode, what=words.sentence(_MODES.get(step.mode, step.mode)),
            where=f"{step.origin} to {step.destination}", parts="; ".join(notes), **numbers,
        )  # fmt: skip
    spent: dict[str, float] = {}
    for name, hours in step.parts:
        word = _PLAIN.get(name, name.replace("_", " "))
        spent[word] = spent.get(word, 0.0) + hours
    parts = ", ".join(f"{name} {hours:.0f} h" for name, hours in spent.items() if hours >= 0.5)
    return Step("stop", "", words.sentence(step.kind), step.place, parts, **numbers)


def _cards(trips: Sequence[Trip]) -> list[Card]:
    """What each of the best offers, then what it costs and what can hold it up."""
    by = {
        m: min(range(len(trips)), key=lambda k: getattr(trips[k].route, m))
        for m in ("hours_total", "usd_per_teu", "kgco2e_per_teu")
    }
    out: list[Card] = []
    for measure, k in by.items():
        r, s = trips[k].route, trips[k].route.spread
        figure = {
            "hours_total": f"{r.days_total:.1f} days",
            "usd_per_teu": f"USD {r.usd_per_teu:,.0f}",
            "kgco2e_per_teu": f"{r.kgco2e_per_teu:,.0f} kg CO2e",
        }[measure]
        rest = {
            "hours_total": f"USD {r.usd_per_teu:,.0f} and {r.kgco2e_per_teu:,.0f} kg CO2e",
            "usd_per_teu": f"{r.days_total:.1f} days and {r.kgco2e_per_teu:,.0f} kg CO2e",
            "kgco2e_per_teu": f"{r.days_total:.1f} days and USD {r.usd_per_teu:,.0f}",
        }[measure]
        span = f"8 of 10 trips take {s.p10_hours / 24:.1f} to {s.p90_hours / 24:.1f} days"
        title = _BEST[measure] if len(trips) > 1 else "the only way"
        what = f"{title}: route {k + 1}, {' + '.join(r.main_modes)}"
        out.append(Card(figure, words.sentence(what), span, f"At {rest} per TEU.", "gain"))
    return out + _costs(trips, by["hours_total"], by["usd_per_teu"])


def _costs(trips: Sequence[Trip], fast: int, cheap: int) -> list[Card]:
    quick, low = trips[fast].route, trips[cheap].route
    out = []
    saved = low.days_total - quick.days_total
    if fast != cheap and saved > 0.05:
        price = (quick.usd_per_teu - low.usd_per_teu) / saved
        more = quick.kgco2e_per_teu - low.kgco2e_per_teu
        out.append(
            Card(
                f"USD {price:,.0f}",
                f"is the price of each day that route {fast + 1} saves over route {cheap + 1}",
                "",
                f"It saves {saved:.1f} days and emits {words.number(abs(more), 0)} kg CO2e "
                f"{'more' if more > 0 else 'less'} per TEU.",
                "cost",
            )
        )
    reserve = {
        k: max(trips[k].route.spread.p95_hours / 24 - trips[k].route.days_total, 0.0)
        for k in dict.fromkeys((cheap, fast))
    }
    first, *others = reserve
    out.append(
        Card(
            f"+{reserve[first]:.1f} days",
            f"must be kept in reserve on route {first + 1} to be on time in 95 {_LATE}",
            "",
            "".join(f"On route {k + 1} it is {reserve[k]:.1f} days. " for k in others)
            + "Delays are modelled; loss, damage and cancelled departures are not.",
            "cost",
        )
    )
    stops = [(x.hours, -n, x) for n, t in enumerate(trips, start=1) for x in t.route.stops]
    if not stops:
        return out
    hours, _, stop = max(stops, key=lambda row: row[:2])
    at = [
        str(n)
        for n, t in enumerate(trips, start=1)
        if any(x.place == stop.place and x.hours > 0.9 * hours for x in t.route.stops)
    ]
    where = "route" if len(at) == 1 else "routes"
    out.append(
        Card(
            f"{hours:,.0f} hours",
            f"is the longest stop: {stop.place}, {where} {', '.join(at)}",
            "",
            f"{_step(stop).parts}.".capitalize(),
            "cost",
        )
    )
    return out


def _tables() -> list[tuple[str, str, str, str, str]]:
    """Tables behind the answer: name, title, licence, vintage, start of the digest."""
    out = []
    for name in _TABLES:
        if name in evidence.names():
            about = evidence.info(name)
            first = about.sources[0]
            out.append((name, about.title, first.licence, first.vintage, about.sha256[:12]))
    return out
