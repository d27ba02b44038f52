"""Alerts: lists by filter, one with its figures and its trail, what people do, the watch."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from beltroad.app.accounts.roles import Principal
from beltroad.app.answers import Answer, Column, Figure, Origin, Table, table_of
from beltroad.app.database import Database
from beltroad.app.errors import NotFound
from beltroad.app.questions.country_risk import signals
from beltroad.app.questions.figures_base import origin_of_table
from beltroad.app.questions.risk.base import (
    Look,
    SeenJournal,
    col,
    day,
    in_web_words,
    journal_of,
    noted,
    revision_of,
    word,
)
from beltroad.app.questions.uploads import uploaded
from beltroad.errors import InputError, suggest
from beltroad.risk import watch as watching
from beltroad.risk.journal import Event, visible
from beltroad.risk.watch import Alert, Watched
from beltroad.risk.watch.alerts import rank

__all__ = [
    "STATES", "STEPS", "Wanted", "address", "answer_of", "chosen", "columns_of_changes", "counts",
    "found", "move", "open_ones", "plain", "rate", "run_watch", "state_word", "steps_of",
    "table", "trail",
]  # fmt: skip

STATES = ("live", "open", "acknowledged", "assigned", "snoozed", "closed", "all")
STEPS = ("acknowledge", "assign", "snooze", "close")


@dataclass(frozen=True)
class Wanted:
    """Which alerts."""

    state: str = "live"
    severity: str = ""
    iso3: str = ""
    assigned_to: str = ""
    search: str = ""


def open_ones(look: Look) -> list[Alert]:
    """Alerts that wait for someone: neither closed nor hidden today."""
    return chosen(look, Wanted())


def chosen(look: Look, wanted: Wanted) -> list[Alert]:
    """Alerts by filter, the gravest first.

    Raises
    ------
    InputError
        If a state or severity is not known.
    """
    if wanted.state not in STATES:
        raise InputError(f"state {wanted.state!r:.40}: give one of {', '.join(STATES)}")
    least = rank(wanted.severity) if wanted.severity else 0
    out = [
        a for a in watching.alerts(look.events).values()
        if _is(a, wanted.state, look.today) and rank(a.severity) >= least
        and wanted.iso3 in ("", a.iso3)
        and wanted.assigned_to.casefold() in ("", a.assigned_to.casefold())
        and all(w in f"{a.id} {a.title}".casefold() for w in wanted.search.casefold().split())
    ]  # fmt: skip
    return sorted(out, key=lambda a: (-rank(a.severity), a.opened_at, a.id))


def _is(alert: Alert, state: str, today: datetime.date) -> bool:
    if state == "all":
        return True
    if state == "live":
        return not (alert.status == "closed" or alert.snoozed(today))
    if state == "snoozed":
        return alert.snoozed(today)
    return alert.status == state


def counts(look: Look, language: str = "en") -> list[Figure]:
    """Open alerts by severity."""
    live = open_ones(look)
    words = {s: word(f"severity.{s}", language) for s in watching.SEVERITIES}
    return [
        Figure(
            id=f"alerts-{severity}", unit="alerts",
            label=word("figure.alerts", language, severity=words[severity]),
            value=sum(a.severity == severity for a in live),
            origin=noted(look, "alerts of this severity that are neither closed nor snoozed today",
                         inputs=(("alerts in all", str(len(watching.alerts(look.events)))),)),
        )
        for severity in reversed(watching.SEVERITIES)
    ]  # fmt: skip


def found(events: Sequence[Event], key: str) -> Alert:
    """One alert by id.

    Raises
    ------
    NotFound
        If there is none.
    """
    known = watching.alerts(events)
    folded = {each.casefold(): each for each in known}
    name = folded.get(key.strip().casefold())
    if name is None:
        raise NotFound(f"no alert {key!r:.80}. {suggest(key[:200], known)}".rstrip())
    return known[name]


def table(rows: Sequence[Alert], look: Look, language: str = "en") -> Table:
    """Alerts for readers."""
    base = _watched()
    frame = pd.DataFrame(
        [
            {
                "title": a.title, "severity": word(f"severity.{a.severity}", language),
                "state": state_word(a, look.today, language), "iso3": a.iso3,
                "year": a.year or None, "value": a.value, "threshold": a.threshold,
                "missed": None if a.hit_rate is None else 100 * (1 - a.hit_rate),
                "false": None if a.false_alarm_rate is None else 100 * a.false_alarm_rate,
                "assigned_to": a.assigned_to, "opened": a.opened_at[:10],
                "_href": address(a.id),
            }
            for a in rows
        ],
        columns=["title", "severity", "state", "iso3", "year", "value", "threshold", "missed",
                 "false", "assigned_to", "opened", "_href"], dtype=object,
    )  # fmt: skip
    return table_of("alerts", word("alerts.title", language), frame, [
        col("title", language), col("severity", language), col("state", language),
        col("iso3", language), col("year", language, "date"),
        col("value", language, "number", "as in signal", 2, base),
        col("threshold", language, "number", "as in signal", 2, base),
        col("missed", language, "number", "%", 0, rate("missed")),
        col("false", language, "number", "%", 0, rate("false")),
        col("assigned_to", language), col("opened", language, "date"),
    ], origin=noted(look, "alerts as the events of the journal leave them"))  # fmt: skip


def _watched() -> Origin:
    return origin_of_table("risk_warning_thresholds", "computed", method="early-warning")


def rate(which: str) -> Origin:
    """What the measured rates of a signal are."""
    said = {
        "missed": "crises of the next two years that such a signal did not precede, over all; out "
                  "of sample in time",
        "false": "quiet country-years in which the signal was lit, over all quiet ones; out of "
                 "sample in time",
    }  # fmt: skip
    return _watched().model_copy(update={"formula": said[which]})


def address(key: str) -> str:
    """The page of an alert."""
    from urllib.parse import quote

    return f"/risk/alerts/{quote(key)}"


def state_word(alert: Alert, today: datetime.date, language: str = "en") -> str:
    """State in words: cleared and hidden ones say so."""
    said = word(f"status.{alert.status}", language)
    if alert.cleared and alert.status != "closed":
        said += f", {word('cleared', language)}"
    if alert.snoozed(today):
        said += f", {word('until', language, day=alert.snoozed_until)}"
    return said


def plain(alert: Alert, events: Sequence[Event], today: datetime.date) -> dict[str, Any]:
    """An alert for programs."""
    out = asdict(alert)
    out.pop("trail")
    return {**out, "snoozed": alert.snoozed(today), "moves": list(steps_of(alert)),
            "revision": revision_of(events, "alert", alert.id)}  # fmt: skip


def trail(alert: Alert) -> list[dict[str, Any]]:
    """Its events, oldest first: who, when, what."""
    return [
        {"at": e.at, "by": e.by, "what": e.what.removeprefix("alert."), "data": dict(e.data)}
        for e in alert.trail
    ]


def steps_of(alert: Alert) -> tuple[str, ...]:
    """Moves that its state allows."""
    if alert.status == "closed":
        return ()
    steps = ["acknowledge"] if alert.status == "open" else ["assign"]
    steps.append("snooze")
    if alert.status != "open" or alert.cleared:
        steps.append("close")
    return tuple(steps)


def answer_of(alert: Alert, language: str = "en") -> Answer:
    """Figure, threshold and measured rates of an alert, and the signal's figures over time."""
    sources = [str(e.data["figure_source"]) for e in alert.trail if e.data.get("figure_source")]
    label, unit = _named(alert)
    base = _watched().model_copy(
        update={
            "as_of": str(alert.year or ""),
            "note": f"figure from {sources[-1]}" if sources else "",
        }
    )
    figures: list[Figure] = []
    if alert.value is not None:
        direction = {"above": "at or above", "below": "at or below"}.get(alert.direction, "")
        beyond = f"; warns {direction} {alert.threshold:g}" if direction and alert.threshold else ""
        figures.append(
            Figure(
                id="value",
                label=label,
                value=alert.value,
                unit=unit,
                origin=base.model_copy(
                    update={
                        "formula": f"latest figure{beyond}",
                        "kind": "computed" if alert.source == "warning" else "claimed",
                    }
                ),
            )
        )
    if alert.threshold is not None:
        figures.append(Figure(
            id="threshold", label=word("c.threshold", language), value=alert.threshold, unit=unit,
            origin=base.model_copy(update={
                "formula": "chosen on history: least noise to signal for single indicators, least "
                           "loss for model and combined", "note": ""})))  # fmt: skip
    if alert.hit_rate is not None and alert.false_alarm_rate is not None:
        figures += [
            Figure(id="missed", label=word("c.missed", language), unit="% of crises",
                   value=100 * (1 - alert.hit_rate), origin=rate("missed")),
            Figure(id="false", label=word("c.false", language), unit="% of quiet years",
                   value=100 * alert.false_alarm_rate, origin=rate("false")),
        ]  # fmt: skip
    return Answer(title=alert.title, figures=tuple(figures), notes=(word("lead_only", language),))


def _named(alert: Alert) -> tuple[str, str]:
    from beltroad.risk.warning.signals import thresholds

    known = thresholds()
    if alert.source == "warning" and alert.indicator in known.index:
        row = known.loc[alert.indicator]
        return str(row["label"]), str(row["unit"])
    return alert.indicator or alert.title, "in its own unit"


def move(
    database: Database, key: str, step: str, who: Principal, *, said: str = "",
    expected: int | None = None,
) -> Alert:  # fmt: skip
    """Acknowledge, assign (to ``said``), snooze (until the day ``said``) or close (why: ``said``).

    Raises
    ------
    NotFound, Conflict, InputError
        If there is no such alert, it changed meanwhile, or the move is not allowed from there.
    """
    alert = found(journal_of(database).events(), key)
    book = SeenJournal(database=database, about=("alert", alert.id), expected=expected)
    moves: dict[str, Callable[[], Alert]] = {
        "acknowledge": lambda: watching.acknowledge(book, alert.id, by=who.name),
        "assign": lambda: watching.assign(book, alert.id, to=said, by=who.name),
        "snooze": lambda: watching.snooze(book, alert.id, until=day(said, "until"), by=who.name),
        "close": lambda: watching.close(book, alert.id, reason=said, by=who.name),
    }
    if step not in moves:
        raise InputError(f"step {step!r:.40}: give one of {', '.join(STEPS)}")
    with in_web_words():
        return moves[step]()


def run_watch(
    database: Database, who: Principal, *, figures: bytes = b"", name: str = "figures.csv",
    every: bool = False,
) -> tuple[Watched, str]:  # fmt: skip
    """Compare figures with thresholds, open what is new; say whether own figures were new too.

    Raises
    ------
    InputError
        With all faults of the file; nothing is written then.
    """
    from beltroad import evidence
    from beltroad.risk.warning import alerting, warnings

    book = journal_of(database)
    taken = ""
    if figures:
        known = sorted(set(evidence.load("risk_indicators")["indicator"]))
        with uploaded(figures, name) as path:
            read = replace(watching.read_figures(path, known), name=visible(name[:120]))
        # What the warning refuses must not get into a journal, from which nothing is taken out.
        warnings(data=watching.own_figures(book.events(), read))
        fresh = watching.note_import(book, read, by=who.name)
        taken = "taken" if fresh else "known"
    own = watching.own_figures(book.events())
    held = signals() if own.empty else warnings(data=own)
    if not every:
        keep = {(a.iso3, a.indicator) for a in watching.alerts(book.events()).values()
                if a.status != "closed"}  # fmt: skip
        keep |= set(zip(own["iso3"], own["indicator"], strict=True)) if len(own) else set()
        held = alerting(held, also=keep)
    return watching.watch(held, book, by=who.name), taken


def columns_of_changes(language: str) -> list[Column]:
    """Columns of what a run of the watch changed."""
    return [col("change", language), col("id", language), col("iso3", language),
            col("indicator", language), col("year", language, "date"),
            col("value", language, "number", "as in signal", 2, _watched()),
            col("threshold", language, "number", "as in signal", 2, _watched()),
            col("severity", language)]  # fmt: skip
