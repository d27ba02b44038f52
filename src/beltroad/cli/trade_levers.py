"""``beltroad trade levers``: policy presets, what they assume, and what they do by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.output import print_json, records
from beltroad.cli.trade import print_result, result_files, trade_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["levers"]

LEVELS = ("low", "central", "high")


@trade_app.command()
def levers(
    names: Annotated[
        list[str] | None, typer.Argument(help="Presets to look at. Default: all.")
    ] = None,
    level: Annotated[str, typer.Option(help="low, central or high.")] = "central",
    solve: Annotated[
        bool, typer.Option("--solve", help="Solve them together on the bundled accounts.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="With --solve: folder for the results.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show policy presets with members, amounts and sources; with --solve what they do.

    A scenario names them in its tables called levers, beside projects (examples/levers.toml).
    """
    from beltroad.trade import levers as policies

    if level not in LEVELS:
        raise InputError(f"--level {level!r:.40} must be low, central or high")
    if out is not None and not solve:
        raise InputError("--out goes with --solve")
    chosen = list(dict.fromkeys(name.strip().lower() for name in names or policies.preset_names()))
    for name in chosen:
        policies.assumptions(name)  # refuses what is unknown
    if solve:
        if not names:
            raise InputError(f"--solve needs presets: {', '.join(policies.preset_names())}")
        _solve(chosen, level, out, as_json=as_json)
        return
    table = policies.describe()
    table = table[table["preset"].isin(chosen)]
    if as_json:
        print_json(records(table))
        return
    _print(table)


def _solve(names: list[str], level: str, out: Path | None, *, as_json: bool) -> None:
    from beltroad.files import check_writable, table_bytes, write_files
    from beltroad.trade import levers as policies
    from beltroad.trade.model import TradeModel

    if out is not None:
        check_writable(out)
    model = TradeModel.bundled()
    asked = [lever for name in names for lever in policies.preset(name, level=level)]
    done = policies.apply(asked, model.calibration)
    result = model.solve(iceberg_change=done.cost_change, tariff=done.tariff - 1.0)
    written: list[Path] = []
    if out is not None:
        files = result_files(result, repaired=False)
        files["levers.csv"] = table_bytes(done.account, Path("levers.csv"))
        write_files(files, out)
        written = [out / name for name in files]
    if as_json:
        found = {"about": result.about, "levers": records(done.account),
                 "countries": records(result.countries)}  # fmt: skip
        print_json(found)
        return
    console = Console()
    table = Table(box=None, pad_edge=False)
    table.add_column("lever")
    for heading in ("amount", "pairs", "trade, USD bn", "mean cut"):
        table.add_column(heading, justify="right")
    table.add_column("of", no_wrap=True)
    for row in done.account.to_dict("records"):
        table.add_row(
            escape(row["lever"]), f"{row['amount']:g}", f"{row['pairs']:,}",
            f"{row['trade_usd'] / 1e9:,.0f}", f"{row['mean_cut_pct']:.2f}", row["unit_cut"],
        )  # fmt: skip
    console.print(table)
    print_result(result, written)


def _print(table: pd.DataFrame) -> None:
    console = Console()
    for _, rows in table.groupby("preset", sort=False):
        first = rows.iloc[0]
        title = escape(first["title"])
        console.print(f"[b]{first['preset']}[/b]: {title}", highlight=False, soft_wrap=True)
        for row in rows.to_dict("records"):
            where = row["members"] if not row["partners"] else (
                f"{row['members']} and {'any' if row['partners'] == '*' else row['partners']}"
            )  # fmt: skip
            console.print(
                f"  {row['lever']}: {row['central']:g} ({row['low']:g} to {row['high']:g}) "
                f"{row['unit']}; {where}; {row['industries'] or 'goods'}; {row['source']}, "
                f"confidence {row['confidence']}",
                highlight=False, markup=False, soft_wrap=True,
            )  # fmt: skip
