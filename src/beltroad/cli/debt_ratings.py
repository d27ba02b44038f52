"""``beltroad debt ratings``: mechanical ratings of all prepared countries beside published ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import bars
from beltroad.cli.debt import debt_app
from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, records

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ratings"]

_DISTRESS = "in debt distress"


@debt_app.command()
def ratings(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the rows to a CSV file.")] = None,
) -> None:
    """Rate every prepared country, and compare with the published rating where there is one."""
    check_files([] if csv is None else [csv])
    from beltroad.finance.debt.published.ratings import rated

    with bars() as progress, progress.step("ratings") as done:
        table, listed = rated(done)
    summary = _summary(table, listed)
    if csv is not None:
        from beltroad.files import csv_bytes, write_atomically

        write_atomically(csv, csv_bytes(table))
    if as_json:
        print_json({"schema": "beltroad.debt.ratings/1", "countries": records(table),
                    "summary": summary})  # fmt: skip
    else:
        _print(Console(), table, summary)
    if csv is not None:
        typer.echo(f"{csv} written", err=True)


def _summary(table: pd.DataFrame, listed: pd.DataFrame) -> dict[str, Any]:
    """Shares of equal and neighbouring ratings, and agreement beyond chance."""
    import math

    from beltroad.finance.debt.published.confusion import agreement

    found = agreement(listed).set_index("item")["ours"]
    scored = listed[(listed["theirs"] != _DISTRESS) & listed["notches"].notna()]

    def value(item: str) -> float | None:
        number = float(found.get(item, math.nan))
        return number if math.isfinite(number) else None

    return {
        "countries": len(table),
        "compared": int(listed["notches"].notna().sum()),
        "compared_without_distress": len(scored),
        "equal_pct": value("equal, %"),
        "equal_without_distress_pct": value("equal without distress, %"),
        "within_one_notch_without_distress_pct": value("within one notch without distress, %"),
        "kappa_without_distress": value("kappa without distress"),
        "published_without_inputs": sorted(listed.loc[listed["ours"] == "", "iso3"]),
    }


def _print(console: Console, table: pd.DataFrame, summary: dict[str, Any]) -> None:
    from beltroad.finance.debt.report import view

    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("code", "class", "external", "overall", "published", "on", "equal"):
        shown.add_column(title, no_wrap=title != "class")
    for row in table.to_dict("records"):
        equal = {"yes": "yes", "no": "[yellow]no[/yellow]"}.get(row["equal"], "")
        overall = row["overall"] if row["framework"] == "lic" else f"({row['overall']})"
        shown.add_row(
            row["iso3"], row["class"], _short(row["external"]), _short(overall),
            _short(row["published"]), escape(str(row["published_on"])), equal,
        )  # fmt: skip
    console.print(shown)
    say(console, "class: debt-carrying capacity. external, overall: our mechanical ratings, before "
        "any judgement; in brackets the overall signal of a market-financing country, solvency "
        "left out. published: external risk in the latest joint assessment. distress: in debt "
        "distress, an event that the inputs take from the same list.", 0)  # fmt: skip
    for row in table[table["equal"] == "no"].to_dict("records"):
        say(console, f"- {row['iso3']}: {view.brief(view.note(str(row['why'])))}", 2)
    if summary["published_without_inputs"]:
        say(console, "Published, but without prepared inputs: "
            f"{', '.join(summary['published_without_inputs'])}")  # fmt: skip
    if summary["compared_without_distress"]:
        kappa = summary["kappa_without_distress"]
        said = "not known" if kappa is None else f"{kappa:.2f}"
        say(console, f"Of {summary['compared_without_distress']} countries without distress "
            f"{summary['equal_without_distress_pct']:.0f}% equal, "
            f"{summary['within_one_notch_without_distress_pct']:.0f}% within one notch; kappa "
            f"{said} (0: chance, 1: full agreement). With distress: {summary['compared']} "
            f"countries, {summary['equal_pct']:.0f}% equal.")  # fmt: skip


def _short(rating: str) -> str:
    return "distress" if rating == _DISTRESS else rating
