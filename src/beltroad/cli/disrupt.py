"""``beltroad disrupt``: what closures and slowdowns cost, and which gates matter most."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beltroad.cli.console import app, bars, scenario_and_state
from beltroad.cli.output import rounded_records
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table


__all__ = ["disrupt", "told_early"]

# Columns of each printed table: name in the data, heading, how to write it.
COLUMNS: dict[str, list[tuple[str, str, str]]] = {
    "relations": [
        ("exporter", "from", ""), ("importer", "to", ""), ("trade_usd", "trade bn USD", "bn"),
        ("cut_off_usd", "cut off bn", "bn"), ("loss_usd", "loss bn USD/a", "bn"),
        ("loss_pct_of_trade", "% of trade", "1"), ("days_before", "days before", "1"),
        ("days_after", "after", "1"), ("land_share_before", "land before", "%"),
        ("land_share_after", "after", "%"),
    ],
    "countries": [
        ("iso3", "", ""), ("name", "country", ""), ("trade_usd", "trade bn USD", "bn"),
        ("hit_share", "share hit", "%"), ("cut_off_usd", "cut off bn", "bn"),
        ("loss_usd", "loss bn USD/a", "bn"), ("loss_pct_of_trade", "% of trade", "1"),
        ("partner_gdp_cut_off_share", "partners' GDP cut off", "%"),
    ],
    "detours": [
        ("origin", "from", ""), ("destination", "to", ""), ("way_before", "before", ""),
        ("way_after", "now", ""),
    ],
    "gates": [
        ("kind", "", ""), ("name", "gate", ""), ("trade_usd_per_year", "trade bn USD", "bn"),
        ("share_of_trade", "share of trade", "%"), ("teu_per_year", "m TEU a year", "m"),
        ("teu_per_year_after", "after", "m"), ("largest_relations", "most used by", ""),
    ],
    "queues": [
        ("kind", "", ""), ("name", "gate", ""), ("base_teu", "m TEU before", "m"),
        ("teu", "after", "m"), ("base_utilisation", "full before", "%"),
        ("utilisation_wanted", "wanted", "%"), ("time_factor", "time times", "2"),
    ],
    "ranking": [
        ("rank", "", "0"), ("kind", "", ""), ("name", "gate", ""),
        ("share_of_trade", "share of trade", "%"), ("loss_usd", "loss bn USD/a", "bn"),
        ("cut_off_usd", "cut off bn", "bn"), ("hit_share", "share hit", "%"),
        ("hours_lost_mean", "hours lost", "2"), ("worst_relations", "hardest hit", ""),
    ],
    "curves": [
        ("strategy", "order", ""), ("repetition", "run", "0"), ("closed", "closed", "0"),
        ("gate", "last gate", ""), ("reachable_share", "reachable", "%"),
        ("efficiency", "efficiency", "%"), ("loss_usd", "loss bn USD/a", "bn"),
        ("mean_days", "mean days", "1"),
    ],
}  # fmt: skip
TITLES = {
    "relations": "Relations that lose most", "countries": "Countries that lose most",
    "detours": "Ways before and now",
    "gates": "Gates by trade that passes, or by its change",
    "queues": "Queues where capacity is known", "ranking": "Gates by what their closure costs",
    "curves": "Failure curves",
}  # fmt: skip
MAX_STEPS, MAX_RUNS = 60, 100


@app.command(context_settings={"ignore_unknown_options": True})
def disrupt(
    close: Annotated[
        list[str] | None,
        typer.Option(help="Strait, border, country, port or project line shut; repeatable."),
    ] = None,
    slow: Annotated[
        list[str] | None,
        typer.Option(help="PLACE:FACTOR, time there multiplied, 'suez:1.5'; repeatable."),
    ] = None,
    avoid: Annotated[
        list[str] | None,
        typer.Option(help="What all shippers keep away from: the same as --close; repeatable."),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(help="Network: today, complete or a year. Default: today, or the scenario's."),
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario file (TOML) with projects and reforms.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="What shippers minimise: cost (money and time) or hours.")
    ] = "cost",
    value_of_time: Annotated[
        float | None, typer.Option(help="USD per TEU-day that time is worth.")
    ] = None,
    congestion: Annotated[
        bool, typer.Option("--congestion", help="Let queues grow where capacity is known.")
    ] = False,
    rank: Annotated[
        bool, typer.Option("--rank", help="Shut each of the busiest gates alone, and rank them.")
    ] = False,
    curves: Annotated[
        bool, typer.Option("--curves", help="Shut gates one after another: failure curves.")
    ] = False,
    steps: Annotated[int, typer.Option(help="Gates shut in each failure curve.")] = 10,
    runs: Annotated[int, typer.Option(help="Random failure curves.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the random curves.")] = 0,
    top: Annotated[int, typer.Option(help="Rows of each table printed.")] = 10,
    threads: Annotated[int | None, typer.Option(help="Cores used.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for all tables as CSV and summary.json.")
    ] = None,
) -> None:
    """Close or slow straits, borders, countries, ports or lines: who loses how much."""
    _check(by, value_of_time, steps, runs, seed, top, threads)
    chosen, at = scenario_and_state(scenario, state)
    if out is not None:
        from beltroad.files import check_writable

        check_writable(out)

    from beltroad.appraisal import disruption_tables as tables
    from beltroad.appraisal.disruption import Study
    from beltroad.infrastructure.disruption.shocks import parse_slowdown
    from beltroad.infrastructure.routes.closures import parse_closures

    words = [*(close or []), *(avoid or [])]
    if chosen.projects.inline == ():
        told_early(words, slow or [])
    with bars() as progress:
        study = Study.of(
            chosen, state=at, by=by, usd_per_day=value_of_time,
            threads=threads or min(os.cpu_count() or 1, 4), progress=progress,
        )  # fmt: skip
        network = study.network
        closures = parse_closures(words, network)
        slowdowns = [parse_slowdown(text, network) for text in slow or []]
        found: dict[str, pd.DataFrame] = {}
        record: dict[str, Any] = {}
        if closures or slowdowns or congestion:
            now = study.disrupt(closures, slowdowns, congestion=congestion, progress=progress)
            with progress.step("tables"):
                record = tables.summary(study, now)
                found["relations"] = tables.pair_table(study, now)
                found["countries"] = tables.country_table(study, now)
                found["detours"] = tables.relation_table(study, now, found["relations"], top)
                found["gates"] = tables.gate_table(study, now)
            if now.queues is not None:
                found["queues"] = now.queues
        else:
            record = tables.base_summary(study)
            with progress.step("flows through gates"):
                found["gates"] = tables.gate_table(study)
        if rank:
            found["ranking"] = tables.rank_table(study, study.rank(progress=progress))
        if curves:
            points = study.curves(steps=steps, repetitions=runs, seed=seed, progress=progress)
            found["curves"] = tables.curve_table(points)
    if out is not None:
        _write(out, record, found)
    if as_json:
        typer.echo(json.dumps(record | {k: rounded_records(t) for k, t in found.items()}, indent=1))
        return
    _print(record, found, top)
    if out is not None:
        typer.echo(f"{out} written", err=True)


def _check(
    by: str, value: float | None, steps: int, runs: int, seed: int, top: int, threads: int | None
) -> None:
    if by not in ("cost", "hours"):
        raise InputError(f"--by {by[:30]!r}: choose cost or hours")
    if value is not None and not 0 < value <= 1e6:
        raise InputError(f"--value-of-time {value:g}: give more than 0, to 1,000,000 USD a TEU-day")
    bounds = {
        "--steps": (steps, 1, MAX_STEPS), "--runs": (runs, 0, MAX_RUNS),
        "--seed": (seed, 0, 2**32 - 1), "--top": (top, 1, 10_000),
        "--threads": (1 if threads is None else threads, 1, 256),
    }  # fmt: skip
    for name, (given, low, high) in bounds.items():
        if not low <= given <= high:
            raise InputError(f"{name} {given}: give {low} to {high}")


def told_early(words: list[str], slow: list[str]) -> None:
    """Refuse what means nothing before long work; new ports of projects are known after it."""
    from beltroad.infrastructure.disruption.shocks import parse_slowdown
    from beltroad.infrastructure.routes.closures import parse_closures, parsed_early

    for text in words:
        parsed_early(text, lambda word, network: parse_closures([word], network))
    for text in slow:
        parsed_early(text, parse_slowdown)


def _write(folder: Path, record: dict[str, Any], found: dict[str, pd.DataFrame]) -> None:
    from beltroad.files import write_files

    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    files = {"summary.json": text.encode()}
    for name, table in found.items():
        csv = table.to_csv(index=False, lineterminator="\n", float_format="%.8g")
        files[f"{name}.csv"] = csv.encode()
    write_files(files, folder)


def _print(record: dict[str, Any], found: dict[str, pd.DataFrame], top: int) -> None:
    from rich.console import Console

    console = Console(highlight=False)

    def say(text: str) -> None:
        console.print(text, markup=False)

    say(f"\nNetwork: {record['state']}. Goods trade counted: {record['trade_usd'] / 1e12:.1f} "
        f"trillion USD a year, {record['teu'] / 1e6:.0f} million TEU.")  # fmt: skip
    if "loss_usd" in record:
        say(f"{record['what'][:1].upper()}{record['what'][1:]}:")
        say(f"  loss {_usd(record['loss_usd'])} USD a year "
            f"({100 * record['loss_usd'] / record['trade_usd']:.2f} % of trade), "
            f"{100 * record['hit_share']:.1f} % of trade hit, "
            f"{_usd(record['cut_off_usd'])} USD cut off")  # fmt: skip
        if record["mean_days_after"] is not None:
            say(f"  mean days {record['mean_days_before']:.1f} before, "
                f"{record['mean_days_after']:.1f} now; "
                f"{record['tco2e'] / 1e6:+,.2f} million t CO2e a year")  # fmt: skip
    if record.get("congestion_gaps"):
        gaps = ", ".join(f"{g:.4f}" for g in record["congestion_gaps"])
        say(f"  queues: change of flows by round {gaps}")
    for name, table in found.items():
        rows = table if name == "curves" else table.head(top)
        console.print(_table(name, rows))
        if len(rows) < len(table):
            say(f"{len(table) - len(rows)} more rows with --top or --out")
    say("Not covered: " + "; ".join(record["not_covered"]) + ".")


def _usd(value: float) -> str:
    return f"{value / 1e9:,.1f} bn" if abs(value) >= 1e9 else f"{value / 1e6:,.1f} m"


def _table(name: str, rows: pd.DataFrame) -> Table:
    from rich.markup import escape
    from rich.table import Table

    out = Table(title=TITLES[name], box=None, title_justify="left", pad_edge=False)
    columns = [c for c in COLUMNS[name] if c[0] in rows]
    for _, heading, form in columns:
        out.add_column(heading, justify="right" if form else "left")
    for row in rows.to_dict("records"):
        out.add_row(*(escape(_cell(row[key], form)) for key, _, form in columns))
    return out


def _cell(value: Any, form: str) -> str:
    if form == "":
        return str(value)
    if value is None or value != value:
        return "-"
    number = float(value)
    if form in ("bn", "m"):
        scaled = number / (1e9 if form == "bn" else 1e6)
        return f"{scaled:,.2f}"
    if form == "%":
        return f"{100 * number:.1f} %"
    return f"{number:,.{int(form)}f}"
