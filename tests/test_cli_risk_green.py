"""``beltroad risk green`` and ``coal`` from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import beltroad.cli.risk_green  # noqa: F401  registers the commands
from command_line import run_beltroad


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    return run_beltroad(monkeypatch, capsys, "risk", *arguments, columns=100)


def test_classes_of_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, out = tmp_path / "mine.csv", tmp_path / "out.csv"
    path.write_text("id,name,protected_area,mw\nA,Solar [red]park,no,10\nB,+1+1 coal-fired,,\n")
    code, said, _ = run(monkeypatch, capsys, "green", "--file", str(path), "--out", str(out))
    assert code == 0
    assert "green" in said
    assert "B: Coal-fired power" in said
    assert "'+1+1" in out.read_text()
    code, said, _ = run(monkeypatch, capsys, "green", "--file", str(path), "--json")
    rows = json.loads(said)
    assert [r["class_after"] for r in rows] == ["green", "red"]
    assert rows[0]["construction_central_t"] == pytest.approx(17_870)


def test_bundled_projects_and_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = run(monkeypatch, capsys, "green", "--projects", "KUN-VTE")
    assert (code, "railway" in said, "397 to 5,359" in said) == (0, True, True)
    for option in ("--factors", "--types"):
        assert run(monkeypatch, capsys, "green", option)[0] == 0


def test_bad_input_is_one_clear_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, said = run(monkeypatch, capsys, "green", "--projects", "KUN-VTX")
    assert (code, "'KUN-VTE'" in said) == (2, True)
    code, _, said = run(monkeypatch, capsys, "green", "--factors", "--types")
    assert (code, "give one of" in said) == (2, True)
    path = tmp_path / "bad.csv"
    path.write_text("id,what\n1,2\n1,3\n")
    code, _, said = run(monkeypatch, capsys, "coal", str(path))
    assert (code, "3 faults" in said) == (2, True)


def test_coal_leads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "plants.csv"
    path.write_text("id,name,date\n1,燃煤电站,2022-05\n2,Solar,2022\n", encoding="utf-8")
    code, said, _ = run(monkeypatch, capsys, "coal", str(path))
    assert (code, "after" in said, "1 yes, 1 none" in said) == (0, True, True)
    assert "lead, not a verdict" in said
