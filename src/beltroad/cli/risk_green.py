"""``beltroad risk green`` and ``coal``: class of projects, emissions of building, leads to coal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.output import print_json, records
from beltroad.cli.risk import risk_app
from beltroad.cli.risk_texts import check_apart, tell
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["coal", "green"]

COLOURS = {"red": "red", "yellow": "yellow", "green": "green"}
DETAILS = 5


@risk_app.command()
def green(
    projects: Annotated[
        list[str] | None, typer.Option(help="A project by id; may be given again.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Your projects (CSV).")] = None,
    areas: Annotated[
        Path | None, typer.Option(help="Ecologically important areas (GeoJSON polygons).")
    ] = None,
    factors: Annotated[
        bool, typer.Option("--factors", help="Freight factors beside published ones.")
    ] = False,
    types: Annotated[bool, typer.Option("--types", help="Project types and classes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the table (CSV or Parquet).")] = None,
) -> None:
    """Class projects red, yellow or green with reasons, and what building them emits."""
    from beltroad.files import check_table_file
    from beltroad.risk.green import freight_factors

    if sum((bool(projects), file is not None, factors, types)) > 1:
        raise InputError("give one of --projects, --file, --factors and --types")
    if areas is not None and (factors or types):
        raise InputError("--areas goes with projects, not with --factors or --types")
    if out is not None:
        check_table_file(out)
        check_apart([file, areas], [out])
    if factors:
        table = freight_factors()
    elif types:
        table = _types()
    else:
        table = _classified(projects or [], file, areas)
    _write(table, out)
    if as_json:
        print_json(records(table))
    elif factors:
        _factors(table)
    elif types:
        _list_types(table)
    else:
        _projects(table)


def _types() -> pd.DataFrame:
    from beltroad import evidence

    return evidence.load("green_classes")


def _classified(ids: list[str], file: Path | None, areas: Path | None) -> pd.DataFrame:
    """Classes and emissions of building, one row a project."""
    from beltroad import evidence
    from beltroad.risk import green as rules

    if file is not None:
        table = rules.read_green_file(file)
    else:
        table = evidence.load("projects")
        known = set(table["id"])
        wrong = [each for each in ids if each not in known]
        if wrong:
            hints = " ".join(filter(None, (suggest(each, known) for each in wrong)))
            raise InputError(f"no such project: {', '.join(wrong)}. {hints}".strip())
        if ids:
            table = table[table["id"].isin(ids)].reset_index(drop=True)
    drawn = rules.read_areas(areas) if areas is not None else []
    return rules.classified(table, areas=drawn)


def _projects(table: pd.DataFrame) -> None:
    console = Console()
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("project", "type", "class", "mitigated", "area"):
        shown.add_column(column, overflow="fold")
    shown.add_column("building kt CO2e", justify="right")
    rows = table.to_dict("records")
    for row in rows:
        kind = escape(row["green_type"]) or "not known"
        shown.add_row(
            escape(row["id"]), kind, _colour(row["class_after"]),
            _colour(row["class_if_mitigated"]), row["area_rule"], _range(row),
        )  # fmt: skip
    console.print(shown)
    if len(rows) <= DETAILS:
        for row in rows:
            tell(console, f"{row['id']}: {row['reason']}. By {row['type_rule'] or 'no rule'}.")
            if row["source"]:
                tell(console, f"Source ({row['basis']}, confidence {row['confidence']}): "
                    f"{row['source']}", 4)  # fmt: skip
    counts = table["class_after"].replace("", "no class").value_counts()
    tell(console, "class: " + ", ".join(f"{n} {c}" for c, n in counts.items()))
    unread = int((table["basis"] != "listed").sum())
    tell(console, "mitigated: class once mitigation is documented. area: whether an ecologically "
        "important area is touched (yes is red). building: low to high, * by cost alone. "
        f"{unread} of {len(rows)} types were not read in a report on the guidance; --types "
        "says which.")  # fmt: skip


def _range(row: Mapping[Any, Any]) -> str:
    low, high = row["construction_low_t"], row["construction_high_t"]
    if not isinstance(low, float) or not isinstance(high, float) or low != low:
        return "-"
    star = "*" if row["construction_fallback"] == "yes" else ""
    return f"{low / 1e3:,.0f} to {high / 1e3:,.0f}{star}"


def _colour(name: str) -> str:
    return f"[{COLOURS[name]}]{name}[/]" if name in COLOURS else "-"


def _list_types(table: pd.DataFrame) -> None:
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column("type", no_wrap=True)
    for column in ("before", "after", "climate", "pollution", "biodiversity", "basis"):
        shown.add_column(column)
    for row in table.to_dict("records"):
        shown.add_row(
            row["type"], _colour(row["class_before"]), _colour(row["class_after"]),
            row["climate"], row["pollution"], row["biodiversity"], row["basis"],
        )  # fmt: skip
    console = Console()
    console.print(shown)
    tell(console, "after: with accepted mitigation. listed: reported of the baseline study of "
        "December 2020. remembered, judgement: its annex was not read; judged by the three "
        "effects.")  # fmt: skip


def _factors(table: pd.DataFrame) -> None:
    shown = Table("mode", "ours", "range", "published", "what", box=None, pad_edge=False,
                  padding=(0, 1, 0, 0))  # fmt: skip
    for row in table.to_dict("records"):
        low, high = row["published_low"], row["published_high"]
        published = f"{low:g}" if low == high else f"{low:g}-{high:g}"
        doubt = "?" if row["confidence"] == "low" else ""
        shown.add_row(
            row["mode"], f"{row['ours']:g}", f"{row['ours_low']:g}-{row['ours_high']:g}",
            published + doubt, escape(row["what"]),
        )  # fmt: skip
    console = Console()
    console.print(shown)
    tell(console, "g CO2e per tonne-km, well to wheel. ?: read at third hand or remembered. "
        "Distances are those of the network, without the distance adjustment of ISO 14083; hubs "
        "count as handling time and money, not as emissions.")  # fmt: skip


@risk_app.command()
def coal(
    file: Annotated[Path, typer.Argument(help="Projects or power plants (CSV).")],
    every: Annotated[bool, typer.Option("--all", help="Print rows without a lead too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the table (CSV or Parquet).")] = None,
) -> None:
    """Screen a list for coal: leads with their words, and the date of the commitment."""
    from beltroad.files import check_table_file
    from beltroad.risk.green import commitment_date, read_coal_file, screen_coal

    if out is not None:
        check_table_file(out)
        check_apart([file], [out])
    table = screen_coal(read_coal_file(file))
    _write(table, out)
    if as_json:
        print_json(records(table))
        return
    console = Console()
    rows = table if every else table[table["evidence"] != ""]
    if len(rows):
        shown = Table("id", "coal", "commitment", "name", "evidence", box=None, pad_edge=False,
                      padding=(0, 1, 0, 0))  # fmt: skip
        for row in rows.to_dict("records"):
            shown.add_row(*(escape(row[k]) for k in ("id", "coal", "commitment", "name",
                                                     "evidence")))  # fmt: skip
        console.print(shown)
    counts = table["coal"].value_counts()
    tell(console, f"{len(table)} projects: " + ", ".join(f"{n} {c}" for c, n in counts.items()))
    tell(console, f"A row is a lead, not a verdict. commitment: date of the project against "
        f"{commitment_date()}, when no new coal-fired power abroad was promised; plants under "
        "construction or for one factory are disputed.")  # fmt: skip


def _write(table: pd.DataFrame, out: Path | None) -> None:
    """Write a table; no text of the user becomes a formula in a spreadsheet."""
    if out is None:
        return
    from beltroad.files import no_formula, table_bytes, write_atomically

    safe = table.apply(
        lambda column: column.map(lambda v: no_formula(v) if isinstance(v, str) else v)
    )
    write_atomically(out, table_bytes(safe, out))
    typer.echo(f"{out} written", err=True)
