"""A client of a workspace that is killed again and again, and a ledger of what it was promised.

Used by the test of kills, and by ``benchmarks/workspace_kills.py`` with real work.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import job_samples
import sqlalchemy as sa
import uvicorn  # noqa: F401 (loaded before children are made)

from beltroad import evidence
from beltroad.app import api, pages, server
from beltroad.app.database import Database
from beltroad.app.database.models import (
    ImportRow,
    JobRow,
    RecordRow,
    ResultRow,
    RevisionRow,
)
from beltroad.app.jobs import kinds, queue, results
from beltroad.app.jobs.kinds import Kind, Lane
from beltroad.app.registry.checking import check_workspace
from beltroad.app.settings import Settings
from beltroad.appraisal.cache import source_digest

__all__ = ["Client", "ForkedServer", "Ledger", "Lost", "alive", "every_kind", "until", "worker_of"]

API = "/api/v1"
ROWS = 12
_HEAD = "id,name,mode,countries,waypoints,effect,status,year_start,source_title\n"
_ROW = 'KIL{n}-{row},Port {n} {row},dryport,KAZ,"43.3,77.1",new_terminal,planned,2026,A page\n'


class Lost(Exception):  # noqa: N818
    """The server went away before it answered."""


def every_kind() -> dict[str, Kind]:
    """Kinds of the workspace and the cheap ones."""
    return {**kinds.kinds(), **job_samples.KINDS}


def until(holds: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What ``holds`` gives as soon as it is true of anything."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.03)
    return found


def worker_of(database: Database, job: str) -> int:
    """The process that works on a job; 0 if none does."""
    row = queue.find(database, job)
    return int(row.worker.split(":")[1]) if row.state == "running" else 0


def alive(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


class Client:
    """A person at a browser."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._headers: dict[str, str] = {}
        _, me, headers = self.ask("GET", f"{API}/accounts/me")
        self._headers["Cookie"] = headers["Set-Cookie"].partition(";")[0]
        self._headers["X-CSRF-Token"] = me["csrf"]

    def ask(
        self, method: str, path: str, body: Any = None, *, kind: str = "application/json"
    ) -> tuple[int, Any, Any]:
        """Status, body, headers of an answer; `Lost` if there is none."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self._http.request(method, path, sent, {**self._headers, "Content-Type": kind})
            answer = self._http.getresponse()
            return answer.status, json.loads(answer.read() or b"null"), answer.headers
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Lost from error
        finally:
            self._http.close()  # one connection a question: an idle one is closed by the server

    def done(self, method: str, path: str, body: Any = None, **more: str) -> Any:
        """The body of an answer that must be a success."""
        status, said, _ = self.ask(method, path, body, **more)
        assert status < 300, (status, said)
        return said


@dataclass
class Ledger:
    """What was asked for, and what of it was acknowledged."""

    chance: random.Random
    asked: int = 0
    saved: dict[str, tuple[str, int]] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    imported: dict[str, int] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)

    def save(self, client: Client) -> None:
        """Change a record."""
        key = self.chance.choice(("KUN-VTE", "KHG-DRY"))
        place = f"{API}/registry/project/{key}"
        now = client.done("GET", place)
        self.asked += 1
        note = f"edit {self.asked}"
        made = client.done(
            "PUT", place,
            {"data": {**now["data"], "note": note}, "publish": True, "revision": now["latest"]},
        )  # fmt: skip
        self.saved[note] = (key, made["revision"])

    def take_in(self, client: Client) -> None:
        """Look at a file, then confirm it."""
        self.asked += 1
        text = _HEAD + "".join(_ROW.format(n=self.asked, row=row) for row in range(ROWS))
        body = (
            '--cut\r\nContent-Disposition: form-data; name="kind"\r\n\r\nproject\r\n'
            '--cut\r\nContent-Disposition: form-data; name="file"; filename="ports.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{text}\r\n--cut--\r\n"
        )
        looked = client.done(
            "POST", f"{API}/imports", body.encode(), kind="multipart/form-data; boundary=cut"
        )
        assert not looked["faults"]
        self.tried[looked["id"]] = self.asked
        self.confirm(client, looked["id"])

    def confirm(self, client: Client, preview: str) -> None:
        """Confirm, also what may have been taken in already."""
        made = client.done("POST", f"{API}/imports/{preview}/confirm", {"publish": True})
        self.imported[preview] = made["id"]

    def confirm_again(self, client: Client) -> None:
        """What someone does whose confirmation was not answered: the same once more, if it fits."""
        for preview in set(self.tried) - set(self.imported):
            status, said, _ = client.ask(
                "POST", f"{API}/imports/{preview}/confirm", {"publish": True}
            )
            # Other writes came between: then the file must be looked at again, and is left here.
            assert status in (200, 409), (status, said)
            if status == 200:
                self.imported[preview] = said["id"]

    def submit(self, client: Client, kind: str = "tough", **request: Any) -> str:
        """Ask for work."""
        self.asked += 1
        asked = {"kind": kind, "request": request or {"number": self.asked, "steps": 2}}
        job = str(client.done("POST", f"{API}/jobs", asked)["id"])
        self.jobs.append(job)
        return job

    def faults(self, database: Database, settings: Settings) -> list[str]:
        """Everything that was promised and is not there, or there twice, or by halves."""
        found = check_workspace(database)
        with database.session(write=False) as session:
            revisions = session.execute(
                sa.select(
                    RecordRow.key, RevisionRow.number, RevisionRow.data, RevisionRow.import_id
                )
                .join(RecordRow, RecordRow.id == RevisionRow.record_id)
                .where(sa.or_(RevisionRow.number > 1, RecordRow.key.like("KIL%")))
            ).all()
            rows = {row.preview: row.id for row in session.scalars(sa.select(ImportRow))}
            jobs = {row.id: row for row in session.scalars(sa.select(JobRow))}
            answers = set(session.scalars(sa.select(ResultRow.hash)))
        notes = [(data.get("note"), (key, number)) for key, number, data, _ in revisions]
        for note, where in self.saved.items():
            if [at for said, at in notes if said == note] != [where]:
                found.append(f"{note} of {where} is there {[a for s, a in notes if s == note]}")
        for preview, number in self.tried.items():
            name = f"import {number}"
            held = sorted(k for k, _, _, _ in revisions if k.startswith(f"KIL{number}-"))
            of = {i for k, _, _, i in revisions if k.startswith(f"KIL{number}-")}
            if preview in rows and (len(held) != ROWS or of != {rows[preview]}):
                found.append(f"{name} is there with {len(held)} of {ROWS} records, of {of}")
            if preview not in rows and (held or preview in self.imported):
                found.append(f"{name} is not there, {len(held)} of its records are")
            if self.imported.get(preview, rows.get(preview)) != rows.get(preview):
                found.append(f"{name} has another number than was said")
        for job in self.jobs:
            row = jobs.get(job)
            if row is None or row.state not in ("done", "failed"):
                found.append(f"job {job}: {row and row.state}")
            elif row.state == "failed" and not (row.cause and row.remedy):
                found.append(f"job {job} failed without a reason")
            elif row.state == "done" and row.result not in answers:
                found.append(f"job {job} has no result")
        found += [f"result {h}" for h in answers if not results.intact(settings, database, h)]
        return found


@lru_cache(maxsize=1)
def _preload() -> None:
    """What each child would load and read again."""
    api.routers()
    pages.routers()
    source_digest()
    evidence.digest()


class ForkedServer:
    """`server.run`, as ``beltroad serve`` calls it, in a child that begins with all imports done.

    Its workers are processes of their own, started by its supervisor as ever.
    """

    def __init__(self, settings: Settings, lanes: Sequence[Lane]) -> None:
        _preload()
        read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(read)
            _serve(settings, lanes, write)
        os.close(write)
        with os.fdopen(read, "rb", closefd=True) as handle:
            said = handle.readline().decode()
        assert " is at " in said, f"the server did not start: {said!r}"
        self.address = said.split(" is at ")[1].split()[0]

    def kill(self) -> None:
        """End it at once; it must not have ended by itself."""
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        assert os.WIFSIGNALED(status), "the server ended by itself"


def _serve(settings: Settings, lanes: Sequence[Lane], pipe: int) -> None:
    def say(line: str) -> None:
        os.write(pipe, f"{line}\n".encode())
        os.close(pipe)

    try:
        # What first pages need is not read ahead: there are none here.
        server._warm = lambda _: ()  # type: ignore[assignment]
        server._ahead = lambda _: contextlib.nullcontext()  # type: ignore[assignment]
        server._PAUSE = 0
        server.run(settings, port=0, lanes=lanes, kinds_at="job_samples:KINDS", say=say)
    except BaseException:  # noqa: BLE001 (a child must never go on as a second pytest)
        traceback.print_exc(file=sys.__stderr__)
    os._exit(1)
