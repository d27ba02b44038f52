"""``beltroad people poverty``: tables, files, faults."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import beltroad.cli.people_poverty  # noqa: F401  registers the command
from command_line import run_beltroad


def test_groups_economies_and_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "poverty.csv"
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "people", "poverty", "--growth", "1.0%", "--line", "1.90@2011",
        "--line", "3.00", "--by", "corridor", "--out", str(out), columns=100,
    )  # fmt: skip
    assert code == 0
    assert "Corridor economies" in said
    assert "1.90@2011" in said
    table = pd.read_csv(out)
    assert set(table["line"]) == {"1.90@2011", "3.00@2021"}
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "people", "poverty", "--growth", "1.0%", "--json", "--year", "survey"
    )
    rows = json.loads(said)["rows"]
    assert [row["line"] for row in rows] == ["3.00@2021", "4.20@2021", "8.30@2021"]
    assert 0.7e9 < rows[0]["poor_without"] < 0.9e9
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "people", "poverty", "--growth", "1%", "--by", "economy",
        "--limit", "2", columns=100,
    )  # fmt: skip
    assert "The 2 with most people" in said


def test_published_and_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = run_beltroad(monkeypatch, capsys, "people", "poverty", "--published",
                                 columns=100)  # fmt: skip
    assert code == 0
    assert "7.60" in said
    assert "32.00" in said
    code, said, _ = run_beltroad(monkeypatch, capsys, "people", "poverty", "--check", "--json")
    assert {"validity", "other_lines", "households"} < set(json.loads(said))


def test_what_cannot_be_used_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for arguments, message in (
        ((), "--income FILE.csv"),
        (("--growth", "1%", "--pass-through", "a"), "0.7,1.0"),
        (("--income", str(tmp_path / "no.csv")), "cannot be read"),
        (("--check", "--published"), "ask for one"),
        (("--check", "--growth", "1%"), "takes no change of income"),
        (("--published", "--by", "region", "--line", "3.00@2021"), "leave --line, --by out"),
        (("--growth", "1%", "--year", "20300"), "give a year"),
    ):
        code, _, error = run_beltroad(monkeypatch, capsys, "people", "poverty", *arguments)
        assert code == 2
        assert message in error
