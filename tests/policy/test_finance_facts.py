"""Finance, trade and investment facts: counts against published totals, key dates, valid rows."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.evidence import economies
from beltroad.policy import facts
from beltroad.policy.dates import bounds

TOPICS = ("finance", "trade", "investment")
NAMES = [name for topic in TOPICS for name in facts.instruments(topic)["instrument"]]
CODES = set(economies.table()["iso3"]) | {"EUU"}
# Special administrative regions and Taiwan stand beside the foreign jurisdictions in China's count.
NOT_FOREIGN = {"HKG", "MAC", "TWN"}


def in_force(instrument: str, on: date) -> pd.DataFrame:
    table = facts.parties(instrument, on)
    return table[table["state"] == "in_force"]


def amount(row: pd.Series, on: date) -> float:
    return float(facts.standing("swap", row["iso3"], row["partner"], on).terms["amount_cny_bn"])


def partner_of(table: pd.DataFrame, of: str = "CHN") -> pd.Series:
    return table["partner"].where(table["iso3"] == of, table["iso3"])


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_valid(name: str) -> None:
    about, rows = facts.instrument(name), facts.rows(name)
    assert len(rows) > 0
    known = set(re.findall(r"(?:^|; )([a-z0-9_]+):", about["terms"]))
    for row in rows.to_dict("records"):
        assert row["iso3"] in CODES
        assert row["source_title"]
        assert row["confidence"] in {"high", "medium", "low"}
        assert row["source_url"] or row["confidence"] == "low", row
        assert row["note"] or row["confidence"] != "low", row
        for column in ("signed_on", "in_force_from", "in_force_to"):
            bounds(row[column])
        if about["kind"] == "multilateral":
            assert row["partner"] == ""
        else:
            assert row["partner"] in CODES
            assert "CHN" in (row["iso3"], row["partner"])
            assert row["iso3"] < row["partner"]
        assert set(facts.terms(row["terms"])) <= known, row


@pytest.mark.parametrize("name", ["swap", "bit", "double_tax"])
def test_terms_of_a_pair_follow_each_other(name: str) -> None:
    """Swap lines and treaties that replace each other: the earlier ends before the later starts."""
    for _, group in facts.rows(name).groupby(["iso3", "partner"]):
        dated = group[group["in_force_from"] != ""].sort_values("in_force_from")
        for first, second in pairwise(dated.to_dict("records")):
            end, start = bounds(first["in_force_to"])[0], bounds(second["in_force_from"])[1]
            assert end is not None, first
            assert start is not None, second
            assert end <= start, (first, second)


@pytest.mark.parametrize(
    ("on", "ever", "lines", "least", "most"),
    [
        # PBoC: 42 counterparts, 29 in force, more than 4.1 trillion yuan (end of August 2024);
        # 43, 32 and about 4.5 trillion (end of June 2025).
        (date(2024, 8, 31), 42, 29, 4100, 4200),
        (date(2025, 6, 30), 43, 32, 4450, 4550),
    ],
)
def test_swap_lines_against_the_central_bank(
    on: date, ever: int, lines: int, least: float, most: float
) -> None:
    table = facts.parties("swap", on)
    assert (table["state"] != "not").sum() == ever
    now = in_force("swap", on)
    assert len(now) == lines
    assert least < now.apply(amount, axis=1, on=on).sum() < most


def test_swap_of_a_member_of_the_euro_area_is_that_of_the_central_bank() -> None:
    found = facts.standing("swap", "FRA", "CHN", date(2020, 1, 1))
    assert found.state == "in_force"
    assert found.terms["amount_cny_bn"] == "350"
    assert set(found.rows["partner"]) == {"EUU"}
    assert facts.standing("swap", "CHN", "EUU", date(2013, 10, 7)).state == "not"


@pytest.mark.parametrize(
    ("partner", "on", "state", "billion"),
    [
        ("HKG", date(2022, 7, 3), "in_force", "500"),
        ("HKG", date(2025, 1, 1), "in_force", "800"),
        ("IDN", date(2025, 1, 20), "in_force", "250"),
        ("IDN", date(2025, 1, 25), "ended", "250"),
        ("IDN", date(2025, 1, 31), "in_force", "400"),
        ("BRA", date(2016, 3, 25), "in_force", "190"),
        ("BRA", date(2020, 1, 1), "ended", "190"),
        ("BRA", date(2025, 5, 13), "in_force", "190"),
        ("GBR", date(2015, 10, 20), "in_force", "350"),
        ("LKA", date(2019, 1, 1), "ended", "10"),
        ("MUS", date(2024, 9, 3), "not", None),
    ],
)
def test_swap_line_on_a_day(partner: str, on: date, state: str, billion: str | None) -> None:
    found = facts.standing("swap", "CHN", partner, on)
    assert found.state == state
    assert found.terms.get("amount_cny_bn") == billion or billion is None


def test_clearing_banks_34_in_32_economies() -> None:
    assert len(in_force("clearing", date(2025, 6, 12))) == 32
    rows = facts.rows("clearing")
    banks = [facts.terms(text).get("bank") for text in rows["terms"]]
    assert len([bank for bank in banks if bank]) == 34
    assert facts.standing("clearing", "CHN", "TUR", date(2025, 6, 30)).state == "signed"


def test_bank_members_add_up() -> None:
    """Annual Report 2024: 110 approved, 53 regional and 57 not, 57 founders, 98 full members."""
    rows = facts.rows("aiib")
    said = pd.DataFrame([facts.terms(text) for text in rows["terms"]])
    assert len(rows) == rows["iso3"].nunique() == 110
    assert (said["region"] == "regional").sum() == 53
    assert (said["region"] == "nonregional").sum() == 57
    assert (said["founding"] == "yes").sum() == 57
    full = in_force("aiib", date(2024, 12, 31))
    # Four of those shown as prospective had become full members; the note says so.
    assert len(full) == 98 - 4
    assert "Four of the 16" in facts.instrument("aiib")["note"]
    assert facts.standing("aiib", "USA").state == "not"
    assert facts.standing("aiib", "KEN", on=date(2024, 9, 2)).state == "signed"
    assert facts.standing("aiib", "KEN", on=date(2024, 9, 3)).state == "in_force"


def test_trade_organisation_has_166_members() -> None:
    assert len(in_force("wto", date(2024, 12, 31))) == 166
    assert len(in_force("wto", date(2016, 7, 29))) == 164
    assert facts.standing("wto", "CHN", on=date(2001, 12, 10)).state == "not"
    assert facts.standing("wto", "CHN", on=date(2001, 12, 11)).state == "in_force"
    assert facts.standing("wto", "UZB").state == "not"


def test_investment_treaties_against_unctad() -> None:
    """109 in force on 28 February 2025; one treaty has two partners; two too many are admitted."""
    treaties = len(in_force("bit", date(2025, 2, 28))) - 1
    assert abs(treaties - 109) <= 2
    assert f"{treaties} are held here" in facts.instrument("bit")["note"]


@pytest.mark.parametrize(
    ("partner", "on", "state", "treaty"),
    [
        ("CHE", date(2010, 4, 12), "in_force", "1986"),
        ("CHE", date(2010, 4, 14), "in_force", "2009"),
        ("IND", date(2018, 10, 3), "in_force", "2006"),
        ("IND", date(2018, 10, 4), "ended", "2006"),
        ("KEN", date(2020, 1, 1), "signed", "2001"),
        ("CAN", date(2014, 9, 30), "signed", "2012"),
        ("AGO", date(2024, 6, 29), "in_force", "2023"),
    ],
)
def test_investment_treaty_on_a_day(partner: str, on: date, state: str, treaty: str) -> None:
    found = facts.standing("bit", "CHN", partner, on)
    assert (found.state, found.terms["treaty"]) == (state, treaty)


def test_tax_agreements_against_the_tax_administration() -> None:
    """Foreign jurisdictions in mid-2022: 109 signed, 105 in effect (Congo on 6 July counted)."""
    on = date(2022, 7, 6)
    table = facts.parties("double_tax", on)
    foreign = table[~partner_of(table).isin(NOT_FOREIGN)]
    assert (foreign["state"] != "not").sum() == 109
    assert (foreign["state"] == "in_force").sum() == 105
    assert facts.standing("double_tax", "CHN", "CMR", date(2025, 7, 25)).state == "signed"
    assert facts.standing("double_tax", "CHN", "CMR", date(2025, 7, 26)).state == "in_force"


@pytest.mark.parametrize(
    ("partner", "before", "start"),
    [
        ("CHL", "signed", date(2006, 10, 1)),
        ("NZL", "signed", date(2008, 10, 1)),
        ("KHM", "in_force", date(2022, 1, 1)),
        ("NIC", "signed", date(2024, 1, 1)),
        ("ECU", "signed", date(2024, 5, 1)),
        ("MDV", "signed", date(2025, 1, 1)),
        ("HND", "signed", date(2024, 9, 1)),
    ],
)
def test_free_trade_agreement_starts(partner: str, before: str, start: date) -> None:
    """Cambodia had the agreement with ASEAN before its own."""
    eve = date.fromordinal(start.toordinal() - 1)
    assert facts.standing("fta", "CHN", partner, eve).state == before
    assert facts.standing("fta", "CHN", partner, start).state == "in_force"


def test_who_is_in_the_regional_agreements() -> None:
    assert len(facts.parties("rcep")) == 15
    assert facts.standing("rcep", "IDN", on=date(2023, 1, 1)).state == "signed"
    assert facts.standing("rcep", "IDN", on=date(2023, 1, 2)).state == "in_force"
    assert len(in_force("cptpp", date(2024, 12, 31))) == 12
    assert facts.standing("cptpp", "CHN").state == facts.standing("depa", "CHN").state == "not"
    # The third version of the agreement with ASEAN is signed beside the second in force.
    states = facts.rows("fta_upgrade", "CHN", "THA")["status"]
    assert sorted(states) == ["in_force", "signed"]


def test_partial_lists_do_not_say_no() -> None:
    assert facts.standing("gpf", "KEN").state == "in_force"
    assert len(facts.parties("gpf")) == 27
    assert facts.standing("gpf", "FRA").state == "unknown"
    assert facts.standing("energy_partnership", "IRN").state == "in_force"
    assert facts.standing("tax_mechanism", "KAZ").terms["role"] == "member"
    assert facts.standing("tax_mechanism", "FRA").state == "not"


PAIRS = [
    (name, row.iso3, row.partner)
    for name in ("swap", "bit", "double_tax", "fta", "clearing")
    for row in facts.parties(name).itertuples()
]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PAIRS), st.dates(date(1980, 1, 1), date(2026, 12, 31)))
def test_a_pair_has_no_order(pair: tuple[str, str, str], on: date) -> None:
    name, one, other = pair
    first, second = facts.standing(name, one, other, on), facts.standing(name, other, one, on)
    assert (first.state, first.since, first.terms) == (second.state, second.since, second.terms)
