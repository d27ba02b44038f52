"""Risks and alerts run on the database's journal as they do on the one in a folder."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from beltroad.app.database import Database
from beltroad.app.database.models import AuditRow, EventRow, JournalRow
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.registry.checking import check_workspace
from beltroad.app.registry.journal import DatabaseJournal
from beltroad.app.registry.store import Registry
from beltroad.errors import DataError, InputError, ScenarioError
from beltroad.risk import register as risks
from beltroad.risk import watch
from beltroad.risk.journal import Journal

NOW = datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC)


def signals(value: float, severity: str, year: int = 2025) -> pd.DataFrame:
    return pd.DataFrame([{
        "iso3": "LAO", "indicator": "reserves", "value": value, "threshold": 3.0,
        "direction": "below", "since_year": year, "hit_rate": 0.6, "false_alarm_rate": 0.2,
        "severity": severity, "source": "IMF",
    }])  # fmt: skip


def flow(journal: Journal) -> tuple[object, object]:
    """A risk and an alert through their lives."""
    risks.add(journal, by="ana", title="Flood", level="country", category="environmental",
              iso3="LAO", likelihood=3, cost=4, status="assessed", owner="ana")  # fmt: skip
    control = risks.Control("C1", "Dam", "prevent", "bo", due="2027-01-01")
    risks.set_control(journal, "R0001", control, by="bo")
    risks.update(journal, "r0001", by="bo", status="treated", residual_likelihood=1)
    risks.review(journal, "R0001", note="as before", by="ana")
    with pytest.raises(InputError, match="nothing changes"):
        risks.update(journal, "R0001", by="bo", status="treated")
    watch.watch(signals(2.0, "medium"), journal)
    watch.watch(signals(1.0, "high"), journal)
    watch.acknowledge(journal, "LAO-reserves", by="ana")
    watch.assign(journal, "LAO-reserves", to="bo", by="ana")
    watch.snooze(journal, "LAO-reserves", until=datetime.date(2026, 6, 1), by="bo")
    watch.watch(signals(1.0, "high").iloc[:0], journal)
    watch.close(journal, "LAO-reserves", reason="over", by="bo")
    watch.raise_alert(journal, source="debt", key="x", title="Breach", by="ana")
    events = journal.events()
    return risks.register(events), [
        (a.id, a.status, a.cleared, a.severity, a.assigned_to, a.reason)
        for a in watch.alerts(events).values()
    ]


def test_the_same_flow_gives_the_same_state(database: Database, tmp_path: Path) -> None:
    journal = DatabaseJournal(clock=lambda: NOW, database=database)
    assert flow(journal) == flow(Journal(tmp_path, lambda: NOW))
    check = journal.verify()
    assert check.sound
    assert check.events == len(journal.events()) == len(Journal(tmp_path).events())
    assert journal.verify(journal.events()[2].hash).sound
    assert not journal.verify("e" * 64).sound
    with database.session(write=False) as session:
        told = session.scalars(sa.select(AuditRow.action)).all()
    assert told.count("registry.alert.acknowledged") == 1


def test_what_one_go_adds_stands_whole_or_not_at_all(database: Database) -> None:
    journal = DatabaseJournal(database=database)
    journal.append("note.added", "x", {"n": 0.1, "text": "中 é", "big": 2**70}, by="ana")
    with pytest.raises(RuntimeError), journal.transaction() as block:  # noqa: PT012
        block.append("note.added", "y", {}, by="ana")
        raise RuntimeError
    with pytest.raises(InputError, match=r"thing\.verb"), journal.transaction() as block:  # noqa: PT012
        block.append("note.added", "y", {}, by="ana")
        block.append("Odd", "y", {}, by="ana")
    assert [e.id for e in journal.events()] == ["x"]
    assert DatabaseJournal(database=database, name="other").events() == []
    assert journal.events()[0].data == {"n": 0.1, "text": "中 é", "big": 2**70}


def test_writers_at_once_keep_one_chain(database: Database) -> None:
    faults: list[BaseException] = []

    def write(name: str) -> None:
        own = Database(database.url.render_as_string(hide_password=False))
        journal = DatabaseJournal(database=own)
        try:
            for n in range(5):
                if n % 2:
                    journal.append("note.added", f"{name}{n}", {}, by=name)
                else:
                    with journal.transaction() as block:
                        seen = len(block.events)
                        block.append("note.added", f"{name}{n}", {"seen": seen}, by=name)
        except BaseException as error:  # noqa: BLE001 (shown by the test)
            faults.append(error)
        own.dispose()

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    events = DatabaseJournal(database=database).events()
    assert len(events) == 20
    assert all(e.data["seen"] == e.line - 1 for e in events if "seen" in e.data)


@pytest.mark.parametrize("harm", ["change", "remove", "cut", "swap", "all"])
def test_tampering_is_found(database: Database, harm: str) -> None:
    journal = DatabaseJournal(database=database)
    for n in range(4):
        journal.append("note.added", f"n{n}", {"n": n}, by="ana")
    with database.session() as session:
        rows = session.scalars(sa.select(EventRow).order_by(EventRow.number)).all()
        if harm == "change":
            rows[1].data = {"n": 7}
        elif harm == "remove":
            session.delete(rows[1])
        elif harm == "cut":
            session.delete(rows[3])
        elif harm == "swap":
            rows[1].who = "eve"
        else:
            for row in rows:
                session.delete(row)
    assert not journal.verify().sound
    with pytest.raises(DataError, match="no longer the one that was written"):
        journal.events()
    with pytest.raises(DataError), journal.transaction() as block:
        block.append("note.added", "x", {}, by="ana")
    assert any("journal risk" in fault for fault in check_workspace(database))
    with database.session(write=False) as session:
        assert session.get(JournalRow, "risk") is not None


def test_risks_and_alerts_as_records(database: Database) -> None:
    registry = Registry(database)
    journal = registry.events.journal
    sheet = {"title": "Flood", "level": "country", "category": "environmental", "iso3": "LAO"}
    made = registry.save("risk", "", sheet, who="ana", expected=0)
    assert (made.key, made.revision, made.who) == ("R0001", 1, "ana")
    risks.set_control(journal, "R0001", risks.Control("C1", "Dam", "prevent", "bo", "2027-01-01"),
                      by="bo")  # fmt: skip
    registry.save("risk", "R0001", {**sheet, "title": "Great flood"}, who="bo", expected=2)
    with pytest.raises(Conflict, match="you saw 2"):
        registry.save("risk", "R0001", sheet, who="ana", expected=2)
    back = registry.undo("risk", "R0001", to=1, who="ana", note="as it was")
    assert back.title == "Flood"
    assert back.data["controls"][0]["status"] == "dropped"
    again = registry.undo("risk", "R0001", to=3, who="ana")
    assert again.title == "Great flood"
    assert again.data["controls"][0]["status"] == "planned"
    assert [r.action for r in registry.history("risk", "R0001")][:3] == [
        "added", "control_set", "updated",
    ]  # fmt: skip
    assert registry.get("risk", "R0001", 1).title == "Flood"
    assert {f.where for f in registry.check("risk", {**sheet, "iso3": "", "project": "x"})} == {
        "iso3", "project",
    }  # fmt: skip

    raised = registry.save("alert", "", {"source": "debt", "key": "k", "title": "Breach"},
                           who="ana")  # fmt: skip
    watch.acknowledge(journal, raised.key, by="ana")
    watch.assign(journal, raised.key, to="bo", by="ana")
    before = registry.fingerprint("alert")
    watch.close(journal, raised.key, reason="paid", by="bo")
    assert registry.fingerprint("alert") != before
    assert registry.list("alert").total == 0
    assert registry.list("alert", state="removed", search="BREACH").total == 1
    open_again = registry.undo("alert", raised.key, to=3, who="ana")
    assert (open_again.data["status"], open_again.data["assigned_to"]) == ("assigned", "bo")
    assert open_again.data["reason"] == ""
    with pytest.raises(NotFound, match="no alert"):
        registry.get("alert", "none")
    with pytest.raises(InputError, match="it is closed, with a reason"):
        registry.remove("risk", "R0001", who="ana")
    assert journal.verify().sound


def test_faults_of_a_whole_risk_stand_beside_their_fields(local_database: Database) -> None:
    registry = Registry(local_database)
    sheet = {"id": "R7", "title": "Flood", "level": "country", "category": "environmental",
             "iso3": "LAO", "likelihood": 2, "cost": 3, "owner": "bo"}  # fmt: skip
    assert [f.where for f in registry.check("risk", {**sheet, "status": "closed"})] == [
        "note", "status",
    ]  # fmt: skip
    registry.save("risk", "", {**sheet, "status": "assessed"}, who="ana", expected=0)
    treated = {**sheet, "status": "treated", "residual_cost": 4}
    with pytest.raises(ScenarioError) as refused:
        registry.save("risk", "R7", treated, who="ana", expected=1)
    assert [f.where for f in refused.value.faults] == ["status", "residual_cost"]
    control = risks.Control("C1", "Dam", "prevent", "bo", "2027-01-01")
    risks.set_control(registry.events.journal, "R7", control, by="bo")
    treated["residual_cost"] = 1
    assert registry.check("risk", treated) == []
    assert registry.save("risk", "R7", treated, who="ana", expected=2).data["status"] == "treated"
    back = registry.check("risk", {**treated, "status": "identified"})
    assert [(f.where, "cannot become" in f.problem) for f in back] == [("status", True)]
