"""``beltroad trade``: the trade model on the bundled accounts or on the user's own data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import app
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.trade.model import TradeModel
    from beltroad.trade.results import TradeResult

__all__ = ["check", "print_result", "result_files", "solve", "trade_app"]

SHOWN = 12
MANY = 100.0

trade_app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False,
    help="The trade model by itself: any data set, any change of tariffs and trade costs.",
)  # fmt: skip
app.add_typer(trade_app, name="trade")

Data = Annotated[
    Path | None,
    typer.Option(help="Folder with flows, io, value_added, elasticities (CSV or Parquet) and "
                 "optionally tariffs, consumption, deficits. Default: the bundled accounts."),
]  # fmt: skip
Repair = Annotated[
    bool, typer.Option("--repair", help="Put small imbalances of the accounts right; shows how.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@trade_app.command()
def solve(
    shock: Annotated[
        Path,
        typer.Option(
            help="CSV or Parquet: importer, exporter, sector (* for all) with tariff "
            "(new rate, 0.05 is 5 %) and/or iceberg_change (ratio, 1 is none)."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    data: Data = None,
    deficits: Annotated[
        str,
        typer.Option(
            help="keep (in money), share (of own value added) or zero (removed "
            "first; results are relative to the economy without)."
        ),
    ] = "keep",
    repair: Repair = False,
    tolerance: Annotated[
        float, typer.Option(help="Largest relative excess demand for labour.")
    ] = 1e-10,
    theta: Annotated[
        float | None, typer.Option(help="One trade elasticity for all sectors, at least 1.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Solve a counterfactual and write countries.csv, trade.parquet and solve.json."""
    from beltroad.files import check_writable, write_files
    from beltroad.trade.tables import read_table

    check_writable(out)
    if not shock.is_file():
        raise InputError(f"{shock}: there is no such file; give --shock a CSV or Parquet file")
    rules = read_table(shock)
    model = _model(data, repair)
    result = model.solve(shock=rules, deficits=deficits, theta=theta, tolerance=tolerance)
    files = result_files(result, repaired=repair)
    write_files(files, out)
    if not repair:  # that of an earlier run must not be taken for this one's
        (out / "repairs.csv").unlink(missing_ok=True)
    if as_json:
        typer.echo(json.dumps(result.about, ensure_ascii=False, indent=1))
        return
    print_result(result, [out / name for name in files])


@trade_app.command()
def check(data: Data = None, repair: Repair = False, as_json: AsJson = False) -> None:
    """Say whether a data set adds up, and what does not; solves no counterfactual.

    Ends with exit code 2 if something is in the way.
    """
    from beltroad.trade.tables import AccountsError

    found: dict[str, Any]
    try:
        model = _model(data, repair)
    except AccountsError as error:
        if not as_json:
            raise
        found = {"source": str(data), "closes": False, "findings": _rows(error.findings)}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        raise typer.Exit(2) from None
    c = model.calibration
    found = {
        "source": model.source, "closes": True,
        "countries": len(c.economies), "sectors": len(c.industries),
        "value_added": float(c.value_added.sum()), "output": float(c.sales.sum()),
        "largest_deficit_pct": float(100 * abs(c.deficit / c.value_added).max()),
        "highest_tariff_pct": float(100 * (c.tariff.max() - 1)),
        "digest": model.digest, "findings": _rows(model.findings), "repairs": _rows(model.repairs),
    }  # fmt: skip
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    console = Console()
    lines = [
        f"{model.source}: the accounts close",
        f"  {found['countries']} countries, {found['sectors']} sectors",
        f"  value added {found['value_added']:.6g}, output {found['output']:.6g}",
        f"  largest deficit {found['largest_deficit_pct']:.3g} % of value added, highest tariff "
        f"{found['highest_tariff_pct']:.3g} %",
    ]
    for line in lines:
        console.print(line, highlight=False, markup=False)
    _print_table(console, "Found", model.findings)
    _print_table(console, "Repaired", model.repairs)


def _model(data: Path | None, repair: bool) -> TradeModel:
    from beltroad.trade.model import TradeModel

    return TradeModel.bundled() if data is None else TradeModel.from_folder(data, repair=repair)


def result_files(result: TradeResult, *, repaired: bool) -> dict[str, bytes]:
    """All results as bytes, by file name."""
    from beltroad.files import table_bytes

    tables = {"countries.csv": result.countries, "trade.parquet": result.trade}
    if repaired:
        tables["repairs.csv"] = result.repairs
    files = {name: table_bytes(table, Path(name)) for name, table in tables.items()}
    files["solve.json"] = (json.dumps(result.about, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    from beltroad.cli.output import records

    return records(table)


def print_result(result: TradeResult, written: list[Path]) -> None:
    """Print how it was solved and the largest changes."""
    console = Console(highlight=False)
    about = result.about
    worst, steps = max(about["residuals"].values()), about["iterations"]
    console.print(
        f"{about['countries']} countries, {about['sectors']} sectors: {steps} "
        f"step{'s' if steps != 1 else ''} ({about['method']}), {about['seconds']:.2f} s, largest "
        f"residual {worst:.1e}", markup=False, soft_wrap=True,
    )  # fmt: skip
    if result.deficits == "zero":
        console.print("Deficits were removed first; changes are relative to that economy.")
    before, after = (100 * (x.max() - 1) for x in (result.calibration.tariff,
                                                   result.equilibrium.tariff))  # fmt: skip
    if after > max(before, MANY):  # one given in percent would show here
        console.print(f"Highest tariff: {after:,.0f} %, before {before:,.0f} %.")
    names = {
        "real_income_change_pct": "real income", "real_wage_change_pct": "real wage",
        "welfare_formula_pct": "formula =", "terms_of_trade_pct": "terms",
        "volume_of_trade_pct": "+ volume", "iceberg_efficiency_pct": "+ iceberg",
    }  # fmt: skip
    table = Table(title="Change, %", title_justify="left", box=None, pad_edge=False)
    table.add_column("country", no_wrap=True, max_width=14)
    for heading in names.values():
        table.add_column(heading, justify="right", no_wrap=True)
    rows = result.countries
    order = rows["real_income_change_pct"].abs().sort_values(ascending=False, kind="stable").index
    for row in rows.loc[order[:SHOWN]].to_dict("records"):
        table.add_row(escape(str(row["country"])), *(_signed(row[name]) for name in names))
    console.print(table)
    if len(rows) > SHOWN:
        console.print(f"The {SHOWN} largest changes of {len(rows)}.")
    if len(result.repairs):
        console.print(f"{len(result.repairs)} figures of the accounts were repaired: repairs.csv")
    if written:
        names_written = ", ".join(path.name for path in written)
        console.print(
            f"Written to {written[0].parent}: {names_written}", markup=False, soft_wrap=True
        )


def _signed(value: float) -> str:
    """A change with its sign; what rounds to zero has none."""
    if value != value:
        return "-"
    text = f"{value:+.4f}" if abs(value) < MANY else f"{value:+.2f}"
    return text if float(text) else text[1:]


HEADINGS = {"size_pct": "%", "change_pct": "change %"}


def _print_table(console: Console, title: str, rows: pd.DataFrame) -> None:
    """The largest rows of findings or repairs, under what they are about."""
    if rows.empty:
        return
    more = f", the {SHOWN} largest" if len(rows) > SHOWN else ""
    console.print(f"{title}: {len(rows)}{more}", highlight=False)
    key = "size_pct" if "size_pct" in rows.columns else "change_pct"
    columns = [c for c in rows.columns if c not in ("what", "remedy")]
    largest = rows.sort_values(key, key=abs, ascending=False, kind="stable").head(SHOWN)
    for what, part in largest.groupby("what", sort=False):
        console.print(f"  {what}", highlight=False, markup=False, soft_wrap=True)
        if not (part["country"].ne("") | part["sector"].ne("")).any():
            continue
        table = Table(box=None, padding=(0, 0, 0, 2))
        for column in columns:
            left = column in ("country", "sector", "verdict")
            table.add_column(
                HEADINGS.get(column, column), justify="left" if left else "right", no_wrap=True,
                max_width=18 if left else None,
            )  # fmt: skip
        for row in part.to_dict("records"):
            table.add_row(
                *(f"{v:.4g}" if isinstance(v := row[c], float) else escape(str(v)) for c in columns)
            )
        console.print(table)
