"""Check and write the table ``risk_gates``: checklists before, during and after a project.

Items are in own words; each names the document that asks for it and where. ``read_as`` says what
was read: the text itself, a summary of it, or its table of contents.
Run: ``python data/build_risk_gates.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "risk_gates.csv"
STAGES = ("concept", "appraisal", "financing", "contract", "construction", "operation",
          "completion")  # fmt: skip
CATEGORIES = ("debt", "political", "security", "legal", "environmental", "social", "integrity",
              "construction", "demand", "currency", "supply_chain", "health_safety",
              "reputation")  # fmt: skip
COLUMNS = {
    "item_id": ("-", "key: stage and number"),
    "stage": ("-", "concept, appraisal, financing, contract, construction, operation, completion"),
    "mandatory": ("-", "yes: the gate does not open without it, unless waived with a reason"),
    "category": ("-", "category of risk that it keeps from happening"),
    "item": ("-", "what must be so"),
    "evidence": ("-", "what shows it"),
    "source_title": ("-", "document that asks for it"),
    "source_place": ("-", "article, principle or heading"),
    "source_url": ("-", "where it was read"),
    "source_date": ("-", "date of the document, as far as known"),
    "read_as": ("-", "text, summary or contents"),
    "confidence": ("-", "high: the text was read; medium: a summary or table of contents"),
    "accessed": ("-", "day it was read"),
}


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    faults = [f"{key} given twice" for key in table["item_id"][table["item_id"].duplicated()]]
    faults += [f"{text!r} given twice" for text in table["item"][table["item"].duplicated()]]
    for row in table.itertuples():
        if row.stage not in STAGES or not row.item_id.startswith(f"{row.stage}-"):
            faults.append(f"{row.item_id}: stage {row.stage!r}")
        if row.mandatory not in ("yes", "no"):
            faults.append(f"{row.item_id}: mandatory {row.mandatory!r}")
        if row.category not in CATEGORIES:
            faults.append(f"{row.item_id}: category {row.category!r}")
        read = {"text": "high", "summary": "medium", "contents": "medium"}
        if read.get(row.read_as) != row.confidence:
            faults.append(f"{row.item_id}: confidence {row.confidence!r} for {row.read_as!r}")
        for column in ("item", "evidence", "source_title", "source_place", "source_url"):
            if not getattr(row, column):
                faults.append(f"{row.item_id}: {column} is missing")
    for stage in STAGES:
        if not ((table["stage"] == stage) & (table["mandatory"] == "yes")).any():
            faults.append(f"{stage}: no mandatory item")
    if faults:
        raise SystemExit("\n".join(faults))
    titles = table.drop_duplicates("source_title").sort_values("source_title", kind="stable")
    write_table(
        "risk_gates",
        table,
        title="Checklists for the gates of a project, each item with the document behind it",
        script="data/build_risk_gates.py",
        columns=COLUMNS,
        sources=[
            {"title": row.source_title, "url": row.source_url,
             "licence": "single figures cited",
             "vintage": row.source_date or f"undated, read {row.accessed[:7]}"}
            for row in titles.itertuples()
        ],
        notes="Guidance is stated as guidance: an item says what a document asks for, not what "
        "the law of a country requires. Several of the documents are voluntary.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
