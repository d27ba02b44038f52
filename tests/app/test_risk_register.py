"""The register on the database: what the functions say, faults by field, nobody written over."""

from __future__ import annotations

import sqlalchemy as sa
from answer_checks import check_answer
from starlette.testclient import TestClient

from beltroad.app.answers import Answer
from beltroad.app.database import Database
from beltroad.app.database.models import AuditRow
from beltroad.app.questions.risk import base, registers
from beltroad.app.questions.risk.base import journal_of
from beltroad.risk import register as reg
from beltroad.risk.country import grades
from beltroad.risk.register import gates

API = "/api/v1/risk"
RISK = {"title": "Floods at the tunnel", "level": "project", "category": "construction",
        "iso3": "KEN", "project": "SGR", "likelihood": 4, "cost": 5}  # fmt: skip


def test_a_risk_from_first_note_to_closing(client: TestClient, local_database: Database) -> None:
    made = client.post(f"{API}/risks", json=RISK)
    assert made.status_code == 201
    one = made.json()
    assert (one["id"], one["status"], one["inherent_rating"]) == ("R0001", "assessed", "extreme")
    url = f"{API}/risks/R0001"
    wrong = client.put(url, json={"likelihood": 2, "residual_likelihood": 5, "iso3": "XXX",
                                  "status": "treated", "expected": 1})  # fmt: skip
    assert wrong.status_code == 422
    assert {f["where"] for f in wrong.json()["faults"]} == {"iso3"}
    wrong = client.put(url, json={"residual_likelihood": 5, "status": "treated"})
    assert {f["where"] for f in wrong.json()["faults"]} == {
        "owner", "status", "residual_likelihood"}  # fmt: skip
    planned = {"title": "Pumps", "kind": "prevent", "owner": "Ana", "due": "2020-01-31"}
    bad = client.post(f"{url}/controls", json={**planned, "kind": "x", "due": "soon"})
    assert {f["where"] for f in bad.json()["faults"]} == {"kind", "due"}
    held = client.post(f"{url}/controls", json={**planned, "expected": 1}).json()
    assert held["controls"][0]["id"] == "C1"
    # Treated needs a control, and now there is one.
    done = client.put(url, json={"status": "treated", "owner": "Ana", "residual_likelihood": 2,
                                 "expected": 2, "why": "pumps ordered"})  # fmt: skip
    assert done.json()["residual_rating"] == "high"
    late = client.put(url, json={"owner": "Ben", "expected": 2})
    assert late.status_code == 409
    assert client.post(f"{url}/review", json={"note": "seen", "expected": 2}).status_code == 409
    assert client.post(f"{url}/review", json={"note": "seen"}).json()["reviewed_on"]

    events = journal_of(local_database).events()
    risks = reg.register(events)
    look = base.look_at(local_database)
    shown = client.get(API).json()
    check_answer(Answer.model_validate(shown))
    values = {f["id"]: f["value"] for f in shown["figures"]}
    rated = reg.countries(risks, grades())
    assert values["overall"] == reg.overall(risks, rated)["rating"].iloc[-1]
    assert values["risks-high"] == 1
    assert values["overdue"] == len(reg.overdue_controls(risks.values(), look.today)) == 1
    heat = registers.heat(list(risks.values()), inherent=False)
    assert heat[3]["likelihood"] == 2
    assert heat[3]["cells"][4] == {"effect": 5, "count": 1, "rating": "high"}
    page = client.get("/risk/register?overdue=1&rating=high").text
    assert "Floods at the tunnel" in page
    low = client.get("/risk/register?rating=low&state=all").text
    assert 'href="/risk/register/R0001"' not in low.split('class="data risk-heat"')[0]
    assert client.get(f"{API}/risks?rating=low").json()["total"] == 0
    closed = client.post(f"{url}/close", json={"reason": "line is open"}).json()
    assert (closed["status"], closed["moves"]) == ("closed", ["assessed"])
    assert client.post(f"{url}/controls", json=planned).status_code == 422
    told = reg.changes(journal_of(local_database).events(), "", "R0001")
    assert [h["field"] for h in closed["history"]] == list(told["field"])
    with local_database.session(write=False) as session:
        rows = list(session.scalars(sa.select(AuditRow).where(AuditRow.target == "risk:R0001")))
    assert [r.action.removeprefix("registry.risk.") for r in rows] == [
        "added", "control_set", "updated", "reviewed", "updated"]  # fmt: skip
    assert rows[2].detail["note"] == "pumps ordered"
    assert {r.who for r in rows} == {"local"}


def test_forms_say_their_faults_beside_the_fields(client: TestClient) -> None:
    form = {k: str(v) for k, v in RISK.items()}
    page = client.post("/risk/register/new", data=form | {"title": "", "iso3": "<b>"})
    assert page.status_code == 422
    assert 'id="f-iso3-error"' in page.text
    assert 'id="f-title-error"' in page.text
    assert "&lt;b&gt;" in page.text
    done = client.post("/risk/register/new", data=form, follow_redirects=False)
    assert done.headers["location"] == "/risk/register/R0001?done=saved"
    mine = form | {"owner": "Ana", "status": "assessed", "revision": "1"}
    assert (
        client.post("/risk/register/R0001/edit", data=mine, follow_redirects=False).status_code
        == 303
    )
    theirs = client.post("/risk/register/R0001/edit", data=mine | {"owner": "Ben"})
    assert theirs.status_code == 409
    assert "changed meanwhile" in theirs.text
    assert "Ben" in theirs.text  # what was typed is kept
    assert "Ana" in theirs.text  # and what changed is shown
    one = client.get("/risk/register/R0001").text
    assert "Ana" in one
    empty = client.post("/risk/register/R0001/close", data={"reason": "", "revision": "2"})
    assert empty.status_code == 422
    for path in ("R9", "R9/edit", "a b", "new?level=zzz"):
        assert client.get(f"/risk/register/{path}").status_code in (200, 404, 422)
    for bad in ("state=x", "level=x", "rating=x"):
        assert client.get(f"/risk/register?{bad}").status_code == 422


def test_gates_and_lessons(client: TestClient, local_database: Database) -> None:
    items = gates.items("concept")

    def send(do: str, on: str, said: str = "", revision: str = "") -> int:
        form = {"project": "SGR", "stage": "concept", "do": do, "on": on, "said": said,
                "revision": revision}  # fmt: skip
        return client.post("/risk/gates", data=form, follow_redirects=False).status_code

    assert send("pass", "concept", revision="0") == 422
    assert send("meet", "concept-01") == 422  # without evidence
    assert send("meet", "concept-01", "minutes of May", "0") == 303
    assert send("waive", "concept-02", "no such thing here", "0") == 409
    assert send("waive", "concept-02", "no such thing here") == 303
    assert send("undo", "concept-02", "there is") == 303
    for key in items.loc[items["mandatory"] == "yes", "item_id"]:
        assert send("meet", key, "file 7") == 303
    assert send("pass", "concept") == 303
    assert send("pass", "concept") == 422
    assert send("nonsense", "concept") == 422
    events = journal_of(local_database).events()
    assert gates.stages(events, "SGR").iloc[0]["passed_by"] == "local"
    page = client.get("/risk/gates?project=SGR&stage=concept").text
    assert "minutes of May" in page or "file 7" in page
    assert client.get("/risk/gates?project=SGR&stage=zzz").status_code in (200, 422)
    form = {"project": "SGR", "mode": "rail", "iso3": "KEN", "planned_cost_usd": "x",
            "actual_cost_usd": "3e9", "price_year": "", "lesson": "Say it early"}  # fmt: skip
    bad = client.post("/risk/lessons", data=form)
    assert bad.status_code == 422
    assert "planned_cost_usd" in bad.text
    assert "price_year" in bad.text
    good = form | {"planned_cost_usd": "2e9", "price_year": "2014"}
    assert client.post("/risk/lessons", data=good).status_code == 200
    table = reg.lessons(journal_of(local_database).events())
    assert table["cost_overrun_share"].iloc[0] == 0.5
    assert "Say it early" in client.get("/risk/lessons").text
