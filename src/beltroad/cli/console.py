"""What all commands share: the application, progress bars, and how a run ends."""

from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from beltroad import __version__
from beltroad.errors import BeltroadError, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from beltroad.appraisal.progress import Progress
    from beltroad.appraisal.scenario import Scenario

__all__ = ["STOPPED", "app", "bars", "main", "scenario_and_state"]

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
    for stream in (sys.stdout, sys.stderr):
        # A terminal of an older code page shows names it lacks letters for, and does not stop.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
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
            # Without a command, the help has been printed and there is nothing more to say.
            if said := error.format_message().strip():
                typer.echo(f"beltroad: {said} Try --help.", err=True)
            sys.exit(2)
        raise
    # Ctrl-C arrives as an exception, or as a value that the command line library returns.
    if code == STOPPED:
        typer.echo("\nbeltroad: stopped; nothing was written, finished steps are kept", err=True)
        sys.exit(STOPPED)
    if isinstance(code, int) and code:
        sys.exit(code)


def scenario_and_state(path: Path | None, state: str | None) -> tuple[Scenario, int | str]:
    """The scenario and the state of the network that is asked for."""
    from beltroad.appraisal.scenario import Scenario
    from beltroad.appraisal.scenario_file import read_scenario

    chosen = read_scenario(path) if path is not None else Scenario()
    if state is None:
        return chosen, chosen.states.after if path is not None else "today"
    word = state.strip().lower()
    if word in ("today", "complete"):
        return chosen, word
    if word.isascii() and word.isdecimal() and 2000 <= int(word) <= 2100:
        return chosen, int(word)
    raise InputError(f"--state {state[:30]!r}: choose today, complete or a year from 2000 to 2100")


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """Remember Ctrl-C: compiled code may swallow the exception; ``check`` raises it again."""
    asked = False

    def note(*_: object) -> None:
        nonlocal asked
        asked = True
        raise KeyboardInterrupt

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not ours or threading.current_thread() is not threading.main_thread():
        yield check
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def bars() -> Iterator[Progress]:
    """Progress on the terminal's error stream; plain lines where it is no terminal."""
    with _interrupts() as check, _shown(check) as progress:
        yield progress


@contextmanager
def _shown(check: Callable[[], None]) -> Iterator[Progress]:
    from beltroad.appraisal.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        seen: set[str] = set()

        def line(name: str, _: float | None) -> None:
            check()
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
            check()
            if name not in tasks:
                for task in tasks.values():
                    bars.update(task, total=1, completed=1)
                tasks[name] = bars.add_task(name, total=None)
            if fraction is not None:
                bars.update(tasks[name], total=1, completed=fraction)

        yield Progress(show)
