"""The command line: thin commands over the same functions that Python users call.

Exit codes: 0 done, 1 could not be done (no equilibrium, results not written), 2 bad input,
130 stopped by the user.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from beltroad import __version__
from beltroad.errors import BeltroadError, InputError

if TYPE_CHECKING:
    from beltroad.appraisal.progress import Progress
    from beltroad.appraisal.result import Appraisal

__all__ = ["app", "main"]

STOPPED = 130
DEFAULT_SCENARIO = Path("examples/corridors.toml")
ESTIMATE = (
    "about 60 s of computing on two cores the first time (half of it each project alone), "
    "about 15 s when only parameters or a project changed, 1.5 GB of memory, "
    "up to 0.5 GB of cache on disk; results take 5 MB"
)

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Belt and Road corridors: what projects and reforms do, cost and risk, from open data.",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Print the version when asked for it."""
    if version:
        typer.echo(f"beltroad {__version__}")
        raise typer.Exit


@app.command()
def appraise(
    scenario: Annotated[
        Path | None,
        typer.Argument(help=f"Scenario file (TOML). Default: {DEFAULT_SCENARIO}."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for report and tables.")] = Path("out"),
    apply: Annotated[
        list[str] | None, typer.Option(help="Switch on an override of the file; repeatable.")
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything again.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the headline figures as JSON.")
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Say what it takes, check the file, do nothing.")
    ] = False,
) -> None:
    """Appraise a scenario and write report.html, report.xlsx and the tables behind them."""
    from beltroad.appraisal.cache import Cache
    from beltroad.appraisal.run import appraise as run
    from beltroad.appraisal.scenario_file import parse_scenario, read_scenario
    from beltroad.appraisal.writing import check_writable

    start = time.perf_counter()
    path = scenario or DEFAULT_SCENARIO
    if scenario is None and not path.exists():
        chosen = parse_scenario({"name": "The corridor portfolio"}, apply=apply or [])
    else:
        chosen = read_scenario(path, apply=apply or [])
    check_writable(out)
    if estimate:
        typer.echo(f"{chosen.name}: the file is sound. It takes {ESTIMATE}.")
        return
    with _bars() as progress:
        result = run(chosen, cache=Cache(None) if no_cache else Cache.default(), progress=progress)
        with progress.step("writing report and tables"):
            result.write(out)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(result.headlines), indent=1))
    else:
        _print_headlines(result, out, time.perf_counter() - start)


@app.command()
def tables(
    name: Annotated[str | None, typer.Argument(help="One table: its sources and columns.")] = None,
) -> None:
    """List the bundled tables, or show where one comes from."""
    from beltroad import evidence

    console = Console()
    if name is None:
        listing = Table("table", "rows", "title", "licence", "vintage", box=None)
        for each in evidence.names():
            about = evidence.info(each)
            first = about.sources[0]
            listing.add_row(each, str(about.rows), about.title, first.licence, first.vintage)
        console.print(listing)
        return
    about = evidence.info(name)
    console.print(f"[b]{about.title}[/b]  {about.file}, {about.rows} rows", highlight=False)
    for source in about.sources:
        console.print(f"  {source.title}; {source.licence}; {source.vintage}; {source.url}")
    columns = Table("column", "unit", "description", box=None)
    for column, unit in about.units.items():
        columns.add_row(column, unit, about.descriptions[column])
    console.print(columns)
    if about.notes:
        console.print(about.notes)


def main() -> None:
    """Run the command line; every error on purpose becomes its message and an exit code."""
    code: object = 0
    try:
        code = app(standalone_mode=False)
    except BeltroadError as error:
        typer.echo(f"beltroad: {error}", err=True)
        sys.exit(2 if isinstance(error, InputError) else 1)
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except typer.Exit as leave:
        sys.exit(leave.exit_code)
    except Exception as error:
        if hasattr(error, "format_message"):  # a fault in how the command was called
            typer.echo(f"beltroad: {error.format_message()} Try --help.", err=True)
            sys.exit(2)
        raise
    # Ctrl-C arrives as an exception, or as a value that the command line library returns.
    if code == STOPPED:
        typer.echo("\nbeltroad: stopped; nothing was written, finished steps are kept", err=True)
        sys.exit(STOPPED)


@contextmanager
def _bars() -> Iterator[Progress]:
    """Progress on the terminal's error stream; plain lines where it is no terminal."""
    from beltroad.appraisal.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        seen: set[str] = set()

        def line(name: str, _: float | None) -> None:
            if name not in seen:
                seen.add(name)
                console.print(f"  {name} ...", highlight=False)

        yield Progress(line)
        return
    with Bars(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=console, transient=True,
    ) as bars:  # fmt: skip
        tasks: dict[str, TaskID] = {}

        def show(name: str, fraction: float | None) -> None:
            if name not in tasks:
                for task in tasks.values():
                    bars.update(task, total=1, completed=1)
                tasks[name] = bars.add_task(name, total=None)
            if fraction is not None:
                bars.update(tasks[name], total=1, completed=fraction)

        yield Progress(show)


def _print_headlines(result: Appraisal, out: Path, seconds: float) -> None:
    """The findings in a few lines, costs as plainly as gains."""
    h = result.headlines
    console = Console()
    states = result.scenario.states
    console.print(f"\n[b]{result.scenario.name}[/b]: {states.before} to {states.after}")
    rows = Table("", "world", "corridor economies", box=None)
    for label, pair, unit in (
        ("fastest shipment", h.shipment_time_switch_pct, "%"),
        ("shipment, modes kept", h.shipment_time_fixed_pct, "%"),
        ("trade cost of time", h.trade_cost_pct, "%"),
        ("trade", h.trade_pct, "%"),
        ("real income", h.real_income_pct, "%"),
    ):
        rows.add_row(label, *(f"{value:+.3g} {unit}" for value in pair))
    gains = (f"{usd / 1e9:+,.1f} bn USD/a" for usd in h.real_income_usd)
    rows.add_row("real income a year", *gains)
    console.print(rows)
    console.print(
        f"Projects cost {h.project_cost_usd / 1e9:,.0f} bn USD, {h.annual_cost_usd / 1e9:,.1f} bn "
        f"a year. If each economy pays for what lies in it, {h.economies_losing_after_cost} of "
        "those in the trade model are worse off."
    )
    console.print(f"{out / 'report.html'} and tables written in {seconds:.0f} s.", highlight=False)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
