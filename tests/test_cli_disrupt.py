"""``beltroad disrupt`` as users meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from beltroad.appraisal import disruption_tables
from beltroad.appraisal.disruption import Study
from command_line import run_beltroad

FILES = {"summary.json", "relations.csv", "countries.csv", "detours.csv", "gates.csv"}


def once(work: Callable[..., Any]) -> Callable[..., Any]:
    known: list[Any] = []

    def remembered(*given: Any, **named: Any) -> Any:
        known.extend([] if known else [work(*given, **named)])
        return known[0]

    return remembered


def main(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Run the command in this process: exit code, output, errors."""
    return run_beltroad(monkeypatch, capsys, "disrupt", *arguments, columns=200, cache=None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--close", "sues canel"], "is no strait, border, country, port or project line"),
        (["--close", "street:suez"], "is not one of"),
        (["--slow", "suez"], "a place and a factor"),
        (["--slow", "suez:0.5"], "multiplies time by 1"),
        (["--slow", "suez:nan"], "a place and a factor"),
        (["--by", "money"], "choose cost or hours"),
        (["--state", "tomorrow"], "choose today, complete or a year"),
        (["--value-of-time", "-1"], "give more than 0"),
        (["--value-of-time", "inf"], "give more than 0"),
        (["--steps", "0"], "--steps 0: give 1 to"),
        (["--threads", "0"], "--threads 0: give 1 to"),
        (["--top", "0"], "--top 0"),
        (["--scenario", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], words: str,
) -> None:  # fmt: skip
    def never(*_: object, **__: object) -> Study:
        raise AssertionError("long work began")

    monkeypatch.setattr(Study, "of", never)
    code, out, err = main(monkeypatch, capsys, *arguments)
    assert code == 2
    assert out == ""
    assert words in err.replace("\n", " ")
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_closed_strait_as_text_json_and_files(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr(Study, "of", lambda *_, **__: study)
    # The second call asks the same and is answered with what the first one worked out.
    monkeypatch.setattr(Study, "disrupt", once(Study.disrupt))
    monkeypatch.setattr(disruption_tables, "gate_table", once(disruption_tables.gate_table))
    folder = tmp_path / "out"
    asked = ["--close", "suez", "--slow", "panama:2", "--top", "3", "--out", str(folder)]
    code, out, _ = main(monkeypatch, capsys, *asked)
    assert code == 0
    for words in ("Suez Canal closed", "Relations that lose most", "Not covered", "Ways before"):
        assert words in out
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert set(before) == FILES
    code, out, _ = main(monkeypatch, capsys, *asked, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["what"] == "Suez Canal closed, Panama Canal slowed 2 times"
    assert found["loss_usd"] > 0
    assert found["not_covered"]
    assert json.loads((folder / "summary.json").read_text())["loss_usd"] == found["loss_usd"]
    pairs = pd.read_csv(folder / "relations.csv")
    assert len(pairs) == len(found["relations"])
    assert pairs["loss_usd"].sum() == pytest.approx(found["loss_usd"], rel=1e-6)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


@pytest.mark.thorough
@pytest.mark.slow
def test_without_anything_shut_flows_are_shown_and_curves_on_request(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Study, "of", lambda *_, **__: study)
    code, out, _ = main(
        monkeypatch, capsys, "--json", "--curves", "--steps", "1", "--runs", "1", "--seed", "5"
    )
    assert code == 0
    found = json.loads(out)
    assert "loss_usd" not in found
    assert {g["kind"] for g in found["gates"]} == {"strait", "border", "port", "line"}
    assert {c["strategy"] for c in found["curves"]} == {"by flow", "by betweenness", "random"}


@pytest.mark.slow
def test_what_no_link_belongs_to_is_refused(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr(Study, "of", lambda *_, **__: study)
    file = tmp_path / "file"
    file.write_text("")
    code, _, err = main(monkeypatch, capsys, "--close", "suez", "--out", str(file))
    assert code != 0
    assert "is a file, not a folder" in err
