"""CSV tables of a user, as text, and what is wrong with them in one message."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from beltroad.errors import InputError, suggest

__all__ = ["number_of", "read_table", "refuse"]

_SHOWN = 20


def read_table(path: Path, needed: Sequence[str] = ()) -> pd.DataFrame:
    """Rows of a CSV file as text without blanks around it; the index is the line in the file.

    Raises
    ------
    InputError
        If the file is no CSV in UTF-8 with a header, a column is missing or given twice, or rows
        have more or fewer fields than the header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: is not a CSV table in UTF-8 ({error})") from None
    if not rows:
        raise InputError(f"{path}: is not a CSV table in UTF-8 (no header)")
    header = rows[0][1]
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise InputError(f"{path}: column {twice[0]!r:.40} is given twice")
    if missing := [name for name in needed if name not in header]:
        raise InputError(
            f"{path}: no column {', '.join(missing)}. {suggest(missing[0], header)}".strip()
        )
    refuse(path, [
        f"line {line}: {len(row)} fields where the header has {len(header)}"
        for line, row in rows[1:] if len(row) != len(header)
    ])  # fmt: skip
    return pd.DataFrame(
        [row for _, row in rows[1:]],
        columns=header,
        index=[line for line, _ in rows[1:]],
        dtype=str,
    )


def refuse(path: Path, faults: Sequence[str]) -> None:
    """Raise an :class:`InputError` with a file's faults (of many the first ones), if any."""
    if not faults:
        return
    if len(faults) == 1:
        raise InputError(f"{path}: {faults[0]}")
    more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
    raise InputError("\n".join([f"{path}: {len(faults)} faults", *faults[:_SHOWN], *more]))


def number_of(text: str) -> float | None:
    """The finite number that a text is, if it is one."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
