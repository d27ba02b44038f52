"""Who has signed a Belt and Road cooperation document, and what is known about when.

The bundled table ``membership`` holds one row per economy. Many signings are dated only to the
month or year and some not at all, so a question "on this date" has three answers: yes, no, and
not known. Nothing is ever inferred from trade, loans or projects.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.policy.dates import bounds

__all__ = ["MembershipStatus", "members", "status"]

State = Literal["member", "withdrawn", "none", "unknown"]

# The initiative was first proposed in Astana on this day: nothing can have been signed before.
_PROPOSED = date(2013, 9, 7)


@dataclass(frozen=True)
class MembershipStatus:
    """What is known about one economy on one date.

    Attributes
    ----------
    iso3, name
        The economy.
    on
        The date asked about; None means the latest state in the table.
    state
        ``member``, ``withdrawn``, ``none`` (had not signed) or ``unknown`` (the signing or the
        withdrawal is not dated well enough to say).
    signed_on, withdrawn_on
        As recorded: ``YYYY-MM-DD``, ``YYYY-MM``, ``YYYY`` or empty.
    date_precision
        ``day``, ``month``, ``year`` or ``unknown``, of ``signed_on``.
    confidence
        ``high``, ``medium`` or ``low``: how well the date (or, without one, the status) is
        supported.
    source_title, source_url, note
        Who says so, and remarks.
    """

    iso3: str
    name: str
    on: date | None
    state: State
    signed_on: str
    withdrawn_on: str
    date_precision: str
    confidence: str
    source_title: str
    source_url: str
    note: str


def members(on: date | None = None, *, uncertain: bool = False) -> pd.DataFrame:
    """Economies with a Belt and Road cooperation document in force on a date.

    Parameters
    ----------
    on
        The date; None for the latest state in the table.
    uncertain
        Also return economies of which the table cannot say whether they were in on that date.

    Returns
    -------
    DataFrame
        The rows of the table ``membership`` that apply, with a column ``state`` (``member`` or
        ``unknown``), sorted by iso3. ``attrs["unknown"]`` is the number of economies that cannot
        be placed, whether or not they are returned.
    """
    table = _table().copy()
    table["state"] = [_state(row, on) for row in table.to_dict("records")]
    wanted = {"member", "unknown"} if uncertain else {"member"}
    out = table[table["state"].isin(wanted)].reset_index(drop=True)
    unplaced = int(table["state"].eq("unknown").sum())
    out.attrs = {"on": on.isoformat() if on else "", "unknown": unplaced}
    return out


def status(iso3: str, on: date | None = None) -> MembershipStatus:
    """Say what is known about one economy on a date.

    Raises
    ------
    InputError
        If ``iso3`` is not a code of the table; close matches are suggested.
    """
    table = _table()
    found = table[table["iso3"] == iso3]
    if found.empty:
        known = [*table["iso3"], *table["name"]]
        raise InputError(
            f"iso3 {iso3!r} is not a code of the membership table (ISO 3166-1 alpha-3, capitals). "
            f"{suggest(str(iso3), known)}".rstrip()
        )
    row = found.to_dict("records")[0]
    return MembershipStatus(
        iso3=row["iso3"],
        name=row["name"],
        on=on,
        state=_state(row, on),
        signed_on=row["signed_on"],
        withdrawn_on=row["withdrawn_on"],
        date_precision=row["date_precision"],
        confidence=row["confidence"],
        source_title=row["source_title"],
        source_url=row["source_url"],
        note=row["note"],
    )


@lru_cache(maxsize=1)
def _table() -> pd.DataFrame:
    """Read the bundled table once; every cell is text."""
    return evidence.load("membership").astype(str).sort_values("iso3", ignore_index=True)


def _state(row: dict[Any, Any], on: date | None) -> State:
    """Place a date against the interval in which the signing and the withdrawal fall."""
    final: State = row["status"]
    if on is None or final == "none":
        return final
    earliest, latest = bounds(row["signed_on"])
    # Lists bound what is not dated: the last that lacks the economy and the first that names it.
    lacking, naming = bounds(row["not_listed_on"])[1], bounds(row["listed_by"])[1]
    if on < (earliest or _PROPOSED) or (lacking is not None and on <= lacking):
        return "none"
    if naming is not None:
        latest = naming if latest is None else min(latest, naming)
    if latest is None or on < latest:
        return "unknown"
    if final == "withdrawn":
        left_first, left_last = bounds(row["withdrawn_on"])
        if left_first is None or left_last is None:
            return "unknown"
        if on >= left_last:
            return "withdrawn"
        return "unknown" if on >= left_first else "member"
    return "member"
