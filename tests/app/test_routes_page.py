"""Routes on pages and in the API: what the search finds, at no time slower without a closure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from answer_checks import check_answer
from starlette.testclient import TestClient

from beltroad.app.answers import Answer, Table
from beltroad.app.database import Database
from beltroad.app.jobs import queue, worker
from beltroad.app.questions.routes import asking, lookups
from beltroad.app.settings import Settings
from beltroad.app.work import routes as work

API = "/api/v1"
# Few modes and near places: quick, and the closed crossing is the one that is best.
SHUT = "KHORGOS-ALTYNKOL-RAIL"
DAY = "2026-03-02"
ASKED = {
    "origin": "Urumqi", "destination": "almaty", "close": [SHUT], "modes": ["rail"], "depart": DAY,
}  # fmt: skip
FORM = {"from": "Urumqi", "to": "almaty", "close": SHUT, "mode": "rail", "depart": DAY}


def test_places_are_found_in_any_script_and_each_text_finds_its_place(client: TestClient) -> None:
    from beltroad.infrastructure.routes.places import candidates, find_place

    for text, name in (("chongq", "Chongqing"), ("重庆", "Chongqing"), ("moskva", "Moscow")):
        items = client.get(f"{API}/places", params={"q": text}).json()["items"]
        assert name in {each["name"] for each in items}
        assert [i["label"] for i in items] == [p.label for p in candidates(text)]
        for each in items:
            place = find_place(each["text"])
            assert (place.lat, place.lon) == (each["lat"], each["lon"])
    point = client.get(f"{API}/places", params={"q": "51.43,6.76"}).json()["items"]
    assert [p["kind"] for p in point] == ["point"]
    assert client.get(f"{API}/places", params={"q": "\x00"}).status_code < 500
    for junk in ("  ", "a" * 120, "%", "99,999", "🚂"):
        answer = client.get(f"{API}/places", params={"q": junk})
        assert (answer.status_code, answer.json()["items"]) == (200, [])
    gates = client.get(f"{API}/closures", params={"q": "khorg"}).json()["items"]
    assert f"border:{SHUT}" in {g["text"] for g in gates}


def test_a_question_has_one_form_and_its_faults_come_with_choices(client: TestClient) -> None:
    one = asking.route_asked(FORM.items()).request
    other = asking.route_asked(
        {**FORM, "from": "Urumqi, CHN", "close": f"border:{SHUT}, {SHUT.lower()}"}.items()
    ).request
    assert one == other
    assert isinstance(one, work.RouteRequest)
    assert one.close == (f"border:{SHUT}",)
    page = client.get("/routes", params={"from": "Victoria", "to": "Xyzzyq", "close": "nosuch"})
    assert page.status_code == 422
    assert "may be several places" in page.text
    assert "/routes?to=Xyzzyq&amp;close=nosuch&amp;from=Victoria%2C+HKG+%28HKVIC%29" in page.text
    problem = client.post(f"{API}/routes", json={"origin": "Victoria", "destination": "Duisburg"})
    assert problem.status_code == 422
    assert "HKVIC" in json.dumps(problem.json()["faults"])
    for junk in (
        {"origin": "\x00", "destination": "Duisburg"},
        {"origin": "Duisburg", "destination": "DEDUI"},
        {"origin": "Duisburg", "destination": "Almaty", "usd_per_day": 1e300},
        {"origin": "Duisburg", "destination": "Almaty", "depart": "2026-99-99"},
        {"origin": "Duisburg", "destination": "Almaty", "close": ["country:"]},
        {"origin": "Duisburg", "destination": "Almaty", "state": 1},
    ):
        assert client.post(f"{API}/routes", json=junk).status_code == 422, junk


def test_ways_with_and_without_a_closure(
    client: TestClient, local_database: Database, settings: Settings
) -> None:
    first = client.post("/routes", data=FORM, follow_redirects=False)
    assert first.status_code == 303
    where = first.headers["location"]
    assert "data-job=" in client.get(where).text
    # The same question in other words: the same job.
    assert client.post(f"{API}/routes", json=ASKED).json()["state"] == "queued"
    assert client.post("/routes", data=FORM).status_code == 200
    _, total = queue.list_jobs(local_database)
    assert total == 1
    assert worker.run_pending(local_database, settings) == 1
    done = client.post(f"{API}/routes", json=ASKED)
    assert (done.status_code, done.json()["state"]) == (200, "done")
    question = done.json()["result"]

    found = client.get(f"{API}/routes/{question}").json()
    with_, without = found["record"], found["without"]
    told = _told(close=(SHUT,))
    assert with_["routes"] == told["routes"]
    assert with_["parameters"] == told["parameters"]
    shut = "Khorgos / Altynkol"
    assert any(shut in r["chain"] for r in without["routes"])
    assert not any(shut in r["chain"] for r in with_["routes"])
    answer = Answer.model_validate(found["answer"])
    check_answer(answer)
    _check_detour(_table(answer, "detour"), with_, without)
    _check_page(client, where, answer, with_)
    _check_trains(answer, with_)

    geo = client.get(f"{API}/routes/{question}/geo").json()
    legs = sum(len(r["legs"]) + len(r["stops"]) for r in with_["routes"])
    assert len(geo["features"]) == legs
    one = client.get(f"{API}/routes/{question}/geo?way=1").json()["features"]
    assert {f["properties"]["id"].split("-")[0] for f in one} == {"1"}
    assert client.get(f"/routes/{question}", follow_redirects=False).status_code == 303
    for path in ("disruptions/" + question, f"routes/{'0' * 64}", f"routes/{'0' * 64}/geo"):
        assert client.get(f"{API}/{path}").status_code == 404


def _told(close: tuple[str, ...]) -> Any:
    """What the functions say that ``beltroad route`` calls."""
    from beltroad.appraisal.routes import variability
    from beltroad.infrastructure.routes.closures import parse_closures
    from beltroad.infrastructure.routes.export import Query, answer_record
    from beltroad.infrastructure.routes.find import find_routes
    from beltroad.infrastructure.routes.places import find_place
    from beltroad.infrastructure.routes.schedule import (
        compared,
        parse_departure,
        scheduled,
        services,
    )

    atlas = work._atlas()
    planner = atlas.planner([find_place("Urumqi"), find_place("Almaty")])
    shut = parse_closures(close, atlas.programme.network)
    answer = find_routes(planner, variability(), closures=shut, modes=("rail",))
    day, known, spread = parse_departure(DAY), services(), variability()
    trips = compared([scheduled(r, day, known, spread, seed=1) for r in answer.routes])
    trips = [t for t in trips if t.route.efficient]
    query = Query(modes=("rail",), usd_per_day=planner.usd_per_hour * 24, depart=day)
    return answer_record(answer, trips, query)


def _table(answer: Answer, name: str) -> Table:
    return next(t for t in answer.tables if t.id == name)


def _check_detour(table: Table, with_: Any, without: Any) -> None:
    rows = {row["best"]: row for row in table.rows}
    for word, name, key in (
        ("Fastest", "days", "days_total"), ("Cheapest", "usd", "usd_per_teu"),
        ("Least CO2e", "kg", "kgco2e_per_teu"),
    ):  # fmt: skip
        row = rows[word]
        now, before = (min(r[key] for r in told["routes"]) for told in (with_, without))
        assert row[f"{name}_with"] == pytest.approx(now, abs=0.01)
        assert row[f"{name}_without"] == pytest.approx(min(now, before), abs=0.01)
        assert row[f"{name}_more"] >= 0
    assert rows["Fastest"]["days_more"] > 0.1


def _check_trains(answer: Answer, told: Any) -> None:
    known = [b for r in told["routes"] for b in r["services"]]
    if known:
        trains = _table(answer, "trains").rows
        waits = [b["wait_hours"] for b in known]
        assert [t["wait"] for t in trains] == pytest.approx(waits, abs=0.01)
        assert all(t["_origin"]["source"] for t in trains)
    dates = [r["arrival_dates"]["p50"] for r in told["routes"]]
    assert [row["arrives"] for row in _table(answer, "routes").rows] == dates


def _check_page(client: TestClient, where: str, answer: Answer, told: Any) -> None:
    page = client.get(where).text
    for number, way in enumerate(told["routes"], start=1):
        assert f"{way['usd_per_teu']:,.0f}" in page
        assert f"{way['days_total']:.1f}" in page
        steps = _table(answer, f"way-{number}").rows
        assert len(steps) == len(way["legs"]) + len(way["stops"])
        assert sum(s["hours"] for s in steps) == pytest.approx(way["hours_total"], abs=0.01)
        assert all(s["_origin"]["inputs"] for s in steps)
    crossing = next(
        s for s in told["routes"][0]["stops"] if s["kind"] in ("border", "gauge change")
    )
    assert crossing["place"] in page
    assert 'id="parameters"' in page
    assert "data-suggest" in page
    assert "需要分析员" not in client.get(f"{where}&lang=zh").text


def test_services_and_delay_are_what_the_functions_say(client: TestClient) -> None:
    from beltroad.infrastructure import services as named

    listed = client.get(f"{API}/services").json()
    assert [r["service_id"] for r in listed["rows"]] == [s.id for s in named.services()]
    one = named.service("CR Express")
    found = client.get(f"{API}/services/CR Express").json()
    assert found["service_id"] == one.id
    answer = Answer.model_validate(found["answer"])
    check_answer(answer)
    assert len(_table(answer, "figures").rows) == len(one.figures)
    verdicts = named.service_checks(one)["verdict"].tolist()
    assert [r["verdict"] for r in _table(answer, "checks").rows] == verdicts
    page = client.get(f"/routes/services/{one.id}")
    assert one.operator in page.text
    assert client.get(f"{API}/services/nosuch").status_code == 404

    told = lookups.latency("Singapore", "Marseille", ["suez"])
    check_answer(told)
    asked = client.get(f"{API}/latency?from=Singapore&to=Marseille&lose=suez").json()
    assert asked == json.loads(told.model_dump_json())
    values = {f["id"]: f["value"] for f in asked["figures"]}
    legs = sum(row["ms"] for row in asked["tables"][0]["rows"])
    assert values["rtt"] == pytest.approx(2 * legs, abs=0.01)
    assert values["rtt"] >= values["rtt_whole"] > 90
    shown = client.get("/routes/cables?from=Singapore&to=Marseille&lose=suez").text
    assert f"{values['rtt']:.1f}" in shown
    assert client.get("/routes/cables?from=Singapore&to=Singapore").status_code == 422
    assert client.get(f"{API}/latency?from=Singapore&to=Xyzzyq").status_code == 422
