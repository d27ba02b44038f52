"""Reading and writing one CSV file: rows by column, cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from beltroad.errors import suggest
from beltroad.files import no_formula
from beltroad.finance.debt.io.draft import Draft, Line
from beltroad.finance.debt.io.faults import quoted

__all__ = ["MOST_BYTES", "csv_lines", "csv_text"]

MOST_BYTES = 20_000_000
"""Larger files are not read."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file; reading it with :func:`csv_lines` gives the same texts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(value) for value in row])
    return out.getvalue().encode()


def _safe(value: object) -> str:
    """A cell: numbers to the last bit, no text that a spreadsheet takes for a formula."""
    if isinstance(value, float):
        return "" if value != value else repr(float(value)).removesuffix(".0")
    if isinstance(value, str):
        return f"'{value}" if value.startswith("'") else no_formula(value)
    return str(value)


def csv_lines(
    draft: Draft, path: Path, name: str, columns: Sequence[str], needed: Sequence[str]
) -> list[Line]:
    """Rows of a CSV file by its own column names; faults of the file as a whole are noted.

    Parameters
    ----------
    name
        What the file is called in messages.
    columns, needed
        Columns that it may, and must have.
    """
    text = _text(draft, path, name)
    if text is None:
        return []
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        draft.fault(name, f"is no CSV table ({error}).", "Save it as CSV, separated by commas.")
        return []
    while rows and not any(c.strip() for c in rows[0]):
        rows.pop(0)
    if not rows:
        draft.fault(name, "is empty.", f"It has the columns {', '.join(columns)}.")
        return []
    head = [c.strip().casefold() for c in rows[0]]
    if len(head) == 1 and any(s in head[0] for s in ";\t|"):
        draft.fault(name, f"the columns are not separated by commas: {quoted(rows[0][0])}.",
                    "Save it as CSV, separated by commas.")  # fmt: skip
        return []
    if not _headed(draft, name, head, columns, needed):
        return []
    # A cell may hold line ends, so that rows and lines are not the same: lines are counted.
    return _numbered(draft, name, head, text)


def _headed(
    draft: Draft, name: str, head: list[str], columns: Sequence[str], needed: Sequence[str]
) -> bool:
    before = len(draft.faults)
    for column in dict.fromkeys(head):
        if column and column not in columns:
            draft.fault(
                f"{name} line 1",
                f"unknown column {quoted(column)}.",
                suggest(column, columns) or f"Columns are {', '.join(columns)}.",
            )
        if column and head.count(column) > 1:
            draft.fault(f"{name} line 1", f"column {column} is there twice.", "Keep one.")
    missing = [c for c in needed if c not in head]
    if missing:
        draft.fault(f"{name} line 1", f"no column {', '.join(missing)}.",
                    f"Columns are {', '.join(columns)}.")  # fmt: skip
    return len(draft.faults) == before


def _numbered(draft: Draft, name: str, head: list[str], text: str) -> list[Line]:
    out = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    seen_head, last = False, 0
    for row in reader:
        first, last = last + 1, reader.line_num
        if not any(c.strip() for c in row):
            continue
        if not seen_head:
            seen_head = True
            continue
        where = f"{name} line {first}"
        if len(row) > len(head) and any(c.strip() for c in row[len(head) :]):
            draft.fault(
                where,
                f"{len(row)} cells, but {len(head)} columns.",
                "Put text with commas in quotation marks; write decimals with a point.",
            )
            continue
        cells = {c: _plain(v) for c, v in zip(head, row, strict=False)}
        out.append(Line(cells, where))
    return out


def _text(draft: Draft, path: Path, name: str) -> str | None:
    try:
        if path.stat().st_size > MOST_BYTES:
            draft.fault(name, f"is larger than {MOST_BYTES // 1_000_000} MB.",
                        "Give one country with yearly values.")  # fmt: skip
            return None
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        draft.fault(name, f"cannot be read ({error.strerror}).", "Check its permissions.")
    except UnicodeDecodeError:
        draft.fault(name, "is not in UTF-8.", "Save it as CSV UTF-8.")
    return None


def _plain(text: str) -> str:
    """What :func:`_safe` wrote, as it was."""
    if text.startswith("'") and (text[1:2] == "'" or no_formula(text[1:]) != text[1:]):
        return text[1:]
    return text
