"""What can go wrong, each with what happened, where, the offending value and the remedy.

::

    BeltroadError
    ├── InputError (ValueError)       something the user gave: a value, a code, a file
    │   └── ScenarioError             all faults of one scenario file at once
    ├── DataError (RuntimeError)      a bundled or derived table is not what it must be
    ├── ConvergenceError (ArithmeticError)   an equilibrium was not reached
    └── OutputError (OSError)         results could not be written; nothing half-written stays
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "BeltroadError",
    "ConvergenceError",
    "DataError",
    "Fault",
    "InputError",
    "OutputError",
    "ScenarioError",
    "suggest",
]


class BeltroadError(Exception):
    """Base of every error that beltroad raises on purpose."""


class InputError(BeltroadError, ValueError):
    """A value, code or file given by the user cannot be used."""


class DataError(BeltroadError, RuntimeError):
    """A table breaks its declared shape, bounds or identities."""


class ConvergenceError(BeltroadError, ArithmeticError):
    """An equilibrium was not reached; the message names what holds it up."""


class OutputError(BeltroadError, OSError):
    """Results could not be written. What was there before is untouched."""


@dataclass(frozen=True)
class Fault:
    """One fault of an input file: where it is, what is wrong, what to do."""

    where: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}" + (f" {self.remedy}" if self.remedy else "")


class ScenarioError(InputError):
    """A scenario cannot be run. ``faults`` holds every fault that was found, not the first."""

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        self.source = source
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  - {f}" for f in self.faults))


def suggest(value: str, known: Iterable[str], *, limit: int = 3) -> str:
    """Close matches of ``value`` as the end of a message, or an empty string.

    Matching ignores case, so that ``kun-vte`` finds ``KUN-VTE``.
    """
    folded = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(value.casefold(), list(folded), n=limit, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(folded[c]) for c in close)}?" if close else ""
