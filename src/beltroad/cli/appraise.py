"""``beltroad appraise``: a scenario in, report and tables out."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from beltroad.cli.console import app, bars

if TYPE_CHECKING:
    from beltroad.appraisal.result import Appraisal

__all__ = ["appraise"]

DEFAULT_SCENARIO = Path("examples/corridors.toml")
ESTIMATE = (
    "about 75 s of computing on two cores the first time (some 30 s of it uncertain assumptions), "
    "about 30 s when nothing or only a name changed, 2.4 GB of memory, "
    "up to 0.5 GB of cache on disk; results take 5 MB"
)


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
    trade_data: Annotated[
        Path | None,
        typer.Option(help="Folder of the user's own accounts in place of the bundled ones."),
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
    from beltroad.appraisal.own_accounts import own_accounts
    from beltroad.appraisal.run import appraise as run
    from beltroad.appraisal.scenario_file import parse_scenario, read_scenario
    from beltroad.files import check_writable

    start = time.perf_counter()
    path = scenario or DEFAULT_SCENARIO
    if scenario is None and not path.exists():
        chosen = parse_scenario({"name": "The corridor portfolio"}, apply=apply or [])
    else:
        chosen = read_scenario(path, apply=apply or [])
    if trade_data is not None:
        parameters = chosen.parameters.model_copy(update={"trade_data": str(trade_data)})
        chosen = chosen.model_copy(update={"parameters": parameters})
    own_accounts(chosen)
    check_writable(out)
    if estimate:
        typer.echo(f"{chosen.name}: the file is sound. It takes {ESTIMATE}.")
        return
    with bars() as progress:
        result = run(chosen, cache=Cache(None) if no_cache else Cache.default(), progress=progress)
        with progress.step("writing report and tables"):
            result.write(out)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(result.headlines), indent=1))
    else:
        _print_headlines(result, out, time.perf_counter() - start)


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
