"""``beltroad risk staff``: people abroad by country and grade."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, rounded_records
from beltroad.cli.risk import risk_app
from beltroad.cli.risk_texts import check_apart
from beltroad.cli.risk_watch import Folder, Json, day
from beltroad.errors import InputError

__all__ = ["staff"]


@risk_app.command()
def staff(
    file: Annotated[
        Path, typer.Argument(help="Counts: iso3, place, staff, from, to (CSV, Excel).")
    ],
    on: Annotated[str | None, typer.Option(help="Day of the head count, today by default.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day of person-days.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day of person-days.")] = None,
    journal: Folder = None,
    out: Annotated[Path | None, typer.Option(help="Write the countries as CSV or Parquet.")] = None,
    as_json: Json = False,
) -> None:
    """Show how many staff are where, under which country grade, and near which alerts."""
    from collections import Counter

    from beltroad.files import check_table_file, table_bytes, write_atomically
    from beltroad.risk.country import grades
    from beltroad.risk.journal import Journal
    from beltroad.risk.staff import exposure, read_staff
    from beltroad.risk.watch import alerts

    if (start is None) != (end is None):
        raise InputError("--from and --to go together")
    if out is not None:
        check_table_file(out)
        check_files([out])
        check_apart([file], [out])
    table = read_staff(file)
    book = Journal.at(journal)
    today = book.clock().date() if on is None else day(on, "--on")
    period = None
    if start is not None and end is not None:
        period = (day(start, "--from"), day(end, "--to"))
    live = Counter(a.iso3 for a in alerts(book.events()).values() if a.status != "closed")
    found = exposure(table, grades(), on=today, period=period, open_alerts=dict(live))
    if out is not None:
        write_atomically(out, table_bytes(found.by_country, out))
    if as_json:
        print_json({
            "on": today.isoformat(), "from": found.first.isoformat(), "to": found.last.isoformat(),
            "staff": found.staff, "person_days": found.person_days,
            "high_staff": found.high_staff,
            "high_share_pct": None if found.high_share_pct != found.high_share_pct
            else found.high_share_pct,
            "alert_staff": found.alert_staff,
            "by_grade": rounded_records(found.by_grade),
            "by_country": rounded_records(found.by_country),
        })  # fmt: skip
        return
    console = Console()
    shown = Table(box=None, pad_edge=False)
    shown.add_column("country")
    for title in ("grade", "staff", "nationals", "expatriates", "person-days", "alerts"):
        shown.add_column(title, justify="right")
    for row in found.by_country.to_dict("records"):
        shown.add_row(
            escape(row["name"]),
            *(
                _count(row[name])
                for name in (
                    "grade",
                    "staff",
                    "nationals",
                    "expatriates",
                    "person_days",
                    "open_alerts",
                )
            ),
        )
    console.print(shown)
    share = found.high_share_pct
    said = f", {share:.1f} % of those in graded countries" if share == share else ""
    say(console, f"{found.staff:,} staff on {today}; {found.high_staff:,} in grades 6 and 7{said}; "
        f"{found.alert_staff:,} in countries with an open alert.")  # fmt: skip
    if period is not None:
        say(console, f"{found.person_days:,} person-days from {found.first} to {found.last}.")
    say(console, "The grade is one of debt distress; security warnings are read beside it.")


def _count(value: float) -> str:
    return "-" if value != value else f"{value:,.0f}"
