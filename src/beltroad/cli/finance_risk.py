"""``beltroad finance risk``: a financing plan with cost, delay and benefits as in past projects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.finance import finance_app
from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.appraisal.plan_risk import PlanRisk

__all__ = ["risk"]

_LABELS = {
    "cost_ratio": ("cost over plan", 2), "delay_years": ("delay, years", 0),
    "benefit_ratio": ("user revenue over plan", 2), "capital_cost_mn": ("capital cost", 0),
    "financed_mn": ("to be financed", 0), "project_npv_mn": ("NPV of the project", 0),
    "project_irr_pct": ("IRR of the project, %", 2), "equity_npv_mn": ("NPV of the equity", 0),
    "equity_irr_pct": ("IRR of the equity, %", 2), "dscr_min": ("lowest DSCR", 2),
    "dscr_mean": ("mean DSCR", 2), "llcr": ("LLCR", 2), "payback_years": ("payback, years", 1),
    "shortfall_max_mn": ("largest shortfall", 0), "support_pv_mn": ("support, present value", 0),
    "public_debt_peak_mn": ("state's debt, peak", 0),
    "dscr_below_one_pct": ("DSCR below 1, % of draws", 0),
    "npv_below_zero_pct": ("NPV below 0, % of draws", 0),
    "equity_npv_below_zero_pct": ("equity NPV below 0, %", 0),
}  # fmt: skip


@finance_app.command()
def risk(
    source: Annotated[Path, typer.Argument(help="A plan (TOML).")],
    project: Annotated[str | None, typer.Option(help="Only this project, by id.")] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(help="Reference class: rail, or ID=rail; repeat. Else the plan's own."),
    ] = None,
    benefits: Annotated[str, typer.Option(help="User revenue as: class, plan, none.")] = "class",
    benefit_mode: Annotated[
        str | None, typer.Option(help="Class of benefits: rail, road, toll_road.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws, 100 to 20,000.")] = 1000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the tables as CSV here.")] = None,
) -> None:
    """Run a plan through drawn cost, delay and benefits: returns and cover at P50, P80, P90."""
    from beltroad.appraisal.plan_risk import plan_risk
    from beltroad.files import check_writable, csv_bytes, write_files
    from beltroad.finance.project import plan_file

    if out is not None:
        check_writable(out)
    plan = plan_file.read(source)
    found = plan_risk(
        plan, project=project, mode=_modes(mode or []), benefits=benefits,
        benefit_mode=benefit_mode, draws=draws, seed=seed,
    )  # fmt: skip
    if out is not None:
        tables = {"measures": found.measures, "causes": found.causes, "draws": found.draws}
        write_files({f"risk_{name}.csv": csv_bytes(each) for name, each in tables.items()}, out)
    if as_json:
        print_json({
            "plan": plan.title, "currency": plan.currency, "draws": draws, "seed": seed,
            "measures": records(found.measures), "causes": records(found.causes),
            "notes": list(found.notes),
        })  # fmt: skip
        return
    _show(Console(), found, plan.currency, draws)
    if out is not None:
        Console().print(f"written to {out}", markup=False, highlight=False)


def _modes(given: Sequence[str]) -> str | dict[str, str] | None:
    """One class for all, or classes by project."""
    named = dict(each.split("=", 1) for each in given if "=" in each)
    plain = [each for each in given if "=" not in each]
    if len(plain) > 1 or (plain and named) or len(named) + len(plain) < len(given):
        raise InputError("--mode: give one class for all, or ID=class once for each project")
    return plain[0] if plain else named or None


def _cell(measure: str, value: float) -> str:
    if value != value:
        return "-"
    if measure.startswith("dscr_m") and value < 0:
        return "< 0"
    return format(value, f",.{_LABELS[measure][1]}f")


def _show(console: Console, found: PlanRisk, currency: str, draws: int) -> None:
    columns = [c for c in found.measures.columns if c in ("planned", "mean") or c[1:].isdigit()]
    for name, rows in found.measures.groupby("project", sort=False):
        say(console, f"{name}: millions of {currency}, {draws:,} draws")
        shown = Table("", box=None, pad_edge=False)
        for column in columns:
            shown.add_column(column.upper() if column[1:].isdigit() else column, justify="right")
        for row in rows.to_dict("records"):
            key = str(row["measure"])
            shown.add_row(escape(_LABELS[key][0]), *(_cell(key, float(row[c])) for c in columns))
        console.print(shown)
        causes = found.causes[found.causes["project"] == name]
        if len(causes):
            _show_causes(console, causes)
    for note in found.notes:
        say(console, note)
    say(console, "PNN is the cautious side: costs, debt and delay are not above it, returns, "
        "values and cover not below it with probability NN per cent; -: does not exist there "
        "(no rate of return, never paid back), or not in every draw (mean).")  # fmt: skip


def _show_causes(console: Console, causes: pd.DataFrame) -> None:
    shown = Table("at P80, drawn alone", box=None, pad_edge=False)
    for title in ("NPV", "IRR, %", "equity IRR, %", "DSCR", "NPV < 0, %", "DSCR < 1, %"):
        shown.add_column(title, justify="right")
    keys = ("project_npv_mn", "project_irr_pct", "equity_irr_pct", "dscr_min",
            "npv_below_zero_pct", "dscr_below_one_pct")  # fmt: skip
    for row in causes.to_dict("records"):
        shown.add_row(str(row["cause"]), *(_cell(k, float(row[k])) for k in keys))
    console.print(shown)
