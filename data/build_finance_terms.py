"""Check and write the table ``finance_terms``: terms of lenders and grant element conventions.

Run: ``python data/build_finance_terms.py``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "finance_terms.csv"
COLUMNS = {
    "key": ("-", "loan, instrument or convention"),
    "kind": ("-", "convention, instrument (terms on offer) or case (one loan)"),
    "institution": ("-", "who lends or sets the rule"),
    "instrument": ("-", "what it is"),
    "field": ("-", "what the value is; its unit ends the name"),
    "value": ("as the column unit says", "the figure"),
    "unit": ("-", "%, years or million"),
    "as_of": ("-", "date of the figure, YYYY-MM-DD"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "address where it was read"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what else the source says"),
}
BOUNDS = {"%": (0.0, 100.0), "years": (0.0, 60.0), "million": (0.0, 1e6)}
NEEDED = {"imf", "dac_ldc", "dac_lmic", "dac_umic", "dac_1969"}


def faults_of(table: pd.DataFrame) -> list[str]:
    """Every row that cannot be right."""
    faults = []
    if list(table.columns) != list(COLUMNS):
        return [f"columns must be {', '.join(COLUMNS)}"]
    for place in table.index[table.duplicated(["key", "field"])]:
        faults.append(f"row {place + 2}: {table.key[place]} {table.field[place]} is given twice")
    for row in table.itertuples():
        where = f"row {row.Index + 2} ({row.key} {row.field})"
        low, high = BOUNDS.get(row.unit, (float("nan"), float("nan")))
        try:
            value = float(row.value)
        except ValueError:
            faults.append(f"{where}: {row.value!r} is not a number")
            continue
        if not low <= value <= high:
            faults.append(f"{where}: {value} is out of range for the unit {row.unit!r}")
        if row.field.endswith("_pct") and 0 < value < 0.1:
            faults.append(f"{where}: {value} looks like a fraction")
        if row.kind not in ("convention", "instrument", "case"):
            faults.append(f"{where}: kind {row.kind!r}")
        if row.confidence not in ("high", "medium", "low"):
            faults.append(f"{where}: confidence {row.confidence!r}")
        if not row.source_url.startswith("http") or not row.source_title:
            faults.append(f"{where}: no source")
        try:
            date.fromisoformat(row.as_of)
        except ValueError:
            faults.append(f"{where}: as_of {row.as_of!r} is not a date")
    for key in NEEDED:
        fields = set(table.loc[table["key"] == key, "field"])
        if not {"discount_rate_pct", "minimum_grant_element_pct"} <= fields:
            faults.append(f"{key}: discount rate or least grant element is missing")
    return faults


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    faults = faults_of(table)
    if faults:
        raise SystemExit("\n".join(faults))
    sources = table.drop_duplicates("source_url")
    write_table(
        "finance_terms",
        table,
        title="Terms of project lenders and conventions of the grant element",
        script="data/build_finance_terms.py",
        columns=COLUMNS,
        sources=[
            {
                "title": row.source_title,
                "url": row.source_url,
                "licence": "ODC-By 1.0"
                if "AidData" in row.source_title
                else ("single figures cited"),
                "vintage": row.as_of[:4],
            }
            for row in sources.itertuples()
        ],
        notes="Single figures, each as of its date; records of AidData: Custer and others, "
        "Tracking Chinese Development Finance. Terms of one loan bind no other.",
    )


if __name__ == "__main__":
    main()
