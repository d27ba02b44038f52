"""Claims: joining, repeats, filters, dates and search."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from claim_tables import make
from hypothesis import given
from hypothesis import strategies as st

from beltroad.errors import DataError, InputError
from beltroad.evidence import load
from beltroad.evidence.claims import COLUMNS, claim, claims, search
from beltroad.evidence.claims.dates import days_of, frequency, parse_period, time_period
from beltroad.evidence.claims.wording import figure_text, number_text


def test_bundled_claims_are_complete_and_tidy() -> None:
    every = claims()
    own, figures = load("claims"), load("service_figures")
    assert tuple(every.columns) == COLUMNS
    assert every["claim_id"].is_unique
    assert set(own["claim_id"]) <= set(every["claim_id"])
    dropped = len(own) + len(figures) - len(every)
    assert 0 < dropped < 100, "repeats of the documents' figures are dropped, and only those"
    for column in ("document_title", "unit", "licence", "geography", "measure", "status"):
        assert (every[column] != "").all(), column
    assert not every["value"].isna().any()


def test_values_keep_the_digits_that_were_printed() -> None:
    digits = claims()["value"].map(lambda v: len(repr(v).replace(".0", "").strip("0")))
    assert digits.max() <= 12, "no 16420000000000.002"


def test_every_service_figure_is_a_claim_or_repeats_one() -> None:
    every, figures = claims(), load("service_figures")
    held = set(zip(every["value"], every["unit"], strict=True))
    assert set(zip(figures["value"].astype(float), figures["unit"], strict=True)) <= held


def test_identifiers_of_service_figures_do_not_depend_on_order() -> None:
    one = {"value": 1.0}, {"value": 2.0}, {"value": 3.0, "as_of": "2021"}
    there = claims(tables=make(figures=one)).set_index("claim_id")["value"].to_dict()
    back = claims(tables=make(figures=one[::-1])).set_index("claim_id")["value"].to_dict()
    assert there == back
    assert len(there) == 3


def test_a_repeat_of_the_same_speaker_is_one_claim_and_of_another_two() -> None:
    own = {"indicator": "colombo_teu", "unit": "TEU", "value": 100.0, "period_start": "2020",
           "period_end": "2020", "geography": "LKA", "partner": "", "said_by": "Zulu Authority",
           "subject": "containers"}  # fmt: skip
    both = make(own, figures=({"claimed_by": "Zulu port"}, {"claimed_by": "Xinhua"}))
    found = claims(indicator="colombo_teu", tables=both)
    assert sorted(found["said_by"]) == ["Xinhua", "Zulu Authority"]
    assert (found["subject"] == "containers").all(), "the figure takes over what is counted"


def test_a_service_figure_finds_its_document_by_title() -> None:
    title = "Someone citing The Second Document, a Longer One Than the First (page 3)"
    found = claims(tables=make(figures=({"source_title": title},)))
    assert found["document"].tolist() == ["doc-b"]


def test_filters_choose_and_combine() -> None:
    tables = make(
        {"period_start": "2021", "period_end": "2021"},
        {"period_start": "2024", "period_end": "2024", "said_by": "Zhèng Minister"},
        {"indicator": "trains_cumulative", "pillar": "infrastructure", "unit": "trains",
         "period_start": "2011", "period_end": "2023-09-30", "partner": "KAZ",
         "document": "doc-b"},
    )  # fmt: skip

    def ids(**filters: str) -> list[str]:
        return claims(**filters, tables=tables)["claim_id"].str[-2:].tolist()  # type: ignore[arg-type]

    assert ids() == ["01", "02", "03"]
    assert ids(pillar="infrastructure") == ["03"]
    assert ids(country="Kazakhstan") == ids(country="kz") == ids(country="398") == ["03"]
    assert ids(country="bri") == ids(country="partner economies") == ["01", "02"]
    assert ids(period="2021:2023") == ["01", "03"]
    assert ids(period="2015") == [], "a total to date belongs to its last day"
    assert ids(period="2024:") == ["02"]
    assert ids(said_by="zheng") == ["02"]
    assert ids(document="the first document") == ["01", "02"]
    assert ids(indicator="Goods trade", period="2024") == ["02"]


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"pillar": "trad"}, "'trade'"),
        ({"country": "Kazakhstann"}, "Kazakhstan"),
        ({"country": "EUROP"}, "'EUROPE'"),
        ({"indicator": "goods_trad"}, "'goods_trade'"),
        ({"document": "doc-z"}, "'doc-"),
        ({"period": "2021-13"}, "YYYY-MM"),
        ({"period": "2024:2021"}, "before it starts"),
        ({"period": ":"}, "2021:2024"),
        ({"said_by": "nobody"}, "nobody"),
        ({"subject": "!"}, "no word"),
    ],
)
def test_unknown_filters_are_refused_with_a_hint(filters: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        claims(**filters, tables=make({}))  # type: ignore[arg-type]


def test_one_claim_and_no_claim() -> None:
    tables = make({"value": 5.0})
    assert claim("DOC-A-01", tables=tables)["value"] == 5
    with pytest.raises(InputError, match="doc-a-01"):
        claim("doc-a-02", tables=tables)


def test_broken_tables_are_refused() -> None:
    with pytest.raises(DataError, match="doc-x"):
        claims(tables=make({"document": "doc-x"}))
    with pytest.raises(DataError, match="twice"):
        claims(tables=make({"claim_id": "a"}, {"claim_id": "a"}))
    with pytest.raises(DataError, match="MOON"):
        claims(tables=make(figures=({"service_id": "MOON"},)))
    with pytest.raises(DataError, match="qualifier"):
        claims(tables=make(figures=({"qualifier": "perhaps"},)))


@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_dates_nest(day: date) -> None:
    year, month, exact = (days_of(day.isoformat()[:n]) for n in (4, 7, 10))
    assert exact == (day, day)
    assert year[0] <= month[0] <= day <= month[1] <= year[1]
    assert (month[1] + timedelta(days=1)).day == 1


@pytest.mark.parametrize("text", ["", "21", "2021-00", "2021-02-30", "2021-1", "٢٠٢١", "2021-"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no date"):
        days_of(text)


@pytest.mark.parametrize(
    ("start", "end", "code", "text"),
    [
        ("", "2024", "A", "2024"),
        ("2024", "2024", "A", "2024"),
        ("", "2023-06", "M", "2023-06"),
        ("", "2023-06-30", "D", "2023-06-30"),
        ("2024-01", "2024-06", "S", "2024-S1"),
        ("2024-07", "2024-09", "Q", "2024-Q3"),
        ("2024-01", "2024-12", "A", "2024"),
        ("2024-02-01", "2024-02-29", "M", "2024-02"),
        ("2021", "2025-06", "_O", "2021-01-01/P4Y6M"),
        ("2025-01", "2025-09", "_O", "2025-01-01/P9M"),
        ("2025-01-01", "2025-01-10", "_O", "2025-01-01/P10D"),
        ("2013", "2022", "_O", "2013-01-01/P10Y"),
        ("", "", "_U", ""),
    ],
)
def test_periods_as_sdmx_writes_them(start: str, end: str, code: str, text: str) -> None:
    assert (frequency(start, end), time_period(start, end)) == (code, text)


def test_period_filter_reads_both_ends() -> None:
    assert parse_period("2021:2024") == (date(2021, 1, 1), date(2024, 12, 31))
    assert parse_period("2023-02") == (date(2023, 2, 1), date(2023, 2, 28))


def found(text: str, **claims_: object) -> list[str]:
    tables = make(
        {"subject": "freight trains to Dostýk", "note": "ferry"},
        {"subject": "ferry across the Caspian Sea", "value": 112000.0},
        {"subject": "sea ports", "said_by": "Zheng Shanjie"},
    )
    result = search(text, 50, tables=tables)
    return result.loc[result["kind"] == "claim", "id"].str[-2:].tolist()


def test_search_ranks_folds_and_keeps_phrases() -> None:
    assert found("ferry") == ["02", "01"], "the subject counts for more than a note"
    assert found("DOSTYK") == ["01"]
    assert found("ship zheng") == ["03"], "where nothing holds all words, what holds some"
    assert found("trai") == ["01"], "a word finds what it begins"
    assert found('"caspian sea"') == ["02"]
    assert found('"sea caspian"') == []
    assert found("112,000") == ["02"]


def test_search_knows_tables_and_refuses_nothing_to_look_for() -> None:
    assert "gauges" in search("railway gauge")["id"].tolist()
    assert len(search("trains", 3)) == 3
    with pytest.raises(InputError, match="no word"):
        search("...")
    with pytest.raises(InputError, match="at least 1"):
        search("trains", 0)


def test_search_keeps_the_bound_and_says_what_is_unconfirmed() -> None:
    every = claims().set_index("claim_id")
    for words in ("China-Europe trains TEU", "outward direct investment bulletin"):
        hits = search(words, 60)
        hits = hits[hits["kind"] == "claim"].set_index("id")
        assert len(hits)
        for column in ("value", "bound", "unit", "status", "indicator_title"):
            assert (hits[column] == every.loc[hits.index, column]).all(), column
    assert set(search("trains", 200)["bound"]) > {"about", "more_than"}
    assert "unconfirmed" in set(search("outward direct investment bulletin", 60)["status"])


def test_search_shows_more_than_one_indicator_first() -> None:
    best = search("china europe freight trains", 15)
    assert best.loc[best["kind"] == "claim", "title"].nunique() >= 2 or (
        best["kind"].nunique() >= 2
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.4e11, "240 bn"), (1.91e13, "19.1 tn"), (112000, "112,000"), (4.7, "4.7"),
     (2077216, "2,077,216"), (123456789012, "123,456,789,012"), (float("nan"), "-")],
)  # fmt: skip
def test_numbers_lose_nothing(value: float, text: str) -> None:
    assert number_text(value) == text


def test_figures_in_words() -> None:
    row = {"value": 0.7, "value_high": 2.9, "bound": "between", "unit": "percent", "status": "read"}
    assert figure_text(row) == "0.7 to 2.9 %"
    plain = row | {"value": 1e10, "value_high": float("nan"), "unit": "masks"}
    assert figure_text(plain | {"bound": "tens_of"}) == "tens of billions of masks"
    unsure = plain | {"value": 100.0, "bound": "more_than", "status": "unconfirmed"}
    assert figure_text(unsure) == "over 100 masks ?"
