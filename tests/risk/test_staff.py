"""People abroad: heads, days and shares by country and grade."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from beltroad.errors import InputError
from beltroad.risk.staff import exposure, read_staff

GRADES = pd.DataFrame({"iso3": ["KEN", "LAO", "SGP"], "grade": [6, 7, 1]})


def table(folder: Path, text: str) -> pd.DataFrame:
    path = folder / "staff.csv"
    path.write_text(text, "utf-8")
    return read_staff(path)


def test_heads_days_and_shares(tmp_path: Path) -> None:
    staff = table(tmp_path, "iso3,place,staff,nationals,expatriates,from,to\n"
                  "Kenya,Nairobi,30,20,,2026-01-01,2026-01-10\nKEN,Mombasa,10,,10,2026-02-01,\n"
                  "LAO,,5,,,,2025-12-31\nSGP,,60,60,0,,\nATA,,4,,,,\n")  # fmt: skip
    found = exposure(staff, GRADES, on=date(2026, 1, 5),
                     period=(date(2026, 1, 1), date(2026, 2, 2)),
                     open_alerts={"KEN": 2, "FRA": 1})  # fmt: skip
    rows = found.by_country.set_index("iso3")
    assert list(rows.index) == ["LAO", "KEN", "SGP", "ATA"]  # gravest first, unknown last
    assert rows.loc["KEN", ["staff", "nationals", "expatriates"]].tolist() == [30, 20, 10]
    # 30 people for 10 days and 10 for 2, first and last day counted.
    assert rows.loc["KEN", "person_days"] == 30 * 10 + 10 * 2
    assert (rows.loc["LAO", "staff"], rows.loc["LAO", "person_days"]) == (0, 0)
    assert math.isnan(rows.loc["ATA", "nationals"])
    assert found.staff == 94 == found.by_grade["staff"].sum()
    assert found.by_grade["share_pct"].sum() == pytest.approx(100)
    assert (found.high_staff, found.alert_staff) == (30, 30)
    assert found.high_share_pct == pytest.approx(100 * 30 / 90)  # those in graded countries
    assert found.person_days == found.by_country["person_days"].sum() == found.by_grade[
        "person_days"].sum()  # fmt: skip


@pytest.mark.parametrize(
    "column", ["name", "Full Name", "passport no", "E-Mail", "姓名", "surname", "Date of birth",
               "employee", "mobile_phone", "ID number"]
)  # fmt: skip
def test_tables_that_name_people_are_refused_unread(tmp_path: Path, column: str) -> None:
    with pytest.raises(InputError, match="data about single people") as caught:
        table(tmp_path, f"iso3,staff,{column}\nKEN,1,Wanjiru\n")
    assert "Wanjiru" not in str(caught.value)


def test_faults_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        table(tmp_path, "iso3,staff,nationals,expatriates,from,to\nXXQ,1.5,,,,\n"
              "KEN,10,8,3,2026-02-01,2026-01-01\nKEN,-1,,,1 May,\n")  # fmt: skip
    said = str(caught.value)
    for part in ("row 2, iso3", "row 2, staff", "row 3, staff", "row 3, to", "row 4, staff",
                 "row 4, from"):  # fmt: skip
        assert part in said
    with pytest.raises(InputError, match="give the first day first"):
        exposure(table(tmp_path, "iso3,staff\nKEN,1\n"), GRADES, on=date(2026, 1, 1),
                 period=(date(2026, 2, 1), date(2026, 1, 1)))  # fmt: skip
