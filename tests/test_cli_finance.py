from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl

import beltroad.cli.finance_plan  # noqa: F401
from command_line import run_beltroad

EXAMPLES = Path(__file__).parents[1] / "examples" / "finance"


def test_plan_prints_within_80_columns_and_writes_files(monkeypatch, capsys, tmp_path):
    book = tmp_path / "plan.xlsx"
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "finance", "plan", str(EXAMPLES / "pipeline-sri-lanka.toml"),
        "--xlsx", str(book), "--out", str(tmp_path / "tables"), columns=80,
    )  # fmt: skip
    assert code == 0
    assert max(len(line) for line in said.splitlines()) <= 80
    assert "LKA owes most in 2015: 1,073 million USD" in said
    sheets = openpyxl.load_workbook(io.BytesIO(book.read_bytes())).sheetnames
    assert {"summary", "cash_flow", "layers", "state_total"} <= set(sheets)
    assert (tmp_path / "tables" / "public_debt_total.csv").read_text().startswith("host,year,disb")


def test_one_project_as_json(monkeypatch, capsys):
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "finance", "plan", str(EXAMPLES / "pipeline-sri-lanka.toml"),
        "--project", "hambantota-2", "--json",
    )  # fmt: skip
    assert code == 0
    told = json.loads(said)
    assert [row["id"] for row in told["summary"]] == ["hambantota-2"]
    assert {row["project"] for row in told["cash_flow"]} == {"hambantota-2"}


def test_faults_are_one_message_and_code_2(monkeypatch, capsys, tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text("title = 'x'\ncurency = 'USD'\ndiscount_rate_pct = 0.08\nprojects = []\n")
    code, _, said = run_beltroad(monkeypatch, capsys, "finance", "plan", str(path))
    assert code == 2
    assert "3 faults" in said
    assert "Did you mean 'currency'" in said


def test_grant_element_and_terms(monkeypatch, capsys):
    words = ["finance", "grant-element", "--rate", "2", "--maturity", "20", "--grace", "5"]
    code, said, _ = run_beltroad(monkeypatch, capsys, *words, "--json")
    assert code == 0
    got = {row["convention"]: row["grant_element_pct"] for row in json.loads(said)}
    assert round(got["imf"], 2) == 27.47
    assert set(got) == {"imf", "dac_ldc", "dac_lmic", "dac_umic", "dac_1969"}
    words[3] = "0.02"
    code, _, said = run_beltroad(monkeypatch, capsys, *words)
    assert code == 2
    assert "looks like a fraction" in said
    code, said, _ = run_beltroad(monkeypatch, capsys, "finance", "terms", "aiib", columns=80)
    assert code == 0
    assert "worldjpn.net" in said
