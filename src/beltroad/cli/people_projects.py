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
    if validate is not None:
        _validate(validate, schema, as_json=as_json)
        return
    if schema is not None:
        raise InputError("--schema goes with --validate FILE")
    views = {"--coverage": coverage, "--cost": cost, "--totals": totals, "--gaps": gaps,
             "--evaluation": evaluation, "--export": export is not None}  # fmt: skip
    chosen = [option for option, wanted in views.items() if wanted]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)}: give one of them")
    if rate and not cost:
        raise InputError("--rate goes with --cost")
    if out is not None:
        check_files([out])
    rows = wellbeing.read(own) if own is not None else None
    if name is not None:
        _show(wellbeing.project(name, rows), as_json=as_json)
        return
    found = wellbeing.projects(kind=kind, iso3=country, scope=scope, status=status, since=since,
                               until=until, text=text, rows=rows)  # fmt: skip
    if export is not None:
        _export(found, export, out, published)
        return
    if coverage:
        table = wellbeing.coverage(found)
    elif cost:
        table = wellbeing.cost_per_person(found, _rates(rate or []))
    elif totals:
        table = wellbeing.totals(found)
    elif gaps:
        everywhere = wellbeing.projects(kind=kind, rows=rows)
        table = wellbeing.gaps(everywhere)
    elif evaluation:
        table = wellbeing.evaluation_share(found)
    else:
        table = found
    if out is not None:
        _write(table, out)
    if as_json:
        print_json(records(table))
        return
    _print(table, chosen[0] if chosen else "", limit)
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


def _export(rows: pd.DataFrame, form: str, out: Path | None, published: str | None) -> None:
    from beltroad.files import write_atomically
    from beltroad.people import wellbeing

    if form not in _FORMATS:
        raise InputError(f"--export {form!r:.20}: use one of {', '.join(_FORMATS)}")
    if out is None:
        raise InputError("--export needs --out FILE")
    console = Console()
    if form == "csv":
        _write(rows, out)
    elif form == "oc4ids":
        package = wellbeing.to_package(rows, published=published)
        data = json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n"
        write_atomically(out, data)
    else:
        write_atomically(out, wellbeing.to_xml(rows, published=published))
        left = wellbeing.without_date(rows)
        if left:
            say(console, f"left out, as IATI asks for a date: {' '.join(left)}")
        rows = rows[~rows["id"].isin(left)]
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
    for _, head, number in columns:
        shown.add_column(head, justify="right" if number else "left",
                         overflow="fold" if not number else "ellipsis")  # fmt: skip
    rows = table.head(limit).to_dict("records")
    for row in rows:
        shown.add_row(*[_cell(row, name, number) for name, _, number in columns])
    console.print(shown)
    if len(table) > limit:
        console.print(f"{len(table) - limit} more: --limit {len(table)}", highlight=False)
    say(console, _NOTES[view])


def _cell(row: dict[Any, Any], name: str, number: bool) -> str:
    value = row[name]
    if number:
        return "" if value != value else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    if name == "id" and row.get("confidence") == "low":
        value = f"{value}?"
    if name == "reached_basis" and row.get("reached_status") == "planned":
        value = f"{value}, planned"
    return escape(str(value))


# Column, heading, number; short enough for 80 columns.
_VIEWS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "": (("id", "id", False), ("iso3", "where", False), ("name", "name", False),
         ("period_start", "from", False), ("people_reached", "reached", True),
         ("reached_basis", "counted", False)),
    "--coverage": (("iso3", "", False), ("projects", "projects", True),
                   ("programmes", "progr.", True), ("shared_programmes", "shared", True),
                   ("people_reported", "people", True), ("people_planned", "planned", True),
                   ("reported_per_million", "/million", True), ("kinds", "kinds", False)),
    "--cost": (("kind", "kind", False), ("reached_basis", "counted", False),
               ("price", "price", False), ("rows", "n", True), ("low", "low", True),
               ("median", "median", True), ("high", "high", True),
               ("low_confidence", "unsure", True)),
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
    "": "?: low confidence. Reach is what funders and implementers state. One project with its "
    "source: beltroad people projects ID",
    "--coverage": "People: persons only, what a programme holds counted once, bases mixed "
    "(--totals keeps them apart). Shared programmes run in several economies and are not split.",
    "--cost": "Only rows that state both; different bases and prices are not compared. Some costs "
    "are of equipment or building only: beltroad people projects ID. Unsure: of low confidence.",
    "--totals": "Held: rows left out because a listed programme contains them.",
    "--gaps": "A gap of this registry: what exists but was not read is a gap too.",
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
