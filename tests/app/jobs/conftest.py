"""What the tests of jobs share: a workspace with sample kinds, on either database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import job_samples
import pytest

from beltroad.app.accounts.roles import LOCAL, Principal
from beltroad.app.database import Database
from beltroad.app.database.models import JobRow
from beltroad.app.jobs import queue, worker
from beltroad.app.settings import Settings


@dataclass
class Desk:
    """A database, a folder, and short ways to ask for sample jobs."""

    database: Database
    settings: Settings

    def ask(self, kind: str = "quick-sum", who: Principal = LOCAL, **request: Any) -> JobRow:
        return queue.submit(
            self.database, self.settings, kind, request, who, known=job_samples.KINDS
        )

    def run(self, limit: int | None = None) -> int:
        return worker.run_pending(self.database, self.settings, limit, known=job_samples.KINDS)

    def now(self, row: JobRow) -> JobRow:
        return queue.find(self.database, row.id)

    def log(self, row: JobRow) -> list[str]:
        return [line.text for line in queue.log_of(self.database, row.id)]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """A desk on either database."""
    url = database.url.render_as_string(hide_password=False)
    return Desk(database, Settings(home=tmp_path / "home", database_url=url))


@pytest.fixture
def local_desk(local_database: Database, settings: Settings) -> Desk:
    """A desk on SQLite."""
    return Desk(local_database, settings)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes find the sample kinds."""
    here = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))
