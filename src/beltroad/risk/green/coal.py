"""Coal screening: which projects of a list point to coal, and how they stand to the commitment.

A rule over words in English and Chinese (table ``green_coal_terms``) in the name, description,
type and fuel of a project. On 21 September 2021 China's President told the United Nations that
China will not build new coal-fired power projects abroad; a project's date puts it before or after.
A result is a lead with its evidence, never a verdict: the words may stand for something else, and
the commitment leaves open what is new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError

__all__ = ["COLUMNS", "check_date", "commitment_date", "screen_coal"]

COLUMNS = (
    "id", "name", "coal", "reason", "evidence", "date", "commitment", "commitment_note",
)  # fmt: skip
FIELDS = ("name", "description", "type", "fuel")
# Fields whose whole meaning is the technology or fuel: coal there means coal burnt for power.
FUEL_FIELDS = ("type", "fuel")
NOTE = (
    "the commitment of 21 September 2021 says 'new' without a definition: plants under "
    "construction, permitted and financed before, and plants for one factory are disputed"
)


@lru_cache(maxsize=1)
def _terms() -> list[tuple[str, re.Pattern[str]]]:
    """Kinds and patterns; English words stand alone (plurals too), Chinese ones anywhere."""
    out = []
    for row in evidence.load("green_coal_terms").to_dict("records"):
        term = row["term"]
        pattern = rf"(?<![a-z0-9])(?:{term})s?(?![a-z])" if row["language"] == "en" else term
        out.append((row["kind"], re.compile(pattern, re.IGNORECASE)))
    return out


@lru_cache(maxsize=1)
def commitment_date() -> str:
    """Day of the commitment, YYYY-MM-DD."""
    policy = evidence.load("green_policy").set_index("key")
    return str(policy.at["no_new_coal", "date"])


def screen_coal(projects: pd.DataFrame) -> pd.DataFrame:
    """Leads to coal in a list of projects.

    Parameters
    ----------
    projects
        Column ``id`` and any of ``name``, ``description``, ``type``, ``fuel`` and ``date``
        (YYYY, YYYY-MM or YYYY-MM-DD: when it was agreed or financed).

    Returns
    -------
    DataFrame
        One row a project in their order, columns ``COLUMNS``. ``coal`` is ``yes`` (power from
        coal), ``mining``, ``transport``, ``unclear`` (coal or thermal power, purpose or fuel not
        said) or ``none``; ``commitment`` is ``before``, ``after``, ``same year`` or ``same
        month`` (give a day), ``no date``, or empty where coal power is not the matter.

    Raises
    ------
    InputError
        If a date cannot be read; all at once.
    """
    faults, rows = [], []
    for row in projects.to_dict("records"):
        try:
            rows.append(_screened(row))
        except InputError as fault:
            faults.append(f"{row['id']}: {fault}")
    if faults:
        raise InputError("\n".join(faults))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _screened(row: Mapping[Any, Any]) -> dict[str, str]:
    day = check_date(_text(row, "date"))
    found: dict[str, list[str]] = {}
    for field in FIELDS:
        for kind, word in _words(_text(row, field)):
            found.setdefault(kind, []).append(f"{field}: {word}")
    coal, reason = _judged(found)
    out = dict.fromkeys(COLUMNS, "") | {
        "id": str(row["id"]), "name": _text(row, "name"), "coal": coal, "reason": reason,
        "date": day,
    }  # fmt: skip
    if coal == "none" and "leaving" not in found:
        return out
    out["evidence"] = "; ".join(dict.fromkeys(w for words in found.values() for w in words))
    if coal in ("yes", "unclear"):
        out |= {"commitment": _against(day), "commitment_note": NOTE}
    return out


def check_date(text: str) -> str:
    """A year, month or day, or nothing.

    Raises
    ------
    InputError
        If it is none of them, or no day of the calendar.
    """
    try:
        if text and re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text) is None:
            raise ValueError  # noqa: TRY301 - one message for both ways to be wrong
        date.fromisoformat(text + "-01-01"[len(text) - 4 :] if text else "2000-01-01")
    except ValueError:
        raise InputError(f"date {text!r:.40} must be YYYY, YYYY-MM or YYYY-MM-DD") from None
    return text


def _words(text: str) -> list[tuple[str, str]]:
    """Kinds and words found in a text; what is not coal is taken out of it first."""
    out = []
    for kind, pattern in _terms():
        if kind == "not_coal":
            text = pattern.sub(" ", text)
    for kind, pattern in _terms():
        match = None if kind == "not_coal" else pattern.search(text)
        if match is not None:
            out.append((kind, match.group(0)))
    return out


def _judged(found: Mapping[str, list[str]]) -> tuple[str, str]:
    """Lead and reason from the kinds of words found."""
    coal = [*found.get("power_coal", []), *found.get("coal", [])]
    if "leaving" in found and coal:
        return "none", "speaks of leaving coal: check by hand"
    if "power_coal" in found:
        return "yes", "coal burnt for power is named"
    if any(word.split(":")[0] in FUEL_FIELDS for word in coal) and not found.get("mining"):
        return "yes", "coal is given as type or fuel"
    if coal:
        # A mine-mouth plant is a plant; a coal railway may carry power-plant coal.
        if "power" in found:
            return "yes", "coal and power are named together"
        if "mining" in found:
            return "mining", "coal and mining are named together"
        if "transport" in found:
            return "transport", "coal and a line, port or terminal are named together"
        return "unclear", "coal is named, what for is not said"
    if "thermal" in found:
        return "unclear", "thermal power is named, its fuel is not"
    return "none", "no word for coal was found"


def _against(day: str) -> str:
    """Where a date stands to the commitment, as far as it can be told."""
    if not day:
        return "no date"
    promised = commitment_date()
    known = promised[: len(day)]
    if day == known and len(day) < len(promised):
        return "same year" if len(day) == 4 else "same month"
    return "before" if day < known else "after"


def _text(row: Mapping[Any, Any], key: str) -> str:
    value = row.get(key, "")
    return value.strip() if isinstance(value, str) else ""
