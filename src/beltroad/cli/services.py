"""``beltroad services``: named transport services, their figures, lines and checks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import app, bars
from beltroad.cli.output import records
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.appraisal.progress import Progress
    from beltroad.infrastructure.services import Find, RouteLike, Service

__all__ = ["services"]

# Figures of a year that the overview shows, in this order, as far as the service has them.
_SERIES = ("trains", "teu", "freight", "passengers", "value", "vehicles", "ship_calls")


@app.command()
def services(
    name: Annotated[
        str | None, typer.Argument(help="One service by id, name or alias: 'CR Express'.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not tables.")] = False,
    geojson: Annotated[
        Path | None, typer.Option(help="Write places and lines to this GeoJSON file.")
    ] = None,
    routes: Annotated[
        bool, typer.Option("--routes", help="Compute the lines and put them beside the published.")
    ] = False,
) -> None:
    """List the named services, or show one: places, figures, lines, and what the figures imply."""
    from beltroad.infrastructure import services as named

    if routes and name is None:
        raise InputError("--routes: give the name of one service")
    chosen = named.services() if name is None else (named.service(name),)
    computed = _computed(chosen[0]) if routes else None
    if geojson is not None:
        _write_geojson(geojson, named.as_geojson(chosen))
    if as_json:
        typer.echo(_json([_brief(each) for each in chosen] if name is None else
                         _whole(chosen[0], computed)))  # fmt: skip
        return
    console = Console()
    if name is None:
        _list(console, chosen)
    else:
        _show(console, chosen[0], computed)
    if geojson is not None:
        console.print(f"wrote {geojson}", highlight=False, markup=False)


def _computed(each: Service) -> pd.DataFrame:
    """Lines of a service beside routes of our own."""
    from beltroad.infrastructure.services import service_routes

    with bars() as progress:
        find = _route_finder(progress)
        with progress.step(f"routes of {len(each.lines)} lines"):
            return service_routes(each, find)


def _route_finder(progress: Progress) -> Find:
    """The function that finds routes for :func:`service_routes`, in the network of today."""
    from beltroad import evidence
    from beltroad.appraisal.routes import Atlas, variability
    from beltroad.infrastructure.routes.find import find_routes
    from beltroad.infrastructure.routes.places import find_place
    from beltroad.infrastructure.services import STRAITS

    atlas, spread = Atlas.of(progress=progress), variability()
    borders = evidence.load("borders")
    known = {name: f"{lat},{lon}" for name, (lon, lat) in STRAITS.items()}
    known |= {
        name: f"{lat},{lon}"
        for name, lat, lon in zip(borders["border_id"], borders["lat"], borders["lon"], strict=True)
    }

    def find(
        origin: str, destination: str, modes: tuple[str, ...], via: tuple[str, ...]
    ) -> Sequence[RouteLike]:
        # Crossings and straits are passed where they lie; ports are found by their code.
        steps = [known.get(step, step) for step in via]
        places = [find_place(text) for text in (origin, *steps, destination)]
        return find_routes(atlas.planner(places), spread, modes=modes).routes

    return find


def _write_geojson(path: Path, collection: dict[str, Any]) -> None:
    from beltroad.files import write_atomically

    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1)
    write_atomically(path, (text + "\n").encode())


def _list(console: Console, chosen: tuple[Service, ...]) -> None:
    listing = Table("service", "name", "kind", "since", "places", "figures", "lines", box=None)
    for each in chosen:
        since = each.status if each.since_year is None else str(each.since_year)
        counts = (len(each.places), len(each.figures), len(each.lines))
        listing.add_row(each.id, escape(each.name), each.kind, since, *map(str, counts))
    console.print(listing)


def _show(console: Console, each: Service, computed: pd.DataFrame | None) -> None:
    from beltroad.infrastructure import services as named

    since = "" if each.since_year is None else f" since {each.since_year}"
    console.print(f"[b]{escape(each.name)}[/b]  {each.id}, {each.kind}, {each.status}{since}",
                  highlight=False)  # fmt: skip
    for line in (each.summary, f"Operator: {each.operator}", *_named_in(each), each.note):
        if line:
            console.print(escape(line), highlight=False)
    for role, rows in each.places.groupby("role", sort=False):
        console.print(escape(f"{role}: {', '.join(rows['place'])}"), highlight=False)
    series = {
        figure: table for figure in _SERIES if len(table := named.yearly(each, figure))
    }  # whole service, calendar years
    for figure, table in series.items():
        unit = each.figures.loc[each.figures["figure"] == figure, "unit"].iloc[0]
        years = Table("year", f"{figure} ({unit})", "claims", "confidence", "claimed by", box=None)
        for year, row in table.iterrows():
            span = f"{'over ' if row['qualifier'] == 'over' else ''}{_number(row['value'])}"
            if row["low"] < row["high"]:
                span += f"  ({_number(row['low'])} to {_number(row['high'])})"
            years.add_row(str(year), span, str(row["claims"]), row["confidence"],
                          escape(row["claimed_by"]))  # fmt: skip
        console.print(years)
    console.print(_other_figures(each, set(series)))
    if len(each.lines):
        console.print(_lines_table(each) if computed is None else _routes_table(computed))
    _print_checks(console, named.service_checks(each), named.conflicts(each))


def _named_in(each: Service) -> list[str]:
    return [f"Named in: {'; '.join(each.named_in)}"] if each.named_in else []


def _other_figures(each: Service, shown: set[str]) -> Table:
    """The last claim of every figure that has no table of its own; a doubtful one only if alone."""
    rows = each.figures[~(each.figures["figure"].isin(shown) & (each.figures["scope"] == ""))]
    rows = rows[rows["nature"] != "growth"].assign(firm=rows["confidence"] != "low")
    rows = rows.sort_values(["firm", "as_of"], kind="stable")
    last = rows.drop_duplicates(["figure", "scope"], keep="last").sort_index()
    table = Table("figure", "scope", "as of", "last claim", "confidence", "claimed by", box=None)
    for row in last.to_dict("records"):
        value = f"{'over ' if row['qualifier'] == 'over' else ''}{_number(row['value'])}"
        texts = (row["scope"], row["as_of"], f"{value} {row['unit']}", row["confidence"])
        table.add_row(row["figure"], *map(escape, texts), escape(row["claimed_by"]))
    return table


def _lines_table(each: Service) -> Table:
    table = Table("line", "mode", "via", "a week", "km", "days", "confidence", box=None)
    for row in each.lines.to_dict("records"):
        numbers = (row["departures_per_week"], row["km_published"], row["days_published"])
        table.add_row(escape(row["name"]), row["mode"], escape(row["via"].replace(";", ", ")),
                      *map(_number, numbers), row["confidence"])  # fmt: skip
    return table


def _routes_table(computed: pd.DataFrame) -> Table:
    table = Table("line", "chain", "days", "published", "km", "published", "USD/TEU", "kg CO2e/TEU",
                  "note", box=None)  # fmt: skip
    columns = (
        "days_computed", "days_published", "km_computed", "km_published", "usd_per_teu_computed",
        "kgco2e_per_teu",
    )  # fmt: skip
    for row in computed.to_dict("records"):
        table.add_row(escape(row["name"]), escape(row["chain"]),
                      *(_number(row[column]) for column in columns),
                      escape(row["note"]))  # fmt: skip
    return table


def _print_checks(console: Console, checks: pd.DataFrame, differing: pd.DataFrame) -> None:
    counts = checks["verdict"].value_counts()
    if len(checks):
        said = ", ".join(
            f"{counts[verdict]} {verdict}"
            for verdict in ("agrees", "above", "below", "unknown")
            if verdict in counts
        )
        console.print(f"Checks: {said}", highlight=False)
    for row in checks[checks["verdict"].isin(["above", "below"])].to_dict("records"):
        said = (
            f"  {row['check']}, {row['figure']} {row['as_of']}: published "
            f"{_number(row['published'])}, derived {_number(row['derived'])} {row['unit']} "
            f"({row['claimed_by']})"
        )
        console.print(escape(said), highlight=False)
    for row in differing.to_dict("records"):
        said = (
            f"  claims differ, {row['figure']} {row['as_of']} {row['scope']}".rstrip()
            + f": {_number(row['low'])} to {_number(row['high'])} {row['unit']} "
            f"({row['claimed_by']})"
        )
        console.print(escape(said), highlight=False)


def _brief(each: Service) -> dict[str, Any]:
    return {
        "service_id": each.id, "name": each.name, "kind": each.kind, "status": each.status,
        "since_year": each.since_year, "named_in": list(each.named_in),
        "places": len(each.places), "figures": len(each.figures), "lines": len(each.lines),
    }  # fmt: skip


def _whole(each: Service, computed: pd.DataFrame | None) -> dict[str, Any]:
    from beltroad.infrastructure import services as named

    found = _brief(each) | {
        "aliases": list(each.aliases), "operator": each.operator, "summary": each.summary,
        "source_title": each.source_title, "source_url": each.source_url,
        "confidence": each.confidence, "note": each.note,
        "places": records(each.places), "figures": records(each.figures),
        "lines": records(each.lines), "checks": records(named.service_checks(each)),
        "conflicts": records(named.conflicts(each)),
    }  # fmt: skip
    return found if computed is None else found | {"routes": records(computed)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)


def _number(value: Any) -> str:
    """A number with separators, at most two digits after the point; nothing if not known."""
    if value != value:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:,.3g}"
