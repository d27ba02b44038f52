"""``beltroad risk warning``: signals that hold, and how well such signals did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.cli.risk import risk_app
from beltroad.cli.risk_country import Economies, NewFigures, TableFile, read_new_figures
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["warning"]


@risk_app.command()
def warning(
    economies: Economies = None,
    on: Annotated[str, typer.Option(help="Year or date; later figures are left out.")] = "",
    file: NewFigures = None,
    severity: Annotated[str, typer.Option(help="Least: low, medium, high, critical.")] = "low",
    alerts: Annotated[bool, typer.Option("--alerts", help="Only what calls a person.")] = False,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 40,
    check: Annotated[
        bool, typer.Option("--check", help="Hit and false-alarm rates out of sample, no signals.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: TableFile = None,
) -> None:
    """List early-warning signals: indicators beyond thresholds that were chosen on history."""
    from beltroad.evidence.economies import iso3
    from beltroad.files import check_table_file, no_formula, table_bytes, write_atomically
    from beltroad.risk.country.indicators import figures
    from beltroad.risk.warning.signals import SEVERITIES, alerting, warnings

    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    if severity not in SEVERITIES:
        raise InputError(f"--severity {severity!r}: give {', '.join(SEVERITIES)}. "
                         f"{suggest(severity, SEVERITIES)}".rstrip())  # fmt: skip
    if out is not None:
        check_table_file(out)
    if check:
        if economies or on or file is not None or out is not None or alerts or severity != "low":
            raise InputError("--check takes no economies, --on, --file, --severity, --alerts or "
                             "--out")  # fmt: skip
        _check(as_json=as_json)
        return
    codes = {iso3(each) for each in economies or ()}
    data = None if file is None else read_new_figures(file)
    unknown = codes - set(figures(data).index.get_level_values("iso3"))
    if unknown:
        raise InputError(f"{', '.join(sorted(unknown))}: no figures to look at")
    table = warnings(on, data)
    if alerts:
        table = alerting(table, on)
    table = table[table["severity"].map(SEVERITIES.index) >= SEVERITIES.index(severity)]
    if codes:
        table = table[table["iso3"].isin(codes)]
    table = table.reset_index(drop=True)
    if out is not None:
        safe = table.assign(source=table["source"].map(no_formula))
        write_atomically(out, table_bytes(safe, out))
    if as_json:
        print_json(records(table))
        return
    _list(Console(), table, limit)


def _list(console: Console, table: pd.DataFrame, limit: int) -> None:
    from beltroad.risk.warning.signals import SEVERITIES

    if table.empty:
        console.print("no signal holds")
        return
    rank = table["severity"].map(SEVERITIES.index)
    ordered = table.assign(rank=rank).sort_values(["rank", "iso3"], ascending=[False, True],
                                                  kind="stable")  # fmt: skip
    shown = Table("severity", "iso3", "signal", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("value", "threshold", "year", "since", "hits", "false"):
        shown.add_column(column, justify="right", no_wrap=True)
    for row in ordered.head(limit).to_dict("records"):
        sign = ">=" if row["direction"] == "above" else "<="
        shown.add_row(row["severity"], row["iso3"], escape(f"{row['label']}, {row['unit']}"),
                      f"{row['value']:,.4g}", f"{sign} {row['threshold']:,.4g}", str(row["year"]),
                      str(row["since_year"]), f"{row['hit_rate']:.0%}",
                      f"{row['false_alarm_rate']:.0%}")  # fmt: skip
    console.print(shown)
    more = f" {len(table) - limit} more: --limit {len(table)}." if len(table) > limit else ""
    say(console, "hits: crises of the next two years that such a signal preceded; false: quiet "
        f"years in which it was lit; both out of sample.{more} How well signals do: "
        "beltroad risk warning --check", 0)  # fmt: skip


def _check(*, as_json: bool) -> None:
    from beltroad.risk.country import validation
    from beltroad.risk.warning import evaluation

    tables = {"in sample": evaluation.evaluate(evaluation.in_sample())}
    for design in validation.DESIGNS:
        tables[design] = evaluation.evaluate(evaluation.signal_table(design))
    at = {rate: evaluation.missed_at(validation.out_of_sample("time"), rate)
          for rate in evaluation.BENCHMARK_FALSE_ALARMS}  # fmt: skip
    if as_json:
        print_json({
            **{k: records(t.rename_axis("indicator").reset_index()) for k, t in tables.items()},
            "missed_at_false_alarm_rate": {f"{k:.2f}": v for k, v in at.items()},
        })  # fmt: skip
        return
    console = Console()
    shown = Table("signal", "left out", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("A", "B", "C", "D", "missed", "false", "noise", "loss", "called"):
        shown.add_column(column, justify="right", no_wrap=True)
    joint = (evaluation.PROBABILITY, evaluation.COMBINED)
    single = [n for n in tables["time"].index if n not in joint]
    for name in (*joint, *single):
        for part in list(tables) if name in joint else ["in sample", "time"]:
            row = tables[part].loc[name]
            counts = [str(int(row[c])) for c in ("hits", "false_alarms", "misses", "quiet")]
            shares = [f"{row[c]:.2f}" for c in ("missed_rate", "false_alarm_rate",
                                               "noise_to_signal", "loss", "called")]  # fmt: skip
            first = name if part == "in sample" else ""
            shown.add_row(first, part, *counts, *shares)
    console.print(shown)
    say(console, "A hits, B false alarms, C misses, D quiet, in country-years; called: crises with "
        "a signal in at least one of the two years before; loss: two thirds on missed, one third "
        "on false. Single thresholds: least noise; model and combined: least loss.", 0)  # fmt: skip
    said = "; ".join(f"at {k:.2f} false alarms the model misses {v:.2f}" for k, v in at.items())
    low, high = evaluation.BENCHMARK_MISSED
    rates = " and ".join(f"{k:.2f}" for k in at)
    say(console, f"Benchmark ({evaluation.BENCHMARK_TITLE}): missed {low:.2f} in sample and "
        f"{high:.2f} with revised data, false alarms {rates}. Out of sample in time, {said}.",
        0)  # fmt: skip
