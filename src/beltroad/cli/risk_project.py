"""``beltroad risk project``: what projects may cost, how late and how little used they may be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.cli.risk import risk_app
from beltroad.cli.risk_texts import check_apart
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["project"]


@risk_app.command()
def project(
    mode: Annotated[str | None, typer.Option(help="Reference class, such as rail.")] = None,
    cost: Annotated[float | None, typer.Option(help="Estimate, USD.")] = None,
    years: Annotated[float | None, typer.Option(help="Planned years of building.")] = None,
    bcr: Annotated[float | None, typer.Option(help="Planned benefits over costs.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="CSV: id, mode, cost_usd, years, benefit_cost_ratio ...")
    ] = None,
    quantile: Annotated[
        list[float] | None, typer.Option(help="Per cent; repeat. 50, 80, 90 if none.")
    ] = None,
    discount: Annotated[float, typer.Option(help="Discount rate, per cent a year.")] = 6.0,
    between: Annotated[
        float | None, typer.Option(help="Rank correlation between projects, 0 to below 1.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 0,
    check: Annotated[
        bool, typer.Option("--check", help="Published uplifts beside ours, no project.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the tables as CSV here.")] = None,
) -> None:
    """Range cost, time and benefits of a project, or of a table of projects, by reference class."""
    import pandas as pd

    from beltroad.files import check_writable, csv_bytes, no_formula, write_files
    from beltroad.risk.project import forecast, portfolio, read_projects, uplift_check

    if out is not None:
        check_writable(out)
        check_apart([file], [out / "projects.csv", out / "portfolio.csv"])
    if check:
        if file is not None or mode is not None or out is not None:
            raise InputError("--check takes no project: leave out --file, --mode and --out")
        _print_check(uplift_check(), as_json=as_json)
        return
    if (file is None) == (mode is None or cost is None):
        raise InputError("give either --file projects.csv, or --mode and --cost (USD)")
    if file is not None:
        if mode is not None or cost is not None or years is not None or bcr is not None:
            raise InputError("--file holds the projects: leave out --mode, --cost, --years, --bcr")
        projects = read_projects(file)
    else:
        for name, given in (("--cost", cost), ("--years", years), ("--bcr", bcr)):
            if given is not None and not 0 < given < float("inf"):
                raise InputError(f"{name} {given:g}: give a number above 0")
        projects = pd.DataFrame([{"id": str(mode), "mode": mode, "cost_usd": cost,
                                  "years": years, "benefit_cost_ratio": bcr}])  # fmt: skip
    levels = [q / 100 for q in quantile or (50.0, 80.0, 90.0)]
    table = forecast(projects, quantiles=levels, seed=seed, draws=draws,
                     discount_rate_pct=discount, between=between)  # fmt: skip
    tables = {"projects": table}
    if len(table) > 1:
        tables["portfolio"] = portfolio(projects, quantiles=levels, seed=seed, draws=draws,
                                        between=between)  # fmt: skip
    if out is not None:
        texts = {"id", "note"}
        write_files({
            f"{name}.csv": csv_bytes(each.assign(
                **{c: each[c].map(no_formula) for c in texts & set(each.columns)}
            ))
            for name, each in tables.items()
        }, out)  # fmt: skip
    if as_json:
        print_json({name: records(each) for name, each in tables.items()})
        return
    console = Console()
    names = [c.removeprefix("cost_ratio_") for c in table.columns if c.startswith("cost_ratio_")]
    for row in table.to_dict("records"):
        _print_project(console, row, names)
    if "portfolio" in tables:
        _print_sum(console, tables["portfolio"])
    say(console, "Pxx: cost and delay are not above it, benefits not below it with probability xx "
        "per cent. Many figures of classes are of low confidence: beltroad evidence show overrun, "
        "project_risk.")  # fmt: skip
    if out is not None:
        console.print(f"written to {out}", markup=False, highlight=False)


def _cell(value: float, form: str) -> str:
    return "-" if value != value else format(value, form)


def _print_project(console: Console, row: dict[Any, Any], names: list[str]) -> None:
    say(console, f"{row['id']}: {row['mode']}, {row['cost_usd'] / 1e6:,.1f} million USD"
        + ("" if row["years"] != row["years"] else f", {row['years']:g} years"))  # fmt: skip
    shown = Table("", box=None, pad_edge=False)
    for name in names:
        shown.add_column(name.upper() if name != "mean" else name, justify="right")
    lines = {
        "cost, million USD": [_cell(row[f"cost_{n}_usd"] / 1e6, ",.1f") for n in names],
        "cost over estimate": [_cell(row[f"cost_ratio_{n}"], ".2f") for n in names],
        "time over plan": [_cell(row[f"delay_ratio_{n}"], ".2f") for n in names],
        "delay, years": [_cell(row[f"delay_{n}_years"], ".1f") for n in names],
        "benefit over forecast": [_cell(row[f"benefit_ratio_{n}"], ".2f") for n in names],
        "change of benefits/costs": [_cell(row[f"bcr_ratio_{n}"], ".2f") for n in names],
        "benefits/costs": [_cell(row[f"bcr_{n}"], ".2f") for n in names],
    }
    for label, cells in lines.items():
        if any(cell != "-" for cell in cells):
            shown.add_row(label, *cells)
    console.print(shown)
    if row["bcr_below_1_pct"] == row["bcr_below_1_pct"]:
        say(console, f"Benefits fall short of costs in {row['bcr_below_1_pct']:.0f} of 100 draws.")
    if row["note"]:
        say(console, f"{row['note']}.")


def _print_sum(console: Console, table: pd.DataFrame) -> None:
    shown = Table("all projects, million USD", box=None, pad_edge=False)
    for column in ("cost", "over estimate", "sum of quantiles", "independent"):
        shown.add_column(column, justify="right")
    for row in table.to_dict("records"):
        shown.add_row(
            escape(row["quantile"].upper() if row["quantile"] != "mean" else "mean"),
            *(f"{row[c] / 1e6:,.1f}" if c != "ratio" else f"{row[c]:.2f}"
              for c in ("cost_usd", "ratio", "sum_of_quantiles_usd", "independent_usd")),
        )  # fmt: skip
    console.print(shown)


def _print_check(table: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        print_json(records(table))
        return
    shown = Table("class", box=None, pad_edge=False)
    for column in ("probability", "published", "ours", "gap, points"):
        shown.add_column(column, justify="right")
    for row in table.to_dict("records"):
        shown.add_row(row["class"], f"{row['probability_pct']:.0f} %",
                      f"{row['published_pct']:.0f} %", f"{row['ours_pct']:.1f} %",
                      f"{row['gap_points']:+.1f}")  # fmt: skip
    console = Console()
    console.print(shown)
    say(console, "Published: Flyvbjerg with COWI (2004) for the British Department for Transport.")
