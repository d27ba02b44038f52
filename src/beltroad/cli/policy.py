"""``beltroad policy``: memberships, agreements, rules and what holds between two economies."""

from __future__ import annotations

import typer

from beltroad.cli.console import app

__all__ = ["policy_app"]

policy_app = typer.Typer(
    no_args_is_help=True, help="Agreements, entry rules, data flows, parks, disputes, scorecard."
)
app.add_typer(policy_app, name="policy")
