"""The queue: asked once, taken once, ended with a reason."""

from __future__ import annotations

import datetime
import threading
from dataclasses import replace

import job_samples
import pytest
import sqlalchemy as sa

from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.database.models import JobRow, utc_now
from beltroad.app.errors import Conflict, Forbidden, NotFound, TooMany
from beltroad.app.jobs import kinds, leases, queue, results
from beltroad.app.jobs.causes import translated
from beltroad.app.settings import Limits
from beltroad.errors import InputError, ScenarioError

ANN, BEN = Principal("ann", Role.ANALYST, 1), Principal("ben", Role.ANALYST, 2)


def test_the_same_question_is_worked_on_once_and_then_answered_at_once(desk):
    first = desk.ask(number=5, who=ANN)
    assert desk.ask(number=5, who=BEN).id == first.id
    assert desk.ask(number=6, who=BEN).id != first.id
    assert desk.run() == 2
    done = desk.now(first)
    assert (done.state, done.attempt, done.cause, done.fraction) == ("done", 1, "", 1.0)
    assert desk.log(first) == [
        "queued by ann",
        "counting",
        "summing up",
        "writing the result",
        "done",
    ]
    assert desk.ask(number=5, who=ANN).id == first.id
    other = desk.ask(number=5, who=BEN)
    assert (other.state, other.result, other.who) == ("done", done.result, "ben")
    assert desk.run() == 0
    stored = results.read(desk.settings, desk.database, done.result)
    assert stored.summary == {"total": 15}
    assert stored.answer.figures[0].value == 15
    assert stored.path("table.csv").read_text() == "total\n15\n"


def test_many_who_ask_at_once_share_one_job_and_many_workers_take_each_job_once(desk):
    ids: list[str] = []
    runs: list[str] = []
    lock, start = threading.Lock(), threading.Barrier(6)

    def ask(n: int) -> None:
        start.wait()
        row = desk.ask(number=1, who=Principal(f"u{n}", Role.ANALYST))
        mine = desk.ask(number=100 + n)
        with lock:
            ids.extend([row.id, mine.id])

    def take(n: int) -> None:
        start.wait()
        while (row := leases.claim(desk.database, ("quick",), f"w{n}")) is not None:
            with lock:
                runs.append(row.id)

    for act in (ask, take):
        threads = [threading.Thread(target=act, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(ids)) == 7  # one shared, six of their own
    assert sorted(runs) == sorted(set(ids))


def test_lanes_order_and_place_in_the_queue(local_desk):
    long = local_desk.ask("long-sum", number=1)
    first, second = local_desk.ask(number=1), local_desk.ask(number=2)
    assert queue.waiting_before(local_desk.database, second) == 1
    taken = [leases.claim(local_desk.database, ("quick",), "w") for _ in range(3)]
    assert [t and t.id for t in taken] == [first.id, second.id, None]
    rows, total = queue.list_jobs(local_desk.database, state="queued")
    assert (total, [r.id for r in rows]) == (1, [long.id])


def test_faults_limits_and_names(local_desk, monkeypatch):
    with pytest.raises(ScenarioError, match="number"):
        local_desk.ask(number=-1)
    with pytest.raises(InputError, match="infinite"):
        local_desk.ask(number=1, pause=float("inf"))
    with pytest.raises(InputError, match="Did you mean 'quick-sum'"):
        local_desk.ask("quick-sun", number=1)
    with pytest.raises(NotFound, match="no job"):
        queue.find(local_desk.database, "x' OR 1=1")
    local_desk.settings = replace(local_desk.settings, limits=Limits(queued_jobs_per_user=2))
    local_desk.ask(number=1)
    local_desk.ask(number=2)
    with pytest.raises(TooMany, match="2 are allowed"):
        local_desk.ask(number=3)
    assert local_desk.ask(number=3, who=ANN).state == "queued"


@pytest.mark.parametrize(
    ("trouble", "cause", "remedy"),
    [
        ("input", "number 13 cannot be used; choose another", "Change the request"),
        ("converge", "residual 0.2 in LAO", "Make the change smaller"),
        ("memory", "the work needs more memory", "Ask for less"),
        ("bug", "a fault within the program", "give the reference"),
    ],
)
def test_a_failed_job_says_cause_and_next_step(local_desk, caplog, trouble, cause, remedy):
    row = local_desk.ask(number=1, trouble=trouble)
    local_desk.run()
    failed = local_desk.now(row)
    assert failed.state == "failed"
    assert cause in failed.cause
    assert remedy in failed.remedy
    assert translated(failed.remedy, "zh") != failed.remedy
    assert "secret detail" not in failed.cause + "".join(local_desk.log(row))
    if trouble == "bug":
        reference = failed.cause.split("reference ")[1].strip(")")
        assert reference in caplog.text
        assert "ZeroDivisionError" in caplog.text
    # A fault is not an answer: asking again tries again.
    assert local_desk.ask(number=1, trouble=trouble).id != row.id


def test_cancelling(desk):
    waiting = desk.ask(number=1, who=ANN)
    with pytest.raises(Forbidden, match="only whoever asked"):
        queue.cancel(desk.database, waiting.id, BEN)
    assert queue.cancel(desk.database, waiting.id, ANN).state == "cancelled"
    with pytest.raises(Conflict, match="ended already"):
        queue.cancel(desk.database, waiting.id, ANN)
    running = desk.ask(number=2, steps=100, pause=0.1, who=ANN)
    thread = threading.Thread(target=desk.run)
    thread.start()
    while desk.now(running).step != "counting":
        threading.Event().wait(0.05)
    asked = utc_now()
    admin = Principal("root", Role.ADMIN)
    queue.cancel(desk.database, running.id, admin)
    again = desk.ask(number=2, steps=100, pause=0.1, who=BEN)
    assert again.id != running.id  # nobody is handed a job that is being cancelled
    queue.cancel(desk.database, again.id, BEN)
    thread.join()
    ended = desk.now(running)
    assert ended.state == "cancelled"
    assert ended.finished_at - asked < datetime.timedelta(seconds=2)
    assert not results.intact(desk.settings, desk.database, ended.question)


def test_a_lost_worker_is_noticed_by_its_heartbeat_then_the_job_fails_with_a_reason(desk):
    row = desk.ask("long-sum", number=1)
    for attempt in (1, 2):
        taken = leases.claim(desk.database, ("long",), "elsewhere:1:x")
        assert taken.attempt == attempt
        assert leases.recover(desk.database, job_samples.KINDS) == []
        with desk.database.session() as session:
            session.execute(sa.update(JobRow).values(heartbeat_at=utc_now() - leases.LEASE * 2))
        assert leases.recover(desk.database, job_samples.KINDS) == [row.id]
        # Whoever lost it can no longer write to it.
        assert not leases.finish(desk.database, taken, taken.question, None, leases.Said())
        assert not leases.give_up(desk.database, taken, "failed", "late")
        assert not leases.beat(desk.database, taken, leases.Said())
    failed = desk.now(row)
    assert failed.state == "failed"
    assert "ended without a word 2 times" in failed.cause
    assert "Ask for less" in failed.remedy


def test_stopping_on_purpose_counts_as_no_attempt(local_desk):
    row = local_desk.ask("long-sum", number=1)
    leases.claim(local_desk.database, ("long",), "w:1:a")
    assert leases.unfinished(local_desk.database, ["w:1:a"]) == 1
    back = local_desk.now(row)
    assert (back.state, back.attempt) == ("queued", 0)


def test_a_worker_process_that_is_gone_is_noticed_at_once(local_desk):
    row = local_desk.ask("long-sum", number=1)
    leases.claim(local_desk.database, ("long",), leases.name_here(2**22 - 3))
    assert leases.recover(local_desk.database, job_samples.KINDS) == [row.id]
    leases.claim(local_desk.database, ("long",), leases.name_here())
    assert leases.recover(local_desk.database, job_samples.KINDS) == []


def test_an_answer_from_a_registry_that_changed_under_way_answers_no_later_question(
    local_desk, monkeypatch
):
    row = local_desk.ask(number=1)
    moving = iter(["a" * 64, "b" * 64])
    monkeypatch.setattr("beltroad.app.jobs.worker.question_of", lambda *_: next(moving))
    local_desk.run()
    done = local_desk.now(row)
    assert done.state == "done"
    assert done.result not in ("a" * 64, "b" * 64, row.question)
    assert (
        "the registry changed while this ran; run it again for the latest state"
        in local_desk.log(row)
    )


def test_registry_changes_make_a_new_question(local_desk):
    from beltroad.app.registry.store import Registry

    kind = replace(job_samples.QUICK, records=("project",))
    request = job_samples.Ask(number=1)
    before = queue.question_of(local_desk.database, kind, request)
    assert before == queue.question_of(local_desk.database, kind, request)
    registry = Registry(local_desk.database)
    record = registry.list("project").items[0]
    data = {**registry.get("project", record.key).data, "note": "changed for a test"}
    registry.save(
        "project", record.key, data, who="ann", source="test", publish=True,
        expected=registry.get("project", record.key).latest,
    )  # fmt: skip
    assert queue.question_of(local_desk.database, kind, request) != before


def test_kinds_of_the_workspace_are_of_known_lanes_and_can_be_imported():
    for name, kind in kinds.kinds().items():
        assert kind.name == name
        assert kind.lane in kinds.LANES
        assert callable(kind.function())
