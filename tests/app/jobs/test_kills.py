"""Kill -9 at random moments: nothing that was acknowledged is lost, every job comes to an end."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import signal
import threading
from pathlib import Path

import job_samples
import pytest
from kill_parts import Client, ForkedServer, Ledger, Lost, alive, until, worker_of

from beltroad.app.jobs import queue, results
from beltroad.app.jobs import worker as worker_here
from beltroad.app.settings import Limits, Settings

# What goes on in each life of the server when it is killed; in a life of ``worker`` its worker is
# killed just before it. Twenty kills in all. A worker's start is the costly part, so that only
# lives with a job have one.
LIVES = {
    "sqlite": ("import", "write", "worker", "import", "write", "job", "import", "worker", "write"),
    "postgresql": ("import", "write", "import") * 3,
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_kills_of_server_worker_and_import_lose_nothing(database, tmp_path):
    lives = LIVES["sqlite" if database.sqlite else "postgresql"]
    limits = Limits(reads_per_minute=0, writes_per_minute=0, queued_jobs_per_user=1000)
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(home=tmp_path / "home", database_url=url, limits=limits)
    ledger = Ledger(random.Random(8))
    running: list[ForkedServer] = []

    def start(*lanes):
        database.dispose()  # no connection may be shared with a child
        gc.collect()
        running.append(ForkedServer(settings, lanes))
        return running[-1], Client(running[-1].address)

    hit: list[str] = []
    try:
        for life in lives:
            working = life in ("worker", "job")
            server, client = start(*(["long"] if working else []))
            ledger.confirm_again(client)
            if working:
                job = ledger.submit(client, number=ledger.asked, steps=40, pause=0.05)
                hit.append(job)
                until(lambda: queue.find(database, job).step == "counting")  # noqa: B023
                worker = worker_of(database, job)
                if life == "worker":
                    os.kill(worker, signal.SIGKILL)
                    ledger.save(client)  # the server goes on
                server.kill()
                until(lambda: not alive(worker))  # noqa: B023
            else:
                act = ledger.take_in if life == "import" else ledger.save
                for _ in range(ledger.chance.randrange(1, 3)):
                    act(client)
                ledger.submit(client)
                timer = threading.Timer(ledger.chance.uniform(0.0, 0.12), server.kill)
                timer.start()
                with contextlib.suppress(Lost):
                    while True:
                        act(client)
                timer.join()
            running.remove(server)
        server, client = start(*(["long"] if hit else []))
        ledger.confirm_again(client)
        if hit:
            until(lambda: all(queue.find(database, j).state not in queue.OPEN for j in ledger.jobs))
    finally:
        for server in running:
            server.kill()
    worker_here.run_pending(database, settings, known=job_samples.KINDS)
    assert ledger.faults(database, settings) == []
    assert min(len(ledger.saved), len(ledger.imported)) > 2
    for job in hit:
        row = queue.find(database, job)
        assert (row.state, row.attempt > 1) == ("done", True)
        said = [line.text for line in queue.log_of(database, job)]
        assert "queued again; finished steps are kept in the cache" in said


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
