"""Facts on movement, transport and standards against totals that others publish.

The totals are official counts of the day: a row too many, one too few or a wrong date shows.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from beltroad import evidence
from beltroad.evidence import economies
from beltroad.policy import facts

TOPICS = ("movement", "standards", "transport")
FOLDER = Path(__file__).resolve().parents[2] / "data" / "facts" / "policy"
EUROPEAN_UNION = "EUU"


def typed(topic: str, what: str) -> pd.DataFrame:
    """A file of typed facts as text."""
    return pd.read_csv(FOLDER / f"{topic}_{what}.csv", keep_default_na=False, dtype=str)


def in_force(instrument: str, day: str) -> set[str]:
    """Economies, or partners of China, for which an instrument holds on a day."""
    table = facts.parties(instrument, date.fromisoformat(day))
    table = table[table["state"] == "in_force"]
    return {
        next((code for code in (one, other) if code not in ("", "CHN")), one)
        for one, other in zip(table["iso3"], table["partner"], strict=True)
    }


@pytest.mark.parametrize(
    ("instrument", "day", "count"),
    [
        # China's foreign ministry and immigration administration, on the days named.
        ("visa_free_by_china", "2024-11-30", 38),
        ("visa_free_by_china", "2025-06-01", 43),
        ("visa_free_by_china", "2025-06-09", 47),
        ("visa_free_by_china", "2025-09-15", 47),
        ("visa_free_by_china", "2026-01-28", 48),
        ("visa_free_by_china", "2026-02-17", 50),
        ("visa_mutual", "2024-03-01", 22),
        ("visa_mutual", "2025-07-30", 29),
        ("visa_mutual", "2026-05-29", 29),
        ("visa_transit_china", "2024-12-17", 54),
        ("visa_transit_china", "2025-06-12", 55),
        ("visa_transit_china", "2026-08-20", 57),
        # The depositaries.
        ("tir", "2013-12-31", 68),
        ("tir", "2016-01-31", 69),
        ("tir", "2024-05-04", 78),
        ("tir", "2026-07-30", 79),
        ("cmr", "2023-12-31", 58),
        ("harmonization", "2021-05-27", 58),
        ("smgs", "2016-07-01", 25),
        ("sco", "2016-12-31", 6),
        ("sco", "2022-12-31", 8),
        ("sco", "2025-08-31", 10),
    ],
)
def test_as_many_as_published(instrument: str, day: str, count: int) -> None:
    assert len(in_force(instrument, day)) == count


def test_visa_free_and_mutual_together_are_the_75_of_july_2025() -> None:
    unilateral = in_force("visa_free_by_china", "2025-07-30")
    mutual = in_force("visa_mutual", "2025-07-30")
    assert not unilateral & mutual
    assert len(unilateral) + len(mutual) == 75


def test_a_visa_rule_holds_from_its_first_to_its_last_day() -> None:
    def state(instrument: str, one: str, other: str, day: str) -> str:
        return facts.standing(instrument, one, other, date.fromisoformat(day)).state

    assert state("visa_free_by_china", "CHN", "SWE", "2025-11-09") == "not"
    assert state("visa_free_by_china", "CHN", "SWE", "2025-11-10") == "in_force"
    assert state("visa_free_by_china", "CHN", "MYS", "2025-07-16") == "in_force"
    assert state("visa_free_by_china", "CHN", "MYS", "2025-07-17") == "ended"
    assert state("visa_mutual", "MYS", "CHN", "2025-07-16") in ("not", "signed")
    assert state("visa_mutual", "MYS", "CHN", "2025-07-17") == "in_force"
    assert state("visa_free_by_china", "CHN", "USA", "2026-09-17") == "not"
    assert state("visa_transit_china", "CHN", "USA", "2026-09-17") == "in_force"
    assert state("visa_free_for_china", "TUR", "CHN", "2026-01-01") == "not"
    assert state("visa_free_for_china", "TUR", "CHN", "2026-01-02") == "in_force"


def test_stay_grew_from_15_to_30_days() -> None:
    before = facts.standing("visa_free_by_china", "CHN", "FRA", date(2024, 11, 29))
    after = facts.standing("visa_free_by_china", "CHN", "FRA", date(2024, 11, 30))
    assert (before.terms["days"], after.terms["days"]) == ("15", "30")
    kazakh = facts.standing("visa_mutual", "KAZ", "CHN")
    assert kazakh.terms == {"days": "30", "days_in_180": "90"}
    assert kazakh.since == "2023-11-10"


@pytest.mark.parametrize("instrument", ["visa_free_by_china", "visa_mutual", "visa_free_for_china"])
def test_periods_of_one_pair_do_not_overlap(instrument: str) -> None:
    table = facts.rows(instrument)
    table = table[table["in_force_from"] != ""]
    for pair, group in table.groupby(["iso3", "partner"]):
        group = group.sort_values("in_force_from")
        for (_, one), (_, two) in pairwise(group.iterrows()):
            assert "" < one["in_force_to"] < two["in_force_from"], pair


def test_passport_index_agrees_with_the_dated_rows_for_china() -> None:
    table = evidence.load("visa_requirements")
    entered = table[(table["destination"] == "CHN") & (table["requirement"] == "visa_free")]
    dated = in_force("visa_free_by_china", "2025-01-12") | in_force("visa_mutual", "2025-01-12")
    # Compatriots have own permits; for Mongolia the index counts an agreement whose ordinary
    # passports are not on the ministry's list.
    assert set(entered["passport"]) - dated == {"HKG", "MAC", "TWN", "MNG"}
    assert dated <= set(entered["passport"])
    days = entered.set_index("passport")["days"]
    wrong = {
        code
        for code in in_force("visa_free_by_china", "2025-01-12")
        if days[code]
        != float(facts.standing("visa_free_by_china", "CHN", code, date(2025, 1, 12)).terms["days"])
    }
    assert wrong == {"BRN"}  # the index had not yet followed the change from 15 to 30 days


def test_visa_requirements_are_a_full_table_of_valid_codes() -> None:
    table = evidence.load("visa_requirements")
    codes = set(economies.table()["iso3"]) | {"XKX"}
    places = set(table["destination"])
    assert places == set(table["passport"])
    assert places <= codes
    assert len(table) == len(places) * (len(places) - 1)
    assert not table.duplicated(["destination", "passport"]).any()
    known = table[table["days"].notna()]
    assert set(known["requirement"]) == {"visa_free"}
    assert known["days"].between(1, 366).all()
    free = table.set_index(["destination", "passport"])["requirement"]
    assert free["DEU", "FRA"] == "visa_free"
    assert free["KAZ", "UZB"] == "visa_free"
    assert free["USA", "CHN"] == "visa_required"


def test_tir_cmr_and_rail_law_of_a_landbridge() -> None:
    assert facts.standing("tir", "CHN").since == "2017-01-05"
    assert facts.standing("tir", "CHN", on=date(2016, 12, 31)).state == "signed"
    assert facts.standing("cmr", "CHN").state == "not"
    assert facts.standing("smgs", "CHN").state == "in_force"
    assert facts.standing("smgs", "DEU").state == "not"
    rail = facts.rows("cotif")
    members = rail[
        rail["terms"].str.contains("membership=member") & (rail["iso3"] != EUROPEAN_UNION)
    ]
    assert len(members) == 51  # member states since Moldova joined on 1 September 2024
    assert facts.standing("cotif", "MDA", on=date(2024, 8, 31)).state == "not"
    both = in_force("smgs", "2016-07-01") & in_force("cotif", "2016-07-01")
    assert {"POL", "HUN", "LTU", "IRN", "BGR"} <= both  # where the consignment note changes
    assert "KAZ" not in both


@pytest.mark.parametrize(
    ("instrument", "began", "days"),
    [("tir", "1978-03-20", 184), ("cmr", "1961-07-02", 90), ("harmonization", "1985-10-15", 92)],
)
def test_treaties_bind_after_the_time_they_set(instrument: str, began: str, days: int) -> None:
    """Six months, ninety days and three months after the deposit, but for states' successions."""
    checked = 0
    for row in facts.rows(instrument).to_dict("records"):
        terms = facts.terms(row["terms"])
        if terms["act"] == "d" or "deposited" not in terms or row["in_force_from"] <= began:
            continue
        waited = date.fromisoformat(row["in_force_from"]) - date.fromisoformat(terms["deposited"])
        assert days - 4 <= waited.days <= days, row["iso3"]
        checked += 1
    assert checked > 30


def test_trade_facilitation_binds_no_earlier_than_the_agreement() -> None:
    table = facts.rows("wto_tfa")
    assert (table["in_force_from"] >= "2017").all()
    assert facts.standing("wto_tfa", "DEU").state == "in_force"  # by the Union's acceptance
    assert facts.standing("wto_tfa", "ZAF", on=date(2017, 11, 29)).state == "not"
    assert facts.standing("wto_tfa", "ZAF", on=date(2017, 11, 30)).state == "in_force"
    # 112 members on the first day and 145 in July 2019, the Union's 28 among them.
    alone = {"GBR", EUROPEAN_UNION}
    assert len(in_force("wto_tfa", "2017-02-22") - alone) == 112 - 28
    assert len(in_force("wto_tfa", "2019-07-31") - alone) <= 145 - 28


def test_customs_recognition_with_the_union_holds_for_its_members() -> None:
    assert facts.standing("aeo", "CHN", "DEU", date(2016, 1, 1)).state == "in_force"
    assert facts.standing("aeo", "CHN", "DEU", date(2015, 10, 31)).state == "signed"
    assert facts.standing("aeo", "CHN", "SGP").state == "in_force"
    assert facts.standing("aeo", "CHN", "USA").state == "unknown"  # the list is partial
    # 31 economies by July 2025: rows may fall short, but never exceed.
    assert 25 <= len(facts.parties("aeo")) <= 31


@pytest.mark.parametrize("topic", TOPICS)
def test_every_row_says_who_says_so(topic: str) -> None:
    rows, sources = typed(topic, "facts"), typed(topic, "sources")
    url = sources.set_index("source")["source_url"]
    assert not sources["source"].duplicated().any()
    assert set(rows["source"]) <= set(sources["source"])
    assert set(sources["source"]) == set(rows["source"]) | set(typed(topic, "instruments").source)
    assert (rows["source"].map(url)[rows["confidence"] == "high"] != "").all()
    low = rows[rows["confidence"] == "low"]
    assert low["note"].str.contains(r"unconfirmed|remembered|inferred|disagree").all()
    remembered = sources["source_title"].str.contains("remembered")
    assert (sources["source_url"][remembered] == "").all()
    assert (low["source"].map(url) == "").sum() > len(low) / 3
    accessed = sources["accessed"].map(date.fromisoformat)
    assert accessed.min() >= date(2026, 1, 1)


@pytest.mark.parametrize("topic", TOPICS)
def test_codes_terms_and_dates_of_the_typed_rows(topic: str) -> None:
    rows, about = typed(topic, "facts"), typed(topic, "instruments").set_index("instrument")
    codes = set(economies.table()["iso3"]) | {EUROPEAN_UNION}
    assert set(rows["iso3"]) | set(rows["partner"]) <= codes | {""}
    day = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")
    for column in ("signed_on", "in_force_from", "in_force_to"):
        assert rows[column].map(lambda text: bool(day.fullmatch(text))).all()
    for name, group in rows.groupby("instrument"):
        documented = {
            part.partition(":")[0].strip() for part in about.loc[name, "terms"].split(";")
        }
        used = {key for text in group["terms"] for key in facts.terms(text)}
        assert used <= documented, (name, used - documented)
    assert set(about.index) == set(rows["instrument"])
    ended = rows[rows["status"] == "ended"]
    assert (ended["in_force_to"] != "").all()


def test_most_rows_were_read() -> None:
    rows = pd.concat([typed(topic, "facts") for topic in TOPICS])
    share = (rows["confidence"] != "low").mean()
    assert share > 0.7, f"{share:.2f} of {len(rows)} rows were read"
