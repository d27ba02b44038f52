"""``beltroad risk``: projects, countries, portfolios, warning, registers, integrity, green."""

from __future__ import annotations

import typer

from beltroad.cli.console import app

__all__ = ["risk_app"]

risk_app = typer.Typer(
    no_args_is_help=True,
    help="Risk of projects, countries and portfolios; warning, registers, integrity, green class.",
)
app.add_typer(risk_app, name="risk")
