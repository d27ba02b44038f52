"""What all commands share: the application, progress bars, and how a run ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from beltroad import __version__
from beltroad.errors import BeltroadError, InputError

if TYPE_CHECKING:
    from beltroad.appraisal.progress import Progress

__all__ = ["STOPPED", "app", "bars", "main"]

STOPPED = 130

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Belt and Road corridors: what projects and reforms do, cost and risk, from open data.",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Print the version when asked for it."""
    if version:
        typer.echo(f"beltroad {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every error on purpose becomes its message and an exit code."""
    code: object = 0
    try:
        code = app(standalone_mode=False)
    except BeltroadError as error:
        typer.echo(f"beltroad: {error}", err=True)
        sys.exit(2 if isinstance(error, InputError) else 1)
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except typer.Exit as leave:
        sys.exit(leave.exit_code)
    except Exception as error:
        if hasattr(error, "format_message"):  # a fault in how the command was called
            typer.echo(f"beltroad: {error.format_message()} Try --help.", err=True)
            sys.exit(2)
        raise
    # Ctrl-C arrives as an exception, or as a value that the command line library returns.
    if code == STOPPED:
        typer.echo("\nbeltroad: stopped; nothing was written, finished steps are kept", err=True)
        sys.exit(STOPPED)
    if isinstance(code, int) and code:
        sys.exit(code)


@contextmanager
def bars() -> Iterator[Progress]:
    """Progress on the terminal's error stream; plain lines where it is no terminal."""
    from beltroad.appraisal.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        seen: set[str] = set()

        def line(name: str, _: float | None) -> None:
            if name not in seen:
                seen.add(name)
                console.print(f"  {name} ...", highlight=False)

        yield Progress(line)
        return
    with Bars(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=console, transient=True,
    ) as bars:  # fmt: skip
        tasks: dict[str, TaskID] = {}

        def show(name: str, fraction: float | None) -> None:
            if name not in tasks:
                for task in tasks.values():
                    bars.update(task, total=1, completed=1)
                tasks[name] = bars.add_task(name, total=None)
            if fraction is not None:
                bars.update(tasks[name], total=1, completed=fraction)

        yield Progress(show)
