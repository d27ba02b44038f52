"""``beltroad invest partners`` and ``sources``: rankings, concentration, who counts what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.invest import AsJson, Chart, Home, Source, invest_app
from beltroad.cli.invest_output import (
    Csv,
    Ledgers,
    OnlyOwn,
    amount,
    check_outputs,
    ledger_of,
    print_csv,
    show_table,
    write_chart,
)
from beltroad.cli.lines import say
from beltroad.cli.output import print_json, records
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["partners", "sources"]


@invest_app.command()
def partners(
    direction: Annotated[str, typer.Option(help="outward or inward.")] = "outward",
    group: Annotated[str | None, typer.Option(help="Only members of this group.")] = None,
    measure: Annotated[str | None, typer.Option(help="flow, stock, commitment ...")] = None,
    instrument: Annotated[str | None, typer.Option(help="fdi, loan, contracts ...")] = None,
    year: Annotated[int | None, typer.Option(help="Only this year.")] = None,
    home: Home = "CHN",
    source: Source = None,
    top: Annotated[int, typer.Option(help="Rows to print and bars to draw.")] = 20,
    ledger: Ledgers = None,
    only_ledger: OnlyOwn = False,
    chart: Chart = None,
    as_json: AsJson = False,
    as_csv: Csv = False,
) -> None:
    """Partners by amount with shares and concentration, on one basis."""
    from dataclasses import asdict

    from beltroad.finance import invest
    from beltroad.finance.invest.sources import caption
    from beltroad.finance.invest.vocabulary import INSTRUMENTS

    if top < 1:
        raise InputError(f"--top {top}: give 1 or more")
    check_outputs(chart, as_json=as_json, as_csv=as_csv)
    found = invest.ranking(
        ledger_of(ledger, only=only_ledger), home=home, direction=direction, measure=measure,
        source=source, instrument=instrument, year=year, group=group,
    )  # fmt: skip
    b, c = found.basis, found.concentration
    heading = f"{INSTRUMENTS[b['instrument']]}, {b['direction']} {b['measure']}, {b['period']}"
    if chart is not None:
        from beltroad.finance.invest import charts

        write_chart(chart, charts.partners_chart(found, top), heading, found.table.head(top))
    if as_csv:
        print_csv(found.table.assign(**b))
        return
    if as_json:
        numbers = {k: None if isinstance(v, float) and v != v else v for k, v in asdict(c).items()}
        print_json({"basis": b, "rows": records(found.table), "concentration": numbers,
                    "world_mn": None if found.world_mn != found.world_mn else found.world_mn,
                    "others": list(found.others), "notes": list(found.notes)})  # fmt: skip
        return
    console = Console()
    console.print(f"[b]{escape(heading)}[/b], millions, {b['price_basis']}", highlight=False)
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    shown.add_column("", justify="right")
    shown.add_column("partner", no_wrap=True, max_width=34)
    for name in ("amount", "share, %", "cumulated"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in found.table.head(top).to_dict("records"):
        mark = "?" if row["confidence"] == "low" else ""
        shares = [f"{v:.1f}" if v == v else "" for v in (row["share_pct"], row["cumulated_pct"])]
        shown.add_row(str(row["rank"]), escape(row["name"]) + mark, amount(row["value_mn"]),
                      *shares)  # fmt: skip
    show_table(shown)
    if len(found.table) > top:
        say(console, f"{len(found.table) - top} more: --top {len(found.table)}")
    tops = ", ".join(f"largest {k}: {v:.0f} %" for k, v in c.top_pct.items())
    normal = f", normalised {c.hhi_normalised:.3f}" if c.hhi_normalised == c.hhi_normalised else ""
    say(console, f"Concentration over these {c.partners} partners: HHI {c.hhi:.3f} "
        f"({10_000 * c.hhi:,.0f}){normal}, as with {c.equivalent_partners:.1f} equal ones; "
        f"{tops}.")  # fmt: skip
    if c.not_positive:
        say(console, f"{c.not_positive} partners at or below zero have no share.")
    if found.world_mn == found.world_mn:
        listed = found.table["value_mn"].sum()
        say(console, f"The source's own total is {amount(found.world_mn)}: the partners listed "
            f"make up {100 * listed / found.world_mn:.0f} %.")  # fmt: skip
    for note in found.notes:
        say(console, note + ".")
    say(console, caption(b["source"], b["price_basis"]))
    if found.others:
        say(console, "Other bases, never mixed with this one: " + "; ".join(found.others)
            + ". Choose with --source, --measure, --instrument, --year.")  # fmt: skip


@invest_app.command()
def sources(
    partner: Annotated[str | None, typer.Option(help="What each says of this partner.")] = None,
    year: Annotated[int | None, typer.Option(help="With --partner: only this year.")] = None,
    home: Home = "CHN",
    ledger: Ledgers = None,
    only_ledger: OnlyOwn = False,
    as_json: AsJson = False,
    as_csv: Csv = False,
) -> None:
    """List the sources, or put side by side what they say of one partner."""
    from beltroad.finance import invest

    if year is not None and partner is None:
        raise InputError("--year goes with --partner")
    check_outputs(None, as_json=as_json, as_csv=as_csv)
    rows = ledger_of(ledger, only=only_ledger)
    if partner is None:
        table = invest.sources(rows)
    else:
        table = invest.side_by_side(rows, partner, home=home, year=year)
        if table.empty:
            raise InputError(f"no row on {partner!r:.40}" + (f" in {year}" if year else ""))
    if as_csv:
        print_csv(table)
    elif as_json:
        print_json(records(table))
    elif partner is None:
        _list(table)
    else:
        _compare(table)


def _list(table: pd.DataFrame) -> None:
    console = Console()
    for row in table.to_dict("records"):
        years = f"{row['first_year']}-{row['last_year']}"
        console.print(f"[b]{escape(row['source'])}[/b]  {escape(row['title'] or 'own ledger')}",
                      highlight=False, soft_wrap=False)  # fmt: skip
        if row["publisher"]:
            say(console, f"  {row['publisher']}")
        low = f", {row['low_confidence']} unconfirmed" if row["low_confidence"] else ""
        say(console, f"  {row['rows']:,} rows, {row['partners']} partners, {years}, "
            f"{row['price_basis']}: {row['measures']}{low}")  # fmt: skip
        if row["note"]:
            say(console, f"  {row['note']}")
    say(console, "Rows of different sources or price bases are never added.")


def _compare(table: pd.DataFrame) -> None:
    console = Console()
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "period", "source", "counts"):
        shown.add_column(name, no_wrap=True)
    shown.add_column("millions", justify="right", no_wrap=True)
    shown.add_column("ratio", justify="right", no_wrap=True)
    bases = set()
    for row in table.to_dict("records"):
        mark = "?" if row["confidence"] == "low" else ""
        basis = str(row["price_basis"])
        bases.add(basis)
        sign = "" if basis == "current USD" else "*"
        shown.add_row(_SHORT[row["direction"]] + " " + row["measure"], escape(row["period"]),
                      escape(row["source"]), _KINDS.get(row["instrument"], row["instrument"]),
                      amount(row["value_mn"]) + sign + mark, f"{row['ratio']:.2f}")  # fmt: skip
    show_table(shown)
    say(console, "Ratio: to the first row of the same direction, measure and period, over "
        "different methods: it measures how far sources differ, not who is right.")  # fmt: skip
    if other := sorted(bases - {"current USD"}):
        say(console, f"*: {', '.join(other)}; all else in current USD.")


# Short enough for 80 columns.
_SHORT = {"outward": "out", "inward": "in", "both": "both"}
_KINDS = {"fdi_nonfinancial": "non-fin.", "fdi_utilised": "used", "zone_investment": "zones",
          "fdi_and_loans": "with loans", "development_finance": "all",
          "zone_taxes": "taxes"}  # fmt: skip
