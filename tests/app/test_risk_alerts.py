"""Alerts on the database: opened by the watch, seen through to the end, every step on record."""

from __future__ import annotations

import datetime
from dataclasses import asdict

import pytest
import sqlalchemy as sa
from answer_checks import check_answer
from starlette.testclient import TestClient

from beltroad.app.answers import Answer
from beltroad.app.database import Database
from beltroad.app.database.models import AuditRow, EventRow
from beltroad.app.questions.risk import alerts
from beltroad.app.questions.risk.base import journal_of
from beltroad.risk import watch as watching
from beltroad.risk.warning import alerting, warnings

API = "/api/v1/risk/alerts"


@pytest.fixture
def opened(client: TestClient) -> list[dict[str, object]]:
    """Alerts of one run of the watch."""
    told = client.post(f"{API}/watch", json={}).json()
    wanted = alerting(warnings())
    assert told["signals"] == len(wanted)
    assert {(c["iso3"], c["indicator"]) for c in told["changes"]} == set(
        zip(wanted["iso3"], wanted["indicator"], strict=True)
    )
    found: list[dict[str, object]] = client.get(API, params={"per_page": 200}).json()["items"]
    assert len(found) == len(wanted)
    return found


def audits(database: Database) -> list[AuditRow]:
    with database.session(write=False) as session:
        query = sa.select(AuditRow).where(AuditRow.action.like("registry.%"))
        return list(session.scalars(query.order_by(AuditRow.id)))


def test_a_life_from_open_to_closed(
    client: TestClient, opened: list[dict[str, object]], local_database: Database
) -> None:
    first = opened[0]
    key = str(first["id"])
    one = watching.find(journal_of(local_database).events(), key)
    shown = client.get(f"{API}/{key}").json()
    for name, value in asdict(one).items():
        if name != "trail":
            assert shown[name] == value, name
    check_answer(Answer.model_validate(shown["answer"]))
    values = {f["id"]: f["value"] for f in shown["answer"]["figures"]}
    assert values["missed"] == pytest.approx(100 * (1 - (one.hit_rate or 0)))
    assert values["false"] == pytest.approx(100 * (one.false_alarm_rate or 0))
    before = len(audits(local_database))

    for step, body in (("assign", {"to": "Ana"}), ("close", {"reason": "done"})):
        refused = client.post(f"{API}/{key}/{step}", json=body)
        assert refused.status_code == 422
        assert "acknowledge it first" in refused.json()["detail"]
    assert client.post(f"{API}/{key}/acknowledge", json={"expected": 1}).status_code == 200
    late = client.post(f"{API}/{key}/assign", json={"to": "Ben", "expected": 1})
    assert late.status_code == 409
    assert "revision 2, you saw 1" in late.json()["detail"]
    assert client.post(f"{API}/{key}/assign", json={"to": "Ana"}).json()["assigned_to"] == "Ana"
    today = datetime.datetime.now(datetime.UTC).date()
    past = client.post(f"{API}/{key}/snooze", json={"until": today.isoformat()})
    assert past.status_code == 422
    assert "--" not in past.json()["detail"]
    until = (today + datetime.timedelta(days=9)).isoformat()
    assert client.post(f"{API}/{key}/snooze", json={"until": until}).json()["snoozed"] is True
    assert key not in {a["id"] for a in client.get(API, params={"per_page": 200}).json()["items"]}
    assert client.get(API, params={"state": "snoozed"}).json()["items"][0]["id"] == key
    assert client.get(API, params={"state": "assigned", "assigned_to": "ana"}).json()["total"] == 1
    empty = client.post(f"{API}/{key}/close", json={"reason": " "})
    assert empty.status_code == 422
    done = client.post(f"{API}/{key}/close", json={"reason": "Paid back"}).json()
    assert (done["status"], done["reason"], done["moves"]) == ("closed", "Paid back", [])
    again = client.post(f"{API}/{key}/acknowledge", json={})
    assert again.status_code == 422
    assert "newer figure" in again.json()["detail"]
    assert [e["what"] for e in done["trail"]] == [
        "opened", "acknowledged", "assigned", "snoozed", "closed"]  # fmt: skip
    assert all(e["by"] == "local" and e["at"] for e in done["trail"])
    written = [row.action for row in audits(local_database)[before:]]
    assert written == [f"registry.alert.{w}" for w in
                       ("acknowledged", "assigned", "snoozed", "closed")]  # fmt: skip
    assert journal_of(local_database).verify().sound
    # The same figure does not open it again.
    assert client.post(f"{API}/watch", json={}).json()["changes"] == []


def test_own_figures_are_taken_whole_or_not_at_all(
    client: TestClient, local_database: Database
) -> None:
    def events() -> int:
        with local_database.session(write=False) as session:
            return session.scalar(sa.select(sa.func.count()).select_from(EventRow)) or 0

    rows = "iso3,indicator,year,value,source\n"
    bad = rows + "KEN,public_debt_pct_gdp,2024,x,a\nQQQ,inflation,2024,1,a\n"
    sent = client.post("/risk/alerts/watch", files={"figures": ("f.csv", bad.encode())})
    assert sent.status_code == 422
    assert sent.text.count("row 3") >= 2
    assert "row 2" in sent.text
    assert "/tmp" not in sent.text
    wild = rows + "KEN,public_debt_pct_gdp,2024,9999,a\nKEN,inflation_pct,2024,-99,a\n"
    sent = client.post("/risk/alerts/watch", files={"figures": ("f.csv", wild.encode())})
    assert sent.status_code == 422
    assert sent.text.count("lies outside") == 2
    assert events() == 0
    good = rows + "KEN,public_debt_pct_gdp,2025,250,Treasury\n"
    sent = client.post("/risk/alerts/watch", files={"figures": ("../f.csv", good.encode())})
    assert sent.status_code == 200
    assert "Your figures were taken over" in sent.text
    one = client.get(f"{API}/KEN-public_debt_pct_gdp").json()
    assert (one["year"], one["value"], one["severity"]) == (2025, 250.0, "critical")
    assert "Treasury" in one["answer"]["figures"][0]["origin"]["note"]
    page = client.get("/risk/alerts/KEN-public_debt_pct_gdp").text
    assert "Acknowledge" in page
    assert ">Close<" not in page


def test_pages_show_the_same_and_refuse_in_words(
    client: TestClient, opened: list[dict[str, object]]
) -> None:
    key = str(opened[0]["id"])
    page = client.get("/risk/alerts?lang=zh").text
    assert "预警" in page
    refused = client.post(f"/risk/alerts/{key}/close", data={"reason": "x", "revision": "1"})
    assert refused.status_code == 422
    assert "acknowledge it first" in refused.text
    assert client.post(f"/risk/alerts/{key}/acknowledge", data={"revision": "7"}).status_code == 409
    for path in (f"{API}/nothing", "/risk/alerts/nothing/there"):
        assert client.get(path).status_code == 404
    assert client.post(f"{API}/nothing/acknowledge", json={}).status_code == 404
    for bad in ("state=x", "severity=x", "iso3=ken", "page=0"):
        assert client.get(f"{API}?{bad}").status_code == 422
    odd = client.post(f"{API}/{key}/snooze", json={"until": "\u0000२०२५-०१-०१"})
    assert odd.status_code == 422
    assert alerts.STATES[0] == "live"
