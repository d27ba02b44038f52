"""``beltroad policy entry``, ``outbound`` and ``lists``: what the rules say to an investor."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from beltroad.cli.lines import say
from beltroad.cli.output import print_json
from beltroad.cli.policy import policy_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.policy.entry import Answer, OutboundAnswer, ProcedureAnswer, RuleList
    from beltroad.policy.entry.answers import Finding, ProcedureFinding

__all__ = ["entry", "lists", "outbound"]

_COLOURS = {"permitted": "green", "encouraged": "green", "restricted": "yellow",
            "prohibited": "red"}  # fmt: skip
_ADMITTED = {"yes": "as asked", "no": "not as asked", "depends": "it depends"}

Industry = Annotated[
    str, typer.Option(help="ISIC Rev.4 code (J61, 6110) or title, or a model industry (C10T12).")
]
Activity = Annotated[
    str | None,
    typer.Option(help="What is done, in words; 'other' for none of the listed activities."),
]
Day = Annotated[str | None, typer.Option("--date", help="Day, YYYY-MM-DD. Default: newest list.")]
Rules = Annotated[
    list[Path] | None,
    typer.Option(help="Your own rule list (TOML), instead of the bundled ones of its host."),
]
Facts = Annotated[
    list[str] | None, typer.Option("--fact", help="NAME=VALUE, a fact that the list asks about.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@policy_app.command()
def entry(
    investor: Annotated[str, typer.Option(help="Where the investor is from.")],
    host: Annotated[str, typer.Option(help="Where it invests.")],
    industry: Industry,
    stake: Annotated[float, typer.Option(help="Foreign stake in percent.")],
    activity: Activity = None,
    zone: Annotated[
        list[str] | None, typer.Option(help="Zone of the place, such as free-trade; repeatable.")
    ] = None,
    amount_usd: Annotated[float | None, typer.Option(help="Amount invested.")] = None,
    fact: Facts = None,
    date: Day = None,
    rules: Rules = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a foreign investor may hold a stake in an industry, and what would pass."""
    from beltroad.policy.dates import day
    from beltroad.policy.entry import as_dict, read_list
    from beltroad.policy.entry import entry as ask

    answer = ask(
        investor, host, industry, stake,
        on=day(date), activity=activity, zones=zone or (), amount_usd=amount_usd,
        facts=_facts(fact), rules=[read_list(path) for path in rules or ()],
    )  # fmt: skip
    if as_json:
        print_json(as_dict(answer))
        return
    _print_entry(answer)


@policy_app.command()
def outbound(
    host: Annotated[str, typer.Option(help="Where the investment goes.")],
    industry: Industry,
    investor: Annotated[str, typer.Option(help="Whose rules: the investor's country.")] = "CHN",
    amount_usd: Annotated[float | None, typer.Option(help="What the investor puts in.")] = None,
    enterprise: Annotated[str | None, typer.Option(help="central, local or private.")] = None,
    route: Annotated[
        str, typer.Option(help="direct, or controlled: only through an enterprise abroad.")
    ] = "direct",
    activity: Activity = None,
    fact: Facts = None,
    date: Day = None,
    rules: Rules = None,
    as_json: AsJson = False,
) -> None:
    """Say how an investment abroad is classed at home, and who files or approves it."""
    from beltroad.policy.dates import day
    from beltroad.policy.entry import as_dict, read_list
    from beltroad.policy.entry import outbound as ask

    answer = ask(
        investor, host, industry,
        amount_usd=amount_usd, enterprise=enterprise, route=route, on=day(date),
        activity=activity, facts=_facts(fact), rules=[read_list(p) for p in rules or ()],
    )  # fmt: skip
    if as_json:
        print_json(as_dict(answer))
        return
    _print_outbound(answer)


@policy_app.command()
def lists(
    list_id: Annotated[
        str | None, typer.Argument(help="A list to look into. Default: all lists.")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="Check and show a rule list of your own (TOML).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the rule lists: editions, items and sources."""
    from beltroad.policy.entry import lists as bundled
    from beltroad.policy.entry import read_list, rule_list

    if rules is not None and list_id is not None:
        raise InputError("give the id of a bundled list or --rules, not both")
    if rules is None and list_id is None:
        heads = [each.header for each in bundled()]
        if as_json:
            print_json([head.model_dump(mode="json", exclude={"notes"}) for head in heads])
            return
        console = Console()
        for head in heads:
            until = f" to {head.in_force_to}" if head.in_force_to else ""
            line = f"{head.id}: {head.title}; {head.kind}, in force {head.in_force_from}{until}"
            say(console, line)
        return
    shown = read_list(rules) if rules is not None else rule_list(str(list_id))
    if as_json:
        print_json(shown.model_dump(mode="json", by_alias=True))
        return
    _print_list(shown)


def _facts(given: list[str] | None) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for each in given or ():
        name, sign, value = each.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise InputError(f"--fact {each!r:.60} must be NAME=VALUE")
        out[name.strip()] = value.strip()
    return out


def _line(console: Console, text: str) -> None:
    """A heading, with markup."""
    console.print(text, highlight=False)


def _print_entry(answer: Answer) -> None:
    from beltroad.evidence import economies

    console = Console()
    colour = _COLOURS[answer.verdict]
    who, where = economies.name(answer.investor), economies.name(answer.host)
    asked = f"{answer.industry} {answer.industry_title}"
    told = f"{who}, {answer.stake_pct:g} % of {asked} in {where}"
    _line(
        console, f"[b {colour}]{answer.verdict}[/] ({_ADMITTED[answer.admitted]}): {escape(told)}"
    )
    dates = f"in force from {answer.in_force_from}, known as of {answer.as_of}"
    say(console, f"list {answer.list_id}: {answer.list_title}; {dates}")
    item = ""
    for finding in answer.findings:
        if finding.item != item:
            place = f" ({finding.article})" if finding.article and not finding.exception else ""
            _line(console, f"[b]item {escape(finding.item)}[/]" + escape(place))
            item = finding.item
        _print_finding(console, finding)
    if not answer.findings:
        _line(console, "no item of the list concerns this industry")
    branches = [
        f"{b.kind} {b.value} ({b.title}): {b.verdict}"
        + _limit(b.max_stake_pct, inclusive=b.max_stake_inclusive)
        for b in answer.depends_on
    ]
    notes = [f"item {f.item}: {n}" for f in answer.findings for n in f.notes] + [*answer.notes]
    _part(console, "depends on", branches)
    _part(console, "would pass", answer.would_pass)
    _part(console, "also required", answer.requirements)
    _part(console, "assumed", answer.assumed)
    _part(console, "notes", notes)
    _part(console, "sources", [_source(f) for f in answer.findings])


def _limit(cap: float, *, inclusive: bool) -> str:
    from beltroad.policy.entry.wording import stake_text

    free = cap <= 0 or (cap >= 100 and inclusive)
    return "" if free else f", {stake_text(cap, inclusive)}"


def _print_finding(console: Console, finding: Finding) -> None:
    may = "may apply, " if finding.applies == "maybe" else ""
    codes = " ".join(finding.isic) + (" in part" if finding.part else "")
    say(console, f"  {may}{finding.outcome}: {finding.measure} ({codes}): {finding.title}")
    for text in finding.fails:
        say(console, f"    not met: {text}")
    if finding.exception:
        say(console, f"    exception {finding.exception}: {finding.article}")
    if finding.confidence == "low":
        say(console, "    unconfirmed")


def _source(finding: Finding | ProcedureFinding) -> str:
    return finding.source_title + (f", {finding.source_url}" if finding.source_url else "")


def _part(console: Console, title: str, lines: Iterable[str]) -> None:
    told = list(dict.fromkeys(lines))
    if told:
        _line(console, f"[b]{title}[/]")
    for text in told:
        say(console, f"  {text}")


def _print_outbound(answer: OutboundAnswer) -> None:
    from beltroad.evidence import economies

    console = Console()
    colour = _COLOURS[answer.investment_class]
    where = economies.name(answer.host)
    sure = "" if answer.certain else " (depends on what is left open)"
    asked = escape(f"{answer.industry} {answer.industry_title} in {where}")
    _line(console, f"[b {colour}]{answer.investment_class}[/], {answer.procedure}{sure}: {asked}")
    answers = (answer.direction, *answer.procedures)
    for each in answers:
        _print_procedure(console, each)
    _part(console, "also required", [t for each in answers for t in each.requirements])
    _part(console, "assumed", [t for each in answers for t in each.assumed])
    _part(console, "notes", [t for each in answers for t in each.notes])
    _part(console, "sources", [
        _source(f) for each in answers for f in each.findings if f.applies != "maybe"
    ])  # fmt: skip


def _print_procedure(console: Console, answer: ProcedureAnswer) -> None:
    who = f" ({answer.authority})" if answer.authority else ""
    _line(console, f"[b]{answer.outcome}[/]{escape(who)}: "
          + escape(f"{answer.list_id}, {answer.list_title}"))  # fmt: skip
    for finding in answer.findings:
        if finding.applies != "maybe":
            aside = " (set aside)" if finding.applies == "lifted" else ""
            say(console, f"  {finding.article}: {finding.title}{aside}")
    for branch in answer.depends_on:
        say(console, f"  if {branch.kind} {branch.value} ({branch.title}): {branch.verdict}")


def _print_list(rules: RuleList) -> None:
    from beltroad.policy.entry.wording import conditions_text

    console, head = Console(), rules.header
    _line(console, f"[b]{head.id}[/] " + escape(head.title))
    until = head.in_force_to or "further notice"
    _line(console, f"{head.host}, {head.kind}, in force {head.in_force_from} to {until}, known as "
          f"of {head.as_of}; {len(rules.items)} items")  # fmt: skip
    for item in rules.items:
        _line(console, f"[b]{escape(item.number)}[/] " + escape(f"{item.title} ({item.article})"))
        for m in item.measure:
            codes = " ".join(m.isic) + (" in part" if m.part else "")
            what = "; ".join(conditions_text(m)) or m.outcome
            say(console, f"   {m.activity} [{codes}]: {m.title}: {what}")
    for each in rules.exemptions:
        say(console, f"exception {each.id}: {', '.join(each.measures)}; {each.article}")
    for v in rules.versions:
        until = v.in_force_to or ""
        text = f"edition {v.title}: {v.items} items, {v.in_force_from} to {until}; {v.dropped}"
        say(console, text.rstrip("; "))
    _part(console, "sources", [f"{s.title}; {s.url or 'no address'}; {s.licence}; {s.vintage}"
                               for s in rules.sources])  # fmt: skip
    _part(console, "notes", head.notes)
