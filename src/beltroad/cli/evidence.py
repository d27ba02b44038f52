"""``beltroad evidence``: every figure with who states it; the audit, search and export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from beltroad.cli.console import app
from beltroad.cli.output import check_files, print_json, records
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["evidence_app"]

evidence_app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False,
    help="What is known and who says so: claims with their sources, recomputed and compared.",
)  # fmt: skip
app.add_typer(evidence_app, name="evidence")

Pillar = Annotated[
    str | None, typer.Option(help="policy, infrastructure, trade, finance or people.")
]
Country = Annotated[
    str | None, typer.Option(help="Name or code of an economy, or a group (BRI, WORLD).")
]
Indicator = Annotated[str | None, typer.Option(help="Code or title of an indicator.")]
Period = Annotated[str | None, typer.Option(help="2021, 2021:2024, 2023-06 or 2024:.")]
Document = Annotated[str | None, typer.Option(help="Code or title of a document.")]
SaidBy = Annotated[str | None, typer.Option(help="Words of the speaker's name.")]
Subject = Annotated[str | None, typer.Option(help="Words of the thing counted.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@evidence_app.command("list")
def list_claims(
    pillar: Pillar = None, country: Country = None, indicator: Indicator = None,
    period: Period = None, document: Document = None, said_by: SaidBy = None,
    subject: Subject = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """List claims: figure, date, who says it."""
    from beltroad.cli.evidence_text import legend, print_grouped
    from beltroad.evidence.claims import claims

    found = claims(pillar, country, indicator, period, document, said_by, subject)
    if as_json:
        print_json(records(found))
        return
    console = Console()
    if found.empty:
        console.print("No claims fit all of these filters.")
        return
    ordered = found.sort_values(["pillar", "indicator", "period_end", "claim_id"])
    for name, rows in ordered.groupby("pillar", sort=False):
        console.print(f"[b]{escape(str(name))}[/b]: {_count(len(rows))}", highlight=False)
        print_grouped(console, _rows(rows), series=False)
    documents = found["document"].nunique()
    console.print(f"{_count(len(found))} from {documents} document{'s' if documents > 1 else ''}",
                  highlight=False)  # fmt: skip
    legend(console, found)


@evidence_app.command()
def show(
    what: Annotated[str, typer.Argument(help="A claim, an indicator or a document.")],
    as_json: AsJson = False,
) -> None:
    """Show one claim in full, an indicator in time with its conflicts, or a document in order."""
    from beltroad.cli.evidence_show import print_claim, print_document, print_indicator
    from beltroad.evidence.claims import claims

    every = claims()
    key = what.strip().casefold()
    console = Console()
    for column, printed in (("claim_id", print_claim), ("indicator", print_indicator),
                            ("document", print_document)):  # fmt: skip
        same = every[column].str.casefold() == key
        if column != "claim_id":
            same |= every[f"{column}_title"].str.casefold() == key
        if (found := every[same]).empty:
            continue
        if as_json:
            print_json(records(found))
        else:
            printed(console, found)
        return
    from beltroad.errors import suggest

    codes = [c for column in ("claim_id", "indicator", "document") for c in every[column].unique()]
    look = f'Look for it: beltroad evidence search "{what:.40}"' if what.strip() else (
        "beltroad evidence list names all")  # fmt: skip
    close = suggest(what, codes) or look
    raise InputError(f"no claim, indicator or document {what!r:.60}. {close}")


@evidence_app.command()
def search(
    words: Annotated[list[str], typer.Argument(help='Words, numbers, "phrases in quotes".')],
    limit: Annotated[int, typer.Option(help="Most results.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Search claims, indicators, documents and bundled tables; the best first."""
    from beltroad.cli.evidence_text import legend, print_hits
    from beltroad.evidence.claims import search as find

    # The shell takes quotes away: an argument of several words was a phrase.
    text = " ".join(f'"{w}"' if " " in w and '"' not in w and len(words) > 1 else w for w in words)
    found = find(text, limit)
    if as_json:
        print_json(records(found))
        return
    console = Console()
    if found.empty:
        console.print(f"Nothing found for {escape(text)}.", highlight=False)
        return
    print_hits(console, _rows(found))
    legend(console, found[found["kind"] == "claim"])
    if len(found) == limit:
        console.print(f"The {limit} best; --limit gives more.", highlight=False)


@evidence_app.command()
def check(
    only: Annotated[
        str | None, typer.Option(help="One verdict: disagrees, consistent, derived, jump, ...")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what agrees or lacks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute derived figures, line up series, show conflicts and jumps; resolve none."""
    from beltroad.cli.evidence_show import print_audit
    from beltroad.errors import suggest
    from beltroad.evidence.claims import VERDICTS, audit, claims

    if only is not None and only not in VERDICTS:
        raise InputError(
            f"--only {only!r:.40}: choose {', '.join(VERDICTS)}. {suggest(only, VERDICTS)}".strip()
        )
    found = audit()
    chosen = found if only is None else found[found["verdict"] == only]
    if as_json:
        print_json(records(chosen))
        return
    print_audit(Console(), found, chosen, claims(), everything=everything or only is not None)


@evidence_app.command("export")
def export_claims(
    out: Annotated[Path, typer.Option(help="File to write; licences go beside it.")],
    fmt: Annotated[
        str | None, typer.Option("--format", help="csv, parquet, json or sdmx-csv.")
    ] = None,
    pillar: Pillar = None, country: Country = None, indicator: Indicator = None,
    period: Period = None, document: Document = None, said_by: SaidBy = None,
    subject: Subject = None,
) -> None:  # fmt: skip
    """Write claims with the licences of their sources: CSV, Parquet, JSON or SDMX-CSV."""
    from beltroad.evidence.claims import claims, export
    from beltroad.evidence.claims.export import format_of

    fmt = format_of(out, fmt)
    check_files([out])
    found = claims(pillar, country, indicator, period, document, said_by, subject)
    if found.empty:
        raise InputError("no claims fit all of these filters; nothing was written")
    written = export(found, out, fmt)
    typer.echo(f"{_count(len(found))}: {', '.join(str(path) for path in written)}")


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    from beltroad.evidence.claims.rows import rows_of

    return rows_of(frame)


def _count(number: int) -> str:
    return f"{number:,} claim{'s' if number != 1 else ''}"
