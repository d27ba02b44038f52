"""``beltroad people poverty``: who is lifted above the poverty lines, now and by 2030."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, rounded_records
from beltroad.cli.people import people_app
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.people.poverty.incomes import IncomeChanges

__all__ = ["poverty"]

GROUPS = ("world", "region", "income_group", "corridor", "economy")


@people_app.command()
def poverty(
    income: Annotated[
        Path | None,
        typer.Option(
            help="CSV: iso3 and income_change_pct; countries.csv of an appraisal will do."
        ),
    ] = None,
    growth: Annotated[
        str | None, typer.Option(help="The same change of income for all, such as 1.0%.")
    ] = None,
    line: Annotated[
        list[str] | None,
        typer.Option(help="Line, USD a day at PPP of a year: 3.00@2021, 1.90@2011. Repeat."),
    ] = None,
    year: Annotated[str, typer.Option(help="Year, or survey for no projection.")] = "2030",
    pass_through: Annotated[
        str | None,
        typer.Option(help="Low,high share of a change that reaches households; by survey if not."),
    ] = None,
    by: Annotated[str, typer.Option(help=f"Groups: {', '.join(GROUPS)}.")] = "world",
    limit: Annotated[int, typer.Option(help="Economies to print with --by economy.")] = 25,
    out: Annotated[
        Path | None, typer.Option(help="Write all economies to this .csv or .parquet.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Ours beside PIP's head counts, out of sample.")
    ] = False,
    published: Annotated[
        bool, typer.Option("--published", help="Ours beside the published 7.6 and 32 million.")
    ] = False,
) -> None:
    """Work out poverty head counts with and without a change of income."""
    from beltroad.files import check_table_file, table_bytes, write_atomically
    from beltroad.people import poverty as method
    from beltroad.people.poverty import comparison, incomes, summary

    if check and published:
        raise InputError("--check and --published are two tables: ask for one")
    if check and (income is not None or growth is not None):
        raise InputError("--check takes no change of income: leave --income and --growth out")
    idle = {"--line": line, "--pass-through": pass_through, "--year": year != "2030",
            "--by": by != "world"}  # fmt: skip
    if (check or published) and (given := [name for name, value in idle.items() if value]):
        which = "--check" if check else "--published"
        raise InputError(f"{which} is a table of its own: leave {', '.join(given)} out")
    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    if by not in GROUPS:
        raise InputError(f"--by {by!r:.30}: {suggest(by, GROUPS)} Groups: {', '.join(GROUPS)}")
    if income is not None and growth is not None:
        raise InputError("--income and --growth exclude each other")
    if out is not None:
        check_table_file(out)
    if check:
        _check(out, as_json=as_json)
        return
    known = method.bundled_data().known
    changes: IncomeChanges | None = None
    if income is not None:
        changes = incomes.read_changes(income, known)
    elif growth is not None:
        changes = incomes.uniform(growth, known)
    if published:
        table = comparison.explain(None if changes is None else changes.income)
        if out is not None:
            write_atomically(out, table_bytes(table, out))
        if as_json:
            print_json({"rows": rounded_records(table)})
        else:
            _show_published(Console(), table)
        return
    if changes is None:
        raise InputError("give --income FILE.csv or --growth 1.0% (or --check, --published)")
    found = method.outlook(
        changes.income,
        lines=line or list(method.CURRENT),
        year=_year(year),
        pass_through=_pair(pass_through),
        gini_change_pct=changes.gini_pct,
    )
    if out is not None:
        write_atomically(out, table_bytes(found, out))
    grouped = None if by == "economy" else summary.totals(found, by)
    if as_json:
        shown = found if grouped is None else grouped
        print_json({"by": by, "rows": rounded_records(shown)})
        return
    console = Console()
    if grouped is None:
        _show_economies(console, found, limit)
    else:
        _show_groups(console, grouped)
    _notes(console, found)


def _year(text: str) -> int | None:
    if text == "survey":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise InputError(f"--year {text!r:.20}: give a year, or survey for no projection")
    return int(text)


def _pair(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--pass-through {text!r:.30}: give low,high such as 0.7,1.0") from None
    return low, high


def _million(value: float) -> str:
    return "-" if value != value else f"{value / 1e6:,.2f}"


def _share(value: float) -> str:
    return "-" if value != value else f"{value:.2f}"


def _range(low: float, high: float) -> str:
    one, other = _million(low), _million(high)
    return one if one == other else f"{one} to {other}"


def _show_groups(console: Console, table: pd.DataFrame) -> None:
    shown = Table("line", "group", box=None, pad_edge=False)
    for name in ("economies", "poor, mn", "below, %", "gap, %", "lifted, mn"):
        shown.add_column(name, justify="right")
    for row in table.to_dict("records"):
        shown.add_row(
            row["line"], escape(row["group"]), str(row["economies"]),
            _million(row["poor_without"]), _share(row["headcount_without_pct"]),
            _share(row["gap_without_pct"]),
            _range(row["people_lifted_low"], row["people_lifted_high"]),
        )  # fmt: skip
    console.print(shown)


def _show_economies(console: Console, table: pd.DataFrame, limit: int) -> None:
    for line, rows in table.groupby("line", sort=False):
        shown = Table(str(line), "form", box=None, pad_edge=False)
        for name in ("below, %", "with, %", "gap, %", "elasticity", "lifted, thousand"):
            shown.add_column(name, justify="right")
        shown.add_column("")
        order = rows["people_lifted_high"].abs().sort_values(ascending=False).index[:limit]
        for row in rows.loc[order].to_dict("records"):
            low, high = row["people_lifted_low"] / 1e3, row["people_lifted_high"] / 1e3
            lifted = "-" if low != low else f"{low:,.1f} to {high:,.1f}"
            shown.add_row(
                row["iso3"], row["form"], _share(row["headcount_without_pct"]),
                _share(row["headcount_with_high_pct"]), _share(row["gap_without_pct"]),
                _share(row["growth_elasticity"]), lifted, "*" if row["imputed"] else "",
            )  # fmt: skip
        console.print(shown)
        if len(rows) > limit:
            say(console, f"The {limit} with most people of {len(rows)}; --limit shows more.")


def _notes(console: Console, table: pd.DataFrame) -> None:
    without = sorted(table.loc[table["note"] == "no survey", "iso3"].unique())
    share = 100.0 * table["imputed"].mean()
    say(console, "Low to high: share of the change that reaches households (pass-through). "
        "Negative: people who fall below the line.")  # fmt: skip
    if share > 0:
        say(console, f"{share:.0f} % of the rows hold something imputed (*): see the note column "
            "of --out.")  # fmt: skip
    if without:
        say(console, f"Without a survey and not counted: {len(without)} of "
            f"{table['iso3'].nunique()} economies.")  # fmt: skip


def _check(out: Path | None, *, as_json: bool) -> None:
    from beltroad.people.poverty import check

    tables = {
        "validity": check.validity(),
        "other_lines": check.accuracy(),
        "lines_of_2011": check.placement_accuracy(),
        "projection": check.projection_accuracy(),
        "households": check.household_accuracy(),
    }
    if out is not None:
        from beltroad.files import table_bytes, write_atomically

        write_atomically(out, table_bytes(tables["other_lines"], out))
    if as_json:
        print_json({name: rounded_records(table) for name, table in tables.items()})
        return
    console = Console()
    titles = {
        "validity": "Forms: share of surveys in which the fit is a Lorenz curve; Gini, points",
        "other_lines": "Head count predicted at a line from the level at another: absolute error, "
        "percentage points",
        "lines_of_2011": "Head count at lines of 2011 PPP placed by other surveys of the economy",
        "households": "Head count and gap from mean and shares, beside the households' own",
        "projection": "Head count of the latest survey projected from one 3 years or more before",
    }
    for name, table in tables.items():
        say(console, titles[name])
        _plain(console, table)
        console.print()


def _plain(console: Console, table: pd.DataFrame) -> None:
    shown = Table(box=None, pad_edge=False)
    for name in table.columns:
        number = table[name].dtype.kind in "if"
        shown.add_column(str(name).replace("_", " "), justify="right" if number else "left")
    for row in table.itertuples(index=False):
        shown.add_row(*(f"{v:.2f}" if isinstance(v, float) else escape(str(v)) for v in row))
    console.print(shown)


def _show_published(console: Console, table: pd.DataFrame) -> None:
    say(console, "People lifted above 1.90 and 3.20 USD a day (2011 PPP) by 2030, millions")
    shown = Table("step", box=None, pad_edge=False)
    for name in ("extreme", "difference", "moderate", "difference"):
        shown.add_column(name, justify="right")
    for row in table.to_dict("records"):
        shown.add_row(
            escape(row["step"]), _million(row["extreme"]), _million(row["extreme_difference"]),
            _million(row["moderate"]), _million(row["moderate_difference"]),
        )  # fmt: skip
    console.print(shown)
    say(console, "Each step changes one thing. The published gains of most economies are not at "
        "hand: averages that agree with the published totals stand for them.")  # fmt: skip
