"""Example scripts run as they stand."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def test_look_up(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "look_up.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert "prohibited, item 11 of chn_2024" in said
    assert "standard_contract_or_certification" in said
    assert "An award made in Singapore, in Kazakhstan: enforceable" in said


def test_debt_with_a_project(capsys: pytest.CaptureFixture[str]) -> None:
    path = EXAMPLES / "finance" / "debt_with_a_project.py"
    runpy.run_path(str(path), run_name="__main__")
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Kenya: capacity medium, risk high without, high with")
    for line in said[1:]:
        before, after = line.partition(": ")[2].split(" -> ")
        assert float(after.split()[0]) >= float(before)
