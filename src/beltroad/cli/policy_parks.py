"""``beltroad policy parks``: cooperation zones and twin parks, and which suit an investor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.output import print_json, records
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
        if any(each is not None for each in (investor, host, partner, within_km)):
            raise InputError("--pairs lists all pairs: leave out --investor, --host and the like")
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
        print_json(records(table))
        return
    _list(table, limit, ordered=investor is not None)


def _list(table: pd.DataFrame, limit: int, *, ordered: bool) -> None:
    from beltroad.policy.parks.gateways import FAR_KM

    console = Console()
    if table.empty:
        console.print("no park meets this")
        return
    head = table.head(limit).to_dict("records")
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    if ordered:
        for column in ("park", "host", "state", "entry", "industry", "agreements"):
            shown.add_column(column)
    else:
        shown.add_column("park")
        shown.add_column("name", no_wrap=True, ratio=1)
        shown.add_column("host")
        shown.add_column("state")
        shown.expand = True
    shown.add_column("gateway", justify="right")
    for row in head:
        middle = [_SHORT.get(row["entry"], row["entry"]), _SHORT.get(row["match"], row["match"]),
                  _ties(row["ties"])] if ordered else []  # fmt: skip
        name = [] if ordered else [escape(row["name"])]
        doubt = "?" if row["confidence"] == "low" else ""
        shown.add_row(escape(row["park_id"]) + doubt, *name, row["host"], row["status"],
                      *map(escape, map(str, middle)), _km(row["gateway_km"]))  # fmt: skip
    console.print(shown)
    more = f" {len(table) - limit} more: --limit {len(table)}." if len(table) > limit else ""
    console.print(
        "Gateway: the nearest container port, dry port or rail border crossing within "
        f"{FAR_KM:,.0f} km, straight line. ?: unconfirmed.{more}",
        highlight=False,
    )
    if ordered:
        _notes(console, head)
        console.print("Order: hosts that bar the investor and stalled parks last; then industry, "
                      "entry rule, state, distance. BIT: investment treaty, DTT: double taxation "
                      "treaty, FTA: free trade. One park: beltroad policy parks KEY",
                      highlight=False)  # fmt: skip


# Short enough for 80 columns.
_SHORT = {"no list known": "no list", "not listed": "other"}
_TIES = {"bit": "BIT", "double_tax": "DTT", "fta": "FTA"}


def _ties(text: str) -> str:
    return " ".join(_TIES.get(each, each) for each in text.split())


def _km(value: float) -> str:
    return "" if value != value else f"{value:,.0f} km"


def _notes(console: Console, rows: Sequence[Mapping[Any, Any]]) -> None:
    """What the entry lists ask, once for every host and zone."""
    said = {(f"{row['host']} {row['zone']}".strip(), row["entry_note"]) for row in rows}
    for where, note in sorted(said):
        if note:
            console.print(escape(f"{where}: {note}"), highlight=False)


def _pairs(table: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        print_json(records(table))
        return
    shown = Table("pair", "parks", "hosts", "agreed", box=None, pad_edge=False)
    for row in table.to_dict("records"):
        year = "" if row["agreed"] != row["agreed"] else f"{row['agreed']:.0f}"
        shown.add_row(escape(row["pair"]), escape(row["parks"]), row["hosts"], year)
    Console().print(shown)


_ABOUT = {
    "host": "host", "zone": "entry list for", "place": "place", "kind": "kind", "pair": "pair",
    "partners": "partners", "operator": "operator", "year_agreed": "agreed",
    "year_open": "open since", "status": "state", "area_km2": "area", "industries": "industries",
    "isic": "ISIC Rev.4", "firms": "firms", "invested_usd_mn": "invested", "jobs": "jobs",
    "as_of": "figures as of", "confirmed": "on ministry's list",
    "confidence": "confidence", "note": "note", "source_title": "source", "source_url": "address",
    "accessed": "read on",
}  # fmt: skip
_UNITS = {"area_km2": "km2", "invested_usd_mn": "million USD"}
_GATEWAYS = {"port": "container port", "dryport": "dry port", "rail_border": "rail border",
             "airport": "airport"}  # fmt: skip


def _show(name: str, *, as_json: bool) -> None:
    from beltroad.policy import parks as registry

    found = registry.park(name)
    table = found.to_frame().T.infer_objects()
    table = table.join(registry.gateways(table))
    row = records(table)[0]
    if as_json:
        print_json(row)
        return
    console = Console()
    console.print(f"[b]{escape(row['name'])}[/b]  {escape(row['park_id'])}", highlight=False)
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column()
    shown.add_column(overflow="fold")
    for key, label in _ABOUT.items():
        value = row[key]
        if value in (None, ""):
            continue
        if isinstance(value, int | float):
            value = f"{value:.0f}" if key.startswith("year_") else f"{value:,.6g}"
            value = f"{value} {_UNITS.get(key, '')}".strip()
        shown.add_row(label, escape(str(value).replace("_", " ") if key == "kind" else str(value)))
    for key, label in _GATEWAYS.items():
        if row[key]:
            shown.add_row(label, escape(f"{row[key]}, {_km(row[f'{key}_km'])} in a straight line"))
    console.print(shown)
