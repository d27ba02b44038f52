"""What the commands on investment share: ledgers to read, charts and tables to write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beltroad.cli.output import check_files
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = [
    "Csv", "Ledgers", "OnlyOwn", "amount", "check_outputs", "ledger_of", "print_csv",
    "show_table", "write_chart",
]  # fmt: skip

Ledgers = Annotated[
    list[Path] | None,
    typer.Option("--ledger", help="Own ledger beside the bundled one; can be given again."),
]
OnlyOwn = Annotated[bool, typer.Option("--only-ledger", help="Without the bundled ledger.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


def ledger_of(paths: list[Path] | None, *, only: bool) -> pd.DataFrame:
    """The bundled ledger, with or without the user's own."""
    import pandas as pd

    from beltroad.finance import invest

    own = [invest.read(path) for path in paths or []]
    if only and not own:
        raise InputError("--only-ledger needs --ledger FILE")
    parts = own if only else [invest.load(), *own]
    return pd.concat(parts, ignore_index=True)


def check_outputs(chart: Path | None, *, as_json: bool, as_csv: bool) -> None:
    """Fail before any work where outputs cannot be made."""
    if as_json and as_csv:
        raise InputError("--json and --csv do not go together")
    if chart is not None:
        if chart.suffix.casefold() not in (".svg", ".html"):
            raise InputError(f"{chart}: give a chart that ends in .svg or .html")
        check_files([chart])


def write_chart(path: Path, chart: Any, title: str, table: pd.DataFrame) -> None:
    """Write a chart alone, or a page with its numbers."""
    from beltroad.files import write_atomically
    from beltroad.finance.invest.charts import svg
    from beltroad.finance.invest.page import page

    drawing = svg(chart)
    if path.suffix.casefold() == ".html":
        notes = ["Rows of different sources, price bases or instruments are never added."]
        drawing = page(title, drawing, table, notes)
    write_atomically(path, drawing.encode("utf-8"))


def print_csv(table: pd.DataFrame) -> None:
    """Print a table; no text of it is taken for a formula by a spreadsheet."""
    from beltroad.files import no_formula

    safe = table.copy()
    for column in safe.columns:
        if not hasattr(safe[column].dtype, "kind") or safe[column].dtype.kind not in "ifub":
            safe[column] = [no_formula(str(value)) for value in safe[column]]
    typer.echo(safe.to_csv(index=False, lineterminator="\n", float_format="%.10g"), nl=False)


def show_table(shown: Table) -> None:
    """Print a table at its own width where the terminal is narrow: cut numbers are no use."""
    from rich.console import Console

    width = Console().width
    Console(width=max(width, 80)).print(shown)


def amount(value: float) -> str:
    """Millions without decimals; small ones keep one; unknown is a dash."""
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.1f}"
