"""What holds between economies, and the scorecard, as a user types the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import run_beltroad

Patch, Capture = pytest.MonkeyPatch, pytest.CaptureFixture[str]


def test_relation_of_a_pair(monkeypatch: Patch, capsys: Capture) -> None:
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "relation", "China", "kaz",
                                columns=80)  # fmt: skip
    assert code == 0
    assert out.startswith("China and Kazakhstan, latest known state")
    for said in ("New York", "TIR", "Not in force (", "--all shows these"):
        assert said in out
    assert max(map(len, out.splitlines())) <= 80


def test_relation_on_a_date_as_json(monkeypatch: Patch, capsys: Capture) -> None:
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "relation", "CHN", "KAZ",
                                "--date", "2010-01-01", "--json")  # fmt: skip
    rows = {(row["instrument"], row["scope"]): row for row in json.loads(out)}
    assert code == 0
    assert rows["bri_document", "between"]["state"] == "not"  # proposed in 2013
    assert rows["apostille", "both"]["state"] != "in_force"  # China since November 2023
    new_york = rows["new_york", "both"]
    assert new_york["state"] == "in_force"
    assert new_york["rows"].startswith("policy_facts:")
    assert new_york["source_title"]


def test_profile_of_a_country(monkeypatch: Patch, capsys: Capture) -> None:
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "profile", "UZB", "--all")
    assert code == 0
    assert "Uzbekistan" in out
    assert "World Trade Organization" in out


def test_lists_of_instruments_and_parties(monkeypatch: Patch, capsys: Capture) -> None:
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "instruments", "--json")
    listed = {row["instrument"]: row for row in json.loads(out)}
    assert code == 0
    assert len(listed) >= 50
    assert listed["new_york"]["rows"] > 160
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "parties", "rcep",
                                "--date", "2021-06-01")  # fmt: skip
    assert code == 0
    assert "15 signed" in out or "15 not" in out or "15 unknown" in out  # in force since 2022


def test_check_of_claimed_counts(monkeypatch: Patch, capsys: Capture) -> None:
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "check", columns=80)
    assert code == 0
    assert "economies with full mutual visa exemption" in out
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "check", "--only", "agrees",
                                "--json")  # fmt: skip
    assert {row["verdict"] for row in json.loads(out)} == {"agrees"}


def test_scorecard(monkeypatch: Patch, capsys: Capture, tmp_path: Path) -> None:
    target = tmp_path / "ranks.csv"
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "scorecard", "--limit", "3",
                                "--weight", "trade=2", "--out", str(target))  # fmt: skip
    assert code == 0
    assert "ranked" in out
    assert len(target.read_text().splitlines()) > 150
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "scorecard", "KAZ", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["ranking"]["rank_low"] <= found["ranking"]["rank"] <= found["ranking"]["rank_high"]
    assert {row["pillar"] for row in found["indicators"]} == {
        "policy", "infrastructure", "trade", "finance", "people",
    }  # fmt: skip


def test_a_withdrawal_and_the_ends_of_lists_are_said(monkeypatch: Patch, capsys: Capture) -> None:
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "relation", "CHN", "Panama",
                                "--date", "2025-06-01", columns=80)  # fmt: skip
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert lines[2:4] == ["ended Belt and Road cooperation document", "withdrawn 2025-02-06"]
    assert any("lists end before that day, the first on" in line for line in lines)
    out = run_beltroad(monkeypatch, capsys, "policy", "relation", "CHN", "Panama")[1]
    assert "lists end before" not in out


def test_an_objection_is_shown_without_asking_for_all(monkeypatch: Patch, capsys: Capture) -> None:
    _, out, _ = run_beltroad(monkeypatch, capsys, "policy", "relation", "CHN", "IND", columns=100)
    assert "binds both, but not each other: one objected to the other (article 12)" in out
    assert "\nended       Bilateral investment treaties of China" in out


def test_a_profile_counts_what_is_unconfirmed_and_names_all(
    monkeypatch: Patch, capsys: Capture
) -> None:
    _, short, _ = run_beltroad(monkeypatch, capsys, "policy", "profile", "CHN", columns=120)
    assert "unconfirmed" in short
    assert " ..." in short
    _, full, _ = run_beltroad(monkeypatch, capsys, "policy", "profile", "CHN", "--all",
                              columns=120)  # fmt: skip
    assert " ..." not in full
    assert "ZWE" in full


def test_parties_as_json_name_source_and_rows(monkeypatch: Patch, capsys: Capture) -> None:
    _, out, _ = run_beltroad(monkeypatch, capsys, "policy", "parties", "eaeu", "--json")
    for row in json.loads(out):
        assert row["source_title"]
        assert row["rows"].startswith("policy_facts:")


def test_absence_from_a_partial_list_is_no_no(monkeypatch: Patch, capsys: Capture) -> None:
    _, out, _ = run_beltroad(monkeypatch, capsys, "policy", "scorecard", "Viet Nam")
    said = {" ".join(line.split()) for line in out.splitlines()}
    assert "Chinese cultural centre not listed 0.00" in said
    assert "Renminbi clearing arrangement no 0.00" in said
    assert "e+" not in out  # 50,000 TEU, not 5e+04


def test_a_ranking_of_members_says_of_how_many(monkeypatch: Patch, capsys: Capture) -> None:
    _, out, _ = run_beltroad(monkeypatch, capsys, "policy", "scorecard", "--members",
                             "--date", "2013-01-01")  # fmt: skip
    assert "\n0 of 215 economies ranked" in out  # the initiative was proposed later


def test_scorecard_writes_the_ranking_only(
    monkeypatch: Patch, capsys: Capture, tmp_path: Path
) -> None:
    target = tmp_path / "ranks.csv"
    for more in (("KAZ",), ("--checks",)):
        code, _, errors = run_beltroad(monkeypatch, capsys, "policy", "scorecard", *more,
                                       "--out", str(target))  # fmt: skip
        assert code == 2
        assert "--out writes the ranking" in errors
    assert not target.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("relation", "CHN", "KAZ", "--date", "2024-W01-1"), "give a day as YYYY-MM-DD"),
        (("relation", "CHN", "European Union"), "by its members"),
        (("relation", "CHN", "Atlantis"), "no economy 'Atlantis'"),
        (("relation", "CHN", "China"), "the same economy"),
        (("relation", "CHN", "KAZ", "--date", "01.02.2020"), "give a day as YYYY-MM-DD"),
        (("profile", "YUG"), "stands for no single economy"),
        (("parties", "new_yrk"), "Did you mean 'new_york'"),
        (("instruments", "nothing"), "no topic 'nothing'"),
        (("check", "--only", "agree"), "Did you mean 'agrees'"),
        (("scorecard", "CHN"), "is not scored"),
        (("scorecard", "--weight", "trade"), "give PILLAR=NUMBER"),
        (("scorecard", "--weight", "trad=1"), "Did you mean 'trade'"),
    ],
)
def test_bad_questions_are_one_line_and_exit_2(
    monkeypatch: Patch, capsys: Capture, arguments: tuple[str, ...], said: str
) -> None:
    code, out, errors = run_beltroad(monkeypatch, capsys, "policy", *arguments)
    assert code == 2
    assert said in errors
    assert len(errors.strip().splitlines()) == 1
    assert not out
