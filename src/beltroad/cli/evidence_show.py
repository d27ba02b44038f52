"""One claim, one indicator, one document, and the audit, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding

from beltroad.cli.evidence_text import claim_table, finding_lines, legend, print_grouped
from beltroad.evidence.claims.wording import figure_text, period_text

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = ["print_audit", "print_claim", "print_document", "print_indicator"]

_QUIET = ("agrees", "agrees within rounding", "missing")
_FIRST = {"disagrees": 0, "consistent": 1, "jump": 1}
_DETAILS = {
    "indicator": "indicator", "pillar": "pillar", "geography_title": "where",
    "partner_title": "with", "price_basis": "prices", "said_by": "said by", "wording": "wording",
    "place": "place", "document_title": "document", "author": "author", "publisher": "publisher",
    "published_on": "published", "url": "address", "licence": "licence", "status": "status",
    "confidence": "confidence", "note": "note",
}  # fmt: skip


def print_claim(console: Console, found: pd.DataFrame) -> None:
    """Everything that is known of a claim, and what the audit says of it."""
    row = {str(k): v for k, v in found.iloc[0].items()}
    console.print(f"[b]{escape(row['claim_id'])}[/b]: {escape(row['subject'])}", highlight=False)
    _detail(console, "figure", figure_text(row))
    _detail(console, "period", period_text(row))
    for column, heading in _DETAILS.items():
        if row[column]:
            _detail(console, heading, row[column])
    _findings(console, found, quiet=False)
    legend(console, found)


def print_indicator(console: Console, found: pd.DataFrame) -> None:
    """Claims of an indicator by time, then where they do not go together."""
    first = found.iloc[0]
    console.print(f"[b]{escape(first['indicator_title'])}[/b]  {first['indicator']}, "
                  f"{first['measure']}, {escape(first['unit'])}", highlight=False)  # fmt: skip
    ordered = found.sort_values(
        ["subject", "geography", "partner", "period_end", "period_start", "claim_id"]
    )
    print_grouped(console, _records(ordered), series=True)
    _findings(console, found, quiet=True)
    legend(console, found)


def print_document(console: Console, found: pd.DataFrame) -> None:
    """A document and its claims in the order of the text."""
    row = {str(k): v for k, v in found.iloc[0].items()}
    console.print(f"[b]{escape(row['document_title'])}[/b]  {escape(row['document'])}",
                  highlight=False)  # fmt: skip
    for column in ("author", "publisher", "published_on", "url", "licence"):
        if row[column]:
            _detail(console, _DETAILS[column], row[column])
    ordered = found.assign(
        _at=[int(p) if p.isdecimal() else 10**6 for p in found["place"]]
    ).sort_values(["_at", "claim_id"], kind="stable")
    columns = {"place": "place", "period": "date", "figure": "figure", "subject": "of",
               "said_by": "said by", "claim_id": "claim"}  # fmt: skip
    if not found["place"].any():
        del columns["place"]
    if found["said_by"].nunique() == 1:
        _detail(console, "said by", found["said_by"].iloc[0])
        del columns["said_by"]
    rows = _records(ordered)
    start = f"{row['document']}-"
    if any(r["claim_id"].startswith(start) for r in rows):  # what they begin with is said once
        _detail(console, "claims", f"{start}NN")
        rows = [r | {"claim_id": r["claim_id"].removeprefix(start)} for r in rows]
    console.print(claim_table(rows, columns))
    legend(console, found)


def print_audit(console: Console, found: pd.DataFrame, chosen: pd.DataFrame,
                claims: pd.DataFrame, *, everything: bool) -> None:  # fmt: skip
    """Findings by kind with their counts; what agrees or lacks is counted, not listed."""
    from beltroad.evidence.claims import KINDS, VERDICTS

    unsure = set(claims.loc[claims["status"] != "read", "claim_id"])
    for kind, meaning in KINDS.items():
        rows = chosen[chosen["kind"] == kind]
        if rows.empty:
            continue
        counts = rows["verdict"].value_counts()
        told = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if v in counts)
        console.print(f"[b]{kind}[/b] ({meaning}): {told}", highlight=False)
        for row in sorted(_records(rows), key=lambda row: _FIRST.get(row["verdict"], 2)):
            quiet = row["verdict"] in _QUIET or row["verdict"] == "derived"
            if everything or not quiet:
                finding_lines(console, row, unsure)
            elif kind == "derived figure":
                finding_lines(console, row, unsure, brief=True)
    if chosen.empty:
        console.print("No finding with this verdict.")
        return
    counts = found["verdict"].value_counts()
    total = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if v in counts)
    console.print(f"{len(claims):,} claims, {len(found)} findings: {total}. "
                  f"{len(unsure)} claims are unconfirmed (marked ?).", highlight=False)  # fmt: skip
    if not everything:
        console.print("--all lists every finding with its claims.", highlight=False)


def _findings(console: Console, found: pd.DataFrame, *, quiet: bool) -> None:
    """Findings that rest on these claims."""
    from beltroad.evidence.claims import audit

    wanted = set(found["claim_id"])
    unsure = set(found.loc[found["status"] != "read", "claim_id"])
    rows = [row for row in _records(audit()) if wanted & set(row["claims"].split(";"))
            and row["kind"] != "source" and not (quiet and row["verdict"] in _QUIET)]  # fmt: skip
    if rows:
        console.print("[b]Checks[/b]")
    for row in rows:
        finding_lines(console, row, unsure)


def _detail(console: Console, heading: str, text: str) -> None:
    console.print(Padding(f"[dim]{heading}:[/dim] {escape(str(text))}", (0, 0, 0, 2), expand=False),
                  highlight=False)  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    from beltroad.evidence.claims.rows import rows_of

    return rows_of(frame)
