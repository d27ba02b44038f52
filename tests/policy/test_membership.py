"""Membership: dated answers, and no answer where the table cannot give one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad.errors import DataError, InputError
from beltroad.evidence import load
from beltroad.policy import members, status
from beltroad.policy.dates import bounds
from beltroad.policy.membership import _state

CODES = sorted(load("membership")["iso3"])
DATES = st.dates(date(2012, 1, 1), date(2027, 12, 31))


def row(**change: str) -> dict[str, str]:
    base = dict.fromkeys(("signed_on", "withdrawn_on", "not_listed_on", "listed_by"), "")
    return base | {"status": "member"} | change


@pytest.mark.parametrize(
    ("iso3", "on", "state"),
    [
        ("ITA", date(2019, 3, 22), "none"),
        ("ITA", date(2019, 3, 23), "member"),
        ("ITA", date(2023, 11, 30), "member"),
        ("ITA", date(2023, 12, 10), "unknown"),
        ("ITA", date(2024, 1, 1), "withdrawn"),
        ("ITA", None, "withdrawn"),
        ("PAN", date(2025, 2, 5), "member"),
        ("PAN", date(2025, 2, 6), "withdrawn"),
        ("COL", date(2025, 5, 14), "member"),
        ("COL", date(2025, 5, 13), "none"),
        ("IND", date(2024, 1, 1), "none"),
        ("BRA", None, "none"),
        ("CHN", None, "none"),
        # Dated to a month: open until the month is over.
        ("MNG", date(2017, 4, 30), "none"),
        ("MNG", date(2017, 5, 14), "unknown"),
        ("MNG", date(2017, 5, 31), "member"),
        # Not dated: bounded by the proposal of the initiative and by the list of January 2020.
        ("KAZ", date(2013, 9, 6), "none"),
        ("KAZ", date(2016, 1, 1), "unknown"),
        ("KAZ", date(2020, 1, 31), "member"),
        # Not on that list, so not in before.
        ("BFA", date(2020, 1, 31), "none"),
        ("BFA", date(2020, 2, 1), "unknown"),
    ],
)
def test_state_on_a_date(iso3: str, on: date | None, state: str) -> None:
    assert status(iso3, on).state == state


def test_status_says_who_says_so() -> None:
    found = status("HUN", date(2016, 1, 1))
    assert (found.name, found.signed_on, found.date_precision) == ("Hungary", "2015-06-06", "day")
    assert found.source_title
    assert found.source_url.startswith("http")
    assert found.confidence == "high"


@pytest.mark.parametrize(("wrong", "hint"), [("KAX", "KAZ"), ("kaz", "KAZ"), ("Hungry", "Hungary")])
def test_unknown_code_is_refused_with_close_matches(wrong: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        status(wrong)


def test_members_latest_state() -> None:
    found = members()
    assert len(found) == (load("membership")["status"] == "member").sum()
    assert not set(found["iso3"]) & {"ITA", "PAN", "IND", "USA", "JPN", "BRA", "CHN"}
    assert found.attrs["unknown"] == 0


def test_members_counts_what_cannot_be_placed() -> None:
    on = date(2016, 6, 30)
    sure, all_ = members(on), members(on, uncertain=True)
    assert set(sure["state"]) == {"member"}
    assert set(all_["state"]) == {"member", "unknown"}
    assert len(all_) == len(sure) + sure.attrs["unknown"]
    assert sure.attrs["on"] == "2016-06-30"


def test_official_count_of_january_2020() -> None:
    """138 signatories on the official list, whatever their dates."""
    assert len(members(date(2020, 1, 31))) == 138
    assert members(date(2020, 1, 31)).attrs["unknown"] == 0


def test_changing_the_answer_does_not_change_the_table() -> None:
    found = members()
    found["status"] = "none"
    assert len(members()) > 100


@given(st.sampled_from(CODES), DATES, st.integers(1, 2000))
def test_nobody_goes_back_to_not_having_signed(iso3: str, first: date, days: int) -> None:
    order = {"none": 0, "unknown": 1, "member": 2, "withdrawn": 3}
    earlier, later = status(iso3, first).state, status(iso3, first + timedelta(days)).state
    if "unknown" not in {earlier, later}:
        assert order[later] >= order[earlier]
    if earlier == "member":
        assert later != "none"


@given(DATES)
def test_undated_withdrawal_is_unknown_after_signing(on: date) -> None:
    found = _state(row(status="withdrawn", signed_on="2015-01-01"), on)
    assert found == ("none" if on < date(2015, 1, 1) else "unknown")


def testbounds() -> None:
    assert bounds("2016") == (date(2016, 1, 1), date(2016, 12, 31))
    assert bounds("2016-02") == (date(2016, 2, 1), date(2016, 2, 29))
    assert bounds("2016-02-03") == (date(2016, 2, 3), date(2016, 2, 3))
    assert bounds("") == (None, None)
    with pytest.raises(DataError, match="2016-13"):
        bounds("2016-13")
