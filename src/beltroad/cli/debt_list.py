"""``beltroad debt countries``: for which countries inputs are prepared from open figures."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.debt import debt_app
from beltroad.cli.output import print_json, records

__all__ = ["countries"]


@debt_app.command()
def countries(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List countries with prepared inputs, and how much of them is imputed or assumed."""
    from beltroad.finance.debt.inputs import prepared

    table = prepared.countries()
    if as_json:
        print_json(records(table))
        return
    console = Console()
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("code", "country", "framework"):
        shown.add_column(title, no_wrap=title == "country")
    for title in ("t", "imputed %", "assumed %", "gaps"):
        shown.add_column(title, justify="right")
    for row in table.to_dict("records"):
        shown.add_row(
            row["iso3"], escape(str(row["name"])), str(row["framework"]),
            f"{row['first_projection_year']}", f"{row['imputed_pct']:.0f}",
            f"{row['assumed_pct']:.0f}", f"{row['gaps']}",
        )  # fmt: skip
    console.print(shown)
    vintages = "; ".join(sorted(set(map(str, table["vintage"]))))
    console.print(
        f"{len(table)} countries. t: first projection year. imputed, assumed: share of yearly "
        f"values that no source gives. Figures: {vintages}. One country: beltroad debt assess CODE",
        highlight=False, markup=False,
    )  # fmt: skip
