"""Check and write the table ``risk_events``: sovereign debt distress by country and year.

Reads ``data/facts/risk/distress_events.csv`` and ``distress_sources.csv``.
Run: ``python data/build_risk_events.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "risk"
KINDS = {
    "default": "default on bonds, loans or official debt, from the first missed payment or "
    "distressed exchange to the settlement",
    "restructuring": "restructuring of debt to private or official creditors",
    "arrears": "protracted arrears",
    "paris_club": "rescheduling or reduction agreed with the Paris Club",
    "hipc": "in serial rescheduling before 2000, up to the completion point of the HIPC initiative",
    "imf_rescue": "non-concessional arrangement of at least 100 % of quota, drawn upon",
    "distress_rating": "rated in debt distress under the LIC-DSF",
}
CONFIDENCE = ("high", "medium", "low")
COLUMNS = {
    "iso3": ("-", "economy, ISO 3166-1 alpha-3"),
    "year": ("year", "first year"),
    "year_end": ("year", "last year; the first where only one is known"),
    "kind": ("-", "; ".join(f"{k}: {v}" for k, v in KINDS.items())),
    "confidence": ("-", "high, medium, or low (remembered or unconfirmed)"),
    "note": ("-", "what is known"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "address where it was read; empty where it was not"),
}


def main() -> None:
    """Check, then write the table."""
    events = pd.read_csv(FOLDER / "distress_events.csv", dtype=str, keep_default_na=False)
    sources = pd.read_csv(FOLDER / "distress_sources.csv", dtype=str, keep_default_na=False)
    faults = []
    for row in events.itertuples():
        where = f"{row.iso3} {row.year} {row.kind}"
        if not re.fullmatch("[A-Z]{3}", row.iso3):
            faults.append(f"{where}: no ISO code")
        if not 1998 <= int(row.year) <= int(row.year_end) <= 2024:
            faults.append(f"{where}: years {row.year} to {row.year_end}")
        if row.kind not in KINDS or row.confidence not in CONFIDENCE:
            faults.append(f"{where}: kind {row.kind!r} or confidence {row.confidence!r}")
        if row.source == "memory" and (row.confidence != "low" or "unconfirmed" not in row.note):
            faults.append(f"{where}: what is remembered is of low confidence and says so")
    missing = set(events["source"]) - set(sources["source"])
    faults += [f"no such source: {s}" for s in sorted(missing)]
    if events.duplicated(["iso3", "year", "kind", "source"]).any():
        faults.append("an event is given twice by the same source")
    if faults:
        raise SystemExit("\n".join(faults))
    renamed = sources.rename(columns={"title": "source_title", "url": "source_url"})
    table = events.merge(renamed, on="source", how="left").drop(columns="source")
    read = [
        {"title": row.title, "url": row.url,
         "licence": "single facts cited", "vintage": "as published"}
        for row in sources.itertuples() if row.source != "memory" and row.url
    ]  # fmt: skip
    write_table(
        "risk_events",
        table[list(COLUMNS)],
        title="Sovereign debt distress, 1998-2024",
        script="data/build_risk_events.py",
        columns=COLUMNS,
        sources=read,
        notes="Years from 1998: what began earlier starts in 1999 or 1998. Events of several "
        "sources stand beside each other; the model merges them into episodes (see "
        "docs/methods/risk-country.md). Not complete: small arrears, collateralised loans and "
        "reschedulings that were never published are missing.",
    )


if __name__ == "__main__":
    main()
