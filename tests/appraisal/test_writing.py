"""Results on disk: all of them or none, whatever fails and whenever."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import synthetic

from beltroad import files as on_disk
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.writing import result_files, write_results
from beltroad.errors import OutputError
from beltroad.files import check_writable, write_atomically, write_files

NEW = {"a.csv": b"new a", "b.html": b"new b", "c.json": b"new c"}
OLD = {"a.csv": b"old a", "c.json": b"old c", "mine.txt": b"not beltroad's"}


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones and folders included."""
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"(folder)"
        for p in folder.rglob("*")
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    out.mkdir()
    for name, data in OLD.items():
        (out / name).write_bytes(data)
    return out


class Failing:
    """Stands in for a function; its ``at``-th call fails (``late``: after its work is done)."""

    def __init__(
        self, real: Callable[..., object], at: int, error: BaseException, *, late: bool = False
    ) -> None:
        self.real, self.left, self.error, self.late, self.fired = real, at, error, late, False

    def __get__(self, instance: object, _: type | None = None) -> Callable[..., object]:
        return lambda *args, **kwargs: self(instance, *args, **kwargs)

    def __call__(self, *args: object, **kwargs: object) -> object:
        self.left -= 1
        if self.left == 0:
            self.fired = True
            if self.late:
                self.real(*args, **kwargs)
            raise self.error
        return self.real(*args, **kwargs)


def test_new_files_replace_old_ones_and_leave_others(folder: Path) -> None:
    assert write_files(NEW, folder) == folder
    assert content(folder) == NEW | {"mine.txt": OLD["mine.txt"]}


def test_the_folder_is_made(tmp_path: Path) -> None:
    write_files(NEW, tmp_path / "x" / "y")
    assert content(tmp_path / "x" / "y") == NEW


STEPS = [
    ("fsync", 1), ("fsync", 2), ("fsync", 3), *(("replace", k) for k in range(1, 6)),
    ("mkdtemp", 1), ("mkdir", 1), ("mkdir", 2), ("open", 1), ("open", 3),
]  # fmt: skip


def _patch(
    patch: pytest.MonkeyPatch, step: str, at: int, error: BaseException, *, late: bool = False
) -> Failing:
    owner: object = {"fsync": os, "mkdtemp": tempfile}.get(step, Path)
    failing = Failing(getattr(owner, step), at, error, late=late)
    patch.setattr(owner, step, failing)
    return failing


@pytest.mark.parametrize(("step", "at"), STEPS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_step_that_fails_leaves_all_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, at: int, code: int
) -> None:
    """Five renames: two old files aside, three new ones in."""
    with monkeypatch.context() as patch:
        failing = _patch(patch, step, at, OSError(code, os.strerror(code)))
        with pytest.raises(OutputError, match=os.strerror(code)) as caught:
            write_files(NEW, folder)
    assert failing.fired
    assert "unchanged" in str(caught.value)
    assert str(folder) in str(caught.value)
    assert content(folder) == OLD


@pytest.mark.parametrize(("step", "at"), STEPS)
def test_stopping_in_the_middle_leaves_all_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    with monkeypatch.context() as patch:
        failing = _patch(patch, step, at, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            write_files(NEW, folder)
    assert failing.fired
    assert content(folder) == OLD


@pytest.mark.parametrize("at", range(1, 5))
def test_stopping_right_after_a_rename_leaves_all_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    with monkeypatch.context() as patch:
        _patch(patch, "replace", at, KeyboardInterrupt(), late=True)
        with pytest.raises(KeyboardInterrupt):
            write_files(NEW, folder)
    assert content(folder) == OLD


def test_an_old_entry_that_is_a_folder_comes_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody keeps a folder by the name of a result: it is replaced or kept whole."""
    (folder / "b.html").mkdir()
    (folder / "b.html" / "keep").write_text("x")
    before = content(folder)
    with monkeypatch.context() as patch:
        _patch(patch, "replace", 6, OSError(errno.ENOSPC, "full"))
        with pytest.raises(OutputError):
            write_files(NEW, folder)
    assert content(folder) == before


def test_one_file_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    assert write_atomically(path, b"first") == path
    with monkeypatch.context() as patch:
        _patch(patch, "fsync", 1, OSError(errno.ENOSPC, "full"))
        with pytest.raises(OutputError):
            write_atomically(path, b"second")
    assert content(tmp_path) == {"report.html": b"first"}


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        check_writable(tmp_path / "out")
    with pytest.raises(OutputError):
        check_writable(tmp_path / "out" / "deeper")
    with pytest.raises(OutputError):
        write_files(NEW, tmp_path / "out")
    assert content(tmp_path) == {"out": b"mine"}


def test_a_folder_that_is_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for the superuser, whom permissions do not stop."""
    with monkeypatch.context() as patch:
        _patch(patch, "mkdtemp", 1, PermissionError(errno.EACCES, "Permission denied"))
        patch.setattr(
            tempfile,
            "mkstemp",
            Failing(tempfile.mkstemp, 1, PermissionError(13, "Permission denied")),
        )
        with pytest.raises(OutputError, match="Permission denied"):
            check_writable(tmp_path / "new")
        with pytest.raises(OutputError, match="Permission denied"):
            write_files(NEW, tmp_path)
    assert content(tmp_path) == {}


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    assert content(tmp_path) == {}


@pytest.fixture(scope="module")
def appraisal() -> Appraisal:
    return synthetic.appraisal(rail_lines=200, pair_rows=1500)


@pytest.fixture(scope="module")
def files(appraisal: Appraisal) -> dict[str, bytes]:
    return result_files(appraisal)


def test_every_file_of_an_appraisal_can_be_read_again(
    appraisal: Appraisal, files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write_files(files, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    countries = pd.read_csv(tmp_path / "countries.csv", keep_default_na=False, na_values=[""])
    assert countries["iso3"].tolist() == appraisal.countries["iso3"].tolist()
    assert countries["real_income_change_pct"].to_numpy() == pytest.approx(
        appraisal.countries["real_income_change_pct"].to_numpy(float), rel=1e-9, nan_ok=True
    )
    pairs = pd.read_parquet(tmp_path / "pairs.parquet")
    assert pairs["hours_after"].to_numpy() == pytest.approx(
        appraisal.pairs["hours_after"].to_numpy(), nan_ok=True
    )
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert (tmp_path / "report.html").read_text(encoding="utf-8").lstrip()[
        :15
    ].lower() == "<!doctype html>"
    assert len(pd.read_excel(tmp_path / "report.xlsx", sheet_name=None)) > 3


def test_the_same_appraisal_gives_the_same_bytes(files: dict[str, bytes]) -> None:
    """Tables, the report and the workbook; only the record of the run tells its time."""
    again = result_files(synthetic.appraisal(rail_lines=200, pair_rows=1500))
    assert set(again) == set(files)
    for name in set(files) - {"run.json"}:
        assert again[name] == files[name], name


def test_a_full_temporary_folder_is_reported_as_any_other_failure(
    appraisal: Appraisal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of pairs is made in the system's temporary folder first."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(on_disk.fastparquet, "write", full)
        with pytest.raises(OutputError, match="No space left"):
            write_results(appraisal, tmp_path / "out")
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    assert content(tmp_path) == {}
