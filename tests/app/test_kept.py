"""Answers kept on disk between starts: the same as made, and never an old or a damaged one."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from beltroad.app.questions import boundaries, geo, kept, observatory


def numbers(found: object) -> bytes:
    return repr(found).encode()


def test_what_was_kept_is_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Made once in this process, for all tests.
    front, lines, outlines = observatory.observatory(), geo.network(), boundaries.outlines(None)
    monkeypatch.setattr(observatory, "_observatory", lambda: front)
    monkeypatch.setattr(geo, "_network", lambda _: lines)
    monkeypatch.setattr(boundaries, "collection", lambda _: outlines)
    asked = (observatory.observatory, geo.network, boundaries._bundled)
    with kept.keeping(tmp_path):
        for _ in range(2):  # written, then read
            found = [ask.__wrapped__() for ask in asked]  # type: ignore[attr-defined]
            assert found == [front, lines, outlines]
        names = {p.stem for p in tmp_path.iterdir()}
    assert names == {*kept.HELPED, "outlines"}
    assert found[0] is not front  # it came from the disk


def test_damage_and_another_version_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def make() -> object:
        calls.append(1)
        return calls

    def ask() -> object:
        return kept.from_disk("few", make, read=bytes.decode, write=numbers)

    assert ask() is calls  # nowhere to keep it
    with kept.keeping(tmp_path / "new"):
        ask()
        assert (ask(), len(calls)) == ("[1, 1]", 2)
        file = tmp_path / "new" / "few.kept"
        file.write_bytes(file.read_bytes()[:-1])
        assert ask() is calls
        monkeypatch.setattr(kept, "_version", lambda: b"the next one")
        assert ask() is calls
        assert len(calls) == 4
    (tmp_path / "file").write_bytes(b"")
    with kept.keeping(tmp_path / "file" / "below"):  # nothing can be written there
        assert ask() is calls


def test_who_asks_meanwhile_waits_for_the_same_answer() -> None:
    calls: list[str] = []

    @kept.once
    def slow(name: str) -> list[str]:
        calls.append(name)
        time.sleep(0.05)
        return [name]

    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(slow("a"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == ["a"]
    assert all(each is found[0] for each in found)
