"""``beltroad cables`` and ``beltroad latency``: fibre cables and the delay over them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from beltroad.cli.console import app
from beltroad.cli.output import rounded_records
from beltroad.errors import InputError, OutputError, suggest

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.infrastructure.cables import Latency

__all__ = ["cables", "latency"]


@app.command()
def cables(
    name: Annotated[
        str | None, typer.Argument(help="A cable (name or id) or a landing; none: all cables.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List fibre cables, or show one cable or one landing."""
    from beltroad import evidence

    table, landings = evidence.load("cables"), evidence.load("cable_landings")
    if name is None:
        found: dict[str, Any] = {"cables": rounded_records(table)}
        _show(found, as_json, [_listing(table)], [])
        return
    key = name.casefold()
    same = table["cable_id"].str.casefold().eq(key) | table["name"].str.casefold().eq(key)
    if same.any():
        _one_cable(table[same].iloc[0], landings, as_json)
        return
    spots = landings[landings["kind"] != "branching_unit"]
    at = spots[spots["landing"].str.casefold().eq(key)]
    if not len(at):
        known = [*table["cable_id"], *table["name"], *spots["landing"].unique()]
        raise InputError(
            f"no cable or landing named {name!r}. "
            f"{suggest(name, known) or 'List them with: beltroad cables'}"
        )
    here = table[table["cable_id"].isin(at["cable_id"])]
    first = at.iloc[0]
    found = {
        "landing": first["landing"], "iso3": first["iso3"], "lat": float(first["lat"]),
        "lon": float(first["lon"]), "cables": rounded_records(here),
    }  # fmt: skip
    title = f"{first['landing']} ({first['iso3']}), {first['lat']:.2f} {first['lon']:.2f}"
    _show(found, as_json, [_listing(here)], [title])


@app.command()
def latency(
    origin: Annotated[str, typer.Argument(help="City, port code or 'lat, lon'.")],
    destination: Annotated[str, typer.Argument(help="City, port code or 'lat, lon'.")],
    lose: Annotated[
        list[str] | None, typer.Option(help="Landing, cable or strait out of order; repeatable.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Cables of this year; default: those in service.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    geojson: Annotated[
        Path | None, typer.Option(help="Write the way as GeoJSON to this file.", dir_okay=False)
    ] = None,
) -> None:
    """Delay over fibre between two places: the quickest way over cables and land."""
    import pandas as pd

    from beltroad.infrastructure.cables import bundled_fibre
    from beltroad.infrastructure.cables import latency as quickest
    from beltroad.infrastructure.cables.drawing import way_geojson
    from beltroad.infrastructure.routes.places import find_place

    places = [find_place(text) for text in (origin, destination)]
    cities = pd.DataFrame(
        {
            "city_id": [str(i) for i in range(2)],
            "name": [p.name for p in places], "iso3": [p.iso3 for p in places],
            "lat": [p.lat for p in places], "lon": [p.lon for p in places],
            "population": [p.population or 0.0 for p in places],
        }
    )  # fmt: skip
    net = bundled_fibre(cities, threads=os.cpu_count() or 1)
    first = len(net.points) - 2
    losses = net.anything(lose or ())
    way = quickest(net, first, first + 1, losses=losses, year=year)
    found = _answer(way, [p.label for p in places], lose or [], year)
    if lose:
        whole = quickest(net, first, first + 1, year=year)
        found["rtt_ms_without_loss"] = _finite(whole.rtt_ms)
    if geojson is not None:
        _write(geojson, json.dumps(way_geojson(net, way), ensure_ascii=False) + "\n")
    title = f"{places[0].label} to {places[1].label}: "
    if found["rtt_ms"] is None:
        lines = [title + "no way over the cables and roads known here"]
    else:
        lines = [f"{title}{way.rtt_ms:.0f} ms there and back, {way.km:,.0f} km of fibre"]
    if lose:
        before = found["rtt_ms_without_loss"]
        lines.append(f"Lost: {', '.join(lose)}; without the loss "
                     + ("no way" if before is None else f"{before:.0f} ms"))  # fmt: skip
    lines.append("A lower bound: shortest fibre path; published round trips are some 20% longer.")
    _show(found, as_json, [_legs(way)] if way.legs else [], lines)


def _answer(way: Latency, labels: list[str], lose: list[str], year: int | None) -> dict[str, Any]:
    legs = [
        {
            "origin": leg.origin, "destination": leg.destination, "cable_id": leg.cable_id or None,
            "cable": leg.cable or None, "fibre_km": round(leg.km, 1),
            "one_way_ms": round(leg.ms, 3),
        }
        for leg in way.legs
    ]  # fmt: skip
    return {
        "origin": labels[0], "destination": labels[1], "year": year, "lost": lose,
        "rtt_ms": _finite(way.rtt_ms), "fibre_km": _finite(way.km), "legs": legs,
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return round(value, 3) if value < float("inf") else None


def _legs(way: Latency) -> Table:
    table = Table("from", "to", "over", "km of fibre", "ms one way", box=None)
    for leg in way.legs:
        over = leg.cable or "land"
        table.add_row(leg.origin, leg.destination, over, f"{leg.km:,.0f}", f"{leg.ms:.1f}")
    return table


def _listing(table: pd.DataFrame) -> Table:
    out = Table("id", "name", "kind", "year", "km", "status", "confidence", box=None)
    for r in table.sort_values(["kind", "year", "cable_id"]).to_dict("records"):
        km = "" if r["length_km"] != r["length_km"] else f"{r['length_km']:,.0f}"
        out.add_row(
            r["cable_id"], r["name"], r["kind"], f"{r['year']:.0f}", km, r["status"],
            r["confidence"],
        )  # fmt: skip
    return out


def _one_cable(cable: pd.Series, landings: pd.DataFrame, as_json: bool) -> None:
    own = landings[landings["cable_id"].eq(cable["cable_id"]) & landings["iso3"].ne("")]
    facts = rounded_records(cable.to_frame().T)[0]
    facts["landings"] = rounded_records(own[["landing", "kind", "iso3", "lat", "lon"]])
    table = Table("landing", "country", "lat", "lon", box=None)
    for r in own.to_dict("records"):
        table.add_row(r["landing"], r["iso3"], f"{r['lat']:.2f}", f"{r['lon']:.2f}")
    km = facts["length_km"]
    lines = [
        f"{facts['name']} ({facts['cable_id']}), {facts['kind']}, {facts['status']}, "
        f"{facts['year']:.0f}" + (f" to {facts['year_out']:.0f}" if facts["year_out"] else ""),
        ", ".join([*([f"{km:,.0f} km"] if km else []), *(
            [f"{facts['capacity_tbps']:g} Tbit/s"] if facts["capacity_tbps"] else []
        ), facts["owners"]]),
        f"Source: {facts['source_title']} {facts['source_url']} ({facts['source_year']:.0f}), "
        f"confidence {facts['confidence']}",
        *([f"Note: {facts['note']}"] if facts["note"] else []),
    ]  # fmt: skip
    _show(facts, as_json, [table], lines)


def _show(found: dict[str, Any], as_json: bool, tables: list[Table], lines: list[str]) -> None:
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    console = Console()
    for line in lines:
        console.print(line, highlight=False, markup=False)
    for table in tables:
        console.print(table)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
