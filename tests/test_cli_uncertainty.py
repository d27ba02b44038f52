"""The command ``beltroad uncertainty`` on a small problem."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import fastparquet
import pandas as pd
import pytest

from command_line import run_beltroad

sys.path.insert(0, str(Path(__file__).parent / "appraisal"))
from uncertain_problem import small_problem


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario file; its economic stage is the small problem."""
    from beltroad.appraisal.uncertainty import run

    monkeypatch.setattr(run, "prepare", lambda *a, **k: small_problem())
    path = tmp_path / "one.toml"
    path.write_text('name = "One"\n')
    return path


def test_quantiles_and_what_drives_them_are_printed_and_written(
    scenario: Path, monkeypatch, capsys
) -> None:
    out = scenario.parent / "out"
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "uncertainty", str(scenario), "--draws", "16", "--pairs", "8",
        "--workers", "1", "--out", str(out), columns=80,
    )  # fmt: skip
    assert code == 0
    assert "real income, world" in said
    assert "What the spread of real income comes from" in said
    assert "16 draws, 8 of them split" in said
    rows = said.splitlines()
    at = next(k for k, line in enumerate(rows) if "central" in line)
    figures = rows[at + 1 : at + 7]  # one line each in 80 columns
    assert [line[:4] for line in figures] == ["real", "real", "trad", "gain", "cost", "out "]
    assert not any("nan" in line or "…" in line for line in figures)
    table = pd.read_csv(out / "uncertainty.csv").set_index("figure")
    rising = table[["p5", "p25", "p50", "p75", "p95"]].dropna().diff(axis=1).iloc[:, 1:]
    assert (rising.to_numpy() >= 0).all()
    with (out / "draws.parquet").open("rb") as handle:
        assert len(fastparquet.ParquetFile(handle).to_pandas()) == 16
    assert json.loads((out / "run.json").read_text())["draws"] == 16
    split = pd.read_csv(out / "variance_split.csv")
    of_cost = split[split["figure"] == "project_cost_usd"].set_index("group")["share"]
    assert of_cost["project_cost"] == 1.0


def test_json(scenario: Path, monkeypatch, capsys) -> None:
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "uncertainty", str(scenario), "--draws", "4", "--pairs", "0",
        "--workers", "1", "--json",
    )  # fmt: skip
    assert code == 0
    told = json.loads(said)
    assert told["run"]["draws"] == 4
    assert told["split"] == []
    assert {row["figure"] for row in told["headlines"]} >= {"net_gain_usd", "world_trade_pct"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--draws", "1"], "--draws 1: give at least 2"),
        (["--draws", "1000000"], "at most 100000"),
        (["--pairs", "-1"], "--pairs -1: give at least 0"),
        (["--workers", "0"], "--workers 0: give at least 1"),
        (["--workers", "2", "--cluster", "tcp://x:1"], "--workers is about this machine"),
    ],
)
def test_bad_options_end_with_code_2(scenario, monkeypatch, capsys, arguments, message) -> None:
    code, _, errors = run_beltroad(monkeypatch, capsys, "uncertainty", str(scenario), *arguments)
    assert code == 2
    assert message in errors
