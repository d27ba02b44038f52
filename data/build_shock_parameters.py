"""Check and write the table ``shock_parameters``: what oil, interest and closures pass through.

Run: ``python data/build_shock_parameters.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "risk" / "shock_parameters.csv"
COLUMNS = {
    "parameter": ("-", "name"),
    "value": ("as unit", "value used"),
    "low": ("as unit", "low end of the range; empty where there is none"),
    "high": ("as unit", "high end of the range"),
    "unit": ("-", "unit of value, low and high"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "address"),
    "year": ("year", "year of publication"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what was confirmed"),
}


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    faults = [f"{p} given twice" for p in table["parameter"][table["parameter"].duplicated()]]
    for row in table.itertuples():
        ends = [float(x) for x in (row.low, row.value, row.high) if x]
        if not row.value or ends != sorted(ends) or ends[0] < 0:
            faults.append(f"{row.parameter}: value {row.value!r} must lie between low and high")
        if not row.source_title:
            faults.append(f"{row.parameter}: no source")
    if faults:
        raise SystemExit("\n".join(faults))
    write_table(
        "shock_parameters",
        table,
        title="What shocks to oil, interest and the network pass through",
        script="data/build_shock_parameters.py",
        columns=COLUMNS,
        sources=[
            {
                "title": "Publications named row by row",
                "url": "",
                "licence": "single figures cited",
                "vintage": "2010 to 2026",
            }
        ],
        notes="Small set of assumptions of the shock scenarios (docs/methods/shocks.md).",
    )


if __name__ == "__main__":
    main()
