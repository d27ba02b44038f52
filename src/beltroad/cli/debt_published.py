"""``beltroad debt published``: our figures beside those of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import bars
from beltroad.cli.debt import debt_app
from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, records

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["published"]


@debt_app.command()
def published(
    quick: Annotated[
        bool, typer.Option("--quick", help="Without ratings and debt paths of all countries.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the rows to a CSV file.")] = None,
) -> None:
    """Put our figures beside published findings, with the reason for each difference."""
    check_files([] if csv is None else [csv])
    from beltroad.finance.debt.published.overview import everything

    with bars() as progress, progress.step("our figures for every published finding"):
        found = everything(ratings=not quick, debt_paths=not quick)
    if csv is not None:
        from beltroad.files import csv_bytes, write_atomically

        write_atomically(csv, csv_bytes(found))
    if as_json:
        print_json(records(found))
    else:
        _print(Console(), found)
    if csv is not None:
        typer.echo(f"{csv} written", err=True)


def _print(console: Console, found: pd.DataFrame) -> None:
    for finding, part in found.groupby("finding", sort=False):
        console.print(f"[b]{escape(str(finding).replace('_', ' '))}[/b]", highlight=False)
        shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        shown.add_column("item", overflow="fold")
        for title in ("ours", "theirs", "difference"):
            shown.add_column(title, justify="right", no_wrap=True)
        for row in part.to_dict("records"):
            shown.add_row(escape(str(row["item"])), *(_number(row[c]) for c in
                                                     ("ours", "theirs", "difference")))  # fmt: skip
        console.print(shown)
        for why in dict.fromkeys(str(w) for w in part["why"] if w):
            say(console, f"- {why}", 2)
        console.print()


def _number(value: float) -> str:
    if value != value:
        return "not known"
    return f"{value:.0f}" if float(value).is_integer() else f"{round(value, 2) + 0.0:.2f}"
