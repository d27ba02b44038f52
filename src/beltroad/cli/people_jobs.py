"""``beltroad people jobs``: labour that changes industry, from wage bills before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.cli.people import people_app
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["jobs"]

_MEANING = (
    "shift: share of labour that must change industry (half the sum of changes of shares). The net "
    "is zero by construction: the economy's labour is given. Gini: people move until industries' "
    "wages are as before / nobody moves and wages follow value added."
)


@people_app.command()
def jobs(
    wage_bills: Annotated[
        Path,
        typer.Option(help="CSV with iso3, industry, before_usd, after_usd (value added, say)."),
    ],
    economy: Annotated[list[str] | None, typer.Option(help="Only these economies.")] = None,
    industries: Annotated[
        bool, typer.Option("--industries", help="One row per economy and industry.")
    ] = False,
    employment: Annotated[
        Path | None,
        typer.Option(help="CSV with iso3, sector, employed_persons; default: bundled figures."),
    ] = None,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the table to this .csv or .parquet.")
    ] = None,
) -> None:
    """Jobs gained and lost by industry and economy, how many move, and the Gini index."""
    from beltroad.files import check_table_file, table_bytes, write_atomically
    from beltroad.people import jobs as labour
    from beltroad.people.poverty import bundled_data

    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    if out is not None:
        check_table_file(out)
    before, after = labour.read_wage_bills(wage_bills)
    people = labour.employment() if employment is None else labour.read_employment(employment)
    kept = _chosen(economy, list(before.columns))
    before, after = before[kept], after[kept]
    found = labour.shift(before, after, people)
    gini = bundled_data().surveys.table.set_index("iso3")["gini"]
    spread = labour.gini_change(before, after, gini, people)
    whole = found.economies.merge(spread.drop(columns="imputed"), on="iso3", suffixes=("", "_g"))
    whole["note"] = [
        "; ".join(filter(None, pair)) for pair in zip(whole["note"], whole.pop("note_g"),
                                                      strict=True)
    ]  # fmt: skip
    table = found.industries if industries else whole
    order = "change_points" if industries else "shift_pct"
    table = table.sort_values(order, key=abs, ascending=False, kind="stable", ignore_index=True)
    if out is not None:
        write_atomically(out, table_bytes(_plain(table), out))
    if as_json:
        print_json(records(table))
    elif industries:
        _print_industries(table, limit)
    else:
        _print_economies(table, limit)


def _chosen(wanted: list[str] | None, held: list[str]) -> list[str]:
    """Economies asked for, by the code of the file or by name."""
    from beltroad.evidence import economies

    if not wanted:
        return held
    out = []
    for text in wanted:
        code = text if text in held else economies.iso3(text)
        if code not in held:
            raise InputError(f"--economy {text}: not in the file. {suggest(code, held)}".strip())
        if code not in out:
            out.append(code)
    return out


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Texts of the user's file as no spreadsheet takes for a formula."""
    from beltroad.files import no_formula

    texts = ("iso3", "industry", "largest_gain", "largest_loss")
    return table.assign(**{c: [no_formula(str(t)) for t in table[c]]
                           for c in texts if c in table})  # fmt: skip


def _number(value: Any, digits: int, *, sign: bool = False) -> str:
    if value != value:
        return "?"
    return f"{value:{'+' if sign else ''},.{digits}f}"


def _grid(columns: tuple[str, ...]) -> Table:
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for k, column in enumerate(columns):
        shown.add_column(column, justify="left" if k == 0 else "right")
    return shown


def _print_economies(table: pd.DataFrame, limit: int) -> None:
    console = Console()
    shown = _grid(("economy", "shift %", "jobs moved", "% of jobs", "most gained", "most lost",
                   "Gini % mobile", "fixed"))  # fmt: skip
    for row in table.head(limit).to_dict("records"):
        shown.add_row(
            escape(str(row["iso3"])), _number(row["shift_pct"], 2),
            _number(row["jobs_moved_persons"], 0), _number(row["jobs_moved_pct"], 2),
            escape(str(row["largest_gain"])), escape(str(row["largest_loss"])),
            _number(row["change_mobile_pct"], 2, sign=True),
            _number(row["change_specific_pct"], 2, sign=True),
        )  # fmt: skip
    console.print(shown)
    moved = table["jobs_moved_persons"]
    say(console, f"Economies: {len(table)}; with people in work known: "
                 f"{int(moved.notna().sum())}, where {moved.sum():,.0f} jobs move")  # fmt: skip
    say(console, _MEANING)
    _more(console, len(table), limit)


def _print_industries(table: pd.DataFrame, limit: int) -> None:
    console = Console()
    shown = _grid(("economy", "industry", "share %", "change points", "labour %", "persons"))
    for row in table.head(limit).to_dict("records"):
        shown.add_row(
            escape(str(row["iso3"])), escape(str(row["industry"])),
            _number(row["share_before_pct"], 2), _number(row["change_points"], 3, sign=True),
            _number(row["labour_change_pct"], 2, sign=True),
            _number(row["change_persons"], 0, sign=True),
        )  # fmt: skip
    console.print(shown)
    _more(console, len(table), limit)


def _more(console: Console, rows: int, limit: int) -> None:
    if rows > limit:
        say(console, f"{rows - limit} more rows: --limit, --json or --out")
