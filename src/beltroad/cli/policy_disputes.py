"""``beltroad policy disputes``: routes between two economies and what their results are worth."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.cli.policy import policy_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from beltroad.policy.disputes import Answer, Routes

__all__ = ["dispute_forums", "disputes"]


@policy_app.command("disputes")
def disputes(
    home: Annotated[str, typer.Argument(help="Economy of the claimant or investor.")],
    host: Annotated[str, typer.Argument(help="Economy of the other side or host state.")],
    kind: Annotated[str, typer.Option(help="commercial or investment.")] = "commercial",
    seat: Annotated[
        list[str] | None, typer.Option(help="Third seat of arbitration; may be given again.")
    ] = None,
    date: Annotated[str | None, typer.Option(help="Day of the application, YYYY-MM-DD.")] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Also conditions, grounds for refusal and papers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List routes (courts, arbitration, ICSID, mediation) and where results are enforceable."""
    from beltroad.policy.dates import day
    from beltroad.policy.disputes import routes

    found = routes(home, host, kind, day(date), seats=seat or None)
    if as_json:
        print_json(_plain(found))
        return
    _print(found, details=details)


@policy_app.command("dispute-forums")
def dispute_forums(
    seat: Annotated[str | None, typer.Option(help="Only in this economy.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="arbitration, mediation, litigation or investment.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List arbitral and mediation institutions and courts with place, kinds and year."""
    from beltroad.policy.disputes import forums

    table = forums(seat, kind)
    if table.empty:
        raise InputError("no forum of that kind and place is in the table; leave out an option")
    if as_json:
        print_json(records(table))
        return
    console = Console()
    for row in table.to_dict("records"):
        unsure = " [unconfirmed]" if row["confidence"] == "low" else ""
        say(
            console,
            f"{row['short_name']}: {row['name']}, {row['place']} ({row['seat_iso3']}), "
            f"{row['kinds'].replace('+', ', ')}, since {row['since']}{unsure}",
        )


def _plain(found: Routes) -> dict[str, Any]:
    """Routes as plain values; the rows named are those of ``policy_facts``."""
    plain = asdict(found)
    plain["on"] = found.on.isoformat()
    for route in plain["routes"]:
        for side in ("in_home", "in_host"):
            route[side]["on"] = found.on.isoformat()
    return plain


def _print(found: Routes, *, details: bool) -> None:
    console = Console()
    line = partial(say, console)
    console.print(
        f"[b]{found.home} and {found.host}[/b], {found.contract} dispute, "
        f"on {found.on.isoformat()}",
        highlight=False,
    )
    for route in found.routes:
        line("")
        console.print(f"[b]{escape(route.name)}[/b]: {route.access.state}", highlight=False)
        if route.kind == "icsid" or (
            found.contract == "investment" and route.kind == "arbitration"
        ):
            line(f"  {route.access.sentence}")
        for answer in (route.in_home, route.in_host):
            _answer(line, answer, details=details)
        for text in route.notes:
            line(f"  {text}")
        if route.forums:
            line(f"  forums: {', '.join(route.forums)}")
    if found.law is not None:
        line("")
        line(f"Sales law: CISG {found.law.state}. {found.law.sentence} {found.law.article}")
        for text in found.law.declarations:
            line(f"  {text}")


def _answer(line: Callable[[str], None], answer: Answer, *, details: bool) -> None:
    basis = answer.basis
    unsure = " [unconfirmed]" if basis.confidence == "low" else ""
    line(f"  in {answer.enforced_in}: {answer.state}{unsure}. {answer.sentence}")
    since = f"; since {basis.since}" if basis.since else ""
    article = f", {basis.article}" if basis.article else ""
    known = f"; {basis.note}" if basis.note else ""
    line(f"    {basis.title}{article}{since}; rows {' '.join(answer.rows) or 'none'}{known}")
    if not details:
        return
    for text in basis.conditions:
        line(f"    condition: {text}")
    for text in basis.refusal:
        line(f"    may be refused: {text}")
    for paper in answer.documents:
        line(f"    {paper.what}: {paper.how}. {paper.sentence}".rstrip(". ") + ".")
