"""The reader of users' tables: every fault of a file at once, whatever the file is."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from beltroad.errors import InputError, ScenarioError
from beltroad.risk._cells import Faults, frame_of, number_of, rows_of

COLUMNS = ("id", "name", "amount")


def rows(path: Path, **given) -> list[dict[str, str]]:
    faults = Faults(path)
    found = rows_of(path, COLUMNS, ("id",), faults, **given)
    faults.check()
    return [dict(row) for row in found]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds no rows"), (b"\n \n", "holds no rows"), (b"\xff\xfei\x00", "not UTF-8"),
        (b'id\n"a\n', "check the quotes"), (b"id\na\x00b\n", "U+0000"),
        (b"id,id\na,b\n", "is there twice"), (b"id,name\na,b,c\n", "beyond the last column"),
        (b"id,name\na,\x1b[2J\n", "U+001B"), (b"name\na\n", "id: missing"),
        (b"id,nam\na,b\n", "Did you mean 'name'"), (b"id,name\na,=1+1\n", "holds a formula"),
        (b"id,name\n,b\n", "row 2, id: is empty"), (b"id\n" + b"a" * 3000, "at most 2,000"),
    ],
)  # fmt: skip
def test_files_that_are_no_such_table(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        rows(path)
    assert said in str(caught.value)


def test_places_that_hold_no_table(tmp_path: Path) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    (tmp_path / "large.csv").write_text("id\n" + "a\n" * 40)
    for path, said in ((tmp_path / "none.csv", "no such file"), (loop, "cannot be read"),
                       (tmp_path, "ends in .csv"),
                       (tmp_path / "large.csv", "split it")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            rows(path, most_bytes=20)
    with pytest.raises(InputError, match="more than 10 rows"):
        rows(tmp_path / "large.csv", most_rows=10)


def test_rows_are_counted_as_a_spreadsheet_does_and_marks_are_only_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeffID, Name ,amount\n\n[red]a[/],'=x,-1\n".encode())
    faults = Faults(path)
    table, numbers = frame_of(path, COLUMNS, ("id",), faults)
    assert (table.to_numpy().tolist(), numbers, faults.found) == (
        [["[red]a[/]", "=x", "-1"]], [3], [],
    )  # fmt: skip


def test_very_many_faults_are_told_on_one_screen(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,name\n" + "a,@b\n" * 300)
    with pytest.raises(ScenarioError) as caught:
        rows(path)
    said = str(caught.value).splitlines()
    assert len(said) == 52
    assert "at least 150 more faults" in said[-1]


def test_a_text_of_a_workbook_that_looks_like_a_formula_comes_back(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["id", "name"])
    page.append(["a", "=1+1"])
    page.append(["b", "x"])
    page["B3"].value, page["B3"].data_type = "=cmd", "s"
    book.save(tmp_path / "t.xlsx")
    faults = Faults(tmp_path / "t.xlsx")
    found = rows_of(tmp_path / "t.xlsx", COLUMNS, ("id",), faults)
    assert [row["name"] for row in found] == ["", "=cmd"]
    assert [fault.where for fault in faults.found] == ["row 2, name"]


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "1_0", "\u0661", "1,5", "0x1", "5 %", ""])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(InputError, match="is no number"):
        number_of(text)
    assert number_of("-2.5e3") == -2500
