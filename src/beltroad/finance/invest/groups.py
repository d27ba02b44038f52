"""Groups of economies with their members at a date.

Groups with their own table (ASEAN, EU and others) have dates of entry and exit. ``BRI`` is read
from the table of cooperation documents, where some dates are not known: an economy that cannot be
placed is not counted as a member but is told. Continents do not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence.dates import days_of
from beltroad.evidence.tables import load

__all__ = ["Group", "known", "members", "title"]

_CONTINENTS = {"AFRICA": "Africa", "ASIA": "Asia", "EUROPE": "Europe", "AMERICAS": "Americas",
               "OCEANIA": "Oceania"}  # fmt: skip
_ONLY_PUBLISHED = {
    "WORLD": "all economies, as the source counts them",
    "BRI_ROUTE": "about 64 countries along the routes; the list is the statistics' own",
    "TOP20": "the 20 largest, as the source lists them",
    "TOP10": "the 10 largest, as the source lists them",
    "ARAB": "Arab states, as the source counts them",
    "DEVELOPED": "developed economies, as the source counts them",
    "TRANSITION": "transition economies, as the source counts them",
    "NOT_SPECIFIED": "not given by economy",
}
_PROPOSED = date(2013, 9, 7)


_TITLES = {
    "ARAB": "Arab states",
    "BRI": "Belt and Road partners", "BRI_ROUTE": "countries along the routes",
    "CENTRAL_ASIA": "Central Asia", "CEE": "Central and Eastern Europe",
    "EU": "European Union", "EURASIA13": "13 Eurasian economies", "GCC": "Gulf Cooperation Council",
    "WORLD": "all economies", "TOP10": "the ten largest", "TOP20": "the twenty largest",
    "DEVELOPED": "developed economies", "TRANSITION": "transition economies",
    "NOT_SPECIFIED": "not specified",
}  # fmt: skip


def title(code: str) -> str:
    """Name of a group in words."""
    return _TITLES.get(code, code if code in _ACRONYMS else code.replace("_", " ").title())


_ACRONYMS = ("ASEAN",)


@dataclass(frozen=True)
class Group:
    """Members of a group at a date.

    Attributes
    ----------
    code, on
        The group and the date.
    members
        ISO 3166-1 alpha-3 codes, sorted.
    unknown
        Economies of which the table cannot say whether they belonged then.
    confidence
        Lowest of the rows used: high, medium or low.
    """

    code: str
    on: date
    members: tuple[str, ...]
    unknown: tuple[str, ...]
    confidence: str


@lru_cache(maxsize=1)
def known() -> tuple[str, ...]:
    """Codes of all groups that may stand in a ledger."""
    tabled = [str(code) for code in _table()["group"].unique()]
    return tuple(sorted({*tabled, "BRI", *_CONTINENTS, *_ONLY_PUBLISHED}))


@lru_cache(maxsize=256)
def members(code: str, on: date) -> Group:
    """Who belongs to a group on a date.

    Raises
    ------
    InputError
        If the group is not known, or its members are not published.
    """
    if code in _ONLY_PUBLISHED:
        raise InputError(f"{code} ({_ONLY_PUBLISHED[code]}) has no list of members to add up")
    if code == "BRI":
        return _signatories(on)
    if code in _CONTINENTS:
        table = load("countries")
        found = table["iso3"][table["continent"] == _CONTINENTS[code]]
        return Group(code, on, tuple(sorted(found)), (), "high")
    rows = _table()[_table()["group"] == code]
    if rows.empty:
        raise InputError(f"no group {code!r:.40}. {suggest(code, known())} "
                         f"Groups: {', '.join(known())}")  # fmt: skip
    inside: list[str] = []
    unknown: list[str] = []
    for row in rows.astype(str).to_dict("records"):
        state = _state(row["since"], row["until"], on)
        if state == "in":
            inside.append(row["iso3"])
        elif state == "unknown":
            unknown.append(row["iso3"])
    order = ("high", "medium", "low")
    worst = max(rows["confidence"], key=order.index)
    return Group(code, on, tuple(sorted(inside)), tuple(sorted(unknown)), str(worst))


def _state(since: str, until: str, on: date) -> str:
    first = days_of(since) if since else None
    last = days_of(until) if until else None
    if first is not None and on < first[0]:
        return "out"
    if last is not None and on > last[1]:
        return "out"
    if (first is not None and on < first[1]) or (last is not None and on > last[0]):
        return "unknown"
    return "in"


def _signatories(on: date) -> Group:
    """By the bounds that the dates and the lists give; see the table ``membership``."""
    inside: list[str] = []
    unknown: list[str] = []
    for row in load("membership").astype(str).to_dict("records"):
        if row["status"] == "none" or on < _PROPOSED:
            continue
        first = days_of(row["signed_on"]) if row["signed_on"] else (_PROPOSED, None)
        lacking = days_of(row["not_listed_on"])[1] if row["not_listed_on"] else None
        naming = days_of(row["listed_by"])[1] if row["listed_by"] else None
        if on < first[0] or (lacking is not None and on <= lacking):
            continue
        ends = [each for each in (first[1], naming) if each is not None]
        if not ends or on < min(ends):
            unknown.append(row["iso3"])
            continue
        left = days_of(row["withdrawn_on"]) if row["withdrawn_on"] else None
        if row["status"] == "withdrawn" and (left is None or left[0] <= on < left[1]):
            unknown.append(row["iso3"])
        elif left is None or on < left[0]:
            inside.append(row["iso3"])
    return Group("BRI", on, tuple(sorted(inside)), tuple(sorted(unknown)), "medium")


@lru_cache(maxsize=1)
def _table() -> pd.DataFrame:
    return load("investment_groups")
