"""``beltroad workspace user``: accounts of a team's workspace, the first admin among them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beltroad.cli.serve import Home, Url
from beltroad.cli.workspace import _opened, workspace_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.app.database import Database

__all__ = ["user_app"]

user_app = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in, and as what.")
workspace_app.add_typer(user_app, name="user")

_BY = "command-line"
Name = Annotated[str, typer.Argument(help="Name the user signs in with.")]
RoleWord = Annotated[str, typer.Option("--role", help="viewer, analyst, editor or admin.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password's line from standard input.")
]


@user_app.command()
def add(
    name: Name,
    role: RoleWord = "viewer",
    password_stdin: FromInput = False,
    home: Home = None,
    database: Url = None,
) -> None:
    """Add an account; asks for its first password (12 characters or more)."""
    found = _database(home, database)
    from beltroad.app.accounts import users
    from beltroad.app.accounts.passwords import Passwords

    users.check_name(name)
    password = _password(password_stdin)
    with found.session() as session:
        row = users.create(session, Passwords(), _BY, name=name, role=role, password=password)
    typer.echo(f"{row.name}: added as {row.role}")


@user_app.command("list")
def list_(home: Home = None, database: Url = None) -> None:
    """All accounts with role and state."""
    found = _database(home, database)
    from beltroad.app.accounts import users

    rows, total = users.list_users(found, per_page=10_000)
    for row in rows:
        state = "may sign in" if row.active else "shut"
        typer.echo(f"{row.name}\t{row.role}\t{state}\tsince {row.created_at:%Y-%m-%d}")
    typer.echo(f"{total:,} accounts", err=True)


@user_app.command()
def role(
    name: Name,
    role: Annotated[str, typer.Argument(help="viewer, analyst, editor or admin.")],
    home: Home = None,
    database: Url = None,
) -> None:
    """Give an account another role; it counts from its next request on."""
    found = _database(home, database)
    from beltroad.app.accounts import users

    with found.session() as session:
        row = users.set_role(session, _BY, users.named(session, name).id, role)
    typer.echo(f"{row.name}: {row.role}")


@user_app.command()
def password(
    name: Name, password_stdin: FromInput = False, home: Home = None, database: Url = None
) -> None:
    """Set a new password; ends the account's sessions and revokes its tokens."""
    found = _database(home, database)
    from beltroad.app.accounts import users
    from beltroad.app.accounts.passwords import Passwords

    with found.session(write=False) as session:
        number = users.named(session, name).id
    new = _password(password_stdin)
    with found.session() as session:
        row = users.set_password(session, Passwords(), _BY, number, new)
    typer.echo(f"{row.name}: new password set; sessions ended, tokens revoked")


@user_app.command()
def disable(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let the user in again.")] = False,
    home: Home = None,
    database: Url = None,
) -> None:
    """Shut an account at once: sessions end, tokens are revoked; its work stays."""
    found = _database(home, database)
    from beltroad.app.accounts import users

    with found.session() as session:
        row = users.set_active(session, _BY, users.named(session, name).id, undo)
    typer.echo(f"{row.name}: {'may sign in' if row.active else 'shut'}")


def _database(home: Path | None, url: str | None) -> Database:
    found = _opened(home, url)[1]
    from beltroad.app.database import migrate
    from beltroad.app.errors import Conflict

    if migrate.current(found) != migrate.HEAD:
        raise Conflict("the schema is not up to date; run beltroad workspace migrate first")
    return found


def _password(from_input: bool) -> str:
    # Never an option: what is typed on a command line others can list.
    if from_input:
        if not (line := sys.stdin.readline().rstrip("\r\n")):
            raise InputError("--password-stdin: nothing came; send the password as one line")
        return line
    if not sys.stdin.isatty():
        raise InputError("no terminal to ask for a password; send it with --password-stdin")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
