"""``beltroad invest import`` and ``check``: own tables into a ledger, totals beside their sums."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from beltroad.cli.invest import AsJson, invest_app
from beltroad.cli.invest_output import (
    Csv,
    Ledgers,
    OnlyOwn,
    amount,
    check_outputs,
    ledger_of,
    print_csv,
)
from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, records
from beltroad.errors import InputError, suggest

__all__ = ["check", "import_table"]

_KINDS = {
    "table": "partners in rows, years or amounts in columns, Chinese or English headers",
    "imf": "IMF, Direct Investment Positions: SDMX file, or rows of beltroad evidence fetch",
    "gcdf": "AidData GCDF 3.0: the zip file",
    "zones": "cooperation zones and contracts: partner, period, kind, value, unit",
}


@invest_app.command("import")
def import_table(
    kind: Annotated[str, typer.Argument(help="table, imf, gcdf or zones.")],
    file: Annotated[Path, typer.Argument(help="File to read.")],
    out: Annotated[Path, typer.Option(help="Ledger to write: .csv or .parquet.")],
    source: Annotated[str, typer.Option(help="Name of the source.")] = "user",
    unit: Annotated[str | None, typer.Option(help="万美元, 'USD 100 million' ...")] = None,
    measure: Annotated[str | None, typer.Option(help="flow or stock, if not in headers.")] = None,
    year: Annotated[int | None, typer.Option(help="Year of a table without years.")] = None,
    direction: Annotated[str, typer.Option(help="outward or inward.")] = "outward",
    instrument: Annotated[str | None, typer.Option(help="What is counted.")] = None,
    reporter: Annotated[str, typer.Option(help="Economy whose statistics these are.")] = "CHN",
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    period: Annotated[str, typer.Option(help="gcdf: years, 2013:2021.")] = "",
    total_check: Annotated[
        bool, typer.Option("--total-check/--no-total-check", help="Compare totals with sums.")
    ] = True,
) -> None:
    """Read a table of your own; all its faults are listed at once."""
    from beltroad.files import check_table_file
    from beltroad.finance import invest
    from beltroad.finance.invest import importers

    if kind not in _KINDS:
        listed = "; ".join(f"{k}: {v}" for k, v in _KINDS.items())
        raise InputError(
            f"no kind {kind!r:.20}. {suggest(kind, _KINDS)} {listed}".replace(".  ", ". ")
        )
    check_table_file(out)
    check_files([out])
    if os.path.realpath(file) == os.path.realpath(out):
        raise InputError(f"{out}: is the file to be read; give the ledger another name")
    if source[:1] in ("=", "+", "-", "@") or not source.isprintable():
        raise InputError(f"--source {source!r:.40}: begin with a letter or digit")
    if sheet is not None and file.suffix.casefold() != ".xlsx":
        raise InputError(f"--sheet {sheet}: only workbooks (.xlsx) have sheets")
    if kind != "table":
        for name, value in (("--unit", unit), ("--measure", measure), ("--year", year),
                            ("--instrument", instrument), ("--sheet", sheet)):  # fmt: skip
            if value is not None:
                raise InputError(f"{name} goes with 'table'; {kind} says it itself")
    if kind == "table":
        found = importers.mofcom.read(
            file, source=source, measure=measure, unit=unit, year=year, direction=direction,
            instrument=instrument, reporter=reporter, sheet=sheet, check_total=total_check,
        )  # fmt: skip
    elif kind == "imf":
        found = importers.imf_positions.read(file)
    elif kind == "gcdf":
        found = importers.gcdf.read(file, period=period)
    else:
        found = importers.zones.read(file, source=source, reporter=reporter)
    invest.write(found.rows, out)
    console = Console()
    rows = found.rows
    names = ", ".join(sorted(set(rows["source"])))
    say(console, f"{out}: {len(rows):,} rows, {rows['partner'].nunique()} partners, "
        f"{rows['year'].min()}-{rows['year'].max()}, source {names}")  # fmt: skip
    for status in ("missing", "suppressed", "imputed"):
        if count := int((rows["status"] == status).sum()):
            say(console, f"{status}: {count} rows")
    for note in found.notes:
        say(console, note)
    say(console, f"Use it: beltroad invest partners --ledger {out} --only-ledger")


@invest_app.command()
def check(
    only: Annotated[str | None, typer.Option(help="One verdict: agree, disagree ...")] = None,
    ledger: Ledgers = None,
    only_ledger: OnlyOwn = False,
    as_json: AsJson = False,
    as_csv: Csv = False,
) -> None:
    """Published totals beside the sums of their rows; shown, never settled."""
    from beltroad.finance import invest
    from beltroad.finance.invest.reproduce import VERDICTS

    check_outputs(None, as_json=as_json, as_csv=as_csv)
    if only is not None and only not in VERDICTS:
        raise InputError(f"--only {only!r:.20}: give one of {', '.join(VERDICTS)}. "
                         f"{suggest(only, VERDICTS)}".strip())  # fmt: skip
    table = invest.check(ledger_of(ledger, only=only_ledger))
    if only is not None:
        table = table[table["verdict"] == only].reset_index(drop=True)
    if as_csv:
        print_csv(table)
        return
    if as_json:
        print_json(records(table))
        return
    console = Console()
    for kind, part in table.groupby("kind", sort=False):
        console.print(f"[b]{escape(str(kind))}[/b], millions", highlight=False)
        for row in part.to_dict("records"):
            say(console, f"{row['verdict']:<13} {row['partner']} {row['direction']} "
                f"{row['period']}, {row['price_basis']}")  # fmt: skip
            stated = _WORDED.get(row["bound"], "") + amount(row["stated_mn"])
            remark = f"; {row['note']}" if row["note"] else ""
            say(console, f"  stated {stated} ({row['stated_by']}); added up "
                f"{amount(row['computed_mn'])} ({row['parts_from']}: {row['parts']}); "
                f"ratio {row['ratio']:.3f}{remark}")  # fmt: skip
        console.print()
    counts = table["verdict"].value_counts()
    say(console, ", ".join(f"{verdict}: {counts.get(verdict, 0)}" for verdict in VERDICTS) + ".")


_WORDED = {"more_than": "> ", "at_least": ">= ", "about": "~ ", "nearly": "~ ", "less_than": "< ",
           "up_to": "<= "}  # fmt: skip
