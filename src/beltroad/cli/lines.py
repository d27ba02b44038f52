"""Lines of text that are wrapped at words, with what follows indented under the first."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["NARROWEST", "say", "wrapped"]

NARROWEST = 60
"""Narrower terminals get lines of this many columns."""


def wrapped(text: str, width: int, indent: int) -> list[str]:
    """Lines of at most ``width`` columns; all but the first indented by ``indent`` blanks.

    Addresses and codes are never cut, so that one longer than the line stands out of it.
    """
    margin = text[: len(text) - len(text.lstrip())]
    return wrap(text.lstrip(), width, initial_indent=margin, subsequent_indent=" " * indent,
                break_on_hyphens=False, break_long_words=False)  # fmt: skip


def say(console: Console, text: str, indent: int | None = None) -> None:
    """Print plain text; what does not fit goes under it, by default four columns further in."""
    if indent is None:
        indent = len(text) - len(text.lstrip()) + 4
    for line in wrapped(text, max(NARROWEST, console.width), indent) or [""]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
