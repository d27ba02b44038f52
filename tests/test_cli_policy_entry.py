"""``beltroad policy entry``, ``outbound`` and ``lists`` as people call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import beltroad.cli.policy_entry  # noqa: F401  registers the commands
from beltroad.policy.entry import list_ids
from command_line import run_beltroad


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*words: object) -> tuple[int, str, str]:
        given = [str(word) for word in words]
        return run_beltroad(monkeypatch, capsys, "policy", *given, columns=80)

    return call


def test_entry_in_words_and_as_json(run) -> None:
    asked = ("entry", "--investor", "DEU", "--host", "china", "--industry", "J61", "--stake", 60)
    code, said, errors = run(*asked)
    assert (code, errors) == (0, "")
    assert said.startswith("restricted (it depends): Germany, 60 % of J61 Telecommunications")
    assert "basic-telecom (J611 J612 J613)" in said
    assert "not met: host parties control: foreign stakes together below 50 %" in said
    assert "Order No. 23 of 2024" in " ".join(said.split())
    code, said, _ = run(*asked, "--json", "--activity", "vpn", "--date", "2023-01-01")
    found = json.loads(said)
    assert (code, found["verdict"], found["list_id"]) == (0, "restricted", "chn_2021")
    assert found["in_force_from"] == "2022-01-01"


def test_zone_and_own_rules(run, tmp_path: Path) -> None:
    asked = ("entry", "--investor", "DEU", "--host", "CHN", "--stake", 100, "--industry", "M7320")
    _, said, _ = run(*asked, "--activity", "market research", "--zone", "free-trade")
    assert said.startswith("permitted (as asked)")
    own = tmp_path / "mine.toml"
    own.write_text(
        '[list]\nid = "mine"\nhost = "CHN"\nkind = "negative_list"\ntopic = "entry"\n'
        'title = "[red]Mine[/red]"\nin_force_from = "2020-01-01"\nas_of = "2020-01-01"\n'
        'confidence = "high"\n[[source]]\nid = "s"\ntitle = "S"\nlicence = "facts"\n'
        'vintage = "2020"\n[[item]]\nnumber = "1"\ntitle = "All"\n[[item.measure]]\n'
        'activity = "all"\ntitle = "All"\nisic = ["*"]\nprohibited = true\n',
        encoding="utf-8",
    )
    _, said, _ = run(*asked, "--rules", own)
    assert said.startswith("prohibited (not as asked)")
    assert "[red]Mine[/red]" in said
    own.write_text(own.read_text(encoding="utf-8").replace('"*"', '"Z9"'), encoding="utf-8")
    code, said, errors = run(*asked, "--rules", own)
    assert (code, said) == (2, "")
    assert "1 fault" in errors
    assert "Traceback" not in errors


def test_outbound_and_facts(run) -> None:
    asked = ("outbound", "--host", "KAZ", "--industry", "F42", "--enterprise", "central")
    code, said, errors = run(*asked, "--amount-usd", "500e6")
    assert (code, errors) == (0, "")
    assert said.startswith("encouraged, filing: F42 Civil engineering in Kazakhstan")
    assert "filing-ndrc (NDRC)" in said
    _, said, _ = run(*asked, "--fact", "military_technology=yes", "--json")
    assert json.loads(said)["investment_class"] == "prohibited"


def test_lists(run) -> None:
    code, said, _ = run("lists")
    assert code == 0
    heads = [line for line in said.splitlines() if not line.startswith(" ")]
    assert {line.partition(":")[0] for line in heads} == set(list_ids())
    assert max(map(len, said.splitlines())) <= 80
    _, said, _ = run("lists", "chn_ftz_2021")
    assert "edition Shanghai zone (2013): 190 items" in said
    assert "27 items" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--industry", "telecoms", "--stake", 60), "Did you mean"),
        (("--industry", "J61", "--stake", 160), "must be above 0 and at most 100"),
        (("--industry", "J61", "--stake", 60, "--date", "2010-01-01"), "in force from 2020-07-23"),
        (("--industry", "J61", "--stake", 60, "--date", "soon"), "YYYY-MM-DD"),
        (("--industry", "J61", "--stake", 60, "--zone", "moon"), "zone 'moon' is not known"),
        (("--industry", "J61", "--stake", 60, "--fact", "x"), "NAME=VALUE"),
    ],
)
def test_bad_input_is_one_line_and_code_2(run, words: tuple[object, ...], message: str) -> None:
    code, said, errors = run("entry", "--investor", "DEU", "--host", "CHN", *words)
    assert (code, said) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1
