"""BACI as downloaded: codes, missing values, archives; totals by pair and by industry."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.trade.tables.baci import read_baci
from beltroad.trade.tables.hs_industry import PREFIXES, industry_of

NAME = "BACI_HS92_Y2022_V202401b.csv"
CODES = """country_code,country_name,country_iso2,country_iso3
4,Afghanistan,AF,AFG
58,"Belgium-Luxembourg (...1998)",,BLX
156,China,CN,CHN
251,France,FR,FRA
384,Côte d'Ivoire,CI,CIV
490,"Other Asia, nes",,S19
579,Norway,NO,NOR
697,"Europe EFTA, nes",,R20
699,India,IN,IND
757,Switzerland,CH,CHE
842,USA,US,USA
"""
ROWS = """t,i,j,k,v,q
2022,156,842,851712,1500.5,        12.000
2022,156,842,010121,0.5,            NA
2022,842,156,270900,2000,
2022,490,156,854231,800,   1.5
2022,004,699,080212,  7.25,3
2022,757,251,300490,40,1
2022,579,58,030212,3,1
2022,384,697,180100,9,1
2022,156,4,9999AA,1,1
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / NAME).write_text(ROWS)
    (tmp_path / "country_codes_V202401b.csv").write_text(CODES, encoding="utf-8")
    return tmp_path


def pair(table, exporter, importer):
    row = table[(table["exporter"] == exporter) & (table["importer"] == importer)]
    return float(row["goods_trade_usd"].sum())


def test_totals_by_pair_in_usd(folder):
    found = read_baci(folder / NAME)
    assert found.year == 2022
    assert list(found.flows.columns) == ["year", "exporter", "importer", "goods_trade_usd"]
    assert pair(found.flows, "CHN", "USA") == 1_501_000.0
    assert pair(found.flows, "AFG", "IND") == 7_250.0
    assert pair(found.flows, "CHE", "FRA") == 40_000.0
    total = sum(float(line.split(",")[4]) for line in ROWS.splitlines()[1:])
    assert found.flows["goods_trade_usd"].sum() == pytest.approx(1000 * total)
    assert not found.flows.duplicated(["exporter", "importer"]).any()


def test_other_asia_is_taiwan_and_former_states_are_told(folder):
    found = read_baci(folder / NAME)
    assert pair(found.flows, "TWN", "CHN") == 800_000.0
    assert pair(found.flows, "NOR", "BLX") == 3_000.0
    notes = " ".join(found.notes)
    assert "490" in notes
    assert "BLX" in notes
    assert "R20" in notes
    assert "CIV" not in notes


def test_pieces_and_whole_give_the_same(folder):
    one = read_baci(folder / NAME, by_industry=True)
    two = read_baci(folder / NAME, by_industry=True, chunk_rows=2)
    pd.testing.assert_frame_equal(one.flows, two.flows)


def test_by_industry_keeps_every_dollar(folder):
    found = read_baci(folder / NAME, by_industry=True).flows
    by = found.set_index(["exporter", "importer", "sector"])["goods_trade_usd"]
    assert by["CHN", "USA", "C26"] == 1_500_500.0
    assert by["CHN", "USA", "A01"] == 500.0
    assert by["USA", "CHN", "B06"] == 2_000_000.0
    assert by["CHE", "FRA", "C21"] == 40_000.0
    assert by["CHN", "AFG", ""] == 1_000.0
    whole = read_baci(folder / NAME).flows["goods_trade_usd"].sum()
    assert by.sum() == pytest.approx(whole)
    assert any("no industry" in n for n in read_baci(folder / NAME, by_industry=True).notes)


def test_zip_as_downloaded(folder):
    archive = folder / "BACI_HS92_V202401b.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("country_codes_V202401b.csv", CODES)
        out.writestr("product_codes_HS92_V202401b.csv", "code,description\n010121,Horses\n")
        out.writestr(NAME, ROWS)
        out.writestr(NAME.replace("2022", "2021"), ROWS.replace("2022,", "2021,"))
    plain = read_baci(folder / NAME)
    pd.testing.assert_frame_equal(read_baci(archive, year=2022).flows, plain.flows)
    assert read_baci(archive, year=2021).year == 2021
    with pytest.raises(InputError, match=r"2 years; say which .*2021, 2022"):
        read_baci(archive)
    with pytest.raises(InputError, match="no file of 1999"):
        read_baci(archive, year=1999)


def test_older_header_of_the_list_of_codes(folder):
    (folder / "country_codes_V202401b.csv").write_text(
        CODES.replace("country_name,country_iso2,country_iso3",
                      "country_name_full,iso_2digit_alpha,iso_3digit_alpha"), encoding="latin-1"
    )  # fmt: skip
    assert pair(read_baci(folder / NAME).flows, "CHN", "USA") == 1_501_000.0


def test_without_a_list_of_codes_comtrade_numbers_are_known(folder):
    (folder / "country_codes_V202401b.csv").unlink()
    lines = [line for line in ROWS.splitlines() if ",58," not in line and ",697," not in line]
    (folder / NAME).write_text("\n".join(lines) + "\n")
    found = read_baci(folder / NAME)
    assert pair(found.flows, "TWN", "CHN") == 800_000.0
    assert pair(found.flows, "CHN", "USA") == 1_501_000.0
    assert any("no country_codes" in n for n in found.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROWS + "2022,156,999,010121,12000,1\n", r"1 codes of economies .*999 \(0.012 bn USD\)"),
        (ROWS.replace("1500.5", "NA"), "line 2: v must be a number"),
        (ROWS.replace("1500.5", "-3"), "line 2: v must be a number"),
        (ROWS.replace("156,842,851712", "CHN,842,851712"), "cannot be read as a BACI file"),
        (ROWS.replace("156,842,851712", "15600,842,851712"), "line 2: i and j"),
        ("a,b\n1,2\n", "no column t, i, j, v"),
        ("t,i,j,k,v,q\n", "holds no rows"),
        ("", "cannot be read"),
        (ROWS + "2021,156,842,010121,1,1\n", "several years"),
    ],
)
def test_wrong_files_are_refused_in_one_line(folder, text, said):
    (folder / NAME).write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_baci(folder / NAME)
    assert "\n" not in str(caught.value)


def test_wrong_archives_and_lists(folder, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_baci(tmp_path / "none.zip")
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    with pytest.raises(InputError, match="cannot be read"):
        read_baci(tmp_path / "bad.zip")
    with pytest.raises(InputError, match="trade of 2022, not of 2020"):
        read_baci(folder / NAME, year=2020)
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no column country_code"):
        read_baci(folder / NAME, codes=tmp_path / "list.csv")
    with pytest.raises(InputError, match="no such file"):
        read_baci(folder / NAME, codes=tmp_path / "none.csv")


def test_every_chapter_has_a_goods_industry_and_zeros_may_be_lost():
    known = set(evidence.load("icio_industries")["industry"])
    assert set(PREFIXES.values()) <= known
    chapters = [f"{c:02d}" for c in range(1, 98) if c != 77]
    assert all(industry_of(f"{c}9900") in known for c in chapters)
    assert industry_of("10121") == industry_of("010121") == "A01"
    assert industry_of("9999AA") == industry_of("990000") == ""
    goods = set(evidence.load("icio_industries").query("is_goods")["industry"])
    assert goods <= set(PREFIXES.values())


@pytest.mark.parametrize(
    ("product", "industry"),
    [
        ("270900", "B06"), ("271000", "C19"), ("271111", "B06"), ("271112", "C19"),
        ("847130", "C26"), ("841510", "C28"), ("870323", "C29"), ("870130", "C28"),
        ("870120", "C29"), ("890190", "C301"), ("880240", "C302T309"), ("720839", "C24A"),
        ("740311", "C24B"), ("260300", "B07"), ("300490", "C21"), ("293100", "C20"),
        ("390110", "C20"), ("392010", "C22"), ("940360", "C31T33"), ("940510", "C27"),
        ("100190", "A01"), ("100630", "C10T12"), ("440320", "A02"), ("440710", "C16"),
        ("271600", "D"), ("854231", "C26"), ("850440", "C27"), ("901890", "C31T33"),
    ],
)  # fmt: skip
def test_products_go_to_the_industry_that_makes_them(product, industry):
    assert industry_of(product) == industry
