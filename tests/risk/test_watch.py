"""Alerts: what opens, goes on, escalates, ends and opens again, and who did what."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from beltroad.errors import InputError
from beltroad.risk.journal import Journal
from beltroad.risk.watch import (
    acknowledge,
    alerts,
    assign,
    close,
    note_import,
    own_figures,
    raise_alert,
    read_figures,
    snooze,
    watch,
)

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def signals(*rows: tuple[str, str, int, float, str]) -> pd.DataFrame:
    return pd.DataFrame([
        {"iso3": iso3, "indicator": indicator, "value": value, "threshold": 10.0,
         "direction": "above", "since_year": 2020, "hit_rate": 0.7, "false_alarm_rate": 0.3,
         "severity": severity, "source": "own", "year": year}
        for iso3, indicator, year, value, severity in rows
    ], columns=["iso3", "indicator", "value", "threshold", "direction", "since_year", "hit_rate",
                "false_alarm_rate", "severity", "source", "year"])  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "j", lambda: NOON)


def kinds(found) -> dict[str, str]:
    return dict(zip(found.changes["id"], found.changes["change"], strict=True))


def test_a_signal_through_its_whole_life(book: Journal) -> None:
    first = signals(("KEN", "debt", 2024, 12.0, "medium"), ("LAO", "debt", 2024, 30.0, "high"))
    assert kinds(watch(first, book)) == {"KEN-debt": "opened", "LAO-debt": "opened"}
    again = watch(first, book)
    assert (again.changes.empty, again.unchanged) == (True, 2)
    revised = signals(("KEN", "debt", 2024, 13.0, "medium"), ("LAO", "debt", 2024, 30.0, "high"))
    assert kinds(watch(revised, book)) == {"KEN-debt": "updated"}
    worse = signals(("KEN", "debt", 2025, 40.0, "critical"), ("LAO", "debt", 2024, 30.0, "high"))
    found = watch(worse, book)
    assert kinds(found) == {"KEN-debt": "escalated"}
    row = found.changes.iloc[0]
    assert (row["value_before"], row["value"], row["severity_before"]) == (13.0, 40.0, "medium")
    # The signal of Laos has ended: a person closes it, even one who never acknowledged it.
    gone = signals(("KEN", "debt", 2025, 40.0, "critical"))
    assert kinds(watch(gone, book)) == {"LAO-debt": "cleared"}
    assert watch(gone, book).changes.empty
    assert close(book, "lao-debt", reason="below the bound", by="ana").status == "closed"
    # The same year's figure never opens it again, a newer one does.
    assert kinds(watch(worse, book)) == {}
    newer = signals(("KEN", "debt", 2025, 40.0, "critical"), ("LAO", "debt", 2025, 31.0, "high"))
    assert kinds(watch(newer, book)) == {"LAO-debt": "reopened"}
    lao = alerts(book.events())["LAO-debt"]
    assert (lao.status, lao.times_opened, lao.reason) == ("open", 2, "")
    assert [e.what for e in lao.trail] == [
        "alert.opened", "alert.cleared", "alert.closed", "alert.reopened",
    ]  # fmt: skip
    assert lao.trail[2].by == "ana"
    assert lao.trail[2].data == {"reason": "below the bound"}


def test_a_signal_that_comes_back_before_closing_is_live_again(book: Journal) -> None:
    one = signals(("KEN", "debt", 2024, 12.0, "medium"))
    watch(one, book)
    watch(signals(), book)
    assert alerts(book.events())["KEN-debt"].cleared
    assert kinds(watch(one, book)) == {"KEN-debt": "updated"}
    assert not alerts(book.events())["KEN-debt"].cleared


def test_only_what_was_looked_at_is_cleared_and_old_figures_change_nothing(book: Journal) -> None:
    watch(signals(("KEN", "debt", 2024, 12.0, "low"), ("LAO", "debt", 2024, 12.0, "low")), book)
    assert kinds(watch(signals(), book, covered=[("LAO", "debt")])) == {"LAO-debt": "cleared"}
    assert watch(signals(("KEN", "debt", 2022, 90.0, "critical")), book).changes.empty


def test_moves_that_are_not_allowed_say_the_way(book: Journal) -> None:
    watch(signals(("KEN", "debt", 2024, 12.0, "medium")), book)
    for move, said in (
        (lambda: assign(book, "KEN-debt", to="bo", by="ana"), "acknowledge it first"),
        (lambda: close(book, "KEN-debt", reason="no", by="ana"), "signal still holds"),
        (
            lambda: snooze(book, "KEN-debt", until=date(2026, 1, 2), by="ana"),
            "day after 2026-01-02",
        ),
        (lambda: acknowledge(book, "KEN-dept", by="ana"), "Did you mean 'KEN-debt'"),
        (lambda: acknowledge(book, "KEN-debt", by=" "), "--by: is empty"),
    ):
        with pytest.raises(InputError, match=said):
            move()
    acknowledge(book, "KEN-debt", by="ana")
    with pytest.raises(InputError, match="is acknowledged already"):
        acknowledge(book, "KEN-debt", by="bo")
    with pytest.raises(InputError, match="--reason: is empty"):
        close(book, "KEN-debt", reason="", by="ana")
    close(book, "KEN-debt", reason="looked into", by="ana")
    with pytest.raises(InputError, match="only a newer figure"):
        assign(book, "KEN-debt", to="bo", by="ana")
    assert len(book.events()) == 3


def test_a_higher_severity_wakes_a_snoozed_alert(book: Journal) -> None:
    watch(signals(("KEN", "debt", 2024, 12.0, "medium")), book)
    until = date(2026, 3, 1)
    assert snooze(book, "KEN-debt", until=until, by="ana").snoozed(until - timedelta(1))
    watch(signals(("KEN", "debt", 2024, 14.0, "medium")), book)
    alert = alerts(book.events())["KEN-debt"]
    assert alert.snoozed(date(2026, 2, 1))
    assert not alert.snoozed(until)
    watch(signals(("KEN", "debt", 2024, 25.0, "high")), book)
    assert not alerts(book.events())["KEN-debt"].snoozed(date(2026, 2, 1))


def test_other_sources_raise_alerts_that_watch_leaves_alone(book: Journal) -> None:
    key = raise_alert(book, source="integrity", key="R018 tender-7", title="Single bid",
                      iso3="Kenya", project="MOM-NBO", severity="high")  # fmt: skip
    assert key == "integrity-R018 tender-7"
    assert watch(signals(), book).changes.empty
    raise_alert(book, source="integrity", key="R018 tender-7", title="Single bid", iso3="KEN",
                project="MOM-NBO", severity="high")  # fmt: skip
    assert len(book.events()) == 1
    assert alerts(book.events())[key].iso3 == "KEN"
    with pytest.raises(InputError, match="belongs to beltroad risk watch"):
        raise_alert(book, source="warning", key="x", title="y")


def test_signals_that_cannot_be_are_refused_and_nothing_is_written(book: Journal) -> None:
    good = signals(("KEN", "debt", 2024, 12.0, "medium"))
    with pytest.raises(InputError, match="lack the columns hit_rate"):
        watch(good.drop(columns="hit_rate"), book)
    with pytest.raises(InputError, match="there twice"):
        watch(pd.concat([good, good]), book)
    with pytest.raises(InputError, match="severity 'grave'"):
        watch(good.assign(severity="grave"), book)
    assert book.events() == []


def test_figures_of_a_file_are_taken_over_once(book, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("iso3,indicator,year,value,source\nKenya,debt,2024,9,a\nKEN,debt,2025,10,a\n"
                    "LAO,reserves,2025,2.5,'=b\n", "utf-8")  # fmt: skip
    read = read_figures(path, ["debt", "reserves"])
    assert note_import(book, read, by="ana")
    assert not note_import(book, read, by="ana")
    assert own_figures(book.events()).to_dict("list") == read.table.to_dict("list")
    assert read.table["source"].iloc[-1] == "=b"
    path.write_text("iso3,indicator,year,value,source\nKEN,debt,2025,11,b\n")
    later = own_figures(book.events(), read_figures(path, ["debt"]))
    assert later["value"].tolist() == [9, 11, 2.5]
    assert own_figures(book.events())["value"].tolist() == [9, 10, 2.5]


def test_all_faults_of_figures_come_in_one_message(book, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("iso3,indicator,year,value,source,extra\nXXQ,debt,2024,9,a,\n"
                    "KEN,dept,20x4,nan,\x1b[1m,\nKEN,debt,2024,=1+1,a,\n", "utf-8")  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_figures(path, ["debt"])
    said = str(caught.value)
    for part in ("row 1, extra", "row 2, iso3", "row 3, indicator", "Did you mean 'debt'",
                 "row 3, year", "row 3, value", "row 3, source", "U+001B", "row 4, value",
                 "formula"):  # fmt: skip
        assert part in said
    assert "\x1b" not in said
    path.write_text("iso3,value\n,\n", "utf-8")
    with pytest.raises(InputError, match="1 fault\n  - row 1, indicator, year, source: missing"):
        read_figures(path, ["debt"])


class Lives(RuleBasedStateMachine):
    """Whatever people and figures do, in whatever order, an alert keeps its rules."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.book = Journal(self.folder, lambda: NOON)
        self.status, self.year, self.cleared, self.opened = "", 0, False, 0

    @rule(year=st.integers(2020, 2023), severity=st.sampled_from(["low", "high"]))
    def signal(self, year: int, severity: str) -> None:
        watch(signals(("KEN", "debt", year, 12.0, severity)), self.book)
        if not self.status or (self.status == "closed" and year > self.year):
            self.status, self.opened = "open", self.opened + 1
        if year >= self.year and self.status != "closed":
            self.year, self.cleared = year, False

    @rule()
    def ends(self) -> None:
        watch(signals(), self.book)
        self.cleared |= self.status not in ("", "closed")

    @rule(verb=st.sampled_from(["acknowledge", "assign", "close"]))
    def move(self, verb: str) -> None:
        allowed = {"acknowledge": self.status == "open",
                   "assign": self.status in ("acknowledged", "assigned"),
                   "close": self.status in ("acknowledged", "assigned")
                   or (self.status == "open" and self.cleared)}[verb]  # fmt: skip
        moves = {
            "acknowledge": lambda: acknowledge(self.book, "KEN-debt", by="ana"),
            "assign": lambda: assign(self.book, "KEN-debt", to="bo", by="ana"),
            "close": lambda: close(self.book, "KEN-debt", reason="done", by="ana"),
        }
        if allowed:
            self.status = moves[verb]().status
            assert self.status in (f"{verb}d", f"{verb}ed")
        else:
            with pytest.raises(InputError):
                moves[verb]()

    @invariant()
    def holds(self) -> None:
        found = alerts(self.book.events())
        assert set(found) == ({"KEN-debt"} if self.status else set())
        if self.status:
            alert = found["KEN-debt"]
            assert (alert.status, alert.year, alert.times_opened) == (
                self.status, self.year, self.opened,
            )  # fmt: skip
            assert self.status == "closed" or alert.cleared == self.cleared

    def teardown(self) -> None:
        assert self.book.verify().sound
        shutil.rmtree(self.folder)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=8, stateful_step_count=12, deadline=None,
                              suppress_health_check=list(HealthCheck))  # fmt: skip
