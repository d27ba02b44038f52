"""Check and write ``risk_sanctions``: economies that a sanctions programme names.

A flag beside a country grade, which no model sees. It says that a list named the economy in a
year, not whom the programme is aimed at, how far it goes, or whether it still stands.
Run: ``python data/build_risk_sanctions.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "risk" / "sanctions_programmes.csv"
COLUMNS = {
    "iso3": ("-", "economy, ISO 3166-1 alpha-3"),
    "issuer": ("-", "who runs the programme"),
    "programme": ("-", "its name"),
    "year": ("year", "year of the list that names it"),
    "confidence": ("-", "high, medium or low"),
    "source_title": ("-", "list"),
    "source_url": ("-", "address where it was read"),
}


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False).astype({"year": int})
    faults = [f"{c}: no ISO code" for c in table["iso3"] if not re.fullmatch("[A-Z]{3}", c)]
    twice = table.duplicated(["iso3", "issuer", "programme", "year"])
    faults += [f"{c}: given twice" for c in table["iso3"][twice]]
    faults += [f"{r.iso3}: confidence or source" for r in table.itertuples()
               if r.confidence not in ("high", "medium", "low") or not r.source_url]  # fmt: skip
    if faults:
        raise SystemExit("\n".join(faults))
    source = table.drop_duplicates("source_url")
    write_table(
        "risk_sanctions",
        table[list(COLUMNS)],
        title="Economies that a sanctions programme names",
        script="data/build_risk_sanctions.py",
        columns=COLUMNS,
        sources=[{"title": row.source_title, "url": row.source_url,
                  "licence": "single facts cited", "vintage": str(row.year)}
                 for row in source.itertuples()],
        notes="One issuer's list of one year: programmes have ended and begun since, and those of "
        "other issuers are not in it. Programmes that name no economy are left out.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
