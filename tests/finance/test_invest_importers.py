"""Importers of the user's own tables: units, names, totals, every fault at once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from beltroad.errors import InputError
from beltroad.finance import invest
from beltroad.finance.invest.faults import TableError
from beltroad.finance.invest.importers import gcdf, imf_positions, mofcom, zones
from beltroad.finance.invest.importers.names import partner_of
from beltroad.finance.invest.importers.reading import amount
from beltroad.finance.invest.importers.units import found_unit, parse_unit

CHINESE = """2022年中国对外直接投资存量情况,,
单位：万美元,,
国家（地区）,2021年末,2022年末
合计,"3,000,100","3,100,000"
亚洲,,
中国香港,"2,000,000","2,100,000"
老挝,100,-
哈萨克斯坦,"1,000,000","1,000,000"
注：数据来源,,
"""


@pytest.mark.parametrize(
    ("text", "millions", "currency"),
    [
        ("万美元", 0.01, "USD"), ("亿美元", 100, "USD"), ("百万美元", 1, "USD"),
        ("亿元", 100, "CNY"), ("万元人民币", 0.01, "CNY"), ("USD 10,000", 0.01, "USD"),
        ("10,000 US dollars", 0.01, "USD"), ("USD 100 million", 100, "USD"),
        ("Million USD", 1, "USD"), ("US$ bn", 1000, "USD"), ("100 million yuan", 100, "CNY"),
    ],
)  # fmt: skip
def test_units(text: str, millions: float, currency: str) -> None:
    unit = parse_unit(text)
    assert (unit.millions, unit.currency) == (pytest.approx(millions), currency)


def test_units_that_are_none() -> None:
    for text in ("EUR", "", "USD 7", "tons", "100"):
        with pytest.raises(InputError, match="no unit of money"):
            parse_unit(text)
    assert found_unit("Flow (2022)") is None
    assert found_unit("Table 1. Unit: USD 10,000") == parse_unit("USD 10,000")


def test_names_in_both_languages() -> None:
    for text in ("老挝", "Laos", "Lao PDR", " 老 挝 ", "其中：老挝"):
        assert partner_of(text) == "LAO"
    assert partner_of("刚果（金）") == partner_of("刚果(金)") == "COD"
    assert partner_of("刚果（布）") == "COG"
    assert partner_of("Hong Kong, China") == "HKG"
    assert partner_of("合计") == partner_of("Total") == "WORLD"
    assert partner_of("拉丁美洲") == ""
    with pytest.raises(InputError, match="Atlantis"):
        partner_of("Atlantis")


@pytest.mark.parametrize(
    ("text", "value", "status"),
    [("1,234.5", 1234.5, ""), ("(12)", -12, ""), ("−3", -3, ""), ("0", 0, "")],
)
def test_amounts(text: str, value: float, status: str) -> None:
    assert amount(text) == (value, status)


def test_amounts_that_are_not_there_or_not_clear() -> None:
    assert amount("-")[1] == amount("")[1] == "missing"
    assert amount("C")[1] == "suppressed"
    for text in ("1,23", "12,5", "abc", "inf", "1.2.3"):
        with pytest.raises(ValueError, match=r".*"):
            amount(text)


def test_chinese_table_with_unit_in_its_title(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    for encoding in ("utf-8-sig", "gb18030"):
        path.write_text(CHINESE, encoding=encoding)
        found = mofcom.read(path, measure="stock", source="mine")
        rows = found.rows.set_index(["partner", "year"])
        assert rows.loc[("HKG", 2022), "value_usd_mn"] == 21_000
        assert rows.loc[("LAO", 2022), "status"] == "missing"
        assert "ASIA" not in set(found.rows["partner"])
        assert found.notes == ("2 totals agree with the sums of their partners",)
    assert set(found.rows["as_published"]) == {"万美元"}


def test_totals_are_checked_and_all_faults_come_together(tmp_path: Path) -> None:
    path = tmp_path / "flow.csv"
    path.write_text(
        "Country,2021 (USD million),2022 (USD million)\nLaos,5,6\nKazakhstan,1,2\nTotal,9,8\n"
    )
    with pytest.raises(TableError, match=r"row 4, total 2021: '9': its 2 partners add up to 6"):
        mofcom.read(path, measure="flow")
    assert len(mofcom.read(path, measure="flow", check_total=False).rows) == 6
    path.write_text("Country,2021,2022\nLaos,x,6\nAtlantis,1,2\nLaos,1,2\n")
    with pytest.raises(TableError) as caught:
        mofcom.read(path, measure="flow", unit="USD million")
    said = str(caught.value)
    assert "row 2, 2021: 'x': give a number" in said
    assert "row 3, country: 'Atlantis'" in said
    assert "LAO 2022 stands in row 2" in said
    with pytest.raises(TableError, match="no unit"):
        mofcom.read(path, measure="flow")
    with pytest.raises(TableError, match="give --measure"):
        mofcom.read(path, unit="USD")
    path.write_text("Country,2021 (万美元)\nLaos,5\n")
    with pytest.raises(TableError, match="another unit than --unit"):
        mofcom.read(path, unit="亿美元", measure="flow")
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no header found"):
        mofcom.read(path)


def test_long_table_in_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (("Unit: USD 100 million",), ("Country", "Year", "Flow", "Stock"),
                 ("Kazakhstan", 2021, 8.2, 74.9), ("Laos", 2021, -1.3, "C")):  # fmt: skip
        sheet.append(line)
    book.save(tmp_path / "t.xlsx")
    rows = mofcom.read(tmp_path / "t.xlsx", source="mine").rows.set_index(["partner", "measure"])
    assert rows.loc[("KAZ", "stock"), "value_usd_mn"] == pytest.approx(7490)
    assert rows.loc[("LAO", "flow"), "value_usd_mn"] == pytest.approx(-130)
    assert rows.loc[("LAO", "stock"), "status"] == "suppressed"
    with pytest.raises(InputError, match="no sheet 'x'"):
        mofcom.read(tmp_path / "t.xlsx", sheet="x")


def test_yuan_stay_yuan(tmp_path: Path) -> None:
    path = tmp_path / "cny.csv"
    path.write_text("国家,2024（亿元）\n老挝,10\n", encoding="utf-8")
    row = mofcom.read(path, measure="flow", direction="inward").rows.iloc[0]
    assert (row["own_value_mn"], row["own_currency"], row["instrument"]) == (
        1000.0, "CNY", "fdi_utilised")  # fmt: skip
    assert row["value_usd_mn"] != row["value_usd_mn"]


def test_imf_positions_turn_into_what_the_other_side_told(tmp_path: Path) -> None:
    path = tmp_path / "dip.csv"
    path.write_text(
        "DATAFLOW,COUNTRY,DV_TYPE,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,"
        "UNIT_MULT,UNIT,OBS_STATUS\n"
        "IMF.STA:DIP(12.0.1),KAZ,O,INWD_D_NETLA_FALL_ALL,CHN,A,2023,6500,6,USD,\n"
        "IMF.STA:DIP(12.0.1),KAZ,O,OTWD_D_NETAL_FALL_ALL,CHN,A,2023,,6,USD,C\n"
        "IMF.STA:DIP(12.0.1),KAZ,O,INWD_D_NETLA_FALL_ALL,G001,A,2023,9,6,USD,\n"
    )
    found = imf_positions.read(path)
    assert "1 rows of 1 groups" in found.notes[0]
    table = invest.balance(found.rows, "KAZ").table
    assert table[["outward_mn", "told_by"]].iloc[0].tolist() == [6500.0, "KAZ"]
    assert "inward: suppressed" in table["note"].iloc[0]
    path.write_text(path.read_text().replace("INWD_D_NETLA_FALL_ALL", "INWD_D_XX"))
    with pytest.raises(TableError, match="row 2, indicator: 'INWD_D_XX'"):
        imf_positions.read(path)
    path.write_bytes(b"<not sdmx")
    with pytest.raises(InputError, match="DIP"):
        imf_positions.read(path)


def test_aiddata_workbook_by_recipient_year_and_class(tmp_path: Path) -> None:
    head = ["AidData Record ID", "Recommended For Aggregates", "Recipient", "Recipient ISO-3",
            "Commitment Year", "Title", "Status", "Intent", "Flow Type Simplified", "Flow Class",
            "Sector Name", "Amount (Constant USD 2021)",
            "Adjusted Amount (Constant USD 2021)"]  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(head)
    for number, (advised, kind, value) in enumerate([
        ("Yes", "OOF-like", 2e8), ("Yes", "OOF-like", None), ("No", "OOF-like", 9e9),
        ("Yes", "ODA-like", 1e6),
    ]):  # fmt: skip
        sheet.append([number, advised, "Kenya", "KEN", 2014, "t", "Completion", "Development",
                      "Loan", kind, "ENERGY", value, value])  # fmt: skip
    data = io.BytesIO()
    book.save(data)
    path = tmp_path / "gcdf.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "AidDatas_Global_Chinese_Development_Finance_Dataset.xlsx", data.getvalue()
        )
    found = gcdf.read(path)
    amounts = dict(zip(found.rows["instrument"], found.rows["value_usd_mn"], strict=True))
    assert amounts == {"oof": 200.0, "oda": 1.0}
    assert set(found.rows["price_basis"]) == {"constant 2021 USD"}
    assert "1 records have no amount" in found.notes[1]
    (tmp_path / "no.zip").write_bytes(b"x")
    with pytest.raises(InputError, match="no GCDF archive"):
        gcdf.read(tmp_path / "no.zip")


def test_zones_and_contracts(tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    path.write_text(
        "partner,year,kind,value,unit,note\nLaos,2022,zone_investment,14.5,亿美元,9 zones\n"
        "老挝,2022,完成营业额,\"3,000\",万美元,\n", encoding="utf-8",
    )  # fmt: skip
    rows = zones.read(path, source="mine").rows
    assert rows["value_usd_mn"].tolist() == [1450.0, 30.0]
    assert rows["measure"].tolist() == ["stock", "contract_done"]
    path.write_text("partner,year,kind,value,unit\nNarnia,22,zone_jobs,x,EUR\n")
    with pytest.raises(TableError, match="5 faults"):
        zones.read(path)
    path.write_text("partner,year\nLaos,2022\n")
    with pytest.raises(TableError, match="3 faults"):
        zones.read(path)


def test_a_sheet_as_ministries_lay_it_out(tmp_path: Path) -> None:
    """Merged titles, two header rows, names in two languages, footnotes, dashes."""
    book = openpyxl.Workbook()
    sheet = book.active
    lines = [
        ["2022年中国对外直接投资流量、存量（分国家地区）"], ["China's outward FDI"],
        ["", "", "", "", "金额单位：万美元"],
        ["国家（地区）\nCountry (Region)", "2021年", "", "2022年", ""],
        ["", "流量", "存量", "流量", "存量"],
        ["合  计 Total", 900, 5000, 1100, 6000], ["亚洲 Asia", 500, 3000, 600, 3500],
        ["  中国香港 Hong Kong, China", 400, 2000, 500, 2500],
        ["  哈萨克斯坦 Kazakhstan", 100, "1000", 100, 1000],
        ["非洲 Africa", 400, 2000, 500, 2500], ["  肯尼亚 Kenya", 400, 2000, 500, 2500],
        ["  乍得 Chad", "-", "—", None, "…"],
        ["注：1. 含金融类。"], ["2. “-”表示无数据。"], ["资料来源：商务部"],
    ]  # fmt: skip
    for line in lines:
        sheet.append(line)
    for area in ("A1:E1", "A4:A5", "B4:C4", "D4:E4", "A13:E13"):
        sheet.merge_cells(area)
    book.save(tmp_path / "bulletin.xlsx")
    found = mofcom.read(tmp_path / "bulletin.xlsx")
    rows = found.rows.set_index(["partner", "year", "measure"])["value_usd_mn"]
    assert rows["HKG", 2021, "flow"] == 4
    assert rows["KAZ", 2021, "stock"] == 10
    assert rows["KEN", 2022, "stock"] == 25
    assert (found.rows["status"] == "missing").sum() == 4
    assert "4 totals agree with the sums of their partners" in found.notes
    assert any("表示无数据" in note for note in found.notes)


def test_a_total_named_in_the_column_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(
        "单位：亿美元\n序号,国家,金额\n1,新加坡*,131\n2,越南①,25.9\n合计,,150\n".encode("gb18030")
    )
    with pytest.raises(InputError, match=r"add up to 156\.9"):
        mofcom.read(path, measure="flow", year=2023)


def test_two_names_of_one_cell_must_agree(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("单位：亿美元\n国家,2023\n老挝 Viet Nam,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="LAO and VNM"):
        mofcom.read(path, measure="flow")
