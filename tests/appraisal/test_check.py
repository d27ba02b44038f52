"""``beltroad check``: what a scenario's projects connect to, before anything is run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from beltroad import cli
from beltroad.appraisal.checking import Check, check_scenario
from beltroad.appraisal.scenario_file import parse_scenario

ROOT = Path(__file__).resolve().parents[2]


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Run the entry point in this process: exit code, output, errors."""
    monkeypatch.setattr(sys, "argv", ["beltroad", "check", *arguments])
    try:
        cli.main()
        code = 0
    except SystemExit as leave:
        code = int(leave.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="module")
def checked() -> Check:
    """All bundled projects, a few of a scenario's own, reforms and schedules."""
    raw: dict[str, Any] = {
        "projects": {"inline": [
            {"id": "GAUGE", "name": "Standard gauge inland", "mode": "rail",
             "countries": ["CHN", "KAZ"], "gauge_mm": 1435,
             "waypoints": [[44.154, 80.43], [44.0, 79.8], [43.68, 77.11]]},
            {"id": "NOWHERE", "name": "To nowhere", "mode": "rail", "countries": ["KAZ"],
             "waypoints": [[43.68, 77.11], [45.5, 73.2]], "cost_usd_bn": 400.0,
             "speed_after_kmh": 350.0},
            {"id": "SHUT", "name": "Over a shut border", "mode": "road",
             "countries": ["ARM", "AZE"], "waypoints": [[40.79, 43.85], [40.68, 46.36]]},
            {"id": "FAR", "name": "Over a country between", "mode": "rail",
             "countries": ["CHN", "UZB"], "waypoints": [[39.47, 75.99], [40.78, 72.34]]},
            {"id": "PORT", "name": "A port", "mode": "port", "effect": "new_port",
             "countries": ["GIN"], "waypoints": [[9.28, -13.22]]},
        ]},
        "reforms": [{"name": "An island's borders", "countries": ["ISL"], "hours_cut": 5}],
        "schedules": [
            {"name": "Rare", "mode": "rail", "places": ["Xi'an"], "departures_per_week": 0.5},
            {"name": "Barges in a dry place", "mode": "water", "places": ["Xi'an"],
             "departures_per_week": 7},
        ],
    }  # fmt: skip
    return check_scenario(parse_scenario(raw))


def kinds(checked: Check, key: str) -> dict[str, str]:
    return {f.kind: f"{f.level}: {f.text}" for f in checked.findings if f.project == key}


def test_a_new_line_of_another_gauge(checked: Check) -> None:
    found = kinds(checked, "GAUGE")
    assert "gauge 1435 meets 1520" in found["gauge_change"]
    assert "CHN to KAZ" in found["border_by_class"]
    row = checked.projects.set_index("id").loc["GAUGE"]
    assert row["matched_km"] == 0
    assert row["added_km"] > 200


def test_a_line_that_ends_in_the_steppe(checked: Check) -> None:
    found = kinds(checked, "NOWHERE")
    assert found["no_railway"].startswith("warning: ends at 45.50, 73.20")
    assert "km from the nearest railway" in found["no_railway"]
    assert found["unusual_speed"].startswith("warning")
    assert found["unusual_cost"].startswith("warning")


def test_borders_that_cannot_be_crossed(checked: Check) -> None:
    assert "shut" in kinds(checked, "SHUT")["border_closed"]
    assert "no link of the network does" in kinds(checked, "FAR")["no_common_border"]


def test_a_port_without_a_railway(checked: Check) -> None:
    found = kinds(checked, "PORT")
    assert "road" in found["joins"]
    assert "the railway" not in found["joins"]
    # The railway on record ends there.
    assert "port PORT" in " ".join(f.text for f in checked.findings if f.project == "SIM-RWY")


def test_reforms_and_schedules_without_effect(checked: Check) -> None:
    assert "no land border of ISL" in kinds(checked, "An island's borders")["no_effect"]
    assert "nothing is changed" in kinds(checked, "Rare")["no_effect"]
    assert kinds(checked, "Rare")["terminals"] == "info: rail: acts at 1 terminal"
    dry = kinds(checked, "Barges in a dry place")["terminals"]
    assert dry == "warning: water: acts at 0 terminals"


def test_bundled_projects_hang_together(checked: Check) -> None:
    """No recorded project is cut off, and every line is somewhere; none has an impossible value."""
    assert not [f for f in checked.findings if f.level == "fault"]
    assert not [f for f in checked.findings if f.kind == "cut_off"]
    lines = checked.projects[checked.projects["effect"].isin(["new_link", "upgrade"])]
    nowhere = lines[(lines["matched_km"] == 0) & (lines["added_km"] == 0)]
    # Two bridges shorter than the network's links.
    assert set(nowhere["id"]) <= {"MAL-BRG", "PEL-BRG"}
    assert {f.project for f in checked.findings if f.kind == "no_effect"} >= set(nowhere["id"])


def test_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(monkeypatch, capsys, str(ROOT / "examples" / "standard-gauge.toml"))
    assert code == 0
    assert "KHG-ALM" in out
    assert "gauge 1435 meets 1520" in out
    code, out, _ = run(
        monkeypatch, capsys, str(ROOT / "examples" / "new-port.toml"), "--json", "--states"
    )
    told = json.loads(out)
    assert code == 0
    assert [p["id"] for p in told["projects"]] == ["SIM-RWY", "MRB-PRT"]
    assert told["warnings"] == sum(f["level"] == "warning" for f in told["findings"]) > 0
    assert told["states"]["2013"]["all"] < told["states"]["today"]["all"]


def test_faults_of_the_file_are_told_all_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("seed = -1\nnmae = 'x'\n", encoding="utf-8")
    code, out, err = run(monkeypatch, capsys, str(path))
    assert (code, out) == (2, "")
    assert "seed" in err
    assert "nmae" in err
    code, out, _ = run(monkeypatch, capsys, str(path), "--json")
    assert code == 2
    assert {f["where"] for f in json.loads(out)["faults"]} == {"seed", "nmae"}
    code, _, err = run(monkeypatch, capsys)
    assert code == 2
    assert "--all or --states" in err


def test_states_alone_need_no_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(monkeypatch, capsys, "--states")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:24]] == [
        str(year) for year in range(2013, 2036)
    ]
