"""The ledger of two-way investment: reading, one basis for every sum, groups, prices, balances."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from beltroad.errors import InputError
from beltroad.finance import invest
from beltroad.finance.invest import groups, prices
from beltroad.finance.invest.faults import TableError
from beltroad.finance.invest.ledger import check, frame
from beltroad.finance.invest.periods import span, whole_years
from beltroad.finance.invest.vocabulary import COLUMNS


def made(**values: object) -> pd.DataFrame:
    """Two rows that can be added, with changes."""
    base = {
        "reporter": "CHN", "partner": ["KAZ", "UZB"], "direction": "outward", "measure": "flow",
        "instrument": "fdi", "year": 2020, "period": "2020", "value_usd_mn": [10.0, 5.0],
        "bound": "exact", "price_basis": "current USD", "source": "a", "confidence": "high",
    }  # fmt: skip
    return frame(pd.DataFrame(base | values))


def test_bundled_ledger_is_what_its_own_check_accepts() -> None:
    own = invest.load(claims=False)
    assert tuple(own.columns) == tuple(COLUMNS)
    again = check(own[own["source"] != "gcdf3-year"], "bundled")
    assert len(again) == len(own[own["source"] != "gcdf3-year"])
    every = invest.load()
    assert len(every) > len(own)
    assert every[every["document"] == "claim wam-2025-07-19-01"]["value_usd_mn"].tolist() == [240e3]
    known = set(invest.sources()["source"])
    assert set(every["source"]) <= known


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"source": ["a", "b"]}, "mix sources"),
        ({"price_basis": ["current USD", "constant 2021 USD"]}, "mix price basis"),
        ({"measure": ["flow", "stock"]}, "mix measures"),
        ({"instrument": ["fdi", "fdi_nonfinancial"]}, "mix instruments"),
        ({"partner": ["KAZ", "CENTRAL_ASIA"]}, "counted beside economies"),
        ({"partner": "KAZ"}, "stands twice"),
        ({"industry": ["", "C"]}, "beside their industries"),
        ({"measure": "stock", "period": ["2019", "2020"]}, "several dates"),
    ],
)
def test_nothing_is_added_over_sources_bases_or_kinds(
    changed: dict[str, object], said: str
) -> None:
    assert invest.total(made()) == 15.0
    with pytest.raises(InputError, match=said):
        invest.total(made(**changed))


def test_unknown_is_not_zero() -> None:
    assert invest.total(made(value_usd_mn=[10.0, math.nan])) == 10.0
    assert math.isnan(invest.total(made(value_usd_mn=math.nan)))


def test_own_ledger_lists_every_fault_with_row_and_remedy(tmp_path: Path) -> None:
    path = invest.write(made(), tmp_path / "mine.csv")
    assert invest.read(path)["value_usd_mn"].tolist() == [10.0, 5.0]
    parquet = invest.write(made(), tmp_path / "mine.parquet")
    assert invest.read(parquet).equals(invest.read(path))
    text = path.read_text().replace("KAZ,outward", "Kazahkstan,outwards")
    text = text.replace(",5,", ",5 mn,").replace("UZB,outward,flow", "UZB,outward,commitment")
    path.write_text(text)
    with pytest.raises(TableError) as caught:
        invest.read(path)
    said = str(caught.value)
    assert "3 faults" in said
    assert "row 2, direction: 'outwards': give one of outward, inward, both" in said
    assert "Did you mean 'Kazakhstan'" in said
    assert "row 3, value_usd_mn: '5 mn'" in said
    path.write_text("reporter,partnr\nCHN,KAZ\n")
    with pytest.raises(TableError, match="Did you mean 'partner'"):
        invest.read(path)
    (tmp_path / "x.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="cannot be read as a ledger"):
        invest.read(tmp_path / "x.parquet")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("price_basis", "2021 dollars", "price basis"),
        ("period", "2020:2019", "ends before it starts"),
        ("year", "2021", "ends in 2020"),
        ("status", "suppressed", "a value is given"),
        ("value_usd_mn", "inf", "give a number"),
        ("source", "", "say who counts"),
        ("own_currency", "CNY", "exactly where own_value_mn"),
    ],
)
def test_one_fault_is_one_line(column: str, value: str, said: str) -> None:
    raw = made().head(1).astype(object)
    raw.loc[0, column] = value
    with pytest.raises(TableError, match=said) as caught:
        check(raw, "mine")
    assert "\n" not in str(caught.value)


def test_periods() -> None:
    assert whole_years("2013:2015") == [2013, 2014, 2015]
    assert whole_years("2021:2025-06") == whole_years(":2022") == []
    assert span(":2024-07") == (None, date(2024, 7, 31))


def test_groups_have_members_by_date() -> None:
    before, after = (groups.members("EU", date(y, 12, 31)).members for y in (2019, 2020))
    assert set(before) - set(after) == {"GBR"}
    assert groups.members("EU", date(2020, 1, 31)).members == before
    assert "ITA" in groups.members("BRI", date(2020, 1, 1)).members
    assert "ITA" in groups.members("BRI", date(2023, 12, 15)).unknown
    assert "ITA" not in groups.members("BRI", date(2024, 12, 31)).members
    assert groups.members("BRI", date(2013, 1, 1)).members == ()
    assert "EGY" in groups.members("AFRICA", date(2020, 1, 1)).members
    with pytest.raises(InputError, match="no list of members"):
        groups.members("BRI_ROUTE", date(2020, 1, 1))


def test_prices_are_converted_only_with_a_named_index_or_rate() -> None:
    rows = made(year=[2020, 2021], period=["2020", "2021"], partner="KAZ")
    real = prices.deflated(rows, {2020: 100.0, 2021: 104.0}, 2021)
    assert real["value_usd_mn"].tolist() == pytest.approx([10.4, 5.0])
    assert set(real["price_basis"]) == {"constant 2021 USD"}
    with pytest.raises(InputError, match="only current USD"):
        prices.deflated(real, {2021: 1.0}, 2021)
    with pytest.raises(InputError, match="no value above 0 for 2021"):
        prices.deflated(rows, {2020: 100.0}, 2020)
    yuan = made(value_usd_mn=math.nan, own_value_mn=70.0, own_currency="CNY")
    assert prices.in_dollars(yuan, {2020: 7.0}, "CNY")["value_usd_mn"].tolist() == [10.0, 10.0]
    assert set(prices.in_dollars(yuan, {2020: 7.0}, "CNY")["status"]) == {"imputed"}


def test_balance_has_both_directions_of_one_source_or_none() -> None:
    rows = pd.concat([
        made(partner="KAZ", value_usd_mn=[10.0, 4.0], direction=["outward", "inward"]),
        made(partner="KAZ", value_usd_mn=[99.0, 98.0], direction=["outward", "outward"],
             source="b", period=["2020", "2021"], year=[2020, 2021]),
        made(reporter="KAZ", partner="CHN", direction=["inward", "outward"],
             value_usd_mn=[12.0, 3.0], source="c"),
    ])  # fmt: skip
    found = invest.balance(rows, "Kazakhstan").table.set_index("source")
    assert found.loc["a", "balance_mn"] == 6.0
    assert found.loc["a", "two_way_mn"] == 14.0
    assert found.loc["a", "reciprocity"] == 0.4
    assert found.loc["b", "balance_mn"].isna().all()  # the other direction is not published there
    assert found.loc["c", ["outward_mn", "inward_mn", "told_by"]].tolist() == [12.0, 3.0, "KAZ"]
    seen = invest.balance(rows, "CHN", home="KAZ").table.set_index("source")
    assert seen.loc["a", "balance_mn"] == -6.0


def test_group_is_added_within_a_source_and_short_sums_are_left_out() -> None:
    rows = made(partner=["KAZ", "UZB"])
    notes = invest.balance(pd.concat([rows, made(partner=["TJK", "KGZ"])]), "CENTRAL_ASIA")
    assert notes.table["made_of"].tolist() == ["4 of 5 members"]
    assert notes.table["outward_mn"].tolist() == [30.0]
    with pytest.raises(InputError, match="no row between"):
        invest.balance(rows, "CENTRAL_ASIA")  # two of five members are too few
    shown = invest.balance(rows, "CENTRAL_ASIA", least_share=0.2)
    assert shown.table["outward_mn"].tolist() == [15.0]


def test_conflicting_statements_are_shown_not_settled() -> None:
    rows = made(partner="KAZ", value_usd_mn=[10.0, 12.0], confidence=["low", "high"])
    one = invest.chosen(rows)
    assert one["value_usd_mn"].tolist() == [12.0]
    assert one[["statements", "low_mn", "high_mn"]].iloc[0].tolist() == [2, 10.0, 12.0]


def test_yuan_and_dollars_are_two_bases() -> None:
    rows = invest.rows(invest.load(), partner="BRI", year=2025, source="mofcom-cooperation")
    table = invest.balance(rows, "BRI", year=2025).table
    year = table[table["period"] == "2025"].set_index("price_basis")
    assert year.loc["current CNY", "balance_mn"] == 283_400 - 116_800
    assert math.isnan(year.loc["current USD", "balance_mn"])


def test_sources_side_by_side_with_ratio() -> None:
    table = invest.side_by_side(invest.load(), "ASEAN", year=2012)
    out = table[(table["direction"] == "outward") & (table["measure"] == "flow")
                & (table["period"] == "2012")]  # fmt: skip
    assert out["source"].tolist() == ["asean-stats", "cabc"]
    assert out["ratio"].tolist() == pytest.approx([1.0, 4419 / 5718.1])
