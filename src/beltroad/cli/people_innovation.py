"""``beltroad people innovation``: joint laboratories and centres, their stage, who is stuck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, records
from beltroad.cli.people import people_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["innovation"]


@people_app.command()
def innovation(
    unit: Annotated[str | None, typer.Argument(help="One unit by its key: its moves.")] = None,
    on: Annotated[str | None, typer.Option(help="Day, YYYY-MM-DD; the last date told of.")] = None,
    kind: Annotated[str | None, typer.Option(help="joint_laboratory, incubator ...")] = None,
    country: Annotated[str | None, typer.Option(help="Name or code of an economy.")] = None,
    stuck: Annotated[bool, typer.Option("--stuck", help="Longer in a stage than most.")] = False,
    years: Annotated[float | None, typer.Option(help="Limit for --stuck, in years.")] = None,
    funnel: Annotated[bool, typer.Option("--funnel", help="Units by kind and stage.")] = False,
    rates: Annotated[bool, typer.Option("--rates", help="Moves a year by stage.")] = False,
    own: Annotated[Path | None, typer.Option("--import", help="Own .toml or .csv.")] = None,
    out: Annotated[Path | None, typer.Option(help="Table to write, .csv or .parquet.")] = None,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Stages of joint laboratories, transfer centres, incubators and parks on a day."""
    from beltroad.people import innovation as chain

    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    views = {"--stuck": stuck, "--funnel": funnel, "--rates": rates}
    chosen = [option for option, wanted in views.items() if wanted]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)}: give one of them")
    others = {"--kind": kind, "--country": country, "--on": on, "--out": out}
    asked = chosen + [option for option, value in others.items() if value is not None]
    if unit is not None and asked:
        raise InputError(f"{asked[0]}: does not go with one unit ({unit!r:.60})")
    if years is not None and not stuck:
        raise InputError("--years goes with --stuck")
    if out is not None:
        from beltroad.files import check_table_file

        check_files([out])
        check_table_file(out)
    found = chain.bundled() if own is None else chain.read(own)
    day = _day(on, found)
    if unit is not None:
        _show(found, unit, as_json=as_json)
        return
    everyone, found = found, found.only(kind=kind, iso3=country)
    if stuck:
        # Longer than most of all units, not than most of those that are asked for.
        table = chain.stuck(day, everyone, years=years)
        table = table[table["unit_id"].isin(found.units["unit_id"])]
    elif funnel:
        table = chain.funnel(day, found)
    elif rates:
        table = chain.rates(day, found)
    else:
        table = chain.stage_on(day, found)
    if out is not None:
        from beltroad.files import table_bytes, write_atomically

        write_atomically(out, table_bytes(table, out))
    if as_json:
        print_json({"on": day.isoformat(), "rows": records(table)})
        return
    _print(table, chosen[0] if chosen else "", day, limit)


def _day(text: str | None, found: Any) -> Any:
    """The day asked about; by default the last day that any statement bears."""
    from datetime import date

    from beltroad.evidence.dates import days_of

    if text is None:
        return max((days_of(at)[1] for at in found.moves["at"]), default=date.min)
    first, last = days_of(text)
    if first != last:
        raise InputError(f"--on {text!r:.20}: give a day as YYYY-MM-DD")
    return first


# Column, heading, number.
_VIEWS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "": (("unit_id", "unit", False), ("iso3", "where", False), ("stage", "stage", False),
         ("since", "since", False), ("basis", "as", False), ("years_low", "years", True)),
    "--stuck": (("unit_id", "unit", False), ("iso3", "where", False),
                ("stage", "stage", False), ("since", "since", False),
                ("years_low", "years", True), ("limit_years", "limit", True), ("n", "n", True),
                ("limit_from", "limit from", False)),
    "--funnel": (("kind", "kind", False), ("units", "units", True),
                 ("research", "research", True), ("pilot", "pilot", True),
                 ("application", "application", True), ("promotion", "promotion", True)),
    "--rates": (("stage", "stage", False), ("stays", "stays", True),
                ("unit_years", "unit-years", True), ("to_pilot", "to pilot", True),
                ("to_application", "to appl.", True), ("to_promotion", "to prom.", True),
                ("moves_per_year", "a year", True), ("low", "low", True), ("high", "high", True)),
}  # fmt: skip
_NOTES = {
    "": "Years: at least so long. Seen: in that stage by then, perhaps for long.",
    "--stuck": "No later stage was read; a unit may have moved on unreported. Product limit: time "
    "by which three in four stays had ended; time so far: too few have ended to know it.",
    "--funnel": "Stages are our reading of dated statements; most units have one only.",
    "--rates": "Moves over the years that units stood in the stage; limits are 95 %.",
}


def _print(table: pd.DataFrame, view: str, day: Any, limit: int) -> None:
    console = Console()
    if table.empty:
        console.print(f"no such unit on {day}", highlight=False)
        return
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for _, head, number in _VIEWS[view]:
        shown.add_column(head, justify="right" if number else "left")
    for row in table.head(limit).to_dict("records"):
        cells = []
        for name, _, number in _VIEWS[view]:
            value = row[name]
            if number:
                whole = isinstance(value, int)
                cells.append("" if value != value else f"{value}" if whole else f"{value:.3g}")
            else:
                doubt = "?" if name == "unit_id" and row.get("confidence") == "low" else ""
                cells.append(escape(f"{value}{doubt}"))
        shown.add_row(*cells)
    console.print(shown)
    more = f" {len(table) - limit} more: --limit {len(table)}." if len(table) > limit else ""
    say(console, f"On {day}. {_NOTES[view]}{more}")


def _show(found: Any, unit: str, *, as_json: bool) -> None:
    from beltroad.errors import suggest

    here = found.units[found.units["unit_id"].str.casefold() == unit.strip().casefold()]
    if here.empty:
        raise InputError(f"no unit {unit!r:.60}. {suggest(unit, found.units['unit_id'])}".strip())
    row = records(here)[0]
    moves = records(found.moves[found.moves["unit_id"] == row["unit_id"]])
    if as_json:
        print_json(row | {"moves": moves})
        return
    console = Console()
    console.print(f"[b]{escape(row['name'])}[/b]  {escape(row['unit_id'])}", highlight=False)
    for name, value in row.items():
        if value and name not in ("unit_id", "name"):
            say(console, f"{name.replace('_', ' ')}: {value}")
    for move in moves:
        say(console, f"{move['at']} {move['from_stage'] or '-'} > {move['to_stage']} "
                     f"({move['basis']}): {move['reason']}; {move['source_title']} "
                     f"{move['source_url']}")  # fmt: skip
