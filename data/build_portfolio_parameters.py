"""Check and write the table ``portfolio_parameters``: default rates, recoveries, dependence.

Run: ``python data/build_portfolio_parameters.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "risk" / "portfolio_parameters.csv"
COLUMNS = {
    "key": ("-", "what it is"),
    "counterpart": ("-", "private, public (below the state), sovereign; empty: any"),
    "segment": ("-", "edition, year, region, income group or sector where it is not the whole"),
    "value": ("as in unit", "value"),
    "unit": ("-", "unit of the value"),
    "period": ("-", "years observed"),
    "used": ("-", "yes where the model takes it by default; no: for comparison"),
    "source_title": ("-", "publication and where it was read"),
    "source_url": ("-", "address; empty for an assumption"),
    "year": ("year", "year of publication"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what it covers"),
}
LIMITS = {"%": (0, 100), "% a year": (0, 50), "% of contracts": (0, 100),
          "% of defaults": (0, 100), "years": (2, 100), "share of variance": (0, 0.5)}  # fmt: skip


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    faults = []
    if list(table.columns) != list(COLUMNS):
        faults.append(f"columns {list(table.columns)}")
    used = table[table["used"] == "yes"]
    faults += [
        f"{row.key} {row.counterpart}: two rows in use"
        for row in used[used.duplicated(["key", "counterpart"])].itertuples()
    ]
    for row in table.itertuples():
        low, high = LIMITS.get(row.unit, (1, 0))
        if not low <= float(row.value) <= high:
            faults.append(f"{row.key} {row.counterpart}: {row.value} {row.unit}")
        if row.confidence not in ("high", "medium", "low") or row.used not in ("yes", "no"):
            faults.append(f"{row.key} {row.counterpart}: confidence or used")
        if not row.source_url and row.confidence != "low":
            faults.append(f"{row.key} {row.counterpart}: no address and not of low confidence")
    if faults:
        raise SystemExit("\n".join(faults))
    write_table(
        "portfolio_parameters",
        table,
        title="Default rates and recoveries by counterpart, and dependence of defaults",
        script="data/build_portfolio_parameters.py",
        columns=COLUMNS,
        sources=[
            {
                "title": "GEMs Consortium, Default and Recovery Statistics, editions 2024 and 2025",
                "url": "https://www.gemsriskdatabase.org/",
                "licence": "single figures cited",
                "vintage": "2025-10",
            }
        ],
        notes="Summaries of the reports were read, not the reports themselves. The consortium's "
        "members are multilateral and national development lenders, preferred creditors in part.",
    )


if __name__ == "__main__":
    main()
