"""``beltroad debt``: assess, template, countries, and what wrong calls say."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

# Importing registers the commands.
from beltroad.cli import debt_assess, debt_list, debt_template
from beltroad.finance.debt import io as debt_io
from command_line import run_beltroad

sys.path.insert(0, str(Path(__file__).resolve().parent / "finance"))
from debt_made import made

COMMANDS = (debt_assess.assess, debt_list.countries, debt_template.template)

Run = tuple[int, str, str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    def call(*arguments: object) -> Run:
        texts = [str(each) for each in arguments]
        return run_beltroad(monkeypatch, capsys, "debt", *texts, columns=80)

    return call


def test_a_prepared_country_is_assessed_out_of_the_box(run: object) -> None:
    code, out, err = run("assess", "Kenya")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for said in ("Overall risk of public debt distress:", "Debt-carrying capacity:",
                 "PV public / GDP", "imputed or assumed"):  # fmt: skip
        assert said in out


def test_a_template_filled_in_gives_the_same_assessment(run: object, tmp_path: Path) -> None:
    book = debt_io.write_workbook(made(), tmp_path / "in.xlsx")
    folder = debt_io.write_folder(made(), tmp_path / "in")
    out = tmp_path / "out"
    code, text, err = run("assess", book, "--json", "--out", out)
    assert code == 0
    assert f"{out} written" in err
    first = json.loads(text)
    assert first == json.loads((out / "assessment.json").read_text())
    assert {p.name for p in out.iterdir()} == {
        "report.html", "assessment.xlsx", "assessment.json", "indicators.csv", "signals.csv",
        "heat_map.csv", "paths.csv",
    }  # fmt: skip
    code, text, _ = run("assess", folder, "--json")
    assert code == 0
    second = json.loads(text)
    assert second["ratings"] == first["ratings"]
    assert second["signals"][0]["peak_pct"] == pytest.approx(first["signals"][0]["peak_pct"])


def test_templates_are_written_once_and_kept(run: object, tmp_path: Path) -> None:
    path = tmp_path / "KEN.xlsx"
    assert run("template", "KEN", "--out", path)[0] == 0
    before = path.read_bytes()
    code, _, err = run("template", "blank", "--out", path)
    assert code == 2
    assert "is there already; give another --out, or --force" in err
    assert path.read_bytes() == before
    code, _, err = run("template", "KEN", "--blank", "--first-year", 2026, "--out", path, "--force")
    assert code == 0
    assert path.read_bytes() == debt_io.workbook_bytes(None, iso3="KEN", first_year=2026)
    code, _, err = run("template", "USA", "--out", tmp_path / "usa")
    assert code == 0
    assert "the template is blank" in err


def test_countries_are_listed(run: object) -> None:
    code, out, _ = run("countries", "--json")
    assert code == 0
    rows = json.loads(out)
    assert len(rows) >= 30
    assert "KEN" in {row["iso3"] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("assess",), "Missing argument 'INPUT'"),
        (("assess", "Atlantis"), "no economy 'Atlantis'"),
        (("assess", "./none"), "there is no such file or folder"),
        (("assess", "none.xlsx"), "there is no such file or folder"),
        (("assess", ""), "no input given"),
        (("assess", "KEN", "--framework", "imf"), "choose from lic, bri, market"),
        (("assess", "KEN", "--on", "2024-02-30"), "give a day as YYYY-MM-DD"),
        (("assess", "KEN", "--on", "1990-01-01"), "no parameters in force on 1990-01-01"),
        (("assess", "KEN", "--draws", "5"), "--draws 5: give 100"),
        (("assess", "KEN", "--seed", "-1"), "--seed -1: give 0 or more"),
        (("assess", "KEN", "--html", "a.pdf"), "give a file that ends in .html"),
        (("assess", "KEN", "--xlsx", "none/a.xlsx"), "there is no folder none"),
        (("assess", "KEN", "--out", "a.xlsx"), "is for a folder"),
        (("assess", "AGO", "--html", "a.html"), "add --framework lic"),
        (("template",), "Missing argument 'COUNTRY'"),
        (("template", "Atlantis"), "no economy 'Atlantis'"),
        (("template", "KEN", "--out", "a.pdf"), "a file that ends in .xlsx, or a folder"),
        (("template", "KEN", "--first-year", "2025"), "--first-year is for a blank template"),
        (("template", "blank", "--first-year", "1800"), "give a year from 1990 to 2100"),
        (("countries", "KEN"), "unexpected extra argument"),
    ],
)
def test_wrong_calls_get_one_line_and_leave_nothing(
    run: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...],
    said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert out == "" or "Usage" in out
    assert said in " ".join(err.split())
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
