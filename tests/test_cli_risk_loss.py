"""``beltroad risk project`` and ``risk portfolio``: tables, JSON, files, faults."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import beltroad.cli.risk_portfolio
import beltroad.cli.risk_project  # noqa: F401
from command_line import run_beltroad


def test_one_project(monkeypatch, capsys):
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "risk", "project", "--mode", "rail", "--cost", "5e9", "--years", "6"
    )
    assert code == 0
    assert "8,709.9" in said
    assert "P80" in said


def test_projects_from_a_file(monkeypatch, capsys, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("id,mode,cost_usd,years\n+A,rail,1e9,5\nB,hydro,2e9,6\n")
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "risk", "project", "--file", str(path), "--draws", "1000",
        "--quantile", "70", "--json", "--out", str(tmp_path / "o"),
    )  # fmt: skip
    assert code == 0
    found = json.loads(said)
    assert [p["id"] for p in found["projects"]] == ["+A", "B"]
    assert found["projects"][0]["benefit_ratio_p70"] < 1
    assert {row["quantile"] for row in found["portfolio"]} == {"p70", "mean"}
    written = pd.read_csv(tmp_path / "o" / "projects.csv")
    assert written["id"].tolist() == ["'+A", "B"]
    path.write_text("id,mode,cost_usd\nA,rial,0\n")
    code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", "project", "--file", str(path))
    assert code == 2
    assert "2 faults" in wrong


@pytest.mark.parametrize(
    "given", [("--mode", "rail"), (), ("--check", "--mode", "rail"),
              ("--file", "x.csv", "--mode", "rail", "--cost", "1")],
)  # fmt: skip
def test_project_needs_what_it_needs(monkeypatch, capsys, given):
    code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", "project", *given)
    assert code == 2
    assert wrong.strip()


def test_published_uplifts_beside_ours(monkeypatch, capsys):
    code, said, _ = run_beltroad(monkeypatch, capsys, "risk", "project", "--check")
    assert code == 0
    assert "+17.2" in said


def test_portfolio_of_the_example(monkeypatch, capsys, tmp_path):
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "risk", "portfolio", "--draws", "10000", "--by", "region",
        "--stress", "worst_year", "--out", str(tmp_path / "o"), "--limit", "3",
    )  # fmt: skip
    assert code == 0
    assert "AidData" in said
    assert "worst_year" in said
    tables = {p.stem for p in (tmp_path / "o").iterdir()}
    assert tables == {"levels", "contributions", "by_region", "concentration", "stress"}
    levels = pd.read_csv(tmp_path / "o" / "levels.csv").set_index("level")
    parts = pd.read_csv(tmp_path / "o" / "by_region.csv")
    assert parts["es_p99_usd"].sum() == pytest.approx(levels.loc[0.99, "es_usd"], rel=1e-8)


def test_portfolio_from_a_file_as_json(monkeypatch, capsys, tmp_path):
    path = tmp_path / "e.csv"
    path.write_text(
        "id,iso3,sector,currency,amount_usd,counterpart\nA,KEN,rail,USD,1e6,private\n"
        "B,PAK,power,CNY,2e6,public\n"
    )
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "risk", "portfolio", str(path), "--draws", "10000", "--level", "97.5",
        "--json",
    )  # fmt: skip
    assert code == 0
    found = json.loads(said)
    assert found["expected_loss_usd"] == pytest.approx(1e6 * 0.0354 * 0.271 + 2e6 * 0.0261 * 0.142)
    assert {row["level"] for row in found["levels"]} == {0.95, 0.975, 0.99, 0.999}
    path.write_text("id,iso3,sector,currency,amount_usd\nA,XX,,USD,-1\n")
    code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", "portfolio", str(path))
    assert code == 2
    assert "faults" in wrong
    for bad in (("--by", "colour"), ("--level", "100"), ("--stress", "x"), ("--limit", "0")):
        code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", "portfolio", *bad)
        assert code == 2, bad


def test_outputs_never_take_the_place_of_what_is_read(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, words in (
        ("projects.csv", ("project", "--file", "projects.csv", "--out", ".")),
        ("levels.csv", ("portfolio", "levels.csv", "--out", ".")),
        ("g.csv", ("green", "--file", "g.csv", "--out", "../" + tmp_path.name + "/g.csv")),
        ("c.csv", ("coal", "c.csv", "--out", "c.csv")),
        ("owners.csv", ("owners", "owners.csv", "--out", ".")),
        ("flags.csv", ("flags", "flags.csv", "--out", ".")),
        ("n.csv", ("screen", "n.csv", "--list", "n.csv", "--out", "n.csv")),
        ("s.csv", ("staff", "s.csv", "--out", "s.csv")),
    ):
        (tmp_path / name).write_text("iso3,staff\nKEN,1\n")
        code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", *words)
        assert (code, "is read by this run" in wrong) == (2, True), words
        assert (tmp_path / name).read_text() == "iso3,staff\nKEN,1\n"


def test_control_characters_of_others_are_shown_not_acted_upon(monkeypatch, capsys, tmp_path):
    path = tmp_path / "o.jsonl"
    path.write_text(json.dumps({"ocid": "\x1b[2Jx", "tender": {"tenderPeriod": {
        "startDate": "2020-01-01", "endDate": "2020-01-02"}}}) + "\n")  # fmt: skip
    code, said, _ = run_beltroad(monkeypatch, capsys, "risk", "flags", str(path))
    assert (code, "\x1b" in said, r"\u001b[2Jx" in said) == (0, False, True)


@pytest.mark.parametrize("given", [("--cost", "nan"), ("--cost", "5", "--years", "-1")])
def test_project_options_out_of_range(monkeypatch, capsys, given):
    code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", "project", "--mode", "rail", *given)
    assert (code, f"{given[-2]} {given[-1]}: give" in wrong) == (2, True)
