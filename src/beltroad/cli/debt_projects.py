"""``beltroad debt projects``: debt of hosts without and with the projects of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import bars
from beltroad.cli.debt import debt_app
from beltroad.cli.output import check_files, print_json, records
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["projects"]


@debt_app.command()
def projects(
    scenario: Annotated[Path, typer.Argument(help="Scenario file (TOML).")],
    country: Annotated[str | None, typer.Option(help="One host only.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Take all projects as borrowed anew, also open ones.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the rows to a CSV file.")] = None,
) -> None:
    """Compare debt paths and ratings without and with projects, by how much growth they bring."""
    from beltroad.evidence import economies

    check_files([] if csv is None else [csv])
    code = None if country is None else economies.iso3(country)

    from beltroad.appraisal.debt import debt_of
    from beltroad.appraisal.scenario_file import read_scenario

    chosen = read_scenario(scenario)
    if everything:
        part = chosen.debt.model_copy(update={"timing": "all"})
        chosen = chosen.model_copy(update={"debt": part})
    with bars() as progress:
        found = debt_of(chosen, progress=progress)
    if found is not None and code is not None:
        found = found[found["iso3"] == code]
    if found is None or found.empty:
        where = "any host" if code is None else economies.name(code)
        raise InputError(
            f"{scenario}: no project with a known cost is new debt of {where} that can be "
            "assessed. Countries: beltroad debt countries; projects that are open already: --all"
        )
    if csv is not None:
        from beltroad.files import csv_bytes, write_atomically

        write_atomically(csv, csv_bytes(found))
    if as_json:
        print_json(records(found))
        return
    _print(found)
    if csv is not None:
        typer.echo(f"{csv} written", err=True)


def _print(found: pd.DataFrame) -> None:
    console = Console()
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column("host", no_wrap=True)
    shown.add_column("growth assumed", overflow="fold")
    for title in ("loans\nUSD mn", "debt in 10 y\n% of GDP", "in 20 y\n% of GDP"):
        shown.add_column(title, justify="right")
    shown.add_column("risk")
    before = ""
    for row in found.to_dict("records"):
        host = row["iso3"] if row["iso3"] != before else ""
        if host and before:
            shown.add_row()
        before = row["iso3"]
        risk = row["rating_without"]
        if row["rating_with"] != risk:
            risk = f"{risk} -> {row['rating_with']}"
        shown.add_row(
            escape(host), row["case"], f"{row['loans_usd'] / 1e6:,.0f}",
            _change(row, "medium"), _change(row, "long"), risk,
        )  # fmt: skip
    console.print(shown)
    console.print(
        "Debt: without -> with the projects. Trade gain: rise of real income in the trade model. "
        "Public capital: output elasticity times the addition to its stock. Risk: mechanical "
        "rating of the low-income framework. One host: beltroad debt assess CODE",
        highlight=False,
    )


def _change(row: Mapping[Any, Any], when: str) -> str:
    return f"{row[f'debt_{when}_without_pct']:.1f} -> {row[f'debt_{when}_with_pct']:.1f}"
