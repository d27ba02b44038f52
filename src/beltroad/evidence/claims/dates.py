"""Dates of stated precision: ``2021``, ``2021-06`` and ``2021-06-30`` as first and last day.

A claim keeps the precision that its speaker used; comparing two claims needs the days it spans.
"""

from __future__ import annotations

from datetime import date, timedelta

from beltroad.errors import InputError
from beltroad.evidence.dates import days_of

__all__ = ["days_of", "frequency", "iso_duration", "parse_period", "span_of", "time_period"]

EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)


def parse_period(text: str) -> tuple[date, date]:
    """First and last day of a period: a date, or two joined by a colon (either may be left out).

    Raises
    ------
    InputError
        If a date cannot be read, or the second comes before the first.
    """
    if ":" not in text:
        return days_of(text)
    first, _, last = text.partition(":")
    if not first.strip() and not last.strip():
        raise InputError(f"{text!r} is no period: write 2021, 2021:2024, 2021: or :2024")
    start = days_of(first)[0] if first.strip() else EARLIEST
    end = days_of(last)[1] if last.strip() else LATEST
    if end < start:
        raise InputError(f"period {text[:40]!r} ends before it starts; turn the dates round")
    return start, end


def span_of(start: str, end: str) -> tuple[date, date] | None:
    """Days that a claim's period covers; None where it has no end."""
    if not end:
        return None
    first, last = days_of(end)
    return (days_of(start)[0] if start else first), last


def frequency(start: str, end: str) -> str:
    """SDMX code of the frequency: A, S, Q, M, D, or ``_O`` for any other range of days.

    A figure "as of" a day is daily, as of a month monthly: the code says how fine the date is.
    """
    if not end:
        return "_U"
    if not start or start == end:
        return {4: "A", 7: "M", 10: "D"}[len(end)]
    first, last = days_of(start)[0], days_of(end)[1]
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if whole and first.year == last.year:
        for code, length in (("A", 12), ("S", 6), ("Q", 3), ("M", 1)):
            if months == length and (first.month - 1) % length == 0:
                return code
    return "D" if first == last else "_O"


def time_period(start: str, end: str) -> str:
    """The period as SDMX writes it: 2024, 2024-S1, 2024-Q3, 2024-06, 2024-06-30 or start/duration.

    Returns
    -------
    str
        Empty if there is no date.
    """
    code = frequency(start, end)
    if code == "_U":
        return ""
    if not start or start == end:
        return end
    first = days_of(start)[0]
    if code == "A":
        return f"{first:%Y}"
    if code == "S":
        return f"{first:%Y}-S{(first.month - 1) // 6 + 1}"
    if code == "Q":
        return f"{first:%Y}-Q{(first.month - 1) // 3 + 1}"
    if code in ("M", "D"):
        return f"{first:%Y-%m}" if code == "M" else first.isoformat()
    return f"{first.isoformat()}/{iso_duration(first, days_of(end)[1])}"


def iso_duration(first: date, last: date) -> str:
    """Length of a range of days, both included, as ISO 8601: P4Y6M, P9M, P25D."""
    after = last + timedelta(days=1)
    if first.day == after.day:
        months = (after.year - first.year) * 12 + after.month - first.month
        years, months = divmod(months, 12)
        return "P" + (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return f"P{(after - first).days}D"
