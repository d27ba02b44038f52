"""Claims that lack a date, a document, an address or a speaker."""

from __future__ import annotations

import pandas as pd

from beltroad.evidence.claims.findings import Finding

__all__ = ["source_findings"]

NEEDED = {
    "period_end": "date of the figure", "document_title": "title of the document",
    "published_on": "date of publication", "url": "address of the document",
    "said_by": "speaker", "licence": "licence",
}  # fmt: skip


def source_findings(frame: pd.DataFrame) -> list[Finding]:
    """One finding for each document and thing that is missing."""
    found = []
    for column, what in NEEDED.items():
        rows = frame[frame[column] == ""]
        for document, part in rows.groupby("document", sort=True):
            title = str(part["document_title"].iloc[0]) or str(document)
            found.append(Finding(
                finding=f"source:{column}:{document}", kind="source", test=column,
                title=title, verdict="missing", claims=tuple(part["claim_id"]),
                note=f"{what} not known ({len(part)} claim{'s' if len(part) > 1 else ''})",
            ))  # fmt: skip
    return found
