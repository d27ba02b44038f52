"""The registry: rows of small projects, which of them are asked for, and which may be added up.

A programme contains the rows that name it in ``part_of``. What a programme reached includes what
its projects reached, so that :func:`counted` keeps one of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies, load
from beltroad.evidence.dates import days_of

__all__ = [
    "BASES", "COLUMNS", "KINDS", "NUMBERS", "SCOPES", "STATUSES", "counted", "economies_of",
    "project", "projects", "table",
]  # fmt: skip

KINDS: Mapping[str, str] = {
    "aid": "food, cash and relief", "culture": "language and culture", "education": "schools",
    "energy": "small energy", "farming": "farming and demonstration centres",
    "health": "hospitals, medical teams, campaigns", "heritage": "restoration of monuments",
    "laboratory": "joint laboratories", "livelihoods": "poverty reduction in villages",
    "other": "other", "scholarships": "scholarships", "training": "vocational training",
    "water": "wells and water supply",
}  # fmt: skip

BASES: Mapping[str, str] = {
    "births": "persons", "consultations": "visits", "households": "households",
    "patients": "persons", "people_served": "persons", "recipients": "persons",
    "students": "persons", "surgeries": "operations", "trained": "persons",
}  # fmt: skip
"""What is counted as reached, and its unit. Units are never added to one another."""

STATUSES = (
    "identification", "preparation", "implementation", "completion", "maintenance",
    "decommissioning", "decommissioned", "cancelled",
)  # fmt: skip
"""Project status of the Open Contracting for Infrastructure Data Standards."""

SCOPES = ("project", "programme")
NUMBERS = (
    "latitude", "longitude", "cost_amount", "cost_year", "cost_usd", "cost_usd_2021",
    "people_reached",
)  # fmt: skip
COLUMNS = (
    "id", "name", "kind", "scope", "part_of", "iso3", "place", "latitude", "longitude",
    "period_start", "period_end", "status", "cost_amount", "cost_currency", "cost_year",
    "cost_usd", "cost_usd_2021", "people_reached", "reached_basis", "reached_status",
    "reached_as_of", "funder", "implementer", "evaluated", "evaluation_method",
    "evaluation_finding", "evaluator", "evaluation_source", "source_title", "source_url",
    "source_date", "more_sources", "record", "confidence", "note",
)  # fmt: skip


def table() -> pd.DataFrame:
    """All bundled rows; columns :data:`COLUMNS`, units in ``evidence.info``."""
    return load("wellbeing_projects").copy()


def projects(
    *,
    kind: str | None = None,
    iso3: str | None = None,
    scope: str | None = None,
    status: str | None = None,
    since: str | None = None,
    until: str | None = None,
    text: str | None = None,
    evaluated: bool | None = None,
    rows: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rows that meet every condition given.

    Parameters
    ----------
    iso3
        Name or code of an economy; programmes in several economies are found under each.
    since, until
        YYYY, YYYY-MM or YYYY-MM-DD: rows that may have run in between. Rows without any date
        are left out when one is given.
    rows
        Another registry, as :func:`beltroad.people.wellbeing.read` gives it.

    Raises
    ------
    InputError
        If a value is not one that the column can hold.
    """
    found = table() if rows is None else rows
    for value, column, known in (
        (kind, "kind", tuple(KINDS)), (scope, "scope", SCOPES), (status, "status", STATUSES),
    ):  # fmt: skip
        if value is None:
            continue
        if value not in known:
            hint = f"{suggest(value, known)} Use one of {', '.join(known)}.".strip()
            raise InputError(f"{column} {value!r:.40} is not known. {hint}")
        found = found[found[column] == value]
    if iso3 is not None:
        code = economies.iso3(iso3)
        found = found[[code in economies_of(text) for text in found["iso3"]]]
    if evaluated is not None:
        found = found[found["evaluated"].eq("yes") == evaluated]
    if text is not None:
        columns = ["id", "name", "place", "funder", "implementer", "note"]
        words = found[columns].agg(" ".join, axis=1)
        found = found[words.str.contains(text, case=False, regex=False)]
    if since is not None or until is not None:
        first = days_of(since)[0] if since else date.min
        last = days_of(until)[1] if until else date.max
        if first > last:
            raise InputError(f"since {since} is after until {until}; give them the other way round")
        ends = zip(found["period_start"], found["period_end"], strict=True)
        kept = [_may_run(*each, first, last) for each in ends]
        found = found[kept]
    return found.reset_index(drop=True)


def project(key: str, rows: pd.DataFrame | None = None) -> pd.Series:
    """One row by its id."""
    found = table() if rows is None else rows
    here = found[found["id"].str.casefold() == key.strip().casefold()]
    if here.empty:
        raise InputError(f"no project {key!r:.60}. {suggest(key, found['id'])}".strip())
    return here.iloc[0]


def counted(
    rows: pd.DataFrame, same: Literal["reached_basis", "unit"] = "reached_basis"
) -> pd.Series:
    """Which rows may be added up without counting anyone twice.

    A programme contains its projects. Of a programme's own figure and the sum of what is known
    below it the larger is kept, since both are lower bounds of the same people.

    Parameters
    ----------
    same
        Figures are held against one another where they have the same basis, or the same unit,
        and the same status (reported or planned).

    Returns
    -------
    Series of bool on the index of ``rows``; false where no figure is known.
    """
    label = rows["reached_basis"]
    label = label.map(BASES) if same == "unit" else label
    value = dict(zip(rows["id"], rows["people_reached"].astype(float), strict=True))
    group = dict(zip(rows["id"], zip(label, rows["reached_status"], strict=True), strict=True))
    children: dict[str, list[str]] = {}
    for key, parent in zip(rows["id"], rows["part_of"], strict=True):
        children.setdefault(parent if parent in value else "", []).append(key)

    def best(key: str, of: tuple[str, str]) -> tuple[float, list[str]]:
        """Most that is known of a row and below it, and the rows that say so."""
        below = [best(each, of) for each in children.get(key, [])]
        total, kept = sum(each for each, _ in below), [at for _, ids in below for at in ids]
        own = value[key] if group[key] == of else float("nan")
        return (own, [key]) if own >= total else (total, kept)

    kept = {
        at for of in set(group.values()) for key in children.get("", []) for at in best(key, of)[1]
    }
    known = rows["people_reached"].notna()
    return rows["id"].isin(kept) & known


def economies_of(text: str) -> tuple[str, ...]:
    """Codes in a cell of column ``iso3``."""
    return tuple(text.split())


def _may_run(start: str, end: str, first: date, last: date) -> bool:
    """Whether a period whose ends may be unknown can touch the days from first to last."""
    if not start and not end:
        return False
    return not ((start and days_of(start)[0] > last) or (end and days_of(end)[1] < first))
