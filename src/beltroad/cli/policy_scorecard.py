"""``beltroad policy scorecard``: cooperation over the five pillars, and how firm the ranks are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.output import check_files, print_json, records
from beltroad.cli.policy import policy_app
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.policy.scorecard import Scorecard

__all__ = ["scorecard"]


@policy_app.command()
def scorecard(
    economy: Annotated[str | None, typer.Argument(help="One economy in detail.")] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="Weight of a pillar: trade=2. May be repeated.")
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="Only with a cooperation document.")
    ] = False,
    checks: Annotated[
        bool, typer.Option("--checks", help="How firm ranks are; published indices beside ours.")
    ] = False,
    date: Annotated[str | None, typer.Option("--date", help="YYYY-MM-DD for agreements.")] = None,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 30,
    out: Annotated[Path | None, typer.Option(help="Write all ranks to this CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score economies' cooperation with China over the five pillars, with the range of ranks."""
    from beltroad.policy import dates
    from beltroad.policy.scorecard import scorecard as score

    if limit < 1:
        raise InputError(f"--limit {limit}: give 1 or more")
    if out is not None:
        if economy is not None or checks:
            raise InputError("--out writes the ranking: leave out ECONOMY and --checks")
        check_files([out])
    if economy is not None and checks:
        raise InputError("--checks is about all ranks: leave out ECONOMY, or --checks")
    card = score(dates.day(date), _weights(weight or []))
    if economy is not None:
        _one(card, economy, as_json=as_json)
        return
    if checks:
        _checks(card, as_json=as_json)
        return
    ranking = card.ranking
    if members:
        signed = card.values["document"] == 1
        ranking = ranking[signed.reindex(ranking.index)]
    if out is not None:
        from beltroad.files import write_atomically

        text = ranking.reset_index().to_csv(index=False, lineterminator="\n", float_format="%.6g")
        write_atomically(out, text.encode())
        typer.echo(f"{len(ranking)} economies: {out}", err=as_json)
    if as_json:
        print_json(records(ranking.reset_index()))
        return
    _list(card, ranking, limit)


# Headings that fit 80 columns beside the names of economies.
_SHORT = {"infrastructure": "infra."}


def _weights(texts: list[str]) -> dict[str, float]:
    """``trade=2`` as a mapping."""
    given = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            given[name.strip().lower()] = float(number)
        except ValueError as error:
            raise InputError(f"--weight {text!r:.40}: give PILLAR=NUMBER, as trade=2") from error
    return given


def _list(card: Scorecard, ranking: pd.DataFrame, limit: int) -> None:
    from beltroad.evidence import economies

    console = Console()
    pillars = list(card.weights)
    shown = Table(
        "rank", "5-95 %", "economy", "score", *(_SHORT.get(p, p) for p in pillars), box=None
    )
    for row in ranking.head(limit).reset_index().to_dict("records"):
        shown.add_row(f"{row['rank']}", _range(row), escape(economies.name(row["iso3"])),
                      f"{row['score']:.2f}", *(f"{row[p]:.2f}" for p in pillars))  # fmt: skip
    console.print(shown)
    without = len(card.scores) - len(card.ranking)
    some = "" if len(ranking) == len(card.ranking) else f"{len(ranking)} of "
    console.print(f"{some}{len(card.ranking)} economies ranked, {without} with too little known. "
                  "5-95 %: ranks under other weights of the pillars. --checks: how firm they are",
                  highlight=False)  # fmt: skip


def _range(row: Mapping[Any, Any]) -> str:
    return f"{row['rank_low']:.0f}-{row['rank_high']:.0f}"


def _one(card: Scorecard, economy: str, *, as_json: bool) -> None:
    """Every indicator of one economy, in its unit and between 0 and 1."""
    from beltroad.evidence import economies

    code = economies.iso3(economy)
    if code not in card.values.index:
        raise InputError(f"{economies.name(code)} is not scored: the scorecard is on cooperation "
                         "with China")  # fmt: skip
    names = list(card.indicators["indicator"])
    table = card.indicators.assign(
        value=card.values[names].loc[code].to_numpy(),
        score=card.normalised[names].loc[code].to_numpy(),
    )
    rank = records(card.ranking[card.ranking.index == code])
    if as_json:
        found = {"iso3": code, "ranking": rank[0] if rank else None, "indicators": records(table)}
        print_json(found)
        return
    console = Console()
    said = "no rank: too little known"
    if rank:
        place = f"rank {rank[0]['rank']} of {len(card.ranking)}"
        said = f"{place} ({_range(rank[0])} under other weights), score {rank[0]['score']:.2f}"
    console.print(f"[b]{escape(economies.name(code))}[/b]: {said}", highlight=False)
    scores, known = card.scores.T[code], card.coverage.T[code]
    for pillar in card.weights:
        heading = "not known" if math.isnan(scores[pillar]) else f"{scores[pillar]:.2f}"
        share = 100 * float(known[pillar])
        doubt = "" if share > 99.9 else f" ({share:.0f} % of the weight known)"
        shown = Table(f"{pillar}: {heading}{doubt}", "value", "0 to 1", box=None)
        for row in table[table["pillar"] == pillar].to_dict("records"):
            shown.add_row(escape(row["title"]), _value(row), _number(row["score"]))
        console.print(shown)


def _value(row: Mapping[Any, Any]) -> str:
    value = float(str(row["value"]))
    if value != value:
        return "not known"
    if row["transform"] == "flag":
        # A partial list that does not name an economy says nothing about it.
        no = "not listed" if "partial list" in row["note"] else "no"
        return {1.0: "yes", 0.0: no, 0.5: "signed"}.get(value, f"{value:g}")
    if row["unit"] == "share":
        return f"{100 * value:.1f} %"
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    return number + (" %" if row["unit"] == "%" else "")


def _number(value: float) -> str:
    return "" if value != value else f"{value:.2f}"


def _checks(card: Scorecard, *, as_json: bool) -> None:
    from beltroad.policy.scorecard import published_ranks
    from beltroad.policy.scorecard.sensitivity import FEWEST

    scores = {"score": card.ranking["score"]} | {
        pillar: card.scores[pillar].dropna() for pillar in card.weights
    }
    beside = published_ranks(scores)
    if as_json:
        found = {"robustness": records(card.robustness), "published": records(beside)}
        print_json(found)
        return
    console = Console()
    firm = Table("variant", "rank correlation", "largest move", box=None)
    for row in card.robustness.to_dict("records"):
        firm.add_row(escape(row["variant"]), f"{row['rank_correlation']:.3f}",
                     f"{row['largest_move']:.0f} ranks")  # fmt: skip
    console.print(firm)
    names = ["score", *card.weights]
    theirs = Table("published index", "year", "n", *(name[:6] for name in names), box=None)
    for (title, year), rows in beside.groupby(["title", "year"], sort=False):
        figures = rows.set_index("score")["rank_correlation"]
        shared = rows.loc[rows["score"] == "score", "economies"].iloc[0]
        theirs.add_row(escape(str(title)), str(year), str(shared),
                       *(_number(figures[name]) for name in names))  # fmt: skip
    console.print(theirs)
    console.print(f"Rank correlation with ours over the n economies that both have; not given for "
                  f"fewer than {FEWEST}.", highlight=False)  # fmt: skip
