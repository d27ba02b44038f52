"""``beltroad risk shocks``: closures, dearer oil and dearer money through network and trade."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import bars, scenario_and_state
from beltroad.cli.disrupt import told_early
from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.cli.risk import risk_app

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.appraisal.shocks import Shock, ShockResult

__all__ = ["shocks"]


@risk_app.command()
def shocks(
    file: Annotated[Path | None, typer.Argument(help="File of shocks (TOML), [[shock]].")] = None,
    close: Annotated[
        list[str] | None,
        typer.Option(help="Strait, border, country, port or line shut; repeatable."),
    ] = None,
    oil: Annotated[float, typer.Option(help="Rise of oil prices, percent.")] = 0.0,
    interest: Annotated[float, typer.Option(help="Rise of interest, percentage points.")] = 0.0,
    country: Annotated[list[str] | None, typer.Option(help="Show these economies, too.")] = None,
    portfolio: Annotated[
        Path | None, typer.Option(help="CSV of exposures: losses under each shock.")
    ] = None,
    level: Annotated[str, typer.Option(help="Pass-through: low, central or high.")] = "central",
    state: Annotated[str | None, typer.Option(help="Network: today, complete or a year.")] = None,
    scenario: Annotated[Path | None, typer.Option(help="Scenario file with projects.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for both tables as CSV.")] = None,
) -> None:
    """Run shocks through network, trade model and debt: a standard set, one, or a file of them."""
    from beltroad.evidence import economies
    from beltroad.files import check_writable, csv_bytes, write_files

    chosen, at = scenario_and_state(scenario, state)
    asked = [economies.iso3(c) for c in country or []]
    if out is not None:
        check_writable(out)

    from beltroad.appraisal.shocks import run_shocks
    from beltroad.risk.country import grades
    from beltroad.risk.portfolio import read_exposures

    todo = _chosen(file, close or [], oil, interest)
    if chosen.projects.inline == ():
        told_early([word for each in todo for word in each.close], [])
    exposures = None if portfolio is None else read_exposures(portfolio, grades())
    with bars() as progress:
        found = run_shocks(
            todo, chosen, exposures=exposures, state=at, level=level, progress=progress
        )
    if out is not None:
        tables = {"shocks.csv": found.summary, "shocks_countries.csv": found.countries}
        if found.losses is not None:
            tables["shocks_losses.csv"] = found.losses
        write_files({name: csv_bytes(t) for name, t in tables.items()}, out)
    if as_json:
        said = {"shocks": records(found.summary), "countries": records(found.countries)}
        if found.losses is not None:
            said["losses"] = records(found.losses)
        print_json(said)
        return
    _print(found, asked)
    if out is not None:
        typer.echo(f"{out} written", err=True)


def _chosen(file: Path | None, close: list[str], oil: float, interest: float) -> tuple[Shock, ...]:
    """The file's shocks, the one of the options, or the standard set."""
    from pydantic import ValidationError

    from beltroad.appraisal.shocks import Shock, standard_shocks
    from beltroad.appraisal.shocks.file import read_shocks
    from beltroad.errors import InputError

    one = bool(close) or oil != 0 or interest != 0
    if file is not None:
        if one:
            raise InputError("give a file of shocks or --close, --oil and --interest, not both")
        return read_shocks(file)
    if not one:
        return standard_shocks()
    words = [f"{', '.join(close)} shut"] if close else []
    words += [f"oil {oil:+g} %"] if oil else []
    words += [f"interest {interest:+g} points"] if interest else []
    try:
        return (
            Shock(name="; ".join(words), close=tuple(close), oil_pct=oil, interest_points=interest),
        )
    except ValidationError as error:
        first = error.errors()[0]
        option = {"oil_pct": "--oil", "interest_points": "--interest"}.get(
            str(first["loc"][0]), "--close"
        )
        raise InputError(f"{option} {first['input']!r:.60}: {first['msg']}") from None


def _print(found: ShockResult, asked: list[str]) -> None:
    console = Console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("shock", overflow="fold")
    for title in ("world real\nincome %", "bn USD", "trade cut\noff bn", "economies\nlosing",
                  "debt\nworse", "grade\nworse"):  # fmt: skip
        table.add_column(title, justify="right")
    table.add_column("hardest hit (income and oil bill)", overflow="fold")
    for row in found.summary.to_dict("records"):
        worse, cut = row["debt_worse"], row["trade_cut_off_usd"]
        table.add_row(
            escape(row["shock"]), f"{row['real_income_change_pct']:+.4f}",
            f"{row['real_income_change_usd'] / 1e9:+,.1f}", f"{cut / 1e9:,.1f}",
            f"{row['economies_losing']:.0f}", "-" if worse != worse else f"{worse:.0f}",
            f"{row['grades_worse']:.0f}",
            escape(row["worst"]),
        )  # fmt: skip
    console.print(table)
    rows = found.countries[found.countries["iso3"].isin(asked)]
    for row in rows.to_dict("records"):
        parts = [f"real income {row['real_income_change_pct']:+.3f} %"]
        if row["oil_usd"]:
            parts.append(f"oil bill {row['oil_usd'] / 1e9:+,.2f} bn USD")
        if row.get("service_to_revenue_with_pct", float("nan")) == row.get(
            "service_to_revenue_with_pct"
        ):
            parts.append(
                "external debt service over revenue "
                f"{row['service_to_revenue_without_pct']:.1f} -> "
                f"{row['service_to_revenue_with_pct']:.1f} %"
            )
        if row["probability_with_pct"] == row["probability_with_pct"]:
            parts.append(
                f"distress within two years {row['probability_without_pct']:.1f} -> "
                f"{row['probability_with_pct']:.1f} %"
            )
        say(console, f"{row['iso3']}  {row['shock']}: {'; '.join(parts)}")
    if found.losses is not None:
        _print_losses(console, found.losses)
    say(
        console,
        "Each shock as if it lasted a year and trade had adjusted. Oil bill: net exports of crude, "
        "gas and refined oil times the rise, to first order, beside the trade model. Debt worse: "
        "economies with 0.5 points of GDP more public debt after five years, of 86. What it leaves "
        "out: docs/methods/shocks.md",
    )


def _print_losses(console: Console, losses: pd.DataFrame) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("portfolio under", overflow="fold")
    for title in (
        "expected loss\nmn USD a year",
        "99 % value\nat risk",
        "99 % expected\nshortfall",
    ):
        table.add_column(title, justify="right")
    for row in losses.to_dict("records"):
        figures = [f"{row[c] / 1e6:,.1f}" for c in ("expected_loss_usd", "var_usd", "es_usd")]
        table.add_row(escape(row["shock"]), *figures)
    console.print(table)
