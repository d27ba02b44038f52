"""``beltroad trade gravity`` from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from command_line import run_beltroad

sys.path.insert(0, str(Path(__file__).parent / "trade"))
from gravity_panels import panel

from beltroad.trade.gravity import estimate

pytest.importorskip("pyfixest")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "panel.csv"
    panel(1, home=True).to_csv(found, index=False)
    return found


def test_a_panel_of_the_user(path, tmp_path, monkeypatch, capsys) -> None:
    out = tmp_path / "out"
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "trade", "gravity", str(path), "--on", "ln(dist),rta",
        "--effects", "country_time", "--abroad", "--years", "2000,2002", "--theta", "5",
        "--theta-se", "0.5", "--potential", "in_sample", "--draws", "10", "--out", str(out),
        "--json",
    )  # fmt: skip
    assert code == 0
    record = json.loads(said)
    assert record == json.loads((out / "gravity.json").read_text())
    (fit,) = record["estimates"]
    data = pd.read_csv(path)
    data = data[data["year"].isin([2000, 2002]) & (data["exporter"] != data["importer"])]
    expected = estimate(data, regressors=["ln(dist)", "rta"], effects="country_time")
    assert fit["rows"] == len(data)
    for row, term in zip(fit["terms"], expected.table.to_dict("records"), strict=True):
        assert row["term"] == term["term"]
        assert row["estimate"] == pytest.approx(term["estimate"], rel=1e-9)
    assert fit["equivalents"][0]["what"] == "ad valorem equivalent of rta"
    pairs = pd.read_csv(out / "potential_pairs.csv")
    columns = ["exporter", "importer", "year", "trade", "predicted", "ratio", "gap_usd", "low",
               "high", "flags"]  # fmt: skip
    assert sorted(pairs.columns) == sorted(columns)
    assert pairs["predicted"].sum() == pytest.approx(data["trade"].sum(), rel=1e-7)
    assert (out / "dropped.csv").read_text().startswith("exporter,importer,year,reason")


def test_tables_for_people(path, monkeypatch, capsys) -> None:
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "trade", "gravity", str(path), "--on", "ln(dist),rta", "--abroad",
        "--potential", "out_of_sample", "--draws", "0", columns=100,
    )  # fmt: skip
    assert code == 0
    assert "ln(dist)" in said
    assert "Actual over predicted trade" in said
    assert "ad valorem equivalent of rta" in said


def test_the_sample_by_sector(monkeypatch, capsys) -> None:
    code, said, _ = run_beltroad(
        monkeypatch, capsys, "trade", "gravity", "--sample", "--sectors", "each", "--json"
    )
    assert code == 0
    fits = json.loads(said)["estimates"]
    assert [f["sector"] for f in fits][:2] == ["A01", "A02"]
    assert all(f["terms"][0]["estimate"] < 0 for f in fits)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one of"),
        (("--sample", "--corridors"), "give one of"),
        (("PANEL",), "--on: give the regressors"),
        (("PANEL", "--on", "rtta"), "no column 'rtta'. Did you mean 'rta'"),
        (("PANEL", "--on", "rta", "--years", "1999"), "has no rows of 1999"),
        (("PANEL", "--on", "rta", "--years", "next"), "give years with commas"),
        (("PANEL", "--on", "rta", "--sectors", "each"), "no column 'sector'"),
        (("PANEL", "--on", "rta", "--potential", "observable"), "Did you mean 'observables'"),
        (("PANEL", "--on", "rta", "--potential", "observables"), "no column 'ln_gdp_exporter'"),
        (("none.csv", "--on", "rta"), "no such file"),
        (("--sample", "--sectors", "some"), "choose total, pooled or each"),
        (("--sample", "--years", "2000"), "no column 'year'"),
    ],
)
def test_what_cannot_be_done_says_why(path, monkeypatch, capsys, arguments, message) -> None:
    given = [str(path) if word == "PANEL" else word for word in arguments]
    code, _, said = run_beltroad(monkeypatch, capsys, "trade", "gravity", *given)
    assert code == 2
    assert message in said
    assert "Traceback" not in said


def test_a_flow_that_never_changes_and_a_negative_seed(
    path: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    flat = tmp_path / "flat.csv"
    pd.read_csv(path).assign(trade=1.0).to_csv(flat, index=False)
    words = ["trade", "gravity", str(flat), "--on", "ln(dist),rta"]
    code, _, errors = run_beltroad(monkeypatch, capsys, *words)
    assert code == 2
    assert "trade is the same in all rows used; nothing to explain" in errors
    code, _, errors = run_beltroad(monkeypatch, capsys, *words, "--seed", "-1")
    assert code == 2
    assert "--seed -1: give 0 or more" in errors
