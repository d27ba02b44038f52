"""Dates known to the year, the month or the day, as the days they can mean."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache

from beltroad.errors import InputError

__all__ = ["days_of"]

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@lru_cache(maxsize=8192)
def days_of(text: str) -> tuple[date, date]:
    """First and last day of a date written YYYY, YYYY-MM or YYYY-MM-DD.

    Raises
    ------
    InputError
        If it is no such date.
    """
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError  # noqa: TRY301 - one message for both ways to be wrong
        year = int(found[1])
        first_month, last_month = (int(found[2]),) * 2 if found[2] else (1, 12)
        if found[3]:
            day = date(year, first_month, int(found[3]))
            return day, day
        first = date(year, first_month, 1)
        return first, date(year, last_month, monthrange(year, last_month)[1])
    except ValueError:
        raise InputError(
            f"{text[:40]!r} is no date: write YYYY, YYYY-MM or YYYY-MM-DD, for instance 2023-06"
        ) from None
