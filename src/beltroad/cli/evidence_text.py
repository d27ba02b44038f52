"""How claims and findings look in the terminal: lines that stay readable at 100 columns."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from beltroad.cli.lines import NARROWEST, wrapped
from beltroad.evidence.claims.wording import UNSURE, figure_text, number_text, period_text

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = ["claim_table", "finding_lines", "legend", "print_grouped", "print_hits"]

_STYLE = {"agrees": "green", "agrees within rounding": "green", "consistent": "yellow",
          "derived": "cyan", "disagrees": "red", "jump": "yellow", "missing": "dim"}  # fmt: skip
_SHOWN = 6
_WHOLE = 26


def claim_table(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> Table:
    """Claims as a table.

    Parameters
    ----------
    rows
        Claims as records.
    columns
        Heading by column; ``figure`` and ``period`` are made from several, ``where`` from two.
    """
    made = [
        row | {"figure": figure_text(row), "period": period_text(row), "where": _where(row)}
        for row in rows
    ]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, heading in columns.items():
        short = max((len(str(row[name])) for row in made), default=0) <= _WHOLE
        whole = name in ("claim_id", "place") or (name == "figure" and short)
        table.add_column(heading, no_wrap=whole, overflow="fold")
    for row in made:
        cells = [escape(str(row[name])) for name in columns]
        table.add_row(*cells, style="dim" if row["status"] != "read" else None)
    return table


def print_grouped(console: Console, rows: Sequence[dict[str, Any]], *, series: bool) -> None:
    """Claims under headings; plain lines, wrapped by hand for speed.

    Parameters
    ----------
    rows
        Claims as records, those under one heading together.
    series
        Head by subject and place, for the claims of one indicator; otherwise by indicator.
    """
    width = max(NARROWEST, console.width)
    lines: list[str] = []
    last = ""
    places: dict[str, set[str]] = {}
    for row in rows:
        places.setdefault(row["indicator"], set()).add(_where(row))
    for row in rows:
        heading = (f"{row['subject']}; {_where(row)}" if series else
                   f"{row['indicator_title']}  ({row['indicator']})")  # fmt: skip
        if heading != last:
            last = heading
            lines += wrapped(f"  {heading}", width, 6)
        scope = None if series else re.search(r" (\([^()]*\))$", row["subject"])
        figure = figure_text(row) + (f" {scope[1]}" if scope else "")
        text = f"    {period_text(row):<22}  {figure:<22}  "
        text += row["said_by"] or row["document_title"]
        # Figures of other places or groups under one heading are no conflict: say whose they are.
        text += f"; {_where(row)}" if not series and len(places[row["indicator"]]) > 1 else ""
        lines += _with_code(text, row["claim_id"], width, 30)
    _print(console, lines)


def print_hits(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """What a search found: what it is, its figure, and the name to show it by."""
    width = max(NARROWEST, console.width)
    lines: list[str] = []
    for row in rows:
        text = f"{row['kind']:<11}{row['title']}"
        if row["kind"] == "claim":
            when = ", ".join(part for part in (row["date"], row["said_by"]) if part)
            text += _of(row) + f": {figure_text(row)} ({when})"
        lines += _with_code(text, row["id"], width, 11)
    _print(console, lines)


def _of(row: dict[str, Any]) -> str:
    """What is counted of the subject, where the subject does not say it itself."""
    bare = re.sub(r" \([^()]*\)$", "", row["title"])
    counted: str = row["indicator_title"]
    if not counted.casefold().startswith(bare.casefold()):
        return ""
    rest = counted[len(bare) :].lstrip(": ")
    return f", {rest}" if rest else ""


def legend(console: Console, frame: pd.DataFrame) -> None:
    """Say what the mark of unconfirmed claims means, where there are some."""
    unsure = int((frame["status"] != "read").sum())
    if unsure:
        console.print(
            f"{UNSURE} unconfirmed ({unsure} of {len(frame)}): not read in the source, or against "
            "all else; the note of the claim says which", highlight=False, markup=False,
        )  # fmt: skip


def finding_lines(
    console: Console, row: dict[str, Any], unsure: set[str], *, brief: bool = False
) -> None:
    """One finding of the audit: verdict and title, the numbers, the note, what it rests on.

    Parameters
    ----------
    unsure
        Claims to mark as unconfirmed.
    brief
        Leave out the note and the claims.
    """
    style, verdict = _STYLE.get(row["verdict"], "none"), escape(row["verdict"])
    head = f"  [{style}]{verdict}[/{style}]: {escape(row['title'])}"
    numbers = _numbers(row)
    if brief and len(row["verdict"] + row["title"] + numbers) + 6 <= console.width:
        console.print(f"{head}: {escape(numbers)}", highlight=False)
        return
    console.print(head, highlight=False)
    claims = row["claims"].split(";")
    named = [c + (f" {UNSURE}" if c in unsure else "") for c in claims[:_SHOWN]]
    more = f" and {len(claims) - _SHOWN} more" if len(claims) > _SHOWN else ""
    for part in (numbers,) if brief else (numbers, row["note"], ", ".join(named) + more):
        if part:
            console.print(Padding(escape(part), (0, 0, 0, 6), expand=False), highlight=False)


def _numbers(row: dict[str, Any]) -> str:
    """Computed against stated; the note of other kinds holds their figures already."""
    if row["kind"] not in ("derived figure", "flow") or not math.isfinite(row["computed"]):
        return ""
    unit = {"percent": "%"}.get(row["unit"], row["unit"])
    computed = f"computed {number_text(row['computed'], 5)} {unit}"
    if row["verdict"] == "derived":
        low, high = (number_text(row[f"computed_{end}"], 5) for end in ("low", "high"))
        return computed + (f" ({low} to {high} by rounding)" if low != high else "")
    stated = f"stated {row['stated']}" if row["stated"] else (
        f"{'flows give' if row['test'] == 'change of total' else 'expected'} "
        f"{number_text(row['expected'], 5)} {unit}")  # fmt: skip
    gap = f", gap {_gap(row)}" if row["verdict"] == "disagrees" else ""
    return f"{computed}, {stated}{gap}"


def _gap(row: dict[str, Any]) -> str:
    """The gap in the scale of what it lies between."""
    if abs(row["computed"]) >= 1e9 > abs(row["gap"]) >= 1e6:
        return f"{row['gap'] / 1e9:,.3g} bn"
    return number_text(row["gap"], 3)


def _with_code(text: str, code: str, width: int, indent: int) -> list[str]:
    """A line that ends with a code, or the text in several and the code on the last."""
    if len(text) + 2 + len(code) <= width:
        return [f"{text:<{width - len(code)}}{code}"]
    lines = wrapped(text, width, indent)
    if len(lines[-1]) + 2 + len(code) <= width:
        return [*lines[:-1], f"{lines[-1]:<{width - len(code)}}{code}"]
    return [*lines, f"{code:>{width}}"]


def _print(console: Console, lines: Sequence[str]) -> None:
    for line in lines:  # wrapped already: nothing is cut, whatever the terminal
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _where(row: dict[str, Any]) -> str:
    return f"{row['geography_title']}" + (f" - {row['partner_title']}" if row["partner"] else "")
