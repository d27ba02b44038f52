"""Check and write the table ``poverty_published``: what was published on incomes and poverty.

Run: ``python data/build_poverty_published.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "people" / "poverty_published.csv"
KINDS = ("lifted", "world_gain", "area_share", "china_share", "gain")
COLUMNS = {
    "kind": ("-", "lifted, world_gain, area_share, china_share or gain (of one economy)"),
    "iso3": ("-", "economy, where the figure is one economy's"),
    "line": ("-", "poverty line, where the figure is a number of people lifted"),
    "value": ("see unit", "the figure"),
    "unit": ("-", "its unit"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "where it was read"),
    "source_date": ("-", "date of publication"),
    "confidence": ("-", "high: read in the source; medium, low: second-hand"),
    "note": ("-", "what it counts"),
}


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    faults = [f"row {i + 2}: kind {k!r}" for i, k in enumerate(table["kind"]) if k not in KINDS]
    if table.duplicated(["kind", "iso3", "line"]).any():
        faults.append("a figure is given twice")
    for i, row in enumerate(table.to_dict("records")):
        if not row["source_url"].startswith(("http://", "https://")) or not row["source_title"]:
            faults.append(f"row {i + 2}: no source")
        if row["confidence"] not in ("high", "medium", "low"):
            faults.append(f"row {i + 2}: confidence {row['confidence']!r}")
        if not float(row["value"] or "nan") > 0:
            faults.append(f"row {i + 2}: value {row['value']!r}")
        if (row["kind"] == "lifted") != bool(row["line"]):
            faults.append(f"row {i + 2}: a line goes with people lifted, and only with them")
    if faults:
        raise SystemExit("\n".join(faults))
    table["value"] = table["value"].astype(float)
    cited = table.drop_duplicates("source_url")
    write_table(
        "poverty_published",
        table,
        title="Published effects of the Belt and Road on incomes and poverty by 2030",
        script="data/build_poverty_published.py",
        columns=COLUMNS,
        sources=[
            {
                "title": row.source_title,
                "url": row.source_url,
                "licence": "single figures cited",
                "vintage": row.source_date,
            }
            for row in cited.itertuples()
        ],
        notes="The paper's table of gains by economy was not at hand: five are second-hand.",
    )


if __name__ == "__main__":
    main()
