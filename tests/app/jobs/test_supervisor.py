"""Worker processes: they do the work, come again when they die, and never outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from beltroad.app.accounts.roles import LOCAL
from beltroad.app.jobs import queue, results, supervisor
from beltroad.app.jobs.supervisor import Supervisor, lanes_for

AT = "job_samples:KINDS"


def until(holds, seconds=15.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_lanes_of_so_many_workers():
    assert lanes_for(0) == ()
    assert lanes_for(1) == lanes_for(2) == ("quick", "long")
    assert lanes_for(4) == ("quick", "long", "long", "long")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_quick_is_not_held_up_killed_workers_come_again_and_deaf_ones_are_ended(
    local_desk, monkeypatch
):
    monkeypatch.setattr(supervisor, "_TICK", 0.1)
    monkeypatch.setattr(supervisor, "_GRACE", 0.5)
    watch = Supervisor(local_desk.database, local_desk.settings, kinds_at=AT)
    deadly = local_desk.ask("long-sum", number=1, trouble="die")
    deaf = local_desk.ask("long-sum", number=2, trouble="deaf")
    quick = local_desk.ask(number=3)
    watch.start()
    try:
        until(lambda: local_desk.now(quick).state == "done")
        assert local_desk.now(deaf).state in ("queued", "running")  # the long lane is still busy
        until(lambda: local_desk.now(deadly).state == "failed")
        assert "ended without a word 2 times" in local_desk.now(deadly).cause
        until(lambda: local_desk.now(deaf).state == "running")
        queue.cancel(local_desk.database, deaf.id, LOCAL)
        until(lambda: local_desk.now(deaf).state == "cancelled")
        slow = local_desk.ask("long-sum", number=4, steps=600, pause=0.1)
        until(lambda: local_desk.now(slow).step == "counting")
        pids = watch.pids
        assert all(os.getpriority(os.PRIO_PROCESS, pid) >= 5 for pid in pids)
    finally:
        back = watch.stop()
    assert back == 1
    assert local_desk.now(slow).state == "queued"
    assert not any(alive(pid) for pid in pids)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_server_leaves_no_worker_and_its_job_goes_on_at_the_next_start(local_desk):
    row = local_desk.ask("long-sum", number=5, steps=20, pause=0.1)
    script = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from beltroad.app.database import Database
        from beltroad.app.jobs.supervisor import Supervisor
        from beltroad.app.settings import Settings
        settings = Settings.local(Path({str(local_desk.settings.home)!r}))
        watch = Supervisor(Database(settings.database_url), settings, ("long",), kinds_at={AT!r})
        watch.start()
        while not watch.pids:
            time.sleep(0.02)
        print(watch.pids[0], flush=True)
        time.sleep(60)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as server:
        worker = int(server.stdout.readline())
        until(lambda: local_desk.now(row).step == "counting")
        server.send_signal(signal.SIGKILL)
        server.wait()
    until(lambda: not alive(worker), 5)
    assert local_desk.now(row).state == "running"  # nobody is left to say otherwise
    watch = Supervisor(local_desk.database, local_desk.settings, ("long",), kinds_at=AT)
    watch.start()
    try:
        until(lambda: local_desk.now(row).state == "done")
    finally:
        watch.stop()
    assert local_desk.now(row).attempt == 2
    assert "queued again; finished steps are kept in the cache" in local_desk.log(row)
    assert results.intact(local_desk.settings, local_desk.database, local_desk.now(row).result)
