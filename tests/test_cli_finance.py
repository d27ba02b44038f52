from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest

from beltroad.cli import finance_plan
from beltroad.errors import InputError
from command_line import run_beltroad

EXAMPLES = Path(__file__).parents[1] / "examples" / "finance"


@pytest.fixture
def pipeline(tmp_path):
    path = tmp_path / "pipeline.toml"
    text = (EXAMPLES / "pipeline-sri-lanka.toml").read_text(encoding="utf-8")
    assert "draws = 2000" in text
    path.write_text(text.replace("draws = 2000", "draws = 100"), encoding="utf-8")
    return path


def test_plan_prints_within_80_columns_and_writes_files(monkeypatch, capsys, tmp_path, pipeline):
    book = tmp_path / "plan.xlsx"
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "finance", "plan", str(pipeline),
        "--xlsx", str(book), "--out", str(tmp_path / "tables"), columns=80,
    )  # fmt: skip
    assert code == 0
    assert max(len(line) for line in said.splitlines()) <= 80
    assert "LKA owes most in 2015: 1,073 million USD" in said
    sheets = openpyxl.load_workbook(io.BytesIO(book.read_bytes())).sheetnames
    assert {"summary", "cash_flow", "layers", "state_total"} <= set(sheets)
    assert (tmp_path / "tables" / "public_debt_total.csv").read_text().startswith("host,year,disb")


def test_one_project_as_json(capsys, pipeline):
    finance_plan.plan(pipeline, project="hambantota-2", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in told["summary"]] == ["hambantota-2"]
    assert {row["project"] for row in told["cash_flow"]} == {"hambantota-2"}


def test_wrong_calls_write_nothing(tmp_path, pipeline):
    """The commands are called as functions: building the whole command line takes longer."""
    both = tmp_path / "x.xlsx"
    for more, word in (
        ({"xlsx": both, "out": both}, "named twice"), ({"xlsx": Path("x.xls")}, r"ends in \.xlsx"),
        ({"project": "hambantota"}, "no such project"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=word):
            finance_plan.plan(pipeline, **more)
    assert [p.name for p in tmp_path.iterdir()] == ["pipeline.toml"]
    with pytest.raises(InputError, match="larger than"):
        finance_plan.plan(Path("/dev/zero"))
    for terms, word in (
        ({"maturity": 1_000_000_000}, "1 to 100 years"),
        ({"maturity": 10, "grace": 10}, "grace must"),
        ({"maturity": 10, "cirr": float("nan")}, "reference rate"),
        ({"maturity": 10, "fees": 0.01}, "looks like a fraction"),
    ):
        with pytest.raises(InputError, match=word):
            finance_plan.grant_element(2, **terms)


def test_faults_are_one_message_and_code_2(monkeypatch, capsys, tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text("title = 'x'\ncurency = 'USD'\ndiscount_rate_pct = 0.08\nprojects = []\n")
    code, _, said = run_beltroad(monkeypatch, capsys, "finance", "plan", str(path))
    assert code == 2
    assert "3 faults" in said
    assert "Did you mean 'currency'" in said


def test_grant_element_and_terms(monkeypatch, capsys):
    finance_plan.grant_element(2, 20, 5, as_json=True)
    told = json.loads(capsys.readouterr().out)
    got = {row["convention"]: row["grant_element_pct"] for row in told}
    assert round(got["imf"], 2) == 27.47
    assert set(got) == {"imf", "dac_ldc", "dac_lmic", "dac_umic", "dac_1969"}
    words = ["finance", "grant-element", "--rate", "0.02", "--maturity", "20"]
    code, _, said = run_beltroad(monkeypatch, capsys, *words)
    assert code == 2
    assert "looks like a fraction" in said
    monkeypatch.setenv("COLUMNS", "80")
    finance_plan.terms("aiib")
    assert "worldjpn.net" in capsys.readouterr().out
