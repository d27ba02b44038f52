"""``beltroad risk gates``: what is to be settled before a project goes on, and by whom it was."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, rounded_records
from beltroad.cli.risk import risk_app
from beltroad.cli.risk_watch import Folder, Json
from beltroad.errors import InputError

__all__ = ["gates"]


@risk_app.command()
def gates(
    project: Annotated[str | None, typer.Argument(help="Project; without one, the items.")] = None,
    stage: Annotated[str | None, typer.Option(help="concept, appraisal, financing, ...")] = None,
    meet: Annotated[str | None, typer.Option(help="Item that is met.")] = None,
    evidence: Annotated[str | None, typer.Option(help="What shows it.")] = None,
    waive: Annotated[str | None, typer.Option(help="Item to do without.")] = None,
    undo: Annotated[str | None, typer.Option(help="Item to open again.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, with --waive or --undo.")] = None,
    pass_stage: Annotated[str | None, typer.Option("--pass", help="Gate to pass.")] = None,
    by: Annotated[str | None, typer.Option(help="Who does it.")] = None,
    journal: Folder = None,
    as_json: Json = False,
) -> None:
    """Show or settle the checklists of a project's gates."""
    from beltroad.risk.journal import Journal
    from beltroad.risk.register import gates as gate

    book = Journal.at(journal)
    if evidence is not None and meet is None:
        raise InputError("--evidence goes with --meet")
    if reason is not None and waive is None and undo is None:
        raise InputError("--reason goes with --waive or --undo")
    steps = [name for name in (meet, waive, undo, pass_stage) if name is not None]
    if steps:
        if len(steps) > 1:
            raise InputError("give one of --meet, --waive, --undo and --pass at a time")
        if project is None or by is None:
            raise InputError("a step needs a PROJECT and --by")
        if meet is not None:
            gate.meet(book, project, meet, evidence=evidence or "", by=by)
        elif waive is not None:
            gate.waive(book, project, waive, reason=reason or "", by=by)
        elif undo is not None:
            gate.undo(book, project, undo, reason=reason or "", by=by)
        elif pass_stage is not None:
            gate.pass_gate(book, project, pass_stage, by=by)
    if project is None:
        table = gate.items(stage)
        if as_json:
            print_json(rounded_records(table))
        else:
            _items(Console(), table)
        return
    events = book.events()
    found = gate.stages(events, project)
    listed = gate.checklist(events, project, stage) if stage is not None else None
    if as_json:
        print_json({"project": project, "gates": rounded_records(found),
                    "items": [] if listed is None else rounded_records(listed)})  # fmt: skip
        return
    console = Console()
    shown = Table("gate", "settled", "of", "waived", "passed", "by", box=None, pad_edge=False)
    for row in found.to_dict("records"):
        shown.add_row(row["stage"], str(row["settled"]), str(row["mandatory"]), str(row["waived"]),
                      row["passed_at"][:10] or ("ready" if row["ready"] else ""),
                      escape(row["passed_by"]))  # fmt: skip
    console.print(shown)
    if listed is not None:
        _items(console, listed)


def _items(console: Console, table: object) -> None:
    import pandas as pd

    assert isinstance(table, pd.DataFrame)  # noqa: S101 - for the type only
    for row in table.to_dict("records"):
        state = {"met": "x", "waived": "w"}.get(str(row.get("state", "")), " ")
        must = "" if row["mandatory"] == "yes" else " (not mandatory)"
        say(console, f"[{state}] {row['item_id']:<16} {row['item']}{must}", 6)
        say(console, f"      shown by {row['evidence']}; {row['source_title']}, "
            f"{row['source_place']}")  # fmt: skip
        if row.get("said"):
            say(console, f"      {row['state']} by {row['by']} on {str(row['at'])[:10]}: "
                f"{row['said']}")  # fmt: skip
