"""``beltroad workspace``: schema, backup and restore, tidying, and whether everything is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beltroad.cli.console import app
from beltroad.cli.serve import Home, Url, settings_of
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.app.database import Database
    from beltroad.app.settings import Settings

__all__ = ["workspace_app"]

workspace_app = typer.Typer(
    no_args_is_help=True, help="Look after a workspace: migrate, backup, restore, check, tidy."
)
app.add_typer(workspace_app, name="workspace")


@workspace_app.command()
def migrate(
    home: Home = None,
    database: Url = None,
    to: Annotated[str, typer.Option(help="Revision; base takes all tables away.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Back to an older revision.")] = False,
) -> None:
    """Bring the schema and the bundled rows up to date; beltroad serve does so by itself."""
    from beltroad.app.database import migrate as schema
    from beltroad.app.registry import bundled

    _, found = _opened(home, database)
    before = schema.current(found)
    after = schema.downgrade(found, to) if down else schema.upgrade(found, to)
    typer.echo(f"schema: {before or 'empty'} -> {after or 'empty'}")
    if after != schema.HEAD:
        return
    for kind, done in bundled.load(found).items():
        typer.echo(
            f"{kind}: {done.added:,} added, {done.updated:,} updated, "
            f"{done.withdrawn:,} withdrawn, {done.conflicts:,} edited here and in conflict"
        )


@workspace_app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Archive to write, such as workspace.zip.")],
    home: Home = None,
    database: Url = None,
    results: Annotated[
        bool, typer.Option("--results", help="With the results of jobs, which may be large.")
    ] = False,
) -> None:
    """Write the workspace into one file, also while it is served."""
    from beltroad.app.database.backup import back_up

    settings, found = _opened(home, database)
    made = back_up(found, file, results=settings.results if results else None)
    typer.echo(f"{file}: {made.total:,} rows of {len(made.rows)} tables, {made.results:,} results")
    typer.echo(
        "It holds the password hashes of accounts: keep it as safe as the workspace itself. "
        "Sessions and API tokens are not in it."
    )


@workspace_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Archive that backup wrote.")],
    home: Home = None,
    database: Url = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also over a workspace with content, which is lost.")
    ] = False,
) -> None:
    """Make a workspace what an archive says, on either database; stop the server first."""
    from beltroad.app.database.backup import restore as bring_back

    settings, found = _opened(home, database)
    made = bring_back(found, file, replace=replace, results=settings.results)
    typer.echo(
        f"{made.total:,} rows of {len(made.rows)} tables and {made.results:,} results of "
        f"{made.made_at} restored. People sign in again and make new API tokens."
    )


@workspace_app.command()
def check(home: Home = None, database: Url = None) -> None:
    """Check schema, records, revisions and journals; exit code 1 if anything is wrong."""
    from beltroad.app.registry.checking import check_workspace

    faults = check_workspace(_opened(home, database)[1])
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("schema, records and journals are whole")


@workspace_app.command()
def tidy(
    home: Home = None,
    database: Url = None,
    older_than: Annotated[
        str, typer.Option("--older-than", help="Age in days, such as 90d.")
    ] = "90d",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
) -> None:
    """Remove old results, jobs with their logs, uploads and previews.

    What a kept view shows, an open job asks for or an import rests on stays.
    """
    from beltroad.app.database.migrate import HEAD, current
    from beltroad.app.jobs import tidy as clearing

    if (days := clearing.days_of(older_than)) is None:
        raise InputError(f"--older-than {older_than!r:.40}: give a number of days, such as 90d")
    settings, found = _opened(home, database)
    if (schema := current(found)) != HEAD:
        raise InputError(
            f"the schema is {schema or 'empty'}, not {HEAD}; beltroad workspace migrate"
        )
    done = clearing.tidy(found, settings, days, dry_run=dry_run)
    typer.echo(
        f"{'would remove' if dry_run else 'removed'} {done.results:,} results, {done.jobs:,} jobs, "
        f"{done.uploads:,} uploads and previews: {done.size_bytes / 1e6:,.1f} MB"
    )


def _opened(home: Path | None, url: str | None) -> tuple[Settings, Database]:
    settings = settings_of(home, url, team=False)
    from beltroad.app.database import Database

    return settings, Database(settings.database_url)
