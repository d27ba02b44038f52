"""Routes from a day of departure on: the wait for the train that is known to run.

Without a day, a train is waited for as long as its network parameter says. With one, the table
``service_frequency`` is asked: where a service leaves within 60 km of the place at which the
route boards a train, and goes the way the route goes, the wait is that for its next day of
departure, or half the interval where only the number of trains a week is known. Services are
reported ones of different years, no timetable of today.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.routes.find import MEASURES, SLACK
from beltroad.infrastructure.routes.places import find_place, fold
from beltroad.infrastructure.routes.route import Leg, Route, Stop, pareto
from beltroad.infrastructure.routes.spread import Variability, spread_of

__all__ = [
    "BOARD_KM", "REACH_KM", "TIMETABLE", "Boarding", "Service", "Trip", "boarding_words",
    "compared", "next_departure", "parse_departure", "scheduled", "services",
]  # fmt: skip

BOARD_KM = 60.0
REACH_KM = 150.0
WEEK_HOURS = 168.0
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?", re.ASCII)
# Tables give days of departure but no hour.
DEPARTS_AT = time(12)
# Component of a wait for a train of a known day: nothing of it is left to chance.
TIMETABLE = "wait_timetable"
WAIT = "wait_train"
# Short names that destinations of services are given as, beside those of table ``countries``.
_NAMES = {
    "russia": "RUS", "laos": "LAO", "westernchina": "CHN", "vietnam": "VNM", "iran": "IRN",
}  # fmt: skip


@dataclass(frozen=True)
class Service:
    """Trains that leave one place: how many a week, on which days (1 Monday to 7 Sunday).

    ``target`` is the latitude and longitude of the destination, or None where that is a region;
    ``regions`` are then the alpha-3 codes of its countries. ``per_week`` may be NaN.
    """

    origin: str
    destination: str
    lat: float
    lon: float
    per_week: float
    days: tuple[int, ...]
    year: int
    target: tuple[float, float] | None
    regions: frozenset[str]
    source_title: str = ""
    source_url: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class Boarding:
    """A train that a route boards: the service, when the goods are ready, and the wait in hours.

    ``departs`` is None where the day is not known; ``by`` is ``timetable`` or ``frequency``;
    ``busiest`` is the listed service with most departures that goes the same way.
    """

    place: str
    service: Service
    ready: datetime
    departs: datetime | None
    wait_hours: float
    default_hours: float
    by: str
    busiest: Service | None = None


@dataclass(frozen=True)
class Trip:
    """A route, and when it begins; without a start only the route counts."""

    route: Route
    start: datetime | None = None
    boardings: tuple[Boarding, ...] = ()

    def arrival(self, hours: float) -> datetime | None:
        """The moment so many hours after the start, in local time of the origin."""
        return None if self.start is None else self.start + timedelta(hours=hours)


def parse_departure(text: str) -> datetime:
    """A day, or a day and a minute, as in ISO 8601: ``2026-03-02`` or ``2026-03-02T14:30``.

    Raises
    ------
    InputError
        If it is no such date, or one that no timetable could speak of.
    """
    try:
        found = datetime.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else None
    except ValueError:
        found = None
    if found is None:
        raise InputError(
            f"{text[:40]!r} is no day of departure; write YYYY-MM-DD or YYYY-MM-DDTHH:MM, "
            "in local time of the origin"
        )
    if not 1990 <= found.year <= 2100:
        raise InputError(f"{text[:40]!r}: the year of departure must lie between 1990 and 2100")
    return found


def services(table: pd.DataFrame | None = None) -> tuple[Service, ...]:
    """Trains of the table ``service_frequency`` whose destination can be placed."""
    if table is None:
        return _bundled()
    rows = table[table["place_kind"] == "rail_relation"].to_dict("records")
    return tuple(s for row in rows if (s := _service({str(k): v for k, v in row.items()})))


@lru_cache(maxsize=1)
def _bundled() -> tuple[Service, ...]:
    return services(evidence.load("service_frequency"))


def next_departure(ready: datetime, days: Iterable[int]) -> datetime:
    """The first noon at or after ``ready`` on one of the ISO days of the week."""
    wanted = set(days)
    for ahead in range(8):
        moment = datetime.combine(ready.date() + timedelta(days=ahead), DEPARTS_AT)
        if moment >= ready and moment.isoweekday() in wanted:
            return moment
    raise InputError(f"days of departure {sorted(wanted)} are not among 1 (Monday) to 7 (Sunday)")


def scheduled(
    route: Route,
    start: datetime,
    known: Sequence[Service],
    variability: Variability,
    *,
    seed: int = 1,
) -> Trip:
    """The route as it runs when it begins at ``start``: waits for trains replaced, spread anew.

    Days of departure count for the train that lorries bring the goods to. A later train is
    reached on a day that cannot be told, so that half the interval stands for its wait.
    """
    steps: list[Leg | Stop] = []
    boardings: list[Boarding] = []
    hours, told = 0.0, True
    for k, step in enumerate(route.steps):
        new: Leg | Stop = step
        if isinstance(step, Leg):
            told &= step.mode == "road"
        elif any(part.component == WAIT for part in step.spent):
            arrived = start + timedelta(hours=hours)
            new, boarding = _boarded(step, route.steps[k + 1 :], arrived, known, told)
            boardings += [boarding] if boarding else []
            told = False
        hours += new.hours
        steps.append(new)
    changed = replace(route, steps=tuple(steps))
    certain = Variability({**variability.rows, (TIMETABLE, ""): ("lognormal", 0.0)})
    changed = replace(changed, spread=spread_of(changed.parts, certain, seed=seed))
    return Trip(changed, start, tuple(boardings))


def compared(trips: Sequence[Trip]) -> list[Trip]:
    """Trips with ``efficient`` and ``best_in`` as their hours now are, the efficient ones first."""
    measure = np.array([[getattr(t.route, m) for m in MEASURES] for t in trips])
    best = measure.min(axis=0)
    out = []
    for trip, row, front in zip(trips, measure, pareto(map(tuple, measure), SLACK), strict=True):
        winners = tuple(m for m, v, b in zip(MEASURES, row, best, strict=True) if v <= b)
        # What is best in one measure stays, even where the slack calls another as good.
        best_route = replace(trip.route, efficient=front or bool(winners), best_in=winners)
        out.append(replace(trip, route=best_route))
    return sorted(out, key=lambda t: (not t.route.efficient, t.route.hours_total))


def boarding_words(b: Boarding) -> str:
    """One sentence on the train that is boarded, for readers."""
    s = b.service
    said = f"Train at {b.place}: {s.origin} - {s.destination} (reported for {s.year})"
    if b.departs is not None:
        said += f", next on {b.departs:%a %Y-%m-%d}, taken as noon as no hour is published"
    else:
        said += f", {s.per_week:g} a week, so half the interval"
    said += f"; wait {b.wait_hours:.0f} h instead of {b.default_hours:.0f} h."
    if b.busiest is not None and b.departs is not None and b.busiest.per_week > len(s.days):
        other = WEEK_HOURS / b.busiest.per_week / 2
        said += (
            f" All trains {b.busiest.origin} - {b.busiest.destination}: {b.busiest.per_week:g} a "
            f"week; with room on any of them the wait would be about {other:.0f} h."
        )
    return said


def _boarded(
    stop: Stop,
    onward: Sequence[Leg | Stop],
    arrived: datetime,
    known: Sequence[Service],
    told: bool,
) -> tuple[Stop, Boarding | None]:
    """A stop with its wait for a train replaced, if a service is known."""
    at = [part.component for part in stop.spent].index(WAIT)
    ready = arrived + timedelta(hours=sum(part.hours for part in stop.spent[:at]))
    run = _run(onward)
    fitting = [s for s in known if run and _fits(s, run)]
    dated = [(next_departure(ready, s.days), s) for s in fitting if s.days] if told else []
    counted = [s for s in fitting if s.per_week > 0]
    departs: datetime | None = None
    if dated:
        departs, service = min(dated, key=lambda d: (d[1].target is None, d[0]))
        wait, component = (departs - ready).total_seconds() / 3600, TIMETABLE
    elif counted:
        service = max(counted, key=lambda s: (s.target is not None, s.year, s.per_week))
        wait, component = WEEK_HOURS / service.per_week / 2, WAIT
    else:
        return stop, None
    old = stop.spent[at]
    part = replace(old, component=component, group="" if dated else old.group, hours=wait)
    spent = (*stop.spent[:at], part, *stop.spent[at + 1 :])
    new = replace(stop, spent=spent, hours=sum(p.hours for p in spent))
    how = "timetable" if dated else "frequency"
    busiest = max(counted, key=lambda s: s.per_week, default=None)
    return new, Boarding(stop.place, service, ready, departs, wait, old.hours, how, busiest)


def _run(steps: Sequence[Leg | Stop]) -> list[Leg]:
    """Legs of the train boarded here: up to where the goods leave the rails."""
    out: list[Leg] = []
    for step in steps:
        if isinstance(step, Leg):
            if step.mode != "rail":
                break
            out.append(step)
        elif out and step.kind not in ("border", "gauge change"):
            break
    return out


def _fits(service: Service, run: Sequence[Leg]) -> bool:
    lat, lon = run[0].points[0]
    if _km(service.lat, service.lon, lat, lon) > BOARD_KM:
        return False
    if service.target is None:
        return any(c in service.regions for leg in run for c in leg.countries)
    points = np.vstack([leg.points for leg in run])
    away = great_circle_km(*service.target, points[:, 0], points[:, 1])
    whole = _km(service.lat, service.lon, *service.target)
    return bool(np.min(away) <= min(REACH_KM, whole / 2))


def _service(row: dict[str, object]) -> Service | None:
    number: NDArray[np.float64] = np.array(
        [row["origin_lat"], row["origin_lon"], row["departures_per_week"], row["year"]], np.float64
    )
    if not np.isfinite(number[:2]).all():
        return None
    regions = _countries(str(row["destination"]))
    target = None if regions else _target(str(row["destination"]), number)
    if not regions and target is None:
        return None
    days = tuple(int(d) for d in str(row["schedule_days"]).split(";") if d.strip())
    return Service(
        str(row["origin"]), str(row["destination"]), float(number[0]), float(number[1]),
        float(number[2]), days, int(number[3]), target, regions, str(row["source_title"]),
        str(row["source_url"]), str(row["confidence"]),
    )  # fmt: skip


def _target(text: str, origin: NDArray[np.float64]) -> tuple[float, float] | None:
    """The destination's place: its own name, else that in brackets; None where none is known."""
    name, _, inner = text.partition("(")
    for word in (name, inner.rstrip(")")):
        if word.strip():
            try:
                place = find_place(word.strip())
            except InputError:
                continue
            if _km(float(origin[0]), float(origin[1]), place.lat, place.lon) > BOARD_KM:
                return place.lat, place.lon
    return None


def _countries(text: str) -> frozenset[str]:
    """Codes of the countries, regions and continents (UN M49) that a destination is given as."""
    table = evidence.load("countries")
    known = {fold(n): {c} for n, c in zip(table["name"], table["iso3"], strict=True)}
    for column in ("continent", "region"):
        known |= {fold(str(n)): set(rows["iso3"]) for n, rows in table.groupby(column)}
    out: set[str] = set()
    for word in text.partition("(")[0].replace(" and ", ",").split(","):
        key = fold(word)
        out |= {_NAMES[key]} if key in _NAMES else known.get(key, set())
    return frozenset(out)


def _km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    return float(great_circle_km(lat_a, lon_a, lat_b, lon_b))
