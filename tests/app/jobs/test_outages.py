"""A database that is stopped and started again, and a full disk: a clear word, then it goes on."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace

import job_samples
import pytest
import sqlalchemy as sa
from kill_parts import until
from starlette.testclient import TestClient

from beltroad.app.database import Database
from beltroad.app.database.models import ImportRow, RevisionRow
from beltroad.app.factory import create_app
from beltroad.app.jobs import queue, results, worker
from beltroad.app.registry.checking import check_workspace
from beltroad.app.settings import Limits, Settings

API = "/api/v1"
PLACE = f"{API}/registry/project/KUN-VTE"
PORT = (
    "id,name,mode,countries,waypoints,effect,status,year_start,source_title\n"
    'NEW-1,A dry port,dryport,KAZ,"43.3,77.1",new_terminal,planned,2026,A page\n'
)
# Too long for what is free inside the file of a database that may not grow.
LONG = PORT.replace("\n", ",note\n", 1).removesuffix("\n") + "," + "x" * 9_000 + "\n"


def browser(app):
    """A visitor; a fault nobody expected would be raised."""
    made = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000))
    made.headers["X-CSRF-Token"] = made.get(f"{API}/accounts/me").json()["csrf"]
    return made


def change(client, note):
    now = client.get(PLACE)
    if now.status_code != 200:
        return now
    data = {**now.json()["data"], "note": note}
    body = {"data": data, "publish": True, "revision": now.json()["latest"]}
    return client.put(PLACE, json=body)


def upload(client, text=PORT):
    return client.post(f"{API}/imports", data={"kind": "project"}, files={"file": ("a.csv", text)})


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_is_away_for_a_while(database, postgres, tmp_path):
    url = database.url.render_as_string(hide_password=False)
    limits = Limits(reads_per_minute=0, writes_per_minute=0)
    settings = Settings(home=tmp_path / "home", database_url=url, limits=limits)
    app = create_app(settings, database)
    app.state.kinds = job_samples.KINDS
    client = browser(app)
    asked = {"kind": "long-sum", "request": {"number": 5, "steps": 15, "pause": 0.1}}
    job = client.post(f"{API}/jobs", json=asked).json()["id"]
    hand = threading.Thread(
        target=worker.run_pending, args=(database, settings, 1),
        kwargs={"known": job_samples.KINDS},
    )  # fmt: skip
    hand.start()
    until(lambda: client.get(f"{API}/jobs/{job}").json()["step"] == "counting")
    postgres.stop()
    try:
        gone = [
            client.get(PLACE), client.get(f"{API}/jobs/{job}"), client.post(f"{API}/jobs",
            json=asked), upload(client), change(client, "lost"),
        ]  # fmt: skip
        for answer in gone:
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert "database cannot be reached" in answer.json()["detail"]
        page = client.get("/jobs")
        assert (page.status_code, "Retry-After" in page.headers) == (503, True)
        assert "database cannot be reached" in page.text
        assert client.get(f"{API}/health").status_code in (200, 503)
        threading.Event().wait(1.2)  # the work ends meanwhile
    finally:
        postgres.start()
    assert change(client, "kept").status_code == 200
    assert client.get(PLACE).json()["data"]["note"] == "kept"
    hand.join(30)
    row = queue.find(database, job)
    assert (row.state, row.attempt) == ("done", 1)
    assert client.get(f"{API}/results/{row.result}").status_code == 200


class Disk:
    """A small disk of its own where the system allows one; else what full ones answer."""

    def __init__(self, folder, monkeypatch):
        self.folder, self._patch = folder, monkeypatch
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
        self.real = sys.platform == "linux" and os.geteuid() == 0
        self.real = self.real and not subprocess.run(mount, capture_output=True).returncode

    def fill(self, database):
        if self.real:
            with contextlib.suppress(OSError), (self.folder / "fill").open("wb", 0) as handle:
                while handle.write(bytes(4096)):
                    pass
            return
        self._patch.setattr("beltroad.files._write", _no_space)
        database.engine.dispose()
        sa.event.listen(database.engine, "connect", _no_growth)

    def free(self, database):
        if self.real:
            (self.folder / "fill").unlink()
            return
        self._patch.undo()
        sa.event.remove(database.engine, "connect", _no_growth)
        database.engine.dispose()

    def end(self):
        if self.real:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


def _no_space(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def _no_growth(connection, _):
    count = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {count}")


@pytest.fixture
def disk(tmp_path, monkeypatch):
    made = Disk(tmp_path / "disk", monkeypatch)
    yield made
    made.end()


def test_a_full_disk(disk, seeded_file, monkeypatch):
    limits = Limits(reads_per_minute=0, writes_per_minute=0)
    settings = replace(Settings.local(disk.folder / "home"), limits=limits)
    settings.home.mkdir()
    shutil.copyfile(seeded_file, settings.home / "workspace.sqlite")
    database = Database(settings.database_url)
    app = create_app(settings, database)
    app.state.kinds = job_samples.KINDS
    client = browser(app)
    looked = upload(client, LONG).json()["id"]
    asked = {"kind": "long-sum", "request": {"number": 5, "steps": 30, "pause": 0.1}}
    job = client.post(f"{API}/jobs", json=asked).json()["id"]
    work = {"known": job_samples.KINDS, "patience": 60}
    written, write = threading.Event(), results.write

    def writing(*given):
        try:
            return write(*given)
        finally:
            written.set()

    monkeypatch.setattr(results, "write", writing)
    hand = threading.Thread(target=worker.run_once, args=(database, settings), kwargs=work)
    hand.start()
    until(lambda: client.get(f"{API}/jobs/{job}").json()["step"] == "counting")
    disk.fill(database)
    notes = [f"{n}" + "x" * 9_000 for n in range(20)]
    answers = [change(client, note) for note in notes]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    refused.append(client.post(f"{API}/imports/{looked}/confirm", json={"publish": True}))
    for answer in refused:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "disk of the database is full; make room" in answer.json()["detail"]
    answer = upload(client, PORT.replace("NEW-1", "NEW-2"))
    assert (answer.status_code, "No space left" in answer.json()["detail"]) == (507, True)
    assert client.get(PLACE).status_code == 200  # reading goes on
    assert written.wait(30)
    disk.free(database)
    hand.join(20)
    failed = client.get(f"{API}/jobs/{job}").json()
    assert (failed["state"], failed["cause"]) == (
        "failed", "the result could not be written: the disk is full",
    )  # fmt: skip
    assert "workspace tidy" in failed["remedy"]

    kept = [note for note, answer in zip(notes, answers, strict=True) if answer.status_code == 200]
    with database.session(write=False) as session:
        there = [data.get("note") for data in session.scalars(sa.select(RevisionRow.data))]
        assert [note for note in there if note in notes] == kept
        assert session.scalars(sa.select(ImportRow)).all() == []
    assert check_workspace(database) == []
    assert not [p for p in settings.home.rglob(".beltroad-*") if p.is_dir()]
    assert client.post(f"{API}/imports/{upload(client).json()['id']}/confirm", json={}).is_success
    assert change(client, "room again").status_code == 200
    again = client.post(f"{API}/jobs", json=asked).json()["id"]
    worker.run_once(database, settings, known=job_samples.KINDS)
    assert client.get(f"{API}/jobs/{again}").json()["state"] == "done"
    database.dispose()
