"""``beltroad links`` asked wrongly; its table is tested in economics/test_link_values."""

from __future__ import annotations

import pytest

import beltroad.cli.links  # noqa: F401 (registers the command)
from command_line import run_beltroad


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--kind", "bridge"], "strait"), (["--country", "KAX"], "KAZ"), (["--top", "0"], "1 to"),
        (["--csv", "no/such/folder.csv"], "no folder"),
    ],
)  # fmt: skip
def test_wrong_questions(
    wrong: list[str], said: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    code, out, errors = run_beltroad(monkeypatch, capsys, "links", *wrong)
    assert code == 2
    assert out == ""
    assert said in errors
