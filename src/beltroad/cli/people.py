"""``beltroad people``: poverty, jobs, wellbeing projects, the innovation chain."""

from __future__ import annotations

import typer

from beltroad.cli.console import app

__all__ = ["people_app"]

people_app = typer.Typer(
    no_args_is_help=True, help="Poverty, jobs, small wellbeing projects, joint laboratories."
)
app.add_typer(people_app, name="people")
