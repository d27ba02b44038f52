"""``beltroad trade``: what it writes, what it says, and how it ends when something is wrong."""

from __future__ import annotations

import functools
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from fastparquet import ParquetFile

from beltroad.trade import TradeModel, model
from command_line import run_beltroad

EXAMPLE = Path(__file__).parents[1] / "examples" / "trade"
DATA, SHOCK = EXAMPLE / "data", EXAMPLE / "shock.csv"
MUST_HAVE = [
    "country", "real_income_change_pct", "real_wage_change_pct", "welfare_formula_pct",
    "terms_of_trade_pct", "volume_of_trade_pct",
]  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> tuple[int, str, str]:
        words = [str(a) for a in arguments]
        return run_beltroad(monkeypatch, capsys, "trade", *words, columns=200)

    return call


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the example that may be spoilt."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def test_the_example_solves_and_writes_all_files(run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, errors = run("solve", "--data", DATA, "--shock", SHOCK, "--out", out)
    assert (code, errors) == (0, "")
    assert sorted(p.name for p in out.iterdir()) == ["countries.csv", "solve.json", "trade.parquet"]
    countries = pd.read_csv(out / "countries.csv")
    assert list(countries.columns[:6]) == MUST_HAVE
    with (out / "trade.parquet").open("rb") as handle:
        trade = ParquetFile(handle).to_pandas()
    assert list(trade.columns) == [
        "importer", "exporter", "sector", "before", "after", "change_pct",
    ]  # fmt: skip
    about = json.loads((out / "solve.json").read_text())
    assert about["iterations"] >= 1
    assert max(about["residuals"].values()) < 1e-8
    assert about["seconds"] > 0
    assert about["repairs"] == 0
    # the same as in Python
    result = TradeModel.from_folder(DATA).solve(shock=pd.read_csv(SHOCK))
    assert about["digest"] == result.digest
    assert countries["real_income_change_pct"].to_numpy() == pytest.approx(
        result.real_income.to_numpy(), rel=1e-8
    )
    assert "Cestan" in said


def test_the_same_inputs_give_the_same_bytes(run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("solve", "--data", DATA, "--shock", SHOCK, "--out", tmp_path / name)
    for file in ("countries.csv", "trade.parquet"):
        one, two = ((tmp_path / n / file).read_bytes() for n in ("one", "two"))
        assert one == two


@pytest.mark.parametrize("rule", ["keep", "share", "zero"])
def test_deficit_rules_and_json(run, tmp_path: Path, rule: str) -> None:
    code, said, _ = run(
        "solve", "--data", DATA, "--shock", SHOCK, "--out", tmp_path, "--deficits", rule, "--json"
    )
    assert code == 0
    assert json.loads(said)["deficits"] == rule
    countries = pd.read_csv(tmp_path / "countries.csv")
    gone = countries[["deficit_before", "deficit_after"]].abs().to_numpy().max() < 1e-6
    assert gone == (rule == "zero")


def test_theta_and_tolerance_are_passed_on(run, tmp_path: Path) -> None:
    code, said, _ = run(
        "solve", "--data", DATA, "--shock", SHOCK, "--out", tmp_path, "--theta", "6",
        "--tolerance", "1e-9", "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(said)["tolerance"] == 1e-9
    found = pd.read_csv(tmp_path / "countries.csv")["real_income_change_pct"].to_numpy()
    result = TradeModel.from_folder(DATA).solve(shock=pd.read_csv(SHOCK), theta=6.0)
    assert found == pytest.approx(result.real_income.to_numpy(), rel=1e-6)


def test_check_reports_and_solves_nothing(run) -> None:
    code, said, _ = run("check", "--data", DATA)
    assert code == 0
    assert "the accounts close" in said
    code, said, _ = run("check", "--data", DATA, "--json")
    found = json.loads(said)
    assert (found["countries"], found["sectors"], found["findings"]) == (4, 3, [])


def test_repair_is_asked_for_and_shown(run, data: Path, tmp_path: Path) -> None:
    added = pd.read_csv(data / "value_added.csv")
    added.loc[0, "share"] += 0.02
    added.to_csv(data / "value_added.csv", index=False)
    out = tmp_path / "out"
    code, _, errors = run("solve", "--data", data, "--shock", SHOCK, "--out", out)
    assert code == 2
    assert "inputs and value added do not sum to one: Aldia farming" in errors
    assert "--repair" in errors
    assert not out.exists()
    code, said, _ = run("check", "--data", data, "--json")
    assert code == 2
    (finding,) = json.loads(said)["findings"]
    assert (finding["country"], finding["sector"]) == ("Aldia", "farming")
    assert finding["size_pct"] == pytest.approx(2.0)
    code, said, _ = run("check", "--data", data, "--repair")
    assert code == 0
    assert "Repaired: 1" in said
    code, said, _ = run("solve", "--data", data, "--shock", SHOCK, "--out", out, "--repair")
    assert code == 0
    repairs = pd.read_csv(out / "repairs.csv")
    assert repairs.loc[0, "before"] == pytest.approx(1.02)
    assert repairs.loc[0, "after"] == 1.0
    assert json.loads((out / "solve.json").read_text())["repairs"] == len(repairs) == 1
    assert "repairs.csv" in said
    # a later run without repair does not leave the old list behind
    assert run("solve", "--data", DATA, "--shock", SHOCK, "--out", out)[0] == 0
    assert not (out / "repairs.csv").exists()


def spoil(data: Path, file: str, old: str, new: str) -> None:
    text = (data / file).read_text()
    assert old in text
    (data / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("flows.csv", "value", "amount", "flows.csv: has no column value"),
        ("elasticities.csv", "theta", "theta,theta", "has the column theta twice"),
        ("elasticities.csv", "sector,theta", "sector\ttheta", "parted by tabs. Use commas"),
        ("io.csv", "Aldia,farming", "Aldja,farming", "country 'Aldja': is not in flows. Did"),
        ("io.csv", "farming,farming", "farming,faming", "'faming': is not in elasticities. Did"),
        ("elasticities.csv", "8.0", "0.5", "elasticities.csv line 2, theta '0.5': must be at"),
        ("elasticities.csv", "8.0", "", "elasticities.csv line 2, theta '': is empty"),
        ("tariffs.csv", "0.12", "12", "rate '12': is more than 500 %. Is it in percent?"),
        ("value_added.csv", ",0.", ",-0.", "must be at least 0"),
    ],
)
def test_faulty_data_end_in_one_clear_message(
    run, data: Path, tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    spoil(data, file, old, new)
    out = tmp_path / "out"
    code, said, errors = run("solve", "--data", data, "--shock", SHOCK, "--out", out)
    assert code == 2
    assert said == ""
    assert message in errors
    assert "Traceback" not in errors
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("importer,exporter,sector,tariff\nAldia,Nowhere,*,0\n", "line 2, exporter 'Nowhere'"),
        ("importer,exporter,sector,tariff\n*,*,*,25\n", "Is it in percent?"),
        ("importer,exporter,sector\n*,*,*\n", "no column iceberg_change, tariff"),
        ("importer,exporter,sector,iceberg_change\n*,*,*,-1\n", "must be above 0"),
        ("importer,exporter,sector,iceberg_change\n*,*,*,\n", "changes nothing"),
        ("", "is empty; the first line must name the columns"),
        (
            "importer,exporter,sector,tariff,iceberg_chnage\nAldia,Borria,*,0.1,0.9\n",
            "column 'iceberg_chnage' is not read. Call it 'iceberg_change'?",
        ),
    ],
)
def test_faulty_shocks_end_in_one_clear_message(
    run, tmp_path: Path, text: str, message: str
) -> None:
    shock = tmp_path / "shock.csv"
    shock.write_text(text)
    out = tmp_path / "out"
    code, _, errors = run("solve", "--data", DATA, "--shock", shock, "--out", out)
    assert code == 2
    assert message in errors
    assert "shock.csv" in errors
    assert not out.exists()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (("--deficits", "none"), "choose one of keep, zero, share"),
        (("--theta", "0.2"), "at least 1"),
        (("--tolerance", "0.1"), "tolerance"),
        (("--data", "no-such-folder"), "is no folder"),
        (("--shock", "no-such-file.csv"), "there is no such file"),
    ],
)
def test_faulty_options_end_in_one_clear_message(
    run, tmp_path: Path, extra: tuple[str, str], message: str
) -> None:
    options = {"--data": str(DATA), "--shock": str(SHOCK), "--out": str(tmp_path / "out")}
    options |= dict([extra])
    code, _, errors = run("solve", *(word for pair in options.items() for word in pair))
    assert code == 2
    assert message in errors
    assert not (tmp_path / "out").exists()


def test_missing_options_and_a_file_in_the_way(run, tmp_path: Path) -> None:
    code, _, errors = run("solve", "--data", DATA, "--out", tmp_path)
    assert code == 2
    assert "--shock" in errors
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    code, _, errors = run("solve", "--data", DATA, "--shock", SHOCK, "--out", blocked)
    assert code == 1
    assert "is a file" in errors


def test_a_file_that_looks_like_an_optional_table_is_not_passed_over(
    run, data: Path, tmp_path: Path
) -> None:
    (data / "tariffs.csv").rename(data / "tarifs.csv")
    code, _, errors = run("solve", "--data", data, "--shock", SHOCK, "--out", tmp_path / "out")
    assert code == 2
    assert "tarifs.csv: is not read. Call it tariffs.csv or take it out" in errors
    (data / "tarifs.csv").rename(data / "notes.csv")
    (data / "tariffs.parquet").write_bytes(b"no such thing")
    code, _, errors = run("check", "--data", data)
    assert code == 2
    assert "tariffs.parquet: is no Parquet file" in errors


def test_labels_are_shown_as_they_are_and_tables_fit_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    """Square brackets are markup to the terminal library; long names must not widen the table."""
    names = {"Aldia": "[/red]A", "Cestan": "[b]C of the far and distant east"}
    shock = tmp_path / "shock.csv"
    for path in (*data.iterdir(), SHOCK):
        text = path.read_text()
        for old, new in names.items():
            text = text.replace(old, new)
        (shock if path == SHOCK else path).write_text(text)
    words = ["trade", "solve", "--data", data, "--shock", shock, "--out", tmp_path / "o"]
    code, said, _ = run_beltroad(monkeypatch, capsys, *map(str, words), columns=80)
    assert code == 0
    assert "[/red]A " in said
    assert "[b]C of the f" in said
    rows = [line for line in said.splitlines() if not line.startswith("Written")]
    assert len(rows) == 2 + 1 + 4
    assert max(map(len, rows)) <= 80
    assert pd.read_csv(tmp_path / "o" / "countries.csv").loc[0, "country"] == "[/red]A"


def test_a_tariff_that_may_be_in_percent_is_pointed_at(run, tmp_path: Path) -> None:
    shock = tmp_path / "shock.csv"
    shock.write_text("importer,exporter,sector,tariff\nAldia,Borria,*,1.45\n")
    code, said, _ = run("solve", "--data", DATA, "--shock", shock, "--out", tmp_path / "o")
    assert code == 0
    assert "Highest tariff: 145 %, before 15 %" in said


def test_no_equilibrium_names_who_holds_it_up(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "solve", functools.partial(model.solve, max_steps=2))
    out = tmp_path / "out"
    code, _, errors = run("solve", "--data", DATA, "--shock", SHOCK, "--out", out)
    assert code == 1
    assert "no equilibrium within 2 steps" in errors
    assert re.search("Aldia|Borria|Cestan|Dunland", errors)
    assert re.search("farming|machines|services", errors)
    assert not out.exists()
