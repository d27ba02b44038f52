"""Leads from a user's own files: names against lists, owners, red flags. Never verdicts."""

from __future__ import annotations

import csv
import io

import pandas as pd

from beltroad.app.answers import Answer, Column, Figure, Origin, Table, finite, table_of
from beltroad.app.questions.uploads import uploaded
from beltroad.errors import InputError

__all__ = ["FORMATS", "flags", "owners", "screening"]

FORMATS = ("", "csv", "ftm", "un", "ofac-csv", "ofac-xml", "eu-csv", "eu-xml")
_MOST_NAMES, _MOST_ROWS = 2000, 2000


def _origin(formula: str) -> Origin:
    return Origin(source="Files that were uploaded; nothing of them is kept", kind="computed",
                  formula=formula, method="integrity")  # fmt: skip


def _subjects(names: str) -> bytes:
    """Names, one a line, as the table that the screening reads."""
    lines = [line.strip() for line in names.splitlines() if line.strip()]
    if not lines:
        raise InputError("names: give one a line, or a file")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name"])
    writer.writerows([line[:400]] for line in lines)
    return out.getvalue().encode()


def screening(
    names: str, names_file: bytes, listed: bytes, listed_name: str, *, form: str = "",
    threshold: float | None = None, each: int = 10,
) -> Answer:  # fmt: skip
    """Names against a list. Each hit is a lead to be looked into.

    Raises
    ------
    InputError
        With every fault of the files.
    """
    from beltroad.risk.integrity import screening as screens

    if not listed:
        raise InputError("list: choose a file to compare with")
    with uploaded(names_file or _subjects(names), "names.csv") as path:
        subjects = screens.read_subjects(path)
    if len(subjects) > _MOST_NAMES:
        raise InputError(f"names: {len(subjects):,}; give at most {_MOST_NAMES:,} at a time")
    with uploaded(listed, listed_name) as path:
        entries = screens.read_list(path, form)
    least = screens.THRESHOLD if threshold is None else threshold
    found = screens.screen(subjects, entries, limit=each, threshold=least)
    scored = _origin("agreement of the words of both names, less or more by birth year, country, "
                     "kind and weak aliases")  # fmt: skip
    table = _table("leads", "Leads", found, [
        Column(name="subject", title="Name"), Column(name="listed_name", title="On the list"),
        Column(name="score", title="Score", unit="0 to 1", kind="number", decimals=2,
               origin=scored),
        Column(name="list", title="List"), Column(name="list_date", title="Of"),
        Column(name="entry_id", title="Entry"), Column(name="kind", title="Kind"),
        Column(name="matched", title="Agrees"), Column(name="for", title="For"),
        Column(name="against", title="Against"),
    ], scored)  # fmt: skip
    precision, recall = screens.measured_at(least)
    measured = Origin(source="Hard public pairs of names", kind="observed", method="integrity",
                      formula=f"pairs at a threshold of {least:g}")  # fmt: skip
    figures = (
        Figure(id="names", label="Names screened", value=len(subjects), unit="names",
               origin=_origin("rows that were read")),
        Figure(id="entries", label="Entries of the list", value=len(entries), unit="entries",
               origin=_origin("rows that were read")),
        Figure(id="leads", label="Leads", value=len(found), unit="leads", origin=scored),
        Figure(id="precision", label="Of such hits were true, on public pairs", unit="%",
               value=finite(precision), origin=measured),
        Figure(id="recall", label="Of true pairs were hit", value=finite(recall), unit="%",
               origin=measured),
    )  # fmt: skip
    return Answer(figures=figures, tables=(table,), notes=(screens.NOTE,))


def owners(data: bytes, name: str, bidders: bytes, *, control_pct: float = 50.0) -> Answer:
    """Ultimate owners, control, and ties of bidders.

    Raises
    ------
    InputError
        With every fault of the files.
    """
    from beltroad.risk.integrity import ownership
    from beltroad.risk.integrity.ownership_files import read_bidders, read_graph

    if not data:
        raise InputError("owners: choose a file of who owns what")
    with uploaded(data, name) as path:
        graph = read_graph(path, "")
    share = _origin("shares multiplied along each path and added up")
    held = _origin(f"more than {control_pct:g} % of votes, directly or through what is controlled")
    tables = [
        _table("owners", "Ultimate owners", ownership.ultimate_owners(graph, None, least_pct=0.0), [
            Column(name="owned_name", title="Owned"), Column(name="owner_name", title="Owner"),
            Column(name="integrated_pct", title="Integrated share", unit="%", kind="number",
                   decimals=1, origin=share),
            Column(name="direct_pct", title="Direct share", unit="%", kind="number", decimals=1,
                   origin=share),
            Column(name="path", title="Through"),
        ], share),
        _table("control", "Control", ownership.control(graph, threshold_pct=control_pct), [
            Column(name="controller_name", title="Controls"),
            Column(name="controlled_name", title="Controlled"),
            Column(name="held_pct", title="Held", unit="%", kind="number", decimals=1, origin=held),
            Column(name="through", title="Through"),
        ], held),
    ]  # fmt: skip
    if bidders:
        with uploaded(bidders, "bidders.csv") as path:
            ties = ownership.bidder_links(graph, read_bidders(path))
        tables.append(_table("ties", "Ties between bidders", ties, [
            Column(name="tender", title="Tender"), Column(name="first_name", title="Bidder"),
            Column(name="second_name", title="Bidder"), Column(name="link", title="Tie"),
            Column(name="evidence", title="Shown by"),
        ], _origin("owners, controllers or officers in common")))  # fmt: skip
    return Answer(tables=tuple(tables), notes=("A tie is a lead, not a verdict.",))


def flags(data: bytes, name: str) -> Answer:
    """Red flags of procurement data in OCDS.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    from beltroad.risk.integrity import flags as red

    if not data:
        raise InputError("processes: choose a file of OCDS data")
    with uploaded(data, name) as path:
        found = red.flag_file(path, None, merge=False)
    at = _origin("as the catalogue of flags defines each; limits from the data's own spread")
    rows = found.flags
    table = _table("flags", "Red flags", rows, [
        Column(name="flag", title="Flag"), Column(name="level", title="Of a"),
        Column(name="name", title="Name"), Column(name="ocid", title="Process"),
        Column(name="value", title="Value", unit="as in flag", kind="number", decimals=3,
               origin=at),
        Column(name="limit", title="Limit", unit="as in flag", kind="number", decimals=3,
               origin=at),
        Column(name="evidence", title="Why"),
    ], at)  # fmt: skip
    counted = _table("computable", "What could be computed", found.computable, [
        Column(name="flag", title="Flag"), Column(name="title", title="Title"),
        Column(name="computable_pct", title="Computable", unit="% of processes", kind="number",
               decimals=0, origin=at),
        Column(name="missing_most", title="Missing most"),
    ], at)  # fmt: skip
    explained = _table("catalogue", "What each flag means, and what else explains it",
                       red.catalogue(), [
        Column(name="flag", title="Flag"), Column(name="title", title="Title"),
        Column(name="definition", title="Definition"),
        Column(name="could_also_be", title="Could also be"),
    ], at)  # fmt: skip
    figures = (Figure(id="processes", label="Contracting processes", value=found.processes,
                      unit="processes", origin=_origin("processes that were read")),)  # fmt: skip
    return Answer(figures=figures, tables=(table, counted, explained), notes=(found.note,))


def _table(
    key: str, title: str, rows: pd.DataFrame, columns: list[Column], origin: Origin
) -> Table:  # fmt: skip
    return table_of(key, title, rows.head(_MOST_ROWS), columns, origin=origin, total=len(rows))
