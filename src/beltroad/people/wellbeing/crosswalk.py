"""Between our columns and the codes of OC4IDS 0.9.5 and IATI 2.03."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence.dates import days_of

__all__ = [
    "DAC", "FROM_IATI_STATUS", "SECTORS", "TO_IATI_STATUS", "exact", "first_day", "kind_of_dac",
    "last_day", "newest", "number", "plain",
]  # fmt: skip

SECTORS: Mapping[str, str] = {
    "culture": "cultureSportsAndRecreation", "education": "education", "energy": "energy",
    "farming": "economy", "health": "health", "heritage": "cultureSportsAndRecreation",
    "laboratory": "economy", "livelihoods": "economy", "scholarships": "education",
    "training": "education", "water": "waterAndWaste",
}  # fmt: skip
"""Kind to the OC4IDS project sector; relief has none there."""

DAC: Mapping[str, tuple[str, str]] = {
    "aid": ("72010", "Material relief assistance and services"),
    "culture": ("16061", "Culture and recreation"),
    "education": ("11120", "Education facilities and training"),
    "energy": ("23210", "Energy generation, renewable sources - multiple technologies"),
    "farming": ("31120", "Agricultural development"),
    "health": ("12220", "Basic health care"),
    "heritage": ("16061", "Culture and recreation"),
    "laboratory": ("43082", "Research/scientific institutions"),
    "livelihoods": ("43040", "Rural development"),
    "other": ("99810", "Sectors not specified"),
    "scholarships": ("11420", "Higher education"),
    "training": ("11330", "Vocational training"),
    "water": ("14030", "Basic drinking water supply and basic sanitation"),
}
"""Kind to the purpose code of the OECD's Development Assistance Committee (five digits)."""

# A code's first digits to a kind, the longest that fits; for files that are not ours.
_KINDS = {
    "11330": "training", "11430": "training", "1142": "scholarships", "11": "education",
    "12": "health", "13": "health", "14": "water", "16061": "culture", "23": "energy",
    "31": "farming", "32182": "laboratory", "43040": "livelihoods", "43081": "training",
    "43082": "laboratory", "52": "aid", "72": "aid",
}  # fmt: skip

TO_IATI_STATUS: Mapping[str, str] = {
    "identification": "1", "preparation": "1", "implementation": "2", "completion": "4",
    "maintenance": "4", "decommissioning": "4", "decommissioned": "4", "cancelled": "5",
}  # fmt: skip
FROM_IATI_STATUS: Mapping[str, str] = {
    "1": "preparation", "2": "implementation", "3": "completion", "4": "completion",
    "5": "cancelled", "6": "implementation",
}  # fmt: skip


def kind_of_dac(code: str) -> str:
    """Our kind for a purpose code; ``other`` if none fits."""
    for length in range(len(code), 1, -1):
        if code[:length] in _KINDS:
            return _KINDS[code[:length]]
    return "other"


def first_day(text: str) -> date:
    """First day that a date of ours can mean."""
    return days_of(text)[0]


def last_day(text: str) -> date:
    """Last day that a date of ours can mean."""
    return days_of(text)[1]


def number(value: float) -> int | float:
    """A number as JSON writes it: whole numbers without a point."""
    return int(value) if float(value).is_integer() else float(value)


def exact(value: float) -> str:
    """A number as text that reads back as the same number."""
    return str(number(value))


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row without what is not known."""
    return {
        str(name): value for name, value in row.items()
        if value != "" and not (isinstance(value, float) and math.isnan(value))
    }  # fmt: skip


def newest(rows: pd.DataFrame, published: str | None) -> str:
    """Day of publication: as given, or the latest date that a row's source bears.

    Raises
    ------
    InputError
        If neither is known.
    """
    dated = [published] if published else [text for text in rows["source_date"] if text]
    if not dated:
        raise InputError("no row bears the date of its source: give --published YYYY-MM-DD")
    return max(last_day(text) for text in dated).isoformat()
