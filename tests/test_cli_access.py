"""``beltroad access`` as users meet it: tables, JSON, CSV, and one message for bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from beltroad.appraisal import reach as appraisal_reach
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.reach import Access, Levers
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.network import great_circle_km
from command_line import run_beltroad

pytestmark = pytest.mark.xdist_group("bundled")

SMALL = """
name = "A [port]"
sensitivity = false
[states]
before = 2015
after = 2030
[projects]
include = ["ANK-PRT"]
"""


class Flown:
    """Stands in for the routing: hours as the crow flies, in the later state a tenth fewer."""

    def __init__(self) -> None:
        self.asked: list[tuple[Scenario, tuple[float, ...]]] = []

    def __call__(self, scenario: Scenario, *, days: Any, **_: Any) -> Access:
        self.asked.append((scenario, tuple(days)))
        inputs = gather(scenario)
        lat, lon = (inputs.cities[c].to_numpy(float) for c in ("lat", "lon"))
        hours = great_circle_km(lat[:, None], lon[:, None], lat, lon) / 40.0
        np.fill_diagonal(hours, 0.0)
        hours[0, 1:] = hours[1:, 0] = np.inf
        both = {"before": hours, "after": hours * 0.9}
        ids = inputs.cities["city_id"].to_numpy(str)
        return appraisal_reach.access(inputs, ids, both, Levers(4.55, 0.008), days=days)


@pytest.fixture
def flown(monkeypatch: pytest.MonkeyPatch) -> Flown:
    stand_in = Flown()
    monkeypatch.setattr(appraisal_reach, "access_of", stand_in)
    return stand_in


def main(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Run the command in this process: exit code, output, errors."""
    return run_beltroad(monkeypatch, capsys, "access", *arguments, columns=160)


def test_the_table_of_the_corridors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown
) -> None:
    code, said, _ = main(monkeypatch, capsys)
    assert code == 0
    assert "today to complete" in said
    for words in ("Kazakhstan", "landlocked", "along the corridors", "in 7 d", "in 14 d",
                  "elasticity 4.55", "Of 219 economies market access rises in"):  # fmt: skip
        assert words in said, words
    assert "Brazil" not in said
    scenario, days = flown.asked[0]
    assert (scenario.states.before, scenario.states.after) == ("today", "complete")
    assert scenario.projects.include == "all"
    assert days == (1.0, 3.0, 7.0, 14.0)


def test_one_city(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown
) -> None:
    code, said, _ = main(monkeypatch, capsys, "--city", "tashkent", "--days", "7, 2.5")
    assert code == 0
    assert "Tashkent, UZB" in said
    assert "2.5 d" in said
    assert "of 1000 cities" in said
    assert flown.asked[0][1] == (2.5, 7.0)


def test_one_city_that_reaches_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown
) -> None:
    assert len(flown.asked) == 0
    code, said, _ = main(monkeypatch, capsys, "--city", "Oranjestad")
    assert code == 0
    assert "never" in said
    code, said, _ = main(monkeypatch, capsys, "--city", "Oranjestad", "--json")
    record = json.loads(said)
    assert record["city"]["days_to_half_gdp_before"] is None
    assert record["days_to_parts"][0]["gdp_days_before"] is None


def test_one_economy_and_its_cities(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown
) -> None:
    code, said, _ = main(monkeypatch, capsys, "--country", "kaz")
    assert code == 0
    assert flown.asked
    assert "Almaty" in said
    assert "Tashkent" not in said


def test_json_of_everything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown
) -> None:
    code, said, _ = main(monkeypatch, capsys, "--json")
    assert code == 0
    assert flown.asked
    record = json.loads(said)
    assert (record["before"], record["after"]) == ("today", "complete")
    assert len(record["countries"]) == 219
    assert [g["group"] for g in record["groups"][:2]] == ["all economies", "landlocked"]
    first = record["countries"][0]
    assert first["rank"] == 1
    assert first["population_3d_before"] <= first["population_7d_before"]
    assert record["units"]["gdp_usd"] == "USD"
    code, said, _ = main(monkeypatch, capsys, "--json", "--country", "UZB")
    record = json.loads(said)
    assert record["country"]["iso3"] == "UZB"
    assert {c["iso3"] for c in record["cities"]} == {"UZB"}


def test_csv(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown,
    tmp_path: Path,
) -> None:  # fmt: skip
    path = tmp_path / "access.csv"
    code, _, error = main(monkeypatch, capsys, "--csv", str(path))
    assert code == 0
    assert flown.asked
    assert "access.csv written" in error
    table = pd.read_csv(path)
    assert len(table) == 219
    assert table["rank"].is_monotonic_increasing
    assert table["population_14d_after"].max() <= table["population"].sum() * 1.01


def test_states_and_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown,
    tmp_path: Path,
) -> None:  # fmt: skip
    path = tmp_path / "scenario.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert main(monkeypatch, capsys, str(path))[1].startswith("\nA [port]: 2015 to 2030")
    main(monkeypatch, capsys, str(path), "--compare", "Complete")
    main(monkeypatch, capsys, "--state", "2013")
    states = [(s.states.before, s.states.after, s.projects.include) for s, _ in flown.asked]
    assert states == [
        (2015, 2030, ("ANK-PRT",)), (2015, "complete", ("ANK-PRT",)), (2013, "complete", "all"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--days", "-1,3"], "each must be above 0"),
        (["--days", "nan"], "each must be above 0"),
        (["--days", "inf"], "at most 365"),
        (["--days", "1,two"], "give numbers with commas"),
        (["--days", ""], "give numbers with commas"),
        (["--days", "1,2,3,4,5,6,7,8,9"], "give 8 at most"),
        (["--city", "Atlantis"], "no city 'Atlantis'"),
        (["--city", "Almatty"], "Did you mean 'Almaty'?"),
        (["--city", "Tripoli"], "'Tripoli, LBN' or 'Tripoli, LBY'"),
        (["--country", "KAX"], "no ISO 3166 alpha-3 code"),
        (["--country", "Kazakhstan"], "Did you mean 'KAZ'?"),
        (["--country", "KAZ", "--city", "Almaty"], "give one of the two"),
        (["--state", "soon"], "no state of the network"),
        (["--compare", "1900"], "no state of the network"),
        (["nowhere.toml"], "nowhere.toml"),
        (["--csv", "no/such/folder/x.csv"], "there is no folder"),
        (["--csv", "."], "is a folder"),
    ],
)
def test_bad_input_is_one_message_before_any_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flown: Flown,
    arguments: list[str], words: str,
) -> None:  # fmt: skip
    code, said, error = main(monkeypatch, capsys, *arguments)
    assert code == 2
    assert words in error
    assert said == ""
    assert not flown.asked
    assert "Traceback" not in error


def test_states_the_wrong_way_round(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, error = main(monkeypatch, capsys, "--state", "complete", "--compare", "2013")
    assert (code, said) == (2, "")
    assert "swap the two" in error


def test_a_whole_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    shared_cache: Path, placed_once: None,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, out, err = run_beltroad(
        monkeypatch, capsys, "access", "--city", "Almaty", "--json", cache=str(shared_cache)
    )
    assert code == 0, err
    record = json.loads(out)
    city = record["city"]
    assert city["name"] == "Almaty"
    assert 0 < city["population_1d_before"] < city["population_7d_before"]
    assert city["population_14d_after"] > city["population_14d_before"]
    assert city["market_access_change_pct"] > 0
    assert not list(tmp_path.glob("*.csv"))
