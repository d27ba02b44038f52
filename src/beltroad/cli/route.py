"""``beltroad route``: ways between two places, by time, money and emissions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beltroad.cli.console import app, bars, scenario_and_state
from beltroad.cli.output import check_files
from beltroad.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from beltroad.infrastructure.routes.export import Query
    from beltroad.infrastructure.routes.find import Answer
    from beltroad.infrastructure.routes.schedule import Trip

__all__ = ["route"]


@app.command(context_settings={"ignore_unknown_options": True})
def route(
    origin: Annotated[str, typer.Argument(help="Name, UN/LOCODE or 'lat,lon'.")],
    destination: Annotated[str, typer.Argument(help="Name, UN/LOCODE or 'lat,lon'.")],
    mode: Annotated[
        list[str] | None,
        typer.Option(help="Main mode allowed: rail, road, sea, water, ferry, air; repeatable."),
    ] = None,
    via: Annotated[list[str] | None, typer.Option(help="Place to pass; repeatable.")] = None,
    avoid: Annotated[
        list[str] | None,
        typer.Option(help="Strait, border, country, port or line not wanted; repeatable."),
    ] = None,
    close: Annotated[
        list[str] | None, typer.Option(help="The same, shut for everyone; repeatable.")
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(help="Network: today, complete or a year. Default: today, or the scenario's."),
    ] = None,
    depart: Annotated[
        str | None, typer.Option(help="Ready at the origin, YYYY-MM-DD[THH:MM], local time.")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario file (TOML) with projects and reforms.")
    ] = None,
    value_of_time: Annotated[
        float | None, typer.Option(help="USD per TEU-day that time is worth.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also routes that another beats in all measures.")
    ] = False,
    legs: Annotated[bool, typer.Option(help="Print the first routes step by step.")] = True,
    detail: Annotated[int, typer.Option(min=0, help="How many routes --legs prints.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    geojson: Annotated[Path | None, typer.Option(help="Write legs and stops as GeoJSON.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with a map.")] = None,
) -> None:
    """Compare the ways from ORIGIN to DESTINATION by time, money and emissions per container."""
    files = [path for path in (geojson, html) if path is not None]
    check_files(files)
    modes = _modes(mode or [])
    if value_of_time is not None and not 0 <= value_of_time <= 1e6:
        raise InputError(f"--value-of-time {value_of_time:g}: give 0 to 1,000,000 USD per TEU-day")
    from beltroad.infrastructure.routes.schedule import parse_departure

    start = parse_departure(depart) if depart is not None else None
    chosen, at = scenario_and_state(scenario, state)

    from dataclasses import replace

    from beltroad import __version__
    from beltroad.appraisal.routes import Atlas, variability
    from beltroad.infrastructure.routes.closures import parse_closures
    from beltroad.infrastructure.routes.export import Query
    from beltroad.infrastructure.routes.find import find_routes
    from beltroad.infrastructure.routes.places import find_place
    from beltroad.infrastructure.routes.schedule import Trip, compared, scheduled, services

    places = [find_place(text) for text in (origin, *(via or []), destination)]
    for before, after in pairwise(places):
        if before == after:
            raise InputError(f"{after.label} is named twice in a row: a route needs places apart")
    with bars() as progress:
        atlas = Atlas.of(chosen, progress=progress)
        network = atlas.programme.network
        query = Query(
            state=at, modes=modes, avoided=tuple(parse_closures(avoid or [], network)),
            closed=tuple(parse_closures(close or [], network)), usd_per_day=value_of_time,
            depart=start, scenario=chosen.name if scenario else "",
            scenario_digest=chosen.digest if scenario else "", seed=chosen.seed,
            versions={"beltroad": __version__},
        )  # fmt: skip
        with progress.step("joining the places to the network"):
            planner = atlas.planner(places, state=at, usd_per_day=value_of_time)
        if value_of_time is None:
            query = replace(query, usd_per_day=planner.usd_per_hour * 24)
        with progress.step("searching") as report:
            spread = variability()
            answer = find_routes(
                planner, spread, closures=(*query.avoided, *query.closed), modes=modes,
                seed=query.seed, progress=report,
            )  # fmt: skip
        trips = [Trip(r) for r in answer.routes]
        if start is not None:
            known = services()
            trips = compared(
                [scheduled(t.route, start, known, spread, seed=query.seed) for t in trips]
            )
        shown = trips if everything else [t for t in trips if t.route.efficient]
        if files:
            with progress.step("writing files"):
                _write(answer, shown, query, geojson, html)
    if as_json:
        from beltroad.infrastructure.routes.export import answer_record

        record = answer_record(answer, shown, query)
        typer.echo(json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False))
    else:
        _print(answer, trips, shown, query, detail if legs else 0)
    for path in files:
        typer.echo(f"{path} written", err=True)


def _modes(texts: Sequence[str]) -> tuple[str, ...]:
    from beltroad.infrastructure.routes.find import MODES

    words = [w.strip().lower() for text in texts for w in text.split(",")]
    found = tuple(dict.fromkeys(w for w in words if w))
    for word in found:
        if word not in MODES:
            raise InputError(f"unknown mode {word!r:.30}; choose from {', '.join(MODES)}")
    if texts and not found:
        raise InputError(f"--mode names no mode; choose from {', '.join(MODES)}")
    return found


def _write(
    answer: Answer, trips: Sequence[Trip], query: Query, geojson: Path | None, html: Path | None
) -> None:
    from beltroad.files import write_atomically

    if geojson is not None:
        from beltroad.infrastructure.routes.export import geojson as features

        text = json.dumps(features(answer, trips, query), ensure_ascii=False, allow_nan=False)
        write_atomically(geojson, text.encode() + b"\n")
    if html is not None:
        from beltroad.appraisal.report.routepage import route_page

        write_atomically(html, route_page(answer, trips, query).encode())


def _print(
    answer: Answer, trips: Sequence[Trip], shown: Sequence[Trip], query: Query, detail: int
) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    ends = " to ".join(escape(p.label) for p in (answer.origin, *answer.via, answer.destination))
    console.print(f"\n[b]{ends}[/b], one TEU, network: {query.state}")
    for word, closures in (("avoiding", query.avoided), ("closed", query.closed)):
        if closures:
            console.print(f"{word}: {escape(', '.join(c.label for c in closures))}")
    console.print(_table(shown))
    hidden = len(trips) - len(shown)
    if hidden:
        console.print(
            f"{hidden} more routes are beaten by one of these in all three measures; "
            "--all shows them."
        )
    for number, trip in enumerate(shown[:detail], start=1):
        _print_steps(console, number, trip)
    if len(shown) > detail > 0:
        console.print(f"--detail {len(shown)} prints all {len(shown)} routes step by step.")
    for note in answer.notes:
        console.print(escape(note))
    console.print("Days p10-p90: 8 of 10 trips take between these. Network © OpenStreetMap (ODbL).")


_BEST = {"hours_total": "fastest", "usd_per_teu": "cheapest", "kgco2e_per_teu": "least CO2"}


def _table(trips: Sequence[Trip]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("")
    table.add_column("route", overflow="fold")
    for title in ("days", "p10-p90", "km", "USD", "kg CO2e"):
        table.add_column(title, justify="right", no_wrap=True)
    for number, trip in enumerate(trips, start=1):
        r, s = trip.route, trip.route.spread
        said = Text(r.chain)
        best = ", ".join(_BEST[m] for m in r.best_in)
        if best or not r.efficient:
            said.append(f" ({best or 'beaten'})", style="bold" if best else "dim")
        if (middle := trip.arrival(s.p50_hours)) is not None:
            early, late = trip.arrival(s.p10_hours), trip.arrival(s.p90_hours)
            said.append(f"\narrives {middle:%a %Y-%m-%d} ({early:%m-%d} to {late:%m-%d})")
        table.add_row(
            str(number), said, f"{r.days_total:.1f}",
            f"{s.p10_hours / 24:.1f}-{s.p90_hours / 24:.1f}", f"{r.km_total:,.0f}",
            f"{r.usd_per_teu:,.0f}", f"{r.kgco2e_per_teu:,.0f}",
        )  # fmt: skip
    return table


def _print_steps(console: Console, number: int, trip: Trip) -> None:
    from rich.table import Table
    from rich.text import Text

    from beltroad.infrastructure.routes.route import Leg
    from beltroad.infrastructure.routes.schedule import boarding_words

    r = trip.route
    console.print(f"\n[b]Route {number}[/b]")
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("step", no_wrap=True)
    table.add_column("", overflow="fold")
    for title in ("km", "hours", "USD", "kg CO2e"):
        table.add_column(title, justify="right", no_wrap=True)
    for step in r.steps:
        if isinstance(step, Leg):
            what, where = step.mode, f"{step.origin} - {step.destination}"
            where += f" ({' '.join(step.countries)})" if step.countries else ""
            where += f", {', '.join(step.passages)}" if step.passages else ""
        else:
            spent: dict[str, float] = {}
            for name, hours in step.parts:
                spent[name] = spent.get(name, 0.0) + hours
            parts = [f"{n.replace('_', ' ')} {h:.0f} h" for n, h in spent.items() if h >= 0.5]
            what, where = f"  {step.kind}", f"{step.place}: {', '.join(parts)}".removesuffix(": ")
        table.add_row(
            what, Text(where), f"{step.km:,.0f}" if step.km >= 0.5 else "",
            f"{step.hours:,.1f}", f"{step.usd:,.0f}", f"{step.kgco2e:,.0f}",
        )  # fmt: skip
    table.add_row(
        "total", "", f"{r.km_total:,.0f}", f"{r.hours_total:,.1f}",
        f"{r.usd_per_teu:,.0f}", f"{r.kgco2e_per_teu:,.0f}", style="bold",
    )  # fmt: skip
    console.print(table)
    for b in trip.boardings:
        console.print(Text(boarding_words(b)))
    if trip.start is not None and not trip.boardings and "rail" in r.main_modes:
        console.print("No train service is listed for this route: waits as without a date.")
