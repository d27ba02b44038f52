"""Dates that are known to the day, the month, the year or not at all."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from beltroad.errors import DataError, InputError

__all__ = ["bounds", "day"]


def bounds(text: str) -> tuple[date | None, date | None]:
    """First and last day that ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` can mean; None if empty.

    Raises
    ------
    DataError
        If the text of a table is none of these.
    """
    if not text:
        return None, None
    parts = text.split("-")
    try:
        numbers = [int(p) for p in parts]
        if len(numbers) == 1:
            return date(numbers[0], 1, 1), date(numbers[0], 12, 31)
        if len(numbers) == 2:
            last = monthrange(numbers[0], numbers[1])[1]
            return date(numbers[0], numbers[1], 1), date(numbers[0], numbers[1], last)
        exact = date.fromisoformat(text)
    except ValueError as error:
        raise DataError(f"{text!r} is no date of the form YYYY[-MM[-DD]]") from error
    return exact, exact


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
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"{what} {text!r:.40}: give a day as YYYY-MM-DD") from error
