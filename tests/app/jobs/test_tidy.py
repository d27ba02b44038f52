"""Tidying: what is old goes, with its files; what is still shown, asked for or rested on stays."""

from __future__ import annotations

import datetime
import hashlib
import os
import time
from dataclasses import replace

import job_samples
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import beltroad.cli.workspace  # noqa: F401 (registers its commands)
from beltroad.app.accounts.roles import LOCAL
from beltroad.app.database.models import ImportRow, JobLogRow, JobRow, ResultRow, utc_now
from beltroad.app.jobs import results
from beltroad.app.jobs.tidy import days_of, tidy
from beltroad.app.questions import views
from beltroad.app.registry.imports import uploads
from beltroad.cli.console import app

OLD = utc_now() - datetime.timedelta(days=200)


def _aged(path, days=200):
    for each in (path, *path.rglob("*")):
        os.utime(each, (time.time() - 86_400 * days,) * 2)


@pytest.fixture
def full(desk):
    """Six results and their jobs, five of them old; files of every sort."""
    rows = [desk.ask(number=n, who=LOCAL) for n in range(5)]
    rows.append(desk.ask("long-sum", number=7))
    desk.run()
    viewed, seen_by_job, asked_again, _, fresh, _ = rows
    views.keep(desk.database, f"/results/{viewed.question}?x=1", "", LOCAL)
    views.keep(desk.database, f"/scenarios/runs/{seen_by_job.id}", "", LOCAL)
    with desk.database.session() as session:
        for table, column in ((JobRow, "finished_at"), (ResultRow, "created_at")):
            name = JobRow.question if table is JobRow else ResultRow.hash
            session.execute(
                sa.update(table).where(name != fresh.question).values({column: OLD})
            )  # fmt: skip
    again = desk.ask(number=2, who=replace(LOCAL, name="ben"))  # answered by the old result
    assert again.state == "done"
    assert again.id != asked_again.id

    kept = uploads.take(desk.settings, b"rested on")
    uploads.take(desk.settings, b"never confirmed")
    uploads.keep(desk.settings, "e" * 64, uploads.Upload("project", "a.csv", kept))
    with desk.database.session() as session:
        session.add(ImportRow(who="ann", kind="project", filename="a.csv", sha256=kept))
    half = results.folder_of(desk.settings, "f" * 64)
    half.mkdir(parents=True)
    (half / "half.csv").write_text("half")
    _aged(half)
    home = desk.settings.home / "uploads"
    (home / ("d" * 64)).mkdir()
    (home / ("d" * 64) / "settings.csv").write_text("a workbook's inputs")
    for path in home.iterdir():
        _aged(path)
    uploads.take(desk.settings, b"of today")
    return desk, rows, again


def test_what_is_old_and_of_no_use_goes(full):
    desk, (viewed, by_job, asked_again, gone, fresh, longer), again = full
    known = {**job_samples.KINDS, "long-sum": replace(job_samples.LONG, keep_days=365)}
    folders = [results.folder_of(desk.settings, r.question) for r in (gone, fresh)]
    expected = tidy(desk.database, desk.settings, 90, dry_run=True, known=known)
    assert folders[0].is_dir()
    done = tidy(desk.database, desk.settings, 90, known=known)
    assert done == expected
    assert (done.results, done.jobs, done.uploads) == (1, 4, 3)
    assert done.size_bytes > 500
    with desk.database.session(write=False) as session:
        kept = set(session.scalars(sa.select(ResultRow.hash)))
        jobs = set(session.scalars(sa.select(JobRow.id)))
        logs = set(session.scalars(sa.select(JobLogRow.job_id)))
    assert kept == {r.question for r in (viewed, by_job, asked_again, fresh, longer)}
    assert jobs == logs == {by_job.id, fresh.id, again.id}
    assert [f.is_dir() for f in folders] == [False, True]
    for question in kept:
        assert results.intact(desk.settings, desk.database, question)
    assert not results.folder_of(desk.settings, "f" * 64).exists()
    assert {p.name for p in (desk.settings.home / "uploads").iterdir()} == {
        hashlib.sha256(data).hexdigest() for data in (b"rested on", b"of today")
    }
    assert tidy(desk.database, desk.settings, 90, known=known).size_bytes == 0
    # The same question can be asked again.
    desk.ask(number=3)
    assert desk.run() == 1
    assert results.intact(desk.settings, desk.database, gone.question)


def test_a_question_asked_in_the_same_moment_is_not_cleared_away(local_desk, monkeypatch):
    row = local_desk.ask(number=1)
    local_desk.run()
    with local_desk.database.session() as session:
        session.execute(sa.update(ResultRow).values(created_at=OLD))
        session.execute(sa.update(JobRow).values(finished_at=OLD, state="queued"))
    monkeypatch.setattr("beltroad.app.jobs.tidy._named", lambda _: set())
    assert tidy(local_desk.database, local_desk.settings, 90).results == 0
    assert results.intact(local_desk.settings, local_desk.database, row.question)


def test_the_command(local_desk):
    local_desk.ask(number=1)
    local_desk.run()
    with local_desk.database.session() as session:
        session.execute(sa.update(ResultRow).values(created_at=OLD))
        session.execute(sa.update(JobRow).values(finished_at=OLD))
    run = ["workspace", "tidy", "--home", str(local_desk.settings.home)]
    said = [
        CliRunner().invoke(app, [*run, *more]).output for more in (["--dry-run"], ["--older-than",
        "300d"], [], [])
    ]  # fmt: skip
    assert "would remove 1 results, 1 jobs" in said[0]
    assert "removed 0 results, 0 jobs" in said[1]
    assert "removed 1 results, 1 jobs" in said[2]
    assert "removed 0 results, 0 jobs" in said[3]
    refused = CliRunner().invoke(app, [*run, "--older-than", "soon"])
    assert "give a number of days" in str(refused.exception)
    assert [days_of(t) for t in ("90d", " 7 ", "-1", "", "1y", "999999")] == [90, 7] + [None] * 4
