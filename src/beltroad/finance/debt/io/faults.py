"""Faults of debt inputs: all of one file at once, each with place, value and remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, time

from beltroad.errors import Fault, InputError

__all__ = ["SHOWN", "DebtInputError", "number", "quoted"]

SHOWN = 80
"""So many faults are printed; ``DebtInputError.faults`` holds all."""

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}([ ,'’]\d{3})+(\.\d+)?")
_UNKNOWN = {"n/a", "na", "n.a.", "nan", "..", "...", "…", "-", "–", "—", "none", "null", "x", "?"}
_TOO_LARGE = 1e15


class DebtInputError(InputError):
    """Inputs of a debt assessment cannot be used. ``faults`` holds every fault found."""

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        self.source = source
        self.faults = tuple(faults)
        lines = [f"  - {fault}" for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(f"  - and {len(self.faults) - SHOWN} more")
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__(f"{source}: {count}\n" + "\n".join(lines))


def quoted(value: object, most: int = 40) -> str:
    """A value as it stands in a message: quoted, on one line, not endless."""
    text = " ".join(str(value).split())
    text = "".join(c if c.isprintable() else "?" for c in text)
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def number(value: object, *, typed: bool) -> tuple[float, str, str]:
    """A cell as a number: the number (NaN if empty or faulty), the problem, the remedy.

    Parameters
    ----------
    value
        Content of a cell.
    typed
        Whether cells have types of their own (a workbook): text is then a fault even where it
        looks like a number, since a spreadsheet counts it as nothing.
    """
    nan = float("nan")
    if value is None:
        return nan, "", ""
    if isinstance(value, bool):
        return nan, f"{str(value).upper()} is no number.", "Give a number, or leave it empty."
    if isinstance(value, int | float):
        if math.isfinite(value) and abs(value) < _TOO_LARGE:
            return float(value), "", ""
        return nan, f"{value:g} is out of reach.", "Give a number, or leave it empty."
    if isinstance(value, date | time):
        return nan, f"{quoted(value)} is a date.", "Set the cell's format to number; type it again."
    text = str(value).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if not text:
        return nan, "", ""
    return _from_text(text, typed=typed)


def _from_text(text: str, *, typed: bool) -> tuple[float, str, str]:
    nan = float("nan")
    said = quoted(text)
    if _PLAIN.fullmatch(text):
        found = float(text)
        if not math.isfinite(found) or abs(found) >= _TOO_LARGE:
            return nan, f"{said} is out of reach.", "Give a number, or leave it empty."
        if typed:
            return nan, f"{said} is text, not a number.", f"Type {found:g} as a number."
        return found, "", ""
    if text.casefold() in _UNKNOWN:
        return nan, f"{said} is no number.", "Leave it empty where nothing is known."
    if text.startswith("#"):
        return nan, f"{said} is an error of a formula.", "Mend the formula or type the value."
    if _GROUPED.fullmatch(text) and not _COMMA.fullmatch(text):
        plain = re.sub(r"[ ,'’]", "", text)
        return nan, f"{said} is text with separators of thousands.", f"Write {plain}."
    if _COMMA.fullmatch(text):
        if _GROUPED.fullmatch(text):
            options = f"{text.replace(',', '.')} or {text.replace(',', '')}"
            return nan, f"{said} has a comma.", f"Write {options}, as it is meant."
        return nan, f"{said} has a decimal comma.", f"Write {text.replace(',', '.')}."
    if text.endswith("%"):
        plain = text[:-1].strip().replace(",", ".")
        return nan, f"{said} has a per cent sign.", f"Write {plain} without the sign."
    if text.startswith("(") and text.endswith(")"):
        return nan, f"{said} is no number.", f"Write -{text[1:-1]} for a value below zero."
    if text[0] in "−–—":
        return nan, f"{said} has a dash for a minus sign.", f"Write -{text[1:]}."
    return nan, f"{said} is text, not a number.", "Give a number, or leave it empty."
