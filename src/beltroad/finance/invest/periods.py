"""Periods of the ledger: years, dates of stocks, spans, totals to date."""

from __future__ import annotations

import re
from datetime import date, timedelta

from beltroad.errors import InputError
from beltroad.evidence.dates import days_of

__all__ = ["is_year", "last_day", "last_year", "span", "whole_years"]

_YEAR = re.compile(r"\d{4}", re.ASCII)


def is_year(period: str) -> bool:
    """Whether the period is one calendar year (for a stock: its end)."""
    return _YEAR.fullmatch(period) is not None


def span(period: str) -> tuple[date | None, date]:
    """First and last day; the first is None for a total to date.

    Raises
    ------
    InputError
        If it is no period, or ends before it starts.
    """
    start, colon, end = period.partition(":")
    if not colon:
        return days_of(period)
    last = days_of(end)[1]
    if not start.strip():
        return None, last
    first = days_of(start)[0]
    if first > last:
        raise InputError(f"period {period!r:.40} ends before it starts")
    return first, last


def last_day(period: str) -> date:
    """Last day of a period."""
    return span(period)[1]


def last_year(period: str) -> int:
    """Calendar year in which a period ends."""
    return last_day(period).year


def whole_years(period: str) -> list[int]:
    """The calendar years of a period that is made of whole years; empty for any other."""
    first, last = span(period)
    if first is None or (first.month, first.day) != (1, 1):
        return []
    if (last + timedelta(days=1)).year == last.year:
        return []
    return list(range(first.year, last.year + 1))
