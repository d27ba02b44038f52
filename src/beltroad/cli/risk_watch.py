"""``beltroad risk watch`` and ``beltroad risk alerts``: signals, and what people do about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, rounded_records
from beltroad.cli.risk import risk_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.risk.watch import Alert, Watched

__all__ = ["alerts_app", "watch"]

alerts_app = typer.Typer(help="Alerts: list, show, acknowledge, assign, close, snooze.")
risk_app.add_typer(alerts_app, name="alerts")

Folder = Annotated[Path | None, typer.Option("--journal", help="Folder of the journal.")]
By = Annotated[str, typer.Option("--by", help="Who does it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@risk_app.command()
def watch(
    figures: Annotated[
        Path | None, typer.Option(help="New figures: iso3, indicator, year, value, source.")
    ] = None,
    journal: Folder = None,
    every: Annotated[
        bool, typer.Option("--all-signals", help="Every signal opens an alert, also mild ones.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows to print.")] = 30,
    by: Annotated[str, typer.Option(help="Who runs it, for the trail.")] = "watch",
    check: Annotated[bool, typer.Option("--check", help="Only verify the journal.")] = False,
    head: Annotated[
        str | None, typer.Option(help="With --check: hash noted earlier that must be there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare signals with open alerts, open what is new and print what changed."""
    from beltroad.risk.journal import Journal

    book = Journal.at(journal)
    if head is not None and not check:
        raise InputError("--head goes with --check")
    if check:
        _check(book, head, as_json=as_json)
        return
    from beltroad import evidence
    from beltroad.risk import watch as watching
    from beltroad.risk.warning import alerting, warnings

    if figures is not None:
        known = list(evidence.load("risk_indicators")["indicator"].unique())
        read = watching.read_figures(figures, known)
        # What the warning refuses must not get into a journal, from which nothing is taken out.
        warnings(data=watching.own_figures(book.events(), read))
        fresh = watching.note_import(book, read, by=by)
        if not as_json:
            taken = "1 figure" if len(read.table) == 1 else f"{len(read.table)} figures"
            said = f"{taken} taken over" if fresh else "imported before"
            say(Console(), f"{figures.name}: {said}")
    own = watching.own_figures(book.events())
    signals = warnings(data=own if len(own) else None)
    if not every:
        held = {(a.iso3, a.indicator) for a in watching.alerts(book.events()).values()
                if a.status != "closed"}  # fmt: skip
        held |= set(zip(own["iso3"], own["indicator"], strict=True)) if len(own) else set()
        signals = alerting(signals, also=held)
    found = watching.watch(signals, book, by=by)
    if as_json:
        print_json({"signals": found.signals, "unchanged": found.unchanged,
                    "changes": rounded_records(found.changes)})  # fmt: skip
        return
    _changes(found, limit)


def _check(book: Any, head: str | None, *, as_json: bool) -> None:
    found = book.verify(head)
    if as_json:
        print_json(
            {
                "events": found.events,
                "head": found.head,
                "sound": found.sound,
                "faults": list(found.faults),
                "unfinished_bytes": found.unfinished,
            }
        )
    else:
        console = Console()
        word = "sound" if found.sound else "NOT sound"
        say(console, f"{book.path}: {found.events:,} events, {word}")
        for fault in found.faults:
            say(console, f"  {fault}")
        if found.unfinished:
            say(console, f"  {found.unfinished} bytes at the end are unfinished: a run was cut "
                "short. The next run sets them aside.")  # fmt: skip
        say(console, f"head {found.head}")
    if not found.sound:
        raise typer.Exit(1)


def _changes(found: Watched, limit: int) -> None:
    console = Console()
    changes = found.changes
    if changes.empty:
        say(console, f"{found.signals} signals, nothing new")
        return
    shown = Table("what", "alert", "year", "figure", "bound", "severity", box=None, pad_edge=False)
    for row in changes.head(limit).to_dict("records"):
        shown.add_row(row["change"], escape(row["id"]), _year(row["year"]), _figure(row["value"]),
                      _figure(row["threshold"]), row["severity"])  # fmt: skip
    console.print(shown)
    count = changes["change"].value_counts(sort=False)
    said = ", ".join(f"{number} {word}" for word, number in count.items())
    if len(changes) > limit:
        said += f" ({len(changes) - limit} not shown: --limit {len(changes)})"
    say(console, f"{found.signals} signals: {said}, {found.unchanged} as they were. "
        "A signal is a lead to look into, no forecast. Next: beltroad risk alerts")  # fmt: skip


def _figure(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, int | float) and value == value else ""


def _year(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, int | float) and value else ""


@alerts_app.command("list")
def list_alerts(
    journal: Folder = None,
    every: Annotated[bool, typer.Option("--all", help="Closed and snoozed ones too.")] = False,
    iso3: Annotated[str | None, typer.Option(help="Only of this economy.")] = None,
    severity: Annotated[str | None, typer.Option(help="Only this grave or graver.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to print.")] = 40,
    as_json: Json = False,
) -> None:
    """List alerts, the gravest first."""
    from beltroad.evidence import economies
    from beltroad.risk.journal import Journal
    from beltroad.risk.watch import SEVERITIES, alerts
    from beltroad.risk.watch.alerts import rank

    book = Journal.at(journal)
    today = book.clock().date()
    code = economies.iso3(iso3) if iso3 else None
    least = rank(severity) if severity else 0
    found = [a for a in alerts(book.events()).values()
             if (every or not (a.status == "closed" or a.snoozed(today)))
             and code in (None, a.iso3) and rank(a.severity) >= least]  # fmt: skip
    found.sort(key=lambda a: (-SEVERITIES.index(a.severity), a.opened_at, a.id))
    if as_json:
        print_json([_plain(a) for a in found])
        return
    console = Console()
    if not found:
        say(
            console, "no alerts" if every else "no open alerts; --all lists closed and snoozed ones"
        )
        return
    shown = Table("alert", "severity", "state", "year", "figure", "bound", "with", box=None,
                  pad_edge=False)  # fmt: skip
    for a in found[:limit]:
        state = a.status + (", cleared" if a.cleared and a.status != "closed" else "")
        state += f", until {a.snoozed_until}" if a.snoozed(today) else ""
        shown.add_row(escape(a.id), a.severity, state, _year(a.year), _figure(a.value),
                      _figure(a.threshold), escape(a.assigned_to))  # fmt: skip
    console.print(shown)
    if len(found) > limit:
        say(console, f"{len(found) - limit} more: --limit {len(found)}")


@alerts_app.command()
def show(alert: str, journal: Folder = None, as_json: Json = False) -> None:
    """Show one alert with its trail."""
    from beltroad.risk.journal import Journal, visible
    from beltroad.risk.watch import find

    found = find(Journal.at(journal).events(), alert)
    if as_json:
        print_json(_plain(found))
        return
    console = Console()
    say(console, f"{visible(found.title)} ({found.id})")
    say(console, f"  {found.status}{', cleared' if found.cleared else ''}, {found.severity}"
        + (f", with {found.assigned_to}" if found.assigned_to else ""))  # fmt: skip
    if found.value is not None and found.threshold is not None:
        say(console, f"  {_year(found.year)}: {_figure(found.value)}, warns {found.direction} "
            f"{_figure(found.threshold)}")  # fmt: skip
    if found.hit_rate is not None and found.false_alarm_rate is not None:
        say(console, f"  In the past it caught {100 * found.hit_rate:.0f} % of what came, with "
            f"false alarms in {100 * found.false_alarm_rate:.0f} % of quiet years.")  # fmt: skip
    for event in found.trail:
        data = event.data
        more = data.get("reason") or data.get("to") or data.get("until") or ""
        if not more and data.get("value") is not None:
            more = f"{_year(data.get('year'))}: {_figure(data['value'])}, {data['severity']}"
        said = f"  {event.at[:16].replace('T', ' ')}  {event.what.removeprefix('alert.'):<13}"
        say(console, visible(f"{said} {event.by}  {more}").rstrip())


@alerts_app.command()
def acknowledge(alert: str, by: By, journal: Folder = None) -> None:
    """Say that someone has read it."""
    from beltroad.risk.journal import Journal
    from beltroad.risk.watch import acknowledge as move

    _done(move(Journal.at(journal), alert, by=by))


@alerts_app.command()
def assign(
    alert: str, to: Annotated[str, typer.Option(help="Who is to deal with it.")], by: By,
    journal: Folder = None,
) -> None:  # fmt: skip
    """Give it to someone."""
    from beltroad.risk.journal import Journal
    from beltroad.risk.watch import assign as move

    _done(move(Journal.at(journal), alert, to=to, by=by))


@alerts_app.command()
def close(
    alert: str, reason: Annotated[str, typer.Option(help="Why it may be closed.")], by: By,
    journal: Folder = None,
) -> None:  # fmt: skip
    """Close it, with the reason."""
    from beltroad.risk.journal import Journal
    from beltroad.risk.watch import close as move

    _done(move(Journal.at(journal), alert, reason=reason, by=by))


@alerts_app.command()
def snooze(
    alert: str, until: Annotated[str, typer.Option(help="Day, YYYY-MM-DD.")], by: By,
    journal: Folder = None,
) -> None:  # fmt: skip
    """Hide it until a day."""
    from beltroad.risk.journal import Journal
    from beltroad.risk.watch import snooze as move

    _done(move(Journal.at(journal), alert, until=day(until, "--until"), by=by))


@alerts_app.command("raise")
def raise_one(
    key: Annotated[str, typer.Argument(help="What makes it one and the same.")],
    source: Annotated[str, typer.Option(help="integrity, debt, register, ...")],
    title: Annotated[str, typer.Option(help="What is the matter.")],
    by: By,
    severity: Annotated[str, typer.Option(help="low, medium, high, critical.")] = "medium",
    iso3: Annotated[str, typer.Option(help="Economy.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    risk: Annotated[str, typer.Option(help="Risk of the register.")] = "",
    journal: Folder = None,
) -> None:
    """Open an alert by hand: a red flag, a breached bound, a risk that has come true."""
    from beltroad.risk.journal import Journal
    from beltroad.risk.watch import find, raise_alert

    book = Journal.at(journal)
    found = raise_alert(book, source=source, key=key, title=title, severity=severity, iso3=iso3,
                        project=project, risk=risk, by=by)  # fmt: skip
    _done(find(book.events(), found))


def day(text: str, what: str) -> Any:
    """A day that a user gives as YYYY-MM-DD."""
    from datetime import date

    try:
        if len(text.strip()) == 10:
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise InputError(f"{what} {text!r:.40}: give a day as YYYY-MM-DD")


def _done(alert: Alert) -> None:
    say(Console(), f"{alert.id}: {alert.status}"
        + (f", with {alert.assigned_to}" if alert.assigned_to else "")
        + (f", hidden until {alert.snoozed_until}" if alert.snoozed_until else ""))  # fmt: skip


def _plain(alert: Alert) -> dict[str, Any]:
    from dataclasses import asdict

    out = asdict(alert)
    out["trail"] = [event._asdict() for event in alert.trail]
    return out
