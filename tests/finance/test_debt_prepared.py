"""Prepared country inputs: facts taken over, rules that extend them, flags, realism."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.inputs import borrowing, prepared
from beltroad.finance.debt.inputs.book import Book
from beltroad.finance.debt.inputs.extend import extend
from beltroad.finance.debt.inputs.extend_fiscal import fiscal
from beltroad.finance.debt.ratings.assess import assess
from beltroad.finance.debt.vocabulary import KINDS, SERIES, SETTINGS
from beltroad.finance.schedule import unit_schedule

SAMPLE = ("KEN", "PAK", "LAO", "DJI", "KGZ", "UGA", "BEN", "SRB", "KAZ", "TJK", "VNM", "MDA")


def _rows(**series: dict[int, float]) -> pd.DataFrame:
    rows = [
        (name, year, value, "reported", "x")
        for name, values in series.items()
        for year, value in values.items()
    ]
    return pd.DataFrame(rows, columns=["variable", "year", "value", "kind", "source"])


def test_many_countries_are_ready_with_every_needed_series() -> None:
    table = prepared.countries()
    assert len(table) >= 80
    assert tuple(table["iso3"]) == prepared.codes()
    assert (table["series_known"] == table["series_needed"]).all()
    assert (table["framework"] == "lic").sum() >= 45
    assert table[["imputed_pct", "assumed_pct"]].sum(axis=1).between(20, 60).all()
    for code in SAMPLE:
        assert code in prepared.codes()


def test_reported_figures_pass_through_unchanged() -> None:
    kenya = prepared.inputs("Kenya").series
    assert kenya.at[2023, "external_ppg_debt_usd_mn"] == 35864
    assert kenya.at[2023, "public_debt_pct_gdp"] == pytest.approx(73.262, rel=1e-4)
    assert kenya.at[2023, "cpia"] == pytest.approx(3.83333)
    assert kenya.at[2029, "primary_balance_pct_gdp"] == pytest.approx(0.883)
    laos = prepared.inputs("LAO").series
    assert laos.at[2023, "exports_usd_mn"] == pytest.approx(9697.8)


@pytest.mark.parametrize("code", SAMPLE)
def test_inputs_are_whole_and_every_value_has_an_origin(code: str) -> None:
    one = prepared.inputs(code)
    assert list(one.series.index) == list(range(2004, 2045))
    assert set(one.settings) == set(SETTINGS)
    assert sum(each.share_pct for each in one.instruments) == pytest.approx(100)
    assert set(one.origins["kind"]) <= set(KINDS)
    known = set(one.sources["source"])
    bare = one.origins[~one.origins["source"].str.contains("rule: |less|over|ids_DT.INR")]
    assert set(bare["source"]) <= known
    spans = one.origins.assign(n=one.origins["year_to"] - one.origins["year_from"] + 1)
    counted = spans.groupby("variable")["n"].sum()
    for name, each in SERIES.items():
        if name in one.series.columns and name != "cpia":
            values = one.series[name].dropna()
            assert counted[name] == len(values), name
            assert values.between(each.low, each.high).all(), name
            if each.needed:
                span = {"history": (2023, 2023), "all": (2014, 2044)}[each.span]
                assert one.series.loc[span[0] : span[1], name].notna().all(), name
    ahead = one.origins[(one.origins["year_from"] > 2029) & one.origins["variable"].isin(SERIES)]
    assert set(ahead["kind"]) == {"assumed"}
    reported = one.origins[(one.origins["kind"] == "reported") & (one.origins["year_from"] >= 2025)]
    assert reported.empty


def test_refusals_name_the_reason_and_the_way_on() -> None:
    with pytest.raises(InputError, match=r"LKA: .*lack .*gdp_usd_mn.*debt template LKA"):
        prepared.inputs("LKA")
    with pytest.raises(InputError, match="inflation"):
        prepared.inputs("SDN")
    with pytest.raises(InputError, match="no figures are prepared"):
        prepared.inputs("DEU")
    with pytest.raises(InputError, match="no economy"):
        prepared.inputs("Atlantis")


def test_the_interest_bill_is_the_gap_between_the_balances_and_reaches_back() -> None:
    table = evidence.load("debt_series")
    for code in ("KEN", "PAK", "LAO"):
        rows = table[table["iso3"] == code].pivot(index="year", columns="variable", values="value")
        bill = (rows["primary_balance_pct_gdp"] - rows["net_lending_pct_gdp"]).loc[2004:2023]
        held = prepared.inputs(code).series["public_interest_pct_gdp"]
        pd.testing.assert_series_equal(
            held.loc[2004:2023].dropna(), bill.dropna(), check_names=False, rtol=1e-12
        )
        assert held.loc[2024:].isna().all()
    long = [prepared.inputs(c).series["public_interest_pct_gdp"].notna().sum() for c in SAMPLE]
    assert min(long) >= 10


def test_world_growth_agrees_with_the_published_aggregate() -> None:
    table = evidence.load("debt_series")
    rows = table[(table["iso3"] == "WLD") & (table["variable"] == "real_growth_pct")]
    world = dict(zip(rows["year"], rows["value"], strict=True))
    # World Economic Outlook, April 2024: 3.2 % in 2023, 2024 and 2025; it weights by moving shares.
    for year in (2023, 2024, 2025):
        assert world[year] == pytest.approx(3.2, abs=0.05)


def test_baseline_follows_the_outlook_s_own_debt_path() -> None:
    gaps = []
    for code in SAMPLE:
        path = engine.project(prepared.inputs(code)).table["public_debt_pct_gdp"]
        years = range(2024, 2030)
        gaps.append(
            float((path.loc[years] - prepared.outlook_debt(code).loc[years]).abs().median())
        )
    # Nothing of the outlook's path enters but its interest bills; a fault of unit or sign shows.
    assert np.median(gaps) < 3
    assert max(gaps) < 15


def test_same_call_gives_the_same_inputs() -> None:
    first = prepared.inputs("KGZ")
    prepared._inputs.cache_clear()
    second = prepared.inputs("KGZ")
    pd.testing.assert_frame_equal(first.series, second.series)
    assert first.instruments == second.instruments
    pd.testing.assert_frame_equal(first.origins, second.origins)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.2, 4.5), st.integers(5, 35))
def test_terms_are_found_from_service_and_present_value(rate: float, years: int) -> None:
    principal, interest = unit_schedule(rate / 100, years)
    value = float((principal + interest) @ (1.05 ** -np.arange(1.0, years + 1)))
    found, maturity = borrowing.solve_terms(rate / 100 + 1 / years, value, 0.1, 5.0)
    # A low rate over many years leaves the terms least to go by.
    assert found == pytest.approx(rate, abs=0.4)
    assert abs(maturity - years) <= max(2, 0.15 * years)


def test_a_book_fills_only_what_is_empty_and_remembers_whence() -> None:
    book = Book(_rows(a={2020: 1.0, 2021: 2.0}), 2019, 2023, 2022)
    book.put("a", np.arange(5.0) * 10, "assumed", "y", last=2022)
    assert book.get("a")[:4].tolist() == [0, 1, 2, 30]
    assert np.isnan(book.at("a", 2023))
    spans = book.origins({"a": None}).to_dict("records")
    assert [(s["year_from"], s["year_to"], s["kind"]) for s in spans] == [
        (2019, 2019, "assumed"), (2020, 2021, "reported"), (2022, 2022, "assumed"),
    ]  # fmt: skip
    assert book.last_known("a") == 2022
    assert book.last_known("b") == 0


def _book(**change: dict[int, float]) -> Book:
    past, near = range(2014, 2024), range(2014, 2030)
    base: dict[str, dict[int, float]] = {
        "real_growth_pct": {y: 4.0 if y < 2024 else 6.0 for y in near},
        "deflator_growth_pct": dict.fromkeys(near, 3.0),
        "gdp_usd_mn": {y: 1000 * 1.06 ** (y - 2023) for y in near},
        "exports_pct_gdp": dict.fromkeys(past, 20.0),
        "imports_pct_gdp": dict.fromkeys(past, 30.0),
        "export_volume_growth_pct": dict.fromkeys(near, 4.0),
        "current_account_usd_mn": dict.fromkeys(near, -50.0),
        "fdi_inflows_pct_gdp": dict.fromkeys(past, 2.0),
        "revenue_with_grants_pct_gdp": dict.fromkeys(near, 18.0),
        "primary_balance_pct_gdp": dict.fromkeys(near, -1.0),
        "net_lending_pct_gdp": dict.fromkeys(near, -3.0),
        "public_debt_pct_gdp": dict.fromkeys(past, 50.0),
        "external_ppg_debt_usd_mn": dict.fromkeys(past, 250.0),
        "external_debt_usd_mn": dict.fromkeys(past, 400.0),
        "reserves_pct_external_debt": dict.fromkeys(past, 25.0),
        "manufactures_exports_pct_goods": dict.fromkeys(past, 30.0),
        "goods_exports_usd_mn": {2020: 100.0},
    }
    return Book(_rows(**(base | change)), 2010, 2044, 2024)


def test_rules_extend_the_series_as_the_document_says() -> None:
    book = _book()
    outlook = np.where((book.years > 2013) & (book.years < 2030), 50.0, np.nan)
    gaps = extend(book, np.full(35, 2.0), outlook)
    assert gaps == []
    growth = book.get("real_growth_pct")
    assert growth[book.years == 2034] == pytest.approx(4) == growth[-1]
    assert book.at("real_growth_pct", 2030) == pytest.approx(6 - 2 / 5)
    assert book.at("gdp_usd_mn", 2040) / book.at("gdp_usd_mn", 2039) == pytest.approx(1.04 * 1.02)
    assert book.at("exports_usd_mn", 2024) == pytest.approx(200 * 1.04 * 1.02)
    assert book.at("imports_usd_mn", 2024) == pytest.approx(0.3 * 1060)  # no volumes: ratio held
    assert book.at("external_private_debt_usd_mn", 2023) == pytest.approx(150)
    assert book.at("reserves_usd_mn", 2023) == pytest.approx(100)
    # Coverage 100 / 300 in 2023, the mean of 2019-23 higher as imports grew: half way after 2.5.
    cover = book.get("reserves_usd_mn") / book.get("imports_usd_mn")
    goal = float(np.mean(cover[(book.years >= 2019) & (book.years <= 2023)]))
    assert cover[book.years == 2023][0] == pytest.approx(1 / 3) != goal
    assert cover[book.years == 2025][0] == pytest.approx(1 / 3 + 0.4 * (goal - 1 / 3))
    np.testing.assert_allclose(cover[book.years >= 2028], goal)
    assert book.at("fdi_net_usd_mn", 2035) == pytest.approx(0.02 * book.at("gdp_usd_mn", 2035))


def test_commodities_are_what_manufactures_leave_weighed_with_goods() -> None:
    book = _book()
    extend(book, np.full(35, 2.0), np.full(35, np.nan))
    share = 100.0 / book.at("exports_usd_mn", 2020)
    for year in (2020, 2023):  # goods are known in 2020 only: their share is carried on
        assert book.at("commodity_exports_pct", year) == pytest.approx(70 * share)
    assert np.isnan(book.at("commodity_exports_pct", 2019))
    assert np.isnan(book.at("commodity_exports_pct", 2024))
    more = _book(goods_exports_usd_mn=dict.fromkeys(range(2014, 2024), 1e6))
    extend(more, np.full(35, 2.0), np.full(35, np.nan))
    assert more.at("commodity_exports_pct", 2023) == pytest.approx(70)  # goods at most all exports
    for lacking in ("manufactures_exports_pct_goods", "goods_exports_usd_mn"):
        none = _book(**{lacking: {}})
        gaps = extend(none, np.full(35, 2.0), np.full(35, np.nan))
        assert "commodity_exports_pct" not in none
        assert [name for name, _, _ in gaps] == ["commodity_exports_pct"]


def test_prepared_exporters_of_commodities_take_the_price_test() -> None:
    exposed = {
        c: prepared.inputs(c).series["commodity_exports_pct"].dropna() for c in ("AGO", "ZMB")
    }
    assert all(s.tail(3).mean() > 80 and s.index[-1] == 2023 for s in exposed.values())
    assert "CP" in assess(prepared.inputs("ZMB")).paths
    assert "CP" not in assess(prepared.inputs("KEN")).paths
    assert "commodity_exports_pct" not in prepared.inputs("TCD").series


def test_volumes_that_do_not_fit_gdp_give_way_to_the_ratio() -> None:
    book = _book(export_volume_growth_pct=dict.fromkeys(range(2024, 2030), 60.0))
    extend(book, np.full(35, 2.0), np.full(35, np.nan))
    assert book.at("exports_usd_mn", 2029) == pytest.approx(0.2 * book.at("gdp_usd_mn", 2029))


def test_wider_external_debt_counts_as_public_debt_and_is_told() -> None:
    book = _book(external_ppg_debt_usd_mn=dict.fromkeys(range(2014, 2024), 600.0))
    gaps = extend(book, np.full(35, 2.0), np.full(35, np.nan))
    assert book.at("public_debt_pct_gdp", 2023) == pytest.approx(60)
    assert any(name == "public_debt_pct_gdp" and "2023" in why for name, why, _ in gaps)


def test_the_long_run_balance_keeps_the_debt_ratio() -> None:
    book = _book()
    outlook = np.where((book.years > 2013) & (book.years < 2030), 50.0, np.nan)
    extend(book, np.full(35, 2.0), outlook)
    nominal = (1 + book.get("real_growth_pct") / 100) * (1 + book.get("deflator_growth_pct") / 100)
    rate = 2.0 * nominal[book.years == 2029][0] / 50.0  # interest bill of 2 % of GDP on 50 %
    debt = 50.0
    for year in range(2035, 2045):
        k = year - 2010
        debt = debt * (1 + rate) / nominal[k] - book.at("primary_balance_pct_gdp", year)
    assert debt == pytest.approx(50)


def test_large_flows_beside_the_budget_are_taken_over_and_fade() -> None:
    book = _book(
        net_lending_pct_gdp=dict.fromkeys(range(2014, 2030), -30.0),
        primary_balance_pct_gdp=dict.fromkeys(range(2014, 2030), -28.0),
    )
    extend(book, np.full(35, 2.0), np.full(35, np.nan))
    assert "other_debt_flows_pct_gdp" not in book
    gaps = fiscal(book, np.where((book.years > 2013) & (book.years < 2030), 50.0, np.nan))
    flows = book.get("other_debt_flows_pct_gdp")
    assert flows[book.years == 2026] < -20
    assert flows[book.years == 2032] == pytest.approx(flows[book.years == 2029] * 0.4)
    assert flows[-1] == pytest.approx(0)
    assert gaps[0][0] == "other_debt_flows_pct_gdp"
