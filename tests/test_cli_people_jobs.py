"""``beltroad people jobs``: table, JSON, file, faults."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import beltroad.cli.people_jobs  # noqa: F401  (registers the command)
from command_line import run_beltroad

BILLS = """iso3,industry,before_usd,after_usd
KAZ,A01,10,9
KAZ,B06,30,33
KAZ,G,60,58
XYZ,A01,5,5
XYZ,=G,5,6
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bills.csv"
    path.write_text(BILLS, encoding="utf-8")
    return path


def test_table_json_and_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    call = ("people", "jobs", "--wage-bills", str(file))
    code, said, told = run_beltroad(monkeypatch, capsys, *call)
    # '=G' is no ISIC name: one line, and nothing half done.
    assert (code, said) == (2, "")
    assert "'=G'" in told
    file.write_text(BILLS.replace("=G", "G"), encoding="utf-8")
    code, said, _ = run_beltroad(monkeypatch, capsys, *call, columns=120)
    assert code == 0
    assert "KAZ" in said
    assert "zero by construction" in " ".join(said.split())
    out = file.with_name("jobs.csv")
    code, said, _ = run_beltroad(
        monkeypatch, capsys, *call, "--json", "--economy", "Kazakhstan", "--industries", "--out",
        str(out),
    )  # fmt: skip
    rows = json.loads(said)
    assert code == 0
    assert {row["iso3"] for row in rows} == {"KAZ"}
    assert sum(row["change_persons"] for row in rows) == pytest.approx(0.0, abs=1e-3)
    assert pd.read_csv(out)["persons_after"].sum() == pytest.approx(
        sum(row["persons_before"] for row in rows)
    )
    code, said, _ = run_beltroad(monkeypatch, capsys, *call, "--json")
    by = {row["iso3"]: row for row in json.loads(said)}
    # 100 units: 10, 30, 60 become 9, 33, 58.
    assert by["KAZ"]["shift_pct"] == pytest.approx(3.0)
    assert by["XYZ"]["employed_persons"] is None


@pytest.mark.parametrize(
    ("more", "part"),
    [
        (["--economy", "DEU"], "not in the file"),
        (["--limit", "0"], "--limit 0"),
        (["--out", "jobs.txt"], ".csv or .parquet"),
        (["--employment", "none.csv"], "cannot be read"),
    ],
)
def test_faults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: Path,
    more: list[str], part: str,
) -> None:  # fmt: skip
    code, said, told = run_beltroad(
        monkeypatch, capsys, "people", "jobs", "--wage-bills", str(file), *more
    )
    assert (code, said) == (2, "")
    assert part in told
