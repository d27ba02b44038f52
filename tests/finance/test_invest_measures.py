"""Concentration, growth, rankings, series, published totals, charts."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.finance import invest
from beltroad.finance.invest import charts
from beltroad.finance.invest.page import page
from beltroad.finance.invest.reproduce import VERDICTS

AMOUNTS = st.lists(st.floats(1e-3, 1e9), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.floats(1e-3, 1e3))
def test_concentration_keeps_its_bounds_and_knows_no_unit(values: list[float], k: float) -> None:
    c = invest.concentration(values)
    assert 1 / c.partners - 1e-12 <= c.hhi <= 1 + 1e-12
    assert invest.concentration([k * v for v in values]).hhi == pytest.approx(c.hhi)
    assert list(c.top_pct.values()) == sorted(c.top_pct.values())
    if c.partners > 1:
        assert -1e-9 <= c.hhi_normalised <= 1 + 1e-9
    # Merging two partners never lowers concentration.
    if len(values) > 1:
        merged = invest.concentration([values[0] + values[1], *values[2:]])
        assert merged.hhi >= c.hhi - 1e-12


def test_concentration_of_known_cases() -> None:
    c = invest.concentration([60.0, 30.0, 10.0, -5.0, math.nan])
    assert c.hhi == pytest.approx(0.46)
    assert (c.partners, c.not_positive, c.unknown) == (3, 1, 1)
    assert c.top_pct == pytest.approx({1: 60.0, 3: 100.0})
    assert invest.concentration([7.0] * 4).hhi_normalised == pytest.approx(0.0)
    assert math.isnan(invest.concentration([3.0]).hhi_normalised)
    with pytest.raises(InputError, match="no amount is above zero"):
        invest.concentration([-1.0, 0.0])


@settings(max_examples=60, deadline=None)
@given(st.floats(1.0, 1e6), st.floats(-20.0, 40.0), st.integers(1, 30))
def test_growth_finds_the_rate_it_was_made_with(first: float, rate: float, years: int) -> None:
    values = {2000 + t: first * (1 + rate / 100) ** t for t in range(years + 1)}
    g = invest.growth(values)
    assert g.cagr_pct == pytest.approx(rate, abs=1e-6)
    assert (g.first_year, g.last_year, g.gaps) == (2000, 2000 + years, ())


def test_growth_says_gaps_and_base_effects() -> None:
    g = invest.growth({2010: 1.0, 2012: 40.0, 2013: 50.0, 2014: math.nan, 2015: 60.0})
    assert g.gaps == (2011, 2014)
    assert "low base" in g.base_note
    assert g.yearly["change_pct"].isna().tolist() == [True, True, False, True]
    assert g.low_pct < g.cagr_pct < g.high_pct
    back = invest.growth({2010: -3.0, 2011: 5.0})
    assert math.isnan(back.cagr_pct)
    assert "below zero" in back.base_note
    assert math.isnan(back.yearly["change_pct"].iloc[1])
    for wrong in ({"start": 2011}, {"start": 2012, "end": 2012}):
        with pytest.raises(InputError, match=r"no amount of 2011|after the start"):
            invest.growth({2010: 1.0, 2012: 2.0}, **wrong)


def test_ranking_stays_on_one_basis_and_names_the_others() -> None:
    found = invest.ranking(invest.load(), year=2018)
    assert found.basis["source"] == "mofcom-bulletin"
    assert found.table["partner"].iloc[0] == "HKG"
    assert found.table["value_mn"].sum() == pytest.approx(133_630)
    assert found.table["cumulated_pct"].iloc[-1] == pytest.approx(100.0)
    assert any(other.startswith("gcdf3-year") for other in found.others)
    total = invest.ranking(invest.load(), source="gcdf3-total", group="CENTRAL_ASIA")
    assert total.table["partner"].tolist() == ["KAZ", "UZB", "TKM", "TJK", "KGZ"]
    assert math.isnan(total.world_mn)  # the headline is another source
    with pytest.raises(InputError, match="no source has two partners"):
        invest.ranking(invest.load(), source="srf")


def test_series_do_not_run_across_sources_or_definitions() -> None:
    found = invest.series(invest.load(), "BRI_ROUTE", measure="flow", direction="outward")
    bases = [(s.basis["source"], s.basis["instrument"], s.basis["price_basis"]) for s in found]
    assert len(set(bases)) == len(bases)
    bulletin = found[0]
    assert bulletin.table["year"].tolist() == list(range(2013, 2022))
    assert bulletin.growth is not None
    assert bulletin.growth.cagr_pct == pytest.approx(100 * ((24150 / 12630) ** (1 / 8) - 1))
    assert bulletin.table["confidence"].tolist()[1] == "low"
    with pytest.raises(InputError, match="no yearly row"):
        invest.series(invest.load(), "BRI_ROUTE", source="statements")


def test_published_totals_are_reproduced_and_conflicts_stay() -> None:
    table = invest.check(invest.load())
    assert set(table["verdict"]) <= set(VERDICTS)
    by = table.set_index(["stated_by", "parts_from"])
    for stated, amount in (("qiushi-zheng-2024-01-05-21", 380e3), ("xinhua-2023-10-10-03", 380e3),
                           ("guangming-2025-10-27-20", 240e3),
                           ("open-cooperation-2025-11-17-01", 240e3)):  # fmt: skip
        row = by.loc[stated].iloc[0]
        assert (row["computed_mn"], row["verdict"]) == (amount, "agree")
    years = table[(table["kind"] == "sum of years") & (table["stated_by"] == "mofcom-bulletin")]
    assert years["verdict"].tolist() == ["agree"] * 3
    assert by.loc[("people-2022-05-20-04", "mofcom-bulletin, fdi"), "verdict"] == "disagree"
    routes = by.loc["ccpit-2023-09-15-03"].iloc[0]
    assert (routes["computed_mn"], routes["verdict"]) == (260e3, "within bound")
    part = table[table["verdict"] == "incomplete"]
    assert part["note"].str.contains("missing: ").all()
    gcdf = table[table["kind"] == "sum of recipients"]
    assert set(gcdf["verdict"]) == {"disagree"}
    assert gcdf["note"].str.contains("125 of 125 recipients in both agree").any()


def test_a_wrong_part_is_found() -> None:
    rows = invest.load()
    wrong = (rows["partner"] == "LAO") & (rows["source"] == "mofcom-bulletin")
    rows.loc[wrong, "value_usd_mn"] += 500.0
    table = invest.check(rows).set_index("partner")
    assert table.loc["TOP20", "verdict"] == "disagree"


def test_a_list_that_was_read_in_part_is_not_called_wrong() -> None:
    own = invest.load()
    total = own[(own["source"] == "mofcom-fdi") & (own["partner"] == "TOP10")
                & (own["period"] == "2018-01:2018-03")].index  # fmt: skip
    parts = own[(own["document"] == own.loc[total[0], "document"]) & (own["partner"] == "FRA")]
    lists = invest.check(own.drop(parts.index)).set_index(["partner", "period"])
    assert lists.loc[("TOP10", "2018-01:2018-03"), "verdict"] == "incomplete"
    assert "1 of the list" in lists.loc[("TOP10", "2018-01:2018-03"), "note"]
    # Of these two months only the total was read: there is nothing to add up.
    assert ("TOP10", "2015-01:2015-02") not in lists.index


def test_single_countries_have_both_directions_on_their_own_basis() -> None:
    italy = invest.balance(invest.load(), "ITA").table.set_index(["measure", "period"])
    assert set(italy["price_basis"]) == {"current EUR"}
    assert set(italy["told_by"]) == {"ITA"}
    bases = invest.sources(invest.load()).set_index("source")["price_basis"]
    assert bases["banca-italia"] == "current EUR"
    assert bases["mofcom-cooperation"] == "current CNY; current USD"
    # Told by the host: what Italy calls inward is outward of China.
    assert italy.loc[("stock", "2022"), "balance_mn"] == 2_290 - 15_552
    assert italy.loc[("flow", "2020"), "outward_mn"] < 0
    assert math.isnan(italy.loc[("flow", "2020"), "reciprocity"])
    singapore = invest.balance(invest.load(), "SGP", year=2018, measure="flow").table
    both = singapore.dropna(subset=["balance_mn"])
    assert list(both["source"]) == ["mofcom-bilateral"]
    assert both["outward_instrument"].iloc[0] != both["inward_instrument"].iloc[0]


def test_aidata_aggregates_keep_what_their_note_says() -> None:
    rows = invest.load(claims=False)
    sums = rows.groupby("source")["value_usd_mn"].sum() / 1000
    assert sums["gcdf3-year"] == pytest.approx(1485.13, abs=0.01)
    assert sums["gcdf3-total"] == pytest.approx(1494.60, abs=0.01)
    about = evidence.tables.info("investment").notes
    assert "1,485 bn" in about
    assert "1,340 bn" in about
    assert set(rows["price_basis"][rows["source"].str.startswith("gcdf3")]) == {"constant 2021 USD"}
    early = rows[(rows["partner"] == "SSD") & (rows["year"] < 2011)]
    assert len(early) == early["note"].str.contains("independence").sum() == 3
    assert not (rows["partner"] == "VDR").any()
    assert (rows["partner"] == "VNM").sum() > 20  # number 817 of the source


def test_charts_say_source_and_basis_and_escape_names() -> None:
    rows = invest.load()
    balance = str(charts.balance_chart(invest.balance(rows, "BRI_ROUTE")).to_dict(validate=False))
    assert "Statistics of investment and cooperation" in balance
    assert "current USD" in balance
    series = charts.series_chart(invest.series(rows, "KEN")).to_dict(validate=False)
    assert "never added" in str(series)
    # No line runs across a year without a figure.
    points = next(d for d in series["datasets"].values() if "year" in d[0])
    known = [p["year"] for p in points if "other official" in p["name"]
             and p["value"] is not None and p["value"] == p["value"]]  # fmt: skip
    told = [p["year"] for p in points if "other official" in p["name"]]
    assert known[:2] == [2001, 2008]
    assert told[:8] == list(range(2001, 2009))
    own = rows[rows["source"] == "mofcom-bulletin"].assign(source="<b>&\x07")
    drawn = charts.svg(charts.partners_chart(invest.ranking(own, year=2018)))
    ElementTree.fromstring(drawn)
    assert "<b>" not in drawn
    html = page("<i>", drawn, pd.DataFrame({"a": ["<script>"], "b": [1.5]}), ["x & y"])
    assert "<script>" not in html
    assert "&lt;i&gt;" in html
    with pytest.raises(InputError, match="no source gives both directions"):
        charts.balance_chart(invest.balance(rows, "KAZ"))
