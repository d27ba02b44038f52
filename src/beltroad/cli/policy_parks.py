"""``beltroad policy parks``: cooperation zones and twin parks, and which suit an investor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.output import records
from beltroad.cli.policy import policy_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["parks"]


@policy_app.command()
def parks(
    name: Annotated[str | None, typer.Argument(help="One park by key or name.")] = None,
    investor: Annotated[str | None, typer.Option(help="Economy of an investor.")] = None,
    industry: Annotated[str | None, typer.Option(help="ISIC code or model industry.")] = None,
    stake: Annotated[float, typer.Option(help="Foreign stake wanted, per cent.")] = 100.0,
    activity: Annotated[str | None, typer.Option(help="Narrows the industry.")] = None,
    host: Annotated[str | None, typer.Option(help="Only parks in this economy.")] = None,
    partner: Annotated[str | None, typer.Option(help="Only with this economy taking part.")] = None,
    within_km: Annotated[float | None, typer.Option(help="Only so near to a gateway.")] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="List two countries, two parks.")] = False,
    date: Annotated[str | None, typer.Option("--date", help="YYYY-MM-DD for the rules.")] = None,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List parks, show one, or put them in order for an investor and an industry."""
    from beltroad.policy import dates
    from beltroad.policy import parks as registry

    if (investor is None) != (industry is None):
        raise InputError("--investor and --industry go together")
    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    on = dates.day(date)
    if name is not None:
        _show(name, as_json=as_json)
        return
    if pairs:
        _pairs(registry.pairs(), as_json=as_json)
        return
    if investor is not None and industry is not None:
        table = registry.suitable(investor, industry, stake_pct=stake, host=host,
                                  activity=activity, within_km=within_km, on=on)  # fmt: skip
        if partner is not None:
            kept = set(registry.find(partner=partner)["park_id"])
            table = table[table["park_id"].isin(kept)].reset_index(drop=True)
    else:
        table = registry.find(host, partner)
        table = table.join(registry.gateways(table))
        if within_km is not None:
            table = table[table["gateway_km"] <= within_km]
    if as_json:
        typer.echo(json.dumps(records(table), ensure_ascii=False, indent=1))
        return
    _list(table, limit, ordered=investor is not None)


def _list(table: pd.DataFrame, limit: int, *, ordered: bool) -> None:
    console = Console()
    if table.empty:
        console.print("no park meets this")
        return
    columns = ["park", "host", "state"]
    columns += (
        ["entry", "industry", "agreements"] if ordered else ["kind", "partners", "industries"]
    )
    shown = Table(*columns, "km to gateway", "", box=None)
    for row in table.head(limit).to_dict("records"):
        middle = (
            [_entry(row), row["match"], row["ties"]]
            if ordered
            else [row["kind"].replace("_", " "), row["partners"], row["industries"]]
        )
        km = "" if row["gateway_km"] != row["gateway_km"] else f"{row['gateway_km']:,.0f}"
        doubt = "unconfirmed" if row["confidence"] == "low" else ""
        shown.add_row(escape(f"{row['name']} ({row['park_id']})"), row["host"], row["status"],
                      *(escape(str(each)) for each in middle), km, doubt)  # fmt: skip
    console.print(shown)
    if len(table) > limit:
        console.print(f"{len(table) - limit} more: --limit {len(table)}", highlight=False)
    if ordered:
        console.print("Order: entry rule, industry, state, distance. Distances are straight lines.",
                      highlight=False)  # fmt: skip


def _entry(row: Mapping[Any, Any]) -> str:
    return f"{row['entry']}: {row['entry_note']}" if row["entry_note"] else str(row["entry"])


def _pairs(table: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(records(table), ensure_ascii=False, indent=1))
        return
    shown = Table("pair", "parks", "hosts", "agreed", box=None)
    for row in table.to_dict("records"):
        year = "" if row["agreed"] != row["agreed"] else f"{row['agreed']:.0f}"
        shown.add_row(escape(row["pair"]), escape(row["parks"]), row["hosts"], year)
    Console().print(shown)


def _show(name: str, *, as_json: bool) -> None:
    from beltroad import evidence
    from beltroad.policy import parks as registry

    found = registry.park(name)
    table = found.to_frame().T.infer_objects()
    table = table.join(registry.gateways(table))
    row = records(table)[0]
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    console = Console()
    console.print(f"[b]{escape(row.pop('name'))}[/b]  {escape(row.pop('park_id'))}",
                  highlight=False)  # fmt: skip
    about = evidence.info("parks").units
    for key, value in row.items():
        if value not in (None, ""):
            unit = about.get(key, "km" if key.endswith("_km") else "-")
            said = f"{value:,.6g}" if isinstance(value, float) and unit not in ("year",) else value
            said = f"{value:.0f}" if unit == "year" else said
            suffix = "" if unit in ("-", "year", "degrees", "count") else f" {unit}"
            console.print(escape(f"  {key.replace('_', ' ')}: {said}{suffix}"), highlight=False)
