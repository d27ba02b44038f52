"""``beltroad debt``: assess, template, countries, and what wrong calls say."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer

# Importing registers the commands.
from beltroad.cli import (
    console,
    debt_assess,
    debt_fans,
    debt_list,
    debt_published,
    debt_ratings,
    debt_template,
)
from beltroad.finance.debt import io as debt_io
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.ratings.assess import assess
from command_line import run_beltroad

sys.path.insert(0, str(Path(__file__).resolve().parent / "finance"))
from debt_made import made

COMMANDS = (
    debt_assess.assess, debt_fans.fans, debt_list.countries, debt_published.published,
    debt_ratings.ratings, debt_template.template,
)  # fmt: skip
TABLE = "what,name,year,value,interest_pct,maturity_years,grace_years\n"

Run = tuple[int, str, str]


@pytest.fixture(scope="module")
def built() -> object:
    """The command line, put together once: that takes longer than most calls."""
    return typer.main.get_command(console.app)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], built: object
) -> object:
    monkeypatch.setattr(console, "app", built)

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
        "heat_map.csv", "paths.csv", "change_public_debt.csv", "change_external_debt.csv",
    }  # fmt: skip
    second = assess(debt_io.read(str(folder)))
    assert second.overall_rating == first["ratings"]["overall"]
    assert second.signals["peak_pct"][0] == pytest.approx(first["signals"][0]["peak_pct"])


def test_packages_go_with_every_framework(run: object, tmp_path: Path) -> None:
    table = tmp_path / "loans.csv"
    plan = Path(__file__).resolve().parents[1] / "examples" / "finance" / "railway-kenya.toml"
    table.write_text(TABLE + "loan,port,2025,900,2,20,5\n")
    given = ("--package", table, "--package", plan, "--package-from", 2026)
    code, text, _ = run("assess", "KEN", *given, "--json")
    assert code == 0
    lic = json.loads(text)["package"]
    assert lic["files"] == ["loans.csv", "railway-kenya.toml"]
    assert lic["first_year"] == 2026
    page = tmp_path / "bri.html"
    code, text, _ = run("assess", "KEN", *given, "--framework", "bri", "--html", page)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    for said in ("without and with the projects", "9. Report: ", "in place of 2014"):
        assert said in " ".join(text.split())
    assert "The nine steps" in page.read_text()
    out = tmp_path / "out"
    code, text, _ = run("assess", "PAK", "--package", table, "--draws", 100, "--out", out)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    assert "Medium term: liquidity" in text
    told = json.loads((out / "assessment.json").read_text())
    assert told["signals"]["overall"] in text
    assert told["package"]["disbursement_usd_mn"] == 900
    assert told["fans"][0]["draws"] == 100
    assert {"report.html", "assessment.xlsx", "path.csv", "loss.csv", "fans.csv",
            "without_and_with.csv"} <= {p.name for p in out.iterdir()}  # fmt: skip


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


def test_countries_are_listed(run: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(prepared.codes()) >= 30
    assert "KEN" in prepared.codes()
    monkeypatch.setattr(prepared, "_ready", lambda: ("KEN", "PAK"))
    prepared._countries.cache_clear()
    code, out, _ = run("countries", "--json")
    prepared._countries.cache_clear()
    assert code == 0
    assert [row["iso3"] for row in json.loads(out)] == ["KEN", "PAK"]


def test_ratings_stand_beside_published_ones(
    run: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(prepared, "codes", lambda: ("BEN", "KEN", "LAO", "PAK"))
    csv = tmp_path / "ratings.csv"
    code, out, _ = run("ratings", "--json", "--csv", csv)
    assert code == 0
    told = json.loads(out)
    rows = {row["iso3"]: row for row in told["countries"]}
    assert list(pd.read_csv(csv)["iso3"]) == list(rows)
    assert rows["PAK"]["framework"] == "market"
    assert rows["PAK"]["published"] == rows["PAK"]["equal"] == ""
    scored = [r for r in rows.values() if r["equal"] and r["published"] != "in debt distress"]
    share = 100 * sum(r["equal"] == "yes" for r in scored) / len(scored)
    assert told["summary"]["equal_without_distress_pct"] == pytest.approx(share)
    assert told["summary"]["compared_without_distress"] == len(scored) == 2
    assert all((r["external"] == r["published"]) == (r["equal"] == "yes") for r in scored)
    code, out, _ = run("ratings")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "within one notch; kappa" in " ".join(out.split())


def test_published_findings_stand_beside_ours(run: object, tmp_path: Path) -> None:
    csv = tmp_path / "published.csv"
    code, out, _ = run("published", "--quick", "--csv", csv)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    table = pd.read_csv(csv)
    row = table[table["item"] == "2% 20y 5y grace"].iloc[0]
    assert row["ours"] - row["theirs"] == pytest.approx(row["difference"], abs=1e-6)
    assert f"{row['ours']:.2f}  {row['theirs']:.2f}" in out


def test_a_batch_of_fans_goes_on_where_it_was_stopped(
    run: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    batch = sys.modules["beltroad.finance.debt.stochastic.many"]
    draw = batch.fans

    def stopped(inputs: object, *rest: object, **more: object) -> object:
        if inputs.iso3 == "LAO":
            raise KeyboardInterrupt
        return draw(inputs, *rest, **more)

    out = tmp_path / "fans"
    given = ("fans", "--out", out, "--countries", "KEN,Laos", "--draws", 100)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "fans", stopped)
        code, _, err = run(*given)
    assert code == 130
    assert "the same command goes on" in err
    assert [p.name for p in out.iterdir()] == ["KEN.json"]
    kept = (out / "KEN.json").stat().st_mtime_ns
    code, text, err = run(*given)
    assert code == 0
    assert "2 countries, 1 of them were there already" in err
    assert (out / "KEN.json").stat().st_mtime_ns == kept
    table = pd.read_csv(out / "quantiles.csv")
    assert set(table["iso3"]) == {"KEN", "LAO"}
    assert "breach" in set(pd.read_csv(out / "probabilities.csv")["measure"])
    last = table[(table["iso3"] == "LAO") & (table["quantity"] == "public_debt_pct_gdp")].iloc[-1]
    assert f"{last['q50']:.0f}" in text


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
        (("assess", "AGO", "--on", "2020-01-01"), "no parameters in force on 2020-01-01"),
        (("assess", "KEN", "--package", "gone.toml"), "there is no such file; check the name"),
        (("assess", "KEN", "--package", "."), "give a .csv table of loans or a .toml"),
        (("assess", "KEN", "--package-from", "2026"), "moves packages; add --package FILE"),
        (("assess", "KEN", "--package-from", "soon"), "should be a valid integer"),
        (("published", "--csv", "none/a.csv"), "there is no folder none; make it first"),
        (("ratings", "--csv", "."), "is a folder, not a file"),
        (("ratings", "KEN"), "unexpected extra argument"),
        (("fans",), "Missing option '--out'"),
        (("fans", "--out", "f", "--countries", ","), "none given; give codes"),
        (("fans", "--out", "f", "--countries", "KEN,Kenya"), "KEN is given twice"),
        (("fans", "--out", "f", "--countries", "USA"), "no inputs are prepared for USA"),
        (("fans", "--out", "f", "--method", "studnt"), "Did you mean 'student'?"),
        (("fans", "--out", "f", "--draws", "3"), "--draws 3: give 100"),
        (("fans", "--out", "f", "--seed", "-1"), "--seed -1: give 0 or more"),
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
