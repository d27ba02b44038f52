"""``beltroad risk watch``, ``alerts``, ``register``, ``gates`` and ``staff`` as users meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import beltroad.cli.risk_gates
import beltroad.cli.risk_register
import beltroad.cli.risk_review
import beltroad.cli.risk_staff
import beltroad.cli.risk_watch  # noqa: F401 - registers the commands
from command_line import run_beltroad

pytestmark = pytest.mark.xdist_group("bundled")


def test_new_figures_open_an_alert_that_is_seen_through(monkeypatch, capsys, tmp_path) -> None:
    journal = ("--journal", str(tmp_path / "j"))

    def risk(*words: str) -> tuple[int, str, str]:
        return run_beltroad(monkeypatch, capsys, "risk", *words, *journal, columns=80)

    figures = tmp_path / "new.csv"
    figures.write_text("iso3,indicator,year,value,source\nSGP,inflation_pct,2025,60,own\n")
    bad = tmp_path / "bad.csv"
    bad.write_text("iso3,indicator,year,value,source\nSGP,inflation_pct,2025,1e308,own\n")
    assert risk("watch", "--figures", str(bad))[0] == 2
    assert not (tmp_path / "j" / "journal.jsonl").exists()
    code, out, err = risk("watch", "--figures", str(figures), "--limit", "90")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "SGP-inflation_pct" in out
    again = json.loads(risk("watch", "--json")[1])
    assert again["changes"] == []
    assert again["unchanged"] == again["signals"] > 1
    code, _, err = risk("alerts", "close", "SGP-inflation_pct", "--by", "ana", "--reason", "x")
    assert (code, "acknowledge it first" in err) == (2, True)
    assert risk("alerts", "acknowledge", "SGP-inflation_pct", "--by", "[red]ana")[0] == 0
    out = risk("alerts", "show", "SGP-inflation_pct")[1]
    assert "[red]ana" in out
    assert "60" in out
    path = tmp_path / "j" / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"[red]ana", b"[red]bob"))
    code, out, _ = risk("watch", "--check")
    assert code == 1
    assert "has been changed" in out
    assert risk("alerts", "list")[0] == 2


def test_register_gates_and_staff(monkeypatch, capsys, tmp_path: Path) -> None:
    journal = ("--journal", str(tmp_path / "j"))

    def risk(*words: str) -> tuple[int, str, str]:
        return run_beltroad(monkeypatch, capsys, "risk", *words, *journal, columns=80)

    code, out, _ = risk("register", "add", "Land [b]late", "--level", "project", "--category",
                        "social", "--iso3", "Kenya", "--project", "MOM-NBO", "--by", "ana",
                        "--probability", "60", "--set", "cost=4")  # fmt: skip
    assert (code, out) == (0, "R0001: assessed, extreme\n")
    assert "Land [b]late" in risk("register", "list")[1]
    ratings = json.loads(risk("register", "matrix", "--json")[1])
    assert ratings["overall"][-1]["rating"] == "extreme"
    code, _, err = risk("gates", "MOM-NBO", "--pass", "concept", "--by", "ana")
    assert (code, "the gate concept stays shut" in err, "concept-01" in err) == (2, True, True)
    book = tmp_path / "r.xlsx"
    assert risk("register", "export", str(book))[0] == 0
    assert "1 unchanged" in risk("register", "import", str(book), "--by", "bo")[1]
    assert risk("review", "MOM-NBO", "--mode", "rail", "--iso3", "KEN", "--planned-cost", "100",
                "--actual-cost", "125", "--price-year", "2014", "--lesson", "buy land first",
                "--by", "ana")[1] == "MOM-NBO: cost +25 %\n"  # fmt: skip
    assert "buy land first" in risk("lessons")[1]
    people = tmp_path / "staff.csv"
    people.write_text("iso3,staff\nKEN,12\n")
    found = json.loads(risk("staff", str(people), "--on", "2026-01-01", "--json")[1])
    assert (found["staff"], found["by_country"][0]["iso3"]) == (12, "KEN")
    people.write_text("iso3,staff,passport\nKEN,1,X1\n")
    assert risk("staff", str(people))[0] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("register", "update", "R1", "--by", "a", "--set", "by=z"), "'by' is no field"),
        (("register", "add", "t", "--level", "overall", "--category", "debt", "--by", "a",
          "--set", "title=x"), "title: given twice"),
        (("register", "list", "--level", "foo"), "--level 'foo'"),
        (("gates", "P", "--evidence", "e"), "--evidence goes with --meet"),
        (("review", "P", "--mode", "rail", "--iso3", "KEN", "--planned-cost", "1e-320",
          "--actual-cost", "1e308", "--price-year", "2014", "--lesson", "l", "--by", "a"),
         "planned_cost_usd 9.99989e-321: give 1 to"),
    ],
)  # fmt: skip
def test_steps_that_are_refused(monkeypatch, capsys, tmp_path, words, said) -> None:
    journal = ("--journal", str(tmp_path / "j"))
    code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", *words, *journal)
    assert (code, said in wrong) == (2, True), wrong
    assert not (tmp_path / "j" / "journal.jsonl").exists()
