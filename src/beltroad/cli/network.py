"""``beltroad network``: the freight network in numbers, and every link with what it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from beltroad.cli.console import app, bars, scenario_and_state

__all__ = ["network"]


@app.command()
def network(
    state: Annotated[str | None, typer.Option(help="A year, today or complete.")] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario whose projects, reforms and parameters apply.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write every link to a .csv or .parquet file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Sum up the network by mode; with --out write km, hours, USD and g CO2e of every link."""
    from beltroad.appraisal.network import links_of
    from beltroad.files import check_table_file, table_bytes, write_files
    from beltroad.infrastructure.pricing.linktable import mode_summary

    if out is not None:
        check_table_file(out)
    chosen, at = scenario_and_state(scenario, state)
    with bars() as progress:
        table = links_of(at, chosen, progress=progress)
        if out is not None:
            write_files({out.name: table_bytes(table, out)}, out.parent)
    summary = mode_summary(table)
    if as_json:
        typer.echo(json.dumps(summary.to_dict("records"), indent=1))
        return
    console = Console()
    rows = Table("mode", "links", "km", "countries", "open links", box=None)
    for row in summary.to_dict("records"):
        numbers = (f"{row[k]:,.0f}" for k in ("links", "km", "countries", "open"))
        rows.add_row(str(row["mode"]), *numbers)
    console.print(rows)
    if out is not None:
        console.print(f"{len(table):,} links written to {out}.", highlight=False)
