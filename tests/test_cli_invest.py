"""``beltroad invest`` as users meet it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beltroad.cli import invest, invest_import, invest_partners
from beltroad.errors import InputError
from command_line import run_beltroad

pytestmark = pytest.mark.xdist_group("bundled")
Command = Callable[..., None]
Run = tuple[pytest.MonkeyPatch, pytest.CaptureFixture[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return monkeypatch, capsys


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        (invest.balance, {}, "13 Eurasian economies 2025-06-30 66,000 1,120 64,880 edb"),
        (invest.balance, {"group": "BRI"}, "114,790"),
        (invest.balance, {"group": "ASEAN", "both": True}, "-2,651"),
        (invest_partners.partners, {"year": 2018}, "HHI 0.434"),
        (invest.series, {"group": "BRI_ROUTE", "measure": "flow"}, "+8.4 % a year"),
        (invest_partners.sources, {"partner": "KAZ", "year": 2024}, "0.67"),
        (invest_partners.sources, {}, "Never quote one"),
        (invest_import.check, {}, "160,000 + 80,000"),
    ],
)
def test_tables_fit_the_terminal(
    run: Run, command: Command, options: dict[str, Any], said: str
) -> None:
    """The commands are called as functions: building the whole command line takes longer."""
    run[0].setenv("COLUMNS", "80")
    command(**options)
    out = run[1].readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    assert said in " ".join(out.split())


def test_a_narrow_terminal_does_not_cut_numbers(run: Run) -> None:
    run[0].setenv("COLUMNS", "40")
    invest.balance(group="BRI")
    assert "114,790" in run[1].readouterr().out


def test_json_csv_and_charts(run: Run, tmp_path: Path) -> None:
    chart = tmp_path / "b.svg"
    invest.balance(group="BRI_ROUTE", as_json=True, chart=chart)
    said = json.loads(run[1].readouterr().out)
    found = [r for r in said["rows"] if r["period"] == "2021" and r["balance_mn"] is not None]
    assert found[0]["balance_mn"] == 9050.0
    assert chart.read_text().startswith("<svg")
    html = tmp_path / "p.html"
    invest_partners.partners(source="gcdf3-total", as_csv=True, chart=html)
    out = run[1].readouterr().out
    assert out.splitlines()[1].startswith("1,RUS,Russian Federation,169568.38")
    assert "Never quote one for another" in html.read_text()


def test_own_table_through_to_a_ranking(run: Run, tmp_path: Path) -> None:
    table, ledger = tmp_path / "t.csv", tmp_path / "own.csv"
    text = "国家,2022（万美元）\n老挝,100\n越南,300\n"
    table.write_text(text, encoding="utf-8")
    invest_import.import_table("table", table, ledger, measure="flow", source="mine")
    assert "2 rows" in run[1].readouterr().out
    code, out, _ = run_beltroad(*run, "invest", "partners", "--ledger", str(ledger),
                                "--only-ledger", "--json")  # fmt: skip
    assert code == 0
    assert [r["partner"] for r in json.loads(out)["rows"]] == ["VNM", "LAO"]
    # A table is never written over itself, and a source is no formula.
    with pytest.raises(InputError, match="is the file to be read"):
        invest_import.import_table("table", table, table, measure="flow")
    with pytest.raises(InputError, match="begin with a letter"):
        invest_import.import_table("table", table, ledger, measure="flow", source="=x")
    assert table.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        (invest.balance, {"partner": "KAZ", "group": "EU"}, "either --partner or --group"),
        (invest.balance, {"chart": Path("x.svg")}, "goes with --partner or --group"),
        (invest.balance, {"partner": "Narnia"}, "no economy 'Narnia'"),
        (invest.balance, {"partner": "KAZ", "year": 1999}, "in 1999"),
        (invest_partners.partners, {"source": "mofcom"}, "no source 'mofcom'"),
        (invest_partners.partners, {"top": 0}, "--top 0"),
        (invest.series, {"partner": "KAZ", "start": 2020, "end": 2019}, "--from 2020"),
        (invest_partners.sources, {"year": 2020}, "goes with --partner"),
        (invest_import.check, {"only": "agrees"}, "Did you mean 'agree'"),
        (invest.balance, {"group": "EU", "chart": Path("x.pdf")}, "ends in .svg or .html"),
        (invest.balance, {"group": "EU", "as_json": True, "as_csv": True}, "do not go together"),
        (invest_import.import_table,
         {"kind": "tabel", "file": Path("x.csv"), "out": Path("y.csv")}, "Did you mean 'table'"),
        (invest_import.import_table,
         {"kind": "imf", "file": Path("x.csv"), "out": Path("y.csv"), "unit": "USD"},
         "--unit goes with"),
        (invest_partners.partners, {"only_ledger": True}, "needs --ledger"),
        (invest_partners.partners, {"ledger": [Path("none.csv")]}, "no such file"),
    ],
)  # fmt: skip
def test_wrong_calls_say_what_is_wrong(
    command: Command, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        command(**options)


def test_a_wrong_call_is_one_line_and_code_2(run: Run) -> None:
    code, out, err = run_beltroad(*run, "invest", "balance", "--partner", "Narnia")
    assert (code, out) == (2, "")
    assert err.startswith("beltroad: no economy 'Narnia'")
    assert err.count("\n") == 1
