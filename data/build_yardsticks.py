"""Check and write the table ``yardsticks``: published results to set ours beside.

Run: ``python data/build_yardsticks.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "yardsticks.csv"
COLUMNS = {
    "yardstick_id": ("-", "short stable name"),
    "indicator": ("-", "what is measured, snake_case, with its unit where one name would mislead"),
    "scope": ("-", "world, bri, corridor, project or a named group or route"),
    "value_low": ("see unit", "lower published value; empty where only a maximum is published"),
    "value_high": ("see unit", "upper published value; equal to value_low for a single figure"),
    "unit": ("-", "unit of both values; falls are negative"),
    "statement": ("-", "the published result in our own words"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "address"),
    "year": ("year", "year of publication"),
    "read": ("-", "how much of the source was read: full text, abstract, or by a secondary source"),
    "note": ("-", "what a reader should know"),
}


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    faults = [f"{i} given twice" for i in table.yardstick_id[table.yardstick_id.duplicated()]]
    for row in table.itertuples():
        if row.value_low and not float(row.value_low) <= float(row.value_high):
            faults.append(f"{row.yardstick_id}: {row.value_low} above {row.value_high}")
        if row.read not in {"full", "abstract", "secondary"}:
            faults.append(f"{row.yardstick_id}: read {row.read!r}")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", row.indicator) or not row.source_url:
            faults.append(f"{row.yardstick_id}: indicator or source is not well formed")
    if faults:
        raise SystemExit("\n".join(faults))
    write_table(
        "yardsticks",
        table,
        title="Published results on Belt and Road transport corridors",
        script="data/build_yardsticks.py",
        columns=COLUMNS,
        sources=[
            {
                "title": "World Bank and Federal Reserve working papers named on the rows",
                "url": "https://openknowledge.worldbank.org/handle/10986/31878",
                "licence": "single figures cited; CC BY 3.0 IGO where World Bank",
                "vintage": "2013 to 2020",
            },
            {
                "title": "Forwarders, operators and press named on the rows",
                "url": "https://www.shiphub.co/xian-duisburg/",
                "licence": "single facts cited",
                "vintage": "2018 to 2025",
            },
        ],
        notes="For comparison only: no parameter of the project is fitted to any of them.",
    )


if __name__ == "__main__":
    main()
