"""The command line as users meet it: exit codes, one message, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import beltroad
from beltroad import cli
from beltroad.errors import ConvergenceError
from command_line import run_beltroad as main

SMALL = """
name = "A port"
sensitivity = false
[states]
before = "today"
after = "complete"
economy = "today"
[projects]
include = ["ANK-PRT"]
[green]
by_mode = false
"""


def run(*arguments: str, cwd: Path, cache: str = "off") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "beltroad.cli", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=300, check=False,
        env=os.environ | {"BELTROAD_CACHE": cache, "COLUMNS": "200"},
    )  # fmt: skip


def scenario(folder: Path, text: str = SMALL) -> str:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_version_and_help(tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"beltroad {beltroad.__version__}\n")
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "appraise" in done.stdout
    assert "tables" in done.stdout


def test_help_of_the_main_command() -> None:
    done = CliRunner().invoke(cli.app, ["appraise", "--help"])
    assert done.exit_code == 0
    assert "--out" in done.output


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("[states\n", 2, "line 1"),
        ("nmae = 'x'\n", 2, "Did you mean 'name'?"),
        ("[projects]\ninclude = ['KUN-VTX']\n", 2, "KUN-VTE"),
        ("base = 'scenario.toml'\n", 2, "circle"),
    ],
)
def test_bad_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    text: str, code: int, words: str,
) -> None:  # fmt: skip
    out = tmp_path / "out"
    got, said, error = main(
        monkeypatch, capsys, "appraise", scenario(tmp_path, text), "--out", str(out)
    )
    assert (got, said) == (code, "")
    assert error.startswith("beltroad: ")
    assert words in error
    assert "Traceback" not in error
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("appraise", "nowhere.toml"), "no such file"),
        (("appraise", "--colour", "red"), "--colour"),
        (("aprpaise",), "aprpaise"),
        (("appraise", "--apply", "none such"), "none such"),
        (("tables", "icio_trad"), "icio_trade"),
    ],
)
def test_bad_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...], words: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, said, error = main(monkeypatch, capsys, *arguments)
    assert (code, said) == (2, "")
    assert error.startswith("beltroad: ")
    assert words in error


def test_a_bad_file_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = run("appraise", "nowhere.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_estimate_checks_and_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scenario(tmp_path)
    code, said, error = main(
        monkeypatch, capsys, "appraise", path, "--estimate", "--out", str(tmp_path / "out")
    )
    assert (code, error) == (0, "")
    assert said.startswith("A port: ")
    assert "memory" in said
    assert [p.name for p in tmp_path.iterdir()] == ["scenario.toml"]


def test_without_a_file_the_corridors_are_appraised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, _ = main(monkeypatch, capsys, "appraise", "--estimate")
    assert code == 0
    assert said.startswith("The corridor portfolio")


def test_a_folder_that_cannot_take_results_fails_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine")
    start = time.perf_counter()
    code, _, error = main(
        monkeypatch, capsys, "appraise", scenario(tmp_path), "--out", str(tmp_path / "out")
    )
    assert code == 1
    assert "is a file" in error
    assert error.count("\n") == 1
    assert (tmp_path / "out").read_text() == "mine"
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (ConvergenceError("no equilibrium: KAZ"), 1, "beltroad: no equilibrium: KAZ\n"),
        (KeyboardInterrupt(), 130, "nothing was written"),
    ],
)
def test_what_stops_the_work_becomes_an_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    raised: BaseException, code: int, words: str,
) -> None:  # fmt: skip
    def fail(*_: object, **__: object) -> None:
        raise raised

    from beltroad.appraisal import run as module

    monkeypatch.setattr(module, "appraise", fail)
    out = tmp_path / "out"
    got, _, error = main(monkeypatch, capsys, "appraise", scenario(tmp_path), "--out", str(out))
    assert got == code
    assert words in error
    assert not out.exists()


def test_tables(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, said, _ = main(monkeypatch, capsys, "tables")
    assert code == 0
    assert "network_links" in said
    code, said, _ = main(monkeypatch, capsys, "tables", "projects")
    assert code == 0
    assert "waypoints" in said


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for intermediate results, empty at first."""
    return tmp_path_factory.mktemp("kept") / "cache"


@pytest.mark.xdist_group("bundled")
def test_a_whole_run_prints_json_and_writes_files(tmp_path: Path, cache: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("stays")
    done = run(
        "appraise", scenario(tmp_path), "--out", str(out), "--json", cwd=tmp_path,
        cache=str(cache),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    headlines = json.loads(done.stdout)
    assert headlines["project_cost_usd"] > 0
    assert {p.name for p in out.iterdir()} == {
        "mine.txt", "countries.csv", "pairs.parquet", "projects.csv", "report.html", "report.xlsx",
        "run.json", "access_cities.csv", "access_countries.csv", "financing.csv", "payments.csv",
        "links.csv", "debt.csv", "poverty.csv", "jobs.csv", "jobs_industries.csv",
        "project_risk.csv", "loan_risk.csv", "loan_concentration.csv", "freight_emissions.csv",
        "green_projects.csv",
    }  # fmt: skip
    assert (
        json.loads((out / "run.json").read_text(encoding="utf-8"))["beltroad"]
        == beltroad.__version__
    )
    assert list(cache.glob("*.npz"))
    assert not list(cache.glob("*.part"))


@pytest.mark.xdist_group("bundled")
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
@pytest.mark.parametrize("step", ["placing projects", "solving"])
def test_ctrl_c_in_the_middle(tmp_path: Path, cache: Path, step: str) -> None:
    """Stopped as soon as the named step begins: exit 130, the folder for results untouched."""
    # Projects are placed only where ways are not known; to solve, those of the run above will do.
    folder = cache if step == "solving" else tmp_path / "cache"
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("old")
    work = subprocess.Popen(
        [sys.executable, "-m", "beltroad.cli", "appraise", scenario(tmp_path), "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env=os.environ | {"BELTROAD_CACHE": str(folder)},
    )  # fmt: skip
    assert work.stderr is not None
    seen = []
    for line in work.stderr:
        seen.append(line)
        if step in line:
            break
    work.send_signal(signal.SIGINT)
    said, error = work.communicate(timeout=120)
    assert any(step in line for line in seen), seen
    assert work.returncode == 130, error
    assert "stopped; nothing was written" in error
    assert "Traceback" not in error
    assert said == ""
    assert {p.name: p.read_text() for p in out.iterdir()} == {"report.html": "old"}
    assert not list(folder.glob("*.part"))
