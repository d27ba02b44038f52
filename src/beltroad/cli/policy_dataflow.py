"""``beltroad policy data-transfer``: the procedure for sending data across a border."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from beltroad.cli.lines import say
from beltroad.cli.output import print_json
from beltroad.cli.policy import policy_app

if TYPE_CHECKING:
    from beltroad.policy.dataflows import Answer

__all__ = ["data_transfer"]


@policy_app.command("data-transfer")
def data_transfer(
    importer: Annotated[str, typer.Option("--to", help="Economy the data go to.")],
    exporter: Annotated[str, typer.Option("--from", help="Economy they leave.")] = "CHN",
    persons: Annotated[int, typer.Option(help="Persons whose personal data leave.")] = 0,
    sensitive: Annotated[int, typer.Option(help="Those with sensitive data among them.")] = 0,
    held: Annotated[
        int | None, typer.Option(help="Persons whose data the exporter handles in all.")
    ] = None,
    important: Annotated[
        bool, typer.Option("--important", help="The data hold important data.")
    ] = False,
    ciio: Annotated[
        bool, typer.Option("--ciio", help="Exporter operates critical information infrastructure.")
    ] = False,
    purpose: Annotated[
        str, typer.Option(help="contract, hr, hr_cloud, emergency, transit, own, judicial, other.")
    ] = "other",
    zone_list: Annotated[
        str, typer.Option(help="none, outside or listed: the negative list of a free-trade zone.")
    ] = "none",
    approved: Annotated[
        bool, typer.Option("--approved", help="The authority has approved the transfer.")
    ] = False,
    consent: Annotated[
        bool, typer.Option("--consent", help="The persons have agreed after being informed.")
    ] = False,
    both: Annotated[bool, typer.Option("--both", help="Also the way back.")] = False,
    date: Annotated[str | None, typer.Option(help="Day of the law, YYYY-MM-DD.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which procedure data need to leave an economy, by which article; what would ease it."""
    from beltroad.policy import dataflows
    from beltroad.policy.dates import day

    facts: dict[str, Any] = {
        "held_persons": held, "important_data": important, "critical_infrastructure": ciio,
        "purpose": purpose.strip().lower(), "zone_list": zone_list.strip().lower(),
        "approved": approved, "consent": consent, "on": day(date),
    }  # fmt: skip
    notes: tuple[str, ...] = ()
    if both:
        found = dataflows.pair(exporter, importer, persons, sensitive, **facts)
        answers = [each for each in (found.there, found.back) if each is not None]
        notes = found.notes
    else:
        answers = [dataflows.transfer(exporter, importer, persons, sensitive, **facts)]
    if as_json:
        plain = [each.to_dict() for each in answers]
        shown = {"answers": plain, "notes": list(notes)} if both else plain[0]
        print_json(shown)
        return
    console = Console()
    for each in answers:
        _print(console, each)
    for note in notes:
        say(console, note)


def _print(console: Console, found: Answer) -> None:
    asked = found.question
    line = partial(say, console)
    console.print(
        f"{asked.exporter} to {asked.importer}: [b]{found.outcome.replace('_', ' ')}[/b] "
        f"({escape(found.meaning)})",
        highlight=False,
    )
    rule = found.rule
    line(f"  rule: {rule.title}; {rule.article}; in force from {rule.in_force_from}")
    line(f"  source: {rule.source_title} {rule.source_url}; confidence {found.confidence}")
    for text in (rule.note, f"authority: {found.authority}" if found.authority else ""):
        if text:
            line(f"  {text}")
    if found.counted_from is not None:
        line(f"  persons are counted from {found.counted_from} on")
    for limit in found.thresholds:
        what = limit.fact.replace("_", " ")
        where = (
            f"reached, {-limit.distance:,} above" if limit.distance <= 0
            else f"{limit.distance:,} more would reach it"
        )  # fmt: skip
        of = f"{limit.limit:,} {what}" if limit.limit > 1 else f"any {what}"
        line(
            f"  {'decides' if limit.decides else 'limit'}: {of} "
            f"({limit.value:,} asked, {where}): {limit.outcome.replace('_', ' ')}, {limit.article}"
        )
    for way in found.ways:
        line(f"  lighter: {way.change}: {way.outcome.replace('_', ' ')}, {way.article}")
    for row in (*found.duties, *found.validity):
        unsure = " [unconfirmed]" if row.confidence == "low" else ""
        line(f"  {'stays' if row.kind == 'duty' else 'valid'}: {row.title}; {row.article}{unsure}")
    for note in found.notes:
        line(f"  note: {note}")
