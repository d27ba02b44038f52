"""Dates that are known to the day, the month, the year or not at all."""

from __future__ import annotations

import re
from datetime import date

from beltroad.errors import DataError, InputError
from beltroad.evidence.dates import days_of

__all__ = ["bounds", "day", "earliest", "latest"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def bounds(text: str) -> tuple[date | None, date | None]:
    """First and last day that ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` can mean; None if empty.

    Raises
    ------
    DataError
        If the text of a table is none of these.
    """
    if not text:
        return None, None
    try:
        return days_of(text)
    except InputError as error:
        raise DataError(f"{text!r} is no date of the form YYYY[-MM[-DD]]") from error


def day(text: str | None, what: str = "--date") -> date | None:
    """The day a user asks about; None for the latest state.

    Raises
    ------
    InputError
        If it is no day of the form YYYY-MM-DD.
    """
    if text is None:
        return None
    try:
        # Python also reads 20240701 and 2024-W27-1, which are more often slips than days.
        if not _DAY.fullmatch(text.strip()):
            raise ValueError  # noqa: TRY301 - one message for both ways to be wrong
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"{what} {text!r:.40}: give a day as YYYY-MM-DD") from error


def earliest(*dates: str) -> str:
    """When the first of several starts was; empty if one is not dated, or there is none."""
    return min(dates, key=lambda text: days_of(text)[0]) if dates and all(dates) else ""


def latest(*dates: str) -> str:
    """When the last of several starts was; empty if one is not dated, or there is none."""
    return max(dates, key=lambda text: days_of(text)[1]) if dates and all(dates) else ""
