"""``beltroad invest``: two-way investment, its balances and series over years."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import app
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

    from beltroad.finance.invest import Overview, Series

__all__ = ["balance", "invest_app", "series"]

invest_app = typer.Typer(
    no_args_is_help=True,
    help="Two-way investment: balances, partners, series, sources, own tables, totals checked.",
)
app.add_typer(invest_app, name="invest")

Home = Annotated[str, typer.Option(help="Economy from which directions are seen.")]
Source = Annotated[str | None, typer.Option(help="Only this source: beltroad invest sources.")]
Chart = Annotated[Path | None, typer.Option(help="Draw to a file: .svg or .html.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@invest_app.command()
def balance(
    partner: Annotated[str | None, typer.Option(help="Economy by name or code.")] = None,
    group: Annotated[str | None, typer.Option(help="ASEAN, BRI, BRI_ROUTE, EU ...")] = None,
    home: Home = "CHN",
    source: Source = None,
    year: Annotated[int | None, typer.Option(help="Only this year.")] = None,
    measure: Annotated[str | None, typer.Option(help="flow, or stock for net positions.")] = None,
    both: Annotated[bool, typer.Option("--both", help="Only rows with both directions.")] = False,
    ledger: Ledgers = None,
    only_ledger: OnlyOwn = False,
    chart: Chart = None,
    as_json: AsJson = False,
    as_csv: Csv = False,
) -> None:
    """Outward against inward investment: all partners, or one or a group source by source."""
    from beltroad.finance import invest

    if partner is not None and group is not None:
        raise InputError("give either --partner or --group, for instance --group ASEAN")
    if partner is None and group is None and chart is not None:
        raise InputError("--chart goes with --partner or --group, for instance --group BRI")
    check_outputs(chart, as_json=as_json, as_csv=as_csv)
    rows = ledger_of(ledger, only=only_ledger)
    if partner is None and group is None:
        whole = invest.overview(rows, home=home, source=source, year=year, measure=measure)
        if as_csv:
            print_csv(whole.table)
        elif as_json:
            print_json({"home": whole.home, "rows": records(whole.table),
                        "one_sided": list(whole.one_sided)})  # fmt: skip
        else:
            _show_overview(whole)
        return
    found = invest.balance(
        rows, str(partner or group), home=home, source=source, year=year, measure=measure
    )
    table = found.table
    if both:
        table = table[table["balance_mn"].notna() | table["published_two_way_mn"].notna()]
        if table.empty:
            raise InputError(f"no source gives both directions for {found.partner} here")
    if chart is not None:
        from beltroad.finance.invest import charts

        write_chart(chart, charts.balance_chart(found), _title(found.home, found.partner), table)
    if as_csv:
        print_csv(table)
    elif as_json:
        print_json({"home": found.home, "partner": found.partner, "rows": records(table),
                    "notes": list(found.notes)})  # fmt: skip
    else:
        _show_balance(table, found.home, found.partner, found.notes)


def _show_overview(found: Overview) -> None:
    from beltroad.finance.invest.views import name_of

    console = Console()
    console.print(f"[b]Investment between {escape(name_of(found.home))} and others[/b], millions, "
                  "latest of each source", highlight=False)  # fmt: skip
    for (measure, basis), part in found.table.groupby(["measure", "price_basis"], sort=False):
        console.print()
        say(console, f"{measure}, {basis}")
        shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        shown.add_column("", max_width=22)
        shown.add_column("period", no_wrap=True)
        for name in ("outward", "inward", "balance"):
            shown.add_column(name, justify="right", no_wrap=True)
        shown.add_column("source", no_wrap=True)
        for row in part.to_dict("records"):
            mark = "?" if row["confidence"] == "low" else ""
            shown.add_row(escape(row["name"]), escape(row["period"]) + mark,
                          amount(row["outward_mn"]), amount(row["inward_mn"]),
                          amount(row["balance_mn"]), escape(row["source"]))  # fmt: skip
        show_table(shown)
    console.print()
    if found.one_sided:
        say(console, f"{len(found.one_sided)} more partners have one direction only: "
            + ", ".join(found.one_sided[:12]) + (" ..." if len(found.one_sided) > 12 else "")
            + ".")  # fmt: skip
    say(console, "Sources and periods differ: never add these rows. All that is known of one: "
        "beltroad invest balance --group ASEAN, or --partner KAZ.")  # fmt: skip
    if "low" in set(found.table["confidence"]):
        say(console, "?: unconfirmed.")


def _title(home: str, partner: str) -> str:
    from beltroad.finance.invest.views import name_of

    return f"Investment between {name_of(home)} and {name_of(partner)}"


def _show_balance(table: pd.DataFrame, home: str, partner: str, notes: tuple[str, ...]) -> None:
    from beltroad.finance.invest.vocabulary import INSTRUMENTS

    console = Console()
    console.print(f"[b]{escape(_title(home, partner))}[/b], millions", highlight=False)
    kinds: dict[str, None] = {}
    for (source, basis, made), part in table.groupby(
        ["source", "price_basis", "made_of"], sort=False
    ):
        told = "" if made == "published" else f", sum of {made}"
        hosts = sorted(set(part["told_by"]) - {home})
        told += f", told by {', '.join(hosts)}" if hosts else ""
        console.print()
        say(console, f"{source}, {basis}{told}")
        shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name in ("measure", "period"):
            shown.add_column(name, no_wrap=True)
        for name in ("outward", "inward", "balance", "two-way", "min/max"):
            shown.add_column(name, justify="right", no_wrap=True)
        for row in part.to_dict("records"):
            mark = "?" if row["confidence"] == "low" else ""
            ratio = f"{row['reciprocity']:.2f}" if row["reciprocity"] == row["reciprocity"] else ""
            two_way = row["two_way_mn"]
            if two_way != two_way:
                two_way = row["published_two_way_mn"]
            shown.add_row(row["measure"], escape(row["period"]) + mark, amount(row["outward_mn"]),
                          amount(row["inward_mn"]), amount(row["balance_mn"]), amount(two_way),
                          ratio)  # fmt: skip
            for side in ("outward", "inward"):
                if row[f"{side}_instrument"]:
                    kinds[f"{side}: {INSTRUMENTS[row[f'{side}_instrument']]} in {source}"] = None
        show_table(shown)
        for row in part.to_dict("records"):
            if row["note"]:
                say(console, f"  {row['period']}: {row['note']}")
    console.print()
    say(console, "; ".join(kinds) + ".")
    for note in notes:
        say(console, note + ".")
    if "low" in set(table["confidence"]):
        say(console, "?: unconfirmed.")


@invest_app.command()
def series(
    partner: Annotated[str | None, typer.Option(help="Economy by name or code.")] = None,
    group: Annotated[str | None, typer.Option(help="Group, as sources publish it.")] = None,
    home: Home = "CHN",
    source: Source = None,
    direction: Annotated[str | None, typer.Option(help="outward or inward.")] = None,
    measure: Annotated[str | None, typer.Option(help="flow, stock, contract_new ...")] = None,
    instrument: Annotated[str | None, typer.Option(help="fdi, fdi_nonfinancial ...")] = None,
    start: Annotated[int | None, typer.Option("--from", help="First year.")] = None,
    end: Annotated[int | None, typer.Option("--to", help="Last year.")] = None,
    ledger: Ledgers = None,
    only_ledger: OnlyOwn = False,
    chart: Chart = None,
    as_json: AsJson = False,
    as_csv: Csv = False,
) -> None:
    """Amounts by year with growth, one series for each source and instrument."""
    from beltroad.finance import invest

    if (partner is None) == (group is None):
        raise InputError("give either --partner or --group, for instance --group BRI_ROUTE")
    if start is not None and end is not None and start > end:
        raise InputError(f"--from {start} is after --to {end}")
    check_outputs(chart, as_json=as_json, as_csv=as_csv)
    rows = ledger_of(ledger, only=only_ledger)
    found = invest.series(
        rows, str(partner or group), home=home, source=source, direction=direction,
        measure=measure, instrument=instrument, start=start, end=end,
    )  # fmt: skip
    import pandas as pd

    tidy = pd.concat([each.table.assign(**each.basis) for each in found], ignore_index=True)
    if chart is not None:
        from beltroad.finance.invest import charts

        write_chart(chart, charts.series_chart(found), _title(home, found[0].basis["partner"]),
                    tidy)  # fmt: skip
    if as_csv:
        print_csv(tidy)
    elif as_json:
        print_json([_as_json(each) for each in found])
    else:
        _show_series(found)


def _as_json(each: Series) -> dict[str, object]:
    from dataclasses import asdict

    grown = None
    if each.growth is not None:
        grown = asdict(each.growth) | {"yearly": records(each.growth.yearly)}
        grown = {k: None if isinstance(v, float) and v != v else v for k, v in grown.items()}
    return {"basis": each.basis, "years": records(each.table), "growth": grown,
            "left_out": each.left_out}  # fmt: skip


def _show_series(found: list[Series]) -> None:
    from beltroad.finance.invest.views import name_of
    from beltroad.finance.invest.vocabulary import INSTRUMENTS

    console = Console()
    for each in found:
        b = each.basis
        told = "" if b["told_by"] == "CHN" else f", told by {b['told_by']}"
        what = f"{name_of(b['partner'])}, {b['direction']} {b['measure']}"
        basis = f"{b['source']}, millions, {b['price_basis']}{told}"
        say(console, f"{what}: {INSTRUMENTS[b['instrument']]} ({basis})")
        shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        shown.add_column("year", no_wrap=True)
        for name in ("amount", "change, %"):
            shown.add_column(name, justify="right", no_wrap=True)
        shown.add_column("")
        for row in each.table.to_dict("records"):
            mark = "?" if row["confidence"] == "low" else ""
            change = row["change_pct"]
            shown.add_row(f"{row['year']}{mark}", amount(row["value_mn"]),
                          f"{change:+.1f}" if change == change else "", _remark(row))  # fmt: skip
        show_table(shown)
        if (g := each.growth) is not None:
            rate = f"{g.cagr_pct:+.1f} % a year" if g.cagr_pct == g.cagr_pct else "no rate"
            spread = f" ({g.low_pct:+.1f} to {g.high_pct:+.1f} if either end year is moved by one)"
            gaps = f"; no figure of {', '.join(map(str, g.gaps))}" if g.gaps else ""
            base = f"; {g.base_note}" if g.base_note else ""
            spread = spread if g.low_pct == g.low_pct else ""
            say(console, f"  {g.first_year} to {g.last_year}: {rate}{spread}{gaps}{base}")
        if each.left_out:
            say(console, f"  rows of other periods than years left out: {each.left_out}")
        console.print()
    if any("low" in set(each.table["confidence"]) for each in found):
        say(console, "?: unconfirmed.")
    say(console, "Series of different sources or instruments are never added or joined.")


def _remark(row: dict[Any, Any]) -> str:
    told = []
    if row["bound"] != "exact":
        told.append(str(row["bound"]).replace("_", " "))
    if row["status"]:
        told.append(str(row["status"]))
    if row["high_mn"] > row["low_mn"]:
        span = f"{row['low_mn']:,.0f} to {row['high_mn']:,.0f}"
        told.append(f"{row['statements']} statements, {span}")
    return escape("; ".join(told))
