"""``beltroad risk review`` and ``beltroad risk lessons``: what a finished project became."""

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
from beltroad.cli.risk_watch import By, Folder, Json

__all__ = ["lessons", "review"]


@risk_app.command()
def review(
    project: str,
    by: By,
    mode: Annotated[str, typer.Option(help="Reference class: rail, road, port, ...")],
    iso3: Annotated[str, typer.Option(help="Economy.")],
    planned_cost: Annotated[float, typer.Option(help="USD, at the decision to build.")],
    actual_cost: Annotated[float, typer.Option(help="USD, in prices of the same year.")],
    price_year: Annotated[int, typer.Option(help="Year of the prices.")],
    lesson: Annotated[str, typer.Option(help="What to do otherwise, or again.")],
    planned_years: Annotated[float | None, typer.Option(help="Decision to opening.")] = None,
    actual_years: Annotated[float | None, typer.Option(help="Decision to opening.")] = None,
    planned_benefit: Annotated[float | None, typer.Option(help="Passengers a year, say.")] = None,
    actual_benefit: Annotated[float | None, typer.Option(help="In the same unit.")] = None,
    source: Annotated[str, typer.Option(help="Where the figures are from.")] = "",
    journal: Folder = None,
) -> None:
    """Note what a finished project was planned to cost, take and bring, and what came."""
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    book = Journal.at(journal)
    reg.review_project(
        book, project, mode=mode, iso3=iso3, planned_cost_usd=planned_cost,
        actual_cost_usd=actual_cost, price_year=price_year, planned_years=planned_years,
        actual_years=actual_years, planned_benefit=planned_benefit,
        actual_benefit=actual_benefit, lesson=lesson, source=source, by=by,
    )  # fmt: skip
    say(Console(), f"{project}: cost {_share(actual_cost / planned_cost - 1)}")


@risk_app.command()
def lessons(
    journal: Folder = None,
    out: Annotated[Path | None, typer.Option(help="Reference classes, CSV or Parquet.")] = None,
    as_json: Json = False,
) -> None:
    """List lessons of finished projects, and the reference classes they make."""
    from beltroad.files import check_table_file, table_bytes, write_atomically
    from beltroad.risk import register as reg
    from beltroad.risk.journal import Journal

    if out is not None:
        check_table_file(out)
        check_files([out])
    events = Journal.at(journal).events()
    table, classes = reg.lessons(events), reg.classes(events)
    if out is not None:
        write_atomically(out, table_bytes(classes, out))
    if as_json:
        print_json({"projects": rounded_records(table), "classes": rounded_records(classes)})
        return
    console = Console()
    shown = Table("project", "mode", "cost", "time", "benefit", "lesson", box=None, pad_edge=False)
    for row in table.to_dict("records"):
        shown.add_row(escape(row["project"]), escape(row["mode"]),
                      _share(row["cost_overrun_share"]), _share(row["delay_share"]),
                      _share(row["benefit_share"]), escape(row["lesson"]))  # fmt: skip
    console.print(shown)
    for row in classes.to_dict("records"):
        say(console, f"{row['mode']}: mean overrun {_share(row['mean_share'])}, standard deviation "
            f"{100 * row['sd_share']:.0f} points, {row['projects']} projects")  # fmt: skip


def _share(value: float) -> str:
    return "" if value != value else f"{100 * value:+.0f} %"
