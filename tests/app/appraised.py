"""Stored appraisals for tests of pages: plausible ones, made without the engine."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from beltroad.app.database import Database
from beltroad.app.database.models import JobRow, utc_now
from beltroad.app.jobs import results
from beltroad.app.jobs.kinds import Outcome
from beltroad.app.questions.appraisals import condense, summary
from beltroad.app.settings import Settings
from beltroad.appraisal import writing
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.scenario_file import parse_scenario

__all__ = ["made", "outcome_of", "stored"]


@lru_cache(maxsize=4)
def made(seed: int) -> Appraisal:
    """A plausible appraisal; no figure in it is a result."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "appraisal"))
    synthetic = importlib.import_module("synthetic")
    found: Appraisal = synthetic.appraisal(
        seed=seed, scenario=parse_scenario(mapping(seed)), rail_lines=20, pair_rows=40
    )
    return found


def mapping(seed: int) -> dict[str, Any]:
    """The scenario of it; another seed has another discount rate."""
    return {"name": f"Portfolio {seed}", "parameters": {"discount_rate": seed / 100}}


@lru_cache(maxsize=4)
def outcome_of(seed: int) -> Outcome:
    """What the work would hand over, the report and workbook left out (they have own tests)."""
    appraisal = made(seed)
    whole, writing.result_files = writing.result_files, _few
    try:
        files = condense.files_of(appraisal, mapping(seed))
    finally:
        writing.result_files = whole
    files["charts.json"] = _one_chart()
    short = summary.summary_of(appraisal, mapping(seed))
    return Outcome(short, summary.answer_of(appraisal, short), files)


@lru_cache(maxsize=1)
def _one_chart() -> bytes:
    """Drawing all takes seconds; the run through the queue does."""
    from beltroad.appraisal.report import figures

    f = figures.gains_figure(made(5))
    told = {"part": "overview", "key": f.key, "finding": f.finding, "subtitle": f.subtitle,
            "source": f.source, "note": f.note, "wide": f.wide, "narrow": f.narrow}  # fmt: skip
    return json.dumps([told]).encode()


def _few(appraisal: Appraisal, _: object = None) -> dict[str, bytes]:
    from beltroad.files import csv_bytes, parquet_bytes

    return {
        "countries.csv": csv_bytes(appraisal.countries),
        "pairs.parquet": parquet_bytes(appraisal.pairs),
        "report.html": b"<!doctype html><title>Report</title>",
    }


def stored(settings: Settings, database: Database, seed: int) -> str:
    """Keep one as if it had been run; gives its hash."""
    question = hashlib.sha256(f"appraisal {seed}".encode()).hexdigest()
    outcome = outcome_of(seed)
    manifest = results.write(settings, question, outcome)
    name = str(outcome.summary["name"])
    with database.session() as session:
        results.keep(session, question, "appraisal", name, manifest)
        session.add(
            JobRow(
                id=question[:16], kind="appraisal", lane="long", title=name, who="local",
                request={"scenario": outcome.summary["scenario"]}, question=question,
                state="done", result=question, started_at=utc_now(), finished_at=utc_now(),
            )
        )  # fmt: skip
    return question
