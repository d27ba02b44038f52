"""Inputs of a debt assessment written and read back; every known slip is listed with its place."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from debt_made import START, made
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from beltroad.errors import InputError
from beltroad.finance.debt import io as debt_io
from beltroad.finance.debt.io import archive
from beltroad.finance.debt.io.blank import blank_files
from beltroad.finance.debt.io.cells import FLAGGED, canonical, cells, setting_rows
from beltroad.finance.debt.io.faults import number
from beltroad.finance.debt.io.folder import FILES, folder_files
from beltroad.finance.debt.io.layout import DEBT, FIRST_YEAR_COLUMN, GRIDS, HEAD, MACRO
from beltroad.finance.debt.io.loans import read_package
from beltroad.finance.debt.io.template import BACK
from beltroad.finance.debt.io.units import series_faults
from beltroad.finance.debt.model import CountryInputs, Instrument
from beltroad.finance.debt.vocabulary import KINDS, SERIES


def same(one: CountryInputs, other: CountryInputs, rtol: float = 0.0) -> None:
    """Both hold the same; ``rtol`` for formats that keep 16 digits of a number."""
    assert (one.iso3, one.name) == (other.iso3, other.name)
    exact: dict[str, Any] = {"rtol": rtol} if rtol else {"check_exact": True}
    pd.testing.assert_frame_equal(one.series, other.series, **exact)
    assert list(one.settings) == list(other.settings)
    for key, value in one.settings.items():
        assert value == other.settings[key] or value != value, key
    for a, b in zip(one.instruments, other.instruments, strict=True):
        assert replace(a, interest_pct=0, share_pct=0) == replace(b, interest_pct=0, share_pct=0)
        assert [a.interest_pct, a.share_pct] == pytest.approx([b.interest_pct, b.share_pct], 1e-14)
    for table in ("origins", "gaps", "sources"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_dtype=False)


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=12
)


@st.composite
def countries(draw: st.DrawFn) -> CountryInputs:
    """The made country with other numbers, texts, origins and holes that are named as gaps."""
    base = made(draw(TEXT) or "x", draw(TEXT))
    table = base.series.copy()
    scale = draw(st.floats(0.6, 1.9))
    for name in ("gdp_usd_mn", "exports_usd_mn", "imports_usd_mn"):
        table[name] *= scale
    table["grants_pct_gdp"] = draw(st.floats(0, 99.5))
    hole = draw(st.integers(START - 9, START - 3))
    table.loc[hole, "remittances_usd_mn"] = np.nan
    origin = (
        draw(st.sampled_from(sorted(table))), START - 4, START + draw(st.integers(-4, 9)),
        draw(st.sampled_from(KINDS)), draw(TEXT), draw(TEXT),
    )  # fmt: skip
    origins = pd.concat([base.origins, pd.DataFrame([origin], columns=[*base.origins, "note"])])
    gaps = pd.DataFrame(
        [("remittances_usd_mn", draw(TEXT), draw(TEXT))], columns=["variable", "why", "effect"]
    )
    share = draw(st.floats(0.1, 99.9))
    loans = (
        Instrument("a", draw(TEXT), "USD", draw(st.floats(0.2, 30)), 20, 5, share, draw(TEXT)),
        Instrument("b", "", "LCU", 9.0, 5, 0, 100 - share, "", draw(st.sampled_from(KINDS))),
    )
    return replace(base, series=table, origins=origins, gaps=gaps, instruments=loans)


@settings(max_examples=3, deadline=None)
@given(countries())
def test_a_folder_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, country: CountryInputs
) -> None:
    folder = debt_io.write_folder(country, tmp_path_factory.mktemp("folder"))
    same(canonical(country), debt_io.read_folder(folder))


@settings(max_examples=1, deadline=None)
@given(countries())
def test_a_workbook_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, country: CountryInputs
) -> None:
    path = debt_io.write_workbook(country, tmp_path_factory.mktemp("book") / "in.xlsx")
    same(canonical(country), debt_io.read_workbook(path), rtol=1e-15)


@pytest.fixture(scope="module")
def filled() -> bytes:
    return debt_io.workbook_bytes(made())


def test_canonical_inputs_stay_as_they_are_and_files_are_the_same_bytes(filled: bytes) -> None:
    once = canonical(made())
    same(once, canonical(once))
    assert files_of() == folder_files(once)
    assert filled == debt_io.workbook_bytes(made())


def test_every_value_has_an_origin_and_defaults_count_as_assumed() -> None:
    table = cells(made())
    assert len(table) == int(made().series.notna().sum().sum())
    kinds = table.set_index(["variable", "year"])["kind"]
    assert kinds["gdp_usd_mn", START - 1] == "reported"
    assert kinds["gdp_usd_mn", START] == "projection"
    assert kinds["gdp_usd_mn", START + 6] == "assumed"
    assert kinds["exports_usd_mn", START + 6] == "projection"
    rows = setting_rows(made()).set_index("setting")
    assert rows.at["soe_liability_pct_gdp", "kind"] == "assumed"
    assert rows.at["residual_external_share_pct", "kind"] in FLAGGED
    assert rows.at["vintage", "kind"] == "reported"
    assert rows.at["previous_class", "kind"] == ""


# --- slips in a workbook ------------------------------------------------------------------------


def at(name: str, year: int) -> tuple[str, str]:
    """Sheet and cell of a value in the filled workbook, whose first column is t-15."""
    sheet = "Macro" if name in MACRO else "Debt"
    row = HEAD + 2 + GRIDS[sheet].index(name)
    return sheet, f"{get_column_letter(FIRST_YEAR_COLUMN + 1 + year - (START - 15))}{row}"


def faults(path: Path, data: bytes, change: Callable[[Any], None]) -> list[str]:
    """Faults of the workbook after a change by hand."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    book.save(path)
    with pytest.raises(debt_io.DebtInputError) as caught:
        debt_io.read(path)
    assert str(path) in str(caught.value)
    return [str(fault) for fault in caught.value.faults]


def test_all_slips_of_a_workbook_are_listed_at_once_with_place_and_remedy(
    tmp_path: Path, filled: bytes
) -> None:
    wrong: dict[tuple[str, str], tuple[object, str]] = {
        at("real_growth_pct", START): ("3,4", "has a decimal comma. Write 3.4."),
        at("exports_usd_mn", START + 1): ("9000", "is text, not a number. Type 9000 as a number."),
        at("imports_usd_mn", START - 3): ("n/a", "Leave it empty where nothing is known."),
        at("reserves_usd_mn", START - 1): (-5.0, "is below zero, which this cannot be."),
        at("revenue_pct_gdp", START - 2): (450.0, "Give % of GDP from 0 to 200."),
        at("fdi_net_usd_mn", START): ("=1+", "has no saved result."),
        at("grants_pct_gdp", START): (True, "TRUE is no number."),
        at("gdp_usd_mn", START - 4): ("1 234 567", "Write 1234567."),
        at("remittances_usd_mn", START - 4): ("12%", "Write 12 without the sign."),
        at("deflator_growth_pct", START - 4): ("(2.5)", "Write -2.5"),
        at("external_ppg_debt_usd_mn", START - 2): (None, f"{START - 2} is missing between"),
        at("public_debt_pct_gdp", START - 1): (None, f"{START - 1} is missing; needed"),
    }  # fmt: skip

    def change(book: Any) -> None:
        for (sheet, cell), (value, _) in wrong.items():
            book[sheet][cell] = value
        book["Macro"].cell(HEAD + 2 + MACRO.index("current_transfers_usd_mn"), 1).value = "curent"
        book["Terms"]["F5"] = 40
        book["Terms"]["C6"] = "euro"
        book["Settings"]["A10"] = "debt_caring_capacity"
        book["Settings"]["B14"] = "maybe"

    found = faults(tmp_path / "in.xlsx", filled, change)
    for (sheet, cell), (value, said) in wrong.items():
        row = f"{sheet} row {cell[2:]}" if cell[:2].isalpha() else ""
        place = row if value is None else f"{sheet}!{cell}"
        assert any(f.startswith(place) and said in f for f in found), (place, said)
    text = "\n".join(found)
    assert "unknown variable 'curent'" in text
    assert "Terms!F5 (concessional): grace of 40 years, but maturity of 35." in text
    assert "Terms!C6 (project loans): currency 'EURO' is unknown." in text
    assert "Did you mean 'debt_carrying_capacity'?" in text
    assert "Choose from yes, no." in text
    assert len(found) == len(wrong) + 5


def test_fractions_in_place_of_per_cent_are_found(tmp_path: Path, filled: bytes) -> None:
    def change(book: Any) -> None:
        for year in range(START - 15, START + 21):
            for name in ("real_growth_pct", "revenue_pct_gdp"):
                sheet, cell = at(name, year)
                book[sheet][cell] = book[sheet][cell].value / 100
        sheet, cell = at("primary_balance_pct_gdp", START)
        book[sheet][cell] = -0.015
        book[sheet][cell].number_format = "0.0%"
        sheet, cell = at("public_debt_pct_gdp", START - 3)
        book[sheet][cell] = 0.62
        for row, share in enumerate((0.35, 0.25, 0.4), start=5):
            book["Terms"][f"G{row}"] = share

    text = "\n".join(faults(tmp_path / "in.xlsx", filled, change))
    assert "(real_growth_pct): all 36 values are within" in text
    assert "(revenue_pct_gdp): all 36 values" in text
    assert "Set the format to number and type -1.5." in text
    assert f"Give 62 in {START - 3}." in text
    assert "the shares add up to 1: fractions, it seems." in text


def test_years_and_sheets_that_are_wrong_are_found(tmp_path: Path, filled: bytes) -> None:
    def years(book: Any) -> None:
        sheet = book["Macro"]
        head = HEAD + 1
        sheet.cell(head, FIRST_YEAR_COLUMN + 3).value = START - 14
        sheet.cell(head, FIRST_YEAR_COLUMN + 9).value = "next year"
        book["Debt"].merge_cells("F6:G6")

    text = "\n".join(faults(tmp_path / "years.xlsx", filled, years))
    assert f"Macro!G4: the year {START - 14} is there twice. Keep one column." in text
    assert "Macro!M4: 'next year' is no year." in text
    assert f"Macro row 4: no column for {START - 13}, {START - 7}." in text
    assert "Debt!F6:G6: the cells are merged." in text

    def far(book: Any) -> None:
        book["Gaps"]["A9000"].number_format = "0.0"
        book["Origins"]["A9000"] = "far out"

    found = faults(tmp_path / "far.xlsx", filled, far)
    assert len(found) == 1
    assert found[0].startswith("Origins: has contents in row 9000, column 6.")

    def sheets(book: Any) -> None:
        del book["Debt"]
        book["Terms"].title = "Term"

    found = faults(tmp_path / "sheets.xlsx", filled, sheets)
    assert found == [
        "Debt: there is no such sheet. Take the template: beltroad debt template.",
        "Terms: there is no such sheet. Did you mean 'Term'?",
    ]


def test_a_blank_template_says_what_to_fill_in_and_nothing_else(tmp_path: Path) -> None:
    path = debt_io.write_workbook(None, tmp_path / "blank.xlsx", iso3="KEN", first_year=2026)
    with pytest.raises(debt_io.DebtInputError) as caught:
        debt_io.read(path)
    needed = [name for name, each in SERIES.items() if each.needed]
    assert len(caught.value.faults) == len(needed) + 1
    book = openpyxl.load_workbook(path)
    assert book["Macro"].cell(HEAD + 1, FIRST_YEAR_COLUMN + 1).value == 2026 - BACK
    assert book.sheetnames[0] == "Read me"
    assert all(book[sheet].freeze_panes for sheet in GRIDS)
    assert {c.value for c in book["Debt"]["A"]} >= set(DEBT)
    cell = book["Macro"].cell(HEAD + 2, FIRST_YEAR_COLUMN + 1)
    assert cell.fill.fgColor.rgb == "FFFFF7BF"
    assert book["Settings"].data_validations.count > 10
    with pytest.raises(InputError, match="from 1990 to 2100"):
        debt_io.workbook_bytes(None, first_year=1800)


def test_a_blank_folder_filled_in_can_be_read(tmp_path: Path) -> None:
    files = blank_files(iso3="KEN", first_year=START)
    assert set(files) == set(FILES)
    known = {(r.variable, r.year): r.value for r in cells(made()).itertuples()}
    rows = list(csv.DictReader(io.StringIO(files["series.csv"].decode())))
    for row in rows:
        row["value"] = known.get((row["variable"], int(row["year"])), "")
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with (tmp_path / "series.csv").open("w", newline="") as handle:
        writer = csv.DictWriter(handle, FILES["series.csv"])
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "terms.csv").write_bytes(files_of()["terms.csv"])
    found = debt_io.read(str(tmp_path))
    assert found.first_year == START
    assert found.series.loc[START, "gdp_usd_mn"] == made().series.loc[START, "gdp_usd_mn"]


# --- slips in a folder --------------------------------------------------------------------------


@cache
def files_of(name: str = "Kenya", source: str = "made") -> dict[str, bytes]:
    """Files of the made country, written once for all tests."""
    return folder_files(made(name, source))


def folder_faults(folder: Path, change: Callable[[dict[str, str]], None]) -> list[str]:
    files = {name: data.decode() for name, data in files_of().items()}
    change(files)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(debt_io.DebtInputError) as caught:
        debt_io.read_folder(folder)
    return [str(fault) for fault in caught.value.faults]


def test_slips_of_a_folder_name_file_and_line(tmp_path: Path) -> None:
    def change(files: dict[str, str]) -> None:
        lines = files["series.csv"].splitlines()
        lines[1] = 'gdp_usd_mn,2010,"3,4",reported,,'
        lines.append(f"cpia,{START - 1},3.4,reported,,")
        lines.append("gpd_usd_mn,2020,1,reported,,")
        lines.append("cpia,20x5,3,reported,,")
        lines.append("cpia,2011,3,reprted,,")
        files["series.csv"] = "\n".join(lines)
        files["terms.csv"] = files["terms.csv"].replace("35,8,35", "35,8,30")
        files["settings.csv"] += "discount_rate_pct,0.05,,,\nsoe_liability,2,,,\n"

    found = folder_faults(tmp_path, change)
    text = "\n".join(found)
    last = 1 + len(cells(made()))
    assert "series.csv line 2, column value: gdp_usd_mn 2010: '3,4' has a decimal comma." in text
    assert f"cpia has {START - 1} twice. Keep one row." in text
    assert f"series.csv line {last + 2}, column variable: unknown variable 'gpd_usd_mn'" in text
    assert "Did you mean 'gdp_usd_mn'" in text
    assert "'20x5' is text, not a number." in text
    assert "kind 'reprted' is unknown. Did you mean 'reported'?" in text
    assert "the shares add up to 95. They must add up to 100." in text
    assert "setting discount_rate_pct is there twice." in text
    assert "unknown setting 'soe_liability'. Did you mean 'soe_liability_pct_gdp'?" in text


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("series.csv", "variable;year;value\ncpia;2020;3\n", "not separated by commas"),
        ("series.csv", "", "is empty"),
        ("series.csv", "variable,year\ncpia,2020\n", "no column value"),
        ("terms.csv", "name,intrest_pct\n", "Did you mean 'interest_pct'"),
        ("settings.csv", "setting,value\niso3,XQQ\n", "no economy 'XQQ'"),
        ("series.csv", 'variable,year,value\ncpia,2020,"3\n', "is no CSV table"),
    ],
)
def test_a_broken_file_is_one_fault_not_many(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    found = folder_faults(tmp_path, lambda files: files.update({name: text}))
    assert sum(said in fault for fault in found) == 1
    assert len(found) <= 3


def test_text_that_a_spreadsheet_runs_is_defused_and_comes_back() -> None:
    files = files_of("=1+1", "@x")
    assert ",'=1+1," in files["settings.csv"].decode()
    assert ",'@x" in files["terms.csv"].decode()
    book = openpyxl.load_workbook(io.BytesIO(debt_io.workbook_bytes(made("=1+1", "@x"))))
    assert book["Settings"]["B6"].value == "=1+1"
    assert book["Settings"]["B6"].data_type == "s" or book["Settings"]["B6"].quotePrefix is False


# --- files that are no workbook -----------------------------------------------------------------


def test_strange_files_are_refused_in_one_line(tmp_path: Path, filled: bytes) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made_zip:
        made_zip.writestr("xl/workbook.xml", "<x/>")
        made_zip.writestr("xl/big.xml", b"0" * (archive.MOST_UNPACKED + 1))
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as made_zip:
        made_zip.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    ods = io.BytesIO()
    with zipfile.ZipFile(ods, "w") as made_zip:
        made_zip.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    cases = {
        b"": "is empty", b"hello": "is no workbook", filled[:5000]: "is no workbook",
        b"\xd0\xcf\x11\xe0rest": "is encrypted or an old .xls", bomb.getvalue(): "unpacks to 60 MB",
        evil.getvalue(): "is no workbook", ods.getvalue(): "is an OpenDocument file",
    }  # fmt: skip
    path = tmp_path / "in.xlsx"
    for data, said in cases.items():
        path.write_bytes(data)
        with pytest.raises(InputError, match=said) as caught:
            debt_io.read(path)
        assert "\n" not in str(caught.value)
    (tmp_path / "in.txt").write_text("x")
    for ref, said in (
        (tmp_path / "in.txt", "is no .xlsx workbook"), (tmp_path / "gone.xlsx", "no such file"),
        (" ", "no input given"), ("Atlantis", "no economy"),
        (str(tmp_path / "a\x00b" / "c"), "no such file"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            debt_io.read(ref)


# --- single numbers and units -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [("3.4", 3.4), (" -2 ", -2.0), ("1e3", 1000.0), ("\u00a07", 7.0), (".5", 0.5)],
)
def test_plain_numbers_in_a_csv_file_are_read(text: str, value: float) -> None:
    assert number(text, typed=False) == (value, "", "")
    assert number(text, typed=True)[1]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("1,234", "Write 1.234 or 1234, as it is meant."), ("1,234,567.5", "Write 1234567.5."),
     ("−3", "Write -3."), ("#REF!", "Mend the formula"), ("nan", "Leave it empty"),
     ("9e99", "Give a number"), ("inf", "Give a number"), ("12 apples", "Give a number")],
)  # fmt: skip
def test_other_texts_get_the_remedy_that_fits(text: str, remedy: str) -> None:
    value, problem, said = number(text, typed=False)
    assert value != value
    assert problem
    assert remedy in said


def test_units_that_do_not_fit_each_other_are_found() -> None:
    table = made().series
    assert series_faults(table, {}) == []
    gdp = table["gdp_usd_mn"]
    mixed = table.assign(gdp_usd_mn=gdp.where(gdp.index < START, gdp / 1000))
    (fault,) = [f for f in series_faults(mixed, {}) if f.where == "gdp_usd_mn"]
    assert f"but {mixed.loc[START, 'gdp_usd_mn']:,g} in {START}" in fault.problem
    thousands = series_faults(table.assign(exports_usd_mn=1000 * table["exports_usd_mn"]), {})
    assert [f.where for f in thousands] == ["exports_usd_mn"]
    # A country whose growth is small for years is no slip, nor is one without debt.
    small = table.assign(grants_pct_gdp=0.1, public_debt_pct_gdp=[2.1] * len(table))
    assert series_faults(small, {}) == []


# --- packages of project loans ------------------------------------------------------------------

HEADER = "what,name,year,value,interest_pct,maturity_years,grace_years\n"


def test_a_package_of_loans_is_read(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    path.write_text(
        HEADER + "loan,rail,2026,100,2,20,5\nloan,rail,2027,50,2,20,5\nloan,port,2026,7,4,10,2\n"
        "growth_pct,,2029,0.4,,,\nrevenue_usd_mn,,2029,3,,,\n"
    )
    package = read_package(path)
    assert [loan.name for loan in package.loans] == ["rail", "port"]
    assert package.loans[0].disbursement_usd_mn == {2026: 100.0, 2027: 50.0}
    assert (package.loans[1].interest_pct, package.loans[1].maturity_years) == (4.0, 10)
    assert package.growth_uplift_pct == {2029: 0.4}
    assert package.exports_uplift_usd_mn == {}
    assert package.revenue_uplift_usd_mn == {2029: 3.0}


def test_slips_of_a_package_are_listed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    path.write_text(
        HEADER + 'loan,r,2025,1500,2.5,20,26\nlone,r,2025,1\ngrowth_pct,,2025,"1,5"\n'
        "loan,r,2026,-5,2,20,5\nexports_usd_mn,,2030,\nloan,,2026,5,2,20,5\n"
        "growth_pct,,2030,1\ngrowth_pct,,2030,1\nloan,x,2026,5,,20,5\n"
    )
    with pytest.raises(debt_io.DebtInputError) as caught:
        read_package(path)
    for said in (
        "line 2, column grace_years: grace of 26 years, but maturity of 20.",
        "Did you mean 'loan'?", "line 4, column value: '1,5' has a decimal comma. Write 1.5.",
        "loan -5 is not credible.", "line 5: loan 'r' has other terms in an earlier row.",
        "line 6, column value: is empty.", "the loan has no name.",
        "growth_pct has 2030 twice.", "interest '' is not credible.",
    ):  # fmt: skip
        assert said in str(caught.value)
    with pytest.raises(debt_io.DebtInputError, match="there is no such file"):
        read_package(tmp_path / "gone.csv")
