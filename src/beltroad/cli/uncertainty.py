"""``beltroad uncertainty``: uncertain assumptions drawn many times, quantiles, what drives them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from beltroad.cli.console import app, bars

if TYPE_CHECKING:
    from beltroad.appraisal.uncertainty.result import UncertaintyResult

__all__ = ["uncertainty"]

SHOWN = {
    "world_real_income_pct": "real income, world",
    "corridor_real_income_pct": "real income, corridors",
    "world_trade_pct": "trade, world",
    "net_gain_usd": "gain less cost, world",
    "annual_cost_usd": "cost of projects",
    "lifted_extreme": "out of extreme poverty",
}
LEAST_SHARE = 0.01
MOST = 100_000  # draws, as in a scenario file
UNITS = {"%": (1.0, "%"), "USD/a": (1e9, "bn USD/a"), "persons": (1e6, "m people")}


@app.command()
def uncertainty(
    scenario: Annotated[Path, typer.Argument(help="Scenario file (TOML).")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the tables. Default: print only.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option(help="States of the world. Default: the scenario's, or 200.")
    ] = None,
    pairs: Annotated[
        int | None,
        typer.Option(help="Draws that split the variance. Default: the scenario's, or 64."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes on this machine. Default: one a core.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to draw on instead.")
    ] = None,
    apply: Annotated[
        list[str] | None, typer.Option(help="Switch on an override of the file; repeatable.")
    ] = None,
    resume: Annotated[
        bool, typer.Option(help="Take finished blocks of an earlier run from the cache.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the quantiles and the split as JSON.")
    ] = False,
) -> None:
    """Draw elasticities, value of time, costs and more; say how far results may lie and why."""
    from beltroad.appraisal.uncertainty.run import run_uncertainty
    from beltroad.cli.output import rounded_records
    from beltroad.errors import InputError
    from beltroad.files import check_writable

    for name, value, least in (("--draws", draws, 2), ("--pairs", pairs, 0)):
        if value is not None and not least <= value <= MOST:
            raise InputError(f"{name} {value}: give at least {least}, at most {MOST}")
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers}: give at least 1")
    if cluster is not None and workers is not None:
        raise InputError("--workers is about this machine: leave it out with --cluster")
    if out is not None:
        check_writable(out)
    start = time.perf_counter()
    with bars() as progress:
        result = run_uncertainty(
            scenario, apply=apply or [], draws=draws, pairs=pairs, workers=workers,
            cluster=cluster, resume=resume, progress=progress,
        )  # fmt: skip
        if out is not None:
            result.write(out)
    if as_json:
        tables = {"headlines": result.headlines, "split": result.split}
        answer = {name: rounded_records(table) for name, table in tables.items()}
        typer.echo(json.dumps({"run": dict(result.run), **answer}, indent=1))
    else:
        _print(result, out, time.perf_counter() - start)


def _print(result: UncertaintyResult, out: Path | None, seconds: float) -> None:
    """Quantiles, chances, and what drives the answer."""
    console = Console()
    rows = Table(box=None, pad_edge=False)
    rows.add_column("", no_wrap=True)
    for heading in ("central", "5 %", "median", "95 %"):
        rows.add_column(heading, justify="right", no_wrap=True)
    rows.add_column("", no_wrap=True)
    table = {str(row["figure"]): row for row in result.headlines.to_dict("records")}
    for figure, title in SHOWN.items():
        row = table[figure]
        scale, unit = UNITS[str(row["unit"])]
        values = (row[c] / scale for c in ("central", "p5", "p50", "p95"))
        rows.add_row(title, *("-" if v != v else f"{v:+,.3g}" if v else "0" for v in values), unit)
    console.print(rows)
    countries = result.countries
    likely = countries[countries["chance_of_loss_after_cost"] > 0.5]
    console.print(
        f"{len(likely)} of {len(countries)} economies are more likely than not to be worse off "
        f"after paying for what lies in them; chance that the world is: "
        f"{100 * table['net_gain_usd']['chance_below_zero']:.0f} %.",
        highlight=False,
    )
    split = result.split
    for figure, words in (("world_real_income_pct", "real income"), ("net_gain_usd", "net gain")):
        part = split[split["figure"] == figure].sort_values("share", ascending=False)
        named = part[part["share"] > LEAST_SHARE]
        if named.empty:
            continue
        console.print(f"What the spread of {words} comes from (90 % interval):", highlight=False)
        for row in named.to_dict("records"):
            share, low, high = (100 * row[k] for k in ("share", "share_low", "share_high"))
            console.print(
                f"  {share:3.0f} %  {row['group_title']} ({low:.0f} to {high:.0f})",
                highlight=False, markup=False, soft_wrap=True,
            )  # fmt: skip
    if result.failures:
        console.print(f"{len(result.failures)} evaluations have no equilibrium and are left out.")
    where = f" Tables in {out}." if out is not None else ""
    drawn = f"{result.plan.draws} draws, {result.plan.pairs} of them split"
    console.print(f"{drawn}, {seconds:.0f} s.{where}", highlight=False)
