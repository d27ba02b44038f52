"""``beltroad route`` as users meet it: bad input in one line, an answer that adds up, files."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest

from beltroad import cli
from beltroad.appraisal.routes import Atlas
from command_line import run_beltroad


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Run the command in this process: exit code, output, errors."""
    return run_beltroad(monkeypatch, capsys, "route", *arguments, columns=100)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Chongqing", "Duisburg", "--mode", "train"], "unknown mode 'train'"),
        (["Chongqing", "Duisburg", "--mode", ","], "names no mode"),
        (["Chongqing", "Duisburg", "--depart", "2026-13-01"], "no day of departure"),
        (["Chongqing", "Duisburg", "--state", "1066"], "choose today, complete or a year"),
        (["Chongqing", "Duisburg", "--value-of-time", "-5"], "0 to 1,000,000"),
        (["Chongqing", "Duisburg", "--value-of-time", "nan"], "0 to 1,000,000"),
        (["Chongqing", "Duisburg", "--scenario", "none.toml"], "none.toml"),
        (["Chongqing", "Duisburg", "--colse", "suez"], "--colse"),
        (["Chongqing", "Xyzzyville"], "no place named 'Xyzzyville'"),
        (["Springfield", "Duisburg"], "may be several places"),
        (["91,0", "Duisburg"], "no point on the globe"),
        (["Chongqing", "Duisburg", "--via", "DEDUI"], "named twice in a row"),
        (["Duisburg", "DEDUI"], "named twice in a row"),
        (["Chongqing"], "Missing argument"),
    ],
)
def test_bad_input_ends_at_once_with_code_2_and_one_line(
    arguments: list[str],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = run(monkeypatch, capsys, *arguments)
    assert code == 2
    assert out == ""
    assert expected in err
    assert err.count("\n") == 1


def test_files_that_cannot_be_written_are_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = ("Chongqing", "Duisburg")
    code, _, err = run(monkeypatch, capsys, *pair, "--html", str(tmp_path))
    assert (code, "is a folder" in err) == (2, True)
    code, _, err = run(monkeypatch, capsys, *pair, "--geojson", str(tmp_path / "no" / "x.json"))
    assert (code, "make it first" in err) == (2, True)
    same = str(tmp_path / "x")
    code, _, err = run(monkeypatch, capsys, *pair, "--geojson", same, "--html", same)
    assert (code, "named twice" in err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_the_command_is_listed_and_loads_nothing_heavy() -> None:
    code = "import sys, beltroad.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "numba", "altair"} & set(done.stdout.split())


# From here on with the bundled network.


@pytest.fixture(scope="module")
def atlas(placed_once: None) -> Atlas:
    """Projects placed on the bundled network once for all commands of this process."""
    return Atlas.of()


@pytest.fixture(scope="module")
def answer(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str, Path]:
    """One answer as users get it: record, what was said beside it, folder of the files."""
    folder = tmp_path_factory.mktemp("route")
    asked = [
        "beltroad", "route", "Kunming", "Vientiane", "--all",
        "--json", "--depart", "2026-03-02", "--avoid", "THA", "--geojson",
        str(folder / "r.geojson"), "--html", str(folder / "r.html"),
    ]  # fmt: skip
    said, beside = StringIO(), StringIO()
    code: object = 0
    with (
        pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(beside)
    ):  # fmt: skip
        patch.setattr(sys, "argv", asked)
        patch.setattr(Atlas, "of", lambda *_, **__: atlas)
        try:
            cli.main()
        except SystemExit as leave:
            code = leave.code or 0
    assert code == 0, beside.getvalue()
    return json.loads(said.getvalue()), beside.getvalue(), folder


@pytest.mark.slow
def test_json_is_alone_on_stdout_and_its_totals_add_up(answer: tuple[dict, str, Path]) -> None:
    said, beside, folder = answer
    assert "r.html written" in beside
    assert said["routes"]
    assert said["closures"][0]["asked_as"] == "avoid"
    for route in said["routes"]:
        steps = [*route["legs"], *route["stops"]]
        for total, name in (
            ("hours_total", "hours"), ("km_total", "km"), ("usd_per_teu", "usd_per_teu"),
            ("kgco2e_per_teu", "kgco2e_per_teu"),
        ):  # fmt: skip
            assert route[total] == pytest.approx(sum(s[name] for s in steps), abs=0.06 * len(steps))
        assert sum(route["hours_by_group"].values()) == pytest.approx(
            route["hours_total"], rel=1e-3, abs=0.05
        )
        assert route["days_p10"] <= route["days_p50"] <= route["days_p90"]
        assert all("THA" not in leg["countries"] for leg in route["legs"] if leg["mode"] != "air")
    assert {"hours_total", "usd_per_teu", "kgco2e_per_teu"} == {
        m for r in said["routes"] for m in r["best_in"]
    }
    features = json.loads((folder / "r.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == sum(len(r["legs"]) + len(r["stops"]) for r in said["routes"])


@pytest.mark.slow
def test_the_rail_route_takes_a_listed_service(answer: tuple[dict, str, Path]) -> None:
    rail = [r for r in answer[0]["routes"] if r["main_modes"] == ["rail"]]
    assert rail
    for route in rail:
        (service,) = route["services"]
        assert service["service"] == "Kunming - Laos"
        assert service["wait_hours"] == pytest.approx(
            168 / service["departures_per_week"] / 2, 0.01
        )
        assert route["arrival_dates"]["p10"] <= route["arrival_dates"]["p90"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["51.432,6.765", "51.4321,6.765"], "same place"),
        (["0,-150", "Duisburg"], "no road within"),
        (["90,0", "Duisburg"], "no road within"),
        (["Kunming", "Vientiane", "--close", "Chinaa"], "Did you mean 'China'"),
        (["Kunming", "Vientiane", "--close", "China"], "lies in what is closed"),
        (
            ["Suva", "Apia", "--mode", "rail,road", "--close", "Mohan"],
            "no route is left",
        ),
    ],
)
def test_what_only_the_network_can_tell_ends_with_code_2(
    arguments: list[str],
    expected: str,
    atlas: Atlas,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Atlas, "of", lambda *_, **__: atlas)
    code, out, err = run(monkeypatch, capsys, *arguments)
    assert code == 2
    assert out == ""
    assert expected in err


@pytest.mark.slow
def test_across_the_antimeridian_with_a_negative_latitude_first(
    atlas: Atlas,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Atlas, "of", lambda *_, **__: atlas)
    path = tmp_path / "a.geojson"
    code, out, _ = run(
        monkeypatch, capsys, "-17.7,178.1", "Apia", "--mode", "sea", "--geojson", str(path)
    )
    assert code == 0
    assert "sea via" in out
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    cut = [f for f in features if f["geometry"]["type"] == "MultiLineString"]
    assert cut
    for feature in cut:
        for part in feature["geometry"]["coordinates"]:
            assert all(abs(a[0] - b[0]) < 180 for a, b in pairwise(part))


@pytest.mark.slow
def test_two_islands_without_rails_between_them_have_a_way(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Atlas, "of", lambda *_, **__: atlas)
    code, out, _ = run(monkeypatch, capsys, "Suva", "Apia", "--no-legs")
    assert code == 0
    assert "sea via" in out
