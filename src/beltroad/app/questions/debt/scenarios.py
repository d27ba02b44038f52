"""A scenario's projects in the debt room: the table of a finished job, and the job's request."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from beltroad.app.errors import NotFound

if TYPE_CHECKING:
    from beltroad.app.answers import Table
    from beltroad.app.database import Database
    from beltroad.app.settings import Settings

__all__ = ["finished", "request_of", "scenarios", "table_of_result"]

_KINDS = ("appraisal", "debt_projects")
_MOST = 30


def scenarios(database: Database) -> list[tuple[str, str]]:
    """Keys and titles of the scenarios that are kept."""
    from beltroad.app.registry.store import Registry

    return [(r.key, r.title) for r in Registry(database).every("scenario", state="all")]


def finished(database: Database) -> list[tuple[str, str]]:
    """Hash and title of the latest results that may hold new debt, one for each question."""
    from beltroad.app.jobs import queue

    rows = [
        row
        for kind in _KINDS
        for row in queue.list_jobs(database, state="done", kind=kind, per_page=_MOST)[0]
        if row.result
    ]
    rows.sort(key=lambda row: row.created_at, reverse=True)
    named = {str(row.result): f"{row.title}, {row.created_at:%Y-%m-%d %H:%M}" for row in rows}
    return list(named.items())[:_MOST]


def request_of(database: Database, key: str, country: str, *, everything: bool) -> dict[str, Any]:
    """The request of the job for a kept scenario.

    Raises
    ------
    NotFound
        If there is no such scenario.
    """
    from beltroad.app.questions.scenarios.reading import mapping_of
    from beltroad.app.registry.store import Registry

    record = Registry(database).get("scenario", key)
    mapping = mapping_of(str(record.data["toml"]))
    return {"scenario": mapping, "country": country, "everything": everything}


def table_of_result(settings: Settings, database: Database, digest: str, iso3: str) -> Table:
    """Rows of one host in the table ``debt`` of a result: of this job, or of an appraisal.

    Raises
    ------
    NotFound
        If there is no such result, or it says nothing of this country.
    """
    import pandas as pd

    from beltroad.app.jobs import results
    from beltroad.app.questions.appraisals.summary import table_from

    stored = results.read(settings, database, digest)
    if all(each.name != "debt.csv" for each in stored.files):
        raise NotFound("this result has no table of debt; choose one that assessed debt")
    # NA is a word here, not a missing value.
    frame = pd.read_csv(io.BytesIO(stored.path("debt.csv").read_bytes()), keep_default_na=False,
                        na_values=[""])  # fmt: skip
    frame = frame[frame["iso3"] == iso3].reset_index(drop=True)
    if frame.empty:
        raise NotFound(f"no project of this result is new debt of {iso3}")
    table = table_from("debt", frame)
    return table.model_copy(update={"id": "scenario-debt", "title": f"{stored.title}: {iso3}"})
