"""The cache: hits and misses, and that losing it loses only time."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from beltroad.appraisal import cache as module
from beltroad.appraisal.cache import Cache, digest_of, source_digest


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, object]:
        self.calls += 1
        return {"a": np.arange(2000.0).reshape(40, 50), "name": np.array(["x", "yy"]), "n": 7}


def same(found: dict[str, np.ndarray]) -> bool:
    expected = {k: np.asarray(v) for k, v in Counter()().items()}
    return set(found) == set(expected) and all(
        found[k].dtype == v.dtype and np.array_equal(found[k], v) for k, v in expected.items()
    )


def test_the_same_key_hits_and_another_misses(tmp_path: Path) -> None:
    count = Counter()
    first = Cache(tmp_path / "new" / "folder")
    assert same(first.get_or("stage", "k", count))
    assert (first.hits, first.misses, count.calls) == ([], ["stage"], 1)
    second = Cache(tmp_path / "new" / "folder")
    assert same(second.get_or("stage", "k", count))
    assert (second.hits, second.misses, count.calls) == (["stage"], [], 1)
    second.get_or("stage", "other", count)
    second.get_or("other stage", "k", count)
    assert count.calls == 3


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    count = Counter()
    keep = Cache(None)
    keep.get_or("stage", "k", count)
    keep.get_or("stage", "k", count)
    assert count.calls == 2
    assert list(tmp_path.iterdir()) == []


def test_a_changed_source_misses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = Counter()
    Cache(tmp_path).get_or("stage", "k", count)
    monkeypatch.setattr(module, "source_digest", lambda: "another")
    Cache(tmp_path).get_or("stage", "k", count)
    assert count.calls == 2


@pytest.mark.parametrize(
    "content", [b"", b"not a zip", b"PK\x03\x04 cut off", b"\x93NUMPY\x01\x00"]
)
def test_an_entry_that_cannot_be_read_is_computed_again(tmp_path: Path, content: bytes) -> None:
    count = Counter()
    Cache(tmp_path).get_or("stage", "k", count)
    (entry,) = tmp_path.glob("*.npz")
    entry.write_bytes(content)
    assert same(Cache(tmp_path).get_or("stage", "k", count))
    assert count.calls == 2
    assert same(Cache(tmp_path).get_or("stage", "k", count))  # and was written again
    assert count.calls == 2


def test_damaged_bytes_never_come_back_as_a_result(tmp_path: Path) -> None:
    """One byte of an entry changed at random: read as it was, or computed again."""
    Cache(tmp_path).get_or("stage", "k", Counter())
    (entry,) = tmp_path.glob("*.npz")
    whole = entry.read_bytes()
    rng = np.random.default_rng(5)
    heads = np.concatenate(
        [rng.integers(0, 200, 150), rng.integers(len(whole) - 400, len(whole), 150)]
    )
    for at in np.concatenate([heads, rng.integers(0, len(whole), 100)]):
        broken = bytearray(whole)
        broken[at] ^= int(rng.integers(1, 256))
        entry.write_bytes(bytes(broken))
        assert same(Cache(tmp_path).get_or("stage", "k", Counter())), f"byte {at}"
    for cut in rng.integers(0, len(whole), 30):
        entry.write_bytes(whole[:cut])
        assert same(Cache(tmp_path).get_or("stage", "k", Counter()))


def test_a_pickle_in_the_cache_is_never_loaded(tmp_path: Path) -> None:
    """An entry somebody else put there can hold code; it is computed again instead."""
    Cache(tmp_path).get_or("stage", "k", Counter())
    (entry,) = tmp_path.glob("*.npz")
    with entry.open("wb") as handle:
        np.savez(handle, a=np.array([{"evil": 1}], dtype=object))
    assert same(Cache(tmp_path).get_or("stage", "k", Counter()))


@pytest.mark.parametrize("name", ["mkdir", "replace", "open"])
def test_a_cache_that_cannot_be_written_is_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, name, full)
        assert same(Cache(tmp_path / "folder").get_or("stage", "k", Counter()))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_folder_that_is_a_file_is_harmless(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert same(Cache(tmp_path / "file").get_or("stage", "k", Counter()))
    assert (tmp_path / "file").read_text() == "mine"


def test_what_was_unused_for_longest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Cache(tmp_path)
    for k, key in enumerate(["old", "middle", "new"]):
        keep.get_or("stage", key, Counter())
        for entry in tmp_path.glob("*.npz"):
            if entry.stat().st_mtime > 1e9:
                os.utime(entry, (1000 + k, 1000 + k))
    size = next(tmp_path.glob("*.npz")).stat().st_size
    keep.get_or("stage", "old", Counter())  # a hit makes it young again
    monkeypatch.setattr(module, "_LIMIT_BYTES", int(2.5 * size))
    last = Cache(tmp_path)
    last.get_or("stage", "newest", Counter())
    assert len(list(tmp_path.glob("*.npz"))) == 2
    last.get_or("stage", "old", Counter())
    assert last.hits == ["stage"]


def test_an_exception_in_the_work_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> dict[str, object]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Cache(tmp_path).get_or("stage", "k", fail)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BELTROAD_CACHE", str(tmp_path))
    assert Cache.default().folder == tmp_path
    monkeypatch.setenv("BELTROAD_CACHE", "off")
    assert Cache.default().folder is None
    monkeypatch.delenv("BELTROAD_CACHE")
    assert "beltroad" in str(Cache.default().folder)


def test_digests_tell_values_apart() -> None:
    a = np.arange(6.0)
    parts = [
        (a,), (a.reshape(2, 3),), (a.astype(np.float32),), (a + 1,), ("a",), ("a", "b"), ("ab",),
        (["a", "b"],), ({"a": 1},), ({"a": 1.5},), (None,), (True,), ("True",), (),
    ]  # fmt: skip
    assert len({digest_of(*p) for p in parts}) == len(parts)
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of(a) == digest_of(a.copy())
    assert len(source_digest()) == 64
    assert zipfile.ZipFile  # entries are plain zip files, readable without beltroad
