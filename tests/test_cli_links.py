"""``beltroad links``: what is printed and written is one table; wrong questions are told early."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import beltroad.cli.links  # noqa: F401 (registers the command)
from command_line import run_beltroad


@pytest.mark.slow
def test_one_table_in_all_forms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    csv, shapes, folder = tmp_path / "links.csv", tmp_path / "links.geojson", str(tmp_path / "c")
    words = ["links", "--top", "8", "--kind", "border", "--country", "kaz"]
    code, out, errors = run_beltroad(
        monkeypatch, capsys, *words, "--json", "--csv", str(csv), "--geojson", str(shapes),
        cache=folder,
    )  # fmt: skip
    assert code == 0, errors
    told = json.loads(out)
    assert [row["rank"] for row in told["places"]] == list(range(1, 9))
    assert all(row["kind"] == "border" for row in told["places"])
    assert told["country"] == "KAZ"
    assert told["usd_per_hour_off_every_shipment"] > 0
    written = pd.read_csv(csv)
    assert written["name"].tolist() == [row["name"] for row in told["places"]]
    features = json.loads(shapes.read_text())["features"]
    assert [f["properties"]["rank"] for f in features] == list(range(1, 9))
    assert {f["geometry"]["type"] for f in features} == {"MultiLineString"}
    code, out, _ = run_beltroad(monkeypatch, capsys, *words, columns=200, cache=folder)
    assert code == 0
    assert "What an hour saved is worth to KAZ" in out
    assert told["places"][0]["name"].split(" (")[0] in out


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--kind", "bridge"], "strait"), (["--country", "KAX"], "KAZ"), (["--top", "0"], "1 to"),
        (["--csv", "no/such/folder.csv"], "no folder"),
    ],
)  # fmt: skip
def test_wrong_questions(
    wrong: list[str], said: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    code, out, errors = run_beltroad(monkeypatch, capsys, "links", *wrong)
    assert code == 2
    assert out == ""
    assert said in errors
