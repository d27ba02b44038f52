"""``beltroad debt``: debt sustainability of a country, from open figures or its own."""

from __future__ import annotations

import typer

from beltroad.cli.console import app

__all__ = ["debt_app"]

debt_app = typer.Typer(
    no_args_is_help=True, help="Debt paths, stress tests and ratings of a country."
)
app.add_typer(debt_app, name="debt")
