"""``beltroad links``: what an hour saved on each link of the network is worth, and to whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beltroad.cli.console import app, bars, scenario_and_state
from beltroad.cli.output import check_files, rounded_records
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from beltroad.appraisal.marginal_tables import Ranking

__all__ = ["links"]

# Column in the data, heading, how to write it: "" text, "m" millions, else decimals. The first are
# shown in a terminal of any width.
PLACES = [
    ("rank", "", "0"), ("name", "place", ""), ("hours", "hours now", "1"),
    ("value_country_usd", "m USD/a an hour", "m"), ("value_usd", "world m USD/a", "m"),
    ("passing_country_pct", "% of its trade time", "2"), ("passing_pct", "% of trade", "2"),
    ("gainers", "who gains, %", ""),
]  # fmt: skip
MORE = [
    ("losers", "loses, %", ""), ("kind", "kind", ""), ("hosts", "in", ""),
    ("time_share_pct", "% of time cost", "2"), ("host_share_pct", "% to hosts", "0"),
]  # fmt: skip
WIDE = 140
NAME = 26
HOSTS = [
    ("host", "time spent in", ""), ("usd_per_pct", "m USD/a per 1 % of hours", "m"),
    ("share_pct", "% of all", "1"), ("own_share_pct", "% its own gain", "1"),
]  # fmt: skip
MAX_TOP = 20_000
DEGREES = 4


@app.command()
def links(
    scenario: Annotated[
        Path | None, typer.Argument(help="Scenario file (TOML) with projects and reforms.")
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(help="Network: today, complete or a year. Default: today, or the scenario's."),
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Rank by what one country gains (ISO 3166 alpha-3).")
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            help="all, border, port, strait, gauge, rail, road, sea, water, ferry, terminal or "
            "project."
        ),
    ] = "all",
    top: Annotated[int, typer.Option(help="Rows.")] = 30,
    threads: Annotated[int, typer.Option(help="Cores used.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the rows to a CSV file.")] = None,
    geojson: Annotated[Path | None, typer.Option(help="Write the rows as GeoJSON.")] = None,
) -> None:
    """Rank borders, ports, straits and lines by what an hour saved there is worth, and to whom."""
    from beltroad.appraisal import marginal_tables as tables

    kind = kind.strip().lower()
    if kind not in tables.CHOICES:
        raise InputError(f"--kind {kind[:30]!r}: choose from {', '.join(tables.CHOICES)}")
    for name, given, high in (("--top", top, MAX_TOP), ("--threads", threads, 256)):
        if not 1 <= given <= high:
            raise InputError(f"{name} {given}: give 1 to {high}")
    code = None if country is None else _country(country)
    check_files([path for path in (csv, geojson) if path is not None])
    chosen, at = scenario_and_state(scenario, state)

    from beltroad.appraisal.marginal import link_values_of

    with bars() as progress:
        values = link_values_of(chosen, state=at, threads=threads, progress=progress)
        with progress.step("tables"):
            found = tables.rank_places(values, kind=kind, country=code, top=top)
            hurt = tables.rank_places(values, kind=kind, country=code, top=top, worst=True)
            hosts = tables.host_table(values, code)
            record = tables.summary(values, code) | {"kind": kind}
    files = {}
    if csv is not None:
        text = found.table.to_csv(index=False, lineterminator="\n", float_format="%.8g")
        files[csv] = text.encode()
    if geojson is not None:
        files[geojson] = _geojson(found).encode()
    if files:
        from beltroad.files import write_files

        for path, content in files.items():
            write_files({path.name: content}, path.parent)
    if as_json:
        parts = {"places": found.table, "losses": hurt.table, "hosts": hosts}
        whole = record | {name: rounded_records(rows) for name, rows in parts.items()}
        typer.echo(json.dumps(whole, indent=1, ensure_ascii=False))
        return
    _print(record, found.table, hurt.table, hosts)
    for path in files:
        typer.echo(f"{path} written", err=True)


def _country(text: str) -> str:
    """An economy of the trade model, told before long work."""
    from beltroad import trade
    from beltroad.errors import suggest

    code, known = text.strip().upper(), trade.calibrate("uniform").economies
    if code not in known:
        raise InputError(
            f"--country {text[:30]!r} is not in the trade model. {suggest(code, known)}"
        )
    return code


def _geojson(found: Ranking) -> str:
    """Features in order of rank: points, and lines in one or more parts (RFC 7946)."""
    features = []
    rows = json.loads(found.table.to_json(orient="records"))
    by_rank = dict(tuple(found.lines.groupby("rank"))) if len(found.lines) else {}
    for row in rows:
        if row["rank"] not in by_rank:
            continue
        parts = [
            [[round(x, DEGREES), round(y, DEGREES)]
             for x, y in zip(part["lon"], part["lat"], strict=True)]
            for _, part in by_rank[row["rank"]].groupby("part")
        ]  # fmt: skip
        point = all(len(part) == 1 for part in parts)
        shape: dict[str, Any] = (
            {"type": "Point", "coordinates": parts[0][0]} if point
            else {"type": "MultiLineString", "coordinates": parts}
        )  # fmt: skip
        features.append({"type": "Feature", "properties": row, "geometry": shape})
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False
    )


def _print(
    record: dict[str, Any], places: pd.DataFrame, losses: pd.DataFrame, hosts: pd.DataFrame
) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    who = "the world" if record["country"] == "world" else record["country"]
    console.print(
        f"\nNetwork: {record['state']}. An hour off every shipment between economies is worth "
        f"{record['usd_per_hour_off_every_shipment'] / 1e6:,.1f} m USD a year to {who}, 1 % off "
        f"all hours {record['usd_per_pct_off_all_hours'] / 1e6:,.1f} m.", markup=False
    )  # fmt: skip
    wide = console.width >= WIDE
    columns = [*PLACES, *MORE] if wide else PLACES
    if not wide and record["country"] != "world":
        columns = [c for c in columns if c[0] not in ("value_usd", "passing_pct")]
    for title, rows in (
        (f"What an hour saved is worth to {who}", places),
        (f"Where an hour saved costs {who}", losses),
    ):
        if len(rows):
            console.print(_table(title, rows, columns, None if wide else NAME))
    console.print(_table("Where the time is spent", hosts.head(10), HOSTS))
    console.print("Not covered: " + "; ".join(record["not_covered"]) + ".", markup=False)


def _table(
    title: str, rows: pd.DataFrame, columns: list[tuple[str, str, str]], widest: int | None = None
) -> Table:
    from rich.markup import escape
    from rich.table import Table

    out = Table(title=title, box=None, title_justify="left", pad_edge=False)
    shown = [c for c in columns if c[0] in rows and not (c[0] == "losers" and not rows[c[0]].any())]
    for key, heading, form in shown:
        out.add_column(
            heading, justify="right" if form else "left", no_wrap=form == "" or key == "rank",
            max_width=widest if key == "name" else None,
        )  # fmt: skip
    for row in rows.to_dict("records"):
        cells = {key: _cell(row[key], form) for key, _, form in shown}
        cells |= {
            key: cells[key].replace(" %", "") for key in ("gainers", "losers") if key in cells
        }
        out.add_row(*(escape(cell) for cell in cells.values()))
    return out


def _cell(value: Any, form: str) -> str:
    if form == "":
        return str(value)
    if value is None or value != value:
        return "-"
    if form == "m":
        return f"{float(value) / 1e6:,.2f}"
    return f"{float(value):,.{int(form)}f}"
