"""Results on disk: whole or not there; and how they are served."""

from __future__ import annotations

import errno

import pytest

from beltroad.app.errors import NotFound, Unavailable
from beltroad.app.jobs import leases, results, worker
from beltroad.app.jobs.kinds import Outcome


def _done(desk, **request):
    row = desk.ask(**request)
    desk.run()
    return desk.now(row)


@pytest.mark.parametrize("damage", ["changed", "missing", "answer"])
def test_a_damaged_result_is_dropped_and_computed_again(local_desk, damage):
    done = _done(local_desk, number=5)
    folder = results.folder_of(local_desk.settings, done.result)
    if damage == "changed":
        (folder / "table.csv").write_text("total\n16\n")
    else:
        (folder / ("table.csv" if damage == "missing" else results.ANSWER)).unlink()
    with pytest.raises(NotFound, match="damaged or missing; ask the question again"):
        results.read(local_desk.settings, local_desk.database, done.result)
    again = local_desk.ask(number=5)
    assert (again.state, again.id != done.id) == ("queued", True)
    local_desk.run()
    found = results.read(local_desk.settings, local_desk.database, done.result)
    assert found.path("table.csv").read_text() == "total\n15\n"


def test_a_full_disk_fails_the_job_with_its_cause_and_later_it_works(local_desk, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("beltroad.files._write", full)
        failed = _done(local_desk, number=5)
    assert failed.state == "failed"
    assert failed.cause == "the result could not be written: the disk is full"
    assert "Make room on the disk" in failed.remedy
    assert not results.intact(local_desk.settings, local_desk.database, failed.question)
    assert _done(local_desk, number=5).state == "done"


def test_a_lost_database_is_waited_for(local_desk, monkeypatch):
    real = leases.finish
    tries = iter([True, True, False])

    def flaky(*given):
        if next(tries):
            raise Unavailable("gone")
        return real(*given)

    monkeypatch.setattr(worker.leases, "finish", flaky)
    assert _done(local_desk, number=5).state == "done"
    # Work that itself meets the lost database is done once more, then fails with that cause.
    failed = _done(local_desk, number=6, trouble="database")
    assert (failed.state, failed.attempt) == ("failed", 2)
    assert "database cannot be reached" in failed.cause


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "_answer.json", "", "a\n"])
def test_only_plain_names_are_written_and_only_listed_ones_read(local_desk, name):
    outcome = Outcome(files={name: b"x"})
    with pytest.raises(ValueError, match="cannot have a file"):
        results.write(local_desk.settings, "a" * 64, outcome)
    done = _done(local_desk, number=1)
    found = results.read(local_desk.settings, local_desk.database, done.result)
    with pytest.raises(NotFound):
        found.path(name)
    with pytest.raises(NotFound):
        results.folder_of(local_desk.settings, "../" + "a" * 61)
