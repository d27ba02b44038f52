"""Kill -9 at random moments: nothing that was acknowledged is lost, every job comes to an end."""

from __future__ import annotations

import gc
import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import job_samples
import pytest
import sqlalchemy as sa

from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.database import Database
from beltroad.app.database.models import JobRow, ResultRow, RevisionRow
from beltroad.app.jobs import leases, queue, results, worker
from beltroad.app.registry.journal import DatabaseJournal
from beltroad.app.registry.store import Registry
from beltroad.app.settings import Limits, Settings

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
ANN = Principal("ann", Role.EDITOR, 1)


class Victim:
    """A process that does one thing over and over until it is killed."""

    def __init__(self, act: Callable[[Callable[[str], None]], None]) -> None:
        self.act = act
        self.acknowledged: list[str] = []
        self.ended = False
        self.begin()

    def begin(self) -> None:
        read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(read)
            try:
                self.act(lambda line: os.write(write, f"{line}\n".encode()) and None)
            except BaseException:  # noqa: BLE001 (a child must never go on as a second pytest)
                traceback.print_exc()
            os._exit(1)
        os.close(write)
        self.pipe = read

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        with os.fdopen(self.pipe, "rb") as handle:
            self.acknowledged += handle.read().decode().splitlines()
        self.ended = self.ended or not os.WIFSIGNALED(status)


def _writing(url: str, settings: Settings) -> Callable[[Callable[[str], None]], None]:
    """Someone who edits records, adds to a journal and asks for work; says what was kept."""

    def go(say: Callable[[str], None]) -> None:
        database = Database(url)
        registry, journal = Registry(database), DatabaseJournal(database=database, name="kills")
        row = registry.list("project", per_page=1).items[0]
        chance = random.Random()
        while True:
            now = registry.get("project", row.key)
            data = {**now.data, "note": f"edit {now.latest + 1}"}
            kept = registry.save(
                "project", row.key, data, who="ann", publish=True, expected=now.latest
            )
            say(f"revision {kept.revision}")
            journal.append("sample.noted", "x", {"n": kept.revision}, by="ann")
            say(f"event {kept.revision}")
            kind = chance.choice([job_samples.TOUGH, job_samples.LONG])
            asked = {"number": chance.randrange(1000), "steps": 2, "pause": 0.01}
            say(f"job {queue.submit(database, settings, kind, asked, ANN).id}")
            time.sleep(0.03)

    return go


def _working(url: str, settings: Settings) -> Callable[[Callable[[str], None]], None]:
    def go(_: Callable[[str], None]) -> None:
        database = Database(url)
        while True:
            leases.recover(database, job_samples.KINDS)
            if not worker.run_once(database, settings, known=job_samples.KINDS):
                time.sleep(0.01)

    return go


@pytest.mark.parametrize(
    ("database", "kills"), [("sqlite", 20), ("postgresql", 8)], indirect=["database"]
)
def test_kills_at_random_moments_lose_nothing(database, kills, tmp_path, monkeypatch):
    url = database.url.render_as_string(hide_password=False)
    limits = Limits(queued_jobs_per_user=10_000)
    settings = Settings(home=tmp_path / "home", database_url=url, limits=limits)
    database.dispose()  # no connection may be shared with a child
    gc.collect()
    writer, hand = Victim(_writing(url, settings)), Victim(_working(url, settings))
    chance = random.Random(8)
    try:
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 0.3))
            victim = chance.choice([writer, hand])
            victim.kill()
            victim.begin()
        time.sleep(0.2)
    finally:
        writer.kill()
        hand.kill()

    leases.recover(database, job_samples.KINDS)
    worker.run_pending(database, settings, known=job_samples.KINDS)
    assert not any(v.ended for v in (writer, hand)), "a process ended by itself"
    told = [line.split() for line in writer.acknowledged if line.count(" ") == 1]
    kept = {
        what: {value for w, value in told if w == what} for what in ("revision", "event", "job")
    }
    assert min(len(found) for found in kept.values()) >= kills / 2
    with database.session(write=False) as session:
        numbers = {str(n) for n in session.scalars(sa.select(RevisionRow.number))}
        jobs = {row.id: row for row in session.scalars(sa.select(JobRow))}
        hashes = set(session.scalars(sa.select(ResultRow.hash)))
        if database.sqlite:
            assert session.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
            assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    assert kept["revision"] <= numbers
    journal = DatabaseJournal(database=database, name="kills")
    assert not journal.verify().faults
    assert kept["event"] <= {str(event.data["n"]) for event in journal.events()}
    assert kept["job"] <= set(jobs)
    for row in jobs.values():
        assert row.state in ("done", "failed"), (row.id, row.state)
        if row.state == "failed":
            assert "ended without a word" in row.cause
            assert row.kind == "long-sum"
        else:
            assert row.result in hashes
    for name in hashes:
        assert results.intact(settings, database, name)
    # Some jobs were hit and done all the same.
    assert any(row.attempt > 1 and row.state == "done" for row in jobs.values())


def test_what_a_killed_write_left_behind_does_not_stand_in_the_way(local_desk):
    row = local_desk.ask(number=3)
    folder = results.folder_of(local_desk.settings, row.question)
    (folder / ".beltroad-left").mkdir(parents=True)
    (folder / "table.csv").write_text("half")
    local_desk.run()
    stored = results.read(local_desk.settings, local_desk.database, local_desk.now(row).result)
    assert stored.path("table.csv").read_text() == "total\n6\n"
    assert {f.name for f in stored.files} == {"report.html", "table.csv"}
    assert isinstance(stored.folder, Path)
