"""Routes as records and GeoJSON, and from a day of departure on: identities and hostile cases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.routes.closures import Closure
from beltroad.infrastructure.routes.export import (
    GROUPS,
    Query,
    answer_record,
    cut,
    densified,
    geojson,
    hours_by_group,
)
from beltroad.infrastructure.routes.find import Answer
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.route import Leg, Route, Stop
from beltroad.infrastructure.routes.schedule import (
    Trip,
    boarding_words,
    compared,
    next_departure,
    parse_departure,
    scheduled,
    services,
)
from beltroad.infrastructure.routes.spread import Part, Variability, spread_of

MONDAY = datetime(2026, 3, 2)
SURE = Variability(
    {
        (c, ""): ("lognormal", 0.0)
        for c in ("rail_terminal", "line_rail", "line_road", "line_sea", "border_rail")
    }
    | {("wait_train", ""): ("uniform", 0.577)}
)


def part(component: str, hours: float, place: str = "") -> Part:
    return Part(component, "", place, hours)


def leg(mode: str, points: list[tuple[float, float]], *countries: str, hours: float = 10.0) -> Leg:
    where = np.array(points, float)
    km = float(great_circle_km(*where[0], *where[-1]))
    return Leg(
        mode, "here", "there", countries, km, hours, 100.0, 50.0, where,
        spent=(part(f"line_{mode}", hours),),
    )  # fmt: skip


def stop(place: str, lat: float, lon: float, *spent: Part, kind: str = "terminal") -> Stop:
    return Stop(kind, place, sum(p.hours for p in spent), 20.0, 5.0, 1.0, lat, lon, spent)


def route(*steps: Leg | Stop) -> Route:
    none = np.empty(0, np.int64)
    bare = Route("rail", steps, spread_of((), SURE), none, none.astype(bool))
    return replace(bare, spread=spread_of(bare.parts, SURE))


def by_rail(wait: float = 40.0) -> Route:
    """Goods are ready 20 hours after the start; the train runs east to west over a border."""
    return route(
        stop("Alpha", 0, 50, part("rail_terminal", 20.0), part("wait_train", wait)),
        leg("rail", [(0, 50), (0, 45), (0, 40)], "AAA", hours=30),
        stop("Gate", 0, 40, part("border_rail", 12.0), kind="border"),
        leg("rail", [(0, 40), (0, 30), (0, 20)], "BBB", hours=40),
        stop("Omega", 0, 20, part("rail_terminal", 10.0)),
    )


def table(*rows: dict[str, object]) -> pd.DataFrame:
    plain = {
        "place_kind": "rail_relation", "origin": "Alpha", "destination": "Europe",
        "origin_lat": 0.1, "origin_lon": 50.1, "departures_per_week": np.nan, "year": 2024,
        "schedule_days": "", "source_title": "t", "source_url": "u", "confidence": "high",
    }  # fmt: skip
    return pd.DataFrame([plain | row for row in rows])


def ends(a: tuple[float, float] = (0, 50), b: tuple[float, float] = (0, 20)) -> Answer:
    return Answer(Place("Alpha", "city", "AAA", *a), Place("Omega", "city", "BBB", *b), (), ())


def to(lat: float, lon: float, **more: object) -> tuple:
    """A service to a point; its destination's name plays no part."""
    found = services(table({"destination": "China", **more}))
    return tuple(replace(s, target=(lat, lon), regions=frozenset()) for s in found)


# --- schedules ----------------------------------------------------------------------------------


def test_the_wait_is_until_noon_of_the_next_day_of_departure() -> None:
    trip = scheduled(by_rail(), MONDAY, to(0, 20, schedule_days="3;6"), SURE)
    # Ready on Monday at 20:00; Wednesday noon is 40 hours later.
    (boarding,) = trip.boardings
    assert boarding.ready == MONDAY + timedelta(hours=20)
    assert boarding.departs == datetime(2026, 3, 4, 12)
    assert boarding.wait_hours == 40.0
    late = scheduled(by_rail(), MONDAY + timedelta(days=2), to(0, 20, schedule_days="3;6"), SURE)
    assert late.boardings[0].departs == datetime(2026, 3, 7, 12)


def test_only_the_wait_changes_and_totals_follow() -> None:
    plain = by_rail(wait=40.0)
    trip = scheduled(plain, MONDAY, to(0, 20, schedule_days="5"), SURE)
    wait = trip.boardings[0].wait_hours
    assert wait == 88.0
    assert trip.route.hours_total == pytest.approx(plain.hours_total - 40 + wait)
    assert trip.route.spread.mean_hours == pytest.approx(trip.route.hours_total)
    assert trip.route.usd_per_teu == plain.usd_per_teu
    assert trip.route.kgco2e_per_teu == plain.kgco2e_per_teu
    # All else is certain here, so a known day leaves nothing to chance.
    assert trip.route.spread.sd_hours == pytest.approx(0.0, abs=1e-9)
    assert trip.arrival(trip.route.hours_total) == MONDAY + timedelta(hours=200)


def test_a_frequency_without_days_is_half_the_interval_and_still_a_gamble() -> None:
    trip = scheduled(by_rail(), MONDAY, to(0, 20, departures_per_week=14.0), SURE)
    assert trip.boardings[0].wait_hours == 6.0
    assert trip.boardings[0].departs is None
    assert trip.route.spread.p90_hours > trip.route.spread.p10_hours


def test_no_service_no_change() -> None:
    plain = by_rail()
    for known in (
        (),
        to(0, 20, origin_lat=3.0, schedule_days="3"),  # boards elsewhere
        to(20, 20, schedule_days="3"),  # goes elsewhere
        to(0, 50.2, schedule_days="3"),  # is where it starts
        to(0, 20),  # neither days nor frequency
    ):
        trip = scheduled(plain, MONDAY, known, SURE)
        assert trip.boardings == ()
        assert trip.route.hours_total == plain.hours_total


def test_a_region_is_reached_when_the_train_enters_it() -> None:
    known = services(table({"destination": "Europe", "departures_per_week": 7.0}))
    assert scheduled(by_rail(), MONDAY, known, SURE).boardings == ()
    steps = by_rail().steps
    there = replace(steps[3], countries=("BLR", "DEU"))
    west = route(*steps[:3], there, steps[4])
    assert scheduled(west, MONDAY, known, SURE).boardings[0].wait_hours == 12.0


def test_a_known_day_goes_before_a_frequency_and_the_busiest_is_told() -> None:
    known = to(0, 20, schedule_days="6", departures_per_week=1.0) + to(
        0, 20, departures_per_week=21.0
    )
    (boarding,) = scheduled(by_rail(), MONDAY, known, SURE).boardings
    assert boarding.by == "timetable"
    assert boarding.busiest is not None
    assert boarding.busiest.per_week == 21.0
    assert "noon as no hour is published" in boarding_words(boarding)
    assert "21 a week" in boarding_words(boarding)


def test_a_train_after_a_ship_has_no_known_day() -> None:
    steps = by_rail().steps
    after_ship = route(leg("sea", [(0, 60), (0, 50)], hours=100.0), *steps)
    known = to(0, 20, schedule_days="3", departures_per_week=1.0)
    (boarding,) = scheduled(after_ship, MONDAY, known, SURE).boardings
    assert boarding.by == "frequency"
    assert boarding.wait_hours == 84.0


def test_efficiency_is_told_anew() -> None:
    quick, slow = by_rail(wait=10.0), by_rail(wait=60.0)
    slow = replace(slow, steps=(*slow.steps[:-1], replace(slow.steps[-1], usd=1.0)))
    trips = compared([Trip(quick), Trip(replace(slow, efficient=False))])
    assert [t.route.efficient for t in trips] == [True, True]
    assert trips[0].route.best_in == ("hours_total", "kgco2e_per_teu")
    assert trips[1].route.best_in == ("usd_per_teu", "kgco2e_per_teu")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sets(st.integers(1, 7), min_size=1),
)
def test_the_next_departure_is_the_first_on_a_right_day(ready: datetime, days: set[int]) -> None:
    found = next_departure(ready, days)
    assert found.isoweekday() in days
    assert found.hour == 12
    assert timedelta(0) <= found - ready <= timedelta(days=7)
    earlier = found - timedelta(days=1)
    while earlier >= ready:
        assert earlier.isoweekday() not in days
        earlier -= timedelta(days=1)


def test_days_of_departure_are_read_strictly() -> None:
    assert parse_departure("2026-03-02") == MONDAY
    assert parse_departure(" 2026-03-02T14:30 ") == MONDAY + timedelta(hours=14.5)
    for bad in ("", "tomorrow", "2026-02-30", "20260302", "2026-W10-1", "2026-03-02T10:00+02:00",
                "1066-10-14", "9999-01-01"):  # fmt: skip
        with pytest.raises(InputError, match="departure"):
            parse_departure(bad)
    with pytest.raises(InputError):
        next_departure(MONDAY, [0])


def test_every_bundled_train_has_a_destination_on_the_map() -> None:
    known = services()
    assert len(known) > 40
    assert all(s.target is not None or s.regions for s in known)
    assert any(s.days for s in known)
    fixed = next(s for s in known if s.origin == "Chongqing" and s.days)
    assert fixed.destination == "Duisburg"
    assert fixed.target == pytest.approx((51.43, 6.77), abs=0.1)


# --- lines --------------------------------------------------------------------------------------


def test_great_circles_are_filled_in_without_detour() -> None:
    ends_ = np.array([[35.0, 140.0], [37.0, -122.0]])
    line = densified(ends_)
    km = great_circle_km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    assert km.max() <= 101
    assert km.sum() == pytest.approx(float(great_circle_km(*ends_[0], *ends_[1])), rel=1e-6)
    assert line[:, 0].max() > 45  # the great circle bends to the north
    assert np.abs(np.diff(line[:, 1])).max() < 10  # no jump at the antimeridian


coordinates = st.tuples(st.floats(-89, 89), st.floats(-180, 180))


@settings(deadline=None)
@given(st.lists(coordinates, min_size=2, max_size=5), st.sampled_from([180.0, 37.5, -100.0]))
def test_pieces_stay_within_their_edge_and_meet_at_it(
    points: list[tuple[float, float]], edge: float
) -> None:
    line = densified(np.array(points))
    pieces = cut(line, edge)
    for piece in pieces:
        assert piece[:, 1].min() >= edge - 360 - 1e-6
        assert piece[:, 1].max() <= edge + 1e-6
        assert np.abs(np.diff(piece[:, 1])).max() <= np.abs(np.diff(line[:, 1])).max() + 1e-6
    for a, b in pairwise(pieces):
        assert a[-1, 0] == b[0, 0]
        assert {round(a[-1, 1], 6), round(b[0, 1], 6)} == {edge, edge - 360}


def walk(feature: dict) -> list[tuple[float, float]]:
    geometry = feature["geometry"]
    if geometry["type"] == "Point":
        return [geometry["coordinates"]]
    if geometry["type"] == "LineString":
        return geometry["coordinates"]
    return [c for part_ in geometry["coordinates"] for c in part_]


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ((-18.1, 178.4), (-13.8, -171.8), "MultiLineString"),  # Fiji to Samoa
        ((-13.8, -171.8), (-18.1, 178.4), "MultiLineString"),
        ((1.3, 103.8), (51.9, 4.1), "LineString"),
        ((89.9, 0.0), (89.9, 179.0), "LineString"),  # round the pole
        ((0.0, 180.0), (0.0, 179.0), "LineString"),
        ((10.0, 20.0), (10.0, 20.0), "LineString"),  # no length at all
    ],
)
def test_geojson_follows_rfc_7946(a: tuple, b: tuple, kind: str) -> None:
    trip = Trip(route(stop("A", *a), leg("sea", [a, b], "FJI", "WSM"), stop("B", *b)))
    found = geojson(ends(a, b), [trip], Query())
    assert found["type"] == "FeatureCollection"
    assert "OpenStreetMap" in found["licence"]
    assert [f["geometry"]["type"] for f in found["features"]] == ["Point", kind, "Point"]
    for feature in found["features"]:
        assert feature["type"] == "Feature"
        for lon, lat in walk(feature):
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
            assert round(lon, 4) == lon
    line = found["features"][1]["geometry"]
    parts = line["coordinates"] if kind == "MultiLineString" else [line["coordinates"]]
    assert all(len(p) >= 2 for p in parts)
    assert all(abs(p[0] - q[0]) < 180 for part_ in parts for p, q in pairwise(part_))
    assert parts[0][0] == pytest.approx([a[1], a[0]], abs=1e-3) or abs(abs(a[1]) - 180) < 1e-9
    names = found["features"][1]["properties"]
    assert {"mode", "km", "hours", "usd_per_teu", "kgco2e_per_teu", "countries"} <= set(names)


# --- records ------------------------------------------------------------------------------------


def record(trips: list[Trip], **more: object) -> dict:
    return answer_record(ends(), trips, Query(**more))  # type: ignore[arg-type]


def test_totals_are_the_sums_of_what_is_listed() -> None:
    trip = scheduled(by_rail(), MONDAY, to(0, 20, schedule_days="3"), SURE)
    said = record([trip], depart=MONDAY)
    (found,) = said["routes"]
    steps = [*found["legs"], *found["stops"]]
    assert sorted(s["step"] for s in steps) == list(range(len(trip.route.steps)))
    for total, name in (
        ("hours_total", "hours"), ("km_total", "km"), ("usd_per_teu", "usd_per_teu"),
        ("kgco2e_per_teu", "kgco2e_per_teu"),
    ):  # fmt: skip
        assert found[total] == pytest.approx(sum(s[name] for s in steps), abs=0.06)
    assert found["days_total"] == pytest.approx(found["hours_total"] / 24, abs=1e-3)
    assert sum(found["hours_by_group"].values()) == pytest.approx(found["hours_total"], abs=0.03)
    for halt in found["stops"]:
        assert sum(halt["hours_by_part"].values()) == pytest.approx(halt["hours"], abs=0.02)
    assert found["arrival_dates"] == dict.fromkeys(("p10", "p50", "p90"), "2026-03-08")
    assert found["services"][0]["departs"] == "2026-03-04T12:00"
    assert said["depart"] == "2026-03-02T00:00"


def test_the_record_is_plain_json_and_the_same_every_time() -> None:
    closed = Closure("strait", ("suez",), "Suez Canal")
    avoided = Closure("country", ("IRN",), "Iran")
    texts = {
        json.dumps(record([Trip(by_rail())], closed=(closed,), avoided=(avoided,)), allow_nan=False)
        for _ in range(2)
    }
    (text,) = texts
    said = json.loads(text)
    assert [(c["label"], c["asked_as"]) for c in said["closures"]] == [
        ("Iran", "avoid"),
        ("Suez Canal", "close"),
    ]
    assert "OpenStreetMap" in said["provenance"]["licence"]
    assert len(said["provenance"]["tables_sha256"]["network_links"]) == 64
    assert "arrival_dates" not in said["routes"][0]


def test_every_component_of_time_belongs_to_one_group() -> None:
    from beltroad import evidence

    for component in evidence.load("variability")["component"].unique():
        hits = [g for g, starts in GROUPS.items() if str(component).startswith(starts)]
        assert len(hits) == 1, component
    groups = hours_by_group(Trip(by_rail()))
    assert groups == {
        "moving": 70.0, "terminals": 30.0, "departure": 40.0, "borders": 12.0, "canals": 0.0,
    }  # fmt: skip
