"""``beltroad people projects`` and ``people innovation`` as users meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import run_beltroad

pytestmark = pytest.mark.xdist_group("bundled")


def test_list_views_fit_the_terminal_and_give_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    views = (("projects", "--country", "KHM"), ("projects", "--kind", "water", "--coverage"),
             ("projects", "--kind", "water", "--cost"),
             ("innovation", "--stuck", "--on", "2022-01-01"))  # fmt: skip
    for view in views:
        code, out, err = run_beltroad(monkeypatch, capsys, "people", *view, columns=80)
        assert (code, err) == (0, ""), view
        assert max(map(len, out.splitlines())) <= 80, view
    code, out, _ = run_beltroad(monkeypatch, capsys, "people", *views[-1], "--json")
    assert code == 0
    everyone = {row["unit_id"]: row["limit_years"] for row in json.loads(out)["rows"]}
    code, out, _ = run_beltroad(
        monkeypatch, capsys, "people", *views[-1], "--country", "NPL", "--json"
    )
    assert code == 0
    (row,) = json.loads(out)["rows"]  # held against all units, not against those of Nepal
    assert row["limit_years"] == everyone[row["unit_id"]]


def test_export_validate_and_import(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for form, name in (("oc4ids", "a.json"), ("iati", "a.xml")):
        path = str(tmp_path / name)
        code, out, _ = run_beltroad(
            monkeypatch, capsys, "people", "projects", "--kind", "heritage", "--export", form,
            "--out", path,
        )  # fmt: skip
        assert code == 0
        assert "written" in out
        code, out, _ = run_beltroad(
            monkeypatch, capsys, "people", "projects", "--validate", path, columns=200
        )
        assert code == 0
        assert " rows, no fault" in out
        code, out, _ = run_beltroad(
            monkeypatch, capsys, "people", "projects", "--import", path, "--json"
        )
        assert {row["kind"] for row in json.loads(out)} == {"heritage"}
    (tmp_path / "a.json").write_text('{"projects": []}')
    code, out, err = run_beltroad(
        monkeypatch, capsys, "people", "projects", "--validate", str(tmp_path / "a.json")
    )
    assert code == 2
    assert "publishedDate: is missing" in err
    assert "projects: [] is no list" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("projects", "--kind", "helth"), "Did you mean 'health'"),
        (("projects", "--export", "iati"), "needs --out"),
        (("projects", "--rate", "CNY=x", "--cost"), "CNY=0.14"),
        (("projects", "luban-xyz"), "no project"),
        (("projects", "luban-ken", "--kind", "aid"), "does not go with one project"),
        (("projects", "--gaps", "--country", "KEN"), "does not go with --gaps"),
        (("innovation", "--on", "2025"), "YYYY-MM-DD"),
        (("innovation", "nowhere"), "no unit"),
    ],
)
def test_bad_input_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    code, out, err = run_beltroad(monkeypatch, capsys, "people", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
