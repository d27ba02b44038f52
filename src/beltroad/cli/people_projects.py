"""``beltroad people projects``: wellbeing projects, cost per person, coverage, OC4IDS and IATI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, records
from beltroad.cli.people import people_app
from beltroad.errors import InputError, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["projects"]

_FORMATS = ("csv", "oc4ids", "iati")


@people_app.command()
def projects(
    name: Annotated[str | None, typer.Argument(help="One project by its id.")] = None,
    kind: Annotated[str | None, typer.Option(help="health, water, training ...")] = None,
    country: Annotated[str | None, typer.Option(help="Name or code of an economy.")] = None,
    scope: Annotated[str | None, typer.Option(help="project or programme.")] = None,
    status: Annotated[str | None, typer.Option(help="OC4IDS status, completion say.")] = None,
    since: Annotated[str | None, typer.Option(help="YYYY[-MM[-DD]]")] = None,
    until: Annotated[str | None, typer.Option(help="YYYY[-MM[-DD]]")] = None,
    text: Annotated[str | None, typer.Option(help="Words in name, place, parties, note.")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="By economy and kind.")] = False,
    cost: Annotated[bool, typer.Option("--cost", help="Cost per person reached.")] = False,
    totals: Annotated[bool, typer.Option("--totals", help="People reached, each once.")] = False,
    gaps: Annotated[bool, typer.Option("--gaps", help="Economies without a project.")] = False,
    income: Annotated[str | None, typer.Option(help="With --gaps: low, lower middle ...")] = None,
    evaluation: Annotated[bool, typer.Option("--evaluation", help="Share evaluated.")] = False,
    rate: Annotated[list[str] | None, typer.Option(help="CNY=0.14: US dollars a unit.")] = None,
    own: Annotated[
        Path | None, typer.Option("--import", help="Own .csv, OC4IDS .json, IATI .xml.")
    ] = None,
    export: Annotated[str | None, typer.Option(help="oc4ids, iati or csv, into --out.")] = None,
    published: Annotated[str | None, typer.Option(help="Day of publication to write.")] = None,
    validate: Annotated[Path | None, typer.Option(help="Check an OC4IDS or IATI file.")] = None,
    schema: Annotated[Path | None, typer.Option(help="Official OC4IDS schema.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List small wellbeing projects, or say what they cost, whom they reach and where none is."""
    from beltroad.people import wellbeing

    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    views = {"--coverage": coverage, "--cost": cost, "--totals": totals, "--gaps": gaps,
             "--evaluation": evaluation, "--export": export is not None,
             "--validate": validate is not None}  # fmt: skip
    chosen = [option for option, wanted in views.items() if wanted]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)}: give one of them")
    narrow = {"--kind": kind, "--country": country, "--scope": scope, "--status": status,
              "--since": since, "--until": until, "--text": text}  # fmt: skip
    narrowing = [option for option, value in narrow.items() if value is not None]
    if name is not None and (chosen or narrowing):
        raise InputError(f"{(chosen + narrowing)[0]}: does not go with one project ({name!r:.60})")
    for option, given, to in (
        ("--rate", bool(rate), "--cost"), ("--income", income is not None, "--gaps"),
        ("--published", published is not None, "--export"),
        ("--schema", schema is not None, "--validate"),
    ):  # fmt: skip
        if given and to not in chosen:
            raise InputError(f"{option} goes with {to}")
    if gaps and country is not None:
        raise InputError("--country does not go with --gaps, which is about the other economies")
    if validate is not None:
        if narrowing or own is not None or out is not None:
            raise InputError("--validate FILE checks that file alone: leave out the other options")
        _validate(validate, schema, as_json=as_json)
        return
    if out is not None:
        check_files([out])
    rows = wellbeing.read(own) if own is not None else None
    if name is not None:
        row = wellbeing.project(name, rows)
        if out is not None:
            _write(row.to_frame().T.infer_objects(), out)
        _show(row, as_json=as_json)
        return
    found = wellbeing.projects(kind=kind, iso3=country, scope=scope, status=status, since=since,
                               until=until, text=text, rows=rows)  # fmt: skip
    if export is not None:
        _export(found, export, out, published, as_json=as_json)
        return
    if coverage:
        table = wellbeing.coverage(found, only=country)
    elif cost:
        table = wellbeing.cost_per_person(found, _rates(rate or []))
    elif totals:
        table = wellbeing.totals(found)
    elif gaps:
        table = wellbeing.gaps(found, income_group=income)
    elif evaluation:
        table = wellbeing.evaluation_share(found)
    else:
        when = found["period_start"].where(found["period_start"].ne(""), found["period_end"])
        table = found.loc[when.sort_values(ascending=False, kind="stable").index]
    if out is not None:
        _write(table, out)
    if as_json:
        print_json(records(table))
        return
    _print(table, chosen[0] if chosen else "", limit)
    if cost and not table.empty:
        each = wellbeing.with_cost_and_people(found, _rates(rate or []))
        _print(each, "one by one", limit)
    if out is not None:
        Console().print(f"written: {escape(str(out))}", highlight=False)


def _rates(given: list[str]) -> dict[str, float]:
    out = {}
    for each in given:
        currency, _, text = each.partition("=")
        try:
            out[currency.strip().upper()] = float(text)
        except ValueError:
            raise InputError(f"--rate {each!r:.30}: write CNY=0.14, dollars for one yuan") from None
    return out


def _write(table: pd.DataFrame, path: Path) -> None:
    from beltroad.files import check_table_file, no_formula, table_bytes, write_atomically

    check_table_file(path)
    safe = table.copy()
    for column in safe.columns:
        if not hasattr(safe[column].dtype, "kind") or safe[column].dtype.kind not in "fiub":
            safe[column] = [no_formula(str(each)) for each in safe[column]]
    write_atomically(path, table_bytes(safe, path))


def _export(
    rows: pd.DataFrame, form: str, out: Path | None, published: str | None, *, as_json: bool
) -> None:
    from beltroad.files import write_atomically
    from beltroad.people import wellbeing

    if form not in _FORMATS:
        raise InputError(f"--export {form!r:.20}: use one of {', '.join(_FORMATS)}")
    if out is None:
        raise InputError("--export needs --out FILE")
    console, left = Console(), []
    if form == "csv":
        _write(rows, out)
    elif form == "oc4ids":
        package = wellbeing.to_package(rows, published=published)
        data = json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n"
        write_atomically(out, data)
    else:
        write_atomically(out, wellbeing.to_xml(rows, published=published))
        left = wellbeing.without_date(rows)
        rows = rows[~rows["id"].isin(left)]
    if as_json:
        print_json({"file": str(out), "rows": len(rows), "left_out": left})
        return
    if left:
        say(console, f"left out, as IATI asks for a date: {' '.join(left)}")
    console.print(f"written: {len(rows)} rows, {escape(str(out))}", highlight=False)


def _validate(path: Path, schema: Path | None, *, as_json: bool) -> None:
    """Faults of a file; they end the command as bad input does."""
    from beltroad.people import wellbeing

    rows = wellbeing.read(path)
    checked = "own rules"
    if schema is not None:
        if path.suffix.lower() != ".json":
            raise InputError("--schema checks OC4IDS packages (.json)")
        package = json.loads(path.read_text(encoding="utf-8-sig"))
        if faults := wellbeing.schema_faults(package, schema):
            raise ScenarioError(str(path), faults)
        checked = f"own rules and {schema.name}"
    if as_json:
        print_json({"file": str(path), "rows": len(rows), "faults": [], "checked": checked})
        return
    Console().print(f"{escape(str(path))}: {len(rows)} rows, no fault ({checked})", highlight=False)


def _print(table: pd.DataFrame, view: str, limit: int) -> None:
    console = Console()
    if table.empty:
        console.print("nothing meets this")
        return
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    columns = _VIEWS[view]
    for column, head, number in columns:
        whole = number or column in ("id", "years", "cost_text")
        shown.add_column(head, justify="right" if number or column == "cost_text" else "left",
                         overflow="ellipsis" if number else "fold", no_wrap=whole)  # fmt: skip
    for row in table.head(limit).to_dict("records"):
        shown.add_row(*[_cell(row, name, number) for name, _, number in columns])
    console.print(shown)
    if len(table) > limit:
        console.print(f"{len(table) - limit} more: --limit {len(table)}", highlight=False)
    say(console, _NOTES[view])


def _cell(row: dict[Any, Any], name: str, number: bool) -> str:
    if name in _MADE:
        return escape(_MADE[name](row))
    value = row[name]
    if number:
        return "" if value != value else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    if name == "id" and row.get("confidence") == "low":
        value = f"{value}?"
    if name == "reached_basis" and row.get("reached_status") == "planned":
        value = f"{value}, planned"
    return escape(str(value))


def _where(row: dict[Any, Any]) -> str:
    codes = row["iso3"].split()
    return " ".join(codes) if len(codes) < 3 else f"{len(codes)} economies"


def _years(row: dict[Any, Any]) -> str:
    start, end = row["period_start"][:4], row["period_end"][:4]
    return start if start == end else f"{start}-{end}"


def _cost(row: dict[Any, Any]) -> str:
    for value, unit in ((row["cost_amount"], row["cost_currency"]), (row["cost_usd_2021"], "USD")):
        if value == value:
            for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
                if value >= size:
                    return f"{unit} {value / size:.3g}{letter}"
            return f"{unit} {value:.3g}"
    return ""


def _reached(row: dict[Any, Any]) -> str:
    if row["people_reached"] != row["people_reached"]:
        return ""
    planned = "*" if row["reached_status"] == "planned" else ""
    return f"{row['people_reached']:,.0f} {row['reached_basis'].replace('_', ' ')}{planned}"


# Cells made of several columns.
_MADE = {"where": _where, "years": _years, "cost_text": _cost, "reached_text": _reached}

# Column, heading, number; short enough for 80 columns.
_VIEWS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "": (("id", "id", False), ("where", "where", False), ("name", "name", False),
         ("years", "years", False), ("cost_text", "cost", False),
         ("reached_text", "reached", False)),
    "--coverage": (("name", "economy", False), ("projects", "projects", True),
                   ("programmes", "progr.", True), ("shared_programmes", "shared", True),
                   ("with_cost", "cost", True), ("people_reported", "people", True),
                   ("people_planned", "planned", True), ("reported_per_million", "/million", True),
                   ("evaluated", "eval.", True)),
    "--cost": (("kind", "kind", False), ("reached_basis", "counted", False),
               ("price", "price", False), ("rows", "n", True), ("low", "low", True),
               ("median", "median", True), ("high", "high", True),
               ("low_confidence", "unsure", True)),
    "one by one": (("id", "id", False), ("where", "where", False), ("price", "price", False),
                   ("cost", "cost", True), ("people_reached", "reached", True),
                   ("reached_basis", "counted", False), ("cost_per_unit", "each", True)),
    "--totals": (("kind", "kind", False), ("reached_basis", "counted", False),
                 ("unit", "unit", False), ("rows", "n", True), ("reached", "reached", True),
                 ("held", "held", True)),
    "--gaps": (("iso3", "", False), ("name", "economy", False), ("region", "region", False),
               ("income_group", "income", False), ("population", "population", True)),
    "--evaluation": (("kind", "kind", False), ("rows", "rows", True),
                     ("evaluated", "evaluated", True), ("evaluated_pct", "%", True),
                     ("independent", "independent", True)),
}  # fmt: skip
_NOTES = {
    "": "Newest first. *: planned. ?: low confidence. Reach is what funders and implementers "
    "state. Cost as the source gives it, else in constant dollars of 2021 (AidData). One project "
    "with place and source: beltroad people projects ID",
    "--coverage": "Most rows first. Cost: rows that state one. People: persons only, what a "
    "programme holds counted once, bases mixed (--totals keeps them apart). Shared programmes run "
    "in several economies and are not split.",
    "--cost": "Only rows that state both; different bases and prices are not compared. Unsure: of "
    "low confidence.",
    "one by one": "Some costs are of equipment or of a building only: beltroad people projects ID",
    "--totals": "Held: rows left out because a listed programme contains them.",
    "--gaps": "Poorest first. A gap of this registry: what exists but was not read is a gap too.",
    "--evaluation": "Evaluated: an evaluation of any kind was found, the implementer's included.",
}


def _show(row: pd.Series, *, as_json: bool) -> None:
    frame = row.to_frame().T.infer_objects()
    found = records(frame)[0]
    if as_json:
        print_json(found)
        return
    console = Console()
    console.print(f"[b]{escape(found['name'])}[/b]", highlight=False)
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column()
    shown.add_column(overflow="fold")
    for name, value in found.items():
        if value in (None, "") or name == "name":
            continue
        text = f"{value:,.12g}" if isinstance(value, int | float) else str(value)
        if name.endswith("_year"):
            text = f"{value:.0f}"
        shown.add_row(name.replace("_", " "), escape(text))
    console.print(shown)
