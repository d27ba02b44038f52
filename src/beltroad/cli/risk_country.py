"""``beltroad risk country``: grades of country risk, what drives them, and how well they did."""

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
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Economies", "NewFigures", "TableFile", "country", "read_new_figures"]

Economies = Annotated[list[str] | None, typer.Argument(help="Economies; all of them if none.")]
NewFigures = Annotated[
    Path | None, typer.Option(help="New figures: iso3, indicator, year, value, source.")
]
TableFile = Annotated[Path | None, typer.Option(help="Write the table, .csv or .parquet.")]


@risk_app.command()
def country(
    economies: Economies = None,
    on: Annotated[str, typer.Option(help="Year or date; figures of it and two before.")] = "",
    file: NewFigures = None,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 30,
    check: Annotated[
        bool, typer.Option("--check", help="How the model did out of sample, no grades.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: TableFile = None,
) -> None:
    """Grade countries from 1 (best) to 7 by the probability of debt distress within two years."""
    from beltroad.evidence.economies import iso3
    from beltroad.files import check_table_file, no_formula, table_bytes, write_atomically
    from beltroad.risk import country as risk

    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    if out is not None:
        check_table_file(out)
    if check:
        if economies or on or file is not None or out is not None:
            raise InputError("--check takes no economies, --on, --file or --out")
        _check(as_json=as_json)
        return
    codes = [iso3(each) for each in economies or ()]
    data = None if file is None else read_new_figures(file)
    table = risk.grades(on, data)
    unknown = [c for c in codes if c not in set(table["iso3"])]
    if unknown:
        raise InputError(f"{', '.join(unknown)}: too few figures for a grade")
    if codes:
        table = table.set_index("iso3").loc[list(dict.fromkeys(codes))].reset_index()
    if out is not None:
        write_atomically(out, table_bytes(table.assign(
            drivers=table["drivers"].map(no_formula), flags=table["flags"].map(no_formula)),
            out))  # fmt: skip
    if as_json:
        rows = records(table)
        for row in rows if codes else ():
            row["contributions"] = records(risk.contributions(row["iso3"], on, data))
        print_json(rows)
        return
    console = Console()
    if len(codes) == 1:
        _one(console, table.to_dict("records")[0], risk.contributions(codes[0], on, data))
        return
    ordered = table.sort_values(["grade", "probability_pct"], ascending=False, kind="stable")
    _list(console, ordered if not codes else table, limit)


def read_new_figures(file: Path) -> pd.DataFrame:
    """Figures of a user's file in the names of the table ``risk_indicators``."""
    from beltroad import evidence
    from beltroad.risk.watch.figures import read_figures

    return read_figures(file, sorted(set(evidence.load("risk_indicators")["indicator"]))).table


def _list(console: Console, table: pd.DataFrame, limit: int) -> None:
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    for column in ("grade", "prob. %", "known %"):
        shown.add_column(column, justify="right", no_wrap=True)
    shown.add_column("economy", no_wrap=True)
    shown.add_column("why", ratio=1)
    for row in table.head(limit).to_dict("records"):
        shown.add_row(str(row["grade"]), f"{row['probability_pct']:.1f}",
                      f"{row['coverage_pct']:.0f}", f"{row['iso3']} {escape(row['name'])[:18]}",
                      escape("; ".join(t for t in (row["drivers"], row["flags"]) if t)),
                      )  # fmt: skip
    console.print(shown)
    more = f" {len(table) - limit} more: --limit {len(table)}." if len(table) > limit else ""
    say(console, "Probability of an onset of debt distress within two years; of distress next year "
        "for economies in default, arrears or restructuring. Grades 2 to 7 begin at 1, 2, 4, 7, 12 "
        f"and 25 %. Figures to {_years(table)}.{more} How well it does: "
        "beltroad risk country --check", 0)  # fmt: skip


def _years(table: pd.DataFrame) -> str:
    years = sorted(set(table["vintage"]))
    return years[0] if len(years) == 1 else f"{years[0]}, where new ones came to {years[-1]}"


def _one(console: Console, row: dict[Any, Any], parts: pd.DataFrame) -> None:
    console.print(f"[b]{escape(row['name'])}[/b]  {row['iso3']}", highlight=False)
    say(console, f"grade {row['grade']} of 7, probability {row['probability_pct']:.1f} %, figures "
        f"to {row['vintage']}, {row['coverage_pct']:.0f} % of indicators known")  # fmt: skip
    if row["in_distress"]:
        say(console, "in default, arrears or restructuring: the probability is the share of such "
            "years that were followed by another")  # fmt: skip
    if row["official_rating"]:
        say(console, f"LIC-DSF rating of external debt distress: {row['official_rating']}")
    if row["flags"]:
        say(console, f"{row['flags']}. A flag moves no grade.")
    shown = Table("indicator", box=None, pad_edge=False)
    for column in ("value", "log odds"):
        shown.add_column(column, justify="right")
    shown.add_column("unit")
    for each in parts.to_dict("records"):
        value = "imputed" if each["imputed"] else f"{each['value']:,.4g}"
        shown.add_row(escape(each["label"]), value, f"{each['log_odds']:+.2f}",
                      escape(each["unit"]))  # fmt: skip
    console.print(shown)
    say(console, "Log odds against the average country-year that the model was fitted to.", 0)


def _check(*, as_json: bool) -> None:
    from beltroad.risk import discrimination
    from beltroad.risk.country import validation

    found: dict[str, Any] = {}
    for design in validation.DESIGNS:
        forecasts = validation.out_of_sample(design)
        for group, rows in (("all", forecasts), ("not rich", validation.without_rich(forecasts))):
            table = validation.scores(rows)
            found[f"{design}, {group}"] = {
                "scores": records(table.rename_axis("forecaster").reset_index()),
                "not_above_debt": validation.compare(rows, "debt"),
            }
        if design == "time":
            calibration = discrimination.calibration(forecasts["model"], forecasts["event"])
            fit = discrimination.hosmer_lemeshow(forecasts["model"], forecasts["event"])
    peer = validation.rating_peer()
    areas = {name: discrimination.auroc_area(peer[name], peer["event"])
             for name in ("rating", "model")}  # fmt: skip
    if as_json:
        print_json({
            "designs": found, "calibration": records(calibration),
            "hosmer_lemeshow": dict(zip(("statistic", "freedom", "p"), fit, strict=True)),
            "official_ratings": {k: vars(v) for k, v in areas.items()},
        })  # fmt: skip
        return
    console = Console()
    shown = Table("left out", "forecaster", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("AUROC", "95 %", "Brier", "skill %", "rows", "events"):
        shown.add_column(column, justify="right", no_wrap=True)
    for name, part in found.items():
        for i, row in enumerate(part["scores"]):
            span = f"{row['auroc_low']:.2f}-{row['auroc_high']:.2f}"
            shown.add_row(name if i == 0 else "", row["forecaster"], f"{row['auroc']:.3f}", span,
                          f"{row['brier']:.4f}", f"{row['skill_pct']:.1f}", f"{row['rows']:.0f}",
                          f"{row['events']:.0f}")  # fmt: skip
    console.print(shown)
    shares = "; ".join(f"{k} {v['not_above_debt']:.0%}" for k, v in found.items())
    say(console, "Draws of countries in which the model is not above public debt alone: "
        f"{shares}.", 0)  # fmt: skip
    groups = Table("forecast %", "observed %", "rows", "events", box=None, pad_edge=False)
    for row in calibration.to_dict("records"):
        groups.add_row(f"{row['forecast_pct']:.1f}", f"{row['observed_pct']:.1f}",
                      str(row["rows"]), str(row["events"]))  # fmt: skip
    console.print(groups)
    say(console, f"Calibration, left out in time: Hosmer-Lemeshow {fit[0]:.1f} with {fit[1]} "
        f"degrees of freedom, p = {fit[2]:.2f} (rows taken as independent).", 0)  # fmt: skip
    rating, ours = areas["rating"], areas["model"]
    say(console, f"Official LIC-DSF ratings of May 2020 (economies A to G) against onsets of "
        f"2020-2024, {rating.rows} economies and {rating.events} events: AUROC {rating.value:.2f} "
        f"({rating.low:.2f}-{rating.high:.2f}), the model's {ours.value:.2f} "
        f"({ours.low:.2f}-{ours.high:.2f}): too few to tell.", 0)  # fmt: skip
