"""``beltroad invest`` as users meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import beltroad.cli.invest_import
import beltroad.cli.invest_partners  # noqa: F401 - registers the commands
from command_line import run_beltroad

pytestmark = pytest.mark.xdist_group("bundled")
Run = tuple[pytest.MonkeyPatch, pytest.CaptureFixture[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return monkeypatch, capsys


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("balance", "--group", "BRI"), "114,790"),
        (("balance", "--group", "ASEAN", "--both"), "-2,651"),
        (("partners", "--year", "2018"), "HHI 0.434"),
        (("series", "--group", "BRI_ROUTE", "--measure", "flow"), "+8.4 % a year"),
        (("sources", "--partner", "KAZ", "--year", "2024"), "0.67"),
        (("sources",), "Never quote one"),
        (("check",), "160,000 + 80,000"),
    ],
)
def test_tables_fit_the_terminal(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run_beltroad(*run, "invest", *arguments, columns=80)
    assert (code, err) == (0, "")
    assert said in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out


def test_json_csv_and_charts(run: Run, tmp_path: Path) -> None:
    chart = tmp_path / "b.svg"
    code, out, _ = run_beltroad(*run, "invest", "balance", "--group", "BRI_ROUTE", "--json",
                                "--chart", str(chart))  # fmt: skip
    assert code == 0
    said = json.loads(out)
    found = [r for r in said["rows"] if r["period"] == "2021" and r["balance_mn"] is not None]
    assert found[0]["balance_mn"] == 9050.0
    assert chart.read_text().startswith("<svg")
    html = tmp_path / "p.html"
    code, out, _ = run_beltroad(*run, "invest", "partners", "--source", "gcdf3-total", "--csv",
                                "--chart", str(html))  # fmt: skip
    assert code == 0
    assert out.splitlines()[1].startswith("1,RUS,Russian Federation,169568.38")
    assert "Never quote one for another" in html.read_text()


def test_own_table_through_to_a_ranking(run: Run, tmp_path: Path) -> None:
    table, ledger = tmp_path / "t.csv", tmp_path / "own.csv"
    table.write_text("国家,2022（万美元）\n老挝,100\n越南,300\n", encoding="utf-8")
    code, out, _ = run_beltroad(*run, "invest", "import", "table", str(table), "--measure", "flow",
                                "--source", "mine", "--out", str(ledger))  # fmt: skip
    assert code == 0
    assert "2 rows" in out
    code, out, _ = run_beltroad(*run, "invest", "partners", "--ledger", str(ledger),
                                "--only-ledger", "--json")  # fmt: skip
    assert [r["partner"] for r in json.loads(out)["rows"]] == ["VNM", "LAO"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("balance",), "either --partner or --group"),
        (("balance", "--partner", "Narnia"), "no economy 'Narnia'"),
        (("balance", "--partner", "KAZ", "--year", "1999"), "in 1999"),
        (("partners", "--source", "mofcom"), "no source 'mofcom'"),
        (("partners", "--top", "0"), "--top 0"),
        (("series", "--partner", "KAZ", "--from", "2020", "--to", "2019"), "--from 2020"),
        (("sources", "--year", "2020"), "goes with --partner"),
        (("check", "--only", "agrees"), "Did you mean 'agree'"),
        (("balance", "--group", "EU", "--chart", "x.pdf"), "ends in .svg or .html"),
        (("balance", "--group", "EU", "--json", "--csv"), "do not go together"),
        (("import", "tabel", "x.csv", "--out", "y.csv"), "Did you mean 'table'"),
        (("import", "imf", "x.csv", "--out", "y.csv", "--unit", "USD"), "--unit goes with"),
        (("partners", "--only-ledger"), "needs --ledger"),
        (("partners", "--ledger", "none.csv"), "no such file"),
    ],
)
def test_wrong_calls_are_one_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run_beltroad(*run, "invest", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
