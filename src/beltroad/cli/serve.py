"""``beltroad serve`` and ``beltroad worker``: the workspace, and more hands for its queue."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beltroad.cli.console import app
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.app.settings import Settings

__all__ = ["serve", "worker"]

_PACKAGES = frozenset(
    {
        "alembic", "fastapi", "itsdangerous", "limits", "multipart", "psycopg", "pwdlib",
        "python_multipart", "sqlalchemy", "starlette", "uvicorn",
    }
)  # fmt: skip

Home = Annotated[
    Path | None,
    typer.Option("--home", envvar="BELTROAD_HOME", help="Folder; else the user's data folder."),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--database", envvar="BELTROAD_DATABASE_URL", show_envvar=True,
        help="postgresql://user:password@host/name for a team; else SQLite in the folder.",
    ),
]  # fmt: skip


@app.command()
def serve(
    home: Home = None,
    database: Url = None,
    host: Annotated[str, typer.Option(help="Address to listen at; others need --team.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="Processes for jobs: one quick, the others long.")
    ] = 2,
    boundaries: Annotated[
        Path | None, typer.Option(help="GeoJSON outlines of economies instead of the bundled.")
    ] = None,
    boundaries_name: Annotated[str, typer.Option(help="Their source, as the maps name it.")] = "",
    team: Annotated[bool, typer.Option("--team", help="Accounts and roles.")] = False,
    name: Annotated[
        list[str] | None, typer.Option(help="Team: host name it is reached by; repeatable.")
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(help="Team: file with the secret; else BELTROAD_SECRET.")
    ] = None,
    https: Annotated[bool, typer.Option("--https", help="Team: behind a proxy with TLS.")] = False,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Team: plain HTTP, on a trusted network.")
    ] = False,
    proxy: Annotated[
        list[str] | None, typer.Option(help="Team: address of a trusted proxy; repeatable.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Serve the workspace: pages, API, registry and jobs, on this machine or for a team."""
    settings = settings_of(home, database, team=team)
    _only_team(team, name=name, secret_file=secret_file, https=https, proxy=proxy)
    from dataclasses import replace

    settings = replace(settings, boundaries=_outlines(boundaries), boundaries_name=boundaries_name)
    if team:
        settings = replace(
            settings, mode="team", secret=_secret(secret_file), hosts=tuple(name or ()),
            secure_cookies=https, insecure_http=insecure_http, trusted_proxies=tuple(proxy or ()),
        )  # fmt: skip
    from beltroad.app import server
    from beltroad.app.jobs.supervisor import lanes_for

    server.run(
        settings, host=host, port=port, lanes=lanes_for(workers), open_browser=open_browser,
        say=typer.echo,
    )  # fmt: skip


@app.command()
def worker(
    home: Home = None,
    database: Url = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes to start.")] = 2,
) -> None:
    """Work on the jobs of a workspace served elsewhere; the folder must be the shared one."""
    settings = settings_of(home, database, team=False)
    from beltroad.app import server
    from beltroad.app.jobs.supervisor import lanes_for

    server.work(settings, lanes=lanes_for(workers), say=typer.echo)


def settings_of(home: Path | None, database: str | None, *, team: bool) -> Settings:
    try:
        import uvicorn  # noqa: F401 (whether it is there)

        from beltroad.app import factory  # noqa: F401
        from beltroad.app.settings import Settings
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _PACKAGES:
            raise InputError(
                f"the workspace needs more packages ({error.name} is missing): "
                "pip install 'beltroad[app]'"
            ) from None
        raise
    from dataclasses import replace

    plain = Settings.local(home.expanduser().absolute() if home else None)
    if database:
        return replace(plain, database_url=database)
    if team:
        raise InputError(
            "--team needs a database that many can write to: give --database postgresql://..."
        )
    return plain


def _only_team(team: bool, **given: object) -> None:
    for option, value in given.items():
        if value and not team:
            raise InputError(f"--{option.replace('_', '-')} goes with --team")


def _secret(path: Path | None) -> str:
    if path is None:
        return os.environ.get("BELTROAD_SECRET", "")
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise InputError(f"--secret-file {path}: cannot be read ({reason})") from None


def _outlines(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise InputError(f"--boundaries {path}: no such file; give a GeoJSON file")
    return None if path is None else path.absolute()
