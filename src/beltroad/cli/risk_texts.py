"""What the commands of ``beltroad risk`` share: lines with texts of others, outputs apart."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from beltroad.cli.lines import say
from beltroad.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["check_apart", "tell"]


def tell(console: Console, text: str, indent: int | None = None) -> None:
    """Print a line that holds texts of others: control characters are shown, not acted upon."""
    from beltroad.risk.journal import visible

    say(console, visible(text), indent)


def check_apart(read: Iterable[Path | None], written: Iterable[Path]) -> None:
    """Fail where an output would take the place of a file that is read.

    Raises
    ------
    InputError
        If two are the same file, by whatever name.
    """
    inputs = {os.path.realpath(path) for path in read if path is not None}
    for path in written:
        if os.path.realpath(path) in inputs:
            raise InputError(f"{path}: is read by this run; give another --out")
