"""``beltroad risk portfolio``: what a portfolio of loans may lose, and where it concentrates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

    from beltroad.risk.portfolio.model import PortfolioLoss

__all__ = ["portfolio"]

_GROUPS = {"country": "iso3", "region": "region", "sector": "sector", "currency": "currency",
           "counterpart": "counterpart", "name": "obligor"}  # fmt: skip


_ADD_ONS = {"fine_grained_var_p99.9_usd": "VaR 99.9 % if fine-grained",
            "granularity_add_on_usd": "Added by granularity",
            "gordy_luetkebohmert_usd": "Added by granularity, regulatory"}  # fmt: skip


@risk_app.command()
def portfolio(
    source: Annotated[
        Path | None, typer.Argument(help="CSV of exposures; an example from open figures if none.")
    ] = None,
    grades: Annotated[
        bool, typer.Option("--grades", help="Sovereigns by the grade of their country.")
    ] = False,
    draws: Annotated[int, typer.Option(help="Scenarios.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 0,
    level: Annotated[float, typer.Option(help="Level in per cent for contributions.")] = 99.0,
    by: Annotated[str, typer.Option(help=f"Contributions by {', '.join(_GROUPS)}.")] = "country",
    stress: Annotated[
        list[str] | None,
        typer.Option(
            help="worst_year, low_recovery, contagion, all, or pd=2,recovery=-20; repeat for more."
        ),
    ] = None,
    copula: Annotated[int, typer.Option(help="Freedom of a Student copula; 0: normal.")] = 0,
    tie: Annotated[float, typer.Option(help="Tie of recoveries to the cycle, 0-1.")] = 0.0,
    limit: Annotated[int, typer.Option(help="Rows of contributions to print.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write all tables as CSV here.")] = None,
) -> None:
    """Simulate the loss of a portfolio over a year: expected loss, VaR, shortfall, concentration.

    Columns of the CSV: id, iso3, sector, currency, amount_usd; and where known obligor,
    counterpart (private, public, sovereign), probability_pct (a year), recovery_pct.
    """
    from dataclasses import replace

    from beltroad.files import check_writable, csv_bytes, no_formula, write_files
    from beltroad.risk.portfolio import default_parameters, read_exposures, simulate
    from beltroad.risk.portfolio.example import SOURCE, example_exposures
    from beltroad.risk.portfolio.stress import compare, parse_stress, stressed

    if by not in _GROUPS:
        raise InputError(f"--by {by!r:.30}: use {', '.join(_GROUPS)}")
    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    if not 50 <= level < 100:
        raise InputError(f"--level {level:g}: give per cent, from 50 to below 100")
    if out is not None:
        check_writable(out)
        written = ("levels", "contributions", f"by_{by}", "concentration", "stress")
        check_apart([source], [out / f"{each}.csv" for each in written])
    stresses = [parse_stress(each) for each in stress or []]
    if len({each.name for each in stresses}) < len(stresses):
        raise InputError("--stress: one is given twice")
    graded = None
    if grades:
        from beltroad.risk.country import grades as country_grades

        graded = country_grades()
    exposures = example_exposures(graded) if source is None else read_exposures(source, graded)
    parameters = replace(default_parameters(), freedom=copula, recovery_tie=tie)
    levels = (0.95, 0.99, 0.999, round(level / 100, 10))
    changed = {each.name: stressed(exposures, parameters, each) for each in stresses}
    base = simulate(exposures, draws=draws, seed=seed, parameters=parameters, levels=levels)
    runs = {
        name: simulate(table, draws=draws, seed=seed, parameters=used, levels=levels)
        for name, (table, used) in changed.items()
    }
    table = compare(base, runs) if runs else None
    groups = base.by(_GROUPS[by])
    tables = {"levels": base.levels, "contributions": base.contributions, f"by_{by}": groups,
              "concentration": base.concentration}  # fmt: skip
    if table is not None:
        tables["stress"] = table
    if out is not None:
        write_files({f"{name}.csv": csv_bytes(_plain(each, no_formula))
                     for name, each in tables.items()}, out)  # fmt: skip
    if as_json:
        print_json({
            "source": SOURCE if source is None else str(source),
            "settings": base.settings,
            "expected_loss_usd": base.expected_loss_usd,
            "simulated_loss_usd": base.simulated_loss_usd,
            "simulated_loss_se_usd": base.simulated_loss_se_usd,
            **{name: records(each) for name, each in tables.items()},
        })  # fmt: skip
        return
    _print(base, groups, table, by, level, limit, SOURCE if source is None else "")
    if out is not None:
        Console().print(f"written to {out}", markup=False, highlight=False)


def _plain(table: pd.DataFrame, no_formula) -> pd.DataFrame:  # type: ignore[no-untyped-def]  # noqa: ANN001
    text = [c for c in table.columns if table[c].dtype.kind not in "fiub"]
    return table.assign(**{c: table[c].astype(str).map(no_formula) for c in text})


def _mn(value: float) -> str:
    """Millions; small ones keep three digits, and what rounds to nothing has no sign."""
    millions = value / 1e6
    text = f"{millions:,.1f}" if abs(millions) >= 1 else f"{millions:.3g}"
    return "0" if float(text.replace(",", "")) == 0 else text


def _print(
    base: PortfolioLoss, groups: pd.DataFrame, stress: pd.DataFrame | None, by: str, level: float,
    limit: int, note: str,
) -> None:  # fmt: skip
    console = Console()
    s = base.settings
    total = float(s["amount_usd"])  # type: ignore[arg-type]
    if note:
        say(console, f"Example: {note}.")
    count = s["exposures"]
    say(console, f"{count:,} exposure{'s' * (count != 1)}, {_mn(total)} million USD; one year, "
        f"{s['draws']:,} scenarios, seed {s['seed']}.")  # fmt: skip
    say(console, f"Expected loss {_mn(base.expected_loss_usd)} million USD "
        f"({100 * base.expected_loss_usd / total:.2f} %); simulated "
        f"{_mn(base.simulated_loss_usd)} +- {_mn(base.simulated_loss_se_usd)}.")  # fmt: skip
    shown = Table("level", box=None, pad_edge=False)
    for column in ("VaR", "+-", "shortfall", "+-", "VaR less expected"):
        shown.add_column(column, justify="right")
    for row in base.levels.to_dict("records"):
        shown.add_row(f"{100 * row['level']:g} %", _mn(row["var_usd"]), _mn(row["var_se_usd"]),
                      _mn(row["es_usd"]), _mn(row["es_se_usd"]),
                      _mn(row["unexpected_usd"]))  # fmt: skip
    console.print(shown)
    name = f"p{round(level, 8):g}"
    shown = Table(box=None, pad_edge=False)
    shown.add_column(by, overflow="fold")
    for column in ("amount", "expected", "of VaR", "of shortfall", "share"):
        shown.add_column(column, justify="right", no_wrap=True)
    whole = float(groups[f"es_{name}_usd"].sum())
    order = groups.sort_values(f"es_{name}_usd", ascending=False, kind="stable")
    for row in order.head(limit).to_dict("records"):
        shown.add_row(
            escape(str(row[_GROUPS[by]]) or "-"), _mn(row["amount_usd"]),
            _mn(row["expected_loss_usd"]), _mn(row[f"var_{name}_usd"]), _mn(row[f"es_{name}_usd"]),
            f"{100 * row[f'es_{name}_usd'] / whole:.1f} %" if whole else "-",
        )  # fmt: skip
    console.print(shown)
    if len(order) > limit:
        say(console, f"{len(order) - limit} more: --limit {len(order)}")
    for row in base.concentration.to_dict("records"):
        if row["measure"].startswith("hhi_"):
            label = row["measure"].removeprefix("hhi_")
            say(console, f"Concentration by {label}: {row['value']:.3f}, {row['note']}.")
        elif row["unit"] == "USD":
            say(console, f"{_ADD_ONS.get(row['measure'], row['measure'])}: {_mn(row['value'])} "
                f"million USD ({row['note']})")  # fmt: skip
    if stress is not None:
        shown = Table(box=None, pad_edge=False)
        shown.add_column("stress", overflow="fold")
        for column in ("expected", f"VaR {level:g} %", f"shortfall {level:g} %"):
            shown.add_column(column, justify="right", no_wrap=True)
        for row in stress.to_dict("records"):
            shown.add_row(escape(row["run"].replace(",", ", ")), _mn(row["expected_loss_usd"]),
                          _mn(row[f"var_{name}_usd"]), _mn(row[f"es_{name}_usd"]))  # fmt: skip
        console.print(shown)
    say(console, "Million USD. Probabilities and recoveries that a row does not give are those "
        "published by the GEMs consortium; how defaults hang together is in part assumed: "
        "docs/methods/risk-portfolio.md.")  # fmt: skip
