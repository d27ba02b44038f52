"""``beltroad policy check``: counts that somebody claims, counted again in our own rows."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.output import print_json, records
from beltroad.cli.policy import policy_app
from beltroad.errors import InputError, suggest

__all__ = ["check"]


@policy_app.command()
def check(
    only: Annotated[str | None, typer.Option(help="One verdict: agrees, 'fewer rows' ...")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold claimed counts (29 visa exemptions, 32 swap lines) against the rows of this package."""
    from beltroad.policy.counts import VERDICTS, counts

    if only is not None and only not in VERDICTS:
        raise InputError(
            f"--only {only!r:.40}: {', '.join(VERDICTS)}. {suggest(only, VERDICTS)}".rstrip()
        )
    table = counts()
    total = table["verdict"].value_counts()
    if only is not None:
        table = table[table["verdict"] == only]
    if as_json:
        print_json(records(table))
        return
    console = Console()
    said = ", ".join(f"{total[verdict]} {verdict}" for verdict in VERDICTS if verdict in total)
    console.print(f"{total.sum()} claimed counts beside our rows: {said}", highlight=False)
    for subject, group in table.groupby("subject", sort=False):
        console.print(f"[b]{escape(str(subject))}[/b]", highlight=False)
        shown = Table("claim", "on", "claimed", "rows", "verdict", box=None, show_header=False)
        shown.columns[0].no_wrap = True
        shown.columns[0].width = 30
        for row in group.to_dict("records"):
            more = "over " if row["bound"] in ("more_than", "at_least") else ""
            span = f"{row['counted']}"
            if row["possible"] > row["counted"]:
                span += f" to {row['possible']}"
            shown.add_row(escape(row["claim_id"]), row["on"], f"{more}{row['claimed']:.0f}",
                          f"rows {span}", row["verdict"])  # fmt: skip
        console.print(shown)
        differing = group[~group["verdict"].isin(["agrees", "consistent"])]
        for note in dict.fromkeys(differing["note"]):
            if note:
                console.print(escape(f"  {note}"), highlight=False)
    console.print("A range: rows that may hold on the day. `beltroad evidence show CLAIM` says who "
                  "says it, `beltroad policy parties NAME --date DAY` which economies.",
                  highlight=False)  # fmt: skip
