"""The journal: nothing is lost, nothing is mixed up, no change goes unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from beltroad.errors import InputError, OutputError
from beltroad.risk.journal import Journal, checked_text, visible

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def journal(folder: Path) -> Journal:
    return Journal(folder / "j", lambda: NOON)


def filled(folder: Path, events: int = 4) -> Journal:
    book = journal(folder)
    for number in range(events):
        book.append("thing.done", f"T{number}", {"n": number, "text": 'a "quoted" é'}, by="ana")
    return book


def test_events_come_back_as_they_were_written(tmp_path: Path) -> None:
    book = filled(tmp_path)
    events = book.events()
    assert [e.id for e in events] == ["T0", "T1", "T2", "T3"]
    assert events[2].data == {"n": 2, "text": 'a "quoted" é'}
    assert {e.at for e in events} == {"2026-01-02T12:00:00.000Z"}
    assert events[0].previous == "0" * 64
    assert [e.previous for e in events[1:]] == [e.hash for e in events[:-1]]
    assert set(json.loads(book.path.read_text("utf-8").splitlines()[0])) == {
        "at", "by", "what", "id", "data", "previous", "hash",
    }  # fmt: skip
    check = book.verify()
    assert (check.events, check.sound, check.unfinished) == (4, True, 0)
    assert check.head == events[-1].hash


def test_an_empty_journal_is_sound_and_makes_no_files(tmp_path: Path) -> None:
    book = journal(tmp_path)
    assert book.events() == []
    assert book.verify().sound
    assert not book.folder.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"T1", b"T9"), *lines[2:]], "line 2 has been"),
        (lambda lines: [lines[0], *lines[2:]], "line 2 does not follow"),
        (lambda lines: [lines[0], lines[2], lines[1], lines[3]], "line 2 does not follow"),
        (lambda lines: [lines[0], lines[0], *lines[1:]], "line 2 does not follow"),
        (lambda lines: lines[:3], "line 4 and what follows are missing"),
        (lambda lines: [], "line 1 and what follows are missing"),
        (lambda lines: [*lines[:2], b"", *lines[2:]], "line 3 is no event"),
        (lambda lines: [lines[0].replace(b":", b": ", 1), *lines[1:]], "line 1 has been changed"),
    ],
)
def test_every_kind_of_tampering_is_found_and_the_line_named(tmp_path, change, said) -> None:
    book = filled(tmp_path)
    lines = book.path.read_bytes().splitlines()
    book.path.write_bytes(b"".join(line + b"\n" for line in change(lines)))
    check = book.verify()
    assert not check.sound
    assert said in check.faults[0]
    with pytest.raises(InputError, match="no longer the one that was written"):
        book.events()
    with pytest.raises(InputError), book.transaction():
        pass


def test_any_changed_byte_is_found(tmp_path: Path) -> None:
    book = filled(tmp_path, 2)
    whole = book.path.read_bytes()
    for place in range(0, len(whole) - 1, 5):
        book.path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not book.verify().sound, place
    book.path.write_bytes(whole)
    assert book.verify().sound


def test_a_journal_rewritten_with_its_head_is_found_by_a_head_noted_elsewhere(tmp_path) -> None:
    noted = filled(tmp_path).verify().head
    other = filled(tmp_path / "other", 5)
    assert other.verify().sound
    assert other.verify(noted).sound  # the same first four events
    forged = journal(tmp_path / "forged")
    for number in range(4):
        forged.append("thing.done", f"T{number}", {"n": -number}, by="ana")
    assert forged.verify().sound
    assert "noted earlier" in forged.verify(noted).faults[0]


def test_whatever_a_crash_leaves_is_set_aside_and_nothing_else_is_lost(tmp_path: Path) -> None:
    book = filled(tmp_path, 2)
    before, head = book.path.read_bytes(), (book.folder / "journal.head").read_bytes()
    with book.transaction() as block:
        for number in range(3):
            block.append("thing.done", f"N{number}", {}, by="bo")
    after = book.path.read_bytes()
    for cut in (*range(len(before) + 1, len(after), 53), len(after) - 1, len(after)):
        book.path.write_bytes(after[:cut])
        (book.folder / "journal.head").write_bytes(head)
        done = cut >= len(after) - 1  # only the line's end is missing
        assert len(book.events()) == (5 if done else 2), cut
        assert book.verify().unfinished == (0 if done else cut - len(before))
        book.append("thing.done", "later", {}, by="ana")
        assert book.verify().sound
        assert len(book.events()) == (6 if done else 3)
        left = sorted(book.folder.glob("journal.unfinished-*"))
        assert b"".join(p.read_bytes() for p in left) == (b"" if done else after[len(before) : cut])
        for path in left:
            path.unlink()


def test_a_transaction_that_fails_adds_nothing(tmp_path: Path) -> None:
    book = filled(tmp_path, 1)
    with pytest.raises(ZeroDivisionError), book.transaction() as block:  # noqa: PT012
        block.append("thing.done", "T1", {}, by="ana")
        raise ZeroDivisionError
    assert len(book.events()) == 1


def test_a_full_disk_leaves_no_half_event(tmp_path, monkeypatch) -> None:
    import os

    book = filled(tmp_path, 1)
    real = os.write

    def short(handle: int, data: bytes) -> int:
        real(handle, bytes(data)[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(OutputError, match="nothing was added"):
        book.append("thing.done", "T1", {}, by="ana")
    monkeypatch.undo()
    assert book.verify().sound
    assert len(book.events()) == 1


WRITER = """
import sys
from pathlib import Path
from beltroad.risk.journal import Journal
book = Journal(Path(sys.argv[1]))
for n in range(12):
    with book.transaction() as block:
        taken = sum(e.what == "number.taken" for e in block.events)
        block.append("number.taken", str(taken), {"text": "x" * 500}, by=sys.argv[2])
        block.append("number.noted", str(taken), {}, by=sys.argv[2])
"""


def test_two_writers_at_once_neither_mix_nor_lose_events(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), who]) for who in "ab"]
    assert [run.wait(60) for run in runs] == [0, 0]
    events = Journal(folder).events()
    assert Journal(folder).verify().sound
    # Each saw what the other had added: every number is taken once, in order.
    assert [e.id for e in events if e.what == "number.taken"] == [str(n) for n in range(24)]
    assert [e.by for e in events].count("a") == 24
    pairs = zip(events[::2], events[1::2], strict=True)
    assert all((a.id, a.by) == (b.id, b.by) for a, b in pairs)


@pytest.mark.parametrize("bad", ["", "  ", "a\x1b[31mb", "a\u202eb", "x" * 2001, "\ud800"])
def test_text_that_is_empty_or_hides_something_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match=r"^reason: "):
        checked_text(bad, "reason")
    assert "\x1b" not in visible(bad)


def test_what_json_does_not_know_is_refused(tmp_path: Path) -> None:
    book = filled(tmp_path, 1)
    for data in ({"v": float("nan")}, {"v": object()}):
        with pytest.raises(InputError, match="JSON cannot hold it"):
            book.append("thing.done", "T", data, by="ana")
    with pytest.raises(InputError, match=r"thing\.verb"):
        book.append("Done", "T", {}, by="ana")
    assert len(book.events()) == 1


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(InputError, match="is a file"):
        Journal.at(tmp_path / "f")
