"""``beltroad policy relation | profile | instruments | parties``: what holds, on which date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.cli.policy import policy_app

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["instruments", "parties", "profile", "relation"]

Day = Annotated[str | None, typer.Option("--date", help="YYYY-MM-DD. Default: latest known.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with the rows used.")]
Everything = Annotated[bool, typer.Option("--all", help="Also what is not in force or not known.")]

_WORDS = {"in_force": "in force", "not": "no", "unknown": "not known"}
_PARTNERS = 12  # codes that a line names without --all
_HELD = ("in_force", "signed", "suspended", "ended")


@policy_app.command()
def relation(
    one: Annotated[str, typer.Argument(help="An economy: KAZ, Kazakhstan.")],
    other: Annotated[str, typer.Argument(help="Another.")],
    date: Day = None,
    everything: Everything = False,
    as_json: AsJson = False,
) -> None:
    """Show what holds between two economies: agreements, conventions, recognitions, visas."""
    from beltroad.evidence import economies
    from beltroad.policy import dates
    from beltroad.policy.profile import relation as between

    table = between(one, other, dates.day(date))
    if as_json:
        print_json(records(table))
        return
    a, b = economies.iso3(one), economies.iso3(other)
    heading = f"{economies.name(a)} and {economies.name(b)}, {_when(date)}"
    _print(table, heading, everything=everything, sides=(a, b))
    _ends(table, date)


@policy_app.command()
def profile(
    economy: Annotated[str, typer.Argument(help="An economy: UZB, Uzbekistan.")],
    date: Day = None,
    everything: Everything = False,
    as_json: AsJson = False,
) -> None:
    """Show what one economy is party to, and with whom it has agreements."""
    from beltroad.evidence import economies
    from beltroad.policy import dates
    from beltroad.policy.profile import profile as of_one

    table = of_one(economy, dates.day(date))
    if as_json:
        print_json(records(table))
        return
    heading = f"{economies.name(economy)}, {_when(date)}"
    _print(table, heading, everything=everything, sides=None)
    _ends(table, date)


@policy_app.command()
def instruments(
    topic: Annotated[str | None, typer.Argument(help="Only those of one topic.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the treaties, agreements and recognitions that are known, and how completely."""
    from beltroad.policy import facts

    table = facts.instruments(topic)
    rows = facts.rows()["instrument"].value_counts()
    table["rows"] = table["instrument"].map(rows).fillna(0).astype(int)
    if as_json:
        print_json(records(table))
        return
    console = Console()
    margin = 2 + max(map(len, table["instrument"]))
    for row in table.to_dict("records"):
        say(
            console,
            f"{row['instrument']:<{margin}}{row['title']} ({row['pillar']}, {row['kind']}): "
            f"{row['rows']} rows, {row['coverage']} list, known to {row['as_of']}",
            margin,
        )


@policy_app.command()
def parties(
    instrument: Annotated[str, typer.Argument(help="One of `beltroad policy instruments`.")],
    date: Day = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List who is party to one instrument, or which pairs have it, on a date."""
    from beltroad.policy import dates, facts

    table = facts.parties(instrument, dates.day(date))
    if as_json:
        print_json(records(table))
        return
    about = facts.instrument(instrument)
    console = Console()
    counts = table["state"].value_counts()
    said = ", ".join(f"{count} {_word(str(state))}" for state, count in counts.items())
    console.print(escape(f"{about['title']}: {said or 'no rows'}; the list is "
                         f"{about['coverage']}, known to {about['as_of']}"),
                  highlight=False)  # fmt: skip
    shown = Table("economy", "partner", "state", "since", "confidence", box=None)
    for row in table.to_dict("records"):
        shown.add_row(row["iso3"], row["partner"], _word(row["state"]), row["since"], _trust(row))
    console.print(shown)
    console.print("--json names the source and the rows of each line", highlight=False)


def _when(text: str | None) -> str:
    return f"on {text.strip()}" if text else "latest known state"


def _ends(table: pd.DataFrame, text: str | None) -> None:
    """Say how many lists end before the day that is asked about."""
    from beltroad.policy import facts

    if text is None:
        return
    known = facts.instruments().set_index("instrument")["as_of"]
    ends = known[known.index.isin(table["instrument"])]
    early = ends[ends < text.strip()]
    if len(early):
        Console().print(
            f"{len(early)} of {len(ends)} lists end before that day, the first on {early.min()}: "
            "later changes are not in them (beltroad policy instruments names the days)",
            highlight=False,
        )  # fmt: skip


def _word(state: str) -> str:
    return _WORDS.get(state, state)


def _trust(row: Mapping[Any, Any]) -> str:
    """Only doubt is worth a word in a table; of many partners how many are in doubt."""
    low, count = row.get("unconfirmed", ""), row.get("count", "")
    if isinstance(low, str) and low and count not in ("", "0", low):
        return f"{low} unconfirmed" if low != "0" else ""
    return "unconfirmed" if row["confidence"] == "low" else ""


def _print(
    table: pd.DataFrame, heading: str, *, everything: bool, sides: tuple[str, str] | None
) -> None:
    """By pillar: what holds in full; the rest as one line unless asked for."""
    console = Console()
    console.print(f"[b]{escape(heading)}[/b]", highlight=False)
    # The cooperation document is asked about most: its line always stands, whatever it says.
    always = table["instrument"] == "bri_document"
    if sides:  # what binds both but does not work between them is worth a line
        always |= table["state_one"].eq("in_force") & table["state_other"].eq("in_force")
    kept = table if everything else table[table["state"].isin(_HELD) | always]
    for pillar, rows in kept.groupby("pillar", sort=False):
        shown = Table("since", str(pillar), "", box=None, padding=(0, 2, 0, 0))
        shown.columns[0].min_width = 10
        for row in rows.to_dict("records"):
            scope = row["scope"] if " to " in row["scope"] or "grant" in row["scope"] else ""
            text = escape(f"{row['title']} ({scope})" if scope else row["title"])
            state = (row["since"] or "in force") if row["state"] == "in_force" else (
                _word(row["state"]))  # fmt: skip
            if sides and row["state_one"] != row["state_other"]:
                text += (f"\n[dim]{sides[0]} {_word(row['state_one'])}, "
                         f"{sides[1]} {_word(row['state_other'])}[/dim]")  # fmt: skip
            if said := _particulars(row, everything=everything):
                text += f"\n[dim]{escape(said)}[/dim]"
            shown.add_row(state, text, _trust(row))
        console.print(shown)
    if not everything:
        rest = table[~table.index.isin(kept.index)]
        for words, states in (("Not in force", ("not",)), ("Not known", ("unknown",))):
            named = rest[rest["state"].isin(states)]["instrument"].drop_duplicates()
            if len(named):
                console.print(f"{words} ({len(named)}): {', '.join(named)}", highlight=False)
        console.print("--all shows these in full, --json the rows and sources behind each line",
                      highlight=False)  # fmt: skip


def _particulars(row: Mapping[Any, Any], *, everything: bool) -> str:
    terms = str(row["terms"])
    if not (partners := str(row.get("partners", "")).split()):
        return terms
    shown = partners if everything else partners[:_PARTNERS]
    listed = " ".join(shown) + (" ..." if len(partners) > len(shown) else "")
    return f"{row['count']}: {listed}" + (f"; {terms}" if terms else "")
