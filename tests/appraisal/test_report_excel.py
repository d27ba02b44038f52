"""The workbook: the same numbers, strings that stay strings, the same bytes."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
import synthetic
from openpyxl import Workbook

from beltroad.appraisal.report import workbook
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.scenario import Parameters, Scenario
from beltroad.appraisal.schema import variables

SHEETS = ["Summary", "Countries", "Pairs", "Projects", "Yardsticks", "Sensitivity", "Assumptions",
          "Sources", "Variables"]  # fmt: skip


PAIRS = 1500  # some: a sheet of all takes ten seconds


@pytest.fixture(scope="module")
def appraisal() -> Appraisal:
    return synthetic.appraisal(pair_rows=PAIRS)


@pytest.fixture(scope="module")
def data(appraisal: Appraisal) -> bytes:
    return workbook(appraisal)


@pytest.fixture(scope="module")
def book(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_sheets_are_frozen_filtered_and_in_order(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref


@pytest.mark.parametrize(
    ("title", "name"),
    [("Countries", "countries"), ("Pairs", "pairs"), ("Projects", "projects"),
     ("Yardsticks", "yardsticks"), ("Sensitivity", "sensitivity")],
)  # fmt: skip
def test_every_value_reads_back(
    book: Workbook, appraisal: Appraisal, title: str, name: str
) -> None:
    frame: pd.DataFrame = getattr(appraisal, name)
    rows = book[title].iter_rows(min_row=2, values_only=True)
    read = 0
    for found, expected in zip(rows, frame.itertuples(index=False), strict=True):
        for a, b in zip(found, expected, strict=True):
            if b == "" or (isinstance(b, float) and math.isnan(b)):
                assert a in (None, "")
            elif isinstance(b, str):
                assert a == b
            else:
                assert a == pytest.approx(float(b), rel=1e-14)
        read += 1
    assert read == len(frame)


def test_headings_carry_title_unit_and_a_note(book: Workbook) -> None:
    declared = list(variables("countries").values())
    for cell, variable in zip(book["Countries"][1], declared, strict=True):
        assert str(cell.value).split("\n")[0] == variable.title
        assert cell.comment is not None
        assert variable.description in cell.comment.text
    units = {str(c.value).split("\n")[1] for c in book["Pairs"][1] if "\n" in str(c.value)}
    assert {"h", "%", "USD/a"} <= units


def test_strings_that_look_like_formulas_or_links_stay_strings() -> None:
    nasty = ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "http://example.org", "{=1}"]
    scenario = Scenario(name=nasty[0], description=nasty[1], parameters=Parameters(network={}))
    a = synthetic.appraisal(scenario=scenario, pair_rows=PAIRS)
    projects = a.projects.copy()
    for i, text in enumerate(nasty):
        projects.loc[i, "name"] = text
    projects.loc[0, "notes"] = "bell\x07 and _x0041_"
    projects.loc[1, "notes"] = "long " * 10_000
    data = workbook(replace(a, projects=projects))
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(c.data_type != "f" and c.hyperlink is None for c in row)
    names = [row[1] for row in book["Projects"].iter_rows(min_row=2, values_only=True)]
    assert names[: len(nasty)] == nasty
    assert book["Summary"]["B2"].value == nasty[0]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n]
    assert not any(b"<f>" in s or b"hyperlink" in s for s in sheets)


def test_missing_numbers_are_blank_not_text(book: Workbook, appraisal: Appraisal) -> None:
    column = list(variables("countries")).index("real_income_change_pct")
    outside = ~appraisal.countries.in_model.to_numpy(bool)
    cells = [row[column] for row in book["Countries"].iter_rows(min_row=2)]
    assert outside.any()
    assert all(c.value is None for c, out in zip(cells, outside, strict=True) if out)


def test_no_projects_still_makes_a_workbook(appraisal: Appraisal) -> None:
    bare = replace(appraisal, projects=appraisal.projects.iloc[:0])
    book = openpyxl.load_workbook(io.BytesIO(workbook(bare)))
    assert book["Projects"].max_row == 1
