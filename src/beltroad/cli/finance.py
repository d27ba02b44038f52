"""``beltroad finance``: project finance, terms of lenders, grant elements."""

from __future__ import annotations

import typer

from beltroad.cli.console import app

__all__ = ["finance_app"]

finance_app = typer.Typer(
    no_args_is_help=True, help="Financing plans of projects, lenders' terms, grant elements."
)
app.add_typer(finance_app, name="finance")
