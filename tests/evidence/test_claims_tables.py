"""Bundled claims: every row valid, the documents' key figures there, and what the build refuses."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence.claims.formula import parse
from beltroad.evidence.economies import iso3

DATA = Path(__file__).resolve().parents[2] / "data"
GUANGMING, EXPERTS = "guangming-2025-10-27", "open-cooperation-2025-11-17"
ZHENG, QIU = "qiushi-zheng-2024-01-05", "qiushi-qiu-2024-02-18"
TIMES = "securities-times-2025"

# Claims a document, counted by hand: every number in it that is a figure.
COUNTS = {GUANGMING: 35, EXPERTS: 4, ZHENG: 46, QIU: 15, TIMES: 13}
# What the documents say: document, indicator, value, bound, end of period.
KEY = [
    (EXPERTS, "bri_two_way_investment_total", 240e9, "more_than", "2025-06"),
    (EXPERTS, "bri_outward_investment_total", 160e9, "more_than", "2025-06"),
    (EXPERTS, "bri_inward_investment_total", 80e9, "more_than", "2025-06"),
    (EXPERTS, "bri_net_outward_investment_total", 80e9, "about", "2025-06"),
    (GUANGMING, "bri_two_way_investment_total", 240e9, "more_than", "2025-06"),
    (GUANGMING, "bri_outward_investment_total", 160e9, "exact", "2025-06"),
    (GUANGMING, "ftz_pilot_zones", 22, "exact", "2025-10-27"),
    (GUANGMING, "ftz_innovations", 379, "exact", "2025-10-27"),
    (GUANGMING, "shanghai_pilot_measures", 80, "exact", "2025-10-27"),
    (GUANGMING, "visa_mutual_exemption", 29, "exact", "2025-10-27"),
    (GUANGMING, "visa_unilateral", 47, "exact", "2025-10-27"),
    (GUANGMING, "visa_free_entries_growth", 48.3, "exact", "2025-09"),
    (GUANGMING, "goods_trade_level", 5e12, "more_than", "2025"),
    (GUANGMING, "goods_trade", 6.16e12, "exact", "2024"),
    (GUANGMING, "goods_trade_change", 32.4, "exact", "2024"),
    (GUANGMING, "goods_trade_rank_years", 8, "exact", "2024"),
    (GUANGMING, "knowledge_services_trade_change", 38, "exact", "2024"),
    (GUANGMING, "digital_services_trade_change", 40, "nearly", "2024"),
    (GUANGMING, "ecommerce_trade", 2.7e12, "exact", "2024"),
    (GUANGMING, "ecommerce_trade_change", 67, "exact", "2024"),
    (GUANGMING, "ecommerce_sellers", 120_000, "exact", "2025-10-27"),
    (GUANGMING, "ecommerce_platform_share", 80, "exact", "2025-10-27"),
    (GUANGMING, "negative_list_items", 29, "exact", "2024"),
    (GUANGMING, "negative_list_manufacturing_items", 0, "exact", "2024"),
    (GUANGMING, "fdi_inward_total", 720e9, "more_than", "2025-10-27"),
    (GUANGMING, "fdi_new_firms_total", 240_000, "more_than", "2025-10-27"),
    (GUANGMING, "fdi_hightech_share", 33.333333, "more_than", "2025-10-27"),
    (GUANGMING, "bri_goods_trade", 2.7e12, "exact", "2021"),
    (GUANGMING, "bri_goods_trade", 3.1e12, "exact", "2024"),
    (GUANGMING, "bri_goods_trade_growth", 4.7, "exact", "2024"),
    (GUANGMING, "bri_trade_share", 50, "more_than", "2024"),
    (GUANGMING, "china_europe_trains_cumulative_trains", 100_000, "more_than", "2024-12-31"),
    (GUANGMING, "tianjin_vehicles", 4_000, "more_than", "2025-02"),
    (TIMES, "bri_countries", 150, "more_than", "2025-06-30"),
    (TIMES, "bri_organizations", 30, "more_than", "2025-06-30"),
    (TIMES, "china_europe_trains_cumulative_trains", 112_000, "exact", "2025-06-30"),
    (TIMES, "china_europe_trains_cities_reached", 229, "exact", "2025-06-30"),
    (TIMES, "china_europe_trains_countries_reached", 26, "exact", "2025-06-30"),
    (TIMES, "silk_road_maritime_routes", 134, "exact", "2025-06-30"),
    (TIMES, "air_silk_road_countries_reached", 61, "exact", "2025-06-30"),
    (TIMES, "central_west_trade_share", 18.1, "exact", "2025-06"),
    (TIMES, "central_west_trade_share_change", 3.6, "exact", "2025-06"),
    (TIMES, "overseas_employees", 400_000, "more_than", "2025"),
    (ZHENG, "bri_documents", 230, "more_than", "2023-11"),
    (ZHENG, "connectivity_corridors", 6, "exact", "2023-11"),
    (ZHENG, "china_europe_trains_routes", 86, "exact", "2023-09-30"),
    (ZHENG, "china_laos_railway_cumulative_freight", 26e6, "exact", "2023-09-30"),
    (ZHENG, "piraeus_rank_europe", 4, "exact", "2023-11"),
    (ZHENG, "bri_goods_trade_total", 19.1e12, "exact", "2022"),
    (ZHENG, "bri_two_way_investment_total", 380e9, "more_than", "2022"),
    (ZHENG, "bri_contracts_new_total", 2e12, "more_than", "2022"),
    (ZHENG, "bri_contracts_turnover_total", 1.3e12, "more_than", "2022"),
    (ZHENG, "aeo_rank", 1, "exact", "2023-11"),
    (ZHENG, "aiib_financing_cumulative", 43.6e9, "exact", "2023-06-30"),
    (ZHENG, "srf_projects", 75, "exact", "2023-06-30"),
    (ZHENG, "swap_bri_countries", 20, "exact", "2023-11"),
    (ZHENG, "clearing_bri_countries", 17, "exact", "2023-11"),
    (ZHENG, "unionpay_mobile_countries", 74, "exact", "2023-11"),
    (ZHENG, "gpfd_countries", 28, "exact", "2023-11"),
    (ZHENG, "anso_members", 58, "exact", "2023-11"),
    (ZHENG, "masks_provided", 1e10, "tens_of", "2023-11"),
    (ZHENG, "vaccine_doses", 2.3e9, "exact", "2023-11"),
    (ZHENG, "poverty_extreme_reduction", 7.6e6, "exact", "2030"),
    (ZHENG, "poverty_moderate_reduction", 32e6, "exact", "2030"),
    (ZHENG, "income_gain", 0.7, "between", "2030"),
    (QIU, "china_europe_trains_cumulative_trains", 78_000, "more_than", "2023-09-30"),
    (QIU, "china_europe_trains_goods_kinds", 50_000, "more_than", "2023-09-30"),
    (QIU, "china_europe_trains_cumulative_value", 340e9, "more_than", "2023-09-30"),
    (QIU, "new_land_sea_corridor_ports_reached", 465, "exact", "2023-09-30"),
    (QIU, "zones_investment", 60e9, "more_than", "2022-12-31"),
    (QIU, "bri_inward_investment_total", 140e9, "more_than", "2022"),
    (QIU, "bri_inward_firms_total", 67_000, "exact", "2022"),
    (QIU, "investment_mous", 47, "exact", "2024-02-18"),
    (QIU, "standards_documents", 107, "exact", "2023-06-30"),
    (QIU, "standards_countries", 65, "exact", "2023-06-30"),
]


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    return evidence.load("claims")


@pytest.fixture(scope="module")
def build():
    sys.path.insert(0, str(DATA))
    try:
        yield importlib.import_module("build_claims")
    finally:
        sys.path.remove(str(DATA))


@pytest.fixture(scope="module")
def facts(build) -> dict[str, pd.DataFrame]:
    return build.read_facts()


def test_every_claim_has_a_document_an_indicator_and_a_unit(claims):
    documents = evidence.load("claim_documents").set_index("document")
    indicators = evidence.load("claim_indicators").set_index("indicator")
    assert claims["claim_id"].is_unique
    assert set(claims["document"]) == set(documents.index)
    assert set(claims["indicator"]) == set(indicators.index)
    assert (claims["unit"] == claims["indicator"].map(indicators["unit"])).all()
    assert (claims["said_by"] != "").all()
    assert claims["value"].notna().all()


def test_every_place_is_an_iso_code_or_a_named_group(claims):
    named = set(evidence.load("claim_geographies")["geography"])
    for code in {*claims["geography"], *claims["partner"]} - named - {""}:
        assert iso3(code) == code
    for code in named:  # no code may stand for an economy too, like IO in ISO 3166-1 alpha-2
        with pytest.raises(InputError):
            iso3(code)
    assert named <= {*claims["geography"], *claims["partner"]}


def test_every_date_is_one_and_periods_do_not_run_backwards(claims):
    for column in ("period_start", "period_end"):
        told = claims.loc[claims[column] != "", column]
        assert pd.to_datetime(told, format="ISO8601").notna().all()
    both = claims[claims["period_start"] != ""]
    start = pd.to_datetime(both["period_start"], format="ISO8601")
    end = pd.to_datetime(both["period_end"], format="ISO8601")
    ends_later = end + pd.offsets.YearEnd(0)
    assert (start <= end.where(both["period_end"].str.len() == 10, ends_later)).all()
    assert (claims["period_end"] != "").all()


def test_what_was_not_read_says_so(claims):
    urls = evidence.load("claim_documents").set_index("document")[["url", "note"]]
    remembered = claims[claims["status"] == "unconfirmed"]
    assert 0 < len(remembered) < 0.15 * len(claims)
    assert set(remembered["confidence"]) == {"low"}
    assert remembered["note"].str.contains("unconfirmed").all()
    assert (remembered["document"].map(urls["url"]) == "").all()
    read = claims[claims["status"] == "read"]
    assert (read["wording"] != "").all()
    assert (claims["wording"].str.split().str.len().fillna(0) <= 12).all()
    nowhere = urls.loc[sorted(set(read["document"]))]
    nowhere = nowhere[nowhere["url"] == ""]
    assert len(nowhere) < 10
    assert set(nowhere.index[~nowhere["note"].str.contains("read in a copy")]) == {QIU}


def test_every_figure_of_the_documents_is_a_claim(claims):
    assert claims["document"].value_counts()[list(COUNTS)].to_dict() == COUNTS
    own = claims[claims["document"].isin(COUNTS)]
    assert (own["status"] == "read").all()
    assert own["place"].str.fullmatch(r"\d+").all()


@pytest.mark.parametrize(("document", "indicator", "value", "bound", "end"), KEY)
def test_key_figures_of_the_documents(claims, document, indicator, value, bound, end):
    found = claims[
        (claims["document"] == document)
        & (claims["indicator"] == indicator)
        & (claims["value"] == value)
    ]
    assert found[["bound", "period_end"]].to_numpy().tolist() == [[bound, end]]


def test_a_range_keeps_both_ends(claims):
    ranges = claims[claims["bound"] == "between"]
    assert ranges[["value", "value_high"]].to_numpy().tolist() == [[0.7, 2.9]]
    assert claims.loc[claims["bound"] != "between", "value_high"].isna().all()


def test_series_are_long_enough_to_be_of_use(claims):
    yearly = claims[claims["period_end"].str.len() == 4]
    years = yearly.groupby(["indicator", "partner"])["period_end"].nunique()
    assert years["bri_goods_trade", "BRI_ROUTE"] >= 8
    assert years["goods_trade", "WORLD"] == 13  # 2013 to 2025
    assert years["bri_outward_investment", "BRI_ROUTE"] >= 8
    dates = claims.groupby("indicator")["period_end"].nunique()
    for indicator in ("bri_documents", "bri_countries", "aiib_members", "zones_jobs"):
        assert dates[indicator] >= 6


def test_definitions_of_partner_are_not_mixed_in_one_series(claims):
    subjects = claims.groupby(["indicator", "subject"])["partner"].nunique()
    flows = subjects[subjects.index.get_level_values("indicator").str.startswith("bri_goods_trade")]
    assert (flows == 1).all()


def test_checks_read_and_name_claims_that_are_there(claims):
    checks = evidence.load("claim_checks")
    known = set(claims["claim_id"])
    assert len(checks) >= 30
    assert set(checks["kind"]) == {"identity", "growth", "share", "base", "comparison"}
    for row in checks.itertuples():
        inputs = dict(part.split("=", 1) for part in row.inputs.split(";"))
        assert set(inputs.values()) <= known
        assert set(parse(row.formula).names) == set(inputs)
        if row.expected not in known:
            assert row.expected.startswith("=")
            assert math.isfinite(float(row.expected[1:]))


def test_the_facts_have_no_fault(build, facts):
    assert list(build.broken(facts)) == []


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("claims", "document", "nowhere-2020", "unknown document"),
        ("claims", "indicator", "happiness", "unknown indicator"),
        ("claims", "geography", "ROM", "unknown geography"),
        ("claims", "partner", "EVERYBODY", "unknown partner"),
        ("claims", "unit", "bananas", "unit 'bananas'"),
        ("claims", "bound", "roughly", "bound 'roughly'"),
        ("claims", "status", "guessed", "status 'guessed'"),
        ("claims", "status", "unconfirmed", "unconfirmed needs"),
        ("claims", "confidence", "total", "confidence 'total'"),
        ("claims", "pillar", "trains", "pillar 'trains'"),
        ("claims", "value", "many", "is no number"),
        ("claims", "value_high", "9", "'between' go together"),
        ("claims", "period_end", "2025-02-30", "is no date"),
        ("claims", "period_end", "", "is no date"),
        ("claims", "period_start", "2034", "starts after its end"),
        ("claims", "wording", "", "no wording"),
        ("claims", "wording", "one two three four five six seven eight nine ten eleven 12 13",
         "wording of 13 words"),
        ("claims", "said_by", "", "said_by is empty"),
        ("claims", "claim_id", "somewhere-01", "the id is not its document"),
        ("claims", "price_basis", "prices of 2015", "price_basis"),
        ("documents", "published_on", "last year", "is no date"),
        ("documents", "url", "example.org", "url 'example.org'"),
        ("indicators", "measure", "sum", "measure 'sum'"),
        ("indicators", "pillar", "", "pillar ''"),
        ("geographies", "kind", "country", "kind or title"),
        ("geographies", "geography", "CHN", "no code of its own"),
        ("geographies", "geography", "IO", "no code of its own"),
        ("checks", "formula", "__import__('os')", "has more than"),
        ("checks", "formula", "a + z", "the formula uses"),
        ("checks", "inputs", "a=nothing-01", "input 'a=nothing-01'"),
        ("checks", "expected", "nothing-01", "is no claim"),
        ("checks", "expected", "=much", "is no number"),
        ("checks", "kind", "guess", "kind 'guess'"),
    ],
)  # fmt: skip
def test_a_broken_row_is_refused(build, facts, table, column, value, said):
    changed = facts[table].copy()
    changed.loc[changed.index[0], column] = value
    faults = list(build.broken({**facts, table: changed}))
    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize("table", ["claims", "documents", "indicators", "geographies", "checks"])
def test_a_row_that_stands_twice_is_refused(build, facts, table):
    doubled = pd.concat([facts[table], facts[table].head(1)], ignore_index=True)
    assert any(f.endswith(": twice") for f in build.broken({**facts, table: doubled}))


def test_a_table_without_a_column_is_refused(build, facts):
    changed = facts["claims"].drop(columns="said_by")
    with pytest.raises(SystemExit, match="claims: columns"):
        list(build.broken({**facts, "claims": changed}))


def test_the_build_names_every_fault_and_writes_nothing(build, facts, monkeypatch):
    changed = facts["claims"].copy()
    changed.loc[changed.index[:2], "bound"] = "roughly"
    monkeypatch.setattr(build, "read_facts", lambda: {**facts, "claims": changed})
    monkeypatch.setattr(build, "_write", _never)
    with pytest.raises(SystemExit) as stop:
        build.main()
    assert str(stop.value).count("bound 'roughly'") == 2


def _never(*_: object) -> None:
    raise AssertionError("nothing may be written")


@pytest.fixture(scope="module")
def check():
    sys.path.insert(0, str(DATA))
    try:
        yield importlib.import_module("check_documents")
    finally:
        sys.path.remove(str(DATA))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("exceeding US$1.3 trillion and 21 million", [1.3e12, 21e6]),
        ("tens of billions of masks", [1e10]),
        ("4/5 of them, one-third of these", [80, 100 / 3]),
        ("by 0.7%-2.9%", [0.7, 2.9]),
        ("six corridors and the fourth-largest port", [6, 4]),
        ("over 50,000 types", [50_000]),
        ("nothing at all", []),
    ],
)
def test_the_reader_of_documents_finds_numbers(check, text, values):
    assert [token.value for token in check.numbers(text)] == pytest.approx(values)


def _own(check: object, change: Callable[[pd.DataFrame], None]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [["x-01", "1", "has 26 cities", "26", ""]],
        columns=["claim_id", "place", "wording", "value", "value_high"],
    )
    change(frame)
    return frame


def test_the_reader_of_documents_reports_what_is_not_covered(check):
    none = pd.DataFrame(columns=["document", "place", "token", "why"])
    text = ["It has 26 cities and nine ports."]
    faults, _ = check.check_document(_own(check, lambda f: None), none, text)
    assert len(faults) == 1
    assert "'nine' uncovered" in faults[0]

    def wrong(frame: pd.DataFrame) -> None:
        frame.loc[0, "value"] = "27"

    faults, _ = check.check_document(_own(check, wrong), none, text)
    assert len(faults) == 3  # 27 not in the wording, 26 and nine uncovered
    spare = pd.DataFrame([["x", "1", "nine ports", "a test"], ["x", "1", "ten", "a test"]],
                         columns=none.columns)  # fmt: skip
    faults, counts = check.check_document(_own(check, lambda f: None), spare, text)
    assert faults == ["not_figures: 'ten' is not in the document"]
    assert "2 numbers: 1 covered by 1 claims, 1 no figures" in counts
