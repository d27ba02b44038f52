"""``beltroad evidence providers`` and ``licences``: who is asked, on which terms, what is here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.evidence import evidence_app
from beltroad.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["licences", "print_fetched", "providers"]

SHOWN = 12
STALE_DAYS = 30
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@evidence_app.command()
def providers(as_json: AsJson = False) -> None:
    """Show who data can be fetched from, on which terms, and what is in the cache."""
    from beltroad.evidence.connectors import PROVIDERS, RawCache
    from beltroad.evidence.licences import licence

    cache = RawCache.default()
    listed: list[dict[str, Any]] = []
    for each in PROVIDERS.values():
        entries = cache.entries(each.id)
        listed.append({
            "provider": each.id, "publisher": each.publisher, "holds": each.holds,
            "size": each.size, "licence": each.licence,
            "may_be_passed_on": licence(each.licence).may_be_passed_on,
            "address": each.address, "cached": len(entries),
            "cached_bytes": sum(int(entry.get("length", 0)) for entry in entries),
            "newest": entries[0]["retrieved"] if entries else None,
            "oldest": entries[-1]["retrieved"] if entries else None,
        })  # fmt: skip
    if as_json:
        print_json(listed)
        return
    console = Console(highlight=False)
    for row in listed:
        terms = row["licence"] if row["may_be_passed_on"] else f"{row['licence']}: rows stay here"
        console.print(f"[b]{row['provider']}[/b]: {escape(row['holds'])}", soft_wrap=True)
        cached = "nothing cached"
        if row["cached"]:
            cached = (
                f"{_count(row['cached'], 'answer')} cached, {row['cached_bytes'] / 1e6:.1f} MB, "
                f"the newest of {row['newest'][:10]}"
            )
        console.print(
            f"  {row['publisher']}; {terms}; {row['size']}; {cached}", markup=False, soft_wrap=True
        )
    console.print(f"Cache: {cache.folder}", markup=False, soft_wrap=True)


@evidence_app.command()
def licences(
    text: Annotated[
        str | None, typer.Argument(help="An id or the text of a licence. Default: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the licence registry, or what a licence text means: what may be passed on and how."""
    from beltroad.evidence import licences as register

    found = register.registry().values() if text is None else register.licences(text)
    if as_json:
        print_json([vars(each) for each in found])
        return
    console = Console(highlight=False)
    for each in found:
        console.print(f"[b]{each.licence_id}[/b]: {escape(each.title)}", soft_wrap=True)
        told = f"pass on: {each.redistribution}; commercial use: {each.commercial}"
        for line in (told, each.note, each.url):
            if line:
                console.print(f"  {line}", markup=False, soft_wrap=True)


def print_fetched(frame: pd.DataFrame, *, rows: bool, asked: Sequence[str]) -> None:
    """Say what came, how old it is, what was left out, what to name; with some rows."""
    from beltroad.evidence import economies
    from beltroad.evidence.connectors.export import sources
    from beltroad.evidence.licences import licence

    console = Console(highlight=False)
    raws = frame.attrs["raw"]
    oldest = min(raw["retrieved"] for raw in raws)
    if frame.empty:
        console.print("No rows for what was asked.")
    else:
        first, last, count = frame["period"].min(), frame["period"].max(), len(frame)
        number = frame["economy"].nunique()
        console.print(
            f"{_count(count, 'row')}, {number} "
            f"econom{'ies' if number > 1 else 'y'}, "
            f"{first if first == last else f'{first} to {last}'}; {frame['source'].iloc[0]}"
            + (f", {frame['vintage'].iloc[0]}" if frame["vintage"].iloc[0] else ""),
            markup=False, soft_wrap=True,
        )  # fmt: skip
    age = (datetime.now(UTC) - datetime.fromisoformat(oldest)).days
    stale = f", {age} days ago: values may have been revised since" if age > STALE_DAYS else ""
    console.print(f"Retrieved on {oldest[:10]}{stale}.", markup=False)
    codes = dict.fromkeys(economies.iso3(each) for each in asked)
    if lacking := [code for code in codes if code not in set(frame["economy"])]:
        console.print(f"No rows for {', '.join(lacking)}.")
    if rows and len(frame):
        _print_rows(console, frame)
    if left := frame.attrs["left_out"]:
        listed = [
            f"{each['code']} ({each['why']}, {_count(each['rows'], 'row')})" for each in left[:6]
        ]
        more = f" and {len(left) - 6} more" if len(left) > 6 else ""
        console.print(f"Left out: {'; '.join(listed)}{more}", markup=False, soft_wrap=True)
    for line in sources(frame)["attribution"].unique():
        console.print(f"To name: {line}", markup=False, soft_wrap=True)
    if not licence(raws[0]["licence"]).may_be_passed_on:
        console.print("These rows may not be passed on; results derived from them may.")


def _print_rows(console: Console, frame: pd.DataFrame) -> None:
    more = [name for name in ("creditor", "level", "welfare", "record_id") if name in frame]
    columns = ["economy", "partner", *more, "indicator", "period", "value", "unit", "flags"]
    columns = [name for name in columns if (frame[name].astype(str) != "").any()]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, justify="right" if name == "value" else "left", overflow="fold")
    for row in frame.head(SHOWN).to_dict("records"):
        table.add_row(*(_cell(row[name]) for name in columns))
    console.print(table)
    if len(frame) > SHOWN:
        console.print(f"The first {SHOWN} of {len(frame):,}; --out writes all.")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        if value != value:
            return "-"
        return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"
    return escape(str(value))
