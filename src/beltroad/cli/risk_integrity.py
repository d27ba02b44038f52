"""``beltroad risk flags``, ``screen`` and ``owners``: leads on integrity, never verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from beltroad.cli.output import check_files, print_json, records
from beltroad.cli.risk import risk_app
from beltroad.cli.risk_texts import check_apart, tell
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.risk.integrity.flags import FlagResult

__all__ = ["flags", "owners", "screen"]

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_FLAG_TABLES = ("flags", "fences", "computable", "fields", "faults")
_OWNER_TABLES = ("owners", "control", "listed", "ties")
_Rows = Annotated[int, typer.Option("--limit", min=1, help="Rows to print.")]


@risk_app.command()
def flags(
    source: Annotated[Path | None, typer.Argument(help="OCDS data: JSON or JSON lines.")] = None,
    settings: Annotated[Path | None, typer.Option(help="Thresholds (TOML).")] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Merge releases of a process.")] = False,
    flag: Annotated[list[str] | None, typer.Option(help="Only this flag (R003); repeat.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Explain all flags.")] = False,
    limit: _Rows = 20,
    as_json: _Json = False,
    out: Annotated[Path | None, typer.Option(help="Write all tables as CSV here.")] = None,
) -> None:
    """Red flags of procurement data: what stands out, why, and what else explains it."""
    from beltroad.files import check_writable, write_files
    from beltroad.risk.integrity import flags as red
    from beltroad.risk.integrity.tables import safe_csv

    if listing:
        _catalogue(red.catalogue(), as_json=as_json)
        return
    if source is None:
        raise InputError("give a file of OCDS data, or --list for the flags")
    wanted = _flags_of(flag or (), red.FLAGS)
    if out is not None:
        check_writable(out)
        check_apart([source, settings], [out / f"{each}.csv" for each in _FLAG_TABLES])
    chosen = red.read_settings(settings) if settings is not None else None
    found = red.flag_file(source, chosen, merge=merge)
    table = found.flags[found.flags["flag"].isin(wanted)] if wanted else found.flags
    tables = dict(zip(_FLAG_TABLES, (table, found.fences, found.computable, found.fields,
                                     found.faults), strict=True))  # fmt: skip
    if out is not None:
        write_files({f"{name}.csv": safe_csv(each) for name, each in tables.items()}, out)
    if as_json:
        print_json({"processes": found.processes, "currency": found.currency, "note": found.note,
                    **{name: records(each) for name, each in tables.items()}})  # fmt: skip
        return
    _show_flags(found, table, limit)


def _flags_of(wanted: list[str] | tuple[str, ...], known: Any) -> list[str]:
    from beltroad.errors import suggest

    for each in wanted:
        if each.upper() not in known:
            raise InputError(f"--flag {each}: no such flag. {suggest(each, known)} "
                             f"Flags: {', '.join(known)}")  # fmt: skip
    return [each.upper() for each in wanted]


def _catalogue(table: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        print_json(records(table))
        return
    console = Console()
    for row in table.to_dict("records"):
        tell(
            console, f"{row['flag']}  {row['title']} ({row['levels']}; default: {row['defaults']})"
        )
        tell(console, f"  {row['definition']}", 2)
        tell(console, f"  Could also be: {row['could_also_be']}", 2)
    tell(console, "Definitions: Cardinal, Open Contracting Partnership, "
        "https://cardinal.readthedocs.io/en/latest/cli/indicators/")  # fmt: skip


def _show_flags(found: FlagResult, table: pd.DataFrame, limit: int) -> None:
    console = Console()
    computable = found.computable.set_index("flag")
    tell(console, f"{found.processes:,} contracting processes; prices compared in "
        f"{found.currency or 'no currency'}")  # fmt: skip
    for flag, row in computable.to_dict("index").items():
        mine = table[table["flag"] == flag]
        counts = mine["level"].value_counts(sort=False)
        said = ", ".join(f"{n:,} {level}" for level, n in counts.items()) or "none"
        missing = f"; missing most: {row['missing_most']}" if row["missing_most"] else ""
        share = row["computable_pct"]
        counted = "no process" if share != share else f"{share:.0f} %"
        tell(console, f"{flag} {row['title']}: {said} (computable for {counted}{missing})")
    if not table.empty:
        console.print()
    for row in table.head(limit).to_dict("records"):
        who = row["name"] or row["id"]
        where = f" in {row['ocid']}" if row["level"] != "process" and row["ocid"] else ""
        bound = "" if row["limit"] != row["limit"] else f", limit {row['limit']:.4g}"
        tell(console, f"{row['flag']} {row['level']} {who}{where}: {row['value']:.4g}{bound}")
        tell(console, f"  {row['evidence']:.300}", 2)
    if len(table) > limit:
        tell(console, f"{len(table) - limit:,} more: --limit {len(table)} or --out FOLDER")
    for row in found.faults.to_dict("records"):
        tell(console, f"{row['fault']}: {row['processes']:,} processes, such as "
            f"{row['example'] or '-'} ({row['note']})")  # fmt: skip
    tell(console, f"{found.note} What else explains a flag: beltroad risk flags --list")


@risk_app.command()
def screen(
    names: Annotated[Path, typer.Argument(help="CSV: name; id, aliases, kind, birth, country.")],
    lists: Annotated[list[str], typer.Option(
        "--list", help="A list, FILE or FILE:FORMAT (csv, ftm, un, ofac-csv, ofac-xml, eu-csv, "
        "eu-xml); repeat.")],
    threshold: Annotated[float | None, typer.Option(help="Least score, 0.3 to 1.")] = None,
    matcher: Annotated[str, typer.Option(help="own or nomenklatura.")] = "own",
    each: Annotated[int, typer.Option(help="Most leads for a name.")] = 10,
    limit: _Rows = 20,
    as_json: _Json = False,
    out: Annotated[Path | None, typer.Option(help="Write the leads (CSV).")] = None,
) -> None:  # fmt: skip
    """Compare names with lists that you supply. Each hit is a lead to be looked into."""
    from beltroad.files import write_atomically
    from beltroad.risk.integrity import screening
    from beltroad.risk.integrity.screening import nomenklatura
    from beltroad.risk.integrity.tables import safe_csv

    if matcher not in ("own", "nomenklatura"):
        raise InputError(f"--matcher {matcher}: give own or nomenklatura")
    if out is not None:
        check_files([out])
        check_apart([names, *(_list_of(text)[0] for text in lists)], [out])
    rescore = nomenklatura.scorer() if matcher == "nomenklatura" else None
    subjects = screening.read_subjects(names)
    entries = [entry for text in lists for entry in screening.read_list(*_list_of(text))]
    table = screening.screen(
        subjects, entries, limit=each, rescore=rescore,
        threshold=screening.THRESHOLD if threshold is None else threshold,
    )  # fmt: skip
    if out is not None:
        write_atomically(out, safe_csv(table))
    if as_json:
        print_json({"screened": len(subjects), "entries": len(entries), "note": screening.NOTE,
                    "leads": records(table)})  # fmt: skip
        return
    _show_leads(table, len(subjects), len(entries), limit)


def _list_of(text: str) -> tuple[Path, str]:
    """``FILE:FORMAT`` taken apart; a colon in the file's name is kept if such a file exists."""
    path, colon, form = text.rpartition(":")
    return (Path(text), "") if not colon or Path(text).exists() else (Path(path), form)


def _show_leads(table: pd.DataFrame, subjects: int, entries: int, limit: int) -> None:
    from beltroad.risk.integrity.screening import NOTE

    console = Console()
    with_leads = table["subject_id"].nunique()
    tell(console, f"{subjects:,} names against {entries:,} entries: {len(table):,} leads for "
        f"{with_leads:,} names")  # fmt: skip
    for row in table.head(limit).to_dict("records"):
        dated = f" of {row['list_date']}" if row["list_date"] else ", date not given"
        tell(console, f"{row['score']:.2f}  {row['subject']} ~ {row['listed_name']}: "
            f"{row['list']}{dated}, {row['entry_id']}, {row['kind'] or 'no kind'}")  # fmt: skip
        tell(console, f"  agrees: {'; '.join(filter(None, (row['matched'], row['for'])))}", 2)
        if row["against"]:
            tell(console, f"  against: {row['against']}", 2)
    if len(table) > limit:
        tell(console, f"{len(table) - limit:,} more: --limit {len(table)} or --out FILE")
    if len(table):
        first = table.iloc[0]
        if first["precision_pct"] == first["precision_pct"]:
            tell(console, f"At {first['threshold']:.2f}, on hard public pairs: "
                f"{first['precision_pct']:.0f} % of hits were true and "
                f"{first['recall_pct']:.0f} % of true pairs were hit.")  # fmt: skip
    tell(console, NOTE)


@risk_app.command()
def owners(
    source: Annotated[Path, typer.Argument(help="CSV, FollowTheMoney or BODS 0.4 file.")],
    of: Annotated[str | None, typer.Option(help="Only owners of this id.")] = None,
    form: Annotated[str, typer.Option("--format", help="csv, ftm or bods; else told.")] = "",
    control_pct: Annotated[float, typer.Option("--control", help="Threshold of control.")] = 50.0,
    least: Annotated[float, typer.Option(help="Least integrated share, per cent.")] = 0.0,
    listed: Annotated[list[str] | None, typer.Option(help="Id of a listed party; repeat.")] = None,
    bidders: Annotated[Path | None, typer.Option(help="CSV tender, bidder: find ties.")] = None,
    limit: _Rows = 20,
    as_json: _Json = False,
    out: Annotated[Path | None, typer.Option(help="Write all tables as CSV here.")] = None,
) -> None:
    """Ultimate owners, control, ties of bidders, and firms that listed parties own by half."""
    from beltroad.files import check_writable, write_files
    from beltroad.risk.integrity import ownership
    from beltroad.risk.integrity.ownership_files import read_bidders, read_graph
    from beltroad.risk.integrity.tables import safe_csv

    if out is not None:
        check_writable(out)
        check_apart([source, bidders], [out / f"{each}.csv" for each in _OWNER_TABLES])
    graph = read_graph(source, form)
    tables = {
        "owners": ownership.ultimate_owners(graph, of, least_pct=least),
        "control": ownership.control(graph, threshold_pct=control_pct),
    }
    if listed:
        tables["listed"] = ownership.listed_owners(graph, listed)
    if bidders is not None:
        tables["ties"] = ownership.bidder_links(graph, read_bidders(bidders))
    if out is not None:
        write_files({f"{name}.csv": safe_csv(each) for name, each in tables.items()}, out)
    if as_json:
        print_json({name: records(each) for name, each in tables.items()})
        return
    console = Console()
    told = {
        "owners": lambda r: (
            f"{r['owned_name']}: {r['owner_name']} {r['integrated_pct']:.1f} % "
            f"(direct {r['direct_pct']:.1f} %; {r['path']})"
        ),
        "control": lambda r: (
            f"{r['controller_name']} controls {r['controlled_name']}: "
            f"{r['held_pct']:.1f} % through {r['through']}"
        ),
        "listed": lambda r: f"{r['name']}: {r['held_pct']:.1f} % held by {r['held_by']}",
        "ties": lambda r: (
            f"{r['tender']}: {r['first_name']} and {r['second_name']}, {r['link']}: {r['evidence']}"
        ),
    }
    heads = {"owners": "Ultimate owners", "control": f"Control, more than {control_pct:g} %",
             "listed": "Half or more owned by listed parties (leads; OFAC question 401)",
             "ties": "Ties between bidders (leads, not verdicts)"}  # fmt: skip
    for name, table in tables.items():
        tell(console, f"{heads[name]}: {len(table):,}")
        for row in table.head(limit).to_dict("records"):
            tell(console, f"  {told[name](row)}")
        if len(table) > limit:
            tell(console, f"  {len(table) - limit:,} more: --limit {len(table)} or --out FOLDER")
