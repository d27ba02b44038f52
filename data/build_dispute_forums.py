"""Build the bundled table ``dispute_forums``: institutions and courts for cross-border disputes.

The facts stand in ``facts/dispute_forums.csv``, one row per institution with its source. Rows of
low confidence are remembered, not read; the script refuses one that does not say so.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts"
KINDS = {"arbitration", "mediation", "litigation", "investment"}
CONFIDENCE = {"high", "medium", "low"}
DATE = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")
SCRIPT = "data/build_dispute_forums.py"
COLUMNS = {
    "forum": ("-", "short name, the key"),
    "name": ("-", "name in English"),
    "short_name": ("-", "name in use"),
    "place": ("-", "town of the seat"),
    "seat_iso3": ("-", "ISO 3166-1 alpha-3 of the seat"),
    "kinds": (
        "-",
        "what it does, joined by +: arbitration, mediation, litigation, investment (disputes "
        "between investors and states)",
    ),
    "since": ("-", "founded or opened: YYYY[-MM[-DD]], or empty"),
    "confidence": ("-", "high: official text read; medium: read in part; low: remembered"),
    "source_title": ("-", "who says so"),
    "source_url": ("-", "where it was read; empty if remembered"),
    "accessed": ("-", "day it was read"),
    "note": ("-", "remarks"),
}


def faults(table: pd.DataFrame, codes: set[str]) -> list[str]:
    """What is wrong with the rows, one line each."""
    found = [f"{name}: given twice" for name in table["forum"][table["forum"].duplicated()]]
    for row in table.to_dict("records"):
        rules = {
            "seat_iso3": row["seat_iso3"] in codes,
            "kinds": bool(row["kinds"]) and set(row["kinds"].split("+")) <= KINDS,
            "since": bool(DATE.fullmatch(row["since"])),
            "confidence": row["confidence"] in CONFIDENCE,
            "source_title": bool(row["source_title"]),
            "name": bool(row["name"] and row["short_name"] and row["place"]),
            "note": row["confidence"] != "low" or "unconfirmed" in row["note"],
            "source_url": row["confidence"] == "low" or row["source_url"].startswith("http"),
        }
        found += [f"{row['forum']}: {key} {row[key]!r}" for key, ok in rules.items() if not ok]
    return found


def main() -> None:
    """Write ``dispute_forums``."""
    text = {"keep_default_na": False, "dtype": str}
    table = pd.read_csv(FACTS / "dispute_forums.csv", **text)
    codes = set(pd.read_csv(BUNDLE / "economy_codes.csv", **text)["iso3"])
    if wrong := faults(table, codes):
        raise SystemExit("\n".join(wrong))
    read = table[table["source_url"] != ""].drop_duplicates("source_title")
    sources = [
        {
            "title": row["source_title"],
            "url": row["source_url"],
            "licence": "facts",
            "vintage": f"read on {row['accessed']}",
        }
        for row in read.sort_values("source_title").to_dict("records")
    ]
    write_table(
        "dispute_forums",
        table[list(COLUMNS)].sort_values("forum", ignore_index=True),
        title="Arbitral and mediation institutions and courts for cross-border disputes",
        script=SCRIPT,
        sources=sources,
        columns=COLUMNS,
        notes="A selection along the corridors, not a register. Rows of low confidence are "
        "remembered, not read, and name the institution itself as the source without address.",
    )


if __name__ == "__main__":
    main()
