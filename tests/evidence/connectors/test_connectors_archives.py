"""CEPII and AidData archives: provider's numbers, states that are no more, what may be summed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import openpyxl
import pytest

from beltroad.errors import InputError
from beltroad.evidence.connectors import (
    Access,
    FetchError,
    Raw,
    RawCache,
    aiddata,
    baci,
    gravity_file,
)

Make = Callable[..., Access]
RawOf = Callable[..., Raw]

CODES = (
    "country_code,country_name,country_iso2,country_iso3\n56,Belgium,BE,BEL\n"
    '58,"Belgium-Luxembourg (...1998)",BE,BEL\n156,China,CN,CHN\n251,France,FR,FRA\n'
    '384,Côte d\'Ivoire,CI,CIV\n490,"Other Asia, nes",,S19\n579,Norway,NO,NOR\n'
    '697,"Europe EFTA, nes",,R20\n699,India,IN,IND\n729,Sudan,SD,SDN\n736,Sudan (...2011),SD,SDN\n'
    "757,Switzerland,CH,CHE\n842,USA,US,USA\n"
)
Y2023 = (
    "t,i,j,k,v,q\n2023,156,842,850710,1000.5,10\n2023,156,842,10121,0.25,           NA\n"
    "2023,156,251,850710,7,1\n2023,699,757,090111,3,NA\n2023,579,490,030213,2,1\n"
    "2023,156,697,850710,4,1\n2023,729,156,270900,5,1\n2023,736,156,270900,1,1\n"
    "2023,384,156,180100,0,1\n"
)
Y2022 = "t,i,j,k,v,q\n2022,156,842,850710,900,10\n2022,58,156,850710,1,1\n"


def packed(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def baci_zip(year: str = Y2023) -> bytes:
    return packed({
        "BACI_HS17_Y2022_V202501.csv": Y2022, "BACI_HS17_Y2023_V202501.csv": year,
        "country_codes_V202501.csv": CODES, "product_codes_HS17_V202501.csv": "code,description\n",
        "Readme.txt": "",
    })  # fmt: skip


def test_baci_numbers_and_thousands(raw_of: RawOf) -> None:
    query = baci.Query("2023", products=("TOTAL", "85", "0101"))
    frame = baci.parse(baci_zip(), raw_of("baci"), query)
    value = frame.set_index(["economy", "partner", "indicator"])["value"]
    assert value["CHN", "USA", "exports:TOTAL"] == pytest.approx(1000.75e3)
    assert value["CHN", "USA", "exports:85"] == pytest.approx(1000.5e3)
    assert value["CHN", "USA", "exports:0101"] == 250.0  # a product may have lost its zero
    assert value["CHN", "FRA", "exports:TOTAL"] == 7e3
    assert value["IND", "CHE", "exports:TOTAL"] == 3e3
    assert value["NOR", "TWN", "exports:TOTAL"] == 2e3
    assert value["SDN", "CHN", "exports:TOTAL"] == 6e3  # before and after 2011
    assert value["CIV", "CHN", "exports:TOTAL"] == 0.0
    flags = frame.set_index(["economy", "partner", "indicator"])["flags"]
    assert flags["NOR", "TWN", "exports:TOTAL"] == "other_asia_nes"
    assert flags["CHN", "USA", "exports:TOTAL"] == ""
    assert [each["code"] for each in frame.attrs["left_out"]] == ["697"]
    assert set(frame["vintage"]) == {"202501"}
    assert set(frame["unit"]) == {"USD"}


def test_baci_years_and_filters(raw_of: RawOf) -> None:
    query = baci.Query("2022:2023", ("China",), ("USA",))
    frame = baci.parse(baci_zip(), raw_of("baci"), query)
    assert frame[["period", "value"]].values.tolist() == [["2022", 900e3], ["2023", 1000.75e3]]
    assert {each["code"] for each in frame.attrs["left_out"]} == {"58", "697"}
    with pytest.raises(InputError, match="holds 2022 to 2023"):
        baci.parse(baci_zip(), raw_of("baci"), baci.Query("1999"))


def test_baci_unknown_numbers_and_bad_values_stop(raw_of: RawOf) -> None:
    query = baci.Query("2023")
    with pytest.raises(FetchError, match="'997'"):
        baci.parse(baci_zip(Y2023 + "2023,997,156,850710,1,1\n"), raw_of("baci"), query)
    with pytest.raises(FetchError, match="no numbers"):
        baci.parse(baci_zip(Y2023 + "2023,156,251,850710,,1\n"), raw_of("baci"), query)
    with pytest.raises(FetchError, match="no column k"):
        baci.parse(baci_zip("t,i,j,v,q\n2023,156,251,1,1\n"), raw_of("baci"), query)
    with pytest.raises(InputError):
        baci.parse(baci_zip(), raw_of("baci"), baci.Query("2023", products=("8",)))


def test_baci_is_fetched_once_and_only_whole(access_to: Make, cache: RawCache) -> None:
    whole = baci_zip()
    access = access_to({"BACI_HS17_V202501.zip": [whole[:-100], whole]}, max_age_days=0)
    query = baci.Query("2023", ("CHN",))
    assert len(baci.fetch(query, access)) == 2
    assert len(access.transport.asked) == 2  # the cut one was refused
    assert len(baci.fetch(query, access)) == 2
    assert len(access.transport.asked) == 2  # a release does not grow old
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    with pytest.raises(FetchError, match="archive"):
        baci.fetch(
            baci.Query("2023", release="202601"), access_to({"": [bytes(damaged)]}, attempts=1)
        )


GRAVITY = (
    "year,country_id_o,country_id_d,iso3_o,iso3_d,country_exists_o,country_exists_d,"
    "dist,contig,tradeflow_comtrade_o,pop_o\n"
    "1975,VNM,CHN,VNM,CHN,0,1,2300,1,,\n"
    "1975,VDR,CHN,VDR,CHN,1,1,2310,1,,\n"
    "1985,DEU.1,CHN,DEU,CHN,1,1,7800,0,,61000\n"
    "1985,DEU.2,CHN,DEU,CHN,0,1,7360,0,,\n"
    "1985,SUN,CHN,SUN,CHN,1,1,5800,1,,270000\n"
    "1989,YEM,CHN,YEM,CHN,1,1,7000,0,,\n"
    "1989,YMD,CHN,YMD,CHN,1,1,7100,0,,\n"
    "2019,KAZ,CHN,KAZ,CHN,1,1,3277,1,5,18500\n"
    "2019,XKX,CHN,XKX,CHN,1,1,,0,,NA\n"
)


def test_gravity_old_states(raw_of: RawOf) -> None:
    archive = packed({"Gravity_V202211.csv": GRAVITY, "Countries_V202211.csv": "a,b\n"})
    query = gravity_file.Query("1970:2019", variables=("dist", "contig"))
    frame = gravity_file.parse(archive, raw_of("gravity", "etalab-2.0"), query)
    dist = frame[frame["indicator"] == "dist"].set_index(["economy", "period"])
    assert dist.loc[("VNM", "1975"), "value"] == 2310  # the state that existed
    assert dist.loc[("DEU", "1985"), "value"] == 7800
    assert dist.loc[("YEM", "1989"), "value"] == 7000  # not that of the other Yemen of the year
    assert dist.loc[("KAZ", "2019"), "unit"] == "km"
    assert dist.loc[("XKX", "2019"), "flags"] == "no_value"
    left = {each["code"]: each["why"] for each in frame.attrs["left_out"]}
    assert set(left) == {"SUN", "YMD"}
    assert set(frame["vintage"]) == {"202211"}


def test_gravity_filters_and_refusals(raw_of: RawOf) -> None:
    archive = packed({"Gravity_V202211.csv": GRAVITY})
    raw = raw_of("gravity", "etalab-2.0")
    query = gravity_file.Query("2019", ("KAZ",), variables=("pop_o",))
    frame = gravity_file.parse(archive, raw, query)
    assert frame[["value", "unit"]].values.tolist() == [[18500.0, "thousand"]]
    with pytest.raises(InputError, match="UN Comtrade"):
        gravity_file.parse(
            archive, raw, gravity_file.Query("", variables=("tradeflow_comtrade_o",))
        )
    with pytest.raises(InputError, match="Did you mean 'dist'"):
        gravity_file.parse(archive, raw, gravity_file.Query("", variables=("dits",)))
    with pytest.raises(FetchError, match="no zip archive"):
        gravity_file.parse(b"<html>", raw, gravity_file.Query(""))


HEAD = [
    "AidData Record ID", "Recommended For Aggregates", "AidData Parent ID", "Umbrella",
    "Financier Country", "Recipient", "Recipient ISO-3", "Recipient Region", "Commitment Year",
    "Title", "Status", "Intent", "Flow Type Simplified", "Flow Class", "Sector Name",
    "Amount (Constant USD 2021) ", "Adjusted Amount (Constant USD 2021) ", "gwcode",
]  # fmt: skip


def record(number: int, advised: str, name: str, iso: str | None, year: int, amount: float | None,
           gwcode: int = 0) -> list[object]:  # fmt: skip
    return [
        number, advised, None, "No", "China", name, iso, "Asia", year, f"Record {number}",
        "Completion", "Development", "Loan", "OOF-like", "TRANSPORT AND STORAGE", amount, amount,
        gwcode,
    ]  # fmt: skip


def gcdf(rows: list[list[object]], head: list[str] = HEAD) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Definitions"
    book.active.append(["Field Name", "Description"])
    sheet = book.create_sheet("GCDF_3.0")
    for row in [head, *rows]:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    folder = "AidDatas_Global_Chinese_Development_Finance_Dataset_Version_3_0"
    name = "AidDatasGlobalChineseDevelopmentFinanceDataset_v3.0.xlsx"
    return packed({
        f"{folder}/{name}": buffer.getvalue(), f"{folder}/Field Definitions.pdf": b"%PDF",
        f"__MACOSX/{folder}/._{name}": b"x",
    })  # fmt: skip


ROWS = [
    record(1, "Yes", "Lao People's Democratic Republic", "LAO", 2016, 100.0, 812),
    record(2, "Yes", "Lao People's Democratic Republic", "LAO", 2016, None, 812),
    record(3, "No", "Lao People's Democratic Republic", "LAO", 2016, 5000.0, 812),
    record(4, "Yes", "Kazakhstan", None, 2017, 40.0, 705),
    record(5, "Yes", "Africa, regional", None, 2018, 7.0),
]


def test_aiddata_records_and_sums(raw_of: RawOf) -> None:
    raw = raw_of("aiddata", "odc-by-1.0")
    frame = aiddata.parse(gcdf(ROWS), raw, aiddata.Query())
    amount = frame[frame["indicator"] == "commitment"].set_index("record_id")
    assert set(amount.index) == {"1", "2", "4"}  # pledges and regional records are left out
    assert amount.loc["4", "economy"] == "KAZ"  # by name, where the code is missing
    assert set(amount["partner"]) == {"CHN"}
    assert set(amount["unit"]) == {"constant 2021 USD"}
    assert np.isnan(amount.loc["2", "value"])
    assert amount.loc["2", "flags"] == "no_amount"
    assert [each["code"] for each in frame.attrs["left_out"]] == ["Africa, regional"]
    sums = aiddata.totals(frame).query("indicator == 'commitment'").set_index("economy")
    assert sums.loc["LAO", ["value", "flags"]].tolist() == [100.0, "no_amount=1"]


def test_aiddata_all_records_are_flagged_and_not_summed(raw_of: RawOf) -> None:
    raw = raw_of("aiddata", "odc-by-1.0")
    frame = aiddata.parse(gcdf(ROWS), raw, aiddata.Query(("LAO",), "2016", all_records=True))
    assert frame.set_index("record_id").loc["3", "flags"].tolist() == ["not_for_aggregates"] * 2
    sums = aiddata.totals(frame)
    assert sums["value"].tolist() == [100.0, 100.0]


def test_aiddata_faults(raw_of: RawOf) -> None:
    raw = raw_of("aiddata", "odc-by-1.0")
    unknown = [record(9, "Yes", "Atlantis", None, 2018, 1.0, 710)]
    with pytest.raises(FetchError, match="'Atlantis'"):  # gwcode is never used instead
        aiddata.parse(gcdf(unknown), raw, aiddata.Query())
    lacking = [name for name in HEAD if name != "Recommended For Aggregates"]
    with pytest.raises(FetchError, match="Recommended For Aggregates"):
        aiddata.parse(gcdf([], lacking), raw, aiddata.Query())
    with pytest.raises(FetchError, match="0 files of workbooks"):
        aiddata.parse(packed({"a.txt": "a"}), raw, aiddata.Query())
