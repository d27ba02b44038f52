"""Build ``claim_counts``: which claimed counts can be counted again in our own rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts"
COLUMNS = {
    "indicator": ("-", "indicator of the claims (claim_indicators)"),
    "subject": ("-", "only claims with this subject; empty: all of the indicator"),
    "claim": ("-", "only this claim, which other rules then leave out; empty: all"),
    "instrument": ("-", "instrument of policy_facts, or document for the table membership"),
    "counts": ("-", "in_force: on the day of the claim; ever: signed or in force by that day"),
    "among": ("-", "all, or members: those with a cooperation document on that day"),
    "without": ("-", "economies that the claim does not count"),
    "note": ("-", "what may explain a difference"),
}


def main() -> None:
    """Check and write ``claim_counts``."""
    text = {"keep_default_na": False, "dtype": str}
    table = pd.read_csv(FACTS / "claim_counts.csv", **text)
    claims = pd.read_csv(BUNDLE / "claims.csv", **text)
    instruments = set(pd.read_csv(BUNDLE / "policy_instruments.csv", **text)["instrument"])
    said = set(zip(claims["indicator"], claims["subject"], strict=True))
    wrong = [
        tuple(row.values())
        for row in table.to_dict("records")
        if row["indicator"] not in set(claims["indicator"])
        or (row["subject"] and (row["indicator"], row["subject"]) not in said)
        or (row["claim"] and row["claim"] not in set(claims["claim_id"]))
        or row["instrument"] not in instruments | {"document"}
        or row["counts"] not in {"in_force", "ever"}
        or row["among"] not in {"all", "members"}
    ]
    if wrong or table.duplicated(["indicator", "subject", "claim"]).any():
        raise SystemExit(f"claim_counts.csv: wrong or given twice: {wrong}")
    write_table(
        "claim_counts",
        table[list(COLUMNS)],
        title="Claims that are counts of economies, and the rows to count them in again",
        script="data/build_claim_counts.py",
        sources=[
            {"title": "Choice of the developers", "url": "data/facts/claim_counts.csv",
             "licence": "CC0-1.0", "vintage": "2026"},
        ],
        columns=COLUMNS,
    )  # fmt: skip


if __name__ == "__main__":
    main()
