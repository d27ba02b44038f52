"""``beltroad risk country`` and ``risk warning``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import beltroad.cli.risk_country
import beltroad.cli.risk_warning  # noqa: F401
from command_line import run_beltroad

Run = tuple[pytest.MonkeyPatch, pytest.CaptureFixture[str]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return monkeypatch, capsys


def test_grades(terminal: Run, tmp_path: Path) -> None:
    code, out, _ = run_beltroad(*terminal, "risk", "country", "RUS", columns=100)
    assert code == 0
    assert "log odds" in out
    assert "not seen by the model" in out
    code, out, _ = run_beltroad(*terminal, "risk", "country", "PAK", "KEN", "--json",
                                "--out", str(tmp_path / "g.csv"))  # fmt: skip
    rows = json.loads(out)
    assert [r["iso3"] for r in rows] == ["PAK", "KEN"]
    assert len(rows[0]["contributions"]) == 6
    assert (tmp_path / "g.csv").read_text().startswith("iso3,name,probability_pct")


def test_warnings(terminal: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("iso3,indicator,year,value,source\nVNM,public_debt_pct_gdp,2025,300,Treasury\n")
    table = tmp_path / "w.csv"
    code, out, _ = run_beltroad(*terminal, "risk", "warning", "VNM", "--severity", "high",
                                "--file", str(file), "--out", str(table), columns=120)  # fmt: skip
    assert code == 0
    assert "public debt, % of GDP" in out
    assert "Treasury" in table.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("country", "--check", "PAK"), "--check takes no"),
        (("country", "Atlantis"), "Atlantis"),
        (("warning", "--severity", "hig"), "Did you mean 'high'"),
        (("country", "--limit", "0"), "--limit 0"),
    ],
)
def test_bad_input_is_one_line(terminal: Run, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = run_beltroad(*terminal, "risk", *arguments)
    assert code == 2
    assert said in err


def test_check_prints_the_figures_out_of_sample(
    terminal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beltroad.risk.country import validation
    from beltroad.risk.warning import evaluation

    monkeypatch.setattr(validation, "DESIGNS", ("time",))
    for module in (validation, evaluation):
        monkeypatch.setattr(module, "FIRST_TEST_YEAR", 2022)
    draws = validation.scores.__kwdefaults__ | {"draws": 3}
    monkeypatch.setattr(validation.scores, "__kwdefaults__", draws)
    monkeypatch.setattr(validation.compare, "__kwdefaults__", {"draws": 3, "seed": 0})
    code, out, _ = run_beltroad(*terminal, "risk", "country", "--check", columns=110)
    assert code == 0
    assert "Hosmer-Lemeshow" in out
    code, out, _ = run_beltroad(*terminal, "risk", "warning", "--check", columns=110)
    assert code == 0
    assert "Benchmark" in out
