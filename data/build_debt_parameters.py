"""Check and write ``debt_parameters``: thresholds, cut-offs and shock sizes of debt frameworks.

Reads every ``data/facts/debt/parameters_*.csv``. Run: ``python data/build_debt_parameters.py``.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd

from _common import write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "debt"
COLUMNS = {
    "framework": ("-", "lic-dsf, bri-dsf-lic, bri-dsf-market, mac-srdsf"),
    "valid_from": ("-", "first day in force, YYYY-MM-DD"),
    "parameter": ("-", "name, dots between its parts"),
    "value": ("as in unit", "the number"),
    "unit": ("-", "unit of the number; 1 is a pure number or fraction"),
    "source": ("-", "publication, with table or paragraph"),
    "source_url": ("-", "address"),
    "confidence": ("-", "high: read in the source; medium: read second hand; low: remembered"),
    "note": ("-", "what it does, what was confirmed"),
}


def main() -> None:
    """Check, then write the table."""
    tables = [pd.read_csv(p, dtype=str, keep_default_na=False)
              for p in sorted(FOLDER.glob("parameters_*.csv"))]  # fmt: skip
    table = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    faults = []
    keys = ["framework", "valid_from", "parameter"]
    faults += [f"twice: {key}" for key in table.loc[table.duplicated(keys), "parameter"]]
    for row in table.itertuples():
        where = f"{row.framework} {row.parameter}"
        try:
            datetime.date.fromisoformat(row.valid_from)
            float(row.value)
        except ValueError as error:
            faults.append(f"{where}: {error}")
        if row.confidence not in ("high", "medium", "low"):
            faults.append(f"{where}: confidence {row.confidence!r}")
        if not row.source or not row.unit:
            faults.append(f"{where}: no source or unit")
        if row.confidence == "high" and not row.source_url:
            faults.append(f"{where}: read in the source, but no address")
    if faults:
        raise SystemExit("\n".join(faults))
    sources = table[["source", "source_url"]].copy()
    sources["source"] = sources["source"].str.split(";").str[0]
    sources = sources.drop_duplicates().sort_values(["source", "source_url"])
    write_table(
        "debt_parameters",
        table.sort_values(keys).reset_index(drop=True),
        title="Parameters of debt sustainability frameworks",
        script="data/build_debt_parameters.py",
        columns=COLUMNS,
        sources=[
            {"title": s, "url": u, "licence": "single figures cited", "vintage": "see valid_from"}
            for s, u in sources.itertuples(index=False, name=None)
        ],
        notes="A revised framework gets new rows with a later valid_from; nothing is overwritten.",
    )


if __name__ == "__main__":
    main()
