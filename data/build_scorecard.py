"""Build ``scorecard_indicators`` and ``published_indices``: how cooperation is scored, and checked.

The facts stand in ``facts/scorecard_indicators.csv`` and ``facts/published_indices.csv``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts"
SCRIPT = "data/build_scorecard.py"
PILLARS = {"policy", "infrastructure", "trade", "finance", "people"}
INDICATORS = {
    "indicator": ("-", "short name"),
    "pillar": ("-", "policy, infrastructure, trade, finance or people"),
    "title": ("-", "what is counted"),
    "origin": (
        "-",
        "party, pair, granted or grants: an instrument of policy_facts (listed_: absence from a "
        "partial list counts as none); document: membership; figure: computed from bundled tables",
    ),
    "transform": ("-", "flag (0 to 1 already), linear, log (of 1 + value)"),
    "direction": ("count", "1: more is more cooperation; -1: less is"),
    "weight": ("count", "weight within the pillar"),
    "unit": ("-", "unit of the values"),
    "note": ("-", "remarks"),
}
PUBLISHED = {
    "index": ("-", "key of the index"),
    "title": ("-", "name of the index"),
    "year": ("year", "year of the data or of publication"),
    "measure": ("-", "rank (1 is most), score or class (more is more)"),
    "iso3": ("-", "ISO 3166-1 alpha-3"),
    "value": ("count", "rank, score or class as published"),
    "confidence": ("-", "high, medium or low"),
    "source_title": ("-", "who publishes it"),
    "source_url": ("-", "where it was read"),
    "note": ("-", "remarks"),
}


def main() -> None:
    """Check and write both tables."""
    table = pd.read_csv(FACTS / "scorecard_indicators.csv", keep_default_na=False)
    known = set(pd.read_csv(BUNDLE / "policy_instruments.csv")["instrument"])
    wrong = [
        row["indicator"]
        for row in table.to_dict("records")
        if row["pillar"] not in PILLARS
        or row["transform"] not in {"flag", "linear", "log", "rank"}
        or row["direction"] not in (1, -1)
        or not row["weight"] > 0
        or (
            row["origin"].split(":")[0] not in ("document", "figure")
            and row["origin"].split(":")[1] not in known
        )
    ]
    if wrong or table["indicator"].duplicated().any():
        raise SystemExit(f"scorecard_indicators.csv: wrong or given twice: {wrong}")
    write_table(
        "scorecard_indicators",
        table[list(INDICATORS)],
        title="Indicators of the cooperation scorecard",
        script=SCRIPT,
        sources=[{"title": "Choice and weights of the developers; values from the tables named",
                  "url": "data/facts/scorecard_indicators.csv", "licence": "CC0-1.0",
                  "vintage": "2026"}],
        columns=INDICATORS,
    )  # fmt: skip
    published = pd.read_csv(FACTS / "published_indices.csv", keep_default_na=False)
    codes = set(pd.read_csv(BUNDLE / "economy_codes.csv")["iso3"])
    broken = published[
        ~published["iso3"].isin(codes)
        | ~published["measure"].isin(["rank", "score", "class"])
        | published["source_title"].eq("")
        | published.duplicated(["index", "iso3"])
    ]
    if len(broken):
        raise SystemExit(f"published_indices.csv: broken rows\n{broken}")
    sources = [
        {"title": title, "url": url or "data/facts/published_indices.csv", "licence": "facts",
         "vintage": str(year)}
        for (title, url, year), _ in published.groupby(["source_title", "source_url", "year"])
    ]  # fmt: skip
    write_table(
        "published_indices",
        published[list(PUBLISHED)].sort_values(["index", "iso3"]),
        title="Published indices of cooperation, to hold the scorecard against",
        script=SCRIPT,
        sources=sources,
        columns=PUBLISHED,
    )


if __name__ == "__main__":
    main()
