"""Dated facts: what holds on a date, what is not known, and what a partial list cannot say."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy import facts
from beltroad.policy.dates import day, earliest, latest

KNOWN_TO = date(2025, 6, 30)
EMPTY = {"signed_on": "", "in_force_from": "", "in_force_to": "", "known_by": ""}


def state(on: str, status: str = "in_force", **dates: str) -> str:
    row = EMPTY | {"status": status} | dates
    return facts._state(row, date.fromisoformat(on), KNOWN_TO)


@pytest.mark.parametrize(
    ("on", "dates", "expected"),
    [
        ("2019-12-31", {"in_force_from": "2020-01-01"}, "not"),
        ("2020-01-01", {"in_force_from": "2020-01-01"}, "in_force"),
        ("2020-06-01", {"in_force_from": "2020"}, "unknown"),
        ("2020-12-31", {"in_force_from": "2020"}, "in_force"),
        ("2019-06-01", {"signed_on": "2019-05", "in_force_from": "2020-01-01"}, "signed"),
        ("2019-05-10", {"signed_on": "2019-05", "in_force_from": "2020-01-01"}, "unknown"),
        ("2021-03-02", {"in_force_from": "2020-01-01", "in_force_to": "2021-03-01"}, "ended"),
        ("2021-03-01", {"in_force_from": "2020-01-01", "in_force_to": "2021-03-01"}, "in_force"),
        ("2024-01-01", {}, "unknown"),  # known to hold on 2025-06-30, not since when
        ("2025-06-30", {}, "in_force"),
        ("2018-01-01", {"known_by": "2016"}, "in_force"),
        ("2015-01-01", {"known_by": "2016"}, "unknown"),
        ("2010-01-01", {"signed_on": "2012-01-01"}, "not"),
        ("2026-01-02", {"in_force_from": "2023", "in_force_to": "2026-01-01"}, "unknown"),
        ("2026-01-01", {"in_force_from": "2023", "in_force_to": "2026-01-01"}, "in_force"),
    ],
)
def test_states_of_one_row(on: str, dates: dict[str, str], expected: str) -> None:
    assert state(on, **dates) == expected


@pytest.mark.parametrize(
    ("on", "status", "dates", "expected"),
    [
        ("2024-01-01", "signed", {"signed_on": "2019-08-07"}, "signed"),
        ("2018-01-01", "signed", {"signed_on": "2019-08-07"}, "not"),
        ("2025-06-30", "signed", {}, "signed"),
        ("2020-01-01", "signed", {}, "unknown"),
        ("2024-01-01", "ended", {"in_force_from": "2000", "in_force_to": "2012-07"}, "ended"),
        ("2012-07-15", "ended", {"in_force_from": "2000", "in_force_to": "2012-07"}, "unknown"),
        ("2024-01-01", "ended", {"in_force_from": "2000"}, "ended"),
        ("2024-01-01", "suspended", {"in_force_from": "2000"}, "suspended"),
    ],
)
def test_states_that_are_over_or_to_come(
    on: str, status: str, dates: dict[str, str], expected: str
) -> None:
    assert state(on, status, **dates) == expected


@given(
    st.dates(date(1950, 1, 1), date(2024, 12, 31)),
    st.integers(0, 4000),
    st.integers(0, 9000),
    st.dates(date(1950, 1, 1), date(2025, 6, 30)),
)
def test_a_fully_dated_row_has_exactly_three_times(
    signed: date, wait: int, length: int, on: date
) -> None:
    start = signed + timedelta(days=wait)
    end = start + timedelta(days=length)
    row = EMPTY | {
        "status": "ended", "signed_on": signed.isoformat(),
        "in_force_from": start.isoformat(), "in_force_to": end.isoformat(),
    }  # fmt: skip
    expected = (
        "not" if on < signed else "signed" if on < start else "in_force" if on <= end else "ended"
    )
    assert facts._state(row, on, KNOWN_TO) == expected


def test_the_union_stands_for_its_members_on_the_date() -> None:
    assert facts.standing("eu", "GBR", on=date(2019, 1, 1)).state == "in_force"
    left = facts.standing("eu", "GBR", on=date(2021, 1, 1))
    assert (left.state, left.confidence) == ("ended", "high")
    assert facts.standing("eu", "KAZ").state == "not"
    assert facts._with_body("POL", "aeo", date(2003, 1, 1)) == ["POL"]
    assert facts._with_body("POL", "aeo", date(2005, 1, 1)) == ["POL", "EUU"]
    assert facts._with_body("POL", "swap", date(2024, 1, 1)) == ["POL"]  # no euro


def test_pairs_may_be_asked_in_either_order() -> None:
    one = facts.standing("rta", "CHN", "CHL", date(2020, 1, 1))
    other = facts.standing("rta", "CHL", "CHN", date(2020, 1, 1))
    assert one.state == other.state == "in_force"
    assert one.terms["kind"] == "FTA"
    pd.testing.assert_frame_equal(one.rows, other.rows)
    assert facts.standing("rta", "CHN", "CHL", date(1990, 1, 1)).state == "unknown"


def test_a_partial_list_says_unknown_and_a_complete_one_not() -> None:
    partial = facts.standing("rta", "CHN", "TCD")
    assert (partial.state, partial.note) == ("unknown", "the list is partial")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no_such", "CHN"), "no instrument 'no_such'"),
        (("eu", "Atlantis"), "no economy 'Atlantis'"),
        (("eu", "CHN", "KAZ"), "eu is multilateral: give one economy"),
        (("rta", "CHN"), "rta is bilateral: give two economies"),
    ],
)
def test_bad_questions(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        facts.standing(*arguments)


def test_every_row_has_a_valid_code_dates_source_and_instrument() -> None:
    table, about = evidence.load("policy_facts"), evidence.load("policy_instruments")
    codes = set(economies.table()["iso3"]) | {"EUU"}
    assert set(table["iso3"]) | set(table["partner"]) <= codes | {""}
    assert set(table["instrument"]) == set(about["instrument"]) - {"rta"}
    assert table["source_title"].ne("").all()
    assert about["source_title"].ne("").all()
    for column in ("signed_on", "in_force_from", "in_force_to"):
        assert table[column].str.fullmatch(r"(\d{4}(-\d{2}(-\d{2})?)?)?").all()
    assert table["as_of"].str.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?").all()
    low = table[table["confidence"] == "low"]
    assert low["note"].ne("").all()
    read = table[table["confidence"] != "low"]
    assert read["source_url"].ne("").all(), read[read["source_url"] == ""].head()


def test_a_list_of_one_direction_says_nothing_of_the_other() -> None:
    back = facts.standing("visa_free_by_china", "PAK", "CHN")
    assert (back.state, back.note) == ("unknown", "the list is of what CHN grants")
    assert facts.standing("visa_free_by_china", "CHN", "PAK").state == "not"
    assert facts.states("visa_free_by_china", [("PAK", "CHN"), ("CHN", "PAK")]) == [
        "unknown", "not",
    ]  # fmt: skip


def test_a_list_of_states_says_nothing_of_their_territories() -> None:
    found = facts.standing("new_york", "GRL")
    assert (found.state, found.note) == (
        "unknown", "whether it was extended to this territory is not known",
    )  # fmt: skip
    assert facts.standing("aiib", "GRL").state == "not"  # members are listed by name


def test_since_is_empty_if_another_row_has_no_date() -> None:
    """Cambodia and China: RCEP since 2022, and an older agreement whose start is not given."""
    found = facts.standing("rta", "CHN", "KHM", date(2022, 12, 31))
    starts = found.rows["in_force_from"]
    assert found.state == "in_force"
    assert starts.eq("").any()
    assert starts.ne("").any()
    assert found.since == ""


def test_many_questions_at_once_give_the_same_answers() -> None:
    on = date(2024, 7, 1)
    for name in ("new_york", "swap", "aeo", "visa_free_by_china", "rta", "icsid", "tir"):
        multilateral = facts.instrument(name)["kind"] == "multilateral"
        sides = [(code, "") if multilateral else ("CHN", code) for code in ("KAZ", "DEU", "GRL")]
        decided = facts.decisions(name, sides, on)
        alone = [facts.standing(name, one, other, on) for one, other in sides]
        assert [each.state for each in decided] == [each.state for each in alone]
        assert facts.states(name, sides, on) == [each.state for each in alone]
        for many, one in zip(decided, alone, strict=True):
            assert [row["row"] for row in many.rows] == list(one.rows["row"])


def test_parties_name_their_sources_and_rows() -> None:
    table = facts.parties("swap", date(2024, 7, 1))
    assert table["source_title"].ne("").all()
    assert table["rows"].str.startswith("policy_facts:").all()
    for row in table.to_dict("records"):
        if "EUU" not in (row["iso3"], row["partner"]):
            found = facts.standing("swap", row["iso3"], row["partner"], date(2024, 7, 1))
            assert (found.state, found.since) == (row["state"], row["since"])


def test_answers_do_not_share_what_a_caller_may_change() -> None:
    changed = [
        facts.instruments(), facts.rows("new_york"), facts.standing("new_york", "KAZ").rows,
        facts.parties("new_york"),
    ]  # fmt: skip
    for frame in changed:
        frame[frame.columns[1:]] = "ended"
    facts.instrument("new_york")["coverage"] = "partial"  # type: ignore[index]
    facts.decisions("new_york", [("KAZ", "")])[0].rows[0]["status"] = "ended"  # type: ignore[index]
    assert facts.standing("new_york", "KAZ").rows["status"].eq("in_force").all()
    assert facts.standing("new_york", "ATA").state == "not"


@pytest.mark.parametrize("text", ["20240701", "2024-W27-1", "2024-07", "", "2024-07-01T00:00"])
def test_a_day_is_written_in_one_way(text: str) -> None:
    with pytest.raises(InputError, match="give a day as YYYY-MM-DD"):
        day(text)


@pytest.mark.parametrize(
    ("dates", "first", "last"),
    [
        (("2017", "2017-05"), "2017", "2017"),  # at the latest at the end of the year
        (("2017-05-03", "2017"), "2017", "2017"),
        (("2016", "2017-05-03"), "2016", "2017-05-03"),
        (("2016", ""), "", ""),
        ((), "", ""),
    ],
)
def test_the_first_and_the_last_of_dates_of_any_precision(
    dates: tuple[str, ...], first: str, last: str
) -> None:
    assert (earliest(*dates), latest(*dates)) == (first, last)


def test_the_latest_state_counts_starts_that_a_list_tells_ahead() -> None:
    """Viet Nam is bound since September 2026; the list that tells so is of January."""
    now = facts.standing("apostille", "VNM")
    assert (now.state, now.since, now.on) == ("in_force", "2026-09-11", date(2026, 9, 11))
    assert facts.standing("apostille", "VNM", on=date(2026, 9, 10)).state != "in_force"
    assert facts.states("apostille", [("VNM", "")]) == ["in_force"]
    listed = facts.parties("apostille").set_index("iso3")
    assert listed.loc["VNM", "state"] == "in_force"
    made = max(facts.instruments()["as_of"])
    late = facts.rows()[facts.rows()["in_force_from"] > made]
    for row in late.to_dict("records"):  # a start that no list has seen is still to come
        assert facts.standing(row["instrument"], row["iso3"], row["partner"]).state != "in_force"
    # A line that runs out after the list ends may have been renewed: it is not called ended.
    ends = facts.rows("swap")
    ends = ends[(ends["status"] == "in_force") & (ends["in_force_to"] > "2025-11-30")]
    row = ends.iloc[0]
    assert facts.standing("swap", row["iso3"], row["partner"]).state == "in_force"
