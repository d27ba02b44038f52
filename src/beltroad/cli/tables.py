"""``beltroad tables``: the bundled tables and where they come from."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from beltroad.cli.console import app

__all__ = ["tables"]


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
