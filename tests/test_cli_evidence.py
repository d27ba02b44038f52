"""``beltroad evidence``: what it prints, writes and refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from beltroad.evidence.claims import audit, claims
from command_line import run_beltroad

Run = tuple[pytest.MonkeyPatch, pytest.CaptureFixture[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return monkeypatch, capsys


def evidence(run: Run, *arguments: str) -> tuple[int, str, str]:
    return run_beltroad(*run, "evidence", *arguments, columns=100)


def test_list_shows_every_claim_within_the_width(run: Run) -> None:
    code, out, _ = evidence(run, "list")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    ends = {line.split()[-1] for line in out.splitlines() if line.strip()}
    assert set(claims()["claim_id"]) <= ends
    unsure = int((claims()["status"] != "read").sum())
    assert f"? unconfirmed ({unsure} of" in out
    assert len(re.findall(r" \?(?: |$)", out, re.MULTILINE)) >= unsure


def test_list_filters_and_says_when_nothing_fits(run: Run) -> None:
    code, out, _ = evidence(run, "list", "--country", "kazakhstan", "--period", "2023", "--json")
    rows = json.loads(out)
    assert code == 0
    assert rows
    assert all("KAZ" in (r["geography"], r["partner"]) for r in rows)
    assert rows[0]["value_high"] is None
    code, out, _ = evidence(run, "list", "--country", "KAZ", "--pillar", "policy",
                            "--period", "1999")  # fmt: skip
    assert (code, out) == (0, "No claims fit all of these filters.\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("list", "--country", "Atlantis"), "Atlantis"),
        (("list", "--indicator", "bri_countrys"), "'bri_countries'"),
        (("list", "--period", "soon"), "YYYY-MM"),
        (("show", "bri_countrie"), "'bri_countries'"),
        (("check", "--only", "disagree"), "disagrees"),
        (("search", "!!"), "no word"),
        (("export", "--out", "x.txt"), "sdmx-csv"),
        (("export", "--out", "no/such/folder.csv"), "no folder"),
    ],
)
def test_bad_input_is_one_line_and_code_2(run: Run, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = evidence(run, *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


def test_show_an_indicator_a_document_and_a_claim(run: Run) -> None:
    _, out, _ = evidence(run, "show", "china_europe_trains_cumulative_trains")
    places = [out.index(text) for text in ("over 78,000", "over 100,000", "112,000 trains")]
    assert places == sorted(places)
    assert "Yuan Da" in out
    _, out, _ = evidence(run, "show", "qiushi-qiu-2024-02-18")
    assert "Qiushi Journal" in out
    assert out.index("217 cities") < out.index("over 340 bn USD") < out.index("65 economies")
    code, out, _ = evidence(run, "show", "open-cooperation-2025-11-17-01")
    assert code == 0
    assert "over 240 bn USD" in out
    assert "2021 to 2025-06" in out
    assert "cumulative two-way investment" in out
    assert "agrees" in out, "what the audit says of it"


def test_check_prints_counts_and_only_one_verdict(run: Run) -> None:
    code, out, _ = evidence(run, "check")
    counts = audit()["verdict"].value_counts()
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    plain = " ".join(out.split())
    for verdict, count in counts.items():
        assert f"{count} {verdict}" in plain
    _, out, _ = evidence(run, "check", "--only", "disagrees", "--json")
    rows = json.loads(out)
    assert len(rows) == counts["disagrees"]
    assert {r["verdict"] for r in rows} == {"disagrees"}


def test_a_gap_is_told_in_the_scale_of_the_figures(run: Run) -> None:
    _, out, _ = evidence(run, "check", "--only", "disagrees")
    assert "stated 50.4679 bn USD, gap -0.518 bn" in out
    assert "gap -517" not in out


def test_search_names_what_to_show(run: Run) -> None:
    _, out, _ = evidence(run, "search", "luban", "workshops")
    assert "luban_workshops" in out.splitlines()[0] or "luban_countries" in out.splitlines()[0]
    assert evidence(run, "search", "qqqq")[1] == "Nothing found for qqqq.\n"
    assert "[xqx]qqqq[/xqx]" in evidence(run, "search", "[xqx]qqqq[/xqx]")[1]


def test_search_shows_figures_as_they_were_stated(run: Run) -> None:
    """A lower bound stays one, growth is called growth, and doubt is marked."""
    _, out, _ = evidence(run, "search", "China-Europe", "trains", "TEU")
    assert "China-Europe freight trains, cumulative TEU: about 7,400,000 TEU" in out
    assert "China-Europe freight trains, TEU growth: 9.2 % (2024" in out
    assert "over 6,900,000 TEU" in out
    _, out, _ = evidence(run, "search", "outward", "direct", "investment", "bulletin")
    assert " ? (" in out
    assert "? unconfirmed (" in out


def test_export_writes_data_structure_and_licences(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "c.csv"
    code, said, _ = evidence(run, "export", "--format", "sdmx-csv", "--out", str(out),
                             "--pillar", "people")  # fmt: skip
    assert code == 0
    assert {p.name for p in tmp_path.iterdir()} == {
        "c.csv", "c.structure.xml", "c.licences.csv"}  # fmt: skip
    assert said.startswith(f"{len(claims(pillar='people')):,} claims")
    code, said, told = evidence(run, "export", "--out", str(tmp_path / "none.csv"),
                                "--pillar", "people", "--period", "1950")  # fmt: skip
    assert (code, said) == (2, "")
    assert "nothing was written" in told
    assert not (tmp_path / "none.csv").exists()
