"""Worker processes: they do the work, come again when they die, and never outlive their parent."""

from __future__ import annotations

import os
import sys

import pytest
from kill_parts import alive, until, worker_of

from beltroad.app.accounts.roles import LOCAL
from beltroad.app.jobs import queue, supervisor
from beltroad.app.jobs.supervisor import Supervisor, lanes_for

AT = "job_samples:KINDS"


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
    deadly = local_desk.ask("frail", number=1, trouble="die")
    deaf = local_desk.ask("long-sum", number=2, trouble="deaf")
    quick = local_desk.ask(number=3)
    watch.start()
    try:
        until(lambda: local_desk.now(quick).state == "done")
        assert local_desk.now(deaf).state in ("queued", "running")  # the long lane is still busy
        until(lambda: local_desk.now(deadly).state == "failed")
        assert "ended without a word 1 times" in local_desk.now(deadly).cause
        until(lambda: local_desk.now(deaf).state == "running")
        queue.cancel(local_desk.database, deaf.id, LOCAL)
        until(lambda: local_desk.now(deaf).state == "cancelled")
        slow = local_desk.ask(number=4, steps=600, pause=0.1)
        until(lambda: local_desk.now(slow).step == "counting")
        pids = watch.pids
        assert os.getpriority(os.PRIO_PROCESS, worker_of(local_desk.database, slow.id)) >= 5
    finally:
        back = watch.stop()
    assert back == 1
    assert local_desk.now(slow).state == "queued"
    assert not any(alive(pid) for pid in pids)
