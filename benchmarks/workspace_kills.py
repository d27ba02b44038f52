"""Kill -9 of the workspace's server and workers, again and again, with real work among the jobs.

    python benchmarks/workspace_kills.py --kills 100 [--postgres URL] [--appraisals 1] [--seed 8]

Starts the workspace as ``beltroad serve`` does, on an empty home: on SQLite, then on PostgreSQL (a
server of its own, or the empty database at URL). A client changes records, takes files in and asks
for work; at a random moment server or worker are killed, and the server is started again. The last
kill hits a real appraisal that has come some way; it is resumed at the end from the cache of its
finished steps.

Prints what was hit, the times of each real appraisal's attempts, and everything
that was acknowledged and lost. Ends with exit code 1 if anything was.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = [str(ROOT / "tests" / "app" / "jobs"), str(ROOT / "tests" / "app")]
sys.path[:0] = PARTS

from kill_parts import Client, Ledger, Lost, alive, until, worker_of  # noqa: E402

from beltroad.app.database import Database  # noqa: E402
from beltroad.app.database.models import utc_now  # noqa: E402
from beltroad.app.jobs import queue  # noqa: E402
from beltroad.app.settings import Limits, Settings  # noqa: E402

LIVES = ("import", "write", "import", "write", "worker", "import", "write", "job")
WORKED = ("worker", "job", "appraisal")
SERVER = """
import sys
from dataclasses import replace
from pathlib import Path
from beltroad.app import server
from beltroad.app.settings import Limits, Settings
home, url, lane = sys.argv[1:]
limits = Limits(reads_per_minute=0, writes_per_minute=0, queued_jobs_per_user=10_000)
settings = replace(Settings.local(Path(home)), database_url=url, limits=limits)
server.run(settings, port=0, lanes=[lane] if lane else [], kinds_at="kill_parts:every_kind",
           say=lambda line: print(line, flush=True))
"""


class Served:
    """One life of the server."""

    def __init__(self, home: Path, url: str, lane: str) -> None:
        paths = os.pathsep.join([*PARTS, os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(home), url, lane],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        said = self.process.stdout.readline() if self.process.stdout else ""
        if " is at " not in said:
            raise SystemExit(f"the server did not start: {said!r}")
        self.address = said.split(" is at ")[1].split()[0]

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


def main() -> int:
    """Both databases, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="on each database")
    parser.add_argument("--appraisals", type=int, default=1, help="real ones on each database")
    parser.add_argument("--postgres", default="", help="address; else a server of its own")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=8)
    args = parser.parse_args()
    lost = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    for name in ("sqlite", "postgresql"):
        if args.only in (None, name):
            with tempfile.TemporaryDirectory() as folder, _url(name, folder, args.postgres) as url:
                lost += _run(name, Path(folder) / "home", url, args)
    return int(lost > 0)


@contextlib.contextmanager
def _url(name: str, folder: str, given: str):
    if name == "sqlite":
        yield f"sqlite:///{folder}/home/workspace.sqlite"
    elif given:
        yield given
    else:
        # The tests know how to start a PostgreSQL of its own.
        spec = importlib.util.spec_from_file_location("served", Path(PARTS[1]) / "conftest.py")
        assert spec is not None
        assert spec.loader is not None
        conftest = importlib.util.module_from_spec(spec)
        sys.modules["served"] = conftest
        spec.loader.exec_module(conftest)
        place = Path(tempfile.mkdtemp(prefix="bpg"))
        made = conftest._started(place, *conftest._binaries())
        try:
            yield made.fresh().render_as_string(hide_password=False)
        finally:
            made.stop()
            shutil.rmtree(place, ignore_errors=True)


def _run(name: str, home: Path, url: str, args: argparse.Namespace) -> int:
    ledger, hit, began = Ledger(random.Random(args.seed)), Counter[str](), time.monotonic()
    settings = Settings(home=home, database_url=url, limits=Limits())
    appraisals: list[str] = []
    database: Database | None = None
    turn = 0
    while hit.total() < args.kills:
        # Real work comes last: a job that is killed twice is given up, as it should be.
        last = args.appraisals > 0 and hit.total() + 1 >= args.kills
        life = "appraisal" if last else LIVES[turn % len(LIVES)]
        turn += 1
        served = Served(home, url, "long" if life in WORKED else "")
        try:
            database = database or Database(url)
            _live(life, served, ledger, database, appraisals, args.appraisals, hit)
        finally:
            served.kill()
        print(f"{name}: {hit.total()} of {args.kills} kills", end="\r", flush=True)
    assert database is not None
    served = Served(home, url, "long")
    try:
        client = Client(served.address)
        ledger.confirm_again(client)
        until(
            lambda: all(queue.find(database, j).state not in queue.OPEN for j in ledger.jobs), 1800
        )
    finally:
        served.kill()
    faults = ledger.faults(database, settings)
    kinds = ", ".join(f"{count} {what}" for what, count in sorted(hit.items()))
    print(
        f"{name}: {hit.total()} kills ({kinds}) in {time.monotonic() - began:.0f} s; acknowledged "
        f"{len(ledger.saved)} changes, {len(ledger.imported)} imports, {len(ledger.jobs)} jobs; "
        f"{len(faults)} lost or broken"
    )
    for job in appraisals:
        row = queue.find(database, job)
        lines = queue.log_of(database, job)
        again = [n for n, line in enumerate(lines) if line.text.startswith("attempt")]
        starts = [row.started_at or utc_now(), *(lines[n].at for n in again)]
        # The server that came after says that the worker was lost; what was said before counts.
        told = [n - 1 for n in again]
        while told and lines[told[0]].text.startswith(("its worker", "queued again")):
            told[0] -= 1
        ends = [*(lines[n].at for n in told), row.finished_at or utc_now()]
        spent = [
            f"{(end - at).total_seconds():.0f} s" for at, end in zip(starts, ends, strict=True)
        ]
        print(f"  appraisal {row.title}: {row.state}; attempts took {', '.join(spent)}")
    for fault in faults:
        print("  " + fault)
    database.dispose()
    return len(faults)


def _at_work(ledger: Ledger, database: Database) -> int:
    # A row may still name the worker of an earlier life, until the supervisor has looked.
    return next((p for j in ledger.jobs if (p := worker_of(database, j)) and alive(p)), 0)


def _live(
    life: str,
    served: Served,
    ledger: Ledger,
    database: Database,
    appraisals: list[str],
    wanted: int,
    hit: Counter[str],
) -> None:
    client = Client(served.address)
    ledger.confirm_again(client)
    if life in WORKED:
        if life == "appraisal":
            for number in range(wanted):
                rate = {"discount_rate": 0.06 + number / 1e3}
                asked = {"name": f"Real {number}", "parameters": rate}
                appraisals.append(ledger.submit(client, "appraisal", scenario=asked))
            first = appraisals[0]
            until(lambda: queue.find(database, first).step.startswith("fastest ways"), 900)
        else:
            ledger.submit(client, number=ledger.asked, steps=100, pause=0.1)
            until(lambda: _at_work(ledger, database), 60)
        time.sleep(ledger.chance.uniform(0, 0.5))
        if life == "worker" and (pid := _at_work(ledger, database)):
            os.kill(pid, signal.SIGKILL)
            hit["workers at a job"] += 1
            ledger.save(client)  # the server goes on
        hit["servers with a job running"] += 1
        return
    act = ledger.take_in if life == "import" else ledger.save
    for _ in range(ledger.chance.randrange(3)):
        act(client)
    ledger.submit(client)
    timer = threading.Timer(ledger.chance.uniform(0.0, 0.15), served.kill)
    timer.start()
    with contextlib.suppress(Lost):
        while True:
            act(client)
    timer.join()
    hit[f"servers during {life}"] += 1


if __name__ == "__main__":
    sys.exit(main())
