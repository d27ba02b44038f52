"""``beltroad policy parks`` as users meet it."""

from __future__ import annotations

import json

import pytest

from command_line import run_beltroad

pytestmark = pytest.mark.xdist_group("bundled")


def test_parks_in_order_for_an_investor_fit_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run_beltroad(
        monkeypatch, capsys, "policy", "parks", "--investor", "USA", "--industry", "J61",
        "--partner", "CHN", "--limit", "90", columns=80,
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    assert "KHORGOS-KAZ" in out
    assert "restricted" in out
    assert "CMQIP" not in out
    assert "?: unconfirmed" in out


def test_one_park_and_json_and_pairs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "parks", "great-stone", columns=80)
    assert code == 0
    assert "80 km2" in out
    assert "Minsk International Airport, BLR" in out
    assert "BelTA" in out
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "parks", "--host", "MYS", "--json")
    assert code == 0
    rows = json.loads(out)
    assert [row["park_id"] for row in rows] == ["MCKIP"]
    assert rows[0]["port"] == "Kuantan, MYS"
    assert rows[0]["invested_usd_mn"] is None
    code, out, _ = run_beltroad(monkeypatch, capsys, "policy", "parks", "--pairs", columns=80)
    assert code == 0
    assert "CMQIP MCKIP" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--investor", "DEU"), "go together"),
        (("--limit", "0"), "--limit 0"),
        (("--pairs", "--host", "MYS"), "leave out"),
        (("GREAT-STOEN",), "GREAT-STONE"),
        (("--investor", "DEU", "--industry", "C29", "--stake", "0"), "stake 0"),
    ],
)
def test_bad_input_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    code, out, err = run_beltroad(monkeypatch, capsys, "policy", "parks", *arguments)
    assert code == 2
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1
