"""``beltroad trade levers``: presets with their assumptions, and what they do by themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from beltroad.trade import TradeModel
from beltroad.trade.levers import apply, describe, preset, preset_names
from command_line import run_beltroad


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*words: object, columns: int = 80) -> tuple[int, str, str]:
        given = [str(word) for word in words]
        return run_beltroad(monkeypatch, capsys, "trade", "levers", *given, columns=columns)

    return call


def test_all_presets_are_listed_with_amounts_and_sources(run) -> None:
    code, said, errors = run()
    assert (code, errors) == (0, "")
    headings = [line.split(":")[0] for line in said.splitlines() if not line.startswith(" ")]
    assert headings == list(preset_names())
    table = describe()
    for row in table.to_dict("records"):
        assert f"{row['central']:g} ({row['low']:g} to {row['high']:g}) {row['unit']}" in said
        assert row["source"] in said


def test_one_preset_and_json(run) -> None:
    _, said, _ = run("RCEP ")  # as people write it
    assert said.startswith("rcep: ")
    assert "cptpp" not in said
    code, said, _ = run("rcep", "depa_accession_chn", "--json")
    assert code == 0
    rows = json.loads(said)
    assert {row["preset"] for row in rows} == {"rcep", "depa_accession_chn"}
    assert all(row["low"] <= row["central"] <= row["high"] for row in rows)
    assert all(row["source"] for row in rows)


def test_solved_presets_are_those_of_python_and_are_written(run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    # named twice, counted once
    code, said, _ = run("rcep", "rcep", "--solve", "--out", out)
    assert code == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "countries.csv", "levers.csv", "solve.json", "trade.parquet",
    ]  # fmt: skip
    assert f"Written to {out}" in said
    lines = [line for line in said.splitlines() if not line.startswith("Written")]
    assert max(map(len, lines)) <= 80
    (lever,) = pd.read_csv(out / "levers.csv").to_dict("records")
    assert lever["pairs"] == 15 * 14
    assert lever["trade_usd"] > 1e12
    model = TradeModel.bundled()
    done = apply(preset("rcep"), model.calibration)
    expected = model.solve(tariff=done.tariff - 1.0, iceberg_change=done.cost_change)
    found = pd.read_csv(out / "countries.csv").set_index("country")["real_income_change_pct"]
    assert found.to_numpy() == pytest.approx(expected.real_income.to_numpy(), abs=1e-7)
    assert found["JPN"] > 0.01


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rccp"], "preset 'rccp' is unknown. Did you mean 'rcep'?"),
        (["rcep", "--level", "higher"], "--level 'higher' must be low, central or high"),
        (["rcep", "--out", "somewhere"], "--out goes with --solve"),
        (["--solve"], "--solve needs presets: rcep"),
    ],
)
def test_wrong_questions_end_in_one_line(run, words: list[str], message: str) -> None:
    code, said, errors = run(*words)
    assert code == 2
    assert said == ""
    assert message in errors
    assert len(errors.splitlines()) == 1


def test_a_file_in_the_way_is_told_before_solving(run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    code, said, errors = run("rcep", "--solve", "--out", tmp_path / "out")
    assert code == 1
    assert said == ""
    assert "is a file" in errors
