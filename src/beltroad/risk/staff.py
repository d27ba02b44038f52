"""People abroad: how many staff are where, under which risk, and for how long.

Counts only. A file that names people is refused unread: names, passports, addresses and the like
do not belong in it.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.risk._cells import Faults, header_of, rows_of
from beltroad.risk.journal import visible

__all__ = ["HIGH_GRADES", "StaffExposure", "exposure", "read_staff"]

COLUMNS = ("iso3", "place", "staff", "nationals", "expatriates", "from", "to")
HIGH_GRADES = (6, 7)
"""Grades counted as high risk."""
_MOST = 10_000_000
_PERSONAL = re.compile(
    r"(?:^|_)(?:(?:sur|fore|first|last|full|family|given|middle)?_?names?|employees?|persons?|passports?"
    r"|id_?(?:card|no|number)|identity|e?_?mails?|phones?|mobiles?|tel|birth\w*|dob|born|age|sex"
    r"|gender|address(?:es)?|visas?|nationality|religion|salary|salaries|ssn|contact\w*)(?:_|$)"
    r"|姓名|护照|身份证|电话|邮箱|生日|出生"
)


@dataclass(frozen=True)
class StaffExposure:
    """Staff by grade and country.

    Attributes
    ----------
    by_country
        iso3, name, grade (NaN unknown), staff, nationals, expatriates on the day; person_days in
        the period; open_alerts.
    by_grade
        grade (1 to 7, NaN unknown), countries, staff, share_pct, person_days.
    on, first, last
        Day of the head count; first and last day of the period.
    high_staff, high_share_pct, alert_staff
        Staff in countries of grade 6 or 7, as a share of staff in graded countries, and staff in
        countries with an open alert.
    """

    by_country: pd.DataFrame
    by_grade: pd.DataFrame
    on: datetime.date
    first: datetime.date
    last: datetime.date
    staff: int
    person_days: int
    high_staff: int
    high_share_pct: float
    alert_staff: int


def read_staff(path: Path) -> pd.DataFrame:
    """Read a table of staff.

    Parameters
    ----------
    path
        CSV or Excel: iso3, staff, and where known place, nationals, expatriates, from, to (days;
        an empty one is open).

    Returns
    -------
    DataFrame
        iso3, place, staff, nationals, expatriates (NaN unknown), from, to (dates or None).

    Raises
    ------
    InputError
        If a column looks like personal data, or with all other faults.
    """
    personal = [name for name in header_of(path) if _PERSONAL.search(name)]
    if personal:
        raise InputError(
            f"{visible(path)}: the column {visible(personal[0])!r:.60} looks like data about "
            "single people, so nothing was read. Counts are enough: leave out names, passports, "
            f"contacts and the like; columns: {', '.join(COLUMNS)}"
        )
    faults = Faults(path)
    rows = rows_of(path, COLUMNS, ("iso3", "staff"), faults)
    out = []
    for row in rows:
        if faults.enough:
            break
        iso3 = faults.take(row, "iso3", economies.iso3, empty="")
        staff = faults.take(row, "staff", _count, empty=0)
        parts = {name: faults.take(row, name, _count, empty=-1)
                 for name in ("nationals", "expatriates")}  # fmt: skip
        known = [n for n in parts.values() if n >= 0]
        if row.get("staff") and (sum(known) > staff or (len(known) == 2 and sum(known) != staff)):
            faults.add(row, "staff", f"{staff}, but nationals and expatriates are {sum(known)}.")
        if len(known) == 1:
            missing = next(name for name, n in parts.items() if n < 0)
            parts[missing] = staff - known[0]
        first = faults.take(row, "from", _day, empty=None)
        last = faults.take(row, "to", _day, empty=None)
        if first and last and last < first:
            faults.add(row, "to", f"{last} is before {first}.")
        out.append(
            (
                iso3,
                row.get("place", ""),
                staff,
                *(n if n >= 0 else float("nan") for n in parts.values()),
                first,
                last,
            )
        )
    if not rows:
        faults.add(None, "file", "holds no staff.")
    faults.check()
    table = pd.DataFrame(out, columns=list(COLUMNS))
    for name in ("from", "to"):
        table[name] = pd.Series([r[COLUMNS.index(name)] for r in out], dtype=object)
    return table.astype({"nationals": float, "expatriates": float})


def exposure(
    staff: pd.DataFrame,
    grades: pd.DataFrame,
    *,
    on: datetime.date,
    period: tuple[datetime.date, datetime.date] | None = None,
    open_alerts: dict[str, int] | None = None,
) -> StaffExposure:
    """Staff by country and grade.

    Parameters
    ----------
    staff
        Of :func:`read_staff`.
    grades
        iso3 and grade, as of ``risk.country.grades()``; economies without one count as unknown.
    on
        Day of the head count.
    period
        First and last day of the person-days, both counted; the day itself by default.
    open_alerts
        Open alerts by iso3.

    Raises
    ------
    InputError
        If the period ends before it begins.
    """
    first, last = period or (on, on)
    if last < first:
        raise InputError(f"period from {first} to {last}: give the first day first")
    alerts = open_alerts or {}
    known = grades.dropna(subset=["grade"])
    grade = {str(k): float(v) for k, v in zip(known["iso3"], known["grade"], strict=True)}
    rows = []
    for row in staff.to_dict("records"):
        start = row["from"] or datetime.date.min
        end = row["to"] or datetime.date.max
        there = start <= on <= end
        days = max(0, (min(end, last) - max(start, first)).days + 1)
        rows.append({
            "iso3": row["iso3"], "staff": row["staff"] * there,
            "nationals": row["nationals"] if there else 0.0,
            "expatriates": row["expatriates"] if there else 0.0,
            "person_days": row["staff"] * days,
        })  # fmt: skip
    columns = ["staff", "nationals", "expatriates", "person_days"]
    parts = pd.DataFrame(rows, columns=["iso3", *columns])
    sums = parts.groupby("iso3", sort=True)[columns].sum()
    for name in ("nationals", "expatriates"):  # with an unknown part the sum is unknown
        sums[name] = sums[name].mask(parts[name].isna().groupby(parts["iso3"]).any())
    table = sums.reset_index()
    table.insert(1, "name", [economies.name(code) for code in table["iso3"]])
    table.insert(2, "grade", [grade.get(code, float("nan")) for code in table["iso3"]])
    table["open_alerts"] = [alerts.get(code, 0) for code in table["iso3"]]
    table = table.astype({"staff": int, "person_days": int})
    table = table.sort_values(["grade", "staff", "iso3"], ascending=[False, False, True],
                              na_position="last", kind="stable").reset_index(drop=True)  # fmt: skip
    total = int(table["staff"].sum())
    by_grade = table.groupby("grade", dropna=False, sort=True).agg(
        countries=("iso3", "size"), staff=("staff", "sum"), person_days=("person_days", "sum")
    ).reset_index()  # fmt: skip
    by_grade.insert(3, "share_pct", 100 * by_grade["staff"] / total if total else 0.0)
    high = int(table.loc[table["grade"].isin(HIGH_GRADES), "staff"].sum())
    graded = int(table.loc[table["grade"].notna(), "staff"].sum())
    return StaffExposure(
        table, by_grade, on, first, last, total, int(table["person_days"].sum()), high,
        100 * high / graded if graded else float("nan"),
        int(table.loc[table["open_alerts"] > 0, "staff"].sum()),
    )  # fmt: skip


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= _MOST):
        raise InputError(f"{visible(text)!r:.40} is no number of people; give a whole number.")
    return int(text)


def _day(text: str) -> datetime.date | None:
    try:
        if len(text) != 10:
            raise ValueError  # noqa: TRY301 - one message for both ways to be wrong
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{visible(text)!r:.40} is no day; give it as YYYY-MM-DD.") from None
